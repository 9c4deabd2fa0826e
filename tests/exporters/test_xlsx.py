"""The exporter `xlsx`: what the workbook holds, computes, shows and prints is the Table, cell by cell."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator
from python_calamine import CalamineWorkbook
from xlsxwriter.worksheet import Worksheet

from kpi_cli import money
from kpi_cli.assembly import Request, assemble, subject_catalogue
from kpi_cli.disclosure import Disclosure
from kpi_cli.errors import ExportError
from kpi_cli.exporters import xlsx
from kpi_cli.exporters.xlsx import formulas, ledger_list, text, workbook
from kpi_cli.exporters.xlsx.sheet import Sheet
from kpi_cli.exporters.xlsx.styles import number_code
from kpi_cli.ledger.blocks import append
from kpi_cli.ledger.importer import import_records, record_kind
from kpi_cli.ledger.reader import open_ledger, read_year
from kpi_cli.model.records import BudgetLine, Income, Project, SangongExpense
from kpi_cli.model.source import Source
from kpi_cli.tables.selection import Selection
from kpi_cli.tables.table import (
    COVERED,
    UNKNOWN_TEXT,
    Cell,
    Column,
    Difference,
    Growth,
    NumberFormat,
    Role,
    State,
    Sum,
    Table,
    address,
)
from tests import office

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT.parent / "shared" / "cases"
KNOWN_CASES = {
    "sh_czj_2025": ("上海市财政局", "单位", "行政", 0),
    "pt_czj_2025": ("上海市普陀区财政局", "部门", "行政", 2),
}
PUBLISHED = [name for name in KNOWN_CASES if (CASES / name / "lines.csv").is_file()]
"""The real cases, where they lie beside the project; the small ledger below stands in for them elsewhere."""

SMALL = {
    "kpi.toml": """
        schema_version = 1
        department = "某某区“=绩效&考评”<办>"
        level = "部门"
        table_set = "shanghai"

        [display]
        decimals = 2

        [[budget_unit]]
        code = "01"
        name = "本级"
        nature = "行政"

        [[budget_unit]]
        code = "1"
        name = "下属中心"
        nature = "事业"
        """,
    "2025/lines.toml": """
        [[line]]
        function_code = "2010601"
        economic_code = "30101"
        expenditure_type = "基本支出"
        fund_source = "一般公共预算"
        budget_unit = "01"
        amount = 1234567.89

        [[line]]
        function_code = "2010601"
        economic_code = "30217"
        expenditure_type = "基本支出"
        fund_source = "一般公共预算"
        budget_unit = "01"
        amount = 1050.00

        [[line]]
        function_code = "2010602"
        economic_code = "302"
        expenditure_type = "项目支出"
        fund_source = "一般公共预算"
        project = "P1"
        budget_unit = "1"
        amount = 99.99
        note = "不公开的备注"

        [[line]]
        function_code = "2010602"
        economic_code = ""
        expenditure_type = "项目支出"
        fund_source = "一般公共预算"
        carried_forward = true
        amount = 0.01

        [[line]]
        function_code = "2080505"
        economic_code = "30108"
        expenditure_type = "基本支出"
        fund_source = "其他收入"
        amount = -350.05

        [[line]]
        function_code = "2120899"
        economic_code = "310"
        expenditure_type = "项目支出"
        fund_source = "政府性基金预算"
        amount = 70000
        """,
    "2025/incomes.toml": """
        [[income]]
        fund_source = "一般公共预算"
        function_code = "2010601"
        amount = 1235617.89

        [[income]]
        fund_source = "一般公共预算"
        function_code = "2010602"
        amount = 100.00

        [[income]]
        fund_source = "事业收入"
        amount = 12.34

        [[income]]
        fund_source = "上级补助收入"
        function_code = "2080505"
        amount = -362.39

        [[income]]
        fund_source = "政府性基金预算"
        function_code = "2120899"
        carried_forward = true
        amount = 70000
        """,
    "2025/projects.toml": """
        [[project]]
        id = "P1"
        name = "=SUM(A1)绩效考评指标体系编制经费"
        task = "编制"
        """,
    "2025/sangong.toml": """
        [[sangong]]
        category = "因公出国(境)费"
        amount_wan = 288.705
        groups = 2
        persons = 7
        """,
}


def write_ledger(root: Path, files: dict[str, str]) -> Disclosure:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line.strip() for line in content.strip().splitlines()), encoding="utf-8")
    return assemble(root, Request())


def published(root: Path, name: str) -> Disclosure:
    department, level, nature, decimals = KNOWN_CASES[name]
    write_ledger_settings = (
        f'schema_version = 1\ndepartment = "{department}"\nlevel = "{level}"\nnature = "{nature}"\n'
        f'table_set = "shanghai"\n[display]\ndecimals = {decimals}\n'
    )
    (root / "2025").mkdir(parents=True)
    (root / "kpi.toml").write_text(write_ledger_settings, encoding="utf-8")
    shutil.copy(CASES / name / "subjects.csv", root / "2025" / "subjects.csv")
    for kind in ("lines", "incomes", "sangong"):
        ledger = open_ledger(root)
        year = read_year(ledger, 2025)
        imported = import_records(
            CASES / name / f"{kind}.csv", record_kind(kind), ledger.settings, year, subject_catalogue(year)
        )
        target = root / "2025" / f"{kind}.toml"
        target.write_text(append("", imported.kind, imported.blocks), encoding="utf-8")
    return assemble(root, Request())


@pytest.fixture(scope="module")
def disclosures(tmp_path_factory) -> dict[str, Disclosure]:
    folder = tmp_path_factory.mktemp("ledgers")
    found = {"small": write_ledger(folder / "small", SMALL), "made": made_disclosure()}
    return found | {name: published(folder / name, name) for name in PUBLISHED}


NAMES = ["small", "made", *PUBLISHED]
each_ledger = pytest.mark.parametrize("name", NAMES)
each_mode = pytest.mark.parametrize("live", [False, True], ids=["plain", "live"])


def export(disclosure: Disclosure, *, live: bool = False) -> bytes:
    made = xlsx.XlsxExporter().export(disclosure, xlsx.XlsxOptions(live=live), host=None)
    assert isinstance(made, bytes)
    return made


# A disclosure made by hand: everything that a table may hold, and every kind of selection.

YUAN, WAN, PERCENT = NumberFormat("元", 2), NumberFormat("万元", 2), NumberFormat("%", 2, "0.00")


def words(value: str, **more) -> Cell:
    return Cell(State.TEXT if value else State.BLANK, value, **more)


def amount(value: str | Decimal, form: NumberFormat = YUAN, **more) -> Cell:
    return Cell(State.AMOUNT, value=Decimal(value), format=form, align="right", **more)


def empty(form: NumberFormat = YUAN, **more) -> Cell:
    return Cell(State.EMPTY, value=Decimal(0), format=form, align="right", **more)


UNKNOWN = Cell(State.UNKNOWN, format=YUAN, align="right")


def made_table(
    id_: int, rows: list[tuple[Cell, ...]], kinds: str, header_rows: int = 1, tag: str = "", **more
) -> Table:
    names = {"c": "code", "l": "label", "a": "amount", "p": "percent"}
    columns = tuple(Column(f"x{i}", names[kind], 18, "") for i, kind in enumerate(kinds))
    texts = {"name": "表", "title": "标题", "label": "编制部门：甲", "unit_label": "单位：元", **more}
    shape = {"columns": columns, "rows": tuple(rows), "header_rows": header_rows, "number": tag}
    return Table(id_, "x", department="甲", money_unit="元", **shape, **texts)


def head(*texts: str) -> tuple[Cell, ...]:
    return tuple(words(value, role=Role.HEAD, align="center") for value in texts)


INJECTIONS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=cmd|" /C calc"!A0',
    "http://example.com",
    "<r>&</r>",
    "001",
    "_x0041_",
    " x ",
]


def odd_texts() -> Table:
    rows = [head("编码", "名称"), *[(words("05", align="center"), words(value)) for value in INJECTIONS]]
    rows += [(words("a\x00b\x1f", align="center"), words("第一行\r\n第二行\t\x0b\ud800完"))]
    rows += [(words("长"), words("很长的文字" * 60))]
    return made_table(
        1,
        rows,
        "cl",
        title="表\x07题",
        note="注：" + "很长的注" * 100,
        tag="公开01表",
        title_row=2,
        label_row=3,
        first_row=4,
    )


def formulas_of_all_kinds() -> Table:
    first = head("甲", "上年", "本年", "增减", "增减%")
    rows = [first]
    for last, current in (("100.01", "250.02"), ("3", "-4.005"), ("8.5", "8.5"), ("0.1", "0.2")):
        r = len(rows)
        a, b = Decimal(last), Decimal(current)
        difference = amount(b - a, formula=Difference((r, 2), (r, 1)))
        growth = amount((b - a) / a * 100, PERCENT, formula=Growth((r, 2), (r, 1)))
        rows.append((words(f"行{r}"), amount(a), amount(b), difference, growth))
    rows.append((words("没有"), empty(), UNKNOWN, Cell(State.BLANK), Cell(State.BLANK)))
    total = sum((row[1].value for row in rows[1:5]), Decimal(0))
    scattered = rows[1][1].value + rows[3][1].value + rows[1][2].value
    rows.append(
        (
            words("合计", role=Role.TOTAL, align="center"),
            amount(total, formula=Sum(((1, 1), (2, 1), (3, 1), (4, 1), (5, 1))), role=Role.TOTAL),
            amount(scattered, formula=Sum(((3, 1), (1, 2), (1, 1))), role=Role.TOTAL),
            amount(
                rows[1][1].value + rows[2][1].value + rows[4][1].value,
                formula=Sum(((4, 1), (1, 1), (2, 1))),
                role=Role.TOTAL,
            ),
            Cell(State.BLANK, role=Role.TOTAL),
        )
    )
    return made_table(2, rows, "laaap")


def small_amounts() -> Table:
    """Amounts around the point where they round to zero, in every zero style."""
    values = ["0", "49.99", "50", "-49.99", "-50", "0.01", "-0.01", "123456789012.34", "-99999999.99", "99.995"]
    forms = [
        NumberFormat("万元", places, zero, thousands)
        for places in (0, 2, 6)
        for zero in ("blank", "0", "0.00")
        for thousands in (True, False)
    ]
    rows = [head(*(f"{f.places}/{f.zero}" for f in forms))]
    rows += [tuple(amount(value, form) for form in forms) for value in values]
    rows += [tuple(empty(form) for form in forms)]
    return made_table(3, rows, "a" * len(forms))


def spans() -> Table:
    rows = [
        (
            words("项目", role=Role.HEAD, columns=2, rows=2),
            COVERED,
            words("预算数", role=Role.HEAD, columns=2),
            COVERED,
        ),
        (COVERED, COVERED, *head("国有资本经营预算财政拨款支出合计", "项目支出")),
        (words("甲", rows=2), words("一", indent=2), amount("1"), amount("2")),
        (COVERED, words("二"), amount("3", rows=1, columns=1), amount("4")),
        (
            words("合计", columns=2, role=Role.TOTAL, align="center"),
            COVERED,
            amount("4", formula=Sum(((2, 2), (3, 2))), role=Role.TOTAL),
            amount("6", formula=Sum(((2, 3), (3, 3))), role=Role.TOTAL),
        ),
        (amount("5", columns=3), COVERED, COVERED, UNKNOWN),
    ]
    return made_table(4, rows, "llaa", header_rows=2, title_row=2, label_row=4, first_row=6)


LINES = tuple(
    BudgetLine(
        function,
        economic,
        kind,
        cost,
        fund,
        Decimal(value),
        "P*",
        unit,
        carried,
        "备注",
        "",
        "",
        Source("2025/lines.toml", 10 * i + 1, i),
    )
    for i, (function, economic, kind, cost, fund, value, unit, carried) in enumerate(
        [
            (
                "2010601",
                "30101",
                "basic_expenditure",
                "personnel_expenditure",
                "general_public_budget",
                "1000.01",
                "01",
                False,
            ),
            ("2010602", "301", "project_expenditure", "", "general_public_budget", "200.02", "1", True),
            ("2010602", "", "project_expenditure", "", "government_fund_budget", "30.03", "", False),
            (
                "2010501",
                "30199",
                "basic_expenditure",
                "personnel_expenditure",
                "undertaking_income",
                "4.04",
                "a*",
                False,
            ),
            ("2080505", "05", "project_expenditure", "", "state_capital_budget", "5.05", "ab", True),
            ("2080505", "50502", "project_expenditure", "", "other_income", "-66.66", "a?", True),
            ("2080505", "5", "project_expenditure", "", "special_account", "0.07", "=1", False),
        ]
    )
)
INCOMES = tuple(
    Income(fund, function, Decimal(value), "", carried, "", Source("2025/incomes.toml", 5 * i + 1, i))
    for i, (fund, function, value, carried) in enumerate(
        [
            ("general_public_budget", "2010601", "7.7", False),
            ("nonfiscal_surplus", "", "8.8", False),
            ("other_income", "2080505", "9.9", True),
        ]
    )
)
SANGONG = tuple(
    SangongExpense(
        category,
        fund,
        None if value is None else Decimal(value),
        None,
        "",
        None,
        3,
        None,
        None,
        "",
        "",
        source,
        derived=derived,
    )
    for category, fund, value, source, derived in [
        ("official_reception", "general_public_budget", "10500", Source("2025/sangong.toml", 1, 0), False),
        ("overseas_travel", "general_public_budget", "1000.01", LINES[0].source, True),
        ("official_vehicle_operation", "government_fund_budget", "0.5", Source("2025/sangong.toml", 9, 1), False),
        ("agency_operating_expenditure", "general_public_budget", None, LINES[1].source, True),
    ]
)


def selections() -> Table:
    """A figure for each kind of condition; its value is what the selection itself picks."""

    def one_of(name: str, *allowed: object) -> tuple[str, frozenset[object]]:
        return name, frozenset(allowed)

    fiscal = one_of("fund_source", "general_public_budget", "government_fund_budget", "state_capital_budget")
    wanted = [
        Selection("line"),
        Selection("line", prefixes=(("function_code", "201"),)),
        Selection("line", prefixes=(("function_code", "20106"), ("economic_code", "301"))),
        Selection("line", prefixes=(("function_code", "2010602"), ("function_code", ""))),
        Selection("line", prefixes=(("function_code", "20"),)),
        Selection("line", prefixes=(("economic_code", "05"),)),
        Selection("line", prefixes=(("economic_code", "5"),)),
        Selection("line", (one_of("economic_code", "5"),)),
        Selection("line", (one_of("economic_code", ""),)),
        Selection("line", (one_of("economic_code", "", "301"),)),
        Selection("line", (fiscal,)),
        Selection("line", (fiscal, one_of("expenditure_type", "project_expenditure", "basic_expenditure"))),
        Selection("line", (fiscal, one_of("carried_forward", True), one_of("cost_kind", ""))),
        Selection("line", (one_of("cost_kind", "personnel_expenditure"),)),
        Selection("line", (one_of("cost_kind", "", "personnel_expenditure"), one_of("carried_forward", True, False))),
        Selection("line", (one_of("budget_unit", "01"),)),
        Selection("line", (one_of("budget_unit", "1"),)),
        Selection("line", (one_of("budget_unit", "a*"),)),
        Selection("line", (one_of("budget_unit", "a?"),)),
        Selection("line", (one_of("budget_unit", "=1"),)),
        Selection("line", (one_of("budget_unit", ""),)),
        Selection("line", (one_of("project", "P*"),)),
        Selection("line", (one_of("fund_source", "general_public_budget"),), (("function_code", "9"),)),
        Selection("income", (fiscal,)),
        Selection("income", (one_of("function_code", ""),)),
        Selection("income", (one_of("carried_forward", False),), (("function_code", "2010601"),)),
        Selection("sangong", (fiscal, one_of("category", "official_reception", "overseas_travel"))),
        Selection("sangong", (one_of("category", "official_vehicle_operation"),)),
    ]
    records = {"line": LINES, "income": INCOMES, "sangong": SANGONG}
    rows = [head("选择", "元", "万元")]
    for selection in wanted:
        picked = list(selection.pick(records[selection.records]))
        value = sum((record.amount for record in picked), Decimal(0))
        make = amount if picked else lambda value, form=YUAN, **more: empty(form, **more)
        rows.append(
            (words(f"选择{len(rows)}"), make(value, selection=selection), make(value, WAN, selection=selection))
        )
    other = Selection("line", (one_of("note", "备注"),))
    last_year = Selection("line", year_offset=-1)
    rows.append((words("不能写成公式的"), amount("1", selection=other), amount("2", WAN, selection=last_year)))
    no_column = Selection("line", prefixes=(("note", "备"),))
    no_field = Selection("income", (one_of("economic_code", "30101"),))
    nothing = Selection("line", (one_of("fund_source"),))
    rows.append((words("不能写成公式的"), amount("3", selection=no_column), amount("4", selection=no_field)))
    rows.append((words("不能写成公式的"), empty(selection=nothing), UNKNOWN))
    return made_table(5, rows, "laa")


def made_disclosure() -> Disclosure:
    tables = (
        odd_texts(),
        formulas_of_all_kinds(),
        small_amounts(),
        spans(),
        selections(),
        made_table(6, [head("没有行")], "a", title="只有表头", tag="表6"),
        made_table(7, [(words("没有表头"), amount("1"))], "la", header_rows=0),
    )
    project = Project("P*", "项目名", "", "", None, None, Source("2025/projects.toml", 1, 0))
    return Disclosure("budget", "甲\x01", 2025, "x", "unit", "手工\x02", tables, LINES, INCOMES, (project,), SANGONG)


# Reading back


def sheets_of(disclosure: Disclosure) -> list[str]:
    return text.sheet_names(f"{table.id} {table.name}" for table in disclosure.tables)


def number_in(cell: Cell) -> Decimal:
    assert cell.value is not None
    assert cell.format is not None
    unit = cell.format.money_unit
    return cell.value if unit == "%" else money.in_unit(cell.value, unit)


def expected(cell: Cell) -> object:
    """What a reader of the workbook finds in a cell: a number, a text, or None."""
    if cell.state is State.UNKNOWN:
        return UNKNOWN_TEXT
    if cell.value is None:
        return text.clean(cell.text) or None
    is_blank = cell.state is State.EMPTY and cell.format.zero == "blank" and cell.formula is None
    return None if is_blank else float(number_in(cell))


def same(found: object, wanted: object) -> bool:
    if isinstance(wanted, float):
        return isinstance(found, int | float) and abs(found - wanted) <= 1e-9 * max(1.0, abs(wanted))
    if wanted is None:
        return found in (None, "", 0, 0.0)
    return found == wanted


def body_mismatches(disclosure: Disclosure, read) -> list[str]:
    """Compare every cell; `read(sheet, row, column)` takes 1-based rows and 0-based columns."""
    wrong = []
    for sheet, table in zip(sheets_of(disclosure), disclosure.tables, strict=True):
        for r, row in enumerate(table.rows, table.first_row):
            for c, cell in enumerate(row):
                wanted, found = expected(cell), read(sheet, r, c)
                if not same(found, wanted):
                    wrong.append(f"{sheet}!{address(r, c)}: {found!r}, not {wanted!r}")
    return wrong


def open_both(content: bytes):
    return (openpyxl.load_workbook(io.BytesIO(content), data_only=values) for values in (True, False))


@each_ledger
@each_mode
def test_openpyxl_reads_every_cell_of_the_table(disclosures, name, live):
    values, formulas_ = open_both(export(disclosures[name], live=live))
    assert not body_mismatches(disclosures[name], lambda s, r, c: values[s].cell(r, c + 1).value)
    for sheet, table in zip(sheets_of(disclosures[name]), disclosures[name].tables, strict=True):
        for r, row in enumerate(table.rows, table.first_row):
            for c, cell in enumerate(row):
                found = formulas_[sheet].cell(r, c + 1)
                if cell.formula is not None:
                    assert found.data_type == "f", (sheet, r, c)
                elif not live and cell.value is not None:
                    assert found.data_type == "n", (sheet, r, c)
                elif cell.state is State.TEXT:
                    assert found.data_type == "s", (sheet, r, c)


@each_ledger
@each_mode
def test_calamine_reads_every_cell_of_the_table(disclosures, name, live):
    book = CalamineWorkbook.from_filelike(io.BytesIO(export(disclosures[name], live=live)))
    grids = {sheet: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in book.sheet_names}

    def read(sheet: str, row: int, column: int) -> object:
        value = grids[sheet][row - 1][column] if row <= len(grids[sheet]) else ""
        return value if value != "" else None

    assert not body_mismatches(disclosures[name], read)


@each_ledger
def test_title_labels_note_and_merges_are_where_the_table_wants_them(disclosures, name):
    values, _ = open_both(export(disclosures[name]))
    for sheet_name, table in zip(sheets_of(disclosures[name]), disclosures[name].tables, strict=True):
        sheet, last = values[sheet_name], len(table.columns)
        assert sheet.cell(table.title_row, 1).value == text.clean(table.title)
        assert table.label in sheet.cell(table.label_row, 1).value
        assert table.unit_label in sheet.cell(table.label_row, last).value
        wanted = {
            f"{address(r, c)}:{address(r + cell.rows - 1, c + cell.columns - 1)}"
            for r, row in enumerate(table.rows, table.first_row)
            for c, cell in enumerate(row)
            if cell.rows > 1 or cell.columns > 1
        }
        if last > 1:
            wanted.add(f"A{table.title_row}:{address(table.title_row, last - 1)}")
        if table.note:
            row = table.first_row + len(table.rows)
            wanted.add(f"A{row}:{address(row, last - 1)}")
            assert sheet.cell(row, 1).value == table.note
        assert {str(merged) for merged in sheet.merged_cells.ranges} == wanted


def test_number_tag_stands_above_the_title_or_before_the_label(disclosures):
    values, _ = open_both(export(disclosures["made"]))
    assert values["1 表"]["A1"].value == "公开01表"
    assert values["6 表"]["A2"].value == "表6　编制部门：甲　单位：元"  # a table of one column has one place for both


@each_ledger
@each_mode
def test_print_set_up(disclosures, name, live):
    disclosure = disclosures[name]
    values, _ = open_both(export(disclosure, live=live))
    for sheet in values.worksheets:
        page = sheet.page_setup
        assert (page.orientation, page.paperSize) == ("landscape", 9)
        assert (page.fitToWidth or 1, page.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (1, 0, True)
        assert sheet.print_options.horizontalCentered
        assert sheet.oddFooter.center.text == "— &P —"
        assert sheet.print_area
    for sheet_name, table in zip(sheets_of(disclosure), disclosure.tables, strict=True):
        sheet = values[sheet_name]
        first, last = table.first_row, table.first_row + table.header_rows - 1
        assert sheet.print_title_rows == (f"${first}:${last}" if table.header_rows else None)
        assert sheet.freeze_panes == (f"A{last + 1}" if table.header_rows else None)


def test_look_of_a_published_table(disclosures):
    _, book = open_both(export(disclosures["small"]))
    sheet = book["3 支出预算总表"]
    assert (sheet["A2"].font.name, sheet["A2"].font.sz, sheet["A2"].alignment.horizontal) == ("宋体", 18, "center")
    header, code, name, figure = sheet["A6"], sheet["B11"], sheet["D11"], sheet["E11"]
    assert header.font.b
    assert header.alignment.wrap_text
    assert header.alignment.horizontal == "center"
    assert (code.value, code.alignment.horizontal) == ("06", "center")
    assert (name.font.name, name.font.sz, name.alignment.indent) == ("宋体", 12, 2)
    assert figure.number_format == "#,##0.00_ ;-#,##0.00_ ;"
    assert sheet.row_dimensions[11].height == 24
    for cell in (header, code, name, figure):
        assert {cell.border.left.style, cell.border.right.style, cell.border.top.style, cell.border.bottom.style} == {
            "thin"
        }
    total = next(row for row in sheet.iter_rows() if row[0].value == "合计")
    assert total[0].font.b
    assert total[4].font.b


def test_properties_and_sheet_order(disclosures):
    values, _ = open_both(export(disclosures["small"]))
    assert values.properties.title == disclosures["small"].title
    assert values.properties.creator == "某某区“=绩效&考评”<办>"
    assert values.properties.created.year == 2000
    assert values.sheetnames == [*(f"{t.id} {t.name}" for t in disclosures["small"].tables), "台账"]
    made, _ = open_both(export(disclosures["made"]))
    assert (made.properties.title, made.properties.creator) == ("手工", "甲")


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("name", ["small", "made"])
def test_rows_are_those_that_xlsxwriter_writes(disclosures, monkeypatch, name, live):
    quick = export(disclosures[name], live=live)
    calls = []
    monkeypatch.setattr(Sheet, "_write_rows", lambda sheet: calls.append(sheet) or Worksheet._write_rows(sheet))
    assert export(disclosures[name], live=live) == quick
    assert len(calls) >= len(disclosures[name].tables)


def test_rows_are_left_to_an_xlsxwriter_that_is_made_in_another_way(disclosures, monkeypatch):
    quick = export(disclosures["small"])
    monkeypatch.setattr("kpi_cli.exporters.xlsx.sheet._NEEDED", ("unheard_of",))
    monkeypatch.setattr(Sheet, "_write_cells", None)
    assert export(disclosures["small"]) == quick


def test_what_the_exporter_seldom_writes_is_left_to_xlsxwriter():
    made = []
    for kind in (Sheet, Worksheet):
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_urls": False}) as book:
            sheet, bold = book.add_worksheet("表", kind), book.add_format({"bold": True})
            sheet.set_row(1, 30, bold)
            sheet.set_column(3, 3, 20, bold)
            for row in (1, 4):
                values = [1, 0.1, 1e300, -2, "文", "<&>", True, False, None]
                for column, value in enumerate(values):
                    sheet.write(row, column, value, bold if column % 2 else None)
                sheet.write_formula(row, 20, "A1", bold, "文")
                sheet.write_formula(row, 21, 'A1&"<"', bold, 1.5)
                sheet.write_array_formula(row, 22, row, 22, "SUM(A1:B1)", bold, 3)
                sheet.write_rich_string(row, 23, "一", bold, "二", "三")
            sheet.set_row(40, 12)
        with zipfile.ZipFile(stream) as package:
            made.append(package.read("xl/worksheets/sheet1.xml").decode())
    assert made[0] == made[1]


# Text


def test_text_never_becomes_a_formula_a_link_or_xml(disclosures):
    content = export(disclosures["made"])
    _, book = open_both(content)
    cells = [row[1] for row in book["1 表"].iter_rows(min_row=5, max_row=4 + len(INJECTIONS), max_col=2)]
    assert [cell.data_type for cell in cells] == ["s"] * len(INJECTIONS)
    assert [cell.value.rstrip(" ") for cell in cells] == [value.rstrip(" ") for value in INJECTIONS]
    assert [bool(cell.quotePrefix) for cell in cells] == [value[0] in "=+-@" for value in INJECTIONS]
    assert not any(cell.hyperlink for cell in cells)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert "<t>&lt;r&gt;&amp;&lt;/r&gt;" in package.read("xl/sharedStrings.xml").decode().replace(
            ' xml:space="preserve"', ""
        )


def test_control_characters_are_dropped_and_lines_stay(disclosures):
    values, _ = open_both(export(disclosures["made"]))
    row = 5 + len(INJECTIONS)
    assert values["1 表"].cell(row, 1).value == "ab"
    assert values["1 表"].cell(row, 2).value == "第一行\n第二行\t完"
    assert values["1 表"].row_dimensions[row].height > 24
    assert values["1 表"].row_dimensions[row + 1].height > 100


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["1 收入[表]:*?/\\", "1 收入[表]:*?/\\"], ["1 收入 表", "1 收入 表(2)"]),
        (["表" * 40, "表" * 40], ["表" * 31, "表" * 28 + "(2)"]),
        (["😀" * 20], ["😀" * 15]),
        (["'引号'", "''", "a", "A"], ["引号", "表", "a", "A(2)"]),
        (["一\n二\x00三"], ["一 二三"]),
    ],
)
def test_sheet_names_are_legal_and_different(wanted, names):
    assert text.sheet_names(wanted) == names


def test_display_width_counts_what_a_chinese_font_draws_wide():
    assert [text.display_width(value) for value in ("", "ab1", "财政", "“三公”", "①—")] == [0, 3, 4, 8, 4]
    assert text.line_count("一二三四五", 4) == 3
    assert text.line_count("一\n二三\n", 4) == 3


# Formulas


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        ([(1, 4)], "E8"),
        ([(1, 4), (2, 4), (3, 4)], "SUM(E8:E10)"),
        ([(3, 4), (1, 4), (2, 4)], "SUM(E8:E10)"),
        ([(1, 4), (6, 4), (12, 4)], "E8+E13+E19"),
        ([(1, 4), (2, 4), (12, 4)], "SUM(E8:E9,E19)"),
        ([(1, 1), (1, 2), (1, 3)], "SUM(B8:D8)"),
        ([(1, 1), (1, 3)], "B8+D8"),
        ([(1, 1), (2, 2)], "B8+C9"),
        (
            [(2, 0), (4, 0)] * 1 + [(r, 0) for r in range(6, 30, 2)],
            "SUM(A9,A11," + ",".join(f"A{r + 7}" for r in range(6, 30, 2)) + ")",
        ),
    ],
)
def test_sums_are_written_as_people_write_them(cells, written):
    assert formulas.Addresses(7, 30).text(Sum(tuple(cells))) == written


def test_long_sums_nest_and_endless_ones_stay_values():
    addresses = formulas.Addresses(1, 1)
    long = addresses.text(Sum(tuple((2 * r, 0) for r in range(600))))
    assert long.count("SUM(") == 4
    assert max(part.count(",") for part in long.removeprefix("SUM(").split("),")) < 255
    assert addresses.text(Sum(tuple((2 * r, 0) for r in range(3000)))) == ""


def test_an_endless_sum_is_written_as_its_value():
    items = [(words("x"), amount("1") if r % 2 else empty()) for r in range(6000)]
    cells = tuple((r, 1) for r in range(1, 6001, 2))
    table = made_table(1, [head("甲", "乙"), *items, (words("合计"), amount("3000", formula=Sum(cells)))], "la")
    _, book = open_both(export(Disclosure("budget", "甲", 2025, "x", "unit", "t", (table,))))
    assert book["1 表"].cell(3 + 6001, 2).value == 3000


def tampered(content: bytes) -> bytes:
    """Replace every cached value of a formula by a wrong one, so that only recalculating can set it right."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/"):
                data = re.sub(rb"(</f><v>)[^<]*(</v>)", rb"\g<1>777777.77\g<2>", data)
            target.writestr(name, data)
    return made.getvalue()


