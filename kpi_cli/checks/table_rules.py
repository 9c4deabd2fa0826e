"""Rules on the rows of tables: signs, codes, order, names, numbering."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli import money
from kpi_cli.checks.finding import Finding, NotApplicableError, NotCheckableError
from kpi_cli.tables.table import Growth, State, address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.model.subjects import Subject, SubjectCatalogue
    from kpi_cli.tables.table import Block, Table

_LEVEL_DIGITS = (3, 2)
"""Digits of a 类, and of each level below it."""
_NUMERALS = "一二三四五六七八九十"
_NUMBERED = re.compile(rf"^\s*[（(]?(?P<numeral>[{_NUMERALS}]+)[、）)]")

_BRACKETS = str.maketrans("（）", "()")


class CodedRow(NamedTuple):
    """A row with a subject code."""

    table: Table
    block: Block
    row: int
    code: str
    kind: str
    name: str

    @property
    def where(self) -> str:
        """Table and the cell of the code."""
        return f"表{self.table.id} {address(self.table.first_row + self.row, self.block.first)}"


def coded_rows(disclosure: Disclosure) -> tuple[CodedRow, ...]:
    """Return every row that stands for a subject.

    Raises:
      NotCheckableError: There are no tables.
    """
    if not disclosure.tables:
        raise NotCheckableError("没有报表")
    memo = disclosure.memo
    if "coded_rows" not in memo:
        memo["coded_rows"] = tuple(_coded_rows(disclosure))
    found: tuple[CodedRow, ...] = memo["coded_rows"]
    return found


def _coded_rows(disclosure: Disclosure) -> Iterator[CodedRow]:
    for table in disclosure.tables:
        for block in table.blocks:
            labels = [c for c in range(block.first, block.last + 1) if table.columns[c].kind == "label"]
            heads = [
                table.header_path(c) for c in range(block.first, block.last + 1) if table.columns[c].kind == "code"
            ]
            if heads and not any("科目" in text for head in heads for text in head):  # rows of budget units
                continue
            for row, key in enumerate(block.keys):
                if key.isascii() and key.isdigit():
                    name = "".join(table.rows[row][c].text for c in labels)
                    kind = "economic" if key[0] in "35" else "function"
                    yield CodedRow(table, block, row, key, kind, _NUMBERED.sub("", name).strip())


def _catalogue(disclosure: Disclosure) -> SubjectCatalogue:
    if disclosure.catalogue is None:
        raise NotCheckableError("没有科目目录")
    return disclosure.catalogue


def _bare(name: str) -> str:
    return "".join(name.translate(_BRACKETS).split())


def no_negative_amounts(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that no amount is negative; differences and rates may be."""
    if not disclosure.tables:
        raise NotCheckableError("没有报表")
    for table in disclosure.tables:
        for r, c, cell in table.figures():
            if cell.value is None or cell.value >= 0 or table.columns[c].kind != "amount":
                continue
            if not isinstance(cell.formula, Growth) and "增减" not in "".join(table.header_path(c)):
                where = f"表{table.id} {address(table.first_row + r, c)}"
                shown = cell.plain or money.plain(cell.value)
                yield Finding(rule.id, rule.severity, where, "金额小于零", "0", shown, where)


