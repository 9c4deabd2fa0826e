"""The exporter `docx`: what the document holds and shows is the Table, cell by cell; its look is the reference's."""

from __future__ import annotations

import importlib.util
import io
import itertools
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import docx as python_docx
import pytest
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openxml_audit import OpenXmlValidator

from kpi_cli.assembly import Request, assemble, subject_catalogue
from kpi_cli.disclosure import Disclosure
from kpi_cli.errors import ExportError
from kpi_cli.exporters.docx import DocxExporter, DocxOptions, kpi_register_exporters, styles
from kpi_cli.exporters.docx.document import document_bytes, document_xml
from kpi_cli.exporters.docx.grid import Grid
from kpi_cli.exporters.docx.page import PageSetup
from kpi_cli.exporters.docx.reference import bundled, bundled_path
from kpi_cli.exporters.docx.text import attribute, clean, display_width, escape, line_count, run
from kpi_cli.exporters.docx.widths import fitted
from kpi_cli.ledger.blocks import append
from kpi_cli.ledger.importer import import_records, record_kind
from kpi_cli.ledger.reader import open_ledger, read_year
from kpi_cli.tables.table import COVERED, UNKNOWN_TEXT, Cell, Column, NumberFormat, Role, State, Table
from tests import office

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT.parent / "shared" / "cases"
KNOWN_CASES = {"sh_czj_2025": ("上海市财政局", "单位", 0), "pt_czj_2025": ("上海市普陀区财政局", "部门", 2)}
PUBLISHED = [name for name in KNOWN_CASES if (CASES / name / "lines.csv").is_file()]
TYPOGRAPHIES = ("gongwen", "plain")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

SMALL = {
    "kpi.toml": """
        schema_version = 1
        department = "某某区“绩效&考评”<办>"
        level = "部门"
        nature = "行政"
        table_set = "shanghai"
        """,
    "2025/lines.toml": """
        [[line]]
        function_code = "2010601"
        economic_code = "30101"
        expenditure_type = "基本支出"
        fund_source = "一般公共预算"
        amount = 1234567.89

        [[line]]
        function_code = "2010601"
        economic_code = "30217"
        expenditure_type = "基本支出"
        fund_source = "一般公共预算"
        amount = 1050.00

        [[line]]
        function_code = "2010602"
        economic_code = "302"
        expenditure_type = "项目支出"
        fund_source = "一般公共预算"
        amount = 99.99

        [[line]]
        function_code = "2080505"
        economic_code = "30108"
        expenditure_type = "基本支出"
        fund_source = "其他收入"
        amount = 350.05
        """,
    "2025/incomes.toml": """
        [[income]]
        fund_source = "一般公共预算"
        function_code = "2010601"
        amount = 1235717.88

        [[income]]
        fund_source = "其他收入"
        function_code = "2080505"
        amount = 350.05
        """,
}


def write_small(root: Path) -> Path:
    """Write the small ledger."""
    for name, content in SMALL.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root


def write_case(root: Path, name: str) -> Path:
    """Import a published case into a new ledger."""
    department, level, decimals = KNOWN_CASES[name]
    (root / "2025").mkdir(parents=True)
    (root / "kpi.toml").write_text(
        f'schema_version = 1\ndepartment = "{department}"\nlevel = "{level}"\nnature = "行政"\n'
        f'table_set = "shanghai"\n[display]\ndecimals = {decimals}\n'
    )
    shutil.copy(CASES / name / "subjects.csv", root / "2025/subjects.csv")
    for kind in ("lines", "incomes", "sangong"):
        ledger = open_ledger(root)
        year = read_year(ledger, 2025)
        found = import_records(
            CASES / name / f"{kind}.csv", record_kind(kind), ledger.settings, year, subject_catalogue(year)
        )
        (root / "2025" / f"{kind}.toml").write_text(append("", found.kind, found.blocks))
    return root


