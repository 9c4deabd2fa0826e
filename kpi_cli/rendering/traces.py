"""Traces as JSON and as lines for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi_cli.model.vocabulary import SANGONG_CATEGORY
from kpi_cli.rendering.plain import to_json
from kpi_cli.rendering.terminal import list_lines, safe

if TYPE_CHECKING:
    from rich.text import Text

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
    from rich.text import Text

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


def _step(step: Any) -> tuple[str, str, str, str]:
    return step.sign, step.cell, step.label, step.value or "空"


def _amount(contribution: Contribution) -> str:
    return "" if contribution.amount is None else f"{contribution.sign * contribution.amount:f}"


def _what(record: Any) -> str:
    """Say in a few words what a record is: its codes and its note."""
    codes = [getattr(record, name, "") for name in ("function_code", "economic_code", "project", "budget_unit")]
    category = getattr(record, "category", "")
    words = [SANGONG_CATEGORY.word(category) if category else "", *codes, record.note]
    return " ".join(word for word in words if word)
