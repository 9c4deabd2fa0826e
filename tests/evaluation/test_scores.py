"""Leaf scores and components: which value counts, what missing data does, how ballots and ratings become scores."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kpi_cli.errors import LedgerError
from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.components import public_review
from kpi_cli.evaluation.final import compute_final, draft_final
from kpi_cli.evaluation.scheme import Caps, LeaderRatingRule, PublicReview, Scheme
from kpi_cli.evaluation.scores import Scores
from kpi_cli.model.source import Source
from tests.evaluation.examples import GROUP_WEIGHTS, OPTIONS, SCHEME, TARIFF, one_method, ten_units
from tests.evaluation.test_methods import GROUPS


def four_leaves(policy: str, *others: str) -> object:
    """Return the example of §3.5: 8, 5, 6, 6 points; 7.52, 4.64, missing, 4.11; other units' scores on the third."""
    points = {"1": "8", "2": "5", "3": "6", "4": "6"}
    scores = {"1": "7.52", "2": "4.64", "4": "4.11"}
    units = ("jia", *(f"other{n}" for n in range(len(others))))
    results = [r.Result(each, "jia", assessed=Decimal(score)) for each, score in scores.items()]
    results.append(r.Result("3", "jia", na_policy=policy, source=Source("results.toml", 9, 3)))
    for unit, third in zip(units[1:], others, strict=True):
        results += [r.Result(each, unit, assessed=Decimal(scores.get(each, third))) for each in points]
    return replace(
        one_method("", "1", {}),
        units=tuple(r.Unit(unit, unit, "town") for unit in units),
        indicators=tuple(r.Indicator(each, "", each, points=Decimal(full)) for each, full in points.items()),
        assignments=tuple(r.Assignment(each, unit) for each in points for unit in units),
        results=tuple(results),
    )


@pytest.mark.parametrize(
    ("policy", "expected"), [("redistribute", "21.41"), ("group_mean", "21.37"), ("full", "22.27"), ("zero", "16.27")]
)
def test_missing_data(policy: str, expected: str) -> None:
    result = compute_final(four_leaves(policy, "5.00", "5.20")).of("jia")
    assert str(result.total) == expected


def test_missing_data_without_a_policy_is_a_problem() -> None:
    with pytest.raises(LedgerError) as error:
        compute_final(four_leaves(""))
    assert str(error.value) == "results.toml:9: 缺少考评结果（jia 3）；请补上实际值或考核分，或写明 na_policy"
    with pytest.raises(LedgerError) as error:
        compute_final(four_leaves("group_mean"))
    assert error.value.problems[0].code == "eval-no-group"


def test_which_score_counts() -> None:
    year = one_method("ratio", "8", {"a": {"actual": Decimal(90)}}, target="100")
    scores = []
    for result in (
        {"claimed": Decimal(8)},
        {"claimed": Decimal(8), "assessed": Decimal("7.125")},
        {"claimed": Decimal(8), "assessed": Decimal(7), "rechecked": Decimal(6)},
    ):
        changed = replace(year, results=(year.results[0]._replace(**result),))
        scores.append(str(compute_final(changed).of("a").total))
    appeal = r.Appeal("1", "a", "1.1", "重核", decided_on="2018-01-20", decided=Decimal("6.5"), doc_no="1号")
    first = r.Appeal("0", "a", "1.1", "重核", decided_on="2018-01-10", decided=Decimal(1))
    still_open = r.Appeal("2", "a", "1.1", "再核", decided=Decimal(2))
    scores.append(str(compute_final(replace(changed, appeals=(appeal, still_open, first))).of("a").total))
    assert scores == ["7.20", "7.13", "6.00", "6.50"]


def test_a_rule_that_says_there_is_nothing_to_score() -> None:
    params = {"zero_target": "na"}
    year = one_method("ratio", "8", {"a": "0"}, target="0", params=params)
    with pytest.raises(LedgerError) as error:
        compute_final(year)
    assert [problem.code for problem in error.value.problems] == ["eval-nothing-scored"]
    zero = replace(year, indicators=(year.indicators[0]._replace(na_policy="full"),))
    assert str(compute_final(zero).of("a").total) == "8.00"


