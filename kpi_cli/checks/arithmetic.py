"""The arithmetic kinds of rules: coverage, sums, comparisons and zeros, on the cells of tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli import money
from kpi_cli.checks.figure_cells import printed_slack
from kpi_cli.checks.finding import Finding, NotApplicableError, NotCheckableError
from kpi_cli.tables.table import Block, Cell, State, Table, address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.checks.rule import Term, TieOutRule
    from kpi_cli.disclosure import Disclosure


_FEW = 4
"""Roundings of one table that are worth a finding each."""


@dataclass(frozen=True, slots=True)
class _Addition:
    """A figure and those that it should be the sum of."""

    where: str
    whole: Cell
    parts: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Figure:
    value: Decimal
    where: str
    slack: Decimal = Decimal(0)
    table: Table | None = None
    places: int = 0


# coverage


def coverage(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that every record of a block's scope stands in exactly one of its leaf rows."""
    records = {"line": disclosure.lines, "income": disclosure.incomes, "sangong": disclosure.sangong}
    if not any(records.values()):
        raise NotApplicableError("没有台账记录")
    for table in disclosure.tables:
        for block in table.blocks:
            own = [r for r in block.scope.pick(records[block.scope.records]) if r.amount is not None]
            expected = sum((r.amount for r in own), Decimal(0))
            shown = _leaves(table, block)
            if shown is not None and shown != expected:
                where = f"表{table.id}"
                yield _finding(rule, where, f"{where} 各明细行之和与口径内的记录不符", expected, shown)


def _leaves(table: Table, block: Block) -> Decimal | None:
    total = Decimal(0)
    for row in table.rows[table.header_rows :]:
        for c in range(block.first, block.last + 1):
            cell = row[c]
            if cell.state is State.UNKNOWN:
                return None
            selection = cell.selection
            if selection is not None and c not in block.memo and selection.year_offset == 0 and cell.value is not None:
                total += cell.value
    return total


# sums


