"""The sections of a document: pages, their margins, headers and footers, taken from a reference document."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = re.compile(r'(?<![\w:])(?:w:)?(\w+)="(\d+)"')
_A4_WIDTH, _A4_HEIGHT, _MARGIN = 11906, 16838, 1440


@dataclass(frozen=True)
class PageSetup:
    """The page set-up of one kind of section; lengths in twips (1/20 point).

    Attributes:
      xml: The `w:sectPr` element, header and footer references included, with one `w:pgNumType` in it.
      text_width: Between the left and right margins.
      text_height: Between the top and bottom margins.
    """

    xml: str
    text_width: int
    text_height: int

    @classmethod
    def parse(cls, xml: str) -> PageSetup:
        """Read a `w:sectPr` element; sizes that it does not have are those of Word, A4 and one inch."""
        size, margins = _numbers(xml, "pgSz"), _numbers(xml, "pgMar")
        gutter = margins.get("gutter", 0)
        sides = margins.get("left", _MARGIN) + margins.get("right", _MARGIN) + gutter
        ends = margins.get("top", _MARGIN) + margins.get("bottom", _MARGIN)
        width = size.get("w", _A4_WIDTH) - sides
        return cls(xml, max(width, _MARGIN), max(size.get("h", _A4_HEIGHT) - ends, _MARGIN))

    def starting_at(self, number: int | None) -> str:
        """Return the element with page numbers that begin at `number`; None goes on from the section before."""
        if number is None:
            return self.xml
        return self.xml.replace("<w:pgNumType", f'<w:pgNumType w:start="{number}"', 1)


def _numbers(xml: str, element: str) -> dict[str, int]:
    """Return the numeric attributes of the first element of this name."""
    found = re.search(rf"<w:{element}\b([^>]*)", xml)
    return {name: int(value) for name, value in _NUMBER.findall(found[1])} if found else {}
