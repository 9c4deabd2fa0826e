"""L-01 … L-06: the ledger behind a computed disclosure, with file and line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kpi_cli.model.records import BudgetLine, Comparative, Income, LedgerYear, Project
from kpi_cli.model.source import Source
from kpi_cli.model.stated import StatedFacts, StatedText


def line(function: str, economic: str, amount: str, number: int, project: str = "") -> BudgetLine:
    kind = "project_expenditure" if project else "basic_expenditure"
    return BudgetLine(
        function, economic, kind, "", "general_public_budget", Decimal(amount), project, "", carried_forward=False,
        note="", function_name="", economic_name="", source=Source("2025/lines.toml", number, 1),
    )  # fmt: skip


def income(amount: str, fund: str = "general_public_budget", code: str = "2010601") -> Income:
    return Income(fund, code, Decimal(amount), "", False, "", Source("2025/incomes.toml", 1, 1))


LINES = (line("2010601", "30101", "90", 1), line("2010602", "", "10", 5, "p1"))


def test_funds_balance(written, findings) -> None:
    even = written.computed(lines=LINES, incomes=(income("100"),))
    assert findings(even, "L-01") == []
    [one] = findings(written.computed(lines=LINES, incomes=(income("100.01"),)), "L-01")
    assert (one.severity, one.expected, one.actual) == ("error", "100", "100.01")
    assert "收入多 0.01 元" in one.message


def test_other_funds_may_pay_for_one_another(written, findings) -> None:
    own = (line("2010601", "30101", "90", 1)._replace(fund_source="undertaking_income"),)
    covered = (income("80", "undertaking_income"), income("10", "nonfiscal_surplus"))
    outcomes = findings(written.computed(lines=own, incomes=covered), "L-01")
    assert {f.severity for f in outcomes} == {"hint"}
    short = findings(written.computed(lines=own, incomes=covered[:1]), "L-01")
    assert [f.severity for f in short] == ["error"]


def test_subjects_balance(written, found, receipt) -> None:
    both = (income("90"), income("10", code="2010602"))
    assert found(written.computed("mof", LINES, both), "L-02") == []
    moved = (income("91"), income("9", code="2010602"))
    assert found(written.computed("mof", LINES, moved), "L-02") == [("warning", "90", "91"), ("warning", "10", "9")]
    assert receipt(written.computed("mof", LINES, (income("100", code=""),)), "L-02").state == "not_applicable"
    assert receipt(written.computed("shanghai", LINES, both), "L-02").state == "not_applicable"


def project(amount: str | None, id_: str = "p1") -> Project:
    stated = Decimal(amount) if amount else None
    return Project(id_, "信息化建设", "", "", stated, None, Source("2025/projects.toml", 4, 1))


@pytest.mark.parametrize(
    ("own", "outcome"),
    [
        (project("10"), []),
        (project(None), []),
        (project("10.01"), [("error", "2025/projects.toml:4", "10", "10.01")]),
        (project(None, "p2"), [("hint", "2025/projects.toml:4", "", "")]),
        (project("5", "p2"), []),  # its lines may come later
    ],
)
def test_project_amounts(written, findings, own, outcome) -> None:
    made = written.computed(lines=LINES, incomes=(income("100"),), projects=(own,))
    assert [(f.severity, f.where, f.expected, f.actual) for f in findings(made, "L-03")] == outcome


def test_subjects_of_the_year(written, findings) -> None:
    lines = (*LINES, line("2019999", "30101", "1", 9), line("2100101", "30198", "1", 13), line("2100101", "", "1", 17))
    made = written.computed(lines=lines, incomes=(income("103"),))
    outcomes = {f.actual: f for f in findings(made, "L-04")}
    assert "2010601" not in outcomes
    assert outcomes["30198"].where == "2025/lines.toml:13"
    assert "相近的有" in outcomes["30198"].message


TEXTS = [
    ("公务接待费预算0.2万元。", [("0.0万元", "0.2万元")]),
    ("收入预算0.0100万元，支出预算100元。", []),
    ("收入预算为0.02万元。", [("0.01万元", "0.02万元")]),
    ("上年收入预算0.02万元。", []),
    ("2024年收入预算0.02万元。", []),
    ("2025年收入预算0.02万元。", [("0.01万元", "0.02万元")]),
    ("一般行政管理事务11元。", [("10元", "11元")]),
    ("信息化建设经费10元。", []),
    ("印制手册200本。", []),
]


@pytest.mark.parametrize(("text", "outcome"), TEXTS)
def test_figures_typed_by_hand(written, findings, text, outcome) -> None:
    stated = StatedFacts(texts={"functions": (StatedText(text, Source("2025/narrative.toml", 6, 1)),)})
    made = written.computed(lines=LINES, incomes=(income("100"),), stated=stated, projects=(project("10"),))
    found = findings(made, "L-05")
    assert [(f.expected, f.actual) for f in found] == outcome
    assert {f.where for f in found} <= {"2025/narrative.toml:6"}


def test_last_year(written, findings) -> None:
    [one] = findings(written.computed(), "L-06")
    assert (one.severity, one.where) == ("hint", "2025/comparatives.toml")
    assert "台账没有 2024 年" in one.message
    here = Source("2025/comparatives.toml", 1, 1)
    some = (Comparative("income:fiscal_appropriation", Decimal(5), None, "", here),)
    [partly] = findings(written.computed(comparatives=some), "L-06")
    assert partly.message.startswith("不知道 2024 年的数，没有写比较：收入、支出")
    before = LedgerYear(2024, LINES, (income("100"),))
    assert findings(written.computed(previous=before), "L-06") == []


def test_what_was_read_from_elsewhere_has_no_ledger(written, receipt) -> None:
    made = written.text(written.claim("income", "1.00"))
    for rule in ("L-01", "L-03", "L-04", "L-05", "L-06"):
        assert receipt(made, rule).reason == "不是由台账生成"