@pytest.fixture(scope="module", params=["small", *PUBLISHED])
def disclosure(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Disclosure:
    """A small ledger's disclosure, and that of each published case where they lie beside the project."""
    root = tmp_path_factory.mktemp(request.param) / "ledger"
    if request.param == "small":
        write_small(root)
    else:
        write_case(root, request.param)
    return assemble(root, Request())


def small(root: Path) -> Disclosure:
    return assemble(write_small(root), Request())


def export(disclosure: Disclosure, reference_doc: str | Path = "") -> bytes:
    made = DocxExporter().export(disclosure, DocxOptions(str(reference_doc)), None)
    assert isinstance(made, bytes)
    return made


def opened(package: bytes):
    return python_docx.Document(io.BytesIO(package))


def part(package: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name).decode()


def grid_of(table) -> list[list[tuple[str, int, int]]]:
    """Read a table back: per cell its text and spans; what lies under a span repeats the very same cell object."""
    rows = [[cell._tc for cell in row.cells] for row in table.rows]
    texts = {tc: python_docx.table._Cell(tc, table).text for row in rows for tc in row}
    seen: set[object] = set()
    found = []
    for r, row in enumerate(rows):
        own = []
        for c, tc in enumerate(row):
            if tc in seen:
                own.append(("", 1, 1))
                continue
            seen.add(tc)
            columns = sum(1 for other in row[c:] if other is tc)
            below = sum(1 for other in rows[r:] if other[c] is tc)
            own.append((texts[tc], below, columns))
        found.append(own)
    return found


def expected_grid(table: Table) -> list[list[tuple[str, int, int]]]:
    return [[(clean(cell.printed), cell.rows, cell.columns) for cell in row] for row in table.rows]


# tables made by hand

YUAN = NumberFormat("元", 2)


def words(text: str, **more: object) -> Cell:
    return Cell(State.TEXT, text, **more)


def amount(value: str, **more: object) -> Cell:
    return Cell(State.AMOUNT, value=Decimal(value), format=YUAN, align="right", **more)


def head(text: str, **more: object) -> Cell:
    return words(text, role=Role.HEAD, align="center", **more)


COLUMNS = (
    Column("code", "code", 10, "编码"),
    Column("name", "label", 30, "名称"),
    Column("a", "amount", 18, "本年"),
    Column("b", "amount", 18, "上年"),
)
HEAD = ((head("项目", columns=2), COVERED, head("预算数", rows=2), head("上年数", rows=2)),
        (head("编码"), head("名称"), COVERED, COVERED))  # fmt: skip


def table_of(*body: tuple[Cell, ...], **more: object) -> Table:
    facts = {"number": "", "note": "", "label": "编制部门：某局", "unit_label": "单位：元", **more}
    return Table(
        1, "expenditure", "支出表", "2025年支出表", facts.pop("label"), facts.pop("unit_label"), "某局", "元", COLUMNS,
        (*HEAD, *body), 2, **facts,
    )  # fmt: skip


def plain_row(code: str, name: str, value: str, **more: object) -> tuple[Cell, ...]:
    return (
        words(code, align="center"),
        words(name, **more),
        amount(value),
        Cell(State.EMPTY, value=Decimal(0), format=YUAN, align="right"),
    )


def disclosure_of(*tables: Table, title: str = "某局2025年部门预算", typography: str = "gongwen") -> Disclosure:
    return Disclosure("budget", "某局", 2025, "x", "department", title, tables, typography=typography)


# what the document holds


@pytest.mark.parametrize("typography", TYPOGRAPHIES)
def test_every_cell_reads_back_as_the_table_prints_it(disclosure: Disclosure, typography: str) -> None:
    document = opened(export(replace(disclosure, typography=typography)))
    assert len(document.tables) == len(disclosure.tables)
    for shown, table in zip(document.tables, disclosure.tables, strict=True):
        assert grid_of(shown) == expected_grid(table)


def test_spans_in_the_body_unknown_figures_and_line_feeds_read_back() -> None:
    table = table_of(
        (words("201", rows=2, align="center"), words("甲\n乙", indent=1), amount("1.00"), Cell(State.UNKNOWN)),
        (COVERED, words("  两边有空格 "), amount("-2.50"), amount("0")),
        (words("合计", columns=2, role=Role.TOTAL), COVERED, amount("3", role=Role.TOTAL), amount("0", role=Role.TOTAL)),
        (words("x", role=Role.TOTAL, align="center"), Cell(State.BLANK), replace(amount("5"), align="left"), amount("6")),
        (words("y"), words("z"), amount("7", columns=2), COVERED),
    )  # fmt: skip
    shown = opened(export(disclosure_of(table))).tables[0]
    assert grid_of(shown) == expected_grid(table)
    assert shown.rows[2].cells[3].text == UNKNOWN_TEXT
    assert shown.rows[2].cells[1].text == "甲\n乙"
    aligned = [cell.paragraphs[0].alignment for cell in (shown.rows[4].cells[0], shown.rows[5].cells[2])]
    assert aligned == [0, 0]  # left, though the style says otherwise


def test_header_rows_repeat_and_no_row_splits(disclosure: Disclosure) -> None:
    for shown, table in zip(opened(export(disclosure)).tables, disclosure.tables, strict=True):
        rows = shown._tbl.tr_lst
        repeated = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows]
        assert repeated == [r < table.header_rows for r in range(len(table.rows))]
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_tables_are_as_wide_as_the_page_and_fixed(disclosure: Disclosure) -> None:
    document = opened(export(disclosure))
    section = document.sections[-1]
    room = section.page_width - section.left_margin - section.right_margin
    for shown in document.tables:
        widths = [int(column.get(f"{W}w")) for column in shown._tbl.tblGrid]
        assert abs(sum(widths) * 635 - room) < 1000
        assert shown._tbl.tblPr.find(f"{W}tblLayout").get(f"{W}type") == "fixed"


def test_no_amount_wraps_and_the_header_fits(disclosure: Disclosure) -> None:
    for table in disclosure.tables:
        grid = Grid.of(table)
        fit = fitted(grid, bundled(disclosure.typography).tables.text_width)
        for c, strip in enumerate(grid.strips):
            if strip.is_figures:
                assert max(map(len, strip.texts)) <= fit.chars(c)
        assert all(line_count(h.text, fit.chars(h.column, h.columns)) <= 2 for h in grid.heads)


