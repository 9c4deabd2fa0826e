"""Y-01 … Y-10: comparisons with last year, judged on the printed numbers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kpi_cli.model.records import Comparative, LedgerYear
from kpi_cli.model.source import Source
from kpi_cli.model.stated import StatedFacts, StatedText

THERE = Source("2025/comparatives.toml", 1, 1)


def comparatives(figures):
    """Comparatives by figure key."""
    return tuple(Comparative(key, Decimal(value), None, "", THERE) for key, value in figures.items())


# Y-01


def test_a_change_that_re_adds(written, found) -> None:
    """万里街道: 15,621.11 − 16,497.86 = −876.75."""
    base = written.claim("income@2024", "16497.86")
    assert found(written.text(written.claim("income", "15621.11", change="-876.75"), base), "Y-01") == []
    wrong = written.text(written.claim("income", "15621.11", change="-867.75"), base)
    assert found(wrong, "Y-01") == [("error", "-876.75", "-867.75")]
    near = written.text(written.claim("income", "15621.11", change="-876.76"), base)
    assert found(near, "Y-01") == [("hint", "-876.75", "-876.76")]  # unrounded figures may explain it


def test_one_figure_has_one_last_year(written, found) -> None:
    first = written.claim("income", "53.1449", change="-42.7872")
    assert found(written.text(first, first), "Y-01") == []
    other = written.claim("income", "53.1449", change="-41.7872")
    assert found(written.text(first, other), "Y-01") == [("error", "95.9321", "94.9321")]


def test_an_executed_amount_is_the_base_where_the_sentence_says_so(written, found) -> None:
    head = "1.……2024年当年预算执行数为40.00万元，2025年预算安排50.00万元，比2024年预算执行数增加25%。"
    executed = written.claim("function:2080505:fiscal_appropriation@2024#executed", "40.00", text=head)
    key = "function:2080505:fiscal_appropriation"
    planned = written.claim(key, "50.00", text=head, change="+", rate="25", basis="executed")
    assert found(written.text(executed, planned), "Y-02") == []
    wrong = written.claim(key, "50.00", text=head, change="+", rate="20", basis="executed")  # divided by this year
    assert found(written.text(executed, wrong), "Y-02") == [("error", "25%", "20%")]


def test_a_computed_change_is_compared_with_the_ledger(written, found, receipt) -> None:
    made = written.computed(comparatives=comparatives({"income:fiscal_appropriation": "1500000"}))
    assert found(made, "Y-01") == found(made, "Y-02") == found(made, "Y-03") == []
    at = next(i for i, c in enumerate(made.claims) if c.comparison)
    changed = replace(made.claims[at].comparison, amount=made.claims[at].comparison.amount + Decimal("0.01"))
    claims = (*made.claims[:at], replace(made.claims[at], comparison=changed), *made.claims[at + 1 :])
    [outcome] = found(replace(made, claims=claims), "Y-01")
    assert outcome == ("error", "+11.34", "+11.35")


# Y-02


@pytest.mark.parametrize(
    ("value", "change", "rate", "outcome"),
    [
        ("53.1449", "-42.7872", "44.6", []),
        ("53.1449", "-42.7872", "44.60", []),
        ("53.1449", "-42.7872", "45", []),
        ("317.60", "+8.25", "2.8", [("error", "2.7%", "2.8%")]),  # 防城港交易中心2018
        ("3923", "-332", "7.81", [("hint", "7.80%", "7.81%")]),  # 百色2024: whole 万元 leave it open
        ("14.01", "+2.01", "16.75", []),  # 涪陵某镇2024
        ("8.3", "+8.3", "100", []),  # on a zero base that is Y-04
    ],
)
def test_rates(written, found, value, change, rate, outcome) -> None:
    assert found(written.text(written.claim("income", value, change=change, rate=rate)), "Y-02") == outcome


def test_a_rate_that_was_cut_off_says_so(written, findings) -> None:
    """西双版纳州民宗局2017: 17.5 → 17.0, 2.857 %, written 2.85."""
    [one] = findings(written.text(written.claim("sangong", "17.00", change="-0.50", rate="2.85")), "Y-02")
    assert (one.expected, one.actual) == ("2.86%", "2.85%")
    assert "未四舍五入" in one.message


def test_a_rate_alone_cannot_be_checked(written, receipt) -> None:
    own = receipt(written.text(written.claim("income", "5.00", change="+", rate="10")), "Y-02")
    assert (own.state, own.reason) == ("not_checked", "不知道上年的数：C1")


# Y-03 … Y-05


@pytest.mark.parametrize(
    ("value", "change", "outcome"),
    [
        ("0", "+1421.25", [("error", "减少", "增加")]),  # 万里街道2023
        ("0", "-1421.25", []),
        ("5.00", "=", []),
        ("5.00", "=3.00", [("error", "增加或减少", "持平")]),
    ],
)
def test_directions(written, found, value, change, outcome) -> None:
    made = written.text(written.claim("expenditure:government_fund_budget", value, change=change))
    assert found(made, "Y-03") == outcome


def test_a_direction_against_a_known_base(written, found) -> None:
    base = written.claim("sangong@2024", "30.00")

    def text(value, change):
        return written.text(written.claim("sangong", value, change=change), base)

    assert found(text("32.00", "-2.00"), "Y-03") == [("error", "增加", "减少")]
    assert found(text("32.00", "="), "Y-03") == [("error", "增加", "持平")]
    assert found(text("30.01", "="), "Y-03") == []  # level as far as rounded figures tell


def test_no_rate_on_a_base_of_zero(written, found) -> None:
    assert found(written.text(written.claim("income", "8.3", change="+8.3", rate="100")), "Y-04") == [
        ("error", "上年无此项", "100%")
    ]
    assert found(written.text(written.claim("income", "8.3", change="+8.3")), "Y-04") == []
    assert found(written.text(written.claim("income", "8.3", change="+8.2", rate="8200")), "Y-04") == []
    alone = written.claim("income", "8.3", change="+", rate="100")
    assert found(written.text(alone), "Y-04") == [("hint", "上年无此项", "100%")]
    executed = written.claim("income@2024#executed", "0.00")
    on_executed = written.claim("income", "8.3", change="+", rate="100", basis="executed")
    assert found(written.text(executed, on_executed), "Y-04") == [("error", "上年无此项", "100%")]


def test_two_years_of_nothing(written, found) -> None:
    """西双版纳州民宗局2017: 0 万元，增长 0%."""
    assert found(written.text(written.claim("sangong", "0", change="+0", rate="0")), "Y-05") == [
        ("warning", "与上年持平", "增加 0")
    ]
    assert found(written.text(written.claim("sangong", "0", change="=")), "Y-05") == []
    assert found(written.text(written.claim("sangong", "0.01", change="=0")), "Y-05") == []


# Y-06


@pytest.mark.parametrize(
    ("change", "reason", "outcome"),
    [
        ("-2.00", "压减一般性支出", []),
        ("=", None, []),
        ("-2.00", "人员经费增加", ["hint"]),  # 万里街道2024
        ("+2.00", "人员减少", ["hint"]),
        ("+2.00", "人员减少，但标准提高", []),
        ("+2.00", "", ["hint"]),
        ("+2.00", None, ["hint"]),
    ],
)
def test_reasons(written, found, change, reason, outcome) -> None:
    made = written.text(written.claim("sangong", "5.00", change=change, reason=reason))
    assert [severity for severity, _, _ in found(made, "Y-06")] == outcome


def test_a_reason_given_once_is_enough(written, found) -> None:
    one = written.claim("income", "5.00", change="+2.00", reason=None)
    other = written.claim("income", "5.00", change="+2.00", reason="人员增加", section="别处")
    assert found(written.text(one, other), "Y-06") == []


def test_a_computed_change_without_a_reason_names_the_key(written, findings) -> None:
    known = comparatives({"sangong": "100", "sangong:official_reception": "100"})
    made = written.computed(comparatives=known)
    assert {f.severity for f in findings(made, "Y-06")} == {"warning"}
    assert any("[reasons]" in f.message and "“sangong" in f.message for f in findings(made, "Y-06"))
    reason = StatedText("接待任务减少", Source("2025/narrative.toml", 3, 1))
    stated = StatedFacts(reasons={"sangong": reason, "sangong:official_reception": reason})
    assert findings(written.computed(comparatives=known, stated=stated), "Y-06") == []


# Y-07, Y-08

SANGONG = ("sangong", "sangong:overseas_travel", "sangong:vehicles", "sangong:official_reception")


def sangong(written, *pairs):
    return written.text(*(written.claim(k, v, change=c) for k, (v, c) in zip(SANGONG, pairs, strict=True)))


def test_changes_add_up(written, found) -> None:
    right = sangong(written, ("9.00", "-1.03"), ("3.00", "-2.27"), ("4.00", "+1.24"), ("2.00", "="))
    assert found(right, "Y-07") == []  # 天津西青审批局2016
    wrong = sangong(written, ("9.00", "-1.03"), ("3.00", "-2.27"), ("4.00", "+2.24"), ("2.00", "="))
    assert found(wrong, "Y-07") == [("error", "-0.03", "-1.03")]
    rounded = sangong(written, ("9.00", "-1.04"), ("3.00", "-2.27"), ("4.00", "+1.24"), ("2.00", "="))
    assert found(rounded, "Y-07") == []


def test_subjects_that_ended_explain_a_list_of_changes(written, found) -> None:
    total = written.claim("expenditure", "10.00", change="-5.00")

    def subject(code, value, change):
        text = f"{code[-1]}.“科目”{value}万元。"
        return written.claim(f"function:{code}", value, text=text, change=change)

    ended = written.text(total, subject("2010601", "4.00", "+1.00"), subject("2010602", "6.00", "+1.00"))
    assert [severity for severity, _, _ in found(ended, "Y-07")] == ["hint"]
    more = written.text(total, subject("2010601", "4.00", "-8.00"), subject("2010602", "6.00", "-8.00"))
    assert [severity for severity, _, _ in found(more, "Y-07")] == ["error"]  # parts of last year exceed it


def test_last_year_s_part_is_not_greater_than_its_whole(written, found) -> None:
    whole = written.claim("expenditure", "10.00", change="-1.00")
    part = written.claim("expenditure:basic_expenditure", "4.00", change="-8.00")
    assert found(written.text(whole, part), "Y-08") == [("error", "11.00", "12.00")]
    fits = written.claim("expenditure:basic_expenditure", "4.00", change="-7.00")
    assert found(written.text(whole, fits), "Y-08") == []
    other = written.claim("expenditure:basic_expenditure", "4.00", change="-8.00", basis="executed")
    assert found(written.text(whole, other), "Y-08") == []


# Y-09, Y-10


def test_one_basis_in_a_sentence(written, found) -> None:
    one = written.claim("income", "5.00", change="+1.00", text="一句。")
    other = written.claim("expenditure", "5.00", change="+1.00", text="一句。", basis="executed")
    assert found(written.text(one, other), "Y-09") == [("hint", "2024年预算", "2024年执行数")]
    assert found(written.text(one, replace(other, sentence="另一句。")), "Y-09") == []


def test_the_base_is_the_year_before(written, found, receipt) -> None:
    assert found(written.text(written.claim("income", "5.00", change="=", year=2023)), "Y-10") == [
        ("error", "2024", "2023")
    ]
    assert found(written.text(written.claim("income", "5.00", change="=")), "Y-10") == []
    assert receipt(written.text(written.claim("income", "5.00")), "Y-10").state == "not_applicable"


def test_a_comparison_of_a_wrong_claim_is_its_consequence(written, findings) -> None:
    base = written.claim("income@2024", "150.00")
    made = written.with_tables(written.claim("income", "191.34", change="+11.34"), base)
    [one] = findings(made, "Y-01")
    assert (one.severity, one.cause, one.is_consequence) == ("hint", "C1", True)


def test_a_year_without_any_figure_gives_no_comparison(written, receipt) -> None:
    made = written.computed(previous=LedgerYear(2024))
    assert receipt(made, "Y-01").state == "not_applicable"
