"""TX-03, TX-05 … TX-12: parts and wholes, shares, one figure one amount, repeated items."""

from __future__ import annotations

import pytest

SUBJECTS = (("2010601", "123.33"), ("2010602", "10.01"), ("2080505", "16.00"), ("2210201", "12.00"))


def items(written, *pairs, part=":fiscal_appropriation", section="说明"):
    """A numbered list of subjects."""
    return [
        written.claim(f"function:{code}{part}", value, text=f"{n}.“科目{code}”{value}万元。", section=section)
        for n, (code, value) in enumerate(pairs, 1)
    ]


# TX-03


def test_a_complete_list_adds_up(written, found, receipt) -> None:
    made = written.with_tables(*items(written, *SUBJECTS))
    assert found(made, "TX-03") == []
    assert receipt(made, "TX-03").state == "passed"


def test_a_subject_that_the_list_leaves_out(written, findings) -> None:
    made = written.with_tables(*items(written, *SUBJECTS[:3]))
    missing, added = findings(made, "TX-03")
    assert (missing.severity, missing.expected, missing.actual) == ("error", "12.00", "未列")
    assert "2210201 住房公积金" in missing.message
    assert (added.severity, added.expected, added.actual, added.cause) == ("hint", "161.34", "149.34", missing.cause)


def test_a_sentence_that_names_only_some_subjects_is_no_complete_list(written, found) -> None:
    some = [written.claim(f"function:{code}", value, text="主要是甲和乙。") for code, value in SUBJECTS[:2]]
    outcomes = found(written.with_tables(*some), "TX-03")
    assert {severity for severity, _, _ in outcomes} == {"hint"}


def test_without_tables_the_total_is_recomputed_from_the_list(written, found) -> None:
    total = written.claim("expenditure", "53.1449")
    short = items(written, ("2011102", "13.0000"), ("2011150", "28.7978"), part="")
    assert found(written.text(total, *short), "TX-03") == [("error", "41.7978", "53.1449")]
    full = items(written, ("2011102", "24.3471"), ("2011150", "28.7978"), part="")
    assert found(written.text(total, *full), "TX-03") == []


@pytest.mark.parametrize(("last", "outcome"), [("12.01", ["hint"]), ("12.02", ["hint"]), ("12.05", ["error"])])
def test_rounding_explains_half_a_place_per_item(written, found, last, outcome) -> None:
    total = written.claim("expenditure", "161.34")
    made = written.text(total, *items(written, *SUBJECTS[:3], ("2210201", last), part=""))
    assert [severity for severity, _, _ in found(made, "TX-03")] == outcome


def test_a_wrong_item_explains_the_sum(written, findings) -> None:
    made = written.with_tables(*items(written, *SUBJECTS[:3], ("2210201", "112.00")))
    [added] = findings(made, "TX-03")
    assert (added.severity, added.cause, added.is_consequence) == ("hint", "C4", True)


def test_income_that_exceeds_the_total(written, found) -> None:
    """西乡塘区人大2017: 501.98, of which 507.37 + 8.3."""
    parts = (
        written.claim("income", "501.98"),
        written.claim("income:general_public_budget", "507.37"),
        written.claim("income:carried_forward", "8.3"),
    )
    assert found(written.text(*parts), "TX-03") == [("error", "515.67", "501.98")]
    less = (parts[0], written.claim("income:general_public_budget", "493.68"), parts[2])
    assert found(written.text(*less), "TX-03") == []
    open_ = (parts[0], written.claim("income:general_public_budget", "400.00"), parts[2])
    assert found(written.text(*open_), "TX-03") == [("hint", "408.30", "501.98")]  # 其中 need not name all


# TX-05


@pytest.mark.parametrize(
    ("percent", "outcome"),
    [("54.2", []), ("54", []), ("54.19", []), ("55.2", [("error", "54.2%", "55.2%")])],
)
def test_shares(written, found, percent, outcome) -> None:
    part = written.claim("function:2011150", "28.7978", share=("expenditure", percent))
    assert found(written.text(written.claim("expenditure", "53.1449"), part), "TX-05") == outcome