def test_an_indicator_cancelled_for_all() -> None:
    year = four_leaves("redistribute")
    cancelled = [item._replace(na_policy="redistribute") for item in year.indicators if item.indicator == "4"]
    kept = [item for item in year.indicators if item.indicator != "4"]
    results = [item for item in year.results if item.indicator != "4"]
    changed = replace(year, indicators=(*kept, *cancelled), results=tuple(results))
    assert str(compute_final(changed).of("jia").total) == "23.38"  # 12.16 ÷ 13 × 25


def test_other_totals_of_points_and_places_of_an_indicator() -> None:
    scheme = {"scheme": {"total_points": Decimal(1000)}}
    year = one_method("ratio", "1000", {"a": "94.3636"}, target="100", **scheme)
    assert str(compute_final(year).of("a").total) == "94.36"
    rough = one_method("ratio", "100", {"a": "94.5"}, target="100", params={"places": 0})
    assert str(compute_final(rough).of("a").total) == "95.00"
    banker = one_method(
        "ratio", "100", {"a": "94.5"}, target="100", params={"places": 0}, scheme={"rounding": "gb8170"}
    )
    assert str(compute_final(banker).of("a").total) == "94.00"


def test_indicators_outside_the_hundred_points() -> None:
    year = one_method("", "100", {"a": {"assessed": Decimal(90)}}, scheme={"caps": Caps(bonus=Decimal(2))})
    kinds = {"2": "bonus", "3": "deduction"}
    extra = tuple(r.Indicator(each, "", each, kind, points=Decimal(5)) for each, kind in kinds.items())
    changed = replace(
        year,
        indicators=(*year.indicators, *extra),
        assignments=(*year.assignments, r.Assignment("2", "a"), r.Assignment("3", "a")),
        results=(*year.results, r.Result("2", "a", assessed=Decimal(3)), r.Result("3", "a", assessed=Decimal("0.5"))),
    )
    result = compute_final(changed).of("a")
    assert (str(result.bonus), str(result.deduction), str(result.total)) == ("2.00", "0.50", "91.50")


# 公众评议


def review_year(stages: dict[str, dict[str, tuple[int, ...]]], **scheme: object):
    """Return a year of one unit whose only component is the public review."""
    ballots = tuple(
        r.Ballot("year", stage, group, "jia", sum(counts), sum(counts), 0, dict(zip(OPTIONS, counts, strict=True)))
        for stage, groups in stages.items()
        for group, counts in groups.items()
    )
    whole = Scheme(
        2017,
        weights={"town": {"public_review": Decimal(100)}},
        options=OPTIONS,
        **{"group_weights": {"town": GROUP_WEIGHTS}, **scheme},
    )
    return replace(
        ten_units(),
        scheme=whole,
        units=(r.Unit("jia", "甲镇", "town"),),
        ballots=ballots,
        vetoes=(),
        component_scores=(),
        inspections=(),
        bonuses=(),
    )


def score_of(year) -> str:
    """Return the public review of the unit."""
    return str(compute_final(year).of("jia").components["public_review"].score)


def test_groups_and_stages() -> None:
    assert score_of(review_year({"": GROUPS})) == "87.06"
    assert score_of(review_year({"": GROUPS}, group_weights={})) == "86.80"
    weights = {"panel": Decimal(40), "plenary": Decimal(60)}
    panel = dict.fromkeys(GROUPS, (88, 4, 4, 4))  # 92/96 × … → the same for every group
    both = review_year({"panel": panel, "plenary": GROUPS}, stage_weights=weights)
    # 8800 + 280 + 120 = 9200 over 96: 95.8333…; .4 × 95.8333… + .6 × 87.06238…
    assert score_of(both) == "90.57"
    assert score_of(review_year({"panel": GROUPS, "plenary": GROUPS})) == "87.06"  # one stage: ballots are added


