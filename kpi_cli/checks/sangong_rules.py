"""Rules between the 三公 table, 机关运行经费 and the expenditure by economic subject (X-10, X-11, X-12, X-15)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli import money
from kpi_cli.checks.figure_cells import CellFigure, cell_figure, cell_figures
from kpi_cli.checks.finding import Finding, NotApplicableError, NotCheckableError
from kpi_cli.model import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.model.records import BudgetLine, SangongExpense

ZERO = Decimal(0)
_PARTS = {
    "overseas_travel": ("overseas_travel", ("30212",)),
    "official_reception": ("official_reception", ("30217",)),
    "vehicle_operation": ("official_vehicle_operation", ("30231",)),
    "vehicle_purchase": ("official_vehicle_purchase", ("31013", "30913")),
}
"""Figure of the 三公 table → category of its records, and the economic subjects that make it up."""
_PAIRS = (
    (("2210201",), ("30113",), ("30311",)),
    (("2080505",), ("30108",), ("30108",)),
    (("2080506",), ("30109",), ("30109",)),
    (("2101101", "2101102", "2101103"), ("30110", "30111"), ("30110", "30111")),
)
"""Functions, and the economic subjects of the same money since 2018 and before."""
_NEW_SUBJECTS = 2018


def sangong_covers_basic(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that each 三公 figure is at least its part in 一般公共预算基本支出."""
    checked = False
    for part, (category, codes) in _PARTS.items():
        figures = cell_figures(disclosure, f"sangong:{part}")
        basic = _sum(cell_figure(disclosure, "basic", code, "total", "line") for code in codes)
        if not figures or basic is None:
            continue
        checked = True
        whole = figures[0]
        slack = whole.slack + basic.slack + _stated_slack(disclosure, (category,))
        if basic.value > whole.value + slack:
            yield _finding(
                rule, disclosure, whole, basic, f"{_word(category)}小于基本支出中的同一科目（{'、'.join(codes)}）"
            )
    if not checked:
        raise NotApplicableError("没有“三公”表，或没有基本支出表")


