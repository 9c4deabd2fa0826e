"""`kpi plugin list`: which plugins there are, where they come from, what they offer."""

from __future__ import annotations

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import add_group
from kpi_cli.rendering import terminal


def register(app: typer.Typer, name: str) -> None:
    """Add the group."""
    add_group(
        app, name, "导出插件。", {"list": (list_, "列出插件的名称、来源和导出格式。", "kpi plugin list --format json")}
    )


def list_(
    context: typer.Context,
    format: shared.Format = "text",  # the option's name
) -> None:
    """Show the plugins and where they come from."""
    from kpi_cli.plugin.manager import Plugins
    from kpi_cli.rendering.plain import to_json

    actions.check_format(format, ("text", "json"))
    plugins = Plugins(third_party=session(context).plugins)
    plugins.load_all()
    terminal.complain(plugins.problems, "警告")
    if format == "json":
        records = [
            {
                "name": plugin.name,
                "origin": plugin.origin,
                "formats": [
                    {"name": e.PLUGIN_NAME, "title": e.title, "extension": e.extension} for e in plugin.exporters
                ],
            }
            for plugin in plugins.loaded
        ]
        terminal.say(to_json(records))
        return
    rows = [(p.name, p.origin, e.PLUGIN_NAME, e.title) for p in plugins.loaded for e in p.exporters]
    terminal.show(terminal.list_lines(("插件", "来源", "格式", "说明"), rows), session(context).color)