@pytest.fixture(scope="module")
def recalculated(disclosures, tmp_path_factory) -> dict[tuple[str, bool], Path]:
    """Every workbook, tampered with, after LibreOffice computed it anew."""
    folder = tmp_path_factory.mktemp("tampered")
    paths = {}
    for name in NAMES:
        for live in (False, True):
            paths[name, live] = folder / f"{name}-{live}.xlsx"
            paths[name, live].write_bytes(tampered(export(disclosures[name], live=live)))
    results = office.convert_all(list(paths.values()), "xlsx", folder / "done", profile="recalculating")
    return dict(zip(paths, results, strict=True))


@pytest.mark.office
@each_ledger
@each_mode
def test_libreoffice_computes_every_formula_to_the_table_s_figure(disclosures, recalculated, name, live):
    book = openpyxl.load_workbook(recalculated[name, live], data_only=True)
    assert not body_mismatches(disclosures[name], lambda s, r, c: book[s].cell(r, c + 1).value)
    errors = [
        f"{sheet.title}!{cell.coordinate} {cell.value}"
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "e" or str(cell.value).startswith(("#", "Err:")) or cell.value == 777777.77
    ]
    assert not errors


@pytest.mark.office
def test_live_tables_follow_a_changed_ledger(disclosures, tmp_path):
    _, book = open_both(export(disclosures["small"], live=True))
    sheet = book["台账"]
    headers = {cell.value: cell.column for cell in sheet[ledger_list.FIRST_ROW - 1]}
    row = next(r for r in range(5, 20) if sheet.cell(r, headers["经济科目编码"]).value == "30217")
    sheet.cell(row, headers["支出金额(元)"]).value = 3050
    other = next(r for r in range(5, 20) if sheet.cell(r, headers["功能科目编码"]).value == "2080505")
    sheet.cell(other, headers["功能科目编码"]).value = "2010601"
    book.save(tmp_path / "edited.xlsx")
    values = openpyxl.load_workbook(office.recalculated(tmp_path / "edited.xlsx"), data_only=True)
    table = disclosures["small"].table(3)
    before = {tuple(c.text for c in row[:3]): row[4].value for row in table.body}
    after = {
        tuple(c.value or "" for c in row[:3]): Decimal(str(row[4].value or 0))
        for row in values["3 支出预算总表"].iter_rows(min_row=table.first_row + table.header_rows)
    }
    assert after["201", "06", "01"] == before["201", "06", "01"] + 2000 - Decimal("350.05")
    assert after["208", "05", "05"] == 0
    reception = next(c for c in table_header(values["9 三公经费和机关运行经费表"]) if c.value == "公务接待费")
    assert values["9 三公经费和机关运行经费表"].cell(7, reception.column).value == pytest.approx(0.305)


