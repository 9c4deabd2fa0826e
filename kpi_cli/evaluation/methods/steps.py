"""Methods that add or deduct points step by step: M04, M05, M14.

W is the full points, T the target, A the actual value (domain/evaluation.md §3.1).
"""

from __future__ import annotations

import math
from fractions import Fraction

from kpi_cli.evaluation.arithmetic import Outcome, Step, clip
from kpi_cli.evaluation.methods.method import Case, MethodError, Param, method
from kpi_cli.evaluation.methods.target import CAP

ZERO = Fraction(0)
STEP_MODES = ("proportional", "floor", "ceil")
STEP_MODE = Param("不足一档怎样计：proportional 按比例、floor 舍去、ceil 进一", required=True, choices=STEP_MODES)
STEP_SIZE = Param("一档的大小，空为 1")


def _steps(gap: Fraction, case: Case) -> Fraction:
    """Count the steps of a gap that is not negative, as `step_mode` says."""
    mode, steps = case.word("step_mode", ""), gap / case.number("step", 1)
    if mode not in STEP_MODES:
        raise MethodError("eval-step-mode")
    return {"floor": Fraction(math.floor(steps)), "ceil": Fraction(math.ceil(steps))}.get(mode, steps)


def _ahead(case: Case) -> Fraction:
    """How far A is on the good side of T; negative where it falls short."""
    ahead = case.given("actual") - case.given("target")
    return -ahead if case.is_lower else ahead


@method(
    "M04",
    "base_step",
    "基准分加减",
    needs=("actual", "target"),
    any_target=True,
    directions=("higher", "lower"),
    params={
        "base": Param("达到目标值时得分占分值的比例，例如 0.8", required=True),
        "per_step": Param("每高（低）一档加（减）的分", required=True),
        "step": STEP_SIZE,
        "step_mode": STEP_MODE,
        "cap": CAP,
    },
)
def base_step(case: Case) -> Outcome:
    """Give s = W · base ± k · steps of |A-T|, between 0 and W · cap.

    Source:
      80 % of the points at the target, ±0.5 for each percentage point (domain/evaluation.md M04, S19).
    """
    ahead = _ahead(case)
    steps, k, base = _steps(abs(ahead), case), case.number("per_step"), case.points * case.number("base")
    change = k * steps if ahead >= 0 else -k * steps
    score = clip(base + change, ZERO, case.points * case.number("cap", 1))
    values = {"base": base, "k": k, "n": steps, "sign": "+" if ahead >= 0 else "-", "s": score, "gap": abs(ahead)}
    side = "优于" if ahead >= 0 else "差于"
    return Outcome(
        score,
        (
            Step("{side}目标值 {gap}，计 {n} 档", {**values, "side": side}),
            Step("基准分 {base} {sign} {k} × {n} = {s}", values),
        ),
    )


@method(
    "M05",
    "step_deduct",
    "每低一档扣分",
    needs=("actual", "target"),
    any_target=True,
    directions=("higher", "lower"),
    params={"per_step": Param("每低一档扣的分", required=True), "step": STEP_SIZE, "step_mode": STEP_MODE},
)
def step_deduct(case: Case) -> Outcome:
    """Give s = max(0, W - k · steps), the steps counted on the gap between A and T.

    Source:
      "每低1%扣0.05" (domain/evaluation.md M05, S30).
    """
    gap = max(ZERO, -_ahead(case))
    steps, k = _steps(gap, case), case.number("per_step")
    score = max(ZERO, case.points - k * steps)
    values = {"gap": gap, "n": steps, "w": case.points, "k": k, "s": score}
    return Outcome(score, (Step("差 {gap}，计 {n} 档", values), Step("{w} - {k} × {n}，不低于 0 = {s}", values)))


@method(
    "M14",
    "count_deduct",
    "每例扣分",
    needs=("actual",),
    directions=("lower",),
    params={"per_case": Param("每例扣的分", required=True), "zero_from": Param("达到此数得零分")},
)
def count_deduct(case: Case) -> Outcome:
    """Give s = max(0, W - k · n); from `zero_from` cases on, 0.

    Source:
      domain/evaluation.md M14, S30.
    """
    n, k = case.given("actual"), case.number("per_case")
    if "zero_from" in case.params and n >= case.number("zero_from"):
        return Outcome(ZERO, (Step("{n} 例，达到 {m} 例，得 0", {"n": n, "m": case.number("zero_from")}),))
    score = clip(case.points - k * n, ZERO, case.points)
    facts = {"w": case.points, "k": k, "n": n, "s": score}
    return Outcome(score, (Step("{w} - {k} × {n}，不低于 0 = {s}", facts),))
