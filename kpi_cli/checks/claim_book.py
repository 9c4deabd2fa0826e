"""The claims of a disclosure in the hands of rules: by figure, in 元, and what each of them ought to be.

What a figure ought to be comes from the ledger where there is one, and from the tables. Relations between claims are
judged on the numbers as printed first; where they fail only because one of them differs from its table, that claim
is the cause, and the relation a consequence.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kpi_cli import money
from kpi_cli.checks.figure_cells import CellFigure, cell_figures
from kpi_cli.checks.finding import Finding
from kpi_cli.checks.labels import figure_name
from kpi_cli.model import figures as keys
from kpi_cli.tables.figures import UnknownFigureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.model.claims import Claim

ZERO = Decimal(0)
_MONEY = ("income", "expenditure", "function", "economic", "project", "sangong", "procurement")
_MONEY_KEYS = ("agency_operating_expenditure", "goals:amount")
_EXPLAINED = ("income", "expenditure", "function", "economic")
_WITHOUT_YUAN = {"万": "万元", "亿": "亿元"}
_QUOTED = 40
_TINY = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Reading:
    """One claim as a number that can be added.

    Attributes:
      claim: The claim.
      value: 元 for money, else the count, as printed.
      slack: Half of its last printed place, in the same unit.
      scale: How many 元 its printed unit is; 1 for counts.
    """

    claim: Claim
    value: Decimal
    slack: Decimal
    scale: Decimal

    def printed(self, value: Decimal, places: int | None = None) -> Decimal:
        """Round an exact value as this claim is printed."""
        return money.round_half_up(value / self.scale, self.claim.places if places is None else places)

    def cut(self, value: Decimal) -> Decimal:
        """Cut an exact value off at the places of this claim, as some do instead of rounding."""
        return money.cut_off(value / self.scale, self.claim.places)

    def text(self, value: Decimal, places: int | None = None) -> str:
        """Write an exact value as this claim is printed, without its unit."""
        return money.plain(self.printed(value, places))


class ClaimBook:
    """All claims of one disclosure.

    Args:
      disclosure: Whose claims.
    """

    def __init__(self, disclosure: Disclosure) -> None:
        """Take the claims; everything else is found when first asked for."""
        self.disclosure = disclosure
        self._expected: dict[str, tuple[CellFigure, ...]] = {}

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Every claim that has a figure key and a number that can be read, in the order of the text."""
        found = (self.read(claim) for claim in self.disclosure.claims)
        return tuple(reading for reading in found if reading is not None)

    @cached_property
    def by_figure(self) -> dict[str, list[Reading]]:
        """Figure key (this year's without `@YEAR`) → its readings, in the order of the text."""
        found: dict[str, list[Reading]] = {}
        for reading in self.readings:
            found.setdefault(self.key(reading.claim), []).append(reading)
        return found

    def key(self, claim: Claim) -> str:
        """Return the figure key of a claim, this year's without `@YEAR`."""
        figure = claim.figure or ""
        return figure.replace(f"@{self.disclosure.year}", "")

    def read(self, claim: Claim) -> Reading | None:
        """Turn a claim into a number in 元 (or a count); None where it has no figure key or no known unit."""
        if claim.figure is None:
            return None
        scale = Decimal(1)
        if is_money(claim.figure) or claim.unit in money.MONEY_UNITS:
            unit = _WITHOUT_YUAN.get(claim.unit, claim.unit) or self._usual_unit
            if unit not in money.MONEY_UNITS:
                return None
            scale = 1 / money.in_unit(Decimal(1), unit)
        return Reading(claim, claim.value * scale, self.slack(claim) * scale, scale)

    def slack(self, claim: Claim) -> Decimal:
        """Give how far a printed amount of this claim may be from the unrounded one, in the printed unit.

        Half of the last place that amounts of its kind are printed with: a text that writes 18 beside 53.1449 drops
        zeros, one that writes 17,192 throughout rounds. Counts are exact, and so is a bare 0.
        """
        if not is_money(claim.figure or "") or (not claim.value and not claim.places):
            return ZERO
        return Decimal(5).scaleb(-max(claim.places, self._finest[_is_explained(claim)]) - 1)

    @cached_property
    def _usual_unit(self) -> str:
        """The unit of most amounts: what is meant where a sentence writes none (“预算为0”)."""
        units = Counter(c.unit for c in self.disclosure.claims if c.unit in money.MONEY_UNITS)
        return units.most_common(1)[0][0] if units else "元"

    @cached_property
    def _finest(self) -> dict[bool, int]:
        """Most decimals of the amounts of income and expenditure, and of all others."""
        found = {True: 0, False: 0}
        for claim in self.disclosure.claims:
            if claim.value and claim.unit != "元" and is_money(claim.figure or ""):
                kind = _is_explained(claim)
                found[kind] = max(found[kind], claim.places)
        return found

    def find(self, key: str, near: Claim | None = None) -> Reading | None:
        """Find this year's claim of a figure: in the same sentence, the same section, one above it, else anywhere."""
        known = self.by_figure.get(key, [])
        if not known or near is None:
            return known[0] if known else None
        return min(known, key=lambda reading: _distance(reading.claim, near))

    # what it ought to be

    def expected(self, key: str) -> tuple[CellFigure, ...]:
        """Return what a figure ought to be, in 元 or as a count: the ledger first, then every cell that prints it."""
        if key not in self._expected:
            own = self._in_ledger(key)
            self._expected[key] = ((own,) if own else ()) + cell_figures(self.disclosure, key)
        return self._expected[key]

    def _in_ledger(self, key: str) -> CellFigure | None:
        if self.disclosure.book is None:
            return None
        try:
            figure = self.disclosure.book.figure(key)
        except UnknownFigureError:
            return None
        return CellFigure(figure.value, ZERO, "台账") if figure.value is not None else None

    def verdict(self, reading: Reading) -> bool | None:
        """Tell whether a claim is what it ought to be; None where nothing says what that is."""
        known = self.expected(self.key(reading.claim))
        if not known:
            return None
        if self.disclosure.is_computed:
            return _fits(reading, known[0])
        return any(_fits(reading, figure) for figure in known)

    def true(self, reading: Reading) -> Reading:
        """Return the reading with the number that it ought to have; itself where it is right or nobody knows."""
        if self.verdict(reading) is not False:
            return reading
        figure = self.expected(self.key(reading.claim))[0]
        return Reading(reading.claim, reading.printed(figure.value) * reading.scale, reading.slack, reading.scale)

    def wrong(self, readings: Iterable[Reading]) -> Reading | None:
        """Return the reading that is furthest from what it ought to be; None where none is known to be wrong."""
        found = [reading for reading in readings if self.verdict(reading) is False]
        return max(found, key=lambda r: abs(r.value - self.true(r).value)) if found else None

    # findings

    def where(self, claim: Claim) -> str:
        """Say where a claim stands: its id and section, and the line of narrative.toml where it was stated."""
        place = f"第{claim.paragraph}段" if claim.paragraph else claim.section
        stated = self.disclosure.book.stated.figures.get(claim.figure or "") if self.disclosure.book else None
        source = f"（{stated.source.file}:{stated.source.line}）" if stated else ""
        return f"{claim.id} {place}{source}".rstrip()

    def name(self, key: str | None) -> str:
        """Name a figure in Chinese."""
        return figure_name(self.disclosure, key)

    def finding(
        self, rule: TieOutRule, claim: Claim, message: str, expected: str, actual: str, aspect: str = ""
    ) -> Finding:
        """Make a finding about one claim, which is its own cause; `aspect` is what of it, where not its number."""
        about = f"{claim.id}:{aspect}" if aspect else claim.id
        where, words = self.where(claim), quote(claim.sentence)
        return Finding(rule.id, rule.severity, where, message, expected, actual, about, about, words)


