"""The table set `$format`: data in the folder of the same name."""

from __future__ import annotations

from pathlib import Path

from kpi_cli.api import hookimpl

FOLDER = Path(__file__).parent / "$format"


@hookimpl
def kpi_register_table_sets() -> list[Path]:
    """Offer the table set to kpi."""
    return [FOLDER]
