"""Figures by figure key: what a key is worth in one year's records, and the records behind it.

Sentences, comparisons, charts and trace ask here, so that a figure that stands in a table is summed from the same
records as the table. Amounts are gathered in one pass when first asked for; the records behind a sum are looked up
only for those who want them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi_cli.model import figures as keys
from kpi_cli.model import vocabulary as v
from kpi_cli.tables.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kpi_cli.model.records import BudgetLine, BudgetUnit, Comparative, Income, Project, SangongExpense
    from kpi_cli.model.stated import StatedFacts, StatedFigure

ZERO = Decimal(0)
UNLISTED_PROJECT = "未列项目"
"""`project:未列项目`: project expenditure that names no project, so that a list of projects adds up."""

_SANGONG_PARTS = {
    "overseas_travel": ("overseas_travel",),
    "official_reception": ("official_reception",),
    "vehicle_purchase": ("official_vehicle_purchase",),
    "vehicle_operation": ("official_vehicle_operation",),
    "vehicles": ("official_vehicle_purchase", "official_vehicle_operation"),
    "": ("overseas_travel", "official_reception", "official_vehicle_purchase", "official_vehicle_operation"),
}
_PROCUREMENT_PARTS = ("procurement:goods", "procurement:works", "procurement:services")
_SUMMED = ("income", "expenditure", "function", "economic")


class UnknownFigureError(LookupError):
    """No figure key, or one that names nothing in this year's ledger; the text says what to do."""


class Figure(NamedTuple):
    """What a figure key is worth.

    Attributes:
      key: The key.
      value: Exact 元 for money, else a count; None where it cannot be known.
      unit: 元, or a counting word.
      records: The records that make it up, in order; for sums of lines and incomes only `records_of` has them.
    """

    key: str
    value: Decimal | None
    unit: str = "元"
    records: tuple[Any, ...] = ()

    @property
    def is_money(self) -> bool:
        """Tell whether the value is in 元."""
        return self.unit == "元"


