"""Trace: every figure leads to exactly the records that make it up."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest

from kpi_cli import resources
from kpi_cli.assembly import Request, assemble
from kpi_cli.errors import UsageError
from kpi_cli.tables.table import address
from kpi_cli.tables.trace import find_cell, trace_cell

FILES = {
    "kpi.toml": 'schema_version = 1\ndepartment = "某局"\nlevel = "单位"\nnature = "行政"\ntable_set = "shanghai"\n',
    "2025/lines.toml": """\
[[line]]
function_code = "2010601"
economic_code = "30101"
expenditure_type = "基本支出"
fund_source = "一般公共预算"
amount = 100.10

[[line]]
function_code = "2010601"
economic_code = "30217"
expenditure_type = "基本支出"
fund_source = "一般公共预算"
amount = 20.00

[[line]]
function_code = "2010602"
expenditure_type = "项目支出"
fund_source = "事业收入"
amount = 3.00
note = "设备"
""",
    "2025/incomes.toml": '[[income]]\nfund_source = "一般公共预算"\nfunction_code = "2010601"\namount = 120.10\n',
}


@pytest.fixture
def made(make_ledger):
    return assemble(make_ledger(FILES), Request())


def records(made):
    return {"line": made.lines, "income": made.incomes, "sangong": made.sangong}


def test_the_records_of_every_figure_add_up_to_it(made) -> None:
    seen = 0
    for table in made.tables:
        for r, c, cell in table.figures():
            found = trace_cell(table, r, c, records(made))
            total = sum((item.sign * item.amount for item in found.records if item.amount is not None), Decimal(0))
            assert total == cell.value, (table.id, found.cell)
            seen += 1
    assert seen > 100


@pytest.mark.parametrize("table_set", ["guangxi-2017", "mof", "shanghai"])
def test_the_demo_traces_in_every_set(table_set: str) -> None:
    made = assemble(resources.templates() / "demo", Request(table_set=table_set))
    for table in made.tables:
        for r, c, cell in table.figures():
            found = trace_cell(table, r, c, records(made))
            if cell.value is not None and cell.format.money_unit != "%":
                assert sum(item.sign * item.amount for item in found.records) == cell.value


def test_an_address_and_words_find_the_same_figure(made) -> None:
    table = made.table(3)
    for r, c, _ in table.figures():
        assert find_cell(table, address(table.first_row + r, c)) == (r, c)
    assert find_cell(table, "20106/基本支出") == find_cell(table, "财政事务/basic") == find_cell(table, "f10")
    assert find_cell(table, "合计/支出预算/合计") == find_cell(table, "total/total")
    assert find_cell(made.table(1), "事业收入/预算数") == find_cell(made.table(1), "undertaking/本年收入/预算数")


@pytest.mark.parametrize("text", ["A1", "E5", "ZZZ9999999", "20106", "20106/没有", "没有/合计", "/", ""])
def test_what_is_no_figure_is_refused(made, text: str) -> None:
    with pytest.raises(UsageError) as error:
        find_cell(made.table(3), text)
    assert [p.code for p in error.value.problems] == ["unknown-cell"]


def test_several_matches_are_named() -> None:
    made = assemble(resources.templates() / "demo", Request(numbers=(1,)))
    with pytest.raises(UsageError) as error:
        find_cell(made.tables[0], "支出总计/预算数")
    assert "D12 支出总计" in error.value.problems[0].text
    assert "F12 支出总计" in error.value.problems[0].text


def test_the_json_says_where_and_how_much(kpi, make_ledger) -> None:
    root = make_ledger(FILES)
    done = kpi("-C", str(root), "trace", "3", "20106/基本支出", "--format", "json")
    assert done.status == 0
    found = json.loads(done.out)
    assert (found["table"], found["cell"], found["value"], found["money_unit"]) == (3, "F10", "120.10", "元")
    assert [(s["sign"], s["cell"], s["value"]) for s in found["steps"]] == [("+", "F11", "120.10"), ("+", "F12", "")]
    assert [(r["file"], r["line"], r["amount_yuan"]) for r in found["records"]] == [
        ("2025/lines.toml", 1, "100.10"),
        ("2025/lines.toml", 8, "20.00"),
    ]
    rows = list(csv.reader(io.StringIO(kpi("-C", str(root), "table", "3", "--format", "csv").out)))
    assert rows[10 - 6][5] == "120.10"  # row 10 of the sheet, whose first row is 6


def test_the_terminal_shows_the_figure_its_parts_and_its_lines(kpi, make_ledger) -> None:
    done = kpi("-C", str(make_ledger(FILES)), "trace", "3", "2010602/项目支出")
    assert done.status == 0
    assert done.out.splitlines() == [
        "2025年预算单位支出预算总表  G12  201 06 02 一般行政管理事务 / 支出预算 项目支出：3.00 元",
        "",
        "台账                内容          金额(元)",
        "2025/lines.toml:15  2010602 设备      3.00",
        "1 条，合计 3.00 元",
    ]
