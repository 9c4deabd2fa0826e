"""`kpi plugin list`: which plugins there are, where they come from, what they offer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import add_group
from kpi_cli.rendering import terminal

if TYPE_CHECKING:
    from kpi_cli.plugin.manager import Loaded


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
    from kpi_cli.plugin.manager import GROUPS, Plugins
    from kpi_cli.rendering.plain import to_json

    actions.check_format(format, ("text", "json"))
    plugins = Plugins(session(context).plugins)
    for group in GROUPS:
        plugins.load(group)
    terminal.complain(plugins.problems, "警告")
    if format == "json":
        terminal.say(to_json([_record(plugin) for plugin in plugins.loaded]))
        return
    rows = [
        (p.name, p.origin, _WHAT[p.group], "、".join(_words(*offer) for offer in p.offers.items()), _STATES[p.state])
        for p in plugins.loaded
    ]
    terminal.show(terminal.list_lines(("插件", "来源", "种类", "提供", "状态"), rows), session(context).color)


_WHAT = {
    "kpi_cli.exporters": "导出格式",
    "kpi_cli.table_sets": "表套",
    "kpi_cli.checks": "校核规则",
    "kpi_cli.evaluation_methods": "评分方法",
}
_STATES = {"loaded": "已加载", "failed": "出错", "off": "未启用"}


def _words(name: str, offer: object) -> str:
    title = getattr(offer, "title", "")
    return f"{name} {title}" if title else Path(name).name


def _record(plugin: Loaded) -> dict[str, object]:
    formats = [
        {"name": name, "title": offer.title, "extension": offer.extension}
        for name, offer in plugin.offers.items()
        if hasattr(offer, "extension")
    ]
    offers = [Path(name).name for name in plugin.offers]
    own = {"name": plugin.name, "origin": plugin.origin, "group": plugin.group, "state": plugin.state}
    return {**own, "offers": offers, "formats": formats}
