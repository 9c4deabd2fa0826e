"""What the fuzzer found, one small case for each: it is refused with a line now, or taken as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kpi_cli.errors import KpiError
from tests.fuzz.reader import DATA
from tests.fuzz.readers import READERS

if TYPE_CHECKING:
    from pathlib import Path

LONG, DEEP = "x" * 5000, "[" * 100_000
FOUND = [
    # reader, what stands in its file, what it becomes, code of the problem ("" for none)
    ("lines.toml", "amount =", f"{LONG} =", "unknown-key"),
    ("lines edited", 'economic_code = "30211"\n', 'note = "1"\nnote = "2"\n', "toml-syntax"),
    ("ballots to scores", '"满意" = 9', '"满意" = "九"', "not-an-integer"),
    ("evaluation records", 'evaluated_unit = "jia"', "counts = [1]", "unknown-key"),
    ("scheme to scores", "score_places = 2", "score_places = 9999999999", "unknown-value"),
    ("scheme to scores", "[scheme]", "[scheme]\ntotal_points = 0", "unknown-value"),
    ("table set manifests", '"01.toml"', f'"{LONG}"', "definition"),
    ("table set manifests", '"01.toml"', '"../mof/01.toml"', "definition"),
    ("rules", "[[rule]]", '[[rule]]\npatterns = [["a"]]', "definition"),
    ("rules", "[[rule]]", "[[rule]]\npatterns = 1", "definition"),
    ("rules", "[[rule]]", "[[rule]]\nexample = { wrong = 1 }", "definition"),
    ("rules", "[[rule]]", "[[rule]]\ntables = [[]]", "definition"),
    ("rules", "kind =", 'kind = ["sum"] #', "definition"),
    ("rules", "", "rule = [1]", "definition"),
    ("narrative templates", "{{ department }}", "{{ []|first }}", "narrative-template"),
    ("published 03.csv", "127886849", "9" * 40, ""),
    ("published 03.csv", "127886849", f"0.{'0' * 5000}1", ""),
    ("narrative templates", "{{ department }}", "{{ projects|first|length }}", "narrative-template"),
    ("table definitions", "[[block.column]]", '[[block.column]]\ndecimals = "total"', "definition"),
    ("rules", "[[rule]]", '[[rule]]\npatterns = [["[[a]", "b"]]', "definition"),
    ("published disclosure.json", "2025", "1e" + "9" * 40, "published"),
    ("published claims.json", '"22"', "1e" + "9" * 40, "published"),
    ("evaluation CSV", '""1""', "1e" + "9" * 40, "wrong-type"),
    (".kpi/journal.json", '"generation": 2', '"generation": 1e400', "damaged-state"),
    (".kpi/journal.json", "2017/projects.toml", f"2017/{LONG}", "unreadable"),
    (".kpi-batch.jsonl", "{", "\udcff{", ""),
    (".kpi-batch.jsonl", "{", DEEP, ""),
    (".kpi-batch.jsonl", '"a.docx"', "1", ""),
    (".kpi-batch.jsonl", "a.docx", LONG, ""),
    ("plugin cache", "[", DEEP, ""),
    ("plugin cache", '"odt"', "1", ""),
    ("completion", "number = 1", 'number = "甲"', ""),
]  # fmt: skip


@pytest.mark.parametrize(("reader", "old", "new", "code"), FOUND)
def test_what_was_found(
    reader: str, old: str, new: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPI_CACHE", "")
    source = next(raw for raw in READERS[reader].sources() if old.encode() in raw)
    read = READERS[reader].prepare(tmp_path)
    put = new.encode("utf-8", "surrogateescape")
    raw = source.replace(old.encode(), put, 1) if old else put
    problems = []
    try:
        read(raw)
    except KpiError as error:
        problems = [*error.problems]
    assert (problems[0].code if problems else "") == code
    assert all(len(problem.text) < 2000 for problem in problems)


def test_calamine_is_not_heard(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where it panics over a damaged XLS file, Rust writes to stderr."""
    read = READERS["XLS"].prepare(tmp_path)
    with pytest.raises(KpiError):
        read((DATA / "fuzz/lines.xls").read_bytes()[:2000])
    assert capfd.readouterr() == ("", "")
