"""The Disclosure: everything of one year in one immutable value, which rules and exporters work on.

It is the same whether it came from a ledger or was read from elsewhere; exporters compute nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpi_cli.model.claims import Claim
    from kpi_cli.model.records import BudgetLine, Income, Project, SangongExpense, Settings
    from kpi_cli.model.subjects import SubjectCatalogue
    from kpi_cli.narrative.document import Narrative
    from kpi_cli.tables.figures import FigureBook
    from kpi_cli.tables.table import Table


@dataclass(frozen=True)
class Disclosure:
    """One year's disclosure of one department or unit.

    Attributes:
      kind: `budget`.
      department: Full name of the department, or of the unit that `--unit` chose.
      year: Budget year.
      table_set: Name of the table set.
      level: `department` or `unit`.
      title: Title of the document, such as `防城港市港口区绩效办2017年部门预算`.
      tables: The tables asked for, by number.
      lines: Expenditure records behind the tables, in ledger order; empty where read from elsewhere.
      incomes: Income records.
      projects: Projects.
      sangong: 三公 figures, printed ones and those derived from lines.
      typography: Style of the set's documents: `gongwen` (GB/T 9704) or `plain`.
      nature: Key of NATURE, or "" where unknown.
      narrative: The written parts; None where they were not asked for, or where it was read from elsewhere.
      claims: What its sentences say in figures: of the narrative, or as read.
      book: The ledger's figures by key; None where it was read from elsewhere.
      settings: The ledger's settings; None where it was read from elsewhere.
      catalogue: Subject names of the year.
      is_draft: Made in spite of errors: every page and sheet says 草稿.
    """

    kind: str
    department: str
    year: int
    table_set: str
    level: str
    title: str
    tables: tuple[Table, ...]
    lines: tuple[BudgetLine, ...] = ()
    incomes: tuple[Income, ...] = ()
    projects: tuple[Project, ...] = ()
    sangong: tuple[SangongExpense, ...] = ()
    typography: str = "gongwen"
    nature: str = ""
    narrative: Narrative | None = None
    claims: tuple[Claim, ...] = ()
    book: FigureBook | None = None
    settings: Settings | None = None
    catalogue: SubjectCatalogue | None = None
    is_draft: bool = False

    @property
    def is_computed(self) -> bool:
        """Tell whether it was computed from a ledger: then its figures are exact, and differences must be 0."""
        return self.book is not None

    @cached_property
    def memo(self) -> dict[str, Any]:
        """Room for what rules derive from the whole disclosure once (its claims by figure, …)."""
        return {}

    def table(self, number: int) -> Table:
        """Return the table with this number; raises KeyError where the disclosure does not hold it."""
        for table in self.tables:
            if table.id == number:
                return table
        raise KeyError(number)
