"""The records of inspections, bonuses and vetoes, of stated scores, appeals and meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.evaluation.records.indicators import NOWHERE

if TYPE_CHECKING:
    from decimal import Decimal

    from kpi_cli.model.source import Source


class Inspection(NamedTuple):
    """One fact found on site (察访核验).

    Attributes:
      id: Number of the inspection.
      date: ISO date.
      evaluated_unit: Id of the unit.
      fact: 事实.
      rule: Id of a deduction rule of the scheme (依据条款).
      count: 次数.
      level: Who found it; may multiply the points.
      source_doc: 来源: team or document number.
      place: 地点.
      team: 组别.
      deduction: 扣分 as written on the sheet; the program computes its own and compares.
      indicator: The indicator that already takes the fact into account, or "".
      source: Where it stands.
    """

    id: str
    date: str
    evaluated_unit: str
    fact: str
    rule: str
    count: int = 1  # type: ignore[assignment]  # tuple has a method of that name, which nobody needs here
    level: str = ""
    source_doc: str = ""
    place: str = ""
    team: str = ""
    deduction: Decimal | None = None
    indicator: str = ""
    source: Source = NOWHERE


class Rectification(NamedTuple):
    """What became of an inspection's fact (整改); `done_on` "" is still open."""

    inspection: str
    due: str
    done_on: str = ""
    outcome: str = ""
    source: Source = NOWHERE


class Bonus(NamedTuple):
    """One bonus (加分).

    Attributes:
      id: Number of the bonus.
      evaluated_unit: Id of the unit, the leading one where it is shared.
      type: 创新 or 表彰, or a type of the scheme's own.
      level: Level of the award.
      matter: 事项; one matter counts once, at its highest points.
      doc_no: 文号; without one there are no points.
      date: ISO date of the document.
      points: 核定分; None is the scheme's rule for type and level.
      claimed: 申报分.
      issuer: 颁发机关.
      shared_with: Ids of partner units.
      reason: 不予认定理由.
      source: Where it stands.
    """

    id: str
    evaluated_unit: str
    type: str
    level: str
    matter: str
    doc_no: str
    date: str = ""
    points: Decimal | None = None
    claimed: Decimal | None = None
    issuer: str = ""
    shared_with: tuple[str, ...] = ()
    reason: str = ""
    source: Source = NOWHERE


class Veto(NamedTuple):
    """一票否决, 一票否优 or 降等: key of VETO_KIND, with basis and document."""

    evaluated_unit: str
    kind: str
    basis: str
    doc_no: str
    date: str = ""
    source: Source = NOWHERE


class ComponentScore(NamedTuple):
    """A component's score (0–100), or the deduction or bonus in points, stated instead of computed."""

    evaluated_unit: str
    component: str
    score: Decimal
    data_source: str = ""
    source: Source = NOWHERE


class Appeal(NamedTuple):
    """申诉. A decided one with `decided` replaces the score of its item.

    Attributes:
      id: Number of the appeal.
      evaluated_unit: Id of the unit.
      item: Id of an indicator or inspection, or a component.
      asked: What the unit asks for.
      date: When it was filed.
      decided_on: When it was decided; "" is still open.
      decision: What was decided.
      decided: The new score (or deduction) of the item; None changes nothing.
      doc_no: 文号 of the decision.
      source: Where it stands.
    """

    id: str
    evaluated_unit: str
    item: str
    asked: str
    date: str = ""
    decided_on: str = ""
    decision: str = ""
    decided: Decimal | None = None
    doc_no: str = ""
    source: Source = NOWHERE


class Minutes(NamedTuple):
    """One decision of a meeting (form F17); `subject` is a key of MINUTES_SUBJECT."""

    id: str
    date: str
    meeting: str
    topic: str
    decision: str
    subject: str = ""
    doc_no: str = ""
    source: Source = NOWHERE


class TieDecision(NamedTuple):
    """How a meeting ordered tied units of a category, best first; `minutes` is the id of the Minutes."""

    category: str
    evaluated_units: tuple[str, ...]
    minutes: str
    source: Source = NOWHERE
