"""The one computation: (records, table definition) → Table. Pure; reads no file, clock or environment.

Leaf figures are sums over a selection of records, found in one pass per column; every other figure is a sum,
difference or rate of figures of the same table, and says so, so that a spreadsheet can recompute it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kpi_cli.tables.definition import (
    FIRST_NUMERAL,
    GROWN_FIELDS,
    BlockDefinition,
    ColumnDefinition,
    RowDefinition,
    TableDefinition,
)
from kpi_cli.tables.header import header_rows
from kpi_cli.tables.selection import Selection
from kpi_cli.tables.table import (
    COVERED,
    Block,
    Cell,
    Column,
    Difference,
    Formula,
    Growth,
    NumberFormat,
    Role,
    State,
    Sum,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kpi_cli.model.records import TableDisplay
    from kpi_cli.model.subjects import SubjectCatalogue

UNLISTED = "未列科目"
"""Label of the row for records without a code: they are shown, never dropped (rule IN-00)."""

_NUMERALS = "零一二三四五六七八九十"
_PERCENT_PLACES = 2
BLANK = Cell(State.BLANK)


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
class _Row:
    """A row of one block while the table is being made; `exact` is the whole value that a grown row stands for."""

    key: str
    label: str
    role: Role
    definition: RowDefinition
    code: str = ""
    indent: int = 0
    selection: Selection | None = None
    exact: str | None = None
    children: list[_Row] = field(default_factory=list)
    parent: bool = False
    is_grown: bool = False
    at: int = -1

    @property
    def is_sum(self) -> bool:
        return bool(self.children) or bool(self.definition.parts and not self.is_grown)


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
    blocks = [_Block(block, facts, number_format) for block in definition.blocks]
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
        _text(definition.title, facts),
        _text(definition.label, facts),
        _text(definition.unit_label, facts),
        facts.department,
        definition.money_unit,
        tuple(_column(c, _fill(facts)) for block in blocks for c in block.columns),
        (*heads, *body),
        len(heads),
        title_row=definition.title_row,
        label_row=definition.label_row,
        first_row=definition.first_row,
        number=_text(definition.tag, facts),
        source=definition.source,
        blocks=tuple(block.structure(height) for block in blocks),
    )
    note = definition.note_when_empty if table.is_empty else definition.note
    return _with_note(table, _text(note, facts))


def _with_note(table: Table, note: str) -> Table:
    object.__setattr__(table, "note", note)  # the table is not shared yet
    return table


def _text(template: str, facts: TableFacts) -> str:
    for name, value in (
        ("{year}", facts.year),
        ("{previous_year}", facts.year - 1),
        ("{department}", facts.department),
    ):
        template = template.replace(name, str(value))
    return template


def _fill(facts: TableFacts) -> Callable[[str], str]:
    return lambda text: _text(text, facts)


def _column(definition: ColumnDefinition, fill: Callable[[str], str]) -> Column:
    kind = {"code": "code", "label": "label", "growth": "percent"}.get(definition.kind, "amount")
    return Column(definition.id, kind, definition.chars, fill(definition.header[-1]))


def _align(blocks: list[_Block]) -> int:
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


class _Block:
    """One block while the table is being made: its columns, rows, and the amounts of its leaves."""

    def __init__(self, definition: BlockDefinition, facts: TableFacts, number_format: NumberFormat) -> None:
        self.definition = definition
        self.facts = facts
        self.format = number_format
        self.scope = definition.scope
        kind = self.scope.records
        self._picked: dict[int, list[Any] | None] = {}
        for offset in (0, -1):
            records = facts.records.get((kind, offset))
            self._picked[offset] = None if records is None else list(self.scope.pick(records))
        self.columns = [c for c in definition.columns if not c.optional or self._has_records(c.selection)]
        self._index = {c.id: i for i, c in enumerate(self.columns) if c.id}
        self._by_column = [self._records_of(c) for c in self.columns]
        self.rows: list[_Row] = []
        self._groups: dict[str, list[_Row]] = {}
        for row in definition.rows:
            self._add(row)
        self._grouped: dict[tuple[int, int, int], dict[str, tuple[State, Decimal | None]]] = {}
        self._made: dict[tuple[int, int], Cell] = {}

    # records

    def _has_records(self, selection: Selection | None) -> bool:
        records = self._picked[selection.year_offset if selection else 0] or ()
        return any(selection.pick(records)) if selection else bool(records)

    def _records_of(self, column: ColumnDefinition) -> list[Any] | None:
        if column.selection is None:
            return []
        records = self._picked[column.selection.year_offset]
        return None if records is None else list(column.selection.pick(records))

    # rows

    def _add(self, definition: RowDefinition) -> None:
        if definition.grow:
            rows = self._subjects(definition) if definition.levels else self._units(definition)
            self._groups[definition.id] = [row for row in rows if not row.parent]
            self.rows += rows
            return
        if definition.optional and definition.selection and not self._has_records(definition.selection):
            self._groups[definition.id] = []
            return
        row = _Row(
            definition.id,
            _text(definition.label, self.facts),
            Role(definition.role),
            definition,
            indent=definition.indent,
            selection=definition.selection,
        )
        self._groups[definition.id] = [row]
        self.rows.append(row)

    def _grown(self, definition: RowDefinition) -> list[Any]:
        """Return the records that rows grow from: last year's too, where a column shows last year."""
        selection = definition.selection
        years = {c.selection.year_offset for c in self.columns if c.selection}
        records = [r for offset in (0, -1) if offset in years for r in (self._picked[offset] or ())]
        return list(selection.pick(records)) if selection else records

    def _subjects(self, definition: RowDefinition) -> list[_Row]:
        """Grow rows by 类/款/项: a row per code at each level, subtotals above their children."""
        name, levels = definition.grow, definition.levels
        given = {getattr(record, name) for record in self._grown(definition)}
        codes = {code[: levels[-1]] for code in given | set(definition.always) if code}
        nodes = {code[:level] for code in codes for level in levels if len(code) >= level}
        rows: dict[str, _Row] = {}
        made: list[_Row] = []
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

    def _subject_row(self, definition: RowDefinition, code: str) -> _Row:
        kind = GROWN_FIELDS[definition.grow]
        return _Row(
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

    def _unlisted(self, definition: RowDefinition, code: str, parent: _Row | None) -> _Row:
        indent = parent.indent + 1 if parent else definition.indent
        row = _Row(f"{code}?", UNLISTED, Role.ITEM, definition, indent=indent, is_grown=True, exact=code)
        own = Selection(self.scope.records, ((definition.grow, frozenset({code})),))
        row.selection = self._group(definition, own)
        if parent:
            parent.children.insert(0, row)
            row.parent = True
        return row

    def _units(self, definition: RowDefinition) -> list[_Row]:
        """Grow a row per budget unit, in the order of kpi.toml, the department's own records first."""
        given = {record.budget_unit for record in self._grown(definition)}
        rows = []
        for code in ("", *self.facts.units):
            if code in given or (not given and not code):
                label = self.facts.units.get(code, self.facts.department)
                row = _Row(code, label, Role.ITEM, definition, code=code or self.facts.code, is_grown=True, exact=code)
                row.indent = definition.indent
                own = Selection(self.scope.records, (("budget_unit", frozenset({code})),))
                row.selection = self._group(definition, own)
                rows.append(row)
        return rows

    def segments(self) -> list[tuple[str, list[_Row]]]:
        """Split the rows at anchors: (anchor, rows from it up to the next one)."""
        found: list[tuple[str, list[_Row]]] = [("", [])]
        for row in self.rows:
            if row.definition.anchor and row.definition.anchor != found[-1][0]:  # grown rows share one definition
                found.append((row.definition.anchor, []))
            found[-1][1].append(row)
        return found

    def structure(self, height: int) -> Block:
        """Describe the block to rules and trace, in the table's coordinates; to be called after `cells`."""
        top, left = self._top, self._left
        keys = [""] * (top + height)
        for row in self.rows:
            keys[top + row.at] = row.key
        column_sums = {
            left + c: tuple(left + self._index[part] for part in column.parts if part in self._index)
            for c, column in enumerate(self.columns)
            if column.kind == "sum"
        }
        row_sums = {
            top + row.at: tuple(top + child.at for child in self._children(row)) for row in self.rows if row.is_sum
        }
        memo = frozenset(left + c for c, column in enumerate(self.columns) if column.memo)
        return Block(self.scope, left, left + len(self.columns) - 1, tuple(keys), column_sums, row_sums, memo)

    # cells

    def cells(self, top: int, left: int) -> dict[int, list[Cell]]:
        """Make the block's cells, by line; formulas refer to the whole table's rows and columns."""
        self._top, self._left = top, left
        lines: dict[int, list[Cell]] = _Lines(len(self.columns))
        for row in self.rows:
            lines[row.at] = self._line(row)
        return lines

    def _line(self, row: _Row) -> list[Cell]:
        cells = [self._cell(row, c) for c in range(len(self.columns))]
        texts = next((i for i, c in enumerate(self.columns) if c.kind not in ("code", "label")), len(self.columns))
        if not row.is_grown and texts > 1:  # 合计 stands across the code and name columns
            cells[:texts] = [
                Cell(State.TEXT, row.label, role=row.role, columns=texts, align="center"),
                *[COVERED] * (texts - 1),
            ]
        return cells

    def _cell(self, row: _Row, c: int) -> Cell:
        key = (id(row), c)
        if key not in self._made:
            self._made[key] = self._make(row, c)
        return self._made[key]

    def _make(self, row: _Row, c: int) -> Cell:
        column = self.columns[c]
        if column.kind == "code":
            start, end = column.digits
            text = row.code[start:end] if end else row.code
            return Cell(State.TEXT if text else State.BLANK, text, role=row.role, align="center")
        if column.kind == "label":
            align = "center" if row.role is Role.TOTAL else "left"
            return Cell(State.TEXT, row.label, role=row.role, indent=row.indent, align=align)
        if column.kind in ("difference", "growth"):
            return self._compared(row, c)
        if row.is_sum:
            return self._sum(row, c, [(child, c) for child in self._children(row)])
        if column.kind == "sum":
            return self._sum(row, c, [(row, self._index[part]) for part in column.parts if part in self._index])
        return self._leaf(row, c)

    def _children(self, row: _Row) -> list[_Row]:
        if row.children:
            return row.children
        return [child for part in row.definition.parts for child in self._groups[part]]

    def _format(self, column: ColumnDefinition) -> NumberFormat:
        if column.kind == "growth":
            return NumberFormat("%", _PERCENT_PLACES if column.decimals is None else column.decimals, "0.00")
        if column.decimals is None:
            return self.format
        own = self.format
        return NumberFormat(own.money_unit, column.decimals, own.zero, own.thousands)

    def _figure(
        self,
        row: _Row,
        c: int,
        state: State,
        value: Decimal | None,
        formula: Formula | None,
        selection: Selection | None,
    ) -> Cell:
        return Cell(
            state,
            value=value,
            format=self._format(self.columns[c]),
            role=row.role,
            align="right",
            formula=formula,
            selection=selection,
        )

    def _leaf(self, row: _Row, c: int) -> Cell:
        column, records = self.columns[c], self._by_column[c]
        if row.selection is None or column.selection is None:
            return Cell(State.BLANK, role=row.role)
        selection = self.scope.and_(row.selection).and_(column.selection)
        if records is None:
            return self._comparative(row, c, selection)
        if row.exact is not None:
            state, value = self._by_code(c, row.definition, 0).get(row.exact, (State.EMPTY, Decimal(0)))
        elif row.is_grown:
            state, value = self._by_code(c, row.definition, len(row.code)).get(row.code, (State.EMPTY, Decimal(0)))
        else:
            state, value = _total(row.selection.pick(records))
        return self._figure(row, c, state, value, None, selection)

    def _by_code(self, c: int, group: RowDefinition, length: int) -> dict[str, tuple[State, Decimal | None]]:
        """Sum a column's records by the first `length` digits of a code (0: by the whole value), in one pass."""
        key = (c, id(group), length)
        if key not in self._grouped:
            found: dict[str, list[Any]] = {}
            records: Iterable[Any] = self._by_column[c] or ()
            if group.selection and (group.selection.values or group.selection.prefixes):
                records = group.selection.pick(records)
            for record in records:
                code = getattr(record, group.grow)
                found.setdefault(code[:length] if length else code, []).append(record)
            self._grouped[key] = {code: _total(own) for code, own in found.items()}
        return self._grouped[key]

    def _comparative(self, row: _Row, c: int, selection: Selection) -> Cell:
        value = self._stated(row, c)
        state = State.UNKNOWN if value is None else State.AMOUNT
        return self._figure(row, c, state, value, None, selection if value is not None else None)

    def _stated(self, row: _Row, c: int) -> Decimal | None:
        """Return last year's figure as comparatives.toml states it."""
        figure = row.definition.figure or self.columns[c].figure
        return self.facts.comparatives.get(figure.replace("{code}", row.code)) if figure else None

    def _is_previous(self, c: int) -> bool:
        column = self.columns[c]
        if column.selection is not None:
            return column.selection.year_offset < 0
        return bool(column.parts) and all(self._is_previous(self._index[p]) for p in column.parts if p in self._index)

    def _sum(self, row: _Row, c: int, parts: list[tuple[_Row, int]]) -> Cell:
        cells = [(r, k, self._cell(r, k)) for r, k in parts]
        figures = [(r, k, cell) for r, k, cell in cells if cell.state is not State.BLANK]
        if cells and not figures:
            return Cell(State.BLANK, role=row.role)
        if any(cell.state is State.UNKNOWN for _, _, cell in figures):
            value = self._stated(row, c) if self._is_previous(c) else None
            return self._figure(row, c, State.UNKNOWN if value is None else State.AMOUNT, value, None, None)
        total = sum((cell.value for _, _, cell in figures if cell.value is not None), Decimal(0))
        state = State.AMOUNT if any(cell.state is State.AMOUNT for _, _, cell in figures) else State.EMPTY
        formula = Sum(tuple(self._position(r, k) for r, k, _ in figures)) if figures else None
        return self._figure(row, c, state, total, formula, None)

    def _compared(self, row: _Row, c: int) -> Cell:
        column = self.columns[c]
        current_at, base_at = (self._index[part] for part in column.parts)
        current, base = self._cell(row, current_at), self._cell(row, base_at)
        if State.BLANK in (current.state, base.state):
            return Cell(State.BLANK, role=row.role)
        if current.value is None or base.value is None:
            return self._figure(row, c, State.UNKNOWN, None, None, None)
        refs = self._position(row, current_at), self._position(row, base_at)
        state = State.EMPTY if current.state is base.state is State.EMPTY else State.AMOUNT
        if column.kind == "difference":
            return self._figure(row, c, state, current.value - base.value, Difference(*refs), None)
        if not base.value:
            return Cell(State.BLANK, role=row.role)
        return self._figure(row, c, state, (current.value - base.value) / base.value * 100, Growth(*refs), None)

    def _position(self, row: _Row, c: int) -> tuple[int, int]:
        return self._top + row.at, self._left + c


class _Lines(dict[int, list[Cell]]):
    """Lines of a block; a line without a row of its own is blank."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width

    def __missing__(self, line: int) -> list[Cell]:
        return [Cell(State.BLANK, role=Role.FILLER)] * self._width


def _total(records: Any) -> tuple[State, Decimal | None]:
    """Add amounts: no record is EMPTY, an unknown amount makes the sum UNKNOWN."""
    total, state = Decimal(0), State.EMPTY
    for record in records:
        if record.amount is None:
            return State.UNKNOWN, None
        total += record.amount
        state = State.AMOUNT
    return state, total
