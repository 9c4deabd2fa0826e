"""The scheme of a year (考评方案) as data, and everything recorded under it.

Keys are those of `scheme.toml` (CONTRACT.md, Evaluation). No weight, cap, quota or grade name of any scheme is
known to the code: what a scheme leaves out is 0, none or the neutral choice documented here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli.evaluation.records import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from kpi_cli.evaluation import records as r
    from kpi_cli.model.records import Project
    from kpi_cli.model.source import Source

ROUNDINGS = ("half_up", "gb8170")
CARRIES = ("published", "exact")
INSPECTION_MODES = ("deduct", "component")
LEADER_METHODS = ("mean", "trimmed", "median", "tier_weighted", "options", "best_ratio")
REVIEW_METHODS = ("points", "rate")
MISSING_POLICIES = ("error", "redistribute", "zero")
TIE_BREAKS = ("indicator_score", "public_review", "deduction", "leader_rating", "bonus")
"""What may break a tie: a component (higher wins), `bonus` (higher wins) or `deduction` (smaller wins)."""

CHOICES = {
    "rounding": ROUNDINGS,
    "carry": CARRIES,
    "inspection_mode": INSPECTION_MODES,
    "leader_rating.method": LEADER_METHODS,
    "public_review.method": REVIEW_METHODS,
    "public_review.missing_group": MISSING_POLICIES,
}
"""Settings that take one of a few words."""

MOST_PLACES = 10
RANGES = {
    "score_places": (0, MOST_PLACES),
    "total_points": (1, 10**6),
    "public_review.group_total": (1, 10**6),
}
"""Settings whose values lie between two numbers, inclusive."""

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Caps:
    """Limits in points; None is no limit."""

    deduction: Decimal | None = None
    bonus: Decimal | None = None
    bonus_by_type: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """One answer on a ballot: its points (0–100), and whether it counts as valid (不了解 does not)."""

    points: Decimal
    valid: bool = True
    satisfied: bool = False
    """Counts towards 满意率."""


@dataclass(frozen=True)
class PublicReview:
    """How ballots become a score, `[scheme.public_review]`.

    Attributes:
      method: `points` (mean of the options' points) or `rate` (满意率 of valid ballots).
      missing_group: A weighted group or stage without a valid ballot: `error`, `redistribute` or `zero`.
      min_ballots: Fewer valid ballots than this in a group are worth a warning.
      min_recovery: Recovery (percent) below this is worth a warning.
      group_total: What the group weights of a category add up to.
      round: The round that counts for the year.
    """

    method: str = "points"
    missing_group: str = "error"
    min_ballots: int = 5
    min_recovery: Decimal = Decimal(80)
    group_total: Decimal = HUNDRED
    round: str = "year"


@dataclass(frozen=True)
class LeaderRatingRule:
    """How ratings become a score, `[scheme.leader_rating]`.

    Attributes:
      method: One of LEADER_METHODS.
      trim_min_n: Fewer raters than this are not trimmed: their mean counts, with a note.
      options: Points by option; the scheme's ballot options where empty.
      quotas: Option → most units that one leader may give it to (强制分布).
    """

    method: str = "mean"
    trim_min_n: int = 5
    options: Mapping[str, Decimal] = field(default_factory=dict)
    quotas: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class GradeRule:
    """One grade (等次), best first: its threshold and the cumulative share of a category's units that may reach it.

    `quota` is a fraction (0.3) or None for no limit; it is rounded down, at least one for the first grade.
    """

    name: str
    min: Decimal | None = None
    quota: Decimal | None = None


@dataclass(frozen=True)
class DeductionRule:
    """One clause of the tariff: points each time, the most for one unit, and multipliers by level."""

    id: str
    points: Decimal
    cap: Decimal | None = None
    multiplier: Mapping[str, Decimal] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True)
class BonusRule:
    """Points of a bonus by type and level."""

    type: str
    level: str
    points: Decimal


@dataclass(frozen=True)
class Scheme:
    """The scheme of a year.

    Attributes:
      year: Evaluation year.
      doc_no: 文号.
      score_places: Decimals of every printed score.
      rounding: One of ROUNDINGS.
      carry: `published`: the total adds the printed parts; `exact`: it is rounded once.
      final_cap: Highest total, or None.
      inspection_mode: `deduct`: deducted from the total; `component`: 100 less the deductions, weighted.
      veto_frees_slot: The place of a barred unit goes to the next.
      tie_break: Parts that allocate places at a quota line, first to last.
      caps: Limits of deduction and bonus.
      weights: Category → component → points; 100 together.
      options: Answers on a ballot, in printed order.
      group_weights: Category → respondent group → weight.
      stage_weights: Stage → weight; empty for a review of one stage.
      tier_weights: Leader tier → weight.
      public_review: How ballots become a score.
      leader_rating: How ratings become a score.
      grade: Best first.
      deduction_rule: The tariff.
      bonus_rule: Points by type and level.
      total_points: What the leaves of a unit add up to.
      bonus_from: First date of a document that counts this year; "" is 1 January.
      bonus_to: Last date; "" is 31 December.
      bonus_partner_share: Share of a bonus that each partner of a shared award gets.
      unit_count: Units that the scheme names, or None.
      deadlines: Period → last day of its self-review.
      appeal_deadline: Printed on the feedback sheets.
      progress_serious: Pace (percent) below which an indicator is seriously behind.
      project_grade: Grades of a project's self-evaluation, best first; empty for the usual ones.
      project_sections: 一级指标 → points (预算执行, 产出, 效益, 满意度); empty for the usual ones.
      source: Where it stands.
    """

    year: int
    doc_no: str = ""
    score_places: int = 2
    rounding: str = "half_up"
    carry: str = "published"
    final_cap: Decimal | None = None
    inspection_mode: str = "deduct"
    veto_frees_slot: bool = True
    tie_break: tuple[str, ...] = ("indicator_score", "public_review", "deduction", "leader_rating")
    caps: Caps = field(default_factory=Caps)
    weights: Mapping[str, Mapping[str, Decimal | Fraction]] = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)
    group_weights: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    stage_weights: Mapping[str, Decimal] = field(default_factory=dict)
    tier_weights: Mapping[str, Decimal] = field(default_factory=dict)
    public_review: PublicReview = field(default_factory=PublicReview)
    leader_rating: LeaderRatingRule = field(default_factory=LeaderRatingRule)
    grade: tuple[GradeRule, ...] = ()
    deduction_rule: tuple[DeductionRule, ...] = ()
    bonus_rule: tuple[BonusRule, ...] = ()
    total_points: Decimal = HUNDRED
    bonus_from: str = ""
    bonus_to: str = ""
    bonus_partner_share: Decimal = Decimal(0)
    unit_count: int | None = None
    deadlines: Mapping[str, str] = field(default_factory=dict)
    appeal_deadline: str = ""
    progress_serious: Decimal = Decimal(80)
    project_grade: tuple[GradeRule, ...] = ()
    project_sections: Mapping[str, Decimal] = field(default_factory=dict)
    source: Source = NOWHERE

    @property
    def bonus_window(self) -> tuple[str, str]:
        """First and last date of a bonus document that counts this year."""
        return self.bonus_from or f"{self.year}-01-01", self.bonus_to or f"{self.year}-12-31"


@dataclass(frozen=True)
class EvaluationYear:
    """Everything recorded for one evaluation year; the order of records means nothing.

    Attributes:
      scheme: The scheme, or None while there is none: progress can be recorded before it.
      projects: The budget side, from `projects.toml`.
      project_budget: Project expenditure of the ledger's lines, in 元, or None where there are no lines.
      previous_unit_count: Units of the year before, or None.
      is_final: The results are marked as final.
    """

    year: int
    scheme: Scheme | None = None
    units: tuple[r.Unit, ...] = ()
    indicators: tuple[r.Indicator, ...] = ()
    indicator_sheets: tuple[r.IndicatorSheet, ...] = ()
    assignments: tuple[r.Assignment, ...] = ()
    progress: tuple[r.Progress, ...] = ()
    results: tuple[r.Result, ...] = ()
    evidence: tuple[r.Evidence, ...] = ()
    ballots: tuple[r.Ballot, ...] = ()
    votes: tuple[r.Vote, ...] = ()
    surveys: tuple[r.Survey, ...] = ()
    opinions: tuple[r.Opinion, ...] = ()
    leaders: tuple[r.Leader, ...] = ()
    leader_ratings: tuple[r.LeaderRating, ...] = ()
    inspections: tuple[r.Inspection, ...] = ()
    rectifications: tuple[r.Rectification, ...] = ()
    bonuses: tuple[r.Bonus, ...] = ()
    vetoes: tuple[r.Veto, ...] = ()
    component_scores: tuple[r.ComponentScore, ...] = ()
    appeals: tuple[r.Appeal, ...] = ()
    minutes: tuple[r.Minutes, ...] = ()
    tie_decisions: tuple[r.TieDecision, ...] = ()
    upper_indicators: tuple[r.UpperIndicator, ...] = ()
    goal_indicators: tuple[r.GoalIndicator, ...] = ()
    project_funds: tuple[r.ProjectFund, ...] = ()
    project_goals: tuple[r.ProjectGoal, ...] = ()
    monitor_entries: tuple[r.MonitorEntry, ...] = ()
    projects: tuple[Project, ...] = ()
    project_budget: Decimal | None = None
    previous_unit_count: int | None = None
    is_final: bool = False
