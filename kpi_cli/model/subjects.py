"""The subject catalogues (功能分类, 部门经济分类, 政府经济分类): names by code and year.

The bundled catalogue is data in `templates/subjects/`; a ledger's `subjects.csv` wins over it. Names carry
their years of validity, where they come from, and doubt: most are `knowledge`, few are `attested`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

KINDS = {"function": "功能科目", "economic": "经济科目", "government": "政府经济科目"}
LEVELS = {"function": (3, 5, 7), "economic": (3, 5), "government": (3, 5)}


class Subject(NamedTuple):
    """One name of one code.

    Attributes:
      kind: `function`, `economic` (部门经济分类) or `government` (政府经济分类).
      code: 3, 5 or 7 digits.
      name: Name at its own level, as printed.
      valid_from: First year, or None for "always".
      valid_to: Last year, or None for "still".
      source: Where the name is attested, or `knowledge`.
    """

    kind: str
    code: str
    name: str
    valid_from: int | None
    valid_to: int | None
    source: str

    def is_valid_in(self, year: int) -> bool:
        """Tell whether the name was in force in a year."""
        return (self.valid_from or 0) <= year <= (self.valid_to or 9999)

    @property
    def is_attested(self) -> bool:
        """Tell whether a document shows the name; otherwise it is professional knowledge."""
        return self.source.startswith("attested")

    @property
    def has_certain_years(self) -> bool:
        """Tell whether its years of validity are known, not only guessed to within a year."""
        return "未核实" not in self.source


@dataclass(frozen=True)
class SubjectCatalogue:
    """Names of one year: the ledger's local ones over the bundled ones.

    Attributes:
      year: Budget year.
      subjects: Every bundled subject, of all years.
      local: (kind, code) → name, from the ledger's subjects.csv.
    """

    year: int
    subjects: tuple[Subject, ...]
    local: Mapping[tuple[str, str], str] = field(default_factory=dict)
    _names: dict[tuple[str, str], str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the names in force in the year."""
        names = {(s.kind, s.code): s.name for s in self.subjects if s.is_valid_in(self.year)}
        object.__setattr__(self, "_names", {**names, **self.local})

    def name(self, kind: str, code: str) -> str | None:
        """Return the name in force, or None where the code is not known in this year."""
        return self._names.get((kind, code))

    def former(self, kind: str, code: str) -> tuple[Subject, ...]:
        """Return the names that a code has in any year."""
        return tuple(s for s in self.subjects if s.kind == kind and s.code == code)

    def nearest(self, kind: str, code: str, count: int = 3) -> tuple[tuple[str, str], ...]:
        """Return the known codes that look most like an unknown one, with their names.

        Siblings (same 款, or same 类) come first, then the smallest numerical distance.
        """
        same = [(c, n) for (k, c), n in self._names.items() if k == kind and len(c) == len(code)]

        def distance(pair: tuple[str, str]) -> tuple[int, int, str]:
            common = next((i for i, (a, b) in enumerate(zip(pair[0], code, strict=True)) if a != b), len(code))
            return -common, abs(int(pair[0]) - int(code)) if code.isdigit() else 0, pair[0]

        return tuple(sorted(same, key=distance)[:count])

    def search(self, word: str) -> tuple[Subject, ...]:
        """Find subjects whose code starts with `word` or whose name contains it, of any year; local names first."""
        local = tuple(
            Subject(kind, code, name, self.year, self.year, "subjects.csv") for (kind, code), name in self.local.items()
        )
        return tuple(s for s in (*local, *self.subjects) if s.code.startswith(word) or word in s.name)


@lru_cache(maxsize=4)
def bundled_subjects(folder: Path) -> tuple[Subject, ...]:
    """Read the bundled catalogue from `templates/subjects/`.

    Args:
      folder: The folder with function.csv and economic.csv.
    """
    found: list[Subject] = []
    for name in ("function", "economic"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)  # every start waits for it: a DictReader takes three times as long
            found += _rows((dict(zip(header, row, strict=True)) for row in rows), name)
    return tuple(found)


def _rows(rows: Iterable[Mapping[str, str]], name: str) -> Iterable[Subject]:
    for row in rows:
        kind = {"department": "economic", "government": "government"}.get(row.get("kind", ""), name)
        first, last = row["valid_from"], row["valid_to"]
        yield Subject(
            kind, row["code"], row["name"], int(first) if first else None, int(last) if last else None, row["source"]
        )
