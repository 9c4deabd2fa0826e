"""From a Disclosure to the bytes of a document: cover, contents, and the tables, section by section."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kpi_cli.errors import ExportError
from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.contents import Heading, bookmark, bookmarked, contents
from kpi_cli.exporters.docx.grid import Grid
from kpi_cli.exporters.docx.package import write_parts
from kpi_cli.exporters.docx.pages import page_count, paragraph_height
from kpi_cli.exporters.docx.reference import bundled
from kpi_cli.exporters.docx.table_xml import TableXml
from kpi_cli.exporters.docx.text import escape, run
from kpi_cli.exporters.docx.text_blocks import LISTED, TextPages, text_blocks, text_sizes
from kpi_cli.exporters.docx.widths import fitted
from kpi_cli.narrative.document import Heading as TextHeading
from kpi_cli.narrative.document import TablesPlace
from kpi_cli.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.exporters.docx.page import PageSetup
    from kpi_cli.exporters.docx.reference import Reference
    from kpi_cli.narrative.document import Paragraph
    from kpi_cli.tables.table import Table

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OPENING = (
    f"{_DECLARATION}<w:document "
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>'
)


def document_bytes(disclosure: Disclosure, *, reference_doc: str = "", finalize: bool = False) -> bytes:
    """Make the document.

    Args:
      disclosure: What to write.
      reference_doc: Path of the user's own reference document, or "" for the bundled one.
      finalize: Fill in the page numbers as LibreOffice prints them, instead of estimates.
    Returns:
      The bytes of a .docx file, the same for the same disclosure and reference document.
    Raises:
      ExportError: The reference document cannot be used, or LibreOffice to finalize.
    """
    reference = bundled(disclosure.typography)
    if reference_doc:
        from kpi_cli.exporters.docx.own_reference import own_reference

        reference = own_reference(reference_doc, disclosure.typography)
    if disclosure.is_draft:
        from kpi_cli.exporters.docx.draft import stamped

        reference = stamped(reference)
    parts = dict(reference.parts)
    parts[reference.core] = _core_xml(disclosure).encode()
    parts[reference.document] = document_xml(disclosure, reference)
    made = write_parts(parts)
    if finalize:
        from kpi_cli.exporters.docx.finalize import heading_pages

        parts[reference.document] = document_xml(disclosure, reference, heading_pages(made))
        made = write_parts(parts)
    return made


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


def document_xml(disclosure: Disclosure, reference: Reference, printed: Sequence[int] = ()) -> bytes:
    """Return the part that holds the text, as XML in UTF-8.

    Args:
      disclosure: What to write.
      reference: Styles and pages.
      printed: Physical pages of all headings, where the document was printed; else pages are estimated.
    """
    ids = reference.ids
    body = _Body(disclosure, reference)
    headings = body.write()
    if printed:
        headings = _with_pages(headings, body.outline, printed)
    front = Section(reference.front)
    front.blocks += map(str.encode, _cover(disclosure, ids))
    front.blocks += map(str.encode, contents(headings, reference.front.text_width, ids))
    return _joined([section for section in (front, *body.sections) if section.blocks], ids)


class _Body:
    """What follows the contents: text, tables, text; its sections and headings as they are written."""

    def __init__(self, disclosure: Disclosure, reference: Reference) -> None:
        self.disclosure = disclosure
        self.reference = reference
        self.sections: list[Section] = []
        self.headings: list[Heading] = []
        self.outline: list[str] = []
        """One entry for each heading of the outline: its bookmark, or "" where the contents leave it out."""
        self.page = 1
        self.depth = 0

    def write(self) -> list[Heading]:
        """Write everything in its order and return the headings for the contents."""
        blocks = self.disclosure.narrative.blocks if self.disclosure.narrative else ()
        self.depth = min((block.level for block in blocks if isinstance(block, TextHeading)), default=0)
        places = [i for i, block in enumerate(blocks) if isinstance(block, TablesPlace)]
        cut = places[0] if places else len(blocks)
        self._text([block for block in blocks[:cut] if not isinstance(block, TablesPlace)])
        self._tables()
        self._text([block for block in blocks[cut:] if not isinstance(block, TablesPlace)])
        return self.headings

    def _section(self, setup: PageSetup) -> Section:
        section = Section(setup, first_page=None if any(s.blocks for s in self.sections) else 1)
        self.sections.append(section)
        return section

    def _text(self, blocks: list[TextHeading | Paragraph]) -> None:
        if not blocks:
            return
        section = self._section(self.reference.text)
        pages = TextPages(section.setup, text_sizes(self.reference), self.page)
        made, entries = text_blocks(blocks, self.reference, pages, len(self.headings) + 1, self.depth)
        section.blocks += made
        names = iter(entries)
        for block in blocks:
            if isinstance(block, TextHeading):
                self.outline.append(next(names).bookmark if block.level <= LISTED else "")
        self.headings += entries
        self.page = pages.page + 1

    def _tables(self) -> None:
        section = self._section(self.reference.tables)
        level = 2 if any(heading.level == 1 for heading in self.headings) else 1
        for table in self.disclosure.tables:
            number = len(self.headings) + 1
            pages = _append_table(section, table, number, self.reference)
            self.headings.append(Heading(table.title, bookmark(number), self.page, level))
            self.outline.append(bookmark(number))
            self.page += pages


def _with_pages(headings: list[Heading], outline: list[str], printed: Sequence[int]) -> list[Heading]:
    """Put printed pages in the place of estimates; the first heading's estimate tells where numbering begins."""
    if len(outline) != len(printed):
        raise ExportError(Problem("exporter-failed", facts={"format": "docx", "detail": "页码与标题对不上"}))
    first = next((page for name, page in zip(outline, printed, strict=True) if name), 1) - headings[0].page
    pages = {name: page - first for name, page in zip(outline, printed, strict=True) if name}
    return [replace(heading, page=pages[heading.bookmark]) for heading in headings]


