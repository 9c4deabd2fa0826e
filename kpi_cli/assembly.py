"""From a ledger to a Disclosure: picks the year, the unit and the table set, and has the tables computed.

This is the one place that joins reading, definitions and computation; commands and exporters get its result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from kpi_cli import resources
from kpi_cli.disclosure import Disclosure
from kpi_cli.errors import UsageError
from kpi_cli.ledger.reader import open_ledger, read_year
from kpi_cli.ledger.report import Report
from kpi_cli.ledger.transaction import read_consistent
from kpi_cli.model.records import TableDisplay
from kpi_cli.model.sangong import sangong_figures
from kpi_cli.model.stated import StatedFacts
from kpi_cli.model.subjects import SubjectCatalogue, bundled_subjects
from kpi_cli.problems import Problem, suggestion
from kpi_cli.tables.compute import compute_table
from kpi_cli.tables.definition_reader import read_definition, read_table_set
from kpi_cli.tables.figures import FigureBook
from kpi_cli.tables.rows import TableFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from kpi_cli.ledger.reader import Ledger
    from kpi_cli.model.records import Comparative, LedgerYear, Settings
    from kpi_cli.narrative.document import Narrative
    from kpi_cli.narrative.sources import NarrativeSource
    from kpi_cli.tables.definition import TableDefinition, TableSet
    from kpi_cli.tables.table import Table


@dataclass(frozen=True)
class Request:
    """What of a ledger is asked for.

    Attributes:
      year: Budget year; None is the latest.
      numbers: Table numbers; empty is all of the set.
      table_set: Name of a set, or "" for the ledger's own.
      unit: Code of a budget unit that narrows everything, or "".
      narrative: The written parts too.
      more_sets: Gives table sets of plugins, by name.
    """

    year: int | None = None
    numbers: tuple[int, ...] = ()
    table_set: str = ""
    unit: str = ""
    narrative: bool = False
    more_sets: Callable[[], Mapping[str, Path]] | None = None


def known_table_sets(root: Path | None = None) -> dict[str, Path]:
    """Return the table sets by name: the ledger's own (folders with `set.toml`) before the bundled ones."""
    folders = [resources.templates() / "table_sets", *([root, root / "table_sets"] if root else [])]
    return {
        path.name: path for folder in folders for path in resources.files_in(folder, "") if (path / "set.toml").exists()
    }


def find_table_set(
    name: str, root: Path | None = None, more: Callable[[], Mapping[str, Path]] | None = None
) -> TableSet:
    """Read the manifest of a table set.

    Args:
      name: Of the set.
      root: Ledger whose own sets come first.
      more: Gives further sets, those of plugins; asked only for a name that nobody else has.
    Raises:
      UsageError: There is no set of this name.
      DefinitionError: Its manifest is wrong.
    """
    known = known_table_sets(root)
    if name not in known and more is not None:
        known = {**more(), **known}
    if name not in known:
        raise UsageError(Problem("unknown-table-set", value=name, facts={"hint": suggestion(name, sorted(known))}))
    return read_table_set(known[name], known)


def subject_catalogue(year: LedgerYear) -> SubjectCatalogue:
    """Return the subject names of a year: the ledger's local ones over the bundled ones."""
    return SubjectCatalogue(year.year, bundled_subjects(resources.templates() / "subjects"), year.local_subjects)


def assemble(root: Path, request: Request, warnings: list[Problem] | None = None) -> Disclosure:
    """Compute the disclosure of one year.

    Args:
      root: The ledger's folder; it is opened and read here, so that nobody sees half a change.
      request: Year, tables, table set and unit.
      warnings: Takes what is doubtful in the ledger's files, but no error.
    Returns:
      The disclosure with the tables asked for.
    Raises:
      LedgerError: Problems in the ledger's files, all of them.
      UsageError: No such year, unit, table set or table.
      DefinitionError: A table definition, or a template of the written parts, is wrong.
    """
    settings, current, previous, doubts = read_consistent(root, lambda: _read(open_ledger(root), request.year))
    if warnings is not None:
        warnings += doubts
    table_set = find_table_set(request.table_set or settings.table_set, root, request.more_sets)
    if request.unit:
        previous = narrow(settings, previous, request.unit)[1] if previous else None
        settings, current = narrow(settings, current, request.unit)
    source = None
    if request.narrative:
        source = narrative_source(table_set.name, root) or narrative_source(table_set.base, root)
    return disclose(settings, current, previous, table_set, request.numbers, source)


def narrative_source(table_set: str, root: Path | None = None) -> NarrativeSource | None:
    """Return template and style of a set's written parts, the ledger's own first; None where there are none.

    Raises:
      DefinitionError: A manifest is wrong.
    """
    from kpi_cli.narrative.sources import find_narrative  # a plain table does without it

    return find_narrative(table_set, root)


def _read(ledger: Ledger, year: int | None) -> tuple[Settings, LedgerYear, LedgerYear | None, list[Problem]]:
    number = ledger.chosen_year(year)
    report = Report()
    current = read_year(ledger, number, report)
    previous = read_year(ledger, number - 1, report) if number - 1 in ledger.years else None
    report.raise_errors()
    return ledger.settings, current, previous, report.warnings


