"""The records of a ledger: frozen, exact, and each with the place that it came from.

Codes are text. Amounts are Decimal yuan. Values of a closed vocabulary are its English keys
(`vocabulary.py`); "" stands for "not given" in text fields and is never a value of its own.
How each field is spelt, parsed and explained is declared once, in `fields.py`. Records are named tuples: a large
ledger makes a hundred thousand of them, and they are built four times as fast as frozen dataclasses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.model.stated import StatedFacts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from kpi_cli.model.source import Source


class BudgetLine(NamedTuple):
    """One line of planned expenditure (预算行).

    Attributes:
      function_code: 功能科目编码, 7 digits.
      economic_code: 部门经济科目编码, 5 digits; 3 digits or "" only on project lines.
      expenditure_type: Key of EXPENDITURE_TYPE.
      cost_kind: Key of COST_KIND, stated or derived; "" where neither applies.
      fund_source: Key of FUND_SOURCE, never nonfiscal_surplus.
      amount: 元.
      project: Id of a project, or "".
      budget_unit: Code of a budget unit, or "" for the department itself.
      carried_forward: 上年结转.
      note: Free text.
      function_name: Name as given with the code, or "".
      economic_name: Name as given with the code, or "".
      source: Where it stands.
    """

    function_code: str
    economic_code: str
    expenditure_type: str
    cost_kind: str
    fund_source: str
    amount: Decimal
    project: str
    budget_unit: str
    carried_forward: bool
    note: str
    function_name: str
    economic_name: str
    source: Source


class Income(NamedTuple):
    """One planned income (收入).

    Attributes:
      fund_source: Key of FUND_SOURCE.
      function_code: 功能科目编码 that it is for, 7 digits, or "".
      amount: 元.
      budget_unit: Code of a budget unit, or "".
      carried_forward: 上年结转: a flag, never a fund.
      note: Free text.
      source: Where it stands.
    """

    fund_source: str
    function_code: str
    amount: Decimal
    budget_unit: str
    carried_forward: bool
    note: str
    source: Source


class Project(NamedTuple):
    """One project (项目).

    Attributes:
      id: Short id that lines refer to.
      name: Full name as printed.
      task: The yearly task that it pays for.
      objective: 绩效目标.
      amount: Stated budget in 元, or None.
      executed: Executed amount (执行数) in 元, or None.
      source: Where it stands.
    """

    id: str
    name: str
    task: str
    objective: str
    amount: Decimal | None
    executed: Decimal | None
    source: Source


class SangongExpense(NamedTuple):
    """One printed 三公 figure, or 机关运行经费.

    Attributes:
      category: Key of SANGONG_CATEGORY.
      fund_source: Key of FUND_SOURCE.
      amount: 元; None is unknown (only in figures derived from lines).
      places: Decimals that it was printed with in 万元, or None where it was given in 元.
      budget_unit: Code of a budget unit, or "".
      groups: 团组数, or None.
      persons: 人次, or None.
      vehicles: 车辆数, or None.
      batches: 批次, or None.
      reason: Why it changed against last year.
      note: Free text.
      source: Where it stands; a figure derived from lines carries the line's.
      derived: True where the figure comes from a budget line.
    """

    category: str
    fund_source: str
    amount: Decimal | None
    places: int | None
    budget_unit: str
    groups: int | None
    persons: int | None
    vehicles: int | None
    batches: int | None
    reason: str
    note: str
    source: Source
    derived: bool = False


class Comparative(NamedTuple):
    """One of last year's figures, by figure key (CONTRACT.md, Figure keys).

    Attributes:
      figure: Figure key.
      amount: 元.
      year: The year it belongs to, or None for the year before.
      note: Free text.
      source: Where it stands.
    """

    figure: str
    amount: Decimal
    year: int | None
    note: str
    source: Source


class BudgetUnit(NamedTuple):
    """A budget unit (预算单位) of a department.

    Attributes:
      code: Code that records refer to.
      name: Full name.
      nature: Key of NATURE, or "" where unknown.
    """

    code: str
    name: str
    nature: str


class TableDisplay(NamedTuple):
    """How amounts of a table are shown; None leaves the table definition's own choice.

    Attributes:
      decimals: Decimals of every amount.
      zero: `blank`, `0` or `0.00`.
      thousands: Separators in print (never in CSV or JSON).
      form: Name of an alternative form of the table that its set offers.
    """

    decimals: int | None = None
    zero: str | None = None
    thousands: bool | None = None
    form: str | None = None


@dataclass(frozen=True)
class Settings:
    """What `kpi.toml` says.

    Attributes:
      department: Full name of the department or unit.
      code: Its code, or "".
      level: Key of LEVEL.
      nature: Key of NATURE, or "".
      table_set: Name of the table set.
      display: For all tables.
      table_display: By table number; wins over `display`.
      budget_units: In the order of the file.
    """

    department: str
    code: str
    level: str
    nature: str
    table_set: str
    display: TableDisplay
    table_display: Mapping[int, TableDisplay]
    budget_units: tuple[BudgetUnit, ...]

    def unit(self, code: str) -> BudgetUnit | None:
        """Return the budget unit with this code."""
        return next((unit for unit in self.budget_units if unit.code == code), None)


@dataclass(frozen=True)
class LedgerYear:
    """All records of one year.

    Attributes:
      year: Budget year.
      lines: Expenditure, in ledger order.
      incomes: Income, in ledger order.
      projects: In ledger order.
      sangong: Printed 三公 figures.
      comparatives: Last year's figures.
      local_subjects: That year's local subject names: (kind, code) → name.
      stated: What `narrative.toml` states.
    """

    year: int
    lines: tuple[BudgetLine, ...] = ()
    incomes: tuple[Income, ...] = ()
    projects: tuple[Project, ...] = ()
    sangong: tuple[SangongExpense, ...] = ()
    comparatives: tuple[Comparative, ...] = ()
    local_subjects: Mapping[tuple[str, str], str] = field(default_factory=dict)
    stated: StatedFacts = field(default_factory=StatedFacts)