def test_a_share_that_rounded_amounts_leave_open_is_a_hint(written, found) -> None:
    part = written.claim("function:201", "4", share=("expenditure", "33.4"))  # 4 / 12 = 33.3, 4.01 / 12 = 33.4
    assert found(written.text(written.claim("expenditure", "12"), part), "TX-05") == [("hint", "33.3%", "33.4%")]


def test_a_share_of_an_unknown_whole_is_not_checked(written, receipt) -> None:
    part = written.claim("function:201", "4.00", share=("expenditure", "33.4"))
    assert receipt(written.text(part), "TX-05").state == "not_checked"
    assert receipt(written.text(written.claim("income", "1")), "TX-05").state == "not_applicable"


# TX-06


def test_one_figure_one_amount(written, found) -> None:
    """万里街道: the amount in front and 预算安排 differ."""
    head = written.claim("function:2080505", "50.00", text="1.……科目50.00万元，……预算安排55.00万元。")
    planned = written.claim("function:2080505", "55.00", text=head.sentence)
    assert found(written.text(head, planned), "TX-06") == [("error", "50.00", "55.00")]
    assert found(written.text(head, head), "TX-06") == []


def test_amounts_with_other_places_agree_if_they_round_alike(written, found) -> None:
    exact = written.claim("function:2080505", "1.4240")
    assert found(written.text(exact, written.claim("function:2080505", "1.424")), "TX-06") == []
    assert found(written.text(exact, written.claim("function:2080505", "1.4")), "TX-06") == []
    assert found(written.text(exact, written.claim("function:2080505", "1.5")), "TX-06") != []


def test_a_project_in_two_sections_may_be_two_things(written, found) -> None:
    one = written.claim("project:信息化", "10.00", section="绩效目标")
    other = written.claim("project:信息化", "12.00", section="项目经费")
    assert found(written.text(one, other), "TX-06") == [("hint", "10.00", "12.00")]


def test_a_part_is_not_greater_than_its_whole(written, found) -> None:
    whole = written.claim("function:2011102", "13.00")
    part = written.claim("function:2011102:project_expenditure", "18.00")
    assert found(written.text(whole, part), "TX-06") == [("error", "18.00", "13.00")]
    same = written.claim("function:2011102:project_expenditure", "13.00")
    assert found(written.text(whole, same), "TX-06") == []
    fund = written.claim("expenditure:government_fund_budget", "8.00")
    assert found(written.text(written.claim("expenditure", "7.00"), fund), "TX-06") == [("error", "7.00", "8.00")]


# TX-07 … TX-12


def test_sangong_adds_up(written, found) -> None:
    keys = ("sangong", "sangong:overseas_travel", "sangong:vehicles", "sangong:official_reception")

    def text(*values):
        return written.text(*(written.claim(key, value) for key, value in zip(keys, values, strict=True)))

    assert found(text("346.30", "288.70", "32.20", "25.40"), "TX-07") == []
    assert found(text("346.30", "288.70", "32.20", "24.50"), "TX-07") == [("error", "345.40", "346.30")]


def test_procurement_adds_up(written, found) -> None:
    keys = ("procurement", "procurement:goods", "procurement:works", "procurement:services")

    def text(*values):
        return written.text(*(written.claim(key, value) for key, value in zip(keys, values, strict=True)))

    assert found(text("117.00", "17.00", "0", "100.00"), "TX-08") == []
    assert found(text("117.00", "17.00", "0", "90.00"), "TX-08") == [("error", "107.00", "117.00")]
    assert found(text("117.01", "17.00", "0", "100.00"), "TX-08") == [("hint", "117.00", "117.01")]  # rounding


def test_what_is_reserved_for_small_enterprises(written, found) -> None:
    def text(total, sme, micro):
        pairs = (("procurement", total), ("procurement:sme", sme), ("procurement:micro", micro))
        return written.text(*(written.claim(key, value) for key, value in pairs))

    assert found(text("100.00", "40.00", "28.00"), "TX-08") == []
    assert found(text("100.00", "40.00", "40.00"), "TX-08") == []
    assert found(text("100.00", "120.00", "28.00"), "TX-08") == [("error", "100.00", "120.00")]
    assert found(text("100.00", "40.00", "48.00"), "TX-08") == [("error", "40.00", "48.00")]


