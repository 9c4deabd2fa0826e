"""The written parts as XML: headings, paragraphs and charts, and the pages that they take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.contents import START, bookmark, bookmarked
from kpi_cli.exporters.docx.contents import Heading as Entry
from kpi_cli.exporters.docx.pages import TextPages, least_lines
from kpi_cli.exporters.docx.text import display_width, run, wrapped_count
from kpi_cli.narrative.document import Heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kpi_cli.exporters.docx.page import PageSetup
    from kpi_cli.exporters.docx.pictures import Picture
    from kpi_cli.exporters.docx.reference import Reference
    from kpi_cli.narrative.document import Paragraph

_TWIPS = 20
_USUAL = styles.Lines(16, 28.95)
_INDENTS = {styles.HEADINGS[0]: 0, styles.CAPTION: 0}
"""Half-width characters that the first line is indented; 4 in other styles."""

_SLACK = 1
"""Half-width characters that an even line has to spare: stand-ins for 宋体 draw digits wider."""

_YEAR = re.compile("([0-9]+)年度?")

LISTED = 2
"""The deepest level of heading that the contents list."""


class _Set(NamedTuple):
    """A heading or paragraph as it is set: its style, the text with line breaks, its lines and their size."""

    style: str
    text: str
    lines: int
    size: styles.Lines

    @property
    def is_heading(self) -> bool:
        return self.style in styles.HEADINGS

    @property
    def begins_page(self) -> bool:
        return self.style == styles.HEADINGS[0]


class TextWriter:
    """Writes text into a section, and keeps count of its pages.

    Args:
      reference: For the styles.
      setup: Pages of the section.
      page: Number of its first page.
      sizes: Style → the size of its lines, see `text_sizes`.
      entries: What the contents list so far; headings are added.
    """

    def __init__(
        self,
        reference: Reference,
        setup: PageSetup,
        page: int,
        sizes: Mapping[str, styles.Lines],
        entries: list[Entry],
    ) -> None:
        self.pages = TextPages(setup.text_height / _TWIPS, page)
        self.blocks: list[bytes] = []
        self._ids = reference.ids
        self._width = setup.text_width
        self._sizes = sizes
        self._entries = entries

    def write(
        self, blocks: Sequence[Heading | Paragraph], pictures: Sequence[Picture] = (), after: object = None
    ) -> None:
        """Write headings and paragraphs in their order, and the pictures behind the block `after`."""
        sets = [self._set(block) for block in blocks]
        kept = _kept(sets)
        for block, own, keep in zip(blocks, sets, kept, strict=True):
            if isinstance(block, Heading):
                self._heading(block, own, keep)
            else:
                self._paragraph(own)
            if block is after:
                self._draw(pictures)

    def _set(self, block: Heading | Paragraph) -> _Set:
        if isinstance(block, Heading):
            return self._measured(styles.HEADINGS[min(block.level, len(styles.HEADINGS) - 1)], shown_heading(block))
        return self._measured(styles.BODY, block.text)

    def _measured(self, style: str, text: str) -> _Set:
        size = self._sizes.get(style, _USUAL)
        return _Set(style, text, wrapped_count(text, self._room(size), _INDENTS.get(style, 4)), size)

    def _room(self, size: styles.Lines) -> int:
        """Return how many half-width characters of this size fit on a line."""
        return int(self._width / (size.points * 10))

    def _draw(self, pictures: Iterable[Picture]) -> None:
        """Write pictures, each below its title."""
        for picture in pictures:
            self._paragraph(self._measured(styles.CAPTION, picture.title), keep=picture.points)
            self.blocks.append(_block(self._ids[styles.PICTURE], picture.xml))
            self.pages.add_solid(picture.points)

    def _heading(self, heading: Heading, own: _Set, keep: float) -> None:
        marks = "<w:pageBreakBefore/>" * bool(own.begins_page and self.blocks) + self._even(own) * own.begins_page
        if heading.level > LISTED:
            self._paragraph(own, marks=marks, keep=keep)
            return
        number = len(self._entries) + 1
        page = self._paragraph(own, number, marks=marks, keep=keep)
        self._entries.append(Entry(heading.text, bookmark(number), page, heading.level + 1))

    def _paragraph(self, own: _Set, number: int | None = None, *, marks: str = "", keep: float = 0) -> int:
        """Write a paragraph; returns the page that it begins on."""
        if number is None and not self.blocks and not self._entries:
            number = START
        content = run(own.text) if number is None else bookmarked(run(own.text), number)
        self.blocks.append(_block(self._ids[own.style], content, marks))
        return self.pages.add(own.lines, own.size, keep=keep, new_page=own.begins_page)

    def _even(self, own: _Set) -> str:
        """Return the indent at which a title that wraps falls into lines of equal length."""
        longest, room = max(own.text.split("\n"), key=display_width), self._room(own.size)
        lines = wrapped_count(longest, room, 0)
        if lines < 2:
            return ""
        widths = range(display_width(longest) // lines, room)
        fitting = (width for width in widths if wrapped_count(longest, width, 0) <= lines)
        even = next((width for width in fitting if not _divides_year(longest, width + _SLACK)), room)
        both = max(int((self._width - (even + _SLACK) * own.size.points * 10) / 2), 0)
        return f'<w:ind w:left="{both}" w:right="{both}"/>'


def _divides_year(title: str, width: int) -> bool:
    """Tell whether the first line would end between 2017 and 年 where a reader does not keep them together."""
    ends = [(display_width(title[: m.end(1)]), display_width(title[: m.end()])) for m in _YEAR.finditer(title)]
    return any(number <= width < year + 2 * _SLACK for number, year in ends)


def _kept(sets: Sequence[_Set]) -> list[float]:
    """Return, for each heading, how many points of what follows stand on its page; 0 for paragraphs."""
    kept = [0.0] * len(sets)
    for i in range(len(sets) - 2, -1, -1):
        after = sets[i + 1]
        if sets[i].is_heading and not after.begins_page:
            lines = after.lines if after.is_heading else least_lines(after.lines)
            kept[i] = after.size.before + lines * after.size.line + kept[i + 1]
    return kept


def shown_heading(heading: Heading) -> str:
    """Return a heading as it is set: the number of a part stands on a line of its own."""
    if heading.level or not (heading.number.strip() and heading.title.strip()):
        return heading.text
    return f"{heading.number.strip()}\n{heading.title}"


def text_sizes(reference: Reference) -> dict[str, styles.Lines]:
    """Read the size of the lines of text styles from a reference document, by their ids in the bundled one."""
    xml = reference.parts.get("word/styles.xml", b"").decode("utf-8", "replace")
    found = {}
    for style in (*styles.HEADINGS, styles.BODY, styles.CAPTION):
        match = re.search(rf'<w:style [^>]*w:styleId="{re.escape(reference.ids[style])}".*?</w:style>', xml, re.DOTALL)
        numbers = {name: int(n) for name, n in re.findall(r'w:(before|after|line|val)="(\d+)"', _sized(match))}
        if "line" in numbers and "val" in numbers:
            found[style] = styles.Lines(
                numbers["val"] / 2,
                numbers["line"] / _TWIPS,
                numbers.get("before", 0) / _TWIPS,
                numbers.get("after", 0) / _TWIPS,
            )
    return found


def _sized(match: re.Match[str] | None) -> str:
    return "".join(re.findall(r"<w:spacing [^>]*>|<w:sz [^>]*>", match[0])) if match else ""


def _block(style: str, content: str, properties: str = "") -> bytes:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'.encode()
