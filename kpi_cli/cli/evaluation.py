"""`kpi eval …`: the performance office's year. Results and checks here, records in `evaluation_records`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli import evaluation_records as edits
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import add_group
from kpi_cli.completion import values
from kpi_cli.rendering import terminal
from kpi_cli.rendering.styled import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kpi_cli.cli.session import Session
    from kpi_cli.evaluation.scheme import EvaluationYear

WhatIf = Annotated[
    list[str] | None,
    typer.Option(metavar="项=值", help="试算方案的一项，例 weights.town.public_review=20；不保存"),
    values.TEXT,
]
AsOf = Annotated[str, typer.Option(metavar="日期", help="按这一天判断是否逾期，例 2017-04-20；缺省为今天")]
UnitName = Annotated[str, typer.Argument(metavar="单位", help="考评对象的编号或名称"), values.EVALUATED_UNIT]
Viewer = Annotated[
    str,
    typer.Option("--range", metavar="office|unit|public", help="给谁看：绩效办、本单位、公众"),
    values.described({"office": "绩效办（全部）", "unit": "本单位（只有自己的行）", "public": "公示（只有允许的列）"}),
]
OneUnit = Annotated[str, typer.Option(metavar="编号", help="--range unit 时的考评对象"), values.EVALUATED_UNIT]


def register(app: typer.Typer, name: str) -> None:
    """Add the group."""
    group = add_group(app, name, "绩效考评：从指标和票数到名次和等次，每个数都能复核。", {**edits.COMMANDS, **COMMANDS})
    edits.add_scheme(group)


NOT_SCORED = ("progress",)
"""Kinds that no score depends on; they are most of a year's records."""


def loaded(own: Session, year: int | None, without: Collection[str] = ()) -> EvaluationYear:
    """Read a year's evaluation, never half a change; what is doubtful in its files is said on stderr."""
    from kpi_cli.ledger.evaluation import evaluation_number, read_evaluation
    from kpi_cli.ledger.report import Report
    from kpi_cli.ledger.transaction import read_consistent

    ledger = own.ledger()
    actions.add_methods(own)
    report = Report()

    def read() -> EvaluationYear:
        report.errors.clear()
        report.warnings.clear()
        found = read_evaluation(ledger, evaluation_number(ledger, year), report, without)
        report.raise_errors()
        return found

    found = read_consistent(ledger.root, read)
    terminal.complain(report.warnings, "警告")
    return found


def names_of(year: EvaluationYear) -> dict[str, str]:
    """Return the name of each unit by its id."""
    return {unit.evaluated_unit: unit.name for unit in year.units}


def final(
    context: typer.Context,
    year: shared.Year = None,
    what_if: WhatIf = None,
    draft: Annotated[bool, typer.Option("--draft", help="有问题也显示能算出的部分；名次和等次暂定")] = False,
    format: shared.Format = "text",
) -> None:
    """Compute totals, ranks and grades."""
    from kpi_cli.evaluation.final import compute_final, draft_final
    from kpi_cli.evaluation.what_if import compare
    from kpi_cli.rendering import evaluation as rendering

    actions.check_format(format, ("text", "json"))
    own = session(context)
    made = loaded(own, year, NOT_SCORED)
    varied, notes = _varied(made, what_if or [])
    compute = draft_final if draft else compute_final
    result = compute(varied)
    terminal.complain(result.problems)
    for note in notes:
        terminal.note(note)
    if format == "json":
        terminal.say(rendering.final_json(result))
    elif what_if:
        changes = compare(draft_final(made), result)
        terminal.show(rendering.change_lines(changes, names_of(made)), own.color)
    else:
        terminal.show(rendering.final_lines(result, names_of(made)), own.color)
    if result.problems:
        raise typer.Exit(1)


def _varied(year: EvaluationYear, changes: Iterable[str]) -> tuple[EvaluationYear, Iterable[str]]:
    """Return the year under a changed scheme, and what had to be adjusted with it."""
    from dataclasses import replace

    from kpi_cli.errors import LedgerError
    from kpi_cli.evaluation.what_if import with_changes
    from kpi_cli.problems import Problem

    pairs = [edits.pair(text) for text in changes]
    if not pairs:
        return year, ()
    if year.scheme is None:
        raise LedgerError(Problem("eval-no-scheme", facts={"year": year.year}))
    variant = with_changes(year.scheme, pairs)
    return replace(year, scheme=variant.scheme), variant.notes


