"""For the tests of plugins: a class that runs the conformance checks, and a ledger to play with.

    from kpi_cli.testing import ExporterConformance

    class TestText(ExporterConformance):
        exporter = TextExporter

The package registers this module with pytest, so the fixture `kpi_disclosure` is there without an import.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from kpi_cli.conformance import EXPORTER_CHECKS, Conformance, check_table_set, run_rules

__all__ = ["ExporterConformance", "check_table_set", "kpi_disclosure", "run_rules", "tables_of"]

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.plugin.exporter import Exporter
    from kpi_cli.tables.table import Table


class ExporterConformance:
    """Subclass it with your exporter; every check becomes a test.

    Attributes:
      exporter: The class under test.
    """

    exporter: ClassVar[type[Exporter]]

    @pytest.mark.parametrize("name", EXPORTER_CHECKS)
    def test_conformance(self, name: str) -> None:
        """Run one check."""
        detail = EXPORTER_CHECKS[name](Conformance(self.exporter))
        assert not detail, f"{name}：{detail}"


@pytest.fixture(scope="session")
def kpi_disclosure() -> Disclosure:
    """Return the disclosure of the example ledger: nine tables and the written parts."""
    from kpi_cli.assembly import Request, assemble
    from kpi_cli.ledger.create import copy_example

    with tempfile.TemporaryDirectory() as folder:
        copy_example(Path(folder) / "kpi-demo")
        return assemble(Path(folder) / "kpi-demo", Request(narrative=True))


def tables_of(folder: Path, lines: str, scratch: Path) -> tuple[Table, ...]:
    """Compute the tables of a set from budget lines.

    Args:
      folder: The table set.
      lines: The lines as a CSV that `kpi import lines` takes.
      scratch: A folder for the ledger, as pytest's tmp_path.
    Returns:
      All tables of the set, for the year 2025.
    """
    from kpi_cli.assembly import disclose, known_table_sets, subject_catalogue
    from kpi_cli.ledger.create import create_ledger, settings_values
    from kpi_cli.ledger.edit import budget_basis, import_file
    from kpi_cli.ledger.reader import open_ledger, read_year
    from kpi_cli.tables.definition_reader import read_table_set

    root, file = scratch / "ledger", scratch / "lines.csv"
    create_ledger(root, 2025, settings_values("某县财政局", "mof", "unit", "administrative", ""))
    file.write_text(lines, encoding="utf-8")
    ledger = open_ledger(root)
    import_file(ledger, 2025, "lines", file, budget_basis(subject_catalogue))
    year = read_year(ledger, 2025)
    return disclose(ledger.settings, year, None, read_table_set(folder, known_table_sets())).tables
