"""The components beside the indicators: 公众评议, 领导评价, 察访核验, 加分, of one unit at a time.

Each gives a Component, or None with the reason noted as a problem; a stated score or a decided appeal wins.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from kpi_cli.evaluation import methods
from kpi_cli.evaluation.arithmetic import Outcome, Step, exact
from kpi_cli.evaluation.methods import points
from kpi_cli.evaluation.methods.leader import Ratings
from kpi_cli.evaluation.methods.method import MethodError
from kpi_cli.evaluation.methods.review import survey, valid_count, weighted
from kpi_cli.evaluation.vocabulary import COMPONENT, GROUP, STAGE, word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kpi_cli.evaluation import records as r
    from kpi_cli.evaluation.methods.points import Award, Fact
    from kpi_cli.evaluation.scores import Component, Scores
    from kpi_cli.model.source import Source
    from kpi_cli.model.vocabulary import Vocabulary

ZERO = Fraction(0)


def component(scores: Scores, unit: str, name: str) -> Component | None:
    """Return a component of a unit: decided on appeal, else stated, else computed."""
    stated = stated_component(scores, unit, name)
    if stated is not None:
        return stated
    compute = _COMPUTED.get(name)
    if compute is None:
        source = scores.index.units[unit].source
        scores.fail("eval-missing-component", source, unit, component=word(COMPONENT, name))
        return None
    try:
        return compute(scores, unit)
    except MethodError as error:
        facts = {"component": word(COMPONENT, name), **error.facts}
        scores.fail(error.code, scores.index.units[unit].source, f"{unit} {word(COMPONENT, name)}", **facts)
        return None


def stated_component(scores: Scores, unit: str, name: str) -> Component | None:
    """Return a component's score that an appeal decided or that is stated with its source, or None."""
    appeal = scores.index.appeals.get((unit, name))
    if appeal is not None and appeal.decided is not None:
        step = Step("申诉裁定 {s}（{doc}）", {"s": appeal.decided, "doc": appeal.doc_no}, (appeal.source,))
        return scores.component(Outcome(exact(appeal.decided), (step,)), appeal.source)
    stated = scores.index.component_scores.get((unit, name))
    if stated is not None:
        step = Step("采用已定得分 {s}（来源：{doc}）", {"s": stated.score, "doc": stated.data_source}, (stated.source,))
        return scores.component(Outcome(exact(stated.score), (step,)), stated.source)
    return None


def _indicator_score(scores: Scores, unit: str) -> Component | None:
    if unit not in scores.index.leaves_of:
        raise MethodError("eval-missing-component", component=word(COMPONENT, "indicator_score"))
    return scores.indicator_score(unit)


# 公众评议


def public_review(scores: Scores, unit: str, review_round: str = "") -> Component:
    """Give a unit's public review of a round: ballots by stage and group, surveys, weighted.

    Args:
      scores: The year's scores.
      unit: Id of the unit.
      review_round: `year` or `midyear`; "" is the one that counts for the year.
    Raises:
      MethodError: No valid ballot, or a weighted group or stage without one while no policy is named.
    Source:
      domain/evaluation.md P01–P08.
    """
    index, scheme = scores.index, scores.scheme
    key = review_round or scheme.public_review.round, unit
    stages = index.ballots.get(key, {})
    surveys = index.surveys.get(key, [])
    if not stages and not surveys:
        raise MethodError("eval-missing-component", component=word(COMPONENT, "public_review"))
    ballots = index.ballot_records.get(key, [])
    sources = (*(item.source for item in ballots), *(item.source for item in surveys))
    weights = {name: exact(weight) for name, weight in scheme.stage_weights.items()}
    of_groups = [item for item in surveys if item.group not in weights]
    if not weights:
        merged: dict[str, Counter[str]] = {}
        for groups in stages.values():
            for group, counts in groups.items():
                merged[group] = merged[group] + counts if group in merged else counts
        return scores.component(_stage(scores, unit, merged, of_groups, ballots), *sources)
    outcomes = {
        name: _stage(scores, unit, stages[name], of_groups, [item for item in ballots if item.stage == name])
        for name in weights
        if name in stages
    }
    for name in weights.keys() - outcomes.keys():
        own = [item for item in surveys if item.group == name]
        if own:
            outcomes[name] = survey([_summary(item) for item in own])
    total = _joined(outcomes, weights, scheme.public_review.missing_group, STAGE)
    return scores.component(total, *sources)


