"""Text in a workbook: what a cell may hold, how wide it is drawn, and what a sheet may be called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kpi_cli.formulas import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable

SHEET_NAME_LIMIT = 31
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 cannot hold or that no reader shows; tab and line feed stay."""


def clean(text: str) -> str:
    """Return the text as a cell can hold it: without control characters and unpaired surrogates."""
    if not text.isprintable():  # a fast test; full-width spaces and line feeds only fail it, they stay
        text = _FORBIDDEN.sub("", text.replace("\r\n", "\n"))
    if text.startswith("<r>") and text.endswith("</r>"):
        return text + " "  # XlsxWriter would take it for its own rich-text XML and write it unescaped
    return text


def looks_like_formula(text: str) -> bool:
    """Tell whether a spreadsheet would take the text for a formula if a person typed it."""
    return text[:1] in MARKS


def display_width(text: str) -> int:
    """Return the width in half-width characters as 宋体 draws it.

    A Chinese office font draws every character outside ASCII two columns wide, also “” — ①, whose width Unicode
    calls ambiguous; that is just what GB 18030 stores in two bytes. Rare characters (four bytes) are overestimated.
    """
    return len(text.encode("gb18030", "replace"))


def line_count(text: str, width: int) -> int:
    """Return how many lines the text takes when it wraps at `width` half-width characters."""
    return sum(max(1, -(-display_width(part) // max(width, 1))) for part in text.split("\n"))


def sheet_names(wanted: Iterable[str]) -> list[str]:
    r"""Make legal sheet names, in order: no `[]:*?/\`, no quote at an end, at most 31 characters, all different."""
    names: list[str] = []
    taken: set[str] = set()
    for text in wanted:
        base = re.sub(r"[\[\]:*?/\\]", " ", clean(text).replace("\n", " ")).strip("' ") or "表"
        name, number = _cut(base, ""), 1
        while name.lower() in taken:
            number += 1
            name = _cut(base, f"({number})")
        taken.add(name.lower())
        names.append(name)
    return names


def _cut(base: str, suffix: str) -> str:
    """Shorten to the limit, which counts UTF-16 units."""
    while len((base + suffix).encode("utf-16-le")) > 2 * SHEET_NAME_LIMIT:
        base = base[:-1]
    return base.rstrip("' ") + suffix
