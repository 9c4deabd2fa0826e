"""Figures by key: what each is worth, the records behind it, what last year says, what is unknown."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kpi_cli.assembly import Request, assemble
from kpi_cli.tables.figures import FigureBook, UnknownFigureError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def line(code: str, economic: str, kind: str, fund: str, amount: str, more: str = "") -> str:
    return (
        f'[[line]]\nfunction_code = "{code}"\neconomic_code = "{economic}"\nexpenditure_type = "{kind}"\n'
        f'fund_source = "{fund}"\namount = {amount}\n{more}\n'
    )


def income(fund: str, amount: str, more: str = "") -> str:
    return f'[[income]]\nfund_source = "{fund}"\nfunction_code = "2010601"\namount = {amount}\n{more}\n'


FILES = {
    "kpi.toml": 'schema_version = 1\ndepartment = "某局"\ntable_set = "shanghai"\nlevel = "部门"\n'
    '[[budget_unit]]\ncode = "1"\nname = "本部"\nnature = "行政"\n[[budget_unit]]\ncode = "2"\nname = "中心"\nnature = "事业"\n',
    "2025/lines.toml": line("2010601", "30101", "基本支出", "一般公共预算", "100.01", 'budget_unit = "1"')
    + line("2010601", "30217", "基本支出", "一般公共预算", "20", 'budget_unit = "1"')
    + line("2010602", "30209", "项目支出", "一般公共预算", "300", 'project = "P1"\nbudget_unit = "2"')
    + line("2010602", "302", "项目支出", "政府性基金预算", "50", 'project = "P1"')
    + line("2080505", "30108", "基本支出", "事业收入", "7", "carried_forward = true")
    + line("2080505", "", "项目支出", "其他收入", "5"),
    "2025/incomes.toml": income("一般公共预算", "420.01")
    + income("政府性基金预算", "50", "carried_forward = true")
    + income("事业收入", "7")
    + income("使用非财政拨款结余", "3", "carried_forward = true"),
    "2025/projects.toml": '[[project]]\nid = "P1"\nname = "甲"\namount = 1\n[[project]]\nid = "P2"\nname = "乙"\namount = 2\nexecuted = 1\n',
    "2025/narrative.toml": '[procurement]\ngoods = 10\nworks = 0\n[goals]\nprojects = ["P1", "P2"]\n[structure.units]\nnames = ["本部"]\n'
    'internal_divisions = ["甲", "乙"]\n[[structure.headcount]]\nitem = "a"\nname = "干部"\ncount = 2\n'
    "[assets]\nvehicles_held = { other = 2, law_enforcement = 3 }\nvehicles_to_purchase = { other = 1 }\n[stated]\ntowns = 9\n",
    "2025/comparatives.toml": '[[comparative]]\nfigure = "income"\namount = 400\n'
    '[[comparative]]\nfigure = "function:2010601#executed"\namount = 90\n'
    '[[comparative]]\nyear = 2023\nfigure = "expenditure"\namount = 1\n',
}


@pytest.fixture
def book(make_ledger: Callable[..., Path]) -> FigureBook:
    """The figures of 2025."""
    return own_book(make_ledger(FILES))


def own_book(root: Path) -> FigureBook:
    found = assemble(root, Request()).book
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        ("income", "480.01", "元"),
        ("income:fiscal_appropriation", "470.01", "元"),
        ("income:government_fund_budget", "50", "元"),
        ("income:government_fund_budget:current_year", "0", "元"),
        ("income:carried_forward", "50", "元"),  # 使用非财政拨款结余 is a row of its own
        ("income:nonfiscal_surplus", "3", "元"),
        ("income:undertaking_income+nonfiscal_surplus", "10", "元"),
        ("expenditure", "482.01", "元"),
        ("expenditure:basic_expenditure", "127.01", "元"),
        ("expenditure:fiscal_appropriation", "470.01", "元"),
        ("expenditure:fiscal_appropriation:project_expenditure", "350", "元"),
        ("expenditure:general_public_budget:basic_expenditure:operating_expenditure", "20", "元"),
        ("expenditure:carried_forward", "7", "元"),
        ("expenditure:current_year", "475.01", "元"),
        ("function:201", "470.01", "元"),
        ("function:20106:project_expenditure", "350", "元"),
        ("function:2010602:government_fund_budget", "50", "元"),
        ("function:2010602:fiscal_appropriation", "350", "元"),
        ("function:2120801", "0", "元"),
        ("economic:302", "370", "元"),
        ("economic:30217", "20", "元"),
        ("project:P1", "350", "元"),
        ("project:甲", "350", "元"),
        ("project:P2", "2", "元"),
        ("project:未列项目", "3", "元"),  # 355 of project expenditure, less 350 and 2
        ("project:P2#executed", "1", "元"),
        ("sangong", "20", "元"),
        ("sangong:official_reception", "20", "元"),
        ("sangong:vehicles", "0", "元"),
        ("agency_operating_expenditure", "20", "元"),
        ("procurement", "10", "元"),
        ("procurement:works", "0", "元"),
        ("goals:count", "2", "个"),
        ("goals:amount", "352", "元"),
        ("headcount", "2", "名"),
        ("vehicles_held", "5", "辆"),
        ("stated:vehicles_to_purchase", "1", "辆"),
        ("stated:towns", "9", ""),
        ("units:internal_divisions", "2", "个"),
        ("units:administrative", "1", "家"),
        ("units:civil_service_managed", "0", "家"),
        ("income@2024", "400", "元"),
        ("function:2010601@2024#executed", "90", "元"),
        ("function:2010601#executed", "90", "元"),
        ("expenditure@2025", "482.01", "元"),
    ],
)
def test_what_a_key_is_worth(book: FigureBook, key: str, value: str, unit: str) -> None:
    figure = book.figure(key)
    assert (figure.value, figure.unit, figure.is_money) == (Decimal(value), unit, unit == "元")
    assert book.has(key)


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("incom", "是不是 income？"),
        ("project:P9", "没有项目 P9"),
        ("procurement:sme", "narrative.toml 没有写 procurement:sme"),
        ("units:subordinate", "narrative.toml 没有写 units:subordinate"),
        ("stated:none", "narrative.toml 没有写 stated:none"),
        ("vehicles_held:emergency_support", "narrative.toml 没有写 vehicles_held:emergency_support"),
        ("income@2023", "台账只有 2025 年和上年的数"),
    ],
)
def test_what_does_not_exist(book: FigureBook, key: str, advice: str) -> None:
    with pytest.raises(UnknownFigureError, match=advice):
        book.figure(key)
    assert not book.has(key)


@pytest.mark.parametrize(
    ("key", "lines"),
    [
        ("income:fiscal_appropriation", [("2025/incomes.toml", 1), ("2025/incomes.toml", 6)]),
        ("expenditure:general_public_budget:basic_expenditure", [("2025/lines.toml", 1), ("2025/lines.toml", 8)]),
        ("function:20805", [("2025/lines.toml", 30), ("2025/lines.toml", 37)]),
        ("economic:302:government_fund_budget", [("2025/lines.toml", 23)]),
        ("project:甲", [("2025/lines.toml", 15), ("2025/lines.toml", 23)]),
        ("project:未列项目", [("2025/lines.toml", 37)]),
        ("sangong:official_reception", [("2025/lines.toml", 8)]),
        ("headcount", [("2025/narrative.toml", 12)]),
        ("income@2024", [("2025/comparatives.toml", 1)]),
        ("function:2010601@2024#executed", [("2025/comparatives.toml", 4)]),
        ("goals:count", [("2025/projects.toml", 1), ("2025/projects.toml", 5)]),
    ],
)
def test_the_records_behind_a_figure(book: FigureBook, key: str, lines: list[tuple[str, int]]) -> None:
    assert [(r.source.file, r.source.line) for r in book.records_of(key)] == lines


def test_codes_of_a_level(book: FigureBook) -> None:
    assert book.codes("function", 7) == ["2010601", "2010602", "2080505"]
    assert book.codes("function", 3, "fiscal_appropriation") == ["201"]
    assert book.codes("economic", 5, "basic_expenditure") == ["30101", "30108", "30217"]


def test_last_year_is_unknown_where_nobody_tells_it(book: FigureBook) -> None:
    assert book.previous("expenditure").value is None
    assert book.previous("function:2010601").value is None
    assert book.records_of("expenditure@2024") == ()


BEFORE = {
    "2024/lines.toml": line("2010601", "30217", "基本支出", "一般公共预算", "9", 'budget_unit = "1"'),
    "2024/projects.toml": '[[project]]\nid = "P1"\nname = "丙"\namount = 4\n',
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("expenditure", "9"),
        ("function:2080505", "0"),
        ("sangong", "9"),
        ("sangong:vehicles", "0"),
        ("agency_operating_expenditure", "9"),
        ("income", "400"),  # comparatives.toml goes first
        ("income:undertaking_income", None),  # last year's folder has no incomes at all: not known
        ("project:甲", "0"),
        ("project:丙", "4"),
        ("procurement", None),
        ("headcount", None),
    ],
)
def test_last_years_folder(make_ledger: Callable[..., Path], key: str, value: str | None) -> None:
    book = own_book(make_ledger({**FILES, **BEFORE}))
    assert book.previous(key).value == (None if value is None else Decimal(value))
    assert book.figure(f"{key}@2024").value == book.previous(key).value if key != "project:丙" else True
    assert [r.source.file for r in book.records_of("expenditure@2024")] == ["2024/lines.toml"]


def test_one_unit_of_a_department_states_nothing_of_the_whole(make_ledger: Callable[..., Path]) -> None:
    book = assemble(make_ledger(FILES), Request(unit="2")).book
    assert book is not None
    assert [project.id for project in book.projects] == ["P1"]
    assert book.figure("project:P1").value == 300
    assert not book.has("headcount")
    assert not book.has("procurement")
