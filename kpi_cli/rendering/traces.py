"""Traces as JSON and as lines for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi_cli.model.vocabulary import SANGONG_CATEGORY
from kpi_cli.money import plain
from kpi_cli.rendering.narrative import claim_json
from kpi_cli.rendering.plain import to_json
from kpi_cli.rendering.styled import Text
from kpi_cli.rendering.terminal import list_lines, safe

if TYPE_CHECKING:
    from kpi_cli.narrative.trace import ClaimTrace, Origin, ParagraphTrace
    from kpi_cli.tables.trace import Contribution, Trace


def trace_json(trace: Trace) -> str:
    """Write a trace as JSON: the figure as printed, the cells it is computed from, the records in 元."""
    return to_json(
        {
            "table": trace.table,
            "cell": trace.cell,
            "label": trace.label,
            "value": trace.value,
            "money_unit": trace.money_unit,
            "steps": [{"sign": s.sign, "cell": s.cell, "label": s.label, "value": s.value} for s in trace.steps],
            "records": [
                {"file": c.file, "line": c.line, "amount_yuan": _amount(c) or None, "what": _what(c.record)}
                for c in trace.records
            ],
        }
    )


def trace_lines(trace: Trace) -> list[Text]:
    """Lay out a trace: the figure, its arithmetic, and the ledger lines behind it with their sum."""
    value = trace.value or "空"
    lines = [Text(safe(f"{trace.title}  {trace.cell}  {trace.label}：{value} {trace.money_unit}"), style="bold")]
    if trace.steps:
        lines += [Text(), *list_lines(("", "单元格", "项目", "数"), [_step(s) for s in trace.steps], right=[3])]
    lines.append(Text())
    if not trace.records:
        return [*lines, Text("没有台账记录")]
    rows = [(f"{c.file}:{c.line}", _what(c.record), _amount(c) or "未知") for c in trace.records]
    lines += list_lines(("台账", "内容", "金额(元)"), rows, right=[2])
    known = [c.sign * c.amount for c in trace.records if c.amount is not None]
    total = "" if trace.money_unit == "%" else f"，合计 {sum(known):,f} 元"
    return [*lines, Text(f"{len(rows)} 条{total}", style="bold")]


def paragraph_json(trace: ParagraphTrace) -> str:
    """Write the trace of a paragraph as JSON: each figure as printed and exact, its records, last year's, the whole."""
    paragraph = trace.paragraph
    return to_json(
        {
            "paragraph": paragraph.number,
            "section": paragraph.section,
            "text": paragraph.text,
            "figures": [
                {
                    **claim_json(found.claim),
                    "origin": _origin_json(found.origin),
                    "previous": _origin_json(found.previous),
                    "whole": _origin_json(found.whole),
                }
                for found in trace.claims
            ],
        }
    )


def _origin_json(origin: Origin | None) -> dict[str, Any] | None:
    if origin is None:
        return None
    return {
        "figure": origin.figure,
        "value": None if origin.value is None else f"{origin.value:f}",
        "unit": origin.unit,
        "records": [
            {"file": c.file, "line": c.line, "amount": _amount(c) or None, "what": _what(c.record)}
            for c in origin.records
        ],
    }


def paragraph_lines(trace: ParagraphTrace) -> list[Text]:
    """Lay out the trace of a paragraph: each figure with its ledger lines, then how change and share come about."""
    lines = [Text(safe(f"[{trace.paragraph.number}] {trace.paragraph.text}"), style="bold")]
    if not trace.claims:
        return [*lines, Text(), Text("这一段没有由台账算出的数")]
    for found in trace.claims:
        claim, origin = found.claim, found.origin
        value = f"{plain(claim.value, thousands=True)}{claim.unit}"
        lines += [Text(), Text(safe(f"{claim.figure}：{value}"), style="bold"), *_origin_lines(origin)]
        if found.previous is not None:
            lines += [Text(safe(_change_words(found))), *_origin_lines(found.previous)]
        if found.whole is not None and claim.share_of is not None:
            parts = f"{_exact(origin)} ÷ {_exact(found.whole)}"
            lines.append(Text(safe(f"占 {found.whole.figure} 的 {plain(claim.share_of.percent)}% = {parts}")))
    return lines


def _origin_lines(origin: Origin) -> list[Text]:
    if not origin.records:
        return [Text("没有台账记录")]
    unit = f"({origin.unit})" if origin.unit else ""
    rows = [(f"{c.file}:{c.line}" if c.line else c.file, _what(c.record), _amount(c)) for c in origin.records]
    lines = list_lines(("台账", "内容", f"数{unit}"), rows, right=[2])
    return [*lines, Text(f"{len(rows)} 条，合计 {_exact(origin)}")]


def _change_words(found: ClaimTrace) -> str:
    """Say in figures how a change and its rate come about."""
    change, previous = found.claim.comparison, found.previous
    assert change is not None
    assert previous is not None
    words = f"与 {previous.figure} 比较：{_exact(found.origin)} − {_exact(previous)}"
    if change.amount is not None:
        words += f"，按印出的数为 {plain(change.amount, thousands=True)}{found.claim.unit}"
    if change.percent is not None:
        words += f"；差 ÷ {_exact(previous)} = {plain(change.percent)}%"
    return words


def _exact(origin: Origin) -> str:
    return "未知" if origin.value is None else f"{plain(origin.value, thousands=True)}{origin.unit}"


def _step(step: Any) -> tuple[str, str, str, str]:
    return step.sign, step.cell, step.label, step.value or "空"


def _amount(contribution: Contribution) -> str:
    return "" if contribution.amount is None else f"{contribution.sign * contribution.amount:f}"


def _what(record: Any) -> str:
    """Say in a few words what a record is: its codes and its note."""
    codes = [getattr(record, name, "") for name in ("function_code", "economic_code", "project", "budget_unit")]
    category = getattr(record, "category", "")
    names = [getattr(record, name, "") for name in ("figure", "name", "text", "note")]
    words = [SANGONG_CATEGORY.word(category) if category else "", *codes, *names]
    return " ".join(word for word in words if word)
