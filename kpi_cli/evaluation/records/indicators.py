"""The records of units, indicators, quarterly reports and results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kpi_cli.model.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

NOWHERE = Source("", 0, 0)
"""The source of a record that comes from no file."""


class Unit(NamedTuple):
    """One evaluated unit (考评对象).

    Attributes:
      evaluated_unit: Id, a short ASCII slug.
      name: Name as printed.
      category: 镇(街), 区直部门, …: units of a category share weights and quotas.
      series: 系列: units of a series are ranked and compared together; "" is the category itself.
      no_public_review: Not subject to the public review; its weight is spread over the other components.
      source: Where it stands.
    """

    evaluated_unit: str
    name: str
    category: str
    series: str = ""
    no_public_review: bool = False
    source: Source = NOWHERE


class Indicator(NamedTuple):
    """One indicator of the tree (指标); one that others name as parent is a heading.

    Attributes:
      indicator: Id, such as `1.2.3`.
      parent: Id of the indicator above it, or "".
      name: Name as printed.
      kind: Key of KIND.
      nature: Key of NATURE.
      direction: Key of DIRECTION.
      measure_unit: 计量单位.
      points: 分值: full points; may be None for a heading, whose points are the sum of its children.
      cycle: Key of CYCLE.
      assessor: 考核单位: who scores it.
      data_source: 数据来源: whose figure is final.
      method: Name in the registry of methods; "" where the assessor gives the score.
      params: Parameters of the method.
      evidence_required: Every claimed value needs numbered evidence.
      owner_unit: 责任单位.
      scoring_rule: 评分细则, the sentence printed in the handbook.
      na_policy: Key of NA_POLICY for all units without a result, such as after a cancellation.
      changed_on: Date of a change after approval.
      decision: Document number that decided the change.
      note: 备注.
      source: Where it stands.
    """

    indicator: str
    parent: str
    name: str
    kind: str = ""
    nature: str = ""
    direction: str = ""
    measure_unit: str = ""
    points: Decimal | None = None
    cycle: str = ""
    assessor: str = ""
    data_source: str = ""
    method: str = ""
    params: Mapping[str, Any] = {}
    evidence_required: bool = False
    owner_unit: str = ""
    scoring_rule: str = ""
    na_policy: str = ""
    changed_on: str = ""
    decision: str = ""
    note: str = ""
    source: Source = NOWHERE


class IndicatorSheet(NamedTuple):
    """指标说明书 of a benchmark or feature indicator (form F2)."""

    indicator: str
    definition: str = ""
    formula_text: str = ""
    benchmark_city: str = ""
    benchmark_value: str = ""
    gap: str = ""
    catch_up_target: str = ""
    measures: str = ""
    timetable: str = ""
    owner_unit: str = ""
    owner_leader: str = ""
    source: Source = NOWHERE


class Assignment(NamedTuple):
    """A leaf indicator that applies to a unit, with the unit's target; `points` None is the indicator's own."""

    indicator: str
    evaluated_unit: str
    points: Decimal | None = None
    target: Decimal | None = None
    baseline: Decimal | None = None
    source: Source = NOWHERE


class Progress(NamedTuple):
    """A unit's own report of one period (季度自评).

    Attributes:
      indicator: Id of a leaf.
      evaluated_unit: Id of the unit.
      period: `2017Q1`.
      cumulative_actual: Since 1 January.
      planned_rate: Planned share of the annual target, percent.
      issue: 存在问题.
      remedy: 下一步措施.
      evidence: Numbers of the evidence.
      correction: Corrects an earlier figure, so it may fall.
      reported_on: Date of the report.
      claimed: 自评分 of the period.
      source: Where it stands.
    """

    indicator: str
    evaluated_unit: str
    period: str
    cumulative_actual: Decimal | None = None
    planned_rate: Decimal | None = None
    issue: str = ""
    remedy: str = ""
    evidence: tuple[str, ...] = ()
    correction: bool = False
    reported_on: str = ""
    claimed: Decimal | None = None
    source: Source = NOWHERE


class Result(NamedTuple):
    """The year's result of a unit on a leaf; at most one per pair.

    The score that counts is `rechecked`, else `assessed`, else what the method makes of `actual` or `inputs`;
    never `claimed`. A decided appeal wins over all of them.

    Attributes:
      indicator: Id of a leaf.
      evaluated_unit: Id of the unit.
      actual: 实际值.
      inputs: Several values, for methods that need them (M11 nodes, M12 band and share).
      claimed: 自评分.
      assessed: 考核分.
      rechecked: 复核分.
      na_policy: Key of NA_POLICY where there is nothing to score.
      reason: Why points were lost, the score changed, or the source differs.
      evidence: Numbers of the evidence.
      data_source: Who supplied `actual`, where it is not the indicator's data source.
      source: Where it stands.
    """

    indicator: str
    evaluated_unit: str
    actual: Decimal | None = None
    inputs: Mapping[str, Any] = {}
    claimed: Decimal | None = None
    assessed: Decimal | None = None
    rechecked: Decimal | None = None
    na_policy: str = ""
    reason: str = ""
    evidence: tuple[str, ...] = ()
    data_source: str = ""
    source: Source = NOWHERE


class Evidence(NamedTuple):
    """One numbered item of the evidence register (佐证材料)."""

    id: str
    evaluated_unit: str
    title: str
    file: str = ""
    source: Source = NOWHERE


class UpperIndicator(NamedTuple):
    """An indicator of the region or the city that this district answers for (迎检)."""

    id: str
    level: str
    name: str
    points: Decimal | None = None
    owner_unit: str = ""
    due: str = ""
    evidence: tuple[str, ...] = ()
    source: Source = NOWHERE