def test_styles_and_table_captions(disclosure: Disclosure) -> None:
    document = opened(export(disclosure))
    for shown, table in zip(document.tables, disclosure.tables, strict=True):
        assert shown.style.name == "公开表格"
        assert shown._tbl.tblPr.find(f"{W}tblCaption").get(f"{W}val") == table.title
        names = {paragraph.style.name for row in shown.rows for cell in row.cells for paragraph in cell.paragraphs}
        assert all(name.startswith("公开表") for name in names)
        assert "<w:rPr>" not in etree.tostring(shown._tbl).decode()  # the look is left to styles


def test_lines_around_a_table() -> None:
    table = table_of(plain_row("201", "甲", "1"), number="公开01表", note="注：本表为空表。")
    shown = [(p.style.name, p.text) for p in opened(export(disclosure_of(table))).paragraphs]
    assert shown[-4:] == [
        ("公开表号", "公开01表"),
        ("公开表题", "2025年支出表"),
        ("公开表单位行", "编制部门：某局\t单位：元"),
        ("公开表注", "注：本表为空表。"),
    ]


def test_each_table_begins_a_page() -> None:
    tables = [table_of(plain_row("201", "甲", "1"), number=number) for number in ("", "表2", "表3")]
    document = opened(export(disclosure_of(*tables)))
    breaks = [p.text for p in document.paragraphs if p._p.find(f"{W}pPr/{W}pageBreakBefore") is not None]
    assert breaks == ["表2", "表3"]  # the first one begins its section


def test_cover_splits_the_title() -> None:
    table = table_of(plain_row("201", "甲", "1"))
    covers = {
        "某局2025年部门预算": [("公开封面部门", "某局"), ("公开封面标题", "2025年部门预算")],
        "某某局预算": [("公开封面标题", "某某局预算")],
        "某局": [("公开封面标题", "某局")],
    }
    for title, expected in covers.items():
        shown = [(p.style.name, p.text) for p in opened(export(disclosure_of(table, title=title))).paragraphs]
        assert [line for line in shown if line[0].startswith("公开封面")] == expected


def test_without_tables_there_is_only_a_cover() -> None:
    document = opened(export(disclosure_of()))
    assert [p.text for p in document.paragraphs] == ["某局", "2025年部门预算"]
    assert len(document.sections) == 1


def test_a_table_without_rows_or_columns_is_left_out() -> None:
    bare = replace(table_of(), rows=(), header_rows=0)
    none = replace(bare, columns=(), label="", unit_label="", note="无数据")
    head_only = table_of()
    document = opened(export(disclosure_of(bare, none, head_only)))
    assert [len(shown.rows) for shown in document.tables] == [2]
    assert "无数据" in [p.text for p in document.paragraphs]


def test_properties_hold_no_time(tmp_path: Path) -> None:
    core = opened(export(small(tmp_path))).core_properties
    assert (core.title, core.author) == ("某某区“绩效&考评”<办>2025年部门预算", "某某区“绩效&考评”<办>")
    assert core.language == "zh-CN"
    assert core.created is None
    assert core.modified is None


# pages


