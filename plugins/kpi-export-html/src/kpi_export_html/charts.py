"""Charts as SVG: horizontal bars, which stay readable on a narrow screen and in black and white."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from kpi_export_html.markup import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.api import Chart

_WIDTH, _BAR, _GAP, _TOP = 720, 20, 14, 8
_LABEL, _VALUE = 190, 150
_SCALE = {"元": Decimal(1), "千元": Decimal(1000), "万元": Decimal(10_000), "亿元": Decimal(10_000) ** 2}


def chart_figure(chart: Chart, number: int) -> str:
    """Return a chart with its title and a description for those who cannot see it."""
    name = f"chart{number}"
    rows = list(_bars(chart))
    height = _TOP + len(rows) * _BAR + len(chart.categories) * _GAP + (_BAR if len(chart.series) > 1 else 0)
    legend = "".join(_legend(chart, height)) if len(chart.series) > 1 else ""
    return f"""<figure class="chart" id="{name}">
<figcaption>{escaped(chart.title)}（{escaped(chart.money_unit)}）</figcaption>
<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escaped(chart.description)}">
{"".join(rows)}{legend}
</svg>
</figure>"""


def _bars(chart: Chart) -> Iterator[str]:
    known = [abs(value) for _, values in chart.series for value in values if value is not None]
    longest = max(known, default=Decimal(0)) or Decimal(1)
    y = _TOP
    for i, category in enumerate(chart.categories):
        for s, (_, values) in enumerate(chart.series):
            label = f'<text x="{_LABEL - 8}" y="{y + 15}" text-anchor="end">{escaped(category)}</text>' if not s else ""
            yield label + _bar(chart, values[i], y, s, longest)
            y += _BAR
        y += _GAP


def _bar(chart: Chart, value: Decimal | None, y: int, series: int, longest: Decimal) -> str:
    if value is None:
        return f'<text x="{_LABEL}" y="{y + 15}">—</text>'
    width = (abs(value) / longest * (_WIDTH - _LABEL - _VALUE)).quantize(Decimal("0.1"))
    return (
        f'<rect class="series{series}" x="{_LABEL}" y="{y + 2}" width="{width}" height="{_BAR - 4}"/>'
        f'<text x="{_LABEL + width + 6}" y="{y + 15}">{_shown(chart, value)}</text>'
    )


def _shown(chart: Chart, value: Decimal) -> str:
    step = Decimal(1).scaleb(-chart.places)
    return f"{(value / _SCALE[chart.money_unit]).quantize(step, ROUND_HALF_UP):,f}"


def _legend(chart: Chart, height: int) -> Iterator[str]:
    x = _LABEL
    for series, (name, _) in enumerate(chart.series):
        yield f'<rect class="series{series}" x="{x}" y="{height - 18}" width="14" height="14"/>'
        yield f'<text x="{x + 20}" y="{height - 6}">{escaped(name)}</text>'
        x += 160
