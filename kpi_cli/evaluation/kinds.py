"""The kinds of evaluation records: their files, columns and parsers, made from the record classes.

A column is declared once, by the field of its record: the annotation says how it is parsed, COLUMNS what it is called,
the vocabularies below which words it takes. Source: CONTRACT.md, Evaluation.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kpi_cli.evaluation import records as r
from kpi_cli.evaluation import vocabulary as w
from kpi_cli.model.field import Field, FieldError, RecordKind, choice, flag, integer, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi_cli.model.vocabulary import Vocabulary

FOLDER = "evaluation"
GROUP = "eval"

COLUMNS = """
actual 实际值 105 | actual:goal_indicator 实际完成值 17 | asked 申诉请求 按实际完成数重新计分 | assessed 考核分 9.5 |
assessor 考核单位 区统计局 | attribute 项目属性 延续项目 | band 达成情况 部分达成 | baseline 基期值 98.2 |
basis 依据 安全生产责任事故 | benchmark_city 标杆城市 某某市 | benchmark_value 标杆值 95% | budget 全年预算数 180000 |
catch_up_target 赶超目标 三年内达到 | category 类别 镇(街) | category:opinion 类别 城市管理 |
changed_on 变更日期 2017-09-01 | claimed 自评分 10 | claimed:bonus 申报分 2 | completed 完成值 8 |
completion 完成情况 已完成 | component 构成 公众评议 | correction 更正 否 | count 次数 1 |
counts 各选项票数 {"满意":30} | cumulative_actual 累计完成值 52.5 | cycle 周期 季 | data_source 数据来源 区统计局 |
data_source:component_score 来源 汇总表 | data_source:result 实际值来源 区统计局 |
data_source:survey 数据来源 电话调查 | date 日期 2017-06-01 | decided 决定分数 9 | decided_on 决定日期 2018-01-20 |
decision 决定 绩办〔2017〕9号 | deduction 扣分 0.5 | definition 定义 城镇居民人均可支配收入 |
deliverable 成果 考评报告 | deviation 偏差原因 资料收集较晚 | deviation_note 偏差原因及改进措施 参加人数不足 |
direction 方向 正向 | doc_no 文号 绩办〔2017〕1号 | done_on 完成日期 2017-12-01 | due 期限 2017-12-31 |
end 结束日期 2017-12 | evaluated_unit 考评对象 jia | evaluated_units 考评对象次序 jia、yi |
evidence 佐证编号 Z001、Z002 | evidence_required 须有佐证 是 | executed 全年执行数 172000 |
execution_decision 执行率分值调整依据 绩办〔2017〕3号 | fact 事实 值班人员脱岗 | feasibility 可行性 人员经费已落实 |
file 文件 材料/Z001.pdf | forecast 全年预计 18 | formula_text 计算公式 实际值÷目标值 | fund 资金 财政拨款 |
gap 差距 3 个百分点 | group 组别 党代表 | handled_by 承办单位 某局 | id:appeal 编号 S001 | id:bonus 编号 B001 |
id:evidence 编号 Z001 | id:inspection 编号 C001 | id:minutes 编号 J001 | id:opinion 编号 Y001 |
id:upper_indicator 编号 Q001 | implementer 实施单位 绩效办 | indicator 指标 1.2.3 |
indicator:inspection 已扣分的指标 1.2.3 | initial_budget 年初预算数 180000 | inputs 输入 {"nodes":["1","2"]} |
inspection 察访编号 C001 | invalid 无效 2 | issue 存在问题 征地进度慢 | issued 发放 40 | issuer 颁发机关 市人民政府 |
item 申诉事项 1.2.3 | kind 种类 职能工作指标 | kind:veto 种类 一票否决 | leader_no 领导代号 L01 | level 级别 市级 |
level1 一级指标 产出指标 | level2 二级指标 数量指标 | level3 三级指标 考评单位数 | likelihood 完成可能性 确定能 |
long_term_goal 中长期目标 建成考评体系 | matter 事项 全国文明城市 | measure_unit 计量单位 亿元 |
measures 赶超措施 每月调度 | meeting 会议 领导小组会议 | method 方法 M01 | minutes 纪要编号 J001 | month 月份 6 |
na_policy 缺项处理 分值分摊 | name 名称 甲镇 | name:indicator 名称 地区生产总值 | name:upper_indicator 名称 安全生产 |
nature 性质 定量 | necessity 必要性 年度考评需要 | no_public_review 不参加公众评议 否 | note 备注 按国民经济核算口径 |
op 比较 ≥ | opinion 审核意见 同意 | option 选项 满意 | outcome 结果 已整改 | own_unit 所在单位 a |
owner_leader 责任领导 某副区长 | owner_unit 责任单位 区发改局 | params 参数 {"cap":"1"} | parent 上级指标 1.2 |
period 期间 2017Q1 | person_in_charge 负责人 某主任 | place 地点 甲镇政府 | planned_rate 计划进度 25 |
points 分值 10 | points:bonus 核定分 1 | project 项目 P01 | rate 满意率 92.5 | reason 理由 未达到目标值 |
rechecked 复核分 9 | recused 回避 否 | remedy 下一步措施 加快办理 | reported_on 报送日期 2017-04-10 |
respondent_no 评议代号 D012 | respondent_unit 评议人单位 a | returned 收回 38 | round 轮次 年终 | rule 依据条款 late |
sample 样本 400 | schedule 进度安排 分四季实施 | score 得分 92.15 | scoring_rule 评分细则 每低 1 个百分点扣 0.5 分 |
series 系列 A | share 区间得分比例 0.7 | shared_with 共享单位 yi | source_doc 来源文件 查〔2017〕1号 |
stage 阶段 小组评议 | standard 标准 按时 | start 开始日期 2017-01 | subject 事由 并列裁定 |
summary 意见摘要 路灯常不亮 | supervisor 主管部门 某局 | supervisor_code 主管部门编码 301 | target 目标值 100 |
team 组别 第一组 | tier 层级 主要领导 | timetable 时间表 2019 年底 | title 题名 统计公报 | topic 议题 审定考评结果 |
type 类型 创新加分 | yearly_goal 年度目标 完成 67 个单位考评
"""
"""`FIELD 中文名 example`, or `FIELD:KIND …` where a kind of record says it otherwise."""

_CLOSED: dict[tuple[str, str], Vocabulary] = {
    ("indicator", "kind"): w.KIND,
    ("indicator", "nature"): w.NATURE,
    ("indicator", "direction"): w.DIRECTION,
    ("indicator", "cycle"): w.CYCLE,
    ("indicator", "na_policy"): w.NA_POLICY,
    ("result", "na_policy"): w.NA_POLICY,
    ("veto", "kind"): w.VETO_KIND,
    ("minutes", "subject"): w.MINUTES_SUBJECT,
    ("goal_indicator", "op"): w.GOAL_OPERATOR,
    ("goal_indicator", "band"): w.BAND,
    ("project_fund", "fund"): w.FUND_ROW,
}
_OPEN: dict[str, Vocabulary] = {
    "category": w.CATEGORY,
    "component": w.COMPONENT,
    "round": w.ROUND,
    "stage": w.STAGE,
    "group": w.GROUP,
    "tier": w.TIER,
    "level": w.LEVEL,
    "type": w.BONUS_TYPE,
}
_SPELT = {("survey", "data_source"): "source", ("component_score", "data_source"): "source"}
"""Columns that CONTRACT.md spells otherwise than the record's field."""


