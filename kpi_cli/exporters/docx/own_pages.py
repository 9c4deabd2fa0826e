"""The pages of the user's own reference document: which of its sections serves for front, text and tables.

The first section is that of cover and contents, the last one that of tables, where it is landscape; else tables
get its page turned on its side. What stands before the tables' section is that of text.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from docx.oxml import OxmlElement
from docx.oxml.ns import nsmap, qn
from lxml import etree

from kpi_cli.exporters.docx.page import PageSetup

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFERENCES = ("w:headerReference", "w:footerReference")
_DROPPED = ("w:sectPrChange", "w:type", "w:printerSettings")
_AFTER_NUMBERS = tuple(
    f"w:{name}"
    for name in ("cols", "formProt", "vAlign", "noEndnote", "titlePg", "textDirection", "bidi", "rtlGutter", "docGrid")
)
"""What follows `w:pgNumType` in the order of the schema."""


def page_setups(document: Any, bundled: Any, ids: Mapping[str, str]) -> tuple[PageSetup, PageSetup, PageSetup]:
    """Return the set-ups of front, text and tables.

    Args:
      document: The user's document; it gets footers where it has none at all.
      bundled: The document that they come from.
      ids: Bundled style id → the document's.
    """
    body = document.element.body
    if not body.xpath(".//w:sectPr"):
        body.append(_page_only(bundled.sections[1]._sectPr))  # noqa: SLF001 - python-docx does not show it otherwise
    if not body.xpath(".//w:sectPr/w:footerReference"):
        _add_footers(document, bundled, ids)
    sections = _resolved(body)
    front, last = sections[0], sections[-1]
    text = sections[-2] if _is_landscape(last) and len(sections) > 1 else last
    tables = deepcopy(last) if _is_landscape(last) else _turned(last)
    if text is front:
        text = deepcopy(front)
        for title_page in front.findall(qn("w:footerReference")):
            front.remove(title_page)  # cover and contents carry no number
    for section in (text, tables):
        _without_title_page(section)
    return PageSetup.parse(_xml(front)), PageSetup.parse(_xml(text)), PageSetup.parse(_xml(tables))


def _page_only(section: Any) -> Any:
    copy = deepcopy(section)
    for tag in _REFERENCES:
        for reference in copy.findall(qn(tag)):
            copy.remove(reference)
    return copy


def _add_footers(document: Any, bundled: Any, ids: Mapping[str, str]) -> None:
    """Give the first section the bundled page numbers, on odd and even pages; later sections take them over."""
    if not document.element.body.xpath(".//w:sectPr/w:headerReference"):
        document.settings.odd_and_even_pages_header_footer = True
    own, model = document.sections[0], bundled.sections[1]
    for footer, source in ((own.footer, model.footer), (own.even_page_footer, model.even_page_footer)):
        footer.is_linked_to_previous = False
        element = footer._element  # noqa: SLF001
        for old in list(element):
            element.remove(old)
        for paragraph in source._element:  # noqa: SLF001
            copy = deepcopy(paragraph)
            for style in copy.iter(qn("w:pStyle")):
                style.set(qn("w:val"), ids[style.get(qn("w:val"))])
            element.append(copy)


def _resolved(body: Any) -> list[Any]:
    """Return copies of the sections that need no others: a header that one lacks is that of the section before."""
    inherited: dict[tuple[str, str], Any] = {}
    sections = []
    for original in body.xpath("./w:p/w:pPr/w:sectPr | ./w:sectPr"):
        section = _clean(original)
        for tag in _REFERENCES:
            for reference in section.findall(qn(tag)):
                inherited[tag, reference.get(qn("w:type"))] = reference
                section.remove(reference)
        for reference in reversed(inherited.values()):
            section.insert(0, deepcopy(reference))
        sections.append(section)
    return sections


def _clean(original: Any) -> Any:
    """Return a copy with names of WordprocessingML only, without revisions, and with a place for page numbers."""
    section = etree.Element(qn("w:sectPr"), nsmap={prefix: nsmap[prefix] for prefix in ("w", "r")})
    known = tuple(f"{{{nsmap[prefix]}}}" for prefix in ("w", "r"))
    for child in original:
        if isinstance(child.tag, str) and child.tag.startswith(known[0]):
            section.append(deepcopy(child))
    for tag in _DROPPED:
        for child in section.findall(qn(tag)):
            section.remove(child)
    for element in section.iter():
        for name in [name for name in element.attrib if not name.startswith(known)]:
            del element.attrib[name]
    numbers = section.find(qn("w:pgNumType"))
    if numbers is None:
        following = next((child for child in section if child.tag in map(qn, _AFTER_NUMBERS)), None)
        numbers = OxmlElement("w:pgNumType")
        section.insert(len(section) if following is None else section.index(following), numbers)
    numbers.attrib.pop(qn("w:start"), None)
    return section


def _is_landscape(section: Any) -> bool:
    size = section.find(qn("w:pgSz"))
    return size is not None and int(size.get(qn("w:w"), 0)) > int(size.get(qn("w:h"), 0))


def _turned(section: Any) -> Any:
    """Return the section with its page turned on its side, margins included."""
    turned = deepcopy(section)
    size, margins, grid = (turned.find(qn(tag)) for tag in ("w:pgSz", "w:pgMar", "w:docGrid"))
    if grid is not None:
        turned.remove(grid)
    if size is not None:
        width, height = size.get(qn("w:w")), size.get(qn("w:h"))
        size.set(qn("w:w"), height)
        size.set(qn("w:h"), width)
        size.set(qn("w:orient"), "landscape")
    if margins is not None:
        before = dict(margins.attrib)
        for side, other in (("top", "left"), ("right", "top"), ("bottom", "right"), ("left", "bottom")):
            margins.set(qn(f"w:{side}"), before.get(qn(f"w:{other}"), "1440"))
    return turned


def _without_title_page(section: Any) -> None:
    """Text and tables have no first page of their own kind: the cover was that."""
    for tag in ("w:titlePg", *_REFERENCES):
        for child in section.findall(qn(tag)):
            if tag == "w:titlePg" or child.get(qn("w:type")) == "first":
                section.remove(child)


def _xml(section: Any) -> str:
    """Return the element's XML; its names are declared at the root of the document already."""
    xml: str = etree.tostring(section, encoding="unicode", with_tail=False)
    for prefix in ("w", "r"):
        xml = xml.replace(f' xmlns:{prefix}="{nsmap[prefix]}"', "", 1)
    return xml
