"""The tier table of M06: half-open intervals without gap or overlap."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi_cli.evaluation.arithmetic import written
from kpi_cli.evaluation.methods.method import MethodError, number

if TYPE_CHECKING:
    from fractions import Fraction


class Tier(NamedTuple):
    """One interval [lo, hi) with its coefficient; None is no bound."""

    lo: Fraction | None
    hi: Fraction | None
    coefficient: Fraction

    def holds(self, value: Fraction) -> bool:
        """Tell whether a value lies in the interval."""
        return (self.lo is None or value >= self.lo) and (self.hi is None or value < self.hi)

    @property
    def text(self) -> str:
        """The interval as printed."""
        low = "(-∞" if self.lo is None else f"[{written(self.lo)}"
        return f"{low}, {'+∞' if self.hi is None else written(self.hi)})"


def read_tiers(raw: Any) -> list[Tier]:
    """Read a tier table, lowest interval first.

    Args:
      raw: A list of `{lo, hi, coefficient}` or `[lo, hi, coefficient]` in any order; an empty bound is open.
    Raises:
      MethodError: No table, or one with gaps or overlaps.
    Source:
      Published tables are often "80–89 / 90–100" or "80–90 / 90–100" (domain/evaluation.md M06): both are refused.
    """
    if not isinstance(raw, (list, tuple)) or not raw:
        raise MethodError("eval-method-params", name="tiers")
    tiers = [_tier(item) for item in raw]
    opens = [tier for tier in tiers if tier.lo is None]
    ordered = [*opens, *sorted((tier for tier in tiers if tier.lo is not None), key=lambda tier: tier.lo or 0)]
    fits = all(low.hi is not None and low.hi == high.lo for low, high in pairwise(ordered))
    grows = all(tier.lo is None or tier.hi is None or tier.lo < tier.hi for tier in tiers)
    if not fits or not grows:
        raise MethodError("eval-tiers", table="、".join(tier.text for tier in ordered))
    return ordered


def _tier(item: Any) -> Tier:
    if isinstance(item, (list, tuple)) and len(item) == 3:
        item = dict(zip(("lo", "hi", "coefficient"), item, strict=True))
    if not isinstance(item, dict):
        raise MethodError("eval-method-params", name="tiers")
    return Tier(_bound(item, "lo"), _bound(item, "hi"), number(item, "coefficient"))


def _bound(item: dict[str, Any], name: str) -> Fraction | None:
    return None if item.get(name) in (None, "") else number(item, name)
