"""Rules about the shares of 政府采购 that are reserved for small and medium-sized firms.

They read the claims of the disclosure, so that they work on published texts and on generated ones alike.
Source: 财库〔2020〕46号 第八条.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from kpi_cli.api import Finding, NotApplicableError, hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kpi_cli.api import Claim, Disclosure, TieOutRule

RESERVED, MICRO = Decimal("0.30"), Decimal("0.60")


def reserved_share(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Find a reserved share below 30 % of all procurement."""
    yield from _below(rule, disclosure, "procurement:sme", "procurement", RESERVED)


def micro_share(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Find a share of the smallest firms below 60 % of what is reserved."""
    yield from _below(rule, disclosure, "procurement:micro", "procurement:sme", MICRO)


def _below(rule: TieOutRule, disclosure: Disclosure, part: str, whole: str, least: Decimal) -> Iterator[Finding]:
    small, large = _claim(disclosure, part), _claim(disclosure, whole)
    if small is None or large is None or not large.value:
        raise NotApplicableError("没有写明预留份额")
    if small.value < large.value * least:
        expected = f"{large.value * least:f}"
        message = f"预留 {small.value}{small.unit}，不到 {large.value}{large.unit} 的 {least:.0%}"
        yield Finding(rule.id, rule.severity, f"{small.section} {small.id}", message, expected, f"{small.value}")


def _claim(disclosure: Disclosure, key: str) -> Claim | None:
    return next((claim for claim in disclosure.claims if claim.figure == key), None)


@hookimpl
def kpi_register_checks() -> list[tuple[Path, dict[str, Callable[..., Iterator[Finding]]]]]:
    """Offer the rules to kpi."""
    return [(Path(__file__).with_name("rules.toml"), {"reserved_share": reserved_share, "micro_share": micro_share})]
