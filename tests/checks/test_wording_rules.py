"""N-*, P-*, F-02, F-04, F-05, D-01: words, names, style."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi_cli.model.source import Source
from kpi_cli.model.stated import StatedFacts, StatedText

CASES = [
    # rule, text, what is found and what should stand there
    ("P-01", "比上年增加3万元，主要原因是。", [("写明原因，或删去这半句", "主要原因是")]),
    ("P-01", "比上年增加3万元，主要原因是人员增加。", []),
    ("P-01", "2025年XX局预算XXX万元。", [("填写实际内容", "XX"), ("填写实际内容", "XXX")]),
    ("P-01", "采用GXX型号。", []),
    ("P-01", "占 %，比上年减少 万元。", [("填写百分比，或删去", "占 %"), ("填写金额，或删去", "减少 万元")]),
    ("P-01", "占54.2%，减少3万元。", []),
    ("P-01", "（增加内容）", [("删去模板说明", "（增加内容）")]),
    ("P-01", "比上年增加（减少）3万元。", [("增加，或相反", "增加（减少）")]),
    ("P-01", "与上年（持平）。", [("持平，或删去", "（持平）")]),
    ("P-01", "等工作……。", [("写完整", "……")]),
    ("P-02", "外出学习培训费1万。", [("1万元", "1万")]),
    ("P-02", "单价100万（含）以上", [("100万元", "100万")]),
    ("P-02", "1万元，2万人次，3万多", []),
    ("P-03", "比上年增加增加3万元。", [("增加", "增加增加")]),
    ("P-03", "比上年增加3万元。", []),
    ("N-06", "公务车用车运行费0万元", [("公务用车运行", "公务车用车运行")]),
    ("N-06", "公务车购置及运行费0万元", [("公务用车购置及运行费", "公务车购置及运行费")]),
    ("N-06", "其它行政事业单位养老支出", [("其他", "其它")]),
    ("N-06", "公务用车购置及运行费、其他支出，与2024年预算持平", []),
    ("N-03", "市级预算主管部门及所属预算单位", [("区级（县级）", "市级")]),
    ("N-03", "区级预算主管部门；市级以上表彰", []),
    ("N-01", "本单位政府采购预算", [("本部门", "本单位")]),
    ("N-01", "本部门政府采购预算", []),
    ("N-02", "截至8月31日，财政局共有车辆0辆", [("某市某区财政局", "财政局")]),
    ("N-02", "某市某区财政局共有车辆0辆，由区财政局负责", []),
]


@pytest.mark.parametrize(("rule", "text", "outcome"), CASES)
def test_words(written, found, rule, text, outcome) -> None:
    made = written.text(written.claim(None, "1", text=text))
    assert [(expected, actual) for _, expected, actual in found(made, rule)] == outcome


def test_what_was_read_by_a_machine_is_judged_gently(written, found) -> None:
    elsewhere = written.text(written.claim(None, "1", text="培训费1万。"))
    assert [severity for severity, _, _ in found(elsewhere, "P-02")] == ["hint"]
    here = Source("2025/narrative.toml", 7, 1)
    stated = StatedFacts(texts={"functions": (StatedText("本单位培训费1万。", here),)})
    assert [severity for severity, _, _ in found(written.computed(stated=stated), "P-02")] == ["warning"]


def test_a_stated_text_is_found_with_its_line(written, findings) -> None:
    stated = StatedFacts(texts={"functions": (StatedText("负责XX工作。", Source("2025/narrative.toml", 7, 1)),)})
    [one] = findings(written.computed(stated=stated), "P-01")
    assert (one.severity, one.actual) == ("error", "XX")
    assert "2025/narrative.toml:7" in one.where


def test_a_unit_speaks_of_itself_as_a_unit(written, found) -> None:
    text = "2025年部门预算安排购置车辆0辆，本部门共有车辆0辆。"
    made = written.text(written.claim(None, "0", text=text), level="unit")
    assert [(e, a) for _, e, a in found(made, "N-01")] == [("本单位", "本部门"), ("单位预算", "部门预算")]
    fine = written.text(written.claim(None, "0", text="本单位按部门预算管理要求编制。"), level="unit")
    assert found(fine, "N-01") == []


def test_only_districts_and_counties_are_asked_about_grades(written, receipt) -> None:
    claim = written.claim(None, "1", text="市级预算主管部门")
    assert receipt(written.text(claim, department="某市财政局"), "N-03").state == "not_applicable"
    assert receipt(written.text(claim, department="广西壮族自治区财政厅"), "N-03").state == "not_applicable"
    assert receipt(written.text(claim, department="某县财政局"), "N-03").state == "failed"


def test_places(written, findings) -> None:
    mixed = written.text(
        written.claim("income", "53.1449", change="-1.00", rate="44.6"),
        written.claim("expenditure", "18", share=("income", "33.87")),
        written.claim("income:other_income", "0"),  # zero has no places
        written.claim("project:甲", "1.5"),
    )
    assert [f.message.partition("：")[0] for f in findings(mixed, "F-02")] == [
        "收支、科目金额的小数位不一致",
        "百分比的小数位不一致",
    ]
    even = written.text(written.claim("income", "53.14"), written.claim("project:甲", "1.5"))
    assert findings(even, "F-02") == []


@pytest.mark.parametrize(
    ("texts", "outcome"),
    [
        (("因公出国（境）费", "因公出国(境)费"), ["括号"]),
        (("单位：元", "单位:万元"), ["冒号"]),
        (("收入3,121.42万元", "支出3121.42万元"), ["千分位"]),
        (("收入121.42万元", "支出3121.42万元"), []),
        (("自8:30起：", "（1）"), []),  # a time of day
    ],
)
def test_punctuation(written, findings, texts, outcome) -> None:
    made = written.text(*(written.claim(None, "1", text=text) for text in texts))
    assert [f.message.partition("写法不一")[0] for f in findings(made, "F-04")] == outcome


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        (("1.甲。", "2.乙。", "3、丙。"), 1),
        (("（1）甲。", "(2)乙。"), 1),
        (("1.甲。", "（1）乙。"), 0),
        (("1.5万元。", "3、丙。"), 0),
    ],
)
def test_numbering(written, findings, texts, count) -> None:
    made = written.text(*(written.claim(None, "1", text=text) for text in texts))
    assert len(findings(made, "F-05")) == count


def test_figures_that_must_be_public(written, findings, receipt) -> None:
    made = written.text(written.claim("sangong:official_reception", "0.105"))
    [one] = findings(made, "D-01")
    assert one.message == "没有公开：“三公”经费、因公出国（境）费、公务用车购置费、公务用车运行费、机关运行经费"
    assert findings(written.with_tables(written.claim("income", "1")), "D-01") == []  # table 9 prints them
    institution = replace(made, nature="public_institution")
    assert "机关运行经费" not in findings(institution, "D-01")[0].message
    assert receipt(written.text(), "D-01").state == "not_applicable"


def test_a_rule_that_cannot_apply_says_why(written, receipt) -> None:
    own = receipt(written.text(written.claim("income", "1")), "N-04")
    assert (own.state, own.reason.partition("；")[0]) == ("not_applicable", "生成的文件目录由标题产生，不可能不同")
