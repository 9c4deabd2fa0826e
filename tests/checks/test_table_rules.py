"""IN-14 to IN-18, N-05, X-14: signs, codes, order, names and numbering of rows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kpi_cli.model.subjects import SubjectCatalogue
from kpi_cli.tables.table import State

from .conftest import SUBJECTS, income, line

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure

RULES = ("IN-14", "IN-15", "IN-16", "IN-17", "IN-18", "N-05", "X-14")


def with_text(made: Disclosure, number: int, key: str, at: int, text: str, block: int = -1) -> Disclosure:
    """Replace the text of one cell, counted from the left of its block."""
    table = made.table(number)
    own = table.blocks[block]
    r, c = own.row(key), own.first + at
    assert r is not None
    row = list(table.rows[r])
    row[c] = replace(row[c], text=text, state=State.TEXT if text else State.BLANK)
    return with_rows(made, number, (*table.rows[:r], tuple(row), *table.rows[r + 1 :]))


def with_rows(made: Disclosure, number: int, rows: tuple) -> Disclosure:
    return replace(made, tables=tuple(replace(t, rows=rows) if t.id == number else t for t in made.tables))


def with_keys(made: Disclosure, number: int, **codes: str) -> Disclosure:
    """Give rows of a table of the Shanghai set other codes, in print too: `x208="209"`."""
    for old, new in codes.items():
        key = old.removeprefix("x")
        for at, (start, end) in enumerate(((0, 3), (3, 5), (5, 7))[: 2 if number == 8 else 3]):
            made = with_text(made, number, key, at, new[start:end])
        table = made.table(number)
        block = table.blocks[-1]
        own = replace(block, keys=tuple(new if k == key else k for k in block.keys))
        blocks = (*table.blocks[:-1], own)
        made = replace(made, tables=tuple(replace(t, blocks=blocks) if t.id == number else t for t in made.tables))
    return made


@pytest.mark.parametrize("table_set", ["shanghai", "mof", "guangxi-2017"])
def test_right_tables_are_silent(written, found, table_set: str) -> None:
    for made in (written.computed(table_set), written.with_tables(table_set=table_set)):
        for rule in RULES:
            assert found(made, rule) == []


def test_negative_amounts(written, found) -> None:
    lines = (*written.computed().lines, line("2010601", "30299", "-0.01"))
    made = written.computed(lines=lines, incomes=(*written.computed().incomes, income("2010601", "-0.01")))
    assert found(made, "IN-14") == [("warning", "0", "-0.01")] * 2  # 302 still has more than that
    zero = written.computed(lines=(*lines[:-1], line("2010601", "30299", "0")))
    assert found(zero, "IN-14") == []


def test_a_lower_year_is_no_negative_amount(written, found) -> None:
    made = written.computed("guangxi-2017")
    table = made.table(9)
    fallen = next(c for c, column in enumerate(table.columns) if column.id == "difference")
    rows = tuple(
        tuple(replace(cell, value=Decimal(-1)) if c == fallen and cell.format else cell for c, cell in enumerate(row))
        for row in table.rows
    )
    assert found(with_rows(made, 9, rows), "IN-14") == []


def test_codes(written, found) -> None:
    made = written.with_tables()
    assert found(with_text(made, 8, "30101", 1, "1"), "IN-15") == [("hint", "30101", "3011")]
    assert found(with_text(made, 3, "2010601", 1, "6"), "IN-15") == [("hint", "2010601", "201601")]
    assert found(with_text(made, 3, "2010601", 0, ""), "IN-15") == []  # left to the row above
    assert found(with_text(made, 3, "2010601", 0, ""), "IN-16") == []
    unknown = with_keys(made, 3, x2080505="2080577")
    [(severity, _, actual)] = found(unknown, "IN-15")
    assert (severity, actual) == ("hint", "2080577")
    assert found(replace(unknown, book=written.computed().book), "IN-15")[0][0] == "warning"


def test_names(written, found) -> None:
    made = written.with_tables()
    other = with_text(made, 3, "208", 3, "社会保障")
    assert found(other, "IN-15") == [("hint", "社会保障和就业支出", "社会保障")]
    assert found(other, "X-14") == [("error", "社会保障和就业支出", "社会保障")]
    assert found(with_text(made, 8, "30101", 2, "基本 工资"), "IN-15") == []


def test_brackets_of_either_width_are_one_name(written, found) -> None:
    made = written.with_tables()
    for table, text in ((3, "某某（试点）支出"), (5, "某某(试点)支出")):
        made = with_text(made, table, "208", 3, text)
    others = [names for names in found(made, "X-14") if "试点" in names[1] and "试点" in names[2]]
    assert others == []
    assert len(found(made, "X-14")) == 1


def test_upper_rows(written, found) -> None:
    made = written.with_tables()
    assert found(with_keys(made, 3, x20805="20899"), "IN-16") == [("error", "20805", ""), ("hint", "", "2080505")]
    assert found(with_text(made, 3, "2080505", 0, "8"), "IN-16") == [("error", "2080505", "8｜05｜05")]
    no_middle = with_keys(with_keys(made, 3, x20106=""), 3, x20805="", x22102="")
    assert found(no_middle, "IN-16") == []  # the whole level is left out


def test_order(written, found) -> None:
    made = with_keys(written.with_tables(), 3, x2010601="2010603")
    assert found(made, "IN-16") == [("hint", "", "2010602")]


def test_a_code_twice(written, found) -> None:
    made = with_keys(written.with_tables(), 3, x2010602="2010601")
    assert found(made, "IN-17") == [("error", "", "2010601")]


def test_numbering(written, found) -> None:
    made = written.with_tables()
    gap = with_text(made, 1, "221", 0, "四、住房保障支出")
    assert found(gap, "IN-18") == [("warning", "3", "4")]
    twice = with_text(made, 4, "221", 0, "二、住房保障支出")
    assert found(twice, "IN-18") == [("warning", "3", "2")]


def test_an_empty_category(written, found) -> None:
    made = written.with_tables()
    table = made.table(4)
    r = table.blocks[-1].row("221")
    assert r is not None
    row = tuple(
        replace(cell, state=State.EMPTY, value=Decimal(0)) if cell.state is State.AMOUNT else cell
        for cell in table.rows[r]
    )
    made = with_rows(made, 4, (*table.rows[:r], row, *table.rows[r + 1 :]))
    assert found(made, "IN-18") == [("hint", "", "住房保障支出")]


@pytest.mark.parametrize(
    ("year", "name", "expected"),
    [
        (2018, "医疗卫生与计划生育支出", []),
        (2019, "医疗卫生与计划生育支出", [("error", "卫生健康支出", "医疗卫生与计划生育支出")]),
        (2025, "卫生健康支出", []),
    ],
)
def test_a_name_of_former_years(written, found, year: int, name: str, expected: list) -> None:
    lines = (*written.computed().lines, line("2101101", "30110", "1"))
    made = written.computed(lines=lines, incomes=(*written.computed().incomes, income("2101101", "1")))
    made = replace(made, year=year, catalogue=SubjectCatalogue(year, SUBJECTS))
    assert found(with_text(made, 3, "210", 3, name), "N-05")[:1] == expected


def test_a_former_code_and_a_name_whose_end_is_not_certain(written, found) -> None:
    made = written.with_tables()
    gone = with_text(with_keys(made, 8, x30101="30104"), 8, "30104", 2, "其他社会保障缴费")
    assert found(gone, "N-05") == [("error", "", "其他社会保障缴费")]
    assert found(gone, "IN-15") == []
    lines = (*made.lines, *written.computed().lines, line("2080208", "30201", "1"))
    made = written.computed(lines=lines)
    old = with_text(made, 3, "2080208", 3, "基层政权建设和社区治理")
    assert [severity for severity, _, _ in found(old, "N-05")] == ["hint"]