def test_gongwen_pages() -> None:
    front, tables = opened(export(disclosure_of(table_of(plain_row("201", "甲", "1"))))).sections
    assert front.orientation == WD_ORIENT.PORTRAIT
    margins = (front.top_margin, front.bottom_margin, front.left_margin, front.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    assert (round(front.page_width.mm), round(front.page_height.mm)) == (210, 297)
    assert tables.orientation == WD_ORIENT.LANDSCAPE
    assert (round(tables.page_width.mm), round(tables.page_height.mm)) == (297, 210)


def test_plain_pages_are_all_landscape() -> None:
    made = export(disclosure_of(table_of(plain_row("201", "甲", "1")), typography="plain"))
    assert [section.orientation for section in opened(made).sections] == [WD_ORIENT.LANDSCAPE] * 2


@pytest.mark.parametrize("typography", TYPOGRAPHIES)
def test_page_numbers(typography: str) -> None:
    made = export(disclosure_of(table_of(plain_row("201", "甲", "1")), typography=typography))
    document = opened(made)
    front, tables = document.sections
    assert front.footer.is_linked_to_previous  # there is none before it, so cover and contents have no number
    assert (tables.footer.paragraphs[0].text, tables.even_page_footer.paragraphs[0].text) == ("— 1 —", "— 1 —")
    assert tables.footer.paragraphs[0].alignment == 2
    assert tables.even_page_footer.paragraphs[0].alignment == 0
    assert document.settings.odd_and_even_pages_header_footer
    assert tables._sectPr.find(f"{W}pgNumType").get(f"{W}start") == "1"
    assert front._sectPr.find(f"{W}pgNumType").get(f"{W}start") is None
    footer = part(made, "word/footer1.xml")
    assert " PAGE " in footer
    footer_style = document.styles["footer"]
    assert (footer_style.font.size.pt, east_asian(footer_style)) == (14, "宋体")


def east_asian(style) -> str:
    return style.element.rPr.rFonts.get(qn("w:eastAsia"))


def test_gongwen_styles_name_their_fonts() -> None:
    document = opened(bundled_path("gongwen").read_bytes())
    looks = {
        "Body Text": ("仿宋_GB2312", 16),
        "Heading 1": ("方正小标宋简体", 22),
        "Heading 2": ("黑体", 16),
        "Heading 3": ("楷体_GB2312", 16),
        "公开表题": ("方正小标宋简体", 18),
        "公开表文字": ("宋体", 12),
    }
    for name, (font, size) in looks.items():
        style = document.styles[name]
        assert (east_asian(style), style.font.size.pt) == (font, size)
    assert document.styles["Body Text"].paragraph_format.line_spacing.pt == 28.95
    assert document.styles["Body Text"].element.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert document.styles.element.find(f".//{W}lang").get(qn("w:eastAsia")) == "zh-CN"
    assert "Theme" not in part(bundled_path("gongwen").read_bytes(), "word/styles.xml")


def test_contents_link_to_each_heading(disclosure: Disclosure) -> None:
    made = export(disclosure)
    entries = [p for p in opened(made).paragraphs if p.style.name == "toc 1"]
    assert [entry.text.split("\t")[0] for entry in entries] == [table.title for table in disclosure.tables]
    xml = part(made)
    anchors = re.findall(r'w:anchor="([^"]+)"', xml)
    assert anchors == re.findall(r'<w:bookmarkStart w:id="\d+" w:name="([^"]+)"/>', xml)
    assert re.findall(r" PAGEREF (\S+) ", xml) == anchors
    assert ' TOC \\o "1-3" \\h \\z \\u ' in xml
    kinds = re.findall(r'fldCharType="(\w+)"', xml)
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end") == len(anchors) + 1
    assert "updateFields" not in part(made, "word/settings.xml")  # Word would ask a question each time


def test_headings_are_in_the_outline(disclosure: Disclosure) -> None:
    titles = [p for p in opened(export(disclosure)).paragraphs if p.style.name == "公开表题"]
    assert [p.text for p in titles] == [table.title for table in disclosure.tables]
    assert titles[0].style.element.pPr.find(f"{W}outlineLvl").get(f"{W}val") == "0"


# the validator, LibreOffice


@pytest.mark.parametrize("typography", TYPOGRAPHIES)
def test_valid(disclosure: Disclosure, typography: str, tmp_path: Path) -> None:
    path = tmp_path / "valid.docx"
    path.write_bytes(export(replace(disclosure, typography=typography)))
    assert faults(path) == []


def faults(path: Path) -> list[str]:
    return [str(error) for error in OpenXmlValidator().validate(path).errors]


@pytest.mark.parametrize("typography", TYPOGRAPHIES)
def test_the_bundled_documents_are_valid(typography: str) -> None:
    assert faults(bundled_path(typography)) == []


@pytest.mark.office
@pytest.mark.parametrize("typography", TYPOGRAPHIES)
def test_libreoffice_prints_every_amount_on_the_page_that_the_contents_name(
    disclosure: Disclosure, typography: str, tmp_path: Path
) -> None:
    path = tmp_path / "made.docx"
    path.write_bytes(export(replace(disclosure, typography=typography)))
    pages = office.pdf_text(office.pdf(path)).split("\f")
    assert_pages(pages, path)
    whole = "".join(pages)
    for table in disclosure.tables:
        for row in table.rows:
            assert not [cell.printed for cell in row if cell.is_number and cell.printed not in whole]


def assert_pages(pages: list[str], path: Path) -> None:
    """Check that the page numbers in the contents are those of the printed pages."""
    named = re.findall(r"PAGEREF.*?<w:t>(\d+)</w:t>", part(path.read_bytes()))
    squeezed = ["".join(page.split()) for page in pages]
    titles = [p.text for p in opened(path.read_bytes()).paragraphs if p.style.name == "公开表题"]
    found = []
    for title in titles:
        page = next(page for page in squeezed[2:] if title in page)
        number = re.search(r"—(\d+)—$", page)
        assert number, page
        found.append(number[1])
    assert named == found


@pytest.mark.office
def test_the_estimate_of_pages_holds_for_names_that_wrap(tmp_path: Path) -> None:
    long = "机关事业单位基本养老保险缴费和职业年金缴费支出以及其他各项社会保障缴费的有关支出（含以前年度清算）" * 2
    rows = [plain_row(f"{i:07}", long[: 6 + i * 7 % 90], f"{i}.25", indent=i % 4) for i in range(150)]
    first = replace(table_of(*rows), title="长表")
    others = [replace(table_of(plain_row("1", "甲", "1"), note=long), title=f"表{i}") for i in (2, 3)]
    path = tmp_path / "long.docx"
    path.write_bytes(export(disclosure_of(first, *others)))
    pages = office.pdf_text(office.pdf(path)).split("\f")
    assert_pages(pages, path)


@pytest.mark.office
def test_wide_tables_keep_every_amount_on_one_line(tmp_path: Path) -> None:
    wide = wide_table(17)
    path = tmp_path / "wide.docx"
    path.write_bytes(export(disclosure_of(wide)))
    assert faults(path) == []
    text = office.pdf_text(office.pdf(path))
    assert text.count("123,456.78") == 17


def wide_table(count: int, value: str = "123456.78") -> Table:
    columns = (COLUMNS[1], *(Column(f"c{i}", "amount", 18, "事业单位经营收入") for i in range(count)))
    rows = (
        tuple(head(column.title) for column in columns),
        (words("某某市某某区财政局本级"), *[amount(value)] * count),
    )
    return replace(table_of(), columns=columns, rows=rows, header_rows=1)


def test_too_wide_for_any_size_still_fills_the_page() -> None:
    fit = fitted(Grid.of(wide_table(60)), 14000)
    assert fit.step is styles.STEPS[-1]
    assert sum(fit.widths) == 14000
    assert min(fit.widths) > 0


@given(
    st.lists(st.tuples(st.sampled_from(["code", "label", "amount"]), st.integers(2, 60), st.text(max_size=30)), min_size=1, max_size=12),
    st.integers(0, 10**12),
)  # fmt: skip
def test_widths_always_add_up_to_the_page(kinds: list[tuple[str, int, str]], yuan: int) -> None:
    columns = tuple(Column(f"c{i}", kind, chars, text) for i, (kind, chars, text) in enumerate(kinds))
    body = tuple(amount(str(yuan)) if column.kind == "amount" else words(column.title) for column in columns)
    table = replace(table_of(), columns=columns, rows=(tuple(head(c.title) for c in columns), body), header_rows=1)
    grid = Grid.of(table)
    fit = fitted(grid, 14000)
    assert sum(fit.widths) == 14000
    assert min(fit.widths) >= 0
    if fit.step is not styles.STEPS[-1]:
        figures = [c for c, strip in enumerate(grid.strips) if strip.is_figures]
        assert all(len(grid.strips[c].texts[0]) <= fit.chars(c) for c in figures)


def test_a_header_that_wraps_breaks_into_even_lines() -> None:
    fit = fitted(Grid.of(wide_table(8)), 14000)
    indent = fit.head_indent("政府性基金预算收入", 1, 1)
    assert indent > 0
    assert fit.head_indent("预算", 1, 1) == 0
    assert fit.head_indent("政府性基金\n预算收入", 1, 1) == 0


# the same bytes, quickly

SCRIPT = """
import sys
from pathlib import Path
from kpi_cli.assembly import Request, assemble
from kpi_cli.exporters.docx import DocxExporter, DocxOptions
from kpi_cli.ledger.reader import open_ledger
made = DocxExporter().export(assemble(Path(sys.argv[1]), Request()), DocxOptions(sys.argv[3]), None)
Path(sys.argv[2]).write_bytes(made)
print(*sorted({"docx", "lxml"} & set(sys.modules)))
"""


def in_own_process(ledger: Path, target: Path, reference_doc: str = "", **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ledger), str(target), reference_doc],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.parametrize("own", [False, True])
def test_same_bytes_whatever_the_surroundings(tmp_path: Path, own: bool) -> None:
    ledger = write_small(tmp_path / "ledger")
    reference = ""
    if own:
        reference = str(tmp_path / "own.docx")
        python_docx.Document().save(reference)
    surroundings = [
        {"TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "2", "PYTHONUTF8": "0"},
    ]
    made = []
    for number, environment in enumerate(surroundings):
        target = tmp_path / f"{number}.docx"
        in_own_process(ledger, target, reference, **environment)
        made.append(target.read_bytes())
        time.sleep(0.01)
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"


def test_an_export_imports_neither_lxml_nor_python_docx(tmp_path: Path) -> None:
    ledger = write_small(tmp_path / "ledger")
    assert in_own_process(ledger, tmp_path / "made.docx") == ""
    own = tmp_path / "own.docx"
    python_docx.Document().save(str(own))
    assert in_own_process(ledger, tmp_path / "made.docx", str(own)) == "docx lxml"


def large_table(count: int) -> Table:
    rows = [(f"{2010000 + i}", f"一般行政管理事务{i % 977}", f"{i * 37 % 100000}.25") for i in range(count)]
    return table_of(*(plain_row(code, name, value, indent=2) for code, name, value in rows))


def test_ten_thousand_rows_are_written_and_no_xml_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    import lxml.etree

    monkeypatch.setattr(lxml.etree, "fromstring", lambda *_: pytest.fail("parsed"))
    xml = document_xml(disclosure_of(large_table(10_000)), bundled("gongwen"))
    assert xml.count(b"<w:tr>") == 10_002
    per_row = len(xml) / 10_002
    small = document_xml(disclosure_of(large_table(100)), bundled("gongwen"))
    assert per_row < 1.2 * len(small) / 102  # what a row costs does not grow with the table


# hostile text


@pytest.mark.parametrize(
    "text",
    [
        "<w:p>&amp;\"'>", "]]>", "<!--", "控制\x00\x01\x0b\x0c\x1f符", "\ud800半个", "尾\ufffe\uffff", "换行\r\n第二行",
        "制表\t符", "　全角空格　", " 空格 ", "很长" * 2000, "=1+1", "{{模板}}", "%s %d", "\u202e右到左", "𠮷野家", "\n", "\x00",
    ],
)  # fmt: skip
def test_hostile_text(text: str, tmp_path: Path) -> None:
    table = replace(
        table_of((words(text), words(text, indent=2), amount("1"), amount("2")), label=text, unit_label=text, note=text),
        title=text, number=text,
    )  # fmt: skip
    made_for = replace(disclosure_of(table, title=text), department=text)
    path = tmp_path / "hostile.docx"
    path.write_bytes(export(made_for))
    document = opened(path.read_bytes())
    assert grid_of(document.tables[0]) == expected_grid(table)
    assert clean(text) in [p.text for p in document.paragraphs if p.style.name == "公开表题"]
    assert faults(path) == []


@given(st.text())
def test_any_text_is_well_formed(text: str) -> None:
    element = etree.fromstring(f'<w:p xmlns:w="x" a="{attribute(text)}">{run(text)}<b>{escape(text)}</b></w:p>')
    assert (element.find("b").text or "") == clean(text)
    marks = {"{x}br": "\n", "{x}tab": "\t"}
    assert "".join(marks.get(e.tag) or e.text or "" for e in element.iterfind(".//{x}r/*")) == clean(text)


def test_widths_of_text() -> None:
    assert [display_width(text) for text in ("abc", "预算", "“三公”", "1,234.50")] == [3, 4, 8, 8]
    assert [line_count("预算数", width) for width in (6, 5, 0)] == [1, 2, 6]
    assert line_count("一\n二", 10) == 2


# the reference documents


def test_the_reference_documents_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    script = ROOT / "templates/docx/build_reference.py"
    found = importlib.util.spec_from_file_location("build_reference", script)
    module = importlib.util.module_from_spec(found)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, found.name, module)
    found.loader.exec_module(module)
    for name in module.PAGES:
        fresh, kept = module.build(name), (script.parent / name).read_bytes()
        assert module.build(name) == fresh
        assert parts_of(fresh) == parts_of(kept), f"run python {script.relative_to(ROOT)}"


