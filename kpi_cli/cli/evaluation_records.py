"""`kpi eval import|template|list|add|set|remove|scheme`: what the office writes down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.app import session
from kpi_cli.completion import values
from kpi_cli.errors import UsageError
from kpi_cli.evaluation.kinds import KINDS
from kpi_cli.problems import Problem
from kpi_cli.rendering import terminal

if TYPE_CHECKING:
    from kpi_cli.ledger.reader import Ledger
    from kpi_cli.model.field import RecordKind

Kind = Annotated[
    str,
    typer.Argument(metavar="种类", help="记录的种类，例如 units、indicators、results、ballots"),
    values.described({kind.plural: kind.label for kind in KINDS.values()}),
]
Ref = Annotated[str, typer.Argument(metavar="REF", help="list 给出的引用")]
Pairs = Annotated[list[str], typer.Argument(metavar="列=值", help="列名可用英文或中文，例如 evaluated_unit=jia")]


def pair(text: str) -> tuple[str, str]:
    """Split `KEY=VALUE`.

    Raises:
      UsageError: There is no `=` in it.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        facts = {"detail": f"“{text}”不是 列=值", "hint": "例如 evaluated_unit=jia"}
        raise UsageError(Problem("usage", facts=facts))
    return key.strip(), value.strip()


def _chosen(ledger: Ledger, year: int | None, *, is_new: bool = False) -> int:
    from kpi_cli.ledger.evaluation import evaluation_number

    return year if is_new and year is not None else evaluation_number(ledger, year)


def import_(
    context: typer.Context,
    kind: Kind,
    file: Annotated[Path, typer.Argument(metavar="文件", help="CSV（UTF-8 或 GB18030）或 XLSX")],
    year: shared.Year = None,
    replace: Annotated[bool, typer.Option("--replace", help="替换该年度同种类的全部记录")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查并显示将写入的内容，不改台账")] = False,
) -> None:
    """Import records."""
    from kpi_cli.ledger.evaluation import import_evaluation

    own = session(context)
    ledger = own.ledger()
    chosen = _chosen(ledger, year, is_new=True)
    change = import_evaluation(ledger, chosen, kind, file, replace=replace, dry_run=dry_run, wait=own.wait)
    terminal.complain(change.warnings, "警告")
    if dry_run:
        terminal.say(change.text)
    terminal.note(f"{'试导入，没有写入：' if dry_run else ''}{change.summary}")


def list_(context: typer.Context, kind: Kind, year: shared.Year = None, format: shared.ListFormat = "text") -> None:
    """List records."""
    from kpi_cli.ledger import evaluation as ledger_side
    from kpi_cli.ledger.edit import list_records
    from kpi_cli.rendering import records

    actions.check_format(format, ("text", "csv", "json"))
    own = session(context)
    ledger = own.ledger()
    chosen, found = _chosen(ledger, year), ledger_side.evaluation_kind(kind)
    listed = list_records(ledger.root, chosen, found)
    options = ledger_side.ballot_options(ledger.root, chosen) if kind == "ballots" and listed else ()
    columns = ledger_side.columns(found, options)
    if format == "json":
        terminal.say(records.records_json(chosen, found, listed))
    elif format == "csv":
        terminal.say(records.records_csv(columns, listed))
    else:
        terminal.show(records.records_lines(columns, listed), own.color)


def add(context: typer.Context, kind: Kind, pairs: Pairs, year: shared.Year = None) -> None:
    """Add one record."""
    from kpi_cli.ledger.edit import add_record
    from kpi_cli.ledger.evaluation import evaluation_basis, evaluation_kind

    own = session(context)
    ledger = own.ledger()
    found, chosen = evaluation_kind(kind), _chosen(ledger, year, is_new=True)
    given = {name: value for name, value in _parsed(ledger, chosen, found, pairs).items() if value is not None}
    change = add_record(ledger, chosen, found, given, evaluation_basis, own.wait)
    terminal.note(f"已{change.summary}")


def set_(context: typer.Context, kind: Kind, ref: Ref, pairs: Pairs, year: shared.Year = None) -> None:
    """Change one record."""
    from kpi_cli.ledger.edit import set_record
    from kpi_cli.ledger.evaluation import evaluation_basis, evaluation_kind

    own = session(context)
    ledger = own.ledger()
    found, chosen = evaluation_kind(kind), _chosen(ledger, year)
    given = _parsed(ledger, chosen, found, pairs)
    change = set_record(ledger, chosen, found, ref, given, evaluation_basis, own.wait)
    terminal.note(f"已{change.summary}")


def remove(context: typer.Context, kind: Kind, ref: Ref, year: shared.Year = None) -> None:
    """Remove one record."""
    from kpi_cli.ledger.edit import remove_record
    from kpi_cli.ledger.evaluation import evaluation_kind, refuse_archived

    own = session(context)
    ledger = own.ledger()
    chosen = _chosen(ledger, year)
    refuse_archived(ledger.root, chosen)
    change = remove_record(ledger, chosen, evaluation_kind(kind), ref, own.wait)
    terminal.note(f"已{change.summary}；用 kpi undo 可以恢复")


def rename(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(metavar="种类", help="units 或 indicators"),
        values.words("units", "indicators"),
    ],
    old: Annotated[str, typer.Argument(metavar="旧编号")],
    new: Annotated[str, typer.Argument(metavar="新编号", help="已有这个编号的，两者的记录合并")],
    year: shared.Year = None,
) -> None:
    """Rename a unit or an indicator."""
    from kpi_cli.ledger.rename import rename as renamed

    own = session(context)
    ledger = own.ledger()
    change = renamed(ledger, _chosen(ledger, year), kind, old, new, own.wait)
    terminal.note(f"已把{change.summary}；用 kpi undo 可以恢复")


