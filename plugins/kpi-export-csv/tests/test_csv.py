"""The data package is valid, and its numbers are those of the tables."""

import csv
import io
import json
from pathlib import Path

import pytest
from frictionless import validate
from kpi_cli.testing import ExporterConformance
from kpi_export_csv import CsvExporter


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