def parts_of(package: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: etree.canonicalize(archive.read(name).decode()) for name in archive.namelist()}


@pytest.mark.parametrize("typography", TYPOGRAPHIES)
def test_the_reference_documents_have_every_style_that_is_used(typography: str) -> None:
    known = set(re.findall(r'w:styleId="(\w+)"', part(bundled_path(typography).read_bytes(), "word/styles.xml")))
    cells = {kind + step.suffix for kind, step in itertools.product(styles.CELL_KINDS, styles.STEPS)}
    around = {*styles.AROUND, *styles.CONTENTS_LEVELS, styles.COVER_DEPARTMENT, styles.COVER_TITLE}
    text = {*styles.HEADINGS, styles.BODY, styles.CAPTION, styles.PICTURE, styles.DRAFT}
    assert known >= cells | around | text | {styles.CONTENTS_TITLE, styles.TABLE_GRID}


def test_an_unknown_typography_is_that_of_gongwen() -> None:
    assert bundled_path("something") == bundled_path("gongwen") != bundled_path("plain")


# the user's own reference document


def own(tmp_path: Path, change=lambda document: None, base: str | Path | None = None) -> Path:
    """Save a reference document: python-docx's own template, or `base`, after a change."""
    document = python_docx.Document(None if base is None else str(base))
    change(document)
    path = tmp_path / "own.docx"
    document.save(str(path))
    return path


