"""The smallest evaluation year, or question about one, behind each `eval-` problem, and its line."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kpi_cli.cli.actions import _guarded
from kpi_cli.errors import KpiError
from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.explain import explain
from kpi_cli.evaluation.final import compute_final
from kpi_cli.evaluation.forms import form_tables
from kpi_cli.evaluation.methods.method import METHODS, Method
from kpi_cli.evaluation.project_self import self_evaluation
from kpi_cli.evaluation.scheme import EvaluationYear, GradeRule, Scheme
from kpi_cli.evaluation.what_if import with_change
from tests.evaluation.examples import SCHEME, one_method, ten_units
from tests.evaluation.test_project_self import GOALS, MONEY
from tests.evaluation.test_project_self import YEAR as PROJECT
from tests.evaluation.test_scores import GROUPS, four_leaves, leader_year, review_year

if TYPE_CHECKING:
    from collections.abc import Callable

FULL = {"indicator_score": Decimal(100)}


def stated(*units: str, **changes: object) -> EvaluationYear:
    """Return a year whose units have the same stated score."""
    scheme = Scheme(2017, **{"weights": {"town": FULL}, **changes})
    scores = tuple(r.ComponentScore(unit, "indicator_score", Decimal(90), "表") for unit in units)
    return EvaluationYear(2017, scheme, tuple(r.Unit(unit, unit, "town") for unit in units), component_scores=scores)


def final(year: EvaluationYear) -> Callable[[], object]:
    """Ask for the result."""
    return partial(compute_final, year)


def method(name: str, actual: str = "1", **more: object) -> Callable[[], object]:
    """Ask for the result of one indicator."""
    return final(one_method(name, "8", {"a": actual}, **more))


ONE_TIE = stated("a", "b", grade=(GradeRule("一等", None, Decimal("0.5")), GradeRule("二等")))
NO_MINUTES = replace(stated("a"), tie_decisions=(r.TieDecision("town", ("a",), "M1"),))
WITHOUT_VOTES = review_year({"": {"": (0, 0, 0, 3)}}, group_weights={})
ONE_GROUP = review_year({"": {key: counts for key, counts in GROUPS.items() if key != "cadre"}})
OWN_TIER = leader_year("tier_weighted", [("member", "90")], tier_weights={"principal": Decimal(100)})
RESULT = r.Result("9", "a")
TWICE = one_method("ratio", "8", {"a": "1"}, target="2")
NOTHING = four_leaves("redistribute")
NOTHING = replace(NOTHING, results=tuple(r.Result(str(n), "jia", na_policy="redistribute") for n in range(1, 5)))


def _broken_plugin() -> object:
    """Score by a plugin's method that divides by zero."""
    compute = _guarded(lambda case: case.points / 0, "坏")
    METHODS["indicator", "坏"] = Method("坏", "X", "坏", "indicator", compute)
    try:
        return compute_final(one_method("坏", "8", {"a": "1"}))
    finally:
        del METHODS["indicator", "坏"]


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "eval-no-scheme": (
        final(EvaluationYear(2017)),
        "2017 年没有考评方案；请用 kpi eval scheme new 新建，或写入 evaluation/scheme.toml",
    ),
    "eval-weights-sum": (
        final(stated("a", weights={"town": {"indicator_score": Decimal("99.9")}})),
        "weights.town 的合计不是 100（99.9）；请改正权重",
    ),
    "eval-negative-weight": (
        final(stated("a", weights={"town": {"indicator_score": Decimal(101), "leader_rating": Decimal(-1)}})),
        "weights.town.leader_rating 是负数（-1）；请改正权重",
    ),
    "eval-no-weights": (
        final(replace(stated(), units=(r.Unit("a", "甲局", "department"),))),
        "类别“区直部门”在方案里没有权重（a）；请补上 [scheme.weights.类别]",
    ),
    "eval-unknown-unit": (
        final(replace(stated("a"), vetoes=(r.Veto("b", "fail", "", ""),))),
        "考评对象不在单位名册里（b）；请改正编号，或先登记该单位",
    ),
    "eval-unknown-unit-name": (partial(explain, stated("jia"), "jai"), "没有这个考评对象（jai）；是不是 jia？"),
    "eval-unknown-indicator": (partial(explain, TWICE, "a", "1.2"), "该单位没有这项指标（1.2）；是不是 1.1？"),
    "eval-not-assigned": (
        final(replace(stated("a"), results=(RESULT,))),
        "该指标没有分配给这个单位，结果不会计入（a 9）；请补上 assignments，或删去这条结果",
    ),
    "eval-twice": (
        final(replace(TWICE, results=TWICE.results * 2)),
        "同一单位同一指标有两条记录，第一条在第 0 行（a 1.1）；请只保留一条",
    ),
    "eval-missing-result": (
        final(four_leaves("")),
        "results.toml:9: 缺少考评结果（jia 3）；请补上实际值或考核分，或写明 na_policy",
    ),
    "eval-missing-component": (
        final(replace(stated("a"), component_scores=())),
        "缺少指标考评的数据（a 指标考评）；请导入数据，或用 component_scores 写明得分和来源",
    ),
    "eval-missing-value": (method("ratio"), "缺少目标值（a 1.1）；请补上"),
    "eval-missing-group": (
        final(ONE_GROUP),
        "机关干部没有有效票（jia 公众评议）；请补上票数，或在 [scheme.public_review] 写明 missing_group",
    ),
    "eval-no-valid-ballot": (final(WITHOUT_VOTES), "没有有效票（jia 公众评议）；请补上票数"),
    "eval-no-rating": (final(OWN_TIER), "没有可用的领导评分（jia 领导评价）；请补上评分"),
    "eval-no-group": (
        final(four_leaves("group_mean")),
        "results.toml:9: 同组没有其他单位的得分，不能取平均分（jia 3）；请改用其他 na_policy",
    ),
    "eval-nothing-scored": (final(NOTHING), "没有任何一项指标有得分，分值无处分摊（jia）；请补上结果"),
    "eval-unknown-method": (method("rato"), "不认识的计分方法（a 1.1）；是不是 ratio？"),
    "eval-method-params": (
        method("count_deduct"),
        "计分方法的 per_case 缺少或不对（a 1.1）；请改正指标的 params 或结果的 inputs",
    ),
    "eval-plugin-method": (
        _broken_plugin,
        "插件的计分方法 坏 出错：ZeroDivisionError: Fraction(1, 0)（a 1.1）；请联系插件的作者，或改用其他方法",
    ),
    "eval-step-mode": (
        method("step_deduct", target="2", params={"per_step": 1}),
        "没有写明不足一档怎样计（a 1.1）；请写明 step_mode：proportional、floor 或 ceil",
    ),
    "eval-tiers": (
        method("tiers", params={"tiers": [[1, 2, 1], [3, 4, 1]]}),
        "分档表有空档或重叠：[1, 2)、[3, 4)（a 1.1）；每档含下限不含上限，请首尾相接",
    ),
    "eval-zero-target": (
        method("ratio", target="0"),
        "目标值为 0，不能算完成率（a 1.1）；请写明 zero_target，或改用扣分的方法",
    ),
    "eval-negative-target": (
        method("ratio", target="-1"),
        "目标值是负数，不能算完成率（a 1.1）；请改用基期插值（improvement）",
    ),
    "eval-tie-forbidden": (
        final(one_method("rank_table", "8", {"a": "1", "b": "1"}, params={"table": [8, 6], "ties": "forbid"})),
        "2 个单位并列，方案不许并列（a 1.1）；请拉开档次后重新填报",
    ),
    "eval-best-zero": (method("best_ratio", "0"), "同组最好值为 0，不能折算（a 1.1）；请核对数据，或改用其他方法"),
    "eval-band": (
        final(one_method("qual3", "8", {"a": {"inputs": {"band": "met", "share": "0.5"}}})),
        "比例不在“达成预期”的区间内（a 1.1）；请改正档次或比例",
    ),
    "eval-option": (
        final(leader_year("mean", [("", "好")])),
        "选项“好”不在方案里（jia 领导评价）；请改正选项，或补上 [scheme.options]",
    ),
    "eval-unknown-clause": (
        final(replace(stated("a"), inspections=(r.Inspection("1", "2017-01-01", "a", "事", "x"),))),
        "扣分条款 x 不在方案里（1）；请改正条款，或补上 [[scheme.deduction_rule]]",
    ),
    "eval-zero-budget": (
        partial(
            self_evaluation,
            replace(PROJECT, project_funds=(MONEY._replace(budget=Decimal(0)),), goal_indicators=GOALS),
            "P",
        ),
        "全年预算数为 0，执行率无法计算；请核对预算数，或写明分值的处理决定",
    ),
    "eval-undecided-tie": (
        final(ONE_TIE),
        "并列跨越等次名额线，无法区分（a、b）；请开会裁定并用 tie_decision 登记，附会议纪要",
    ),
    "eval-no-minutes": (final(NO_MINUTES), "并列裁定所附的会议纪要不存在（M1）；请先登记会议纪要"),
    "eval-unknown-form": (
        partial(form_tables, ten_units(), [19]),
        "没有这张表，或它不在这个范围内公开（F19）；可用的有：" + "、".join(f"F{n}" for n in range(1, 19)),
    ),
    "eval-unknown-setting": (
        partial(with_change, SCHEME, "cap.bonus", "1"),
        "方案里没有这一项（cap.bonus）；是不是 caps？",
    ),
    "eval-setting-value": (
        partial(with_change, SCHEME, "caps.bonus", "三"),
        "caps.bonus 的值不对，应为数字（三）；例如 20",
    ),
}


def raised(act: Callable[[], object], *_: object) -> KpiError:
    """Return what a case ends with; its first line is the one that is compared."""
    with pytest.raises(KpiError) as error:
        act()
    return KpiError(error.value.problems[0])
