"""The sheet 图表: native charts over their own figures, which stand beside them as numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli import money
from kpi_cli.exporters.xlsx.page import A4, FOOTER
from kpi_cli.exporters.xlsx.styles import FONT, HEADER_FILL
from kpi_cli.exporters.xlsx.text import clean, display_width, line_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from xlsxwriter.workbook import Workbook

    from kpi_cli.exporters.xlsx.sheet import Sheet
    from kpi_cli.exporters.xlsx.styles import Styles
    from kpi_cli.narrative.document import Chart

SHEET = "图表"
_WIDTH, _HEIGHT = 580, 310
_ROW_HEIGHT, _ROW_PIXELS = 18, 24
_ROWS = _HEIGHT // _ROW_PIXELS + 2
"""Rows that a chart takes beside its figures, and a blank one below it."""
_PAGE_ROWS = 2 * _ROWS
"""Rows on a printed page: Excel ignores page breaks in a sheet that it fits to the page, so the scale is fixed."""
_SCALE = 85
_TITLE_HEIGHT = 32
_WIDEST_LABEL = 30
_CHAR, _PADDING = 8, 16
_COLORS = ("#1F5F99", "#B85C00", "#2F7D4F", "#7A4E9F", "#8A6D00", "#4A5159", "#A33B4E")
_TEXT = {"name": FONT, "size": 10}
_LABEL = {"name": FONT, "size": 9}
_LABEL_CHAR = 6
"""Pixels of a digit of a label."""
_WHOLE_FROM = 8
"""From this height on, the steps of an axis are whole numbers."""


class ChartSheet:
    """Writes the charts, one below the other.

    Args:
      book: The workbook, which makes charts.
      sheet: Empty sheet.
      styles: Formats of the workbook.
    """

    def __init__(self, book: Workbook, sheet: Sheet, styles: Styles) -> None:
        self._book = book
        self._sheet = sheet
        self._styles = styles

    def write(self, title: str, charts: Sequence[Chart]) -> None:
        """Write the title of the sheet and the figures of every chart, and draw it beside them."""
        columns = 1 + max(len(chart.series) for chart in charts)
        self._sheet.set_default_row(_ROW_HEIGHT)
        self._sheet.set_row(0, _TITLE_HEIGHT)
        self._sheet.merge_range(0, 0, 0, columns, "", self._styles.title)
        self._sheet.write_string(0, 0, self._styles.titled(title), self._styles.title)
        self._widths(charts, columns)
        row, breaks, page = 1, [], 0
        for chart in charts:
            height = max(len(chart.categories) + 3, _ROWS)
            if page and page + height > _PAGE_ROWS:
                breaks.append(row)
                page = 0
            self._figures(chart, row)
            options = {"object_position": 1, "description": clean(chart.description), "x_offset": _PADDING}
            self._sheet.insert_chart(row, columns, self._drawn(chart, row), options)
            row, page = row + height, page + height
        self._finish(row - 1, columns, breaks)

    def _widths(self, charts: Sequence[Chart], columns: int) -> None:
        label = max(_WIDEST_LABEL // 2, *(display_width(name) for chart in charts for name in chart.categories))
        self._sheet.set_column_pixels(0, 0, min(label, _WIDEST_LABEL) * _CHAR + _PADDING)
        value = max(len(text) for chart in charts for text in _texts(chart))
        self._sheet.set_column_pixels(1, columns - 1, max(value, 10) * (_CHAR + 1) + _PADDING)
        self._sheet.set_column_pixels(columns, columns, _WIDTH + 2 * _PADDING)

    def _figures(self, chart: Chart, top: int) -> None:
        self._words(top, 0, f"{chart.title}（{chart.money_unit}）", bold=True)
        head = {"border": 1, "bold": True, "bg_color": HEADER_FILL, "align": "center", "text_wrap": True}
        self._words(top + 1, 0, "项目", **head)
        for row, category in enumerate(chart.categories, top + 2):
            self._words(row, 0, category, border=1, text_wrap=True)
            lines = line_count(clean(category), _WIDEST_LABEL)
            if lines > 1:
                self._sheet.set_row(row, lines * _ROW_HEIGHT)
        number = self._styles.of(border=1, num_format=_number_code(chart))
        for c, (name, values) in enumerate(chart.series, 1):
            self._words(top + 1, c, name, **head)
            for row, value in enumerate(values, top + 2):
                if value is None:
                    self._sheet.write_blank(row, c, None, number)  # a gap in the chart, not a zero
                else:
                    self._sheet.write_number(row, c, float(money.in_unit(value, chart.money_unit)), number)

    def _words(self, row: int, column: int, text: str, **look: object) -> None:
        text = clean(text)
        self._sheet.write_string(row, column, text, self._styles.words(text, **look))

    def _drawn(self, chart: Chart, top: int) -> Any:
        """Return the chart; its words come from cells as its numbers do, so none of them can pass for a formula."""
        drawn = self._book.add_chart({"type": "pie" if chart.kind == "pie" else "column"})
        name, last = self._sheet.get_name(), top + 1 + len(chart.categories)
        for c in range(1, len(chart.series) + 1):
            cells = {
                "name": [name, top + 1, c],
                "categories": [name, top + 2, 0, last, 0],
                "values": [name, top + 2, c, last, c],
            }
            drawn.add_series(cells | (_pie(chart) if chart.kind == "pie" else _column(chart, c)))
        drawn.set_title({"name": [name, top, 0], "name_font": {"name": FONT, "size": 14, "bold": True}})
        drawn.set_legend({"position": "right" if chart.kind == "pie" else "bottom", "font": _TEXT})
        drawn.set_size({"width": _WIDTH, "height": _HEIGHT})
        drawn.show_blanks_as("gap")
        if chart.kind != "pie":
            lines = {"visible": True, "line": {"color": "#D9D9D9"}}
            drawn.set_x_axis({"num_font": _TEXT, "label_position": "low"})
            drawn.set_y_axis({"num_font": _TEXT, "num_format": _axis_code(chart), "major_gridlines": lines})
        return drawn

    def _finish(self, last_row: int, columns: int, breaks: list[int]) -> None:
        self._sheet.hide_gridlines(2)
        self._sheet.set_landscape()
        self._sheet.set_paper(A4)
        self._sheet.set_print_scale(_SCALE)
        self._sheet.set_h_pagebreaks(breaks)
        self._sheet.center_horizontally()
        self._sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.8)
        self._sheet.set_footer(FOOTER)
        self._sheet.print_area(0, 0, last_row, columns)


def _pie(chart: Chart) -> dict[str, Any]:
    colors = [_COLORS[i % len(_COLORS)] for i in range(len(chart.categories))]
    labels = {"percentage": True, "num_format": "0.00%", "position": "outside_end", "leader_lines": True}
    return {"points": [{"fill": {"color": color}} for color in colors], "data_labels": labels | {"font": _TEXT}}


def _column(chart: Chart, series: int) -> dict[str, Any]:
    """Return the look of a series: with its figures above the columns, where they have room."""
    look = {"fill": {"color": _COLORS[(series - 1) % len(_COLORS)]}, "gap": 40, "overlap": 0}
    room = _WIDTH * 0.85 / (len(chart.categories) * (len(chart.series) + 0.4))
    if max(map(len, _texts(chart))) * _LABEL_CHAR > room:
        return look
    return look | {"data_labels": {"value": True, "num_format": _number_code(chart), "font": _LABEL}}


def _number_code(chart: Chart) -> str:
    return "#,##0" + ("." + "0" * chart.places if chart.places else "")


def _axis_code(chart: Chart) -> str:
    """Return the number format of the axis: whole numbers, except where the columns are low."""
    greatest = max((abs(value) for _, values in chart.series for value in values if value), default=Decimal(0))
    return "#,##0" if money.in_unit(greatest, chart.money_unit) >= _WHOLE_FROM else "0.00"


def _texts(chart: Chart) -> Iterator[str]:
    """Yield the figures as they are shown, and something where there are none."""
    yield ""
    for _, values in chart.series:
        for value in values:
            if value is not None:
                yield money.plain(money.display(value, chart.money_unit, chart.places), thousands=True)
