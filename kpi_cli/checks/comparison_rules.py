"""Rules on the figures of comparisons with last year (Y-01 … Y-10; reasons are in `reason_rules`).

Judged on the printed numbers; where only rounding could reconcile them, the finding is a hint.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli import money
from kpi_cli.checks.changes import VERBS, Change, change_finding, changes, compared
from kpi_cli.checks.claim_book import percent_text, places_of
from kpi_cli.checks.finding import Finding, NotApplicableError, NotCheckableError
from kpi_cli.checks.judged_lists import JudgedList, judged_lists
from kpi_cli.checks.list_rules import whole_of_type, wholes_of
from kpi_cli.model.claims import DECREASE, FLAT, INCREASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kpi_cli.checks.claim_book import ClaimBook
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure

ZERO = Decimal(0)
_EXECUTED = {"budget": "预算", "executed": "执行数"}


# Y-01


def amounts_of_change(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check every amount of change against last year's figure, known or implied elsewhere in the text."""
    book, found = compared(disclosure)
    unknown = []
    for change in found:
        if change.base is not None and change.amount is not None:
            yield from _amount(rule, book, change)
        elif change.base is None and disclosure.is_computed:
            unknown.append(change.reading.claim.id)
    yield from _implied_twice(rule, book, found)
    if unknown:
        raise NotCheckableError(f"台账没有上年数：{'、'.join(unknown)}")


def _amount(rule: TieOutRule, book: ClaimBook, change: Change) -> Iterator[Finding]:
    assert change.base is not None
    assert change.amount is not None
    reading = change.reading
    places = max(reading.claim.places, places_of(change.comparison.amount or ZERO))
    difference = reading.printed(reading.value, places) - reading.printed(change.base, places)
    if difference * reading.scale == change.amount:
        return
    gap = abs(reading.value - change.base - change.amount)
    is_near = gap <= reading.slack + change.base_slack + change.slack and not book.disclosure.is_computed
    is_flat = change.comparison.direction == FLAT and not reading.printed(gap)
    if is_flat:
        return
    unit = reading.claim.unit
    now, then = reading.text(reading.value), reading.text(change.base)
    message = (
        f"增减额不符：本年 {now}{unit}，上年 {then}{unit}（{change.base_where}），相差 {money.plain(difference)}{unit}"
    )
    expected, actual = _signed(difference), _signed(change.amount / reading.scale)
    yield change_finding(rule, book, change, message, expected, actual, "hint" if is_near else "")


def _signed(value: Decimal) -> str:
    return money.plain(value) if value <= 0 else f"+{money.plain(value)}"


def _implied_twice(rule: TieOutRule, book: ClaimBook, found: Iterable[Change]) -> Iterator[Finding]:
    """The same figure must imply the same last year wherever it is compared."""
    first: dict[tuple[str, int, str], Change] = {}
    for change in found:
        if change.implied is None or change.base is not None:
            continue
        one = first.setdefault((book.key(change.reading.claim), *change.period), change)
        assert one.implied is not None
        if abs(one.implied - change.implied) > one.implied_slack + change.implied_slack:
            reading = change.reading
            then, other = reading.text(one.implied), reading.text(change.implied)
            message = f"推算的上年数前后不一：{one.reading.claim.id} 得 {then}，{reading.claim.id} 得 {other}"
            yield change_finding(rule, book, change, message, then, other)


# Y-02


