"""`kpi check --explain RULE`: what a rule checks, why, on whose authority, with an example; no ledger needed."""

from __future__ import annotations

import json


def test_a_rule_is_explained_without_a_ledger(kpi) -> None:
    result = kpi("check", "--explain", "y-10")
    assert (result.status, result.err) == (0, "")
    assert result.out == (
        "Y-10  比较的是上一年  错误\n"
        "  查什么　比较的年份等于预算年度减一。\n"
        "  为什么　套用去年的文字，年份没有改。\n"
        "  依　据　domain/rules.md Y-10（公开同类规则）\n"
        "  错　例　2025年……比2023年预算增加\n"
        "  改　正　2025年……比2024年预算增加\n"
    )


def test_every_definition_of_a_rule_is_explained(kpi) -> None:
    titles = [line for line in kpi("check", "--explain", "TX-06").out.splitlines() if line.startswith("TX-06")]
    assert titles == ["TX-06  同一个数全文一致  错误", "TX-06  部分不大于整体  错误"]


def test_an_explanation_as_json(kpi) -> None:
    [rule] = json.loads(kpi("check", "--explain", "Y-10", "--format", "json").out)["rules"]
    assert (rule["rule"], rule["severity"]) == ("Y-10", "error")
    assert rule["example"] == {"wrong": "2025年……比2023年预算增加", "right": "2025年……比2024年预算增加"}


def test_an_unknown_rule_names_the_nearest(kpi) -> None:
    result = kpi("check", "--explain", "TX-99")
    assert (result.status, result.out) == (2, "")
    assert result.lines == ["kpi: 错误: 规则不认识（TX-99）；是不是 TX-09？"]
