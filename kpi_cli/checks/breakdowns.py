"""Breakdowns: which claims of a text are the parts of which whole.

A list of subjects, of projects, of funds, of 三公 categories … in one section is one breakdown. Whether it claims to
be complete decides what a missing amount means: an error, or nothing that can be held against it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kpi_cli.model import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.checks.claim_book import ClaimBook, Reading
    from kpi_cli.disclosure import Disclosure

ITEM = re.compile(r"\s*(?:[（(]?\d{1,3}[)）]|\d{1,3}\s*[.．、]|[一二三四五六七八九十]+是)")
"""How a sentence of a numbered list begins."""

_VEHICLES = (
    "ministerial_leaders",
    "principal_leaders",
    "confidential_communication",
    "emergency_support",
    "law_enforcement",
    "special_technical",
    "retired_cadres",
    "other",
)
_FIXED = {
    "sangong": ("overseas_travel", "official_reception", "vehicles"),
    "sangong:vehicles": ("vehicle_purchase", "vehicle_operation"),
    "procurement": ("goods", "works", "services"),
    "vehicles_held": (*_VEHICLES, "general_official"),
}
_COMPLETE = ("sangong", "sangong:vehicles", "procurement")
_PURCHASES = "stated:vehicles_to_purchase"


@dataclass(frozen=True)
class Breakdown:
    """The parts of a whole as one section lists them.

    Attributes:
      kind: `function`, `project`, `goals` (projects with 绩效目标), `fund`, `type`, or the family of a fixed breakdown.
      whole: Figure key of what the parts add up to.
      section: Where they are listed.
      parts: One reading per part, in the order of the text.
      is_complete: The list is meant to name every part.
      wholes: Figure keys that could be the whole, where the keys of the parts leave it open.
    """

    kind: str
    whole: str
    section: str
    parts: tuple[Reading, ...]
    is_complete: bool
    wholes: tuple[str, ...] = ()

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Subject codes of the parts, for lists of subjects."""
        return tuple(code_of(reading.claim.figure or "") for reading in self.parts)

    @cached_property
    def covered(self) -> frozenset[str]:
        """The subjects of the list, and every subject above one of them."""
        return frozenset(code[:n] for code in self.codes for n in (3, 5, 7) if n <= len(code))

    @cached_property
    def level(self) -> int:
        """Length of most of the subject codes."""
        return Counter(map(len, self.codes)).most_common(1)[0][0]


def code_of(figure: str) -> str:
    """Return the subject code in a figure key, "" where it is about none."""
    family, _, rest = figure.partition(":")
    return rest.partition(":")[0] if family in ("function", "economic") else ""


def breakdowns(book: ClaimBook) -> Iterator[Breakdown]:
    """Find every breakdown of a text, section by section."""
    sections: dict[str, list[Reading]] = {}
    for reading in book.readings:
        if "@" not in book.key(reading.claim) and "#" not in book.key(reading.claim):
            sections.setdefault(reading.claim.section, []).append(reading)
    for section, readings in sections.items():
        yield from _functions(section, readings)
        yield from _projects(section, readings)
        yield from _split(section, readings)
        yield from _fixed(section, readings)


