"""What a call imports: start-up time is a feature, so heavy libraries load only where they are needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    *("rich", "docx", "xlsxwriter", "tomlkit", "filelock", "pluggy", "lxml"),
    *("openpyxl", "python_calamine", "jinja2", "typer", "click", "pygments", "multiprocessing", "asyncio"),
}
CODE = """
import json, sys
sys.argv = ["kpi", *sys.argv[1:]]
from kpi_cli.main import main
status = main(sys.argv[1:])
sys.stdout.flush()
sys.stderr.write("\\n" + json.dumps([status, sorted(sys.modules)]))
"""


def modules_of(folder: Path, *arguments: str) -> set[str]:
    """Run a call in a process of its own; return the top names of what it imported."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", CODE, *arguments],
        cwd=folder, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    status, names = json.loads(done.stderr.splitlines()[-1])
    assert status == 0, done.stderr
    return {name.partition(".")[0] for name in names} | {name for name in names if name.startswith("kpi_cli")}


def test_version_imports_next_to_nothing(tmp_path: Path) -> None:
    found = modules_of(tmp_path, "--version")
    assert not found & {*HEAVY, "tomli", "decimal", "dataclasses", "kpi_cli.cli"}
    assert {name for name in found if name.startswith("kpi_cli")} == {"kpi_cli", "kpi_cli.main"}


@pytest.mark.parametrize("kind", ["year", "table", "unit", "project", "function", "rule", "exporter", "evaluated_unit"])
def test_an_answer_to_tab_imports_next_to_nothing(tmp_path: Path, kind: str) -> None:
    found = modules_of(tmp_path, "--complete", kind, "", "kpi")
    assert not found & {*HEAVY, "tomli", "tomllib", "decimal", "dataclasses", "csv", "kpi_cli.cli"}
    assert {name for name in found if name.startswith("kpi_cli.")} == {
        "kpi_cli.main", "kpi_cli.completion", "kpi_cli.completion.answers", "kpi_cli.completion.sources",
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ("table", "3", "--format", "csv"),
        ("table", "--format", "json"),
        ("table", "3", "--format", "markdown"),
        ("check", "--format", "json"),
        ("narrative", "--format", "json"),
    ],
)
def test_data_for_scripts_needs_no_heavy_library(ledger: Path, arguments: tuple[str, ...]) -> None:
    """Typer, rich and all that writes stay out; only what has sentences needs the template engine.

    == 2025/lines.toml
    [[line]]
    function_code = "2010601"
    economic_code = "30101"
    expenditure_type = "基本支出"
    fund_source = "一般公共预算"
    amount = 100
    == 2025/incomes.toml
    [[income]]
    fund_source = "一般公共预算"
    function_code = "2010601"
    amount = 100
    """
    found = modules_of(ledger, *arguments)
    assert not found & (HEAVY if arguments[0] == "table" else HEAVY - {"jinja2", "asyncio"})
    assert ("kpi_cli.narrative.scope" in found) == (arguments[0] != "table")
    assert "kpi_cli.ledger.edit" not in found
    assert "kpi_cli.plugin.manager" not in found


def test_a_table_in_the_terminal_needs_rich_but_no_writer(ledger: Path) -> None:
    """== 2025/lines.toml"""
    found = modules_of(ledger, "table", "3")
    assert "rich" in found
    assert not found & (HEAVY - {"rich", "pygments"})


def test_appending_a_record_needs_no_spreadsheet_and_no_exporter(ledger: Path) -> None:
    """== 2025/lines.toml"""
    found = modules_of(
        ledger, "budget", "add", "--function-code", "2010601", "--economic-code", "30101",
        "--expenditure-type", "基本支出", "--fund-source", "一般公共预算", "--amount", "1",
    )  # fmt: skip
    assert not found & {"docx", "xlsxwriter", "lxml", "openpyxl", "python_calamine", "pluggy", "jinja2", "tomlkit"}
