"""TX-04 and TX-16: names of subjects by level, and what they are spent on."""

from __future__ import annotations

import pytest

PATH = "1.“社会保障和就业支出（类）行政事业单位养老支出（款）机关事业单位基本养老保险缴费支出（项）”16.00万元。"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (PATH, []),
        (PATH.replace("支出（项）", "支出 （项）").replace("（类）", "(类)"), []),  # widths and blanks do not count
        (
            PATH.replace("行政事业单位养老", "行政事业单位离退休"),
            [("error", "行政事业单位养老支出", "行政事业单位离退休支出")],
        ),
        (PATH.replace("社会保障和就业支出", "社会保障和就业"), [("hint", "社会保障和就业支出", "社会保障和就业")]),
        ("1.“机关事业单位基本养老保险缴费支出”科目16.00万元。", []),
        (
            "1.“机关事业单位养老保险”科目16.00万元。",
            [("error", "机关事业单位基本养老保险缴费支出", "机关事业单位养老保险")],
        ),
        ("（1）机关事业单位基本养老保险缴费支出类16.00万元。", [("hint", "项", "类")]),
        ("养老保险缴费16.00万元。", []),  # no name with its level
    ],
)
def test_names(written, found, text, outcome) -> None:
    made = written.with_tables(written.claim("function:2080505", "16.00", text=text))
    assert found(made, "TX-04") == outcome


def test_a_name_of_another_level_is_told(written, findings) -> None:
    text = PATH.replace("行政事业单位养老支出（款）", "社会保障和就业支出（款）")
    [one] = findings(written.with_tables(written.claim("function:2080505", "16.00", text=text)), "TX-04")
    assert "层级串了" in one.message


def test_without_tables_the_catalogue_names_the_subject(written, found, receipt) -> None:
    wrong = PATH.replace("机关事业单位基本", "机关单位基本")
    made = written.text(written.claim("function:2080505", "16.00", text=wrong))
    assert [expected for _, expected, _ in found(made, "TX-04")] == ["机关事业单位基本养老保险缴费支出"]
    assert receipt(written.text(written.claim("income", "1.00")), "TX-04").state == "not_applicable"


@pytest.mark.parametrize(
    ("code", "purpose", "outcome"),
    [
        ("2210201", "缴纳住房公积金", []),
        ("2210201", "缴纳在职人员医疗保险", ["医疗保险"]),  # 万里街道2023
        ("2101101", "缴纳住房公积金", ["住房公积金"]),
        ("2080505", "缴纳基本养老保险", []),
    ],
)
def test_purposes(written, found, code, purpose, outcome) -> None:
    made = written.text(written.claim(f"function:{code}", "12.00", text=f"1.“某科目”12.00万元，主要用于{purpose}。"))
    assert [actual for _, _, actual in found(made, "TX-16")] == outcome


def test_no_purpose_nothing_to_check(written, receipt) -> None:
    assert receipt(written.text(written.claim("function:2210201", "12.00")), "TX-16").state == "not_applicable"
