"""Pages whose commands a reader types one after the other: a shell runs them, and what they print is compared.

A block of `sh` is run; `status=N` after `sh` says how its last command ends. A block of `text` right below it is what
it prints, on both streams; a line `…` stands for any lines. A block with `title=PATH` is a file that the page writes.
"""

from __future__ import annotations

import difflib
import inspect
import os
import re
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import typer

from kpi_cli.cli import app
from kpi_cli.plugin import hookspecs, manager

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    "README.md",
    "README.zh-CN.md",
    "docs/guide.md",
    "docs/evaluation.md",
    "docs/narrative-templates.md",
    "docs/completion.md",
    "docs/plugins.md",
]
EXAMPLES = ["docs/examples", "tests/data/cases"]
"""What the pages refer to, besides what they write themselves."""
ELSEWHERE = {"make demo": "tests/test_packaging.py", "pip install .": "tests/test_packaging.py", "make test": ".ci/run"}
"""Commands that are run, but not by this test."""
FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its language, the attributes after it, its lines, and whether only blank lines are above it."""

    language: str
    attributes: dict[str, str]
    text: str
    follows: bool


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found, end = [], 0
    for match in FENCE.finditer(text):
        attributes = dict(part.split("=", 1) for part in match[2].split())
        found.append(Block(match[1], attributes, match[3], not text[end : match.start()].strip()))
        end = match.end()
    return found


def script(steps: list[Block]) -> str:
    """Return a shell script that runs the blocks, each followed by a mark."""
    parts = ["set -e"]
    for step in steps:
        if "title" in step.attributes:
            path = step.attributes["title"]
            parts += [f"mkdir -p $(dirname {path})", f"cat > {path} <<'END OF FILE'\n{step.text}END OF FILE"]
        elif step.language == "sh":
            lines = [line for line in step.text.splitlines() if comment_free(line) not in ELSEWHERE]
            status = step.attributes.get("status", "0")
            ending = [] if status == "0" else ["got=$?", "set -e", f'[ "$got" = {status} ]']
            parts += [*(["set +e"] if ending else []), *lines, *ending, r"printf '\036'"]
    return "\n".join(parts) + "\n"


def comment_free(line: str) -> str:
    """Return a line of shell without its comment."""
    return re.sub(r"(^|\s)#.*", "", line).strip()


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a machine where kpi, pip and pytest are installed, and nothing can be downloaded.

    It is a new environment of Python that sees the packages of this one, so that a page may install plugins in it.
    """
    home = folder / ".venv"
    venv.create(home)
    place = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    (Path(place) / "base.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    for name, module in {"kpi": "kpi_cli", "pip": "pip", "pytest": "pytest"}.items():
        script = home / "bin" / name
        script.write_text(f'#!/bin/sh\nexec "{home}/bin/python" -m {module} "$@"\n')
        script.chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("KPI_", "PIP_", "PYTEST_"))}
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_ROOT_USER_ACTION": "ignore"}
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**kept, **offline, "PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8"}


def run(steps: list[Block], folder: Path) -> list[str]:
    """Run the blocks of a page in a folder; returns what each block of `sh` printed."""
    command = ["bash", "-c", script(steps)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, cwd=folder, env=environment(folder), text=True, check=False, **streams)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout.split("\036")[:-1]


def is_as_shown(shown: str, printed: str) -> bool:
    """Tell whether a page shows what was printed; `…` on a line of its own stands for any lines."""
    pattern = "".join("(.*\n)*?" if line == "…" else re.escape(line) + " *\n" for line in shown.splitlines())
    return re.fullmatch(pattern, printed) is not None


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_every_command_works_as_shown(page: str, tmp_path: Path) -> None:
    for folder in EXAMPLES:
        shutil.copytree(ROOT / folder, tmp_path / folder)
    steps = blocks(page)
    printed = iter(run(steps, tmp_path))
    compared, output = 0, ""
    for step in steps:
        if step.language == "sh":
            output = next(printed)
        elif step.language == "text" and step.follows:
            difference = "\n".join(difflib.unified_diff(step.text.splitlines(), output.splitlines(), lineterm=""))
            assert is_as_shown(step.text, output), difference
            compared += 1
    assert compared or page != "docs/guide.md"


