"""Whether the parts of a breakdown add up to its whole, and what is to blame where they do not.

Judged once for all rules: a list that leaves a subject out also fails in its shares, changes and last year's figures,
and those findings are its consequences.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.checks.breakdowns import Breakdown, breakdowns, code_of, printed_codes
from kpi_cli.checks.claim_book import slack_of, span, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.checks.claim_book import ClaimBook, Reading

ZERO = Decimal(0)
_STATED = ("headcount", "vehicles_held", "vehicles_to_purchase", "procurement", "goals")
"""Kinds of breakdowns whose whole no table prints: it is judged as the text states it."""


class Whole(NamedTuple):
    """What the parts should add up to.

    Attributes:
      value: 元, or a count.
      slack: How far the unrounded figure may be away.
      where: Claim or cells.
      reading: The claim, where no table or ledger says the figure.
    """

    value: Decimal
    slack: Decimal
    where: str
    reading: Reading | None


@dataclass(frozen=True)
class JudgedList:
    """A breakdown and what became of its sum.

    Attributes:
      breakdown: The parts.
      whole: The whole.
      gap: Sum of the printed parts minus the whole.
      slack: What rounding explains.
      missing: Subjects that tables print and the list does not: code → 元.
      cause: Id of what is to blame where the sum fails: a claim, a missing subject, or the list itself; else "".
    """

    breakdown: Breakdown
    whole: Whole
    gap: Decimal
    slack: Decimal
    missing: dict[str, Decimal]
    cause: str

    @property
    def id(self) -> str:
        """Name of the list: the claims that it is made of."""
        own = span(self.breakdown.parts)
        return own if len(self.breakdown.parts) > 1 else f"{own}:合计"

    @property
    def is_wrong(self) -> bool:
        """Tell whether rounding does not explain the difference."""
        return bool(self.cause)


def judged_lists(book: ClaimBook) -> tuple[JudgedList, ...]:
    """Judge every breakdown of a text, once.

    Args:
      book: The claims.
    Returns:
      Those whose whole is known, in the order of the text; two lists that miss the same are one cause.
    """
    memo = book.disclosure.memo
    if "judged_lists" not in memo:
        memo["judged_lists"] = tuple(_linked(_judged(book)))
    found: tuple[JudgedList, ...] = memo["judged_lists"]
    return found


def _linked(judged: Iterable[JudgedList]) -> Iterator[JudgedList]:
    seen: dict[tuple[str, frozenset[str], Decimal], str] = {}
    for own in judged:
        key = (own.breakdown.whole, frozenset(own.breakdown.codes), own.gap)
        if own.cause == own.id and own.breakdown.kind == "function":
            own = replace(own, cause=seen.setdefault(key, own.cause))  # noqa: PLW2901 the list with its final cause
        yield own


def _judged(book: ClaimBook) -> Iterator[JudgedList]:
    for breakdown in breakdowns(book):
        fitting = _fitting(book, breakdown)
        for own in (fitting, *_by_type(book, fitting)):
            whole = _whole(book, own)
            if whole is not None:
                yield _judge(book, own, whole)


def _fitting(book: ClaimBook, breakdown: Breakdown) -> Breakdown:
    """Choose the whole that the parts, put right, add up to, with nothing missing if possible; else the likeliest."""
    added = total(map(book.true, breakdown.parts))
    found: list[tuple[bool, Decimal, Breakdown]] = []
    for key in breakdown.wholes:
        own = replace(breakdown, whole=key)
        whole = _whole(book, own)
        if whole is not None:
            missing = sum(_missing(book, own).values(), ZERO)
            gap = abs(added + missing - whole.value)
            if gap <= slack_of(own.parts) + whole.slack:
                found.append((bool(missing), gap, own))
    return min(found, key=lambda fit: fit[:2])[2] if found else breakdown


def _by_type(book: ClaimBook, breakdown: Breakdown) -> Iterator[Breakdown]:
    """Split a list of subjects that the text itself tells to be wholly basic or wholly project expenditure."""
    if breakdown.kind != "function" or breakdown.whole != "expenditure" or book.expected("expenditure"):
        return
    types = {r.claim.id: type_of(book, r) for r in breakdown.parts}
    if "" in types.values():
        return
    for kind in dict.fromkeys(types.values()):
        parts = tuple(reading for reading in breakdown.parts if types[reading.claim.id] == kind)
        if len(parts) > 1:
            yield replace(breakdown, whole=f"expenditure:{kind}", parts=parts)


def type_of(book: ClaimBook, reading: Reading) -> str:
    """Tell which one expenditure type a subject consists of, as far as the text says so; "" where it does not.

    A subject whose basic expenditure is stated elsewhere as its whole amount is wholly basic; one whose project
    expenditure is at least its whole amount is wholly project expenditure.
    """
    own = reading.claim.figure or ""
    basic = book.by_figure.get(f"{own}:basic_expenditure", [])
    project = book.by_figure.get(f"{own}:project_expenditure", [])
    if any(other.value == reading.value for other in basic):
        return "basic_expenditure"
    return "project_expenditure" if any(other.value >= reading.value for other in project) else ""


def _whole(book: ClaimBook, breakdown: Breakdown) -> Whole | None:
    near = breakdown.parts[0].claim
    claimed = book.find(breakdown.whole, near)
    known = book.expected(breakdown.whole)
    if known and breakdown.kind not in _STATED:
        fitting = [figure for figure in known if claimed and abs(figure.value - claimed.value) <= claimed.slack]
        figure = (fitting or known)[0]
        return Whole(figure.value, figure.slack, figure.where, None)
    if claimed is None:
        return None
    return Whole(claimed.value, claimed.slack, claimed.claim.id, claimed)


def _judge(book: ClaimBook, breakdown: Breakdown, whole: Whole) -> JudgedList:
    gap = total(breakdown.parts) - whole.value
    slack = slack_of(breakdown.parts) + whole.slack
    missing = _missing(book, breakdown) if breakdown.kind == "function" else {}
    own = JudgedList(breakdown, whole, gap, slack, missing, "")
    return own if abs(gap) <= slack else replace(own, cause=_cause(book, own))


def _cause(book: ClaimBook, judged: JudgedList) -> str:
    """Blame the claim, or the missing subject, that makes the sum hold once it is put right."""
    parts = judged.breakdown.parts
    wrong = book.wrong(parts if judged.whole.reading is None else (*parts, judged.whole.reading))
    right = book.true(judged.whole.reading).value if judged.whole.reading else judged.whole.value
    rest = total(map(book.true, parts)) + sum(judged.missing.values(), ZERO) - right
    if abs(rest) > judged.slack:
        return judged.id
    if wrong is not None:
        return wrong.claim.id
    return missing_id(judged, next(iter(judged.missing))) if judged.missing else judged.id


def missing_id(judged: JudgedList, code: str) -> str:
    """Name a subject that a list leaves out."""
    return f"{judged.id}:{code}"


def _missing(book: ClaimBook, breakdown: Breakdown) -> dict[str, Decimal]:
    """Subjects with an amount in the tables that neither stand in the list nor above or below one of it."""
    part = breakdown.whole.partition(":")[2]
    listed = frozenset(breakdown.codes)
    found: dict[str, Decimal] = {}
    for code in printed_codes(book.disclosure, breakdown.level):
        if code in breakdown.covered or any(code[:n] in listed for n in (3, 5)):
            continue
        known = book.expected(f"function:{code}:{part}".rstrip(":"))
        if known and breakdown.parts[0].printed(known[0].value):
            found[code] = known[0].value
    return found


def is_listed(figure: str, judged: JudgedList) -> bool:
    """Tell whether a figure is one of the parts of a list."""
    return code_of(figure) in judged.breakdown.codes
