"""What every exporter must do, as checks that run on any exporter: built-in ones and third parties' alike.

`kpi plugin check` and the pytest class `kpi_cli.testing.ExporterConformance` run the same ones. They use invented
disclosures only, so that nothing is needed but the exporter.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import unescape

from kpi_cli.assembly import disclose, known_table_sets
from kpi_cli.checks.engine import check
from kpi_cli.checks.rules import read_rules
from kpi_cli.disclosure import Disclosure
from kpi_cli.errors import ExportError, KpiError, UsageError
from kpi_cli.ledger.create import copy_example
from kpi_cli.ledger.reader import open_ledger, read_year
from kpi_cli.narrative.document import Heading, Narrative, Paragraph, TablesPlace
from kpi_cli.plugin.host import ExportHost, file_name, store
from kpi_cli.plugin.manager import BUILT_IN, CHECKS, EXPORTERS, GROUPS, METHODS, TABLE_SETS, Plugins
from kpi_cli.problems import Problem
from kpi_cli.tables.definition_reader import read_table_set
from kpi_cli.tables.table import Cell, Column, NumberFormat, Role, State, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kpi_cli.checks.finding import CheckResult
    from kpi_cli.evaluation.methods.method import Method
    from kpi_cli.plugin.exporter import Exporter

Files = dict[str, bytes]
HOSTILE = (
    "=1+1",
    "+SUM(A1)",
    "-2",
    "@cmd",
    "<script>alert(1)</script>",
    "a & b",
    '"引号"',
    "]]>",
    "{{ x }}",
    "\u202eabc",
)
"""Texts that some format or reader would take for something else."""
LARGE = 10_000
"""Rows of the large table."""
LARGE_SECONDS = 300.0
"""CPU seconds that an exporter may take for it."""


@dataclass(frozen=True)
class Outcome:
    """What one check found.

    Attributes:
      plugin: Format, table set, or rules file that was checked.
      name: What was checked, in Chinese.
      detail: What is wrong, "" where nothing is.
    """

    plugin: str
    name: str
    detail: str = ""


def text_cell(text: str, role: Role = Role.ITEM) -> Cell:
    """Return a cell with words."""
    return Cell(State.TEXT, text, role=role)


def amount_cell(value: Decimal) -> Cell:
    """Return a cell with an amount of 元."""
    return Cell(State.AMOUNT, value=value, format=NumberFormat("元", 2, "0.00"), align="right")


def sample_table(rows: int, *, number: int = 1, texts: tuple[str, ...] = ()) -> Table:
    """Make a table of two columns; every cell has a text or amount that stands nowhere else.

    Args:
      rows: Rows below the header.
      number: Number of the table.
      texts: Names of the first rows, in place of the unique ones.
    """
    columns = (Column("name", "label", 30, "项目"), Column("total", "amount", 20, "金额"))
    header = (text_cell(f"表{number}项目", Role.HEAD), text_cell(f"表{number}金额", Role.HEAD))
    body = tuple(
        (
            text_cell(texts[i] if i < len(texts) else f"第{number}表第{i}行"),
            amount_cell(Decimal(number * 10_000_000 + i * 100 + 7) + Decimal("0.13")),
        )
        for i in range(rows)
    )
    return Table(
        number,
        f"sample{number}",
        f"样表{number}",
        f"样表{number}标题",
        "编制单位：样例",
        "单位：元",
        "样例",
        "元",
        columns,
        (header, *body),
        1,
        note="" if rows else f"样表{number}为空表",
    )


def sample(*tables: Table, narrative: Narrative | None = None) -> Disclosure:
    """Make a disclosure of some tables."""
    return Disclosure("budget", "样例", 2025, "sample", "unit", "样例2025年单位预算", tables, narrative=narrative)


def sample_narrative() -> Narrative:
    """Make a narrative with a heading of every level, the tables, and a paragraph before and after them."""
    return Narrative(
        (
            Heading(0, "第一部分　", "样例部分"),
            Heading(1, "一、", "样例一级"),
            Heading(2, "（一）", "样例二级"),
            Paragraph(1, "样例部分/样例一级", "样例段落一，写在表前。"),
            TablesPlace(),
            Heading(3, "1.", "样例三级"),
            Paragraph(2, "样例部分/样例三级", "样例段落二，写在表后。"),
        )
    )


def text_of(files: Mapping[str, bytes]) -> str:
    """Return the text of documents: the XML of OOXML packages without tags, everything else decoded."""
    texts = []
    for content in files.values():
        if content[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
            texts += [unescape(re.sub(r"<[^>]+>", "\n", member), {"&quot;": '"', "&#39;": "'"}) for member in members]
        else:
            text = content.decode("utf-8", "replace")
            texts.append(unescape(text, {"&quot;": '"', "&#34;": '"', "&#39;": "'", "&#x27;": "'"}))
    return "\n".join(texts)


class Conformance:
    """The checks for one exporter.

    Args:
      exporter: Its class.
    """

    def __init__(self, exporter: type[Exporter]) -> None:
        """Take an exporter that needs not be registered."""
        self.exporter = exporter
        plugins = Plugins(())
        plugins.load(EXPORTERS)
        if exporter.PLUGIN_NAME not in plugins.offered(EXPORTERS):
            plugins.register(_Offer(exporter), exporter.PLUGIN_NAME, "checked")
        self.host = ExportHost(plugins)

    def files(self, disclosure: Disclosure) -> Files:
        """Run the exporter."""
        return self.host.files(self.exporter.PLUGIN_NAME, disclosure, {})

    def read(self, files: Files) -> str:
        """Return the text of the documents."""
        own = self.exporter().text_of(files)
        return text_of(files) if own is None else own

    def run(self) -> Iterator[Outcome]:
        """Run every check, in order."""
        for name, holds in EXPORTER_CHECKS.items():
            try:
                detail = holds(self) or ""
            except KpiError as error:
                detail = "；".join(problem.text for problem in error.problems)
            except Exception as error:  # a check on somebody else's code reports whatever happens
                detail = f"{type(error).__name__}: {error}"
            yield Outcome(self.exporter.PLUGIN_NAME, name, detail)

    def has_facts(self) -> str:
        """Class facts: a usable name, an ending with a dot, a media type, options with defaults."""
        own = self.exporter
        if not re.fullmatch(r"[a-z][a-z0-9-]*", own.PLUGIN_NAME):
            return f"PLUGIN_NAME 应由小写字母、数字和连字符组成（{own.PLUGIN_NAME}）"
        if not re.fullmatch(r"\.[a-z0-9.-]+", own.extension) or "/" not in own.mime_type:
            return f"extension 或 mime_type 不对（{own.extension}、{own.mime_type}）"
        own.options()
        return ""

    def is_deterministic(self) -> str:
        """The same disclosure gives the same bytes."""
        made = sample(sample_table(20), sample_table(3, number=2), narrative=sample_narrative())
        return "" if self.files(made) == self.files(made) else "两次导出的内容不同"

    def shows_every_cell(self) -> str:
        """Every text and amount is in the document, and none is there more often than another of its kind."""
        tables = (sample_table(20), sample_table(5, number=2))
        text = self.read(self.files(sample(*tables)))
        plain = text.replace(",", "")
        counts: Counter[int] = Counter()
        for table in tables:
            for row in table.body:
                if row[0].text not in text:
                    return f"缺少文字（{row[0].text}）"
                found = len(re.findall(rf"(?<!\d){re.escape(row[1].plain)}(?!\d)", plain))
                if not found:
                    return f"缺少金额（{row[1].plain}）"
                counts[found] += 1
        return "" if len(counts) == 1 else "有的金额比别的出现得多"

    def shows_titles_and_notes(self) -> str:
        """Titles, units and the note of an empty table are in the document."""
        table = sample_table(0, number=3)
        text = self.read(self.files(sample(table)))
        missing = [part for part in (table.title, table.note, table.unit_label) if part not in text]
        return f"缺少{'、'.join(missing)}" if missing else ""

    def shows_the_narrative(self) -> str:
        """Headings and paragraphs are in the document, in order, or the exporter shows tables only."""
        narrative = sample_narrative()
        text = self.read(self.files(sample(sample_table(1), narrative=narrative)))
        places = [text.find(paragraph.text) for paragraph in narrative.paragraphs]
        if all(place < 0 for place in places):
            return ""
        return "" if -1 not in places and places == sorted(places) else "文字说明不全或次序不对"

    def survives_hostile_text(self) -> str:
        """Texts that look like formulas, markup or directions stay texts."""
        table = sample_table(len(HOSTILE), texts=HOSTILE)
        made = replace(sample(table), department=HOSTILE[4], title=f"{HOSTILE[4]}\\/:*?|{HOSTILE[0]}")
        files = self.files(made)
        raw = b"".join(files.values())
        if HOSTILE[4].encode() in raw and self.exporter.mime_type in ("text/html", "application/xhtml+xml"):
            return "尖括号没有转义"
        text = "".join(self.read(files).split())  # a page does not keep white space
        return "" if "a&b" in text or b"a &amp; b" in raw else "特殊字符丢失"

    def copes_with_many_rows(self) -> str:
        """A table of 10,000 rows takes bounded time and loses none."""
        started = sum(os.times()[:4])  # of this process and its children: how busy the machine is does not matter
        text = self.read(self.files(sample(sample_table(LARGE))))
        if sum(os.times()[:4]) - started > LARGE_SECONDS:
            return f"{LARGE} 行超过 {LARGE_SECONDS:g} 秒"
        return "" if f"第1表第{LARGE - 1}行" in text else "行数不全"

    def is_stored_or_not_at_all(self) -> str:
        """An unwritable target is a documented error, and nothing is left behind."""
        files = self.files(sample(sample_table(2)))
        with tempfile.TemporaryDirectory() as folder:
            blocked = Path(folder) / "文件"
            blocked.write_text("")
            try:
                store(files, blocked / "out")
            except ExportError:
                return "" if list(Path(folder).iterdir()) == [blocked] else "留下了文件"
        return "没有报告无法写入"

    def names_are_safe(self) -> str:
        """Names of files stay inside the output folder, whatever the department is called."""
        made = replace(sample(sample_table(1)), department="../../某局", title="../../某局：预算?")
        for name in self.files(made):
            if ".." in Path(name).parts or name != str(Path(name)) or re.search(r'[<>:"|?*\x00-\x1f]', name):
                return f"文件名不安全（{name}）"
        return "" if file_name("../x", ".y") else "文件名为空"


class _Offer:
    """A plugin that offers one exporter."""

    def __init__(self, exporter: type[Exporter]) -> None:
        from kpi_cli.plugin.hookspecs import hookimpl

        self.kpi_register_exporters: Any = hookimpl(lambda: [exporter])


EXPORTER_CHECKS: dict[str, Callable[[Conformance], str]] = {
    "类的说明齐全": Conformance.has_facts,
    "同样内容，同样字节": Conformance.is_deterministic,
    "每格都导出一次": Conformance.shows_every_cell,
    "标题、单位和空表说明": Conformance.shows_titles_and_notes,
    "文字说明的次序": Conformance.shows_the_narrative,
    "特殊文字": Conformance.survives_hostile_text,
    "一万行": Conformance.copes_with_many_rows,
    "写不进去时不留文件": Conformance.is_stored_or_not_at_all,
    "文件名安全": Conformance.names_are_safe,
}
"""Name of each check, in the order in which they run."""


def check_package(package: str) -> list[Outcome]:
    """Run the checks on everything that a plugin offers.

    Args:
      package: Name of a distribution or of an entry point; or a built-in format.
    Raises:
      UsageError: Nothing of this name is installed.
    """
    plugins = Plugins(() if package in BUILT_IN else (package,))
    outcomes: list[Outcome] = []
    for group in GROUPS:
        plugins.load(group)
    own = [p for p in plugins.loaded if p.state != "off" and (package in BUILT_IN or p.origin != "kpi-cli")]
    if not own:
        raise UsageError(Problem("no-plugin", value=package))
    outcomes += [Outcome(package, "加载", problem.text) for problem in plugins.problems]
    for plugin in own:
        for name, offer in plugin.offers.items():
            if plugin.group == EXPORTERS and (package not in BUILT_IN or name == package):
                outcomes += Conformance(offer).run()
            elif plugin.group == TABLE_SETS:
                outcomes += [Outcome(name, "表套", text) for text in check_table_set(offer) or [""]]
            elif plugin.group == CHECKS:
                outcomes += [Outcome(offer[0].name, "规则", text) for text in _rule_faults(offer) or [""]]
            elif plugin.group == METHODS:
                outcomes.append(Outcome(name, "计分方法", check_method(offer)))
    return outcomes


def check_method(method: Method) -> str:
    """Score some cases twice: the same exact score each time, with its steps; "" where all is well."""
    from fractions import Fraction

    from kpi_cli.evaluation.arithmetic import Outcome as Scored
    from kpi_cli.evaluation.methods.method import Case, Group, MethodError

    group = Group({"a": Fraction(5), "b": Fraction(7), "c": Fraction(7)})
    for value, target in ((5, 10), (7, 7), (0, 3)):
        case = Case(Fraction(10), {}, Fraction(value), Fraction(target), Fraction(1), group=group)
        try:
            first, second = method.compute(case), method.compute(case)
        except MethodError:
            continue
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        if not (isinstance(first, Scored) and isinstance(first.score, Fraction) and first == second):
            return "没有返回同样的、精确的 Outcome"
        if not all(step.text for step in first.steps):
            return "有的步骤没有文字"
    return ""


def check_table_set(folder: Path) -> list[str]:
    """Read a table set, compute its tables from the example ledger at both levels, and check that they tie out.

    Returns:
      One line for each thing that is wrong.
    """
    faults = []
    with tempfile.TemporaryDirectory() as temporary:
        copy_example(Path(temporary) / "ledger")
        ledger = open_ledger(Path(temporary) / "ledger")
        year = read_year(ledger, ledger.years[-1])
    for level in ("department", "unit"):
        try:
            made = disclose(
                replace(ledger.settings, level=level), year, None, read_table_set(folder, known_table_sets())
            )
        except KpiError as error:
            faults += [problem.text for problem in error.problems]
            continue
        faults += [f"{f.rule} {f.where}：{f.message}" for f in check(made).findings if f.severity == "error"]
    return list(dict.fromkeys(faults))


def run_rules(offered: Iterable[tuple[Path, Mapping[str, Any]]], disclosure: Disclosure) -> CheckResult:
    """Run the rules of a plugin, and no others, on a disclosure."""
    rules = [rule for path, functions in offered for rule in read_rules(path, functions)]
    return check(disclosure, rules)


def _rule_faults(offer: tuple[Path, Mapping[str, Any]]) -> list[str]:
    try:
        read_rules(*offer)
    except KpiError as error:
        return [problem.text for problem in error.problems]
    return []
