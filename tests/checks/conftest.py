"""Disclosures for tests of rules: a few claims, and, where they matter, the tables of a small ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kpi_cli import resources
from kpi_cli.assembly import disclose, find_table_set
from kpi_cli.checks.engine import check
from kpi_cli.checks.rules import bundled_rules
from kpi_cli.disclosure import Disclosure
from kpi_cli.model.claims import Claim, Comparison, Share
from kpi_cli.model.records import BudgetLine, Income, LedgerYear, Settings, TableDisplay
from kpi_cli.model.source import Source
from kpi_cli.model.stated import StatedFacts
from kpi_cli.model.subjects import SubjectCatalogue, bundled_subjects
from kpi_cli.money import printed_places
from kpi_cli.narrative.sources import find_narrative

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi_cli.checks.finding import Finding, Receipt

HERE = Source("2025/lines.toml", 1, 1)
SUBJECTS = bundled_subjects(resources.templates() / "subjects")


def line(function: str, economic: str, amount: str, *, project: str = "", fund: str = "general_public_budget"):
    kind = "project_expenditure" if project else "basic_expenditure"
    cost = "" if project else "personnel_expenditure" if economic[:3] in ("301", "303") else "operating_expenditure"
    return BudgetLine(
        function, economic, kind, cost, fund, Decimal(amount), project, "", carried_forward=False, note="",
        function_name="", economic_name="", source=HERE,
    )  # fmt: skip


def income(function: str, amount: str, fund: str = "general_public_budget") -> Income:
    return Income(fund, function, Decimal(amount), "", False, "", Source("2025/incomes.toml", 1, 1))


LINES = (
    line("2010601", "30101", "1000000"),
    line("2010601", "30201", "233345"),
    line("2010602", "", "100050", project="p1"),
    line("2080505", "30108", "160000"),
    line("2210201", "30113", "120000"),
)
"""2010601 123.3345, 2010602 10.0050, 2080505 16, 2210201 12: 161.3395 万元 in all."""

INCOMES = (
    income("2010601", "1233345"),
    income("2010602", "100050"),
    income("2080505", "160000"),
    income("2210201", "120000"),
)


@dataclass(frozen=True)
class Written:
    """Makes claims and disclosures; `C1` is the first claim of a disclosure."""

    def claim(
        self,
        figure: str | None,
        value: str,
        unit: str = "万元",
        *,
        text: str = "",
        section: str = "说明",
        change: str = "",
        rate: str = "",
        reason: str | None = "有原因",
        year: int = 2024,
        basis: str = "budget",
        share: tuple[str, str] | None = None,
    ) -> Claim:
        """A claim; `change` is `+3.00`, `-3.00`, `=` (level) or `+` (no amount), `rate` its percentage."""
        compared = None
        if change:
            direction = {"+": "increase", "-": "decrease", "=": "flat"}[change[0]]
            amount, percent = (Decimal(t) if t else None for t in (change[1:], rate))
            compared = Comparison(year, basis, direction, amount, percent, reason)
        shared = Share(share[0], Decimal(share[1])) if share else None
        number, words = Decimal(value), text or f"{figure}{value}{unit}。"
        return Claim("", section, words, figure, number, unit, printed_places(number), compared, shared)

    def text(self, *claims: Claim, level: str = "department", department: str = "某市某区财政局") -> Disclosure:
        """A disclosure read from elsewhere that has only sentences."""
        numbered = tuple(replace(claim, id=f"C{n}") for n, claim in enumerate(claims, 1))
        return Disclosure(
            "budget", department, 2025, "shanghai", level, "", (), claims=numbered, catalogue=SubjectCatalogue(2025, SUBJECTS)
        )  # fmt: skip

    def with_tables(self, *claims: Claim, table_set: str = "shanghai") -> Disclosure:
        """A disclosure read from elsewhere whose tables are those of LINES, exact."""
        made = self.computed(table_set=table_set)
        numbered = tuple(replace(claim, id=f"C{n}") for n, claim in enumerate(claims, 1))
        return replace(
            made, book=None, settings=None, narrative=None, lines=(), incomes=(), sangong=(), claims=numbered
        )

    def computed(
        self,
        table_set: str = "shanghai",
        lines: tuple[BudgetLine, ...] = LINES,
        incomes: tuple[Income, ...] = INCOMES,
        previous: LedgerYear | None = None,
        stated: StatedFacts | None = None,
        **records: object,
    ) -> Disclosure:
        """A disclosure computed from a ledger, with its narrative."""
        settings = Settings("某市某区财政局", "", "unit", "administrative", table_set, TableDisplay(), {}, ())
        year = LedgerYear(2025, lines, incomes, stated=stated or StatedFacts(), **records)
        return disclose(settings, year, previous, find_table_set(table_set), (), find_narrative(table_set, None))


@pytest.fixture
def written() -> Written:
    return Written()


@pytest.fixture
def found() -> Callable[[Disclosure, str], list[tuple[str, str, str]]]:
    """Return a function that gives (severity, expected, actual) of every finding of a rule."""

    def run(disclosure: Disclosure, rule: str) -> list[tuple[str, str, str]]:
        return [(f.severity, f.expected, f.actual) for f in findings_of(disclosure, rule)]

    return run


@pytest.fixture
def findings() -> Callable[[Disclosure, str], list[Finding]]:
    """Return a function that gives every finding of a rule."""
    return findings_of


@pytest.fixture
def receipt() -> Callable[[Disclosure, str], Receipt]:
    """Return a function that gives the receipt of a rule."""

    def run(disclosure: Disclosure, rule: str) -> Receipt:
        [own] = check(disclosure, [r for r in bundled_rules() if r.id == rule]).receipts
        return own

    return run


def findings_of(disclosure: Disclosure, rule: str) -> list[Finding]:
    own = [r for r in bundled_rules() if r.id == rule]
    assert own, rule
    return list(check(disclosure, own).findings)
