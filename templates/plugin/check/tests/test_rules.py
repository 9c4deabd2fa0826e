"""The rules load; one of them is silent on the example ledger."""

from kpi_cli.testing import run_rules

from $package import kpi_register_checks


def test_the_rules_on_the_example_ledger(kpi_disclosure) -> None:
    result = run_rules(kpi_register_checks(), kpi_disclosure)
    assert [(receipt.rule, receipt.state) for receipt in result.receipts] == [("$prefix-01", "passed")]