def test_own_styles_pages_and_headers_are_kept(tmp_path: Path) -> None:
    def change(document) -> None:
        document.styles["公开表题"].font.name = "Courier New"
        document.styles["公开表金额"].font.size = Pt(14)
        document.sections[2].left_margin = Mm(50)
        document.sections[2].header.paragraphs[0].text = "某局内部"
        document.add_paragraph("样张里的文字")

    path = own(tmp_path, change, bundled_path("gongwen"))
    made = export(disclosure_of(table_of(plain_row("201", "甲", "1"))), path)
    document = opened(made)
    assert document.styles["公开表题"].font.name == "Courier New"
    assert document.styles["公开表金额"].font.size.pt == 14
    assert round(document.sections[1].left_margin.mm) == 50
    assert document.sections[1].header.paragraphs[0].text == "某局内部"
    assert "样张里的文字" not in [p.text for p in document.paragraphs]
    assert grid_of(document.tables[0])[2][2] == ("1.00", 1, 1)
    (tmp_path / "made.docx").write_bytes(made)
    assert faults(tmp_path / "made.docx") == []


def test_columns_are_as_wide_as_the_own_type_needs(tmp_path: Path) -> None:
    path = own(tmp_path, lambda d: setattr(d.styles["公开表金额"].font, "size", Pt(22)), bundled_path("gongwen"))
    table = table_of(plain_row("201", "甲", "123456789.12"))
    widths = [int(c.get(f"{W}w")) for c in opened(export(disclosure_of(table), path)).tables[0]._tbl.tblGrid]
    assert widths[2] >= len("123,456,789.12") * 22 * 10