def sums(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that every sum that the definition declares equals its parts."""
    tables = [table for table in disclosure.tables if table.role in rule.tables]
    checked = 0
    findings: list[Finding] = []
    for table in tables:
        additions = [
            addition
            for block in table.blocks
            if rule.block in ("", block.scope.records)
            for addition in _additions(rule, table, block)
        ]
        checked += len(additions)
        found = [finding for addition in additions for finding in _judged(rule, disclosure, table, addition)]
        findings += _gathered(rule, table, found)
    if not tables:
        raise NotApplicableError("本表套没有这张表")
    if not checked:
        raise NotApplicableError("表中没有这样的合计")
    return iter(findings)


def _gathered(rule: TieOutRule, table: Table, found: list[Finding]) -> list[Finding]:
    """Tell a few roundings one by one, many of one table in one hint: tables in 万元 are full of them."""
    hints = [finding for finding in found if finding.severity == "hint"]
    if len(hints) <= _FEW:
        return found
    cells = "、".join(finding.where.split()[-1] for finding in hints)
    message = f"{rule.title}：{len(hints)} 格的显示数与各部分之和略有差异，舍入可以解释"
    first = hints[0]
    one = Finding(rule.id, "hint", f"表{table.id} {cells}", message, first.expected, first.actual)
    return [*(finding for finding in found if finding.severity != "hint"), one]


def _judged(rule: TieOutRule, disclosure: Disclosure, table: Table, addition: _Addition) -> Iterator[Finding]:
    """Compare a sum with its parts; in a published table they may differ by what rounding explains."""
    total = sum((cell.value for cell in addition.parts if cell.value is not None), Decimal(0))
    whole = addition.whole.value or Decimal(0)
    if total == whole:
        return
    slack = (
        Decimal(0) if disclosure.is_computed else sum(map(printed_slack, (addition.whole, *addition.parts)), Decimal(0))
    )
    unit, places = ("元", 0) if disclosure.is_computed else (table.money_unit, _places(addition.whole))
    expected, actual = (_shown(value, unit, places) for value in (total, whole))
    if abs(total - whole) <= slack:
        gap = money.plain(money.in_unit(abs(total - whole), unit))
        message = f"{rule.title}：显示数相差 {gap}{unit}，舍入可以解释"
        yield Finding(rule.id, "hint", addition.where, message, expected, actual)
    else:
        yield Finding(rule.id, rule.severity, addition.where, f"{rule.title}：不成立", expected, actual)


def _places(cell: Cell) -> int:
    return cell.format.places if cell.format else 0


def _shown(yuan: Decimal, unit: str, places: int) -> str:
    """Write an amount exactly, with at least as many decimals as its table prints."""
    number = money.in_unit(yuan, unit)
    return money.plain(money.round_half_up(number, max(places, money.printed_places(number))))


def _additions(rule: TieOutRule, table: Table, block: Block) -> Iterator[_Addition]:
    """Yield every addition of a block that the rule is about."""
    if rule.direction in ("", "columns") and not rule.rows:
        for r in range(table.header_rows, len(table.rows)):
            for c, parts in block.column_sums.items():
                yield from _addition(table, (r, c), [(r, part) for part in parts])
    if rule.direction in ("", "rows"):
        for r, children in block.row_sums.items():
            if not rule.rows or block.keys[r] in rule.rows:
                for c in range(block.first, block.last + 1):
                    if table.columns[c].kind != "percent":  # rates do not add up
                        yield from _addition(table, (r, c), [(child, c) for child in children])


def _addition(table: Table, whole: tuple[int, int], parts: list[tuple[int, int]]) -> Iterator[_Addition]:
    cell = table.rows[whole[0]][whole[1]]
    cells = tuple(table.rows[r][c] for r, c in parts)
    if cell.value is not None and all(part.value is not None for part in cells):
        yield _Addition(_where(table, *whole), cell, cells)


def _where(table: Table, row: int, column: int) -> str:
    return f"表{table.id} {address(table.first_row + row, column)}"


# comparisons


def compare(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that the left terms equal the right ones, or do not exceed them."""
    unknown: NotCheckableError | None = None
    for key in _keys(rule, disclosure) if rule.each else [""]:
        try:
            left, right = (_side(side, key, disclosure) for side in (rule.left, rule.right))
        except NotCheckableError as error:
            unknown = error
            continue
        if left.value > right.value if rule.op == "<=" else left.value != right.value:
            yield _unequal(rule, disclosure, left, right, key)
    if unknown is not None:
        raise unknown


def _unequal(rule: TieOutRule, disclosure: Disclosure, left: _Figure, right: _Figure, key: str) -> Finding:
    """Say that two sides differ; in 元 where they were computed, else in the unit of the left table."""
    subject = f"（{key}）" if key else ""
    unit, places = "元", 0
    if left.table is not None and not disclosure.is_computed:
        unit, places = left.table.money_unit, left.places
    expected, actual = (_shown(side.value, unit, places) for side in (right, left))
    where = f"{left.where}、{right.where}"
    if not disclosure.is_computed and abs(left.value - right.value) <= left.slack + right.slack:
        message = f"{rule.title}：显示数略有差异{subject}，舍入可以解释，{left.where} 与 {right.where}"
        return Finding(rule.id, "hint", where, message, expected, actual)
    message = f"{rule.title}：不成立{subject}，{left.where} 与 {right.where}"
    return Finding(rule.id, rule.severity, where, message, expected, actual)


def _keys(rule: TieOutRule, disclosure: Disclosure) -> list[str]:
    keys: dict[str, None] = {}
    for term in (*rule.left, *rule.right):
        _, block = _find(term, disclosure)
        for key in block.keys:
            code = key.rstrip("?")
            if code.isdigit() and (rule.each == "code" or len(code) == 3) and key == code:
                keys[key] = None
    return sorted(keys)


def _side(terms: Iterable[Term], key: str, disclosure: Disclosure) -> _Figure:
    total, slack, places = Decimal(0), Decimal(0), []
    table: Table | None = None
    found_places = 0
    for term in terms:
        try:
            figure = _figure(term._replace(row=key) if term.row == "{row}" else term, disclosure, key)
        except NotApplicableError:
            if not term.optional:
                raise
            continue
        total, slack = total + term.sign * figure.value, slack + figure.slack
        table, found_places = (table, found_places) if table else (figure.table, figure.places)
        places.append(figure.where)
    return _Figure(total, "、".join(places), slack, table, found_places)


def _find(term: Term, disclosure: Disclosure) -> tuple[Table, Block]:
    for table in disclosure.tables:
        if table.role == term.role:
            for block in table.blocks:
                if term.block in ("", block.scope.records):
                    return table, block
    raise NotApplicableError("本表套没有这张表")


def _figure(term: Term, disclosure: Disclosure, key: str = "") -> _Figure:
    table, block = _find(term, disclosure)
    c = _column(table, block, term.column)
    r = block.row(term.row)
    if r is None and key:
        if _may_hold(block, key):
            raise NotCheckableError(f"表{table.id} 没有认出 {key} 行")
        return _Figure(Decimal(0), f"表{table.id}（无此行）")  # nothing was budgeted for the subject
    if r is None or c is None:
        raise NotApplicableError(f"表{table.id} 没有这样的行或列")
    cell = table.rows[r][c]
    if cell.state is State.UNKNOWN or cell.value is None:
        raise NotCheckableError(f"{_where(table, r, c)} 的数未知")
    return _Figure(cell.value, _where(table, r, c), printed_slack(cell), table, _places(cell))


def _may_hold(block: Block, code: str) -> bool:
    """Tell whether money of a code without a row of its own may stand in another row: a finer one, an unknown one."""
    return any((key.startswith(code) and key != code) or re.fullmatch(r"\?\d+", key) for key in block.keys)


def _column(table: Table, block: Block, name: str) -> int | None:
    columns = range(block.first, block.last + 1)
    if name:
        return next((c for c in columns if table.columns[c].id == name), None)
    named = next((c for c in columns if table.columns[c].id == "total"), None)
    return named if named is not None else next((c for c in columns if table.columns[c].kind == "amount"), None)


def zero(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that the terms are zero."""
    findings = []
    for term in rule.items:
        figure = _figure(term, disclosure, key=term.row)
        if figure.value:
            message = f"{rule.title}：该格应为零"
            findings.append(_finding(rule, figure.where, message, Decimal(0), figure.value))
    return iter(findings)


def _finding(rule: TieOutRule, where: str, message: str, expected: Decimal, actual: Decimal) -> Finding:
    return Finding(rule.id, rule.severity, where, message, money.plain(expected), money.plain(actual))
