"""公众评议: from counted ballots to a score of 0–100: P01–P08 (domain/evaluation.md §3.6)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kpi_cli.evaluation.arithmetic import Outcome, Step, exact, weighted_mean, written
from kpi_cli.evaluation.methods.method import MethodError, method
from kpi_cli.evaluation.vocabulary import GROUP, ROUND, STAGE, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kpi_cli.evaluation.scheme import Option

ZERO, HUNDRED = Fraction(0), Fraction(100)


def valid_count(counts: Mapping[str, int], options: Mapping[str, Option]) -> int:
    """Count the valid ballots: 不了解 and abstentions are inside the sum of the options, outside the denominator."""
    return sum(count for name, count in counts.items() if options[name].valid)


def _valid(counts: Mapping[str, int], options: Mapping[str, Option]) -> int:
    valid = valid_count(counts, options)
    if not valid:
        raise MethodError("eval-no-valid-ballot")
    return valid


@method("P01", "points", "满意度得分", family="review")
@method("P02", "five_levels", "五级满意度得分", family="review")
def points(counts: Mapping[str, int], options: Mapping[str, Option]) -> Outcome:
    """Give the mean points of the valid ballots, for any scale (P01 three levels, P02 five levels and abstention).

    Args:
      counts: Ballots by option.
      options: The scale; an option that is not valid counts neither above nor below the line.
    Raises:
      MethodError: No valid ballot.
    Source:
      domain/evaluation.md P01 (S15), P02 (S14).
    """
    valid = _valid(counts, options)
    used = [(count, exact(options[name].points)) for name, count in counts.items() if options[name].valid and count]
    total = sum((count * each for count, each in used), ZERO)
    terms = " + ".join(f"{count} × {written(each)}" for count, each in used)
    values = {"terms": terms, "n": valid, "total": total, "s": total / valid}
    return Outcome(total / valid, (Step("（{terms}）÷ 有效票 {n} = {total} ÷ {n} = {s}", values),))


@method("P01", "rate", "满意率", family="review")
def rate(counts: Mapping[str, int], options: Mapping[str, Option]) -> Outcome:
    """Give 满意率: the share of valid ballots whose option counts as satisfied, in percent: a rate, not the score.

    Raises:
      MethodError: No valid ballot, or the scheme does not say which options count as satisfied.
    Source:
      domain/evaluation.md P01 (S14a, S14b).
    """
    valid = _valid(counts, options)
    if not any(option.satisfied for option in options.values()):
        raise MethodError("eval-method-params", name="satisfied")
    satisfied = sum(count for name, count in counts.items() if options[name].valid and options[name].satisfied)
    score = Fraction(satisfied * 100, valid)
    return Outcome(score, (Step("满意 {k} ÷ 有效票 {n} × 100 = {s}", {"k": satisfied, "n": valid, "s": score}),))


@method("P03", "group_weighted", "分组加权", family="review")
@method("P04", "stage_weighted", "两阶段加权", family="review")
def weighted(scores: Mapping[str, Fraction], weights: Mapping[str, Fraction], missing: str = "error") -> Outcome:
    """Give Σ w · score ÷ Σ w over respondent groups (P03) or stages (P04).

    Args:
      scores: Scores of the groups that have one.
      weights: Weights of all groups that should have one.
      missing: A weighted group without a score: `error`, `redistribute` its weight, or count it `zero`.
    Raises:
      MethodError: A group is missing and no policy is named, or none is left.
    Source:
      domain/evaluation.md P03, P04 (S14, S1).
    """
    absent = [name for name in weights if name not in scores and weights[name]]
    if absent and missing == "error":
        raise MethodError("eval-missing-group", groups="、".join(_name(name) for name in absent))
    used = {name: scores.get(name, ZERO) for name in weights if name in scores or missing == "zero"}
    total = sum((weights[name] for name in used), ZERO)
    if not total:
        raise MethodError("eval-missing-group", groups="、".join(_name(name) for name in weights))
    score = weighted_mean(used, weights)
    terms = " + ".join(f"{_name(name)} {written(value)} × {written(weights[name])}" for name, value in used.items())
    how = {"redistribute": "权重由其余分摊", "zero": "按 0 分计"}.get(missing, "")
    notes = tuple(f"{_name(name)}没有有效票，{how}" for name in absent)
    step = Step("（{terms}）÷ {total} = {s}", {"terms": terms, "total": total, "s": score})
    return Outcome(score, (step,), notes)


def _name(key: str) -> str:
    return word(STAGE, word(GROUP, key))


@method("P05", "ballot_accounting", "票数核对", family="review")
def recovery(issued: int, returned: int) -> Outcome:
    """Give the recovery rate (回收率), percent.

    Raises:
      MethodError: Nothing was issued.
    Source:
      Hangzhou printed 14458/14527 = 99.53 % (domain/evaluation.md P05, S14c).
    """
    if not issued:
        raise MethodError("eval-no-valid-ballot")
    score = Fraction(returned * 100, issued)
    return Outcome(score, (Step("{r} ÷ {i} × 100 = {s}", {"r": returned, "i": issued, "s": score}),))


@method("P06", "mixed_ratio", "按比例合成", family="review")
def mixed_ratio(rates: Mapping[str, Fraction], parts: Mapping[str, Fraction]) -> Outcome:
    """Give Σ part · rate/100, in points: the parts (3:6:3:3) are points, not shares of 100.

    Raises:
      MethodError: A part has no rate.
    Source:
      宜君县 2017 (domain/evaluation.md P06, S6).
    """
    absent = [name for name in parts if name not in rates]
    if absent:
        raise MethodError("eval-missing-group", groups="、".join(_name(name) for name in absent))
    score = sum((parts[name] * rates[name] / 100 for name in parts), ZERO)
    terms = " + ".join(f"{_name(name)} {written(rates[name])}% × {written(parts[name])}" for name in parts)
    return Outcome(score, (Step("{terms} = {s}", {"terms": terms, "s": score}),))


@method("P07", "survey", "电话调查", family="review")
def survey(entries: Iterable[tuple[Fraction, int | None]]) -> Outcome:
    """Give the mean of summaries, weighted by their samples; a summary without a sample counts once.

    Source:
      南宁 2021 (domain/evaluation.md P07, S5).
    """
    known = [(score, 1 if sample is None else sample) for score, sample in entries]
    total = sum(sample for _, sample in known)
    if not total:
        raise MethodError("eval-no-valid-ballot")
    score = sum((score * sample for score, sample in known), ZERO) / total
    if len(known) == 1:
        return Outcome(score, (Step("调查结果 {s}（样本 {n}）", {"s": score, "n": total}),))
    terms = " + ".join(f"{written(each)} × {sample}" for each, sample in sorted(known))
    return Outcome(score, (Step("（{terms}）÷ {n} = {s}", {"terms": terms, "n": total, "s": score}),))


@method("P08", "midyear", "半年测评", family="review")
def midyear(self_review: Fraction, panel: Fraction, self_share: Fraction) -> Outcome:
    """Give self_share · self-review + (1 - self_share) · panel; reported, not in the year's score by default.

    Source:
      domain/evaluation.md P08.
    """
    score = self_share * self_review + (1 - self_share) * panel
    values = {"a": self_review, "x": self_share, "b": panel, "y": 1 - self_share, "s": score}
    return Outcome(score, (Step("{round} {a} × {x} + {b} × {y} = {s}", {**values, "round": word(ROUND, "midyear")}),))
