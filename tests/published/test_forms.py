"""Forms of the national and the Guangxi set that differ from our definitions: matched by header, label and place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kpi_cli.published.numbers import PrintedPlaces, is_nothing, read_number
from tests.checks.conftest import INCOMES, LINES, Written, line

LINES = (*LINES, line("2010601", "30217", "20000"), line("2010601", "30231", "30000"))


@pytest.fixture
def national(foreign):
    """The tables of the national set, for a department of one unit."""
    return foreign(Written().computed("mof", LINES, INCOMES))


def keys(folder, number: int, block: int = 0) -> list[str]:
    return [key for key in folder.read().table(number).blocks[block].keys if key]


def columns(folder, number: int) -> list[str]:
    return [column.id for column in folder.read().table(number).columns]


def test_basic_expenditure_without_its_parts(national) -> None:
    rows = national.tables[5]
    national.tables[5] = [["科目编码", "科目名称", "合计", "基本支出", "项目支出"]]
    national.tables[5] += [[*row[:4], row[6]] for row in rows[2:]]
    national.meta[5]["header_rows"] = 1
    assert columns(national, 5) == ["", "", "total", "basic", "project"]
    assert national.loud() == set_of_known()
    national.tables[5][1][3] = "1.00"
    assert {"IN-08", "X-07"} <= {rule for rule, _, _ in national.loud()}


def set_of_known() -> set:
    """Income and expenditure of LINES differ by the 5 万元 that were added to them."""
    return {("IN-01", "166.34", "161.34"), ("IN-12", "166.34", "161.34")}


def test_this_year_without_last_year(national) -> None:
    rows = national.tables[7]
    national.tables[7] = [row[6:] for row in rows]
    assert columns(national, 7)[:3] == ["total", "overseas_travel", "vehicles"]
    assert keys(national, 7) == ["current"]
    national.tables[7][-1][0] = "9.00"
    assert ("IN-13", "5.00", "9.00") in national.loud()


def test_a_row_for_each_unit(national) -> None:
    *head, row = national.tables[7]
    national.tables[7] = [["单位名称", *head[0]], *[["", *cells] for cells in head[1:]]]
    national.tables[7] += [["合计", *row], ["本级", *row], ["所属中心", *[""] * len(row)]]
    assert keys(national, 7)[0] == "current"
    assert national.loud() == set_of_known()
    national.tables[7][3][0] = "本部"  # no row is known to be the total: nothing is compared with it
    assert "current" not in keys(national, 7)


def test_rows_of_this_year_and_of_last_year_with_one_label(national) -> None:
    national.tables[4][3][0] = national.tables[4][3][1] = ""  # （一）of this year is left out
    assert keys(national, 4)[:4] == ["current", "government_fund", "state_capital", "carried"]
    assert keys(national, 4)[4] == "carried_general"


def test_a_form_that_lists_every_category(national) -> None:
    names = ["一、一般公共服务支出", "二、外交支出", "三、国防支出", "四、公共安全支出", "五、教育支出"]
    rows = national.tables[1]
    given = {row[2][2:]: row[3] for row in rows if row[2]}
    later = ["六、社会保障和就业支出", "七、住房保障支出"]
    for row, name in zip(rows[2:], [*names, *later], strict=False):
        row[2:] = [name, given.get(name[2:], "")]
    assert national.loud() == set_of_known()
    assert not {rule for rule, _, _ in national.hints()} & {"IN-18", "IN-16"}


def test_income_by_subject_or_by_unit(foreign) -> None:
    by_unit = foreign(Written().computed("mof", LINES, INCOMES))
    assert columns(by_unit, 2)[:4] == ["", "", "total", "current"]
    head = ["科目编码", "科目名称", "合计", "上年结转", "一般公共预算拨款收入", "政府性基金预算拨款收入"]
    by_unit.tables[2] = [
        head,
        ["合计", "", "5.00", "", "5.00", ""],
        ["201", "一般公共服务支出", "5.00", "", "5.00", ""],
    ]
    by_unit.meta[2]["header_rows"] = 1
    assert columns(by_unit, 2) == ["", "", "total", "carried", "general", "government_fund"]
    assert keys(by_unit, 2) == ["total", "201"]


def test_a_list_of_sangong_in_other_words(foreign) -> None:
    folder = foreign(Written().computed("guangxi-2017", LINES, INCOMES))
    words = ["合计", "（一）因公出国(境)费", "（二）公务接待费", "（三）公务用车购置及运行费"]
    words += ["其中：公务用车运行费", "公务用车购置费"]
    for row, word in zip(folder.tables[9][1:], words, strict=True):
        row[0] = word
    assert keys(folder, 9) == [
        "total", "overseas_travel", "official_reception", "vehicles", "vehicle_operation", "vehicle_purchase",
    ]  # fmt: skip
    row = folder.tables[9][3]
    row[2] = "3.0000"
    assert ("IN-13", "6.0000", "5.0000") in folder.loud()


def test_an_unknown_row_of_a_fixed_list_leaves_its_sums_unchecked(national) -> None:
    row = next(row for row in national.tables[1] if row[0].startswith("九、"))
    row[:2] = ["九、投资收益", "700.00"]
    national.read(doubts := [])
    assert [problem.value for problem in doubts] == ["九、投资收益700.00"]
    assert "IN-03" not in {rule for rule, _, _ in national.loud()}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.50"),
        ("-3", "-3"),
        ("−3.1", "-3.1"),
        ("(1.00)", "-1.00"),
        ("１２．５", "12.5"),
        ("12.5%", "12.5"),
        ("￥5元", "5"),
        ("1 234", "1234"),
        ("", None),
        ("一百", None),
        ("1.2.3", None),
        ("—", None),
    ],
)
def test_numbers(text: str, value: str | None) -> None:
    assert read_number(text) == (None if value is None else Decimal(value))


def test_nothing() -> None:
    assert [text for text in ("", "-", "－", "/", "无", "—", "0") if is_nothing(text)] == ["", "-", "－", "/", "无"]


def test_places_of_numbers_that_drop_zeros() -> None:
    places = PrintedPlaces([["346.3", "288.7", "25.40", ""], ["1", "", "", ""]], range(4))
    assert [places.of(0, c) for c in range(4)] == [2, 2, 2, 2]
    assert [places.of(1, c) for c in range(4)] == [1, 1, 2, 0]
    assert PrintedPlaces([["", ""]], range(2)).of(0, 1) == 0
