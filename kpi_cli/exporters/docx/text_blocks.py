"""The written parts in the document: headings and paragraphs as XML, and the pages that they take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.contents import Heading as Entry
from kpi_cli.exporters.docx.contents import bookmark, bookmarked
from kpi_cli.exporters.docx.text import line_count, run
from kpi_cli.narrative.document import Heading, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kpi_cli.exporters.docx.page import PageSetup
    from kpi_cli.exporters.docx.reference import Reference

_TWIPS = 20
_USUAL = styles.Lines(16, 28.95)
_HEADINGS = ("KpiPartTitle", "Heading1", "Heading2", "Heading3")
_BODY = "BodyText"
LISTED = 2
"""The deepest level of heading that the contents list."""


@dataclass
class TextPages:
    """Where on its pages a section of text has arrived.

    Attributes:
      setup: Its pages.
      lines: Style → the size of its lines.
      page: Number of the page, in the numbers of the document.
      used: Points of the page that are filled.
    """

    setup: PageSetup
    lines: Mapping[str, styles.Lines]
    page: int
    used: float = 0

    def add(self, style: str, text: str, *, new_page: bool = False, keep: float = 0) -> int:
        """Fill the height of a paragraph and return the page that it begins on.

        Args:
          style: Its style, as in the bundled documents.
          text: Its words.
          new_page: It begins a page.
          keep: Points of the next paragraph that must stand on the same page.
        """
        size = self.lines.get(style, _USUAL)
        room = self.setup.text_height / _TWIPS
        count = line_count(text, int(self.setup.text_width / (size.points * 10)) - 4 * (style == _BODY))
        if new_page and self.used:
            self._turn()
        if self.used + size.before + size.line + keep > room:
            self._turn()
        begins = self.page
        self.used += size.before
        for _ in range(count):
            if self.used + size.line > room:
                self._turn()
            self.used += size.line
        self.used += size.after
        return begins

    def _turn(self) -> None:
        self.page, self.used = self.page + 1, 0


def _shown(heading: Heading) -> str:
    """Return a heading as it is set: the number of a part stands on a line of its own."""
    return f"{heading.number.strip()}\n{heading.title}" if not heading.level and heading.number else heading.text


def text_sizes(reference: Reference) -> dict[str, styles.Lines]:
    """Read the size of the lines of text styles from a reference document, by their ids in the bundled one."""
    xml = reference.parts.get("word/styles.xml", b"").decode("utf-8", "replace")
    found = {}
    for style in (*_HEADINGS, _BODY):
        match = re.search(rf'<w:style [^>]*w:styleId="{re.escape(reference.ids[style])}".*?</w:style>', xml, re.DOTALL)
        numbers = {name: int(n) for name, n in re.findall(r'w:(before|after|line|val)="(\d+)"', _sized(match))}
        if match and "line" in numbers and "val" in numbers:
            found[style] = styles.Lines(
                numbers["val"] / 2,
                numbers["line"] / _TWIPS,
                numbers.get("before", 0) / _TWIPS,
                numbers.get("after", 0) / _TWIPS,
            )
    return found


def _sized(match: re.Match[str] | None) -> str:
    return "".join(re.findall(r"<w:spacing [^>]*>|<w:sz [^>]*>", match[0])) if match else ""


def text_blocks(
    blocks: Iterable[Heading | Paragraph], reference: Reference, pages: TextPages, first: int, depth: int
) -> tuple[list[bytes], list[Entry]]:
    """Write headings and paragraphs.

    Args:
      blocks: In order.
      reference: For the styles.
      pages: Where they begin; goes on to where they end.
      first: Number of the first bookmark.
      depth: Level of the highest heading of the document: 0 where it has parts, else 1.
    Returns:
      (paragraphs as XML in UTF-8, entries for the contents)
    """
    made: list[bytes] = []
    entries: list[Entry] = []
    number = first
    for block in blocks:
        if isinstance(block, Heading):
            style = _HEADINGS[min(block.level, len(_HEADINGS) - 1)]
            shown = _shown(block)
            page = pages.add(style, shown, new_page=block.level == 0, keep=_USUAL.line)
            content = run(shown)
            if block.level <= LISTED:
                content = bookmarked(content, number)
                entries.append(Entry(block.text, bookmark(number), page, min(block.level - depth, LISTED) + 1))
                number += 1
        else:
            style = _BODY
            pages.add(style, block.text)
            content = run(block.text)
        made.append(f'<w:p><w:pPr><w:pStyle w:val="{reference.ids[style]}"/></w:pPr>{content}</w:p>'.encode())
    return made, entries
