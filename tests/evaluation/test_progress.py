"""Quarterly progress (evaluation.md §3.4)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.arithmetic import rounded
from kpi_cli.evaluation.progress import Status, paces
from tests.evaluation.examples import one_method

QUARTERS = {"Q1": ("2400", 20), "Q2": ("5900", 45), "Q3": ("8880", 75), "Q4": ("11280", 100)}


def reports(quarters: dict[str, tuple[str, int]]) -> tuple[r.Progress, ...]:
    """Return the reports of one unit, last quarter first."""
    return tuple(
        r.Progress("1.1", "jia", f"2017{quarter}", Decimal(actual), Decimal(planned))
        for quarter, (actual, planned) in reversed(quarters.items())
    )


def shown(value: object) -> str:
    """Round to two places."""
    return str(rounded(value, 2, "half_up"))


def test_the_worked_quarters() -> None:
    year = replace(one_method("ratio", "8", {"jia": "11280"}, target="12000"), progress=reports(QUARTERS))
    assert [(p.record.period, shown(p.rate), shown(p.pace), p.status, p.late_periods) for p in paces(year)] == [
        ("2017Q1", "20.00", "100.00", Status.ON_TRACK, 0),
        ("2017Q2", "49.17", "109.26", Status.AHEAD, 0),
        ("2017Q3", "74.00", "98.67", Status.BEHIND, 1),
        ("2017Q4", "94.00", "94.00", Status.MISSED, 2),
    ]


def test_progress_before_there_is_a_scheme_or_a_target() -> None:
    year = replace(one_method("ratio", "8", {"jia": "1"}), scheme=None, progress=reports({"Q1": ("5", 20)}))
    assert [(p.status, p.rate) for p in paces(year)] == [(Status.UNKNOWN, None)]
    slow = replace(one_method("ratio", "8", {"jia": "1"}, target="100"), progress=reports({"Q1": ("15", 20)}))
    assert [p.status for p in paces(slow)] == [Status.SERIOUS]
    lower = replace(
        one_method("ratio_reverse", "8", {"jia": "1"}, target="100", direction="lower"),
        progress=reports({"Q1": ("15", 20), "Q2": ("50", 45)}),
    )
    assert [p.status for p in paces(lower)] == [Status.ON_TRACK, Status.BEHIND]
    unplanned = replace(slow, progress=(slow.progress[0]._replace(planned_rate=None),))
    assert [(p.status, p.rate) for p in paces(unplanned)] == [(Status.UNKNOWN, 15)]
