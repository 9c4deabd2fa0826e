"""Trace: from one figure of a table back to the records that make it up, and the arithmetic between. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli.errors import UsageError
from kpi_cli.problems import Problem, suggestion
from kpi_cli.tables.table import Cell, Difference, Growth, State, Sum, Table, address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

_ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Step:
    """One cell that a figure is computed from.

    Attributes:
      sign: `+`, `-`, or `÷` for the base of a rate.
      cell: Its address.
      label: Row and column in words.
      value: As printed.
    """

    sign: str
    cell: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """One record behind a figure.

    Attributes:
      file: File in the ledger.
      line: 1-based line.
      amount: 元; None is unknown.
      sign: 1, or -1 where it is subtracted.
      record: The record itself.
    """

    file: str
    line: int
    amount: Decimal | None
    sign: int
    record: Any


@dataclass(frozen=True)
class Trace:
    """Where a figure comes from.

    Attributes:
      table: Number of the table.
      title: Its title.
      cell: Address as in the exported sheet.
      label: Row and column in words.
      value: As printed, in `money_unit`.
      money_unit: 元, 万元, or %.
      steps: The cells of the same table that it is computed from; none for a leaf.
      records: Every record behind it, in ledger order.
    """

    table: int
    title: str
    cell: str
    label: str
    value: str
    money_unit: str
    steps: tuple[Step, ...]
    records: tuple[Contribution, ...]


def find_cell(table: Table, text: str) -> tuple[int, int]:
    """Find a figure by its address in the exported sheet (`E12`), or as `ROW/COLUMN` by code or text.

    Returns:
      (row, column), 0-based over `table.rows`.
    Raises:
      UsageError: No such figure, or several; the candidates are named.
    """
    figures = {(r, c) for r, c, _ in table.figures()}
    match = _ADDRESS.fullmatch(text)
    if match:
        known = {address(table.first_row + r, c): (r, c) for r, c in figures}
        if text.upper() in known:
            return known[text.upper()]
        raise _unknown(table, text, sorted(known, key=lambda name: (len(name), name)))
    row, slash, column = text.partition("/")
    if not slash:
        raise _unknown(table, text, [])
    found = sorted((r, c) for r, c in figures if _is_row(table, r, c, row) and _is_column(table, c, column))
    if len(found) == 1:
        return found[0]
    if not found:
        raise _unknown(table, text, [])
    names = "、".join(f"{address(table.first_row + r, c)} {_label(table, r, c)}" for r, c in found[:8])
    raise UsageError(Problem("ambiguous-cell", value=text, facts={"count": len(found), "names": names}))


def _unknown(table: Table, text: str, known: Sequence[str]) -> UsageError:
    hint = (
        suggestion(text.upper(), known)
        if known and len(known) < 20
        else "请写成 E12 这样的地址，或 行/列，例如 201/合计"
    )
    return UsageError(Problem("unknown-cell", value=text, facts={"table": table.id, "hint": hint}))


def _is_row(table: Table, r: int, c: int, wanted: str) -> bool:
    for block in table.blocks:
        if block.first <= c <= block.last:
            texts = {table.rows[r][k].text for k in range(block.first, block.last + 1)}
            return wanted == block.keys[r] or wanted in texts or any(_bare(text) == wanted for text in texts)
    return False


def _is_column(table: Table, c: int, wanted: str) -> bool:
    column = table.columns[c]
    return wanted in (column.id, column.title) or wanted == "/".join(table.header_path(c))


def _bare(text: str) -> str:
    """Drop the numbering in front of a label: `二、事业收入` is found as 事业收入."""
    return re.sub(r"^([一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|[0-9]+[.、])\s*", "", text)


def _label(table: Table, r: int, c: int) -> str:
    block = next(block for block in table.blocks if block.first <= c <= block.last)
    texts = [table.rows[r][k].text for k in range(block.first, block.last + 1) if table.rows[r][k].state is State.TEXT]
    return f"{' '.join(texts)} / {' '.join(table.header_path(c))}".strip(" /")


def trace_cell(table: Table, row: int, column: int, records: Mapping[str, Sequence[Any]]) -> Trace:
    """Trace one figure.

    Args:
      table: The table.
      row: 0-based row over `table.rows`.
      column: 0-based column.
      records: `line`, `income`, `sangong` → the records of the year.
    """
    cell = table.rows[row][column]
    steps = tuple(
        Step(sign, address(table.first_row + r, c), _label(table, r, c), table.rows[r][c].printed)
        for sign, r, c in _parts(cell)
    )
    found = sorted(_records(table, row, column, records, 1), key=lambda item: (item.file, item.line))
    unit = cell.format.money_unit if cell.format else table.money_unit
    name = address(table.first_row + row, column)
    return Trace(table.id, table.title, name, _label(table, row, column), cell.printed, unit, steps, tuple(found))


def _parts(cell: Cell) -> Iterator[tuple[str, int, int]]:
    formula = cell.formula
    if isinstance(formula, Sum):
        yield from (("+", r, c) for r, c in formula.cells)
    elif isinstance(formula, Difference):
        yield ("+", *formula.minuend)
        yield ("-", *formula.subtrahend)
    elif isinstance(formula, Growth):
        yield ("+", *formula.current)
        yield ("÷", *formula.base)


def _records(
    table: Table, row: int, column: int, records: Mapping[str, Sequence[Any]], sign: int
) -> Iterator[Contribution]:
    cell = table.rows[row][column]
    selection = cell.selection
    if selection is not None and not selection.year_offset:
        for record in selection.pick(records.get(selection.records, ())):
            yield Contribution(record.source.file, record.source.line, record.amount, sign, record)
    for mark, r, c in _parts(cell):
        yield from _records(table, r, c, records, -sign if mark in "-÷" else sign)
