"""F1–F5: the indicator system, its sheets, the quarterly reports, warnings, and the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.evaluation import methods
from kpi_cli.evaluation.arithmetic import exact, written
from kpi_cli.evaluation.forms.book import Book, rate
from kpi_cli.evaluation.forms.form import Row, Sheet, Value
from kpi_cli.evaluation.index import OUTSIDE
from kpi_cli.evaluation.progress import Pace, Status, paces
from kpi_cli.evaluation.vocabulary import CYCLE, KIND, word
from kpi_cli.tables.table import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from fractions import Fraction

    from kpi_cli.evaluation.records import Indicator, Result
    from kpi_cli.evaluation.scores import LeafScore

LEVELS = 4


def indicator_system(book: Book) -> Iterator[Sheet]:
    """F1: every leaf in the order of the tree, a subtotal below each first level, the total of a unit's 100 points."""
    tops: dict[str, list[Indicator]] = {}
    for item in book.index.indicators.values():
        if book.leaf(item) and (not book.unit or book.assignment(item.indicator, book.unit)):
            above = book.index.ancestors(item.indicator)
            tops.setdefault((above[0] if above else item).indicator, []).append(item)
    rows: list[Row] = []
    whole = exact(0)
    for top, leaves in tops.items():
        start = len([row for row in rows if row.role is Role.ITEM])
        rows += [Row(_system_row(book, leaf, start + at)) for at, leaf in enumerate(leaves, 1)]
        points = sum((exact(leaf.points) for leaf in leaves if leaf.points is not None), exact(0))
        rows.append(Row({"level1": f"{book.index.indicators[top].name} 小计", "points": points}, Role.SUBTOTAL))
        inside = (leaf.points for leaf in leaves if leaf.points is not None and leaf.kind not in OUTSIDE)
        whole += sum((exact(value) for value in inside), exact(0))
    if rows:
        rows.append(Row({"level1": "合计", "points": whole}, Role.TOTAL))
    yield Sheet(rows, book.name(book.unit) if book.unit else "")


def _system_row(book: Book, leaf: Indicator, number: int) -> dict[str, Value]:
    names = [*(item.name for item in book.index.ancestors(leaf.indicator)[: LEVELS - 1]), leaf.name]
    method = methods.METHODS.get(("indicator", leaf.method))
    assigned = [item for item in book.assigned(leaf.indicator) if book.shows(item.evaluated_unit)]
    return {
        "number": number,
        **{f"level{level}": name for level, name in enumerate(names, 1)},
        "kind": word(KIND, leaf.kind),
        "points": leaf.points,
        "measure_unit": leaf.measure_unit,
        "target": _shared([item.target for item in assigned]),
        "baseline": _shared([item.baseline for item in assigned]),
        "scoring_rule": leaf.scoring_rule or (method.title if method else ""),
        "cycle": word(CYCLE, leaf.cycle),
        "owner_unit": leaf.owner_unit
        or "、".join(book.name(item.evaluated_unit) for item in assigned[:3]) * (len(assigned) < 4),
        "assessor": leaf.assessor,
        "data_source": leaf.data_source,
        "note": leaf.note,
    }


def _shared(values: list[Decimal | None]) -> str:
    """Write a value that all units share."""
    known = {value for value in values if value is not None}
    if not known:
        return ""
    return written(known.pop()) if len(known) == 1 else "按单位"


def indicator_sheets(book: Book) -> Iterator[Sheet]:
    """F2: the sheets of benchmark and feature indicators."""
    rows = []
    for sheet in sorted(book.year.indicator_sheets, key=lambda sheet: sheet.indicator):
        item = book.index.indicators.get(sheet.indicator)
        if not book.unit or book.assignment(sheet.indicator, book.unit):
            values = {field: value for field, value in sheet._asdict().items() if field != "source"}
            rows.append(Row({**values, "name": item.name if item else ""}))
    yield Sheet(rows)


