"""Reading table sets and table definitions from TOML.

A set is a folder with `set.toml` and one TOML file per table. A definition with a mistake is refused with file and
line, all mistakes at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi_cli.errors import DefinitionError
from kpi_cli.model import figures
from kpi_cli.model import vocabulary as v
from kpi_cli.model.subjects import LEVELS
from kpi_cli.money import MONEY_UNITS
from kpi_cli.problems import Problem, suggestion, system_reason
from kpi_cli.tables.definition import (
    COLUMN_KINDS,
    FIRST_NUMERAL,
    GROWN_FIELDS,
    ROLES,
    BlockDefinition,
    ColumnDefinition,
    RowDefinition,
    TableDefinition,
    TableSet,
)
from kpi_cli.tables.selection import Selection
from kpi_cli.tables.typed_toml import PLACEHOLDERS, TYPE_WORDS, TypedToml
from kpi_cli.toml_source import TomlDocument, TomlError, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MOST_DECIMALS = 6


class _Reader(TypedToml):
    """Reads the parts of a table definition."""

    # selections

    def selection(self, records: str, table: Mapping[str, Any], *path: str | int, offset: int = 0) -> Selection:
        values: list[tuple[str, frozenset[Any]]] = []
        prefixes: list[tuple[str, str]] = []
        for name, wanted in table.items():
            if name not in _SELECTABLE[records]:
                hint = suggestion(name, _SELECTABLE[records])
                self.fail(f"where 里不能用 {name}", hint, *path, name)
            elif name in GROWN_FIELDS:
                if isinstance(wanted, str):
                    prefixes.append((name, wanted))
                else:
                    values.append((name, frozenset(self.items(table, name, str, *path))))
            elif name == "carried_forward":
                if not isinstance(wanted, bool):
                    self.fail(f"{name} 应为{TYPE_WORDS[bool]}", "请改正类型", *path, name, value=wanted)
                values.append((name, frozenset({wanted is True})))
            else:
                vocabulary = _SELECTABLE[records][name]
                assert vocabulary is not None
                values.append((name, self._allowed(vocabulary, wanted, *path, name)))
        return Selection(records, tuple(values), tuple(prefixes), offset)

    def _allowed(self, vocabulary: v.Vocabulary, wanted: object, *path: str | int) -> frozenset[str]:
        if isinstance(wanted, dict):
            self.keys(wanted, ("not",), *path)
            return frozenset(vocabulary.keys) - self._allowed(vocabulary, wanted.get("not", []), *path)
        found: set[str] = set()
        for word in wanted if isinstance(wanted, list) else [wanted]:
            group = v.FUND_GROUPS.get(str(word)) if vocabulary is v.FUND_SOURCE else None
            key = vocabulary.key(str(word))
            if group:
                found |= set(group)
            elif key:
                found.add(key)
            else:
                known = (*vocabulary.words, *(v.FUND_GROUPS if vocabulary is v.FUND_SOURCE else ()))
                self.fail(f"{vocabulary.name} 的值不认识", suggestion(str(word), known), *path, value=word)
        return frozenset(found)

    # parts

    def block(self, table: Mapping[str, Any], at: int) -> BlockDefinition:
        path = ("block", at)
        self.keys(table, ("records", "where", "column", "row"), *path)
        records = self.choice(table, "records", _SELECTABLE, "line", *path)
        scope = self.selection(records, self.get(table, "where", dict, {}, *path), *path, "where")
        columns = tuple(
            self.column(records, c, *path, "column", i) for i, c in enumerate(self.items(table, "column", dict, *path))
        )
        rows = tuple(self.row(records, r, *path, "row", i) for i, r in enumerate(self.items(table, "row", dict, *path)))
        self._references([(c.id, c.parts, "sum" if c.kind == "sum" else "of") for c in columns], *path, "column")
        self._references([(r.id, r.parts, "sum") for r in rows], *path, "row")
        self._operands(columns, *path, "column")
        anchors = [row.anchor for row in rows]
        for i, anchor in enumerate(anchors):
            if anchor and anchor in anchors[:i]:
                self.fail("同一个 block 里 anchor 重复", "请改用别的 anchor", *path, "row", i, "anchor", value=anchor)
        if not columns or not rows:
            self.fail("block 里没有列或没有行", "每个 block 至少要有一个 [[block.column]] 和一个 [[block.row]]", *path)
        return BlockDefinition(scope, columns, rows)

    def _references(self, parts: list[tuple[str, tuple[str, ...], str]], *path: str | int) -> None:
        ids = [own for own, *_ in parts]
        for i, name in enumerate(ids):
            if name and name in ids[:i]:
                self.fail("id 重复", "请改用别的 id", *path, i, "id", value=name)
        for i, (own, names, key) in enumerate(parts):
            for name in names:
                if name not in ids or not name or name == own:
                    known = [known for known in ids if known and known != own]
                    self.fail("引用了不存在的 id", suggestion(name, known), *path, i, key, value=name)
        graph = {own: names for own, names, _ in parts}
        for i, (own, _, key) in enumerate(parts):
            if own and _reaches(graph, own, own):
                self.fail("合计互相引用，形成循环", f"请检查 {key}", *path, i, key, value=own)

    def _operands(self, columns: tuple[ColumnDefinition, ...], *path: str | int) -> None:
        """Refuse columns that calculate with words, or that need a column which may be left out."""
        by_id = {column.id: column for column in columns if column.id}
        for i, column in enumerate(columns):
            key = "sum" if column.kind == "sum" else "of"
            for part in [by_id[name] for name in column.parts if name in by_id]:
                if part.kind in ("code", "label", "growth"):
                    self.fail(f"{key} 只能引用金额列", "请改正", *path, i, key, value=part.id)
                elif key == "of" and part.optional:
                    self.fail("of 引用的列不能是 optional", "请去掉那一列的 optional", *path, i, key, value=part.id)

    def column(self, records: str, table: Mapping[str, Any], *path: str | int) -> ColumnDefinition:
        self.keys(table, _COLUMN_KEYS, *path)
        kind = self.choice(table, "kind", COLUMN_KINDS, "amount", *path)
        self.need(table, ("header",), *path)
        header = self.texts(table, "header", *path)
        if "header" in table and not header:
            self.fail("header 是空的", '例如 header = ["预算数"]', *path, "header")
        own = _KIND_KEYS[kind]
        foreign = [key for key in sorted(set().union(*_KIND_KEYS.values())) if key not in own]
        self.unused(table, foreign, f'这一列是 kind = "{kind}"', *path)
        digits = self.items(table, "digits", int, *path) if "digits" in table else [0, 0]
        if len(digits) != 2 or not 0 <= digits[0] <= digits[1]:
            self.fail("digits 应为两个整数", "例如 [0, 3]", *path, "digits", value=digits)
            digits = [0, 0]
        offset = self.number(table, "year", 0, (-1, 0), *path)
        where = self.get(table, "where", dict, {}, *path)
        parts = self.texts(table, "sum" if kind == "sum" else "of", *path)
        if kind in ("difference", "growth") and len(parts) != 2:
            self.fail("of 应为两列：[本年, 上年]", '例如 of = ["current", "previous"]', *path, "of")
        if kind == "sum" and not parts:
            self.fail("sum 列没有列出相加的列", '例如 sum = ["basic", "project"]', *path, "sum")
        return ColumnDefinition(
            self.get(table, "id", str, "", *path),
            kind,
            header,
            (digits[0], digits[1]),
            self.selection(records, where, *path, "where", offset=offset) if kind == "amount" else None,
            parts,
            self.get(table, "optional", bool, False, *path),
            self.get(table, "memo", bool, False, *path),
            self.figure(table, *path),
            self.number(table, "chars", {"code": 6, "label": 34}.get(kind, 18), (1, 200), *path),
            self.number(table, "decimals", None, (0, _MOST_DECIMALS), *path),
        )

    def row(self, records: str, table: Mapping[str, Any], *path: str | int) -> RowDefinition:
        self.keys(table, _ROW_KEYS, *path)
        fields = ("", *(name for name in GROWN_FIELDS if name in _SELECTABLE[records] or name == "budget_unit"))
        grow = self.choice(table, "grow", fields, "", *path)
        levels = tuple(self.items(table, "levels", int, *path))
        if not grow:
            self.need(table, ("label",), *path)
            self.unused(table, ("levels", "numbering", "always"), "这一行没有 grow", *path)
        else:
            self.unused(table, ("label", "sum", "optional"), "这一行用 grow 按台账生成", *path)
            allowed = LEVELS.get(GROWN_FIELDS[grow], ())
            if tuple(sorted(set(levels) & set(allowed))) != levels or bool(levels) != bool(allowed):
                hint = f"例如 levels = {list(allowed)}" if allowed else "按预算单位生成时不写 levels"
                self.fail("levels 不对", hint, *path, "levels", value=list(levels))
                levels = allowed
        has_where = "where" in table or bool(grow)
        where = self.get(table, "where", dict, {}, *path)
        return RowDefinition(
            self.get(table, "id", str, "", *path),
            self.text(table, "label", *path),
            self.selection(records, where, *path, "where") if has_where else None,
            self.texts(table, "sum", *path),
            self.choice(table, "role", ("item", "subtotal", "total"), "item", *path),
            self.get(table, "anchor", str, "", *path),
            self.number(table, "indent", 0, (0, 9), *path),
            self.get(table, "optional", bool, False, *path),
            grow,
            levels,
            self.numbering(table, *path),
            tuple(self.items(table, "always", str, *path)),
            self.figure(table, *path),
        )

    def figure(self, table: Mapping[str, Any], *path: str | int) -> str:
        """Read a figure key; {code} stands for the row's code, so any code does for the check."""
        key = str(self.get(table, "figure", str, "", *path))
        hint = figures.fault(key.replace("{code}", "201")) if key else ""
        if hint:
            self.fail("figure 不是数字的键", hint, *path, "figure", value=key)
        return key

    def numbering(self, table: Mapping[str, Any], *path: str | int) -> str:
        """Read how top rows are numbered: true is 一、, a text is the pattern of the first number."""
        value = table.get("numbering", "")
        if isinstance(value, bool):
            return f"{FIRST_NUMERAL}、" if value else ""
        if isinstance(value, str) and (not value or value.count(FIRST_NUMERAL) == 1):
            return value
        self.fail(
            "numbering 不对", '请写 true（一、）或第一个序号的样子，例如 "（一）"', *path, "numbering", value=value
        )
        return ""

    def sheet_rows(self, table: Mapping[str, Any]) -> tuple[int, int, int]:
        """Read where title, label and header stand on the sheet."""
        title, label, first = (self.get(table, f"{name}_row", int, n) for n, name in enumerate(_SHEET_ROWS, 1))
        if not 1 <= title < label < first:
            self.fail("title_row、label_row、first_row 应依次增大", "例如 1、2、3", "first_row", value=first)
        return title, label, first


