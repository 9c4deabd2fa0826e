"""Calls that are answered without Typer: what scripts call in loops starts three times as fast.

The front door knows the parameters of a few commands from `tree.json`, which is generated from the Typer tree and
proved equal to it by tests. It takes only calls that are plainly right; any doubt — an unknown word, `--help`, a
value that is no number — goes to Typer, so that there is one set of rules and of messages.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TREE = Path(__file__).with_name("tree.json")
COMMANDS = ("table", "narrative", "check", "export")
"""Commands whose work is in `actions`, under the same name."""


def parse(arguments: list[str]) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
    """Parse a call by the generated tree.

    Args:
      arguments: What stands behind `kpi`.
    Returns:
      (command, parameters in front of it, its own parameters), or None where Typer has to look.
    """
    if not any(word in COMMANDS for word in arguments):
        return None
    tree = json.loads(TREE.read_bytes())
    own = _Parameters(tree[""])
    for at, word in enumerate(iterator := iter(arguments)):
        del at
        if word in COMMANDS:
            command = _Parameters(tree[word])
            return (word, own.values, command.values) if command.take(iterator) else None
        if not own.option(word, iterator):
            return None
    return None


class _Parameters:
    """The values of one command's parameters while its words are read."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.values: dict[str, Any] = {name: _default(spec) for name, spec in tree["parameters"].items()}
        self._specs = tree["parameters"]
        self._options = tree["options"]
        self._argument = tree["argument"]
        self._given: set[str] = set()

    def take(self, words: Any) -> bool:
        """Read all remaining words; False where one of them is not plainly right."""
        rest: list[str] = []
        for word in words:
            if not word.startswith("-"):
                rest.append(word)
            elif not self.option(word, words):
                return False
        if rest and not self._argument:
            return False
        if rest:
            self.values[self._argument] = rest
        return True

    def option(self, word: str, words: Any) -> bool:
        """Read one option, and its value from the words behind it."""
        name, equals, value = word.partition("=")
        parameter = self._options.get(name)
        if parameter is None or (equals and not name.startswith("--")):
            return False
        spec = self._specs[parameter]
        if spec["type"] == "flag":
            self.values[parameter] = True
            return not equals
        if not equals:
            value = next(words, "-")
            if value.startswith("-"):
                return False
        return self._store(parameter, spec, value)

    def _store(self, parameter: str, spec: dict[str, Any], text: str) -> bool:
        value: Any = text
        if spec["type"] == "int":
            if not (text.isascii() and text.isdigit()):
                return False
            value = int(text)
        elif spec["type"] == "path":
            value = Path(text)
        elif spec["type"] != "text":
            return False
        if spec["multiple"]:
            self.values[parameter] = [*(self.values[parameter] or []), value]
            return True
        if parameter in self._given:
            return False
        self._given.add(parameter)
        self.values[parameter] = value
        return True


def _default(spec: dict[str, Any]) -> Any:
    return Path(spec["default"]) if spec["type"] == "path" and spec["default"] is not None else spec["default"]


def answer(arguments: list[str]) -> int | None:
    """Carry out a call, or return None where it is for Typer.

    Returns:
      Exit status.
    Raises:
      KpiError: Whatever the command raises.
    """
    parsed = parse(arguments)
    if parsed is None:
        return None
    command, front, own = parsed
    if front["version"] or front["debug"]:
        return None
    from kpi_cli.cli import actions
    from kpi_cli.cli.session import Session, chosen_plugins

    session = Session(front["ledger"], front["color"], front["wait"], chosen_plugins(no_plugins=front["no_plugins"]))
    status = getattr(actions, command)(session, **own)
    assert isinstance(status, int)
    return status
