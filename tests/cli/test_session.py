"""The options of `kpi` itself: in front of the command or behind it."""

from __future__ import annotations

import json

import pytest

from kpi_cli.cli.frontdoor import TREE
from kpi_cli.cli.session import FLAGS, VALUE_OPTIONS, hoisted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([], []),
        (["table", "3"], ["table", "3"]),
        (["table", "3", "-C", "dir"], ["-C", "dir", "table", "3"]),
        (["-C", "dir", "budget", "add", "--wait", "1"], ["-C", "dir", "--wait", "1", "budget", "add"]),
        (["check", "--color=never", "--debug", "--no-plugins"], ["--color=never", "--debug", "--no-plugins", "check"]),
        (["table", "--", "-C", "dir"], ["table", "--", "-C", "dir"]),
        (["table", "-C"], ["-C", "table"]),
        (["budget", "add", "--note", "--waiting"], ["budget", "add", "--note", "--waiting"]),
    ],
)
def test_options_of_kpi_move_to_the_front(given: list[str], wanted: list[str]) -> None:
    assert hoisted(given) == wanted
    assert hoisted(wanted) == wanted


def test_they_are_the_options_of_the_tree_and_no_command_has_one_of_the_same_name() -> None:
    tree = json.loads(TREE.read_bytes())
    own = set(tree[""]["options"]) - {"--version"}
    assert own == {*VALUE_OPTIONS, *FLAGS}
    for name, command in tree.items():
        assert not name or not own & set(command["options"])


def test_no_command_of_the_whole_tree_uses_their_names() -> None:
    import typer

    from kpi_cli.cli.app import build

    def options(command):
        yield from (name for p in command.params for name in p.opts)
        for child in getattr(command, "commands", {}).values():
            yield from options(child)

    root = typer.main.get_command(build())
    names = [name for child in root.commands.values() for name in options(child)]
    assert not {*VALUE_OPTIONS, *FLAGS} & set(names)
    assert len(names) > 50


def test_a_call_with_options_behind_the_command(kpi, make_ledger) -> None:
    root = make_ledger(
        {"kpi.toml": 'schema_version = 1\ndepartment = "某局"\ntable_set = "mof"\n', "2025/lines.toml": ""}
    )
    front = kpi("-C", str(root), "table", "1", "--format", "csv")
    assert front.status == 0
    assert kpi("table", "1", "--format", "csv", "-C", str(root)).out == front.out
