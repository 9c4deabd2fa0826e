"""The tie-out rules: a correct disclosure passes all; one figure changed, and the rules that should speak do so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from kpi_cli import resources
from kpi_cli.assembly import disclose
from kpi_cli.checks.engine import check
from kpi_cli.checks.finding import Finding
from kpi_cli.checks.rules import bundled_rules, parse_rules
from kpi_cli.disclosure import Disclosure
from kpi_cli.errors import DefinitionError
from kpi_cli.model.records import BudgetLine, Income, LedgerYear, Settings, TableDisplay
from kpi_cli.model.source import Source
from kpi_cli.tables.definition_reader import read_table_set
from kpi_cli.tables.table import Table
from kpi_cli.toml_source import parse_toml

HERE = Source("2025/lines.toml", 1, 1)
SETS = ("shanghai", "mof", "guangxi-2017")


def line(function: str, economic: str, amount: str, fund: str = "general_public_budget", *, project: bool = False):
    kind = "project_expenditure" if project else "basic_expenditure"
    cost = "" if project else "personnel_expenditure" if economic[:3] in ("301", "303") else "operating_expenditure"
    return BudgetLine(
        function, economic, kind, cost, fund, Decimal(amount), "", "", carried_forward=False, note="", function_name="",
        economic_name="", source=HERE,
    )  # fmt: skip


def income(function: str, amount: str, fund: str = "general_public_budget", *, carried: bool = False) -> Income:
    return Income(fund, function, Decimal(amount), "", carried, "", HERE)


LINES = (
    line("2010601", "30101", "100.10"),
    line("2010601", "30201", "20.20"),
    line("2010602", "", "30.30", project=True),
    line("2080505", "30108", "16.00"),
    line("2210201", "30113", "12.00"),
    line("2010601", "30217", "1.05"),
    line("2120801", "", "500.00", "government_fund_budget", project=True),
    line("2230105", "", "7.00", "state_capital_budget", project=True),
    line("2010601", "30299", "9.99", "undertaking_income"),
)
INCOMES = (
    income("2010601", "121.35"),
    income("2010602", "30.30"),
    income("2080505", "16.00"),
    income("2210201", "12.00"),
    income("2120801", "500.00", "government_fund_budget"),
    income("2230105", "7.00", "state_capital_budget"),
    income("2010601", "9.99", "undertaking_income"),
)


def settings(table_set: str, level: str = "unit") -> Settings:
    return Settings("某局", "", level, "administrative", table_set, TableDisplay(), {}, ())


def disclosure(
    table_set: str = "shanghai",
    level: str = "unit",
    lines: tuple[BudgetLine, ...] = LINES,
    incomes: tuple[Income, ...] = INCOMES,
) -> Disclosure:
    folder = resources.templates() / "table_sets" / table_set
    return disclose(settings(table_set, level), LedgerYear(2025, lines, incomes), None, read_table_set(folder))


def loud(made: Disclosure) -> list[Finding]:
    """Errors and warnings; hints tell of rounding, which is there before and after."""
    return [finding for finding in check(made).findings if finding.severity != "hint"]


@pytest.mark.parametrize("level", ["unit", "department"])
@pytest.mark.parametrize("table_set", SETS)
def test_a_balanced_ledger_passes_every_rule(table_set: str, level: str) -> None:
    if table_set == "guangxi-2017":  # its nine tables know no state capital budget
        keep = [r for r in LINES if r.fund_source != "state_capital_budget"]
        given = [r for r in INCOMES if r.fund_source != "state_capital_budget"]
        made = disclosure(table_set, level, tuple(keep), tuple(given))
    else:
        made = disclosure(table_set, level)
    result = check(made)
    assert loud(made) == []
    assert {r.rule for r in result.receipts if r.state == "failed"} == {f.rule for f in result.findings}
    assert {r.rule for r in result.receipts} == {rule.id for rule in bundled_rules()}


def changed(made: Disclosure, number: int, key: str, column: str, by: str = "1", block: int = -1) -> Disclosure:
    """Return the disclosure with one figure of one table changed."""
    table = made.table(number)
    own = table.blocks[block]
    r = own.row(key)
    assert r is not None, own.keys
    amounts = [c for c in range(own.first, own.last + 1) if table.columns[c].kind == "amount"]
    c = next(c for c in amounts if table.columns[c].id == column)
    cell = table.rows[r][c]
    assert cell.value is not None
    row = [*table.rows[r][:c], replace(cell, value=cell.value + Decimal(by)), *table.rows[r][c + 1 :]]
    rows = (*table.rows[:r], tuple(row), *table.rows[r + 1 :])
    tables = tuple(replace(t, rows=rows) if t.id == number else t for t in made.tables)
    return replace(made, tables=tables)


CASES = [
    # table, row, column, block, rules that must speak, and no others
    (1, "total", "", 0, {"IN-01", "IN-03", "X-01"}),
    (1, "fiscal_appropriation", "", 0, {"IN-02", "IN-03", "X-04"}),
    (1, "general", "", 0, {"IN-00", "IN-02"}),
    (1, "201", "total", 1, {"IN-04", "IN-05", "X-02"}),
    (1, "total", "personnel", 1, {"IN-04", "IN-05", "X-03"}),
    (2, "2010601", "undertaking", 0, {"IN-00", "IN-06", "IN-09"}),
    (2, "total", "total", 0, {"IN-06", "IN-09", "X-01"}),
    (3, "2010601", "basic", 0, {"IN-00", "IN-07", "IN-09"}),
    (3, "20106", "total", 0, {"IN-07", "IN-09", "X-05"}),
    (3, "total", "project", 0, {"IN-07", "IN-09", "X-03"}),
    (4, "total", "total", 1, {"IN-12", "X-06"}),
    (4, "201", "general", 1, {"IN-00", "IN-12", "X-06"}),
    (5, "total", "basic", 0, {"IN-08", "IN-09", "X-07"}),
    (5, "2080505", "total", 0, {"IN-08", "IN-09", "X-08"}),
    (6, "total", "total", 0, {"IN-08", "IN-09", "X-06", "X-09"}),
    (7, "223", "total", 0, {"IN-08", "IN-09", "X-06"}),
    (8, "30101", "personnel", 0, {"IN-00", "IN-10"}),
    (8, "302", "personnel", 0, {"IN-10", "IN-11"}),
    (8, "total", "total", 0, {"IN-10", "X-07"}),
    (9, "current", "total", 0, {"IN-13"}),
]


@pytest.mark.parametrize(("number", "key", "column", "block", "rules"), CASES)
def test_one_changed_figure_makes_its_rules_speak(number: int, key: str, column: str, block: int, rules: set) -> None:
    made = changed(disclosure(), number, key, column, block=block)
    assert {finding.rule for finding in loud(made)} == rules
    assert {r.rule for r in check(made).receipts if r.state == "failed"} == rules


def test_the_smallest_difference_counts_and_none_does_not() -> None:
    made = disclosure()
    assert check(changed(made, 9, "current", "total", by="0")).findings == ()
    [finding] = check(changed(made, 9, "current", "total", by="0.01")).findings
    assert (finding.where, finding.expected, finding.actual) == ("表9 A7", "1.05", "1.06")


def test_every_figure_of_the_tables_is_covered() -> None:
    """Mutation: change each figure in turn; the few that no rule sees are listed here."""
    made = disclosure()
    silent = []
    for table in made.tables:
        for r, c, cell in table.figures():
            row = [*table.rows[r][:c], replace(cell, value=cell.value + 1), *table.rows[r][c + 1 :]]
            rows = (*table.rows[:r], tuple(row), *table.rows[r + 1 :])
            tables = tuple(replace(t, rows=rows) if t.id == table.id else t for t in made.tables)
            if not loud(replace(made, tables=tables)):
                silent.append((table.id, r, c))
    assert silent == []


def test_income_against_expenditure() -> None:
    result = check(disclosure(incomes=(*INCOMES, income("2010601", "5"))))
    assert {f.rule for f in result.findings} == {"IN-01", "IN-12", "X-05", "L-01"}
    assert result.count("error") == 4
    assert result.count("warning") == 3  # the subject and the two levels above it


def test_rules_that_do_not_apply_say_why() -> None:
    states = {r.rule: (r.state, r.reason) for r in check(disclosure(level="department")).receipts}
    assert states["X-03"] == ("not_applicable", "只用于单位预算")
    carried = (*INCOMES[1:], income("2010601", "121.35", carried=True))
    states = {r.rule: (r.state, r.reason) for r in check(disclosure(incomes=carried)).receipts}
    assert states["X-09"] == ("not_applicable", "有上年结转")


def test_an_unknown_figure_is_not_checked_and_never_passed() -> None:
    made = disclosure()
    table = made.table(5)
    own = table.blocks[0]
    r = own.row("total")
    assert r is not None
    from kpi_cli.tables.table import State

    row = tuple(replace(c, value=None, state=State.UNKNOWN) if c.value is not None else c for c in table.rows[r])
    rows = (*table.rows[:r], row, *table.rows[r + 1 :])
    broken: tuple[Table, ...] = tuple(replace(t, rows=rows) if t.id == 5 else t for t in made.tables)
    states = {r.rule: r.state for r in check(replace(made, tables=broken)).receipts}
    assert states["X-07"] == "not_checked"


def test_a_record_without_a_code_is_shown_not_dropped() -> None:
    result = check(
        disclosure(lines=(*LINES, line("2010601", "", "4.00", project=True)), incomes=(*INCOMES, income("", "4.00")))
    )
    assert {f.rule for f in result.findings} == {"X-05"}  # income names no subject, expenditure does


@pytest.mark.parametrize(
    ("text", "line_number", "words"),
    [
        ('id = "A"\ntitle = "x"\nkind = "sum"\nseverity = "fatal"\nexplain = ""\nsource = ""', 5, "severity"),
        ('id = "A"\ntitle = "x"\nkind = "sum"\nseverity = "error"\nexplain = ""', 1, "缺少 source"),
        (
            'id = "A"\ntitle = "x"\nkind = "compare"\nseverity = "error"\nexplain = ""\nsource = ""\nleft = ["a"]',
            8,
            "项写法",
        ),
        (
            'id = "A"\ntitle = "x"\nkind = "sum"\nseverity = "error"\nexplain = ""\nsource = ""\nlefft = []',
            8,
            "是不是 left",
        ),
    ],
)
def test_a_wrong_rule_is_refused_with_its_line(text: str, line_number: int, words: str) -> None:
    with pytest.raises(DefinitionError) as error:
        parse_rules(parse_toml(f"[[rule]]\n{text}\n".encode(), "rules/x.toml"))
    [problem] = error.value.problems
    assert problem.text.startswith(f"rules/x.toml:{line_number}: ")
    assert words in problem.text


def test_every_rule_has_an_authority() -> None:
    assert Path(resources.templates() / "rules" / "balance.toml").exists()
    for rule in bundled_rules():
        assert rule.explain
        assert rule.source
        assert rule.kind != "listed" or rule.reason
        if rule.kind == "function":
            assert rule.why or rule.explain, rule.id


@pytest.mark.parametrize(
    ("number", "key", "column", "block", "rules"),
    [
        (1, "general", "", 0, {"IN-00", "IN-03", "X-04"}),
        (1, "current_total", "", 0, {"IN-03"}),
        (2, "total", "undertaking", 0, {"IN-06", "IN-09", "X-09"}),
        (4, "current", "", 0, {"IN-12", "X-04"}),
        (8, "total", "project", 0, {"IN-08", "IN-09"}),
    ],
)
def test_the_national_set_has_the_same_rules(number: int, key: str, column: str, block: int, rules: set) -> None:
    assert {finding.rule for finding in loud(changed(disclosure("mof"), number, key, column, block=block))} == rules
    states = {r.rule: r.state for r in check(disclosure("mof")).receipts}
    assert states["X-04"] == states["X-09"] == "passed"


@pytest.mark.parametrize("table_set", SETS)
def test_every_figure_of_every_set_is_covered(table_set: str) -> None:
    keep = [r for r in LINES if table_set != "guangxi-2017" or r.fund_source != "state_capital_budget"]
    given = [r for r in INCOMES if table_set != "guangxi-2017" or r.fund_source != "state_capital_budget"]
    made = disclosure(table_set, "department", tuple(keep), tuple(given))
    silent, seen = [], 0
    for table in made.tables:
        for r, c, cell in table.figures():
            if cell.value is None:
                continue
            seen += 1
            row = [*table.rows[r][:c], replace(cell, value=cell.value + 1), *table.rows[r][c + 1 :]]
            rows = (*table.rows[:r], tuple(row), *table.rows[r + 1 :])
            tables = tuple(replace(t, rows=rows) if t.id == table.id else t for t in made.tables)
            if not loud(replace(made, tables=tables)):
                silent.append((table.id, table.blocks[0].keys[r], table.columns[c].id))
    assert len(silent) <= seen * 0.05, silent