def quarterly_reports(book: Book) -> Iterator[Sheet]:
    """F3: what each unit has reported, one table for each unit."""
    by_unit: dict[str, list[Pace]] = {}
    for pace in paces(book.year):
        by_unit.setdefault(pace.record.evaluated_unit, []).append(pace)
    for unit in sorted(by_unit):
        if book.shows(unit):
            ordered = sorted(by_unit[unit], key=lambda pace: pace.record.period)
            yield Sheet([Row(_report_row(book, pace, at)) for at, pace in enumerate(ordered, 1)], book.name(unit))


def _report_row(book: Book, pace: Pace, number: int) -> dict[str, Value]:
    record = pace.record
    return {
        "number": number,
        "period": record.period,
        "indicator": book.label(record.indicator),
        "target": pace.target,
        "planned_rate": record.planned_rate,
        "cumulative_actual": record.cumulative_actual,
        "rate": pace.rate,
        "claimed": record.claimed,
        "issue": record.issue,
        "remedy": record.remedy,
        "evidence": "、".join(record.evidence),
    }


def warnings(book: Book) -> Iterator[Sheet]:
    """F4: the last report of each indicator and unit that is behind plan, the latest in a row first."""
    last: dict[tuple[str, str], Pace] = {}
    for pace in paces(book.year):
        last[pace.record.indicator, pace.record.evaluated_unit] = pace
    late = [pace for pace in last.values() if pace.late_periods and book.shows(pace.record.evaluated_unit)]
    late.sort(key=lambda pace: (-pace.late_periods, pace.pace or exact(0), pace.record.indicator))
    yield Sheet([Row(_warning_row(book, pace)) for pace in late])


def _warning_row(book: Book, pace: Pace) -> dict[str, Value]:
    planned = pace.record.planned_rate
    gap: Fraction | None = None if pace.rate is None or planned is None else pace.rate - exact(planned)
    status = Status.SERIOUS if pace.status is Status.MISSED else pace.status
    return {
        "indicator": book.label(pace.record.indicator),
        "unit": book.name(pace.record.evaluated_unit),
        "period": pace.record.period,
        "planned": planned,
        "rate": pace.rate,
        "gap": gap,
        "status": str(status),
        "late_periods": pace.late_periods,
    }


def score_sheets(book: Book) -> Iterator[Sheet]:
    """F5: a unit's scores on every indicator, one table for each unit, and their sum."""
    for unit in book.index.units:
        leaves = [book.scores.leaf(item) for item in book.index.leaves_of.get(unit, [])]
        if not leaves or not book.shows(unit):
            continue
        rows = [Row(_score_row(book, leaf, at)) for at, leaf in enumerate(leaves, 1)]
        inside = [leaf for leaf in leaves if book.index.indicators[leaf.indicator].kind not in OUTSIDE]
        total = sum((exact(leaf.score) for leaf in inside if leaf.score is not None), exact(0))
        points = sum((leaf.points for leaf in inside), exact(0))
        rows.append(Row({"indicator": "合计", "points": points, "score": total}, Role.TOTAL))
        yield Sheet(rows, book.name(unit))


def _score_row(book: Book, leaf: LeafScore, number: int) -> dict[str, Value]:
    item = book.index.indicators[leaf.indicator]
    result: Result | None = book.index.results.get((leaf.indicator, leaf.evaluated_unit))
    assignment = book.assignment(leaf.indicator, leaf.evaluated_unit)
    target = assignment.target if assignment else None
    method = methods.METHODS.get(("indicator", item.method))
    values: dict[str, Value] = {
        "number": number,
        "indicator": f"{leaf.indicator} {item.name}",
        "points": leaf.points,
        "target": target,
        "method": method.title if method else "",
        "score": "不计" if leaf.basis and leaf.score is None else leaf.score,
        "reason": "；".join(leaf.notes),
    }
    if result is not None:
        reasons = [text for text in (result.reason, *leaf.notes) if text]
        values |= {"actual": result.actual, "rate": rate(result.actual, target), "claimed": result.claimed}
        values |= {"assessed": result.assessed, "rechecked": result.rechecked}
        values |= {"reason": "；".join(reasons), "evidence": "、".join(result.evidence)}
    return values
