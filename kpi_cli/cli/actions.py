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
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from kpi_cli.assembly import Request
    from kpi_cli.checks.finding import CheckResult
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.cli.session import Session
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.evaluation.arithmetic import Outcome
    from kpi_cli.narrative.document import Narrative
    from kpi_cli.plugin.manager import Plugins

TABLE_FORMATS = ("text", "csv", "json", "markdown")
NARRATIVE_FORMATS = ("markdown", "text", "json")
METHOD_SECONDS = 10
"""How long a plugin's scoring method may take for one unit and indicator."""
DEFAULT_EXPORTS = ("docx", "xlsx")


def check_format(given: str, allowed: Iterable[str]) -> None:
    """Refuse an output format that the command does not have."""
    if given not in allowed:
        facts = {"field": "输出格式", "hint": suggestion(given, allowed)}
        raise UsageError(Problem("unknown-value", value=given, facts=facts))


def request(year: int | None, ids: Iterable[str], table_set: str, unit: str, *, narrative: bool = False) -> Request:
    """Make the request that a command's options stand for."""
    from kpi_cli.assembly import Request

    numbers = []
    for text in ids:
        if not (text.isascii() and text.isdigit()):
            raise UsageError(Problem("unknown-table-id", value=text, facts={"hint": "表号是 1–9 的数字"}))
        numbers.append(int(text))
    return Request(year, tuple(dict.fromkeys(numbers)), table_set, unit, narrative)


def assembled(session: Session, wanted: Request) -> Disclosure:
    """Compute the disclosure, and say on stderr what is doubtful in the ledger's files."""
    from kpi_cli.assembly import assemble
    from kpi_cli.cli.session import find_ledger

    warnings: list[Problem] = []
    wanted = replace(wanted, more_sets=lambda: more_table_sets(session))
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


def narrative(session: Session, *, year: int | None, tables: str, unit: str, format: str) -> int:
    """Show the written parts; returns the exit status."""
    from kpi_cli.rendering import narrative as rendering

    check_format(format, NARRATIVE_FORMATS)
    disclosure = assembled(session, request(year, [], tables, unit, narrative=True))
    write = {
        "markdown": rendering.narrative_markdown,
        "text": rendering.narrative_text,
        "json": rendering.narrative_json,
    }[format]
    terminal.say(write(written(disclosure), disclosure))
    return 0


def written(disclosure: Disclosure) -> Narrative:
    """Return the written parts.

    Raises:
      UsageError: Nobody wrote a template for the table set.
    """
    if disclosure.narrative is None:
        raise UsageError(Problem("no-narrative", facts={"table_set": disclosure.table_set}))
    return disclosure.narrative


def check(
    session: Session, *, year: int | None, tables: str, unit: str, disclosure: str, format: str, explain: str
) -> int:
    """Show findings and receipts; returns 1 where there are errors. With `explain` only say what a rule is about."""
    from kpi_cli.rendering import findings

    check_format(format, ("text", "json"))
    if explain:
        return explain_rule(session, explain, format)
    if disclosure:
        made = published(disclosure, given=(year is not None, bool(tables), bool(unit)))
    else:
        made = assembled(session, request(year, [], tables, unit, narrative=True))
    result = evaluated(session, made)
    if format == "json":
        terminal.say(findings.result_json(result))
    else:
        terminal.show(findings.result_lines(result), session.color)
    return 1 if result.count("error") else 0


def published(folder: str, *, given: tuple[bool, ...]) -> Disclosure:
    """Read a disclosure that was published elsewhere; what could not be matched is said on stderr."""
    from pathlib import Path

    from kpi_cli.published.disclosure import published_disclosure

    if any(given):
        facts = {
            "detail": "--disclosure 不能与 --year、--tables、--unit 同用",
            "hint": "年度和表套写在 disclosure.json 里",
        }
        raise UsageError(Problem("usage", facts=facts))
    doubts: list[Problem] = []
    found = published_disclosure(Path(folder), doubts)
    terminal.complain(doubts, "警告")
    return found


def evaluated(session: Session, disclosure: Disclosure) -> CheckResult:
    """Check a disclosure by all rules, those of plugins included."""
    from kpi_cli.checks.engine import check as evaluate
    from kpi_cli.checks.rules import bundled_rules

    return evaluate(disclosure, [*bundled_rules(), *more_rules(session)])


def more_table_sets(session: Session) -> dict[str, Path]:
    """Return the table sets of plugins by name."""
    from kpi_cli.plugin.manager import TABLE_SETS, Plugins

    plugins = Plugins(session.plugins)
    found = plugins.load(TABLE_SETS)
    terminal.complain(plugins.problems, "警告")
    return found


def more_rules(session: Session) -> list[TieOutRule]:
    """Return the rules of plugins; nothing of a plugin is imported where none offers rules."""
    from kpi_cli.plugin.entries import installed

    group = "kpi_cli.checks"
    if session.plugins == () or not installed(group):
        return []
    from kpi_cli.plugin.manager import Plugins
    from kpi_cli.plugin.rules import plugin_rules

    plugins = Plugins(session.plugins)
    rules = plugin_rules(plugins, group)
    terminal.complain(plugins.problems, "警告")
    return rules


