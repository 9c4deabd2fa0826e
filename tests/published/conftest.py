"""Folders of published disclosures: made from a computed one or from a published case, changed, and read back."""

from __future__ import annotations

import csv
import io
import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kpi_cli.checks.engine import check
from kpi_cli.checks.finding import CheckResult
from kpi_cli.published.disclosure import published_disclosure

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.problems import Problem

CASES = Path(__file__).resolve().parent.parent / "data" / "cases"
LEVELS = {"department": "部门", "unit": "单位"}
NATURES = {"": None, "administrative": "行政", "civil_service_managed": "参公", "public_institution": "事业"}
Grid = list[list[str]]


@dataclass
class Folder:
    """What the folder of a published disclosure holds; change it as you like, then read it."""

    root: Path
    head: dict[str, Any]
    tables: dict[int, Grid]
    meta: dict[int, dict[str, Any]]
    claims: list[dict[str, Any]] | None = None

    def write(self) -> Path:
        """Write all files."""
        (self.root / "tables").mkdir(parents=True, exist_ok=True)
        for path in (self.root / "tables").iterdir():
            path.unlink()
        for number, rows in self.tables.items():
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\n").writerows(rows)
            stem = self.root / "tables" / f"{number:02}"
            stem.with_suffix(".csv").write_text(text.getvalue(), encoding="utf-8")
            stem.with_suffix(".meta.json").write_text(json.dumps(self.meta[number]), encoding="utf-8")
        (self.root / "disclosure.json").write_text(json.dumps(self.head), encoding="utf-8")
        if self.claims is not None:
            (self.root / "claims.json").write_text(json.dumps(self.claims), encoding="utf-8")
        return self.root

    def read(self, doubts: list[Problem] | None = None) -> Disclosure:
        """Write all files and read them as a disclosure."""
        return published_disclosure(self.write(), doubts)

    def check(self) -> CheckResult:
        """Check what is read."""
        return check(self.read())

    def loud(self) -> set[tuple[str, str, str]]:
        """Rule, expected and actual of every error and warning."""
        return {(f.rule, f.expected, f.actual) for f in self.check().findings if f.severity != "hint"}

    def hints(self) -> set[tuple[str, str, str]]:
        """Rule, expected and actual of every hint."""
        return {(f.rule, f.expected, f.actual) for f in self.check().findings if f.severity == "hint"}

    def copy(self) -> Folder:
        """Return a copy, in the same place."""
        return Folder(self.root, *deepcopy((self.head, self.tables, self.meta, self.claims)))

    def row(self, number: int, *start: str) -> list[str]:
        """Find a row of a table by what its first cells hold."""
        return next(row for row in self.tables[number] if row[: len(start)] == list(start))

    def replace(self, number: int, text: str, other: str) -> None:
        """Replace a text everywhere in a table."""
        self.tables[number] = [[cell.replace(text, other) for cell in row] for row in self.tables[number]]


@pytest.fixture
def foreign(tmp_path: Path) -> Callable[[Disclosure], Folder]:
    """Return a function that makes the folder of a computed disclosure, as `kpi table --format csv` prints it."""

    def make(made: Disclosure) -> Folder:
        head = {
            "department": made.department,
            "year": made.year,
            "table_set": made.table_set,
            "level": LEVELS[made.level],
            "nature": NATURES[made.nature],
        }
        meta = {
            t.id: {"title": t.title, "unit": t.money_unit, "header_rows": t.header_rows, "note": t.note or None}
            for t in made.tables
        }
        return Folder(tmp_path / "公开", head, {t.id: list(t.plain_rows()) for t in made.tables}, meta)

    return make


@pytest.fixture
def case(tmp_path: Path) -> Callable[[str], Folder]:
    """Return a function that takes a published case, without its text."""

    def make(name: str) -> Folder:
        folder = CASES / name
        tables, meta = {}, {}
        for number in range(1, 10):
            text = (folder / "tables" / f"{number:02}.csv").read_text(encoding="utf-8")
            tables[number] = list(csv.reader(io.StringIO(text)))
            meta[number] = json.loads((folder / "tables" / f"{number:02}.meta.json").read_text(encoding="utf-8"))
        head = json.loads((folder / "disclosure.json").read_text(encoding="utf-8"))
        return Folder(tmp_path / "公开", head, tables, meta)

    return make