def _stage(
    scores: Scores, unit: str, groups: Mapping[str, Counter[str]], surveys: list[r.Survey], ballots: list[r.Ballot]
) -> Outcome:
    """Score one stage: the mean of each respondent group, weighted by the category's group weights."""
    scheme = scores.scheme
    mean = methods.find(scheme.public_review.method, "review").compute
    outcomes: dict[str, Outcome] = {}
    for group in sorted(groups):
        counts = _counts(scores, groups[group])
        if valid_count(counts, scheme.options):
            outcomes[group] = _placed(mean(counts, scheme.options), [item for item in ballots if item.group == group])
    for item in surveys:
        if item.group not in outcomes:
            own = [each for each in surveys if each.group == item.group]
            outcomes[item.group] = _placed(survey([_summary(each) for each in own]), own)
    weights = scheme.group_weights.get(scores.index.units[unit].category, {})
    if not weights and len(outcomes) == 1:
        return next(iter(outcomes.values()))
    if not weights:
        return mean(_counts(scores, sum(groups.values(), Counter())), scheme.options)
    return _joined(outcomes, {k: exact(w) for k, w in weights.items()}, scheme.public_review.missing_group, GROUP)


def _placed(outcome: Outcome, records: Sequence[r.Ballot | r.Survey]) -> Outcome:
    """Say with each step where its records stand."""
    sources = tuple(record.source for record in records)
    return outcome._replace(steps=tuple(step._replace(sources=sources) for step in outcome.steps))


def _counts(scores: Scores, counts: Counter[str]) -> dict[str, int]:
    """Return the ballots by option, in the order of the scheme."""
    options = scores.scheme.options
    unknown = [name for name in counts if name not in options]
    if unknown:
        raise MethodError("eval-option", option=unknown[0])
    return {name: counts[name] for name in options if counts[name]}


def _joined(
    outcomes: Mapping[str, Outcome], weights: Mapping[str, Fraction], missing: str, names: Vocabulary
) -> Outcome:
    """Weigh outcomes and keep the steps of each under its name."""
    known = {name: outcome.score for name, outcome in outcomes.items() if name in weights}
    total = weighted(known, weights, missing)
    steps: list[Step] = []
    notes: list[str] = []
    for name, outcome in outcomes.items():
        title = word(names, name)
        if name not in weights:
            notes.append(f"{title}不在方案的权重里，不计")
            continue
        steps += [Step("{name}：{step}", {"name": title, "step": step}, step.sources) for step in outcome.steps]
        notes += outcome.notes
    return Outcome(total.score, (*steps, *total.steps), (*notes, *total.notes))


def _summary(item: r.Survey) -> tuple[Fraction, int | None]:
    value = item.score if item.score is not None else item.rate
    if value is None:
        raise MethodError("eval-missing-value", what="调查得分或比率")
    return exact(value), item.sample


# 领导评价


def leader_rating(scores: Scores, unit: str) -> Component:
    """Give a unit's leader rating by the scheme's method; recused ratings and those of an own leader do not count.

    Raises:
      MethodError: Nobody has rated the unit.
    Source:
      domain/evaluation.md L01–L05.
    """
    rule, index = scores.scheme.leader_rating, scores.index
    records = index.ratings.get(unit, [])
    if not records:
        raise MethodError("eval-missing-component", component=word(COMPONENT, "leader_rating"))
    best = None
    if rule.method == "best_ratio":
        others = (index.ratings.get(other, []) for other in index.categories[index.units[unit].category])
        best = max(methods.leader.mean(rating_points(scores, own)).score for own in others if own)
    outcome = methods.find(rule.method, "leader").compute(rating_points(scores, records)._replace(best=best))
    return scores.component(outcome, *(record.source for record in records))


def rating_points(scores: Scores, records: list[r.LeaderRating]) -> Ratings:
    """Turn rating records into points; raises MethodError for an option that the scheme does not have."""
    scheme = scores.scheme
    weights = {tier: exact(weight) for tier, weight in scheme.tier_weights.items()}
    found = [(item.tier, _rating(scores, item)) for item in records]
    return Ratings(found, weights, scheme.leader_rating.trim_min_n)


def _rating(scores: Scores, item: r.LeaderRating) -> Fraction:
    """Turn a rating into points: its score, or those of the ticked option."""
    if item.score is not None:
        return exact(item.score)
    own, options = scores.scheme.leader_rating.options, scores.scheme.options
    if item.option in own:
        return exact(own[item.option])
    if item.option in options:
        return exact(options[item.option].points)
    raise MethodError("eval-option", option=item.option)


# 察访核验


