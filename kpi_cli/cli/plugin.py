"""`kpi plugin`: which plugins there are, a new one, and whether one keeps the rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import add_group
from kpi_cli.completion import values
from kpi_cli.errors import UsageError
from kpi_cli.problems import Place, Problem
from kpi_cli.rendering import terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi_cli.plugin.manager import Loaded


def register(app: typer.Typer, name: str) -> None:
    """Add the group."""
    commands: dict[str, tuple[Callable[..., None], str, str]] = {
        "list": (list_, "列出插件的名称、来源、提供什么和状态。", "kpi plugin list --format json"),
        "new": (
            new,
            "写出一个能用、带测试的新插件。",
            "kpi plugin new kpi-export-text\nkpi plugin new ah --kind table-set",
        ),
        "check": (check, "对装好的插件做一致性检查。", "kpi plugin check kpi-export-text"),
    }
    add_group(app, name, "插件：导出格式、表套、校核规则、评分方法。", commands)


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


def new(
    name: Annotated[str, typer.Argument(metavar="名称", help="插件名，例如 kpi-export-text，或只写 text")],
    kind: Annotated[
        str,
        typer.Option(metavar="exporter|table-set|check", help="插件的种类"),
        values.words("exporter", "table-set", "check"),
    ] = "exporter",
    out: Annotated[Path, typer.Option(metavar="DIR", help="写到哪个文件夹下"), values.FOLDER] = Path(),
) -> None:
    """Write a new plugin."""
    from kpi_cli.plugin.host import store
    from kpi_cli.plugin.scaffold import scaffold

    files = scaffold(kind, name)
    folder = out / next(iter(files)).split("/")[0]
    if folder.exists():
        raise UsageError(Problem("ledger-exists", Place(str(folder))))
    for path in store(files, out):
        terminal.say(str(path))
    terminal.note(f"接着试试：pip install -e {folder} pytest，pytest {folder}，kpi plugin check {folder.name}")


def check(
    context: typer.Context,
    package: Annotated[str, typer.Argument(metavar="插件", help="插件名或分发包名，或内置格式名"), values.PLUGIN],
) -> None:
    """Run the conformance checks; exit status 3 where one fails."""
    from kpi_cli.conformance import check_package

    outcomes = check_package(package)
    rows = [(o.plugin, o.name, "未通过" if o.detail else "通过", o.detail) for o in outcomes]
    terminal.show(terminal.list_lines(("插件", "检查", "结果", "说明"), rows), session(context).color)
    raise typer.Exit(3 if any(outcome.detail for outcome in outcomes) else 0)


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
