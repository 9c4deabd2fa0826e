"""Which row of a published table is which row of the definition: by code, by label, or by the name of a subject."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kpi_cli.published.columns import folded, unnumbered
from kpi_cli.tables.definition import GROWN_FIELDS
from kpi_cli.tables.rows import UNLISTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kpi_cli.model.subjects import SubjectCatalogue
    from kpi_cli.tables.definition import BlockDefinition, RowDefinition

FILLER = ""
"""Key of a row that holds nothing of the block."""
OTHER = "?"
"""Key of a row that holds figures under a label that the definition does not know."""
UNIT = "@"
"""How the key of a budget unit without a code begins; its name follows."""
_CATEGORY = 3
_PART = ("其中", "#")
"""How labels of rows begin that repeat a part of the row above."""
_TOTAL = ("合计", "总计")
_ALIKE = 0.75
"""How much of a name must be right where the rest of it is a slip."""


@dataclass
class PrintedRows:
    """The rows of one block of a published table.

    Attributes:
      keys: One key per body row: a code, a fixed row's id, OTHER, a code with OTHER behind it (未列科目), UNIT with
        a name, or FILLER.
      sums: Row → the rows that it adds.
      unknown: Rows with figures whose label the definition does not know.
    """

    keys: list[str]
    sums: dict[int, tuple[int, ...]] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)


class RowMatcher:
    """Matches the rows of one block.

    Args:
      block: The definition.
      places: Index of a column of the block → printed column.
      names: Subject names of the year, for rows that are known by name alone.
      heads: The header rows, which some documents repeat on every page.
    """

    def __init__(
        self,
        block: BlockDefinition,
        places: Mapping[int, int],
        names: SubjectCatalogue,
        heads: Iterable[Sequence[str]] = (),
    ) -> None:
        """Sort the block's columns into codes, labels and figures."""
        self.block = block
        self.heads = [[unicodedata.normalize("NFKC", text) for text in head] for head in heads]
        kinds = {i: column.kind for i, column in enumerate(block.columns)}
        self.codes = [(places[i], block.columns[i].digits) for i in kinds if kinds[i] == "code" and i in places]
        self.labels = [places[i] for i in kinds if kinds[i] == "label" and i in places]
        self.figures = [places[i] for i in kinds if kinds[i] not in ("code", "label") and i in places]
        self.order = {row.id: n for n, row in enumerate(block.rows)}
        self.fixed: dict[str, list[str]] = {}
        for row in block.rows:
            if row.label and not row.grow:  # several may have one label, such as those of 本年 and of 上年结转
                self.fixed.setdefault(folded(unnumbered(row.label)), []).append(row.id)
        self.grown = next((row for row in block.rows if row.grow), None)
        kind = GROWN_FIELDS.get(self.grown.grow, "") if self.grown else ""
        self.by_name = _codes_by_name(names, kind) if kind and not self.codes else {}
        self._above: dict[int, str] = {}

    def match(self, body: Sequence[Sequence[str]]) -> PrintedRows:
        """Match the body rows of the table."""
        keys: list[str] = []
        for row in body:
            keys.append(self._key(row, keys))
        self._put_codes_right(keys)
        self._find_only_row(keys, body)
        self._find_total(keys, body)
        self._place_unlisted(keys, body)
        unlisted = [folded(self._text(row)) == UNLISTED for row in body]
        unknown = [n for n, key in enumerate(keys) if key == OTHER and not unlisted[n]]
        found = PrintedRows(keys, unknown=unknown)
        found.sums = self._sums(found, [self._text(row) for row in body])
        return found

    def _text(self, row: Sequence[str]) -> str:
        return "".join(row[c] for c in self.labels)

    def _has_figures(self, row: Sequence[str]) -> bool:
        return any(row[c] for c in self.figures)

    # keys

    def _key(self, row: Sequence[str], before: Sequence[str]) -> str:
        texts = [row[c] for c, _ in self.codes] + [row[c] for c in self.labels]
        if not any(texts) and not self._has_figures(row):
            return FILLER
        if [unicodedata.normalize("NFKC", text) for text in row] in self.heads:
            return FILLER
        for text in filter(None, texts):
            fixed = self._fixed(text, before)
            if fixed:
                return fixed
        code = self._code(row)
        if code:
            return code
        if self.grown is not None and self.grown.grow == "budget_unit" and self._text(row):
            return UNIT + self._text(row)
        return self._by_name(row, before) or (OTHER if self._has_figures(row) else FILLER)

    def _by_name(self, row: Sequence[str], before: Sequence[str]) -> str:
        """Return the code of a name, also of one with a slip in it; "" where there is none like it."""
        label = folded(unnumbered(self._text(row)))
        if label in self.by_name or not self._has_figures(row):
            return self.by_name.get(label, "")
        near = (self.by_name[name] for name in get_close_matches(label, self.by_name, cutoff=_ALIKE))
        return next((code for code in near if code not in before), "")

    def _fixed(self, text: str, before: Sequence[str]) -> str:
        """Return the fixed row of a label: of several, the next one in the order of the definition."""
        free = [name for name in self.fixed.get(folded(unnumbered(text)), ()) if name not in before]
        reached = max((self.order[key] for key in before if key in self.order), default=-1)
        return next((name for name in free if self.order[name] > reached), free[0] if free else "")

    def _code(self, row: Sequence[str]) -> str:
        """Join the digits of the code columns; a short piece is padded, an empty upper one is the row above's."""
        pieces = [self._piece(row[c], digits) for c, digits in self.codes]
        if not any(pieces) or any(piece and not piece.isdigit() for piece in pieces):
            return ""
        last = max(i for i, piece in enumerate(pieces) if piece)
        code = ""
        for i, piece in enumerate(pieces[: last + 1]):
            code += piece or self._above.get(i, "")
            if piece:
                self._above = {k: text for k, text in self._above.items() if k < i} | {i: piece}
        return code

    @staticmethod
    def _piece(text: str, digits: tuple[int, int]) -> str:
        """Return what a code cell says about its level; a cell with the whole code says it with its last digits."""
        start, end = digits
        clean = re.sub(r"[\s.·]", "", unicodedata.normalize("NFKC", text))
        if not clean or not end or (not start and len(clean) > end):
            return clean
        return clean.zfill(end - start)[start - end :]

    def _put_codes_right(self, keys: list[str]) -> None:
        """Give a row whose code has no 类 in the table (7｜11｜02) the one of the row above, where it fits there."""
        if len(self.codes) < 2:  # a code in one column has no upper part of its own
            return
        above = ""
        for number, key in enumerate(keys):
            if not key.isdigit():
                continue
            other = above[:_CATEGORY] + key[_CATEGORY:]
            if len(key) > _CATEGORY and key[:_CATEGORY] not in keys and other not in keys and above[:_CATEGORY] in keys:
                keys[number] = other
            above = keys[number]

    def _find_only_row(self, keys: list[str], body: Sequence[Sequence[str]]) -> None:
        """Find the one row of a table whose definition has a single row without a label.

        Some print a row per unit beside it: then it is the one of the total.
        """
        only = [row.id for row in self.block.rows if not row.grow and not row.label]
        if len(only) != 1 or len(self.block.rows) != 1:
            return
        rows = [n for n, key in enumerate(keys) if key == OTHER] or [n for n, key in enumerate(keys) if key == FILLER]
        totals = [n for n in rows if any(text.endswith(_TOTAL) for text in body[n])]
        chosen = rows if len(rows) == 1 or not any(map(any, (body[n] for n in rows))) else totals
        if chosen:
            keys[chosen[0]] = only[0]

    def _find_total(self, keys: list[str], body: Sequence[Sequence[str]]) -> None:
        """Recognise the total under another name (收入合计, 总计), first or last in its block."""
        totals = [row.id for row in self.block.rows if row.role == "total" and row.label]
        filled = [n for n, key in enumerate(keys) if key != FILLER]
        if len(totals) != 1 or totals[0] in keys or not filled:
            return
        for number in (filled[-1], filled[0]):
            texts = [folded(body[number][c]) for c in (*self.labels, *(c for c, _ in self.codes))]
            if keys[number] == OTHER and any(text.endswith(_TOTAL) for text in texts):
                keys[number] = totals[0]
                return

    def _place_unlisted(self, keys: list[str], body: Sequence[Sequence[str]]) -> None:
        """Give 未列科目 to the code right above it where rows below belong to that code too; else to the total."""
        for number, key in enumerate(keys):
            if key == OTHER and folded(self._text(body[number])) == UNLISTED:
                above = next((k for k in reversed(keys[:number]) if k.isdigit()), "")
                below = next((k for k in keys[number:] if k.isdigit()), "")
                if above and below.startswith(above):
                    keys[number] = above + OTHER

    # sums

    def _sums(self, found: PrintedRows, texts: Sequence[str]) -> dict[int, tuple[int, ...]]:
        at: dict[str, int] = {}
        for number, key in enumerate(found.keys):
            at.setdefault(key, number)
        sums: dict[int, list[int]] = {}
        tops: list[int] = []
        for number, key in enumerate(found.keys):
            if key.isdigit():
                parent = next((at[key[:n]] for n in range(len(key) - 1, 0, -1) if key[:n] in at), None)
                (tops if parent is None else sums.setdefault(parent, [])).append(number)
            elif key.endswith(OTHER) and key != OTHER and key.removesuffix(OTHER) in at:
                sums.setdefault(at[key.removesuffix(OTHER)], []).append(number)
            elif key.startswith(UNIT) or (key == OTHER and self.grown and not texts[number].startswith(_PART)):
                tops.append(number)
        made = {row: tuple(parts) for row, parts in sums.items()}
        if not found.unknown or self._is_plain():
            made |= dict(self._fixed_sums(at, tops))
        return made

    def _is_plain(self) -> bool:
        """Tell whether every row is grown or a total: then an unknown row can only be one of the grown ones."""
        return self.grown is not None and all(row.grow or row.parts for row in self.block.rows)

    def _fixed_sums(self, at: Mapping[str, int], tops: list[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield each fixed row that adds others, as far as those are printed: what is left out was zero."""
        for row in self.block.rows:
            if not row.grow and row.parts and row.id in at:
                parts = [number for name in row.parts for number in self._rows_of(name, at, tops)]
                if parts:
                    yield at[row.id], tuple(parts)

    def _rows_of(self, name: str, at: Mapping[str, int], tops: list[int]) -> Iterable[int]:
        if self.grown is not None and name == self.grown.id:
            return tops
        if name in at:
            return (at[name],)
        known: dict[str, RowDefinition] = {row.id: row for row in self.block.rows}
        return [n for part in known[name].parts for n in self._rows_of(part, at, tops)]


def _codes_by_name(names: SubjectCatalogue, kind: str) -> dict[str, str]:
    """Return folded names of 类 → code: those of the year before those of other years."""
    found: dict[str, str] = {}
    years = sorted(names.subjects, key=lambda subject: not subject.is_valid_in(names.year))
    for subject in years:
        if subject.kind == kind and len(subject.code) == _CATEGORY:
            found.setdefault(folded(subject.name), subject.code)
    return found
