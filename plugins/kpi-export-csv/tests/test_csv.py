"""The data package is valid, and its numbers are those of the tables."""

import csv
import dataclasses
import io
import json
from pathlib import Path

import pytest
from frictionless import validate
from kpi_cli.testing import ExporterConformance
from kpi_export_csv import CsvExporter, _csv


class TestConformance(ExporterConformance):
    """The rules of all exporters."""

    exporter = CsvExporter


@pytest.fixture
def package(kpi_disclosure, tmp_path: Path) -> Path:
    """Export the example ledger into a folder."""
    for name, content in CsvExporter().export(kpi_disclosure, None, None).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_frictionless_finds_nothing_wrong(package: Path) -> None:
    report = validate(str(package / "datapackage.json"))
    assert report.valid, report.flatten(["rowNumber", "fieldNumber", "type", "note"])
    assert len(report.tasks) == 9


def test_every_figure_is_the_table_s(package: Path, kpi_disclosure) -> None:
    for table in kpi_disclosure.tables:
        rows = list(csv.reader(io.StringIO((package / f"tables/{table.id:02}.csv").read_text("utf-8"))))[1:]
        shown = [[f"{c.format.number(c.value):f}" if c.is_number else None for c in row] for row in table.body]
        found = [[text if cell is not None else None for text, cell in zip(a, b)] for a, b in zip(rows, shown)]
        assert found == shown
        assert len(rows) == len(table.body)


def test_totals_can_be_told_from_items(package: Path) -> None:
    rows = list(csv.DictReader((package / "tables/03.csv").open(encoding="utf-8")))
    assert [row["row_type"] for row in rows].count("total") == 1
    described = json.loads((package / "datapackage.json").read_text("utf-8"))
    assert described["resources"][2]["schema"]["missingValues"] == ["", "—"]


@pytest.mark.parametrize(
    ("text", "written"),
    [("=1+1", "'=1+1"), (" @SUM(A1)", "' @SUM(A1)"), ("＝1", "'＝1"), ("-", "-"), ("办公费", "办公费"), ("", "")],
)
def test_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(kpi_disclosure, text: str, written: str) -> None:
    table = kpi_disclosure.tables[0]
    at = next(i for i, cell in enumerate(table.rows[-2]) if not cell.is_number)
    row = [dataclasses.replace(cell, text=text) if i == at else cell for i, cell in enumerate(table.rows[-2])]
    changed = dataclasses.replace(table, rows=(*table.rows[:-2], tuple(row), table.rows[-1]))
    content = _csv(changed).decode()
    assert list(csv.reader(io.StringIO(content)))[-2][at] == written
