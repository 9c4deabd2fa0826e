"""Evaluates the rules on an evaluation year: findings, and a receipt for every rule. Pure."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from kpi_cli import resources
from kpi_cli.checks.finding import CheckResult, Finding, NotApplicableError, NotCheckableError, Receipt
from kpi_cli.checks.rules import parse_rules
from kpi_cli.evaluation.rules import (
    final_rules,
    indicator_rules,
    point_rules,
    project_rules,
    result_rules,
    review_rules,
    structure_rules,
)
from kpi_cli.evaluation.rules.subject import FUNCTIONS, Subject
from kpi_cli.toml_source import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kpi_cli.checks.rule import RuleFunction, TieOutRule
    from kpi_cli.evaluation.scheme import EvaluationYear

MODULES = (
    structure_rules,
    indicator_rules,
    result_rules,
    review_rules,
    point_rules,
    project_rules,
    final_rules,
)
"""The modules whose import registers the functions."""


@cache
def evaluation_rules() -> tuple[TieOutRule, ...]:
    """Read the rules V101–V606 from `templates/evaluation/rules.toml`.

    Raises:
      DefinitionError: Every mistake, with file and line.
    """
    document = read_toml(resources.templates() / "evaluation/rules.toml", "evaluation/rules.toml")
    return tuple(parse_rules(document, cast("Mapping[str, RuleFunction]", FUNCTIONS)))


def check(year: EvaluationYear, as_of: str = "", rules: Iterable[TieOutRule] | None = None) -> CheckResult:
    """Evaluate the rules.

    Args:
      year: Scheme and records.
      as_of: ISO date, for deadlines; "" leaves them unchecked.
      rules: The rules; all of the project's where not given.
    Returns:
      Findings in the order of the rules, and one receipt for each.
    """
    subject = Subject(year, as_of)
    findings: list[Finding] = []
    receipts: list[Receipt] = []
    for rule in evaluation_rules() if rules is None else rules:
        found, receipt = _run(rule, subject)
        findings += found
        receipts.append(receipt)
    return CheckResult(tuple(findings), tuple(receipts))


def _run(rule: TieOutRule, subject: Subject) -> tuple[list[Finding], Receipt]:
    """Evaluate one rule. One that finds something and then cannot check the rest has failed."""
    found: list[Finding] = []
    state, reason = "passed", ""
    try:
        found.extend(FUNCTIONS[rule.function](rule, subject))  # keeps what it yields before it raises
    except NotApplicableError as error:
        state, reason = "not_applicable", str(error)
    except NotCheckableError as error:
        state, reason = "not_checked", str(error)
    return found, Receipt(rule.id, "failed" if found else state, reason)
