"""Rules on breakdowns: parts add up to their whole, none is left out, none exceeds it (TX-03, TX-06 … TX-12)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli import money
from kpi_cli.checks.breakdowns import ITEM, code_of
from kpi_cli.checks.claim_book import claim_book, percent_text, places_of, span
from kpi_cli.checks.finding import Finding, NotApplicableError, NotCheckableError
from kpi_cli.checks.judged_lists import JudgedList, judged_lists, missing_id, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.checks.claim_book import ClaimBook, Reading
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure

_FULL = Decimal(100)


def parts_add_up(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that the parts of every breakdown of the rule's kinds add up to its whole, and that none is left out."""
    book = claim_book(disclosure)
    own = [judged for judged in judged_lists(book) if judged.breakdown.kind in rule.figures]
    if not own:
        raise NotApplicableError("文字中没有这样的分项，或没有它们的合计数")
    for judged in own:
        yield from _missing(rule, book, judged)
        if judged.is_wrong:
            yield from _wrong_sum(rule, book, judged)
            yield from _shares(rule, judged)
        elif _is_rounded(judged):
            yield _sum_finding(rule, book, judged, "hint", "因四舍五入与合计略有差异", judged.id)


def _missing(rule: TieOutRule, book: ClaimBook, judged: JudgedList) -> Iterator[Finding]:
    severity = rule.severity if judged.breakdown.is_complete else "hint"
    for code, amount in judged.missing.items():
        own = missing_id(judged, code)
        cause = judged.cause if judged.cause.startswith(f"{judged.id}:") else own
        part = judged.breakdown.whole.partition(":")[2]
        name = book.name(f"function:{code}:{part}".rstrip(":"))
        unit = judged.breakdown.parts[0].claim.unit
        text = judged.breakdown.parts[0].text(amount)
        message = f"叙述漏项：表中有 {name} {text}{unit}，文字没有列"
        is_first = cause == own
        yield Finding(
            rule.id, severity if is_first else "hint", _where(judged), message, text, "未列", cause, own
        )  # fmt: skip


def _wrong_sum(rule: TieOutRule, book: ClaimBook, judged: JudgedList) -> Iterator[Finding]:
    if judged.cause != judged.id or _is_as_in_tables(book, judged):
        yield _sum_finding(rule, book, judged, "hint", "各项之和与合计不符", judged.id)
    elif judged.breakdown.is_complete or (judged.gap > 0 and judged.breakdown.kind != "headcount"):
        yield _sum_finding(rule, book, judged, rule.severity, "各项之和与合计不符", judged.id)
    else:
        yield _sum_finding(rule, book, judged, "hint", "所列各项之和小于合计（可能没有列全）", judged.id)


def _is_as_in_tables(book: ClaimBook, judged: JudgedList) -> bool:
    """Parts and whole that all agree with their tables can only differ in scope, as with 上年结转."""
    return judged.whole.reading is None and all(book.verdict(reading) for reading in judged.breakdown.parts)


def _is_rounded(judged: JudgedList) -> bool:
    first = judged.breakdown.parts[0]
    places = _places(judged)
    whole = judged.whole.reading.value if judged.whole.reading else judged.whole.value
    return first.printed(whole + judged.gap, places) != first.printed(whole, places)


def _places(judged: JudgedList) -> int:
    return max(reading.claim.places for reading in judged.breakdown.parts)


def _sum_finding(
    rule: TieOutRule, book: ClaimBook, judged: JudgedList, severity: str, problem: str, about: str
) -> Finding:
    """Where tables or the ledger tell the whole, the sum is what is wrong; else it is the whole that is recomputed."""
    parts, whole = judged.breakdown.parts, judged.whole
    first, places = parts[0], _places(judged)
    added, stated = first.text(whole.value + judged.gap, places), first.text(whole.value, places)
    unit = first.claim.unit
    name = book.name(judged.breakdown.whole)
    listed = " + ".join(money.plain(reading.claim.value) for reading in parts)
    message = f"{problem}：{_shorten(listed)} = {added}{unit}，{name}（{whole.where}）为 {stated}{unit}"
    expected, actual = (added, stated) if whole.reading else (stated, added)
    cause = judged.cause or about
    return Finding(rule.id, severity, _where(judged), message, expected, actual, cause, about)


def _shorten(listed: str) -> str:
    terms = listed.split(" + ")
    return listed if len(terms) <= 6 else f"{' + '.join(terms[:3])} + … + {terms[-1]}（共 {len(terms)} 项）"


def _where(judged: JudgedList) -> str:
    return f"{span(judged.breakdown.parts)} {judged.breakdown.section}".rstrip()