def table_header(sheet):
    return [cell for row in sheet.iter_rows(min_row=4, max_row=6) for cell in row]


def test_live_leaves_are_formulas_over_the_ledger_sheet(disclosures):
    _, book = open_both(export(disclosures["made"], live=True))
    found = {row[0].value: row[1].value for row in book["5 表"].iter_rows(min_row=4)}
    amounts = r"台账!\$[A-Z]+\$5:\$[A-Z]+\$18"
    assert re.fullmatch(rf"=SUM\({amounts}\)", found["选择1"])
    assert re.fullmatch(rf'=SUMIFS\({amounts},{amounts},"类201"\)', found["选择2"])
    assert "SUMPRODUCT(SUMIFS(" in found["选择11"]
    assert book["5 表"].cell(5, 3).value.endswith("/10000")
    static = [row for row in book["5 表"].iter_rows(min_row=4) if row[0].value == "不能写成公式的"]
    assert [[cell.value for cell in row[1:]] for row in static] == [[1, 0.0002], [3, 4], [None, UNKNOWN_TEXT]]


# What is shown


@pytest.mark.office
@each_ledger
def test_libreoffice_shows_what_the_table_prints(disclosures, tmp_path, name):
    path = tmp_path / "book.xlsx"
    path.write_bytes(export(disclosures[name]))
    sheets = office.shown_cells(path)
    wrong = []
    for sheet, table in zip(sheets_of(disclosures[name]), disclosures[name].tables, strict=True):
        rows = sheets[sheet]
        for r, row in enumerate(table.rows, table.first_row):
            for c, cell in enumerate(row):
                found = rows[r - 1][c].strip() if r <= len(rows) and c < len(rows[r - 1]) else ""
                wanted = text.clean(cell.printed).strip()
                if found != wanted:
                    wrong.append(f"{sheet}!{address(r, c)}: {found!r}, not {wanted!r}")
    assert not wrong


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (NumberFormat("元", 2), "#,##0.00_ ;-#,##0.00_ ;"),
        (NumberFormat("元", 0), "#,##0_ ;-#,##0_ ;"),
        (NumberFormat("万元", 2, "0.00"), "#,##0.00_ "),
        (NumberFormat("万元", 2, "0"), "#,##0.00_ ;-#,##0.00_ ;0_ "),
        (NumberFormat("元", 2, "0.00", thousands=False), "0.00_ "),
        (NumberFormat("%", 1, "0.00"), "#,##0.0_ "),
    ],
)
def test_number_formats(form, code):
    assert number_code(form) == code


