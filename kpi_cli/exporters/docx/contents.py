"""The contents (目录): a field that Word can update, filled so that it reads well before anybody does.

Each entry links to its heading and repeats the number of its page, as an estimate until the fields are updated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.text import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TITLE = "目　录"
_FIELD = ' TOC \\o "1-3" \\h \\z \\u '


START = 0
"""Number of the bookmark where pages begin to be numbered, in a document that begins with no heading."""


@dataclass(frozen=True)
class Heading:
    """A heading that the contents list.

    Attributes:
      title: Its text.
      bookmark: Name of the bookmark around it.
      page: Number of the page that it stands on, estimated.
      level: 1–3.
    """

    title: str
    bookmark: str
    page: int
    level: int = 1


def bookmark(number: int) -> str:
    """Return the name of the bookmark of the heading with this number, in the form that Word itself uses."""
    return f"_Toc{number:09d}"


def bookmarked(content: str, number: int) -> str:
    """Return the content of a heading's paragraph between the marks of its bookmark."""
    name = bookmark(number)
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{number}"/>'


def contents(headings: Sequence[Heading], width: int, ids: Mapping[str, str]) -> Iterator[str]:
    """Yield the paragraphs of the contents; nothing where there are no headings.

    Args:
      headings: In their order.
      width: Between the margins, in twips, for the tab that page numbers stand at.
      ids: Style ids of the document.
    """
    if not headings:
        return
    yield f'<w:p><w:pPr><w:pStyle w:val="{ids[styles.CONTENTS_TITLE]}"/></w:pPr>{run(TITLE)}</w:p>'
    opening = f"{_mark('begin')}{_instruction(_FIELD)}{_mark('separate')}"
    for heading in headings:
        yield _entry(heading, opening, width, ids)
        opening = ""
    yield f'<w:p><w:pPr><w:pStyle w:val="{ids[styles.SPACER]}"/></w:pPr>{_mark("end")}</w:p>'


def _entry(heading: Heading, opening: str, width: int, ids: Mapping[str, str]) -> str:
    reference = f" PAGEREF {heading.bookmark} \\h "
    page = (
        f"{_mark('begin')}{_instruction(reference)}{_mark('separate')}"
        f"<w:r><w:t>{heading.page}</w:t></w:r>{_mark('end')}"
    )
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{ids[styles.CONTENTS_LEVELS[heading.level - 1]]}"/>'
        f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{width}"/></w:tabs></w:pPr>{opening}'
        f'<w:hyperlink w:anchor="{heading.bookmark}" w:history="1">{run(heading.title)}'
        f"<w:r><w:tab/></w:r>{page}</w:hyperlink></w:p>"
    )


def _mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _instruction(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve">{text}</w:instrText></w:r>'
