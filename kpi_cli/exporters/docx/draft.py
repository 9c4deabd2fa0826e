"""“草稿” on every page: a header of its own in place of the reference document's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from kpi_cli.exporters.docx import styles

if TYPE_CHECKING:
    from kpi_cli.exporters.docx.page import PageSetup
    from kpi_cli.exporters.docx.reference import Reference

PART, ID, WORD = "word/header-draft.xml", "rIdDraft", "草　稿"
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/header"
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
_HEADER = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr><w:pStyle w:val=%s/>'
    '<w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/><w:color w:val="C00000"/><w:sz w:val="44"/><w:szCs w:val="44"/>'
    f"</w:rPr><w:t>{WORD}</w:t></w:r></w:p></w:hdr>"
)


def stamped(reference: Reference) -> Reference:
    """Return the reference document with the draft's header on all of its pages."""
    parts = dict(reference.parts)
    folder, _, name = reference.document.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels".removeprefix("/")
    parts[PART] = (_HEADER % quoteattr(reference.ids[styles.SPACER])).encode()
    target = PART.removeprefix(f"{folder}/") if PART.startswith(f"{folder}/") else f"/{PART}"
    link = f'<Relationship Id="{ID}" Type="{_TYPE}" Target="{target}"/></Relationships>'
    parts[relations] = parts[relations].replace(b"</Relationships>", link.encode())
    override = f'<Override PartName="/{PART}" ContentType="{_CONTENT}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override.encode())
    front, text, tables = map(_headed, (reference.front, reference.text, reference.tables))
    return replace(reference, parts=parts, front=front, text=text, tables=tables)


def _headed(setup: PageSetup) -> PageSetup:
    """Put references to the header first, as the schema has them, in place of those that are there."""
    import re

    xml = re.sub(r"<w:headerReference\b[^>]*/>", "", setup.xml)
    links = "".join(f'<w:headerReference w:type="{kind}" r:id="{ID}"/>' for kind in ("default", "even", "first"))
    return replace(setup, xml=re.sub(r"(<w:sectPr\b[^>]*>)", rf"\1{links}", xml, count=1))
