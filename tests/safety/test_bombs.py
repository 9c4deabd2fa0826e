"""Small files that claim, or unpack to, more than a machine has: refused in one line, in little time and memory.

Each is imported by a process of its own: what takes all memory ends that process, not the tests.
"""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest
import xlsxwriter

from kpi_cli import bounds

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="measures the memory of a child")

SECONDS, MEGABYTES = 60, 1500
LIMITED = f'ulimit -v {6 * 2**20}; ulimit -t {2 * SECONDS}; exec "$0" "$@"'
"""Spares the machine where a limit of ours fails."""
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = "</sheetData></worksheet>"
XLS = (Path(__file__).resolve().parent.parent / "data/fuzz/lines.xls").read_bytes()
XLS_CELL = b"\xfd\x00\x0a\x00\x00\x00\x00\x00", b"\xfd\x00\x0a\x00\xff\xff\xff\xff"
"""The record of the first cell, and of one in row and column 65535."""
NO_WORKBOOK = "不是可读取的 CSV 或 XLSX 文件"


def book() -> bytes:
    """Return a plain workbook with shared strings."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        made.add_worksheet().write_row(0, 0, ["功能科目编码", "金额(元)"])
    return stream.getvalue()


def repacked(raw: bytes, members: dict[str, bytes]) -> bytes:
    """Put other members into an archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *members]):
            new.writestr(name, members[name] if name in members else old.read(name))
    return stream.getvalue()


def sheet(cells: str, tail: str = TAIL) -> bytes:
    return repacked(book(), {SHEET: f"{HEAD}{cells}{tail}".encode()})


def lying(raw: bytes, name: str, claimed: int) -> bytes:
    """Make an archive state that a member is small, with the checksum of that small beginning."""
    changed = bytearray(raw)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        crc = zlib.crc32(archive.read(name)[:claimed])
        at, directory = archive.getinfo(name).header_offset, archive.start_dir
    entry = raw.index(name.encode(), directory) - 46
    struct.pack_into("<I", changed, at + 14, crc)
    struct.pack_into("<I", changed, at + 22, claimed)
    struct.pack_into("<I", changed, entry + 16, crc)
    struct.pack_into("<I", changed, entry + 24, claimed)
    return bytes(changed)


