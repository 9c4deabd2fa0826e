"""The two real cases in docs/examples/ give the tables that were published, figure for figure."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).resolve().parent.parent
CASES = {
    "putuo": ("pt_czj_2025", "上海市普陀区财政局", "部门", "行政", 2),
    "shanghai": ("sh_czj_2025", "上海市财政局", "单位", "行政", 0),
}


def body(rows: Iterable[list[str]]) -> list[list[str]]:
    """Return rows without the page's blank fillers; zero and blank, and both kinds of brackets, are the same."""
    brackets = str.maketrans("()", "（）")
    cells = [["" if cell == "0.00" else cell.translate(brackets) for cell in row] for row in rows]
    return [row for row in cells if any(row)]


@pytest.mark.parametrize("example", CASES)
def test_the_tables_are_the_published_ones(example: str, tmp_path: Path, kpi: Callable) -> None:
    case, department, level, nature, decimals = CASES[example]
    root, files = tmp_path / example, ROOT / "docs" / "examples" / example
    words = ("--year", 2025, "--tables", "shanghai", "--level", level)
    words += ("--nature", nature) if level == "单位" else ()
    assert kpi("init", root, "--department", department, *words).status == 0
    for kind in ("projects", "lines", "incomes", "sangong"):
        if (files / f"{kind}.csv").exists():
            assert kpi("-C", root, "import", kind, files / f"{kind}.csv").err.startswith("2025 年")
    with (root / "kpi.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n[display]\ndecimals = {decimals}\n")
    for number in range(1, 10):
        made = kpi("-C", root, "table", number, "--format", "csv")
        published = (ROOT / "tests" / "data" / "cases" / case / "tables" / f"{number:02}.csv").read_text("utf-8")
        assert body(csv.reader(made.out.splitlines())) == body(csv.reader(published.splitlines())), number
