"""What an option or argument takes, said once, beside its declaration: `Annotated[str, typer.Option(…), UNIT]`.

Where nothing is said, a path is a file and anything else is free text. The scripts of all shells are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Values:
    """What stands for an option's value or an argument.

    Attributes:
      kind: `text` (anything), `file`, `folder`, `words` (one of `words`), or `ask:KIND`: kpi knows, see `answers`.
      words: The fixed words with what each means, or "".
    """

    kind: str
    words: tuple[tuple[str, str], ...] = ()


def words(*fixed: str) -> Values:
    """Return the choice among fixed words."""
    return described(dict.fromkeys(fixed, ""))


def described(fixed: dict[str, str]) -> Values:
    """Return the choice among fixed words; each comes with what it means."""
    return Values("words", tuple(fixed.items()))


def ask(kind: str) -> Values:
    """Return what kpi knows when TAB is pressed; `kind` is a key of `answers.KINDS`."""
    return Values(f"ask:{kind}")


TEXT, FILE, FOLDER = Values("text"), Values("file"), Values("folder")
YEAR, TABLE, TABLE_SET, UNIT, PROJECT = map(ask, ("year", "table", "table_set", "unit", "project"))
FUNCTION, ECONOMIC, SUBJECT = map(ask, ("function", "economic", "subject"))
EXPORTER, PLUGIN, RULE = map(ask, ("exporter", "plugin", "rule"))
EVALUATED_UNIT, INDICATOR = map(ask, ("evaluated_unit", "indicator"))