def run(folder: Path, *arguments: object) -> tuple[int, list[str], float]:
    """Run `kpi`; returns its status, its lines on stderr, and the megabytes that it took."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    command = [str(Path(sys.executable).with_name("kpi")), *map(str, arguments)]
    with (folder / "stderr").open("wb") as stream:
        process = subprocess.Popen(
            ["/bin/sh", "-c", LIMITED, *command],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=stream,
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert usage.ru_utime + usage.ru_stime < SECONDS
    megabytes = usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    return process.returncode, (folder / "stderr").read_text("utf-8").splitlines(), megabytes


STRING = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
MANY = "4294967295"
XLSX: dict[str, tuple[Callable[[], bytes], str]] = {
    "a cell beyond all sheets": (lambda: sheet('<row r="1"><c r="A9999999999"><v>1</v></c></row>'), NO_WORKBOOK),
    "a column beyond all sheets": (lambda: sheet(f'<row r="1"><c r="{"A" * 50_000}1"><v>1</v></c></row>'), NO_WORKBOOK),
    "a row beyond all sheets": (lambda: sheet('<row r="99999999999"><c><v>1</v></c></row>'), NO_WORKBOOK),
    "the last cell": (lambda: sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "有内容的区域太大"),
    "the last cell without its name": (
        lambda: sheet(f'<row r="1048576">{"<c><v>1</v></c>" * 16384}</row>'), "有内容的区域太大"),
    "cells that never end": (lambda: sheet("<c>" * 200_000), NO_WORKBOOK),
    "tags that never end": (lambda: sheet("<c " * 200_000), NO_WORKBOOK),
    "sheets that never end": (
        lambda: repacked(book(), {"xl/workbook.xml": b"<sheet " + b"a" * 200_000 + b"<sheet " * 20_000}), NO_WORKBOOK),
    "four thousand million strings": (
        lambda: repacked(book(), {
            SHEET: f"{HEAD}{STRING}{TAIL}".encode(),
            STRINGS: f'<sst count="{MANY}" uniqueCount="{MANY}"><si><t>a</t></si></sst>'.encode()}), "没有数据行|缺少列|不认识的列"),
    "four thousand million strings, hidden": (
        lambda: repacked(book(), {
            SHEET: f"{HEAD}{STRING}{TAIL}".encode(),
            STRINGS: f"<x:sst xmlns:x='a' a='>' uniqueCount='{MANY}' count='{MANY}'><x:si/></x:sst>".encode()}), "."),
    "a billion laughs": (
        lambda: repacked(book(), {STRINGS: (
            '<!DOCTYPE a [<!ENTITY a "ha">' + "".join(
                f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
            ) + "]><sst><si><t>&j;</t></si></sst>").encode()}), NO_WORKBOOK),
    "an entity from a file": (
        lambda: repacked(book(), {SHEET: (
            '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + HEAD + '<row><c t="str"><v>&a;</v></c></row>' + TAIL
        ).encode()}), NO_WORKBOOK),
    "an encoding that hides tags": (
        lambda: repacked(book(), {SHEET: '<?xml version="1.0" encoding="UTF-16"?>'.encode("utf-16") + (
            HEAD + TAIL).encode("utf-16-le")}), NO_WORKBOOK),
    "a gigabyte of strings": (
        lambda: repacked(book(), {STRINGS: b"<sst>" + b"<si><t>aaaaaaaaaaaaaaaaaaaaaaaaa</t></si>" * 6_000_000 + b"</sst>"}),
        "解压后过大"),
    "a gigabyte that says it is small": (
        lambda: lying(repacked(book(), {
            STRINGS: b"<sst>" + b"<si><t>aaaaaaaaaaaaaaaaaaaaaaaaa</t></si>" * 6_000_000 + b"</sst>"}), STRINGS, 500), NO_WORKBOOK),
    "a hundred thousand members": (
        lambda: repacked(book(), {f"x{n}": b"" for n in range(20_000)}), "解压后过大"),
    "a spreadsheet of another office": (
        lambda: repacked(book(), {"content.xml": b"<office/>", "xl/workbook.xml": b""}), NO_WORKBOOK),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", XLSX)
def test_workbooks(name: str, ledger: Path, tmp_path: Path) -> None:
    """== 2025/lines.toml"""
    make, words = XLSX[name]
    (tmp_path / "a.xlsx").write_bytes(make())
    status, lines, megabytes = run(tmp_path, "-C", ledger, "import", "lines", "a.xlsx", "--year", 2025)
    assert status == 2
    assert any(word in lines[0] for word in words.split("|"))
    assert all(line.startswith("kpi: 错误: ") for line in lines)
    assert megabytes < MEGABYTES


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "write", "words"),
    [
        ("rows", lambda stream: stream.writelines(f"{n},甲\n".encode() for n in range(1_000_000)), "超过 400000 行"),
        ("blank", lambda stream: stream.write(b"\n" * 1_000_000), "没有数据行"),
        ("one line", lambda stream: stream.write(b"a," * 20_000_000), "超过 1000 列"),
        ("one cell", lambda stream: stream.write(b"a" * 50_000_000), "field larger than field limit"),
        ("open quote", lambda stream: stream.write(b'a,b\n1,"' + b"x\n" * 20_000_000), "CSV 格式错误"),
        ("large", lambda stream: stream.truncate(300 * 1024 * 1024), "文件太大"),
        ("a cell beyond all sheets", lambda stream: stream.write(XLS.replace(*XLS_CELL, 1)), "文件已损坏或已加密"),
    ],
)
def test_csv_and_xls(name: str, write: Callable, words: str, ledger: Path, tmp_path: Path) -> None:
    """== 2025/lines.toml"""
    with (tmp_path / "a.csv").open("wb") as stream:
        write(stream)
    status, lines, megabytes = run(tmp_path, "-C", ledger, "import", "lines", "a.csv", "--year", 2025)
    assert (status, len(lines)) == (2, 1)
    assert words in lines[0]
    assert len(lines[0]) < 2000
    assert megabytes < MEGABYTES


NESTED = {
    "arrays": "a = " + "[" * 100_000 + "]" * 100_000,
    "tables": "a = " + "{b=" * 100_000 + "1" + "}" * 100_000,
    "dots": ".".join("a" * 50_000) + " = 1",
    "header": "[" + ".".join("a" * 50_000) + "]",
    "headers": "".join(f"[{'.'.join('a' * n)}]\n" for n in range(1, 700)),
    "open arrays": "a = " + "[" * 1_000_000,
    "deep and wrong": "[[line]]\nnote = " + "[" * 150 + "1" + "]" * 150,
    "digits": "[[line]]\namount = " + "9" * 1_000_000,
    "exponent": "[[line]]\namount = 1e999999999",
    "tiny": "[[line]]\namount = 1e-999999999",
    "long text": '[[line]]\nnote = "' + "长" * 1_000_000 + '"',
    "escapes": '[[line]]\nnote = "' + "\\u0041" * 100_000 + '"',
    "many keys": "".join(f"a{n} = 1\n" for n in range(15_000)),
    "many tables": "[[line]]\n" * 20_000,
    "large": "#" * (65 * 1024 * 1024),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NESTED)
def test_toml(name: str, ledger: Path, tmp_path: Path) -> None:
    """== 2025/incomes.toml"""
    (ledger / "2025/lines.toml").write_text(NESTED[name])
    for command in (("table", "3", "--format", "csv"), ("budget", "set", "1", "--amount", "1")):
        status, lines, megabytes = run(tmp_path, "-C", ledger, *command)
        assert status == 2
        assert lines[-1].startswith("kpi: 错误: ")
        assert all(len(line) < 500 for line in lines)
        assert megabytes < MEGABYTES


@pytest.mark.slow
def test_a_reference_document_that_unpacks_to_too_much(ledger: Path, tmp_path: Path) -> None:
    """== 2025/lines.toml"""
    stream = io.BytesIO()
    docx.Document().save(stream)
    (tmp_path / "a.docx").write_bytes(repacked(stream.getvalue(), {"word/media/a.bin": bytes(300 * 1024 * 1024)}))
    status, lines, megabytes = run(
        tmp_path, "-C", ledger, "export", "--to", "docx", "--reference-doc", "a.docx", "--force"
    )
    assert status == 3
    assert "参考文档不能使用：解压后过大" in lines[-1]
    assert megabytes < MEGABYTES


def test_an_archive_is_counted_as_it_unpacks() -> None:
    raw = repacked(book(), {"a": b"x" * 1000, "A": b"y" * 1000})
    with zipfile.ZipFile(io.BytesIO(bounds.repacked(raw))) as archive:
        assert [archive.read(n) for n in archive.namelist() if n.lower() == "a"] == [b"y" * 1000]
        size = sum(info.file_size for info in archive.infolist())
    assert bounds.repacked(raw, size)
    with pytest.raises(bounds.BombError):
        bounds.repacked(raw, size - 1)