def test_projects_with_goals(written, found) -> None:
    def text(count, amount, *projects):
        own = [written.claim(f"project:{n}", value) for n, value in enumerate(projects)]
        return written.text(written.claim("goals:count", count, "个"), written.claim("goals:amount", amount), *own)

    assert found(text("2", "598.46", "588.46", "10.00"), "TX-09") == []
    assert found(text("2", "598.46", "588.46", "20.00"), "TX-09") == [("error", "608.46", "598.46")]
    assert found(text("3", "598.46", "580.00", "10.00"), "TX-09") == [("hint", "590.00", "598.46")]  # not all listed
    assert found(text("1", "598.46", "588.46", "10.00"), "TX-09") == [("warning", "2", "1")]


def test_a_list_of_projects(written, found, receipt) -> None:
    total = written.claim("expenditure:project_expenditure", "18.0", section="项目支出")

    def text(*amounts):
        own = [
            written.claim(f"project:p{n}", value, text=f"{n}.项目经费{value}万元。", section="项目支出")
            for n, value in enumerate(amounts, 1)
        ]
        return written.text(total, *own)

    assert found(text("16.5", "1.5"), "TX-10") == []
    assert found(text("15.5", "1.5"), "TX-10") == [("error", "17.0", "18.0")]
    assert receipt(written.text(written.claim("project:甲", "3.0")), "TX-10").state == "not_applicable"


def test_vehicles(written, found) -> None:
    kinds = (
        *("ministerial_leaders", "principal_leaders", "confidential_communication", "emergency_support"),
        *("law_enforcement", "special_technical", "retired_cadres", "other"),
    )

    def text(total, count, kinds=kinds):
        parts = [written.claim(f"vehicles_held:{kind}", "0", "辆") for kind in kinds[:-1]]
        other = written.claim(f"vehicles_held:{kinds[-1]}", count, "辆")
        return written.text(written.claim("vehicles_held", total, "辆"), *parts, other)

    assert found(text("8", "8"), "TX-11") == []
    assert found(text("8", "7"), "TX-11") == [("warning", "7", "8")]
    assert found(text("8", "7", ("emergency_support", "other")), "TX-11") == [("hint", "7", "8")]  # not all kinds


@pytest.mark.parametrize(
    ("total", "text", "outcome"),
    [
        ("7", "实有7名，其中主任1名，干部6名。", []),
        ("6", "实有6名，其中主任1名，干部6名。", [("error", "7", "6")]),
        ("8", "实有8名，其中主任1名，干部6名。", [("error", "7", "8")]),
        ("7", "实有7名，在职干部6名，主任1名。", []),
        ("6", "编制6名，干部6名，退休1名。", [("hint", "7", "6")]),  # kinds that may lie in one another
        ("8", "实有8名，其中在职7名，其中干部6名，主任1名。", [("hint", "7", "8")]),  # kinds within kinds
    ],
)
def test_headcount(written, found, total, text, outcome) -> None:
    own = [written.claim(f"headcount:{item}", count, "名", text=text) for item, count in (("a", "1"), ("b", "6"))]
    assert found(written.text(written.claim("headcount", total, "名", text=text), *own), "TX-12") == outcome


# P-03


def test_items_that_are_printed_twice(written, found) -> None:
    first = written.claim("function:2080505", "16.00", text="7.“养老”16.00万元，主要用于养老。")
    again = written.claim("function:2080505", "16.00", text="8.“养老”16.00万元，主要用于养老。")
    other = written.claim("function:2080506", "16.00", text="8.“年金”16.00万元，主要用于年金。")
    assert found(written.text(first, again), "P-03") == [("hint", "一条", "两条")]
    assert found(written.text(first, other), "P-03") == []
