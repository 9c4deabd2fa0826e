"""Every reader of files that the program has: what prepares it, valid files to begin with, their form.

A reader gets bytes and either takes them or raises a documented error. Those that go on to compute with what they
took (tables, checks, scores, an edit) do so here too: a value that only the computing cannot bear is a fault as well.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import docx
import openpyxl

from kpi_cli import batch, resources
from kpi_cli.assembly import Request, assemble, subject_catalogue
from kpi_cli.checks.engine import check
from kpi_cli.checks.functions import FUNCTIONS
from kpi_cli.checks.rules import bundled_rules, read_rules
from kpi_cli.completion import answers
from kpi_cli.evaluation.final import compute_final
from kpi_cli.evaluation.kinds import KINDS
from kpi_cli.exporters.docx.own_reference import own_reference
from kpi_cli.ledger import evaluation as ev
from kpi_cli.ledger import history as h
from kpi_cli.ledger.edit import budget_basis, faults_explained, remove_record, set_record
from kpi_cli.ledger.importer import import_records, record_kind
from kpi_cli.ledger.reader import open_ledger, read_records, read_year
from kpi_cli.ledger.report import Report
from kpi_cli.ledger.scheme_file import moved_scheme, read_scheme
from kpi_cli.ledger.transaction import open_transaction
from kpi_cli.main import main
from kpi_cli.narrative.scope import NarrativeFacts
from kpi_cli.narrative.sources import find_narrative
from kpi_cli.narrative.write import write_narrative
from kpi_cli.plugin import entries
from kpi_cli.published.disclosure import published_disclosure
from kpi_cli.tables.definition_reader import read_definition, read_table_set
from tests.fuzz.mutation import CSV, JINJA, JSON, RAW, TOML, XML, Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Read = Callable[[bytes], object]

TEMPLATES = resources.templates()
DEMO = TEMPLATES / "demo/2017"
DATA = Path(__file__).resolve().parent.parent / "data"
LINES = (
    "功能科目编码,经济科目编码,支出类型,资金来源,金额(元),项目,上年结转,备注\n"
    '2010601,30101,基本支出,一般公共预算,"1,200.50",,否,\n'
    "2010602,,项目支出,一般公共预算,300,,是,“甲”\n"
    "2080505,30108,基本支出,政府性基金,0.05,,,\n"
)


class Reader(NamedTuple):
    """A reader.

    Attributes:
      prepare: Takes an empty folder; gives the function that reads bytes.
      sources: Gives files that it takes.
      form: Of the files.
      per: Of so many cases one is run: 1, or more where a case costs tens of milliseconds.
    """

    prepare: Callable[[Path], Read]
    sources: Callable[[], list[bytes]]
    form: Form = TOML
    per: int = 1


def head(path: Path, size: int) -> bytes:
    """Return whole records from the beginning of a file."""
    raw = path.read_bytes()
    return raw if len(raw) <= size else raw[: raw.rindex(b"\n\n", 0, size)]


def heads(size: int, *patterns: str) -> Callable[[], list[bytes]]:
    """Return what gives the beginnings of bundled files."""
    return lambda: [head(path, size) for pattern in patterns for path in sorted(TEMPLATES.glob(pattern))]


@cache
def small() -> Mapping[str, bytes]:
    """Return the files of a small ledger that has something in each of them."""
    units = '\n[display]\ndecimals = 2\nzero = "0"\n[display.tables.3]\nthousands = false\n'
    units += '[[budget_unit]]\ncode = "01"\nname = "某中心"\nnature = "事业"\n'
    files = {f"2017/{path.name}": head(path, 900) for path in sorted(DEMO.glob("*.toml"))}
    files["kpi.toml"] = (TEMPLATES / "demo/kpi.toml").read_bytes() + units.encode()
    files["2017/narrative.toml"] = b'[functions]\nparagraphs = ["\xe7\x94\xb2"]\n' + DEMO.joinpath(
        "narrative.toml"
    ).read_bytes().partition(b"[structure]")[2].join((b"[structure]", b""))
    more = [f'\n[[project]]\nid = "{id_}"\nname = "项目{id_}"\n' for id_ in ("P02", "P03", "P04", "P05", "xm1")]
    files["2017/projects.toml"] = files["2017/projects.toml"] + "".join(more).encode()
    files["2017/lines.toml"] = head(DEMO / "lines.toml", 1500)
    files["2017/subjects.csv"] = "kind,code,name\nfunction,2010699,其他\n经济,30199,“其他”\n".encode()
    return files


def ledger(folder: Path, files: Mapping[str, bytes] | None = None) -> Path:
    """Write the small ledger, or other files."""
    root = folder / "台账"
    for name, content in (small() if files is None else files).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


# a ledger


def year_file(name: str) -> Reader:
    """Return the reader of a file of a year."""

    def prepare(folder: Path) -> Read:
        root = ledger(folder, {file: small()[file] for file in ("kpi.toml", "2017/projects.toml")})
        own = open_ledger(root)

        def read(raw: bytes) -> None:
            (root / "2017" / name).write_bytes(raw)
            read_year(own, 2017)

        return read

    return Reader(prepare, lambda: [small()[f"2017/{name}"]], CSV if name.endswith("csv") else TOML)


def settings(folder: Path) -> Read:
    root = ledger(folder)

    def read(raw: bytes) -> None:
        (root / "kpi.toml").write_bytes(raw)
        open_ledger(root)

    return read


def computed(folder: Path) -> Read:
    """Read budget lines; then tables, narrative and checks."""
    root, rules = ledger(folder), bundled_rules()

    def read(raw: bytes) -> None:
        (root / "2017/lines.toml").write_bytes(raw)
        check(assemble(root, Request(narrative=True)), rules)

    return read


def edited(folder: Path) -> Read:
    """Read budget lines; then change one and remove one."""
    root = ledger(folder)
    own = open_ledger(root)
    kind, basis = record_kind("lines"), budget_basis(subject_catalogue)

    def read(raw: bytes) -> None:
        (root / "2017/lines.toml").write_bytes(raw)
        set_record(own, 2017, kind, "2", {"note": "“改”\n"}, basis, 0)
        remove_record(own, 2017, kind, "1", 0)
        h.undo(root)

    return read


# files to import


def importing(folder: Path, kind: str = "lines") -> Read:
    root = ledger(folder)
    own = open_ledger(root)
    year = read_year(own, 2017)
    catalogue, found, file = subject_catalogue(year), record_kind(kind), folder / "甲.csv"

    def read(raw: bytes) -> None:
        file.write_bytes(raw)
        import_records(file, found, own.settings, year, catalogue)

    return read


def csv_sources() -> list[bytes]:
    return [LINES.encode(), LINES.encode("gb18030"), b"\xef\xbb\xbf" + LINES.encode()]


def workbooks() -> list[bytes]:
    book = openpyxl.Workbook()
    for line in LINES.replace('"1,200.50"', "1200.50").splitlines():
        book.active.append([float(cell) if cell.endswith((".50", "300")) else cell for cell in line.split(",")])
    stream = io.BytesIO()
    book.save(stream)
    return [stream.getvalue()]


# evaluation


EVALUATION = {
    "2017/evaluation/scheme.toml": "".join(
        f'[scheme.options."{name}"]\npoints = 9\n' for name in ("满意", "基本满意", "不满意", "不了解")
    ).encode(),
    "2017/evaluation/units.toml": "".join(
        f'[[unit]]\nevaluated_unit = "{id_}"\nname = "{name}"\ncategory = "乡镇"\n'
        for id_, name in (("ding", "丁"), ("a", "丙街道"))
    ).encode(),
    "2017/evaluation/minutes.toml": b"",
}


def evaluation_ledger(folder: Path) -> Path:
    root = ledger(folder, {"kpi.toml": small()["kpi.toml"]})
    shutil.copytree(DEMO / "evaluation", root / "2017/evaluation")
    return root


def evaluation_records(folder: Path) -> Read:
    """Read one of the files of records: the first word in brackets says which."""
    root = ledger(folder, {"kpi.toml": small()["kpi.toml"], "2017/evaluation/units.toml": b""})
    kinds = {f"[[{kind.name}]]".encode(): kind for kind in KINDS.values()}

    def read(raw: bytes) -> None:
        kind = next((kind for word, kind in kinds.items() if word in raw), KINDS["units"])
        (root / "2017" / kind.file).write_bytes(raw)
        report = Report()
        read_records(root, 2017, kind, report)
        report.raise_errors()

    return read


def scheme(folder: Path) -> Read:
    """Read a scheme; then move it to the next year."""
    root = evaluation_ledger(folder)

    def read(raw: bytes) -> None:
        (root / "2017/evaluation/scheme.toml").write_bytes(raw)
        report = Report()
        read_scheme(root, 2017, report)
        report.raise_errors()
        with faults_explained(raw, "scheme.toml"):
            moved_scheme(raw.decode("utf-8-sig"), 2017, 2018)

    return read


def scored(folder: Path, file: str) -> Read:
    """Read an evaluation with one file changed; then compute the year."""
    root = evaluation_ledger(folder)
    own = open_ledger(root)

    def read(raw: bytes) -> None:
        (root / "2017/evaluation" / file).write_bytes(raw)
        compute_final(ev.read_evaluation(own, 2017, without=("progress",)))

    return read


def archive(folder: Path) -> Read:
    root = ledger(folder, {"kpi.toml": small()["kpi.toml"], **EVALUATION})
    own = open_ledger(root)

    def read(raw: bytes) -> None:
        (root / "2017/evaluation/archive.toml").write_bytes(raw)
        ev.read_evaluation(own, 2017, without=KINDS.keys() - {"minutes"})

    return read


EVALUATION_CSV = {
    "results": "指标,考评对象,实际值,自评分,缺项处理,理由\n1,ding,2.5,9,,\n1,a,,,零分,“无”\n",
    "indicators": '指标,上级指标,名称,分值,方法,参数\n9,,甲,10,,\n9.1,9,乙,10,ratio,"{""cap"": ""1""}"\n',
    "ballots": "轮次,组别,考评对象,发放,收回,无效,满意,基本满意,不满意,不了解\n年终,党代表,丙街道,9,9,0,9,0,0,0\n",
}


def evaluation_import(folder: Path) -> Read:
    """Import evaluation records: the header says which."""
    root = ledger(folder, {"kpi.toml": small()["kpi.toml"], **EVALUATION})
    own, file = open_ledger(root), folder / "甲.csv"

    def read(raw: bytes) -> None:
        file.write_bytes(raw)
        kind = "ballots" if "轮次".encode() in raw else "indicators" if "分值".encode() in raw else "results"
        ev.import_evaluation(own, 2017, kind, file, dry_run=True)

    return read


# definitions


def definition(folder: Path) -> Read:
    file = folder / "01.toml"

    def read(raw: bytes) -> None:
        file.write_bytes(raw)
        read_definition(file, "unit")

    return read


def table_set(folder: Path) -> Read:
    for path in TEMPLATES.glob("table_sets/*/*.toml"):
        (folder / path.name).touch()

    def read(raw: bytes) -> None:
        (folder / "set.toml").write_bytes(raw)
        read_table_set(folder)

    return read


def rules(folder: Path) -> Read:
    def read(raw: bytes) -> None:
        (folder / "rules.toml").write_bytes(raw)
        read_rules(folder / "rules.toml", FUNCTIONS)

    return read


def manifest(folder: Path) -> Read:
    def read(raw: bytes) -> None:
        (folder / "narrative").mkdir(exist_ok=True)
        (folder / "narrative/mof.toml").write_bytes(raw)
        find_narrative("mof", folder)

    return read


TEMPLATE = """{% macro part(key, whole) %}{% if share(key, whole) %}，占{{ share(key, whole) }}{% endif %}{% endmacro %}
# {{ department }}

