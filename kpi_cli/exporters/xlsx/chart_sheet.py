"""The sheet 图表: native charts over their own figures, which stand beside them as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli import money
from kpi_cli.exporters.xlsx.page import set_up_page
from kpi_cli.exporters.xlsx.styles import FONT, HEADER_FILL
from kpi_cli.exporters.xlsx.text import clean, display_width

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from xlsxwriter.workbook import Workbook

    from kpi_cli.exporters.xlsx.sheet import Sheet
    from kpi_cli.exporters.xlsx.styles import Styles
    from kpi_cli.narrative.document import Chart

SHEET = "图表"
_WIDTH, _HEIGHT = 640, 360
_ROWS = 16
"""Rows that a chart takes beside its figures."""
_LABEL, _VALUE = 200, 110
_COLORS = ("#1F5F99", "#B85C00", "#2F7D4F", "#7A4E9F", "#8A6D00", "#4A5159", "#A33B4E")


class ChartSheet:
    """Writes the charts, one below the other.

    Args:
      book: The workbook, which makes charts.
      sheet: Empty sheet.
      name: Its name.
      styles: Formats of the workbook.
    """

    def __init__(self, book: Workbook, sheet: Sheet, name: str, styles: Styles) -> None:
        self._book = book
        self._sheet = sheet
        self._name = name
        self._styles = styles
        self._head = styles.of(border=1, bold=True, bg_color=HEADER_FILL, align="center", text_wrap=True)
        self._text = styles.of(border=1)

    def write(self, charts: Sequence[Chart]) -> None:
        """Write the figures of every chart and draw it beside them."""
        row, columns = 0, 1 + max(len(chart.series) for chart in charts)
        self._sheet.set_column_pixels(0, 0, _LABEL)
        self._sheet.set_column_pixels(1, columns - 1, _VALUE)
        for chart in charts:
            self._figures(chart, row)
            drawn = self._drawn(chart, row)
            options = {"object_position": 1, "description": clean(chart.description), "x_offset": 16}
            self._sheet.insert_chart(row, columns, drawn, options)
            row += max(len(chart.categories) + 2, _ROWS) + 1
        set_up_page(self._sheet, last_row=row, last_column=columns + 9, header=None)

    def _figures(self, chart: Chart, top: int) -> None:
        self._sheet.write_string(top, 0, clean(f"{chart.title}（{chart.money_unit}）"), self._styles.of(bold=True))
        self._sheet.write_string(top + 1, 0, "项目", self._head)
        number = self._styles.of(border=1, num_format="#,##0" + ("." + "0" * chart.places if chart.places else ""))
        for row, category in enumerate(chart.categories, top + 2):
            self._sheet.write_string(row, 0, clean(category), self._text)
        for c, (name, values) in enumerate(chart.series, 1):
            self._sheet.write_string(top + 1, c, clean(name), self._head)
            for row, value in enumerate(values, top + 2):
                if value is None:
                    self._sheet.write_blank(row, c, None, number)  # a gap in the chart, not a zero
                else:
                    self._sheet.write_number(row, c, float(money.in_unit(value, chart.money_unit)), number)

    def _drawn(self, chart: Chart, top: int) -> Any:
        drawn = self._book.add_chart({"type": "pie" if chart.kind == "pie" else "column"})
        last = top + 1 + len(chart.categories)
        for c, (name, _) in enumerate(chart.series, 1):
            series: dict[str, Any] = {
                "name": clean(name),
                "categories": [self._name, top + 2, 0, last, 0],
                "values": [self._name, top + 2, c, last, c],
            }
            series |= self._look(chart, c)
            drawn.add_series(series)
        font = {"name": FONT, "size": 10}
        drawn.set_title({"name": clean(chart.title), "name_font": {"name": FONT, "size": 14, "bold": True}})
        drawn.set_legend({"position": "right" if chart.kind == "pie" else "bottom", "font": font})
        drawn.set_size({"width": _WIDTH, "height": _HEIGHT})
        drawn.show_blanks_as("gap")
        if chart.kind != "pie":
            drawn.set_x_axis({"num_font": font})
            axis = {"name": clean(chart.money_unit), "name_font": font, "num_font": font, "num_format": "#,##0"}
            drawn.set_y_axis({**axis, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
        return drawn

    def _look(self, chart: Chart, series: int) -> dict[str, Any]:
        if chart.kind == "pie":
            colors = [_COLORS[i % len(_COLORS)] for i in range(len(chart.categories))]
            return {
                "points": [{"fill": {"color": color}} for color in colors],
                "data_labels": {"percentage": True, "leader_lines": True, "font": {"name": FONT, "size": 10}},
            }
        crowded = max(map(display_width, chart.categories), default=0) * len(chart.categories) > _WIDTH // 8
        labels = {} if crowded else {"data_labels": {"value": True, "font": {"name": FONT, "size": 9}}}
        return {"fill": {"color": _COLORS[(series - 1) % len(_COLORS)]}, **labels}
