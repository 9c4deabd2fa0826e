"""From the files of a ledger to records: every form that TOML allows, and where each record stands."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kpi_cli.errors import LedgerError
from kpi_cli.ledger.reader import Report, list_years, open_ledger, read_year

if TYPE_CHECKING:
    from pathlib import Path

LINE = (
    'function_code = "2010601"\neconomic_code = "30101"\nexpenditure_type = "基本支出"\n'
    'fund_source = "一般公共预算"\namount = 1\n'
)


def problems(root: Path, year: int = 2025) -> list[str]:
    """Return the error lines of a ledger."""
    with pytest.raises(LedgerError) as error:
        read_year(open_ledger(root), year)
    return [problem.text for problem in error.value.problems]


def test_a_whole_ledger(ledger: Path) -> None:
    """Every kind of record.

    == kpi.toml
    schema_version = 1
    department = "某县财政局"
    code = "101"
    level = "部门"
    table_set = "shanghai"
    [display]
    decimals = 0
    zero = "0.00"
    [display.tables.8]
    decimals = 2
    thousands = false
    [[budget_unit]]
    code = "001"
    name = "本级"
    nature = "参公"
    == 2025/lines.toml
    [[line]]
    function_code = "2010601"
    economic_code = "30101"
    expenditure_type = "basic_expenditure"
    fund_source = "general_public_budget"
    budget_unit = "001"
    amount = 100.50

    [[line]]
    function_code = "2010602"
    expenditure_type = "项目支出"
    fund_source = "政府性基金"
    project = "P1"
    carried_forward = true
    amount_wan = 0.01
    == 2025/incomes.toml
    [[income]]
    fund_source = "使用非财政拨款结余"
    amount = 3
    == 2025/projects.toml
    [[project]]
    id = "P1"
    name = "甲"
    == 2025/sangong.toml
    [[sangong]]
    category = "公务接待费"
    amount_wan = 0.950
    persons = 12
    == 2025/comparatives.toml
    [[comparative]]
    figure = "expenditure:basic_expenditure"
    amount = 5
    == 2025/subjects.csv
    kind,code,name
    function,2010601,本地
    """
    opened = open_ledger(ledger)
    settings = opened.settings
    assert (settings.department, settings.code, settings.level, settings.nature) == (
        "某县财政局",
        "101",
        "department",
        "",
    )
    assert (settings.display.decimals, settings.display.zero, settings.display.thousands) == (0, "0.00", None)
    assert (settings.table_display[8].decimals, settings.table_display[8].thousands) == (2, False)
    assert settings.unit("001").nature == "civil_service_managed"
    year = read_year(opened, 2025)
    first, second = year.lines
    assert (first.amount, first.cost_kind, first.budget_unit) == (Decimal("100.50"), "personnel_expenditure", "001")
    assert first.source == ("2025/lines.toml", 1, 1)
    assert (second.amount, second.fund_source, second.project) == (100, "government_fund_budget", "P1")
    assert (second.economic_code, second.cost_kind, second.carried_forward) == ("", "", True)
    assert second.source == ("2025/lines.toml", 9, 2)
    [income] = year.incomes
    assert (income.fund_source, income.amount, income.carried_forward) == ("nonfiscal_surplus", 3, False)
    assert year.projects[0].amount is None
    [figure] = year.sangong
    assert (figure.fund_source, figure.amount, figure.places, figure.persons) == ("general_public_budget", 9500, 3, 12)
    assert (figure.groups, figure.derived) == (None, False)
    assert year.comparatives[0].year is None
    assert year.local_subjects == {("function", "2010601"): "本地"}


def test_an_empty_year_holds_nothing(make_ledger) -> None:
    root = make_ledger({"2025/lines.toml": "# nothing yet\n", "2025/incomes.toml": "income = []\n"})
    year = read_year(open_ledger(root), 2025)
    assert (year.lines, year.incomes, year.projects, year.local_subjects) == ((), (), (), {})


def test_years_are_folders_of_four_ascii_digits(make_ledger) -> None:
    root = make_ledger({"2025/lines.toml": "", "2017/a.txt": "", "２０２４/x": "", "20255/x": "", "2016": "a file"})
    assert list_years(root) == (2017, 2025)
    assert open_ledger(root).chosen_year(None) == 2025


@pytest.mark.parametrize(
    "text",
    [
        "[[line]]\n" + LINE + "[[line]]\n" + LINE,
        "\n# c\n[[ line ]] # x\n" + LINE + "\n\n  [[line]]\n" + LINE,
        '[[line]]\nnote = """\n[[line]]\n"""\n' + LINE + "[[line]]\n" + LINE,
        "[[line]]\nnote = '[[line]]'\n" + LINE + "# [[line]]\n[[line]]\n" + LINE,
        "line = [\n {" + LINE.strip().replace("\n", ", ") + "},\n\n {" + LINE.strip().replace("\n", ", ") + "}]\n",
        '[["line"]]\n' + LINE + "[[line]]\n" + LINE,
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_records_know_their_line_in_every_form(make_ledger, text: str, newline: str) -> None:
    root = make_ledger({"2025/lines.toml": text.replace("\n", newline).encode()})
    rows = text.split("\n")
    wanted = [i for i, row in enumerate(rows, 1) if row.strip().startswith(("[[", "{")) and "line.deep" not in row]
    found = [line.source.line for line in read_year(open_ledger(root), 2025).lines]
    assert len(found) == 2
    assert set(found) <= set(wanted)
    assert found[0] < found[1]


def test_blank_text_is_not_given(make_ledger) -> None:
    root = make_ledger({"2025/lines.toml": f'[[line]]\n{LINE}note = ""\nproject = ""\ncarried_forward = ""\n'})
    [line] = read_year(open_ledger(root), 2025).lines
    assert (line.note, line.project, line.carried_forward) == ("", "", False)


@pytest.mark.parametrize("blank", ['""', '" "', '"\\t"', '"　"'])
def test_a_required_text_may_not_be_blank(make_ledger, blank: str) -> None:
    root = make_ledger({"2025/projects.toml": f'[[project]]\nid = "P1"\nname = {blank}\n'})
    assert problems(root) == ["2025/projects.toml:1: 缺少项目名称；请补上 name，例如 绩效考评指标体系编制经费"]
    root = make_ledger({"kpi.toml": f'schema_version = 1\ndepartment = {blank}\ntable_set = "mof"\n'}, "b")
    with pytest.raises(LedgerError, match="缺少部门"):
        open_ledger(root)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("function_code", "2010601", '2: 功能科目编码的类型不对，应为加引号的编码（2010601）；例如 "2010601"'),
        ("function_code", '"２０１０６０１"', "2: 功能科目编码不是 7 位数字（２０１０６０１）"),
        ("amount", "0x" + "f" * 5000, "6: 金额(元)超出范围，须小于十万亿元（整数太长）"),
        ("amount", "[1]", "6: 金额(元)不是数字（[1]）"),
        ("amount", "2025-01-01", "6: 金额(元)不是数字（2025-01-01）"),
        ("amount", "true", "6: 金额(元)不是数字（True）"),
        ("amount", "-inf", "6: 金额(元)不能是 NaN 或无穷大（-Infinity）"),
        ("amount", '"1,234.50元"', "6: 金额(元)不是数字（1,234.50元）"),
        ("expenditure_type", "{ a = 1 }", "4: 支出类型不认识（{'a': 1}）"),
        ("fund_source", '"上年结转"', "5: 资金来源不认识（上年结转）"),
    ],
)
def test_values_of_the_wrong_kind(make_ledger, key: str, value: str, text: str) -> None:
    rows = [f"{key} = {value}" if row.startswith(f"{key} ") else row for row in LINE.splitlines()]
    root = make_ledger({"2025/lines.toml": "[[line]]\n" + "\n".join(rows) + "\n"})
    [found] = problems(root)
    assert found.startswith(f"2025/lines.toml:{text}")


def test_amounts_in_quotes_are_amounts_too(make_ledger) -> None:
    root = make_ledger({"2025/lines.toml": "[[line]]\n" + LINE.replace("= 1\n", '= "1,234.50"\n')})
    assert read_year(open_ledger(root), 2025).lines[0].amount == Decimal("1234.50")


def test_both_amounts_or_none(make_ledger) -> None:
    both, none = LINE + "amount_wan = 1\n", LINE.replace("amount = 1\n", "")
    root = make_ledger({"2025/lines.toml": f"[[line]]\n{both}[[line]]\n{none}"})
    assert [text.partition("；")[0] for text in problems(root)] == [
        "2025/lines.toml:1: 元和万元两种金额同时填写",
        "2025/lines.toml:8: 缺少金额(元)",
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("line = 3", "2025/lines.toml:1: line的类型不对，应为记录的列表；例如 [[line]]"),
        ("[line]\na = 1", "2025/lines.toml:1: line的类型不对，应为记录的列表；例如 [[line]]"),
        ("line = [1]", "2025/lines.toml:1: line的类型不对，应为记录的列表；例如 [[line]]"),
        ("[[lines]]\na = 1", "2025/lines.toml:1: 未知的键 lines；是不是 line？"),
        ("a = 1\n[[line]]\n" + LINE, "2025/lines.toml:1: 未知的键 a；可用的有：line"),
    ],
)
def test_files_of_the_wrong_shape(make_ledger, text: str, wanted: str) -> None:
    assert problems(make_ledger({"2025/lines.toml": text})) == [wanted]


@pytest.mark.parametrize(
    ("addition", "text"),
    [
        ("[display]\ndecimals = -1", "kpi.toml:7: 小数位不是不小于 0 的整数（-1）；请写成 3 这样的整数"),
        ("[display]\ndecimals = 7", "kpi.toml:7: 小数位不认识（7）；可用 0 到 6"),
        ('[display]\nzero = "-"', "kpi.toml:7: 零的写法不认识（-）；可用的有：留空、0、0.00"),
        ("[display]\ndecimal = 2", "kpi.toml:7: 未知的键 decimal；是不是 decimals？"),
        ("[display.tables.x]\ndecimals = 2", "kpi.toml:6: 表号的类型不对，应为数字（x）；例如 [display.tables.8]"),
        ('[display.tables."²"]\ndecimals = 2', "kpi.toml:6: 表号的类型不对，应为数字（²）；例如 [display.tables.8]"),
        ("[display]\ntables.8 = 3", "kpi.toml:7: 8的类型不对，应为表；例如 [display]"),
        ("[display]\ntables = 3", "kpi.toml:7: tables的类型不对，应为表；例如 [display.tables.8]"),
        ("[[budget_unit]]\nname = 'x'", "kpi.toml:6: 缺少编码；请补上 code，例如 001"),
        ("[[budget_unit]]\ncode = 1\nname = 'x'", 'kpi.toml:7: 编码的类型不对，应为文字，两边加引号（1）；例如 "1"'),
        (
            "[[budget_unit]]\ncode = '1'\nname = 'x'\n[[budget_unit]]\ncode = '1'\nname = 'y'",
            "kpi.toml:10: 预算单位编码重复，第一次出现在第 6 行（1）；请改用别的 code",
        ),
        ("[budget_unit]\ncode = '1'", "kpi.toml:6: budget_unit的类型不对，应为记录的列表；例如 [[budget_unit]]"),
        (
            "[other]",
            "kpi.toml:6: 未知的键 other；可用的有：schema_version、department、code、level、nature、table_set、display、budget_unit",
        ),
    ],
)
def test_faults_of_the_settings(make_ledger, addition: str, text: str) -> None:
    settings = 'schema_version = 1\ndepartment = "某局"\nlevel = "单位"\nnature = "事业"\ntable_set = "mof"\n'
    root = make_ledger({"kpi.toml": settings + addition + "\n"})
    with pytest.raises(LedgerError) as error:
        open_ledger(root)
    assert [problem.text for problem in error.value.problems] == [text]


def test_doubts_do_not_stop_the_reader(make_ledger) -> None:
    root = make_ledger({"2025/lines.toml": "[[line]]\n" + LINE.replace("= 1\n", "= -1\n"), "2025/other.toml": "x"})
    report = Report()
    assert len(read_year(open_ledger(root), 2025, report).lines) == 1
    assert report.errors == []
    assert [problem.code for problem in report.warnings] == ["amount-negative", "stray-file"]


def test_a_folder_in_place_of_a_file_is_one_line(make_ledger) -> None:
    root = make_ledger({"2025/lines.toml/x": ""})
    assert problems(root) == ["2025/lines.toml: 无法读取：是文件夹而不是文件；请检查路径和权限"]


def test_there_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="找不到台账"):
        open_ledger(tmp_path)
