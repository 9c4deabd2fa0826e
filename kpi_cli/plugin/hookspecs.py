"""The hooks that kpi calls in plugins. Hooks only grow: arguments are added, never removed or renamed.

A plugin is a module or object named in an entry-point group; it implements the hook of that group with
`@kpi_cli.api.hookimpl`. A group is loaded only by the commands that need it.

| group | hook | loaded by |
|---|---|---|
| `kpi_cli.exporters` | `kpi_register_exporters` | `kpi export --to` a format that is not built in |
| `kpi_cli.table_sets` | `kpi_register_table_sets` | a table set that is neither bundled nor in the ledger |
| `kpi_cli.checks` | `kpi_register_checks` | `kpi check`, `kpi export` |
| `kpi_cli.evaluation_methods` | `kpi_register_evaluation_methods` | `kpi eval` |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from kpi_cli.evaluation.methods.method import Method
    from kpi_cli.plugin.exporter import Exporter

PROJECT = "kpi_cli"
HOOK_API_VERSION = (1, 0)
"""Major and minor version of the hooks; a plugin written for the same major version keeps working."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def kpi_register_exporters() -> Sequence[type[Exporter]]:  # type: ignore[empty-body]
    """Return the exporter classes that the plugin offers; an empty list is allowed.

    Each class is an `Exporter`: facts as class attributes (`PLUGIN_NAME`, `title`, `extension`, `mime_type`,
    `options`), and `export`. The name must not be taken; a taken one is refused and both owners are named.
    New in version 0.1.
    """


@hookspec
def kpi_register_table_sets() -> Sequence[Path]:  # type: ignore[empty-body]
    """Return folders with table sets; the folder's name is the name of the set.

    A folder holds `set.toml`, one definition per table, and, where its wording differs, a narrative template, as
    docs/table-sets.md and docs/narrative-templates.md describe. Files are read when the set is used.
    New in version 0.1.
    """


@hookspec
def kpi_register_checks() -> Sequence[tuple[Path, Mapping[str, Callable[..., Any]]]]:  # type: ignore[empty-body]
    """Return rules: pairs of a TOML file with rule definitions and the functions that it names.

    Rules of the kinds `sum`, `compare` and `zero` need no function. A rule of kind `function` names one of the
    mapping's; it takes the rule and a `Disclosure` and yields `Finding` values. Ids must not be taken; a province's
    rules begin with its own prefix, such as `SH-01`. New in version 0.1.
    """


@hookspec
def kpi_register_evaluation_methods() -> Sequence[Method]:  # type: ignore[empty-body]
    """Return scoring methods, for the `method` of an indicator.

    A `Method` has a name and a code that nobody else has, and a pure function: it takes a `Case` (points, values,
    parameters, the values of the unit's series) and returns an `Outcome` that is not rounded, or raises `MethodError`.
    New in version 0.1.
    """
