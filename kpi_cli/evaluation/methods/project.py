"""项目支出绩效自评: the score of each goal indicator and of the execution rate (domain/evaluation.md §3.8)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kpi_cli.evaluation.arithmetic import Outcome, Step, exact
from kpi_cli.evaluation.methods.method import MethodError, method
from kpi_cli.evaluation.methods.qualitative import is_in_band
from kpi_cli.evaluation.vocabulary import BAND, word

if TYPE_CHECKING:
    from decimal import Decimal

    from kpi_cli.evaluation.records import GoalIndicator

ONE = Fraction(1)


@method("3.8", "execution", "预算执行率", family="project")
def execution(points: Fraction, budget: Decimal | None, executed: Decimal | None) -> Outcome:
    """Give points · min(B/A, 1): A is 全年预算数, B 全年执行数; more than 100 % is capped, with a note.

    Raises:
      MethodError: A or B is unknown, or A is zero, so that the rate is undefined.
    Source:
      财预〔2020〕10号 (domain/evaluation.md §3.8, S31).
    """
    if budget is None or executed is None:
        raise MethodError("eval-missing-value", what="预算数或执行数")
    if not budget:
        raise MethodError("eval-zero-budget")
    rate = exact(executed) / exact(budget)
    counted = min(rate, ONE)
    values = {"b": exact(executed), "a": exact(budget), "r": rate * 100, "w": points, "s": points * counted}
    steps = (
        Step("执行率 {b} ÷ {a} = {r}%", values),
        Step("{w} × " + ("{r}%" if rate <= 1 else "100%") + " = {s}", values),
    )
    return Outcome(points * counted, steps, ("执行率超过 100%，按 100% 计",) if rate > 1 else ())


@method("3.8", "goal", "绩效指标得分", family="project")
def goal(indicator: GoalIndicator) -> Outcome:
    """Give full points where the target is met, else the proportion; qualitative ones the share of their band.

    `>=` that is missed gives A/T, `<=` (cost) T/A, `=` the smaller of both.

    Raises:
      MethodError: A value is missing, or band and share do not agree.
    Source:
      财预〔2020〕10号 (domain/evaluation.md §3.8, S25, S31).
    """
    if indicator.op == "qual":
        return _qualitative(indicator)
    if indicator.target is None or indicator.actual is None:
        raise MethodError("eval-missing-value", what="年度指标值" if indicator.target is None else "实际完成值")
    points, target, actual = exact(indicator.points), exact(indicator.target), exact(indicator.actual)
    values = {"a": actual, "t": target, "w": points, "op": indicator.op}
    met = {">=": actual >= target, "<=": actual <= target}.get(indicator.op, actual == target)
    if met:
        return Outcome(points, (Step("实际 {a}，目标 {op} {t}，达标，得 {w}", values),))
    above = actual > target
    over, under = (target, actual) if above else (actual, target)
    if under <= 0 or over < 0:  # a share of such numbers means nothing: a missed target earns nothing
        return Outcome(Fraction(0), (Step("实际 {a}，目标 {op} {t}，未达标，得 0", values),))
    share = over / under
    formula = "{w} × {t} ÷ {a} = {s}" if above else "{w} × {a} ÷ {t} = {s}"
    return Outcome(points * share, (Step("未达标：" + formula, {**values, "s": points * share}),))


def _qualitative(indicator: GoalIndicator) -> Outcome:
    if indicator.share is None or not indicator.band:
        raise MethodError("eval-missing-value", what="完成档次或比例")
    share, points = exact(indicator.share), exact(indicator.points)
    if not is_in_band(indicator.band, share):
        raise MethodError("eval-band", band=word(BAND, indicator.band))
    values = {"band": word(BAND, indicator.band), "share": share, "w": points, "s": points * share}
    return Outcome(points * share, (Step("{band}：{w} × {share} = {s}", values),))
