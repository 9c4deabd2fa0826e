"""Table sets and table definitions as values: what a table looks like and which records it counts.

They are read from TOML by `definition_reader`; docs/table-sets.md describes every key. Nothing is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.errors import UsageError
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from pathlib import Path

    from kpi_cli.tables.selection import Selection

COLUMN_KINDS = ("code", "label", "amount", "sum", "difference", "growth")
ROLES = (
    "summary",
    "income",
    "expenditure",
    "appropriation",
    "general",
    "basic",
    "sangong",
    "government_fund",
    "state_capital",
    "by_economic",
    "other",
)
"""What a table is about, the same in all sets: rules find tables by it. `other` is any table beyond the nine."""

GROWN_FIELDS = {"function_code": "function", "economic_code": "economic", "budget_unit": ""}
FIRST_NUMERAL = "一"


class ColumnDefinition(NamedTuple):
    """One column of a block.

    Attributes:
      id: Name that `sum`, `minuend` … refer to.
      kind: One of COLUMN_KINDS.
      header: Header texts from the top down; equal neighbours merge.
      digits: For `code`: which digits of the row's code stand here, as (start, end).
      selection: For `amount`: what it counts on top of its block and row.
      parts: For `sum`: the columns that it adds; for `difference` and `growth`: (current, base).
      optional: Left out where no record of the block belongs in it.
      memo: A “其中” column, which repeats what another column counts.
      figure: Figure key under which comparatives.toml holds it, where last year's ledger is missing; {code} in it
        is the row's code.
      chars: Preferred width in half-width characters.
      decimals: Its own decimals, or None for the table's.
    """

    id: str
    kind: str
    header: tuple[str, ...]
    digits: tuple[int, int] = (0, 0)
    selection: Selection | None = None
    parts: tuple[str, ...] = ()
    optional: bool = False
    memo: bool = False
    figure: str = ""
    chars: int = 16
    decimals: int | None = None


class RowDefinition(NamedTuple):
    """One fixed row, or a group of rows that grows from the ledger.

    Attributes:
      id: Name that `sum` refers to, and that `trace` finds.
      label: Text of a fixed row.
      selection: What the row counts; None for a row that adds others, or that stays blank.
      parts: Rows (or groups) that it adds.
      role: `item`, `subtotal` or `total`.
      anchor: Rows of neighbouring blocks with the same anchor stand on one line.
      indent: Steps to the right; grown rows of lower levels go further.
      optional: Left out where no record belongs in it.
      grow: Field whose values make the rows, or "".
      levels: For codes: lengths that get a row each; the last one is the leaf.
      numbering: How the top rows are numbered, by the pattern of the first (`一、`, `（一）`); "" for not at all.
      always: Codes that get a row even without records.
      figure: Figure key for comparatives, as in ColumnDefinition.
    """

    id: str
    label: str = ""
    selection: Selection | None = None
    parts: tuple[str, ...] = ()
    role: str = "item"
    anchor: str = ""
    indent: int = 0
    optional: bool = False
    grow: str = ""
    levels: tuple[int, ...] = ()
    numbering: str = ""
    always: tuple[str, ...] = ()
    figure: str = ""


class BlockDefinition(NamedTuple):
    """A group of neighbouring columns that counts one kind of record; two-sided tables have two or three.

    Attributes:
      scope: The records that belong in the block: each shows up in exactly one leaf row.
      columns: From left to right.
      rows: From top to bottom.
    """

    scope: Selection
    columns: tuple[ColumnDefinition, ...]
    rows: tuple[RowDefinition, ...]


class TableDefinition(NamedTuple):
    """One table of a set; texts are already those of the level (部门 or 单位) asked for.

    Attributes: see `Table`; texts may hold {year}, {previous_year} and {department}. With `fixed_decimals`
    only the ledger's `[display.tables.N]` changes the decimals, not its general `[display]`: a 万元 table among
    yuan tables keeps its two places when the ledger chooses whole yuan.
    """

    number: int
    role: str
    name: str
    title: str
    label: str
    unit_label: str
    money_unit: str
    decimals: int
    fixed_decimals: bool
    zero: str
    thousands: bool
    blocks: tuple[BlockDefinition, ...]
    note: str
    note_when_empty: str
    tag: str
    title_row: int
    label_row: int
    first_row: int
    source: str
    inferred: str
    file: str


@dataclass(frozen=True)
class TableSet:
    """A table set's manifest.

    Attributes:
      name: Folder name, as in `table_set`.
      title: Chinese name.
      source: Where the set comes from.
      document_title: Title of the document, with {year} and {department}.
      typography: `gongwen` (GB/T 9704) or `plain`.
      numbers: Numbers of its tables, in order.
      folder: Where it lies.
      entries: (number, level or "", form or "", file) of each definition.
      base: Name of the set that it extends, or "".
    """

    name: str
    title: str
    source: str
    document_title: str
    typography: str
    numbers: tuple[int, ...]
    folder: Path
    entries: tuple[tuple[int, str, str, Path], ...] = field(repr=False)
    base: str = ""

    def file_for(self, number: int, level: str, form: str) -> Path:
        """Return the definition file of a table for a level and an optional form.

        Raises:
          UsageError: The set has no such table, or no such form of it.
        """
        mine = [entry for entry in self.entries if entry[0] == number]
        if not mine:
            hint = f"表套 {self.name} 有：" + "、".join(map(str, self.numbers))
            raise UsageError(Problem("unknown-table-id", value=str(number), facts={"hint": hint}))
        forms = [entry for entry in mine if entry[2] == form] if form else mine
        if not forms:
            hint = suggestion(form, [entry[2] for entry in mine if entry[2]], among="该表可用的表式")
            raise UsageError(Problem("unknown-value", value=form, facts={"field": "表式", "hint": hint}))
        fitting = [entry for entry in forms if entry[1] in (level, "")]
        return (fitting or forms)[0][3]