def test_type_of_inherited_or_unknown_size(tmp_path: Path) -> None:
    def change(document) -> None:
        for name, base in (("公开表文字", "Title"), ("公开表编码", None)):
            document.styles.add_style(name, 1).base_style = document.styles[base] if base else None

    table = table_of(plain_row("201", "甲", "123456789.12"))
    widths = [
        int(c.get(f"{W}w")) for c in opened(export(disclosure_of(table), own(tmp_path, change))).tables[0]._tbl.tblGrid
    ]
    assert widths[2] >= len("123,456,789.12") * 26 * 10  # 26 points, those of Title


def test_what_an_own_document_lacks_is_added(tmp_path: Path) -> None:
    path = own(tmp_path)
    made = export(disclosure_of(table_of(plain_row("201", "甲", "1")), typography="plain"), path)
    document = opened(made)
    front, tables = document.sections
    assert (front.orientation, tables.orientation) == (WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE)
    assert tables.page_width == front.page_height
    assert tables.top_margin == front.left_margin
    assert front.footer.is_linked_to_previous
    assert tables.footer.paragraphs[0].text == tables.even_page_footer.paragraphs[0].text == "— 1 —"
    assert document.settings.odd_and_even_pages_header_footer
    assert document.styles["公开表题"].font.size.pt == 18
    assert document.styles["Heading 1"].font.size.pt == 14  # its own one
    assert document.tables[0].style.name == "公开表格"
    assert "stylesWithEffects" not in part(made, "[Content_Types].xml")
    (tmp_path / "made.docx").write_bytes(made)
    assert faults(tmp_path / "made.docx") == []


def test_styles_are_matched_by_name_and_ids_do_not_clash(tmp_path: Path) -> None:
    def change(document) -> None:
        named = document.styles.add_style("公开表题", 1)
        named.element.set(qn("w:styleId"), "a7")
        taken = document.styles.add_style("别的样式", 1)
        taken.element.set(qn("w:styleId"), styles.AMOUNT)
        document.styles["Normal"].element.set(qn("w:styleId"), "a")
        document.styles["Normal"].font.size = None
        document.styles["Normal"].paragraph_format.first_line_indent = Mm(20)

    made = export(disclosure_of(table_of(plain_row("201", "甲", "1"))), own(tmp_path, change))
    assert '<w:pStyle w:val="a7"/>' in part(made)
    document = opened(made)
    cell = document.tables[0].rows[2].cells[2].paragraphs[0]
    assert cell.style.name == "公开表金额"
    assert cell.style.style_id == f"{styles.AMOUNT}2"
    assert cell.style.base_style.name == "Normal"
    assert cell.style.paragraph_format.first_line_indent == 0  # that of Normal does not reach into cells


def test_an_own_header_stays_and_only_numbers_are_added(tmp_path: Path) -> None:
    path = own(tmp_path, lambda d: setattr(d.sections[0].header.paragraphs[0], "text", "某局"))
    document = opened(export(disclosure_of(table_of(plain_row("201", "甲", "1"))), path))
    assert [section.header.paragraphs[0].text for section in document.sections] == ["某局", "某局"]
    assert document.sections[1].footer.paragraphs[0].text == "— 1 —"
    assert not document.settings.odd_and_even_pages_header_footer  # else even pages would lose the header


def test_own_footers_stay(tmp_path: Path) -> None:
    def change(document) -> None:
        document.sections[0].footer.paragraphs[0].text = "自己的页脚"
        document.sections[0].different_first_page_header_footer = True
        document.sections[0].first_page_footer.paragraphs[0].text = "首页"

    document = opened(export(disclosure_of(table_of(plain_row("201", "甲", "1"))), own(tmp_path, change)))
    front, tables = document.sections
    assert tables.footer.paragraphs[0].text == "自己的页脚"
    assert not tables.different_first_page_header_footer
    assert front.footer.is_linked_to_previous


