"""The ten-unit example of evaluation.md 4.4, its variants, and what stands in the way of a result."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kpi_cli.errors import LedgerError
from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.final import compute_final, draft_final
from kpi_cli.evaluation.scheme import Caps, EvaluationYear
from kpi_cli.model.source import Source
from tests.evaluation.examples import SCHEME, one_method, ten_units

EXPECTED = {
    # unit: pI, pP, pL, D, B, F, rank, grade
    "bing": ("66.51", "12.65", "13.50", "0.50", "3.00", "95.16", 1, "一等"),
    "jia": ("66.05", "13.06", "13.41", "1.50", "1.00", "92.02", 2, "二等"),
    "yi": ("64.51", "13.31", "13.29", "0.00", "0.50", "91.61", 3, "二等"),
    "ding": ("63.34", "13.52", "13.01", "5.00", "0.00", "84.87", 4, "三等"),
    "e": ("58.32", "18.40", "18.90", "0.00", "1.50", "97.12", 1, "四等"),
    "a": ("57.84", "18.25", "18.62", "0.00", "2.00", "96.71", 2, "一等"),
    "b": ("57.06", "17.68", "18.47", "0.50", "1.00", "93.71", 3, "二等"),
    "c": ("56.10", "17.24", "17.42", "0.00", "0.50", "91.26", 4, "二等"),
    "d": ("55.74", "17.66", "17.46", "0.25", "0.65", "91.26", 4, "二等"),
    "f": ("68.53", None, "22.04", "1.00", "0.00", "89.57", 6, "三等"),
}


def row(result) -> tuple[object, ...]:
    """Return a result as EXPECTED writes it."""
    parts = [result.components.get(name) for name in ("indicator_score", "public_review", "leader_rating")]
    points = [part and str(part.points) for part in parts]
    return (*points, str(result.deduction), str(result.bonus), str(result.total), result.rank, result.grade)


def test_the_ten_unit_example() -> None:
    final = compute_final(ten_units())
    assert {result.evaluated_unit: row(result) for result in final.units} == EXPECTED
    assert [result.decided_by for result in final.units] == [""] * 10
    full = ("达到一等分数线，名额（1）已满",)
    notes = {result.evaluated_unit: result.notes for result in final.units if result.notes not in ((), full)}
    assert [unit for unit in EXPECTED if final.of(unit).notes == full] == ["jia", "yi", "b", "c", "d"]
    assert notes == {
        "bing": ("创新加分原为 2.6，按上限 2 计",),
        "ding": ("原为 5.7，按上限 5 计", "达到二等分数线，名额（3）已满"),
        "e": ("一票否决，定为四等",),
        "f": ("不参加公众评议，权重 20 由其余部分分摊", "达到二等分数线，名额（4）已满"),
    }


def test_a_veto_that_keeps_its_place() -> None:
    final = compute_final(ten_units(veto_frees_slot=False))
    got = {result.evaluated_unit: (result.grade, result.decided_by) for result in final.units}
    assert got == {
        "bing": ("一等", ""),
        "jia": ("二等", ""),
        "yi": ("二等", ""),
        "ding": ("三等", ""),
        "e": ("四等", ""),
        "a": ("二等", ""),
        "b": ("二等", ""),
        "c": ("二等", "indicator_score"),
        "d": ("三等", "indicator_score"),
        "f": ("三等", ""),
    }


def test_carrying_exact_points() -> None:
    final = compute_final(ten_units(carry="exact"))
    totals = {result.evaluated_unit: result.total for result in final.units}
    assert (totals["jia"], totals["yi"]) == (Decimal("92.03"), Decimal("91.60"))


# ties, vetoes, quotas

ONE = {"town": {"indicator_score": Decimal(60), "public_review": Decimal(40)}}


def tied(scores: dict[str, tuple[str, str]], *vetoes: tuple[str, str], **more: object) -> EvaluationYear:
    """Return a year of towns with stated indicator and review scores."""
    scheme = replace(SCHEME, **{"weights": ONE, "caps": Caps(), **more.pop("scheme", {})})
    stated = [
        r.ComponentScore(unit, name, Decimal(score), "表")
        for unit, pair in scores.items()
        for name, score in zip(("indicator_score", "public_review"), pair, strict=True)
    ]
    return EvaluationYear(
        2017,
        scheme,
        tuple(r.Unit(unit, unit, "town") for unit in scores),
        component_scores=tuple(stated),
        vetoes=tuple(r.Veto(unit, kind, "依据", "1号") for unit, kind in vetoes),
        **more,
    )


def grades(year: EvaluationYear) -> dict[str, str]:
    """Return the grades by unit."""
    return {result.evaluated_unit: result.grade for result in compute_final(year).units}


SAME = {"a": ("95", "90"), "b": ("95", "90"), "c": ("80", "80")}
TIE = ({"a": ("93", "93"), "b": ("95", "90"), "c": ("80", "80")},)


def test_a_tie_at_the_line_is_broken_by_the_chain() -> None:
    final = compute_final(tied(*TIE))  # both 93.00
    assert [(each.evaluated_unit, each.rank, each.grade, each.decided_by) for each in final.units] == [
        ("a", 1, "二等", "indicator_score"),
        ("b", 1, "一等", "indicator_score"),
        ("c", 3, "三等", ""),
    ]
    other = tied(*TIE, scheme={"tie_break": ("public_review",)})
    assert grades(other) == {"a": "一等", "b": "二等", "c": "三等"}


def test_an_undecided_tie_stops_until_a_meeting_decides() -> None:
    with pytest.raises(LedgerError) as error:
        compute_final(tied(SAME))
    assert str(error.value) == "并列跨越等次名额线，无法区分（a、b）；请开会裁定并用 tie_decision 登记，附会议纪要"
    decision = r.TieDecision("town", ("b", "a"), "M1", Source("tie.toml", 3, 1))
    with pytest.raises(LedgerError) as error:
        compute_final(tied(SAME, tie_decisions=(decision,)))
    assert "tie.toml:3: 并列裁定所附的会议纪要不存在（M1）；请先登记会议纪要" in str(error.value)
    minutes = r.Minutes("M1", "2018-01-20", "领导小组会", "并列", "b 在前", "tie", "1号")
    final = compute_final(tied(SAME, tie_decisions=(decision,), minutes=(minutes,)))
    assert [(each.evaluated_unit, each.grade, each.decided_by) for each in final.units] == [
        ("a", "二等", "tie_decision"),
        ("b", "一等", "tie_decision"),
        ("c", "三等", ""),
    ]


def test_a_tie_that_crosses_no_line_needs_nobody() -> None:
    scores = {"x": ("99", "99"), **SAME, "d": ("70", "70")}  # one first, four together may be first or second
    assert grades(tied(scores)) == {"x": "一等", "a": "二等", "b": "二等", "c": "二等", "d": "三等"}


def test_vetoes() -> None:
    scores = {"a": ("99", "99"), "b": ("98", "98"), "c": ("97", "97"), "d": ("96", "96")}
    assert grades(tied(scores)) == {"a": "一等", "b": "二等", "c": "二等", "d": "三等"}
    assert grades(tied(scores, ("a", "bar_top"))) == {"a": "二等", "b": "一等", "c": "二等", "d": "三等"}
    assert grades(tied(scores, ("a", "demote"))) == {"a": "二等", "b": "二等", "c": "二等", "d": "三等"}
    assert grades(tied(scores, ("a", "fail"))) == {"a": "四等", "b": "一等", "c": "二等", "d": "二等"}
    assert grades(tied(scores, ("a", "bar_top"), ("a", "demote"))) == {
        "a": "三等",
        "b": "一等",
        "c": "二等",
        "d": "三等",
    }
    kept = {"scheme": {"veto_frees_slot": False}}
    assert grades(tied(scores, ("a", "bar_top"), **kept)) == {"a": "二等", "b": "二等", "c": "二等", "d": "三等"}
    assert grades(tied(scores, ("a", "fail"), **kept)) == {"a": "四等", "b": "二等", "c": "二等", "d": "三等"}
    assert grades(tied(scores, ("d", "fail"), ("d", "demote"))) == {"a": "一等", "b": "二等", "c": "二等", "d": "四等"}


def test_thresholds_leave_places_empty() -> None:
    scores = {"a": ("89.99", "89.99"), "b": ("79.99", "79.99"), "c": ("60", "60"), "d": ("59.99", "59.99")}
    assert grades(tied(scores)) == {"a": "二等", "b": "三等", "c": "三等", "d": "四等"}


def test_ranks_are_of_a_series_and_quotas_of_a_category() -> None:
    scores = {unit: (score, score) for unit, score in zip("abcdef", ("99", "98", "97", "96", "95", "94"), strict=True)}
    year = tied(scores)
    units = tuple(unit._replace(series="甲" if unit.evaluated_unit in "ace" else "乙") for unit in year.units)
    final = compute_final(replace(year, units=units))
    got = {each.evaluated_unit: (each.rank, each.grade) for each in final.units}
    assert got == {
        "a": (1, "一等"),
        "b": (1, "二等"),
        "c": (2, "二等"),
        "d": (2, "二等"),
        "e": (3, "三等"),
        "f": (3, "三等"),
    }


def test_a_total_above_the_final_cap_and_a_scheme_without_grades() -> None:
    year = tied({"a": ("100", "100")}, scheme={"final_cap": Decimal(100), "grade": ()})
    bonus = r.Bonus("1", "a", "innovation", "", "甲", "1号", "2017-05-01", Decimal(3))
    result = compute_final(replace(year, bonuses=(bonus,))).of("a")
    assert (str(result.total), result.grade) == ("100.00", "")
    assert str(compute_final(tied({"a": ("100", "100")}, bonuses=(bonus,))).of("a").total) == "103.00"


# what stands in the way


def problems(year: EvaluationYear) -> list[str]:
    """Return the problems as printed, without what to do."""
    with pytest.raises(LedgerError) as error:
        compute_final(year)
    return [problem.text.partition("；")[0] for problem in error.value.problems]


def test_every_problem_in_one_run() -> None:
    place = Source("f.toml", 7, 1)
    year = replace(
        tied(SAME),
        units=(*tied(SAME).units, r.Unit("z", "无名局", "other", source=place)),
        results=(r.Result("9", "a", source=place),),
        vetoes=(r.Veto("nobody", "fail", "", "", source=place),),
    )
    assert problems(year) == [
        "并列跨越等次名额线，无法区分（a、b）",
        "f.toml:7: 类别“other”在方案里没有权重（z）",
        "f.toml:7: 该指标没有分配给这个单位，结果不会计入（a 9）",
        "f.toml:7: 考评对象不在单位名册里（nobody）",
    ]
    assert problems(EvaluationYear(2017)) == ["2017 年没有考评方案"]
    missing = replace(tied(SAME), component_scores=tied(SAME).component_scores[:-1])
    assert problems(missing) == ["缺少公众评议的数据（c 公众评议）", "并列跨越等次名额线，无法区分（a、b）"]
    twice = one_method("ratio", "8", {"a": "1"}, target="2")
    assert problems(replace(twice, results=twice.results * 2)) == [
        "同一单位同一指标有两条记录，第一条在第 0 行（a 1.1）"
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {"town": {"indicator_score": Decimal("99.99")}}},
        {"weights": {"town": {"indicator_score": Decimal(101), "public_review": Decimal(-1)}}},
        {"group_weights": {"town": {"cadre": Decimal(99)}}},
        {"stage_weights": {"panel": Decimal(40), "plenary": Decimal(59)}},
        {"tier_weights": {"member": Decimal("100.01")}},
    ],
)
def test_weights_that_do_not_add_up_are_refused(change: dict[str, object]) -> None:
    codes = {problem.code for problem in draft_final(tied(SAME, scheme=change)).problems}
    assert codes <= {"eval-weights-sum", "eval-negative-weight"}
    assert codes