def disclose(
    settings: Settings,
    current: LedgerYear,
    previous: LedgerYear | None,
    table_set: TableSet,
    numbers: Iterable[int] = (),
    source: NarrativeSource | None = None,
) -> Disclosure:
    """Compute the disclosure from records, without reading a ledger.

    Args:
      settings: Of the department, or of the unit that the records are narrowed to.
      current: The year's records.
      previous: The records of the year before, or None where the ledger does not hold it.
      table_set: Its definitions are read here.
      numbers: Tables to compute; none is all.
      source: Template of the written parts; without one there are none.
    """
    facts = _facts(settings, current, previous)
    tables = []
    for number in tuple(numbers) or table_set.numbers:
        own = settings.table_display.get(number, TableDisplay())
        form = (own.form or settings.display.form or "") if table_set.name == settings.table_set else ""
        definition = _definition(table_set.file_for(number, settings.level, form), settings.level)
        tables.append(compute_table(definition, facts, _display(settings, own, definition)))
    book = _book(settings, current, previous, tables)
    narrative = _narrative(book, settings, facts.names, source) if source else None
    word = {"department": "部门", "unit": "单位"}[settings.level]
    title = table_set.document_title
    for name, value in (("{year}", str(current.year)), ("{department}", settings.department), ("{level_word}", word)):
        title = title.replace(name, value)
    return Disclosure(
        "budget",
        settings.department,
        current.year,
        table_set.name,
        settings.level,
        title,
        tuple(tables),
        current.lines,
        current.incomes,
        current.projects,
        tuple(facts.records["sangong", 0]),
        table_set.typography,
        settings.nature,
        narrative=narrative,
        claims=narrative.claims if narrative else (),
        book=book,
        settings=settings,
        catalogue=facts.names,
    )


def _definition(path: Path, level: str) -> TableDefinition:
    """Read a table definition; the bundled ones, which never change, once in a process that does many departments."""
    read = _bundled_definition if resources.templates() in path.parents else read_definition
    return read(path, level)


_bundled_definition = lru_cache(maxsize=64)(read_definition)


def _narrative(book: FigureBook, settings: Settings, names: SubjectCatalogue, source: NarrativeSource) -> Narrative:
    from kpi_cli.narrative.scope import NarrativeFacts
    from kpi_cli.narrative.write import write_narrative

    return write_narrative(NarrativeFacts(book, settings, names), source)


def _book(
    settings: Settings, current: LedgerYear, previous: LedgerYear | None, tables: Iterable[Table] = ()
) -> FigureBook:
    scopes = [block.scope for table in tables if table.role == "sangong" for block in table.blocks]
    return FigureBook(
        current.year,
        current.lines,
        current.incomes,
        current.projects,
        sangong_figures(current, settings),
        current.stated,
        _comparatives(current),
        _book(settings, previous, None, tables) if previous else None,
        scopes[0] if scopes else None,
        settings.budget_units,
    )


def _facts(settings: Settings, current: LedgerYear, previous: LedgerYear | None) -> TableFacts:
    records: dict[tuple[str, int], tuple[object, ...]] = {}
    for offset, year in ((0, current), (-1, previous)):
        if year is not None:
            records["line", offset] = year.lines
            records["income", offset] = year.incomes
            records["sangong", offset] = sangong_figures(year, settings)
    return TableFacts(
        current.year,
        settings.level,
        settings.department,
        settings.code,
        records,
        subject_catalogue(current),
        {unit.code: unit.name for unit in settings.budget_units},
        {figure: stated.amount for figure, stated in _comparatives(current).items()},
    )


def _comparatives(year: LedgerYear) -> dict[str, Comparative]:
    return {c.figure: c for c in year.comparatives if c.year in (None, year.year - 1)}


def _display(settings: Settings, own: TableDisplay, definition: TableDefinition) -> TableDisplay:
    general = settings.display
    decimals = None if definition.fixed_decimals else general.decimals
    return TableDisplay(
        decimals if own.decimals is None else own.decimals,
        own.zero or general.zero,
        general.thousands if own.thousands is None else own.thousands,
    )


def narrow(settings: Settings, year: LedgerYear, unit: str) -> tuple[Settings, LedgerYear]:
    """Keep only the records of one budget unit; the result reads as that unit's own ledger.

    Raises:
      UsageError: The ledger has no such unit.
    """
    chosen = settings.unit(unit) or next((u for u in settings.budget_units if u.name == unit), None)
    if chosen is None:
        hint = suggestion(unit, [u.code for u in settings.budget_units], among="已有的预算单位")
        raise UsageError(Problem("unknown-unit", value=unit, facts={"hint": hint}))
    own = replace(
        settings, department=chosen.name, code=chosen.code, level="unit", nature=chosen.nature, budget_units=(chosen,)
    )
    code = chosen.code
    lines = tuple(r for r in year.lines if r.budget_unit == code)
    projects = {line.project for line in lines}
    return own, replace(
        year,
        lines=lines,
        incomes=tuple(r for r in year.incomes if r.budget_unit == code),
        sangong=tuple(r for r in year.sangong if r.budget_unit == code),
        projects=tuple(p for p in year.projects if p.id in projects),
        comparatives=(),
        stated=StatedFacts(glossary=year.stated.glossary),  # the rest is said of the department
    )
