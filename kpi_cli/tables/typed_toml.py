"""Typed access to a TOML document that collects every mistake with its line, instead of stopping at the first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kpi_cli.model import vocabulary as v
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kpi_cli.toml_source import TomlDocument

PLACEHOLDERS = ("year", "previous_year", "department")
TYPE_WORDS = {str: "文字", int: "整数", bool: " true 或 false", list: "数组", dict: "表"}


class TypedToml:
    """Reads values of a TOML document by type; what is wrong is noted with its line and replaced by a default.

    Attributes:
      document: The document.
      level: Key of LEVEL, for texts that are given per level.
      placeholders: Names that may stand in braces in a text.
      problems: What is wrong so far.
    """

    def __init__(self, document: TomlDocument, level: str, placeholders: tuple[str, ...] = PLACEHOLDERS) -> None:
        self.document = document
        self.level = level
        self.placeholders = placeholders
        self.problems: list[Problem] = []

    def fail(self, detail: str, hint: str, *path: str | int, value: object = "") -> None:
        """Note a mistake at a key: what is wrong, and what to do."""
        self.problems.append(
            Problem("definition", self.document.place(*path), str(value), {"detail": detail, "hint": hint})
        )

    def keys(self, table: Mapping[str, Any], known: Iterable[str], *path: str | int) -> None:
        """Refuse keys that nobody knows."""
        for key in table:
            if key not in known:
                place = self.document.place(*path, key)
                self.problems.append(Problem("unknown-key", place, facts={"key": key, "hint": suggestion(key, known)}))

    def need(self, table: Mapping[str, Any], keys: Iterable[str], *path: str | int) -> None:
        """Note the keys that are missing."""
        for key in keys:
            if key not in table:
                self.fail(f"缺少 {key}", "请补上这个键，见 docs/table-sets.md", *path)

    def get(self, table: Mapping[str, Any], key: str, kind: type, default: Any, *path: str | int) -> Any:
        """Read a value of one type; a missing or wrong one is `default`."""
        value = table.get(key, default)
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        self.fail(f"{key} 应为{TYPE_WORDS[kind]}", "请改正类型", *path, key, value=value)
        return default

    def items(self, table: Mapping[str, Any], key: str, kind: type, *path: str | int) -> list[Any]:
        """Read an array whose elements are all of one type; wrong elements are reported and left out."""
        found = []
        for i, item in enumerate(self.get(table, key, list, [], *path)):
            if isinstance(item, kind) and not isinstance(item, bool):
                found.append(item)
            else:
                self.fail(f"{key} 的每一项应为{TYPE_WORDS[kind]}", "请改正类型", *path, key, i, value=item)
        return found

    def number(
        self, table: Mapping[str, Any], key: str, default: Any, allowed: tuple[int, int], *path: str | int
    ) -> Any:
        """Read an integer between two bounds, inclusive; a missing one is `default`."""
        value = self.get(table, key, int, default, *path) if key in table else default
        if key in table and value is not None and not allowed[0] <= value <= allowed[1]:
            self.fail(f"{key} 应在 {allowed[0]} 和 {allowed[1]} 之间", "请改正", *path, key, value=value)
            return default
        return value

    def text(self, table: Mapping[str, Any], key: str, *path: str | int, default: str = "") -> str:
        """Read a text that may be given per level: `title = { department = "…", unit = "…" }`."""
        return self.by_level(table.get(key, default), *path, key)

    def by_level(self, value: object, *path: str | int) -> str:
        """Return the text of the level, its placeholders checked."""
        if isinstance(value, dict):
            texts = {v.LEVEL.key(str(level)): text for level, text in value.items()}
            if None in texts or self.level not in texts:
                self.fail("按层级给出的文字不全", '请写成 { department = "…", unit = "…" }', *path)
            value = texts.get(self.level, "")
        if not isinstance(value, str):
            self.fail(f"{path[-1]} 应为文字", "请加引号", *path, value=value)
            return ""
        for name in re.findall(r"\{(.*?)\}", value):
            if name not in self.placeholders:
                self.fail("文字里的花括号不认识", suggestion(name, self.placeholders), *path, value=f"{{{name}}}")
        return value

    def choice(self, table: Mapping[str, Any], key: str, allowed: Iterable[str], default: str, *path: str | int) -> str:
        """Read one of the allowed words."""
        value = table.get(key, default)
        if not isinstance(value, str) or value not in allowed:
            self.fail(f"{key} 的值不认识", suggestion(str(value), allowed), *path, key, value=value)
            return default
        return str(value)

    def texts(self, table: Mapping[str, Any], key: str, *path: str | int) -> tuple[str, ...]:
        """Read an array of texts, each of which may be given per level."""
        items = self.get(table, key, list, [], *path)
        return tuple(self.by_level(item, *path, key, i) for i, item in enumerate(items))

    def unused(self, table: Mapping[str, Any], keys: Iterable[str], reason: str, *path: str | int) -> None:
        """Refuse keys that would have no effect: whoever wrote them expects one."""
        for key in keys:
            if key in table:
                self.fail(f"{key} 在这里不起作用：{reason}", "请删去这个键，或改正其余的键", *path, key)