def test_a_missing_group_or_stage() -> None:
    left = {group: counts for group, counts in GROUPS.items() if group != "model_worker"}
    unsure = {**left, "model_worker": (0, 0, 0, 5)}
    for groups in (left, unsure):
        with pytest.raises(LedgerError) as error:
            score_of(review_year({"": groups}))
        assert error.value.problems[0].facts["groups"] == "劳动模范"
        assert score_of(review_year({"": groups}, public_review=PublicReview(missing_group="redistribute"))) == "86.70"
        assert score_of(review_year({"": groups}, public_review=PublicReview(missing_group="zero"))) == "82.36"
    weights = {"panel": Decimal(40), "plenary": Decimal(60)}
    with pytest.raises(LedgerError) as error:
        score_of(review_year({"plenary": GROUPS}, stage_weights=weights))
    assert error.value.problems[0].facts["groups"] == "小组评议"


def test_rates_surveys_and_midyear() -> None:
    counts = {"": {"": (62, 25, 5, 8)}}
    assert score_of(review_year(counts, group_weights={}, public_review=PublicReview("rate"))) == "94.57"
    year = review_year(
        {"": {}},
        group_weights={
            "town": {
                "cadre": Decimal(20),
                "service_user": Decimal(40),
                "department": Decimal(20),
                "leaders": Decimal(20),
            }
        },
    )
    rates = {"cadre": "95.2", "service_user": "88.5", "department": "91.0", "leaders": "90.0"}
    surveys = tuple(r.Survey("year", group, "jia", None, None, Decimal(rate), "调查") for group, rate in rates.items())
    assert score_of(replace(year, surveys=surveys)) == "90.64"  # 13.596 of 15 points (P06)
    whole = replace(
        review_year({"": {}}, group_weights={}), surveys=(r.Survey("year", "", "jia", 400, Decimal("91.3")),)
    )
    assert score_of(whole) == "91.30"
    weights = {"panel": Decimal(40), "telephone": Decimal(60)}
    phone = replace(
        review_year({"panel": GROUPS}, stage_weights=weights),
        surveys=(r.Survey("year", "telephone", "jia", 400, Decimal(90)),),
    )
    assert score_of(phone) == "88.82"  # .4 × 87.06238… + .6 × 90
    half = review_year({"": GROUPS})
    half = replace(half, ballots=tuple(ballot._replace(round="midyear") for ballot in half.ballots))
    assert draft_final(half).problems[0].code == "eval-missing-component"
    scores = Scores(half, half.scheme)
    assert str(public_review(scores, "jia", "midyear").score) == "87.06"


def test_an_option_that_nobody_knows() -> None:
    year = review_year({"": GROUPS})
    wrong = year.ballots[0]._replace(counts={"很满意": 3})
    problems = draft_final(replace(year, ballots=(wrong, *year.ballots[1:]))).problems
    assert [(problem.code, problem.facts["option"]) for problem in problems] == [("eval-option", "很满意")]


# 领导评价


def leader_year(method: str, ratings: list[tuple[str, str]], **scheme: object):
    """Return a year of one unit whose only component is the leader rating."""
    rule = LeaderRatingRule(method, **scheme.pop("rule", {}))
    whole = Scheme(
        2017, weights={"town": {"leader_rating": Decimal(100)}}, leader_rating=rule, options=OPTIONS, **scheme
    )
    records = tuple(
        r.LeaderRating(
            str(n), tier, "jia", None if score.isalpha() else Decimal(score), score if score.isalpha() else ""
        )
        for n, (tier, score) in enumerate(ratings)
    )
    return replace(
        ten_units(),
        scheme=whole,
        units=(r.Unit("jia", "甲镇", "town"),),
        leader_ratings=records,
        vetoes=(),
        component_scores=(),
        inspections=(),
        bonuses=(),
    )


SEVEN = [
    ("principal", "96"),
    ("principal", "92"),
    ("in_charge", "90"),
    *(("member", each) for each in ("88", "88", "85", "70")),
]
TIERS = {"principal": Decimal(40), "in_charge": Decimal(30), "member": Decimal(30)}


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("mean", "87.00"),
        ("trimmed", "88.60"),
        ("median", "88.00"),
        ("tier_weighted", "89.43"),
        ("best_ratio", "100.00"),
    ],
)
def test_leader_ratings(method: str, expected: str) -> None:
    year = leader_year(method, SEVEN, tier_weights=TIERS)
    assert str(compute_final(year).of("jia").total) == expected
    recused = year.leader_ratings[0]._replace(leader_no="99", score=Decimal(1), recused=True)
    same = replace(year, leader_ratings=(*year.leader_ratings, recused))
    assert str(compute_final(same).of("jia").total) == expected