def explain(
    context: typer.Context,
    unit: UnitName,
    indicator: Annotated[str, typer.Argument(metavar="指标", help="指标编号；缺省为全年总分"), values.INDICATOR] = "",
    year: shared.Year = None,
    what_if: WhatIf = None,
    format: shared.Format = "text",
) -> None:
    """Show the arithmetic step by step, with the records behind each number."""
    from kpi_cli.evaluation.explain import explain as explained
    from kpi_cli.evaluation.explain import written_lines
    from kpi_cli.rendering import evaluation as rendering

    actions.check_format(format, ("text", "json"))
    own = session(context)
    varied, notes = _varied(loaded(own, year, NOT_SCORED), what_if or [])
    for note in notes:
        terminal.note(note)
    found = explained(varied, unit, indicator)
    if format == "json":
        terminal.say(rendering.explanation_json(found))
    else:
        terminal.show(map(Text, written_lines(found)), own.color)


def check(
    context: typer.Context,
    year: shared.Year = None,
    as_of: AsOf = "",
    explain: Annotated[str, typer.Option(metavar="规则", help="说明一条规则查什么、为什么、依据和例子，不校核")] = "",
    format: shared.Format = "text",
) -> None:
    """Check an evaluation year by the rules V101–V606."""
    from kpi_cli.evaluation.rules.engine import check as checked
    from kpi_cli.evaluation.rules.engine import evaluation_rules
    from kpi_cli.rendering import findings

    actions.check_format(format, ("text", "json"))
    own = session(context)
    if explain:
        actions.show_rule(own, explain, evaluation_rules(), format)
        return
    result = checked(loaded(own, year), as_of or _today())
    if format == "json":
        terminal.say(findings.result_json(result))
    else:
        terminal.show(findings.result_lines(result), own.color)
    raise typer.Exit(1 if result.count("error") else 0)


def _today() -> str:
    from datetime import date

    return date.today().isoformat()  # noqa: DTZ011 - deadlines are days of the office's own calendar


def status(context: typer.Context, year: shared.Year = None, as_of: AsOf = "", format: shared.Format = "text") -> None:
    """Show what is due, missing or late."""
    from kpi_cli.evaluation.status import duties
    from kpi_cli.rendering import evaluation as rendering

    actions.check_format(format, ("text", "json"))
    own = session(context)
    made = loaded(own, year)
    found = duties(made, as_of or _today())
    if format == "json":
        terminal.say(rendering.duties_json(made.year, found))
    else:
        terminal.show(rendering.duty_lines(found, names_of(made)), own.color)


def analyse(context: typer.Context, year: shared.Year = None, format: shared.Format = "text") -> None:
    """Show what scores tell beside the ranks."""
    from kpi_cli.evaluation.analyse import analyse as analysed
    from kpi_cli.ledger.evaluation import read_evaluation
    from kpi_cli.ledger.report import Report
    from kpi_cli.ledger.transaction import read_consistent
    from kpi_cli.rendering import evaluation as rendering

    actions.check_format(format, ("text", "json"))
    own = session(context)
    made = loaded(own, year)
    ledger = own.ledger()
    before = read_consistent(ledger.root, lambda: read_evaluation(ledger, made.year - 1, Report()))
    found = analysed(made, before if before.scheme is not None and before.units else None)
    if format == "json":
        terminal.say(rendering.analysis_json(made.year, found))
        return
    titles = {item.indicator: item.name for item in made.indicators}
    terminal.show(rendering.analysis_lines(found, names_of(made), titles), own.color)


def form(
    context: typer.Context,
    number: Annotated[
        list[str], typer.Argument(metavar="表号", help="1–18，或 F1–F18"), values.words(*map(str, range(1, 19)))
    ],
    year: shared.Year = None,
    viewer: Viewer = "office",
    unit: OneUnit = "",
    format: Annotated[
        str, typer.Option(metavar="格式", help="输出格式"), values.words("text", "csv", "json", "markdown")
    ] = "text",
) -> None:
    """Show printed forms in the terminal."""
    from kpi_cli.rendering import plain

    actions.check_format(format, actions.TABLE_FORMATS)
    own = session(context)
    made = _disclosure(own, year, number, viewer, unit)
    if format == "json":
        terminal.say(plain.tables_json(made))
    elif format == "csv":
        terminal.say("\n".join(map(plain.table_csv, made.tables)))
    elif format == "markdown":
        terminal.say("\n".join(map(plain.table_markdown, made.tables)))
    else:
        for table in made.tables:
            terminal.show(terminal.table_lines(table, terminal.screen_width()), own.color)


