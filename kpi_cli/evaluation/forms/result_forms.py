"""F11–F13 and F17: the year's results, the published ranking, the feedback to each unit, meetings."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kpi_cli.evaluation.arithmetic import exact, written
from kpi_cli.evaluation.forms.form import Row, Sheet, Value
from kpi_cli.evaluation.vocabulary import CATEGORY, COMPONENT, VETO_KIND, word
from kpi_cli.tables.table import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from kpi_cli.evaluation.final import UnitResult
    from kpi_cli.evaluation.forms.book import Book

ZERO = Fraction(0)


def summary(book: Book) -> Iterator[Sheet]:
    """F11: every part of every unit's total, by category, series and rank; a unit's own row with the distribution."""
    shown = [result for result in book.final.units if book.shows(result.evaluated_unit)]
    rows = [Row(_summary_row(book, result, at)) for at, result in enumerate(shown, 1)]
    if book.unit and shown:
        rows += _distribution(book, shown[0])
    yield Sheet(rows)


def _summary_row(book: Book, result: UnitResult, number: int) -> dict[str, Value]:
    vetoes = book.index.vetoes.get(result.evaluated_unit, [])
    values: dict[str, Value] = {
        "number": number,
        "unit": book.name(result.evaluated_unit),
        "category": word(CATEGORY, result.category),
        "series": result.series,
        "deduction": result.deduction,
        "bonus": result.bonus,
        "total": result.total,
        "rank": result.rank,
        "grade": result.grade,
        "veto": "；".join(f"{word(VETO_KIND, veto.kind)}：{veto.basis}（{veto.doc_no}）" for veto in vetoes),
        "note": "；".join(result.notes),
    }
    for name in book.paper.repeated["component"]:
        part = result.components.get(name[0])
        values[f"raw:{name[0]}"] = part.score if part else "—"
        values[f"part:{name[0]}"] = part.points if part else "—"
    return values


def _distribution(book: Book, own: UnitResult) -> list[Row]:
    """Highest, mean and lowest of the unit's series: what a unit may see of the others."""
    group = [each for each in book.final.units if (each.category, each.series) == (own.category, own.series)]
    rows = []
    for label, choose in (("同系列最高", max), ("同系列平均", _mean), ("同系列最低", min)):
        values: dict[str, Value] = {"unit": label}
        for field in ("deduction", "bonus", "total"):
            values[field] = choose([exact(getattr(each, field)) for each in group])
        for name, _ in book.paper.repeated["component"]:
            parts = [each.components[name] for each in group if name in each.components]
            if parts:
                values[f"raw:{name}"] = choose([exact(part.score) for part in parts])
                values[f"part:{name}"] = choose([exact(part.points) for part in parts])
        rows.append(Row(values, Role.SUBTOTAL))
    return rows


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, ZERO) / len(values)


def ranking(book: Book) -> Iterator[Sheet]:
    """F12: rank, unit and grade, one table for each series; a unit sees no total but its own."""
    for category, series in dict.fromkeys((result.category, result.series) for result in book.final.units):
        own = [each for each in book.final.units if (each.category, each.series) == (category, series)]
        names = [word(CATEGORY, category), series]
        rows = [
            Row(
                {
                    "rank": each.rank,
                    "unit": book.name(each.evaluated_unit),
                    "grade": each.grade,
                    "total": each.total if book.shows(each.evaluated_unit) else None,
                }
            )
            for each in own
        ]
        yield Sheet(rows, " ".join(name for name in names if name))


def feedback(book: Book) -> Iterator[Sheet]:
    """F13: to each unit its components beside the highest, mean and lowest, and every point that it lost."""
    groups: dict[str, list[UnitResult]] = {}
    for result in book.final.units:
        groups.setdefault(result.category, []).append(result)
    for result in book.final.units:
        if book.shows(result.evaluated_unit):
            rows = [*_component_rows(result, groups[result.category]), *_lost_rows(book, result.evaluated_unit)]
            note = f"总分 {result.total}，名次第 {result.rank} 名，等次{result.grade or '未定'}。"
            if book.scheme.appeal_deadline:
                note += f"对结果有异议的，请于 {book.scheme.appeal_deadline} 前书面申诉。"
            yield Sheet(rows, book.name(result.evaluated_unit), note)


def _component_rows(result: UnitResult, group: list[UnitResult]) -> Iterator[Row]:
    for name, part in result.components.items():
        scores = [exact(other.components[name].score) for other in group if name in other.components]
        values: dict[str, Value] = {
            "item": word(COMPONENT, name),
            "points": 100,
            "score": part.score,
            "part": part.points,
            "highest": max(scores),
            "mean": _mean(scores),
            "lowest": min(scores),
        }
        yield Row(values)
    for label, field in (("扣分", "deduction"), ("加分", "bonus"), ("总分", "total")):
        every = [exact(getattr(other, field)) for other in group]
        spread: dict[str, Value] = {"highest": max(every), "mean": _mean(every), "lowest": min(every)}
        own: Decimal = getattr(result, field)
        yield Row({"item": label, "part": own, **spread}, Role.TOTAL if field == "total" else Role.ITEM)


def _lost_rows(book: Book, unit: str) -> Iterator[Row]:
    """Name every indicator on which the unit lost points, and every deduction, with the reason."""
    for leaf in book.scores.leaves(unit):
        if leaf.score is not None and exact(leaf.score) < leaf.points:
            result = book.index.results.get((leaf.indicator, unit))
            reasons = [result.reason] if result and result.reason else [step.text for step in leaf.steps]
            lost = written(leaf.points - exact(leaf.score))
            reason = f"失 {lost} 分：{'；'.join(reasons)}"
            values: dict[str, Value] = {"item": f"　{book.label(leaf.indicator)}", "points": leaf.points}
            yield Row({**values, "score": leaf.score, "reason": reason})
    for item in book.index.inspections.get(unit, []):
        yield Row({"item": f"　察访核验 {item.id}", "reason": f"{item.fact}（{item.source_doc}）"})


def meetings(book: Book) -> Iterator[Sheet]:
    """F17: what the leading group decided, by date."""
    ordered = sorted(book.year.minutes, key=lambda item: (item.date, item.id))
    names = ("date", "meeting", "topic", "decision", "doc_no")
    yield Sheet([Row({name: getattr(item, name) for name in names}) for item in ordered])
