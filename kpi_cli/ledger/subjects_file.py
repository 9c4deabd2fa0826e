"""A year's `subjects.csv`: local subject names over the bundled catalogue (columns kind, code, name)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from kpi_cli.ledger.report import missing_field
from kpi_cli.model import fields as f
from kpi_cli.model.subjects import KINDS
from kpi_cli.problems import Place, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi_cli.ledger.report import Report
    from kpi_cli.ledger.spreadsheet import Rows


def _kind(value: object) -> str:
    words = {word: key for key, word in KINDS.items()} | {"功能": "function", "经济": "economic"}
    key = words.get(str(value).strip(), str(value).strip())
    if key not in KINDS:
        raise f.FieldError("unknown-value", hint=suggestion(str(value), KINDS))
    return key


def _code(value: object) -> str:
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) in (3, 5, 7)):
        raise f.FieldError("unknown-value", hint="科目编码是 3、5 或 7 位数字")
    return text


FIELDS = (
    f.Field("kind", "种类", _kind, "function（功能科目）或 economic（经济科目）", "function", required=True),
    f.Field("code", "编码", _code, "科目编码", "2010601", required=True),
    f.Field("name", "名称", lambda value: str(value).strip(), "当年的科目名称", "行政运行", required=True),
)


def subjects_text(subjects: Mapping[tuple[str, str], str]) -> str:
    """Write a subjects file, in code order."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([field.name for field in FIELDS])
    writer.writerows((*key, name) for key, name in sorted(subjects.items()))
    return stream.getvalue()


def parse_subjects(rows: Rows, report: Report) -> dict[tuple[str, str], str]:
    """Turn the rows of a subjects file into (kind, code) → name; a later row wins over an earlier one."""
    from kpi_cli.ledger.spreadsheet import match_columns, parse_row

    columns = match_columns(rows, FIELDS)
    found: dict[tuple[str, str], str] = {}
    for number, cells in rows.body:
        values, problems = parse_row(columns, cells, Place(rows.file, number))
        report.errors += problems
        given = {field.name for field, text in zip(columns, cells, strict=False) if text}
        for field in FIELDS:
            if field.name not in given:
                report.errors.append(missing_field(field, Place(rows.file, number)))
        if len(values) == len(FIELDS):
            found[values["kind"], values["code"]] = values["name"]
    return found
