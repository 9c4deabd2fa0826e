"""Figure keys: the one vocabulary for comparatives, narrative templates, claims and trace.

A key names a figure (`income`, `function:2010601:basic_expenditure`, `sangong:overseas_travel`), with `@YEAR`
for another year and `#executed` for an executed amount. This module knows which keys exist, not their values.
Source: CONTRACT.md, Figure keys.
"""

from __future__ import annotations

import re

from kpi_cli.model import vocabulary as v
from kpi_cli.problems import suggestion

_CARRY = ("carried_forward", "current_year")
_FUNDS = (*v.FUND_SOURCE.keys, *v.FUND_GROUPS)
PART_WORDS = {
    "fund_source": _FUNDS,
    "expenditure_type": v.EXPENDITURE_TYPE.keys,
    "cost_kind": v.COST_KIND.keys,
    "carried_forward": _CARRY,
}
"""Field → the words by which a key narrows its figure; `a+b` is either of two words of one field."""

SANGONG_PARTS = (
    "overseas_travel",
    "official_reception",
    "vehicles",
    "vehicle_purchase",
    "vehicle_operation",
)
_FIXED = {
    "sangong": ("", *SANGONG_PARTS),
    "agency_operating_expenditure": ("",),
    "procurement": ("", "goods", "works", "services", "sme", "micro"),
    "goals": ("count", "amount"),
    "units": ("subordinate", "administrative", "civil_service_managed", "public_institution", "internal_divisions"),
    "vehicles_held": (
        "",
        "ministerial_leaders",
        "principal_leaders",
        "confidential_communication",
        "emergency_support",
        "law_enforcement",
        "special_technical",
        "retired_cadres",
        "other",
        "general_official",
    ),
}
_FREE = ("project", "headcount", "stated")
_CODED = {"function": r"\d{3}|\d{5}|\d{7}", "economic": r"\d{3}|\d{5}"}
_NARROWED = {
    "income": ("fund_source", "carried_forward"),
    "expenditure": ("fund_source", "expenditure_type", "cost_kind", "carried_forward"),
    "function": ("fund_source", "expenditure_type", "cost_kind"),
    "economic": ("fund_source", "expenditure_type", "cost_kind"),
}
FAMILIES = ("income", "expenditure", *_FIXED, *_FREE, *_CODED)


_KEY = re.compile(r"(?P<body>.*?)(?:@(?P<year>\d{4}))?(?P<executed>#executed)?", re.ASCII | re.DOTALL)


def split(key: str) -> tuple[str, int | None, bool]:
    """Take a key apart: the figure, the year of `@YEAR` or None, whether `#executed` stands behind it."""
    match = _KEY.fullmatch(key)
    assert match is not None
    return match["body"], int(match["year"]) if match["year"] else None, bool(match["executed"])


def fault(key: object) -> str:
    """Say what is wrong with a figure key, as advice to the user; "" where it is a valid key."""
    if not isinstance(key, str):
        return "数字的键是加引号的文字"
    body = split(key)[0]
    family, _, rest = body.partition(":")
    if family in _FIXED:
        return "" if rest in _FIXED[family] else suggestion(rest, [part for part in _FIXED[family] if part])
    if family in _FREE:
        return "" if rest or family == "headcount" else f"请写成 {family}:名称"
    if family in _CODED:
        code, _, rest = rest.partition(":")
        if not re.fullmatch(_CODED[family], code, re.ASCII):
            return f"请写成 {family}:编码"
    if family in _NARROWED:
        return _part_fault(rest, _NARROWED[family])
    return suggestion(family, FAMILIES)


def fixed(family: str) -> tuple[str, ...]:
    """Return every key of a family that has a fixed list of them."""
    return tuple(f"{family}:{part}" if part else family for part in _FIXED[family])


def parts(rest: str) -> dict[str, tuple[str, ...]]:
    """Take the narrowing parts of a valid key apart: field → the words allowed, groups of funds as they are named."""
    return {_field_of(part.split("+")[0]): tuple(part.split("+")) for part in rest.split(":") if part}


def _field_of(word: str) -> str:
    return next((name for name, words in PART_WORDS.items() if word in words), "")


def _part_fault(rest: str, fields: tuple[str, ...]) -> str:
    known = [word for name in fields for word in PART_WORDS[name]]
    seen: set[str] = set()
    for part in rest.split(":") if rest else ():
        names = {_field_of(word) for word in part.split("+")}
        for word in part.split("+"):
            if word not in known:
                return suggestion(word, known)
        if len(names) > 1 or names & seen:
            return "每一方面（资金、支出类型、经费类别、结转）只能写一次"
        seen |= names
    return ""
