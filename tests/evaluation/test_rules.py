"""Every rule V101–V606: the smallest change of a sound year that makes it speak, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.rules.engine import check, evaluation_rules
from kpi_cli.evaluation.rules.subject import FUNCTIONS
from kpi_cli.evaluation.scheme import EvaluationYear, LeaderRatingRule, PublicReview
from tests.evaluation.whole_year import GOALS, place, scheme, whole_year

TODAY = "2017-08-01"
YEAR = whole_year()
Change = Callable[[EvaluationYear], EvaluationYear]


def states(year: EvaluationYear, today: str = TODAY) -> dict[str, str]:
    """Return rule → state."""
    return {receipt.rule: receipt.state for receipt in check(year, today).receipts}


def test_a_sound_year() -> None:
    result = check(YEAR, TODAY)
    assert result.findings == ()
    assert [receipt.rule for receipt in result.receipts] == [rule.id for rule in evaluation_rules()]
    assert {receipt.state for receipt in result.receipts} == {"passed"}


def test_nothing_recorded_passes_nothing() -> None:
    found = states(EvaluationYear(2017), "")
    assert {state for rule, state in found.items()} == {"not_applicable", "not_checked"}
    assert len(found) == 62


def test_every_rule_has_a_function_and_every_function_a_rule() -> None:
    assert sorted(rule.function for rule in evaluation_rules()) == sorted(FUNCTIONS)
    assert all(rule.explain and rule.title and rule.source and rule.example for rule in evaluation_rules())


def settings(**changes: object) -> Change:
    """Change keys of the scheme."""
    return lambda year: replace(year, scheme=scheme(**changes))


def edit(kind: str, at: int = 0, **changes: object) -> Change:
    """Change one record."""

    def change(year: EvaluationYear) -> EvaluationYear:
        records = list(getattr(year, kind))
        records[at] = records[at]._replace(**changes)
        return replace(year, **{kind: tuple(records)})

    return change


def add(kind: str, record: Any) -> Change:
    """Add a record."""
    return lambda year: replace(year, **{kind: (*getattr(year, kind), record)})


def again(kind: str, at: int = 0, **changes: object) -> Change:
    """Add a record like one that is there."""
    return lambda year: add(kind, getattr(year, kind)[at]._replace(source=place(kind, 77), **changes))(year)


def find(kind: str, **wanted: object) -> int:
    """Return the position of a record."""
    return next(i for i, x in enumerate(getattr(YEAR, kind)) if all(getattr(x, k) == v for k, v in wanted.items()))


def both(*changes: Change) -> Change:
    """Make several changes."""

    def change(year: EvaluationYear) -> EvaluationYear:
        for each in changes:
            year = each(year)
        return year

    return change


def result(indicator: str, unit: str = "jia") -> int:
    """Return the position of a result."""
    return find("results", indicator=indicator, evaluated_unit=unit)


def indicator(key: str) -> int:
    """Return the position of an indicator."""
    return find("indicators", indicator=key)


FLAT = both(
    *(
        edit("results", result("2.2", unit), assessed=Decimal(17), rechecked=Decimal(17))
        for unit in ("jia", "yi", "bing")
    )
)
WEIGHTS = {"town": {"indicator_score": Decimal("70.01"), "public_review": Decimal(15), "leader_rating": Decimal(15)}}

CASES: dict[str, tuple[Change, str, str, str]] = {
    # rule: change, message, expected, actual
    "V101": (settings(weights=WEIGHTS), "镇(街)各部分权重合计不是 100", "100", "100.01"),
    "V102": (edit("assignments", 0, points=Decimal(31)), "甲镇的指标分值合计不对", "100", "101"),
    "V103": (settings(tier_weights={"member": Decimal(99)}), "领导层级权重合计不是 100", "100", "99"),
    "V104": (again("bonuses", matter="另一事项"), "加分编号重复，第一次出现在第 1 行", "", "B1"),
    "V105": (again("units", series="乙"), "甲镇同时列入两个系列", "town/", "town/乙"),
    "V106": (settings(unit_count=67), "单位数与方案写明的不同", "67", "3"),
    "V201": (edit("results", result("2.2"), claimed=Decimal(21)), "甲镇 2.2 的得分超出范围", "0–20", "21"),
    "V202": (edit("indicators", indicator("1.1"), method="rato"), "1.1 的计分方法不认识，是不是 ratio？", "", "rato"),
    "V203": (edit("assignments", 0, target=None), "甲镇 1.1缺少目标值", "", ""),
    "V204": (edit("indicators", indicator("1.1"), direction="lower"), "1.1 投资的方向与“比例计分”不符", "正向", "逆向"),
    "V205": (
        edit("indicators", indicator("1.2"), params={"tiers": [[80, 89, 1], [90, 100, 1]]}),
        "1.2：分档表有空档或重叠：[80, 89)、[90, 100)",
        "",
        "",
    ),
    "V206": (edit("results", result("1.1"), evidence=()), "甲镇 1.1 没有佐证材料", "", ""),
    "V207": (
        edit("results", result("2.2"), data_source="本单位", reason=""),
        "甲镇 2.2 的数据来源与指标规定的不同，没有说明理由",
        "督查室",
        "本单位",
    ),
    "V208": (
        edit("results", result("2.2"), claimed=Decimal("19.01")),
        "甲镇 2.2 自评分偏高，超过分值的 5%",
        "18",
        "19.01",
    ),
    "V209": (edit("results", result("2.2"), reason=""), "甲镇 2.2 复核分与考核分不同，没有说明理由", "18", "17"),
    "V210": (
        edit("results", result("1.1"), actual=Decimal(130)),
        "甲镇 1.1 完成率过高，目标值是否偏低",
        "<130%",
        "130%",
    ),
    "V211": (
        edit("results", result("2.2"), assessed=None, rechecked=None),
        "甲镇 2.2 没有结果，也没有写明 na_policy",
        "",
        "",
    ),
    "V212": (
        edit("indicators", indicator("1.3"), params={"per_step": "1"}),
        "1.3 没有写明 step_mode",
        "proportional、floor、ceil",
        "",
    ),
    "V213": (
        edit("results", result("1.1"), assessed=Decimal("28.6")),
        "甲镇 1.1 的考核分与按方法重新计算的不同",
        "28.50",
        "28.6",
    ),
    "V214": (
        edit("results", result("2.1"), inputs={"band": "met", "share": "0.7"}),
        "甲镇 2.1 的比例不在所选档次内",
        "",
        "达成预期 0.7",
    ),
    "V215": (edit("indicators", indicator("1.1"), assessor="乙镇"), "乙镇考核自己的指标 1.1", "", ""),
    "V216": (FLAT, "2.2 效能：3 个单位得分率都是 85%，没有区分", "", ""),
    "V217": (
        edit("indicators", indicator("1.2"), changed_on="2017-09-01"),
        "1.2 就业审定后调整，没有决定文号",
        "",
        "2017-09-01",
    ),
    "V218": (
        edit("indicator_sheets", 0, benchmark_city="", gap=""),
        "2.1 标杆工作的说明书缺少标杆城市、差距分析",
        "",
        "",
    ),
    "V221": (
        edit("progress", 3, cumulative_actual=Decimal(24)),
        "甲镇 1.1 2017Q2 累计数小于上期，没有标明更正",
        "25",
        "24",
    ),
    "V222": (
        both(edit("progress", 0, cumulative_actual=Decimal(20)), edit("progress", 3, cumulative_actual=Decimal(40))),
        "甲镇 1.1 连续两期落后于计划",
        "100%",
        "80%",
    ),
    "V223": (lambda year: replace(year, progress=year.progress[1:]), "甲镇没有报送 2017Q1 季度自评", "2017-04-10", ""),
    "V301": (edit("ballots", 0, issued=18), "甲镇 机关干部 收回多于发放", "18", "19"),
    "V302": (edit("ballots", 0, invalid=0), "甲镇 机关干部 各选项与无效票之和不等于收回", "19", "18"),
    "V303": (again("votes"), "007 对甲镇重复投票，第一次在第 1 行", "", ""),
    "V304": (
        edit("ballots", 0, counts={"不了解": 18}),
        "甲镇 机关干部没有有效票",
        "",
        "",
    ),
    "V305": (edit("ballots", 0, issued=24), "甲镇 机关干部 回收率偏低", "≥80%", "79.17%"),
    "V306": (
        edit("ballots", 0, counts={"满意": 20, "基本满意": -2}),
        "甲镇 机关干部 的“基本满意”不是不小于 0 的整数",
        "",
        "-2",
    ),
    "V307": (
        both(*(edit("ballots", at, counts={"满意": 8, "不了解": 10}) for at in (0, 1))),
        "甲镇的“不了解”等不计分的票超过一半",
        "≤50%",
        "55.56%",
    ),
    "V308": (edit("votes", 0, respondent_no="张三"), "评议只用编号，不能写姓名，请改为编号", "", ""),
    "V309": (edit("votes", 0, respondent_unit="甲镇"), "007 评议自己的单位", "", "甲镇"),
    "V311": (edit("leader_ratings", 0, score=Decimal("100.5")), "L1 对甲镇的评分超出范围", "0–100", "100.5"),
    "V312": (
        again("leader_ratings", find("leader_ratings", leader_no="L8"), evaluated_unit="bing"),
        "L8 评为“优秀”的单位超过名额",
        "1",
        "2",
    ),
    "V313": (
        settings(leader_rating=LeaderRatingRule("trimmed", 5)),
        "甲镇的评价人数太少，去极值平均改为平均分",
        "≥5",
        "4",
    ),
    "V314": (
        edit("leader_ratings", find("leader_ratings", leader_no="L9"), recused=False),
        "L9 评价自己的单位甲镇，没有回避",
        "",
        "",
    ),
    "V401": (edit("inspections", 0, source_doc="", date=""), "核验 I1 缺少来源文件、日期", "", ""),
    "V402": (edit("inspections", 0, count=2), "核验 I1 的扣分与条款不符", "2", "1"),
    "V403": (edit("inspections", 0, count=5, deduction=None), "丙镇的扣分达到上限", "5", "5"),
    "V404": (again("inspections", id="I2", deduction=None, rule="late"), "核验 I2 与 I1 是同一事实", "", ""),
    "V405": (edit("rectifications", 0, done_on=""), "核验 I1 的整改已逾期", "2017-06-30", ""),
    "V411": (
        edit("bonuses", 0, date="2018-01-05"),
        "加分 B1 的发文日期不在本年度，转入下一年度",
        "2017-01-01 至 2017-12-31",
        "2018-01-05",
    ),
    "V412": (again("bonuses", id="B2"), "加分 B2 与 B1 是同一事项，只按最高的一项计", "", "一窗通办"),
    "V413": (edit("bonuses", 0, points=Decimal(3)), "甲镇的加分达到上限", "3", "3"),
    "V421": (edit("vetoes", 0, doc_no=""), "丙镇的否决事项缺少文号", "", ""),
    "V501": (edit("project_funds", 0, executed=None), "项目 P1 没有预算数或执行数", "", ""),
    "V502": (edit("goal_indicators", 1, points=Decimal(19)), "项目 P1 的指标分值合计不对", "90", "89"),
    "V503": (
        edit("project_funds", 0, initial_budget=Decimal(0)),
        "项目 P1 资金总额的年初预算数不等于各来源之和",
        "180000",
        "0",
    ),
    "V504": (edit("goal_indicators", 2, deviation_note=""), "项目 P1 整改完成率未达标，没有说明偏差原因", "", ""),
    "V505": (
        edit("goal_indicators", 3, standard="明显提高"),
        "项目 P1 评议满意的指标值含糊，没有判定标准",
        "",
        "明显提高",
    ),
    "V506": (edit("goal_indicators", 1, op=">="), "项目 P1 总成本是成本指标，应写“≤”", "≤", ">="),
    "V507": (
        lambda year: replace(year, project_budget=Decimal(175000)),
        "各项任务的预算合计不等于项目支出预算",
        "175000",
        "180000",
    ),
    "V604": (lambda year: replace(year, minutes=year.minutes[:1]), "没有审定结果的会议纪要", "", ""),
    "V605": (
        edit("project_goals", 0, completion="由李科长完成"),
        "F16 公示版含有不许公开的内容",
        "",
        "李科长",
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_the_smallest_fault_of_each_rule(rule: str) -> None:
    change, message, expected, actual = CASES[rule]
    result = check(change(YEAR), TODAY)
    own = [finding for finding in result.findings if finding.rule == rule]
    severity = {each.id: each.severity for each in evaluation_rules()}[rule]
    assert own, [finding.message for finding in result.findings]
    assert (own[0].message, own[0].expected, own[0].actual, own[0].severity) == (message, expected, actual, severity)
    assert {receipt.rule: receipt.state for receipt in result.receipts}[rule] == "failed"
    assert len({finding.about for finding in result.findings}) == len(result.findings)
    assert own[0].where or rule == "V604"


def test_the_rules_about_results() -> None:
    """V601, V602, V603, V606: what the program computes is sound unless a tie is open or rounding changes the order."""
    assert {"V601", "V602", "V603", "V605", "V606", *CASES} == {rule.id for rule in evaluation_rules()}
    same = [
        r.ComponentScore(unit, name, Decimal(90), "表", place("component_scores", 1))
        for unit in ("jia", "yi")
        for name in scheme().weights["town"]
    ]
    tie = replace(YEAR, component_scores=tuple(same), bonuses=())
    found = {finding.rule: finding.message for finding in check(tie, TODAY).findings}
    assert found["V602"] == "甲镇、乙镇并列跨越等次名额线，需要会议裁定"
    assert states(tie)["V601"] == "passed"
    missing = replace(YEAR, ballots=())
    assert {states(missing)[rule] for rule in ("V601", "V602", "V603", "V605", "V606")} == {"not_checked"}


def test_rounding_that_changes_the_order() -> None:
    """甲 45.00 + 22.5025 + 22.5025 = 90.005, printed 90.00; 乙 45.005 + 22.4975 + 22.50 = 90.0025, printed 90.01."""
    weights = {"town": {"indicator_score": Decimal(50), "public_review": Decimal(25), "leader_rating": Decimal(25)}}
    scores = {"jia": ("90", "90.01", "90.01"), "yi": ("90.01", "89.99", "90"), "bing": ("50", "50", "50")}
    stated = tuple(
        r.ComponentScore(unit, name, Decimal(score), "表")
        for unit, row in scores.items()
        for name, score in zip(weights["town"], row, strict=True)
    )
    year = replace(YEAR, scheme=scheme(weights=weights), component_scores=stated, bonuses=())
    found = [finding for finding in check(year, TODAY).findings if finding.rule == "V606"]
    assert [(finding.message, finding.expected, finding.actual, finding.severity) for finding in found] == [
        ("乙镇按精确值合计（90.00）的名次不同", "2", "1", "hint"),
        ("甲镇按精确值合计（90.01）的名次不同", "1", "2", "hint"),
    ]


MORE: list[tuple[str, Change, str]] = [
    ("V101", add("units", r.Unit("z", "丁局", "other", source=place("units", 9))), "类别“other”没有权重"),
    ("V102", edit("indicators", 0, points=Decimal(59)), "1 发展的分值不等于下级指标之和"),
    ("V104", edit("results", 0, evaluated_unit="nobody"), "单位不存在"),
    ("V104", edit("indicators", indicator("2.2"), parent="9"), "上级指标不存在"),
    ("V104", again("assignments", indicator="1"), "分配的不是末级指标"),
    ("V104", edit("inspections", 0, rule="x"), "扣分条款不存在"),
    ("V104", add("tie_decisions", r.TieDecision("town", ("jia",), "M9", place("ties", 1))), "会议纪要不存在"),
    ("V104", edit("goal_indicators", 0, project="P9"), "项目不存在"),
    ("V104", lambda year: replace(year, assignments=year.assignments[1:]), "甲镇没有这项指标，结果不会计入"),
    ("V106", lambda year: replace(year, previous_unit_count=4), "单位数与上年的不同"),
    (
        "V202",
        edit("indicators", indicator("1.3"), params={"step_mode": "floor"}),
        "1.3 的 params 缺少 per_step（每低一档扣的分）",
    ),
    ("V202", edit("indicators", indicator("1.1"), params={"zero_target": "full"}), "1.1 的 zero_target 不认识"),
    ("V202", edit("indicators", indicator("1.1"), params={"capp": "1"}), "1.1 的 params 有不认识的 capp，是不是 cap？"),
    ("V203", edit("assignments", 0, target=Decimal(0)), "甲镇 1.1的目标值为 0，没有写明怎样计分"),
    ("V203", edit("assignments", 0, target=Decimal(-1)), "甲镇 1.1的目标值是负数，请改用基期插值"),
    ("V203", edit("indicators", indicator("1.1"), method="improvement"), "甲镇 1.1缺少基期值"),
    ("V206", edit("results", 0, evidence=("E9",)), "佐证编号不在佐证登记里"),
    ("V213", edit("goal_indicators", 0, score=Decimal(29)), "项目 P1 考评单位数的得分与重新计算的不同"),
    ("V214", edit("goal_indicators", 3, share=Decimal("0.7")), "项目 P1 评议满意的比例不在所选档次内"),
    ("V221", edit("progress", 0, period="一季度"), "期间写法不对"),
    ("V221", again("progress"), "甲镇 1.1 2017Q1 重复填报，没有标明更正"),
    ("V305", edit("ballots", 0, counts={"满意": 4, "不了解": 14}), "甲镇 机关干部 有效票太少"),
    ("V311", again("leader_ratings"), "L1 对甲镇重复评分，第一次在第 1 行"),
    ("V311", edit("leader_ratings", 0, score=None), "L1 对甲镇既没有评分也没有选项"),
    ("V404", edit("inspections", 0, indicator="2.2"), "核验 I1 的事实已在指标 2.2 中扣分"),
    ("V404", edit("results", result("2.2", "bing"), reason="缺席调度会"), "核验 I1 的事实已在指标 2.2 中扣分"),
    ("V405", edit("rectifications", 0, done_on="2017-07-20"), "核验 I1 的整改逾期完成"),
    ("V411", edit("bonuses", 0, doc_no=""), "加分 B1 没有文号，不计分"),
    ("V411", edit("bonuses", 0, date=""), "加分 B1 没有日期"),
    ("V501", edit("project_funds", 0, budget=Decimal(0)), "项目 P1 的全年预算数为 0，执行率无法计算"),
    ("V501", edit("project_funds", 0, executed=Decimal(190000)), "项目 P1 执行率超过 100%"),
    (
        "V502",
        settings(project_sections={"预算执行": Decimal(10), "产出": Decimal(60)}),
        "项目 P1 的“产出”分值不等于规定",
    ),
    ("V505", edit("goal_indicators", 3, evidence=()), "项目 P1 评议满意没有佐证材料"),
]


@pytest.mark.parametrize(("rule", "change", "message"), MORE)
def test_other_faults(rule: str, change: Change, message: str) -> None:
    assert message in [finding.message for finding in check(change(YEAR), TODAY).findings if finding.rule == rule]


QUIET: list[tuple[str, Change, str, str]] = [
    # rule, change, state, reason
    ("V206", lambda year: replace(year, evidence=()), "not_checked", "没有佐证登记，不能核对编号"),
    ("V211", lambda year: replace(year, results=()), "not_applicable", "还没有考评结果"),
    ("V217", lambda year: replace(year, minutes=()), "not_applicable", "指标体系还没有审定"),
    ("V223", settings(deadlines={}), "not_applicable", "方案没有写明季度自评的截止日期"),
    ("V304", settings(public_review=PublicReview(missing_group="zero")), "not_applicable", "方案写明了缺组的处理"),
    ("V312", settings(leader_rating=LeaderRatingRule()), "not_applicable", "方案没有强制分布"),
    (
        "V503",
        lambda year: replace(year, project_funds=year.project_funds[:1]),
        "not_applicable",
        "没有同时写明总额和来源的项目",
    ),
    ("V507", lambda year: replace(year, project_budget=None), "not_checked", "台账里没有项目支出的预算行"),
    ("V507", edit("projects", 0, amount=None), "not_applicable", "有的项目没有写明预算金额"),
    ("V603", settings(grade=()), "not_applicable", "方案没有等次名额"),
    ("V604", lambda year: replace(year, is_final=False), "not_applicable", "结果还没有定为最终"),
    ("V606", settings(carry="exact"), "not_applicable", "总分没有经过逐项取整"),
]


@pytest.mark.parametrize(("rule", "change", "state", "reason"), QUIET)
def test_what_is_not_checked_says_why(rule: str, change: Change, state: str, reason: str) -> None:
    receipts = {receipt.rule: receipt for receipt in check(change(YEAR), TODAY).receipts}
    assert (receipts[rule].state, receipts[rule].reason) == (state, reason)


def test_deadlines_need_a_date() -> None:
    late = edit("rectifications", 0, done_on="")(YEAR)
    assert {states(late, "")[rule] for rule in ("V223", "V405")} == {"not_checked"}
    assert states(late, "2017-06-30")["V405"] == "passed"


def test_a_decided_budget_of_zero() -> None:
    zero = edit("project_funds", 0, budget=Decimal(0))(
        edit("project_goals", 0, execution_decision="财〔2017〕1号")(YEAR)
    )
    assert states(zero)["V501"] == "passed"
    assert GOALS[0].project == "P1"
