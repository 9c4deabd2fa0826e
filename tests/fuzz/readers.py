"""Every reader of files that the program has: what prepares it, valid files to begin with, their form.

A reader gets bytes and either takes them or raises a documented error. Those that go on to compute with what they
took (tables, checks, scores, an edit) do so here too: a value that only the computing cannot bear is a fault as well.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz import evaluation_files as ev
from tests.fuzz import ledger_files as own
from tests.fuzz import other_files as other
from tests.fuzz.forms import CSV, JINJA, JSON, RAW, XML
from tests.fuzz.reader import DATA, Reader, heads, small

if TYPE_CHECKING:
    from collections.abc import Iterable


def _readers() -> Iterable[tuple[str, Reader]]:
    names = ("lines", "incomes", "projects", "sangong", "comparatives", "narrative")
    yield from ((f"{name}.toml", own.year_file(f"{name}.toml")) for name in names)
    yield "subjects.csv", own.year_file("subjects.csv")
    yield "kpi.toml", Reader(own.settings, lambda: [small()["kpi.toml"]])
    yield "lines to tables", Reader(own.computed, lambda: [small()["2017/lines.toml"]], per=10)
    yield "lines edited", Reader(own.edited, lambda: [small()["2017/lines.toml"]], per=5)
    yield "CSV", Reader(own.importing, own.csv_sources, CSV)
    yield "XLSX", Reader(own.importing, own.workbooks, XML)
    yield "XLS", Reader(own.importing_xls, lambda: [(DATA / "fuzz/lines.xls").read_bytes()], RAW)
    yield "evaluation records", Reader(ev.evaluation_records, heads(700, "demo/2017/evaluation/[!s]*.toml"))
    yield "evaluation scheme", Reader(ev.scheme, heads(4000, "demo/2017/evaluation/scheme.toml"))
    for file in ("scheme", "ballots", "results", "indicators", "leader_ratings"):
        source = heads(9000, f"demo/2017/evaluation/{file}.toml")
        yield f"{file} to scores", Reader(partial(ev.scored, file=f"{file}.toml"), source, per=20)
    yield (
        "evaluation CSV",
        Reader(ev.evaluation_import, lambda: [text.encode() for text in ev.EVALUATION_CSV.values()], CSV),
    )
    yield (
        "archive.toml",
        Reader(ev.archive, lambda: [b'[archive]\nsha256 = { "units.toml" = "0a", "minutes.toml" = "0b" }\n']),
    )
    yield "table definitions", Reader(other.definition, heads(9999, "table_sets/*/0*.toml"))
    yield "table set manifests", Reader(other.table_set, heads(4000, "table_sets/*/set.toml"))
    yield "rules", Reader(other.rules, heads(2000, "rules/*.toml"))
    yield "narrative manifests", Reader(other.manifest, heads(4000, "narrative/mof.toml"))
    yield "narrative templates", Reader(other.template, lambda: [other.TEMPLATE.encode()], JINJA)
    yield from ((f"published {Path(name).name}", other.published(name)) for name in other.PUBLISHED)
    yield (
        "published to checks",
        Reader(other.published_checked, lambda: [other.published_files()["tables/03.csv"]], CSV, per=20),
    )
    for name in (".kpi/journal.json", ".kpi/history/00000001.json", ".kpi/generation"):
        yield name, other.state_file(name)
    yield ".kpi-batch.jsonl", Reader(other.batch_journal, other.batch_lines, JSON)
    yield "plugin cache", Reader(other.plugin_cache, other.plugin_caches, JSON)
    yield (
        "completion",
        Reader(other.completion, heads(1500, "demo/kpi.toml", "demo/2017/pro*.toml", "table_sets/mof/set.toml")),
    )
    yield "reference DOCX", Reader(other.reference, other.documents, XML, per=50)


READERS: dict[str, Reader] = dict(_readers())