@pytest.mark.office
def test_the_format_of_tiny_amounts_serves_any_amount(tmp_path):
    forms = [NumberFormat("元", 2, zero) for zero in ("blank", "0", "0.00")]
    values = ["0.004", "-0.004", "0", "0.005", "-0.005", "5", "-5", "1234567.891", "-1234567.891"]
    book = xlsxwriter.Workbook(tmp_path / "tiny.xlsx")
    sheet = book.add_worksheet("x")
    for column, form in enumerate(forms):
        style = book.add_format({"num_format": number_code(form, tiny=True)})
        for row, value in enumerate(values):
            sheet.write_number(row, column, float(value), style)
    book.close()
    found = [[cell.strip() for cell in row] for row in office.shown_cells(tmp_path / "tiny.xlsx")["x"]]
    assert found == [[form.text(Decimal(value), thousands=True) for form in forms] for value in values]


@pytest.mark.office
@each_ledger
def test_every_text_and_amount_is_on_the_printed_pages(disclosures, tmp_path, name):
    path = tmp_path / "book.xlsx"
    path.write_bytes(export(disclosures[name]))
    pages = office.pdf_text(office.pdf(path))
    assert "###" not in pages
    squeezed = re.sub(r"\s", "", pages)
    for table in disclosures[name].tables:
        if table.title == "标题":
            continue
        for piece in (table.title, table.label, table.unit_label, table.note):
            assert re.sub(r"\s", "", text.clean(piece)) in squeezed, piece
        for row in table.body:
            for cell in row:
                if cell.is_number:
                    assert cell.printed in squeezed, (table.id, cell.printed)
    assert "—1—" in squeezed