def claim_book(disclosure: Disclosure) -> ClaimBook:
    """Return the claims of a disclosure, indexed once."""
    memo: dict[str, Any] = disclosure.memo
    if "claim_book" not in memo:
        memo["claim_book"] = ClaimBook(disclosure)
    book = memo["claim_book"]
    assert isinstance(book, ClaimBook)
    return book


def is_money(figure: str) -> bool:
    """Tell whether a figure key is about money."""
    body = keys.split(figure)[0]
    return body.partition(":")[0] in _MONEY or body in _MONEY_KEYS


def quote(sentence: str) -> str:
    """Shorten a sentence for a message."""
    clean = re.sub(r"\s+", " ", sentence).strip()
    return clean if len(clean) <= _QUOTED else clean[: _QUOTED - 1] + "…"


def percent_text(value: Decimal) -> str:
    """Write a percentage as findings show it."""
    return f"{money.plain(value)}%"


def places_of(value: Decimal) -> int:
    """Count the decimals that a number was printed with."""
    return money.printed_places(value)


def total(readings: Iterable[Reading]) -> Decimal:
    """Add readings."""
    return sum((reading.value for reading in readings), ZERO)


def slack_of(readings: Iterable[Reading]) -> Decimal:
    """Add how far each of the readings may be from the unrounded figure."""
    return sum((reading.slack for reading in readings), ZERO)


def span(readings: Sequence[Reading]) -> str:
    """Name several claims: `C015–C019`."""
    first, last = readings[0].claim.id, readings[-1].claim.id
    return first if first == last else f"{first}–{last}"


def in_family(readings: Iterable[Reading], families: Iterable[str]) -> Iterator[Reading]:
    """Keep the readings whose figure key is of one of the families."""
    allowed = tuple(families)
    return (r for r in readings if keys.split(r.claim.figure or "")[0].partition(":")[0] in allowed)


def _fits(reading: Reading, figure: CellFigure) -> bool:
    slack = max(figure.slack - _TINY, ZERO)  # what rounds to the printed figure ends just below half a place
    low, high = (reading.printed(figure.value + d) for d in (-slack, slack))
    return low <= reading.claim.value <= high


def _is_explained(claim: Claim) -> bool:
    return (claim.figure or "").partition(":")[0].partition("@")[0] in _EXPLAINED


def _distance(claim: Claim, near: Claim) -> int:
    if claim.sentence == near.sentence:
        return 0
    if claim.section == near.section:
        return 1
    if near.section.startswith(claim.section) or claim.section.startswith(near.section):
        return 2
    return 3
