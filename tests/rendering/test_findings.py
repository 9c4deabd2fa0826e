"""Findings on the terminal: root causes first, their consequences below, hints together, receipts, counts."""

from __future__ import annotations

import json

from kpi_cli.checks.finding import CheckResult, Finding, Receipt
from kpi_cli.checks.rules import bundled_rules
from kpi_cli.rendering.findings import explanation_lines, result_json, result_lines

FINDINGS = (
    Finding("F-05", "hint", "全文", "序号混用", cause="F-05:1.", about="F-05:1."),
    Finding("TX-03", "hint", "C1–C3 说明", "各项之和与合计不符：1 + 2 = 3", "9", "3", "C2", "C1–C3"),
    Finding("TX-02", "error", "C2 说明", "与表不符：写 2，表3 E4 为 8", "8", "2", "C2", "C2", "2.“某科目”2万元。"),
    Finding("Y-06", "hint", "C4 说明", "收入增加，没有写原因", cause="C4:原因", about="C4:原因"),
    Finding("Y-06", "hint", "C5 说明", "支出增加，没有写原因", cause="C5:原因", about="C5:原因"),
    Finding("X-01", "warning", "表1 B16、表3 E17", "不成立", "10", "12"),
)
RECEIPTS = (
    Receipt("TX-02", "failed"),
    Receipt("IN-01", "passed"),
    Receipt("TX-01", "not_checked", "没有报表"),
    Receipt("L-01", "not_applicable", "不是由台账生成"),
    Receipt("L-02", "not_applicable", "不是由台账生成"),
)


def test_grouped_by_cause_worst_first() -> None:
    lines = [line.plain.rstrip() for line in result_lines(CheckResult(FINDINGS, RECEIPTS), 60)]
    assert lines == [
        "错误 TX-02  C2 说明",
        "     与表不符：写 2，表3 E4 为 8",
        "     “2.“某科目”2万元。”",
        "     └ 提示 TX-03  各项之和与合计不符：1 + 2 = 3（应为 9，现",
        "       为 3）",
        "",
        "警告 X-01  表1 B16、表3 E17",
        "     不成立（应为 10，现为 12）",
        "",
        "提示 F-05  全文",
        "     序号混用",
        "",
        "提示 Y-06  2 处",
        "     C4　收入增加，没有写原因",
        "     C5　支出增加，没有写原因",
        "",
        "通过　   1 条  IN-01",
        "未通过   1 条  TX-02",
        "不适用   2 条  L-01、L-02 不是由台账生成",
        "未查　   1 条  TX-01 没有报表",
        "",
        "错误 1　警告 1　提示 4　规则 5 条：通过 1、未通过 1、不适用 2、未查 1",
    ]


def test_findings_of_one_cell_name_it_once() -> None:
    shared = tuple(
        Finding(rule, "error", where, "不成立", "1", "2", "表3 F9", "表3 F9")
        for rule, where in (("IN-07", "表3 E9"), ("IN-09", "表3 F8"))
    )
    lines = [line.plain for line in result_lines(CheckResult(shared, ()), 80)]
    assert lines[:3] == [
        "错误 IN-07  表3 E9　根源：表3 F9",
        "     不成立（应为 1，现为 2）",
        "     └ 错误 IN-09  表3 F8　不成立（应为 1，现为 2）",
    ]


def test_nothing_found_shows_receipts_and_counts() -> None:
    lines = [line.plain for line in result_lines(CheckResult((), RECEIPTS[1:2]), 80)]
    assert lines == ["通过　   1 条  IN-01", "", "错误 0　警告 0　提示 0　规则 1 条：通过 1"]


def test_json_has_the_shape_of_the_contract() -> None:
    made = json.loads(result_json(CheckResult(FINDINGS[2:3], RECEIPTS[:1])))
    assert made == {
        "findings": [
            {
                "rule": "TX-02",
                "severity": "error",
                "where": "C2 说明",
                "message": "与表不符：写 2，表3 E4 为 8：“2.“某科目”2万元。”",
                "expected": "8",
                "actual": "2",
                "cause": "C2",
            }
        ],
        "receipts": [{"rule": "TX-02", "state": "failed", "reason": ""}],
        "errors": 1,
        "warnings": 0,
        "hints": 0,
    }


def test_text_cannot_steer_the_terminal() -> None:
    evil = Finding("P-01", "error", "C1", "写“\x1b[2J”", quote="\x1b]0;x\x07")
    assert "\x1b" not in "".join(line.plain for line in result_lines(CheckResult((evil,), ()), 80))


def test_an_explanation_tells_what_why_and_on_whose_authority() -> None:
    [rule] = [r for r in bundled_rules() if r.id == "Y-04"]
    assert [line.plain for line in explanation_lines([rule], 90)] == [
        "Y-04  上年为零不写百分比  错误",
        "  查什么　上年为零、本年大于零时不写增长率，写“上年无此项预算”或只写增减额。",
        "  为什么　以零为分母没有百分比。",
        "  依　据　domain/rules.md Y-04（万里街道2023、2024；公开同类规则）",
        "  错　例　上年0万元，本年8.3万元，增加8.3万元，增长100%",
        "  改　正　增加8.3万元，上年无此项预算",
    ]