def test_leader_options_and_best_mean() -> None:
    scale = {"优秀": Decimal(95), "良好": Decimal(85), "一般": Decimal(70), "较差": Decimal(50)}
    ticked = [("", "优秀")] * 9 + [("", "良好")] * 5 + [("", "一般")]
    year = leader_year("options", ticked, rule={"options": scale})
    assert str(compute_final(year).of("jia").total) == "90.00"
    values = {"a": "91.4", "b": "88.2", "c": "80.0"}
    best = replace(
        leader_year("best_ratio", []),
        units=tuple(r.Unit(unit, unit, "town") for unit in values),
        leader_ratings=tuple(r.LeaderRating("1", "", unit, Decimal(score)) for unit, score in values.items()),
    )
    assert [str(compute_final(best).of(unit).total) for unit in values] == ["100.00", "96.50", "87.53"]
    assert draft_final(leader_year("mean", [])).problems[0].code == "eval-missing-component"
    assert draft_final(leader_year("mean", [("", "未知")])).problems[0].code == "eval-option"


# 察访核验, 加分


def test_inspection_as_a_component() -> None:
    year = ten_units()
    weights = {"town": {"indicator_score": Decimal(95), "inspection": Decimal(5)}}
    scheme = replace(SCHEME, inspection_mode="component", weights=weights)
    town = tuple(unit for unit in year.units if unit.evaluated_unit == "ding")
    kept = {
        name: tuple(item for item in getattr(year, name) if item.evaluated_unit == "ding")
        for name in ("inspections", "component_scores")
    }
    result = compute_final(replace(year, scheme=scheme, units=town, vetoes=(), bonuses=(), **kept)).of("ding")
    part = result.components["inspection"]
    assert (str(part.score), str(part.points), str(result.deduction)) == ("94.30", "4.72", "0.00")


def test_caps_of_a_clause_and_appeals() -> None:
    rules = tuple(replace(rule, cap=Decimal("1.2")) if rule.id == "no_reply" else rule for rule in TARIFF)
    year = ten_units(deduction_rule=rules)
    result = compute_final(year).of("ding")
    assert str(result.deduction) == "5.00"  # 5.70 - 0.30, capped
    appeal = r.Appeal("1", "ding", "ding-4", "重核", decided_on="2018-01-10", decided=Decimal(0))
    assert str(compute_final(replace(year, appeals=(appeal,))).of("ding").deduction) == "4.20"
    bad = year.inspections[0]._replace(rule="unknown")
    assert "eval-unknown-clause" in {p.code for p in draft_final(replace(year, inspections=(bad,))).problems}


def test_bonuses_that_do_not_count() -> None:
    year = ten_units()
    late = r.Bonus("x1", "c", "innovation", "district", "甲", "1号", "2018-01-05", Decimal(1))
    loose = r.Bonus("x2", "c", "innovation", "district", "乙", "", "2017-05-05", Decimal(1))
    unknown = r.Bonus("x3", "c", "innovation", "national", "丙", "3号", "2017-05-05")
    result = compute_final(replace(year, bonuses=(*year.bonuses, late, loose, unknown))).of("c")
    assert str(result.bonus) == "0.50"
    assert [note for note in result.notes if note.startswith("加分")] == [
        "加分 x1 不计：发文日期 2018-01-05 不在 2017-01-01 至 2017-12-31 之内",
        "加分 x2 不计：没有文号",
        "加分 x3 不计：没有核定分，方案里也没有对应类型和级别的标准",
    ]


def test_shared_bonuses() -> None:
    shared = r.Bonus("x", "c", "innovation", "district", "甲", "1号", "2017-05-05", Decimal(1), shared_with=("d",))
    year = replace(ten_units(bonus_partner_share=Decimal("0.5")), bonuses=(shared,))
    final = compute_final(year)
    assert {unit: str(final.of(unit).bonus) for unit in "cd"} == {"c": "1.00", "d": "0.50"}
    alone = replace(ten_units(), bonuses=(shared,))
    assert str(compute_final(alone).of("d").bonus) == "0.00"
