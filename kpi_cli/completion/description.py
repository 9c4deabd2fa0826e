"""The command tree as TAB sees it: commands, options, arguments and what each of them takes.

It is made from the Typer tree by public attributes only, and is all that the scripts of the shells are made from.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from kpi_cli.completion.values import FILE, TEXT, Values

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

LONGEST = 28
"""Characters of a description: a list stays readable beside the words."""
_HELP = ("--help", "显示帮助")


@dataclass(frozen=True)
class Option:
    """One spelling of an option.

    Attributes:
      name: With its dashes.
      does: What it is for, shortened.
      takes: What its value is; None for a flag.
    """

    name: str
    does: str
    takes: Values | None


@dataclass(frozen=True)
class Command:
    """A command or a group of commands.

    Attributes:
      path: How it is called, such as `kpi budget add`.
      does: What it does, shortened.
      children: The commands of a group.
      options: Its own.
      arguments: What each argument takes, in order.
      repeats: Whether the last argument may be given again and again.
    """

    path: str
    does: str
    children: tuple[Command, ...]
    options: tuple[Option, ...]
    arguments: tuple[Values, ...]
    repeats: bool

    @property
    def name(self) -> str:
        """The last word of the path."""
        return self.path.rpartition(" ")[2]

    def walk(self) -> Iterator[Command]:
        """Yield this command and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Tree:
    """All that the scripts are made from.

    Attributes:
      root: The command `kpi`, without the options of `everywhere`.
      everywhere: Options that may stand behind any command.
    """

    root: Command
    everywhere: tuple[Option, ...]


def describe(root: Any, everywhere: Collection[str]) -> Tree:
    """Describe a command tree.

    Args:
      root: The command that Typer makes of the whole tree.
      everywhere: The options of the root that may stand behind any command.
    """
    shared = tuple(option for option in _options(root) if option.name in everywhere)
    described = _command(root, "kpi")
    own = tuple(option for option in described.options if option.name not in everywhere)
    return Tree(replace(described, options=own), (*shared, Option(*_HELP, None)))


def _command(command: Any, path: str) -> Command:
    names = command.list_commands(None) if hasattr(command, "list_commands") else ()
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    hints = _hints(command)
    return Command(
        path,
        shortened(command.help or ""),
        tuple(_command(command.commands[name], f"{path} {name}") for name in names),
        _options(command),
        tuple(_takes(hints[param.name]) for param in arguments),
        any(param.nargs == -1 for param in arguments),
    )


def _options(command: Any) -> tuple[Option, ...]:
    hints = _hints(command)
    return tuple(
        Option(name, shortened(param.help or ""), None if param.is_flag else _takes(hints[param.name]))
        for param in command.params
        if param.param_type_name == "option" and param.name != "help" and not param.hidden
        for name in param.opts
    )


def _hints(command: Any) -> dict[str, Any]:
    """Return the annotations of the function behind a command."""
    return get_type_hints(inspect.unwrap(command.callback), include_extras=True) if command.callback else {}


def _takes(hint: Any) -> Values:
    """Return what was said beside a declaration; else a path is a file, and all else text."""
    parts = list(_parts(hint))
    said = [part for part in parts if isinstance(part, Values)]
    return said[0] if said else FILE if Path in parts else TEXT


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    yield from getattr(hint, "__metadata__", ())
    for argument in get_args(hint):
        yield from _parts(argument)


def shortened(text: str) -> str:
    """Return the first clause of a help text, on one line."""
    first = " ".join(text.split())
    for end in "。；，":
        first = first.partition(end)[0] if end != "，" or len(first) > LONGEST else first
    return first if len(first) <= LONGEST else first[: LONGEST - 1] + "…"
