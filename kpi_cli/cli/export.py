"""`kpi export`: documents from the ledger, by the exporters that are installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi_cli.cli import shared
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.errors import FindingsError, UsageError
from kpi_cli.problems import Problem
from kpi_cli.rendering import terminal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi_cli.disclosure import Disclosure

EXAMPLES = """
kpi export                            DOCX 和 XLSX，写入当前文件夹
kpi export --to xlsx --live           表内公式连到台账
kpi export --to docx --reference-doc 本局样式.docx --out 公开
"""
DEFAULT_FORMATS = ("docx", "xlsx")


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog=EXAMPLES)(export)


def export(
    context: typer.Context,
    to: Annotated[list[str] | None, typer.Option(metavar="格式", help="docx、xlsx 或插件提供的格式")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="输出文件夹")] = Path(),
    year: shared.Year = None,
    tables: shared.TableSetName = "",
    unit: shared.Unit = "",
    option: Annotated[list[str] | None, typer.Option(metavar="格式.名称=值", help="导出格式的选项")] = None,
    live: Annotated[bool, typer.Option("--live", help="即 --option xlsx.live=true：明细也用公式连到台账表")] = False,
    reference_doc: Annotated[
        str, typer.Option(metavar="文件", help="即 --option docx.reference_doc=文件：样式取自该文档")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="有错误级问题也导出")] = False,
) -> None:
    """导出公开文件；先校核，有错误则不写任何文件。"""
    from kpi_cli.assembly import assemble

    own = session(context)
    disclosure = assemble(own.ledger(), shared.request(year, [], tables, unit))
    if not force:
        refuse_errors(disclosure)
    options = exporter_options(option or [], live=live, reference_doc=reference_doc)
    for path in export_files(disclosure, to or DEFAULT_FORMATS, options, out, plugins=own.plugins):
        terminal.say(str(path))


def refuse_errors(disclosure: Disclosure) -> None:
    """Stop where the checks find errors.

    Raises:
      FindingsError: There are findings of severity error.
    """
    from kpi_cli.checks.engine import check

    errors = [finding for finding in check(disclosure).findings if finding.severity == "error"]
    if errors:
        for finding in errors:
            terminal.note(f"{finding.rule} {finding.where}：{finding.message}")
        raise FindingsError(Problem("findings", facts={"count": len(errors)}))


def exporter_options(given: Iterable[str], *, live: bool, reference_doc: str) -> dict[str, dict[str, str]]:
    """Split `FORMAT.NAME=VALUE` options by format, the short forms included.

    Raises:
      UsageError: An option that is not written that way.
    """
    texts = [*given, *(["xlsx.live=true"] if live else [])]
    options: dict[str, dict[str, str]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        format_, dot, key = name.partition(".")
        if not (equals and dot and format_ and key):
            raise UsageError(Problem("option-syntax", value=text))
        options.setdefault(format_, {})[key.replace("-", "_")] = value
    if reference_doc:
        options.setdefault("docx", {})["reference_doc"] = reference_doc
    return options


def export_files(
    disclosure: Disclosure,
    formats: Iterable[str],
    options: dict[str, dict[str, str]],
    out: Path,
    *,
    plugins: bool = True,
) -> list[Path]:
    """Make all documents, then store them together.

    Raises:
      UsageError: An unknown format or option.
      ExportError: A document could not be made or written; nothing is left behind.
    """
    from kpi_cli.plugin.host import ExportHost, store
    from kpi_cli.plugin.manager import Plugins

    loaded = Plugins(third_party=plugins)
    host = ExportHost(loaded)
    chosen = list(dict.fromkeys(formats))
    unused = [name for name in options if name not in chosen]
    if unused:
        hint = f"请用 --to {unused[0]} 导出该格式"
        raise UsageError(Problem("usage", facts={"detail": f"选项所属的格式 {unused[0]} 不在导出之列", "hint": hint}))
    files: dict[str, bytes] = {}
    for name in chosen:
        files |= host.files(name, disclosure, options.get(name, {}))
    terminal.complain(loaded.problems, "警告")
    return store(files, out)
