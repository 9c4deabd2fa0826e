"""The printed forms F1–F18 as Tables, for three ranges: the office, one unit, the public (evaluation.md §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.errors import UsageError
from kpi_cli.evaluation.forms import indicator_forms, project_forms, result_forms, review_forms
from kpi_cli.evaluation.forms.book import Book
from kpi_cli.evaluation.forms.form import Form, Range, forms, make_table
from kpi_cli.evaluation.forms.matrix import review_matrix, score_matrix
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.evaluation.forms.form import Sheet
    from kpi_cli.evaluation.scheme import EvaluationYear
    from kpi_cli.tables.table import Table

__all__ = ["Range", "form_tables", "forms", "public_faults", "review_matrix", "score_matrix"]

_BUILDERS = {
    1: indicator_forms.indicator_system,
    2: indicator_forms.indicator_sheets,
    3: indicator_forms.quarterly_reports,
    4: indicator_forms.warnings,
    5: indicator_forms.score_sheets,
    6: review_forms.public_review,
    7: review_forms.opinions,
    8: review_forms.leader_ratings,
    9: review_forms.inspections,
    10: review_forms.bonuses,
    11: result_forms.summary,
    12: result_forms.ranking,
    13: result_forms.feedback,
    15: project_forms.monitoring,
    16: project_forms.self_evaluations,
    17: result_forms.meetings,
    18: project_forms.task_money,
}


def form_tables(
    year: EvaluationYear,
    numbers: Iterable[int] = (),
    *,
    viewer: Range = Range.OFFICE,
    unit: str = "",
    department: str = "",
) -> tuple[Table, ...]:
    """Print forms as neutral tables.

    Args:
      year: Scheme and records.
      numbers: Numbers of the forms; all of the range where empty.
      viewer: Who they are for.
      unit: In the range `unit`, the unit whose rows are printed.
      department: Who prints them.
    Returns:
      One table for each form, or for each unit, series or project where the form is about one; forms without rows
      are left out where no number asks for them.
    Raises:
      UsageError: A form is not for this range, or does not exist; a unit is missing or unknown.
      LedgerError: The result that a form prints cannot be computed.
    """
    book = Book(year, department, unit if viewer is Range.UNIT else "")
    if viewer is Range.UNIT and unit not in book.index.units:
        known = suggestion(unit, book.index.units)
        raise UsageError(Problem("eval-unknown-unit-name", value=unit, facts={"hint": known}))
    wanted = list(numbers)
    tables: list[Table] = []
    for form in _chosen(wanted, viewer):
        sheets = (sheet for sheet in _sheets(form, book, viewer) if sheet.rows or wanted)
        tables.extend(make_table(form, sheet, book.paper, viewer) for sheet in sheets)
    return tuple(tables)


def _sheets(form: Form, book: Book, viewer: Range) -> Iterator[Sheet]:
    if form.id in _BUILDERS:
        return _BUILDERS[form.id](book)
    return project_forms.goal_forms(book, with_persons=viewer is Range.OFFICE)


def _chosen(numbers: list[int], viewer: Range) -> list[Form]:
    allowed = {form.id: form for form in forms() if viewer in form.ranges}
    for number in numbers:
        if number not in allowed:
            hint = "可用的有：" + "、".join(f"F{known}" for known in allowed)
            raise UsageError(Problem("eval-unknown-form", value=f"F{number}", facts={"hint": hint}))
    return [allowed[number] for number in numbers] if numbers else list(allowed.values())


def public_faults(year: EvaluationYear) -> Iterator[tuple[str, str]]:
    """Yield (form, text) for what the public range would show and must not: other columns, or a personal name."""
    persons = {sheet.owner_leader for sheet in year.indicator_sheets}
    persons |= {goal.person_in_charge for goal in year.project_goals}
    persons.discard("")
    public = {form.id: form for form in forms() if Range.PUBLIC in form.ranges}
    for table in form_tables(year, viewer=Range.PUBLIC):
        for column in table.columns:
            if column.id.partition(":")[0] not in public[table.id].public:
                yield f"F{table.id}", column.title
        texts = {cell.text for row in table.rows for cell in row if cell.text}
        for person in sorted(persons):
            if any(person in text for text in (*texts, table.note)):
                yield f"F{table.id}", person
