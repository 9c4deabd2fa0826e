"""Another scheme, for comparison only: `weights.town.public_review = 20` (never saved)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi_cli.errors import UsageError
from kpi_cli.evaluation import scheme as s
from kpi_cli.evaluation.arithmetic import exact, written
from kpi_cli.evaluation.vocabulary import BONUS_TYPE, CATEGORY, COMPONENT, GROUP, LEVEL, STAGE, TIER, word
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi_cli.evaluation.final import Final

_FIXED = ("year", "doc_no", "source", "deadlines", "appeal_deadline")
_NUMBERS = ("final_cap", "deduction", "bonus", "quota", "min", "cap", "unit_count")
"""Settings that may be absent, and are numbers where they are not; an empty value takes them away."""

_WORDS = (CATEGORY, COMPONENT, GROUP, STAGE, TIER, LEVEL, BONUS_TYPE)
_FLAGS = {"true": True, "是": True, "false": False, "否": False}


def with_change(scheme: s.Scheme, key: str, value: str) -> s.Scheme:
    """Return the scheme with one setting changed.

    Args:
      scheme: The scheme.
      key: Path as in scheme.toml, such as `weights.town.public_review`, `caps.bonus`, `grade.一等.quota`; Chinese
        words for English keys are accepted. A new key is accepted only in a table of weights or caps.
      value: As written in the file, without quotes; lists have commas.
    Raises:
      UsageError: There is no such setting, or the value is not of its kind.
    """
    changed = _changed(scheme, key.split("."), value, key)
    assert isinstance(changed, s.Scheme)
    return changed


class Variant(NamedTuple):
    """A changed scheme, and what had to be adjusted with it."""

    scheme: s.Scheme
    notes: tuple[str, ...]


def with_changes(scheme: s.Scheme, changes: Iterable[tuple[str, str]]) -> Variant:
    """Return the scheme with several settings changed.

    Component weights of a category that no longer add up to 100 are made to: those that were not named share what is
    left in their old proportion, exactly, and a note says so.

    Raises:
      UsageError: As `with_change`.
    """
    changed = scheme
    for key, value in changes:
        changed = with_change(changed, key, value)
    notes: list[str] = []
    weights = dict(changed.weights)
    for category, new in changed.weights.items():
        named = {name for name, weight in new.items() if weight != scheme.weights[category].get(name)}
        rest = {name: exact(weight) for name, weight in new.items() if name not in named}
        left = exact(s.HUNDRED) - sum(exact(new[name]) for name in named)
        if not named or not sum(rest.values()) or left < 0 or left == sum(rest.values()):
            continue
        adjusted = {name: weight * left / sum(rest.values()) for name, weight in rest.items()}
        weights[category] = {name: adjusted.get(name, weight) for name, weight in new.items()}
        terms = "、".join(f"{word(COMPONENT, name)} {written(weight)}" for name, weight in adjusted.items())
        notes.append(f"{word(CATEGORY, category)}其余权重按原比例调整为 {terms}")
    return Variant(replace(changed, weights=weights), tuple(notes))


def _changed(node: Any, path: list[str], value: str, key: str) -> Any:
    if not path:
        return _value(node, value, key)
    if is_dataclass(node) and not isinstance(node, type):
        known = [field.name for field in fields(node) if field.name not in _FIXED]
        name = path[0]
        if name not in known:
            raise _unknown(key, name, known)
        return replace(node, **{name: _changed(getattr(node, name), path[1:], value, key)})
    if isinstance(node, Mapping):
        name = _name(path[0], node)
        if name not in node:
            if key.startswith("options") or len(path) > 1 or not node:
                raise _unknown(key, name, node)
            return {**node, name: _value(next(iter(node.values())), value, key)}
        return {**node, name: _changed(node[name], path[1:], value, key)}
    if isinstance(node, tuple) and node and is_dataclass(node[0]):
        labels = [getattr(item, "name", "") or getattr(item, "id", "") for item in node]
        ids = [getattr(item, "id", "") for item in node]
        place = next((at for names in (labels, ids) for at, label in enumerate(names) if label == path[0]), None)
        if place is None:
            raise _unknown(key, path[0], labels)
        if len(path) < 2:
            raise _unknown(key, path[0], [field.name for field in fields(node[place])])
        return tuple(_changed(item, path[1:], value, key) if at == place else item for at, item in enumerate(node))
    raise _unknown(key, path[0], ())


def _name(text: str, node: Mapping[str, Any]) -> str:
    """Return the key of a table that a word stands for."""
    if text in node:
        return text
    return next((key for words in _WORDS if (key := words.key(text)) is not None and key in node), text)


def _unknown(key: str, name: str, known: Iterable[str]) -> UsageError:
    """Refuse a path: `name` is the part of it that leads nowhere."""
    return UsageError(Problem("eval-unknown-setting", value=key, facts={"hint": suggestion(name, known)}))


def _value(old: Any, text: str, key: str) -> Any:
    """Read a value of the same kind as the one that it replaces."""
    text, choices = text.strip(), s.CHOICES.get(key)
    if choices:
        return _checked(text in choices, text, text, key, "、".join(choices), choices[0])
    if isinstance(old, bool):
        return _checked(text in _FLAGS, _FLAGS.get(text), text, key, "是或否", "true")
    if isinstance(old, tuple):
        items = tuple(COMPONENT.key(item.strip()) or item.strip() for item in text.split(",") if item.strip())
        return _checked(set(items) <= set(s.TIE_BREAKS), items, text, key, "、".join(s.TIE_BREAKS), "indicator_score")
    if isinstance(old, int):
        return _checked(text.isdecimal(), int(text) if text.isdecimal() else 0, text, key, "整数", "2")
    name = key.rsplit(".", maxsplit=1)[-1]
    if isinstance(old, Decimal) or (old is None and name in _NUMBERS):
        if not text and name in _NUMBERS:
            return None
        return _checked((number := _number(text)) is not None, number, text, key, "数字", "20")
    raise _unknown(key, name, ())


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= 12 else None


def _checked(is_right: bool, value: Any, text: str, key: str, expected: str, example: str) -> Any:
    if not is_right:
        raise UsageError(
            Problem("eval-setting-value", value=text, facts={"key": key, "expected": expected, "example": example})
        )
    return value


class RankChange(NamedTuple):
    """One unit before and after a change; ranks and grades are those of the printed results."""

    evaluated_unit: str
    total_before: Decimal
    total_after: Decimal
    rank_before: int
    rank_after: int
    grade_before: str
    grade_after: str


def compare(before: Final, after: Final) -> tuple[RankChange, ...]:
    """Compare the results of every unit that both hold, in the order of `before`."""
    return tuple(
        RankChange(old.evaluated_unit, old.total, new.total, old.rank, new.rank, old.grade, new.grade)
        for old in before.units
        if (new := after.of(old.evaluated_unit))
    )
