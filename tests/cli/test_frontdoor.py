"""The front door and Typer read every call alike: where the front door answers, Typer would have called the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_cli.cli import actions, frontdoor
from kpi_cli.cli.app import invoke
from kpi_cli.errors import KpiError

WORDS = [
    "table", "check", "export", "demo", "1", "3", "12", "x", "--year", "--year=2025", "2025", "20x5", "--format", "csv",
    "--format=json", "--tables", "mof", "--unit", "001", "--to", "xlsx", "--to=docx", "--out", "out", "--live", "--force",
    "--option", "xlsx.live=true", "--reference-doc", "a.docx", "-C", "dir", "-Cdir", "-C=dir", "--ledger", "--color",
    "never", "--color=red", "--wait", "5", "--no-plugins", "--debug", "--version", "--help", "--", "-", "--yea", "",
    "--live=true", "--year=", "-1", "２０２５",
]  # fmt: skip


def typer_call(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict, dict] | None:
    """Return what Typer would call: (command, session facts, parameters), or None where it calls none of ours."""
    calls: list[tuple[str, dict, dict]] = []

    def recorder(name: str):
        def record(session, **values):
            facts = {
                "ledger": session.folder,
                "color": session.color,
                "wait": session.wait,
                "no_plugins": session.plugins == (),
            }
            calls.append((name, facts, values))
            return 0

        return record

    for name in frontdoor.COMMANDS:
        monkeypatch.setattr(actions, name, recorder(name))
    try:
        invoke(arguments)
    except KpiError:
        return None
    return calls[0] if calls else None


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=7))
def test_front_door_and_typer_agree(arguments: list[str]) -> None:
    parsed = frontdoor.parse(arguments)
    if parsed is None or parsed[1]["version"]:
        return
    command, front, own = parsed
    with pytest.MonkeyPatch.context() as monkeypatch:
        called = typer_call(arguments, monkeypatch)
    if front["color"] not in ("auto", "always", "never"):
        assert called is None  # both refuse it, with the same error
        return
    assert called is not None
    assert called[0] == command
    assert called[1] == {name: front[name] for name in called[1]}
    assert called[2] == own


@pytest.mark.parametrize(
    "arguments",
    [
        ["table"],
        ["table", "3", "--format", "csv"],
        ["-C", "dir", "--color=never", "table", "1", "2", "--year=2025", "--unit", "001"],
        ["--no-plugins", "export", "--to", "xlsx", "--to=docx", "--out", "out", "--live", "--force"],
        ["check", "--format", "json"],
    ],
)
def test_plain_calls_are_answered(arguments: list[str]) -> None:
    assert frontdoor.parse(arguments) is not None


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["table", "--help"],
        ["table", "--year", "20x5"],
        ["table", "--yea", "2025"],
        ["table", "--year", "2024", "--year", "2025"],
        ["table", "--year"],
        ["check", "3"],
        ["--wait", "5", "table"],
        ["table", "--", "3"],
        ["budget", "list"],
        ["tabel"],
    ],
)
def test_doubtful_calls_go_to_typer(arguments: list[str]) -> None:
    assert frontdoor.parse(arguments) is None


def test_repeated_options_keep_their_order() -> None:
    parsed = frontdoor.parse(["export", "--to", "xlsx", "--to", "docx", "--out", "a b"])
    assert parsed is not None
    assert parsed[2]["to"] == ["xlsx", "docx"]
    assert parsed[2]["out"] == Path("a b")
