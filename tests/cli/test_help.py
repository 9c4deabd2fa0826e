"""Help leads somewhere: every command has an example that parses, every topic that is named exists, the man page is sound."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from kpi_cli.cli import app
from kpi_cli.problems import WORDING
from tests.test_guides import unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]


def commands(command: Any, path: str = "kpi") -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, with its path."""
    children = getattr(command, "commands", {})
    if not children:
        yield path, command
    for name, child in children.items():
        yield from commands(child, f"{path} {name}")


COMMANDS = dict(commands(typer.main.get_command(app.build())))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_an_example(path: str, kpi: Callable[..., Any]) -> None:
    page = kpi(*path.split()[1:], "--help").out
    examples = [re.split(r"\s{3,}", line.strip())[0] for line in page.partition("\n例：\n")[2].splitlines()]
    examples = [line for line in examples if line]
    assert any(line.startswith(path) for line in examples)
    assert [word for line in examples for word in unknown(line)] == []


def test_every_topic_that_is_named_exists(kpi: Callable[..., Any]) -> None:
    files = [*ROOT.glob("kpi_cli/**/*.py"), *ROOT.glob("templates/help/*"), *ROOT.glob("docs/*.md")]
    named = {word for path in files for word in re.findall(r"kpi help (\w+)", path.read_text(encoding="utf-8"))}
    topics = {line.split()[0] for line in kpi("help").out.split("\n\n")[0].splitlines()[1:]}
    assert "figures" in named
    for word in named - {"主题", "命令"}:
        assert kpi("help", word).status == 0, word
    assert topics == {path.stem for path in (ROOT / "templates" / "help").iterdir()}


def test_commands_in_topics_exist() -> None:
    for path in (ROOT / "templates" / "help").iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("    kpi "):
                assert unknown(re.split(r"\s{3,}", line.strip())[0]) == [], line


@pytest.mark.parametrize("code", WORDING)
def test_what_an_error_refers_to_exists(code: str) -> None:
    text = "".join(WORDING[code])
    for call in re.findall(r"kpi(?: [a-z-]+)+", re.sub(r"kpi(?: [a-z-]+)* \{", "", text)):
        assert unknown(call) == [], call
    for page in re.findall(r"docs/[\w-]+\.md", text):
        assert (ROOT / page).is_file()


def test_roff_finds_nothing_wrong_with_the_man_page() -> None:
    if shutil.which("groff") is None and os.environ.get("KPI_CI") != "1":
        pytest.skip("groff is not installed")
    done = subprocess.run(
        ["groff", "-k", "-Kutf8", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=200n", ROOT / "man" / "kpi.1"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line for line in done.stderr.splitlines() if "adjust line" not in line and "break line" not in line] == []
    shown = [line.strip() for line in done.stdout.splitlines()]
    assert [path for path in COMMANDS if not any(f"{line} ".startswith(f"{path} ") for line in shown)] == []
