"""季度进度: cumulative rate, pace against the plan, status; a warning list, never part of the year's score (§3.4)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.evaluation.arithmetic import exact
from kpi_cli.evaluation.index import Index, grouped, natural
from kpi_cli.evaluation.scheme import Scheme

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction

    from kpi_cli.evaluation.records import Progress
    from kpi_cli.evaluation.scheme import EvaluationYear


class Status(StrEnum):
    """How an indicator stands at the end of a period."""

    AHEAD = "超前"
    ON_TRACK = "正常"
    BEHIND = "滞后"
    SERIOUS = "严重滞后"
    MISSED = "未完成"
    UNKNOWN = "未知"


class Pace(NamedTuple):
    """One progress report as it reads.

    Attributes:
      record: The report.
      target: Annual target, or None.
      rate: Cumulative completion, percent, or None.
      pace: Actual ÷ (target × planned share), percent, or None.
      status: How it stands.
      late_periods: Periods in a row, this one included, that were behind plan.
    """

    record: Progress
    target: Decimal | None
    rate: Fraction | None
    pace: Fraction | None
    status: Status
    late_periods: int


def paces(year: EvaluationYear) -> list[Pace]:
    """Read every progress report against target and plan, by indicator, unit and period.

    Source:
      domain/evaluation.md §3.4: rate = cumulative ÷ target; pace = cumulative ÷ (target × planned share).
    """
    index = Index(year)
    serious = exact((year.scheme or Scheme(year.year)).progress_serious)
    found: list[Pace] = []
    series = grouped(year.progress, lambda item: (natural(item.indicator), item.evaluated_unit))
    for key in sorted(series):
        late = 0
        for record in sorted(series[key], key=lambda item: (item.period, item.reported_on)):
            pace = _pace(index, record, serious)
            late = late + 1 if pace.status in (Status.BEHIND, Status.SERIOUS, Status.MISSED) else 0
            found.append(pace._replace(late_periods=late))
    return found


def _pace(index: Index, record: Progress, serious: Fraction) -> Pace:
    assignment = index.assignments.get((record.indicator, record.evaluated_unit))
    target = assignment.target if assignment else None
    if not target or record.cumulative_actual is None:
        return Pace(record, target, None, None, Status.UNKNOWN, 0)
    rate = exact(record.cumulative_actual) / exact(target) * 100
    if not record.planned_rate:
        return Pace(record, target, rate, None, Status.UNKNOWN, 0)
    planned = exact(record.planned_rate)
    pace = rate / planned * 100
    indicator = index.indicators.get(record.indicator)
    if indicator is not None and indicator.direction == "lower":
        return Pace(record, target, rate, pace, Status.ON_TRACK if pace <= 100 else Status.BEHIND, 0)
    return Pace(record, target, rate, pace, _status(pace, planned, serious), 0)


def _status(pace: Fraction, planned: Fraction, serious: Fraction) -> Status:
    if pace >= 100:
        return Status.AHEAD if pace > 100 else Status.ON_TRACK
    if planned >= 100:
        return Status.MISSED
    return Status.SERIOUS if pace < serious else Status.BEHIND
