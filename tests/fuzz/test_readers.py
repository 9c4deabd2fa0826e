"""Every reader on mutated input: an answer or one of the documented errors, in bounded time; nothing else.

`KPI_FUZZ=100000 pytest tests/fuzz` runs more cases. A failing case names its seed.
"""

from __future__ import annotations

import io
import shutil
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import openpyxl
import pytest

from kpi_cli import resources
from kpi_cli.assembly import subject_catalogue
from kpi_cli.checks.rules import parse_rules
from kpi_cli.errors import KpiError
from kpi_cli.ledger.importer import import_records, record_kind
from kpi_cli.ledger.reader import open_ledger, read_year
from kpi_cli.tables.definition_reader import read_definition, read_table_set
from kpi_cli.toml_source import TomlError, parse_toml
from tests.fuzz.mutation import CASES, mutated, mutated_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 10
"""No input may keep a reader busy for longer."""
TEMPLATES = resources.templates()
CSV = (
    "功能科目编码,经济科目编码,支出类型,资金来源,金额(元),项目,上年结转,备注\n"
    '2010601,30101,基本支出,一般公共预算,"1,200.50",,否,\n'
    "2010602,,项目支出,一般公共预算,300,xm1,是,“甲”\n"
    "2080505,30108,基本支出,政府性基金,0.05,,,\n"
).encode()


@contextmanager
def bounded(seed: int) -> Iterator[None]:
    """Fail when the work inside takes too long, and name the seed of whatever is not a documented error."""

    def stop(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"case {seed} takes more than {SECONDS} s")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    except KpiError as error:
        said = [problem.text for problem in error.problems]
        if not all(said) or not said:
            pytest.fail(f"case {seed}: an error without a line")
    except BaseException as error:
        error.add_note(f"case {seed}")
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def run(
    read: Callable[[bytes], object], sources: list[bytes], mutate: Callable[[bytes, Random], bytes] = mutated
) -> None:
    """Feed a reader CASES mutations of its sources."""
    started = time.monotonic()
    for seed in range(CASES):
        random = Random(seed)
        raw = mutate(random.choice(sources), random)
        with bounded(seed):
            read(raw)
    assert time.monotonic() - started < CASES * 0.2 + SECONDS


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """Copy the example ledger."""
    shutil.copytree(TEMPLATES / "demo", tmp_path / "台账")
    return tmp_path / "台账"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(p.name for p in (TEMPLATES / "demo/2017").glob("*.toml")))
def test_ledger_files(name: str, demo: Path) -> None:
    file = demo / "2017" / name
    source = file.read_bytes()[:4000]

    def read(raw: bytes) -> None:
        file.write_bytes(raw)
        ledger = open_ledger(demo)
        read_year(ledger, 2017)

    run(read, [source])


@pytest.mark.slow
def test_settings(demo: Path) -> None:
    file = demo / "kpi.toml"
    units = (
        '\n[display]\ndecimals = 2\nzero = "0"\n[display.tables.3]\nthousands = false\n[[budget_unit]]\ncode = "1"\n'
    )
    source = file.read_bytes() + units.encode()

    def read(raw: bytes) -> None:
        file.write_bytes(raw)
        open_ledger(demo)

    run(read, [source])


def importing(demo: Path, suffix: str) -> Callable[[bytes], None]:
    """Return a reader that imports bytes as budget lines of the demo."""
    ledger = open_ledger(demo)
    year = read_year(ledger, 2017)
    file = demo / f"in.{suffix}"
    kind, catalogue = record_kind("lines"), subject_catalogue(year)

    def read(raw: bytes) -> None:
        file.write_bytes(raw)
        import_records(file, kind, ledger.settings, year, catalogue)

    return read


@pytest.mark.slow
def test_csv(demo: Path) -> None:
    run(importing(demo, "csv"), [CSV, CSV.decode().encode("gb18030"), b"\xef\xbb\xbf" + CSV])


@pytest.mark.slow
def test_xlsx(demo: Path) -> None:
    book = openpyxl.Workbook()
    for line in CSV.decode().splitlines():
        book.active.append([cell.strip('"') for cell in line.replace('"1,200.50"', "1200.50").split(",")])
    stream = io.BytesIO()
    book.save(stream)
    run(importing(demo, "xlsx"), [stream.getvalue()], mutated_zip)


@pytest.mark.slow
def test_table_definitions(tmp_path: Path) -> None:
    sources = [path.read_bytes() for path in sorted((TEMPLATES / "table_sets").glob("*/0*.toml"))]
    file = tmp_path / "01.toml"

    def read(raw: bytes) -> None:
        file.write_bytes(raw)
        read_definition(file, "unit")

    run(read, sources)


@pytest.mark.slow
def test_table_set_manifests(tmp_path: Path) -> None:
    sources = [path.read_bytes() for path in sorted((TEMPLATES / "table_sets").glob("*/set.toml"))]

    def read(raw: bytes) -> None:
        (tmp_path / "set.toml").write_bytes(raw)
        read_table_set(tmp_path)

    run(read, sources)


@pytest.mark.slow
def test_rules() -> None:
    source = (TEMPLATES / "rules/balance.toml").read_bytes()[:6000]

    def read(raw: bytes) -> None:
        with suppress(TomlError):
            parse_rules(parse_toml(raw, "rules.toml"))

    run(read, [source])
