"""Which 三公 figures a year has: printed ones win; 机关运行经费 is known, unknown or none by nature and level."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kpi_cli.assembly import narrow
from kpi_cli.ledger.reader import open_ledger, read_year
from kpi_cli.model.sangong import sangong_figures

if TYPE_CHECKING:
    from pathlib import Path

    from kpi_cli.model.records import SangongExpense

SETTINGS = 'schema_version = 1\ndepartment = "某局"\ntable_set = "shanghai"\n'
UNITS = "".join(
    f'[[budget_unit]]\ncode = "{code}"\nname = "{code}号"\n{nature}'
    for code, nature in (("1", 'nature = "行政"\n'), ("2", 'nature = "参公"\n'), ("3", 'nature = "事业"\n'), ("4", ""))
)
DEPARTMENT = SETTINGS + 'level = "部门"\n' + UNITS


def line(code: str, amount: str, unit: str = "", kind: str = "基本支出", fund: str = "一般公共预算") -> str:
    """Return one line of expenditure."""
    return (
        f'[[line]]\nfunction_code = "2010601"\neconomic_code = "{code}"\nexpenditure_type = "{kind}"\n'
        f'fund_source = "{fund}"\namount = {amount}\nbudget_unit = "{unit}"\n'
    )


def printed(category: str, amount: str, **more: str) -> str:
    """Return one printed figure in 万元."""
    return f'[[sangong]]\ncategory = "{category}"\namount_wan = {amount}\n' + "".join(
        f'{key} = "{value}"\n' for key, value in more.items()
    )


def figures(root: Path, unit: str = "") -> list[tuple[str, str, Decimal | None, bool]]:
    """Return (category, unit, amount, derived) of every figure."""
    ledger = open_ledger(root)
    settings, year = ledger.settings, read_year(ledger, 2025)
    if unit:
        settings, year = narrow(settings, year, unit)
    return [(r.category, r.budget_unit, r.amount, r.derived) for r in sangong_figures(year, settings)]


def agency(found: list[tuple[str, str, Decimal | None, bool]]) -> list[Decimal | None]:
    """Return the amounts of 机关运行经费."""
    return [amount for category, _, amount, _ in found if category == "agency_operating_expenditure"]


def test_figures_are_derived_from_the_items_that_count(make_ledger) -> None:
    text = "".join(
        [
            line("30212", "1"), line("30217", "2"), line("30231", "3"), line("31013", "4"), line("30913", "5", kind="项目支出"),
            line("30239", "6"), line("31019", "7"), line("30217", "8", kind="项目支出", fund="事业收入"),
        ]
    )  # fmt: skip
    root = make_ledger({"kpi.toml": SETTINGS + 'level = "单位"\nnature = "事业"\n', "2025/lines.toml": text})
    assert figures(root) == [
        ("overseas_travel", "", 1, True),
        ("official_reception", "", 2, True),
        ("official_vehicle_operation", "", 3, True),
        ("official_vehicle_purchase", "", 4, True),
        ("official_vehicle_purchase", "", 5, True),
        ("official_reception", "", 8, True),  # which funds a table counts is the table's business
    ]


def test_a_printed_figure_speaks_for_the_whole_department(make_ledger) -> None:
    lines = line("30217", "191000", "1") + line("30212", "5", "2")
    root = make_ledger(
        {"kpi.toml": DEPARTMENT, "2025/lines.toml": lines, "2025/sangong.toml": printed("公务接待费", "25.40")}
    )
    found = [figure for figure in figures(root) if figure[0] != "agency_operating_expenditure"]
    assert found == [("official_reception", "", 254000, False), ("overseas_travel", "2", 5, True)]


def test_a_printed_zero_is_a_figure(make_ledger) -> None:
    root = make_ledger({"2025/lines.toml": line("30217", "3"), "2025/sangong.toml": printed("公务接待费", "0")})
    assert [f for f in figures(root) if f[0] == "official_reception"] == [("official_reception", "", 0, False)]


def test_a_figure_printed_for_one_unit_leaves_the_others_to_their_lines(make_ledger) -> None:
    lines = line("30217", "10", "1") + line("30217", "20", "2") + line("30217", "30", "1")
    stated = printed("公务接待费", "1", budget_unit="1")
    root = make_ledger({"kpi.toml": DEPARTMENT, "2025/lines.toml": lines, "2025/sangong.toml": stated})
    found = [figure for figure in figures(root) if figure[0] == "official_reception"]
    assert found == [("official_reception", "1", 10000, False), ("official_reception", "2", 20, True)]
    assert [f[2] for f in figures(root, "2") if f[0] == "official_reception"] == [20]
    assert [f[2] for f in figures(root, "1") if f[0] == "official_reception"] == [10000]


@pytest.mark.parametrize(
    ("settings", "unit", "amounts"),
    [
        (SETTINGS + 'level = "单位"\nnature = "行政"\n', "", [Decimal(9)]),
        (SETTINGS + 'level = "单位"\nnature = "参公"\n', "", [Decimal(9)]),
        (SETTINGS + 'level = "单位"\nnature = "事业"\n', "", []),  # none: known to be zero
        (SETTINGS + 'level = "单位"\n', "", [None]),  # unknown
        (
            SETTINGS + 'level = "部门"\nnature = "行政"\n',
            "",
            [None],
        ),  # a department's line has no nature without a unit
        (DEPARTMENT, "1", [Decimal(9)]),
        (DEPARTMENT, "2", [Decimal(9)]),
        (DEPARTMENT, "3", []),
        (DEPARTMENT, "4", [None]),
    ],
)
def test_agency_cost_by_nature_and_level(make_ledger, settings: str, unit: str, amounts: list[Decimal | None]) -> None:
    root = make_ledger({"kpi.toml": settings, "2025/lines.toml": line("30201", "9", unit)})
    assert agency(figures(root)) == amounts
    if unit:
        assert agency(figures(root, unit)) == amounts


@pytest.mark.parametrize(
    "text",
    [
        line("30101", "9"),
        line("30201", "9", kind="项目支出"),
        line("30201", "9", fund="事业收入"),
        line("30201", "9", fund="政府性基金预算"),
        line("30201", "9") + 'cost_kind = "人员经费"\n',
    ],
)
def test_what_is_no_agency_cost(make_ledger, text: str) -> None:
    root = make_ledger({"2025/lines.toml": text})
    assert agency(figures(root)) == []


def test_a_printed_agency_cost_wins_where_it_would_be_unknown(make_ledger) -> None:
    stated = {"2025/lines.toml": line("30201", "9"), "2025/sangong.toml": printed("机关运行经费", "12.34")}
    assert agency(figures(make_ledger({"kpi.toml": DEPARTMENT, **stated}))) == [Decimal(123400)]


def test_a_derived_figure_knows_its_line(make_ledger) -> None:
    root = make_ledger({"2025/lines.toml": line("30101", "1") + line("30217", "2")})
    year = read_year(open_ledger(root), 2025)
    found: list[SangongExpense] = [
        r for r in sangong_figures(year, open_ledger(root).settings) if r.category == "official_reception"
    ]
    assert [r.source for r in found] == [("2025/lines.toml", 8, 2)]
    assert (found[0].places, found[0].persons) == (None, None)
