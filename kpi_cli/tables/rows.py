"""The rows of a block: fixed ones, and those that grow from the ledger's codes and units.

Every record of the block belongs to exactly one leaf row; what lacks a code gets a row 未列科目.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kpi_cli.tables.definition import FIRST_NUMERAL, GROWN_FIELDS, BlockDefinition, ColumnDefinition, RowDefinition
from kpi_cli.tables.selection import Selection
from kpi_cli.tables.table import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from kpi_cli.model.subjects import SubjectCatalogue

UNLISTED = "未列科目"
"""Label of the row for records without a code: they are shown, never dropped (rule IN-00)."""

_NUMERALS = "零一二三四五六七八九十"


def numeral(number: int) -> str:
    """Write 1–99 in Chinese, as in 一、二、…十一、."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


@dataclass(frozen=True)
class TableFacts:
    """What tables are computed from.

    Attributes:
      year: Budget year.
      level: Key of LEVEL.
      department: Name to print.
      code: Code of the department or unit.
      records: (`line` | `income` | `sangong`, year offset) → records; a missing key means "not known".
      names: Subject names of the year.
      units: Budget unit code → name.
      comparatives: Last year's figures by key, in 元.
    """

    year: int
    level: str
    department: str
    code: str
    records: Mapping[tuple[str, int], Sequence[Any]]
    names: SubjectCatalogue
    units: Mapping[str, str] = field(default_factory=dict)
    comparatives: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass
class Row:
    """A row of one block while the table is being made; `exact` is the whole value that a grown row stands for."""

    key: str
    label: str
    role: Role
    definition: RowDefinition
    code: str = ""
    indent: int = 0
    selection: Selection | None = None
    exact: str | None = None
    children: list[Row] = field(default_factory=list)
    parent: bool = False
    is_grown: bool = False
    at: int = -1

    @property
    def is_sum(self) -> bool:
        """Tell whether the row adds other rows."""
        return bool(self.children) or bool(self.definition.parts and not self.is_grown)


def fill_text(template: str, facts: TableFacts) -> str:
    """Put year and department into a text of a definition."""
    for name, value in (
        ("{year}", facts.year),
        ("{previous_year}", facts.year - 1),
        ("{department}", facts.department),
    ):
        template = template.replace(name, str(value))
    return template


