"""docs/api.md: everything that `kpi_cli.api` offers to plugins, from its docstrings and annotations."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kpi_cli import api
from kpi_cli.conformance import EXPORTER_CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator

CHAPTERS = {
    "Exporters": ("Exporter", "Host", "NoOptions"),
    "The disclosure": ("Disclosure",),
    "Tables": (
        "Table",
        "Cell",
        "State",
        "Role",
        "NumberFormat",
        "Column",
        "Block",
        "Sum",
        "Difference",
        "Growth",
        "address",
    ),
    "Records behind the tables": ("BudgetLine", "Income", "Project", "SangongExpense"),
    "Written parts": ("Narrative", "Heading", "Paragraph", "TablesPlace", "Chart", "Claim", "Comparison", "Share"),
    "Rules": ("TieOutRule", "Finding", "Receipt", "NotApplicableError", "NotCheckableError"),
    "Scoring methods": ("Method", "Case", "Group", "Param", "Outcome", "Step", "MethodError", "exact"),
    "Errors": ("KpiError", "ExportError", "Problem"),
    "The hooks themselves": ("hookimpl", "HOOK_API_VERSION"),
}
"""Heading → names of `kpi_cli.api.__all__`; each stands in one of them."""
SECTION = re.compile(r"^(\w[^\n]*):\n((?:[ ]{2,}[^\n]*\n?)+)", re.MULTILINE)
ITEM = re.compile(r"^[ ]{2}(\w[\w, ]*): (.*(?:\n[ ]{3,}.*)*)", re.MULTILINE)
SECTIONS = ("Attributes", "Args", "Returns", "Raises", "Class facts, readable without an instance")


def page() -> str:
    """Return docs/api.md."""
    listed = [name for names in CHAPTERS.values() for name in names]
    assert sorted(listed) == sorted(api.__all__), set(listed) ^ set(api.__all__)
    parts = ["# What plugins may use: `kpi_cli.api`", "", "由 `make generate` 从 `kpi_cli/api.py` 生成，请勿手改。", ""]
    parts += ["Nothing else of kpi-cli is public. Amounts are `Decimal` in 元 unless said otherwise; how plugins are"]
    parts += ["written is in [plugins.md](plugins.md)."]
    for chapter, names in CHAPTERS.items():
        parts += ["", f"## {chapter}"]
        for name in names:
            parts += ["", f"### `{name}`", "", *about(name, getattr(api, name))]
    parts += ["", "## What `kpi plugin check` asks of an exporter", "", "| check | what holds |", "|---|---|"]
    parts += [f"| {name} | {flat(holds.__doc__ or '')} |" for name, holds in EXPORTER_CHECKS.items()]
    return "\n".join(parts) + "\n"


def about(name: str, thing: Any) -> Iterator[str]:
    """Yield the lines about one public name."""
    if name == "HOOK_API_VERSION":
        yield f"`{thing}`: major and minor version. A plugin written for the same major version keeps working."
    elif name == "hookimpl":
        yield "The decorator for a function that implements a hook (pluggy's `HookimplMarker`)."
    elif inspect.isfunction(thing):
        yield f"`{name}{signature(thing)}`"
        yield from ("", *described(thing.__doc__ or "", {}))
    elif issubclass(thing, Enum):
        yield from described(thing.__doc__ or "", {})
        yield from ("", "Members: " + ", ".join(f"`{member.name}`" for member in thing) + ".")
    else:
        yield from described(thing.__doc__ or "", types_of(thing))
        yield from members(thing)


def types_of(thing: Any) -> dict[str, str]:
    """Return what each field of a class is, as written, with its default."""
    found: dict[str, str] = {}
    for base in reversed(thing.__mro__):
        found |= {name: written(hint) for name, hint in inspect.get_annotations(base).items()}
    defaults = getattr(thing, "_field_defaults", {})
    if is_dataclass(thing):
        defaults = {field.name: field.default for field in fields(thing)}
    shown = {
        name: f" = `{type(value).__name__}.{value.name}`" for name, value in defaults.items() if isinstance(value, Enum)
    }
    shown |= {name: f" = `{value!r}`" for name, value in defaults.items() if type(value) in (str, int, bool, tuple)}
    return {name: f"`{hint}`{shown.get(name, '')}" for name, hint in found.items()}


def written(hint: Any) -> str:
    """Return an annotation as it stands in the source."""
    text = str(getattr(hint, "__forward_arg__", hint))  # named tuples wrap their annotations
    return re.sub(r"ClassVar\[(.*)\]", r"\1", text)


def described(doc: str, types: dict[str, str]) -> Iterator[str]:
    """Yield a docstring as Markdown: words, and one list per section."""
    text = inspect.cleandoc(doc) + "\n"
    sections = [match for match in SECTION.finditer(text) if match[1] in SECTIONS]
    words = text[: sections[0].start()] if sections else text
    yield words.strip()
    for match in sections:
        yield from ("", f"{match[1]}:", "")
        items = ITEM.findall(match[2]) if match[1] != "Returns" else []
        for names, what in items:
            for name in names.split(", "):
                yield f"* `{name}`" + (f" ({types[name]})" if name in types else "") + f" – {flat(what)}"
        if not items:
            yield flat(match[2])


def members(thing: Any) -> Iterator[str]:
    """Yield the documented properties and methods of a class that are its own."""
    for name, member in vars(thing).items():
        function = getattr(member, "func" if isinstance(member, cached_property) else "fget", member)
        if name.startswith("_") or not inspect.isfunction(function) or not function.__doc__:
            continue
        is_method = function is member
        shown = f"{name}{signature(function)}" if is_method else f"{name}{returns(function)} (property)"
        first, *rest = described(function.__doc__, {})
        yield from ("", f"**`{shown}`** – {first}", *rest)


def signature(function: Any) -> str:
    """Return parameters and result as written, without `self`."""
    own = inspect.signature(function)
    kept = [parameter for name, parameter in own.parameters.items() if name != "self"]
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(own.replace(parameters=kept)))


def returns(function: Any) -> str:
    """Return the annotation of a property."""
    return f" -> {inspect.signature(function).return_annotation}"


def flat(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())
