"""What a check says: findings, receipts for every rule, and the result of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

SEVERITIES = {"error": "错误", "warning": "警告", "hint": "提示"}
STATES = {"passed": "通过", "failed": "未通过", "not_applicable": "不适用", "not_checked": "未查"}


class NotApplicableError(Exception):
    """The rule has nothing to say about this disclosure; the message says why."""


class NotCheckableError(Exception):
    """The rule applies, but a figure that it needs is unknown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not tie out.

    Attributes:
      rule: Rule id, such as `IN-09`.
      severity: `error`, `warning` or `hint`.
      where: Table and cell, sentence, or file and line.
      message: What is wrong, in one Chinese sentence.
      expected: Figure that was expected, or "".
      actual: Figure that is there, or "".
      cause: The claim or cell that is to blame, shared by all findings that follow from it, or "".
      about: The claim or cell that the finding itself is about, or "".
      quote: The sentence that it is about, shortened, or "".
    """

    rule: str
    severity: str
    where: str
    message: str
    expected: str = ""
    actual: str = ""
    cause: str = ""
    about: str = ""
    quote: str = ""

    @property
    def full_message(self) -> str:
        """The message with the sentence that it is about."""
        return f"{self.message}：“{self.quote}”" if self.quote else self.message

    def with_severity(self, severity: str) -> Finding:
        """Return the finding with another severity."""
        return replace(self, severity=severity)

    def because_of(self, cause: str, about: str = "") -> Finding:
        """Return the finding as a consequence of another one: a hint with that one's cause."""
        return replace(self, severity="hint", cause=cause, about=about or f"{self.about}/{self.rule}")

    @property
    def is_consequence(self) -> bool:
        """Tell whether another finding is its cause: then it goes away with that one, and is only a hint."""
        return bool(self.cause) and self.cause != self.about


class Receipt(NamedTuple):
    """What became of one rule: a rule that could not be checked never counts as passed.

    Attributes:
      rule: Rule id.
      state: `passed`, `failed`, `not_applicable` or `not_checked`.
      reason: Why, where it was not simply checked.
    """

    rule: str
    state: str
    reason: str = ""


@dataclass(frozen=True)
class CheckResult:
    """Findings and receipts of one run."""

    findings: tuple[Finding, ...]
    receipts: tuple[Receipt, ...]

    def count(self, severity: str) -> int:
        """Count the findings of a severity."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def summary(self) -> str:
        """One line: how many findings and receipts of each kind."""
        found = "、".join(f"{word} {self.count(key)}" for key, word in SEVERITIES.items())
        states = [receipt.state for receipt in self.receipts]
        rules = "、".join(f"{word} {states.count(key)}" for key, word in STATES.items() if key in states)
        return f"{found}；规则：{rules}"