def rates_recompute(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check every rate: the change in last year's figure, rounded once at the places that it is printed with."""
    book, found = compared(disclosure)
    rated = [change for change in found if change.comparison.percent is not None]
    if not rated:
        raise NotApplicableError("文字中没有增减率")
    unknown = []
    for change in rated:
        if change.previous is None:
            unknown.append(change.reading.claim.id)
        elif change.previous > 0:
            yield from _rate(rule, book, change)
    if unknown:
        raise NotCheckableError(f"不知道上年的数：{'、'.join(unknown)}")


def _rate(rule: TieOutRule, book: ClaimBook, change: Change) -> Iterator[Finding]:
    percent, previous, reading = change.comparison.percent, change.previous, change.reading
    assert percent is not None
    assert previous is not None
    places = places_of(percent)
    if book.disclosure.is_computed and change.base is not None:
        now = book.expected(book.key(reading.claim))
        current = now[0].value if now else reading.value
        known = {money.percent(abs(current - previous), previous, places)}
    else:
        known = set(_rates(change, places))
    if percent in known:
        return
    expected = max(known) if len(known) == 1 else next(iter(_rates(change, places)))
    truncated = money.percent(abs(reading.value - previous), previous, places + 2)
    cut = "（未四舍五入）" if expected - percent == Decimal(1).scaleb(-places) and truncated >= percent else ""
    message = (
        f"增减率不符{cut}：上年 {reading.text(previous)}，应为 {percent_text(expected)}，文中写 {percent_text(percent)}"
    )
    severity = "hint" if _is_reachable(change, percent, places) and not book.disclosure.is_computed else ""
    yield change_finding(rule, book, change, message, percent_text(expected), percent_text(percent), severity)


def _rates(change: Change, places: int) -> Iterator[Decimal]:
    """The rate by this year's figure against last year's, and by the printed amount of change."""
    previous = change.previous
    assert previous is not None
    if change.amount is not None:
        yield money.percent(abs(change.amount), previous, places)
    yield money.percent(abs(change.reading.value - previous), previous, places)


def _is_reachable(change: Change, percent: Decimal, places: int) -> bool:
    """Tell whether unrounded figures exist that print as all the numbers do."""
    previous, slack = change.previous, change.previous_slack
    assert previous is not None
    if previous <= slack:
        return True
    move = change.amount if change.amount is not None else change.reading.value - previous
    give = change.reading.slack + (
        change.slack if change.amount is not None else slack
    )  # it may be made of printed ones
    low = money.percent(max(abs(move) - give, ZERO), previous + slack, places)
    return low <= percent <= money.percent(abs(move) + give, previous - slack, places)


# Y-03, Y-04, Y-05


def directions_agree(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that the word for the direction agrees with the figures, and that no last year becomes negative."""
    book, found = compared(disclosure)
    for change in found:
        claim, word = change.reading.claim, VERBS[change.comparison.direction]
        if change.implied is not None and change.implied < -change.implied_slack and change.reading.value >= 0:
            amount = money.plain(abs(change.amount or ZERO) / change.reading.scale)
            message = f"方向不符：本年 {money.plain(claim.value)}，{word} {amount}，上年会是负数"
            yield change_finding(rule, book, change, message, VERBS[DECREASE], word)
        elif change.base is not None:
            yield from _direction(rule, book, change)
        elif change.comparison.direction == FLAT and change.comparison.amount:
            message = f"写“持平”，又写增减 {money.plain(change.comparison.amount)}"
            yield change_finding(rule, book, change, message, "增加或减少", word)


def _direction(rule: TieOutRule, book: ClaimBook, change: Change) -> Iterator[Finding]:
    assert change.base is not None
    reading = change.reading
    now, then = reading.printed(reading.value), reading.printed(change.base)
    real = FLAT if now == then else INCREASE if now > then else DECREASE
    said = change.comparison.direction
    if real == said or abs(reading.value - change.base) <= reading.slack + change.base_slack:
        return
    unit = reading.claim.unit
    message = f"方向不符：本年 {money.plain(now)}{unit}，上年 {money.plain(then)}{unit}，文中写“{VERBS[said]}”"
    yield change_finding(rule, book, change, message, VERBS[real], VERBS[said])


def no_rate_on_zero(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that no rate is given where last year's figure is zero."""
    book, found = compared(disclosure)
    for change in found:
        percent, reading = change.comparison.percent, change.reading
        if percent is None or not reading.value:
            continue
        if change.previous is not None and not reading.printed(change.previous) and change.previous <= 0:
            message = f"上年为零，不能写 {percent_text(percent)}"
            yield change_finding(rule, book, change, message, "上年无此项", percent_text(percent))
        elif change.previous is None and percent == 100 and change.comparison.direction == INCREASE:
            message = "增长 100%：如上年为零，不写百分比"
            yield change_finding(rule, book, change, message, "上年无此项", percent_text(percent), "hint")


def zero_stays_zero(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that two years without an amount are called level, without a change of 0."""
    book, found = compared(disclosure)
    for change in found:
        own = change.comparison
        is_zero = not change.reading.value and (own.percent == 0 or own.amount == 0)
        if is_zero and not change.previous:
            severity = "hint" if own.direction == FLAT else ""
            said = "持平，又写 0" if own.direction == FLAT else f"{VERBS[own.direction]} 0"
            message = f"两年都是零，写“与上年持平”或“无此项”，不写“{said}”"
            yield change_finding(rule, book, change, message, "与上年持平", said, severity)


# Y-07, Y-08


def changes_add_up(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that the changes of the parts add up to the change of the whole, and last year's figures likewise."""
    book, _ = compared(disclosure)
    checked = 0
    for judged in judged_lists(book):
        own = _compared(book, judged)
        if own is None:
            continue
        checked += 1
        parts, whole = own
        if disclosure.is_computed and _lost_some(judged, parts, whole):
            continue  # the ledger knows what ended; Y-01 checks each change against it
        yield from _added(rule, book, judged, parts, whole, "增减额", lambda c: (c.amount, c.slack))
        if judged.is_wrong:  # else it says the same as the changes
            yield from _added(rule, book, judged, parts, whole, "上年数", lambda c: (c.implied, c.implied_slack))
    if not checked:
        raise NotApplicableError("没有分项与合计都写了增减额的地方")


def _compared(book: ClaimBook, judged: JudgedList) -> tuple[list[Change], Change] | None:
    """The comparisons of all parts and of the whole, against one base."""
    by_claim = {change.reading.claim.id: change for change in changes(book)}
    parts = [by_claim.get(reading.claim.id) for reading in judged.breakdown.parts]
    whole = next(
        (c for c in changes(book) if book.key(c.reading.claim) == judged.breakdown.whole and c.amount is not None), None
    )
    known = [change for change in parts if change is not None and change.amount is not None]
    if whole is None or len(known) != len(parts) or {c.period for c in known} != {whole.period}:
        return None
    return known, whole


def _added(
    rule: TieOutRule,
    book: ClaimBook,
    judged: JudgedList,
    parts: list[Change],
    whole: Change,
    what: str,
    take: Callable[[Change], tuple[Decimal | None, Decimal]],
) -> Iterator[Finding]:
    values = [take(change) for change in parts]
    added = sum((value for value, _ in values if value is not None), ZERO)
    stated, slack = take(whole)
    assert stated is not None
    if abs(added - stated) <= slack + sum((s for _, s in values), ZERO):
        return
    reading = parts[0].reading
    places = max(c.reading.claim.places for c in (*parts, whole))
    places = max(places, *(places_of(c.comparison.amount or ZERO) for c in (*parts, whole)))
    sum_text, whole_text = reading.text(added, places), reading.text(stated, places)
    where = f"{judged.id} {judged.breakdown.section}".rstrip()
    name = book.name(judged.breakdown.whole)
    terms = " + ".join(reading.text(value, places) for value, _ in values if value is not None)
    message = f"分项{what}之和与合计不符：{terms} = {sum_text}，{name}为 {whole_text}（{whole.reading.claim.id}）"
    is_sure = judged.breakdown.is_complete and not judged.is_wrong and not _lost_some(judged, parts, whole)
    about = f"{judged.id}:{what}"
    cause = judged.cause or about
    severity = rule.severity if is_sure else "hint"
    yield Finding(rule.id, severity, where, message.replace("+ -", "- "), sum_text, whole_text, cause, about)


def _lost_some(judged: JudgedList, parts: list[Change], whole: Change) -> bool:
    """Subjects and projects that ended last year are in last year's whole, but in no list of this year."""
    before = sum((c.implied for c in parts if c.implied is not None), ZERO)
    return judged.breakdown.kind in ("function", "project") and before <= (whole.implied or ZERO) + whole.implied_slack


def parts_within_wholes_last_year(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that no part implies a last year greater than that of its whole."""
    book, found = compared(disclosure)
    by_key: dict[tuple[str, int, str], list[Change]] = defaultdict(list)
    for change in found:
        by_key[(book.key(change.reading.claim), *change.period)].append(change)
    checked = 0
    for own in by_key.values():
        part = own[0]
        key = book.key(part.reading.claim)
        for whole_key in dict.fromkeys((whole_of_type(book, part.reading), *wholes_of(key))):
            whole = by_key.get((whole_key, *part.period))
            if whole and part.previous is not None and whole[0].previous is not None:
                checked += 1
                yield from _exceeds(rule, book, part, whole[0])
    if not checked:
        raise NotApplicableError("没有部分与整体都写了比较的地方")


def _exceeds(rule: TieOutRule, book: ClaimBook, part: Change, whole: Change) -> Iterator[Finding]:
    assert part.previous is not None
    assert whole.previous is not None
    if part.previous - whole.previous <= part.previous_slack + whole.previous_slack:
        return
    places = max(places_of(c.comparison.amount or ZERO) for c in (part, whole))
    then, of = part.reading.text(part.previous, places), part.reading.text(whole.previous, places)
    name, whole_name = (book.name(book.key(c.reading.claim)) for c in (part, whole))
    message = f"上年的部分大于整体：{name} 推算上年 {then}，{whole_name}上年只有 {of}（{whole.reading.claim.id}）"
    yield change_finding(rule, book, part, message, of, then)


# Y-09, Y-10


def one_basis(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that a sentence compares with one base, and names it."""
    book, found = compared(disclosure)
    first: dict[str, Change] = {}
    for change in found:
        one = first.setdefault(change.reading.claim.sentence, change)
        if one.period != change.period:
            said = [f"{year}年{_EXECUTED.get(basis, basis)}" for year, basis in (one.period, change.period)]
            message = f"一句之中比较的基期不一：{said[0]}、{said[1]}"
            yield change_finding(rule, book, change, message, said[0], said[1])


def base_is_last_year(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that comparisons are with the year before."""
    book, found = compared(disclosure)
    for change in found:
        year = change.comparison.base_year
        if year != disclosure.year - 1:
            message = f"比较的不是上年：写 {year} 年，应为 {disclosure.year - 1} 年"
            yield change_finding(rule, book, change, message, str(disclosure.year - 1), str(year))
