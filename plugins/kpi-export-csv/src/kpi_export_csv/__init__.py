"""Exports a disclosure as a Frictionless Data Package: one CSV per table with its schema, and `datapackage.json`.

Amounts are plain decimal numbers in the table's own unit, as printed; a column `row_type` tells items, subtotals and
totals apart, so that sums are not counted twice. Source: Data Package v1 and Table Schema (specs.frictionlessdata.io).
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from kpi_cli.api import Exporter, State, hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpi_cli.api import Cell, Disclosure, Host, Table

UNKNOWN = "—"
ROW_TYPE = "row_type"
_MARKS, _BLANK = "=+-@＝＋－＠", " \t\r\n\u3000"


class CsvExporter(Exporter):
    """Makes nine CSV files and their description."""

    PLUGIN_NAME = "csv"
    title = "数据包（CSV 与说明）"
    extension = ".csv"
    mime_type = "text/csv"

    def export(self, disclosure: Disclosure, options: Any, host: Host) -> Mapping[str, bytes]:
        """Return `datapackage.json` and `tables/NN.csv`."""
        del options, host
        tables = {f"tables/{table.id:02}.csv": table for table in disclosure.tables}
        files = {path: _csv(table) for path, table in tables.items()}
        package = {
            "profile": "tabular-data-package",
            "name": f"budget-{disclosure.year}",
            "title": disclosure.title,
            "description": f"{disclosure.department} {disclosure.year} 年公开表，表套 {disclosure.table_set}",
            "resources": [_resource(path, table) for path, table in tables.items()],
        }
        return {"datapackage.json": _json(package), **files}


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _csv(table: Table) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*_names(table), ROW_TYPE])
    for row in table.body:
        writer.writerow([*map(_text, row), _row_type(row)])
    return stream.getvalue().encode()


def _text(cell: Cell) -> str:
    if cell.value is not None and cell.format is not None:
        return f"{cell.format.number(cell.value):f}"
    return UNKNOWN if cell.state is State.UNKNOWN else _guarded(cell.text)


def _guarded(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula: people open CSV files in Excel."""
    begins = text.lstrip(f"'{_BLANK}")[:1]
    return f"'{text}" if begins and begins in _MARKS and text.strip(_MARKS + _BLANK) else text


def _row_type(row: Sequence[Cell]) -> str:
    roles = {cell.role.value for cell in row}
    return next((role for role in ("total", "subtotal") if role in roles), "item")


def _names(table: Table) -> list[str]:
    """Return one name per column: the header texts above it, numbered where they repeat."""
    names: list[str] = []
    for column in range(len(table.columns)):
        name = "/".join(dict.fromkeys(table.header_path(column))) or table.columns[column].id or "列"
        number = sum(known.partition("#")[0] == name for known in names)
        names.append(f"{name}#{number + 1}" if number else name)
    return names


def _resource(path: str, table: Table) -> dict[str, Any]:
    fields = [_field(name, column.kind, table) for name, column in zip(_names(table), table.columns, strict=True)]
    kinds = {"name": ROW_TYPE, "type": "string", "constraints": {"enum": ["item", "subtotal", "total"]}}
    resource = {
        "name": f"table-{table.id}",
        "title": table.title,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "money_unit": table.money_unit,
        "label": table.label,
        "unit_label": table.unit_label,
        "schema": {"fields": [*fields, kinds], "missingValues": ["", UNKNOWN]},
    }
    return resource | ({"description": table.note} if table.note else {})


def _field(name: str, kind: str, table: Table) -> dict[str, Any]:
    if kind in ("amount", "percent"):
        unit = "%" if kind == "percent" else table.money_unit
        return {"name": name, "type": "number", "bareNumber": True, "unit": unit}
    return {"name": name, "type": "string"}


@hookimpl
def kpi_register_exporters() -> Sequence[type[Exporter]]:
    """Offer the exporter to kpi."""
    return [CsvExporter]
