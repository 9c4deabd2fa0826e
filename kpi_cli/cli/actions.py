"""What the commands that scripts call most often do: table, check, export. Free of Typer, see `frontdoor`.

Each is called with the session and the command's parameters by name, by Typer or by the front door alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpi_cli.errors import FindingsError, UsageError
from kpi_cli.problems import Problem, suggestion
from kpi_cli.rendering import terminal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kpi_cli.assembly import Request
    from kpi_cli.checks.finding import CheckResult
    from kpi_cli.cli.session import Session
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.plugin.manager import Plugins

TABLE_FORMATS = ("text", "csv", "json", "markdown")
DEFAULT_EXPORTS = ("docx", "xlsx")


def check_format(given: str, allowed: Iterable[str]) -> None:
    """Refuse an output format that the command does not have."""
    if given not in allowed:
        facts = {"field": "输出格式", "hint": suggestion(given, allowed)}
        raise UsageError(Problem("unknown-value", value=given, facts=facts))


def request(year: int | None, ids: Iterable[str], table_set: str, unit: str) -> Request:
    """Make the request that a command's options stand for."""
    from kpi_cli.assembly import Request

    numbers = []
    for text in ids:
        if not (text.isascii() and text.isdigit()):
            raise UsageError(Problem("unknown-table-id", value=text, facts={"hint": "表号是 1–9 的数字"}))
        numbers.append(int(text))
    return Request(year, tuple(dict.fromkeys(numbers)), table_set, unit)


def assembled(session: Session, wanted: Request) -> Disclosure:
    """Compute the disclosure, and say on stderr what is doubtful in the ledger's files."""
    from kpi_cli.assembly import assemble
    from kpi_cli.cli.session import find_ledger

    warnings: list[Problem] = []
    disclosure = assemble(find_ledger(session.folder), wanted, warnings)
    terminal.complain(warnings, "警告")
    return disclosure


def table(session: Session, *, ids: list[str] | None, year: int | None, tables: str, unit: str, format: str) -> int:
    """Show computed tables; returns the exit status."""
    from kpi_cli.rendering import plain

    check_format(format, TABLE_FORMATS)
    if format == "csv" and len(ids or ()) != 1:
        raise UsageError(Problem("one-table"))
    disclosure = assembled(session, request(year, ids or [], tables, unit))
    if format == "text":
        for table_ in disclosure.tables:
            terminal.show(terminal.table_lines(table_, terminal.screen_width()), session.color)
    elif format == "json":
        terminal.say(plain.tables_json(disclosure))
    elif format == "csv":
        terminal.say(plain.table_csv(disclosure.tables[0]))
    else:
        terminal.say("\n".join(map(plain.table_markdown, disclosure.tables)))
    return 0


def check(session: Session, *, year: int | None, tables: str, unit: str, format: str) -> int:
    """Show findings and receipts; returns 1 where there are errors."""
    from kpi_cli.checks.engine import check as evaluate
    from kpi_cli.rendering import findings

    check_format(format, ("text", "json"))
    result = evaluate(assembled(session, request(year, [], tables, unit)))
    if format == "json":
        terminal.say(findings.result_json(result))
    else:
        terminal.show(findings.result_lines(result), session.color)
    return 1 if result.count("error") else 0


def export(
    session: Session,
    *,
    to: list[str] | None,
    out: Path,
    year: int | None,
    tables: str,
    unit: str,
    option: list[str] | None,
    live: bool,
    reference_doc: str,
    force: bool,
) -> int:
    """Make documents and print their paths; returns the exit status."""
    options = exporter_options(option or [], live=live, reference_doc=reference_doc)
    exports = chosen_exports(to or DEFAULT_EXPORTS, options, plugins=session.plugins)
    disclosure = assembled(session, request(year, [], tables, unit))
    if passed(disclosure, force=force).count("error"):
        disclosure = replace(disclosure, is_draft=True)
    for path in exports.store(disclosure, out):
        terminal.say(str(path))
    return 0


def passed(disclosure: Disclosure, *, force: bool = False) -> CheckResult:
    """Check a disclosure before it is exported; name every error on stderr.

    Args:
      disclosure: With all its tables.
      force: Go on in spite of errors; what is exported is then a draft.
    Raises:
      FindingsError: There are findings of severity error, and no `force`.
    """
    from kpi_cli.checks.engine import check as evaluate

    result = evaluate(disclosure)
    errors = [finding for finding in result.findings if finding.severity == "error"]
    for finding in errors:
        terminal.note(f"{finding.rule} {finding.where}：{finding.message}")
    if errors and not force:
        raise FindingsError(Problem("findings", facts={"count": len(errors)}))
    if errors:
        terminal.note(f"有 {len(errors)} 个错误级问题，文件每页标注“草稿”")
    return result


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


@dataclass(frozen=True)
class Exports:
    """Formats that were asked for, found and with valid options; documents are made by `store`.

    Attributes:
      plugins: Where the exporters come from.
      options: Format → its options as text, in the order asked for.
    """

    plugins: Plugins
    options: dict[str, dict[str, str]]

    def store(self, disclosure: Disclosure, out: Path) -> list[Path]:
        """Make all documents, then store them together.

        Raises:
          ExportError: A document could not be made or written; nothing is left behind.
        """
        from kpi_cli.plugin.host import ExportHost, store

        host = ExportHost(self.plugins)
        files: dict[str, bytes] = {}
        for name, options in self.options.items():
            files |= host.files(name, disclosure, options)
        terminal.complain(self.plugins.problems, "警告")
        return store(files, out)


def chosen_exports(
    formats: Iterable[str], options: dict[str, dict[str, str]], *, plugins: tuple[str, ...] | None
) -> Exports:
    """Find the exporters of formats and check their options, before anything is read or made.

    Raises:
      UsageError: An unknown format, option or option value.
    """
    from kpi_cli.plugin.host import parse_options
    from kpi_cli.plugin.manager import Plugins

    loaded = Plugins(plugins)
    chosen = {name: options.get(name, {}) for name in formats}
    for name, given in chosen.items():
        parse_options(loaded.exporter(name), given)
    unused = [name for name in options if name not in chosen]
    if unused:
        facts = {"detail": f"选项所属的格式 {unused[0]} 不在导出之列", "hint": f"请用 --to {unused[0]} 导出该格式"}
        raise UsageError(Problem("usage", facts=facts))
    return Exports(loaded, chosen)
