"""From a Disclosure to the bytes of a document: cover, contents, and what follows, section by section."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kpi_cli.errors import ExportError
from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.body import Body, Section, block
from kpi_cli.exporters.docx.contents import START, Heading, contents
from kpi_cli.exporters.docx.package import write_parts
from kpi_cli.exporters.docx.reference import bundled
from kpi_cli.exporters.docx.text import escape, run
from kpi_cli.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.exporters.docx.pictures import Picture
    from kpi_cli.exporters.docx.reference import Reference

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OPENING = (
    f"{_DECLARATION}<w:document "
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>'
)
_CHART_WIDTH, _CHART_HEIGHT = 425.0, 239.0
"""Points: 150 mm, which the text of an upright page has room for."""


def document_bytes(
    disclosure: Disclosure, *, reference_doc: str = "", finalize: bool = False, charts: bool = False
) -> bytes:
    """Make the document.

    Args:
      disclosure: What to write.
      reference_doc: Path of the user's own reference document, or "" for the bundled one.
      finalize: Fill in the page numbers as LibreOffice prints them, instead of estimates.
      charts: Draw the charts of the written parts.
    Returns:
      The bytes of a .docx file, the same for the same disclosure, options and reference document.
    Raises:
      ExportError: The reference document cannot be used, LibreOffice to finalize, or matplotlib to draw.
    """
    reference = bundled(disclosure.typography)
    if reference_doc:
        from kpi_cli.exporters.docx.own_reference import own_reference

        reference = own_reference(reference_doc, disclosure.typography)
    if disclosure.is_draft:
        from kpi_cli.exporters.docx.draft import stamped

        reference = stamped(reference)
    parts = dict(reference.parts)
    pictures = _pictures(disclosure, reference, parts) if charts else ()
    parts[reference.core] = _core_xml(disclosure).encode()
    parts[reference.document] = document_xml(disclosure, reference, pictures)
    if finalize and b"w:bookmarkStart" in parts[reference.document]:
        from kpi_cli.exporters.docx.finalize import bookmark_pages

        printed = bookmark_pages(write_parts(parts))
        parts[reference.document] = document_xml(disclosure, reference, pictures, printed)
    return write_parts(parts)


def _pictures(disclosure: Disclosure, reference: Reference, parts: dict[str, bytes]) -> Sequence[Picture]:
    """Draw the charts and add their images to the package."""
    from kpi_cli.exporters.docx.charts import chart_images
    from kpi_cli.exporters.docx.pictures import add_pictures

    shown = disclosure.narrative.charts if disclosure.narrative else ()
    images = chart_images(shown, _CHART_WIDTH, _CHART_HEIGHT)
    return add_pictures(parts, reference.document, shown, images, _CHART_WIDTH, _CHART_HEIGHT)


def document_xml(
    disclosure: Disclosure,
    reference: Reference,
    pictures: Sequence[Picture] = (),
    printed: Mapping[int, int] | None = None,
) -> bytes:
    """Return the part that holds the text, as XML in UTF-8.

    Args:
      disclosure: What to write.
      reference: Styles and pages.
      pictures: Its charts.
      printed: Physical page of every bookmark by number, where the document was printed; else pages are estimated.
    """
    ids = reference.ids
    body = Body(disclosure, reference, pictures)
    headings = _renumbered(body.headings, printed) if printed else body.headings
    front = Section(reference.front)
    front.blocks += _cover(disclosure, ids)
    front.blocks += map(str.encode, contents(headings, reference.front.text_width, ids))
    return _joined([section for section in (front, *body.sections) if section.blocks], ids)


def _renumbered(headings: Sequence[Heading], printed: Mapping[int, int]) -> list[Heading]:
    """Put printed pages in the place of estimates; pages are numbered from the first bookmark on."""
    if not all(number in printed for number in range(1, len(headings) + 1)):
        raise ExportError(
            Problem("exporter-failed", facts={"format": "docx", "detail": "LibreOffice 没有给出全部页码"})
        )
    before = (printed[START] if START in printed else printed[1]) - 1
    return [replace(heading, page=printed[number] - before) for number, heading in enumerate(headings, start=1)]


def _joined(sections: list[Section], ids: Mapping[str, str]) -> bytes:
    """Join the blocks; the set-up of a section stands in its last paragraph, that of the last one at the end."""
    pieces = [_OPENING.encode()]
    for section in sections:
        pieces += section.blocks
        setup = section.setup.starting_at(section.first_page)
        pieces.append(setup.encode() if section is sections[-1] else block(ids[styles.SPACER], "", setup))
    pieces.append(b"</w:body></w:document>")
    return b"".join(pieces)


def _cover(disclosure: Disclosure, ids: Mapping[str, str]) -> Iterator[bytes]:
    rest = disclosure.title.removeprefix(disclosure.department)
    if rest and rest != disclosure.title:
        yield block(ids[styles.COVER_DEPARTMENT], run(disclosure.department))
    yield block(ids[styles.COVER_TITLE], run(rest or disclosure.title))


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
