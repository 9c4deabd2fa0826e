"""What a claim says about last year: its base, stated or implied, and the range that rounding leaves.

A sentence gives this year's figure with a change. Last year's figure is implied by the two, stated elsewhere in the
text, printed by a table, or known to the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli.checks.claim_book import claim_book, places_of
from kpi_cli.checks.finding import NotApplicableError
from kpi_cli.model.claims import DECREASE, FLAT, INCREASE

if TYPE_CHECKING:
    from kpi_cli.checks.claim_book import ClaimBook, Reading
    from kpi_cli.checks.finding import Finding
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.model.claims import Comparison

ZERO = Decimal(0)
VERBS = {INCREASE: "增加", DECREASE: "减少", FLAT: "持平"}
_SIGNS = {INCREASE: 1, DECREASE: -1, FLAT: 0}


@dataclass(frozen=True, slots=True)
class Change:
    """A claim with its comparison.

    Attributes:
      reading: This year's figure, as printed.
      comparison: What the sentence says.
      amount: The change with its sign in 元; None where no amount is printed.
      slack: How far `amount` may be from the unrounded change.
      base: Last year's figure where it is known apart from this sentence's change; else None.
      base_slack: How far `base` may be from the unrounded figure.
      base_where: Claim, cell or `台账`.
    """

    reading: Reading
    comparison: Comparison
    amount: Decimal | None
    slack: Decimal
    base: Decimal | None
    base_slack: Decimal
    base_where: str

    @property
    def sign(self) -> int:
        """1 for an increase, -1 for a decrease, 0 for no change."""
        return _SIGNS[self.comparison.direction]

    @property
    def implied(self) -> Decimal | None:
        """Last year's figure as this sentence implies it; None where it gives no amount."""
        return None if self.amount is None else self.reading.value - self.amount

    @property
    def implied_slack(self) -> Decimal:
        """How far `implied` may be from the unrounded figure."""
        return self.reading.slack + self.slack

    @property
    def previous(self) -> Decimal | None:
        """Last year's figure: known, else implied."""
        return self.implied if self.base is None else self.base

    @property
    def previous_slack(self) -> Decimal:
        """How far `previous` may be from the unrounded figure."""
        return self.implied_slack if self.base is None else self.base_slack

    @property
    def period(self) -> tuple[int, str]:
        """What is compared with: year, and budget or executed amount."""
        return self.comparison.base_year, self.comparison.basis


def changes(book: ClaimBook) -> tuple[Change, ...]:
    """Return every claim that has a comparison, in the order of the text."""
    memo = book.disclosure.memo
    if "changes" not in memo:
        memo["changes"] = tuple(_change(book, r, r.claim.comparison) for r in book.readings if r.claim.comparison)
    found: tuple[Change, ...] = memo["changes"]
    return found


def compared(disclosure: Disclosure) -> tuple[ClaimBook, tuple[Change, ...]]:
    """Return the claims, and those that have a comparison.

    Raises:
      NotApplicableError: The text compares nothing.
    """
    book = claim_book(disclosure)
    found = changes(book)
    if not found:
        raise NotApplicableError("文字中没有与上年的比较")
    return book, found


def change_finding(
    rule: TieOutRule,
    book: ClaimBook,
    change: Change,
    message: str,
    expected: str,
    actual: str,
    severity: str = "",
    aspect: str = "",
) -> Finding:
    """Make a finding about a comparison; it follows from the claim where that differs from its table."""
    made = book.finding(rule, change.reading.claim, message, expected, actual, aspect)
    if not aspect and book.verdict(change.reading) is False:
        return made.because_of(change.reading.claim.id)
    return made.with_severity(severity or rule.severity)


def _change(book: ClaimBook, reading: Reading, comparison: Comparison) -> Change:
    amount, slack = _signed(book, reading, comparison)
    base, base_slack, where = _base(book, reading, comparison)
    return Change(reading, comparison, amount, slack, base, base_slack, where)


def _signed(book: ClaimBook, reading: Reading, comparison: Comparison) -> tuple[Decimal | None, Decimal]:
    half = book.slack(reading.claim)
    if comparison.direction == FLAT:
        return ZERO, half * reading.scale
    if comparison.amount is None:
        return None, ZERO
    own = Decimal(5).scaleb(-places_of(comparison.amount) - 1) if half else ZERO
    signed = comparison.amount * _SIGNS[comparison.direction] * reading.scale
    return signed, min(own, max(half, Decimal(5).scaleb(-5))) * reading.scale if half else ZERO


def _base(book: ClaimBook, reading: Reading, comparison: Comparison) -> tuple[Decimal | None, Decimal, str]:
    suffix = "#executed" if comparison.basis == "executed" else ""
    key = book.key(reading.claim)
    names = [f"{key}@{comparison.base_year}{suffix}", *([f"{key}{suffix}"] if suffix else [])]
    names += [name.replace(":fiscal_appropriation", "") for name in names if suffix]
    for name in names:
        found = book.find(name, reading.claim)
        if found is not None and found.claim is not reading.claim:
            return found.value, found.slack, found.claim.id
    known = book.expected(names[0])
    if known:
        return known[0].value, known[0].slack, known[0].where
    return None, ZERO, ""
