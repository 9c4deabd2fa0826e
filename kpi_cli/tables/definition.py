"""Table sets and table definitions: the data that says what a table looks like and which records it counts.

A set is a folder with `set.toml` and one TOML file per table (docs/table-sets.md describes every key). A
definition with a mistake is refused with file and line, all mistakes at once. Nothing is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kpi_cli.errors import DefinitionError, UsageError
from kpi_cli.model import vocabulary as v
from kpi_cli.money import MONEY_UNITS
from kpi_cli.problems import Problem, suggestion, system_reason
from kpi_cli.tables.selection import Selection
from kpi_cli.toml_source import TomlDocument, TomlError, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

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
)
GROWN_FIELDS = {"function_code": "function", "economic_code": "economic", "budget_unit": ""}


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
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
      figure: Figure key under which comparatives.toml holds it, where last year's ledger is missing.
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


@dataclass(frozen=True, slots=True)
class RowDefinition:
    """One fixed row, or a group of rows that grows from the ledger.

    Attributes:
      id: Name that `sum` refers to, and that `trace` finds.
      label: Text of a fixed row.
      selection: What the row counts; None for a row that adds others, or that stays blank.
      parts: Rows (or groups) that it adds.
      role: `item`, `subtotal` or `total`.
      anchor: Rows of neighbouring blocks with the same anchor stand on one line.
      indent: Steps to the right.
      optional: Left out where no record belongs in it.
      grow: Field whose values make the rows, or "".
      levels: For codes: lengths that get a row each; the last one is the leaf.
      numbering: True numbers the top rows 一、二、三、….
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
    numbering: bool = False
    always: tuple[str, ...] = ()
    figure: str = ""


@dataclass(frozen=True, slots=True)
class BlockDefinition:
    """A group of neighbouring columns that counts one kind of record; two-sided tables have two or three.

    Attributes:
      scope: The records that belong in the block: each shows up in exactly one leaf row.
      columns: From left to right.
      rows: From top to bottom.
    """

    scope: Selection
    columns: tuple[ColumnDefinition, ...]
    rows: tuple[RowDefinition, ...]