def _once(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Keep the first reading of each figure."""
    found: dict[str, Reading] = {}
    for reading in readings:
        found.setdefault(reading.claim.figure or "", reading)
    return tuple(found.values())


def _functions(section: str, readings: list[Reading]) -> Iterator[Breakdown]:
    """Find the list of subjects of a section.

    A subject that is wholly basic expenditure may be keyed `function:CODE` in a list of basic expenditure, so that the
    keys of the parts, and the totals that the section states, all say what the whole could be.
    """
    by_code: dict[str, Reading] = {}
    for reading in readings:
        if (reading.claim.figure or "").startswith("function:"):
            by_code.setdefault(_code(reading), reading)
    roots = _roots(tuple(by_code.values()))
    if len(roots) > 1:
        parts = Counter((reading.claim.figure or "").partition(":")[2].partition(":")[2] for reading in roots)
        stated = (figure for r in readings if (figure := r.claim.figure or "").startswith("expenditure"))
        wholes = tuple(dict.fromkeys((*(f"expenditure:{p}".rstrip(":") for p, _ in parts.most_common()), *stated)))
        is_list = all(_is_item(reading) or reading.claim.share_of for reading in roots)
        yield Breakdown("function", wholes[0], section, roots, is_list, wholes)


def _is_item(reading: Reading) -> bool:
    return bool(ITEM.match(reading.claim.sentence))


def _roots(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Leave out subjects that lie below another one of the list."""
    codes = {code_of(reading.claim.figure or "") for reading in readings}
    return tuple(
        reading
        for reading in readings
        if not any(code_of(reading.claim.figure or "")[:n] in codes for n in (3, 5) if n < len(_code(reading)))
    )


def _code(reading: Reading) -> str:
    return code_of(reading.claim.figure or "")


def _projects(section: str, readings: list[Reading]) -> Iterator[Breakdown]:
    parts = _once(r for r in readings if (r.claim.figure or "").startswith("project:"))
    present = {reading.claim.figure for reading in readings}
    if not parts:
        return
    goals = next((reading for reading in readings if reading.claim.figure == "goals:count"), None)
    if "goals:amount" in present:
        yield Breakdown("goals", "goals:amount", section, parts, goals is not None and goals.value == len(parts))
    elif "expenditure:project_expenditure" in present:
        yield Breakdown("project", "expenditure:project_expenditure", section, parts, all(map(_is_item, parts)))


def _split(section: str, readings: list[Reading]) -> Iterator[Breakdown]:
    """Income by fund, expenditure by fund of 财政拨款, expenditure by type."""
    by_key = {reading.claim.figure or "": reading for reading in _once(readings)}
    income = [by_key[key] for key in _income_keys(by_key)]
    if income:
        yield Breakdown("fund", "income", section, tuple(income), is_complete=False)
    funds = [by_key[key] for fund in v.FISCAL_APPROPRIATION if (key := f"expenditure:{fund}") in by_key]
    if len(funds) == len(v.FISCAL_APPROPRIATION):
        yield Breakdown("fund", "expenditure:fiscal_appropriation", section, tuple(funds), is_complete=True)
    types = [by_key[key] for kind in v.EXPENDITURE_TYPE.keys if (key := f"expenditure:{kind}") in by_key]
    if {"expenditure:basic_expenditure", "expenditure:project_expenditure"} <= {r.claim.figure for r in types}:
        yield Breakdown("type", "expenditure", section, tuple(types), is_complete=False)


def _income_keys(known: Iterable[str]) -> list[str]:
    """Funds of income that do not lie in one another."""
    own = [key for key in known if key.startswith("income:")]
    if "income:fiscal_appropriation" in own:
        inside = {f"income:{fund}" for fund in v.FISCAL_APPROPRIATION}
        own = [key for key in own if key not in inside]
    return [key for key in own if not key.endswith(":current_year")]


def _fixed(section: str, readings: list[Reading]) -> Iterator[Breakdown]:
    by_key = {reading.claim.figure or "": reading for reading in _once(readings)}
    for whole, names in _FIXED.items():
        family = whole.partition(":")[0]
        parts = tuple(by_key[key] for name in names if (key := f"{family}:{name}") in by_key)
        if parts:
            is_complete = len(parts) == len(names) if whole in _COMPLETE else len(parts) >= len(_VEHICLES)
            yield Breakdown(family, whole, section, parts, is_complete)
    bought = tuple(r for key, r in by_key.items() if key.removeprefix(f"{_PURCHASES}_") in _FIXED["vehicles_held"])
    if bought:
        yield Breakdown("vehicles_to_purchase", _PURCHASES, section, bought, len(bought) >= len(_VEHICLES))
    posts = tuple(reading for key, reading in by_key.items() if key.startswith("headcount:"))
    if posts:
        total = by_key.get("headcount")
        is_list = total is not None and all(_lists_posts(total, reading) for reading in posts)
        yield Breakdown("headcount", "headcount", section, posts, is_list)


def printed_codes(disclosure: Disclosure, level: int) -> tuple[str, ...]:
    """Return the function subjects of a level that the expenditure table has rows for."""
    blocks = [block for table in disclosure.tables if table.role == "expenditure" for block in table.blocks]
    return tuple(key for block in blocks for key in block.keys if key.isdigit() and len(key) == level)


def _lists_posts(total: Reading, reading: Reading) -> bool:
    """“实有7名，其中主任1名，…”: with no 其中, or a second one, kinds of people may lie in one another."""
    sentence = reading.claim.sentence
    return sentence == total.claim.sentence and sentence.count("其中") == 1
