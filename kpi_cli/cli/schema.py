"""`kpi schema`: where the JSON Schemas of the ledger's files are, for editors that complete and check TOML."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi_cli import resources
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.completion import values
from kpi_cli.errors import UsageError
from kpi_cli.problems import Problem, suggestion
from kpi_cli.rendering import terminal


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog="kpi schema\nkpi schema lines")(schema)


def schema(
    file: Annotated[
        str, typer.Argument(metavar="文件", help="kpi、scheme 或记录的种类，例如 lines；缺省列出全部"), values.TEXT
    ] = "",
) -> None:
    """打印台账文件的 JSON Schema，或写在文件第一行的 #:schema（编辑器据此补全和检查）。"""
    found = {
        path.name.partition(".")[0]: path for path in resources.files_in(resources.templates() / "schema", ".json")
    }
    name = file.removesuffix(".toml")
    if name and name not in found:
        raise UsageError(Problem("unknown-kind", value=file, facts={"hint": suggestion(name, found)}))
    if name:
        terminal.say(found[name].read_text(encoding="utf-8"))
        return
    for name, path in found.items():
        terminal.say(f"{name}.toml\t#:schema {path.as_uri()}")
