"""Quirks of real documents (domain/rules.md §7 and §8): each is told, or read over, and nothing else is said."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from kpi_cli.published.numbers import read_number

PUTUO, CITY = "pt_czj_2025", "sh_czj_2025"
KNOWN = {PUTUO: {("E-01", "国有资本经营预算", "政府性基金预算")}, CITY: set()}
"""What is loud in the tables of the cases as they were published."""
NUMERALS = "一二三四五"


@pytest.fixture(params=[PUTUO, CITY])
def folder(request, case):
    """A published case, with the findings that it always has in `known`."""
    made = case(request.param)
    made.known = KNOWN[request.param]
    return made


def test_as_published(folder) -> None:
    assert folder.loud() == folder.known


# what is told


def test_an_empty_row_of_a_category(folder) -> None:
    own = next(row for row in folder.tables[1] if row[2] == "一、一般公共服务支出")
    at = folder.tables[1].index(own)
    rights = [row[2:] for row in folder.tables[1][at : at + 4]]
    rights = [["一、外交支出", *[""] * (len(rights[0]) - 1)], *rights]
    rights.sort(key=lambda right: right[0] == "一、外交支出")  # after 201, before 208
    rights.insert(1, rights.pop())
    for n, right in enumerate(rights):
        folder.tables[1][at + n][2:] = [f"{NUMERALS[n]}、{right[0][2:]}", *right[1:]]
    assert folder.loud() == folder.known
    assert ("IN-18", "", "外交支出") in folder.hints()


def test_a_name_of_former_years(folder) -> None:
    for number in (1, 4):
        folder.replace(number, "卫生健康支出", "医疗卫生与计划生育支出")
    names = ("卫生健康支出", "医疗卫生与计划生育支出")
    assert folder.loud() == folder.known | {("N-05", *names), ("X-14", *names)}


def test_a_name_with_a_slip_in_it(folder) -> None:
    folder.replace(1, "卫生健康支出", "卫生健康之出")
    assert folder.loud() == folder.known | {("X-14", "卫生健康支出", "卫生健康之出")}


def test_a_name_that_differs_between_tables(folder) -> None:
    folder.replace(3, "机关事业单位职业年金缴费支出", "机关事业单位职业年金缴费")
    names = ("机关事业单位职业年金缴费支出", "机关事业单位职业年金缴费")
    assert folder.loud() == folder.known | {("X-14", *names)}


def test_a_code_of_another_category(folder) -> None:
    for number in (3, 5):
        folder.row(number, "210", "11", "01")[0] = "7"
    assert folder.loud() == folder.known | {("IN-16", "2101101", "7｜11｜01")}


def test_a_code_without_its_zero(folder) -> None:
    folder.row(8, "301", "02")[1] = "2"
    assert folder.loud() == folder.known
    assert ("IN-15", "30102", "3012") in folder.hints()


def test_a_code_that_does_not_exist(folder) -> None:
    for number in (2, 3, 5):
        folder.row(number, "208", "05", "06")[2] = "66"
    assert folder.loud() == folder.known
    assert "2080566" in {actual for rule, _, actual in folder.hints() if rule == "IN-15"}


def test_a_row_that_lacks_its_upper_row(folder) -> None:
    folder.tables[3].remove(folder.row(3, "208", "05", ""))
    assert folder.loud() == folder.known | {("IN-16", "20805", "")}


def test_a_row_that_is_printed_twice(folder) -> None:
    row = folder.row(5, "221", "02", "03")
    folder.tables[5].insert(folder.tables[5].index(row), list(row))
    assert {rule for rule, _, _ in folder.loud() - folder.known} == {"IN-09", "IN-17"}


def test_a_note_of_an_empty_table_under_one_with_figures(folder) -> None:
    note = f"注:本{folder.head['level']}2025年无国有资本经营预算财政拨款安排的预算，故本表为空表。"
    folder.meta[9]["note"] = note
    assert folder.loud() == folder.known | {("E-01", "", note)}


def test_a_note_of_another_year(folder) -> None:
    word = folder.head["level"]
    folder.meta[7]["note"] = f"注:本{word}2024年无国有资本经营预算财政拨款安排的预算，故本表为空表。"
    assert folder.loud() == {("E-02", "2025", "2024")}


def test_a_title_of_another_year_or_of_another_level(folder) -> None:
    folder.meta[2]["title"] = folder.meta[2]["title"].replace("2025", "2024")
    assert folder.loud() == folder.known | {("X-17", "2025", "2024")}
    own, other = ("部门", "单位") if folder.head["level"] == "部门" else ("单位", "部门")
    folder.meta[2]["title"] = f"2025年{other}收入预算总表"
    assert folder.loud() == folder.known
    assert ("X-17", own, other) in folder.hints()


def test_the_agency_cost_of_an_administrative_unit_is_its_operating_cost(case) -> None:
    folder = case(CITY)
    assert folder.tables[9][-1][-1] == "2517.78"
    folder.tables[9][-1][-1] = "2517.79"
    assert folder.loud() == {("X-12", "2517.78", "2517.79")}
    folder.tables[9][-1][-1] = "2000.00"
    assert folder.loud() == {("X-12", "2517.78", "2000.00")}
    folder.head["nature"] = "事业"
    assert folder.loud() == {("X-12", "0.00", "2000.00")}


def test_the_agency_cost_of_a_department_may_be_less(case) -> None:
    folder = case(PUTUO)
    folder.tables[9][-1][-1] = "100.00"
    assert folder.loud() == KNOWN[PUTUO]
    [receipt] = [receipt for receipt in folder.check().receipts if receipt.rule == "X-12"]
    assert (receipt.state, receipt.reason) == ("not_checked", "单位构成不明")
    folder.tables[9][-1][-1] = "229.44"
    assert folder.loud() == KNOWN[PUTUO] | {("X-12", "229.43", "229.44")}


def test_a_vehicle_subtotal_that_is_not_its_parts(case) -> None:
    folder = case(CITY)  # the fault of 桂林司法局2015: the subtotal is zero, the part is not
    folder.tables[9][-1][3] = "0.00"
    assert ("IN-13", "32.20", "0.00") in folder.loud()


# what is read over


def test_zeros_printed_or_blank(folder) -> None:
    head = folder.meta[3]["header_rows"]
    for row in folder.tables[3][head:]:
        row[4:] = [text or "0" for text in row[4:]]
    folder.tables[9][-1] = [text or "0.00" for text in folder.tables[9][-1]]
    assert folder.loud() == folder.known


def test_whole_yuan(folder) -> None:
    for number in range(1, 9):
        for row in folder.tables[number][folder.meta[number]["header_rows"] :]:
            row[:] = [whole(text) for text in row]
    assert folder.loud() == folder.known


def whole(text: str) -> str:
    value = read_number(text)
    return text if value is None or "." not in text else str(value.quantize(Decimal(1), ROUND_HALF_UP))


def test_separators_signs_and_full_width_digits(folder) -> None:
    row = folder.row(3, "208", "", "")
    row[4] = f"{Decimal(row[4]):,}"
    row[6] = row[6] or "-"
    row[0] = "２０８"
    assert folder.loud() == folder.known


def test_headers_repeated_on_every_page(folder) -> None:
    rows = folder.tables[3]
    folder.tables[3] = [*rows[:10], *rows[:3], *rows[10:]]
    assert folder.loud() == folder.known


def test_the_total_first_and_under_another_name(folder) -> None:
    for number in (2, 3, 5, 8):
        rows = folder.tables[number]
        rows.insert(3, rows.pop())
        rows[3][0] = "总计"
    assert folder.loud() == folder.known
    folder.tables[3][3][4] = "1"
    assert {"IN-07", "IN-09", "X-01"} <= {rule for rule, _, _ in folder.loud()}


def test_other_words_for_the_same_rows_and_columns(folder) -> None:
    folder.replace(1, "政府性基金", "政府性基金预算")
    folder.replace(1, "一般公共预算资金", "一般公共预算拨款收入")
    folder.replace(7, "国有资本经营预算支出", "国有资本经营财政拨款预算支出")
    folder.replace(9, "“三公”经费预算数", "2025年“三公”经费预算数")
    folder.replace(9, "运行费", "运行维护费")
    read = folder.read(doubts := [])
    assert doubts == []
    assert "government_fund" in read.table(1).blocks[0].keys
    assert read.table(9).columns[5].id == "vehicle_operation"
    assert folder.loud() == folder.known


def test_codes_in_one_column(folder) -> None:
    for number in (2, 3, 5):
        head = folder.meta[number]["header_rows"]
        joined = [[row[0], *row[3:]] for row in folder.tables[number][:head]]
        folder.tables[number] = joined + [["".join(row[:3]), *row[3:]] for row in folder.tables[number][head:]]
    assert folder.loud() == folder.known
    assert "2080505" in folder.read().table(3).blocks[0].keys


def test_codes_that_repeat_the_levels_above(folder) -> None:
    for number in (3, 5):
        for row in folder.tables[number][folder.meta[number]["header_rows"] : -1]:
            row[1] = row[1] and row[0] + row[1]
            row[2] = row[2] and row[1] + row[2]
    assert folder.loud() == folder.known
    assert {rule for rule, _, _ in folder.hints()} & {"IN-15", "IN-16"} == set()


def test_a_column_left_out_and_columns_put_in(folder) -> None:
    folder.tables[2] = [row[:8] for row in folder.tables[2]]
    folder.tables[3] = [[*row, "备注" if n == 1 else ""] for n, row in enumerate(folder.tables[3])]
    folder.tables[5] = [[*row, "上年数" if n == 1 else "7" if n > 2 else ""] for n, row in enumerate(folder.tables[5])]
    read = folder.read(doubts := [])
    assert [problem.text for problem in doubts] == [
        "tables/05.csv:3: 没有认出第 8 列，其中的数不参与校核（上年数）；请核对表套（table_set）和表头行数"
    ]
    assert folder.loud() == folder.known
    assert [column.id for column in read.table(2).columns][-4:] == [
        "total", "fiscal_appropriation", "undertaking", "operating",
    ]  # fmt: skip
    folder.row(2, "合计")[4] = "1"  # the sum over the columns that are printed is still checked
    assert "IN-06" in {rule for rule, _, _ in folder.loud()}


def test_a_table_that_is_missing(folder) -> None:
    del folder.tables[7]
    assert folder.loud() == set()
    states = {receipt.rule: (receipt.state, receipt.reason) for receipt in folder.check().receipts}
    assert states["X-17"] == ("not_checked", "没有表7")
    assert states["X-09"][0] == "not_applicable"


def test_no_tables_at_all(folder) -> None:
    folder.tables, folder.claims = {}, []
    claim = {"id": "C1", "section": "", "sentence": "收入1万元", "figure": "income", "value": "1", "unit": "万元"}
    folder.claims = [{**claim, "places": 0, "comparison": None, "share_of": None}]
    states = {receipt.rule: (receipt.state, receipt.reason) for receipt in folder.check().receipts}
    assert states["IN-09"] == states["X-01"] == states["E-01"] == ("not_checked", "没有报表")
