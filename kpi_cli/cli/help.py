"""`kpi help`: short pages about one thing each, from `templates/help/`; and the help of any command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kpi_cli import resources
from kpi_cli.cli.usage import KpiCommand, help_page
from kpi_cli.completion import values
from kpi_cli.errors import UsageError
from kpi_cli.problems import Problem, suggestion
from kpi_cli.rendering import terminal

if TYPE_CHECKING:
    from pathlib import Path


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog="kpi help\nkpi help 导入\nkpi help eval import")(help_)


def help_(
    topic: Annotated[
        list[str] | None,
        typer.Argument(metavar="主题或命令", help="主题（中文或英文名），或一个命令；缺省列出全部主题"),
        values.TEXT,
    ] = None,
) -> None:
    """说明一个主题，或一个命令的用法。"""
    if not topic:
        _list()
        return
    page = _pages().get(topic[0].lower()) if len(topic) == 1 else None
    if page is not None:
        terminal.say(page.read_text(encoding="utf-8"))
    else:
        terminal.say(_command_help(topic))


def _pages() -> dict[str, Path]:
    """Return the pages by each of their names, the Chinese one and the English one of the first line."""
    found: dict[str, Path] = {}
    for path in resources.files_in(resources.templates() / "help", ".md"):
        names = path.read_text(encoding="utf-8").partition("：")[0].removeprefix("# ").split()
        found |= dict.fromkeys(names, path)
    return found


def _list() -> None:
    rows = []
    for path in dict.fromkeys(_pages().values()):
        names, _, about = path.read_text(encoding="utf-8").split("\n")[0].removeprefix("# ").partition("：")
        rows.append((*names.split(), about))
    for line in terminal.list_lines(("主题", "英文名", "内容"), rows):
        terminal.say(line.plain)
    terminal.say("\nkpi help 主题 显示一个主题；kpi --help 列出命令，kpi 命令 --help 或 kpi help 命令 显示用法。")


def _command_help(words: list[str]) -> str:
    """Return the help page of a command, such as `eval import`.

    Raises:
      UsageError: It is neither a topic nor a command.
    """
    from kpi_cli.cli.app import COMMANDS, build

    command = typer.main.get_command(build(words[0] if words[0] in COMMANDS else None))
    context = typer.Context(command, info_name="kpi")
    for word in words:
        children = getattr(command, "commands", {})
        if word not in children:
            known = list(dict.fromkeys([*_pages(), *children]))
            raise UsageError(Problem("unknown-topic", value=" ".join(words), facts={"hint": suggestion(word, known)}))
        command = children[word]
        context = typer.Context(command, info_name=word, parent=context)
    return help_page(command, context)
