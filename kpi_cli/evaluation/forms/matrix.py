"""Scores as a matrix, for copying into a spreadsheet: unit × indicator, unit × respondent group (evaluation.md §5)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kpi_cli.evaluation.forms.book import Book, tried
from kpi_cli.evaluation.forms.form import Form, FormColumn, Range, Row, Sheet, make_table
from kpi_cli.evaluation.methods import review
from kpi_cli.evaluation.vocabulary import GROUP, word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi_cli.evaluation.scheme import EvaluationYear
    from kpi_cli.tables.table import Table


def score_matrix(year: EvaluationYear, department: str = "") -> Table:
    """Return every unit's score on every leaf; blank where the indicator is not assigned or has no score."""
    book = Book(year, department)
    leaves = [item for item in book.index.indicators.values() if book.leaf(item)]
    rows = [
        Row({leaf.indicator: leaf.score for leaf in book.scores.leaves(unit)} | {"unit": book.name(unit)})
        for unit in book.index.units
    ]
    return _matrix(
        book, 5, "指标得分矩阵", [(item.indicator, f"{item.indicator} {item.name}") for item in leaves], rows
    )


def review_matrix(year: EvaluationYear, department: str = "") -> Table:
    """Return every respondent group's mean for every unit, all stages of the year's round together."""
    book = Book(year, department)
    groups = dict.fromkeys(group for weights in book.scheme.group_weights.values() for group in weights)
    rows = []
    for unit in book.index.units:
        votes: dict[str, dict[str, int]] = {}
        for ballot in book.index.ballot_records.get((book.scheme.public_review.round, unit), []):
            own = votes.setdefault(ballot.group, dict.fromkeys(book.scheme.options, 0))
            own |= {name: own.get(name, 0) + count for name, count in ballot.counts.items() if name in own}
        means = {group: tried(partial(review.points, counts, book.scheme.options)) for group, counts in votes.items()}
        rows.append(Row({"unit": book.name(unit), **means}))
    return _matrix(book, 6, "公众评议得分矩阵", [(group, word(GROUP, group)) for group in groups], rows)


def _matrix(book: Book, number: int, name: str, columns: Iterable[tuple[str, str]], rows: list[Row]) -> Table:
    heads = (FormColumn("unit", "单位", "text", 16), *(FormColumn(key, title, "score", 10) for key, title in columns))
    form = Form(number, name, f"{{year}} 年度{name}", frozenset({Range.OFFICE}), frozenset(), heads, "")
    return make_table(form, Sheet(rows), book.paper, Range.OFFICE)
