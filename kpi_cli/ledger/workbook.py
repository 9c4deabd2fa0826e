"""What calamine does not say about an XLSX file: error values, formulas without a result, cells far away, bombs.

The XML is read with expat, which stops at a DTD: no workbook has one, and entities are declared in nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from kpi_cli.bounds import BombError, repacked
from kpi_cli.errors import LedgerError
from kpi_cli.problems import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

CELL_LIMIT = 20_000_000
"""Cells between A1 and the last one; calamine takes memory for all of them, the empty ones too."""
MERGED_LIMIT = 1_000_000
"""Merged ranges, each of which would be a problem of its own."""

_SHOWN = 100
"""Characters of a value that are kept: enough to show it."""
_REFERENCE, _NUMBER = re.compile(r"([A-Z]{1,3})([0-9]{1,7})"), re.compile(r"[0-9]{1,7}")
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def open_workbook(raw: bytes, file: str) -> tuple[bytes, list[Problem]]:
    """Check an XLSX file before calamine reads it.

    Args:
      raw: The file.
      file: Name to show.
    Returns:
      The workbook, unpacked within limits, and the problems of the cells of its first sheet.
    Raises:
      LedgerError: It is no XLSX file, or one that would take all memory.
    """
    import io
    import zipfile

    try:
        plain = repacked(raw, rewrite=_without_count)
        with zipfile.ZipFile(io.BytesIO(plain)) as archive:
            sheet = archive.read(_first_sheet(archive.read(_BOOK), archive.read(_RELATIONS)))
        return plain, _cell_problems(sheet, file)
    except BombError:
        raise LedgerError(refusal(file, "解压后过大")) from None
    except LedgerError:
        raise
    except Exception:  # zipfile and expat raise much; a member that is missing makes it another kind of file
        raise LedgerError(refusal(file, "文件已损坏或已加密")) from None


def refusal(file: str, detail: str) -> Problem:
    """Say why a file is no workbook that can be read."""
    return Problem("not-a-spreadsheet", Place(file), facts={"detail": detail})


def _without_count(name: str, member: bytes) -> bytes:
    """Take the numbers of strings out of the shared strings: calamine takes memory for as many, true or not."""
    if name != "xl/sharedstrings.xml":
        return member
    root: list[tuple[int, str]] = []
    parser = _parser(member)
    parser.StartElementHandler = lambda tag, _: root.append((parser.CurrentByteIndex, tag)) if not root else None
    parser.Parse(member, True)
    start, tag = root[0]
    end = member.index(b">", start)
    return f"<{tag}{'/' if member[end - 1 : end] == b'/' else ''}>".encode() + member[end + 1 :]


class _XmlError(ValueError):
    """XML that no workbook has: with a DTD, or in UTF-16, in which calamine may see other tags than expat."""


def _parser(xml: bytes) -> expat.XMLParserType:
    def refuse(*_: object) -> None:
        raise _XmlError

    if b"\0" in xml[:4] or xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _XmlError
    parser = expat.ParserCreate("UTF-8")  # whatever else it claims to be
    parser.StartDoctypeDeclHandler = refuse
    return parser


def _parse(
    xml: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> None:
    """Walk through XML; names come without their namespace prefix."""
    parser = _parser(xml)
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if data is not None:
        parser.CharacterDataHandler = data
    parser.Parse(xml, True)


def _first_sheet(book: bytes, relations: bytes) -> str:
    """Return the name of the member that holds the first sheet; raises LookupError where there is none."""
    ids: list[str] = []
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            ids.extend(value for key, value in attributes.items() if key.endswith(":id"))

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]

    _parse(book, sheet)
    _parse(relations, relation)
    target = targets[ids[0]]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


@dataclass
class _Cells:
    """Looks at every cell of a sheet on the way through its XML.

    Attributes:
      file: Name to show.
      problems: What calamine shows as empty cells: error values, and formulas without a stored result.
      rows: Number of the last row.
      columns: Number of the last column.
      merged: How many merged ranges there are.
    """

    file: str
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0
    columns: int = 0
    merged: int = 0
    _type: str = ""
    _place: Place = field(default_factory=Place)
    _has_formula: bool = False
    _value: str | None = None
    _column: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take what the tags say: where a cell is, what it holds."""
        if name == "c":
            self._cell(attributes)
        elif name == "f":
            self._has_formula = True
        elif name == "v":
            self._value = ""
        elif name == "row":
            self.rows = max(self.rows + 1, int(_matched(_NUMBER, attributes.get("r", "0"))[0]))
            self._column = 0
        elif name == "mergeCell":
            self.merged += 1

    def _cell(self, attributes: dict[str, str]) -> None:
        self._type, self._has_formula, self._value = attributes.get("t", ""), False, None
        found = _matched(_REFERENCE, attributes["r"]) if "r" in attributes else None
        self._place = Place(self.file, int(found[2]), found[0]) if found else Place(self.file)
        self._column = _column_number(found[1]) if found else self._column + 1
        self.rows, self.columns = max(self.rows, self._place.line), max(self.columns, self._column)

    def data(self, text: str) -> None:
        """Take a piece of a value."""
        if self._value is not None and len(self._value) < _SHOWN:
            self._value += text

    def end(self, name: str) -> None:
        """Judge a cell that is complete."""
        if name != "c":
            return
        if self._type == "e":
            self.problems.append(Problem("cell-error", self._place, self._value or ""))
        elif self._has_formula and not self._value and self._type != "str":
            self.problems.append(Problem("formula", self._place))
        self._value = None


def _cell_problems(xml: bytes, file: str) -> list[Problem]:
    """Walk through a sheet.

    Raises:
      LedgerError: A stray cell makes the sheet so large that it cannot be read, or it has too many merged ranges.
      Exception: Whatever expat raises about what is no XML.
    """
    cells = _Cells(file)
    _parse(xml, cells.start, cells.end, cells.data)
    if cells.rows * cells.columns > CELL_LIMIT:
        detail = f"有内容的区域太大（{cells.rows} 行 {cells.columns} 列），请删去远处的零散单元格"
        raise LedgerError(refusal(file, detail))
    if cells.merged > MERGED_LIMIT:
        raise LedgerError(refusal(file, "合并单元格太多"))
    return cells.problems


def _matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    """Read where a row or a cell is; calamine ends the process when it takes memory for one beyond all sheets."""
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return found


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