# The ledger's sheet


def test_the_ledger_sheet_holds_every_record_with_words_and_places(disclosures):
    values, _ = open_both(export(disclosures["small"]))
    sheet = values["台账"]
    header = [cell.value for cell in sheet[4]]
    assert header == [
        *("记录", "功能科目编码", "经济科目编码", "支出类型", "经费类别", "资金来源", "项目", "项目名称", "预算单位"),
        *("上年结转", "支出金额(元)", "收入金额(元)", "三公类别", "三公金额(元)", "团组数", "人次", "出处"),
    ]
    rows = [dict(zip(header, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=5)]
    disclosure = disclosures["small"]
    assert len(rows) == len(disclosure.lines) + len(disclosure.incomes) + len(disclosure.sangong)
    first = {key: value for key, value in rows[0].items() if value is not None}
    assert first == {
        "记录": "支出",
        "功能科目编码": "2010601",
        "经济科目编码": "30101",
        "支出类型": "基本支出",
        "经费类别": "人员经费",
        "资金来源": "一般公共预算",
        "预算单位": "01",
        "上年结转": "否",
        "支出金额(元)": 1234567.89,
        "出处": "2025/lines.toml:1",
    }
    assert rows[2]["项目名称"] == "=SUM(A1)绩效考评指标体系编制经费"
    assert [row["收入金额(元)"] for row in rows if row["记录"] == "收入"] == [
        float(i.amount) for i in disclosure.incomes
    ]
    derived = [row for row in rows if row["记录"] == "三公（推算）"]
    assert derived[0]["三公类别"] == "公务接待费"
    assert derived[0]["出处"] == "2025/lines.toml:9"
    stated = next(row for row in rows if row["记录"] == "三公")
    assert (stated["三公金额(元)"], stated["团组数"], stated["人次"]) == (2887050, 2, 7)
    assert not any("备注" in str(cell.value) for row in sheet.iter_rows() for cell in row), (
        "notes are not for disclosure"
    )


def test_the_ledger_sheet_can_be_filtered_and_scrolled(disclosures):
    values, formulas_ = open_both(export(disclosures["small"], live=True))
    sheet = values["台账"]
    last = 4 + len(disclosures["small"].lines) + len(disclosures["small"].incomes) + len(disclosures["small"].sangong)
    assert sheet.auto_filter.ref == f"A4:{sheet.print_area.split(':')[1].split('$')[1]}{last}"
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A5", "$4:$4")
    amounts = next(cell for cell in sheet[4] if cell.value == "支出金额(元)")
    assert (
        formulas_["台账"].cell(3, amounts.column).value
        == f"=SUBTOTAL(9,{amounts.column_letter}5:{amounts.column_letter}{last})"
    )
    assert sheet.cell(3, amounts.column).value == pytest.approx(
        float(sum(line.amount for line in disclosures["small"].lines))
    )
    helpers = [cell for cell in sheet[4] if cell.value and "·" in cell.value]
    assert "功能科目编码·类" in [cell.value for cell in helpers]
    assert all(sheet.column_dimensions[cell.column_letter].hidden for cell in helpers[:1])


def test_an_unknown_figure_of_the_ledger_is_no_zero(disclosures):
    values, _ = open_both(export(disclosures["made"]))
    sheet = values["台账"]
    column = next(cell for cell in sheet[4] if cell.value == "三公金额(元)").column
    assert [sheet.cell(row, column).value for row in range(15, 19)] == [10500, 1000.01, 0.5, UNKNOWN_TEXT]


def test_a_long_text_of_the_ledger_wraps():
    line = BudgetLine(
        *("2010601", "30101", "basic_expenditure", "", "other_income"),
        Decimal(1),
        "",
        "",
        False,
        "",
        "名" * 50,
        "+1",
        LINES[0].source,
    )
    values, _ = open_both(export(Disclosure("budget", "甲", 2025, "x", "unit", "t", (), (line,))))
    sheet = values["台账"]
    assert values.sheetnames == ["台账"]
    assert sheet.row_dimensions[5].height > 30
    assert [cell.value for cell in sheet[5]][2:5:2] == ["名" * 50, "+1"]
    assert sheet["E5"].quotePrefix


@each_mode
def test_no_records_no_ledger_sheet(tmp_path, live):
    disclosure = write_ledger(tmp_path, {"kpi.toml": SMALL["kpi.toml"], "2025/lines.toml": ""})
    values, formulas_ = open_both(export(disclosure, live=live))
    assert "台账" not in values.sheetnames
    for table in disclosure.tables:
        assert table.is_empty or table.role == "sangong"
    assert not body_mismatches(disclosure, lambda s, r, c: values[s].cell(r, c + 1).value)
    note = disclosure.table(6).note
    assert note
    assert note in [cell.value for cell in formulas_["6 政府性基金预算支出表"]["A"]]


# The package


@each_ledger
@each_mode
def test_the_validator_finds_nothing(disclosures, tmp_path, name, live):
    path = tmp_path / "book.xlsx"
    path.write_bytes(export(disclosures[name], live=live))
    result = OpenXmlValidator().validate(str(path))
    assert result.is_valid, [str(error) for error in result.errors]
    assert not result.errors


PROGRAM = """
import hashlib, sys
from pathlib import Path
from kpi_cli.assembly import Request, assemble
from kpi_cli.exporters.xlsx import XlsxExporter, XlsxOptions
from kpi_cli.ledger.reader import open_ledger
disclosure = assemble(Path(sys.argv[1]), Request())
for live in (False, True):
    print(hashlib.sha256(XlsxExporter().export(disclosure, XlsxOptions(live=live), None)).hexdigest())
"""


def test_the_same_ledger_gives_the_same_bytes_everywhere(tmp_path):
    write_ledger(tmp_path, SMALL)
    digests = set()
    for zone, locale, seed in (
        ("UTC", "C.UTF-8", "0"),
        ("Asia/Shanghai", "zh_CN.UTF-8", "1"),
        ("America/Lima", "C", "4242"),
    ):
        environment = {**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path)], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_the_order_of_conditions_does_not_matter_to_the_bytes(disclosures):
    assert export(disclosures["made"], live=True) == export(made_disclosure(), live=True)


