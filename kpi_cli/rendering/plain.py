"""Tables and record lists as CSV, JSON and Markdown, in the shapes of CONTRACT.md."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from kpi_cli.formulas import guarded
from kpi_cli.tables.table import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.tables.table import Table


def to_csv(rows: Iterable[Sequence[str]]) -> str:
    """Write rows as CSV: UTF-8 text, one line a row, quotes only where needed.

    Text that a spreadsheet would take for a formula (`=1+1`) gets an apostrophe in front, which spreadsheets show as
    text and `kpi import` takes off again; numbers, negative ones too, stay as they are.
    """
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([guarded(cell) for cell in row] for row in rows)
    return stream.getvalue()


def to_json(value: Any) -> str:
    """Write a value as JSON that people can read: Chinese as it is, two spaces, keys in the given order."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def table_csv(table: Table) -> str:
    """Write a table as printed: header rows first, plain digits, blank where blank is printed."""
    return to_csv(table.plain_rows())


def tables_json(disclosure: Disclosure) -> str:
    """Write the disclosure's tables in the JSON shape of CONTRACT.md; an unknown figure is null."""
    tables = [
        {
            "id": table.id,
            "title": table.title,
            "department": table.department,
            "money_unit": table.money_unit,
            "header_rows": table.header_rows,
            "first_row": table.first_row,
            "rows": [[None if c.state is State.UNKNOWN else c.plain for c in row] for row in table.rows],
            "note": table.note,
        }
        for table in disclosure.tables
    ]
    return to_json({"year": disclosure.year, "table_set": disclosure.table_set, "tables": tables})


def table_markdown(table: Table) -> str:
    """Write a table as GitHub Markdown; header levels are joined with ` / `, since Markdown cannot merge cells."""
    heads = [" / ".join(dict.fromkeys(table.header_path(c))) for c in range(len(table.columns))]
    marks = ["---:" if column.kind in ("amount", "percent") else "---" for column in table.columns]
    lines = [f"## {table.title}", "", f"{table.label}　{table.unit_label}", "", _row(heads), _row(marks)]
    lines += [_row([cell.printed for cell in row]) for row in table.body]
    lines += ["", table.note] if table.note else []
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
