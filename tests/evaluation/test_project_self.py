"""项目支出绩效自评: the seed's own project (evaluation.md §3.8), and its edges."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kpi_cli.errors import LedgerError
from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.project_self import project_money, self_evaluation
from kpi_cli.evaluation.scheme import EvaluationYear, GradeRule, Scheme
from kpi_cli.model.records import Project
from kpi_cli.model.source import Source


def line(
    place: int, level1: str, level2: str, level3: str, op: str, points: str, target: str, actual: str
) -> r.GoalIndicator:
    """Return a goal; a qualitative one has its words as target and its share as actual."""
    source = Source("2017/evaluation/goals.toml", place, place)
    if op == "qual":
        band = "met" if actual == "1" else "partly_met"
        values = {"standard": target, "band": band, "share": Decimal(actual)}
    else:
        values = {"target": Decimal(target), "actual": Decimal(actual)}
    return r.GoalIndicator("P", level1, level2, level3, op, Decimal(points), source=source, **values)


GOALS = (
    line(1, "产出", "数量", "指标考评单位数", ">=", "10", "67", "67"),
    line(2, "产出", "数量", "季度自评次数", ">=", "10", "4", "4"),
    line(3, "产出", "质量", "指标复核覆盖率", ">=", "10", "100", "97"),
    line(4, "产出", "时效", "结果按时通报", "qual", "10", "按时", "1"),
    line(5, "产出", "成本", "项目总成本", "<=", "10", "18", "16.74"),
    line(6, "效益", "社会", "问题整改完成率", ">=", "15", "95", "88"),
    line(7, "效益", "可持续", "机关效能提升", "qual", "15", "明显", "0.75"),
    line(8, "满意度", "服务对象", "评议对象满意度", ">=", "10", "90", "87.06"),
)
MONEY = r.ProjectFund("P", "total", Decimal(180000), Decimal(180000), Decimal(167400))
YEAR = EvaluationYear(2017, goal_indicators=GOALS, project_funds=(MONEY,))


def test_the_project_of_the_seed() -> None:
    found = self_evaluation(YEAR, "P")
    assert (str(found.execution), [str(each.score) for each in found.goals]) == (
        "9.30",
        ["10.00", "10.00", "9.70", "10.00", "10.00", "13.89", "11.25", "9.67"],
    )
    assert (str(found.total), found.grade) == ("93.81", "优")
    assert found.total_step.text == "9.3 + 10 + 10 + 9.7 + 10 + 10 + 13.89 + 11.25 + 9.67 = 93.81"
    assert [step.text for step in found.execution_steps] == ["执行率 167400 ÷ 180000 = 93%", "10 × 93% = 9.3"]
    assert found.goals[5].steps[0].text == "未达标：15 × 88 ÷ 95 = 13.894736…"


def test_grades_and_rounding_of_a_scheme() -> None:
    own = Scheme(2017, score_places=1, project_grade=(GradeRule("A", Decimal(95)), GradeRule("B")))
    found = self_evaluation(replace(YEAR, scheme=own), "P")
    assert (str(found.total), found.grade) == ("93.9", "B")  # 13.9, 11.3, 9.7: each line is rounded once


def test_where_the_money_comes_from() -> None:
    parts = tuple(
        r.ProjectFund("P", fund, None, Decimal(budget), Decimal(spent))
        for fund, budget, spent in (("fiscal_appropriation", 100000, 90000), ("other", 80000, 77400))
    )
    assert project_money(replace(YEAR, project_funds=parts), "P")[2:5] == (None, Decimal(180000), Decimal(167400))
    project = Project("P", "项目", "", "", Decimal(180000), Decimal(167400), Source("projects.toml", 1, 1))
    ledger = replace(YEAR, project_funds=(), projects=(project,))
    assert str(self_evaluation(ledger, "P").total) == "93.81"


def test_no_budget_to_execute() -> None:
    empty = replace(YEAR, project_funds=(MONEY._replace(budget=Decimal(0), source=Source("funds.toml", 5, 1)),))
    with pytest.raises(LedgerError) as error:
        self_evaluation(empty, "P")
    assert str(error.value) == "funds.toml:5: 全年预算数为 0，执行率无法计算；请核对预算数，或写明分值的处理决定"
    decided = replace(empty, project_goals=(r.ProjectGoal("P", execution_decision="某财〔2017〕8号"),))
    found = self_evaluation(decided, "P")
    assert found.execution is None
    assert [str(each.score) for each in found.goals[:5]] == ["12.00", "12.00", "11.64", "12.00", "12.00"]
    assert (str(found.total), found.notes) == ("94.45", ("预算执行的分值按决定移给产出指标",))


def test_every_line_that_cannot_be_scored() -> None:
    broken = (GOALS[0]._replace(actual=None), GOALS[6]._replace(share=Decimal("0.9")), *GOALS[1:6])
    with pytest.raises(LedgerError) as error:
        self_evaluation(replace(YEAR, goal_indicators=broken, project_funds=()), "P")
    assert [problem.text.partition("；")[0] for problem in error.value.problems] == [
        "缺少预算数或执行数",
        "2017/evaluation/goals.toml:1: 缺少实际完成值（指标考评单位数）",
        "2017/evaluation/goals.toml:7: 比例不在“部分达成”的区间内（机关效能提升）",
    ]
    with pytest.raises(LedgerError):
        self_evaluation(YEAR, "Q")