@pytest.mark.parametrize("name", [name for name in vars(hookspecs) if name.startswith("kpi_register_")])
def test_every_hook_has_its_section(name: str) -> None:
    text = (ROOT / "docs/plugins.md").read_text(encoding="utf-8")
    section = text.partition(f"### `{name}`\n")[2].partition("\n### ")[0]
    own = re.sub(r"'", "", str(inspect.signature(getattr(hookspecs, name))))
    group = next(group for group, (hook, _) in manager._GROUPS.items() if hook == name)
    assert section.startswith(f"\n`{name}{own}` · group `{group}` · since ")
    assert all(f"* **{part}**" in section for part in ("Returns", "Errors", "Example"))


def hand_written() -> list[str]:
    """Return all pages but those that the generator makes."""
    pages = [*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("plugins/*/README.md")]
    made = "由 `make generate`"
    return sorted(str(path.relative_to(ROOT)) for path in pages if made not in path.read_text(encoding="utf-8"))


def calls(page: str) -> Iterator[tuple[str, bool]]:
    """Yield each call of kpi on a page, and whether it stands in a block that the test above runs."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for block in blocks(page):
        is_run = block.language == "sh" and page in PAGES
        yield from ((line, is_run) for line in block.text.splitlines() if line.startswith("kpi ") and ":" not in line)
    prose = FENCE.sub("", text)
    yield from ((line.strip(), False) for line in prose.splitlines() if line.startswith("    kpi "))
    yield from ((call, True) for call in re.findall(r"`(kpi [^`]*)`", prose))


@pytest.mark.parametrize("front", ["README.md", "README.zh-CN.md"])
def test_the_front_page_names_every_page(front: str) -> None:
    linked = set(re.findall(r"\]\((docs/[\w-]+\.md)\)", (ROOT / front).read_text(encoding="utf-8")))
    assert linked == {f"docs/{path.name}" for path in ROOT.glob("docs/*.md")}


@pytest.mark.parametrize("page", hand_written())
def test_every_link_leads_somewhere(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\(([^):]+)\)", FENCE.sub("", path.read_text(encoding="utf-8"))):
        name, _, anchor = target.partition("#")
        there = (path.parent / name if name else path).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.*)$", there, re.MULTILINE)
        assert not anchor or anchor in map(anchor_of, headings), target


def anchor_of(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", hand_written())
def test_every_command_stands_where_it_is_run(page: str) -> None:
    if not page.startswith("plugins/"):  # those are for the index of packages; their own tests run what they offer
        assert [call for call, is_run in calls(page) if not is_run] == []


@pytest.mark.parametrize("page", hand_written())
def test_every_call_names_commands_and_options_that_exist(page: str) -> None:
    for call, _ in calls(page):
        assert unknown(call) == [], call


def unknown(call: str) -> list[str]:
    """Return the commands and options of a call that kpi does not have; words in capitals stand for others."""
    command: Any = typer.main.get_command(app.build())
    found, takes_value = [], {"--help": False}
    words = iter(re.split(r"[\s|…]+", comment_free(call))[1:])
    for word in words:
        takes_value |= {name: not p.is_flag for p in command.params if p.param_type_name == "option" for name in p.opts}
        if word.startswith("-"):
            name, _, value = word.partition("=")
            found += [] if name in takes_value else [word]
            if takes_value.get(name) and not value:
                next(words, None)
        elif word in getattr(command, "commands", {}):
            command = command.commands[word]
        elif getattr(command, "commands", {}) and re.fullmatch("[a-z]+", word):
            found.append(word)
    return found


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a  \n", True),
        ("a\n…\nc\n", "a\nb\nb\nc\n", True),
        ("a\n…\nc\n", "a\nc\n", True),
        ("a\n", "a\nb\n", False),
        ("a\nb\n", "a\n", False),
        ("…\nc\n", "a\nd\n", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_what_counts_as_shown(shown: str, printed: str, expected: bool) -> None:
    assert is_as_shown(shown, printed) is expected
