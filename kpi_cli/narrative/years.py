"""What changed between two years of a ledger: totals, subjects, projects, 三公. Pure.

Differences are exact; rates follow the rules of `phrases`: none on a base of zero, rounded once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.narrative.phrases import AmountStyle, ComparisonWords, compare, rate_of_change
from kpi_cli.tables.figures import UNLISTED_PROJECT, ZERO, UnknownFigureError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from kpi_cli.model.subjects import SubjectCatalogue
    from kpi_cli.tables.figures import FigureBook

KINDS = {"total": "总额", "subject": "功能科目", "project": "项目", "sangong": "“三公”经费"}
YUAN = AmountStyle("元", 2, thousands=True, percent_places=2)
_WORDS = ComparisonWords("", "")
_TOTALS = {
    "income": "收入",
    "expenditure": "支出",
    "expenditure:basic_expenditure": "基本支出",
    "expenditure:project_expenditure": "项目支出",
}
_SANGONG = {
    "sangong": "“三公”经费",
    "sangong:overseas_travel": "因公出国（境）费",
    "sangong:official_reception": "公务接待费",
    "sangong:vehicles": "公务用车购置及运行费",
    "sangong:vehicle_purchase": "公务用车购置费",
    "sangong:vehicle_operation": "公务用车运行费",
    "agency_operating_expenditure": "机关运行经费",
}


@dataclass(frozen=True, slots=True)
class YearChange:
    """One figure in two years, in 元.

    Attributes:
      kind: Key of KINDS.
      code: Code of a subject, id of a project, or "".
      name: As printed.
      level: 0 for the top, 1 and 2 below it.
      previous: The earlier figure; None where it is not known.
      current: The later figure; None where it is not known.
    """

    kind: str
    code: str
    name: str
    level: int
    previous: Decimal | None
    current: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """The later figure less the earlier one."""
        return None if self.current is None or self.previous is None else self.current - self.previous

    @property
    def percent(self) -> Decimal | None:
        """The rate with its sign, as printed; None on a base of zero, and where nothing changed."""
        if self.current is None or self.previous is None or self.current == self.previous:
            return None
        rate = rate_of_change(self.current, self.previous, YUAN)
        return -rate if rate is not None and self.current < self.previous else rate

    @property
    def words(self) -> str:
        """The change in words: `增加100.00元，增长1.20%`."""
        if self.current is None or self.previous is None:
            return ""
        return compare(self.current, self.previous, YUAN, _WORDS).text


def compare_years(
    then: FigureBook, now: FigureBook, names: SubjectCatalogue, former: SubjectCatalogue
) -> list[YearChange]:
    """Compare two years.

    Args:
      then: The earlier figures.
      now: The later figures.
      names: Subject names of the later year.
      former: Subject names of the earlier year, for codes that are no more.
    """
    return [
        *(_row(then, now, "total", key, name) for key, name in _TOTALS.items()),
        *_subjects(then, now, names, former),
        *_projects(then, now),
        *(_row(then, now, "sangong", key, name, int(key.count(":") == 1)) for key, name in _SANGONG.items()),
    ]


def _row(then: FigureBook, now: FigureBook, kind: str, key: str, name: str, level: int = 0) -> YearChange:
    values = [book.figure(key).value if book.is_kept(key) else None for book in (then, now)]
    return YearChange(kind, "", name, level, *values)


def _subjects(
    then: FigureBook, now: FigureBook, names: SubjectCatalogue, former: SubjectCatalogue
) -> Iterator[YearChange]:
    codes = {code for book in (then, now) for digits in (3, 5, 7) for code in book.codes("function", digits)}
    for code in sorted(codes):
        name = names.name("function", code) or former.name("function", code) or code
        values = [book.figure(f"function:{code}").value if book.lines else None for book in (then, now)]
        yield YearChange("subject", code, name, (len(code) - 3) // 2, *values)


def _projects(then: FigureBook, now: FigureBook) -> Iterator[YearChange]:
    """Match projects by name: ids may be given anew each year."""
    ids = {project.name: project.id for book in (then, now) for project in book.projects}
    ordered = dict.fromkeys(project.name for book in (now, then) for project in book.projects)
    for name in (*ordered, UNLISTED_PROJECT):
        values = [_project(book, name) for book in (then, now)]
        if name in ids or any(values):
            yield YearChange("project", ids.get(name, ""), name, 0, *values)


def _project(book: FigureBook, name: str) -> Decimal | None:
    try:
        return book.figure(f"project:{name}").value
    except UnknownFigureError:
        return ZERO if book.lines or book.projects else None
