"""Definitions, templates, published disclosures, what the program wrote itself, reference documents."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import docx

from kpi_cli import batch
from kpi_cli.assembly import Request, assemble
from kpi_cli.checks.engine import check
from kpi_cli.checks.functions import FUNCTIONS
from kpi_cli.checks.rules import bundled_rules, read_rules
from kpi_cli.completion import answers
from kpi_cli.exporters.docx.own_reference import own_reference
from kpi_cli.ledger import history as h
from kpi_cli.ledger.transaction import open_transaction
from kpi_cli.main import main
from kpi_cli.narrative.scope import NarrativeFacts
from kpi_cli.narrative.sources import find_narrative
from kpi_cli.narrative.write import write_narrative
from kpi_cli.plugin import entries
from kpi_cli.published.disclosure import published_disclosure
from kpi_cli.tables.definition_reader import read_definition, read_table_set
from tests.fuzz.forms import CSV, JSON
from tests.fuzz.reader import DATA, TEMPLATES, Reader, ledger, small

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Read = Callable[[bytes], object]

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
            mock.patch.object(entries, "_state", return_value=[["path"], [0]]),
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