_SHEET_ROWS = ("title", "label", "first")
_KIND_KEYS: dict[str, tuple[str, ...]] = {
    "code": ("digits",),
    "label": (),
    "amount": ("where", "year", "optional", "memo", "figure", "decimals"),
    "sum": ("sum", "memo", "figure", "decimals"),
    "difference": ("of", "decimals"),
    "growth": ("of", "decimals"),
}
"""Keys of a column that only some kinds know."""

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
_SET_KEYS = ("title", "extends", "source", "document_title", "typography", "table")
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


def read_table_set(folder: Path, known: Mapping[str, Path] | None = None) -> TableSet:
    """Read a set's manifest; what it does not say is as in the set that it extends.

    Args:
      folder: Folder with `set.toml`.
      known: Folders of the sets that it may extend, by name.
    Raises:
      DefinitionError: The manifest is missing or wrong.
    """
    document = _open(folder / "set.toml")
    reader = _Reader(document, "department", (*PLACEHOLDERS, "level_word"))
    data = document.data
    reader.keys(data, _SET_KEYS)
    base = _base(reader, data, folder, known or {})
    reader.need(data, ("title",) if base else ("title", "table"))
    files = {path.name for path in folder.iterdir() if path.is_file()}
    entries: list[tuple[int, str, str, Path]] = []
    for i, entry in enumerate(reader.items(data, "table", dict)):
        path = ("table", i)
        reader.keys(entry, _ENTRY_KEYS, *path)
        reader.need(entry, ("number", "file"), *path)
        word = reader.get(entry, "level", str, "", *path)
        level = v.LEVEL.key(word) if word else ""
        if level is None:
            reader.fail("level 的值不认识", suggestion(word, v.LEVEL.words), *path, "level", value=word)
        name = reader.get(entry, "file", str, "", *path)
        if name not in files:
            reader.fail("文件不存在", "请检查 file，文件应在表套的文件夹里", *path, "file", value=name)
        number = reader.number(entry, "number", 0, (1, 99), *path)
        chosen = (number, level or "", reader.get(entry, "form", str, "", *path))
        if any(chosen == earlier[:3] for earlier in entries):
            reader.fail("同一张表列了两次", "请用 level 或 form 区分", *path, "number", value=number)
        entries.append((*chosen, folder / name))
    if "table" in data and not entries:
        reader.fail("表套里没有表", "每张表写一个 [[table]]", "table")
    if base:
        own = {number for number, *_ in entries}
        entries = sorted([*(entry for entry in base.entries if entry[0] not in own), *entries], key=_number)
    table_set = TableSet(
        folder.name,
        reader.text(data, "title"),
        reader.text(data, "source"),
        reader.text(data, "document_title", default=base.document_title if base else "{department}{year}年部门预算"),
        reader.choice(data, "typography", ("gongwen", "plain"), base.typography if base else "gongwen"),
        tuple(dict.fromkeys(number for number, *_ in entries)),
        folder,
        tuple(entries),
        base.name if base else "",
    )
    if reader.problems:
        raise DefinitionError(reader.problems)
    return table_set