class _Leaf(NamedTuple):
    """The sum of all records that agree in everything that a key can ask for."""

    function_code: str
    economic_code: str
    fund_source: str
    expenditure_type: str
    cost_kind: str
    carried_forward: bool
    amount: Decimal


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
      comparatives: Last year's figures by key, where the ledger does not hold last year.
      before: Last year's figures where the ledger holds that year.
      sangong_scope: The records that the set's 三公 table is about; 财政拨款 where the set has none.
      units: The department's budget units.
    """

    year: int
    lines: tuple[BudgetLine, ...]
    incomes: tuple[Income, ...]
    projects: tuple[Project, ...]
    sangong: tuple[SangongExpense, ...]
    stated: StatedFacts
    comparatives: Mapping[str, Comparative]
    before: FigureBook | None = None
    sangong_scope: Selection | None = None
    units: tuple[BudgetUnit, ...] = ()

    def figure(self, key: str) -> Figure:
        """Return what a key is worth.

        Args:
          key: Figure key; `@YEAR` and `#executed` as CONTRACT.md has them.
        Raises:
          UnknownFigureError: No figure key, or nothing of that name in this year.
        """
        found = self._figures.get(key) if isinstance(key, str) else None
        if found is None:
            found = self._figures[key] = self._computed(key)
        return found

    @cached_property
    def _figures(self) -> dict[str, Figure]:
        """What has been asked for: sentences, charts and rules ask for the same figures many times."""
        return {}

    def _computed(self, key: str) -> Figure:
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
        name = f"{key}@{self.year - 1}{suffix}"
        if key + suffix in self.comparatives:
            stated = self.comparatives[key + suffix]
            return Figure(name, stated.amount, "元", (stated,))
        if self.before is None:
            return Figure(name, None)
        try:
            found = self.before.figure(key + suffix)
        except UnknownFigureError:
            is_new = key.startswith("project:") and self.before.projects and not executed
            return Figure(name, ZERO if is_new else None)
        is_known = executed or self.before.is_kept(key)
        return Figure(name, found.value if is_known else None, found.unit, found.records)

    def is_kept(self, key: str) -> bool:
        """Tell whether the year holds records of the kind that a key sums: without any, a sum of 0 means unknown."""
        family = key.partition(":")[0]
        if family == "income":
            return bool(self.incomes)
        if family in (*_SUMMED, "agency_operating_expenditure"):
            return bool(self.lines)
        return bool(self.lines or self.sangong) if family == "sangong" else True

    def has(self, key: str) -> bool:
        """Tell whether a key has a value."""
        try:
            return self.figure(key).value is not None
        except UnknownFigureError:
            return False

    def records_of(self, key: str) -> tuple[Any, ...]:
        """Return the records behind a figure, this year's or last year's.

        Raises:
          UnknownFigureError: As `figure`.
        """
        found = self.figure(key)
        body, year, is_executed = keys.split(key)
        family, _, rest = body.partition(":")
        if found.records or is_executed or family not in _SUMMED:
            return found.records
        if year not in (None, self.year):
            return self.before.records_of(body) if self.before else ()
        code, rest = ("", rest) if family in ("income", "expenditure") else (rest.partition(":")[::2])
        prefixes = ((f"{family}_code", code),) if code else ()
        kind, records = ("income", self.incomes) if family == "income" else ("line", self.lines)
        return tuple(Selection(kind, _conditions(rest, kind), prefixes).pick(records))

    def codes(self, family: str, digits: int, part: str = "") -> list[str]:
        """Return the codes of `function` or `economic` that have records, cut to a level, in order.

        Args:
          family: `function` or `economic`.
          digits: 3, 5 or 7.
          part: Narrowing parts of a key, such as `fiscal_appropriation`.
        """
        meets, at = _test(_conditions(part, "line")), f"{family}_code"
        return sorted({getattr(leaf, at)[:digits] for leaf in self._lines_by_leaf if meets(leaf)} - {""})

    # sums of lines and incomes

    def _income(self, key: str, rest: str) -> Figure:
        return Figure(key, _add(self._incomes_by_leaf, rest, "income"))

    def _expenditure(self, key: str, rest: str) -> Figure:
        return Figure(key, _add(self._lines_by_leaf, rest, "line"))

    def _function(self, key: str, rest: str) -> Figure:
        code, _, part = rest.partition(":")
        return Figure(key, _add(self._by_code["function"].get(code, ()), part, "line"))

    def _economic(self, key: str, rest: str) -> Figure:
        code, _, part = rest.partition(":")
        return Figure(key, _add(self._by_code["economic"].get(code, ()), part, "line"))

    @cached_property
    def _lines_by_leaf(self) -> tuple[_Leaf, ...]:
        return _leaves(
            (x.function_code, x.economic_code, x.fund_source, x.expenditure_type, x.cost_kind, x.carried_forward, x)
            for x in self.lines
        )

    @cached_property
    def _incomes_by_leaf(self) -> tuple[_Leaf, ...]:
        return _leaves((x.function_code, "", x.fund_source, "", "", x.carried_forward, x) for x in self.incomes)

    @cached_property
    def _by_code(self) -> dict[str, dict[str, list[_Leaf]]]:
        """Family → code at any level → leaves below it."""
        found: dict[str, dict[str, list[_Leaf]]] = {"function": {}, "economic": {}}
        for leaf in self._lines_by_leaf:
            for family, code in (("function", leaf.function_code), ("economic", leaf.economic_code)):
                for digits in (3, 5, 7):
                    if digits <= len(code):
                        found[family].setdefault(code[:digits], []).append(leaf)
        return found

    # projects

    def _project(self, key: str, rest: str) -> Figure:
        if rest == UNLISTED_PROJECT:
            return self._unlisted_projects(key)
        found = self.project(rest)
        lines = tuple(self._lines_of_project.get(found.id, ()))
        if lines:
            return Figure(key, sum((line.amount for line in lines), ZERO), "元", lines)
        return Figure(key, found.amount, "元", (found,))

    def _unlisted_projects(self, key: str) -> Figure:
        """Return what project expenditure holds beyond the projects; 0 where they hold more."""
        listed = sum((self._project("", project.id).value or ZERO for project in self.projects), ZERO)
        rest = _add(self._lines_by_leaf, "project_expenditure", "line") - listed
        return Figure(key, max(rest, ZERO), "元", tuple(self._lines_of_project.get("", ())))

    def project(self, name: str) -> Project:
        """Return a project by id or printed name; raises UnknownFigureError."""
        if name not in self._projects:
            raise UnknownFigureError(f"没有项目 {name}")
        return self._projects[name]

    @cached_property
    def _projects(self) -> dict[str, Project]:
        by_name = {project.name: project for project in reversed(self.projects)}
        return by_name | {project.id: project for project in reversed(self.projects)}

    @cached_property
    def _lines_of_project(self) -> dict[str, list[BudgetLine]]:
        found: dict[str, list[BudgetLine]] = {}
        for line in self.lines:
            if line.project or line.expenditure_type == "project_expenditure":
                found.setdefault(line.project, []).append(line)
        return found

    def _executed(self, key: str, body: str) -> Figure:
        family, _, rest = body.partition(":")
        if key in self.comparatives:
            stated = self.comparatives[key]
            return Figure(key, stated.amount, "元", (stated,))
        found = self._projects.get(rest) if family == "project" else None
        return Figure(key, found.executed if found else None, "元", (found,) if found else ())

    # 三公 and 机关运行经费

    def _sangong(self, key: str, rest: str) -> Figure:
        scope = self.sangong_scope or Selection("sangong", (("fund_source", frozenset(v.FISCAL_APPROPRIATION)),))
        return _known_sum(key, [r for r in scope.pick(self.sangong) if r.category in _SANGONG_PARTS[rest]])

    def _agency_operating_expenditure(self, key: str, _rest: str) -> Figure:
        return _known_sum(key, [r for r in self.sangong if r.category == "agency_operating_expenditure"])

    # stated figures

    def _procurement(self, key: str, rest: str) -> Figure:
        return self._stated_total(key, [] if rest else _PROCUREMENT_PARTS)

    def _vehicles_held(self, key: str, rest: str) -> Figure:
        return self._stated_total(key, [] if rest else self._stated_below("vehicles_held:"))

    def _headcount(self, key: str, rest: str) -> Figure:
        return self._stated_total(key, [] if rest else self._stated_below("headcount:"))

    def _stated(self, key: str, rest: str) -> Figure:
        parts = self._stated_below("stated:vehicles_to_purchase_") if rest == "vehicles_to_purchase" else ()
        return self._stated_total(key, parts)

    def _units(self, key: str, rest: str) -> Figure:
        own = self.stated.lists.get(rest)
        if key in self.stated.figures:
            return self._stated_total(key, ())
        if own is not None:
            return Figure(key, Decimal(len(own)), "个", own)
        if rest in v.NATURE.keys and self.units and all(unit.nature for unit in self.units):
            found = tuple(unit for unit in self.units if unit.nature == rest)
            return Figure(key, Decimal(len(found)), "家", found)
        raise UnknownFigureError(f"narrative.toml 没有写 {key}")

    def _goals(self, key: str, rest: str) -> Figure:
        chosen = self.stated.lists.get("goals")
        if key in self.stated.figures or chosen is None:
            return self._stated_total(key, ())
        if rest == "count":
            return Figure(key, Decimal(len(chosen)), "个", tuple(self.project(name.text) for name in chosen))
        amounts = [self._project(key, name.text) for name in chosen]
        records = tuple(record for figure in amounts for record in figure.records)
        if any(figure.value is None for figure in amounts):
            return Figure(key, None, "元", records)
        return Figure(key, sum((figure.value or ZERO for figure in amounts), ZERO), "元", records)

    def _stated_below(self, prefix: str) -> list[str]:
        return [key for key in self.stated.figures if key.startswith(prefix)]

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


def _leaves(records: Iterator[tuple[str, str, str, str, str, bool, Any]]) -> tuple[_Leaf, ...]:
    sums: dict[tuple[str, str, str, str, str, bool], Decimal] = {}
    for code, economic, fund, kind, cost, carried, record in records:
        at = (code, economic, fund, kind, cost, carried)
        sums[at] = sums.get(at, ZERO) + record.amount
    return tuple(_Leaf(*leaf, amount=amount) for leaf, amount in sums.items())


def _add(leaves: Iterable[_Leaf], part: str, kind: str) -> Decimal:
    if not part:
        return sum((leaf.amount for leaf in leaves), ZERO)
    meets = _test(_conditions(part, kind))
    return sum((leaf.amount for leaf in leaves if meets(leaf)), ZERO)


def _test(values: tuple[tuple[str, frozenset[Any]], ...]) -> Any:
    return Selection("", values).predicate()


def _conditions(part: str, kind: str) -> tuple[tuple[str, frozenset[Any]], ...]:
    """Turn the narrowing parts of a key into conditions on records."""
    values: dict[str, frozenset[Any]] = {}
    for field, words in keys.parts(part).items():
        if field == "carried_forward":
            values[field] = frozenset({words == ("carried_forward",)})
            if kind == "income":  # 使用非财政拨款结余 is a row of its own in every set, carried forward or not
                values.setdefault("fund_source", frozenset(v.FUND_SOURCE.keys) - {"nonfiscal_surplus"})
        else:
            values[field] = frozenset(key for word in words for key in v.FUND_GROUPS.get(word, (word,)))
    return tuple(values.items())


def _known_sum(key: str, records: list[Any]) -> Figure:
    if any(record.amount is None for record in records):
        return Figure(key, None, "元", tuple(records))
    return Figure(key, sum((record.amount for record in records), ZERO), "元", tuple(records))
