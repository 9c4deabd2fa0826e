"""The charts of a disclosure: what the expenditure is made of, and how this year stands against last year. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli.money import percent, plain
from kpi_cli.narrative.document import Chart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi_cli.narrative.phrases import AmountStyle
    from kpi_cli.narrative.scope import NarrativeFacts
    from kpi_cli.narrative.style import NarrativeStyle

MOST_SLICES = 6
"""Subjects that get a slice of their own; the smaller ones share the slice 其他."""

_COMPARED = {
    "income": "收入",
    "expenditure": "支出",
    "expenditure:basic_expenditure": "基本支出",
    "expenditure:project_expenditure": "项目支出",
    "sangong": "“三公”经费",
}


def make_charts(facts: NarrativeFacts, style: NarrativeStyle) -> tuple[Chart, ...]:
    """Make the charts for which the figures are known."""
    return tuple(chart for chart in (_composition(facts, style.amounts), _years(facts, style.amounts)) if chart)


def _composition(facts: NarrativeFacts, style: AmountStyle) -> Chart | None:
    """支出构成: a pie of the 类, largest first; None where nothing is spent, or something is below zero."""
    book, total = facts.book, facts.book.figure("expenditure").value
    codes = book.codes("function", 3)
    values = [(facts.catalogue.name("function", code) or code, _value(facts, f"function:{code}")) for code in codes]
    slices = sorted((pair for pair in values if pair[1]), key=lambda pair: -pair[1])
    if not slices or not total or slices[-1][1] < 0:
        return None
    if len(slices) > MOST_SLICES + 1:
        rest = sum((value for _, value in slices[MOST_SLICES:]), Decimal(0))
        slices = [*slices[:MOST_SLICES], ("其他", rest)]
    parts = [
        f"{name}{style.text(style.number(value))}（{plain(percent(value, total, style.percent_places))}%）"
        for name, value in slices
    ]
    description = f"{book.year}年支出预算{style.text(style.number(total))}，其中：{'、'.join(parts)}。"
    title = f"{book.year}年支出构成（按功能分类）"
    return _chart("pie", title, style, slices, [(f"{book.year}年", [value for _, value in slices])], description)


def _years(facts: NarrativeFacts, style: AmountStyle) -> Chart | None:
    """与上年比较: columns of the main figures whose last year is known; None where none is."""
    book = facts.book
    found = []
    for key, name in _COMPARED.items():
        now, then = book.figure(key).value, book.previous(key).value
        if now is not None and then is not None and (now or then):
            found.append((name, now, then))
    if not found:
        return None
    written = [(name, style.text(style.number(now)), style.text(style.number(then))) for name, now, then in found]
    parts = [f"{name}{now}（上年{then}）" for name, now, then in written]
    series = [
        (f"{book.year - 1}年", [then for _, _, then in found]),
        (f"{book.year}年", [now for _, now, _ in found]),
    ]
    title = f"{book.year}年预算与{book.year - 1}年比较"
    return _chart("column", title, style, found, series, f"{book.year}年预算：{'、'.join(parts)}。")


def _chart(
    kind: str,
    title: str,
    style: AmountStyle,
    named: Iterable[tuple[str, *tuple[object, ...]]],
    series: Iterable[tuple[str, list[Decimal]]],
    description: str,
) -> Chart:
    return Chart(
        kind,
        title,
        style.money_unit,
        style.places,
        tuple(name for name, *_ in named),
        tuple((name, tuple(values)) for name, values in series),
        description,
    )


def _value(facts: NarrativeFacts, key: str) -> Decimal:
    return facts.book.figure(key).value or Decimal(0)
