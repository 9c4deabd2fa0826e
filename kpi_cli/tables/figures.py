"""Figures by figure key: what a key is worth in one year's records, and the records behind it.

Sentences, comparisons, charts and trace ask here, so that a figure that stands in a table is summed from the same
records as the table. Sums by subject are made in one pass when first asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kpi_cli.model import figures as keys
from kpi_cli.model import vocabulary as v
from kpi_cli.tables.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kpi_cli.model.records import BudgetLine, Income, Project, SangongExpense
    from kpi_cli.model.stated import StatedFacts, StatedFigure

ZERO = Decimal(0)
_SANGONG_PARTS = {
    "overseas_travel": ("overseas_travel",),
    "official_reception": ("official_reception",),
    "vehicle_purchase": ("official_vehicle_purchase",),
    "vehicle_operation": ("official_vehicle_operation",),
    "vehicles": ("official_vehicle_purchase", "official_vehicle_operation"),
    "": ("overseas_travel", "official_reception", "official_vehicle_purchase", "official_vehicle_operation"),
}
_TOTALLED = {
    "headcount": "headcount:",
    "procurement": "procurement:",
    "vehicles_held": "vehicles_held:",
}
_PROCUREMENT_PARTS = ("procurement:goods", "procurement:works", "procurement:services")


class UnknownFigureError(LookupError):
    """No figure key, or one that names nothing in this year's ledger; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a figure key is worth.

    Attributes:
      key: The key.
      value: Exact 元 for money, else a count; None where it cannot be known.
      unit: 元, or a counting word.
      records: The records that make it up (budget lines, incomes, 三公 figures, projects, stated figures), in order.
    """

    key: str
    value: Decimal | None
    unit: str = "元"
    records: tuple[Any, ...] = ()

    @property
    def is_money(self) -> bool:
        """Tell whether the value is in 元."""
        return self.unit == "元"


@dataclass(frozen=True)
class FigureBook:
    """The figures of one year.

    Attributes:
      year: Budget year.
      lines: Expenditure.
      incomes: Income.
      projects: Projects.
      sangong: 三公 figures, printed and derived.
      stated: What `narrative.toml` states.
      comparatives: Last year's figures by key, in 元, where the ledger does not hold last year.
      before: Last year's figures where the ledger holds that year.
      sangong_scope: The records that the set's 三公 table is about; 财政拨款 where the set has none.
    """

    year: int
    lines: tuple[BudgetLine, ...]
    incomes: tuple[Income, ...]
    projects: tuple[Project, ...]
    sangong: tuple[SangongExpense, ...]
    stated: StatedFacts
    comparatives: Mapping[str, Decimal]
    before: FigureBook | None = None
    sangong_scope: Selection | None = None

    def figure(self, key: str) -> Figure:
        """Return what a key is worth, with the records behind it.

        Args:
          key: Figure key; `@YEAR` and `#executed` as CONTRACT.md has them.
        Raises:
          UnknownFigureError: No figure key, or nothing of that name in this year.
        """
        fault = keys.fault(key)
        if fault:
            raise UnknownFigureError(fault)
        body, year, is_executed = keys.split(key)
        if year not in (None, self.year):
            if year == self.year - 1:
                return self.previous(body, executed=is_executed)
            raise UnknownFigureError(f"台账只有 {self.year} 年和上年的数")
        if is_executed:
            return self._executed(key, body)
        family, _, rest = body.partition(":")
        found: Figure = getattr(self, f"_{family}")(key, rest)
        return found

    def previous(self, key: str, *, executed: bool = False) -> Figure:
        """Return last year's value of a key; its value is None where neither last year nor a comparative tells it."""
        suffix = "#executed" if executed else ""
        if key + suffix in self.comparatives:
            return Figure(f"{key}@{self.year - 1}{suffix}", self.comparatives[key + suffix])
        if self.before is not None:
            try:
                found = self.before.figure(key + suffix)
            except UnknownFigureError:  # a project or post that did not exist last year
                found = Figure(key, None if executed else ZERO)
            return Figure(f"{key}@{self.year - 1}{suffix}", found.value, found.unit, found.records)
        return Figure(f"{key}@{self.year - 1}{suffix}", None)

    def has(self, key: str) -> bool:
        """Tell whether a key has a value this year."""
        try:
            return self.figure(key).value is not None
        except UnknownFigureError:
            return False

    # families

    def _income(self, key: str, rest: str) -> Figure:
        if rest == "carried_forward":
            return self._sum(key, "income", self.incomes, (("carried_forward", frozenset({True})),))
        return self._sum(key, "income", self.incomes, _fund(rest))

    def _expenditure(self, key: str, rest: str) -> Figure:
        if rest == "carried_forward":
            return self._sum(key, "line", self.lines, (("carried_forward", frozenset({True})),))
        return self._sum(key, "line", self.lines, _part(rest))

    def _function(self, key: str, rest: str) -> Figure:
        code, _, part = rest.partition(":")
        return self._coded(key, "function_code", code, part)

    def _economic(self, key: str, rest: str) -> Figure:
        code, _, part = rest.partition(":")
        return self._coded(key, "economic_code", code, part)

    def _coded(self, key: str, field: str, code: str, part: str) -> Figure:
        return Figure(key, self._by_code[field].get((code, part), ZERO))

    def _project(self, key: str, rest: str) -> Figure:
        found = next((p for p in self.projects if rest in (p.id, p.name)), None)
        if found is None:
            raise UnknownFigureError(f"没有项目 {rest}")
        amount, records = found.amount, (found,)
        own = tuple(line for line in self._lines_of_project.get(found.id, ()))
        if own or amount is None:
            return Figure(key, sum((line.amount for line in own), ZERO) if own else None, "元", own or records)
        return Figure(key, amount, "元", records)

    def _sangong(self, key: str, rest: str) -> Figure:
        wanted = frozenset(_SANGONG_PARTS[rest])
        scope = self.sangong_scope or Selection("sangong", (("fund_source", frozenset(v.FISCAL_APPROPRIATION)),))
        return self._add(key, [r for r in scope.pick(self.sangong) if r.category in wanted])

    def _agency_operating_expenditure(self, key: str, _rest: str) -> Figure:
        stated = self.stated.figures.get("agency_operating_expenditure")
        if stated is not None:
            return Figure(key, stated.value, "元", (stated,))
        return self._add(key, [r for r in self.sangong if r.category == "agency_operating_expenditure"])

    def _procurement(self, key: str, rest: str) -> Figure:
        return self._stated_total(key, [*_PROCUREMENT_PARTS] if not rest else [])

    def _vehicles_held(self, key: str, rest: str) -> Figure:
        return self._stated_total(key, [k for k in self.stated.figures if k.startswith("vehicles_held:")] * (not rest))

    def _headcount(self, key: str, rest: str) -> Figure:
        return self._stated_total(key, [k for k in self.stated.figures if k.startswith("headcount:")] * (not rest))

    def _goals(self, key: str, _rest: str) -> Figure:
        return self._stated_total(key, [])

    def _units(self, key: str, _rest: str) -> Figure:
        return self._stated_total(key, [])

    def _stated(self, key: str, _rest: str) -> Figure:
        return self._stated_total(key, [])

    def _stated_total(self, key: str, parts: Iterable[str]) -> Figure:
        """Return a stated figure, or the sum of its stated parts, so that no total is typed that follows from them."""
        body = keys.split(key)[0]
        if body in self.stated.figures:
            found = self.stated.figures[body]
            return Figure(key, found.value, found.unit, (found,))
        known: list[StatedFigure] = [self.stated.figures[part] for part in parts if part in self.stated.figures]
        if not known:
            raise UnknownFigureError(f"narrative.toml 没有写 {body}")
        return Figure(key, sum((f.value for f in known), ZERO), known[0].unit, tuple(known))

    def _executed(self, key: str, body: str) -> Figure:
        if key in self.comparatives:
            return Figure(key, self.comparatives[key])
        family, _, rest = body.partition(":")
        found = next((p for p in self.projects if family == "project" and rest in (p.id, p.name)), None)
        return Figure(key, found.executed if found else None, "元", (found,) if found else ())

    # sums

    def _sum(self, key: str, kind: str, records: tuple[Any, ...], values: Any) -> Figure:
        return self._add(key, list(Selection(kind, values).pick(records)))

    def _add(self, key: str, records: list[Any]) -> Figure:
        if any(record.amount is None for record in records):
            return Figure(key, None, "元", tuple(records))
        return Figure(key, sum((record.amount for record in records), ZERO), "元", tuple(records))

    @cached_property
    def _lines_of_project(self) -> dict[str, list[BudgetLine]]:
        found: dict[str, list[BudgetLine]] = {}
        for line in self.lines:
            if line.project:
                found.setdefault(line.project, []).append(line)
        return found

    @cached_property
    def _by_code(self) -> dict[str, dict[tuple[str, str], Decimal]]:
        """Field → (code prefix, part of expenditure or fund) → 元, in one pass over the lines."""
        leaves: dict[str, dict[tuple[str, str, str], Decimal]] = {"function_code": {}, "economic_code": {}}
        for line in self.lines:
            for field, group in leaves.items():
                leaf = (getattr(line, field), line.fund_source, line.expenditure_type)
                group[leaf] = group.get(leaf, ZERO) + line.amount
        return {field: _by_prefix(group) for field, group in leaves.items()}

    def records_of(self, key: str) -> tuple[Any, ...]:
        """Return the records behind a figure; for sums by subject they are looked up only here."""
        body = keys.split(key)[0]
        family, _, rest = body.partition(":")
        if family not in ("function", "economic"):
            return self.figure(key).records
        code, _, part = rest.partition(":")
        selection = Selection("line", _part(part), ((f"{family}_code", code),))
        return tuple(selection.pick(self.lines))


def _by_prefix(leaves: dict[tuple[str, str, str], Decimal]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = {}
    for (code, fund, kind), amount in leaves.items():
        groups = [name for name, members in v.FUND_GROUPS.items() if fund in members]
        for length in (3, 5, 7):
            if length > len(code):
                break
            for part in ("", fund, kind, *groups):
                at = (code[:length], part)
                sums[at] = sums.get(at, ZERO) + amount
    return sums


def _fund(name: str) -> tuple[tuple[str, frozenset[str]], ...]:
    return (("fund_source", frozenset(v.FUND_GROUPS.get(name, (name,)))),) if name else ()


def _part(name: str) -> tuple[tuple[str, frozenset[str]], ...]:
    if name in v.EXPENDITURE_TYPE.keys:
        return (("expenditure_type", frozenset((name,))),)
    return _fund(name)
