"""Text for HTML: escaped, without characters that a page must not hold or that would turn its text around."""

from __future__ import annotations

import html
import re

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def escaped(text: str) -> str:
    """Return text for the content of an element or a quoted attribute."""
    return html.escape(_UNSAFE.sub("", text))
