"""Findings and receipts: as JSON in the shape of CONTRACT.md, and for people, grouped by root cause, worst first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.checks.finding import SEVERITIES, STATES
from kpi_cli.rendering.plain import to_json
from kpi_cli.rendering.styled import Text
from kpi_cli.rendering.terminal import fold, safe, screen_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kpi_cli.checks.finding import CheckResult, Finding, Receipt
    from kpi_cli.checks.rule import TieOutRule

_FINDING = ("rule", "severity", "where", "message", "expected", "actual", "cause")
_STYLES = {"error": "bold red", "warning": "bold yellow", "hint": "cyan"}
_STATE_STYLES = {"passed": "green", "failed": "red", "not_checked": "yellow", "not_applicable": "dim"}
_INDENT = " " * 5
_LABEL = 3
"""Chinese characters in the longest word of STATES."""


def result_json(result: CheckResult) -> str:
    """Write a result as JSON; figures are decimal text as printed, those of tables in 元."""
    return to_json(
        {
            "findings": [_plain(finding) for finding in result.findings],
            "receipts": [{"rule": r.rule, "state": r.state, "reason": r.reason} for r in result.receipts],
            "errors": result.count("error"),
            "warnings": result.count("warning"),
            "hints": result.count("hint"),
        }
    )


def _plain(finding: Finding) -> dict[str, str]:
    return {**{name: getattr(finding, name) for name in _FINDING}, "message": finding.full_message}


@dataclass(frozen=True)
class _Group:
    """Findings of one root cause: the one that shows it best, and the others."""

    head: Finding
    others: tuple[Finding, ...]

    @property
    def is_plain_hint(self) -> bool:
        """Tell whether it is one hint, on which nothing else depends."""
        return self.head.severity == "hint" and not self.others


def result_lines(result: CheckResult, width: int | None = None) -> list[Text]:
    """Lay out findings by root cause, then the receipts, then the counts.

    Args:
      result: Of one run.
      width: Columns to fold to; the terminal's where not given.
    """
    columns = screen_width() if width is None else width
    groups = _groups(result.findings)
    lines: list[Text] = []
    for group in groups:
        if not group.is_plain_hint:
            lines += [*_group_lines(group, columns), Text()]
    by_rule: dict[str, list[Finding]] = {}
    for group in groups:
        if group.is_plain_hint:
            by_rule.setdefault(group.head.rule, []).append(group.head)
    for findings in by_rule.values():
        lines += [*_hint_lines(findings, columns), Text()]
    return [*lines, *_receipt_lines(result.receipts, columns), Text(), _summary(result)]


def _groups(findings: Iterable[Finding]) -> list[_Group]:
    order = tuple(SEVERITIES)
    by_cause: dict[str, list[Finding]] = {}
    for number, finding in enumerate(findings):
        by_cause.setdefault(finding.cause or f"#{number}", []).append(finding)
    groups = []
    for own in by_cause.values():
        ranked = sorted(own, key=lambda f: (order.index(f.severity), f.is_consequence))
        groups.append(_Group(ranked[0], tuple(ranked[1:])))
    return sorted(groups, key=lambda group: order.index(group.head.severity))


def _head_line(finding: Finding, where: str, note: str) -> Text:
    word, style = SEVERITIES[finding.severity], _STYLES[finding.severity]
    return Text.assemble((word, style), " ", (finding.rule, "bold"), "  ", where, (note, "dim"))


def _group_lines(group: _Group, width: int) -> Iterator[Text]:
    head = group.head
    is_named = not group.others or head.cause in head.where
    yield _head_line(head, head.where, "" if is_named else f"　根源：{head.cause}")
    yield from _folded(_sentence(head), _INDENT, _INDENT, width)
    if head.quote:
        yield from _folded(f"“{head.quote}”", _INDENT, _INDENT, width, "dim")
    for i, finding in enumerate(group.others):
        is_last = i == len(group.others) - 1
        place = "" if finding.is_consequence or finding.where == head.where else f"{finding.where}　"
        text = f"{SEVERITIES[finding.severity]} {finding.rule}  {place}{_sentence(finding)}"
        first, then = (f"{_INDENT}└ ", f"{_INDENT}  ") if is_last else (f"{_INDENT}├ ", f"{_INDENT}│ ")
        yield from _folded(text, first, then, width, "dim" if finding.is_consequence else "")


def _hint_lines(findings: Sequence[Finding], width: int) -> Iterator[Text]:
    """Hints of one rule stand together, one line each."""
    head = findings[0]
    if len(findings) == 1:
        yield from _group_lines(_Group(head, ()), width)
        return
    yield _head_line(head, f"{len(findings)} 处", "")
    for finding in findings:
        place = finding.where.split()[0] if finding.where else ""
        yield from _folded(f"{place}　{_sentence(finding)}", _INDENT, _INDENT + "  ", width)


def _sentence(finding: Finding) -> str:
    """The message, with the figures behind it where it does not name them."""
    text = finding.message
    if finding.expected and finding.actual and not (finding.expected in text and finding.actual in text):
        text += f"（应为 {finding.expected}，现为 {finding.actual}）"
    return text


def _folded(text: str, first: str, then: str, width: int, style: str = "") -> Iterator[Text]:
    for i, line in enumerate(fold(safe(text), max(20, width - len(first)))):
        yield Text((then if i else first) + line, style=style)


def _receipt_lines(receipts: Sequence[Receipt], width: int) -> Iterator[Text]:
    for state, word in STATES.items():
        own = [receipt for receipt in receipts if receipt.state == state]
        label = f"{word}{'　' * (_LABEL - len(word))} {len(own):>3} 条  "
        indent = " " * (2 * _LABEL + 8)
        for i, line in enumerate(fold(safe(_receipts_text(own, state)), max(20, width - len(indent))) if own else ()):
            yield Text.assemble((indent, "") if i else (label, _STATE_STYLES[state]), line)


def _receipts_text(receipts: Sequence[Receipt], state: str) -> str:
    if state in ("passed", "failed"):
        return "、".join(receipt.rule for receipt in receipts)
    by_reason: dict[str, list[str]] = {}
    for receipt in receipts:
        by_reason.setdefault(receipt.reason, []).append(receipt.rule)
    return "；".join(f"{'、'.join(rules)} {reason}" for reason, rules in by_reason.items())


def _summary(result: CheckResult) -> Text:
    parts: list[tuple[str, str]] = []
    for severity, word in SEVERITIES.items():
        count = result.count(severity)
        parts.append((f"{word} {count}　", _STYLES[severity] if count else "dim"))
    states = [receipt.state for receipt in result.receipts]
    known = [f"{word} {states.count(state)}" for state, word in STATES.items() if state in states]
    return Text.assemble(*parts, f"规则 {len(states)} 条：{'、'.join(known)}")


def rules_json(rules: Sequence[TieOutRule]) -> str:
    """Write the definitions of a rule as JSON."""
    return to_json(
        {
            "rules": [
                {
                    "rule": rule.id,
                    "title": rule.title,
                    "severity": rule.severity,
                    "explain": rule.explain,
                    "why": rule.why,
                    "source": rule.source,
                    "example": rule.example._asdict() if rule.example else None,
                }
                for rule in rules
            ]
        }
    )


def explanation_lines(rules: Sequence[TieOutRule], width: int | None = None) -> list[Text]:
    """Lay out what a rule checks, why, on whose authority, with an example; one section per definition.

    Args:
      rules: The definitions that share an id.
      width: Columns to fold to; the terminal's where not given.
    """
    columns = screen_width() if width is None else width
    lines = []
    for rule in rules:
        head = Text.assemble((rule.id, "bold"), "  ", (rule.title, "bold"), "  ")
        lines.append(head.append(SEVERITIES[rule.severity], _STYLES[rule.severity]))
        for label, text in _explained(rule):
            lines += _folded(text, f"  {label}　", " " * (4 + 2 * len(label)), columns - len(label))
        lines.append(Text())
    return lines[:-1]


def _explained(rule: TieOutRule) -> Iterator[tuple[str, str]]:
    yield "查什么", rule.explain
    if rule.why:
        yield "为什么", rule.why
    if rule.reason:
        yield "不　查", rule.reason
    yield "依　据", rule.source
    if rule.example:
        yield "错　例", rule.example.wrong
        yield "改　正", rule.example.right
    if rule.elsewhere:
        yield "级　别", f"校核外来文件时为{SEVERITIES[rule.elsewhere]}"
