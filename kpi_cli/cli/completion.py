"""`kpi completion`: TAB in the user's shell."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kpi_cli.cli.session import FLAGS, VALUE_OPTIONS
from kpi_cli.cli.usage import add_group
from kpi_cli.completion import values
from kpi_cli.completion.scripts import DIALECTS
from kpi_cli.errors import UsageError
from kpi_cli.problems import Problem, suggestion
from kpi_cli.rendering import terminal

Shell = Annotated[str, typer.Argument(metavar="SHELL", help="bash、zsh、fish 或 powershell"), values.words(*DIALECTS)]


def register(app: typer.Typer, name: str) -> None:
    """Add the group."""
    commands = {
        "show": (show, "打印一种 shell 的补全脚本。", "kpi completion show bash"),
        "install": (install, "把补全脚本放到 shell 读取的地方；不改任何配置文件。", "kpi completion install zsh"),
    }
    add_group(app, name, "按 TAB 补全：命令、选项、年度、表号、科目、项目……", commands)


def show(shell: Shell) -> None:
    """Print a script."""
    terminal.say(_script(shell))


def install(shell: Shell) -> None:
    """Store a script where the shell looks for it, and say what is left to do."""
    from kpi_cli.plugin.host import store

    content = _script(shell).encode(DIALECTS[shell].encoding)
    file, then = _place(shell)
    if file.is_file() and file.read_bytes() == content:
        terminal.note(f"补全脚本已是最新：{file}")
    else:
        store({file.name: content}, file.parent)
        terminal.note(f"已写入补全脚本：{file}")
    terminal.note(then.format(file=file, folder=file.parent))


def _script(shell: str) -> str:
    from kpi_cli import resources
    from kpi_cli.cli.app import build
    from kpi_cli.completion.description import describe
    from kpi_cli.completion.scripts import script

    if shell not in DIALECTS:
        facts = {"field": "shell ", "hint": suggestion(shell, DIALECTS)}
        raise UsageError(Problem("unknown-value", value=shell, facts=facts))
    tree = describe(typer.main.get_command(build()), (*VALUE_OPTIONS, *FLAGS))
    return script(shell, tree, resources.templates() / "completion")


def _place(shell: str) -> tuple[Path, str]:
    """Return where the user's shell looks for a script, and what the user still has to do."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    own = Path(os.environ["LOCALAPPDATA"]) if os.name == "nt" else data
    return {
        "bash": (
            data / "bash-completion" / "completions" / "kpi",
            "新开一个终端即可用 TAB 补全；若不行（没有安装 bash-completion），请在 ~/.bashrc 里加一行：. '{file}'",
        ),
        "zsh": (
            data / "zsh" / "site-functions" / "_kpi",
            "请在 ~/.zshrc 里加一行（在 compinit 之前），然后新开一个终端：fpath=('{folder}' $fpath)",
        ),
        "fish": (config / "fish" / "completions" / "kpi.fish", "新开一个终端即可用 TAB 补全"),
        "powershell": (own / "kpi-cli" / "kpi.ps1", "请在 $PROFILE 里加一行，然后新开一个终端：. '{file}'"),
    }[shell]
