"""The one computation: (records, table definition) → Table. Pure; reads no file, clock or environment.

Rows come from `rows`, figures from `cells`; here blocks are put side by side and the texts around them filled in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kpi_cli.tables.cells import BlockCells
from kpi_cli.tables.header import header_rows
from kpi_cli.tables.rows import TableFacts, fill_text
from kpi_cli.tables.table import Column, NumberFormat, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi_cli.model.records import TableDisplay
    from kpi_cli.tables.definition import ColumnDefinition, TableDefinition


def compute_table(definition: TableDefinition, facts: TableFacts, display: TableDisplay) -> Table:
    """Compute one table.

    Args:
      definition: The table; its texts are those of the level.
      facts: The records of the year, and of the year before where known.
      display: The ledger's choice of decimals, zero and thousands; None leaves the definition's.
    Returns:
      The table. Amounts are exact yuan; how they are shown is in each cell's format.
    Source:
      definition.source, the document that prescribes the table.
    """
    number_format = NumberFormat(
        definition.money_unit,
        definition.decimals if display.decimals is None else display.decimals,
        display.zero or definition.zero,
        definition.thousands if display.thousands is None else display.thousands,
    )
    blocks = [BlockCells(block, facts, number_format) for block in definition.blocks]
    heads = header_rows([column.header for block in blocks for column in block.columns], _fill(facts))
    height = _align(blocks)
    offset = 0
    grids = []
    for block in blocks:
        grids.append(block.cells(len(heads), offset))
        offset += len(block.columns)
    body = [tuple(cell for grid in grids for cell in grid[r]) for r in range(height)]
    table = Table(
        definition.number,
        definition.role,
        definition.name,
        fill_text(definition.title, facts),
        fill_text(definition.label, facts),
        fill_text(definition.unit_label, facts),
        facts.department,
        definition.money_unit,
        tuple(_column(c, _fill(facts)) for block in blocks for c in block.columns),
        (*heads, *body),
        len(heads),
        title_row=definition.title_row,
        label_row=definition.label_row,
        first_row=definition.first_row,
        number=fill_text(definition.tag, facts),
        source=definition.source,
        blocks=tuple(block.structure(height) for block in blocks),
    )
    note = definition.note_when_empty if table.is_empty else definition.note
    return replace(table, note=fill_text(note, facts))


def _fill(facts: TableFacts) -> Callable[[str], str]:
    return lambda text: fill_text(text, facts)


def _column(definition: ColumnDefinition, fill: Callable[[str], str]) -> Column:
    kind = {"code": "code", "label": "label", "growth": "percent"}.get(definition.kind, "amount")
    return Column(definition.id, kind, definition.chars, fill(definition.header[-1]))


def _align(blocks: list[BlockCells]) -> int:
    """Give every row of every block its line: top-aligned, rows of one anchor on one line. Returns the height."""
    segments = [block.segments() for block in blocks]
    anchors: list[str] = []
    for own in segments:  # an anchor of one block only keeps its place between those that it shares
        at = 0
        for anchor, _ in own:
            if anchor not in anchors:
                anchors.insert(at, anchor)
            at = anchors.index(anchor) + 1
    line = 0
    for anchor in anchors:
        parts = [dict(own).get(anchor, []) for own in segments]
        for rows in parts:
            for i, row in enumerate(rows):
                row.at = line + i
        line += max(map(len, parts), default=0)
    return line
