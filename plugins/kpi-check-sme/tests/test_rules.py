"""Shares below, at and above the limits; no statement, no judgement."""

from dataclasses import replace
from decimal import Decimal

import pytest
from kpi_check_sme import kpi_register_checks
from kpi_cli.api import Claim
from kpi_cli.testing import run_rules


def claims(**values: str) -> tuple[Claim, ...]:
    """Return claims about procurement, in 万元."""
    keys = {"total": "procurement", "sme": "procurement:sme", "micro": "procurement:micro"}
    return tuple(
        Claim(f"C{n}", "三、政府采购", "", keys[name], Decimal(value), "万元", 2)
        for n, (name, value) in enumerate(values.items())
    )


@pytest.mark.parametrize(
    ("values", "states"),
    [
        ({"total": "100.00", "sme": "40.00", "micro": "28.00"}, ["passed", "passed"]),
        ({"total": "100.00", "sme": "30.00", "micro": "18.00"}, ["passed", "passed"]),
        ({"total": "100.00", "sme": "29.99", "micro": "17.99"}, ["failed", "failed"]),
        ({"total": "0.00", "sme": "0.00", "micro": "0.00"}, ["not_applicable", "not_applicable"]),
        ({"total": "100.00"}, ["not_applicable", "not_applicable"]),
    ],
)
def test_shares(values: dict[str, str], states: list[str], kpi_disclosure) -> None:
    made = replace(kpi_disclosure, claims=claims(**values))
    assert [receipt.state for receipt in run_rules(kpi_register_checks(), made).receipts] == states