## {{ year }}年收支

{{ department }}总计{{ amount("expenditure") }}{{ part("expenditure:basic_expenditure", "expenditure") }}，{{ compare("income") }}。

{% for post in headcount if has(post.key) %}{{ "，其中：" if loop.first else "；" }}{{ post.name }}{{ count(post.key, "名") }}{% endfor %}

{% set seen = namespace(any=false, text="") %}
{% for subject in subjects("function", "类") %}
{{ loop.index ~ "." }}{{ subject.name }}{{ amount(subject.key) }}{% set seen.any = true %}。
{% endfor %}
{% for text in texts("functions") %}
1. {{ text }}{{ [year, "甲"]|join("、") }}{{ projects|selectattr("name")|list|length > 1 and "多" }}
{% endfor %}
"""


def template(folder: Path) -> Read:
    """Read a template; then render it and lay it out."""
    root = ledger(folder)
    made = assemble(root, Request())
    facts = NarrativeFacts(made.book, made.settings, made.catalogue)
    file = root / "narrative/guangxi-2017.md.j2"
    file.parent.mkdir()

    def read(raw: bytes) -> None:
        file.write_bytes(raw)
        write_narrative(facts, find_narrative("guangxi-2017", root))

    return read


# published disclosures

PUBLISHED = ("disclosure.json", "tables/03.csv", "tables/03.meta.json", "claims.json")


@cache
def published_files() -> Mapping[str, bytes]:
    case = DATA / "cases/sh_czj_2025"
    files = {name: (case / name).read_bytes() for name in PUBLISHED}
    files["claims.json"] = json.dumps(json.loads(files["claims.json"])[:6], ensure_ascii=False, indent=1).encode()
    files["tables/03.csv"] = b"".join(files["tables/03.csv"].splitlines(keepends=True)[:12])
    return files


def published(name: str) -> Reader:
    """Return the reader of a file of a published disclosure."""

    def prepare(folder: Path) -> Read:
        root = ledger(folder, published_files())

        def read(raw: bytes) -> None:
            (root / name).write_bytes(raw)
            published_disclosure(root, [])

        return read

    return Reader(prepare, lambda: [published_files()[name]], CSV if name.endswith("csv") else JSON)


def published_checked(folder: Path) -> Read:
    """Read a published table; then run the checks."""
    root, known = ledger(folder, published_files()), bundled_rules()

    def read(raw: bytes) -> None:
        (root / "tables/03.csv").write_bytes(raw)
        check(published_disclosure(root, []), known)

    return read


# what the program wrote itself


@cache
def states() -> Mapping[str, bytes]:
    """Return the files of a ledger that was killed at a change, after another one."""
    import tempfile

    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stderr(io.StringIO()):
        root = ledger(Path(place), {name: small()[name] for name in ("kpi.toml", "2017/projects.toml")})
        add = ("-C", str(root), "project", "add", "--year", "2017", "--name")
        assert main([*add, "第一个", "--id", "X1"]) == 0
        with mock.patch("kpi_cli.ledger.transaction.finish"):
            assert main([*add, "第二个", "--id", "X2"]) == 0
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def state_file(name: str) -> Reader:
    """Return the reader of a file of `.kpi`: what a killed command left is finished, and all is undone."""

    def prepare(folder: Path) -> Read:
        root, has_journal = folder / "台账", "journal" in name
        kept = {file: raw for file, raw in states().items() if has_journal or not re.search("journal|staging", file)}

        def read(raw: bytes) -> None:
            shutil.rmtree(root, ignore_errors=True)
            ledger(folder, {**kept, name: raw})
            try:
                with open_transaction(root, "test", 0):
                    pass
                h.history(root)
                h.undo(root)
            finally:
                assert [path.name for path in folder.iterdir()] == [root.name]
                assert (root / "kpi.toml").read_bytes() == small()["kpi.toml"]

        return read

    return Reader(prepare, lambda: [states()[name]], JSON)


def batch_journal(folder: Path) -> Read:
    job = batch.Job("甲", "out", ())

    def read(raw: bytes) -> None:
        (folder / batch.JOURNAL).write_bytes(raw)
        batch.Journal(folder).current(job, "x")

    return read


def batch_lines() -> list[bytes]:
    entry = {"fingerprint": "x", "outcome": asdict(batch.Outcome("甲", "done", 0, files=("a.docx",), messages=("乙",)))}
    return [(json.dumps(entry, ensure_ascii=False) + "\n").encode() * 2]


def plugin_cache(folder: Path) -> Read:
    def read(raw: bytes) -> None:
        with (
            mock.patch.object(entries.cache, "read", return_value=raw),
            mock.patch.object(entries.cache, "write"),
            mock.patch.object(entries, "_scan", list),
            mock.patch.object(entries, "_state", lambda: [["path"], [0]]),
        ):
            for entry in entries.installed("kpi_cli.exporters"):
                assert all(isinstance(word, str) for word in entry), entry

    return read


def plugin_caches() -> list[bytes]:
    known = [["kpi_cli.exporters", "odt", "kpi_odt:plugin", "kpi-odt", "1.0"]]
    return [json.dumps({"state": [["path"], [0]], "entries": known}).encode()]


# the rest


def completion(folder: Path) -> Read:
    """Scan files for the values of a TAB; nothing may be raised at all."""
    root = ledger(folder)
    shutil.copytree(TEMPLATES / "table_sets/mof", root / "甲")
    (root / "2017/evaluation").mkdir()
    asked = {
        "unit": "kpi.toml",
        "project": "2017/projects.toml",
        "function": "2017/subjects.csv",
        "table": "甲/set.toml",
        "evaluated_unit": "2017/evaluation/units.toml",
        "table_set": "甲/set.toml",
    }
    kinds = list(asked)

    def read(raw: bytes) -> None:
        kind = kinds[len(raw) % len(kinds)]
        (root / asked[kind]).write_bytes(raw)
        answers._found(
            kind, "2" if raw[:1] == b"#" else "", answers._Call(["-C", str(root), "--tables", "甲", "--year", "2017"])
        )

    return read


def reference(folder: Path) -> Read:
    file = folder / "甲.docx"

    def read(raw: bytes) -> None:
        file.write_bytes(raw)
        own_reference(str(file), "official")

    return read


def documents() -> list[bytes]:
    made, stream = docx.Document(), io.BytesIO()
    for style in list(made.styles)[12:]:
        made.styles.element.remove(style.element)
    made.save(stream)
    return [stream.getvalue()]


def _readers() -> Iterable[tuple[str, Reader]]:
    names = ("lines", "incomes", "projects", "sangong", "comparatives", "narrative")
    yield from ((f"{name}.toml", year_file(f"{name}.toml")) for name in names)
    yield "subjects.csv", year_file("subjects.csv")
    yield "kpi.toml", Reader(settings, lambda: [small()["kpi.toml"]])
    yield "lines to tables", Reader(computed, lambda: [small()["2017/lines.toml"]], per=10)
    yield "lines edited", Reader(edited, lambda: [small()["2017/lines.toml"]], per=5)
    yield "CSV", Reader(importing, csv_sources, CSV)
    yield "XLSX", Reader(importing, workbooks, XML)
    yield "XLS", Reader(importing, lambda: [(DATA / "fuzz/lines.xls").read_bytes()], RAW)
    yield "evaluation records", Reader(evaluation_records, heads(700, "demo/2017/evaluation/[!s]*.toml"))
    yield "evaluation scheme", Reader(scheme, heads(4000, "demo/2017/evaluation/scheme.toml"))
    for file in ("scheme", "ballots", "results", "indicators", "leader_ratings"):
        source = heads(9000, f"demo/2017/evaluation/{file}.toml")
        yield f"{file} to scores", Reader(partial(scored, file=f"{file}.toml"), source, per=20)
    yield "evaluation CSV", Reader(evaluation_import, lambda: [text.encode() for text in EVALUATION_CSV.values()], CSV)
    yield (
        "archive.toml",
        Reader(archive, lambda: [b'[archive]\nsha256 = { "units.toml" = "0a", "minutes.toml" = "0b" }\n']),
    )
    yield "table definitions", Reader(definition, heads(9999, "table_sets/*/0*.toml"))
    yield "table set manifests", Reader(table_set, heads(4000, "table_sets/*/set.toml"))
    yield "rules", Reader(rules, heads(2000, "rules/*.toml"))
    yield "narrative manifests", Reader(manifest, heads(4000, "narrative/mof.toml"))
    yield "narrative templates", Reader(template, lambda: [TEMPLATE.encode()], JINJA)
    yield from ((f"published {Path(name).name}", published(name)) for name in PUBLISHED)
    yield "published to checks", Reader(published_checked, lambda: [published_files()["tables/03.csv"]], CSV, per=20)
    for name in (".kpi/journal.json", ".kpi/history/00000001.json", ".kpi/generation"):
        yield name, state_file(name)
    yield ".kpi-batch.jsonl", Reader(batch_journal, batch_lines, JSON)
    yield "plugin cache", Reader(plugin_cache, plugin_caches, JSON)
    yield (
        "completion",
        Reader(completion, heads(1500, "demo/kpi.toml", "demo/2017/pro*.toml", "table_sets/mof/set.toml")),
    )
    yield "reference DOCX", Reader(reference, documents, XML, per=50)


READERS: dict[str, Reader] = dict(_readers())