@dataclass(frozen=True, slots=True)
class TableDefinition:
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
      entries: (number, level or "", form or "", file name) of each definition.
    """

    name: str
    title: str
    source: str
    document_title: str
    typography: str
    numbers: tuple[int, ...]
    folder: Path
    entries: tuple[tuple[int, str, str, str], ...] = field(repr=False)

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
        return self.folder / (fitting or forms)[0][3]


class _Reader:
    """Reads one definition file; collects every problem with its line."""

    def __init__(self, document: TomlDocument, level: str) -> None:
        self.document = document
        self.level = level
        self.problems: list[Problem] = []

    def fail(self, detail: str, hint: str, *path: str | int, value: object = "") -> None:
        self.problems.append(
            Problem("definition", self.document.place(*path), str(value), {"detail": detail, "hint": hint})
        )

    def keys(self, table: Mapping[str, Any], known: Iterable[str], *path: str | int) -> None:
        for key in table:
            if key not in known:
                place = self.document.place(*path, key)
                self.problems.append(Problem("unknown-key", place, facts={"key": key, "hint": suggestion(key, known)}))

    def need(self, table: Mapping[str, Any], keys: Iterable[str], *path: str | int) -> None:
        for key in keys:
            if key not in table:
                self.fail(f"缺少 {key}", "请补上这个键，见 docs/table-sets.md", *path)

    def get(self, table: Mapping[str, Any], key: str, kind: type, default: Any, *path: str | int) -> Any:
        value = table.get(key, default)
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        words = {str: "文字", int: "整数", bool: "true 或 false", list: "数组", dict: "内联表"}
        self.fail(f"{key} 应为{words[kind]}", "请改正类型", *path, key, value=value)
        return default

    def text(self, table: Mapping[str, Any], key: str, *path: str | int, default: str = "") -> str:
        """Read a text that may be given per level: `title = { department = "…", unit = "…" }`."""
        return self.by_level(table.get(key, default), *path, key)

    def by_level(self, value: object, *path: str | int) -> str:
        if isinstance(value, dict):
            texts = {v.LEVEL.key(str(level)): text for level, text in value.items()}
            if None in texts or self.level not in texts:
                self.fail("按层级给出的文字不全", '请写成 { department = "…", unit = "…" }', *path)
            value = texts.get(self.level, "")
        if not isinstance(value, str):
            self.fail(f"{path[-1]} 应为文字", "请加引号", *path, value=value)
            return ""
        return value

    def choice(self, table: Mapping[str, Any], key: str, allowed: Iterable[str], default: str, *path: str | int) -> str:
        value = table.get(key, default)
        if value not in allowed:
            self.fail(f"{key} 的值不认识", suggestion(str(value), allowed), *path, key, value=value)
            return default
        return str(value)

    def texts(self, table: Mapping[str, Any], key: str, *path: str | int) -> tuple[str, ...]:
        items = self.get(table, key, list, [], *path)
        return tuple(self.by_level(item, *path, key, i) for i, item in enumerate(items))

    # selections

    def selection(self, records: str, table: Mapping[str, Any], *path: str | int, offset: int = 0) -> Selection:
        values: list[tuple[str, frozenset[Any]]] = []
        prefixes: list[tuple[str, str]] = []
        for name, wanted in table.items():
            if name not in _SELECTABLE[records]:
                hint = suggestion(name, _SELECTABLE[records])
                self.fail(f"where 里不能用 {name}", hint, *path, name)
            elif name in ("function_code", "economic_code") and isinstance(wanted, str):
                prefixes.append((name, wanted))
            else:
                values.append((name, self._allowed(name, wanted, *path, name)))
        return Selection(records, tuple(values), tuple(prefixes), offset)

    def _allowed(self, name: str, wanted: object, *path: str | int) -> frozenset[Any]:
        if name == "carried_forward":
            return frozenset({wanted})
        vocabulary = _SELECTABLE["line"].get(name) or _SELECTABLE["sangong"].get(name)
        if vocabulary is None:
            return frozenset(wanted if isinstance(wanted, list) else [wanted])
        if isinstance(wanted, dict):
            self.keys(wanted, ("not",), *path)
            return frozenset(vocabulary.keys) - self._allowed(name, wanted.get("not", []), *path)
        found: set[str] = set()
        for word in wanted if isinstance(wanted, list) else [wanted]:
            group = v.FUND_GROUPS.get(str(word)) if name == "fund_source" else None
            key = vocabulary.key(str(word))
            if group:
                found |= set(group)
            elif key:
                found.add(key)
            else:
                self.fail(f"{name} 的值不认识", suggestion(str(word), vocabulary.keys), *path, value=word)
        return frozenset(found)

    # parts

    def block(self, table: Mapping[str, Any], at: int) -> BlockDefinition:
        path = ("block", at)
        self.keys(table, ("records", "where", "column", "row"), *path)
        records = self.choice(table, "records", _SELECTABLE, "line", *path)
        scope = self.selection(records, self.get(table, "where", dict, {}, *path), *path, "where")
        columns = tuple(
            self.column(records, c, *path, "column", i)
            for i, c in enumerate(self.get(table, "column", list, [], *path))
        )
        rows = tuple(
            self.row(records, r, *path, "row", i) for i, r in enumerate(self.get(table, "row", list, [], *path))
        )
        self._references([c.id for c in columns], [(c.id, c.parts) for c in columns], *path, "column")
        self._references([r.id for r in rows], [(r.id, r.parts) for r in rows], *path, "row")
        if not columns or not rows:
            self.fail("block 里没有列或没有行", "每个 block 至少要有一个 [[block.column]] 和一个 [[block.row]]", *path)
        return BlockDefinition(scope, columns, rows)

    def _references(self, ids: list[str], parts: list[tuple[str, tuple[str, ...]]], *path: str | int) -> None:
        for i, name in enumerate(ids):
            if name and name in ids[:i]:
                self.fail("id 重复", "请改用别的 id", *path, i, "id", value=name)
        for i, (own, names) in enumerate(parts):
            for name in names:
                if name not in ids or name == own:
                    self.fail("引用了不存在的 id", suggestion(name, ids), *path, i, value=name)
        graph = dict(parts)
        for i, (own, _) in enumerate(parts):
            if own and _reaches(graph, own, own):
                self.fail("合计互相引用，形成循环", "请检查 sum", *path, i, value=own)

    def column(self, records: str, table: Mapping[str, Any], *path: str | int) -> ColumnDefinition:
        self.keys(table, _COLUMN_KEYS, *path)
        kind = self.choice(table, "kind", COLUMN_KINDS, "amount", *path)
        self.need(table, ("header",), *path)
        digits = self.get(table, "digits", list, [0, 0], *path)
        if len(digits) != 2 or not all(isinstance(d, int) for d in digits):
            self.fail("digits 应为两个整数", "例如 [0, 3]", *path, "digits", value=digits)
            digits = [0, 0]
        offset = self.get(table, "year", int, 0, *path)
        if offset not in (0, -1):
            self.fail("year 只能是 0（本年）或 -1（上年）", "请改正", *path, "year", value=offset)
        where = self.get(table, "where", dict, {}, *path)
        parts = self.texts(table, {"sum": "sum"}.get(kind, "of"), *path)
        if kind in ("difference", "growth") and len(parts) != 2:
            self.fail("of 应为两列：[本年, 上年]", '例如 of = ["current", "previous"]', *path, "of")
        if kind == "sum" and not parts:
            self.fail("sum 列没有列出相加的列", '例如 sum = ["basic", "project"]', *path)
        return ColumnDefinition(
            self.get(table, "id", str, "", *path),
            kind,
            self.texts(table, "header", *path),
            (digits[0], digits[1]),
            self.selection(records, where, *path, "where", offset=offset) if kind == "amount" else None,
            parts,
            self.get(table, "optional", bool, False, *path),
            self.get(table, "memo", bool, False, *path),
            self.get(table, "figure", str, "", *path),
            self.get(table, "chars", int, {"code": 6, "label": 34}.get(kind, 18), *path),
            table.get("decimals"),
        )

    def row(self, records: str, table: Mapping[str, Any], *path: str | int) -> RowDefinition:
        self.keys(table, _ROW_KEYS, *path)
        grow = self.choice(table, "grow", ("", *GROWN_FIELDS), "", *path)
        if not grow:
            self.need(table, ("label",), *path)
        elif grow != "budget_unit" and not table.get("levels"):
            self.fail("缺少 levels", "例如 levels = [3, 5, 7]", *path)
        has_where = "where" in table or bool(grow)
        where = self.get(table, "where", dict, {}, *path)
        return RowDefinition(
            self.get(table, "id", str, "", *path),
            self.text(table, "label", *path),
            self.selection(records, where, *path, "where") if has_where else None,
            self.texts(table, "sum", *path),
            self.choice(table, "role", ("item", "subtotal", "total"), "item", *path),
            self.get(table, "anchor", str, "", *path),
            self.get(table, "indent", int, 0, *path),
            self.get(table, "optional", bool, False, *path),
            grow,
            tuple(self.get(table, "levels", list, [], *path)),
            self.get(table, "numbering", bool, False, *path),
            tuple(self.get(table, "always", list, [], *path)),
            self.get(table, "figure", str, "", *path),
        )


_SELECTABLE: dict[str, dict[str, v.Vocabulary | None]] = {
    "line": {
        "function_code": None,
        "economic_code": None,
        "expenditure_type": v.EXPENDITURE_TYPE,
        "cost_kind": v.COST_KIND,
        "fund_source": v.FUND_SOURCE,
        "carried_forward": None,
    },
    "income": {"function_code": None, "fund_source": v.FUND_SOURCE, "carried_forward": None},
    "sangong": {"category": v.SANGONG_CATEGORY, "fund_source": v.FUND_SOURCE},
}
_COLUMN_KEYS = (
    "id",
    "kind",
    "header",
    "digits",
    "where",
    "sum",
    "of",
    "optional",
    "memo",
    "figure",
    "chars",
    "decimals",
    "year",
)
_ROW_KEYS = (
    "id",
    "label",
    "where",
    "sum",
    "role",
    "anchor",
    "indent",
    "optional",
    "grow",
    "levels",
    "numbering",
    "always",
    "figure",
)
_TABLE_KEYS = (
    "number",
    "role",
    "name",
    "title",
    "label",
    "unit_label",
    "money_unit",
    "decimals",
    "fixed_decimals",
    "zero",
    "thousands",
    "note",
    "note_when_empty",
    "tag",
    "title_row",
    "label_row",
    "first_row",
    "source",
    "inferred",
    "block",
)
_SET_KEYS = ("title", "source", "document_title", "typography", "table")
_ENTRY_KEYS = ("number", "file", "level", "form")


def _reaches(graph: Mapping[str, tuple[str, ...]], start: str, goal: str) -> bool:
    seen: set[str] = set()
    waiting = list(graph.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            waiting += graph.get(name, ())
    return False


def _open(path: Path) -> TomlDocument:
    file = f"{path.parent.name}/{path.name}"
    try:
        return read_toml(path, file)
    except TomlError as error:
        raise DefinitionError(error.problem) from None
    except OSError as error:
        raise DefinitionError(
            Problem("unreadable", TomlDocument(file, "", {}).place(), facts={"detail": system_reason(error)})
        ) from None


def read_table_set(folder: Path) -> TableSet:
    """Read a set's manifest.

    Args:
      folder: Folder with `set.toml`.
    Raises:
      DefinitionError: The manifest is missing or wrong.
    """
    document = _open(folder / "set.toml")
    reader = _Reader(document, "department")
    data = document.data
    reader.keys(data, _SET_KEYS)
    reader.need(data, ("title", "table"))
    entries = []
    for i, entry in enumerate(reader.get(data, "table", list, [])):
        path = ("table", i)
        reader.keys(entry, _ENTRY_KEYS, *path)
        reader.need(entry, ("number", "file"), *path)
        level = v.LEVEL.key(str(entry.get("level", "")))
        name = reader.get(entry, "file", str, "", *path)
        if "/" in name or "\\" in name or not (folder / name).is_file():
            reader.fail("文件不存在", "请检查 file，文件应在表套的文件夹里", *path, "file", value=name)
        number = reader.get(entry, "number", int, 0, *path)
        entries.append((number, level or "", reader.get(entry, "form", str, "", *path), name))
    table_set = TableSet(
        folder.name,
        reader.text(data, "title"),
        reader.text(data, "source"),
        reader.text(data, "document_title", default="{department}{year}年部门预算"),
        reader.choice(data, "typography", ("gongwen", "plain"), "gongwen"),
        tuple(dict.fromkeys(number for number, *_ in entries)),
        folder,
        tuple(entries),
    )
    if reader.problems:
        raise DefinitionError(reader.problems)
    return table_set


def read_definition(path: Path, level: str) -> TableDefinition:
    """Read one table definition, with the texts of a level.

    Args:
      path: The TOML file.
      level: Key of LEVEL.
    Raises:
      DefinitionError: Every mistake in the file, each with its line.
    """
    document = _open(path)
    reader = _Reader(document, level)
    data = document.data
    reader.keys(data, _TABLE_KEYS)
    reader.need(data, ("number", "role", "name", "title", "block"))
    unit = reader.choice(data, "money_unit", MONEY_UNITS, "元")
    first = reader.get(data, "first_row", int, 3)
    definition = TableDefinition(
        reader.get(data, "number", int, 0),
        reader.choice(data, "role", ROLES, "summary"),
        reader.text(data, "name"),
        reader.text(data, "title"),
        reader.text(data, "label", default="编制部门：{department}"),
        reader.text(data, "unit_label", default=f"单位：{unit}"),
        unit,
        reader.get(data, "decimals", int, 2),
        reader.get(data, "fixed_decimals", bool, False),
        reader.choice(data, "zero", v.ZERO_STYLE.keys, "blank"),
        reader.get(data, "thousands", bool, True),
        tuple(reader.block(block, i) for i, block in enumerate(reader.get(data, "block", list, []))),
        reader.text(data, "note"),
        reader.text(data, "note_when_empty"),
        reader.text(data, "tag"),
        reader.get(data, "title_row", int, 1),
        reader.get(data, "label_row", int, 2),
        first,
        reader.text(data, "source"),
        reader.text(data, "inferred"),
        document.file,
    )
    if reader.problems:
        raise DefinitionError(reader.problems)
    return definition
