"""Rules of $format: definitions in rules.toml, and the functions that they name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from kpi_cli.api import Finding, NotApplicableError, hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kpi_cli.api import Disclosure, TieOutRule

LIMIT = Decimal("0.9")


def project_share(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Find a share of 项目支出 that is too high."""
    table = next((table for table in disclosure.tables if table.role == "expenditure"), None)
    if table is None:
        raise NotApplicableError("没有支出总表")
    block = table.blocks[0]
    row = block.row("total")
    columns = {table.columns[c].id: c for c in range(block.first, block.last + 1)}
    if row is None or "project" not in columns:
        raise NotApplicableError("支出总表没有项目支出列")
    total, project = (table.rows[row][columns[name]].value for name in ("total", "project"))
    if total and project is not None and project > total * LIMIT:
        message = f"项目支出超过支出总计的 {LIMIT:.0%}"
        yield Finding(rule.id, rule.severity, f"表{table.id}", message, f"{total * LIMIT:f}", f"{project:f}")


@hookimpl
def kpi_register_checks() -> list[tuple[Path, dict[str, Callable[..., Iterator[Finding]]]]]:
    """Offer the rules to kpi."""
    return [(Path(__file__).with_name("rules.toml"), {"project_share": project_share})]
