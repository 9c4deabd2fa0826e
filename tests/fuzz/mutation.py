"""Mutations of valid input: what a slip of the editor, a bad transfer or ill will makes of a file.

The same seed makes the same bytes, so that a case that fails can be run again by its number.
"""

from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

CASES = int(os.environ.get("KPI_FUZZ", "1000"))
"""Cases per reader."""

TOKENS = tuple(
    text.encode()
    for text in (
        *(
            '"',
            "'",
            '"""',
            "[",
            "]",
            "[[",
            "]]",
            "=",
            ",",
            "\n",
            "\r\n",
            "\t",
            " ",
            "#",
            "\\",
            "\\u0000",
            "{",
            "}",
            ".",
        ),
        *("nan", "inf", "-inf", "1e999", "-0", "0.005", "9" * 40, "1_000", "0x1F", "true", "1979-05-27", "07:32:00"),
        *(
            "[[line]]",
            "[line]",
            "amount = ",
            'amount = "1"',
            "amount = 1e400",
            "基本支出",
            "一般公共预算",
            "合计",
            "，",
            "“",
        ),
        *("../../etc/passwd", "/dev/zero", "\ufeff", "\u202e", "\x1b[31m", "\x00", "=1+1", "@SUM(A1)", "💰", "\ud7ff"),
        *("{{ 1 }}", "{% for a in b %}", "{{ ''.__class__ }}", "&", "<", "]]>", "&#0;", "<!ENTITY a 'b'>", "%s", "{0}"),
        *("a" * 5000, "[" * 300, "{" * 300, "(" * 300),
    )
)


def mutated(data: bytes, random: Random) -> bytes:
    """Change a few places of `data`: bytes flipped, cut, doubled, swapped, tokens put in, the end cut off."""
    made = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        at = random.randrange(len(made) + 1)
        end = min(len(made), at + random.choice((0, 1, 2, 5, 20, 200)))
        act = random.randrange(6)
        if act == 0 and at < len(made):
            made[at] = random.randrange(256)
        elif act == 1:
            del made[at:end]
        elif act == 2:
            made[at:at] = made[at:end]
        elif act == 3:
            made[at:end] = random.choice(TOKENS)
        elif act == 4:
            made[at:at] = random.choice(TOKENS)
        else:
            made = made[:at] if random.random() < 0.3 else made[at:] + made[:at]
    return bytes(made)


def mutated_zip(data: bytes, random: Random) -> bytes:
    """Change one member of a zip archive, or the archive's own bytes."""
    if random.random() < 0.2:
        return mutated(data, random)
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        names = old.namelist()
        chosen = random.choice(names)
        for name in names:
            content = old.read(name)
            if name == chosen and random.random() < 0.1:
                continue
            new.writestr(name, mutated(content, random) if name == chosen else content)
    return stream.getvalue()
