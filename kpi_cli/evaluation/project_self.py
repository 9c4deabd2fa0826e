"""项目支出绩效自评 of one budget project: rows, section points, total and grade (domain/evaluation.md §3.8)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi_cli import resources
from kpi_cli.errors import LedgerError
from kpi_cli.evaluation.arithmetic import Outcome, Step, exact, rounded, written_sum
from kpi_cli.evaluation.index import grouped
from kpi_cli.evaluation.methods.method import MethodError
from kpi_cli.evaluation.methods.project import execution, goal
from kpi_cli.evaluation.records import NOWHERE, ProjectFund
from kpi_cli.evaluation.scheme import GradeRule, Scheme
from kpi_cli.evaluation.scores import place_of
from kpi_cli.problems import Problem
from kpi_cli.toml_source import read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kpi_cli.evaluation.records import GoalIndicator
    from kpi_cli.evaluation.scheme import EvaluationYear
    from kpi_cli.model.source import Source

ZERO = Fraction(0)
SCALE = Fraction(100)


class GoalScore(NamedTuple):
    """One line of the self-evaluation: its full points as they count, its score, the arithmetic."""

    goal: GoalIndicator
    points: Fraction
    score: Decimal
    steps: tuple[Step, ...]


class SelfEvaluation(NamedTuple):
    """The self-evaluation of a project.

    Attributes:
      project: Id of the project.
      money: The row of totals, in 元.
      execution_points: Full points of the execution rate.
      execution: Its score; None where the points went to the output by decision.
      execution_steps: The arithmetic.
      goals: The other lines.
      total: Sum of the printed scores.
      grade: Name of the grade, "" where the scheme has none.
      notes: What is to be printed with it.
    """

    project: str
    money: ProjectFund
    execution_points: Fraction
    execution: Decimal | None
    execution_steps: tuple[Step, ...]
    goals: tuple[GoalScore, ...]
    total: Decimal
    grade: str
    notes: tuple[str, ...]

    @property
    def total_step(self) -> Step:
        """How the total is added."""
        scores = [score for score in (self.execution, *(line.score for line in self.goals)) if score is not None]
        return Step("{terms} = {total}", {"terms": written_sum(scores), "total": self.total})


def project_money(year: EvaluationYear, project: str) -> ProjectFund:
    """Return a project's total budget and execution: the row of totals, else the sum of sources, else the ledger's."""
    rows = [row for row in year.project_funds if row.project == project]
    for row in rows:
        if row.fund == "total":
            return row
    if rows:
        names = ("initial_budget", "budget", "executed")
        initial, budget, executed = (_sum([getattr(row, name) for row in rows]) for name in names)
        return ProjectFund(project, "total", initial, budget, executed, rows[0].source)
    for each in year.projects:
        if each.id == project:
            return ProjectFund(project, "total", each.amount, each.amount, each.executed, each.source)
    return ProjectFund(project, "total")


def _sum(values: list[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known[1:], known[0]) if known else None


@cache
def usual_grades() -> tuple[GradeRule, ...]:
    """Return the grades of `templates/evaluation/project.toml`, for schemes that name none."""
    found = _usual()["grade"]
    return tuple(GradeRule(item["name"], Decimal(item["min"]) if "min" in item else None) for item in found)


@cache
def usual_sections() -> Mapping[str, Decimal]:
    """Return the points by 一级指标 of `templates/evaluation/project.toml`."""
    return {name: Decimal(points) for name, points in _usual()["sections"].items()}


def _usual() -> dict[str, Any]:
    return read_toml(resources.templates() / "evaluation/project.toml", "evaluation/project.toml").data


def self_evaluation(year: EvaluationYear, project: str) -> SelfEvaluation:
    """Evaluate a project: its execution rate takes what the goals leave of 100 points.

    Args:
      year: Goal indicators, money, and the scheme, whose rounding and grades are used.
      project: Id of the project.
    Raises:
      LedgerError: No goals, or a line that cannot be scored; all of them at once.
    """
    lines = sorted((g for g in year.goal_indicators if g.project == project), key=lambda g: g.source)
    if not lines:
        raise LedgerError(Problem("eval-missing-value", value=project, facts={"what": "绩效指标"}))
    scheme = year.scheme or Scheme(year.year)
    places, rounding, grades = scheme.score_places, scheme.rounding, scheme.project_grade or usual_grades()
    problems: list[Problem] = []
    money, moved = project_money(year, project), _moves_points(year, project)
    points = SCALE - sum((exact(line.points) for line in lines), ZERO)
    factors = _factors(lines, points) if moved else {}

    def settle(outcome: Outcome) -> Decimal:
        return rounded(outcome.score, places, rounding)

    spent = None if moved else _tried(partial(execution, points, money.budget, money.executed), money.source, problems)
    goals: list[GoalScore] = []
    for line in lines:
        outcome = _tried(partial(goal, line), line.source, problems, line.level3)
        if outcome is not None:
            factor = factors.get(line.level1, Fraction(1))
            scaled = Outcome(outcome.score * factor)
            goals.append(GoalScore(line, exact(line.points) * factor, settle(scaled), outcome.steps))
    if problems:
        raise LedgerError(problems)
    score = None if spent is None else settle(spent)
    parts = [exact(part) for part in (score, *(line.score for line in goals)) if part is not None]
    total = rounded(sum(parts, ZERO), places, rounding)
    notes = (("预算执行的分值按决定移给产出指标",) if moved else ()) + (spent.notes if spent else ())
    steps = spent.steps if spent else ()
    return SelfEvaluation(
        project, money, ZERO if moved else points, score, steps, tuple(goals), total, grade_of(total, grades), notes
    )


def grade_of(total: Decimal, grades: tuple[GradeRule, ...]) -> str:
    """Return the first grade whose threshold the total reaches."""
    return next((rule.name for rule in grades if rule.min is None or total >= rule.min), "")


def _moves_points(year: EvaluationYear, project: str) -> bool:
    """Tell whether a decision gives the points of the execution rate to the output."""
    return any(each.project == project and each.execution_decision for each in year.project_goals)


def _factors(lines: list[GoalIndicator], points: Fraction) -> Mapping[str, Fraction]:
    """Return how much the output indicators grow when they take the points of the execution rate."""
    sections = grouped(lines, lambda line: line.level1)
    own = {str(name): sum((exact(line.points) for line in group), ZERO) for name, group in sections.items()}
    return {name: (total + points) / total for name, total in own.items() if name.startswith("产出") and total}


def _tried(compute: Callable[[], Outcome], source: Source, problems: list[Problem], value: str = "") -> Outcome | None:
    """Compute, or note why it cannot be."""
    try:
        return compute()
    except MethodError as error:
        problems.append(Problem(error.code, place_of(source or NOWHERE), value, error.facts))
        return None