def test_the_module_loads_without_xlsxwriter():
    program = "import sys, kpi_cli.exporters.xlsx; sys.exit('xlsxwriter' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0


def test_the_hook_offers_the_exporter():
    assert xlsx.kpi_register_exporters() == [xlsx.XlsxExporter]
    assert (xlsx.XlsxExporter.PLUGIN_NAME, xlsx.XlsxExporter.extension) == ("xlsx", ".xlsx")
    assert xlsx.XlsxExporter.options() == xlsx.XlsxOptions(live=False)
    assert xlsx.XlsxOptions.__dataclass_fields__["live"].metadata["doc"]


def test_what_does_not_fit_on_a_sheet_is_refused(monkeypatch, disclosures):
    monkeypatch.setattr(workbook, "ROW_LIMIT", 17)
    with pytest.raises(ExportError, match="台账超过一个工作表的 17 行"):
        export(Disclosure("budget", "甲", 2025, "x", "unit", "t", (), LINES, INCOMES, (), SANGONG))
    with pytest.raises(ExportError, match="收入预算总表超过"):
        export(disclosures["small"])


def test_ten_thousand_rows():
    rows = [head("编码", "名称", "合计", "基本", "项目")]
    for i in range(10_000):
        parts = amount(str(i)), amount("0.25")
        total = amount(parts[0].value + parts[1].value, formula=Sum(((i + 1, 3), (i + 1, 4))))
        rows.append((words(f"{i:05}"), words(f"名称{i % 7}" * (i % 9 + 1)), total, *parts))
    total = sum((row[2].value for row in rows[1:]), Decimal(0))
    rows.append(
        (
            words(""),
            words("合计", role=Role.TOTAL),
            amount(total, formula=Sum(tuple((r, 2) for r in range(1, 10_001)))),
            empty(),
            empty(),
        )
    )
    disclosure = Disclosure("budget", "甲", 2025, "x", "unit", "t", (made_table(1, rows, "claaa"),))
    content = export(disclosure)
    grid = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert not body_mismatches(disclosure, lambda s, r, c: grid[r - 1][c] if grid[r - 1][c] != "" else None)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b"<f>SUM(C4:C10003)</f>" in package.read("xl/worksheets/sheet1.xml")


CENTS = st.integers(-(10**14), 10**14).map(lambda cents: Decimal(cents).scaleb(-2))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(CENTS, st.sampled_from([YUAN, WAN, PERCENT, NumberFormat("万元", 6, "0", thousands=False)])),
        min_size=1,
    ),
    st.text(max_size=40),
)
def test_any_amount_and_any_text_come_back(figures, label):
    rows = [head("甲", "乙"), *[(words(label), amount(value, form)) for value, form in figures]]
    disclosure = Disclosure(
        "budget", label, 2025, "x", "unit", label, (made_table(1, rows, "la", title=label, note=label),)
    )
    book = openpyxl.load_workbook(io.BytesIO(export(disclosure)))
    for r, (value, form) in enumerate(figures, 4):
        found = book.worksheets[0].cell(r, 2).value
        exact = value if form.money_unit == "%" else money.in_unit(value, form.money_unit)
        assert abs(Decimal(str(found)) - exact) <= abs(exact) * Decimal("1e-15")
        shown = book.worksheets[0].cell(r, 1).value or ""
        assert shown.replace("\r", "") == text.clean(label).replace("\r", "")
