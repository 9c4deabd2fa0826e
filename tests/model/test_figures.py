"""Figure keys: those of the contract are known, others are refused with advice."""

from __future__ import annotations

import pytest

from kpi_cli.model import figures
from kpi_cli.model import vocabulary as v

KNOWN = [
    *("income", "expenditure", "sangong", "agency_operating_expenditure", "procurement", "headcount", "vehicles_held"),
    *(f"{side}:{fund}" for side in ("income", "expenditure") for fund in (*v.FUND_SOURCE.keys, "fiscal_appropriation")),
    *("expenditure:basic_expenditure", "expenditure:project_expenditure", "function:201", "function:20106"),
    *("function:2010601", "function:2010601:basic_expenditure", "function:2010601:project_expenditure"),
    *("function:2010601:fiscal_appropriation", "economic:301", "economic:30101", "project:P01", "project:某 项目：一"),
    *(f"sangong:{part}" for part in ("overseas_travel", "official_reception", "vehicles", "vehicle_purchase")),
    *("sangong:vehicle_operation", "goals:count", "goals:amount", "headcount:在职", "stated:任何数"),
    *(f"procurement:{part}" for part in ("goods", "works", "services", "sme", "micro")),
    *(f"units:{part}" for part in ("subordinate", "administrative", "civil_service_managed", "public_institution")),
    *("units:internal_divisions", "vehicles_held:law_enforcement", "vehicles_held:general_official"),
    *("income@2016", "expenditure#executed", "sangong:vehicles@2016#executed"),
]


@pytest.mark.parametrize("key", KNOWN)
def test_keys_of_the_contract(key: str) -> None:
    assert figures.fault(key) == ""


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("incom", "是不是 income？"),
        ("income:general_public", "是不是 general_public_budget？"),
        ("sangong:vehicle", "是不是 vehicles？"),
        ("goals", "可用的有：count、amount"),
        (
            "units",
            "可用的有：subordinate、administrative、civil_service_managed、public_institution、internal_divisions",
        ),
        ("project:", "请写成 project:名称"),
        ("stated", "请写成 stated:名称"),
        ("function:2010", "请写成 function:编码"),
        ("function:２０１", "请写成 function:编码"),
        ("economic:3010101", "请写成 economic:编码"),
        ("function:201:basic_expense", "是不是 basic_expenditure？"),
    ],
)
def test_others_are_refused_with_advice(key: str, advice: str) -> None:
    assert figures.fault(key) == advice


@pytest.mark.parametrize(
    "key", ["", "income@16", "income#done", "income@2016@2017", " income", "expenditure#executed@2016"]
)
def test_suffixes_and_blanks(key: str) -> None:
    assert figures.fault(key)


@pytest.mark.parametrize(
    "key",
    [
        "expenditure:general_public_budget:basic_expenditure:personnel_expenditure",
        "expenditure:fiscal_appropriation:project_expenditure",
        "income:other_income+superior_subsidy",
        "income:general_public_budget:current_year",
        "income:carried_forward",
        "function:2010601:fiscal_appropriation:basic_expenditure",
        "economic:301:general_public_budget:basic_expenditure",
    ],
)
def test_keys_narrowed_in_several_ways(key: str) -> None:
    assert figures.fault(key) == ""


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("income:basic_expenditure", "可用的有：general_public_budget、"),
        (
            "expenditure:general_public_budget:government_fund_budget",
            "每一方面（资金、支出类型、经费类别、结转）只能写一次",
        ),
        ("expenditure:general_public_budget+basic_expenditure", "每一方面（资金、支出类型、经费类别、结转）只能写一次"),
        ("expenditure:basic_expenditure:", "可用的有：general_public_budget、"),
        ("function:201:current_year", "可用的有：general_public_budget、"),
    ],
)
def test_parts_that_do_not_fit(key: str, advice: str) -> None:
    assert figures.fault(key).startswith(advice)


def test_what_is_no_text_is_no_key() -> None:
    assert figures.fault(3) == "数字的键是加引号的文字"


def test_the_parts_of_a_key() -> None:
    assert figures.parts("general_public_budget+special_account:basic_expenditure") == {
        "fund_source": ("general_public_budget", "special_account"),
        "expenditure_type": ("basic_expenditure",),
    }
    assert figures.parts("") == {}


def test_the_fixed_keys_of_a_family() -> None:
    assert figures.fixed("goals") == ("goals:count", "goals:amount")
