"""The exporter keeps the rules of all exporters, and makes what it should."""

from kpi_cli.testing import ExporterConformance

from $package import ${class_name}, Options


class TestConformance(ExporterConformance):
    """Determinism, every cell once, empty tables, many rows, hostile text, unwritable target."""

    exporter = ${class_name}


def test_the_example_ledger(kpi_disclosure) -> None:
    text = ${class_name}().export(kpi_disclosure, Options(), None).decode()
    assert text.startswith(kpi_disclosure.title)
    assert all(table.title in text for table in kpi_disclosure.tables)
