"""The set loads at both levels, ties out, and shows 会议费 and 培训费 beside 三公."""

from decimal import Decimal
from pathlib import Path

from kpi_cli.testing import check_table_set, tables_of
from kpi_tables_guangxi import FOLDER

LINES = """function_code,economic_code,expenditure_type,fund_source,amount_yuan,project
2010601,30215,基本支出,一般公共预算,12000,
2010601,30216,基本支出,一般公共预算,8000.50,
2010602,30216,项目支出,一般公共预算,1999.50,
2010602,30217,项目支出,政府性基金预算,5000,
2010601,30216,基本支出,事业收入,700,
"""


def test_the_set_loads_and_ties_out() -> None:
    assert check_table_set(FOLDER) == []


def test_meetings_and_training_are_fiscal_only(tmp_path: Path) -> None:
    tables = tables_of(FOLDER, LINES, tmp_path)
    assert [table.id for table in tables] == list(range(1, 10))
    seventh = tables[6]
    shown = {seventh.columns[c].id: cell.value for _, c, cell in seventh.figures()}
    assert shown["official_reception"] == Decimal(5000)
    assert (shown["meetings"], shown["training"]) == (Decimal(12000), Decimal(10000))