def facts_of(scores: Scores, unit: str) -> list[Fact]:
    """Return a unit's inspections as they count; one by an unknown clause is refused with the references."""
    rules = {rule.id: rule for rule in scores.scheme.deduction_rule}
    found: list[Fact] = []
    for item in scores.index.inspections.get(unit, []):
        if item.rule not in rules:
            continue
        appeal = scores.index.appeals.get((unit, item.id))
        decided = None if appeal is None or appeal.decided is None else exact(appeal.decided)
        found.append(points.Fact(item.id, rules[item.rule], item.count, item.level, decided, item.source))
    return found


def inspection(scores: Scores, unit: str) -> Component:
    """Give the inspection as a weighted component: 100 less the deductions."""
    facts = facts_of(scores, unit)
    return scores.component(points.inspection_component(facts), *(fact.source for fact in facts))


def deduction(scores: Scores, unit: str) -> Component | None:
    """Give D: what inspections and deduction indicators take off the total, capped.

    Source:
      domain/evaluation.md D01.
    """
    stated = stated_component(scores, unit, "deduction")
    if stated is not None:
        return _capped(scores, stated, scores.scheme.caps.deduction)
    if scores.scheme.inspection_mode == "component":
        return _outside(scores, unit, "deduction", Outcome(ZERO), (), scores.scheme.caps.deduction)
    facts = facts_of(scores, unit)
    found = points.deductions(facts) if facts else Outcome(ZERO)
    sources = tuple(fact.source for fact in facts)
    return _outside(scores, unit, "deduction", found, sources, scores.scheme.caps.deduction)


# 加分


def refusal(scores: Scores, item: r.Bonus) -> str:
    """Say why a bonus does not count, or "": no document, a date outside the window, points that nobody can tell."""
    first, last = scores.scheme.bonus_window
    if not item.doc_no:
        return "没有文号"
    if item.date and not first <= item.date <= last:
        return f"发文日期 {item.date} 不在 {first} 至 {last} 之内"
    if _bonus_points(scores, item) is None:
        return "没有核定分，方案里也没有对应类型和级别的标准"
    return ""


def _bonus_points(scores: Scores, item: r.Bonus) -> Fraction | None:
    if item.points is not None:
        return exact(item.points)
    for rule in scores.scheme.bonus_rule:
        if (rule.type, rule.level) == (item.type, item.level):
            return exact(rule.points)
    return None


def awards_of(scores: Scores, unit: str) -> tuple[list[Award], list[str]]:
    """Return a unit's bonuses that may count, and notes on the refused ones."""
    awards: list[Award] = []
    notes: list[str] = []
    for item, share in scores.index.bonuses.get(unit, []):
        if reason := refusal(scores, item):
            notes.append(f"加分 {item.id} 不计：{reason}")
            continue
        value = (_bonus_points(scores, item) or ZERO) * share
        awards.append(points.Award(item.id, item.type, item.matter, value, item.source))
    return awards, notes


def bonus(scores: Scores, unit: str) -> Component | None:
    """Give B: bonuses and bonus indicators, capped by type and as a whole.

    Source:
      domain/evaluation.md B01.
    """
    caps = scores.scheme.caps
    stated = stated_component(scores, unit, "bonus")
    if stated is not None:
        return _capped(scores, stated, caps.bonus)
    awards, notes = awards_of(scores, unit)
    found = points.bonuses(awards, caps) if awards else Outcome(ZERO)
    found = found._replace(notes=(*notes, *found.notes))
    return _outside(scores, unit, "bonus", found, tuple(award.source for award in awards), caps.bonus)


def _outside(
    scores: Scores, unit: str, kind: str, found: Outcome, sources: tuple[Source, ...], cap: object
) -> Component | None:
    """Add the indicators of a kind outside the 100 points, cap and round."""
    leaves = scores.leaves(unit, outside=kind)
    if any(not leaf.basis for leaf in leaves):
        return None
    for leaf in leaves:
        if leaf.score is not None:
            step = Step("{id}：{s}", {"id": leaf.indicator, "s": leaf.score}, leaf.sources)
            found = Outcome(found.score + exact(leaf.score), (*found.steps, step), (*found.notes, *leaf.notes))
            sources = (*sources, *leaf.sources[:1])
    return scores.component(points.capped(found, cap), *sources)


def _capped(scores: Scores, stated: Component, cap: object) -> Component:
    return scores.component(
        points.capped(Outcome(exact(stated.score), stated.steps, stated.notes), cap), *stated.sources
    )


_COMPUTED: Mapping[str, Callable[[Scores, str], Component | None]] = {
    "indicator_score": _indicator_score,
    "public_review": public_review,
    "leader_rating": leader_rating,
    "inspection": inspection,
}
