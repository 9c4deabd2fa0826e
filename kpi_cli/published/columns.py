"""Which column of a published table is which column of the definition: by header text, then by position."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kpi_cli.tables.definition import ColumnDefinition

_SAME = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"其它", "其他"),
        (r"日常公用", "公用"),
        (r"运行维护", "运行"),
        (r"公务用车购置及运行费?用?$", "公务用车"),
        (r"费用|经费", "费"),
        (r"纳入财政专户管理的?(收入安排的)?", "财政专户管理"),
        (r"结余结转|结转结余|结余|年初结转和结余", "结转"),
        (r"公共财政预算", "公共预算"),
        (r"(公共预算|政府性基金|国有资本经营)(?:预算)?(?:财政)?(?:拨款)?", r"\1"),
        (r"(?<=.)(收入|资金|费)$", ""),
        (r"(?<=.)(资金)$", ""),
    )
)
"""Words that are used for each other in headers and labels, in this order."""
_SUBTOTAL = "小计"
_NUMBER = r"(?:[一二三四五六七八九十]+\s*[、.．]|[（(][一二三四五六七八九十\d]+[)）]|\d+\s*[、.．])"
_NUMBERED = re.compile(rf"\s*(?:其中\s*[:：]?\s*)?(?:{_NUMBER}\s*)?")


@lru_cache(maxsize=4096)  # the words of definitions come again with every table
def folded(text: str) -> str:
    """Return a header or label in one spelling: no spaces, quotes, brackets or year, one word for each thing."""
    text = re.sub(r"[\s“”\"'‘’：:（）()]", "", text)
    text = re.sub(r"^\d{4}年度?", "", text)
    for pattern, word in _SAME:
        text = pattern.sub(word, text)
    return text


def unnumbered(text: str) -> str:
    """Drop the number in front of a label: `二、事业收入`, `（一）…`, `1. …`, `其中：（1）…`."""
    return text[_NUMBERED.match(text).end() :]  # type: ignore[union-attr]  # it matches nothing, too


@dataclass(frozen=True)
class Header:
    """The header of one printed column.

    Attributes:
      text: Its own text, the lowest one.
      groups: The texts above it, folded; a merged cell has its text in its first column only.
    """

    text: str
    groups: frozenset[str]


def read_headers(rows: Sequence[Sequence[str]]) -> list[Header]:
    """Read the headers of all columns from the header rows."""
    found = []
    for c in range(len(rows[0]) if rows else 0):
        own = next((r for r in reversed(range(len(rows))) if rows[r][c]), 0)
        above = (next((text for text in reversed(row[: c + 1]) if text), "") for row in rows[:own])
        found.append(Header(rows[own][c], frozenset(map(folded, above))))
    return found


def match_columns(headers: Sequence[Header], columns: Sequence[ColumnDefinition]) -> dict[int, int]:
    """Match the columns of a table with those of its definition.

    Args:
      headers: Of each printed column.
      columns: The definition's, of all blocks, from left to right.
    Returns:
      Index in `columns` → printed column; what is missing on either side has no entry.
    """
    printed = [folded(header.text) for header in headers]
    wanted = [folded(column.header[-1]) for column in columns]
    found = _aligned([[_likeness(column, header) for header in headers] for column in columns])
    taken = set(found.values())
    for i, text in enumerate(wanted):  # columns in another order
        if i not in found:
            free = [c for c, other in enumerate(printed) if c not in taken and other == text]
            if len(free) == 1:
                found[i] = free[0]
                taken.add(free[0])
    return found | _between(found, columns, len(printed))


def is_same(column: ColumnDefinition, header: Header) -> bool:
    """Tell whether a printed column has the header of a defined one."""
    text = folded(header.text)
    return bool(text) and text == folded(column.header[-1])


def _likeness(column: ColumnDefinition, header: Header) -> int:
    """0 for another header; the same header counts more under the same group (上年预算数, 本年预算数).

    A group that is printed without its parts (基本支出 without 人员经费, 公用经费) is its 小计.
    """
    *groups, own = map(folded, column.header)
    if is_same(column, header):
        return 2 + any(group in header.groups for group in groups)
    return int(own == _SUBTOTAL and bool(groups) and groups[-1] == folded(header.text))


def _aligned(likeness: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return the common subsequence of columns that are most alike."""
    height, width = len(likeness), len(likeness[0]) if likeness else 0
    best = [[0] * (width + 1) for _ in range(height + 1)]
    for i in reversed(range(height)):
        for c in reversed(range(width)):
            both = best[i + 1][c + 1] + likeness[i][c] if likeness[i][c] else 0
            best[i][c] = max(best[i + 1][c], best[i][c + 1], both)
    found, i, c = {}, 0, 0
    while i < height and c < width:
        if likeness[i][c] and best[i][c] == best[i + 1][c + 1] + likeness[i][c]:
            found[i] = c
            i, c = i + 1, c + 1
        elif best[i + 1][c] >= best[i][c + 1]:
            i += 1
        else:
            c += 1
    return found


def _between(found: dict[int, int], columns: Sequence[ColumnDefinition], width: int) -> dict[int, int]:
    """Match what is left by position, where as many are left on both sides between two matches."""
    more: dict[int, int] = {}
    for (i, c), (next_i, next_c) in pairwise(_edges(found, len(columns), width)):
        left = [k for k in range(i + 1, next_i) if k not in found]
        free = [k for k in range(c + 1, next_c) if k not in found.values()]
        required = [k for k in left if not columns[k].optional]
        for chosen in (left, required):
            if len(chosen) == len(free):
                more |= dict(zip(chosen, free, strict=True))
                break
    return more


def _edges(found: dict[int, int], height: int, width: int) -> Iterable[tuple[int, int]]:
    """Yield the matches that stand in order on both sides, between the two ends of the table."""
    last = (-1, -1)
    yield last
    for i, c in sorted(found.items()):
        if c > last[1]:
            last = (i, c)
            yield last
    yield height, width
