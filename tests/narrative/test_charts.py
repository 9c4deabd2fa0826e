"""The charts of a disclosure: categories, exact values, the words for those who cannot see them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli import resources
from kpi_cli.assembly import Request, assemble

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kpi_cli.narrative.document import Chart

CODES = ("2010101", "2030601", "2040201", "2050101", "2060101", "2070101", "2080101", "2100101", "2110101")


def charts(root: Path, table_set: str = "mof") -> tuple[Chart, ...]:
    made = assemble(root, Request(table_set=table_set, narrative=True))
    assert made.narrative is not None
    return made.narrative.charts


def lines(*amounts: str) -> str:
    return "".join(
        f'[[line]]\nfunction_code = "{code}"\neconomic_code = ""\nexpenditure_type = "项目支出"\n'
        f'fund_source = "一般公共预算"\namount = {amount}\n'
        for code, amount in zip(CODES, amounts, strict=False)
    )


def test_the_demo() -> None:
    pie, columns = charts(resources.templates() / "demo", "guangxi-2017")
    assert (pie.kind, pie.title, pie.money_unit, pie.places) == ("pie", "2017年支出构成（按功能分类）", "万元", 4)
    assert pie.categories == ("一般公共服务支出", "社会保障和就业支出", "住房保障支出", "医疗卫生与计划生育支出")
    assert pie.series == (("2017年", (Decimal(467978), Decimal(28545), Decimal(20686), Decimal(14240))),)
    assert pie.description == (
        "2017年支出预算53.1449万元，其中：一般公共服务支出46.7978万元（88.06%）、社会保障和就业支出2.8545万元（5.37%）、"
        "住房保障支出2.0686万元（3.89%）、医疗卫生与计划生育支出1.4240万元（2.68%）。"
    )
    assert (columns.kind, columns.title) == ("column", "2017年预算与2016年比较")
    assert columns.categories == ("收入", "支出", "基本支出", "项目支出")  # last year's 三公 is not known
    assert columns.series == (
        ("2016年", (Decimal(959321), Decimal(959321), Decimal(289321), Decimal(670000))),
        ("2017年", (Decimal(531449), Decimal(531449), Decimal(351449), Decimal(180000))),
    )
    assert columns.description == (
        "2017年预算：收入53.1449万元（上年95.9321万元）、支出53.1449万元（上年95.9321万元）、"
        "基本支出35.1449万元（上年28.9321万元）、项目支出18.0000万元（上年67.0000万元）。"
    )


def test_many_small_subjects_share_one_slice(make_ledger: Callable[..., Path]) -> None:
    (pie,) = charts(make_ledger({"2025/lines.toml": lines("10", "80", "70", "60", "50", "40", "30", "20", "0")}))
    assert len(pie.categories) == 7
    assert pie.categories[-1] == "其他"
    assert pie.series[0][1] == tuple(Decimal(n) for n in (80, 70, 60, 50, 40, 30, 30))


def test_seven_subjects_need_no_other_slice(make_ledger: Callable[..., Path]) -> None:
    (pie,) = charts(make_ledger({"2025/lines.toml": lines("10", "80", "70", "60", "50", "40", "30")}))
    assert (len(pie.categories), "其他" in pie.categories) == (7, False)


def test_no_pie_of_nothing_or_of_less_than_nothing(make_ledger: Callable[..., Path]) -> None:
    assert charts(make_ledger({"2025/lines.toml": ""}, "a")) == ()
    assert charts(make_ledger({"2025/lines.toml": lines("10", "-1")}, "b")) == ()


def test_columns_where_last_year_is_known(make_ledger: Callable[..., Path]) -> None:
    stated = '[[comparative]]\nfigure = "expenditure"\namount = 0\n[[comparative]]\nfigure = "income"\namount = 0\n'
    _, columns = charts(make_ledger({"2025/lines.toml": lines("10"), "2025/comparatives.toml": stated}))
    assert columns.categories == ("支出",)  # income is 0 in both years