def sangong_adds_up(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that a stated 三公 figure is what the lines of its subjects add up to, basic and project."""
    stated = [r for r in disclosure.sangong if not r.derived and r.category in v.SANGONG_ECONOMIC_CODES.values()]
    if not disclosure.is_computed:
        raise NotApplicableError("不是由台账生成")
    if not stated:
        raise NotApplicableError("“三公”各数都由预算行得出")
    for category in dict.fromkeys(record.category for record in stated):
        yield from _against_lines(rule, disclosure, category, [r for r in stated if r.category == category])
    if any(len(line.economic_code) < 5 for line in disclosure.lines):
        raise NotCheckableError("有的项目支出没有写到款级经济科目")


def _against_lines(
    rule: TieOutRule, disclosure: Disclosure, category: str, stated: list[SangongExpense]
) -> Iterator[Finding]:
    units = {record.budget_unit for record in stated}
    funds = {record.fund_source for record in stated}
    lines = [
        line
        for line in disclosure.lines
        if v.SANGONG_ECONOMIC_CODES.get(line.economic_code) == category
        and line.fund_source in funds
        and ("" in units or line.budget_unit in units)
    ]
    told = sum((record.amount or ZERO for record in stated), ZERO)
    known = sum((line.amount for line in lines), ZERO)
    slack = _stated_slack(disclosure, (category,))
    has_vague = any(_is_vague(line) for line in disclosure.lines)
    if known > told + slack or (told > known + slack and not has_vague):
        source = stated[0].source
        message = (
            f"{_word(category)}与预算行不符：写 {money.plain(told)} 元，同一科目的预算行合计 {money.plain(known)} 元"
        )
        yield Finding(
            rule.id,
            rule.severity,
            f"{source.file}:{source.line}",
            message,
            money.plain(known),
            money.plain(told),
            category,
        )


def _is_vague(line: BudgetLine) -> bool:
    return line.expenditure_type == "project_expenditure" and len(line.economic_code) < 5


def _stated_slack(disclosure: Disclosure, categories: Iterable[str]) -> Decimal:
    """Half a place of each figure that was stated in 万元 with its places."""
    places = [r.places for r in disclosure.sangong if r.category in categories and r.places is not None]
    return sum((money.in_yuan(Decimal(5).scaleb(-n - 1), "万元") for n in places), ZERO)


def agency_cost_agrees(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check 机关运行经费 against 公用经费: equal for administrative units, zero for others, never more."""
    found = cell_figures(disclosure, "agency_operating_expenditure")
    cost = cell_figure(disclosure, "basic", "total", "operating_cost", "line")
    if not found or cost is None:
        raise NotApplicableError("没有机关运行经费，或基本支出表没有公用经费列")
    own = found[0]
    slack = own.slack + cost.slack + _stated_slack(disclosure, ("agency_operating_expenditure",))
    if own.value > cost.value + slack:
        yield _finding(rule, disclosure, own, cost, "机关运行经费大于基本支出的公用经费")
        return
    natures = _natures(disclosure)
    if not natures or "" in natures:
        raise NotCheckableError("单位构成不明")
    if natures <= set(v.AGENCY_NATURES) and cost.value > own.value + slack:
        yield _finding(rule, disclosure, own, cost, "各单位都是行政或参公，机关运行经费应等于公用经费")
    elif not natures & set(v.AGENCY_NATURES) and own.value > slack:
        yield _finding(rule, disclosure, own, CellFigure(ZERO, ZERO, ""), "没有行政或参公单位，机关运行经费应为零")


def _natures(disclosure: Disclosure) -> set[str]:
    """Return the natures of all units with lines; empty where they are not known."""
    if disclosure.level == "unit":
        return {disclosure.nature}
    if not disclosure.is_computed or disclosure.settings is None:
        return set()
    units = {line.budget_unit for line in disclosure.lines}
    found = {code: disclosure.settings.unit(code) for code in units}
    return {unit.nature if unit else "" for unit in found.values()}


def functions_match_economics(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that money counted by function and by economic subject is the same: 住房公积金, 养老保险, 医疗."""
    checked = False
    for functions, new, old in _PAIRS:
        economics = new if disclosure.year >= _NEW_SUBJECTS else old
        left = _sum(cell_figure(disclosure, "general", code, "basic", "line") for code in functions)
        right = _sum(cell_figure(disclosure, "basic", code, "total", "line") for code in economics)
        if left is None or right is None or not (left.value and right.value):
            continue
        checked = True
        if abs(left.value - right.value) > left.slack + right.slack:
            names = "+".join(functions), "+".join(economics)
            yield _finding(
                rule, disclosure, left, right, f"同一笔支出两个数：功能科目 {names[0]} 与经济科目 {names[1]}"
            )
    if not checked:
        raise NotApplicableError("没有成对的功能科目与经济科目")


def _sum(figures: Iterable[CellFigure | None]) -> CellFigure | None:
    known = [figure for figure in figures if figure is not None]
    if not known:
        return None
    where = "、".join(figure.where for figure in known if figure.value) or known[0].where
    return CellFigure(sum((f.value for f in known), ZERO), sum((f.slack for f in known), ZERO), where)


def _word(category: str) -> str:
    return v.SANGONG_CATEGORY.word(category)


def _finding(
    rule: TieOutRule, disclosure: Disclosure, actual: CellFigure, expected: CellFigure, message: str
) -> Finding:
    """Say that two figures do not agree, both as the table of the first one prints them; in 元 where computed."""
    where = "、".join(filter(None, (actual.where, expected.where)))
    should, shown = (_printed(disclosure, actual, value) for value in (expected.value, actual.value))
    return Finding(rule.id, rule.severity, where, message, should, shown, where)


def _printed(disclosure: Disclosure, like: CellFigure, value: Decimal) -> str:
    tables = {} if disclosure.is_computed else {f"表{table.id}": table.money_unit for table in disclosure.tables}
    unit = tables.get(like.where.split(" ")[0], "元")
    number = money.in_unit(value, unit)
    if like.slack and unit != "元":  # 元 is shown in full
        number = money.round_half_up(number, -money.in_unit(like.slack * 2, unit).adjusted())
    return money.plain(number)
