"""Methods that compare a unit with its own target or baseline: M01–M03, M06, M10, M11, M16, M17.

W is the full points, T the target, A the actual value, B the baseline (domain/evaluation.md §3.1).
"""

from __future__ import annotations

from fractions import Fraction

from kpi_cli.evaluation.arithmetic import Outcome, Step, clip, written_sum
from kpi_cli.evaluation.methods.method import (
    Case,
    MethodError,
    NotApplicableScoreError,
    Param,
    method,
    number,
    numbers,
)
from kpi_cli.evaluation.methods.tier_table import read_tiers

ZERO, ONE, HUNDRED = Fraction(0), Fraction(1), Fraction(100)
CAP = Param("得分上限，为分值的倍数，空为 1")


def _positive_target(case: Case) -> Fraction:
    target = case.given("target")
    if target < 0:
        raise MethodError("eval-negative-target")
    return target


def _zero_target(case: Case, actual: Fraction) -> Outcome:
    """Score a target of zero as the rule's policy says."""
    policy = case.word("zero_target", "error")
    if policy == "na":
        raise NotApplicableScoreError
    if policy != "met_if_zero":
        raise MethodError("eval-zero-target")
    score = ZERO if actual else case.points
    return Outcome(score, (Step("目标值为 0，实际值 {a}，得 {s}", {"a": actual, "s": score}),))


@method(
    "M01",
    "ratio",
    "比例计分",
    needs=("actual", "target"),
    directions=("higher",),
    params={
        "cap": CAP,
        "zero_below": Param("完成率低于此数得零分，例如 0.6"),
        "zero_target": Param("目标值为 0 时怎样计", choices=("error", "met_if_zero", "na")),
    },
)
def ratio(case: Case) -> Outcome:
    """Give s = W · min(A/T, cap); a negative A counts as 0, and below `zero_below` s is 0.

    Raises:
      MethodError: T is negative, or zero without a policy.
    Source:
      "按完成比例计算得分,满分为止" (domain/evaluation.md M01, S39, S19, S31).
    """
    actual, target = max(ZERO, case.given("actual")), _positive_target(case)
    if not target:
        return _zero_target(case, actual)
    rate, cap = actual / target, case.number("cap", 1)
    step = Step("完成率 {a} ÷ {t} = {rate}", {"a": actual, "t": target, "rate": rate})
    if rate < case.number("zero_below", 0):
        floor = case.number("zero_below")
        return Outcome(ZERO, (step, Step("低于 {floor}，得 0", {"floor": floor})))
    counted = min(rate, cap)
    score = case.points * counted
    capped = (Step("按上限 {cap} 计", {"cap": cap}),) if rate > cap else ()
    return Outcome(score, (step, *capped, Step("{w} × {c} = {s}", {"w": case.points, "c": counted, "s": score})))


@method(
    "M02",
    "ratio_reverse",
    "逆向比例",
    needs=("actual", "target"),
    directions=("lower",),
    params={"variant": Param("ratio 按比值，linear 按超出的比例", choices=("ratio", "linear"))},
)
def ratio_reverse(case: Case) -> Outcome:
    """Give s = W · min(T/A, 1), or `linear`: W · max(0, 1 - (A-T)/T), for lower-is-better.

    A of zero or less is full points. T of zero is full points where A is zero.

    Raises:
      MethodError: T is negative, or zero while A is not: M05 or M14 say how much each case costs.
    Source:
      domain/evaluation.md M02.
    """
    actual, target = case.given("actual"), _positive_target(case)
    values = {"a": actual, "t": target, "w": case.points}
    if actual <= target:
        return Outcome(case.points, (Step("实际值 {a} 不高于目标值 {t}，得满分 {w}", values),))
    if not target:
        raise MethodError("eval-zero-target")
    if case.word("variant", "ratio") == "linear":
        share = max(ZERO, 1 - (actual - target) / target)
        first = Step("1 - ({a} - {t}) ÷ {t}，不低于 0 = {share}", {**values, "share": share})
    else:
        share = target / actual
        first = Step("{t} ÷ {a} = {share}", {**values, "share": share})
    score = case.points * share
    return Outcome(score, (first, Step("{w} × {share} = {s}", {"w": case.points, "share": share, "s": score})))


