"""Ledgers of invented departments, whose income equals expenditure by fund and by subject.

`random_year(seed)` makes the same ledger for the same seed; it knows nothing of tables, figures or sentences.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from random import Random

from kpi_cli import resources
from kpi_cli.model.records import (
    BudgetLine,
    BudgetUnit,
    Comparative,
    Income,
    LedgerYear,
    Project,
    SangongExpense,
    Settings,
    TableDisplay,
)
from kpi_cli.model.source import Source
from kpi_cli.model.stated import StatedFacts, StatedFigure, StatedText
from kpi_cli.model.subjects import bundled_subjects

YEAR = 2025
SETS = ("shanghai", "mof", "guangxi-2017")
FUNDS = (
    *("general_public_budget",) * 6,
    *("government_fund_budget", "state_capital_budget", "special_account", "undertaking_income"),
    *("operating_income", "superior_subsidy", "subordinate_remittance", "other_income"),
)
NATURES = ("administrative", "civil_service_managed", "public_institution")
PERSONNEL = ("30101", "30102", "30103", "30108", "30109", "30110", "30113", "30199", "30302", "30399")
OPERATING = ("30201", "30207", "30211", "30212", "30213", "30217", "30228", "30231", "30239", "30299", "31002")
PROJECT = ("", "302", "30209", "30212", "30217", "30227", "310", "31002", "31013", "399")


def _codes(kind: str) -> list[str]:
    subjects = bundled_subjects(resources.templates() / "subjects")
    return sorted({s.code for s in subjects if s.kind == kind and len(s.code) == 7 and s.is_valid_in(YEAR)})


def _amount(random: Random) -> Decimal:
    """Amounts of every size, many with 分, some that fall on a rounding boundary of 万元."""
    if random.random() < 0.15:
        return Decimal(random.randrange(1, 400) * 100 + 50)
    return Decimal(random.randrange(1, 10 ** random.randrange(3, 10))) / 100


def _line(random: Random, number: int, codes: list[str], projects: list[str], settings: Settings) -> BudgetLine:
    units = settings.budget_units
    fund = random.choice(FUNDS)
    if fund == "state_capital_budget" and settings.table_set == "guangxi-2017":  # its tables know no such budget
        fund = "general_public_budget"
    is_project = bool(projects) and random.random() < 0.4
    if is_project:
        kind, economic, cost = "project_expenditure", random.choice(PROJECT), ""
    else:
        kind, economic = "basic_expenditure", random.choice(PERSONNEL + OPERATING)
        cost = "personnel_expenditure" if economic[:3] in ("301", "303") else "operating_expenditure"
    return BudgetLine(
        random.choice(codes),
        economic,
        kind,
        cost,
        fund,
        _amount(random),
        random.choice(projects) if is_project else "",
        random.choice(units).code if units else "",
        carried_forward=False,
        note="",
        function_name="",
        economic_name="",
        source=Source("2025/lines.toml", number, number),
    )


def _incomes(lines: list[BudgetLine]) -> tuple[Income, ...]:
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.fund_source, line.function_code, line.budget_unit] += line.amount
    return tuple(
        Income(fund, code, amount, unit, False, "", Source("2025/incomes.toml", n, n))
        for n, ((fund, code, unit), amount) in enumerate(sums.items(), 1)
    )


def _sangong(random: Random, lines: list[BudgetLine], units: list[BudgetUnit]) -> tuple[SangongExpense, ...]:
    """Sometimes a printed figure, which is then exactly what its lines add up to, in 元."""
    category, code = random.choice((("official_reception", "30217"), ("overseas_travel", "30212")))
    own = [line for line in lines if line.economic_code == code and line.fund_source == "general_public_budget"]
    others = [line for line in lines if line.economic_code == code and line not in own]
    if others or not own or units or random.random() < 0.5:
        return ()
    total = sum((line.amount for line in own), Decimal(0))
    here = Source("2025/sangong.toml", 1, 1)
    return (SangongExpense(category, "general_public_budget", total, None, "", None, None, None, None, "", "", here),)


def _stated(random: Random, keys: list[str]) -> StatedFacts:
    here = Source("2025/narrative.toml", 1, 1)
    figures: dict[str, StatedFigure] = {}
    for item in ("cadres", "hired")[: random.randrange(3)]:
        figures[f"headcount:{item}"] = StatedFigure(
            f"headcount:{item}", Decimal(random.randrange(50)), "名", "干部", here
        )
    if random.random() < 0.5:
        for part in ("goods", "works", "services"):
            figures[f"procurement:{part}"] = StatedFigure(f"procurement:{part}", _amount(random), "元", "", here)
    reasons = {key: StatedText("根据工作需要安排", here) for key in keys if random.random() < 0.5}
    return StatedFacts(figures=figures, reasons=reasons)


def random_year(seed: int) -> tuple[Settings, LedgerYear, LedgerYear | None]:
    """Make settings, a year, and sometimes the year before or some of its figures.

    Args:
      seed: Names the ledger.
    Returns:
      Settings, the year 2025, and 2024 where the ledger holds it.
    """
    random = Random(seed)
    level = random.choice(("department", "unit"))
    units = [BudgetUnit(f"00{n}", f"第{n}单位", random.choice(NATURES)) for n in range(1, random.randrange(1, 4))]
    units = units if level == "department" else []
    settings = Settings(
        random.choice(("某某市某某区财政局", "甲县绩效办", "乙市福利院")),
        "001",
        level,
        random.choice(NATURES) if level == "unit" else "",
        random.choice(SETS),
        TableDisplay(),
        {},
        tuple(units),
    )
    previous = _year(random, settings, YEAR - 1) if random.random() < 0.5 else None
    current = _year(random, settings, YEAR)
    if previous is None and random.random() < 0.5:
        stated = ("income", "expenditure", "expenditure:basic_expenditure", "expenditure:project_expenditure")
        here = Source("2025/comparatives.toml", 1, 1)
        figures = tuple(Comparative(key, _amount(random) * random.randrange(2), None, "", here) for key in stated)
        current = LedgerYear(**{**vars(current), "comparatives": figures})
    return settings, current, previous


def _year(random: Random, settings: Settings, year: int) -> LedgerYear:
    codes = random.sample(_codes("function"), random.randrange(1, 8))
    projects = [f"p{n}" for n in range(1, random.randrange(1, 5))]
    lines = [_line(random, n, codes, projects, settings) for n in range(1, random.randrange(2, 25))]
    used = {line.project for line in lines}
    records = tuple(
        Project(id_, f"项目{id_}", f"任务{id_}", "", None, None, Source(f"{year}/projects.toml", n, n))
        for n, id_ in enumerate(projects, 1)
        if id_ in used
    )
    keys = ["income", "expenditure", *(f"function:{code}" for code in codes)]
    return LedgerYear(
        year,
        tuple(lines),
        _incomes(lines),
        records,
        _sangong(random, lines, list(settings.budget_units)),
        stated=_stated(random, keys),
    )
