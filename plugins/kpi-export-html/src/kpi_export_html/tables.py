"""Tables: real table markup with a caption, header cells in scope of their columns and rows, and a scrolling frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.api import Cell, Role, State, Table
from kpi_export_html.markup import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDE = 7
"""Columns from which a table is printed on a landscape page."""


def table_figure(table: Table, name: str) -> str:
    """Return one table with its title, unit and note."""
    wide = " wide" if len(table.columns) >= WIDE else ""
    head = "\n".join(f"<tr>{''.join(_head_cells(row))}</tr>" for row in table.rows[: table.header_rows])
    body = "\n".join(f"<tr>{''.join(_body_cells(row, table))}</tr>" for row in table.body)
    note = f'\n<p class="note">{escaped(table.note)}</p>' if table.note else ""
    return f"""<figure class="table{wide}" id="{name}">
<div class="frame" role="region" aria-labelledby="{name}-title" tabindex="0">
<table>
<caption id="{name}-title"><span class="title">{escaped(table.title)}</span>
<span class="label">{escaped(table.label)}</span> <span class="unit">{escaped(table.unit_label)}</span></caption>
<thead>
{head}
</thead>
<tbody>
{body}
</tbody>
</table>
</div>{note}
</figure>"""


def _head_cells(row: Sequence[Cell]) -> Iterator[str]:
    for cell in row:
        if cell.state is not State.COVERED:
            scope = "colgroup" if cell.columns > 1 else "col"
            text = escaped(cell.printed)
            yield f'<th scope="{scope}"{_spans(cell)}>{text}</th>' if text else f"<td{_spans(cell)}></td>"


def _body_cells(row: Sequence[Cell], table: Table) -> Iterator[str]:
    for column, cell in enumerate(row):
        if cell.state is State.COVERED:
            continue
        text, spans = escaped(cell.printed), _spans(cell)
        if text and (table.columns[column].kind == "label" or cell.columns > 1):
            yield f'<th scope="row"{spans}{_style(cell)}>{text}</th>'
        else:
            yield f"<td{spans}{_style(cell)}>{text}</td>"


def _style(cell: Cell) -> str:
    names = []
    if cell.is_number or cell.state is State.UNKNOWN:
        names.append("number")
    if cell.role in (Role.TOTAL, Role.SUBTOTAL):
        names.append(cell.role.value)
    if cell.indent:
        names.append(f"indent{min(cell.indent, 3)}")
    return f' class="{" ".join(names)}"' if names else ""


def _spans(cell: Cell) -> str:
    counts = (("rowspan", cell.rows), ("colspan", cell.columns))
    return "".join(f' {name}="{count}"' for name, count in counts if count > 1)
