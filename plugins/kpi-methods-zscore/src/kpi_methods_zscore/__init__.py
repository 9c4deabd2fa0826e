"""A scoring method: standard scores within a series (标准分法).

A unit at the mean of its series gets `base`, and `span` more for each standard deviation above it. The root is taken
with Decimal's 28 digits, far beyond what is printed; everything else is exact.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from kpi_cli.api import Method, Outcome, Param, Step, hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi_cli.api import Case

BASE, SPAN = Fraction(80), Fraction(10)


def zscore(case: Case) -> Outcome:
    """Give s = W · d/100 with d = base + span · (x - mean) ÷ standard deviation, between 0 and 100."""
    value, values = case.given("actual"), list(case.group.values.values())
    base, span = case.number("base", BASE), case.number("span", SPAN)
    mean = sum(values, Fraction(0)) / len(values)
    variance = sum(((each - mean) ** 2 for each in values), Fraction(0)) / len(values)
    deviation = Fraction((Decimal(variance.numerator) / variance.denominator).sqrt())
    z = Fraction(0) if not deviation else (value - mean) / deviation
    if case.is_lower:
        z = -z
    d = max(Fraction(0), min(base + span * z, Fraction(100)))
    facts = {"n": len(values), "mean": mean, "sd": deviation, "base": base, "span": span, "x": value, "z": z, "d": d}
    facts |= {"w": case.points, "s": case.points * d / 100}
    return Outcome(
        case.points * d / 100,
        (
            Step("同系列 {n} 个单位，平均数 {mean}，标准差 {sd}", facts),
            Step("标准分 {base} + {span} × {z} = {d}，限在 0–100", facts),
            Step("{w} × {d} ÷ 100 = {s}", facts),
        ),
    )


@hookimpl
def kpi_register_evaluation_methods() -> Sequence[Method]:
    """Offer the method to kpi."""
    params = {"base": Param("平均水平的得分，缺省 80"), "span": Param("每个标准差的分，缺省 10")}
    return [Method("zscore", "ZS", "标准分法", "indicator", zscore, needs=("actual",), params=params, is_relative=True)]
