"""Rules on the notes and titles of tables: which table they speak of, of which year, and of whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kpi_cli.checks.finding import Finding, NotApplicableError, NotCheckableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.tables.table import Table

_FUNDS = {
    "government_fund": "政府性基金预算",
    "state_capital": "国有资本经营预算",
}
"""Role of a table that is often empty → the words by which its note names it."""
_EMPTY = re.compile(r"空表|无数据|没有数据")


def empty_tables_say_so(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that an empty table has a note about its own fund, and that a table with figures has none."""
    if not disclosure.tables:
        raise NotCheckableError("没有报表")
    for table in disclosure.tables:
        where = f"表{table.id} 注"
        is_empty = not any(cell.value for _, _, cell in table.figures())
        if is_empty:
            yield from _empty(rule, table, where)
        elif _EMPTY.search(table.note):
            yield Finding(rule.id, rule.severity, where, f"{table.name}有数，却注明为空表", "", table.note, where)


def _empty(rule: TieOutRule, table: Table, where: str) -> Iterator[Finding]:
    if table.role not in _FUNDS:
        return
    own = _FUNDS[table.role]
    named = [words for words in _FUNDS.values() if words.removesuffix("预算") in table.note]
    if not table.note:
        yield Finding(rule.id, "hint", where, f"{table.name}是空表，没有注明", f"无{own}…，故本表为空表", "", where)
    elif named and own not in named:
        message = f"{table.name}的注写的是{named[0]}"
        yield Finding(rule.id, rule.severity, where, message, own, named[0], where)


def notes_are_own(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that a note speaks of this year, and of a 部门 or 单位 as the document does."""
    notes = [table for table in disclosure.tables if table.note]
    if not notes:
        raise NotApplicableError("表下没有注")
    own, other = ("本部门", "本单位") if disclosure.level == "department" else ("本单位", "本部门")
    for table in notes:
        where = f"表{table.id} 注"
        years = set(re.findall(r"(\d{4})\s*年", table.note))
        if years and str(disclosure.year) not in years:
            message = f"注中的年份不是 {disclosure.year} 年"
            yield Finding(rule.id, rule.severity, where, message, str(disclosure.year), "、".join(sorted(years)), where)
        if other in table.note:
            yield Finding(rule.id, "hint", where, f"注写“{other}”，应为“{own}”", own, other, where)


def titles_agree(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that there are nine tables, and that every title has this year and speaks of a 部门 or 单位."""
    if not disclosure.tables:
        raise NotCheckableError("没有报表")
    own, other = ("部门", "单位") if disclosure.level == "department" else ("单位", "部门")
    is_used = any(own in table.title for table in disclosure.tables)
    for table in disclosure.tables:
        years = re.findall(r"(\d{4})\s*年", table.title)
        if years and str(disclosure.year) not in years:
            where = f"表{table.id} 标题"
            message = f"标题的年份不是 {disclosure.year} 年（{table.title}）"
            yield Finding(rule.id, rule.severity, where, message, str(disclosure.year), years[0], where)
        if is_used and other in table.title and own not in table.title:
            where, message = f"表{table.id} 标题", f"标题写“{other}”，应为“{own}”（{table.title}）"
            yield Finding(rule.id, "hint", where, message, own, other, where)
    missing = [str(n) for n in range(1, 10) if all(table.id != n for table in disclosure.tables)]
    if missing:
        raise NotCheckableError(f"没有表{'、'.join(missing)}")
