"""The completion scripts of four shells, from one description.

What differs between shells is how a text is quoted and how a table is looked up; that is a Dialect. What is done with
the tables is written by hand, in the shell's own language, in `templates/completion/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.completion.description import Option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from kpi_cli.completion.description import Command, Tree
    from kpi_cli.completion.values import Values

EVERYWHERE = "+"
"""Stands for the path of the options that may stand behind any command, and for any further argument."""
Rows = list[tuple[list[str], str]]
"""A table: keys and the text that they all stand for."""


@dataclass(frozen=True)
class Dialect:
    """How a shell writes a table.

    Attributes:
      file: Name of the script, and of its template.
      quoted: Writes a text as one word.
      open: First line of a function of this name that looks its argument up.
      row: Lines that give one text for several keys.
      close: Last line.
      encoding: Of the file.
    """

    file: str
    quoted: Callable[[str], str]
    open: str
    row: Callable[[list[str], str], str]
    close: str
    encoding: str = "utf-8"


def _posix_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _powershell_quoted(text: str) -> str:
    for quote in "'‘’‚‛":  # PowerShell takes the curly ones for straight ones
        text = text.replace(quote, quote * 2)
    return f"'{text}'"


def _posix_row(keys: list[str], text: str) -> str:
    return f"    {' | '.join(map(_posix_quoted, keys))}) reply={_posix_quoted(text)} ;;"


def _fish_row(keys: list[str], text: str) -> str:
    lines = " ".join(map(_fish_quoted, text.split("\n")))
    return f"        case {' '.join(map(_fish_quoted, keys))}\n            printf '%s\\n' {lines}"


def _powershell_row(keys: list[str], text: str) -> str:
    names = ", ".join(map(_powershell_quoted, keys))
    return f"        {{ $_ -cin {names} }} {{ return {_powershell_quoted(text)} }}"


_POSIX = ("{name}() {{\n  case $1 in", "    *) reply= ;;\n  esac\n}}")
DIALECTS: Mapping[str, Dialect] = {
    "bash": Dialect("kpi.bash", _posix_quoted, _POSIX[0], _posix_row, _POSIX[1]),
    "zsh": Dialect("_kpi", _posix_quoted, _POSIX[0], _posix_row, _POSIX[1]),
    "fish": Dialect("kpi.fish", _fish_quoted, "function {name}\n    switch $argv[1]", _fish_row, "    end\nend"),
    "powershell": Dialect(
        "kpi.ps1",
        _powershell_quoted,
        "function {name}([string]$key) {{\n    switch ($key) {{",
        _powershell_row,
        "    }}\n    return ''\n}}",
        "utf-8-sig",  # without the mark Windows PowerShell 5 reads a script in the system's code page
    ),
}


def script(shell: str, tree: Tree, templates: Path) -> str:
    """Write the script of a shell.

    Args:
      shell: Key of DIALECTS.
      tree: The command tree.
      templates: Folder of the hand-written parts.
    """
    dialect = DIALECTS[shell]
    tables = "\n\n".join(_function(dialect, f"_kpi_{name}", table) for name, table in _tables(tree).items())
    frame = (templates / dialect.file).read_text(encoding="utf-8")
    assert "@TABLES@" in frame
    return frame.replace("@TABLES@", tables)


def _function(dialect: Dialect, name: str, table: Rows) -> str:
    rows = [dialect.row(keys, text) for keys, text in table]
    return "\n".join((dialect.open.format(name=name), *rows, dialect.close.format()))


def _tables(tree: Tree) -> dict[str, Rows]:
    """Return the three tables of every script.

    `commands`: path → lines `NAME<tab>DESCRIPTION`. `options`: path, or EVERYWHERE → lines
    `NAME<tab>DESCRIPTION<tab>TAKES`. `arguments`: `PATH N`, or `PATH +` for the last one again and again → TAKES, see
    `_taken`.
    """
    commands = list(tree.root.walk())
    return {
        "commands": _grouped((c.path, _lines(c.children)) for c in commands if c.children),
        "options": [
            ([EVERYWHERE], _lines(tree.everywhere)),
            *_grouped((c.path, _lines(c.options)) for c in commands if c.options),
        ],
        "arguments": _grouped((f"{c.path} {at}", _taken(takes)) for c in commands for at, takes in _numbered(c)),
    }


def _lines(listed: Iterable[Command | Option]) -> str:
    return "\n".join(
        "\t".join((one.name, one.does, *((_taken(one.takes),) if isinstance(one, Option) else ()))) for one in listed
    )


def _numbered(command: Command) -> list[tuple[str, Values]]:
    found = [(str(number), takes) for number, takes in enumerate(command.arguments)]
    return [*found, (EVERYWHERE, command.arguments[-1])] if command.repeats else found


def _taken(takes: Values | None) -> str:
    """Write what is taken as one word: `-` (nothing), a kind, `ask:KIND`, or `words:WORD=DESCRIPTION|WORD|…`."""
    if takes is None:
        return "-"
    return ":".join((takes.kind, *filter(None, ["|".join("=".join(filter(None, word)) for word in takes.words)])))


def _grouped(pairs: Iterable[tuple[str, str]]) -> Rows:
    """Make rows of (key, text): equal texts share a row."""
    keys: dict[str, list[str]] = {}
    for key, text in pairs:
        keys.setdefault(text, []).append(key)
    return [(own, text) for text, own in keys.items()]
