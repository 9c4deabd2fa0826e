"""Rows of a CSV or XLSX file as text, with the row number that a person sees.

CSV: UTF-8 with or without BOM, or GB18030. XLSX (and XLS): the first sheet; merged cells and formulas without a
result in the data are refused. Numbers of a spreadsheet become the text that a person reads in the cell.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli.bounds import COLUMN_LIMIT, ROW_LIMIT, read_stream
from kpi_cli.errors import LedgerError
from kpi_cli.formulas import unguarded
from kpi_cli.model import fields as f
from kpi_cli.problems import Place, Problem, system_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an XLSX file begins, and an XLS file."""


@dataclass(frozen=True)
class Rows:
    """A header and the rows below it.

    Attributes:
      file: Name to show.
      header: Column names as they stand.
      header_row: Its 1-based row number.
      body: (row number, cells) of every row that is not blank.
    """

    file: str
    header: tuple[str, ...]
    header_row: int
    body: tuple[tuple[int, tuple[str, ...]], ...]


def read_rows(path: Path, file: str) -> Rows:
    """Read a CSV or XLSX file.

    Args:
      path: The file; its beginning decides what it is, not its ending.
      file: Name to show in problems.
    Raises:
      LedgerError: It cannot be read, or holds no header.
    """
    try:
        raw = read_stream(path)
    except OSError as error:
        raise LedgerError(Problem("unreadable", Place(file), facts={"detail": system_reason(error)})) from None
    return parse_rows(raw, file)


def parse_rows(raw: bytes, file: str) -> Rows:
    """Parse the bytes of a CSV or XLSX file; see `read_rows`."""
    if raw.startswith((_ZIP, _OLE)):
        return _frame(_workbook_rows(raw, file), file)
    return _frame(_csv_rows(raw, file), file)


def _frame(rows: Iterable[tuple[int, Sequence[str]]], file: str) -> Rows:
    filled = [(number, tuple(cell.strip() for cell in cells)) for number, cells in rows]
    filled = [(number, cells) for number, cells in filled if any(cells)]
    _refuse_more(file, len(filled))
    if not filled:
        raise LedgerError(Problem("empty-file", Place(file)))
    number, header = filled[0]
    while header and not header[-1]:
        header = header[:-1]
    return Rows(file, header, number, tuple(filled[1:]))


def _refuse_more(file: str, rows: int, columns: int = 0) -> None:
    for what, count, limit in (("行", rows - 1, ROW_LIMIT), ("列", columns, COLUMN_LIMIT)):
        if count > limit:
            raise LedgerError(Problem("too-many", Place(file), facts={"limit": limit, "what": what}))


def decode(raw: bytes, file: str) -> str:
    """Decode a text file: UTF-8 (BOM allowed), else GB18030, the encoding of Chinese spreadsheets' CSV.

    Raises:
      LedgerError: It is neither.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise LedgerError(Problem("encoding", Place(file)))


def _csv_rows(raw: bytes, file: str) -> Iterable[tuple[int, Sequence[str]]]:
    reader = csv.reader(io.StringIO(decode(raw, file), newline=""), strict=True)
    rows, start = [], 1
    try:
        for cells in reader:
            if cells:
                rows.append((start, [unguarded(cell) for cell in cells]))
                _refuse_more(file, len(rows), len(cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise LedgerError(Problem("csv-syntax", Place(file, reader.line_num), facts={"detail": str(error)})) from None
    return rows


def _workbook_rows(raw: bytes, file: str) -> Iterable[tuple[int, Sequence[str]]]:
    from kpi_cli.ledger import sheet
    from kpi_cli.ledger.workbook import open_workbook, refusal

    read, problems = sheet.read_sheet_apart, list[Problem]()
    if raw.startswith(_ZIP):
        read = sheet.read_sheet
        raw, problems = open_workbook(raw, file)
    try:
        values, merged = read(raw)
    except sheet.SheetError:
        raise LedgerError(refusal(file, "文件已损坏或已加密")) from None
    header = next((i for i, row in enumerate(values) if any(str(cell).strip() for cell in row)), 0)
    problems += [Problem("merged-cells", Place(file, top + 1)) for (top, _), (bottom, _) in merged if bottom > header]
    if problems:
        raise LedgerError(sorted(problems, key=lambda problem: problem.place.line))
    return [(number, [cell_text(cell) for cell in row]) for number, row in enumerate(values, 1)]


def cell_text(value: Any) -> str:
    """Write a spreadsheet value as a person reads it: whole floats without `.0`, others with 15 digits."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        from decimal import Decimal

        return str(int(value)) if value.is_integer() else format(Decimal(f"{value:.15g}"), "f")
    return str(value)


def match_columns(rows: Rows, fields: Sequence[f.Field]) -> list[f.Field]:
    """Return the field of each header cell.

    Raises:
      LedgerError: Unknown, repeated, or missing required columns, all at once.
    """
    by_spelling = {_fold(spelling): field for field in fields for spelling in field.spellings}
    columns = "、".join(f"{field.column or field.name} {field.label}" for field in fields)
    place = Place(rows.file, rows.header_row)
    found: list[f.Field] = []
    problems: list[Problem] = []
    for name in rows.header:
        field = by_spelling.get(_fold(name))
        if field is None:
            problems.append(Problem("unknown-column", place, name or "空列名", {"columns": columns}))
        elif field in found:
            problems.append(Problem("duplicate-column", place, name))
        else:
            found.append(field)
    given = {field.name for field in found}
    for field in fields:
        either = {"amount", "amount_wan"} if field.name == "amount" else {field.name}
        if field.required and not given & either:
            facts = {"key": field.column or field.name, "field": field.label}
            problems.append(Problem("missing-column", place, facts=facts))
    if problems:
        raise LedgerError(problems)
    return found


def _fold(text: str) -> str:
    return "".join(text.translate(str.maketrans("（）", "()")).split()).lower()


def parse_row(
    columns: Sequence[f.Field], cells: Sequence[str], place: Place
) -> tuple[Mapping[str, Any], list[Problem]]:
    """Parse one row's cells by their columns; empty cells are "not given".

    Returns:
      (canonical values by field name, problems of this row)
    """
    from kpi_cli.ledger.report import field_problem

    values: dict[str, Any] = {}
    problems: list[Problem] = []
    if any(cells[len(columns) :]):
        problems.append(Problem("row-width", place, facts={"count": len(cells), "width": len(columns)}))
    for field, text in zip(columns, cells, strict=False):
        if text:
            try:
                values[field.name] = field.parse(text)
            except f.FieldError as error:
                problems.append(field_problem(error, field, place, text))
    return values, problems
