"""Rule on the reasons of changes: there is one, and it does not speak of the opposite (Y-06)."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from kpi_cli.checks.changes import VERBS, Change, change_finding, compared
from kpi_cli.model.claims import FLAT, INCREASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.checks.claim_book import ClaimBook
    from kpi_cli.checks.finding import Finding
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure

_UP = re.compile(r"增加|增长|上升|提高|新增|扩大|调增|上调|增资|增设|增配|新设|新进|调资|晋升")
_DOWN = re.compile(r"减少|下降|压减|压缩|降低|取消|核减|调减|缩减|下调|不再|到期|结束|完工|退休|节约|过紧日子")


def reasons_are_given(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that every change has a reason, and that the reason does not speak of the opposite."""
    book, found = compared(disclosure)
    explained = {book.key(c.reading.claim) for c in found if c.comparison.reason}
    silent: dict[str, list[Change]] = defaultdict(list)
    for change in found:
        own, key = change.comparison, book.key(change.reading.claim)
        if own.direction == FLAT:
            continue
        if own.reason is None and key not in explained:
            silent[change.reading.claim.section].append(change)
            continue
        word = VERBS[own.direction]
        name = book.name(key)
        if own.reason == "":
            yield change_finding(rule, book, change, f"{name}{word}，原因留空", "", "", aspect="原因")
        elif own.reason and _contradicts(own.direction, own.reason):
            message = f"{name}{word}，原因却说“{own.reason}”"
            yield change_finding(rule, book, change, message, f"{word}的原因", own.reason, "hint", "原因")

    for changed in silent.values():
        yield _unexplained(rule, book, changed)


def _unexplained(rule: TieOutRule, book: ClaimBook, changed: list[Change]) -> Finding:
    """One finding for all changes of a section that have no reason."""
    words = {book.key(c.reading.claim): VERBS[c.comparison.direction] for c in changed}
    names = "、".join(book.name(key) + word for key, word in words.items())
    message = f"{names}，没有写原因"
    if book.disclosure.is_computed:
        known = "、".join(f"“{key}”" for key in words)
        message += f"；原因写在 narrative.toml 的 [reasons]，键为 {known}"
    return change_finding(rule, book, changed[0], message, "", "", aspect="原因")


def _contradicts(direction: str, reason: str) -> bool:
    up, down = bool(_UP.search(reason)), bool(_DOWN.search(reason))
    return (down and not up) if direction == INCREASE else (up and not down)