def export(
    context: typer.Context,
    to: Annotated[
        list[str] | None, typer.Option(metavar="格式", help="docx、xlsx 或插件提供的格式"), values.EXPORTER
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="输出文件夹"), values.FOLDER] = Path(),
    year: shared.Year = None,
    viewer: Viewer = "office",
    unit: OneUnit = "",
    forms: Annotated[
        list[str] | None, typer.Option("--form", metavar="表号", help="只要这些表；缺省为该范围的全部")
    ] = None,
    option: Annotated[list[str] | None, typer.Option(metavar="格式.名称=值", help="导出格式的选项")] = None,
    force: Annotated[bool, typer.Option("--force", help="有错误级问题也导出，每页标注“草稿”")] = False,
) -> None:
    """Write the printed forms; checks first and writes nothing where there are errors."""
    from dataclasses import replace

    own = session(context)
    options = actions.exporter_options(option or [])
    exports = actions.chosen_exports(to or actions.DEFAULT_EXPORTS, options, plugins=own.plugins)
    year_ = loaded(own, year)
    is_draft = _passed(year_, force=force)
    made = replace(_forms(own, year_, forms or [], viewer, unit), is_draft=is_draft)
    for path in exports.store(made, out):
        terminal.say(str(path))


def _passed(year: EvaluationYear, *, force: bool) -> bool:
    """Check a year before it is printed; returns whether it is a draft.

    Raises:
      FindingsError: There are errors, and no `force`.
    """
    from kpi_cli.evaluation.rules.engine import check as checked

    return actions.refuse_errors(checked(year, _today()), force=force)


def _disclosure(own: Session, year: int | None, numbers: Iterable[str], viewer: str, unit: str) -> Any:
    return _forms(own, loaded(own, year), numbers, viewer, unit)


def _forms(own: Session, year: EvaluationYear, numbers: Iterable[str], viewer: str, unit: str) -> Any:
    """Make the Disclosure that exporters print: the forms of one range."""
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.evaluation.forms import Range, form_tables

    actions.check_format(viewer, [str(each) for each in Range])
    settings = own.ledger().settings
    wanted = [_form_number(text) for text in numbers]
    tables = form_tables(year, wanted, viewer=Range(viewer), unit=unit, department=settings.department)
    names = names_of(year)
    whom = {"office": "", "unit": f"（{names.get(unit, unit)}）", "public": "（公示）"}[viewer]
    title = f"{settings.department}{year.year}年绩效考评表{whom}"
    return Disclosure("evaluation", settings.department, year.year, "evaluation", settings.level, title, tables)


def _form_number(text: str) -> int:
    from kpi_cli.errors import UsageError
    from kpi_cli.problems import Problem

    number = text.upper().removeprefix("F")
    if not (number.isascii() and number.isdigit()):
        raise UsageError(Problem("eval-unknown-form", value=text, facts={"hint": "表号是 1–18，例如 11 或 F11"}))
    return int(number)


COMMANDS: dict[str, tuple[Any, str, str]] = {
    "status": (status, "显示到期、缺报、迟报的事项。", "kpi eval status --as-of 2017-04-20"),
    "check": (
        check,
        "按 V101–V606 校核；有错误时退出码为 1。",
        "kpi eval check\nkpi eval check --explain V101\nkpi eval check --format json",
    ),
    "final": (
        final,
        "计算总分、名次和等次。",
        "kpi eval final\nkpi eval final --what-if weights.town.public_review=20\nkpi eval final --format json",
    ),
    "explain": (
        explain,
        "一步一步写出一个单位或一项指标的算式和依据的记录。",
        "kpi eval explain 甲镇\nkpi eval explain jia 1.1.1",
    ),
    "analyse": (analyse, "分析：拉不开差距的指标、失分、评议与指标名次、与上年比较。", "kpi eval analyse"),
    "form": (form, "显示考评表 F1–F18。", "kpi eval form 11\nkpi eval form F12 --range public --format csv"),
    "export": (
        export,
        "导出考评表；先校核，有错误则不写任何文件。",
        "kpi eval export --range public --to docx\nkpi eval export --range unit --unit jia --out 反馈",
    ),
}
