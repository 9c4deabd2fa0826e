"""The files of a ledger, and those that are imported into one."""

from __future__ import annotations

import io
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import openpyxl

from kpi_cli.assembly import Request, assemble, subject_catalogue
from kpi_cli.checks.engine import check
from kpi_cli.checks.rules import bundled_rules
from kpi_cli.ledger import history as h
from kpi_cli.ledger.edit import budget_basis, remove_record, set_record
from kpi_cli.ledger.importer import import_records, record_kind
from kpi_cli.ledger.reader import open_ledger, read_year
from tests.fuzz.forms import CSV, TOML
from tests.fuzz.reader import Reader, ledger, small

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[bytes], object]

LINES = (
    "功能科目编码,经济科目编码,支出类型,资金来源,金额(元),项目,上年结转,备注\n"
    '2010601,30101,基本支出,一般公共预算,"1,200.50",,否,\n'
    "2010602,,项目支出,一般公共预算,300,,是,“甲”\n"
    "2080505,30108,基本支出,政府性基金,0.05,,,\n"
)


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


def importing_xls(folder: Path) -> Read:
    """Import XLS files, all in one process apart, a new one where a file has ended it."""
    read_plainly, pools = importing(folder), []

    def pool(*arguments: object) -> object:
        if not pools or pools[-1]._broken:
            pools.append(ProcessPoolExecutor(*arguments))
        return nullcontext(pools[-1])

    def read(raw: bytes) -> None:
        with mock.patch("concurrent.futures.ProcessPoolExecutor", pool):
            read_plainly(raw)

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
