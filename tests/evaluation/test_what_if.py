"""Another scheme, for comparison only."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.evaluation.final import compute_final
from kpi_cli.evaluation.what_if import compare, with_change, with_changes
from tests.evaluation.examples import SCHEME, ten_units


def test_one_weight_is_changed_and_the_others_give_way_in_proportion() -> None:
    scheme, notes = with_changes(SCHEME, [("weights.town.public_review", "20")])
    assert scheme.weights["town"] == {
        "indicator_score": Fraction(70 * 80, 85),
        "public_review": Decimal(20),
        "leader_rating": Fraction(15 * 80, 85),
    }
    assert scheme.weights["department"] == SCHEME.weights["department"]
    assert notes == ("镇(街)其余权重按原比例调整为 指标考评 65.882352…、领导评价 14.117647…",)
    year = ten_units()
    before, after = compute_final(year), compute_final(replace(year, scheme=scheme))
    # bing: (95.02 × 70 + 90 × 15) × 80/85/100 → 62.60 + 12.71, 84.30 × .2 = 16.86; - .5 + 3
    assert [tuple(change) for change in compare(before, after)][:2] == [
        ("bing", Decimal("95.16"), Decimal("94.67"), 1, 1, "一等", "一等"),
        ("jia", Decimal("92.02"), Decimal("91.71"), 2, 2, "二等", "二等"),
    ]


def test_weights_that_are_all_named_are_taken_as_they_are_and_must_add_up() -> None:
    keys = ["weights.镇街.指标考评", "weights.town.public_review", "weights.town.leader_rating"]
    scheme, notes = with_changes(SCHEME, zip(keys, ("60", "25", "15"), strict=True))
    assert (list(scheme.weights["town"].values()), notes) == ([Decimal(60), Decimal(25), Decimal(15)], ())
    wrong = with_change(SCHEME, "weights.town.public_review", "20")
    with pytest.raises(LedgerError) as error:
        compute_final(ten_units(weights=wrong.weights))
    assert str(error.value) == "2017/evaluation/scheme.toml:1: weights.town 的合计不是 100（105）；请改正权重"


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("caps.bonus", "4", lambda scheme: scheme.caps.bonus == 4),
        ("caps.bonus", "", lambda scheme: scheme.caps.bonus is None),
        ("caps.bonus_by_type.创新", "1.5", lambda scheme: scheme.caps.bonus_by_type["innovation"] == Decimal("1.5")),
        ("grade.一等.quota", "0.5", lambda scheme: scheme.grade[0].quota == Decimal("0.5")),
        ("deduction_rule.media.multiplier.city", "4", lambda scheme: scheme.deduction_rule[3].multiplier["city"] == 4),
        ("deduction_rule.迟到.points", "1", lambda scheme: scheme.deduction_rule[1].points == 1),
        ("options.基本满意.points", "60", lambda scheme: scheme.options["基本满意"].points == 60),
        ("options.不了解.valid", "是", lambda scheme: scheme.options["不了解"].valid),
        ("carry", "exact", lambda scheme: scheme.carry == "exact"),
        ("veto_frees_slot", "false", lambda scheme: not scheme.veto_frees_slot),
        ("score_places", "3", lambda scheme: scheme.score_places == 3),
        ("final_cap", "100", lambda scheme: scheme.final_cap == 100),
        ("leader_rating.trim_min_n", "3", lambda scheme: scheme.leader_rating.trim_min_n == 3),
        ("tie_break", "公众评议, deduction", lambda scheme: scheme.tie_break == ("public_review", "deduction")),
    ],
)
def test_settings_of_every_kind(key: str, value: str, found) -> None:
    assert found(with_change(SCHEME, key, value))


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("weight.town.public_review", "20", "方案里没有这一项（weight.town.public_review）；"),
        ("weights.镇.public_review", "20", "方案里没有这一项（weights.镇.public_review）；"),
        ("weights.town", "20", "方案里没有这一项（weights.town）；"),
        ("year", "2018", "方案里没有这一项（year）；"),
        ("grade.一等", "2", "方案里没有这一项（grade.一等）；可用的有：name、min、quota"),
        ("grade.六等.quota", "2", "方案里没有这一项（grade.六等.quota）；"),
        ("options.很满意.points", "2", "方案里没有这一项（options.很满意.points）；"),
        ("weights.town.public_review", "二十", "weights.town.public_review 的值不对，应为数字（二十）；例如 20"),
        ("score_places", "1.5", "score_places 的值不对，应为整数（1.5）；例如 2"),
        ("carry", "all", "carry 的值不对，应为published、exact（all）；例如 published"),
        ("veto_frees_slot", "maybe", "veto_frees_slot 的值不对，应为是或否（maybe）；例如 true"),
        ("tie_break", "luck", "tie_break 的值不对，应为indicator_score、"),
    ],
)
def test_what_cannot_be_changed(key: str, value: str, text: str) -> None:
    with pytest.raises(UsageError) as error:
        with_change(SCHEME, key, value)
    assert str(error.value).startswith(text)
