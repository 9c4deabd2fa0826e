"""Which 三公 figures a year has: the printed ones, and those derived from budget lines.

A `sangong` record is the printed figure of its category; a category without one is derived from the lines.
机关运行经费 is derived from the 公用经费 of administrative units, and is unknown where a unit's nature is.
Source: domain/sangong.md §1 and §5, domain/tables.md §0, CONTRACT.md (Ledger settings, Records).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.model import vocabulary as v
from kpi_cli.model.records import SangongExpense

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from kpi_cli.model.records import BudgetLine, LedgerYear, Settings


def sangong_figures(year: LedgerYear, settings: Settings) -> tuple[SangongExpense, ...]:
    """Return every 三公 figure of the year, printed ones first, then derived ones.

    A printed figure without a budget unit speaks for the whole department. Where all printed figures of a
    category name a unit, the other units' figures are still derived from their own lines.

    Args:
      year: The records, of all units or already narrowed to one.
      settings: For the nature of the department and of its units.
    Returns:
      Figures whose amounts add up, by category, fund and unit; `amount` None where it cannot be known.
    """
    stated: dict[str, set[str]] = {}
    for record in year.sangong:
        stated.setdefault(record.category, set()).add(record.budget_unit)

    def is_open(category: str, unit: str) -> bool:
        units = stated.get(category, set())
        return "" not in units and unit not in units

    derived = [d for d in _derive(year.lines, settings) if is_open(d.category, d.budget_unit)]
    return (*year.sangong, *derived)


def _derive(lines: Iterable[BudgetLine], settings: Settings) -> Iterator[SangongExpense]:
    for line in lines:
        category = v.SANGONG_ECONOMIC_CODES.get(line.economic_code)
        if category:
            yield _figure(line, category, line.amount)
        if is_agency_cost(line):
            nature = nature_of(line, settings)
            if not nature:
                yield _figure(line, "agency_operating_expenditure", None)
            elif nature in v.AGENCY_NATURES:
                yield _figure(line, "agency_operating_expenditure", line.amount)


def is_agency_cost(line: BudgetLine) -> bool:
    """Tell whether a line counts as 机关运行经费 if its unit is administrative."""
    return (
        line.fund_source == "general_public_budget"
        and line.expenditure_type == "basic_expenditure"
        and line.cost_kind == "operating_expenditure"
    )


def nature_of(line: BudgetLine, settings: Settings) -> str:
    """Return the nature of the unit that a line belongs to, "" where it is unknown.

    In a 部门's ledger a line has a nature only through its budget unit.
    """
    unit = settings.unit(line.budget_unit)
    if unit is not None:
        return unit.nature
    return settings.nature if settings.level == "unit" else ""


def _figure(line: BudgetLine, category: str, amount: Decimal | None) -> SangongExpense:
    return SangongExpense(
        category,
        line.fund_source,
        amount,
        None,
        line.budget_unit,
        None,
        None,
        None,
        None,
        "",
        line.note,
        line.source,
        derived=True,
    )
