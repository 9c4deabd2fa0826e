"""Text as WordprocessingML holds it, and how wide it is drawn."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 cannot hold or that no reader shows; tab and line feed stay."""

_BREAKS = re.compile(r"([\t\n])")


def clean(text: str) -> str:
    """Return the text without what a document cannot hold: control characters, unpaired surrogates."""
    if text.isprintable():  # a fast test; full-width spaces and line feeds only fail it, they stay
        return text
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def escape(text: str) -> str:
    """Return the text for the inside of an element."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute(text: str) -> str:
    """Return the text for an attribute value in double quotes, on one line."""
    return " ".join(escape(text).split()).replace('"', "&quot;")


def run(text: str) -> str:
    """Return a run (`w:r`) of the text, its look left to the paragraph's style; "" for no text."""
    if text.isalnum():  # nothing to escape, and true of most names and codes
        return f"<w:r><w:t>{text}</w:t></w:r>"
    text = escape(text)
    if not text:
        return ""
    if "\n" not in text and "\t" not in text:
        return f"<w:r>{_words(text)}</w:r>"
    marks = {"\n": "<w:br/>", "\t": "<w:tab/>", "": ""}
    return f"<w:r>{''.join(marks.get(part) or _words(part) for part in _BREAKS.split(text) if part)}</w:r>"


def _words(text: str) -> str:
    """Word drops spaces at the ends unless it is told to keep them."""
    return f"<w:t>{text}</w:t>" if text.strip() == text else f'<w:t xml:space="preserve">{text}</w:t>'


def display_width(text: str) -> int:
    """Return the width in half-width characters as a Chinese office font draws it.

    Such a font draws every character outside ASCII two columns wide, also “” — ①, whose width Unicode calls
    ambiguous; that is just what GB 18030 stores in two bytes. Rare characters (four bytes) are overestimated.
    """
    return len(text) if text.isascii() else len(clean(text).encode("gb18030"))


def line_count(text: str, width: int) -> int:
    """Return how many lines the text takes when it wraps at `width` half-width characters."""
    return sum(max(1, -(-display_width(part) // max(width, 1))) for part in clean(text).split("\n"))


_OPENING, _CLOSING = r"“‘（〔《〈【「『(\[{", r"”’）〕》〉】」』)\]}，。、；：！？,.;:!?%％"
_UNIT = re.compile(rf"[{_OPENING}]*(?:[0-9]+年|[!-'*-Z\\^-z|~]+|.)[{_CLOSING}]*", re.DOTALL)
"""What no line end divides: a number or word, with the opening marks before it and the closing marks behind it."""

_NUMBER = re.compile("[0-9]")
_BESIDE_NUMBER = 1.5
"""What LibreOffice adds around a number and stand-ins for 仿宋 by wider digits, in half-width characters."""

_HANGING = "，。、；：！？"
"""Marks that may stand beyond the end of a line."""


def wrapped_count(text: str, width: int, indent: int) -> int:
    """Return how many lines a paragraph of text takes.

    Args:
      text: The paragraph.
      width: Half-width characters on a line.
      indent: Half-width characters that the first line is shorter.
    """
    count = 0
    for part in clean(text).split("\n"):
        count, used = count + 1, float(indent)
        for unit in _UNIT.findall(part):
            size, hanging = 2.0, 0
            if len(unit) > 1 or unit.isascii():  # most are one Chinese character
                size = display_width(unit) + _BESIDE_NUMBER * bool(_NUMBER.search(unit))
                hanging = 2 * (unit[-1] in _HANGING)
            if used + size - hanging > width:
                count, used = count + 1, 0.0
            used += size
            if size > width > 0:  # a word longer than a line
                more = int((used - 1) // width)
                count, used = count + more, used - more * width
        indent = 0
    return count
