"""X-10, X-11, X-12, X-15: 三公 and 机关运行经费 against the expenditure by economic subject."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kpi_cli.model.records import SangongExpense
from kpi_cli.model.source import Source

from .conftest import LINES, line
from .test_arithmetic import with_cell

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure

RECEPTION = (*LINES, line("2010601", "30217", "20000"))
"""公务接待费 2.00 万元, all of it 基本支出."""


def stated(amount: str, places: int | None = None) -> SangongExpense:
    source = Source("2025/sangong.toml", 3, 1)
    return SangongExpense(
        "official_reception", "general_public_budget", Decimal(amount), places, "", None, None, None, None, "", "", source
    )  # fmt: skip


def foreign(made: Disclosure) -> Disclosure:
    return replace(made, book=None, settings=None, narrative=None, claims=(), lines=(), incomes=(), sangong=())


@pytest.mark.parametrize("table_set", ["shanghai", "mof", "guangxi-2017"])
def test_what_is_computed_agrees(written, found, table_set: str) -> None:
    made = written.computed(table_set, RECEPTION)
    for own in (made, foreign(made)):
        assert [found(own, rule) for rule in ("X-10", "X-11", "X-12", "X-15")] == [[]] * 4


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("0", []),
        ("63000", []),  # 项目支出 may come on top: 25.40 − 19.10 = 6.30
        ("-50", []),  # 1.995 is printed 2.00
        ("-50.01", [("error", "2.00", "1.99")]),
        ("-10000", [("error", "2.00", "1.00")]),
    ],
)
def test_a_part_in_basic_expenditure_is_no_more_than_the_whole(written, found, by: str, expected: list) -> None:
    made = foreign(written.computed(lines=RECEPTION))
    assert found(with_cell(made, 9, "current", "official_reception", by), "X-10") == expected


@pytest.mark.parametrize(
    ("amount", "places", "project", "expected"),
    [
        ("20000", None, "", []),
        ("20000.01", None, "", [("error", "20000", "20000.01")]),
        ("20049", 2, "", []),  # 2.00 万元 as printed
        ("26300", None, "30217", []),
        ("26299", None, "30217", [("error", "26300", "26299")]),
        ("26300", None, "", [("error", "20000", "26300")]),
        ("26300", None, "302", []),  # it may be among the lines without a 款
        ("19000", None, "302", [("error", "20000", "19000")]),
    ],
)
def test_a_stated_figure_is_what_its_lines_add_up_to(
    written, found, amount: str, places: int | None, project: str, expected: list
) -> None:
    lines = tuple(own for own in RECEPTION if own.economic_code)
    lines += (line("2010602", project, "6300", project="p1"),) if project else ()
    made = written.computed(lines=lines, sangong=(stated(amount, places),))
    assert found(made, "X-11") == expected


def test_lines_without_a_subject_leave_it_unchecked(written, receipt) -> None:
    lines = (*RECEPTION, line("2010602", "302", "6300", project="p1"))
    state = receipt(written.computed(lines=lines, sangong=(stated("26300"),)), "X-11")
    assert (state.state, state.reason) == ("not_checked", "有的项目支出没有写到款级经济科目")


@pytest.mark.parametrize(
    ("nature", "by", "expected"),
    [
        ("administrative", "0", []),
        ("administrative", "50", []),
        ("administrative", "50.01", [("error", "23.33", "23.34")]),
        ("civil_service_managed", "-10000", [("error", "23.33", "22.33")]),
        ("public_institution", "-10000", [("error", "0.00", "22.33")]),
        ("public_institution", "-233345", []),
        ("public_institution", "10000", [("error", "23.33", "24.33")]),
    ],
)
def test_the_agency_cost(written, found, nature: str, by: str, expected: list) -> None:
    """The operating cost of LINES is 233,345 元."""
    made = replace(foreign(written.computed()), nature=nature)
    assert found(with_cell(made, 9, "current", "agency_operating_expenditure", by), "X-12") == expected


def test_the_agency_cost_of_unknown_units_is_not_checked(written, receipt) -> None:
    made = replace(foreign(written.computed()), level="department")
    state = receipt(with_cell(made, 9, "current", "agency_operating_expenditure", "-10000"), "X-12")
    assert (state.state, state.reason) == ("not_checked", "单位构成不明")


@pytest.mark.parametrize(("by", "expected"), [("0", []), ("0.01", [("hint", "120000", "120000.01")])])
def test_the_same_money_by_function_and_by_economic_subject(written, found, by: str, expected: list) -> None:
    made = with_cell(foreign(written.computed()), 5, "2210201", "basic", by)
    assert [(s, e.removesuffix(".00"), a) for s, e, a in found(made, "X-15")] == expected


def test_a_project_of_the_same_subject_is_another_matter(written, found) -> None:
    made = written.computed(lines=(*LINES, line("2210201", "30299", "7", project="p1")))
    assert found(made, "X-15") == []
