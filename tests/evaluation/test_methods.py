"""Every worked number of evaluation.md §3, to the last digit."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest

from kpi_cli.evaluation import methods
from kpi_cli.evaluation.arithmetic import exact, rounded, written
from kpi_cli.evaluation.methods.method import Case, Group, Method, MethodError, NotApplicableScoreError
from kpi_cli.evaluation.methods.review import mixed_ratio, rate, recovery, survey, weighted
from kpi_cli.evaluation.records import NOWHERE, GoalIndicator
from kpi_cli.evaluation.scheme import Caps, Option
from tests.evaluation.examples import GROUP_WEIGHTS, OPTIONS, TARIFF


def score(
    method: str, points: object, *, places: int = 2, group: dict[str, object] | None = None, **case: object
) -> str:
    """Return the rounded score of a case; numbers are given as text."""
    for key in ("actual", "target", "baseline"):
        if key in case:
            case[key] = exact(str(case[key]))
    if group:
        case["group"] = Group({unit: exact(str(value)) for unit, value in group.items()})
    outcome = methods.find(method).compute(Case(exact(str(points)), **case))
    assert all(step.text for step in outcome.steps)
    return str(rounded(outcome.score, places, "half_up"))


def refused(method: str, points: object, **case: object) -> tuple[str, dict[str, object]]:
    """Return the problem of a case that gives no score."""
    with pytest.raises(MethodError) as error:
        score(method, points, **case)
    return error.value.code, error.value.facts


@pytest.mark.parametrize(
    ("value", "half_up", "gb8170"),
    [
        ("9.8249", "9.82", "9.82"),
        ("9.8250", "9.83", "9.82"),
        ("9.82501", "9.83", "9.83"),
        ("9.8350", "9.84", "9.84"),
        ("88.005", "88.01", "88.00"),
        ("8.53459", "8.53", "8.53"),
        ("2.675", "2.68", "2.68"),
        ("-2.665", "-2.67", "-2.66"),
        ("0", "0.00", "0.00"),
    ],
)
def test_rounding(value: str, half_up: str, gb8170: str) -> None:
    assert str(rounded(Decimal(value), 2, "half_up")) == half_up
    assert str(rounded(Decimal(value), 2, "gb8170")) == gb8170


def test_a_half_behind_a_division_is_a_half() -> None:
    """3 points, 5 of 24: 0.625 exactly, which decimals with 28 digits miss where they divide first."""
    assert score("ratio", 3, actual="5", target="24") == "0.63"
    assert Decimal(3) * (Decimal(5) / Decimal(24)) < Decimal("0.625")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("7.50", "7.5"),
        ("0", "0"),
        ("-3", "-3"),
        ("0.1234567", "0.123456…"),
        ("1200", "1200"),
        ("-0.0000001", "-0.000000…"),
    ],
)
def test_numbers_in_steps(value: str, text: str) -> None:
    assert written(exact(value)) == text
    assert written(Fraction(1, 3)) == "0.333333…"


@pytest.mark.parametrize("value", ["", "x", "NaN", "1e400", True, None, [1]])
def test_what_is_no_number(value: object) -> None:
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        exact(value)


# M01–M06, M10, M11, M14, M16, M17


@pytest.mark.parametrize(
    ("actual", "cap_1", "cap_105", "floored"),
    [
        ("11280", "7.52", "7.52", "7.52"),
        ("13200", "8.00", "8.40", "8.00"),
        ("7000", "4.67", "4.67", "0.00"),
        ("0", "0.00", "0.00", "0.00"),
    ],
)
def test_m01_ratio(actual: str, cap_1: str, cap_105: str, floored: str) -> None:
    case = {"actual": actual, "target": "12000"}
    assert score("ratio", 8, **case) == cap_1
    assert score("ratio", 8, **case, params={"cap": "1.05"}) == cap_105
    assert score("ratio", 8, **case, params={"zero_below": Decimal("0.6")}) == floored


def test_m01_edges() -> None:
    zero = {"actual": "0", "target": "0"}
    assert refused("ratio", 8, **zero) == ("eval-zero-target", {})
    assert score("ratio", 8, **zero, params={"zero_target": "met_if_zero"}) == "8.00"
    assert score("ratio", 8, actual="1", target="0", params={"zero_target": "met_if_zero"}) == "0.00"
    with pytest.raises(NotApplicableScoreError):
        score("ratio", 8, **zero, params={"zero_target": "na"})
    assert refused("ratio", 8, actual="1", target="-2") == ("eval-negative-target", {})
    assert score("ratio", 8, actual="-5", target="10") == "0.00"
    assert refused("ratio", 8, target="10") == ("eval-missing-value", {"what": "实际值"})
    assert refused("ratio", 8, actual="10") == ("eval-missing-value", {"what": "目标值"})
    assert refused("ratio", 8, actual="1", target="10", params={"cap": "一"}) == ("eval-method-params", {"name": "cap"})


def test_m02_ratio_reverse() -> None:
    case = {"target": "0.52", "direction": "lower"}
    linear = {"params": {"variant": "linear"}}
    assert score("ratio_reverse", 5, actual="0.56", **case) == "4.64"
    assert score("ratio_reverse", 5, actual="0.56", **case, **linear) == "4.62"
    assert score("ratio_reverse", 5, actual="1.10", **case) == "2.36"
    assert score("ratio_reverse", 5, actual="1.10", **case, **linear) == "0.00"
    assert score("ratio_reverse", 5, actual="0", **case) == "5.00"
    assert score("ratio_reverse", 5, actual="0", target="0") == "5.00"
    assert refused("ratio_reverse", 5, actual="1", target="0") == ("eval-zero-target", {})


def test_m03_threshold() -> None:
    assert score("threshold", 4, actual="100", target="100") == "4.00"
    assert score("threshold", 4, actual="99.99", target="100") == "0.00"
    assert score("threshold", 4, actual="99.99", target="100", params={"otherwise": "ratio"}) == "4.00"
    assert score("threshold", 4, actual="50", target="100", params={"otherwise": "ratio"}) == "2.00"
    assert score("threshold", 4, actual="3", target="2", direction="lower") == "0.00"
    assert score("threshold", 4, actual="4", target="2", direction="lower", params={"otherwise": "ratio"}) == "2.00"
    assert score("threshold", 4, actual="3", target="3", direction="near") == "4.00"


@pytest.mark.parametrize(
    ("actual", "mode", "expected"),
    [
        ("14.6", "proportional", "49.30"),
        ("14.6", "floor", "49.00"),
        ("8.6", "proportional", "46.30"),
        ("60", "floor", "60.00"),
    ],
)
def test_m04_base_step(actual: str, mode: str, expected: str) -> None:
    params = {"base": "0.8", "per_step": "0.5", "step_mode": mode}
    assert score("base_step", 60, actual=actual, target="12", params=params) == expected


def test_m04_lower_is_better() -> None:
    params = {"base": "0.8", "per_step": "0.5", "step_mode": "proportional"}
    assert score("base_step", 60, actual="8.6", target="12", params=params, direction="lower") == "49.70"


@pytest.mark.parametrize(("mode", "expected"), [("floor", "0.70"), ("proportional", "0.67"), ("ceil", "0.65")])
def test_m05_step_deduct(mode: str, expected: str) -> None:
    params = {"per_step": "0.05", "step_mode": mode}
    assert score("step_deduct", 1, actual="13.4", target="20", params=params) == expected


def test_m05_states_its_step_mode() -> None:
    assert refused("step_deduct", 1, actual="13.4", target="20", params={"per_step": "0.05"}) == ("eval-step-mode", {})
    assert (
        score("step_deduct", 1, actual="21", target="20", params={"per_step": "0.05", "step_mode": "floor"}) == "1.00"
    )


TIERS = [
    {"lo": "100", "coefficient": "1"},
    {"lo": "90", "hi": "100", "coefficient": ".9"},
    {"lo": "80", "hi": "90", "coefficient": ".7"},
    [60, 80, Decimal("0.4")],
]


@pytest.mark.parametrize(
    ("actual", "expected"),
    [("100", "6.00"), ("99.99", "5.40"), ("90", "5.40"), ("89.5", "4.20"), ("60", "2.40"), ("59.99", "0.00")],
)
def test_m06_tiers(actual: str, expected: str) -> None:
    assert score("tiers", 6, actual=actual, params={"tiers": TIERS}) == expected


def test_m06_inside_a_tier_and_by_rate() -> None:
    assert score("tiers", 6, actual="89.5", params={"tiers": TIERS, "linear_within": True}) == "5.34"
    assert score("tiers", 6, actual="120", params={"tiers": TIERS, "linear_within": True}) == "6.00"
    assert score("tiers", 6, actual="179", target="200", params={"tiers": TIERS, "of": "rate"}) == "4.20"


@pytest.mark.parametrize(
    "table",
    [
        [{"lo": "80", "hi": "89", "coefficient": "1"}, {"lo": "90", "hi": "100", "coefficient": "1"}],
        [{"lo": "80", "hi": "90", "coefficient": "1"}, {"lo": "80", "hi": "100", "coefficient": "1"}],
        [{"hi": "90", "coefficient": "1"}, {"hi": "95", "coefficient": "1"}],
        [{"lo": "90", "hi": "80", "coefficient": "1"}],
    ],
)
def test_m06_gaps_and_overlaps(table: object) -> None:
    assert refused("tiers", 6, actual="89.5", params={"tiers": table})[0] == "eval-tiers"
    assert refused("tiers", 6, actual="1", params={}) == ("eval-method-params", {"name": "tiers"})


def test_m10_improvement() -> None:
    assert score("improvement", 6, baseline="78.5", target="82", actual="80.9") == "4.11"
    assert score("improvement", 6, baseline="1.20", target="1.08", actual="1.11") == "4.50"
    assert score("improvement", 6, baseline="5", target="5", actual="5") == "6.00"
    assert score("improvement", 6, baseline="5", target="5", actual="4.9") == "0.00"
    assert score("improvement", 6, baseline="-10", target="-5", actual="-7") == "3.60"
    assert score("improvement", 6, baseline="1", target="2", actual="3") == "6.00"


def test_m11_milestones() -> None:
    params = {"nodes": ["0.2", "0.3", "0.3", "0.2"], "late": "0.5"}
    done = ["1", "1", "0.4", "0"]
    assert score("milestones", 10, params=params, inputs={"nodes": done}) == "6.20"
    assert score("milestones", 10, params=params, inputs={"nodes": done, "late": 1}) == "5.70"
    assert refused("milestones", 10, params=params, inputs={"nodes": ["1"]}) == (
        "eval-method-params",
        {"name": "nodes"},
    )


@pytest.mark.parametrize(("n", "expected"), [("0", "1.50"), ("1", "1.00"), ("2", "0.00"), ("9", "0.00")])
def test_m14_count_deduct(n: str, expected: str) -> None:
    assert score("count_deduct", "1.5", actual=n, params={"per_case": "0.5", "zero_from": 2}) == expected


@pytest.mark.parametrize(
    ("actual", "expected"), [("50", "4.00"), ("52.5", "4.00"), ("60", "2.80"), ("40", "2.80"), ("77.5", "0.00")]
)
def test_m16_near(actual: str, expected: str) -> None:
    params = {"tol": "0.05", "span": "0.5"}
    # 60: off 20 %, 15 % over the tolerance, 1 - .15/.5 = .7
    assert score("near", 4, actual=actual, target="50", params=params, direction="near") == expected


@pytest.mark.parametrize(("actual", "expected"), [("107", "107.00"), ("130", "120.00"), ("95", "95.00"), ("0", "0.00")])
def test_m17_polar120(actual: str, expected: str) -> None:
    assert score("polar120", 100, actual=actual, target="100") == expected


# M07–M09

GROWTH = {"甲镇": "8.6", "乙镇": "7.9", "丙镇": "9.4", "丁镇": "6.4"}


def test_m07_efficacy() -> None:
    got = {
        u: (
            score("efficacy", 10, actual=x, group=GROWTH),
            score("efficacy", 10, actual=x, group=GROWTH, direction="lower"),
        )
        for u, x in GROWTH.items()
    }
    assert got == {
        "甲镇": ("8.93", "7.07"),
        "乙镇": ("8.00", "8.00"),
        "丙镇": ("10.00", "6.00"),
        "丁镇": ("6.00", "10.00"),
    }
    fixed = [score("efficacy", 100, actual=x, group=GROWTH, params={"xs": 6, "xh": 9}) for x in GROWTH.values()]
    assert fixed == ["94.67", "85.33", "100.00", "65.33"]
    assert score("efficacy", 10, actual="5", group={"a": "5", "b": "5"}) == "10.00"


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("competition", ["60.00", "57.00", "57.00", "51.00", "48.00"]),
        ("dense", ["60.00", "57.00", "57.00", "54.00", "51.00"]),
        ("average", ["60.00", "55.50", "55.50", "51.00", "48.00"]),
    ],
)
def test_m08_rank_table(ties: str, expected: list[str]) -> None:
    values = dict(zip("ABCDE", ["96.2", "94.1", "94.1", "90.0", "88.8"], strict=True))
    params = {"table": [60, 57, 54, 51, 48], "ties": ties}
    assert [score("rank_table", 60, actual=x, group=values, params=params) for x in values.values()] == expected


def test_m08_edges() -> None:
    values = dict(zip("ABCD", "4321", strict=True))
    short = {"table": [10, 8]}
    assert [score("rank_table", 10, actual=x, group=values, params=short) for x in "4321"] == [
        "10.00",
        "8.00",
        "8.00",
        "8.00",
    ]
    stepped = {**short, "step": "3"}
    assert [score("rank_table", 10, actual=x, group=values, params=stepped) for x in "4321"] == [
        "10.00",
        "8.00",
        "5.00",
        "2.00",
    ]
    tied = {"a": "1", "b": "1"}
    forbidden = {**short, "ties": "forbid"}
    assert refused("rank_table", 10, actual="1", group=tied, params=forbidden) == ("eval-tie-forbidden", {"count": 2})


def test_m09_best_ratio() -> None:
    values = {"a": "42.5", "b": "40.8", "c": "34.0"}
    assert [score("best_ratio", 6, actual=x, group=values) for x in values.values()] == ["6.00", "5.76", "4.80"]
    values = {"a": "91.4", "b": "88.2", "c": "80.0"}
    assert [score("best_ratio", 40, actual=x, group=values) for x in values.values()] == ["40.00", "38.60", "35.01"]
    assert score("best_ratio", 6, actual="4", group={"a": "2", "b": "4"}, direction="lower") == "3.00"
    assert refused("best_ratio", 6, actual="0", group={"a": "0"}) == ("eval-best-zero", {})


# M12, M13


def test_m12_qual3() -> None:
    assert score("qual3", 15, inputs={"band": "部分达成", "share": ".75"}) == "11.25"
    assert score("qual3", 15, inputs={"band": "met", "share": "1"}) == "15.00"
    assert refused("qual3", 15, inputs={"band": "met", "share": "0.79"}) == ("eval-band", {"band": "达成预期"})
    assert refused("qual3", 15, inputs={"band": "partly_met", "share": "0.8"}) == ("eval-band", {"band": "部分达成"})


def test_m13_options() -> None:
    options = {"优秀": 95, "良好": 85, "一般": 70, "较差": 50}
    assert score("options", 10, inputs={"option": "良好"}, params={"options": options}) == "8.50"
    assert refused("options", 10, inputs={"option": "好"}, params={"options": options}) == (
        "eval-option",
        {"option": "好"},
    )


# P01–P08


def two(value: object) -> str:
    """Round to two places, half up."""
    return str(rounded(value, 2, "half_up"))


def test_p01_satisfaction() -> None:
    counts = {"满意": 62, "基本满意": 25, "不满意": 5, "不了解": 8}
    assert two(methods.review.points(counts, OPTIONS).score) == "88.04"
    assert two(methods.review.points(counts, {**OPTIONS, "不了解": Option(Decimal(0))}).score) == "81.00"
    assert two(rate(counts, OPTIONS).score) == "94.57"


def test_p02_five_levels() -> None:
    scale = dict(
        zip(
            ("满意", "比较满意", "基本满意", "不太满意", "不满意"),
            map(Option, map(Decimal, (100, 80, 60, 30, 0))),
            strict=True,
        )
    )
    scale["弃权"] = Option(Decimal(0), valid=False)
    outcome = methods.review.points(dict(zip(scale, (41, 33, 15, 6, 3, 2), strict=True)), scale)
    assert two(outcome.score) == "79.80"
    assert outcome.steps[0].text == (
        "（41 × 100 + 33 × 80 + 15 × 60 + 6 × 30 + 3 × 0）÷ 有效票 98 = 7820 ÷ 98 = 79.795918…"
    )


GROUPS = {
    "party_delegate": (9, 3, 0, 0),
    "npc_deputy": (13, 4, 1, 1),
    "cppcc_member": (10, 4, 0, 1),
    "model_worker": (4, 1, 0, 0),
    "enterprise_rep": (8, 5, 2, 2),
    "cadre": (12, 6, 1, 0),
    "service_user": (11, 6, 3, 4),
}


def test_p03_group_weights() -> None:
    tables = {group: dict(zip(OPTIONS, counts, strict=True)) for group, counts in GROUPS.items()}
    means = {group: methods.review.points(counts, OPTIONS).score for group, counts in tables.items()}
    weights = {group: exact(weight) for group, weight in GROUP_WEIGHTS.items()}
    assert {group: str(rounded(mean, 4, "half_up")) for group, mean in means.items()} == {
        "party_delegate": "92.5000",
        "npc_deputy": "89.4444",
        "cppcc_member": "91.4286",
        "model_worker": "94.0000",
        "enterprise_rep": "80.6667",
        "cadre": "86.8421",
        "service_user": "80.5000",
    }
    assert two(weighted(means, weights).score) == "87.06"
    pooled = sum((Counter(counts) for counts in tables.values()), Counter())
    assert two(methods.review.points(pooled, OPTIONS).score) == "86.80"
    del means["model_worker"]
    with pytest.raises(MethodError) as error:
        weighted(means, weights)
    assert (error.value.code, error.value.facts) == ("eval-missing-group", {"groups": "劳动模范"})
    assert two(weighted(means, weights, "redistribute").score) == "86.70"
    assert two(weighted(means, weights, "zero").score) == "82.36"


def test_p04_to_p08() -> None:
    stages = {"panel": exact("91.20"), "plenary": exact("87.06")}
    assert two(weighted(stages, {"panel": exact(40), "plenary": exact(60)}).score) == "88.72"
    assert two(recovery(14527, 14458).score) == "99.53"
    rates = dict(
        zip(
            ("cadre", "service_user", "department", "leaders"),
            map(exact, ("95.2", "88.5", "91.0", "90.0")),
            strict=True,
        )
    )
    town = {"cadre": exact(3), "service_user": exact(6), "department": exact(3), "leaders": exact(3)}
    assert (two(mixed_ratio(rates, town).score), mixed_ratio(rates, town).score) == ("13.60", exact("13.596"))
    department = {"cadre": exact(4), "service_user": exact(7), "leaders": exact(4)}
    assert mixed_ratio(rates, department).score == exact("13.603")
    assert survey([(exact("91.3"), 400)]).score == exact("91.3")
    assert survey([(exact(90), 300), (exact(80), 100)]).score == exact("87.5")
    assert two(methods.review.midyear(exact("91.30"), exact("87.40"), exact("0.6")).score) == "89.74"


# L01–L05

RATINGS = methods.leader.Ratings(
    [
        ("principal", exact(96)),
        ("principal", exact(92)),
        ("in_charge", exact(90)),
        *(("member", exact(x)) for x in (88, 88, 85, 70)),
    ],
    {"principal": exact(40), "in_charge": exact(30), "member": exact(30)},
    5,
)


@pytest.mark.parametrize(
    ("name", "expected"), [("mean", "87.00"), ("trimmed", "88.60"), ("median", "88.00"), ("tier_weighted", "89.43")]
)
def test_l01_to_l03(name: str, expected: str) -> None:
    assert two(methods.find(name, "leader").compute(RATINGS).score) == expected


def test_l03_an_empty_tier() -> None:
    left = RATINGS._replace(scores=[each for each in RATINGS.scores if each[0] != "in_charge"])
    outcome = methods.leader.tier_weighted(left)
    assert (two(outcome.score), outcome.notes) == ("89.18", ("分管领导无人评价，权重由其余层级分摊",))


def test_l02_too_few_raters() -> None:
    outcome = methods.leader.trimmed(RATINGS._replace(scores=RATINGS.scores[:4]))
    assert (outcome.score, outcome.notes) == (exact("91.5"), ("评价人数 4 少于 5，不去极值，取平均分",))


def test_l04_options_and_l05() -> None:
    ticked = [("", exact(95))] * 9 + [("", exact(85))] * 5 + [("", exact(70))]
    assert methods.leader.options(RATINGS._replace(scores=ticked)).score == exact(90)
    best = RATINGS._replace(scores=[("", exact("88.2"))], best=exact("91.4"))
    assert two(methods.leader.best_ratio(best).score * 40 / 100) == "38.60"


# D01, B01


def facts(*found: tuple[str, int, str]) -> list[methods.points.Fact]:
    """Return inspections of clauses of the tariff."""
    rules = {rule.id: rule for rule in TARIFF}
    return [
        methods.points.Fact(str(i), rules[rule], n, level, None, NOWHERE) for i, (rule, n, level) in enumerate(found)
    ]


def test_d01_inspection() -> None:
    found = facts(
        ("absent", 1, ""), ("late", 2, ""), ("no_reply", 3, ""), ("media", 1, "district"), ("lost", 1, "city")
    )
    assert methods.points.deductions(found[:4]).score == exact("4.50")
    raw = methods.points.deductions(found)
    assert raw.score == exact("5.70")
    assert methods.points.capped(raw, Decimal(5)).score == 5
    assert two(methods.points.inspection_component(found).score * 5 / 100) == "4.72"


def test_b01_bonuses() -> None:
    def award(number: int, points: str, matter: str) -> methods.points.Award:
        return methods.points.Award(str(number), "commendation", matter, exact(points), NOWHERE)

    awards = [award(1, "3", "甲"), award(2, "2", "乙"), award(3, "2", "乙")]
    assert methods.points.bonuses(awards, Caps()).score == 5
    capped = methods.points.bonuses(awards, Caps(bonus=Decimal(3)))
    assert (capped.score, capped.notes) == (3, ("加分 3 与同一事项重复，不再计", "原为 5，按上限 3 计"))


# 3.8


def goal(op: str, target: str, actual: str, points: str = "10") -> str:
    """Return the score of a measured goal."""
    return two(
        methods.project.goal(
            GoalIndicator("P", "产出", "数量", "数", op, Decimal(points), Decimal(target), actual=Decimal(actual))
        ).score
    )


def test_project_goals() -> None:
    assert goal(">=", "67", "67") == "10.00"
    assert goal(">=", "100", "97") == "9.70"
    assert goal("<=", "18", "16.74") == "10.00"
    assert goal("<=", "202.6", "132.9") == "10.00"
    assert goal(">=", "95", "88", "15") == "13.89"
    assert goal(">=", "90", "87.06") == "9.67"
    assert goal("<=", "10", "12.5") == "8.00"
    assert goal("=", "10", "12.5") == "8.00"
    assert two(methods.project.execution(exact(10), Decimal(18), Decimal("16.74")).score) == "9.30"
    over = methods.project.execution(exact(10), Decimal(18), Decimal(20))
    assert (two(over.score), over.notes) == ("10.00", ("执行率超过 100%，按 100% 计",))
    with pytest.raises(MethodError) as error:
        methods.project.execution(exact(10), Decimal(0), Decimal(0))
    assert error.value.code == "eval-zero-budget"
    assert two(methods.project.execution(exact(10), Decimal("90"), Decimal("89.974")).score) == "10.00"
    assert two(methods.project.execution(exact(10), Decimal("202.64"), Decimal("132.912")).score) == "6.56"


# the registry


def test_every_method_is_documented_with_its_source() -> None:
    codes = {method.code for method in methods.METHODS.values()}
    assert {f"M{n:02}" for n in (*range(1, 15), 16, 17)} <= codes
    assert {f"P{n:02}" for n in range(1, 9)} | {f"L{n:02}" for n in range(1, 6)} | {"D01", "B01", "3.8"} <= codes
    assert [m.name for m in methods.METHODS.values() if "Source:" not in (m.compute.__doc__ or "")] == []


def test_a_plugin_adds_a_method_and_no_second_one_of_the_same_name() -> None:
    own = Method("square", "X01", "平方", "indicator", lambda case: None)
    methods.register(own)
    try:
        assert methods.find("square") is own
        with pytest.raises(ValueError, match="ratio"):
            methods.register(Method("ratio", "X02", "比例", "indicator", lambda case: None))
    finally:
        del methods.METHODS["indicator", "square"]
    with pytest.raises(MethodError) as error:
        methods.find("rato")
    assert error.value.facts == {"hint": "是不是 ratio？"}