def _joined(sections: list[Section], ids: Mapping[str, str]) -> bytes:
    """Join the blocks; the set-up of a section stands in its last paragraph, that of the last one at the end."""
    pieces = [_OPENING.encode()]
    for section in sections:
        pieces += section.blocks
        setup = section.setup.starting_at(section.first_page)
        pieces.append((setup if section is sections[-1] else _paragraph(ids[styles.SPACER], "", setup)).encode())
    pieces.append(b"</w:body></w:document>")
    return b"".join(pieces)


def _cover(disclosure: Disclosure, ids: Mapping[str, str]) -> Iterator[str]:
    rest = disclosure.title.removeprefix(disclosure.department)
    if rest and rest != disclosure.title:
        yield _paragraph(ids[styles.COVER_DEPARTMENT], run(disclosure.department))
    yield _paragraph(ids[styles.COVER_TITLE], run(rest or disclosure.title))


def _append_table(section: Section, table: Table, number: int, reference: Reference) -> int:
    """Append what stands above a table, the table and its note; returns how many pages they take."""
    setup, ids = section.setup, reference.ids
    grid = Grid.of(table)
    fit = fitted(grid, setup.text_width, reference.steps)
    above = 0.0
    for style, text, content, marks in _headings(table, number, setup.text_width):
        new_page = "<w:pageBreakBefore/>" if section.blocks and not above else ""
        section.blocks.append(_paragraph(ids[style], content, new_page + marks).encode())
        above += paragraph_height(style, text, setup.text_width)
    if table.rows and table.columns:
        section.blocks += TableXml(grid, fit, ids).pieces()
    # Word wants a paragraph after a table, and two tables without one between them would grow together.
    style = styles.TABLE_NOTE if table.note else styles.SPACER
    section.blocks.append(_paragraph(ids[style], run(table.note)).encode())
    below = paragraph_height(style, table.note, setup.text_width)
    return page_count(grid, fit, setup, above=above, below=below)


def _headings(table: Table, number: int, width: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield (style, text, content, paragraph properties) of the lines above a table."""
    if table.number:
        yield styles.TABLE_NUMBER, table.number, run(table.number), ""
    yield styles.TABLE_TITLE, table.title, bookmarked(run(table.title), number), ""
    if table.label or table.unit_label:
        content = f"{run(table.label)}<w:r><w:tab/></w:r>{run(table.unit_label)}"
        tab = f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>'
        yield styles.TABLE_LABEL, f"{table.label}　{table.unit_label}", content, tab


def _paragraph(style: str, content: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'


def _core_xml(disclosure: Disclosure) -> str:
    """Return the core properties: no time and no version, so that the same ledger gives the same bytes."""
    title = disclosure.title + ("（草稿）" if disclosure.is_draft else "")
    return (
        f"{_DECLARATION}<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(disclosure.department)}</dc:creator>"
        "<dc:language>zh-CN</dc:language></cp:coreProperties>"
    )
