"""`kpi demo`: the example ledger, checked and exported, ready to open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kpi_cli.cli.app import session
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.completion import values
from kpi_cli.rendering import terminal


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog="kpi demo\nkpi demo 试用")(demo)


def demo(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="文件夹，须不存在或为空"), values.FOLDER] = Path(
        "kpi-demo"
    ),
) -> None:
    """写出示例台账（防城港市港口区绩效办 2017），校核，并导出九张表。"""
    from kpi_cli.assembly import Request, assemble
    from kpi_cli.cli.actions import DEFAULT_EXPORTS, chosen_exports, passed
    from kpi_cli.ledger.create import copy_example

    copied = copy_example(directory)
    disclosure = assemble(directory, Request(narrative=True))
    result = passed(session(context), disclosure)
    exports = chosen_exports(DEFAULT_EXPORTS, {}, plugins=session(context).plugins)
    paths = exports.store(disclosure, directory / "out")
    terminal.say(f"示例台账：{directory}（{len(copied)} 个文件）")
    terminal.say(f"校核：{result.summary}")
    for path in paths:
        terminal.say(f"已导出：{path}")
    terminal.say(f"接着试试：kpi -C {directory} table 3")
