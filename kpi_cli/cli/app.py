"""The command tree, built only as far as a call needs it.

COMMANDS says where each command lives and what it does in one line; a call imports the module of its own command,
and only `kpi --help` imports them all.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from kpi_cli import __version__
from kpi_cli.cli.session import COLORS, VALUE_OPTIONS, Session, chosen_plugins
from kpi_cli.cli.usage import KpiGroup, usage_error
from kpi_cli.completion import values

COMMANDS = {
    "demo": "kpi_cli.cli.demo",
    "init": "kpi_cli.cli.ledger",
    "import": "kpi_cli.cli.ledger",
    "budget": "kpi_cli.cli.records",
    "income": "kpi_cli.cli.records",
    "project": "kpi_cli.cli.records",
    "sangong": "kpi_cli.cli.records",
    "table": "kpi_cli.cli.table",
    "narrative": "kpi_cli.cli.narrative",
    "compare": "kpi_cli.cli.compare",
    "export": "kpi_cli.cli.export",
    "check": "kpi_cli.cli.check",
    "eval": "kpi_cli.cli.evaluation",
    "batch": "kpi_cli.cli.batch",
    "trace": "kpi_cli.cli.trace",
    "history": "kpi_cli.cli.ledger",
    "undo": "kpi_cli.cli.ledger",
    "redo": "kpi_cli.cli.ledger",
    "subject": "kpi_cli.cli.subject",
    "plugin": "kpi_cli.cli.plugin",
    "completion": "kpi_cli.cli.completion",
    "schema": "kpi_cli.cli.schema",
    "doctor": "kpi_cli.cli.doctor",
    "help": "kpi_cli.cli.help",
}
"""Every command, in the order of `kpi --help`, and the module whose `register(app, name)` adds it."""

_PARSER_ERROR: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""Base of every usage error of the parser inside Typer, which Typer does not export by name."""


class _Root(KpiGroup):
    """The command `kpi` itself: its commands are listed in the order of COMMANDS."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands that were built."""
        del ctx
        return [name for name in COMMANDS if name in self.commands]


def session(context: typer.Context) -> Session:
    """Return the session of a running command."""
    found = context.obj
    assert isinstance(found, Session)
    return found


def show_version(wanted: bool) -> None:
    """Answer `--version`, which needs no command behind it."""
    if wanted:
        typer.echo(f"kpi-cli {__version__}")
        raise typer.Exit


def main_options(
    context: typer.Context,
    ledger: Annotated[
        Path | None,
        typer.Option("-C", "--ledger", metavar="DIR", help="台账文件夹；缺省为 $KPI_LEDGER 或向上最近的台账"),
        values.FOLDER,
    ] = None,
    color: Annotated[str, typer.Option(metavar="auto|always|never", help="颜色"), values.words(*COLORS)] = "auto",
    wait: Annotated[float, typer.Option(metavar="秒", help="台账被占用时等待的秒数")] = 10.0,
    no_plugins: Annotated[bool, typer.Option("--no-plugins", help="不加载第三方插件")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="出错时显示调用栈")] = False,
    version: Annotated[bool, typer.Option("--version", help="显示版本", is_eager=True, callback=show_version)] = False,
) -> None:
    """部门预算公开台账：一本台账，九张公开表，每个数只算一次。"""
    del debug, version
    context.obj = Session(ledger, color, wait, chosen_plugins(no_plugins=no_plugins))


def build(command: str | None = None) -> typer.Typer:
    """Build the command tree.

    Args:
      command: The one command to include; None includes all.
    """
    app = typer.Typer(name="kpi", cls=_Root, add_completion=False, no_args_is_help=False, rich_markup_mode=None)
    app.callback(invoke_without_command=False)(main_options)
    for name in [command] if command else COMMANDS:
        importlib.import_module(COMMANDS[name]).register(app, name)
    return app


def command_word(arguments: list[str]) -> str | None:
    """Return the first word that is neither an option nor an option's value."""
    skip = False
    for word in arguments:
        if skip:
            skip = False
        elif word in VALUE_OPTIONS:
            skip = True
        elif not word.startswith("-"):
            return word
    return None


def invoke(arguments: list[str]) -> int:
    """Run a call through Typer.

    Returns:
      Exit status.
    Raises:
      KpiError: Whatever the command raises, wrong usage included.
    """
    word = command_word(arguments)
    command = typer.main.get_command(build(word if word in COMMANDS else None))
    if not arguments:
        arguments = ["--help"]
    try:
        status = command.main(arguments, prog_name="kpi", standalone_mode=False)
    except typer.Exit as error:
        return error.exit_code
    except typer.Abort:
        return 130
    except _PARSER_ERROR as error:
        raise usage_error(error, tuple(COMMANDS)) from None
    return status if isinstance(status, int) else 0