def _parsed(ledger: Ledger, year: int, kind: RecordKind, pairs: list[str]) -> dict[str, Any]:
    """Parse `KEY=VALUE` words; an empty value takes the field away.

    Raises:
      UsageError: Every key that is not a column, and every value that its field refuses.
    """
    from kpi_cli.ledger.evaluation import parse_pairs

    return parse_pairs(ledger, year, kind, [pair(text) for text in pairs])


def template(
    context: typer.Context,
    kind: Kind,
    year: shared.Year = None,
    period: Annotated[str, typer.Option(metavar="期间", help="季度自评的期间或评议的轮次，例如 2017Q1、半年测评")] = "",
    unit: Annotated[str, typer.Option(metavar="编号", help="只填这个单位的行；缺省为全部"), values.EVALUATED_UNIT] = "",
    out: Annotated[Path | None, typer.Option(metavar="文件", help="XLSX 文件；缺省按种类命名"), values.FILE] = None,
) -> None:
    """Write an empty workbook to send out."""
    from kpi_cli.ledger.template_file import evaluation_template
    from kpi_cli.plugin.host import file_name, store

    own = session(context)
    ledger = own.ledger()
    chosen = _chosen(ledger, year)
    content = evaluation_template(ledger, chosen, kind, period=period, unit=unit)
    name = "-".join(filter(None, (KINDS[kind].label, str(chosen), period, unit)))
    path = out or Path(file_name(name, ".xlsx"))
    for written in store({path.name: content}, path.parent):
        terminal.say(str(written))
    terminal.note(f"填好后：kpi eval import {kind} {path.name} --year {chosen}")


def scheme_new(
    context: typer.Context,
    year: shared.Year = None,
    from_year: Annotated[
        int | None, typer.Option("--from", metavar="年份", help="照这一年的方案新建"), values.YEAR
    ] = None,
) -> None:
    """Write a new scheme."""
    from kpi_cli.ledger.evaluation import new_scheme

    own = session(context)
    ledger = own.ledger()
    chosen = year if year is not None else from_year + 1 if from_year is not None else _chosen(ledger, None)
    file, notes = new_scheme(ledger, chosen, from_year, own.wait)
    terminal.say(file)
    for note in notes:
        terminal.note(note)


def archive(
    context: typer.Context,
    year: shared.Year = None,
    reopen: Annotated[bool, typer.Option("--reopen", help="重新打开已归档的年度")] = False,
) -> None:
    """Close a year."""
    from kpi_cli.ledger import archive as archives

    own = session(context)
    ledger = own.ledger()
    chosen = _chosen(ledger, year)
    if reopen:
        terminal.note(f"已把 {archives.reopen(ledger, chosen, own.wait).summary}")
        return
    change, notes = archives.archive(ledger, chosen, own.wait)
    for note in notes:
        terminal.note(note)
    terminal.note(f"已完成：{change.summary}；文件已加校验码，不能再改")


def add_scheme(group: typer.Typer) -> None:
    """Add `scheme new`."""
    from kpi_cli.cli.usage import add_group

    add_group(
        group,
        "scheme",
        "考评方案：权重、选项、等次、扣分和加分标准。",
        {"new": (scheme_new, "新建一年的考评方案；不覆盖已有的。", "kpi eval scheme new --from 2016 --year 2017")},
    )


COMMANDS: dict[str, tuple[Any, str, str]] = {
    "import": (
        import_,
        "从 CSV 或 XLSX 导入考评记录：全部通过才写入。",
        "kpi eval import units 单位.csv --year 2017\nkpi eval import ballots 票数.xlsx --replace",
    ),
    "template": (
        template,
        "写出空白填报表（XLSX），有下拉选项和保护；填好后用 import 读回。",
        "kpi eval template progress --period 2017Q1\nkpi eval template results --unit jia",
    ),
    "list": (list_, "列出考评记录。", "kpi eval list results\nkpi eval list units --format csv"),
    "add": (
        add,
        "加入一条考评记录。",
        "kpi eval add inspections id=C012 evaluated_unit=jia date=2017-06-01 fact=值班脱岗 rule=absent",
    ),
    "set": (set_, "修改一条考评记录的某些内容；值为空则删去该项。", "kpi eval set results 1.1/jia rechecked=9.5"),
    "rename": (
        rename,
        "改一个考评对象或指标的编号，所有记录一起改；新编号已有的，两者合并。",
        "kpi eval rename indicators 草1 1.2.3\nkpi eval rename units a-ju b-ju",
    ),
    "archive": (
        archive,
        "归档：结果审定以后锁住一年的记录，迟到的加分转入下一年。",
        "kpi eval archive --year 2017\nkpi eval archive --reopen",
    ),
    "remove": (remove, "删去一条考评记录。", "kpi eval remove inspections C012"),
}
