"""Rule definitions: read from `templates/rules/*.toml`, refused with file and line where they are wrong."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kpi_cli import resources
from kpi_cli.checks.functions import FUNCTIONS
from kpi_cli.checks.rule import Example, Term, TieOutRule
from kpi_cli.errors import DefinitionError
from kpi_cli.problems import Place, Problem, suggestion, system_reason
from kpi_cli.tables.definition import ROLES
from kpi_cli.toml_source import TomlDocument, TomlError, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from kpi_cli.checks.rule import RuleFunction

KINDS = ("coverage", "sum", "compare", "zero", "function", "listed")


_TERM = re.compile(
    r"(?P<sign>-?)(?P<optional>\??)(?P<role>\w+)(?:\.(?P<block>\w+))?/(?P<row>[^/]+)(?:/(?P<column>\w+))?"
)
_TERMS = ("left", "right", "items")
_LISTS = ("tables", "rows", "sets", "figures")
_CHOICES = {
    "kind": KINDS,
    "severity": ("error", "warning", "hint"),
    "elsewhere": ("", "error", "warning", "hint"),
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
    for path in resources.files_in(resources.templates() / "rules", ".toml"):
        found += parse_rules(read_toml(path, f"rules/{path.name}"))
    return tuple(found)


def read_rules(path: Path, functions: Mapping[str, RuleFunction]) -> list[TieOutRule]:
    """Read the rules of a plugin.

    Args:
      path: Its rules file.
      functions: What its rules of kind `function` name.
    Raises:
      DefinitionError: Every mistake, with file and line.
    """
    try:
        document = read_toml(path, path.name)
    except TomlError as error:
        raise DefinitionError(error.problem) from None
    except OSError as error:
        raise DefinitionError(Problem("unreadable", Place(path.name), facts={"detail": system_reason(error)})) from None
    rules = parse_rules(document, functions)
    return [replace(rule, run=functions.get(rule.function)) for rule in rules]


def parse_rules(document: TomlDocument, functions: Mapping[str, RuleFunction] = FUNCTIONS) -> list[TieOutRule]:
    """Turn a rules file into definitions; raises DefinitionError with every mistake."""
    rules, problems = [], []
    known = [name for name in TieOutRule.__dataclass_fields__ if name != "run"]
    choices = {**_CHOICES, "function": ("", *functions)}
    listed = document.data.get("rule", [])
    for index, raw in enumerate(listed if isinstance(listed, list) else [listed]):
        faults = list(_faults(document, index, raw, known, choices))
        problems += faults
        if not faults:
            values: dict[str, Any] = dict(raw)
            values |= {key: tuple(_term(text) for text in raw[key]) for key in _TERMS if key in raw}
            values |= {key: tuple(raw[key]) for key in _LISTS if key in raw}
            if "example" in raw:
                values["example"] = Example(**raw["example"])
            if "patterns" in raw:
                values["patterns"] = tuple((pattern, words) for pattern, words in raw["patterns"])
            rules.append(TieOutRule(**values))
    if problems:
        raise DefinitionError(problems)
    return rules


def _faults(
    document: TomlDocument, index: int, raw: dict[str, Any], known: list[str], choices: Mapping[str, tuple[str, ...]]
) -> Iterator[Problem]:
    if wrong := list(_wrong_types(raw, known)):
        for key, expected in wrong:
            facts = {"detail": f"{key} 应为{expected}", "hint": "请改正类型"}
            value = raw[key] if isinstance(raw, dict) else raw
            yield Problem("definition", document.place("rule", index, key), str(value), facts)
        return
    own = {"function": ("function",), "listed": ("reason",)}.get(raw.get("kind", ""), ())
    faults = [(key, f"未知的键 {key}", suggestion(key, known), "") for key in raw if key not in known]
    needed = ("id", "title", "kind", "severity", "explain", "source", *own)
    faults += [(key, f"缺少 {key}", "请补上", "") for key in needed if key not in raw]
    for key, allowed in choices.items():
        if key in raw and raw[key] not in allowed:
            faults.append((key, f"{key} 的值不认识", suggestion(str(raw[key]), allowed), str(raw[key])))
    for key, detail, hint, value in (*faults, *_value_faults(raw)):
        yield Problem("definition", document.place("rule", index, key), value, {"detail": detail, "hint": hint})


def _wrong_types(raw: object, known: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (key, what should stand there) for the values of another type."""
    if not isinstance(raw, dict):
        yield "rule", "一张表"
        return
    for key, value in ((key, raw[key]) for key in known if key in raw):
        items = value if isinstance(value, list) else []
        if key in (*_TERMS, *_LISTS):
            if not isinstance(value, list) or not all(isinstance(item, str) for item in items):
                yield key, "文字的列表"
        elif key == "patterns":
            pairs = [item for item in items if isinstance(item, list) and [*map(type, item)] == [str, str]]
            if not isinstance(value, list) or len(pairs) < len(items):
                yield key, "成对文字的列表"
        elif key == "example":
            if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
                yield key, "两段文字的表"
        elif not isinstance(value, str):
            yield key, "文字"


def _value_faults(raw: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield (key, what is wrong, what to do, value) for the values that have a form of their own."""
    if "example" in raw and set(raw["example"]) != set(Example._fields):
        yield "example", "例子不全", 'example = { wrong = "…", right = "…" }', ""
    for pattern, _ in raw.get("patterns", []):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # Python tells what it will read otherwise one day
                re.compile(pattern)
        except (re.error, FutureWarning, OverflowError, RecursionError) as error:
            yield "patterns", f"不是正则式（{error}）", "请改正", pattern
    for key, text in ((name, text) for name in _TERMS for text in raw.get(name, [])):
        match = _TERM.fullmatch(text)
        if not match or match["role"] not in ROLES:
            yield key, "项写法不对", "应为 [-]表[.侧]/行/列，例如 summary.income/total", text


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
