"""The table set loads, and its tables tie out on the example ledger."""

from kpi_cli.testing import check_table_set

from $package import FOLDER


def test_the_set_loads_and_ties_out() -> None:
    assert check_table_set(FOLDER) == []
