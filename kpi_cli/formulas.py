"""Text that a spreadsheet would take for a formula, and how CSV carries it all the same.

`=1+1` in a project's name would be computed by whoever opens the file, `=HYPERLINK(…)` would lead elsewhere.
Source: OWASP, CSV Injection; Excel in Chinese takes the wide signs too.
"""

from __future__ import annotations

import re

MARKS = frozenset("=+-@＝＋－＠")
"""What a formula begins with."""
_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠].*[^\s=+\-＝＋－].*", re.DOTALL)
_NUMBER = re.compile(r"[+-]?[0-9.,]+%?")


def guarded(text: str) -> str:
    """Put an apostrophe before text that would be computed; numbers, negative ones too, and dashes stay as they are."""
    return f"'{text}" if _FORMULA.fullmatch(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Take the apostrophe off again: `unguarded(guarded(text)) == text` for every text."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text
