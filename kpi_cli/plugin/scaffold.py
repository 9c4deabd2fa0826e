"""`kpi plugin new`: a working, tested package from `templates/plugin/`, filled in by string.Template."""

from __future__ import annotations

import re
from string import Template
from typing import TYPE_CHECKING

from kpi_cli import __version__, resources
from kpi_cli.errors import UsageError
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from pathlib import Path

PREFIXES = {"exporter": "kpi-export-", "table-set": "kpi-tables-", "check": "kpi-check-"}
"""Kind of plugin → how its distributions are called (host, dash, what it is)."""
_STARTING_SET = "mof"


def scaffold(kind: str, name: str) -> dict[str, bytes]:
    """Make the files of a new plugin.

    Args:
      kind: Key of PREFIXES.
      name: Name of the distribution, or only of the format, set or rules: `kpi-export-text` or `text`.
    Returns:
      Relative path → content; all in one folder, named after the distribution.
    Raises:
      UsageError: An unknown kind, or a name that cannot name a package.
    """
    if kind not in PREFIXES:
        facts = {"field": "插件的种类", "hint": suggestion(kind, PREFIXES)}
        raise UsageError(Problem("unknown-value", value=kind, facts=facts))
    short = name.removeprefix(PREFIXES[kind])
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", short):
        raise UsageError(Problem("plugin-name", value=name, facts={"example": PREFIXES[kind] + "text"}))
    words = short.split("-")
    facts = {
        "name": PREFIXES[kind] + short,
        "package": (PREFIXES[kind] + short).replace("-", "_"),
        "format": short,
        "class_name": "".join(word.capitalize() for word in words) + "Exporter",
        "prefix": "".join(words).upper(),
        "kpi_version": __version__,
    }
    root = resources.templates() / "plugin" / kind
    files = {
        _filled(path.relative_to(root).as_posix(), facts): path for path in sorted(root.rglob("*")) if path.is_file()
    }
    made = {f"{facts['name']}/{path}": _filled(file.read_text("utf-8"), facts).encode() for path, file in files.items()}
    if kind == "table-set":
        made |= _starting_set(f"{facts['name']}/src/{facts['package']}/{short}", resources.templates())
    return made


def _filled(text: str, facts: dict[str, str]) -> str:
    return Template(text).substitute(facts)


def _starting_set(folder: str, templates: Path) -> dict[str, bytes]:
    """Copy a bundled set as something to change."""
    return {f"{folder}/{path.name}": path.read_bytes() for path in (templates / "table_sets" / _STARTING_SET).iterdir()}
