"""Mutation: change one number of a correct disclosure, and exactly the rules that should speak do so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from kpi_cli.checks.engine import check
from kpi_cli.disclosure import Disclosure
from kpi_cli.model.claims import Claim
from kpi_cli.model.records import LedgerYear
from kpi_cli.published.disclosure import published_disclosure

CASES = Path(__file__).resolve().parent.parent / "data" / "cases"
OF_FAMILY = {
    "income": "TX-01",
    "expenditure": "TX-01",
    "function": "TX-02",
    "sangong": "TX-07",
    "agency_operating_expenditure": "TX-07",
    "project": "F-01",
    "stated": "F-01",
}


def loud(made: Disclosure) -> set[str]:
    return {finding.rule for finding in check(made).findings if finding.severity != "hint"}


def with_claim(made: Disclosure, at: int, claim: Claim) -> Disclosure:
    return replace(made, claims=(*made.claims[:at], claim, *made.claims[at + 1 :]))


def nudged(number: Decimal) -> Decimal:
    """One more in the last place that is printed."""
    return number + Decimal(1).scaleb(number.as_tuple().exponent)


@pytest.fixture(params=["shanghai", "mof", "guangxi-2017"])
def made(request, written) -> Disclosure:
    """This year's ledger, and last year's with a fifth less of everything."""
    now = written.computed(request.param)
    lines = tuple(line._replace(amount=line.amount * 4 / 5) for line in now.lines)
    incomes = tuple(income._replace(amount=income.amount * 4 / 5) for income in now.incomes)
    return written.computed(request.param, previous=LedgerYear(2024, lines, incomes))


def test_nothing_changed_nothing_found(made) -> None:
    assert loud(made) <= {"Y-06"}  # the ledger states no reasons


def test_every_amount_is_covered(made) -> None:
    before = loud(made)
    for at, claim in enumerate(made.claims):
        changed = loud(with_claim(made, at, replace(claim, value=nudged(claim.value)))) - before
        assert changed == {OF_FAMILY[claim.figure.partition(":")[0]]}, claim


CHANGES = {"amount": "Y-01", "percent": "Y-02", "base_year": "Y-10"}


def test_every_part_of_a_comparison_is_covered(made) -> None:
    before, seen = loud(made), set()
    for at, claim in enumerate(made.claims):
        for name, rule in CHANGES.items():
            value = getattr(claim.comparison, name, None)
            if value is not None:
                seen.add(rule)
                other = value - 1 if name == "base_year" else nudged(value)
                changed = replace(claim, comparison=replace(claim.comparison, **{name: other}))
                found = loud(with_claim(made, at, changed)) - before
                assert rule in found, (claim, name)
                assert found <= {rule, "Y-01", "Y-02", "Y-09"}, (claim, name)
    assert seen >= {"Y-01", "Y-10"}


def test_every_direction_is_covered(made) -> None:
    before = loud(made)
    turned = {"increase": "decrease", "decrease": "increase"}
    for at, claim in enumerate(made.claims):
        if claim.comparison and claim.comparison.direction in turned:
            own = replace(claim.comparison, direction=turned[claim.comparison.direction])
            found = loud(with_claim(made, at, replace(claim, comparison=own))) - before
            assert "Y-03" in found, claim
            assert found <= {"Y-01", "Y-03", "Y-07", "Y-08"}, claim


def test_every_share_is_covered(made) -> None:
    before = loud(made)
    for at, claim in enumerate(made.claims):
        if claim.share_of:
            own = replace(claim.share_of, percent=nudged(claim.share_of.percent))
            assert loud(with_claim(made, at, replace(claim, share_of=own))) - before == {"TX-05"}, claim


NOT_COVERED = {
    "units:subordinate",
    "units:administrative",
    "units:public_institution",
    "units:internal_divisions",
    "goals:count",
    "goals:amount",
    "stated:equipment_over_1m_held",
    "stated:equipment_over_1m_to_purchase",
    "stated:feasibility_review_threshold",
    "stated:final_accounts_audit_threshold",
}
"""Figures of published texts that stand alone: nothing in the document says what they ought to be."""


@pytest.mark.parametrize("case", ["sh_czj_2025", "pt_czj_2025"])
def test_every_published_figure_that_a_rule_covers_is_found(case: str) -> None:
    made = published_disclosure(CASES / case)
    before = {(f.rule, f.message) for f in check(made).findings}
    silent = set()
    for at, claim in enumerate(made.claims):
        changed = with_claim(made, at, replace(claim, value=nudged(claim.value)))
        if not {(f.rule, f.message) for f in check(changed).findings} - before:
            silent.add(claim.figure)
    assert silent <= NOT_COVERED