class BlockRows:
    """One block while its table is being made: the columns that it has, and its rows, fixed and grown.

    Args:
      definition: The block.
      facts: What the table is computed from.
    """

    def __init__(self, definition: BlockDefinition, facts: TableFacts) -> None:
        self.definition = definition
        self.facts = facts
        self.scope = definition.scope
        kind = self.scope.records
        self.picked: dict[int, list[Any] | None] = {}
        for offset in (0, -1):
            records = facts.records.get((kind, offset))
            self.picked[offset] = None if records is None else self.scope.pick(records)
        self.columns = [c for c in definition.columns if not c.optional or self._has_records(c.selection)]
        self.index = {c.id: i for i, c in enumerate(self.columns) if c.id}
        self.by_column = [self._records_of(c) for c in self.columns]
        self.rows: list[Row] = []
        self.groups: dict[str, list[Row]] = {}
        for row in definition.rows:
            self._add(row)

    # records

    def _has_records(self, selection: Selection | None) -> bool:
        records = self.picked[selection.year_offset if selection else 0] or ()
        return bool(selection.pick(records)) if selection else bool(records)

    def _records_of(self, column: ColumnDefinition) -> list[Any] | None:
        if column.selection is None:
            return []
        records = self.picked[column.selection.year_offset]
        return None if records is None else column.selection.pick(records)

    # rows

    def _add(self, definition: RowDefinition) -> None:
        if definition.grow:
            rows = self._subjects(definition) if definition.levels else self._units(definition)
            self.groups[definition.id] = [row for row in rows if not row.parent]
            self.rows += rows
            return
        if definition.optional and definition.selection and not self._has_records(definition.selection):
            self.groups[definition.id] = []
            return
        row = Row(
            definition.id,
            fill_text(definition.label, self.facts),
            Role(definition.role),
            definition,
            indent=definition.indent,
            selection=definition.selection,
        )
        self.groups[definition.id] = [row]
        self.rows.append(row)

    def _grown(self, definition: RowDefinition) -> list[Any]:
        """Return the records that rows grow from: last year's too, where a column shows last year."""
        selection = definition.selection
        years = {c.selection.year_offset for c in self.columns if c.selection}
        records = [r for offset in (0, -1) if offset in years for r in (self.picked[offset] or ())]
        return selection.pick(records) if selection else records

    def _subjects(self, definition: RowDefinition) -> list[Row]:
        """Grow rows by 类/款/项: a row per code at each level, subtotals above their children."""
        name, levels = definition.grow, definition.levels
        given = {getattr(record, name) for record in self._grown(definition)}
        codes = {code[: levels[-1]] for code in given | set(definition.always) if code}
        nodes = {code[:level] for code in codes for level in levels if len(code) >= level}
        rows: dict[str, Row] = {}
        made: list[Row] = []
        for code in sorted(nodes):
            row = self._subject_row(definition, code)
            above = [rows[code[:level]] for level in levels if level < len(code) and code[:level] in rows]
            if above:
                above[-1].children.append(row)
                above[-1].role = Role.SUBTOTAL
                row.parent = True
            rows[code] = row
            made.append(row)
        for code in sorted(codes, reverse=True):  # records coded at a level that also has children
            parent = rows.get(code)
            if parent is not None and parent.children and code in given:
                made.insert(made.index(parent) + 1, self._unlisted(definition, code, parent))
        coarse = [code for code in sorted(given) if len(code) < levels[0]]  # no code, or one that no row is for
        made += [self._unlisted(definition, code, None) for code in coarse]
        if definition.numbering:
            tops = [row for row in made if not row.parent]
            for number, row in enumerate(tops, 1):
                row.label = definition.numbering.replace(FIRST_NUMERAL, numeral(number)) + row.label
        return made

    def _subject_row(self, definition: RowDefinition, code: str) -> Row:
        kind = GROWN_FIELDS[definition.grow]
        return Row(
            code,
            self._subject_name(kind, code),
            Role.ITEM,
            definition,
            code=code,
            indent=definition.indent + definition.levels.index(len(code)),
            selection=self._group(definition, Selection(self.scope.records, (), ((definition.grow, code),))),
            is_grown=True,
        )

    @staticmethod
    def _group(definition: RowDefinition, selection: Selection) -> Selection:
        """Add the condition of the whole group to the selection of one of its rows."""
        return selection.and_(definition.selection) if definition.selection else selection

    def _subject_name(self, kind: str, code: str) -> str:
        name = self.facts.names.name(kind, code)
        if name is None:  # as the lines name it: incomes carry no names, but share the codes
            lines = self.facts.records.get(("line", 0), ())
            names = {getattr(line, f"{kind}_name") for line in lines if getattr(line, f"{kind}_code") == code}
            name = min(names - {""}, default="")
        return name

    def _unlisted(self, definition: RowDefinition, code: str, parent: Row | None) -> Row:
        indent = parent.indent + 1 if parent else definition.indent
        row = Row(f"{code}?", UNLISTED, Role.ITEM, definition, indent=indent, is_grown=True, exact=code)
        own = Selection(self.scope.records, ((definition.grow, frozenset({code})),))
        row.selection = self._group(definition, own)
        if parent:
            parent.children.insert(0, row)
            row.parent = True
        return row

    def _units(self, definition: RowDefinition) -> list[Row]:
        """Grow a row per budget unit, in the order of kpi.toml, the department's own records first."""
        given = {record.budget_unit for record in self._grown(definition)}
        rows = []
        for code in ("", *self.facts.units):
            if code in given or (not given and not code):
                label = self.facts.units.get(code, self.facts.department)
                row = Row(code, label, Role.ITEM, definition, code=code or self.facts.code, is_grown=True, exact=code)
                row.indent = definition.indent
                own = Selection(self.scope.records, (("budget_unit", frozenset({code})),))
                row.selection = self._group(definition, own)
                rows.append(row)
        return rows

    def segments(self) -> list[tuple[str, list[Row]]]:
        """Split the rows at anchors: (anchor, rows from it up to the next one)."""
        found: list[tuple[str, list[Row]]] = [("", [])]
        for row in self.rows:
            if row.definition.anchor and row.definition.anchor != found[-1][0]:  # grown rows share one definition
                found.append((row.definition.anchor, []))
            found[-1][1].append(row)
        return found

    def children_of(self, row: Row) -> list[Row]:
        """Return the rows that a sum row adds."""
        if row.children:
            return row.children
        return [child for part in row.definition.parts for child in self.groups[part]]
