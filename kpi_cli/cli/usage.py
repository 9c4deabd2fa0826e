"""Help and usage errors in Chinese, made from the command tree; Typer's own are English and framed.

Only public attributes of Typer's commands and parameters are used, so that any Typer from 0.28 on will do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer.core

from kpi_cli.errors import UsageError
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_HELP = ("--help", "显示帮助")


class KpiCommand(typer.core.TyperCommand):
    """A command whose `--help` is ours."""

    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return help_page(self, ctx)


class KpiGroup(typer.core.TyperGroup):
    """A group whose `--help` is ours, with its commands in the order in which they were added."""

    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return help_page(self, ctx)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands as they were added."""
        del ctx
        return list(self.commands)


def add_group(
    app: typer.Typer, name: str, words: str, commands: Mapping[str, tuple[Callable[..., None], str, str]]
) -> typer.Typer:
    """Add a group to the command tree, also one of a single command, and return it.

    Args:
      app: The tree.
      name: Name of the group.
      words: What it is about, in Chinese.
      commands: Name → (function, what it does in Chinese, examples) of each of its commands.
    """
    group = typer.Typer(cls=KpiGroup, help=words, rich_markup_mode=None)
    for command, (function, does, examples) in commands.items():
        group.command(command, cls=KpiCommand, help=does, epilog=examples)(function)
    group.callback(help=words)(lambda: None)
    app.add_typer(group, name=name)
    return group


def help_page(command: Any, ctx: Any) -> str:
    """Write the help page of a command: usage, what it does, arguments, options, commands, examples."""
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden and p.name != "help"]
    arguments = [p for p in command.params if p.param_type_name == "argument" and not p.hidden]
    children = [(n, command.commands[n]) for n in command.list_commands(ctx)] if hasattr(command, "commands") else []
    usage = [ctx.command_path, *(["[选项]"] if options else []), *map(_argument, arguments)]
    usage += ["命令 …"] if children else []
    parts = [f"用法：{' '.join(usage)}", "", (command.help or "").strip()]
    parts += _section("参数", [(_argument(p), p.help or "") for p in arguments])
    parts += _section("选项", [*((_option(p), _explained(p)) for p in options), _HELP])
    parts += _section("命令", [(name, (c.help or "").strip().split("\n")[0]) for name, c in children])
    if command.epilog:
        parts += ["", "例：", *(f"  {line.strip()}" for line in command.epilog.strip().splitlines())]
    return "\n".join(parts)


def _argument(param: Any) -> str:
    name = param.metavar or param.name.upper()
    name = f"{name} …" if param.nargs == -1 else name
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    names = ", ".join(param.opts)
    return names if param.is_flag else f"{names} {param.metavar or '值'}"


def _explained(param: Any) -> str:
    marks = ["必填"] if param.required else []
    marks += ["可重复"] if getattr(param, "multiple", False) else []
    return (param.help or "") + (f"（{'，'.join(marks)}）" if marks else "")


def _section(title: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    from unicodedata import east_asian_width

    def cells(text: str) -> int:
        return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)

    found = list(rows)
    if not found:
        return []
    width = min(32, max(cells(left) for left, _ in found))
    lines = ["", f"{title}："]
    for left, right in found:
        lines.append(f"  {left}{' ' * max(2, width - cells(left) + 2)}{right}".rstrip())
    return lines


def usage_error(error: Any, commands: Iterable[str]) -> UsageError:
    """Turn a usage error of Typer's parser into ours: one Chinese line with what to do.

    Args:
      error: The exception; only its public attributes are read.
      commands: Names of all commands, for suggestions.
    """
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx else "kpi"
    page = f"见 {path} --help"
    option = getattr(error, "option_name", None)
    param = getattr(error, "param", None)
    if option and hasattr(error, "possibilities"):
        known = [name for p in ctx.command.params if p.param_type_name == "option" for name in p.opts] if ctx else []
        return UsageError(
            Problem("unknown-option", value=option, facts={"hint": _then(suggestion(option, known), page)})
        )
    if option:
        return _wrong(f"选项 {option} 用法不对，或缺少值", page)
    if param is not None:
        name = _option(param) if param.param_type_name == "option" else _argument(param)
        if type(error).__name__ == "MissingParameter":
            return _wrong(f"缺少 {name}", page)
        kinds = {"number": "，应为数字", "float": "，应为数字", "int": "，应为整数"}  # all that every Typer tells
        return _wrong(f"{name} 的值不对" + next((said for word, said in kinds.items() if word in str(error)), ""), page)
    unknown = list(ctx.command.commands) if ctx and hasattr(ctx.command, "commands") else None
    words = _quoted(str(error))
    if unknown is not None and words:
        known = list(commands) if path == "kpi" else unknown
        return UsageError(Problem("unknown-command", value=words[0], facts={"hint": suggestion(words[0], known)}))
    if unknown is not None:
        return _wrong("缺少命令", f"可用的有：{'、'.join(unknown)}")
    return _wrong(f"参数太多（{'、'.join(words)}）" if words else "用法不对", page)


def _then(advice: str, page: str) -> str:
    return advice + page if advice.endswith("？") else f"{advice}；{page}"


def _wrong(detail: str, hint: str) -> UsageError:
    return UsageError(Problem("usage", facts={"detail": detail, "hint": hint}))


def _quoted(message: str) -> list[str]:
    """Return the words that the parser's English message quotes or brackets."""
    import re

    return [a or b for a, b in re.findall(r"'([^']*)'|\(([^()]*)\)\s*$", message)][:1]