def codes_are_valid(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that codes have all their digits, exist in that year, and are named as the catalogue does."""
    names = _catalogue(disclosure)
    seen: set[tuple[str, str, str]] = set()
    for row in coded_rows(disclosure):
        written = _written_code(row)
        if written != row.code == _padded_code(row):
            message = f"科目编码的位数不对：写“{'｜'.join(_code_cells(row))}”"
            yield Finding(rule.id, rule.severity, row.where, message, row.code, written, row.where)
        thing = (row.kind, row.code, _bare(row.name))
        if thing in seen or _expired(names, row):
            continue
        seen.add(thing)
        known = names.name(row.kind, row.code)
        if known is None:
            near = "、".join(f"{code} {name}" for code, name in names.nearest(row.kind, row.code, 1))
            message = f"{disclosure.year} 年没有这个科目编码（{row.code} {row.name}）"
            yield Finding(rule.id, rule.severity, row.where, message, near, row.code, row.where)
        elif _bare(known) != _bare(row.name):
            message = f"科目名称与目录不同：{row.code} 写“{row.name}”，目录为“{known}”"
            yield Finding(rule.id, "hint", row.where, message, known, row.name, row.where)


def _code_cells(row: CodedRow) -> list[str]:
    """Return what each code column says of its own level, also where it repeats the levels above (201｜20106)."""
    columns = range(row.block.first, row.block.last + 1)
    texts = [row.table.rows[row.row][c].text for c in columns if row.table.columns[c].kind == "code"]
    pairs = zip(["", *texts], texts, strict=False)
    return [text.removeprefix(above) if len(text) > _LEVEL_DIGITS[0] else text for above, text in pairs]


def _written_code(row: CodedRow) -> str:
    """Return the digits as written; the row's code where it leaves upper levels to the row above."""
    return "".join(_code_cells(row)) if _is_whole(row) else row.code


def _padded_code(row: CodedRow) -> str:
    """Return the code that the row writes, each level with all its digits."""
    cells = _code_cells(row)
    if len(cells) < 2 or not _is_whole(row):  # in one column, or known by its place or name
        return row.code
    return "".join(text.zfill(_LEVEL_DIGITS[bool(i)]) for i, text in enumerate(cells) if text)


def _is_whole(row: CodedRow) -> bool:
    """Tell whether a row writes its whole code: no level is left to the row above."""
    filled = [bool(text) for text in _code_cells(row)]
    return any(filled) and filled == sorted(filled, reverse=True)


def _expired(names: SubjectCatalogue, row: CodedRow) -> Subject | None:
    """Return the expired name that a row still uses."""
    known = names.name(row.kind, row.code)
    if known is not None and _bare(known) == _bare(row.name):
        return None
    olds = (s for s in names.former(row.kind, row.code) if s.valid_to is not None and s.valid_to < names.year)
    return next((s for s in olds if _bare(s.name) == _bare(row.name)), None)


def names_are_current(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that no subject has a name that expired before the year; a hint where the year is not certain."""
    names = _catalogue(disclosure)
    for row in coded_rows(disclosure):
        old = _expired(names, row)
        if old is not None:
            known = names.name(row.kind, row.code) or ""
            now = f"现名“{known}”" if known else "现已没有这个编码"
            message = f"科目名称已经过期：{row.code} 写“{row.name}”（用到 {old.valid_to} 年），{now}"
            severity = rule.severity if old.has_certain_years else "hint"
            yield Finding(rule.id, severity, row.where, message, known, row.name, f"{row.code}:{row.name}")


def parents_are_there(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that every 项 has its 款, every 款 its 类, and that rows stand in the order of their codes."""
    for block in _blocks(disclosure):
        for row in block:
            if _padded_code(row) != row.code:
                written = "｜".join(filter(None, _code_cells(row)))
                message = f"{written} {row.name} 没有上级行；从位置看应为 {row.code}"
                yield Finding(rule.id, rule.severity, row.where, message, row.code, written, row.where)
        yield from _orphans(rule, block)
        for first, second in pairwise(block):
            if second.code < first.code and second.code not in first.code:
                message = f"行的次序不对：{second.code} 排在 {first.code} 之后"
                yield Finding(rule.id, "hint", second.where, message, "", second.code, second.where)


def _orphans(rule: TieOutRule, block: list[CodedRow]) -> Iterator[Finding]:
    """Yield each upper row that is not there, with the rows that lack it; a table may leave out a whole level."""
    levels = sorted({len(row.code) for row in block})
    known = {row.code for row in block}
    lacking: dict[str, list[CodedRow]] = {}
    for row in block:
        above = [n for n in levels if n < len(row.code)]
        if above and row.code[: above[-1]] not in known:
            lacking.setdefault(row.code[: above[-1]], []).append(row)
    for parent, rows in lacking.items():
        message = f"{'、'.join(row.code for row in rows)} 没有上级行 {parent}"
        yield Finding(rule.id, rule.severity, rows[0].where, message, parent, "", rows[0].where)


def codes_are_unique(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that no code has two rows in one table."""
    for block in _blocks(disclosure):
        seen: dict[str, CodedRow] = {}
        for row in block:
            if row.code in seen and not row.name.startswith("未列"):
                message = f"{row.code} {row.name} 在同一表中有两行（另一行 {seen[row.code].where}）"
                yield Finding(rule.id, rule.severity, row.where, message, "", row.code, row.where)
            seen.setdefault(row.code, row)


def _blocks(disclosure: Disclosure) -> list[list[CodedRow]]:
    found: dict[tuple[int, int], list[CodedRow]] = {}
    for row in coded_rows(disclosure):
        found.setdefault((row.table.id, row.block.first), []).append(row)
    return list(found.values())


def numbering_is_complete(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that 一、二、三… runs without gaps, and that no single 类 stands without a figure."""
    checked = False
    for block in _blocks(disclosure):
        table = block[0].table
        if table.role not in ("summary", "appropriation") or block[0].kind != "function":
            continue
        checked = True
        yield from _gaps(rule, block)
        empty = [row for row in block if _is_blank(row)]
        if 0 < len(empty) <= 2 < len(block):  # a form that lists every 类 has many
            for row in empty:
                yield Finding(rule.id, "hint", row.where, f"{row.name} 没有数，应删去该行", "", row.name, row.where)
    if not checked:
        raise NotApplicableError("表中没有编号的类")


def _gaps(rule: TieOutRule, block: list[CodedRow]) -> Iterator[Finding]:
    numbers = []
    for row in block:
        texts = [row.table.rows[row.row][c].text for c in range(row.block.first, row.block.last + 1)]
        match = next((found for text in texts if (found := _NUMBERED.match(text))), None)
        if match:
            numbers.append((row, _numeral(match["numeral"])))
    for (_, first), (row, second) in pairwise(numbers):
        if second != first + 1:
            message = f"序号不连续：第 {first} 之后是第 {second}（{row.name}）"
            yield Finding(rule.id, rule.severity, row.where, message, str(first + 1), str(second), row.where)


def _numeral(text: str) -> int:
    tens, is_ten, ones = text.rpartition("十")
    value = (_NUMERALS.index(tens) + 1 if tens else 1) * 10 if is_ten else 0
    return value + (_NUMERALS.index(ones) + 1 if ones else 0)


def _is_blank(row: CodedRow) -> bool:
    cells = [row.table.rows[row.row][c] for c in range(row.block.first, row.block.last + 1)]
    return not any(cell.state in (State.AMOUNT, State.UNKNOWN) for cell in cells)


def one_name_each(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that a code has the same name in all tables: one finding for each further name."""
    known: dict[tuple[str, str], dict[str, list[CodedRow]]] = {}
    for row in coded_rows(disclosure):
        if row.name:
            known.setdefault((row.kind, row.code), {}).setdefault(_bare(row.name), []).append(row)
    for (_, code), names in known.items():
        usual = max(names.values(), key=len)
        for rows in names.values():
            if rows is not usual:
                tables = [f"表{'、表'.join(dict.fromkeys(str(r.table.id) for r in own))}" for own in (rows, usual)]
                message = (
                    f"同一编码两个名称：{code} 在{tables[0]} 是“{rows[0].name}”，在{tables[1]} 是“{usual[0].name}”"
                )
                where = "、".join(row.where for row in (*rows, usual[0]))
                yield Finding(rule.id, rule.severity, where, message, usual[0].name, rows[0].name, f"{code}:名称")
