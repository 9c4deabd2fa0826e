"""察访核验 deductions and bonuses, in points: D01, B01 (domain/evaluation.md §3.7)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.evaluation.arithmetic import Outcome, Step, exact, written, written_sum
from kpi_cli.evaluation.methods.method import method
from kpi_cli.evaluation.vocabulary import BONUS_TYPE, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpi_cli.evaluation.scheme import Caps, DeductionRule
    from kpi_cli.model.source import Source

ZERO, HUNDRED = Fraction(0), Fraction(100)


class Fact(NamedTuple):
    """One inspection record as it counts.

    Attributes:
      id: Number of the inspection.
      rule: Its clause.
      count: Times.
      level: Level that may multiply the points.
      decided: Deduction that an appeal decided, or None.
      source: Where it stands.
    """

    id: str
    rule: DeductionRule
    count: int  # type: ignore[assignment]
    level: str
    decided: Fraction | None
    source: Source


def fact_points(fact: Fact) -> Fraction:
    """Give what one record deducts before caps: points × count × multiplier of the level, or what an appeal decided."""
    if fact.decided is not None:
        return fact.decided
    return exact(fact.rule.points) * int(fact.count) * exact(fact.rule.multiplier.get(fact.level, 1))


def _fact_step(fact: Fact) -> Step:
    multiplier = fact.rule.multiplier.get(fact.level)
    values = {"id": fact.id, "rule": fact.rule.name or fact.rule.id, "p": exact(fact.rule.points), "n": int(fact.count)}
    values |= {"m": multiplier and exact(multiplier), "s": fact_points(fact)}
    if fact.decided is not None:
        return Step("{id} {rule}：申诉后扣 {s}", values, (fact.source,))
    return Step("{id} {rule}：{p} × {n}" + (" × {m}" if multiplier else "") + " = {s}", values, (fact.source,))


@method("D01", "inspection", "察访核验扣分", family="points")
def deductions(facts: Sequence[Fact]) -> Outcome:
    """Give Σ min(cap of the clause, Σ points × count × multiplier): each clause is capped once for the unit.

    Returns:
      The sum before the cap on all deductions, which `capped` applies.
    Source:
      domain/evaluation.md D01 (S10, S9).
    """
    clauses: dict[str, list[Fact]] = {}
    for fact in sorted(facts, key=lambda fact: fact.id):
        clauses.setdefault(fact.rule.id, []).append(fact)
    sums: list[Fraction] = []
    steps: list[Step] = []
    for group in clauses.values():
        rule, total = group[0].rule, sum((fact_points(fact) for fact in group), ZERO)
        steps += [_fact_step(fact) for fact in group]
        if rule.cap is not None and total > exact(rule.cap):
            steps.append(
                Step(
                    "{rule}：{s} 超过单项上限，按 {cap} 计", {"rule": rule.name or rule.id, "s": total, "cap": rule.cap}
                )
            )
            total = exact(rule.cap)
        sums.append(total)
    score = sum(sums, ZERO)
    return Outcome(score, (*steps, Step("扣分合计 {terms} = {s}", {"terms": written_sum(sums), "s": score})))


def capped(outcome: Outcome, cap: object) -> Outcome:
    """Apply a cap on the whole; both the raw and the capped sum are shown."""
    if cap is None or outcome.score <= exact(cap):
        return outcome
    limit = exact(cap)
    note = f"原为 {written(outcome.score)}，按上限 {written(limit)} 计"
    return Outcome(limit, (*outcome.steps, Step("{note}", {"note": note})), (*outcome.notes, note))


@method("D01", "inspection_component", "察访核验得分", family="points")
def inspection_component(facts: Sequence[Fact]) -> Outcome:
    """Give 100 - Σ deductions, not below 0: the inspection as a weighted component.

    Source:
      domain/evaluation.md D01, `inspection_mode = "component"`.
    """
    lost = deductions(facts)
    score = max(ZERO, HUNDRED - lost.score)
    return Outcome(score, (*lost.steps, Step("100 - {d} = {s}", {"d": lost.score, "s": score})), lost.notes)


class Award(NamedTuple):
    """One bonus as it may count: its points are known, its document is in order."""

    id: str
    type: str
    matter: str
    points: Fraction
    source: Source


def counted_awards(awards: Sequence[Award]) -> tuple[list[Award], list[Award]]:
    """Part the awards into those that count and those of a matter that already counts with at least as many points."""
    best: dict[str, Award] = {}
    rest: list[Award] = []
    for award in sorted(awards, key=lambda award: (-award.points, award.id)):
        key = award.matter or f"\0{award.id}"
        (rest.append(award) if key in best else best.__setitem__(key, award))
    return sorted(best.values(), key=lambda award: (award.type, award.id)), rest


@method("B01", "bonus", "加分", family="points")
def bonuses(awards: Sequence[Award], caps: Caps) -> Outcome:
    """Give Σ over types of min(cap of the type, Σ points), each matter counted once, at its highest points.

    Returns:
      The sum, capped by type and as a whole.
    Source:
      domain/evaluation.md B01 (S12, S12b, S13).
    """
    used, repeated = counted_awards(awards)
    notes = tuple(f"加分 {award.id} 与同一事项重复，不再计" for award in sorted(repeated, key=lambda award: award.id))
    steps: list[Step] = []
    sums: list[Fraction] = []
    for kind in dict.fromkeys(award.type for award in used):
        own = [award for award in used if award.type == kind]
        steps += [Step("{id} {matter}：{s}", {"id": a.id, "matter": a.matter, "s": a.points}, (a.source,)) for a in own]
        part = _by_type(kind, own, caps.bonus_by_type)
        steps += part.steps
        notes += part.notes
        sums.append(part.score)
    total = Outcome(sum(sums, ZERO), tuple(steps), notes)
    total = total._replace(
        steps=(*steps, Step("加分合计 {terms} = {s}", {"terms": written_sum(sums), "s": total.score}))
    )
    return capped(total, caps.bonus)


def _by_type(kind: str, awards: Sequence[Award], limits: Mapping[str, object]) -> Outcome:
    """Add the awards of a type and cap them."""
    name = word(BONUS_TYPE, kind)
    total = sum((award.points for award in awards), ZERO)
    terms = written_sum(award.points for award in awards)
    raw = Outcome(total, (Step("{name} {terms} = {s}", {"name": name, "terms": terms, "s": total}),))
    limited = capped(raw, limits.get(kind))
    return limited._replace(notes=tuple(f"{name}{note}" for note in limited.notes))
