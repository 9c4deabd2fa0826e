"""`kpi init`, `import`, `history`, `undo`, `redo`: commands about the ledger as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.completion import values
from kpi_cli.model.fields import KINDS
from kpi_cli.rendering import terminal


def register(app: typer.Typer, name: str) -> None:
    """Add one of the commands."""
    function, examples = COMMANDS[name]
    app.command(name, cls=KpiCommand, epilog=examples)(function)


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="新台账的文件夹，须不存在或为空"), values.FOLDER],
    department: Annotated[str, typer.Option(metavar="名称", help="部门或单位全称")],
    year: Annotated[int, typer.Option(metavar="年份", help="第一个预算年度")],
    tables: Annotated[str, typer.Option(metavar="表套", help="guangxi-2017、mof 或 shanghai"), values.TABLE_SET],
    level: Annotated[str, typer.Option(metavar="部门|单位", help="层级"), values.words("部门", "单位")] = "部门",
    nature: Annotated[
        str, typer.Option(metavar="行政|参公|事业", help="性质；用于单位"), values.words("行政", "参公", "事业")
    ] = "",
    code: Annotated[str, typer.Option(metavar="编码", help="部门或单位编码")] = "",
) -> None:
    """新建一本台账。"""
    from kpi_cli.assembly import find_table_set
    from kpi_cli.ledger import create

    find_table_set(tables)
    create.create_ledger(directory, year, create.settings_values(department, tables, level, nature, code))
    terminal.note(f"已新建台账 {directory}；下一步：kpi -C {directory} import lines 文件.csv")


def import_(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(metavar="种类", help="lines、incomes、projects、sangong、subjects 或 comparatives"),
        values.described({**{kind.plural: kind.label for kind in KINDS.values()}, "subjects": "本地科目名称"}),
    ],
    file: Annotated[Path, typer.Argument(metavar="文件", help="CSV（UTF-8 或 GB18030）或 XLSX")],
    year: shared.Year = None,
    replace: Annotated[bool, typer.Option("--replace", help="替换该年度同种类的全部记录")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查并显示将写入的内容，不改台账")] = False,
) -> None:
    """从 CSV 或 XLSX 导入记录：全部通过才写入。"""
    from kpi_cli.assembly import subject_catalogue
    from kpi_cli.ledger import edit

    own = session(context)
    ledger = own.ledger()
    change = edit.import_file(
        ledger,
        ledger.chosen_year(None) if year is None else year,
        kind,
        file,
        edit.budget_basis(subject_catalogue),
        replace=replace,
        dry_run=dry_run,
        wait=own.wait,
    )
    terminal.complain(change.warnings, "警告")
    if dry_run:
        terminal.say(change.text)
    terminal.note(f"{'试导入，没有写入：' if dry_run else ''}{change.summary}")


def history(
    context: typer.Context,
    format: shared.Format = "text",  # the option's name
) -> None:
    """显示台账的全部修改，最新的在前。"""
    from kpi_cli.ledger.history import history as entries_of
    from kpi_cli.rendering.plain import to_json

    actions.check_format(format, ("text", "json"))
    entries = entries_of(session(context).ledger().root)
    if format == "json":
        records = [
            {
                "number": e.number,
                "time": e.time,
                "command": e.command,
                "summary": e.summary,
                "files": [change.path for change in e.files],
                "undone": e.is_undone,
            }
            for e in entries
        ]
        terminal.say(to_json(records))
        return
    rows = [
        (str(e.number), e.time[:19].replace("T", " "), e.command, e.summary, "已撤销" if e.is_undone else "")
        for e in entries
    ]
    terminal.show(
        terminal.list_lines(("序号", "时间", "命令", "内容", "状态"), rows, right=[0]), session(context).color
    )


def undo(context: typer.Context) -> None:
    """撤销最近一次修改。"""
    from kpi_cli.ledger.history import undo as take_back

    entry = take_back(session(context).ledger_folder(), session(context).wait)
    terminal.note(f"已撤销：{entry.summary}；用 kpi redo 可以恢复")


def redo(context: typer.Context) -> None:
    """恢复最近一次撤销的修改。"""
    from kpi_cli.ledger.history import redo as put_back

    entry = put_back(session(context).ledger_folder(), session(context).wait)
    terminal.note(f"已恢复：{entry.summary}")


COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "init": (init, "kpi init 台账 --department 某县财政局 --year 2025 --tables mof --level 部门"),
    "import": (
        import_,
        """
        kpi import lines 预算行.csv
        kpi import sangong 三公.xlsx --year 2025 --replace
        kpi import lines 预算行.csv --dry-run
        """,
    ),
    "history": (history, "kpi history"),
    "undo": (undo, "kpi undo"),
    "redo": (redo, "kpi redo"),
}
