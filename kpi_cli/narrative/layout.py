"""From a template's output to numbered headings and paragraphs, each with the claims that its sentences make. Pure.

`# … ####` are headings, `[报表]` is the place of the tables, blank lines end a paragraph; a paragraph that begins with
`一、`, `（一）`, `1.` or `（1）` is an item and is numbered anew. A heading with nothing below it is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kpi_cli.model.claims import FLAT, Claim
from kpi_cli.narrative.document import Block, Heading, Paragraph, TablesPlace
from kpi_cli.narrative.pieces import MARKER, Piece
from kpi_cli.tables.rows import numeral

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TABLES = "[报表]"
_HEADING = re.compile(r"(#{1,4})\s+(.*)")
_ITEM = re.compile(r"([一二三四五六七八九十]+、)|(（[一二三四五六七八九十]+）)|([0-9]+\.(?![0-9]))|(（[0-9]+）)")
_ITEMS = ("{一}、", "（{一}）", "{1}.", "（{1}）")
"""Patterns of items, outermost first: an item starts the ones inside it anew."""

_LARGEST_NUMERAL = 99


def lay_out(text: str, pieces: Sequence[Piece], headings: Sequence[str]) -> tuple[Block, ...]:
    """Make the blocks of a narrative.

    Args:
      text: What the template printed.
      pieces: What its markers stand for.
      headings: The number of the first heading of each level.
    """
    raw = list(_without_empty_headings(list(_raw_blocks(text, pieces))))
    return _Numbering(headings).blocks(raw)


@dataclass(frozen=True, slots=True)
class _RawParagraph:
    """Words of a paragraph, with the pieces in it by their offset; `item` is the index of its item pattern."""

    text: str
    pieces: tuple[tuple[int, Piece], ...] = ()
    item: int | None = None


_Raw = Heading | TablesPlace | _RawParagraph


def _raw_blocks(text: str, pieces: Sequence[Piece]) -> Iterator[_Raw]:
    waiting = ""
    for line in [*text.split("\n"), ""]:
        words = line.strip()
        heading = _HEADING.fullmatch(words)
        if words and not heading and words != TABLES:
            waiting += words
            continue
        if waiting:
            yield from _raw_paragraph(waiting, pieces)
            waiting = ""
        if heading:
            title, _ = _filled(heading[2], pieces)
            yield Heading(len(heading[1]) - 1, "", title)
        elif words:
            yield TablesPlace()


def _raw_paragraph(words: str, pieces: Sequence[Piece]) -> Iterator[_RawParagraph]:
    item = _ITEM.match(words)
    rest = words[item.end() :].lstrip() if item else words
    text, found = _filled(rest, pieces)
    if text.strip():
        yield _RawParagraph(text, found, (item.lastindex or 1) - 1 if item else None)


def _filled(words: str, pieces: Sequence[Piece]) -> tuple[str, tuple[tuple[int, Piece], ...]]:
    """Put the pieces in place of their markers; a name that ends in a digit does not run into its figure."""
    text, at = "", 0
    found = []
    for marker in MARKER.finditer(words):
        text += words[at : marker.start()]
        piece = pieces[int(marker[1])]
        if piece.said and text[-1:].isalnum() and text[-1:].isascii() and piece.text[:1].isdigit():
            text += "："
        found.append((len(text), piece))
        text += piece.text
        at = marker.end()
    return text + words[at:], tuple(found)


def _without_empty_headings(raw: list[_Raw]) -> Iterator[_Raw]:
    for at, block in enumerate(raw):
        if isinstance(block, Heading):
            below = next((b for b in raw[at + 1 :] if not (isinstance(b, Heading) and b.level > block.level)), None)
            if below is None or isinstance(below, Heading):
                continue
        yield block


class _Numbering:
    """Numbers headings, items and paragraphs in order, and collects the claims."""

    def __init__(self, headings: Sequence[str]) -> None:
        self._patterns = [pattern.replace("一", "{一}", 1).replace("1", "{1}", 1) for pattern in headings]
        self._headings = [0] * len(headings)
        self._items = [0] * len(_ITEMS)
        self._above: dict[int, str] = {}
        self._paragraphs: list[Paragraph] = []
        self._claims = _Claims()

    def blocks(self, raw: Sequence[_Raw]) -> tuple[Block, ...]:
        made: list[Block | int] = [self._block(block) for block in raw]
        by_paragraph = self._claims.finished()
        done = [p._replace(claims=by_paragraph.get(p.number, ())) for p in self._paragraphs]
        return tuple(done[block] if isinstance(block, int) else block for block in made)

    def _block(self, block: _Raw) -> Block | int:
        """Return the block, or the index of its paragraph, whose claims are known only at the end."""
        if isinstance(block, Heading):
            return self._heading(block)
        if isinstance(block, TablesPlace):
            return block
        number = ""
        if block.item is not None:
            self._items[block.item] += 1
            self._items[block.item + 1 :] = [0] * (len(_ITEMS) - block.item - 1)
            number = _numbered(_ITEMS[block.item], self._items[block.item])
        at = len(self._paragraphs) + 1
        section = "/".join(self._above[level] for level in sorted(self._above))
        paragraph = Paragraph(at, section, number + block.text)
        self._paragraphs.append(paragraph)
        for offset, piece in block.pieces:
            self._claims.take(paragraph, offset + len(number), piece)
        return at - 1

    def _heading(self, block: Heading) -> Heading:
        level = block.level
        self._headings[level] += 1
        self._headings[level + 1 :] = [0] * (len(self._headings) - level - 1)
        self._items = [0] * len(_ITEMS)
        made = block._replace(number=_numbered(self._patterns[level], self._headings[level]))
        self._above = {k: title for k, title in self._above.items() if k < level} | {level: made.text}
        return made


def _numbered(pattern: str, number: int) -> str:
    chinese = numeral(number) if number <= _LARGEST_NUMERAL else str(number)
    return pattern.replace("{一}", chinese).replace("{1}", str(number))


@dataclass
class _Claims:
    """The claims so far, in reading order."""

    claims: list[Claim] = field(default_factory=list)
    _by_figure: dict[str, list[int]] = field(default_factory=dict)

    def take(self, paragraph: Paragraph, offset: int, piece: Piece) -> None:
        """Add what a piece says: a claim of its own, or the change or share of a figure named before it."""
        said = piece.said
        if said is None:
            self._explain(piece)
            return
        is_amount = said.comparison is None and said.share is None
        at = None if is_amount else self._open_claim(paragraph, said.figure, shares=said.share is not None)
        if at is None:
            at = len(self.claims)
            self._by_figure.setdefault(said.figure, []).append(at)
            self.claims.append(
                Claim(
                    f"C{at + 1:03d}",
                    paragraph.section,
                    _sentence(paragraph.text, offset),
                    said.figure,
                    said.value,
                    said.unit,
                    said.places,
                    paragraph=paragraph.number,
                    exact=said.exact,
                )
            )
        known = self.claims[at]
        self.claims[at] = replace(
            known, comparison=said.comparison or known.comparison, share_of=said.share or known.share_of
        )

    def _open_claim(self, paragraph: Paragraph, figure: str, *, shares: bool) -> int | None:
        """Find the claim of this paragraph about the figure that does not yet say it."""
        for at in reversed(self._by_figure.get(figure, ())):
            claim = self.claims[at]
            if claim.paragraph != paragraph.number:
                return None
            if (claim.share_of if shares else claim.comparison) is None:
                return at
        return None

    def _explain(self, piece: Piece) -> None:
        """Give a reason to the nearest changes of its figures that have none."""
        for key in piece.explains:
            for at in reversed(self._by_figure.get(key, ())):
                change = self.claims[at].comparison
                if change and change.direction != FLAT:
                    if change.reason is None:
                        self.claims[at] = replace(self.claims[at], comparison=replace(change, reason=piece.text))
                    break

    def finished(self) -> dict[int, tuple[Claim, ...]]:
        """Return the claims by number of paragraph."""
        found: dict[int, tuple[Claim, ...]] = {}
        for claim in self.claims:
            found[claim.paragraph] = (*found.get(claim.paragraph, ()), claim)
        return found


def _sentence(text: str, offset: int) -> str:
    """Return the sentence around an offset: up to 。, or to the end of the paragraph."""
    start = text.rfind("。", 0, offset) + 1
    end = text.find("。", offset)
    return text[start : end + 1 if end >= 0 else len(text)]
