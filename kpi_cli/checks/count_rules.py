"""Rules on counts that sentences state: projects with goals, units, divisions, vehicles, areas (TX-09 … TX-17)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli import money
from kpi_cli.checks.claim_book import claim_book
from kpi_cli.checks.finding import Finding, NotApplicableError
from kpi_cli.checks.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.checks.claim_book import ClaimBook, Reading
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure


def _needed(book: ClaimBook, *names: str) -> list[Reading]:
    """Return the claims of these figures, or say which one the text does not have."""
    found: list[Reading] = []
    for name in names:
        reading = book.find(name, found[0].claim if found else None)
        if reading is None:
            raise NotApplicableError(f"文字中没有{book.name(name)}")
        found.append(reading)
    return found


def goals_are_counted(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that no more projects are listed than goals are counted."""
    book = claim_book(disclosure)
    [count] = _needed(book, "goals:count")
    section = count.claim.section
    listed = {r.claim.figure for r in book.readings if r.claim.section == section and _is_project(r)}
    if not listed:
        raise NotApplicableError("文字没有列举编报绩效目标的项目")
    if len(listed) > count.value:
        message = f"编报绩效目标的项目写 {money.plain(count.value)} 个，列举了 {len(listed)} 个"
        yield book.finding(rule, count.claim, message, str(len(listed)), money.plain(count.value))


def _is_project(reading: Reading) -> bool:
    return (reading.claim.figure or "").startswith("project:")


def units_are_counted(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that administrative units and institutions together are the department itself and those below it."""
    book = claim_book(disclosure)
    below, *_ = _needed(book, "units:subordinate")
    names = ("units:administrative", "units:civil_service_managed", "units:public_institution")
    kinds = [reading for name in names if (reading := book.find(name, below.claim)) is not None]
    if len(kinds) < 2:
        raise NotApplicableError("文字没有按性质列出单位数")
    added, whole = sum((r.value for r in kinds), Decimal(0)), below.value + 1
    if added != whole:
        listed = " + ".join(money.plain(reading.value) for reading in kinds)
        message = f"单位数不符：{listed} = {money.plain(added)} 家，本部与下属共 {money.plain(whole)} 家"
        has_office = re.search(r"本部|本级|机关", below.claim.sentence) is not None or disclosure.is_computed
        found = book.finding(rule, below.claim, message, money.plain(whole), money.plain(added))
        yield found if has_office else found.with_severity("hint")


# vehicles


def purchases_have_amounts(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that vehicles are bought where there is money for them, and the other way round."""
    book = claim_book(disclosure)
    bought, paid = _needed(book, "stated:vehicles_to_purchase", "sangong:vehicle_purchase")
    if bool(bought.value) != bool(paid.value):
        amount = f"{money.plain(paid.claim.value)}{paid.claim.unit}"
        message = f"安排购置车辆 {money.plain(bought.value)} 辆，公务用车购置费却是 {amount}"
        yield book.finding(rule, bought.claim, message, "购置数与购置费同时为零或不为零", money.plain(bought.value))


def running_vehicles_exist(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that a department with running costs of vehicles has vehicles."""
    book = claim_book(disclosure)
    cost, held = _needed(book, "sangong:vehicle_operation", "vehicles_held")
    if cost.value > 0 and not held.value:
        message = (
            f"公务用车运行费 {money.plain(cost.claim.value)}{cost.claim.unit}，车辆保有量却是 0 辆；请说明车辆归属"
        )
        yield book.finding(rule, held.claim, message, "大于 0", "0")


# lists that sentences count

_DIVISIONS = re.compile(
    r"设(?:有)?(?P<count>\d+)个(?P<what>内设机构|职能处室|科室|处室|部门)[^：:]{0,12}[：:](?P<list>.+)"
)
_AREAS = re.compile(r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?:平方米|㎡)")


def divisions_are_counted(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that as many divisions are listed as are counted."""
    found = [(s, match) for s in sentences(disclosure) if (match := _DIVISIONS.search(s.text))]
    if not found:
        raise NotApplicableError("文字没有“设 n 个内设机构，包括…”")
    for sentence, match in found:
        listed = _count_list(match["list"])
        if listed != int(match["count"]):
            message = f"写 {match['count']} 个{match['what']}，列举了 {listed} 个"
            yield sentence.finding(rule, message, str(listed), match["count"])


def _count_list(text: str) -> int:
    """Count a list; what stands in brackets belongs to the entry before."""
    flat = re.sub(r"[（(][^（）()]*[）)]", "", text.split("。", maxsplit=1)[0].split("；", maxsplit=1)[0])
    return len([entry for entry in re.split(r"[、，,]|和(?=[^、，,]{2,12}$)", flat) if entry.strip()])


def areas_add_up(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that floor areas behind 其中 add up to the one before it."""
    checked = 0
    for sentence in sentences(disclosure):
        before, among, after = sentence.text.partition("其中")
        totals, parts = _AREAS.findall(before), _AREAS.findall(after)
        if among and totals and len(parts) > 1:
            checked += 1
            whole, added = _number(totals[-1]), sum(map(_number, parts), Decimal(0))
            if whole != added:
                message = f"面积之和不符：{' + '.join(parts)} = {money.plain(added)}，合计写 {totals[-1]}"
                yield sentence.finding(rule, message, money.plain(added), totals[-1])
    if not checked:
        raise NotApplicableError("文字没有分项的面积")


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
