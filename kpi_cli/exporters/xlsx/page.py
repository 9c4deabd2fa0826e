"""How a sheet comes out of the printer: A4 landscape, one page wide, header rows on every page, numbered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

A4 = 9
FOOTER = '&C&"宋体,Regular"&12— &P —'
PIXELS_WIDE = 1020
"""What fits between the margins of A4 landscape at full size; a wider sheet is printed smaller."""


def set_up_page(sheet: Worksheet, *, last_row: int, last_column: int, header: tuple[int, int] | None) -> None:
    """Set up a sheet for print and for scrolling.

    Args:
      sheet: The sheet.
      last_row: 0-based last row that is printed.
      last_column: 0-based last column that is printed.
      header: 0-based first and last row of the header, or None.
    """
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.8)
    sheet.set_footer(FOOTER)
    sheet.print_area(0, 0, last_row, last_column)
    if header:
        sheet.repeat_rows(*header)
        sheet.freeze_panes(header[1] + 1, 0)
