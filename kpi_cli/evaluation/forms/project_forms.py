"""F14–F16 and F18: goals, monitoring and self-evaluation of budget projects, tasks and their money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.evaluation.arithmetic import exact, rounded, written
from kpi_cli.evaluation.forms.form import WAN_PLACES, Row, Sheet, Value
from kpi_cli.evaluation.project_self import project_money, self_evaluation
from kpi_cli.evaluation.vocabulary import BAND, FUND_ROW, GOAL_OPERATOR, word
from kpi_cli.money import in_unit
from kpi_cli.tables.table import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from fractions import Fraction

    from kpi_cli.evaluation.forms.book import Book
    from kpi_cli.evaluation.records import GoalIndicator, ProjectFund, ProjectGoal

WORDS = (
    ("supervisor", "主管部门"),
    ("supervisor_code", "主管部门编码"),
    ("implementer", "实施单位"),
    ("attribute", "项目属性"),
    ("person_in_charge", "项目负责人"),
    ("start", "开始时间"),
    ("end", "完成时间"),
    ("basis", "立项依据"),
    ("necessity", "项目必要性"),
    ("feasibility", "项目可行性"),
    ("schedule", "实施进度计划"),
    ("long_term_goal", "长期目标"),
    ("yearly_goal", "年度目标"),
    ("opinion", "审核意见"),
)
PERSONAL = ("person_in_charge",)
"""What the public does not see."""

FUNDS = (
    ("total", "资金总额"),
    ("fiscal_appropriation", "其中：财政拨款"),
    ("carried_forward", "上年结转"),
    ("other", "其他资金"),
)


def _project_ids(book: Book) -> list[str]:
    named = {item.project for item in book.year.project_goals}
    return sorted(named | {item.project for item in book.year.goal_indicators})


def _project_name(book: Book, project: str) -> str:
    return next((item.name for item in book.year.projects if item.id == project), project)


def _wan(yuan: Decimal | None) -> str:
    return "" if yuan is None else written(in_unit(yuan, "万元"))


def goal_forms(book: Book, *, with_persons: bool) -> Iterator[Sheet]:
    """F14: one table for each project: its words, its money, its goal indicators."""
    for project in _project_ids(book):
        words = next((item for item in book.year.project_goals if item.project == project), None)
        rows = [_word_row("项目名称", _project_name(book, project))]
        rows += _goal_words(words, with_persons=with_persons) if words else []
        for fund in _funds(book, project):
            label = dict(FUNDS).get(fund.fund, word(FUND_ROW, fund.fund))
            rows.append(
                _word_row(f"{label}（万元）", _wan(fund.budget if fund.initial_budget is None else fund.initial_budget))
            )
        rows += [_word_row(_goal_label(line), goal_target(line)) for line in _goals(book, project)]
        yield Sheet(rows, _project_name(book, project))


def _word_row(item: str, content: str) -> Row:
    return Row({"item": item, "content": content})


def _goal_words(words: ProjectGoal, *, with_persons: bool) -> list[Row]:
    return [
        _word_row(label, getattr(words, field))
        for field, label in WORDS
        if getattr(words, field) and (with_persons or field not in PERSONAL)
    ]


def _goal_label(line: GoalIndicator) -> str:
    return "·".join(text for text in (line.level1, line.level2, line.level3) if text)


def _goals(book: Book, project: str) -> list[GoalIndicator]:
    return sorted((line for line in book.year.goal_indicators if line.project == project), key=lambda line: line.source)


def _funds(book: Book, project: str) -> list[ProjectFund]:
    rows = {row.fund: row for row in book.year.project_funds if row.project == project}
    rows.setdefault("total", project_money(book.year, project))
    return [rows[fund] for fund, _ in FUNDS if fund in rows]


def goal_target(line: GoalIndicator) -> str:
    """Write a target: `≥67个`, `按时`."""
    if line.target is None:
        return line.standard
    return f"{word(GOAL_OPERATOR, line.op)}{written(line.target)}{line.measure_unit}"


def _goal_actual(line: GoalIndicator) -> str:
    if line.op == "qual":
        share = "" if line.share is None else f"（{written(line.share)}）"
        return f"{word(BAND, line.band)}{share}" if line.band else ""
    return "" if line.actual is None else f"{written(line.actual)}{line.measure_unit}"


def monitoring(book: Book) -> Iterator[Sheet]:
    """F15: how far each goal indicator has come, one table for each project."""
    for project in sorted({entry.project for entry in book.year.monitor_entries}):
        goals = {line.level3: line for line in _goals(book, project)}
        entries = [entry for entry in book.year.monitor_entries if entry.project == project]
        order = {name: place for place, name in enumerate(goals)}
        entries.sort(key=lambda entry: (order.get(entry.level3, len(order)), entry.level3, entry.month))
        rows = []
        for entry in entries:
            values = {
                name: getattr(entry, name) for name in ("month", "completed", "forecast", "deviation", "likelihood")
            }
            goal = goals.get(entry.level3)
            rows.append(Row({**values, "indicator": entry.level3, "target": goal_target(goal) if goal else ""}))
        yield Sheet(rows, _project_name(book, project))


def self_evaluations(book: Book) -> Iterator[Sheet]:
    """F16: money, goals, scores and total of each project."""
    for project in dict.fromkeys(line.project for line in sorted(book.year.goal_indicators, key=lambda g: g.project)):
        found = self_evaluation(book.year, project)
        rows = [_money_row(fund) for fund in _funds(book, project)]
        money = found.money
        spent = (
            None if not money.budget or money.executed is None else exact(money.executed) / exact(money.budget) * 100
        )
        rate = "" if spent is None else f"{written(rounded(spent, 2, book.paper.rounding))}%"
        execution: dict[str, Value] = {"level1": "预算执行", "level3": "执行率（B/A）", "actual": rate}
        rows.append(Row({**execution, "points": found.execution_points, "score": found.execution}))
        for line in found.goals:
            goal = line.goal
            values: dict[str, Value] = {"level1": goal.level1, "level2": goal.level2, "level3": goal.level3}
            values |= {"target": goal_target(goal), "actual": _goal_actual(goal), "points": line.points}
            rows.append(Row({**values, "score": line.score, "deviation_note": goal.deviation_note}))
        total: dict[str, Value] = {"level1": "总分", "points": 100, "score": found.total}
        rows.append(Row({**total, "deviation_note": found.grade}, Role.TOTAL))
        yield Sheet(rows, _project_name(book, project), _goal_texts(book, project, found.notes))


def _money_row(fund: ProjectFund) -> Row:
    """Write 年初预算数, 全年预算数 A and 全年执行数 B of a source, in 万元."""
    label = dict(FUNDS).get(fund.fund, word(FUND_ROW, fund.fund))
    initial = f"年初预算 {_wan(fund.initial_budget)}" if fund.initial_budget is not None else ""
    values: dict[str, Value] = {"level1": "项目资金（万元）", "level2": label, "level3": initial}
    return Row({**values, "target": _wan(fund.budget), "actual": _wan(fund.executed)})


def _goal_texts(book: Book, project: str, notes: tuple[str, ...]) -> str:
    words = next((item for item in book.year.project_goals if item.project == project), None)
    texts = [f"预期目标：{words.yearly_goal}"] if words and words.yearly_goal else []
    texts += [f"实际完成情况：{words.completion}"] if words and words.completion else []
    return "\n".join((*texts, *notes))


def task_money(book: Book) -> Iterator[Sheet]:
    """F18: each task with its budget, what was spent, and what it produced."""
    products = {item.project: item.deliverable for item in book.year.project_goals}
    rows: list[Row] = []
    for number, item in enumerate(book.year.projects, 1):
        spent = project_money(book.year, item.id)
        budget = item.amount if spent.budget is None else spent.budget
        values: dict[str, Value] = {"number": number, "task": item.task or item.name, "project": item.name}
        values |= {"budget": budget, "executed": spent.executed, "rate": _rate(spent.executed, budget)}
        rows.append(Row({**values, "deliverable": products.get(item.id, "")}))
    if rows:
        sums = {name: _sum([row.values[name] for row in rows]) for name in ("budget", "executed")}
        total: dict[str, Value] = {"task": "合计", **sums, "rate": _rate(sums["executed"], sums["budget"])}
        rows.append(Row(total, Role.TOTAL))
    yield Sheet(rows, note=f"金额单位：万元，保留 {WAN_PLACES} 位小数。")


def _sum(values: list[Value]) -> Decimal | None:
    from decimal import Decimal

    known = [value for value in values if isinstance(value, Decimal)]
    return sum(known, Decimal(0)) if known else None


def _rate(executed: Decimal | None, budget: Decimal | None) -> Fraction | None:
    return None if executed is None or not budget else exact(executed) / exact(budget) * 100
