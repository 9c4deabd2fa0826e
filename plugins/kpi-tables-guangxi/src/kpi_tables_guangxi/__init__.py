"""Table sets of Guangxi: `guangxi-2025`, the national nine tables with the local form of table 7 (三公两费)."""

from __future__ import annotations

from pathlib import Path

from kpi_cli.api import hookimpl

FOLDER = Path(__file__).parent / "guangxi-2025"


@hookimpl
def kpi_register_table_sets() -> list[Path]:
    """Offer the table sets to kpi."""
    return [FOLDER]
