"""docs/LICENCES.md: what kpi-cli needs, under which licences; made from pyproject.toml and requirements/.

The lock says on every line who needs a package, so the page is the same on every machine, whatever is installed there.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements"
HEAD = """# Licences

Made by `make generate` from `requirements/`; do not edit. kpi-cli itself is under the MIT licence. What follows is all
that it needs on any platform, directly or through others, with the licence as an SPDX expression; versions are in
`requirements/dev.txt`. A test compares the licences with what the installed packages say, and accepts at run time only
such as ask for no more than their notice. The bundles of `make offline` hold the packages as their authors built them.
"""
CARRIED = """Wheels of numpy also carry GCC's libraries (GPL with the runtime exception, LGPL), those of pillow some for
images; their own licence files say which."""
CHAPTERS = {
    "": ("Run time", ""),
    "charts": ("Extra `charts`", CARRIED),
    "cluster": ("Extra `cluster`", ""),
    "dev": ("Development only", "Never installed by `pip install kpi-cli`."),
}
"""Extra of pyproject.toml, or nothing, or `dev` for what is left → title and remark."""


class Locked(NamedTuple):
    """One line of a lock: a version of a package, where it is for, its hashes, and what needs it."""

    requirement: Requirement
    hashes: tuple[str, ...]
    via: frozenset[str]

    @property
    def name(self) -> str:
        """The normalized name."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The one version that the line allows."""
        return next(iter(self.requirement.specifier)).version


def read_lock(name: str) -> list[Locked]:
    """Read requirements/NAME.txt; a package may have several lines, for different Pythons."""
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    found = []
    for block in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]:
        hashes = tuple(re.findall(r"--hash=(\S+)", block))
        via = frozenset(re.findall(r"^    # (?:via|  ) *([a-z0-9]\S*)", block, flags=re.MULTILINE))
        found.append(Locked(Requirement(block.partition("\\")[0].strip()), hashes, via))
    return found


def project() -> dict[str, list[Requirement]]:
    """Return what pyproject.toml needs: at run time under an empty name, then extras, groups and `build-system`."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {"": data["project"]["dependencies"], **data["project"]["optional-dependencies"]}
    found |= {**data["dependency-groups"], "build-system": data["build-system"]["requires"]}
    return {name: [Requirement(text) for text in own if isinstance(text, str)] for name, own in found.items()}


def closure(lock: list[Locked], roots: list[Requirement]) -> set[str]:
    """Return the names of what the roots need, directly or through others."""
    wanted = {canonicalize_name(root.name) for root in roots}
    while more := {each.name for each in lock if each.via & wanted} - wanted:
        wanted |= more
    return wanted


def chapters(lock: list[Locked]) -> dict[str, set[str]]:
    """Return for each chapter of the page the packages that no chapter before it has."""
    needs = project()
    found: dict[str, set[str]] = {}
    for chapter in CHAPTERS:
        names = {each.name for each in lock} if chapter == "dev" else closure(lock, needs[chapter])
        found[chapter] = names - set().union(*found.values())
    return found


def licences() -> dict[str, str]:
    """Return the SPDX expression of every package."""
    return tomllib.loads((REQUIREMENTS / "licences.toml").read_text(encoding="utf-8"))


def page() -> str:
    """Return docs/LICENCES.md."""
    lock, known = read_lock("dev"), licences()
    parts, shown = [HEAD], {"kpi-cli"}
    for chapter, names in chapters(lock).items():
        title, remark = CHAPTERS[chapter]
        shown |= names
        parts += [f"## {title}", "", *([remark, ""] if remark else [])]
        parts += ["| package | licence | needed by | only where |", "|---|---|---|---|"]
        parts += [row([each for each in lock if each.name == name], known, shown) for name in sorted(names)]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def row(lines: list[Locked], known: dict[str, str], shown: set[str]) -> str:
    """Return the row of a package; of those that need it, only what this chapter or one before it shows.

    Raises:
      SystemExit: licences.toml does not know the package.
    """
    name = lines[0].name
    if name not in known:
        raise SystemExit(f"requirements/licences.toml: no licence for {name}; write down what its metadata says")
    via = sorted({word for each in lines for word in each.via} & shown)
    only = str(lines[0].requirement.marker or "") if len(lines) == 1 else ""
    return f"| {name} | {known[name]} | {', '.join(via)} | {f'`{only}`' if only else ''} |".replace("|  |", "| |")
