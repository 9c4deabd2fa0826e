"""“草稿” on every page: a header of its own in place of the reference document's."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.package import add_part
from kpi_cli.exporters.docx.text import run

if TYPE_CHECKING:
    from kpi_cli.exporters.docx.page import PageSetup
    from kpi_cli.exporters.docx.reference import Reference

PART, WORD = "word/draft.xml", "草　稿"
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"


def stamped(reference: Reference) -> Reference:
    """Return the reference document with the draft's header on all of its pages."""
    header = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'<w:p><w:pPr><w:pStyle w:val="{reference.ids[styles.DRAFT]}"/></w:pPr>{run(WORD)}</w:p></w:hdr>'
    )
    parts = dict(reference.parts)
    id_ = add_part(parts, reference.document, "header", PART, header.encode(), _CONTENT)
    front, text, tables = (_headed(setup, id_) for setup in (reference.front, reference.text, reference.tables))
    return replace(reference, parts=parts, front=front, text=text, tables=tables)


def _headed(setup: PageSetup, id_: str) -> PageSetup:
    """Put references to the header first, as the schema has them, in place of those that are there."""
    xml = re.sub(r"<w:headerReference\b[^>]*/>", "", setup.xml)
    links = "".join(f'<w:headerReference w:type="{kind}" r:id="{id_}"/>' for kind in ("default", "even", "first"))
    return replace(setup, xml=re.sub(r"(<w:sectPr\b[^>]*>)", rf"\1{links}", xml, count=1))
