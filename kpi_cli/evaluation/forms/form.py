"""A printed form as data, and how its rows become a Table. Knows columns and ranges, not evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli import money, resources
from kpi_cli.evaluation.arithmetic import rounded, written
from kpi_cli.tables.header import header_rows
from kpi_cli.tables.table import Cell, Column, NumberFormat, Role, State, Table
from kpi_cli.toml_source import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Value = str | int | Decimal | Fraction | None
PERCENT_PLACES = 2
WAN_PLACES = 2


class Range(StrEnum):
    """Who a form is for: the office (everything), one unit (its own rows), the public (only allowed columns)."""

    OFFICE = "office"
    UNIT = "unit"
    PUBLIC = "public"


class FormColumn(NamedTuple):
    """One column of a form; `{option}`, `{component}` or `{tier}` in the header repeats it for each of them."""

    id: str
    header: str
    kind: str
    chars: int


@dataclass(frozen=True)
class Form:
    """A form of `templates/evaluation/forms.toml`.

    Attributes:
      id: Number, F1–F18.
      name: Short name.
      title: As printed above it; `{year}`.
      ranges: Where it may be printed.
      public: Columns that the public may see.
      columns: From left to right.
      note: Printed below it.
    """

    id: int
    name: str
    title: str
    ranges: frozenset[str]
    public: frozenset[str]
    columns: tuple[FormColumn, ...]
    note: str


@cache
def forms() -> tuple[Form, ...]:
    """Read the forms F1–F18."""
    data = read_toml(resources.templates() / "evaluation/forms.toml", "evaluation/forms.toml").data
    return tuple(
        Form(
            raw["id"],
            raw["name"],
            raw["title"],
            frozenset(raw["ranges"]),
            frozenset(raw["public"]),
            tuple(FormColumn(*column) for column in raw["columns"]),
            raw["note"],
        )
        for raw in data["form"]
    )


class Row(NamedTuple):
    """One row: values by column id, those of a repeated column by `id:key`."""

    values: Mapping[str, Value]
    role: Role = Role.ITEM


class Sheet(NamedTuple):
    """The rows of one table of a form.

    Attributes:
      rows: From top to bottom.
      name: What tells it from the other tables of the form (a unit, a category, a project), or "".
      note: Printed below it, before the form's own note.
    """

    rows: Sequence[Row]
    name: str = ""
    note: str = ""


class Paper(NamedTuple):
    """What every form of a year has in common.

    Attributes:
      year: Evaluation year.
      department: Who prints it.
      doc_no: 文号 of the scheme.
      places: Decimals of a score.
      rounding: One of ROUNDINGS.
      footnote: Printed below every form.
      repeated: `option`, `component`, `tier` → (key, word) of each.
    """

    year: int
    department: str
    doc_no: str
    places: int
    rounding: str
    footnote: str
    repeated: Mapping[str, Sequence[tuple[str, str]]]


def make_table(form: Form, sheet: Sheet, paper: Paper, viewer: Range) -> Table:
    """Lay out a form's rows as a neutral table.

    Args:
      form: The form.
      sheet: Its rows.
      paper: What all forms share.
      viewer: In the public range only the allowed columns are laid out at all.
    """
    allowed = [column for column in form.columns if viewer is not Range.PUBLIC or column.id in form.public]
    columns = list(_repeated(allowed, paper.repeated))
    heads = header_rows([tuple(column.header.split("/")) for column in columns], str)
    body = [
        tuple(_cell(row.values.get(column.id), column, paper, row.role) for column in columns) for row in sheet.rows
    ]
    title = form.title.format(year=paper.year) + (f"（{sheet.name}）" if sheet.name else "")
    return Table(
        form.id,
        f"evaluation-{form.id}",
        form.name + (f" {sheet.name}" if sheet.name else ""),
        title,
        f"单位（盖章）：{paper.department}",
        "填报日期：",
        paper.department,
        "元",
        tuple(Column(column.id, _kind(column.kind), column.chars, column.header.split("/")[-1]) for column in columns),
        (*heads, *body),
        len(heads),
        note="\n".join(part for part in (sheet.note, form.note, paper.footnote) if part),
        number=f"F{form.id}",
        source=paper.doc_no,
    )


def _repeated(columns: Iterable[FormColumn], repeated: Mapping[str, Sequence[tuple[str, str]]]) -> Iterable[FormColumn]:
    """Repeat neighbouring columns with a placeholder together: votes and share of one option, then of the next."""
    waiting: list[FormColumn] = []
    for column in (*columns, None):
        name = _placeholder(column, repeated) if column else ""
        if waiting and (not name or name != _placeholder(waiting[0], repeated)):
            own = _placeholder(waiting[0], repeated)
            for key, text in repeated[own]:
                for each in waiting:
                    header = each.header.replace(f"{{{own}}}", text)
                    yield each._replace(id=f"{each.id}:{key}", header=header)
            waiting = []
        if column and name:
            waiting.append(column)
        elif column:
            yield column


def _placeholder(column: FormColumn, repeated: Mapping[str, object]) -> str:
    return next((name for name in repeated if f"{{{name}}}" in column.header), "")


def _kind(kind: str) -> str:
    return {"text": "label", "percent": "percent"}.get(kind, "amount")


def _cell(value: Value, column: FormColumn, paper: Paper, role: Role) -> Cell:
    if value is None or value == "":
        return Cell(State.BLANK, role=role)
    if isinstance(value, str):
        return Cell(State.TEXT, value, role=role)
    if column.kind == "text":
        return Cell(State.TEXT, written(value), role=role)
    return _number_cell(value, column.kind, paper, role)


def _number_cell(value: int | Decimal | Fraction, kind: str, paper: Paper, role: Role) -> Cell:
    if kind == "wan":
        number = value if isinstance(value, Decimal) else Decimal(int(value))
        form = NumberFormat("万元", WAN_PLACES, "0.00")
        return Cell(State.AMOUNT, value=number, format=form, role=role, align="right")
    places = {"score": paper.places, "percent": PERCENT_PLACES, "count": 0}.get(kind)
    if places is None:
        places = money.printed_places(value) if isinstance(value, Decimal) else 0 if _is_whole(value) else paper.places
    number = rounded(value, places, paper.rounding)
    form = NumberFormat("元", places, "0" if places == 0 else "0.00", thousands=False)
    return Cell(State.AMOUNT, value=number, format=form, role=role, align="right")


def _is_whole(value: int | Fraction) -> bool:
    return value.denominator == 1
