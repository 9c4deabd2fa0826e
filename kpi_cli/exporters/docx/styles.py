"""The named styles that the documents use, by the ids that they have in the bundled reference documents.

How each one looks is data: `templates/docx/build_reference.py` makes `reference.docx` (GB/T 9704) and
`reference-plain.docx` (Shanghai) with the same styles, and a user's own document may replace both.
"""

from __future__ import annotations

from dataclasses import dataclass

from kpi_cli.tables.table import Cell, Role, State

COVER_DEPARTMENT = "KpiCoverDepartment"
COVER_TITLE = "KpiCoverTitle"
CONTENTS_TITLE = "KpiContentsTitle"
CONTENTS_LEVELS = ("TOC1", "TOC2", "TOC3")
HEADINGS = ("Heading1", "Heading2", "Heading3", "Heading4")
"""Word's own, since only those surely carry an outline level; the first is that of a part (第一部分)."""

BODY = "BodyText"
CAPTION = "Caption"
PICTURE = "KpiPicture"
DRAFT = "KpiDraft"
TABLE_NUMBER = "KpiTableNumber"
TABLE_TITLE = "KpiTableTitle"
TABLE_LABEL = "KpiTableLabel"
TABLE_NOTE = "KpiTableNote"
SPACER = "KpiSpacer"
"""A paragraph of one point: it carries the end of a section, or stands where Word wants a paragraph after a table."""

TABLE_GRID = "KpiTableGrid"

HEAD, TEXT, CODE, AMOUNT = "KpiHead", "KpiText", "KpiCode", "KpiAmount"
TOTAL, TOTAL_AMOUNT = "KpiTotal", "KpiTotalAmount"
CELL_KINDS = {HEAD: "center", TEXT: "left", CODE: "center", AMOUNT: "right", TOTAL: "center", TOTAL_AMOUNT: "right"}
"""Styles of cells, and how each one aligns."""


@dataclass(frozen=True)
class Lines:
    """The size of the lines around a table, in points.

    Attributes:
      points: Size of the type.
      line: Height of a line, exact.
      before: Space above the paragraph.
      after: Space below it.
    """

    points: float
    line: float
    before: float = 0
    after: float = 0


AROUND = {
    TABLE_NUMBER: Lines(12, 18),
    TABLE_TITLE: Lines(18, 28, after=8),
    TABLE_LABEL: Lines(12, 18, after=4),
    TABLE_NOTE: Lines(12, 18, before=4),
    SPACER: Lines(1, 1),
}

_FIGURES = (State.AMOUNT, State.EMPTY, State.UNKNOWN)


CELL_MARGIN = 70
"""Left and right of the text in a cell in twips, as in the table style of the reference document."""


@dataclass(frozen=True)
class Step:
    """One size of type for tables; a table that is too wide at one size is set in the next.

    Attributes:
      suffix: What the ids of the styles of this size end with.
      points: Size of the type.
      line: Height of a line in points, exact, so that it is the same with every font.
      row: Least height of a row in points.
      margin: Left and right of the text in a cell, in twips.
      head_lines: How many lines a header may take.
    """

    suffix: str
    points: float
    line: float
    row: float
    margin: int = CELL_MARGIN
    head_lines: int = 2


STEPS = (
    Step("", 12, 16, 24),
    Step("105", 10.5, 14, 22),
    Step("90", 9, 12, 19, margin=50, head_lines=3),
    Step("75", 7.5, 10, 16, margin=30, head_lines=4),
    Step("65", 6.5, 9, 14, margin=20, head_lines=4),
    Step("55", 5.5, 7.5, 12, margin=20, head_lines=4),
)
"""小四, 五号, 小五, 六号, 小六, 七号."""


def cell_kind(cell: Cell) -> str:
    """Return the style of a cell, without the suffix of its size."""
    if cell.role is Role.HEAD:
        return HEAD
    is_figure = cell.state in _FIGURES
    if cell.role is Role.TOTAL:
        return TOTAL_AMOUNT if is_figure else TOTAL
    if is_figure:
        return AMOUNT
    return CODE if cell.align == "center" else TEXT
