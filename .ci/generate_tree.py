"""Write `kpi_cli/cli/tree.json` from the Typer tree; `--check` fails where it is out of date.

The front door parses the calls of a few commands by this file, without importing Typer.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import typer

from kpi_cli.cli import app
from kpi_cli.cli.frontdoor import COMMANDS, TREE

KINDS = {int: "int", str: "text", Path: "path", bool: "flag", float: "other"}


def parameter(param: Any, hint: Any) -> dict[str, Any]:
    """Describe one parameter: its type, whether it repeats, its default."""
    kinds = [kind for kind in KINDS if kind in flatten(hint)]
    default = str(param.default) if isinstance(param.default, Path) else param.default
    return {"type": KINDS[kinds[0]], "multiple": list in flatten(hint), "default": default}


def flatten(hint: Any) -> list[Any]:
    """Return a type and the types inside it: `list[str] | None` → list, str, None."""
    inner = [part for argument in get_args(hint) for part in flatten(argument)]
    return [get_origin(hint) or hint, *inner]


def describe(command: Any, function: Any) -> dict[str, Any]:
    """Describe the parameters of one command; types come from the function behind it."""
    hints = get_type_hints(function)
    params = [p for p in command.params if p.name != "help"]
    arguments = [p.name for p in params if p.param_type_name == "argument"]
    return {
        "parameters": {p.name: parameter(p, hints[p.name]) for p in params},
        "options": {name: p.name for p in params if p.param_type_name == "option" for name in p.opts},
        "argument": arguments[0] if arguments else "",
    }


def tree() -> str:
    """Return the file's content."""
    root: Any = typer.main.get_command(app.build())
    found = {"": describe(root, app.main_options)}
    for name in COMMANDS:
        found[name] = describe(root.commands[name], getattr(importlib.import_module(app.COMMANDS[name]), name))
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if TREE.read_text(encoding="utf-8") == tree() else f"{TREE.name} is out of date: make generate")
    TREE.write_text(tree(), encoding="utf-8")
