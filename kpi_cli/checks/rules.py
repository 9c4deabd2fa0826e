"""Rule definitions: read from `templates/rules/*.toml`, refused with file and line where they are wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli import resources
from kpi_cli.errors import DefinitionError
from kpi_cli.problems import Problem, suggestion
from kpi_cli.tables.definition import ROLES
from kpi_cli.toml_source import TomlDocument, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("coverage", "sum", "compare", "zero")


@dataclass(frozen=True, slots=True)
class Term:
    """One figure of a comparison: `[-][?]ROLE[.BLOCK]/ROW[/COLUMN]`.

    Attributes:
      role: Role of the table.
      block: `income`, `line` or `sangong`; "" is the table's only block.
      row: Row key; `{row}` under `each`.
      column: Column id; "" is the total column, or the first amount column.
      sign: 1 or -1.
      optional: Counts as zero where the set has no such table, row or column (`?`).
    """

    role: str
    block: str
    row: str
    column: str
    sign: int
    optional: bool


@dataclass(frozen=True, slots=True)
class TieOutRule:
    """One rule.

    Attributes:
      id: As in domain/rules.md; several definitions may share one.
      title: What holds, in a few words.
      kind: One of KINDS.
      severity: `error`, `warning` or `hint`.
      explain: What it checks and why.
      source: On whose authority.
      left: Terms that are added.
      right: Terms that are added.
      op: `=` or `<=`.
      each: "", `category` (every 类) or `code` (every subject).
      tables: For `sum`: roles.
      block: For `sum`: only this block.
      rows: For `sum`: only these sum rows.
      direction: For `sum`: `columns`, `rows`, or "" for both.
      items: For `zero`.
      sets: Table sets that it is about; none is all.
      level: Level that it is about, or "".
      fund: Fund that it is about, or "".
      when: "", `all_general` or `no_carry_forward`.
    """

    id: str
    title: str
    kind: str
    severity: str
    explain: str
    source: str
    left: tuple[Term, ...] = ()
    right: tuple[Term, ...] = ()
    op: str = "="
    each: str = ""
    tables: tuple[str, ...] = ()
    block: str = ""
    rows: tuple[str, ...] = ()
    direction: str = ""
    items: tuple[Term, ...] = ()
    sets: tuple[str, ...] = ()
    level: str = ""
    fund: str = ""
    when: str = ""


_TERM = re.compile(
    r"(?P<sign>-?)(?P<optional>\??)(?P<role>\w+)(?:\.(?P<block>\w+))?/(?P<row>[^/]+)(?:/(?P<column>\w+))?"
)
_TERMS = ("left", "right", "items")
_LISTS = ("tables", "rows", "sets")
_CHOICES = {
    "kind": KINDS,
    "severity": ("error", "warning", "hint"),
    "op": ("=", "<="),
    "each": ("", "category", "code"),
    "direction": ("", "columns", "rows"),
    "when": ("", "all_general", "no_carry_forward"),
}


def bundled_rules() -> tuple[TieOutRule, ...]:
    """Read the rules of the project.

    Raises:
      DefinitionError: Every mistake, with file and line.
    """
    found: list[TieOutRule] = []
    for path in sorted((resources.templates() / "rules").glob("*.toml")):
        found += parse_rules(read_toml(path, f"rules/{path.name}"))
    return tuple(found)


def parse_rules(document: TomlDocument) -> list[TieOutRule]:
    """Turn a rules file into definitions; raises DefinitionError with every mistake."""
    rules, problems = [], []
    known = TieOutRule.__dataclass_fields__
    for index, raw in enumerate(document.data.get("rule", [])):
        faults = list(_faults(document, index, raw, known))
        problems += faults
        if not faults:
            values: dict[str, Any] = dict(raw)
            values |= {key: tuple(_term(text) for text in raw[key]) for key in _TERMS if key in raw}
            values |= {key: tuple(raw[key]) for key in _LISTS if key in raw}
            rules.append(TieOutRule(**values))
    if problems:
        raise DefinitionError(problems)
    return rules


def _faults(document: TomlDocument, index: int, raw: dict[str, Any], known: Any) -> Iterator[Problem]:
    def fault(key: str, detail: str, hint: str, value: object = "") -> Problem:
        place = document.place("rule", index, key)
        return Problem("definition", place, str(value), {"detail": detail, "hint": hint})

    for key in raw:
        if key not in known:
            yield fault(key, f"未知的键 {key}", suggestion(key, known))
    for key in ("id", "title", "kind", "severity", "explain", "source"):
        if key not in raw:
            yield fault(key, f"缺少 {key}", "请补上")
    for key, allowed in _CHOICES.items():
        if key in raw and raw[key] not in allowed:
            yield fault(key, f"{key} 的值不认识", suggestion(str(raw[key]), allowed), raw[key])
    for key, text in ((name, text) for name in _TERMS for text in raw.get(name, [])):
        match = _TERM.fullmatch(text)
        if not match or match["role"] not in ROLES:
            yield fault(key, "项写法不对", "应为 [-]表[.侧]/行/列，例如 summary.income/total", text)


def _term(text: str) -> Term:
    match = _TERM.fullmatch(text)
    assert match is not None
    return Term(
        match["role"],
        match["block"] or "",
        match["row"],
        match["column"] or "",
        -1 if match["sign"] else 1,
        bool(match["optional"]),
    )
