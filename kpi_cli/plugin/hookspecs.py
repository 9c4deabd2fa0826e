"""The hooks that kpi calls in plugins. Hooks only grow: arguments are added, never removed or renamed.

A plugin is a module or object named in the entry-point group `kpi_cli.exporters`; it implements hooks with
`@kpi_cli.plugin.hookspecs.hookimpl`. New in version 0.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from kpi_cli.plugin.exporter import Exporter

PROJECT = "kpi_cli"
HOOK_API_VERSION = (1, 0)
"""Major and minor version of the hooks; a plugin written for the same major version keeps working."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def kpi_register_exporters() -> list[type[Exporter]]:  # type: ignore[empty-body]
    """Return the exporter classes that the plugin offers; an empty list is allowed.

    Each class is an `Exporter`: facts as class attributes (`PLUGIN_NAME`, `title`, `extension`, `mime_type`,
    `options`), and `export`. The name must not be taken; a taken one is refused and both owners are named.
    New in version 0.1.
    """
