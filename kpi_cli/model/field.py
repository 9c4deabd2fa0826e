"""What a field of a record is, what a kind of record is, and the parsers that kinds share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kpi_cli.problems import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kpi_cli.model.vocabulary import Vocabulary

Values = dict[str, Any]


class FieldError(ValueError):
    """A value that its field refuses; `code` and `facts` name the problem in `problems.py`."""

    def __init__(self, code: str, **facts: object) -> None:
        """Keep the facts that the sentence needs."""
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Field:
    """One field of a record.

    Attributes:
      name: TOML key, CSV column and attribute of the record.
      label: Chinese column name.
      parse: Turns a TOML value or a cell's text into the canonical value, or raises FieldError.
      doc: What it means, for the reference page (Chinese).
      example: A value as a person writes it.
      required: The record cannot do without it.
      default: Canonical value where it is not given.
      column: English CSV column where it differs from `name`.
      aliases: Further accepted spellings of the column.
      write: Turns the canonical value into the one that TOML and CSV show.
      read: Takes the value out of a record, where it is not the attribute called `name`.
    """

    name: str
    label: str
    parse: Callable[[object], Any]
    doc: str
    example: str
    required: bool = False
    default: Any = ""
    column: str = ""
    aliases: tuple[str, ...] = ()
    write: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every accepted column name."""
        return tuple(dict.fromkeys((self.name, self.column or self.name, self.label, *self.aliases)))

    @property
    def words(self) -> tuple[str, ...]:
        """The words that it takes, where they are fixed."""
        if self.parse is flag:
            return ("是", "否")
        return self.parse.vocabulary.words if isinstance(self.parse, choice) else ()


def text(value: object) -> str:
    """Take text, without the spaces around it."""
    if isinstance(value, str):
        return value.strip()
    raise FieldError("wrong-type", expected="文字，两边加引号", example=f'"{_shown(value)}"')


def _shown(value: object) -> str:
    """Write a value of the wrong type as the text that was probably meant."""
    return str(value) if type(value) is int and abs(value) < 10**15 else "文字"


class choice:  # noqa: N801 - a parser like the functions beside it, which can say what it takes
    """A parser that takes a word of a vocabulary, or its English key, and gives the key."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Know the vocabulary."""
        self.vocabulary = vocabulary

    def __call__(self, value: object) -> str:
        """Parse a value."""
        key = self.vocabulary.key(value) if isinstance(value, str) else None
        if key is None:
            raise FieldError("unknown-value", hint=suggestion(str(value), self.vocabulary.words))
        return key


class code:  # noqa: N801 - a parser like the functions beside it, which can say what it takes
    """A parser that takes text of a pattern; `problem` says what is wrong with other text."""

    def __init__(self, pattern: str, problem: str) -> None:
        """Know the pattern."""
        self.pattern = pattern
        self._problem = problem
        self._matches = re.compile(pattern, re.ASCII).fullmatch

    def __call__(self, value: object) -> str:
        """Parse a value."""
        if not isinstance(value, str):
            raise FieldError("wrong-type", expected="加引号的编码", example=f'"{_shown(value)}"')
        found = value.strip()
        if not self._matches(found):
            raise FieldError(self._problem)
        return found


_FLAGS = {"是": True, "否": False, "true": True, "false": False, "": False}


def flag(value: object) -> bool:
    """Take 是, 否, true or false."""
    found = value if isinstance(value, bool) else _FLAGS.get(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise FieldError("not-a-flag")
    return found


def integer(value: object) -> int:
    """Take an integer that is not negative."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip()):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
        return value
    raise FieldError("not-an-integer")


@dataclass(frozen=True)
class RecordKind:
    """One kind of record and where it lives.

    Attributes:
      name: Key of the array of tables in TOML.
      plural: KIND of `kpi import`.
      group: Command group that edits single records, or ""; see `command`.
      label: Chinese name.
      file: File in the year's folder.
      fields: In the order in which a record is written.
      record: Class of the records; called with the canonical values and `source`.
      complete: Derives values and checks fields against each other; raises FieldError.
      identity: Fields that together are unique in their file; joined with `/` they are the record's reference.
      shares_group: The group edits several kinds, whose plural stands behind the verb.
      has_rules: What is repeated in the file is left to the rules, which say more about it than the reader.
    """

    name: str
    plural: str
    group: str
    label: str
    file: str
    fields: tuple[Field, ...]
    record: Callable[..., Any]
    complete: Callable[[Values], None]
    identity: tuple[str, ...] = ()
    shares_group: bool = False
    has_rules: bool = False
    by_name: Mapping[str, Field] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the fields by TOML key."""
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})

    @property
    def keys(self) -> tuple[str, ...]:
        """TOML keys in writing order."""
        return tuple(self.by_name)

    @property
    def identity_label(self) -> str:
        """Chinese names of the fields of the identity."""
        return "、".join(self.by_name[name].label for name in self.identity)

    def command(self, verb: str) -> str:
        """Return the command that does something with records of this kind: `budget list`, `eval list results`."""
        return f"{self.group} {verb} {self.plural}" if self.shares_group else f"{self.group} {verb}"

    def reference(self, values: Mapping[str, Any]) -> str:
        """Return the values of the identity joined with `/`; "" where one of them is missing."""
        parts = [values.get(name) for name in self.identity]
        return "" if None in parts or "" in parts else "/".join(map(str, parts))
