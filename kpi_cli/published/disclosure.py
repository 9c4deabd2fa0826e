"""From the folder of a published disclosure to a Disclosure that every rule works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli import resources
from kpi_cli.assembly import find_table_set, known_table_sets
from kpi_cli.disclosure import Disclosure
from kpi_cli.errors import KpiError, LedgerError
from kpi_cli.model.subjects import SubjectCatalogue, bundled_subjects
from kpi_cli.problems import Place, Problem
from kpi_cli.published.matching import best_definition, match_table
from kpi_cli.published.reading import read_published
from kpi_cli.tables.definition_reader import read_definition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kpi_cli.published.reading import Published, PublishedTable
    from kpi_cli.tables.definition import TableDefinition, TableSet
    from kpi_cli.tables.table import Table


def published_disclosure(folder: Path, doubts: list[Problem] | None = None) -> Disclosure:
    """Read a published disclosure.

    Args:
      folder: As CONTRACT.md describes it.
      doubts: Takes what could not be matched with the table set: those figures take part in no rule.
    Returns:
      The disclosure; figures have the places that were printed, `book` is None.
    Raises:
      LedgerError: Every problem of every file.
    """
    published = read_published(folder, known_table_sets())
    table_set = find_table_set(published.table_set)
    names = SubjectCatalogue(published.year, bundled_subjects(resources.templates() / "subjects"))
    _refuse_unknown(published, table_set)
    title = table_set.document_title
    word = {"department": "部门", "unit": "单位"}[published.level]
    for name, value in (
        ("{year}", str(published.year)),
        ("{department}", published.department),
        ("{level_word}", word),
    ):
        title = title.replace(name, value)
    return Disclosure(
        "budget",
        published.department,
        published.year,
        published.table_set,
        published.level,
        title,
        tuple(_tables(published, table_set, names, doubts if doubts is not None else [])),
        typography=table_set.typography,
        nature=published.nature,
        claims=published.claims,
        catalogue=names,
    )


def _refuse_unknown(published: Published, table_set: TableSet) -> None:
    problems: list[Problem] = []
    for table in published.tables:
        try:
            table_set.file_for(table.number, published.level, "")
        except KpiError as error:
            problems += [Problem(p.code, Place(table.file), p.value, p.facts) for p in error.problems]
    if problems:
        raise LedgerError(problems)


def _tables(
    published: Published, table_set: TableSet, names: SubjectCatalogue, doubts: list[Problem]
) -> Iterator[Table]:
    for table in published.tables:
        definition = best_definition(table, _candidates(table, table_set, published.level))
        matched = match_table(table, definition, names, published.department)
        doubts += [
            Problem("unmatched", Place(table.file, doubt.line), doubt.text, {"detail": doubt.detail})
            for doubt in matched.doubts
        ]
        yield matched.table


def _candidates(table: PublishedTable, table_set: TableSet, level: str) -> Iterator[TableDefinition]:
    """Yield every form of a table, those of the level first."""
    entries = [entry for entry in table_set.entries if entry[0] == table.number]
    for _, own, _, path in sorted(entries, key=lambda entry: entry[1] not in (level, "")):
        yield read_definition(path, own or level)