def test_own_sections_are_front_text_and_tables(tmp_path: Path) -> None:
    def change(document) -> None:
        document.sections[0].left_margin = Mm(11)
        document.sections[0].footer.paragraphs[0].text = "封面页脚"
        last = document.add_section(WD_SECTION.CONTINUOUS)
        last.orientation, last.page_width, last.page_height = WD_ORIENT.LANDSCAPE, Mm(420), Mm(297)
        last.left_margin = Mm(33)
        properties = last._sectPr
        numbers = OxmlElement("w:pgNumType")
        numbers.set(qn("w:start"), "7")
        numbers.set(qn("w:fmt"), "decimal")
        properties.insert(list(properties).index(properties.find(qn("w:cols"))), numbers)
        properties.append(
            parse_xml(f'<w:sectPrChange xmlns:w="{W[1:-1]}" w:id="1" w:author="x"><w:sectPr/></w:sectPrChange>')
        )
        properties.find(qn("w:pgSz")).set("{urn:other}mark", "1")
        properties.append(etree.Element("{urn:other}columns"))
        document.add_picture(io.BytesIO(PNG))

    path = own(tmp_path, change)
    made = export(disclosure_of(table_of(plain_row("201", "甲", "1"))), path)
    front, tables = opened(made).sections
    assert round(front.left_margin.mm) == 11
    assert (round(tables.page_width.mm), round(tables.left_margin.mm)) == (420, 33)
    assert tables.footer.paragraphs[0].text == "封面页脚"  # a later section has that of the one before
    numbers = tables._sectPr.find(f"{W}pgNumType")
    assert (numbers.get(f"{W}start"), numbers.get(f"{W}fmt")) == ("1", "decimal")
    assert tables.start_type == WD_SECTION.NEW_PAGE
    assert tables._sectPr.find(f"{W}sectPrChange") is None
    assert "media" not in "".join(zipfile.ZipFile(io.BytesIO(made)).namelist())  # only the text used the picture
    (tmp_path / "made.docx").write_bytes(made)
    assert faults(tmp_path / "made.docx") == []


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63606060f80f0001040100"
    "5fe5c34b0000000049454e44ae426082"
)  # one transparent pixel


def test_an_own_document_without_sections_or_sizes(tmp_path: Path) -> None:
    def without(document) -> None:
        body = document.element.body
        body.remove(body.sectPr)

    document = opened(export(disclosure_of(table_of(plain_row("201", "甲", "1"))), own(tmp_path, without)))
    assert [round(section.page_width.mm) for section in document.sections] == [210, 297]

    def empty(document) -> None:
        for child in list(document.element.body.sectPr):
            document.element.body.sectPr.remove(child)

    made = part(export(disclosure_of(table_of(plain_row("201", "甲", "1"))), own(tmp_path, empty)))
    assert made.count("<w:sectPr>") == 2


def test_a_section_without_sizes_is_that_of_word() -> None:
    setup = PageSetup.parse("<w:sectPr><w:pgNumType/></w:sectPr>")
    assert (setup.text_width, setup.text_height) == (11906 - 2880, 16838 - 2880)
    tiny = PageSetup.parse('<w:sectPr><w:pgSz w:w="10" w:h="10"/><w:pgMar w:top="-20" w:gutter="5"/></w:sectPr>')
    assert tiny.text_width > 0
    assert tiny.text_height > 0


@pytest.mark.parametrize(
    ("make", "detail"),
    [
        (lambda path: None, "文件不存在"),
        (lambda path: path.mkdir(), "是文件夹而不是文件"),
        (lambda path: path.write_bytes(b""), "不是 Word 文档（.docx）"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + b"x" * 600), "不是 Word 文档（.docx）"),
        (lambda path: path.write_bytes(zip_of({"a.txt": b"x"})), "不是 Word 文档（.docx）"),
        (lambda path: path.write_bytes(cut(bundled_path("plain").read_bytes())), "不是 Word 文档（.docx）"),
        (lambda path: path.write_bytes(without_styles()), "不是 Word 文档（.docx）"),
        (lambda path: path.write_bytes(with_strange_sections()), "内容不完整（ValueError）"),
    ],
)
def test_a_bad_reference_document_is_one_clear_line(make, detail: str, tmp_path: Path) -> None:
    path = tmp_path / "参考.docx"
    make(path)
    with pytest.raises(ExportError) as caught:
        export(disclosure_of(table_of()), path)
    [problem] = caught.value.problems
    assert (problem.code, caught.value.exit_code) == ("reference-doc", 3)
    assert problem.text == f"{path}: 参考文档不能使用：{detail}；请用 Word 或 WPS 另存为 .docx"


def test_a_path_with_a_null_character_is_refused() -> None:
    with pytest.raises(ExportError, match="路径无效"):
        document_bytes(disclosure_of(), reference_doc="a\x00b")


def zip_of(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def cut(package: bytes) -> bytes:
    return package[: len(package) // 2]


def changed(replacing: dict[str, tuple[str, str]]) -> bytes:
    with zipfile.ZipFile(bundled_path("plain")) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, (old, new) in replacing.items():
        assert old in parts[name].decode()
        parts[name] = parts[name].replace(old.encode(), new.encode())
    return zip_of(parts)


def without_styles() -> bytes:
    return changed({"word/document.xml": ("</w:body>", "")})


def with_strange_sections() -> bytes:
    return changed({"word/document.xml": ('w:w="16838"', 'w:w="wide"')})


def test_registered() -> None:
    assert kpi_register_exporters() == [DocxExporter]
    assert (DocxExporter.PLUGIN_NAME, DocxExporter.extension, DocxExporter.options) == ("docx", ".docx", DocxOptions)
