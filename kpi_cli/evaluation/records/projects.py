"""The records of budget projects: goals, money, monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.evaluation.records.indicators import NOWHERE

if TYPE_CHECKING:
    from decimal import Decimal

    from kpi_cli.model.source import Source


class GoalIndicator(NamedTuple):
    """One goal indicator of a budget project (绩效目标, 自评).

    Attributes:
      project: Id of a project of the ledger.
      level1: 一级指标.
      level2: 二级指标.
      level3: 三级指标; unique in its project.
      op: Key of GOAL_OPERATOR.
      target: 年度指标值; None for `qual`.
      standard: The words of a qualitative target (明显, 按时), and how it is judged.
      measure_unit: 计量单位.
      points: 分值.
      actual: 实际完成值.
      band: For `qual`: key of BAND.
      share: For `qual`: share of the points inside the band, 0–1.
      score: 得分 as printed on a form from elsewhere; the program computes its own and compares.
      deviation_note: 偏差原因分析及改进措施.
      evidence: Numbers of the evidence.
      source: Where it stands.
    """

    project: str
    level1: str
    level2: str
    level3: str
    op: str
    points: Decimal
    target: Decimal | None = None
    standard: str = ""
    measure_unit: str = ""
    actual: Decimal | None = None
    band: str = ""
    share: Decimal | None = None
    score: Decimal | None = None
    deviation_note: str = ""
    evidence: tuple[str, ...] = ()
    source: Source = NOWHERE


class ProjectFund(NamedTuple):
    """Money of a project by source (key of FUND_ROW), in 元: 年初预算数, 全年预算数 A, 全年执行数 B."""

    project: str
    fund: str
    initial_budget: Decimal | None = None
    budget: Decimal | None = None
    executed: Decimal | None = None
    source: Source = NOWHERE


class ProjectGoal(NamedTuple):
    """The words of a project's 绩效目标申报表 and 自评表 (F14, F16, F18).

    `execution_decision` is the document that gives the points of the execution rate to the output, where there is no
    budget to execute.
    """

    project: str
    supervisor: str = ""
    supervisor_code: str = ""
    implementer: str = ""
    attribute: str = ""
    person_in_charge: str = ""
    start: str = ""
    end: str = ""
    basis: str = ""
    necessity: str = ""
    feasibility: str = ""
    schedule: str = ""
    long_term_goal: str = ""
    yearly_goal: str = ""
    completion: str = ""
    opinion: str = ""
    deliverable: str = ""
    execution_decision: str = ""
    source: Source = NOWHERE


class MonitorEntry(NamedTuple):
    """How far a goal indicator has come by the end of a month (绩效监控, F15)."""

    project: str
    level3: str
    month: int
    completed: Decimal | None = None
    forecast: Decimal | None = None
    deviation: str = ""
    likelihood: str = ""
    source: Source = NOWHERE