def add_methods(session: Session) -> None:
    """Add the scoring methods of plugins to the registry; each call of one is guarded."""
    from dataclasses import replace as changed

    from kpi_cli.evaluation.methods import METHODS as KNOWN
    from kpi_cli.evaluation.methods import register
    from kpi_cli.evaluation.methods.method import Method
    from kpi_cli.plugin.manager import METHODS, Plugins

    plugins = Plugins(session.plugins)
    for name, method in plugins.load(METHODS).items():
        assert isinstance(method, Method)
        taken = KNOWN.get((method.family, name))
        if taken is None:
            register(changed(method, compute=_guarded(method.compute, name)))
        elif taken.code != method.code:
            facts = {"name": name, "owner": "kpi-cli", "plugin": method.code}
            plugins.problems.append(Problem("plugin-name-taken", facts=facts))
    terminal.complain(plugins.problems, "警告")


def _guarded(compute: Callable[..., Outcome], name: str) -> Callable[..., Outcome]:
    from kpi_cli.evaluation.arithmetic import Outcome
    from kpi_cli.evaluation.methods.method import MethodError
    from kpi_cli.plugin.guard import PluginFaultError, call

    def guarded(case: object) -> Outcome:
        try:
            outcome = call(lambda: compute(case), METHOD_SECONDS).value
        except PluginFaultError as fault:
            if isinstance(fault.error, MethodError):
                raise fault.error from None
            raise MethodError("eval-plugin-method", method=name, detail=str(fault)) from None
        if not isinstance(outcome, Outcome):
            raise MethodError("eval-plugin-method", method=name, detail="没有返回 Outcome")
        return outcome

    return guarded


def explain_rule(session: Session, name: str, format: str) -> int:
    """Show what a rule checks, why, on whose authority, with an example.

    Raises:
      UsageError: There is no such rule.
    """
    from kpi_cli.checks.rules import bundled_rules

    return show_rule(session, name, [*bundled_rules(), *more_rules(session)], format)


def show_rule(session: Session, name: str, rules: Iterable[TieOutRule], format: str) -> int:
    """Show one of these rules, see `explain_rule`."""
    from kpi_cli.rendering import findings

    known = list(rules)
    own = [rule for rule in known if rule.id == name.upper()]
    if not own:
        facts = {"field": "规则", "hint": suggestion(name.upper(), dict.fromkeys(rule.id for rule in known))}
        raise UsageError(Problem("unknown-value", value=name, facts=facts))
    if format == "json":
        terminal.say(findings.rules_json(own))
    else:
        terminal.show(findings.explanation_lines(own), session.color)
    return 0


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
    finalize: bool,
    force: bool,
) -> int:
    """Make documents and print their paths; returns the exit status."""
    options = exporter_options(option or [], live=live, finalize=finalize, reference_doc=reference_doc)
    exports = chosen_exports(to or DEFAULT_EXPORTS, options, plugins=session.plugins)
    disclosure = assembled(session, request(year, [], tables, unit, narrative=True))
    if passed(session, disclosure, force=force).count("error"):
        disclosure = replace(disclosure, is_draft=True)
    for path in exports.store(disclosure, out):
        terminal.say(str(path))
    return 0


def passed(session: Session, disclosure: Disclosure, *, force: bool = False) -> CheckResult:
    """Check a disclosure before it is exported; name every error on stderr.

    Args:
      session: For the plugins that may be loaded.
      disclosure: With all its tables.
      force: Go on in spite of errors; what is exported is then a draft.
    Raises:
      FindingsError: There are findings of severity error, and no `force`.
    """
    result = evaluated(session, disclosure)
    refuse_errors(result, force=force)
    return result


def refuse_errors(result: CheckResult, *, force: bool) -> bool:
    """Name every error on stderr; returns whether there are any and `force` goes on in spite of them.

    Raises:
      FindingsError: There are errors, and no `force`.
    """
    errors = [finding for finding in result.findings if finding.severity == "error"]
    for finding in errors:
        terminal.note(f"{finding.rule} {finding.where}：{finding.message}")
    if errors and not force:
        raise FindingsError(Problem("findings", facts={"count": len(errors)}))
    if errors:
        terminal.note(f"有 {len(errors)} 个错误级问题，文件每页标注“草稿”")
    return bool(errors)


def exporter_options(
    given: Iterable[str], *, live: bool = False, finalize: bool = False, reference_doc: str = ""
) -> dict[str, dict[str, str]]:
    """Split `FORMAT.NAME=VALUE` options by format, the short forms included.

    Raises:
      UsageError: An option that is not written that way.
    """
    texts = [*given, *["xlsx.live=true"] * live, *["docx.finalize=true"] * finalize]
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
