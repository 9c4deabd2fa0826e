"""领导评价: from ratings to a score of 0–100: L01–L05 (domain/evaluation.md §3.7). Recused ratings never get here."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.evaluation.arithmetic import Outcome, Step, weighted_mean, written, written_sum
from kpi_cli.evaluation.methods.method import MethodError, method
from kpi_cli.evaluation.vocabulary import TIER, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ZERO = Fraction(0)


class Ratings(NamedTuple):
    """All counted ratings of one unit.

    Attributes:
      scores: (tier, score 0–100), options already turned into their points.
      tier_weights: Tier → weight.
      trim_min_n: Fewer raters than this are not trimmed.
      best: Highest mean in the category, for `best_ratio`; None until it is known.
    """

    scores: Sequence[tuple[str, Fraction]]
    tier_weights: Mapping[str, Fraction]
    trim_min_n: int
    best: Fraction | None = None

    @property
    def ordered(self) -> list[Fraction]:
        """The scores, highest first; raises MethodError where there is none."""
        if not self.scores:
            raise MethodError("eval-no-rating")
        return sorted((score for _, score in self.scores), reverse=True)


def _mean(scores: Sequence[Fraction]) -> Outcome:
    score = sum(scores, ZERO) / len(scores)
    values = {"terms": written_sum(scores), "n": len(scores), "s": score}
    return Outcome(score, (Step("（{terms}）÷ {n} = {s}", values),))


@method("L01", "mean", "平均分", family="leader")
def mean(ratings: Ratings) -> Outcome:
    """Give Σ/n.

    Source:
      domain/evaluation.md L01.
    """
    return _mean(ratings.ordered)


@method("L02", "trimmed", "去极值平均", family="leader")
def trimmed(ratings: Ratings) -> Outcome:
    """Drop one highest and one lowest score, one each even where several are equal; too few raters give the mean.

    Source:
      domain/evaluation.md L02 (S32).
    """
    scores = ratings.ordered
    if len(scores) < max(3, ratings.trim_min_n):
        note = f"评价人数 {len(scores)} 少于 {ratings.trim_min_n}，不去极值，取平均分"
        return _mean(scores)._replace(notes=(note,))
    kept = _mean(scores[1:-1])
    step = Step("去掉一个最高分 {high}、一个最低分 {low}", {"high": scores[0], "low": scores[-1]})
    return kept._replace(steps=(step, *kept.steps))


@method("L02", "median", "中位数", family="leader")
def median(ratings: Ratings) -> Outcome:
    """Give the middle score, or the mean of the two in the middle.

    Source:
      domain/evaluation.md §3.7.
    """
    scores = ratings.ordered
    half = len(scores) // 2
    score = scores[half] if len(scores) % 2 else (scores[half - 1] + scores[half]) / 2
    return Outcome(score, (Step("{n} 个评分的中位数 = {s}", {"n": len(scores), "s": score}),))


@method("L03", "tier_weighted", "分层加权", family="leader")
def tier_weighted(ratings: Ratings) -> Outcome:
    """Give the weighted mean of the tiers' means; the weight of an empty tier is spread over the others, with a note.

    Raises:
      MethodError: No rating from a weighted tier.
    Source:
      domain/evaluation.md L03.
    """
    tiers: dict[str, list[Fraction]] = {}
    for tier, score in ratings.scores:
        tiers.setdefault(tier, []).append(score)
    means = {tier: _mean(sorted(tiers[tier], reverse=True)) for tier in ratings.tier_weights if tier in tiers}
    if not sum((ratings.tier_weights[tier] for tier in means), ZERO):
        raise MethodError("eval-no-rating")
    values = {tier: outcome.score for tier, outcome in means.items()}
    score = weighted_mean(values, ratings.tier_weights)
    total = sum((ratings.tier_weights[tier] for tier in means), ZERO)
    terms = " + ".join(
        f"{_tier(tier)} {written(v)} × {written(ratings.tier_weights[tier])}" for tier, v in values.items()
    )
    steps = [Step("{tier}：{text}", {"tier": _tier(t), "text": outcome.steps[0]}) for t, outcome in means.items()]
    steps.append(Step("（{terms}）÷ {total} = {s}", {"terms": terms, "total": total, "s": score}))
    absent = [tier for tier, weight in ratings.tier_weights.items() if weight and tier not in means]
    return Outcome(score, tuple(steps), tuple(f"{_tier(tier)}无人评价，权重由其余层级分摊" for tier in absent))


def _tier(key: str) -> str:
    return word(TIER, key)


@method("L04", "options", "等次票折算", family="leader")
def options(ratings: Ratings) -> Outcome:
    """Give the mean points of the options that were ticked.

    Source:
      domain/evaluation.md L04.
    """
    counts: dict[Fraction, int] = {}
    for score in ratings.ordered:
        counts[score] = counts.get(score, 0) + 1
    total, n = sum(ratings.ordered, ZERO), len(ratings.scores)
    terms = " + ".join(f"{count} × {written(points)}" for points, count in counts.items())
    values = {"terms": terms, "n": n, "total": total, "s": total / n}
    return Outcome(total / n, (Step("（{terms}）÷ {n} = {total} ÷ {n} = {s}", values),))


@method("L05", "best_ratio", "最高均分折算", family="leader")
def best_ratio(ratings: Ratings) -> Outcome:
    """Give the unit's mean ÷ the best mean of its category × 100.

    Raises:
      MethodError: The best mean is zero.
    Source:
      domain/evaluation.md L05, M09 (S28).
    """
    own = mean(ratings)
    best = own.score if ratings.best is None else ratings.best
    if not best:
        raise MethodError("eval-best-zero")
    score = own.score / best * 100
    step = Step("{a} ÷ 最高均分 {best} × 100 = {s}", {"a": own.score, "best": best, "s": score})
    return Outcome(score, (*own.steps, step))