def _number(entry: tuple[int, str, str, Path]) -> int:
    return entry[0]


def _base(reader: _Reader, data: Mapping[str, Any], folder: Path, known: Mapping[str, Path]) -> TableSet | None:
    name = reader.get(data, "extends", str, "")
    others = {key: path for key, path in known.items() if path != folder}
    if not name:
        return None
    if name not in others:
        reader.fail("没有这个表套", suggestion(name, sorted(others)), "extends", value=name)
        return None
    return read_table_set(others[name])


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
    rows = reader.sheet_rows(data)
    if "block" in data and not data["block"]:
        reader.fail("表里没有 block", "至少要有一个 [[block]]", "block")
    definition = TableDefinition(
        reader.number(data, "number", 0, (1, 99)),
        reader.choice(data, "role", ROLES, "summary"),
        reader.text(data, "name"),
        reader.text(data, "title"),
        reader.text(data, "label", default="编制部门：{department}"),
        reader.text(data, "unit_label", default=f"单位：{unit}"),
        unit,
        reader.number(data, "decimals", 2, (0, _MOST_DECIMALS)),
        reader.get(data, "fixed_decimals", bool, False),
        reader.choice(data, "zero", v.ZERO_STYLE.keys, "blank"),
        reader.get(data, "thousands", bool, True),
        tuple(reader.block(block, i) for i, block in enumerate(reader.items(data, "block", dict))),
        reader.text(data, "note"),
        reader.text(data, "note_when_empty"),
        reader.text(data, "tag"),
        *rows,
        reader.text(data, "source"),
        reader.text(data, "inferred"),
        document.file,
    )
    if reader.problems:
        raise DefinitionError(reader.problems)
    return definition
