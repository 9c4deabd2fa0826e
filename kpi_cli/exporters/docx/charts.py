"""Charts as images, for the option `charts`; the one module that imports matplotlib.

An image depends on the chart, the fonts that are installed, and the version of matplotlib, and on nothing else.
"""

from __future__ import annotations

import warnings
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from kpi_cli import money
from kpi_cli.errors import ExportError
from kpi_cli.exporters.docx.text import clean
from kpi_cli.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi_cli.narrative.document import Chart

FONTS = (
    *("SimSun", "宋体", "NSimSun", "STSong", "Songti SC", "FangSong", "仿宋_GB2312", "仿宋"),
    *("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Noto Serif CJK JP"),
    *("Microsoft YaHei", "SimHei", "PingFang SC", "Heiti SC", "Noto Sans CJK SC", "Source Han Sans SC"),
    *("Noto Sans SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback"),
    *("AR PL UMing CN", "AR PL SungtiL GB", "Arial Unicode MS", "Unifont"),
)
"""Fonts with Chinese characters, in the order of preference: 宋体 first, as in the tables."""

COLORS = ("#1F5F99", "#B85C00", "#2F7D4F", "#7A4E9F", "#8A6D00", "#4A5159", "#A33B4E")
_DPI = 200
_LABEL = 9
"""Points of the type in a chart; its title is text of the document, above it."""


def chart_images(charts: Sequence[Chart], width: float, height: float) -> list[bytes]:
    """Draw charts.

    Args:
      charts: What to draw.
      width: Of each image, in points.
      height: Of each image, in points.
    Returns:
      PNG files.
    Raises:
      ExportError: matplotlib is not installed, or no font with Chinese characters.
    """
    try:
        from matplotlib import font_manager, style
    except ImportError:
        raise ExportError(Problem("no-charts-extra")) from None
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    font = next((name for name in FONTS if name in installed), None)
    if font is None:
        raise ExportError(Problem("no-chinese-font"))
    own = {
        "font.family": [font], "font.size": _LABEL, "text.parse_math": False, "axes.unicode_minus": False,
        "axes.spines.top": False, "axes.spines.right": False,
    }  # fmt: skip
    with style.context(["default", own]), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a character that the font lacks is drawn as a box
        return [_image(chart, width / 72, height / 72) for chart in charts]


def _image(chart: Chart, width: float, height: float) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=_DPI)
    if chart.kind == "pie" and _is_whole(chart):
        _pie(figure, chart)
    else:
        figure.set_layout_engine("constrained")
        _columns(figure.add_subplot(), chart)
    stream = BytesIO()
    figure.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()


def _is_whole(chart: Chart) -> bool:
    """Tell whether the values are parts of something."""
    values = chart.series[0][1] if chart.series else ()
    return any(values) and all(value is None or value >= 0 for value in values)


def _pie(figure: Any, chart: Chart) -> None:
    """Draw a pie, from the top clockwise; names and amounts stand beside it, where they have room."""
    slices = [(name, value) for name, value in zip(chart.categories, chart.series[0][1], strict=True) if value]
    total = sum((value for _, value in slices), Decimal(0))
    wedges = figure.add_axes((0, 0.02, 0.48, 0.96)).pie(
        [float(value) for _, value in slices],
        colors=[COLORS[i % len(COLORS)] for i in range(len(slices))],
        startangle=90,
        counterclock=False,
        radius=1.2,
        wedgeprops={"edgecolor": "white", "linewidth": 1},
    )[0]
    labels = [
        f"{_folded(name, 12)}　{_number(value, chart)}（{money.plain(money.percent(value, total, 2))}%）"
        for name, value in slices
    ]
    unit = f"单位：{clean(chart.money_unit)}"
    figure.legend(wedges, labels, loc="center left", bbox_to_anchor=(0.47, 0.5), frameon=False, title=unit)


def _columns(axes: Any, chart: Chart) -> None:
    """Draw columns, side by side for each category; what is unknown has none."""
    share = 0.8 / max(len(chart.series), 1)
    for s, (name, values) in enumerate(chart.series):
        known = [(c, value) for c, value in enumerate(values) if value is not None]
        at = [c + (s - (len(chart.series) - 1) / 2) * share for c, _ in known]
        heights = [float(money.in_unit(value, chart.money_unit)) for _, value in known]
        bars = axes.bar(at, heights, share * 0.92, label=clean(name), color=COLORS[s % len(COLORS)])
        axes.bar_label(bars, [_number(value, chart) for _, value in known], padding=2, fontsize=_LABEL - 2)
    axes.set_xticks(range(len(chart.categories)), [_folded(name, 6) for name in chart.categories])
    axes.set_ylabel(chart.money_unit)
    axes.yaxis.set_major_formatter("{x:,.10g}")
    axes.margins(y=0.12)
    axes.grid(axis="y", color="#D9D9D9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=max(len(chart.series), 1), frameon=False)


def _number(yuan: Decimal, chart: Chart) -> str:
    return money.plain(money.display(yuan, chart.money_unit, chart.places), thousands=True)


def _folded(name: str, chars: int) -> str:
    """Break a long name, so that neighbours do not touch."""
    name = clean(name)
    return "\n".join(name[i : i + chars] for i in range(0, len(name), chars)) if len(name) > chars else name
