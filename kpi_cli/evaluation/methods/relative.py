"""Methods that compare the units of a series: M07, M08, M09. Units without data are left out of the comparison."""

from __future__ import annotations

from fractions import Fraction

from kpi_cli.evaluation.arithmetic import Outcome, Step, clip
from kpi_cli.evaluation.methods.method import Case, MethodError, Param, method, numbers

ZERO = Fraction(0)
EQUAL_NOTE = "各单位数值相同，功效系数按 100 计"


@method(
    "M07",
    "efficacy",
    "功效系数法",
    needs=("actual",),
    directions=("higher", "lower"),
    is_relative=True,
    params={
        "xs": Param("不允许值，空为同组最差值"),
        "xh": Param("满意值，空为同组最好值"),
        "base": Param("基础分，空为 60"),
        "span": Param("功效分，空为 40"),
    },
)
def efficacy(case: Case) -> Outcome:
    """Give s = W · d/100 with d = 60 + 40 · (x-xs)/(xh-xs), x first clipped to fixed reference values.

    xh is the best and xs the worst value of the series; equal ones give d = 100, with a note.

    Source:
      功效系数法 (domain/evaluation.md M07, S3, S21).
    """
    worst, best = (case.group.highest, case.group.lowest) if case.is_lower else (case.group.lowest, case.group.highest)
    xs, xh = case.number("xs", worst), case.number("xh", best)
    x = clip(case.given("actual"), min(xs, xh), max(xs, xh))
    base, span = case.number("base", 60), case.number("span", 40)
    if xs == xh:
        d, first = base + span, Step(EQUAL_NOTE)
    else:
        d = base + span * (x - xs) / (xh - xs)
        values = {"base": base, "span": span, "x": x, "xs": xs, "xh": xh, "d": d}
        first = Step("功效系数 {base} + {span} × ({x} - {xs}) ÷ ({xh} - {xs}) = {d}", values)
    score = case.points * d / 100
    notes = (EQUAL_NOTE,) if xs == xh else ()
    return Outcome(score, (first, Step("{w} × {d} ÷ 100 = {s}", {"w": case.points, "d": d, "s": score})), notes)


@method(
    "M08",
    "rank_table",
    "排序计分",
    needs=("actual",),
    directions=("higher", "lower"),
    is_relative=True,
    params={
        "table": Param("各名次的得分，从第一名起", required=True),
        "ties": Param("并列怎样计", choices=("competition", "dense", "average", "forbid")),
        "step": Param("表以外每低一名再减的分，空为按表的最后一个数"),
    },
)
def rank_table(case: Case) -> Outcome:
    """Give the points of the unit's place in its series.

    `ties`: `competition` 1-2-2-4 (default), `dense` 1-2-2-3, `average` of the places that are shared, `forbid`.
    Behind the end of the table: its last value, less `step` for each further place.

    Raises:
      MethodError: A tie where the scheme forbids it.
    Source:
      按排名赋分 (domain/evaluation.md M08, S30, S11, S13).
    """
    x, ties = case.given("actual"), case.word("ties", "competition")
    count = case.group.tied(x)
    if ties == "forbid" and count > 1:
        raise MethodError("eval-tie-forbidden", count=count)
    place = case.group.place(x, lower=case.is_lower, dense=ties == "dense")
    shared = range(place, place + count) if ties == "average" else (place,)
    score = sum((_points(case, each) for each in shared), ZERO) / len(shared)
    score = clip(score, ZERO, case.points)
    values = {"x": x, "place": place, "s": score, "n": count}
    text = "{x} 列第 {place} 名" + ("（{n} 个单位并列）" if count > 1 else "") + "，得 {s}"
    return Outcome(score, (Step(text, values),))


def _points(case: Case, place: int) -> Fraction:
    table = numbers(case.params, "table")
    if place <= len(table):
        return table[place - 1]
    return table[-1] - case.number("step", 0) * (place - len(table))


@method(
    "M09",
    "best_ratio",
    "第一名得满分",
    needs=("actual",),
    directions=("higher", "lower"),
    is_relative=True,
)
def best_ratio(case: Case) -> Outcome:
    """Give s = W · x/x_max, or W · x_min/x for lower-is-better; a negative x counts as 0.

    Raises:
      MethodError: The best value is zero or less, so that nothing can be compared with it.
    Source:
      第1名比例 (domain/evaluation.md M09, S30, S28).
    """
    x = max(ZERO, case.given("actual"))
    best = case.group.lowest if case.is_lower else case.group.highest
    if best <= 0:
        raise MethodError("eval-best-zero")
    share = best / x if case.is_lower else x / best
    score = case.points * share
    values = {"x": x, "best": best, "w": case.points, "s": score}
    formula = "{w} × {best} ÷ {x} = {s}" if case.is_lower else "{w} × {x} ÷ {best} = {s}"
    return Outcome(score, (Step("同组最好值 {best}", values), Step(formula, values)))
