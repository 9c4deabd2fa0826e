"""Methods for what is judged, not measured: M12, M13."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kpi_cli.evaluation.arithmetic import Outcome, Step
from kpi_cli.evaluation.methods.method import Case, MethodError, Param, method, number
from kpi_cli.evaluation.vocabulary import BAND, word

if TYPE_CHECKING:
    from collections.abc import Mapping

BANDS: Mapping[str, tuple[Fraction, Fraction]] = {
    "met": (Fraction(8, 10), Fraction(1)),
    "partly_met": (Fraction(6, 10), Fraction(8, 10)),
    "not_met": (Fraction(0), Fraction(6, 10)),
}
"""The three bands of 财预〔2020〕10号: 100–80 %, 80–60 %, 60–0 %; each holds its lower bound, the first both."""


def bands_of(params: Mapping[str, Any]) -> Mapping[str, tuple[Fraction, Fraction]]:
    """Return the bands of an indicator: `bands = {met = [0.8, 1], …}`, or those of the regulation."""
    own = params.get("bands")
    if not own:
        return BANDS
    return {
        BAND.key(name) or name: (number({"bands": lo}, "bands"), number({"bands": hi}, "bands"))
        for name, (lo, hi) in own.items()
    }


def is_in_band(band: str, share: Fraction, bands: Mapping[str, tuple[Fraction, Fraction]] = BANDS) -> bool:
    """Tell whether a share lies in its band."""
    if band not in bands:
        return False
    low, high = bands[band]
    return low <= share and (share < high or share == high == max(hi for _, hi in bands.values()))


@method("M12", "qual3", "定性三档", inputs=("band", "share"), params={"bands": Param("各档的比例区间")})
def qual3(case: Case) -> Outcome:
    """Give s = W · share; band and share are both recorded and must agree.

    Raises:
      MethodError: The share does not lie in its band.
    Source:
      达成预期 100–80 %, 部分达成 80–60 %, 未达成 60–0 % (domain/evaluation.md M12, S25).
    """
    stated = str(case.inputs.get("band", ""))
    band, share = BAND.key(stated) or stated, number(case.inputs, "share")
    if not is_in_band(band, share, bands_of(case.params)):
        raise MethodError("eval-band", band=word(BAND, band))
    score = case.points * share
    values = {"band": word(BAND, band), "share": share, "w": case.points, "s": score}
    return Outcome(score, (Step("{band}，比例 {share}", values), Step("{w} × {share} = {s}", values)))


@method(
    "M13", "options", "选项计分", inputs=("option",), params={"options": Param("选项与分（百分制）", required=True)}
)
def options(case: Case) -> Outcome:
    """Give s = W · points of the chosen option / 100.

    Source:
      domain/evaluation.md M13.
    """
    table, option = case.params.get("options"), str(case.inputs.get("option", ""))
    if not isinstance(table, dict) or option not in table:
        raise MethodError("eval-option", option=option)
    points = number(table, option)
    score = case.points * points / 100
    values = {"option": option, "points": points, "w": case.points, "s": score}
    return Outcome(score, (Step("{option} {points} 分", values), Step("{w} × {points} ÷ 100 = {s}", values)))