def is_met(case: Case) -> bool:
    """Tell whether A reaches T in the indicator's direction; exact: 99.99 % is not 100 %."""
    actual, target = case.given("actual"), case.given("target")
    if case.direction == "near":
        return actual == target
    return actual <= target if case.is_lower else actual >= target


@method(
    "M03",
    "threshold",
    "达标计分",
    needs=("actual", "target"),
    any_target=True,
    params={"otherwise": Param("未达标时：zero 得零分，ratio 按比例", choices=("zero", "ratio"))},
)
def threshold(case: Case) -> Outcome:
    """Give W where A reaches T, else 0, or what M01 (M02) gives where `otherwise = "ratio"`.

    Source:
      domain/evaluation.md M03.
    """
    met = is_met(case)
    values = {"a": case.given("actual"), "t": case.given("target"), "w": case.points}
    if not met and case.word("otherwise", "zero") == "ratio":
        return ratio_reverse(case) if case.is_lower else ratio(case)
    if met:
        return Outcome(case.points, (Step("实际值 {a} 达到目标值 {t}，得 {w}", values),))
    return Outcome(ZERO, (Step("实际值 {a} 未达到目标值 {t}，得 0", values),))


@method(
    "M06",
    "tiers",
    "区间（分档）计分",
    needs=("actual",),
    params={
        "tiers": Param("分档表：每档 lo、hi、coefficient，含下限不含上限，空为不限", required=True),
        "of": Param("按 actual 实际值还是 rate 完成率（%）查表", choices=("actual", "rate")),
        "linear_within": Param("档内按直线内插到上一档"),
    },
)
def tiers(case: Case) -> Outcome:
    """Give s = W · coefficient of the half-open interval [lo, hi) that holds the value; outside all of them 0.

    With `linear_within` the coefficient rises in a straight line to that of the next interval.

    Raises:
      MethodError: The table has gaps or overlaps.
    Source:
      domain/evaluation.md M06.
    """
    table = read_tiers(case.params.get("tiers"))
    value = case.given("actual")
    if case.word("of", "actual") == "rate":
        target = _positive_target(case)
        if not target:
            raise MethodError("eval-zero-target")
        value = value / target * 100
    found = next((i for i, tier in enumerate(table) if tier.holds(value)), None)
    if found is None:
        return Outcome(ZERO, (Step("{x} 不在任何一档，得 0", {"x": value}),))
    tier = table[found]
    share = tier.coefficient
    steps = [Step("{x} 在 {tier} 档，系数 {c}", {"x": value, "tier": tier.text, "c": share})]
    if case.params.get("linear_within") and found + 1 < len(table) and tier.lo is not None and tier.hi is not None:
        above = table[found + 1].coefficient
        share += (value - tier.lo) / (tier.hi - tier.lo) * (above - tier.coefficient)
        facts = {"c": tier.coefficient, "x": value, "lo": tier.lo, "hi": tier.hi, "above": above, "share": share}
        steps.append(Step("{c} + ({x} - {lo}) ÷ ({hi} - {lo}) × ({above} - {c}) = {share}", facts))
    score = case.points * share
    steps.append(Step("{w} × {share} = {s}", {"w": case.points, "share": share, "s": score}))
    return Outcome(score, tuple(steps))


@method(
    "M10",
    "improvement",
    "基期插值",
    needs=("actual", "target", "baseline"),
    any_target=True,
    params={"cap": CAP},
)
def improvement(case: Case) -> Outcome:
    """Give s = W · clip((A-B)/(T-B), 0, cap), for either direction and negative values; T = B only asks to reach T.

    Source:
      domain/evaluation.md M10.
    """
    actual, target, baseline = case.given("actual"), case.given("target"), case.given("baseline")
    if target == baseline:
        return threshold(case)
    share = (actual - baseline) / (target - baseline)
    counted = clip(share, ZERO, case.number("cap", 1))
    score = case.points * counted
    values = {"a": actual, "b": baseline, "t": target, "share": share, "c": counted, "w": case.points, "s": score}
    limited = (Step("按 {c} 计", values),) if counted != share else ()
    first = Step("({a} - {b}) ÷ ({t} - {b}) = {share}", values)
    return Outcome(score, (first, *limited, Step("{w} × {c} = {s}", values)))


