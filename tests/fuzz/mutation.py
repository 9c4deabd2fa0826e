"""Mutations of valid input: what a slip of the editor, a bad transfer or ill will makes of a file.

Bytes alone seldom come past a parser, so half of the cases keep the form of the file and swap what stands in it:
values of another type, numbers beyond all use, deep nesting, another place's text. The same random numbers make
the same bytes, so that a case that fails can be run again by its number.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


def words(text: str) -> list[str]:
    """Split values that are written in one line."""
    return text.split("¦")


TOKENS = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (
        *words('"¦\'¦[¦]¦=¦,¦\n¦\t¦ ¦#¦\\¦{¦}¦.¦(¦)¦|¦"""¦[[¦]]¦\r\n¦\\u0000¦\ufeff¦\u202e¦\ue000'),
        *words("\x1b[31m¦\x00¦💰¦\ud7ff¦\ud800¦nan¦inf¦-inf¦1e999¦-0¦0.005"),
        "9" * 40,
        *words("1_000¦0x1F¦true¦1979-05-27¦07:32:00¦[[line]]¦[line]¦amount = ¦amount = 1e400¦基本支出"),
        *words("一般公共预算¦合计¦，¦“¦=1+1¦@A1¦../../etc/passwd¦/dev/zero¦{{ 1 }}¦{% for a in b %}"),
        *words("{{ ''.__class__ }}¦%s¦{0}¦&¦<¦]]>¦&#0;¦<!ENTITY a 'b'>"),
        "a" * 5000,
        "[" * 300,
        "{" * 300,
        "(" * 300,
    )
)


@dataclass(frozen=True)
class Form:
    """What stands in a file of some language, and what else may stand there.

    Attributes:
      pattern: Finds keys, values, headers.
      values: What any of them may become.
    """

    pattern: str
    values: tuple[str, ...]

    def swapped(self, data: bytes, random: Random) -> bytes:
        """Put values, or what stands elsewhere in the file, in the place of some; drop or repeat a line."""
        text, spans = _spans(data, self.pattern)
        if not spans:
            return mutated(data, random)
        for start, end in sorted((random.choice(spans) for _ in range(random.choice((1, 1, 2, 4)))), reverse=True):
            other = slice(*random.choice(spans))
            old, new = text[start:end], random.choice(self.values) if random.random() < 0.7 else text[other]
            if random.random() < 0.5 and _sort(old) != _sort(new):  # another sort of value seldom comes far
                new = random.choice([value for value in self.values if _sort(value) == _sort(old)] or [new])
            text = text[:start] + new + text[end:]
        if random.random() < 0.1:
            lines = text.split("\n")
            at = random.randrange(len(lines))
            lines[at : at + 1] = [lines[at]] * random.choice((0, 0, 2, 30))
            text = "\n".join(lines)
        return text.encode("utf-8", "surrogatepass")

    def mutated(self, data: bytes, random: Random) -> bytes:
        """Change bytes, or values."""
        return (mutated if random.random() < 0.5 else self.swapped)(data, random)


class Archive(Form):
    """A zip archive whose members have the form."""

    def mutated(self, data: bytes, random: Random) -> bytes:
        """Change one member of the archive, drop one, or change the archive's own bytes."""
        if random.random() < 0.1:
            return mutated(data, random)
        members = dict(_members(data))
        chosen = random.choice(list(members))
        members[chosen] = super().mutated(members[chosen], random)
        if random.random() < 0.05:
            del members[chosen]
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as new:
            for name, content in members.items():
                new.writestr(zipfile.ZipInfo(name), content)
        return stream.getvalue()


def _sort(text: str) -> str:
    """Tell texts in quotes, numbers, words and the rest apart."""
    first = text[:1]
    return "0" if first.isdigit() or first == "-" else "a" if first.isalpha() else first


@lru_cache(maxsize=512)
def _spans(data: bytes, pattern: str) -> tuple[str, list[tuple[int, int]]]:
    text = data.decode("utf-8", "replace")
    return text, [found.span() for found in re.finditer(pattern, text, re.MULTILINE)]


@lru_cache(maxsize=64)
def _members(data: bytes) -> tuple[tuple[str, bytes], ...]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return tuple((name, archive.read(name)) for name in archive.namelist())


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


class Raw(Form):
    """Bytes of no form that we know."""

    def mutated(self, data: bytes, random: Random) -> bytes:
        """Change bytes."""
        return mutated(data, random)
