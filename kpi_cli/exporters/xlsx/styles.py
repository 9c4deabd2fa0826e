"""Formats of the workbook, each made once: 宋体 12, thin borders, as the published tables have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli.exporters.xlsx.text import clean, looks_like_formula
from kpi_cli.tables.table import Role

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

    from kpi_cli.tables.table import Cell, NumberFormat

FONT = "宋体"
TITLE_SIZE = 18
HEADER_FILL = "#F2F2F2"
DRAFT, DRAFT_COLOR = "草稿", "#C00000"

WORKBOOK_OPTIONS: dict[str, Any] = {
    "in_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    # Column widths count digits of the workbook's first font: with 宋体 12 a digit is 8 pixels, a 汉字 16.
    "default_format_properties": {"font_name": FONT, "font_size": 12, "font_scheme": "none", "font_charset": 134},
    "default_row_height": 19,
    "default_column_width": 72,
}


def number_code(form: NumberFormat, *, tiny: bool = False) -> str:
    """Return the spreadsheet's number format for a table's.

    Args:
      form: Decimals, zero style and separators.
      tiny: For an amount that is not zero but is printed as zero is: a plain format would show it as 0.00 or
        -0.00, so the sections get the limits of what is printed. Other cells keep the format that everybody knows.
    """
    digits = ("#,##0" if form.thousands else "0") + ("." + "0" * form.places if form.places else "")
    shown = digits + "_ "  # room to the border, as the Shanghai template has it
    zero = {"blank": "", "0": "0_ "}.get(form.zero, shown)
    if tiny:
        half = f"{_half(form.places):.{form.places + 1}f}"
        return f"[>={half}]{shown};[<=-{half}]-{shown};{zero}"
    return shown if zero == shown else f"{shown};-{shown};{zero}"


def _half(places: int) -> float:
    return 0.5 * 10.0**-places


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the amounts of one kind of cell are written.

    Attributes:
      format: For the cell.
      tiny: For a cell whose amount is nearer to zero than half of the last place.
      half: That half, in the money unit.
      money_unit: Unit of the number in the cell; "%" for a percentage.
      is_exact: The cell's value is the table's, without conversion.
      blank_zero: Zero is printed blank.
    """

    format: Format
    tiny: Format
    half: float
    money_unit: str
    is_exact: bool
    blank_zero: bool


class Styles:
    """The formats of one workbook, made when they are first asked for.

    Args:
      book: The workbook.
      is_draft: Titles say 草稿, in red.
    """

    def __init__(self, book: Workbook, *, is_draft: bool = False) -> None:
        self._book = book
        self._made: dict[tuple[object, ...], Format] = {}
        self._before_title = f"【{DRAFT}】" if is_draft else ""
        color = {"font_color": DRAFT_COLOR} if is_draft else {}
        self.title = self.of(font_size=TITLE_SIZE, align="center", text_wrap=True, **color)
        self.label = self.of()
        self.unit_label = self.of(align="right")
        self.note = self.of(text_wrap=True)

    def of(self, **properties: Any) -> Format:
        """Return the format with these properties, vertically centred."""
        key = tuple(properties.items())
        if key not in self._made:
            self._made[key] = self._book.add_format({"valign": "vcenter", **properties})
        return self._made[key]

    def titled(self, title: str) -> str:
        """Return the title of a sheet as it is written."""
        return self._before_title + clean(title)

    def words(self, text: str, **properties: Any) -> Format:
        """Return the format with these properties for a text, which stays one when somebody edits the cell."""
        return self.of(**properties, quote_prefix=True) if looks_like_formula(text) else self.of(**properties)

    def text(self, role: Role, align: str, indent: int, *, looks_like_formula: bool) -> Format:
        """Return the format of a cell with words, or of a blank one."""
        properties: dict[str, Any] = {"border": 1, "align": align, "text_wrap": True}
        if role is Role.HEAD:
            properties |= {"align": "center", "bold": True, "bg_color": HEADER_FILL}
        elif role is Role.TOTAL:
            properties["bold"] = True
        if indent and properties["align"] != "center":
            properties["indent"] = indent
        if looks_like_formula:
            properties["quote_prefix"] = True  # so that editing the cell does not turn the words into a formula
        return self.of(**properties)

    def number(self, cell: Cell) -> NumberStyle:
        """Return how a cell's amount is written."""
        form = cell.format
        assert form is not None  # a known amount has a format, see Cell
        properties: dict[str, Any] = {"border": 1, "align": cell.align}
        if cell.role is Role.TOTAL:
            properties["bold"] = True
        return NumberStyle(
            self.of(**properties, num_format=number_code(form)),
            self.of(**properties, num_format=number_code(form, tiny=True)),
            _half(form.places),
            form.money_unit,
            form.money_unit in ("元", "%"),
            form.zero == "blank",
        )