class open_choice:  # noqa: N801 - a parser, like `model.field.choice`
    """A parser that gives the key of a word that the vocabulary knows, and any other word as it is."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Know the vocabulary."""
        self.vocabulary = vocabulary

    def __call__(self, value: object) -> str:
        """Parse a value."""
        return w.open_key(self.vocabulary, text(value))


_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)%?", re.ASCII)


def decimal(value: object) -> Decimal:
    """Take a number: an integer, an exact decimal, or text with or without thousands separators; 92.5% is 92.5."""
    if isinstance(value, str) and _NUMBER.fullmatch(plain := re.sub(r"[,，\s]", "", value)):
        value = Decimal(plain.rstrip("%"))
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise FieldError("amount-not-a-number")
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 15 or number.as_tuple().exponent < -15:  # type: ignore[operator]  # finite
        raise FieldError("amount-not-a-number")
    return number


def mapping(value: object) -> dict[str, Any]:
    """Take an inline table, or the JSON text of an object; numbers stay exact."""
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError):  # of Decimal: an exponent beyond its own
            value = None
    if not isinstance(value, dict):
        raise FieldError("wrong-type", expected="JSON 对象或 TOML 表", example='{"cap": "1"}')
    return value


def counts(value: object) -> dict[str, int]:
    """Take an inline table, or the JSON text of an object, whose values are counts."""
    return {name: integer(count) for name, count in mapping(value).items()}


def method(value: object) -> str:
    """Take the name of a scoring method, or its number (`M01`) or title."""
    from kpi_cli.evaluation.methods import name_of  # loads all methods

    return name_of(text(value))


def token(value: object) -> str:
    """Take the number of a respondent or rater; a name is refused (V308)."""
    found = text(value)
    if w.NAME.search(found):
        raise FieldError("eval-name")
    return found


def names(value: object) -> tuple[str, ...]:
    """Take a list of words, or text with 、 , ; or spaces between them."""
    given = value if isinstance(value, list) else re.split(r"[、,，;；\s]+", text(value))
    return tuple(filter(None, map(text, given)))


_PARSERS: dict[str, Callable[[object], Any]] = {
    "str": text,
    "Decimal": decimal,
    "int": integer,
    "bool": flag,
    "Mapping[str, Any]": mapping,
    "Mapping[str, int]": counts,
    "tuple[str, ...]": names,
}


