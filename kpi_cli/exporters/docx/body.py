"""What follows the contents: the written parts in their pages, the tables in theirs, as sections of a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.contents import Heading, bookmark, bookmarked
from kpi_cli.exporters.docx.grid import Grid
from kpi_cli.exporters.docx.pages import page_count, paragraph_height
from kpi_cli.exporters.docx.table_xml import TableXml
from kpi_cli.exporters.docx.text import run
from kpi_cli.exporters.docx.text_blocks import TextWriter, text_sizes
from kpi_cli.exporters.docx.widths import fitted
from kpi_cli.narrative.document import Heading as TextHeading
from kpi_cli.narrative.document import Paragraph, TablesPlace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.exporters.docx.page import PageSetup
    from kpi_cli.exporters.docx.pictures import Picture
    from kpi_cli.exporters.docx.reference import Reference
    from kpi_cli.tables.table import Table

    Text = list[TextHeading | Paragraph]


@dataclass
class Section:
    """A run of pages with one page set-up.

    Attributes:
      setup: Its pages.
      first_page: Number of its first page, or None to go on counting.
      blocks: Its paragraphs and tables, as XML in UTF-8; large ones in pieces.
    """

    setup: PageSetup
    first_page: int | None = None
    blocks: list[bytes] = field(default_factory=list)


class Body:
    """Writes text, tables, text; an instance is used once.

    Args:
      disclosure: What to write.
      reference: Styles and pages.
      pictures: Its charts; they stand behind the sentence that says what is spent.

    Attributes:
      sections: What is written.
      headings: What the contents list.
    """

    def __init__(self, disclosure: Disclosure, reference: Reference, pictures: Sequence[Picture] = ()) -> None:
        self.sections: list[Section] = []
        self.headings: list[Heading] = []
        self._tables = disclosure.tables
        self._reference = reference
        self._pictures = pictures
        self._page = 1
        self._sizes = text_sizes(reference) if disclosure.narrative else {}
        before, after = _around_tables(disclosure)
        self._illustrated = _illustrated([*before, *after]) if pictures else None
        above: Text = []
        if disclosure.tables and _is_alike(reference.text, reference.tables):
            while before and isinstance(before[-1], TextHeading):
                above.insert(0, before.pop())
        self._write_text(before)
        self._write_tables(above)
        self._write_text(after)

    def _section(self, setup: PageSetup) -> Section:
        self.sections.append(Section(setup, None if self.sections else 1))
        return self.sections[-1]

    def _writer(self, section: Section) -> TextWriter:
        return TextWriter(self._reference, section.setup, self._page, self._sizes, self.headings)

    def _write_text(self, blocks: Text) -> None:
        if blocks:
            section = self._section(self._reference.text)
            writer = self._writer(section)
            writer.write(blocks, self._pictures, self._illustrated)
            section.blocks += writer.blocks
            self._page = writer.pages.page + 1

    def _write_tables(self, above: Text) -> None:
        """Write the tables, and above the first one the headings that lead to them where the pages are alike."""
        if not self._tables:
            return
        section = self._section(self._reference.tables)
        writer = self._writer(section)
        writer.write(above)
        section.blocks += writer.blocks
        self._page = writer.pages.page
        level = _level_below([heading.level for heading in self.headings])
        for n, table in enumerate(self._tables):
            number = len(self.headings) + 1
            pages = append_table(section, table, number, self._reference, level, above=0 if n else writer.pages.used)
            self.headings.append(Heading(table.title, bookmark(number), self._page, level))
            self._page += pages


def _around_tables(disclosure: Disclosure) -> tuple[Text, Text]:
    """Return the text before and after the place of the tables; without one they come last."""
    blocks = disclosure.narrative.blocks if disclosure.narrative else ()
    cut = next((i for i, block in enumerate(blocks) if isinstance(block, TablesPlace)), len(blocks))
    before, after = ([b for b in part if not isinstance(b, TablesPlace)] for part in (blocks[:cut], blocks[cut:]))
    return before, after


def _illustrated(text: Text) -> TextHeading | Paragraph | None:
    """Return the sentence that says what is spent, else the last one: charts stand behind it."""
    said = (b for b in text if isinstance(b, Paragraph) and any(c.figure == "expenditure" for c in b.claims))
    return next(said, text[-1] if text else None)


def _is_alike(one: PageSetup, other: PageSetup) -> bool:
    return (one.text_width, one.text_height) == (other.text_width, other.text_height)


def _level_below(levels: Sequence[int]) -> int:
    """Return the level of the tables: below the part that they are in."""
    return min(levels[-1] + 1, len(styles.CONTENTS_LEVELS)) if levels else 1


def append_table(
    section: Section, table: Table, number: int, reference: Reference, level: int = 1, above: float = 0
) -> int:
    """Append what stands above a table, the table and its note; returns how many pages they take.

    Args:
      section: Where to.
      table: The table.
      number: Of its bookmark.
      reference: Styles and sizes.
      level: Of its title in the outline.
      above: Points that its first page already holds.
    """
    setup, ids = section.setup, reference.ids
    grid = Grid.of(table)
    fit = fitted(grid, setup.text_width, reference.steps)
    turn = bool(section.blocks) and not above
    for style, text, content, marks in _headings(table, number, setup.text_width, level):
        section.blocks.append(block(ids[style], content, "<w:pageBreakBefore/>" * turn + marks))
        above += paragraph_height(style, text, setup.text_width)
        turn = False
    if table.rows and table.columns:
        section.blocks += TableXml(grid, fit, ids).pieces()
    # Word wants a paragraph after a table, and two tables without one between them would grow together.
    style = styles.TABLE_NOTE if table.note else styles.SPACER
    section.blocks.append(block(ids[style], run(table.note)))
    below = paragraph_height(style, table.note, setup.text_width)
    return page_count(grid, fit, setup, above=above, below=below)


def _headings(table: Table, number: int, width: int, level: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield (style, text, content, paragraph properties) of the lines above a table."""
    if table.number:
        yield styles.TABLE_NUMBER, table.number, run(table.number), ""
    outline = f'<w:outlineLvl w:val="{level - 1}"/>' if level > 1 else ""
    yield styles.TABLE_TITLE, table.title, bookmarked(run(table.title), number), outline
    if table.label or table.unit_label:
        content = f"{run(table.label)}<w:r><w:tab/></w:r>{run(table.unit_label)}"
        tab = f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>'
        yield styles.TABLE_LABEL, f"{table.label}　{table.unit_label}", content, tab


def block(style: str, content: str, properties: str = "") -> bytes:
    """Return a paragraph, in UTF-8."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'.encode()
