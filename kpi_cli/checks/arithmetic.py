"""The arithmetic kinds of rules: coverage, sums, comparisons and zeros, on the cells of tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli import money
from kpi_cli.checks.finding import Finding, NotApplicableError, NotCheckableError
from kpi_cli.tables.table import Block, Cell, State, Table, address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.checks.rules import Term, TieOutRule
    from kpi_cli.disclosure import Disclosure


@dataclass(frozen=True, slots=True)
class _Figure:
    value: Decimal
    where: str
    cell: Cell | None = None


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
    findings = []
    for table in tables:
        for block in table.blocks:
            if rule.block in ("", block.scope.records):
                for where, whole, parts in _additions(rule, table, block):
                    checked += 1
                    total = sum(parts, Decimal(0))
                    if total != whole:
                        findings.append(_finding(rule, where, f"{rule.title}：不成立", total, whole))
    if not tables:
        raise NotApplicableError("本表套没有这张表")
    if not checked:
        raise NotApplicableError("表中没有这样的合计")
    return iter(findings)


def _additions(rule: TieOutRule, table: Table, block: Block) -> Iterator[tuple[str, Decimal, list[Decimal]]]:
    """Yield every addition of a block that the rule is about: where, the whole, its parts."""
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


def _addition(
    table: Table, whole: tuple[int, int], parts: list[tuple[int, int]]
) -> Iterator[tuple[str, Decimal, list[Decimal]]]:
    cell = table.rows[whole[0]][whole[1]]
    values = [table.rows[r][c].value for r, c in parts]
    if cell.value is not None and all(value is not None for value in values):
        yield _where(table, *whole), cell.value, [value for value in values if value is not None]


def _where(table: Table, row: int, column: int) -> str:
    return f"表{table.id} {address(table.first_row + row, column)}"


# comparisons


def compare(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that the left terms equal the right ones, or do not exceed them."""
    keys = _keys(rule, disclosure) if rule.each else [""]
    findings = []
    for key in keys:
        left, where = _side(rule.left, key, disclosure)
        right, other = _side(rule.right, key, disclosure)
        if left > right if rule.op == "<=" else left != right:
            subject = f"（{key}）" if key else ""
            message = f"{rule.title}：不成立{subject}，{where} 与 {other}"
            findings.append(_finding(rule, f"{where}、{other}", message, right, left))
    return iter(findings)


def _keys(rule: TieOutRule, disclosure: Disclosure) -> list[str]:
    keys: dict[str, None] = {}
    for term in (*rule.left, *rule.right):
        _, block = _find(term, disclosure)
        for key in block.keys:
            code = key.rstrip("?")
            if code.isdigit() and (rule.each == "code" or len(code) == 3) and key == code:
                keys[key] = None
    return sorted(keys)


def _side(terms: Iterable[Term], key: str, disclosure: Disclosure) -> tuple[Decimal, str]:
    total, places = Decimal(0), []
    for term in terms:
        try:
            figure = _figure(replace(term, row=key) if term.row == "{row}" else term, disclosure, key)
        except NotApplicableError:
            if not term.optional:
                raise
            continue
        total += term.sign * figure.value
        places.append(figure.where)
    return total, "、".join(places)


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
    if r is None and key:  # the subject has no row in this table: nothing was budgeted for it
        return _Figure(Decimal(0), f"表{table.id}（无此行）")
    if r is None or c is None:
        raise NotApplicableError(f"表{table.id} 没有这样的行或列")
    cell = table.rows[r][c]
    if cell.state is State.UNKNOWN or cell.value is None:
        raise NotCheckableError(f"{_where(table, r, c)} 的数未知")
    return _Figure(cell.value, _where(table, r, c), cell)


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
