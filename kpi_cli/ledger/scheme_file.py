"""Reads `YEAR/evaluation/scheme.toml` into a Scheme, driven by the annotations of its classes."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from kpi_cli import resources
from kpi_cli.evaluation import scheme as s
from kpi_cli.evaluation import vocabulary as w
from kpi_cli.evaluation.kinds import FOLDER
from kpi_cli.model.source import Source
from kpi_cli.problems import Problem, suggestion
from kpi_cli.toml_source import TomlDocument, TomlError, read_toml

if TYPE_CHECKING:
    from pathlib import Path

    from kpi_cli.ledger.report import Report
    from kpi_cli.model.vocabulary import Vocabulary

SCHEME = f"{FOLDER}/scheme.toml"
_KEYS: dict[str, Vocabulary] = {
    "weights": w.CATEGORY,
    "weights.*": w.COMPONENT,
    "group_weights": w.CATEGORY,
    "group_weights.*": w.GROUP,
    "stage_weights": w.STAGE,
    "tier_weights": w.TIER,
    "caps.bonus_by_type": w.BONUS_TYPE,
    "deduction_rule.*.multiplier": w.LEVEL,
}
"""Tables whose keys are words of a vocabulary, in either language; `*` stands for any key or number."""
_WORDS: dict[str, Vocabulary] = {
    "tie_break": w.COMPONENT,
    "public_review.round": w.ROUND,
    "bonus_rule.*.type": w.BONUS_TYPE,
    "bonus_rule.*.level": w.LEVEL,
}
"""Values that are words of a vocabulary."""
NAMES = {"Decimal": Decimal, "Fraction": Fraction, "Mapping": Mapping, "Source": Source}
"""What the annotations of a scheme name, for `get_type_hints`."""
Path_ = tuple[str | int, ...]
"""Keys and numbers from the top of the file to a value."""
_EXPECTED = {
    Decimal: ("数字", "15"),
    int: ("整数", "2"),
    bool: ("true 或 false", "true"),
    str: ("文字，两边加引号", '"文字"'),
    tuple: ("列表", '["indicator_score", "public_review"]'),
}


def read_scheme(root: Path, year: int, report: Report) -> s.Scheme | None:
    """Read the scheme of a year.

    Args:
      root: The ledger's folder.
      year: Evaluation year.
      report: Takes every problem of the file.
    Returns:
      The scheme; None where there is no file, or it has errors.
    """
    file = f"{year}/{SCHEME}"
    try:
        document = read_toml(root / file, file)
    except FileNotFoundError:
        return None
    except TomlError as error:
        report.errors.append(error.problem)
        return None
    reader = _Reader(document, report)
    return reader.scheme(year)


def starter_scheme(year: int) -> str:
    """Return the text of a scheme to begin with."""
    path = resources.templates() / "evaluation/scheme.toml"
    return path.read_text(encoding="utf-8").replace("{year}", str(year))


def moved_scheme(text: str, from_year: int, year: int) -> tuple[str, list[str]]:
    """Move a scheme to another year: its dates move along, its document number goes.

    Returns:
      The text, comments kept, and what the leading group has to decide again.
    Raises:
      LedgerError: It is no TOML, or has no [scheme].
    """
    import tomlkit

    document = tomlkit.parse(text)
    scheme = document["scheme"]
    scheme["year"], scheme["doc_no"] = year, ""

    def moved(date: object) -> str:
        found = re.search(r"[0-9]{4}", str(date))
        return str(date).replace(found[0], str(int(found[0]) + year - from_year), 1) if found else str(date)

    for key in ("bonus_from", "bonus_to", "appeal_deadline"):
        if scheme.get(key):
            scheme[key] = moved(scheme[key])
    if "deadlines" in scheme:
        deadlines = {moved(key): moved(value) for key, value in scheme["deadlines"].items()}
        for key in list(scheme["deadlines"]):
            del scheme["deadlines"][key]
        scheme["deadlines"].update(deadlines)
    notes = [f"文号（{from_year} 年的已删去）", "各项期限（已顺延到新年度）"]
    notes += [_TO_DECIDE[key] for key in _TO_DECIDE if key in scheme]
    return tomlkit.dumps(document), [f"请重新审定：{note}" for note in notes]


_TO_DECIDE = {
    "weights": "各类别的权重",
    "group_weights": "评议代表各组的权重",
    "caps": "扣分、加分的上限",
    "grade": "等次的分数线和名额",
    "deduction_rule": "扣分标准",
    "bonus_rule": "加分标准",
}


class _Refused(Exception):  # noqa: N818 - no error of its own: the problem is in the report
    """A value that was reported and is left out."""


class _Reader:
    def __init__(self, document: TomlDocument, report: Report) -> None:
        self._document = document
        self._report = report

    def scheme(self, year: int) -> s.Scheme | None:
        before = len(self._report.errors)
        for key in self._document.data.keys() - {"scheme"}:
            self._refuse("unknown-key", (key,), key=key, hint=suggestion(key, ("scheme",)))
        raw = self._document.data.get("scheme", {})
        if isinstance(raw, dict):
            raw = {"year": year, **raw}
            if raw["year"] != year:
                hint = f"文件在 {year} 年的文件夹里"
                self._refuse("unknown-value", ("scheme", "year"), raw["year"], field="年度", hint=hint)
        try:
            found = self._value(s.Scheme, raw, ("scheme",))
        except _Refused:
            return None
        source = Source(self._document.file, self._document.place("scheme").line, 1)
        return None if len(self._report.errors) > before else replace(found, source=source)

    def _refuse(self, code: str, path: Path_, value: object = "", **facts: object) -> None:
        self._report.errors.append(Problem(code, self._document.place(*path), str(value), facts))

    def _value(self, hint: Any, raw: Any, path: Path_) -> Any:
        """Turn a TOML value into one of the annotated type.

        Raises:
          _Refused: It is of another kind; the report says so.
        """
        hint = first_type(hint)
        origin = get_origin(hint)
        if is_dataclass(hint):
            return self._record(hint, raw, path)
        if origin is Mapping:
            return self._mapping(get_args(hint)[1], raw, path)
        if origin is tuple:
            return self._list(get_args(hint)[0], raw, path)
        return self._plain(hint, raw, path)

    def _record(self, record: Any, raw: Any, path: Path_) -> Any:
        self._require(raw, dict, path)
        hints = _hints(record)
        known = [field for field in fields(record) if field.name != "source"]
        names = [field.name for field in known]
        for key in raw.keys() - set(names):
            self._refuse("unknown-key", (*path, key), key=key, hint=suggestion(key, names))
        values = {}
        for field in known:
            if field.name in raw:
                try:
                    values[field.name] = self._value(hints[field.name], raw[field.name], (*path, field.name))
                except _Refused:
                    continue
            elif field.default is MISSING and field.default_factory is MISSING:
                example = _EXPECTED[first_type(hints[field.name])][1]
                self._refuse("missing", path, field=f" {_dotted((*path, field.name))}", key=field.name, example=example)
        try:
            return record(**values)
        except TypeError:  # what is missing was reported
            raise _Refused from None

    def _mapping(self, hint: Any, raw: Any, path: Path_) -> dict[str, Any]:
        self._require(raw, dict, path)
        words = _KEYS.get(_pattern(path))
        found: dict[str, Any] = {}
        for key, value in raw.items():
            name = w.open_key(words, key) if words else key
            try:
                found[name] = self._value(hint, value, (*path, key))
            except _Refused:
                continue
        return found

    def _list(self, hint: Any, raw: Any, path: Path_) -> tuple[Any, ...]:
        self._require(raw, list, path)
        found = []
        for i, item in enumerate(raw):
            try:
                found.append(self._value(hint, item, (*path, i)))
            except _Refused:
                continue
        return tuple(found)

    def _require(self, raw: Any, kind: type, path: Path_) -> None:
        if isinstance(raw, kind):
            return
        expected, example = ("一张表", f"[{_dotted(path)}]") if kind is dict else ("列表", f"[[{_dotted(path)}]]")
        self._refuse("wrong-type", path, raw, field=f" {_dotted(path)} ", expected=expected, example=example)
        raise _Refused

    def _plain(self, kind: type, raw: Any, path: Path_) -> Any:
        value = _converted(kind, raw)
        if value is None:
            expected, example = _EXPECTED[kind]
            self._refuse("wrong-type", path, raw, field=f" {_dotted(path)} ", expected=expected, example=example)
            raise _Refused
        pattern = _pattern(path)
        choices = s.CHOICES.get(pattern)
        if choices and value not in choices:
            self._refuse("unknown-value", path, raw, field=f" {_dotted(path)} ", hint=suggestion(value, choices))
            raise _Refused
        low, high = s.RANGES.get(pattern, (None, None))
        if low is not None and not low <= value <= high:
            hint = f"应在 {low} 和 {high} 之间"
            self._refuse("unknown-value", path, raw, field=f" {_dotted(path)} ", hint=hint)
            raise _Refused
        words = _WORDS.get(pattern) or _WORDS.get(pattern.rpartition(".")[0])
        return w.open_key(words, value) if words and isinstance(value, str) else value


@cache
def _hints(record: Any) -> dict[str, Any]:
    return get_type_hints(record, localns=NAMES)


def first_type(hint: Any) -> Any:
    """Return the first type of a union: `Decimal | None` and `Decimal | Fraction` are read as Decimal."""
    return get_args(hint)[0] if get_origin(hint) in (Union, types.UnionType) else hint


def _dotted(path: Path_) -> str:
    return ".".join(step for step in path if isinstance(step, str))


def _pattern(path: Path_) -> str:
    """Return a path as the tables above have it: `deduction_rule.*.multiplier`, `weights.*`."""
    steps = ["*" if isinstance(step, int) else step for step in path[1:]]
    if len(steps) > 1 and steps[0] in ("weights", "group_weights"):
        steps[1] = "*"
    return ".".join(steps)


def _converted(kind: type, raw: Any) -> Any:
    """Return a value of the kind, or None where it is none."""
    if kind is Decimal:
        is_number = isinstance(raw, (int, Decimal)) and not isinstance(raw, bool)
        number = Decimal(raw) if is_number else None
        return number if number is not None and number.is_finite() and abs(number.adjusted()) <= 12 else None
    if kind is str and isinstance(raw, date):
        return raw.isoformat()
    if kind is int and isinstance(raw, bool):
        return None
    return raw if isinstance(raw, kind) else None