def _parser(kind: str, name: str, base: str) -> Callable[[object], Any]:
    if (kind, name) in _CLOSED:
        return choice(_CLOSED[kind, name])
    if (kind, name) == ("indicator", "method"):
        return method
    if base == "str" and name in _OPEN and (kind, name) != ("opinion", "category"):
        return open_choice(_OPEN[name])
    return _PARSERS[base]


def _write(parse: Callable[[object], Any]) -> Callable[[Any], Any]:
    """Return how a canonical value is written: words in Chinese, as in the rest of the ledger."""
    if isinstance(parse, choice):
        return parse.vocabulary.word
    if isinstance(parse, open_choice):
        return lambda key: w.word(parse.vocabulary, key)
    return list if parse is names else lambda value: value


def _labels() -> dict[str, tuple[str, str]]:
    rows = (entry.strip().split(maxsplit=2) for entry in COLUMNS.split("|"))
    return {name: (label, "".join(example)) for name, label, *example in rows}


_LABELS = _labels()


def _kind(plural: str, name: str, label: str, record: Any, identity: str = "", optional: str = "") -> RecordKind:
    """Make a kind.

    Args:
      plural: KIND of the import, name of the file and attribute of EvaluationYear.
      name: Key in TOML.
      label: Chinese name.
      record: Class of the records.
      identity: Fields that together name a record; "" where only its place does.
      optional: Fields that the class asks for and a person may leave out, for rules to judge.
    """
    fields = []
    for key, annotation in record.__annotations__.items():
        if key == "source":
            continue
        base = annotation.__forward_arg__.removesuffix(" | None")
        parse = _parser(name, key, base)
        title, example = _LABELS.get(f"{key}:{name}") or _LABELS[key]
        required = key not in record._field_defaults and key not in optional.split()
        default = record._field_defaults.get(key, "" if base == "str" else None)
        own = Field(key, title, parse, title, example, required, default, _SPELT.get((name, key), ""))
        fields.append(replace(own, write=_write(parse)))
    return RecordKind(
        name,
        plural,
        GROUP,
        label,
        f"{FOLDER}/{plural}.toml",
        tuple(fields),
        record,
        _complete,
        tuple(identity.split()),
        shares_group=True,
        has_rules=True,
    )


def _complete(values: dict[str, Any]) -> None:
    """Derive nothing: what depends on several fields or records is the business of the rules."""


KINDS: dict[str, RecordKind] = {
    kind.plural: kind
    for kind in (
        _kind("units", "unit", "考评对象", r.Unit, "evaluated_unit"),
        _kind("indicators", "indicator", "指标", r.Indicator, "indicator", "parent"),
        _kind("indicator_sheets", "indicator_sheet", "指标说明书", r.IndicatorSheet, "indicator"),
        _kind("assignments", "assignment", "指标分配", r.Assignment, "indicator evaluated_unit"),
        _kind("progress", "progress", "季度进度", r.Progress, "indicator evaluated_unit period"),
        _kind("results", "result", "考评结果", r.Result, "indicator evaluated_unit"),
        _kind("evidence", "evidence", "佐证材料", r.Evidence, "id"),
        _kind("ballots", "ballot", "评议票数", r.Ballot, "", "stage group"),
        _kind("votes", "vote", "评议票", r.Vote, "", "stage group"),
        _kind("surveys", "survey", "民意调查", r.Survey),
        _kind("opinions", "opinion", "意见建议", r.Opinion, "id"),
        _kind("leaders", "leader", "领导所在单位", r.Leader, "leader_no own_unit"),
        _kind("leader_ratings", "leader_rating", "领导评价", r.LeaderRating, "leader_no evaluated_unit", "tier"),
        _kind("inspections", "inspection", "察访核验", r.Inspection, "id"),
        _kind("rectifications", "rectification", "整改", r.Rectification, "inspection"),
        _kind("bonuses", "bonus", "加分", r.Bonus, "id", "doc_no level"),
        _kind("vetoes", "veto", "一票否决", r.Veto, "", "doc_no"),
        _kind("component_scores", "component_score", "构成得分", r.ComponentScore, "evaluated_unit component"),
        _kind("appeals", "appeal", "申诉", r.Appeal, "id"),
        _kind("minutes", "minutes", "会议纪要", r.Minutes, "id"),
        _kind("tie_decisions", "tie_decision", "并列裁定", r.TieDecision),
        _kind("upper_indicators", "upper_indicator", "迎检指标", r.UpperIndicator, "id"),
        _kind("goal_indicators", "goal_indicator", "绩效目标指标", r.GoalIndicator, "project level3"),
        _kind("project_funds", "project_fund", "项目资金", r.ProjectFund, "project fund"),
        _kind("project_goals", "project_goal", "项目绩效目标", r.ProjectGoal, "project"),
        _kind("monitor_entries", "monitor_entry", "绩效监控", r.MonitorEntry, "project level3 month"),
    )
}
"""Kinds by the KIND of `kpi eval import`, which is also the file and the attribute of EvaluationYear."""