@method(
    "M11",
    "milestones",
    "节点进度",
    inputs=("nodes",),
    params={"nodes": Param("各节点所占比例，合计 1", required=True), "late": Param("每个节点逾期扣的分，空为 0")},
)
def milestones(case: Case) -> Outcome:
    """Give s = W · Σ (share of node × share done) - deduction for each node that was late, not below 0.

    Params `nodes` are the shares, `inputs.nodes` how much of each is done (0–1), `inputs.late` how many were late.

    Raises:
      MethodError: The two lists differ in length, or the shares do not add up to 1.
    Source:
      domain/evaluation.md M11.
    """
    shares, done = numbers(case.params, "nodes"), numbers(case.inputs, "nodes")
    if len(shares) != len(done) or sum(shares) != 1:
        raise MethodError("eval-method-params", name="nodes")
    late, each = number(case.inputs, "late", 0), case.number("late", 0)
    progress = sum((share * part for share, part in zip(shares, done, strict=True)), ZERO)
    score = clip(case.points * progress - late * each, ZERO, case.points)
    terms = written_sum(share * part for share, part in zip(shares, done, strict=True))
    steps = [Step("完成进度 {terms} = {p}", {"terms": terms, "p": progress})]
    if late:
        facts = {"w": case.points, "p": progress, "n": late, "k": each, "s": score}
        return Outcome(score, (*steps, Step("{w} × {p} - 逾期 {n} × {k} = {s}", facts)))
    steps.append(Step("{w} × {p} = {s}", {"w": case.points, "p": progress, "s": score}))
    return Outcome(score, tuple(steps))


@method(
    "M16",
    "near",
    "适度指标",
    needs=("actual", "target"),
    directions=("near",),
    params={
        "tol": Param("不扣分的偏差，为目标值的比例，例如 0.05"),
        "span": Param("扣完的偏差（超出 tol 的部分），例如 0.5", required=True),
    },
)
def near(case: Case) -> Outcome:
    """Give s = W · max(0, 1 - max(0, |A-T|/T - tol) / span): full within the tolerance, then a straight line to 0.

    Source:
      domain/evaluation.md M16; the three polarities S37.
    """
    actual, target = case.given("actual"), _positive_target(case)
    if not target:
        raise MethodError("eval-zero-target")
    tolerance, span = case.number("tol", 0), case.number("span")
    if not span:
        raise MethodError("eval-method-params", name="span")
    off = abs(actual - target) / target
    over = max(ZERO, off - tolerance)
    share = max(ZERO, 1 - over / span)
    score = case.points * share
    facts = {"a": actual, "t": target, "off": off, "tol": tolerance, "over": over, "span": span}
    return Outcome(
        score,
        (
            Step("偏差 |{a} - {t}| ÷ {t} = {off}，超出容差 {tol} 的部分 {over}", facts),
            Step("1 - {over} ÷ {span}，不低于 0 = {share}", {**facts, "share": share}),
            Step("{w} × {share} = {s}", {"w": case.points, "share": share, "s": score}),
        ),
    )


@method(
    "M17",
    "polar120",
    "超额计分",
    needs=("actual", "target"),
    directions=("higher", "lower"),
    params={
        "step": Param("一档的百分点，空为 5"),
        "per_step": Param("每一档加（减）的分，空为 5"),
        "cap": Param("最高分（百分制），空为 120"),
    },
)
def polar120(case: Case) -> Outcome:
    """Give s = W · v/100 with v = 100 at the target, ±`per_step` for each `step` per cent, linear, between 0 and `cap`.

    Source:
      domain/evaluation.md M17, S37: ±5 for each 5 %, at most 120.
    """
    actual, target = case.given("actual"), _positive_target(case)
    if not target:
        raise MethodError("eval-zero-target")
    ahead = (actual / target - 1) * (-100 if case.is_lower else 100)
    value = clip(100 + ahead / case.number("step", 5) * case.number("per_step", 5), ZERO, case.number("cap", 120))
    score = case.points * value / 100
    facts = {"ahead": ahead, "v": value, "w": case.points, "s": score}
    return Outcome(score, (Step("与目标值相差 {ahead}%，计 {v} 分", facts), Step("{w} × {v} ÷ 100 = {s}", facts)))