def _shares(rule: TieOutRule, judged: JudgedList) -> Iterator[Finding]:
    """The shares of a list that does not add up do not add up either: a consequence."""
    shares = [reading.claim.share_of for reading in judged.breakdown.parts]
    known = [share.percent for share in shares if share is not None and share.figure == judged.breakdown.whole]
    if len(known) != len(shares) or judged.breakdown.kind != "function":
        return
    added = sum(known, Decimal(0))
    slack = sum((Decimal(5).scaleb(-places_of(percent) - 1) for percent in known), Decimal(0))
    if abs(added - _FULL) > slack:
        listed = " + ".join(percent_text(percent) for percent in known)
        message = f"占比之和不是 100%：{listed} = {percent_text(added)}"
        where, about = _where(judged), f"{judged.id}:%"
        yield Finding(rule.id, "hint", where, message, "100%", percent_text(added), judged.cause, about)


# one figure, one amount


def same_everywhere(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that a figure has the same amount wherever the text states it."""
    book = claim_book(disclosure)
    repeated = {key: own for key, own in book.by_figure.items() if len(own) > 1}
    if not repeated:
        raise NotApplicableError("没有一个数在文字中出现两次")
    for key, own in repeated.items():
        for i, other in enumerate(own[1:], 1):
            first = next((r for r in own[:i] if r.claim.section == other.claim.section), own[0])
            if abs(first.value - other.value) > _coarser(first, other):
                yield _differs(rule, book, key, first, other)


def _coarser(first: Reading, other: Reading) -> Decimal:
    """Amounts printed with different places agree if they round to the same."""
    a, b = first.claim.places, other.claim.places
    if a == b or not first.slack:
        return Decimal(0)
    return max(Decimal(5).scaleb(-reading.claim.places - 1) * reading.scale for reading in (first, other))


def _differs(rule: TieOutRule, book: ClaimBook, key: str, first: Reading, other: Reading) -> Finding:
    wrong = book.wrong((first, other))
    family = key.partition(":")[0]
    is_sure = family not in ("stated", "project", "headcount") or book.disclosure.is_computed
    message = (
        f"{book.name(key)}前后不一：{first.claim.id} 写 {money.plain(first.claim.value)}{first.claim.unit}，"
        f"{other.claim.id} 写 {money.plain(other.claim.value)}{other.claim.unit}"
    )
    found = book.finding(rule, other.claim, message, first.text(first.value), other.text(other.value))
    return _caused(found, wrong, "error" if is_sure else "hint")


def _caused(found: Finding, wrong: Reading | None, severity: str) -> Finding:
    """Blame a claim that is known to be wrong; the finding is then its consequence, and only a hint."""
    return found.with_severity(severity) if wrong is None else found.because_of(wrong.claim.id)


# repeated items


def no_repeated_items(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that a numbered list does not print an item twice."""
    book = claim_book(disclosure)
    items: dict[tuple[str, str, str], list[Reading]] = defaultdict(list)
    for reading in book.readings:
        sentence = reading.claim.sentence
        if ITEM.match(sentence):
            text = ITEM.sub("", sentence, count=1).strip()
            items[reading.claim.section, reading.claim.figure or "", text].append(reading)
    if not items:
        raise NotApplicableError("文字中没有编号的分项")
    for (_, key, _), own in items.items():
        for reading in own[1:]:
            first = own[0].claim.id
            yield book.finding(rule, reading.claim, f"重复条目：{book.name(key)}与 {first} 相同", "一条", "两条")


# parts and wholes

_WHOLES = {
    "procurement:sme": "procurement",
    "procurement:micro": "procurement:sme",
    "goals:amount": "expenditure:project_expenditure",
}


def parts_within_wholes(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that no stated part exceeds the whole that it belongs to."""
    book = claim_book(disclosure)
    checked = 0
    for reading in _firsts(book):
        key = book.key(reading.claim)
        for whole_key in wholes_of(key):
            if rule.figures and not any(key.startswith(name) for name in rule.figures):
                continue
            other = book.find(whole_key, reading.claim)
            if other is not None and other.scale == reading.scale and not _is_judged(book, reading, whole_key):
                checked += 1
                yield from _exceeds(rule, book, reading, other)
    if not checked:
        raise NotApplicableError("文字中没有成对的部分与整体")


def _is_judged(book: ClaimBook, reading: Reading, whole_key: str) -> bool:
    """Parts that exceed their whole together need not be told one by one."""
    return any(
        j.is_wrong and j.breakdown.whole == whole_key and reading in j.breakdown.parts for j in judged_lists(book)
    )


def _firsts(book: ClaimBook) -> Iterator[Reading]:
    return (own[0] for own in book.by_figure.values())


def wholes_of(key: str) -> tuple[str, ...]:
    """Return the figures that a figure is a part of, the nearest first."""
    if "@" in key or "#" in key:
        return ()
    if key in _WHOLES:
        return (_WHOLES[key],)
    family, _, rest = key.partition(":")
    if family == "function":
        code, _, part = rest.partition(":")
        narrower = [f"function:{code[:n]}:{part}".rstrip(":") for n in (5, 3) if n < len(code)]
        whole = f"expenditure:{part}".rstrip(":")
        return (*((f"function:{code}",) if part else ()), *narrower, whole)
    if key in ("sangong:vehicle_purchase", "sangong:vehicle_operation"):
        return ("sangong:vehicles",)
    if family in ("income", "expenditure", "sangong") and rest and ":" not in rest:
        return (family,)
    if family == "project":
        return ("expenditure:project_expenditure",)
    return ("procurement",) if family == "procurement" and rest else ()


def _exceeds(rule: TieOutRule, book: ClaimBook, part: Reading, whole: Reading) -> Iterator[Finding]:
    if part.value - whole.value <= part.slack + whole.slack or (book.verdict(part) and book.verdict(whole)):
        return
    wrong = book.wrong((part, whole))
    name, of = book.name(book.key(part.claim)), book.name(book.key(whole.claim))
    text = f"{part.text(part.value)}{part.claim.unit}"
    message = f"部分大于整体：{name} {text}（{part.claim.id}），{of}只有 {whole.text(whole.value)}{whole.claim.unit}"
    same_item = code_of(book.key(part.claim)) and code_of(book.key(part.claim)) == code_of(book.key(whole.claim))
    if same_item:
        message = f"同一科目两个数：{of} {whole.text(whole.value)}{whole.claim.unit}，其中{name}却有 {text}"
    found = book.finding(rule, whole.claim if same_item else part.claim, message, *_sides(part, whole, bool(same_item)))
    yield _caused(found, wrong, rule.severity)


def _sides(part: Reading, whole: Reading, same_item: bool) -> tuple[str, str]:
    part_text, whole_text = part.text(part.value), whole.text(whole.value)
    return (part_text, whole_text) if same_item else (whole_text, part_text)


# shares


def shares_recompute(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that every share is its amount in its whole, at the places that it is printed with."""
    book = claim_book(disclosure)
    shared = [reading for reading in book.readings if reading.claim.share_of]
    if not shared:
        raise NotApplicableError("文字中没有占比")
    unknown = []
    for reading in shared:
        whole = _base_of_share(book, reading)
        if whole is None or not whole.value:
            unknown.append(reading.claim.id)
        else:
            yield from _share(rule, book, reading, whole)
    if unknown:
        raise NotCheckableError(f"不知道整体的数：{'、'.join(unknown)}")


def _base_of_share(book: ClaimBook, reading: Reading) -> Reading | None:
    share = reading.claim.share_of
    assert share is not None
    found = book.find(share.figure, reading.claim)
    if found is not None:
        return found
    known = book.expected(share.figure)
    return type(reading)(reading.claim, known[0].value, known[0].slack, reading.scale) if known else None


def _share(rule: TieOutRule, book: ClaimBook, part: Reading, whole: Reading) -> Iterator[Finding]:
    share = part.claim.share_of
    assert share is not None
    places = places_of(share.percent)
    exact = _exact_share(book, part, whole, places)
    printed = money.percent(part.value, whole.value, places)
    if share.percent in (exact, printed):
        return
    low = money.percent(max(part.value - part.slack, Decimal(0)), whole.value + whole.slack, places)
    high = (
        money.percent(part.value + part.slack, whole.value - whole.slack, places) if whole.value > whole.slack else low
    )
    severity = "hint" if low <= share.percent <= high and not book.disclosure.is_computed else rule.severity
    message = (
        f"占比不符：{money.plain(part.claim.value)} ÷ {whole.text(whole.value)} = {percent_text(printed)}，"
        f"文中写 {percent_text(share.percent)}"
    )
    found = book.finding(rule, part.claim, message, percent_text(exact), percent_text(share.percent))
    right = money.percent(book.true(part).value, book.true(whole).value or Decimal(1), places)
    wrong = book.wrong((part, whole)) if right == share.percent else None
    yield _caused(found, wrong, severity)


def _exact_share(book: ClaimBook, part: Reading, whole: Reading, places: int) -> Decimal:
    """In a computed disclosure a share comes from the unrounded figures."""
    if book.disclosure.is_computed:
        assert part.claim.share_of is not None
        own, base = book.expected(book.key(part.claim)), book.expected(part.claim.share_of.figure)
        if own and base and base[0].value:
            return money.percent(own[0].value, base[0].value, places)
    return money.percent(part.value, whole.value, places)


# last year's parts and wholes, see comparison_rules


def whole_of_type(book: ClaimBook, reading: Reading) -> str:
    """Return the total that a subject of one expenditure type belongs to, "" where the text does not tell the type."""
    kind = type_of(book, reading) if (reading.claim.figure or "").count(":") == 1 else ""
    return f"expenditure:{kind}" if kind and code_of(reading.claim.figure or "") else ""
