"""What an evaluation year still owes: reports, results, reviews, rectifications, appeals (§8, tasks 11, 14, 19, 20)."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.evaluation.index import Index
from kpi_cli.evaluation.progress import Status, paces
from kpi_cli.evaluation.vocabulary import COMPONENT, LEVEL, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.evaluation.scheme import EvaluationYear


class Stand(StrEnum):
    """How a duty stands on a day."""

    DONE = "已完成"
    OPEN = "待办"
    MISSING = "缺"
    LATE = "迟"


class Duty(NamedTuple):
    """Something that is to be done.

    Attributes:
      kind: What, such as `2017Q1 季度自评` or `整改`.
      unit: Id of the unit that owes it; "" for the office itself.
      due: ISO date, or "" where there is none.
      stand: How it stands.
      done: How much of it is there.
      needed: How much of it there should be; 0 where it is not counted.
      note: What is missing.
      item: Id of the record that it is about, or "".
    """

    kind: str
    unit: str
    due: str
    stand: Stand
    done: int = 0
    needed: int = 0
    note: str = ""
    item: str = ""


def duties(year: EvaluationYear, as_of: str = "") -> list[Duty]:
    """Return every duty of a year, in the order of the year.

    Args:
      year: Scheme and records, as far as they are there.
      as_of: ISO date; "" takes nothing for overdue that has a date.
    """
    index = Index(year)
    return [
        *_decisions(year),
        *_reports(index, as_of),
        *_results(index),
        *_components(index),
        *_rectifications(year, as_of),
        *_bonuses(year),
        *_upper(year, as_of),
        *_appeals(year),
    ]


def _stand(due: str, as_of: str, *, is_done: bool) -> Stand:
    if is_done:
        return Stand.DONE
    return Stand.OPEN if not due or not as_of or as_of <= due else Stand.MISSING


def _decisions(year: EvaluationYear) -> Iterator[Duty]:
    """The meeting decides on scheme and results; until then both are drafts."""
    decided = {minutes.subject: minutes for minutes in year.minutes if minutes.subject}
    for subject, what in (("scheme", "审定考评方案"), ("results", "审定考评结果")):
        found = decided.get(subject)
        note = f"{found.date} {found.meeting}" if found else "会后用 kpi eval add minutes 登记"
        if subject == "scheme" and year.scheme is None:
            note = "还没有方案：kpi eval scheme new"
        yield Duty(what, "", "", Stand.DONE if found else Stand.OPEN, note=note)


def _reports(index: Index, as_of: str) -> Iterator[Duty]:
    """Every unit reports on its leaves, period by period."""
    year = index.year
    deadlines = dict(year.scheme.deadlines) if year.scheme else {}
    periods = sorted({*deadlines, *(item.period for item in year.progress)})
    reported: dict[tuple[str, str], set[str]] = {}
    dates: dict[tuple[str, str], list[str]] = {}
    for item in year.progress:
        reported.setdefault((item.period, item.evaluated_unit), set()).add(item.indicator)
        dates.setdefault((item.period, item.evaluated_unit), []).append(item.reported_on)
    behind = Counter(
        (pace.record.period, pace.record.evaluated_unit)
        for pace in paces(year)
        if pace.status in (Status.SERIOUS, Status.MISSED)
    )
    for period in periods:
        due = deadlines.get(period, "")
        for unit in index.units:
            leaves = {item.indicator for item in index.leaves_of.get(unit, [])}
            there = reported.get((period, unit), set())
            is_late = bool(due) and any(date > due for date in dates.get((period, unit), []))
            stand = _stand(due, as_of, is_done=bool(there) and leaves <= there)
            notes = [f"严重滞后 {behind[period, unit]} 项"] if behind[period, unit] else []
            if there and leaves - there:
                notes.append(f"缺 {'、'.join(sorted(leaves - there)[:5])}")
            if leaves or there:
                stand = Stand.LATE if is_late and stand is Stand.DONE else stand
                yield Duty(f"{period} 季度自评", unit, due, stand, len(there), len(leaves), "；".join(notes))


def _results(index: Index) -> Iterator[Duty]:
    """Every unit has a result on each of its leaves, unless its whole score is stated."""
    for unit in index.units:
        leaves = [item.indicator for item in index.leaves_of.get(unit, [])]
        if not leaves or (unit, "indicator_score") in index.component_scores:
            continue
        excused = {name for name in leaves if index.indicators[name].na_policy} if index.indicators else set()
        missing = [name for name in leaves if (name, unit) not in index.results and name not in excused]
        stand = Stand.OPEN if missing else Stand.DONE
        note = f"缺 {'、'.join(missing[:5])}{' 等' if len(missing) > 5 else ''}" if missing else ""
        yield Duty("年终结果", unit, "", stand, len(leaves) - len(missing), len(leaves), note)


def _components(index: Index) -> Iterator[Duty]:
    """Every unit is reviewed by the public and rated by the leaders, as the scheme weighs them."""
    scheme = index.year.scheme
    reviewed = {unit for round_, unit in index.ballots} | {unit for round_, unit in index.surveys}
    there = {"public_review": reviewed, "leader_rating": set(index.ratings)}
    for unit in index.units.values() if scheme else ():
        weights = scheme.weights.get(unit.category, {}) if scheme else {}
        for name, units in there.items():
            is_exempt = name == "public_review" and unit.no_public_review
            if not weights.get(name) or is_exempt:
                continue
            is_done = unit.evaluated_unit in units or (unit.evaluated_unit, name) in index.component_scores
            note = "" if is_done else "没有数据"
            yield Duty(word(COMPONENT, name), unit.evaluated_unit, "", Stand.DONE if is_done else Stand.OPEN, note=note)


def _rectifications(year: EvaluationYear, as_of: str) -> Iterator[Duty]:
    facts = {item.id: item for item in year.inspections}
    for item in sorted(year.rectifications, key=lambda item: (item.due, item.inspection)):
        found = facts.get(item.inspection)
        stand = _stand(item.due, as_of, is_done=bool(item.done_on))
        if item.done_on > item.due and item.done_on:
            stand = Stand.LATE
        unit, fact = (found.evaluated_unit, found.fact) if found else ("", "")
        yield Duty("整改", unit, item.due, stand, note=item.outcome or fact, item=item.inspection)


def _bonuses(year: EvaluationYear) -> Iterator[Duty]:
    for item in year.bonuses:
        if not item.doc_no:
            yield Duty("加分", item.evaluated_unit, "", Stand.MISSING, note=f"{item.matter}：没有文号", item=item.id)


def _upper(year: EvaluationYear, as_of: str) -> Iterator[Duty]:
    for item in sorted(year.upper_indicators, key=lambda item: (item.due, item.id)):
        stand = _stand(item.due, as_of, is_done=bool(item.evidence))
        note = f"{item.name}（{item.owner_unit}）" if item.owner_unit else item.name
        yield Duty(f"{word(LEVEL, item.level)}迎检", "", item.due, stand, note=note, item=item.id)


def _appeals(year: EvaluationYear) -> Iterator[Duty]:
    for item in year.appeals:
        stand = Stand.DONE if item.decided_on else Stand.OPEN
        yield Duty("申诉", item.evaluated_unit, "", stand, note=item.decision or item.asked, item=item.id)
