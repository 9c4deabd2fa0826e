"""What a scoring method is, and the one registry that names them all; a plugin adds its own with `register`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from kpi_cli.evaluation.arithmetic import exact
from kpi_cli.problems import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from kpi_cli.evaluation.arithmetic import Outcome


Compute = TypeVar("Compute", bound="Callable[..., Outcome]")


class MethodError(ValueError):
    """Why a method cannot give a score; `code` names the problem in `problems.py`."""

    def __init__(self, code: str, **facts: object) -> None:
        """Keep the facts that the sentence needs."""
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotApplicableScoreError(Exception):
    """The rule itself says that there is nothing to score (`zero_target = "na"`)."""


class Param(NamedTuple):
    """One parameter of a method.

    Attributes:
      doc: What it means (Chinese).
      required: There is no default.
      choices: The words that it may be; empty for a number, a table or free words.
    """

    doc: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """The known values of all units of a series on one indicator, for methods that compare units."""

    values: Mapping[str, Fraction]

    @cached_property
    def highest(self) -> Fraction:
        """The highest value."""
        return max(self.values.values())

    @cached_property
    def lowest(self) -> Fraction:
        """The lowest value."""
        return min(self.values.values())

    @cached_property
    def _counts(self) -> dict[Fraction, int]:
        counts: dict[Fraction, int] = {}
        for value in self.values.values():
            counts[value] = counts.get(value, 0) + 1
        return counts

    def tied(self, value: Fraction) -> int:
        """Count the units with this value."""
        return self._counts[value]

    @cached_property
    def _places(self) -> dict[tuple[bool, bool], dict[Fraction, int]]:
        return {}

    def place(self, value: Fraction, *, lower: bool, dense: bool = False) -> int:
        """Return the place of a value, 1 for the best: 1-2-2-4, or 1-2-2-3 where `dense`."""
        places = self._places.setdefault((lower, dense), {})
        if not places:
            place = 1
            for each in sorted(self._counts, reverse=not lower):
                places[each] = place
                place += 1 if dense else self._counts[each]
        return places[value]


@dataclass(frozen=True)
class Case:
    """What a method sees of one unit on one indicator.

    Attributes:
      points: Full points W.
      params: Parameters of the indicator.
      actual: Actual value A, or None.
      target: Target T, or None.
      baseline: Baseline B, or None.
      inputs: Several values, where the method needs them.
      direction: `higher`, `lower` or `near`.
      group: Values of the unit's series, the unit's own included.
    """

    points: Fraction
    params: Mapping[str, Any] = field(default_factory=dict)
    actual: Fraction | None = None
    target: Fraction | None = None
    baseline: Fraction | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    direction: str = "higher"
    group: Group = field(default_factory=lambda: Group({}))

    @property
    def is_lower(self) -> bool:
        """Tell whether lower values are better."""
        return self.direction == "lower"

    def given(self, name: str) -> Fraction:
        """Return actual, target or baseline; raises MethodError where it is not given."""
        value: Fraction | None = getattr(self, name)
        if value is None:
            raise MethodError("eval-missing-value", what={"actual": "实际值", "target": "目标值"}.get(name, "基期值"))
        return value

    def number(self, name: str, default: object = None) -> Fraction:
        """Return a parameter as a number; raises MethodError where it is none, or missing without a default."""
        return number(self.params, name, default)

    def word(self, name: str, default: str) -> str:
        """Return a parameter that is a word."""
        return str(self.params.get(name, default))


def number(values: Mapping[str, Any], name: str, default: object = None) -> Fraction:
    """Read a number of parameters or inputs."""
    value = values.get(name, default)
    if value is None:
        raise MethodError("eval-method-params", name=name)
    try:
        return exact(value)
    except (ValueError, TypeError, ArithmeticError):
        raise MethodError("eval-method-params", name=name) from None


def numbers(values: Mapping[str, Any], name: str) -> list[Fraction]:
    """Read a list of numbers of parameters or inputs."""
    items = values.get(name)
    if not isinstance(items, (list, tuple)) or not items:
        raise MethodError("eval-method-params", name=name)
    return [number({name: item}, name) for item in items]


@dataclass(frozen=True)
class Method:
    """A scoring method.

    Attributes:
      name: Name in schemes.
      code: Number in domain/evaluation.md, or that of a plugin.
      title: Chinese name.
      family: `indicator` (compute takes a Case), or what it serves: `review`, `leader`, `points`, `project`.
      compute: The function; gives an Outcome that is not rounded.
      needs: Which of actual, target and baseline must be given.
      params: What the scheme may set.
      inputs: Names that a result's `inputs` must hold.
      directions: Directions that it can serve.
      is_relative: Compares the units of a series.
      any_target: Zero and negative targets are as good as others.
    """

    name: str
    code: str
    title: str
    family: str
    compute: Callable[..., Outcome]
    needs: tuple[str, ...] = ()
    params: Mapping[str, Param] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    directions: tuple[str, ...] = ("higher", "lower", "near")
    is_relative: bool = False
    any_target: bool = False


METHODS: dict[tuple[str, str], Method] = {}
"""Every method by family and name."""

COMMON_PARAMS = {"places": Param("得分保留的小数位，空为方案的规定")}
"""Parameters that every indicator may set."""


def register(method: Method) -> Method:
    """Add a method to the registry.

    Raises:
      ValueError: Another method of the family has the name.
    """
    if METHODS.setdefault((method.family, method.name), method) is not method:
        raise ValueError(method.name)
    return method


def find(name: str, family: str = "indicator") -> Method:
    """Return a registered method; raises MethodError where there is none."""
    try:
        return METHODS[family, name]
    except KeyError:
        raise MethodError("eval-unknown-method", hint=suggestion(name, names(family))) from None


def name_of(text: str, family: str = "indicator") -> str:
    """Return the name of the method that a name, a number (`M01`) or a title stands for; other text as it is."""
    own = [method for (each, _), method in METHODS.items() if each == family]
    return next((m.name for m in own if text == m.name or text in (m.code, m.code.lower(), m.title)), text)


def names(family: str = "indicator") -> list[str]:
    """Return the names of all methods of a family."""
    return [name for own, name in METHODS if own == family]


def method(code: str, name: str, title: str, family: str = "indicator", **more: Any) -> Callable[[Compute], Compute]:
    """Register the decorated function as a method; `more` are further attributes of Method."""

    def add(compute: Compute) -> Compute:
        register(Method(name, code, title, family, compute, **more))
        return compute

    return add
