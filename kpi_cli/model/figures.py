"""Figure keys: the one vocabulary for comparatives, narrative templates, claims and trace.

A key names a figure (`income`, `function:2010601:basic_expenditure`, `sangong:overseas_travel`), with `@YEAR`
for another year and `#executed` for an executed amount. This module knows which keys exist, not their values.
Source: CONTRACT.md, Figure keys.
"""

from __future__ import annotations

import re

from kpi_cli.model import vocabulary as v
from kpi_cli.problems import suggestion

_FUNDS = (*v.FUND_SOURCE.keys, *v.FUND_GROUPS)
_TYPES = v.EXPENDITURE_TYPE.keys
SANGONG_PARTS = (
    "overseas_travel",
    "official_reception",
    "vehicles",
    "vehicle_purchase",
    "vehicle_operation",
)
_FIXED = {
    "income": ("", "carried_forward", *_FUNDS),
    "expenditure": ("", "carried_forward", *_FUNDS, *_TYPES),
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
FAMILIES = (*_FIXED, *_FREE, *_CODED)


_KEY = re.compile(r"(?P<body>.*?)(?:@(?P<year>\d{4}))?(?P<executed>#executed)?", re.ASCII | re.DOTALL)


def split(key: str) -> tuple[str, int | None, bool]:
    """Take a key apart: the figure, the year of `@YEAR` or None, whether `#executed` stands behind it."""
    match = _KEY.fullmatch(key)
    assert match is not None
    return match["body"], int(match["year"]) if match["year"] else None, bool(match["executed"])


def fault(key: str) -> str:
    """Say what is wrong with a figure key, as advice to the user; "" where it is a valid key."""
    body = split(key)[0]
    family, _, rest = body.partition(":")
    if family in _FIXED:
        return "" if rest in _FIXED[family] else suggestion(rest, [part for part in _FIXED[family] if part])
    if family in _FREE:
        return "" if rest or family == "headcount" else f"请写成 {family}:名称"
    if family in _CODED:
        code, _, part = rest.partition(":")
        if not re.fullmatch(_CODED[family], code, re.ASCII):
            return f"请写成 {family}:编码"
        return "" if not part or part in (*_TYPES, *_FUNDS) else suggestion(part, (*_TYPES, *_FUNDS))
    return suggestion(family, FAMILIES)
