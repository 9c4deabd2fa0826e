"""Speed as counts that are the same on every machine: files read, system calls of a change, memory of a line, parts made.

What a call imports is counted in `test_imports.py`; times are measured by `make bench`, never by a test.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tracemalloc
import zipfile
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from kpi_cli import assembly, batch, resources
from kpi_cli.exporters.docx import document
from kpi_cli.exporters.xlsx.sheet import Sheet
from kpi_cli.ledger.create import copy_example
from kpi_cli.ledger.reader import open_ledger, read_year
from tests.safety.faults import IS_HERE, Tracer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CODE = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from kpi_cli.main import main
status = main(sys.argv[1:])
sys.stdout.flush()
sys.stderr.write("\\n" + json.dumps([status, opened]))
"""
LINE = ("--function-code", "2010601", "--economic-code", "30101", "--expenditure-type", "基本支出",
        "--fund-source", "一般公共预算", "--amount")  # fmt: skip


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """Copy the example ledger."""
    copy_example(tmp_path / "台账")
    return tmp_path / "台账"


def read(demo: Path, *arguments: object) -> dict[str, dict[str, int]]:
    """Run a call in a process of its own; return how often it opened each file of the ledger and of the templates."""
    command = [sys.executable, "-X", "utf8", "-c", CODE, "-C", str(demo), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    status, opened = json.loads(done.stderr.splitlines()[-1])
    assert status == 0, done.stderr
    folders = {"ledger": str(demo), "templates": str(resources.templates())}
    return {
        name: Counter(path.removeprefix(folder)[1:] for path in opened if path.startswith(folder))
        for name, folder in folders.items()
    }


@pytest.mark.parametrize(
    ("arguments", "definitions"),
    [
        (("table", 3, "--format", "csv"), 1),
        (("table", "--format", "json"), 9),
        (("check",), 9),
        (("export", "--out", "/tmp"), 9),
    ],
)
def test_each_file_is_read_once(demo: Path, tmp_path: Path, arguments: tuple[object, ...], definitions: int) -> None:
    out = tmp_path / "out"
    opened = read(demo, *(out if word == "/tmp" else word for word in arguments))
    times = opened["ledger"]
    assert times.pop(".kpi/generation", 0) <= 2  # before and after: nobody changed it in between
    years = {name for name in times if name.startswith("2017/")}
    assert years == {f"2017/{path.name}" for path in (demo / "2017").glob("*.toml")}
    assert set(times.values()) == {1}
    assert set(opened["templates"].values()) == {1}
    assert (
        sum(re.fullmatch(r"table_sets/.*/\d\d\.toml", name) is not None for name in opened["templates"]) == definitions
    )


@pytest.mark.skipif(not IS_HERE, reason="needs strace")
def test_system_calls_of_a_change_do_not_depend_on_the_ledger(demo: Path, tmp_path: Path, kpi: Callable) -> None:
    """One change writes, syncs and renames as often in a long ledger with a long history as in a new one."""
    tracer, add = Tracer(tmp_path), ("-C", demo, "budget", "add", *LINE, "1")
    assert kpi(*add).status == 0
    short = _changing_calls(tracer, add)
    lines = demo / "2017/lines.toml"
    block = '\n[[line]]\nfunction_code = "2010601"\neconomic_code = "30101"\nexpenditure_type = "基本支出"\n'
    lines.write_text(lines.read_text() + (block + 'fund_source = "一般公共预算"\namount = 1\n') * 2000)
    for _ in range(5):
        assert kpi(*add).status == 0
    assert _changing_calls(tracer, add) == short
    assert short["fsync"] + short["fdatasync"] <= 10
    assert short["rename"] + short["renameat"] + short["renameat2"] <= 4


def _changing_calls(tracer: Tracer, arguments: tuple[object, ...]) -> Counter[str]:
    names = {
        "fsync",
        "fdatasync",
        "rename",
        "renameat",
        "renameat2",
        "unlink",
        "unlinkat",
        "ftruncate",
        "link",
        "mkdir",
    }
    outcome, calls = tracer.calls(arguments)
    assert outcome.status == 0, outcome.err
    return Counter(name for name, _, _ in calls if name in names)


def test_memory_of_a_line(demo: Path) -> None:
    """Equal texts share one object, and a record is a tuple: a line more costs what one does, not what its text does."""
    lines = demo / "2017/lines.toml"
    block = '\n[[line]]\nfunction_code = "2010601"\neconomic_code = "30101"\nexpenditure_type = "基本支出"\n'
    kept = []
    for count in (1000, 3000):
        lines.write_text("".join(f'{block}fund_source = "一般公共预算"\namount = {n}.25\n' for n in range(count)))
        ledger = open_ledger(demo)
        tracemalloc.start()
        year = read_year(ledger, 2017)
        kept.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert len(year.lines) == count
    assert (kept[1] - kept[0]) / 2000 < 700


def test_every_part_is_made_once(demo: Path, tmp_path: Path, kpi: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both documents come from one computation; each table, sheet and part of a file is made once."""
    made: Counter[str] = Counter()

    def counted(owner: object, name: str, label: Callable[..., str]) -> None:
        real = getattr(owner, name)

        def call(*arguments: object, **options: object) -> object:
            made[label(*arguments)] += 1
            return real(*arguments, **options)

        monkeypatch.setattr(owner, name, call)

    counted(assembly, "compute_table", lambda definition, *_: f"table {definition.number}")
    counted(assembly, "_narrative", lambda *_: "narrative")
    counted(document, "document_xml", lambda *_: "document.xml")
    counted(Sheet, "_write_rows", lambda sheet: f"sheet {sheet.name}")
    assert kpi("-C", demo, "export", "--out", tmp_path).status == 0
    assert set(made.values()) == {1}
    assert {f"table {n}" for n in range(1, 10)} | {"narrative", "document.xml"} <= set(made)
    for path in (*tmp_path.glob("*.docx"), *tmp_path.glob("*.xlsx")):
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
            names = package.namelist()
        assert len(names) == len(set(names))
        sheets = [name for name in names if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == (sum(label.startswith("sheet ") for label in made) if path.suffix == ".xlsx" else 0)


def test_a_department_more_reads_no_definition_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What all departments share, tables, rules and subjects, is read once in a run of many."""
    for number in range(3):
        copy_example(tmp_path / f"部门{number}")
    jobs = [batch.Job(str(p), str(p / "out"), (("docx", ()), ("xlsx", ()))) for p in batch.find_ledgers(tmp_path)]
    assert batch.run(jobs[0]).status == batch.DONE
    opened: list[str] = []
    real = io.open

    def seen(file: object, *arguments: object, **options: object) -> object:
        opened.append(str(file))
        return real(file, *arguments, **options)

    monkeypatch.setattr(io, "open", seen)
    assert [batch.run(job).status for job in jobs[1:]] == [batch.DONE, batch.DONE]
    shared = [path for path in opened if path.startswith(str(resources.templates()))]
    assert any("部门1" in path for path in opened)
    assert not [path for path in shared if re.search(r"/(rules|subjects)/|/\d\d\.toml$", path)]
