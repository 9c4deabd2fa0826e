"""From a Disclosure to the bytes of a document: cover, contents, and the tables, section by section."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.contents import Heading, bookmark, bookmarked, contents
from kpi_cli.exporters.docx.grid import Grid
from kpi_cli.exporters.docx.package import write_parts
from kpi_cli.exporters.docx.pages import page_count, paragraph_height
from kpi_cli.exporters.docx.reference import bundled
from kpi_cli.exporters.docx.table_xml import TableXml
from kpi_cli.exporters.docx.text import escape, run
from kpi_cli.exporters.docx.widths import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.exporters.docx.page import PageSetup
    from kpi_cli.exporters.docx.reference import Reference
    from kpi_cli.tables.table import Table

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OPENING = (
    f"{_DECLARATION}<w:document "
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>'
)


def document_bytes(disclosure: Disclosure, *, reference_doc: str = "") -> bytes:
    """Make the document.

    Args:
      disclosure: What to write.
      reference_doc: Path of the user's own reference document, or "" for the bundled one.
    Returns:
      The bytes of a .docx file, the same for the same disclosure and reference document.
    Raises:
      ExportError: The reference document cannot be used.
    """
    reference = bundled(disclosure.typography)
    if reference_doc:
        from kpi_cli.exporters.docx.own_reference import own_reference

        reference = own_reference(reference_doc, disclosure.typography)
    parts = dict(reference.parts)
    parts[reference.document] = document_xml(disclosure, reference)
    parts[reference.core] = _core_xml(disclosure).encode()
    return write_parts(parts)


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


def document_xml(disclosure: Disclosure, reference: Reference) -> bytes:
    """Return the part that holds the text, as XML in UTF-8."""
    ids = reference.ids
    tables = Section(reference.tables, first_page=1)
    headings = []
    page = 1
    for number, table in enumerate(disclosure.tables, start=1):
        pages = _append_table(tables, table, number, reference)
        headings.append(Heading(table.title, bookmark(number), page))
        page += pages
    front = Section(reference.front)
    front.blocks += map(str.encode, _cover(disclosure, ids))
    front.blocks += map(str.encode, contents(headings, reference.front.text_width, ids))
    return _joined([section for section in (front, tables) if section.blocks], ids)


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
    return (
        f"{_DECLARATION}<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(disclosure.title)}</dc:title><dc:creator>{escape(disclosure.department)}</dc:creator>"
        "<dc:language>zh-CN</dc:language></cp:coreProperties>"
    )
