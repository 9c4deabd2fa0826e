"""Lists of records as JSON, as CSV that `kpi import` takes back, and as lines for the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kpi_cli import money
from kpi_cli.rendering.plain import to_csv, to_json
from kpi_cli.rendering.terminal import list_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi_cli.ledger.edit import Listed
    from kpi_cli.model.fields import Field, RecordKind
    from kpi_cli.rendering.styled import Text


def _value(field: Field, record: Any) -> str:
    """Write a field as its CSV column has it; "" where it is not given."""
    places = getattr(record, "places", None)
    if field.name == "amount_wan":
        return "" if places is None else f"{record.amount / money.WAN:.{places}f}"
    if field.name == "amount" and places is not None:
        return ""
    value = field.read(record) if field.read else getattr(record, field.name)
    if value in ("", None, (), {}):
        return ""
    if isinstance(value, bool):
        return "是" if value else ""
    written = field.write(value)
    if isinstance(written, Mapping):
        return json.dumps(written, ensure_ascii=False, default=str)
    if isinstance(written, list):
        return "、".join(map(str, written))
    return f"{written:f}" if isinstance(written, Decimal) else str(written)


def records_csv(columns: Sequence[Field], listed: Sequence[Listed]) -> str:
    """Write records in the import format: what an import reads back is the same records."""
    fields = [field for field in columns if any(_value(field, item.record) for item in listed) or field.required]
    rows = [[_value(field, item.record) for field in fields] for item in listed]
    return to_csv([[field.column or field.name for field in fields], *rows])


def records_json(year: int, kind: RecordKind, listed: Sequence[Listed]) -> str:
    """Write records in the JSON shape of CONTRACT.md; amounts are decimal text, what is not given is null."""
    records = [
        {
            "ref": item.ref,
            "file": item.record.source.file,
            "line": item.record.source.line,
            **{field.name: _json_value(field, item.record) for field in kind.fields},
        }
        for item in listed
    ]
    return to_json({"year": year, "kind": kind.plural, "records": records})


def _json_value(field: Field, record: Any) -> Any:
    if field.name == "amount":  # always in 元, also where it was given in 万元
        return None if record.amount is None else f"{record.amount:f}"
    if field.name == "amount_wan":
        return _value(field, record) or None
    value = field.read(record) if field.read else getattr(record, field.name)
    if isinstance(value, (bool, int)):
        return value
    return _value(field, record) or None


def records_lines(columns: Sequence[Field], listed: Sequence[Listed]) -> list[Text]:
    """Lay out records for the terminal: the columns that some record uses, amounts to the right."""
    fields = [field for field in columns if any(_value(field, item.record) for item in listed)]
    header = ["引用", "行", *(field.label for field in fields)]
    rows = [
        [item.ref, str(item.record.source.line), *(_value(field, item.record) for field in fields)] for item in listed
    ]
    amounts = [i for i, field in enumerate(fields, 2) if field.name in ("amount", "amount_wan", "executed")]
    return list_lines(header, rows, right=[1, *amounts])
