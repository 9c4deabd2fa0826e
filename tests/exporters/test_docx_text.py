"""The written parts in the DOCX: their order, look and pages, the contents, drafts, charts, and the user's own styles.

Texts are made by hand, with headings of all levels; one disclosure is that of the example ledger.
"""

from __future__ import annotations

import io
import itertools
import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import docx as python_docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Pt
from openxml_audit import OpenXmlValidator

from kpi_cli import resources
from kpi_cli.assembly import Request, assemble
from kpi_cli.disclosure import Disclosure
from kpi_cli.errors import ExportError
from kpi_cli.exporters.docx import DocxExporter, DocxOptions, finalize, styles
from kpi_cli.exporters.docx.contents import bookmark
from kpi_cli.exporters.docx.pages import TextPages, least_lines
from kpi_cli.exporters.docx.reference import bundled, bundled_path
from kpi_cli.exporters.docx.text import clean, wrapped_count
from kpi_cli.model.claims import Claim
from kpi_cli.narrative.document import Chart, Heading, Narrative, Paragraph, TablesPlace
from kpi_cli.tables.table import Cell, Column, NumberFormat, Role, State, Table
from tests import office

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TYPOGRAPHIES = ("gongwen", "plain")
PART, FIRST, SECOND, THIRD = range(4)


# made by hand


def table(number: int) -> Table:
    form = NumberFormat("元", 2)
    head = tuple(Cell(State.TEXT, text, role=Role.HEAD, align="center") for text in ("编码", "名称", "预算数"))
    row = (
        Cell(State.TEXT, "201", align="center"),
        Cell(State.TEXT, "一般公共服务支出"),
        Cell(State.AMOUNT, value=Decimal("1234.50"), format=form, align="right"),
    )
    columns = (
        Column("code", "code", 10, "编码"),
        Column("name", "label", 30, "名称"),
        Column("a", "amount", 18, "预算数"),
    )
    title = f"2025年第{number}张表"
    return Table(
        number, "expenditure", title, title, "编制部门：某局", "单位：元", "某局", "元", columns, (head, row), 1,
        number=f"表{number}", note="",
    )  # fmt: skip


def paragraph(text: str, *claims: Claim) -> Paragraph:
    return Paragraph(1, "", text, claims)


SENTENCE = "本局贯彻执行有关绩效考评的法律、法规和方针、政策，研究起草年度考评办法；承办区委、区政府交办的其他事项。"
TEXT = (
    Heading(PART, "第一部分　", "某局概况"),
    Heading(FIRST, "一、", "主要职能"),
    paragraph(SENTENCE * 3),
    Heading(SECOND, "（一）", "内设机构"),
    paragraph("设办公室。"),
    Heading(PART, "第二部分　", "部门预算表"),
    TablesPlace(),
    Heading(PART, "第三部分　", "情况说明"),
    Heading(FIRST, "一、", "收支总体情况"),
    Heading(SECOND, "（一）", "支出"),
    Heading(THIRD, "1.", "按功能分类"),
    paragraph("2025年支出预算1,234.50元。", Claim("C1", "", "", "expenditure", Decimal("1234.50"), "元", 2)),
    paragraph("支出用于保障机构运转。"),
)
CHARTS = (
    Chart(
        "pie", "2025年支出构成", "万元", 2, ("一般公共服务支出", "住房保障支出"),
        (("2025年", (Decimal("1000000"), Decimal("234500"))),), "支出123.45万元，其中“一般公共服务”100万元 <81.00%>。",
    ),
    Chart(
        "column", "与上年比较", "元", 0, ("收入", "支出"),
        (("2024年", (Decimal(5), None)), ("2025年", (Decimal(7), Decimal(9)))), "收入7元（上年5元）、支出9元。",
    ),
)  # fmt: skip


def disclosure(*blocks: object, tables: int = 2, typography: str = "gongwen", **more: object) -> Disclosure:
    made = tuple(map(table, range(1, tables + 1)))
    narrative = Narrative(blocks or TEXT, more.pop("charts", ()))
    return Disclosure(
        "budget", "某局", 2025, "x", "department", "某局2025年部门预算", made, typography=typography, narrative=narrative,
        **more,
    )  # fmt: skip


def export(made: Disclosure, **options: object) -> bytes:
    content = DocxExporter().export(made, DocxOptions(**options), None)
    assert isinstance(content, bytes)
    return content


def opened(content: bytes):
    return python_docx.Document(io.BytesIO(content))


def part(content: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def names(content: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def faults(content: bytes, tmp_path: Path) -> list[str]:
    path = tmp_path / "made.docx"
    path.write_bytes(content)
    return [str(error) for error in OpenXmlValidator().validate(path).errors]


def printed(content: bytes, tmp_path: Path) -> list[str]:
    """Return the text of each printed page, without spaces."""
    path = tmp_path / "printed.docx"
    path.write_bytes(content)
    return ["".join(page.split()) for page in office.pdf_text(office.pdf(path)).rstrip("\f").split("\f")]


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `--finalize` print with the fonts that the tests print with."""
    office.soffice()
    monkeypatch.setenv("FONTCONFIG_FILE", str(office._home() / "fonts.conf"))


def entries(content: bytes) -> list[tuple[str, str]]:
    """Return the contents: (text, page) of each entry."""
    shown = []
    for link in opened(content).element.body.iter(f"{W}hyperlink"):
        *text, page = [t.text for t in link.iter(f"{W}t")]
        shown.append(("".join(text), page))
    return shown


def outline(content: bytes) -> list[tuple[int, str]]:
    """Return (level, text) of what Word shows in its navigation pane, from styles and paragraphs."""
    found = []
    for shown in opened(content).paragraphs:
        own = shown._p.find(f"{W}pPr/{W}outlineLvl")
        level = shown.style.element.find(f"{W}pPr/{W}outlineLvl") if own is None else own
        if level is not None:
            found.append((int(level.get(f"{W}val")) + 1, shown.text))
    return found


# text


@pytest.mark.parametrize("typography", TYPOGRAPHIES)
def test_everything_stands_in_its_order_and_in_its_style(typography: str, tmp_path: Path) -> None:
    content = export(disclosure(typography=typography))
    assert faults(content, tmp_path) == []
    shown = [(p.style.name, p.text) for p in opened(content).paragraphs if p.text and p.style.name[:3] != "toc"]
    assert shown[3:] == [
        ("Heading 1", "第一部分\n某局概况"),
        ("Heading 2", "一、主要职能"),
        ("Body Text", SENTENCE * 3),
        ("Heading 3", "（一）内设机构"),
        ("Body Text", "设办公室。"),
        ("Heading 1", "第二部分\n部门预算表"),
        ("公开表号", "表1"),
        ("公开表题", "2025年第1张表"),
        ("公开表单位行", "编制部门：某局\t单位：元"),
        ("公开表号", "表2"),
        ("公开表题", "2025年第2张表"),
        ("公开表单位行", "编制部门：某局\t单位：元"),
        ("Heading 1", "第三部分\n情况说明"),
        ("Heading 2", "一、收支总体情况"),
        ("Heading 3", "（一）支出"),
        ("Heading 4", "1.按功能分类"),
        ("Body Text", "2025年支出预算1,234.50元。"),
        ("Body Text", "支出用于保障机构运转。"),
    ]


def test_headings_are_of_the_official_types() -> None:
    document = opened(export(disclosure()))
    looks = {"Heading 1": "方正小标宋简体", "Heading 2": "黑体", "Heading 3": "楷体_GB2312", "Heading 4": "仿宋_GB2312"}
    for n, (name, font) in enumerate(looks.items()):
        style = document.styles[name]
        assert style.element.rPr.rFonts.get(qn("w:eastAsia")) == font
        assert style.paragraph_format.keep_with_next
        assert style.element.pPr.find(f"{W}outlineLvl").get(f"{W}val") == str(n)
    body = document.styles["Body Text"]
    assert body.paragraph_format.widow_control
    assert (body.paragraph_format.line_spacing.pt, body.font.size.pt) == (28.95, 16)
    assert body.element.pPr.ind.get(qn("w:firstLineChars")) == "200"


def test_parts_begin_a_page_and_other_headings_do_not() -> None:
    content = export(disclosure(*(Heading(level, "", f"标题{level}") for level in (0, 1, 2, 0, 3)), tables=0))
    document = opened(content)
    breaks = [p.text for p in document.paragraphs if p._p.find(f"{W}pPr/{W}pageBreakBefore") is not None]
    assert breaks == ["标题0"]  # the second one: the first begins its section
    assert not document.styles["Heading 1"].paragraph_format.page_break_before


def test_text_is_upright_and_tables_lie_on_their_side() -> None:
    front, before, tables, after = opened(export(disclosure())).sections
    portrait, landscape = WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE
    assert [s.orientation for s in (front, before, tables, after)] == [portrait, portrait, landscape, portrait]
    starts = [s._sectPr.find(f"{W}pgNumType").get(f"{W}start") for s in (front, before, tables, after)]
    assert starts == [None, "1", None, None]
    assert not before.footer.is_linked_to_previous


def test_where_pages_are_alike_the_heading_stands_above_the_first_table() -> None:
    sections = opened(export(disclosure(typography="plain"))).sections
    texts = [[p.text for p in section.iter_inner_content() if hasattr(p, "text")] for section in sections]
    assert texts[2][:2] == ["第二部分\n部门预算表", "表1"]
    assert entries(export(disclosure(typography="plain")))[3:5] == [
        ("第二部分　部门预算表", "2"),
        ("2025年第1张表", "2"),
    ]


def test_only_text_only_tables_and_neither() -> None:
    bare = Heading(FIRST, "一、", "说明")
    assert len(opened(export(disclosure(bare, TablesPlace(), tables=0))).sections) == 2
    assert len(opened(export(disclosure(TablesPlace()))).sections) == 2
    assert len(opened(export(disclosure(TablesPlace(), tables=0))).sections) == 1
    last = [p.text for p in opened(export(disclosure(bare))).paragraphs if p.text]
    assert last[-1] == "编制部门：某局\t单位：元"  # without a place for them, tables come last


@pytest.mark.parametrize(
    ("title", "chars"),
    [
        ("某某市某某区机构编制委员会办公室绩效考评中心部门预算报表说明", 15),
        ("防城港市港口区绩效办2017年度部门预算报表说明", 14.5),  # 11 would divide 2017年度
        ("报表说明", 20),
    ],
)
def test_a_long_title_falls_into_even_lines(title: str, chars: float) -> None:
    document = opened(export(disclosure(Heading(PART, "第三部分　", title), tables=0)))
    [shown] = [p for p in document.paragraphs if p.style.name == "Heading 1"]
    format_ = shown.paragraph_format
    assert format_.left_indent == format_.right_indent
    room = 156 / 25.4 * 72 - 2 * (format_.left_indent.pt if format_.left_indent else 0)
    assert chars <= room / 22 < chars + 1


def test_text_is_left_as_it_is() -> None:
    text = "共53.1449万元，占33.87%，文号〔2009〕77号。"
    content = export(disclosure(paragraph(text), tables=0))
    assert f"<w:r><w:t>{text}</w:t></w:r>" in part(content)  # one run, no joiners: it is found and copied as printed
    settings = part(content, "word/settings.xml")
    assert re.search(r'w:noLineBreaksBefore w:lang="zh-CN" w:val="[^"]*%[^"]*万元年"', settings)
    assert 'w:lang w:val="en-US" w:eastAsia="zh-CN"' in part(content, "word/styles.xml")


@pytest.mark.office
def test_no_line_ends_inside_a_number(tmp_path: Path) -> None:
    text = "支出预算53.1449万元，占33.87%，同比减少42.7872万元，预算收入12,345.67万元。"
    path = tmp_path / "numbers.docx"
    path.write_bytes(export(disclosure(*(paragraph("字" * n + text) for n in range(30)), tables=0)))
    lines = [line.strip() for line in office.pdf_text(office.pdf(path)).splitlines() if line.strip()]
    assert not [
        pair for pair in itertools.pairwise(lines) if re.search(r"[\d.,]$", pair[0]) and pair[1][0] in "0123456789.,%"
    ]


@pytest.mark.parametrize(
    "text", ["<&\"'>]]>", "控制\x00\x0b\x1f符", "\ud800半", "\u202e右到左\u2066", "a\r\nb\tc", "", "{{x}}", "$a_b$"]
)
def test_hostile_text(text: str, tmp_path: Path) -> None:
    chart = Chart("pie", text, "万元", 2, (text, text), ((text, (Decimal(1), Decimal(2))),), text)
    headings = [Heading(level, text, text) for level in range(4)]
    made = disclosure(*headings, paragraph(text), TablesPlace(), charts=(chart,), is_draft=True)
    content = export(made, charts=True)
    assert faults(content, tmp_path) == []
    document = opened(content)
    assert clean(text) in [p.text for p in document.paragraphs if p.style.name == "Body Text"]
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 4"] == [clean(text) * 2]


# contents


def test_the_contents_list_what_word_would_list() -> None:
    content = export(disclosure())
    listed = [(level, text.replace("\n", "　")) for level, text in outline(content) if level <= 3]
    shown = [p for p in opened(content).paragraphs if p.style.name.startswith("toc")]
    assert [(int(p.style.name[-1]), p.text.split("\t")[0]) for p in shown] == listed
    assert listed[3:6] == [(1, "第二部分　部门预算表"), (2, "2025年第1张表"), (2, "2025年第2张表")]
    assert (4, "1.按功能分类") in outline(content)


def test_links_lead_to_bookmarks_and_each_is_there_once() -> None:
    xml = part(export(disclosure()))
    marks = re.findall(r'<w:bookmarkStart w:id="(\d+)" w:name="(\w+)"/>', xml)
    assert [name for _, name in marks] == re.findall(r'w:anchor="(\w+)"', xml) == re.findall(r" PAGEREF (\S+) ", xml)
    assert len({id_ for id_, _ in marks}) == len(marks) == 9
    kinds = re.findall(r'fldCharType="(\w+)"', xml)
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end") == 10


def test_tables_in_the_outline_are_below_their_part() -> None:
    def levels(*blocks: object) -> list[int]:
        return [level for level, text in outline(export(disclosure(*blocks, TablesPlace()))) if "张表" in text]

    assert levels() == [1, 1]
    assert levels(Heading(PART, "", "甲")) == [2, 2]
    assert levels(Heading(PART, "", "甲"), Heading(FIRST, "", "乙")) == [3, 3]
    assert levels(Heading(SECOND, "", "甲")) == [3, 3]


@pytest.mark.office
@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize("typography", TYPOGRAPHIES)
def test_estimated_and_printed_pages_of_sixty_paragraphs(typography: str, tmp_path: Path) -> None:
    blocks = [paragraph(SENTENCE)]
    for n in range(60):
        blocks += [Heading(n % 3, f"第{n}部分　" if n % 3 == 0 else "", f"题目甲{n}乙")] if n % 4 == 0 else []
        blocks += [paragraph(SENTENCE * (n % 5 + 1))]
    made = disclosure(*blocks[:80], TablesPlace(), *blocks[80:], typography=typography)
    content = export(made, finalize=True)
    assert faults(content, tmp_path) == []
    pages = printed(content, tmp_path)
    assert entries(export(made)) == entries(content)
    for text, page in entries(content):
        title = "".join(text.split())
        [where] = [own for own in pages if title in own and "目录" not in own and f"{title}.." not in own]
        assert where.endswith(f"—{page}—")


@pytest.mark.office
@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize("table_set", ["guangxi-2017", "mof", "shanghai"])
def test_the_example_prints_on_the_pages_that_its_contents_name(table_set: str, tmp_path: Path) -> None:
    made = assemble(resources.templates() / "demo", Request(narrative=True, table_set=table_set))
    content = export(made, finalize=True)
    assert entries(export(made)) == entries(content)
    pages = printed(content, tmp_path)
    for text, page in entries(content):
        title = "".join(text.split())
        assert [own for own in pages if title in own and own.endswith(f"—{page}—")], (text, page)


def test_estimates_of_lines_and_pages() -> None:
    assert wrapped_count("字" * 28, 56, 0) == 1
    assert wrapped_count("字" * 28 + "。", 56, 0) == 1  # it hangs
    assert wrapped_count("字" * 29, 56, 0) == wrapped_count("字" * 28, 56, 4) == 2
    assert wrapped_count("字" * 26 + "1,234.56万元", 56, 0) == 2
    assert wrapped_count("x" * 200, 56, 0) == 5  # a line that it does not fit on, then as many as it fills
    assert wrapped_count("一\n二", 56, 0) == 2
    assert [least_lines(n) for n in (1, 2, 3, 4, 9)] == [1, 2, 3, 2, 2]
    line = styles.Lines(10, 10)
    pages = TextPages(100, 1)
    assert [pages.add(9, line), pages.add(2, line), pages.page] == [1, 2, 2]  # one line alone does not stay
    assert [pages.add(35, line), pages.page, pages.used] == [2, 5, 70]
    assert [pages.add(1, line, keep=40), pages.page] == [6, 6]
    assert [pages.add(1, line, new_page=True), pages.page] == [7, 7]
    pages.add_solid(95)
    assert pages.page == 8
    fresh = TextPages(100, 1)
    assert [fresh.add(25, line), fresh.page, fresh.used] == [1, 3, 50]


# finalize


def pdf(*objects: tuple[int, bytes]) -> bytes:
    return b"%PDF-1.6\n" + b"\n".join(b"%d 0 obj\n%b\nendobj\n" % pair for pair in objects)


TREE = (
    (1, b"<</Type/Catalog/Pages 2 0 R/Dests 9 0 R>>"),
    (2, b"<</Type/Pages /Kids[ 3 0 R 6 0 R ]/Count 3>>"),
    (3, b"<</Type/Pages /Kids[ 4 0 R\n5 0 R ]/Count 2>>"),
    (4, b"<</Type/Page>>"),
    (5, b"<</Type/Page>>"),
    (6, b"<</Type/Page>>"),
)


@pytest.mark.parametrize(
    "names",
    [
        b"<</5FToc000000001[5 0 R/XYZ 1 2 0]\n/5FToc000000012[6 0 R/XYZ 1 2 0]>>",
        b"<</_Toc000000001 [5 0 R /XYZ 1 2 0] /_Toc000000012<</D[6 0 R/XYZ 1 2 0]>>>>",
        b"<</Names[(_Toc000000001)[5 0 R/XYZ 1 2 0](_Toc000000012)[6 0 R/Fit]]>>",
    ],
)
def test_pages_of_bookmarks_are_read_from_a_pdf(names: bytes) -> None:
    assert finalize.destinations(pdf(*TREE, (9, names))) == {1: 2, 12: 3}


def test_objects_packed_into_streams_are_read_too() -> None:
    bodies = [body for _, body in TREE] + [b"<</_Toc000000007[4 0 R/Fit]>>"]
    numbers = [*(number for number, _ in TREE), 9]
    offsets = [sum(len(body) + 1 for body in bodies[:n]) for n in range(len(bodies))]
    head = b" ".join(b"%d %d" % pair for pair in zip(numbers, offsets, strict=True)) + b" "
    packed = zlib.compress(head + b" ".join(bodies))
    stream = b"<</Type/ObjStm/N %d/First %d/Length %d>>\nstream\n%b\nendstream" % (7, len(head), len(packed), packed)
    assert finalize.destinations(pdf((20, stream))) == {7: 1}


@pytest.mark.parametrize("content", [b"", pdf(*TREE), pdf(*TREE, (9, b"<</_Toc000000001[77 0 R/Fit]>>"))])
def test_a_pdf_without_pages_of_bookmarks_is_one_clear_line(content: bytes) -> None:
    with pytest.raises(ExportError, match="没有给出页码，可能版本低于"):
        finalize.destinations(content)


@pytest.mark.parametrize("script", ["exit 1", "exit 0", "exec sleep 5"])
def test_a_libreoffice_that_fails_is_one_clear_line(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(finalize, "SECONDS", 1)
    with pytest.raises(ExportError, match="LibreOffice 没有完成排版"):
        export(disclosure(), finalize=True)


def test_without_headings_there_is_nothing_to_finalize(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finalize, "bookmark_pages", lambda _: pytest.fail("printed"))
    bare = replace(disclosure(tables=0), narrative=None)
    assert export(bare, finalize=True) == export(bare)


def test_finalize_changes_nothing_but_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = []

    def pages(content: bytes) -> dict[int, int]:
        measured.append(content)
        return dict.fromkeys(range(1, 10), 40) | {1: 3}

    monkeypatch.setattr(finalize, "bookmark_pages", pages)
    made = disclosure()
    content = export(made, finalize=True)
    assert [page for _, page in entries(content)] == ["1", *["38"] * 8]
    assert measured == [export(made)]
    digits = re.compile(r"<w:t>\d+</w:t>")
    assert digits.sub("", part(content)) == digits.sub("", part(export(made)))


def test_a_heading_that_was_not_printed_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finalize, "bookmark_pages", lambda _: {1: 3})
    with pytest.raises(ExportError, match="没有给出全部页码"):
        export(disclosure(), finalize=True)


def test_where_text_begins_without_a_heading_its_first_page_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    made = disclosure(paragraph(SENTENCE * 40), Heading(FIRST, "一、", "迟到的标题"), tables=0)
    assert f'w:name="{bookmark(0)}"' in part(export(made))
    monkeypatch.setattr(finalize, "bookmark_pages", lambda _: {0: 4, 1: 9})
    assert entries(export(made, finalize=True)) == [("一、迟到的标题", "6")]


# drafts


@pytest.mark.parametrize("typography", TYPOGRAPHIES)
def test_a_draft_says_so_in_the_header_of_every_section(typography: str, tmp_path: Path) -> None:
    content = export(disclosure(typography=typography, is_draft=True))
    assert faults(content, tmp_path) == []
    for section in opened(content).sections:
        kinds = (section.header, section.even_page_header, section.first_page_header)
        assert [kind.paragraphs[0].text for kind in kinds] == ["草　稿"] * 3
        assert section.header.paragraphs[0].style.name == "公开草稿"
    assert opened(content).core_properties.title == "某局2025年部门预算（草稿）"
    assert "草" not in part(export(disclosure()), "docProps/core.xml")


@pytest.mark.office
def test_a_draft_says_so_on_every_printed_page(tmp_path: Path) -> None:
    pages = printed(export(disclosure(is_draft=True)), tmp_path)
    assert len(pages) == 7
    assert all("草稿" in page for page in pages)


def test_a_draft_upon_a_draft(tmp_path: Path) -> None:
    own = tmp_path / "own.docx"
    own.write_bytes(export(disclosure(is_draft=True)))
    content = export(disclosure(is_draft=True), reference_doc=str(own))
    assert faults(content, tmp_path) == []
    assert len(names(content)) == len(set(names(content)))
    assert {s.header.paragraphs[0].text for s in opened(content).sections} == {"草　稿"}


# charts


def test_charts_stand_behind_the_sentence_on_expenditure(tmp_path: Path) -> None:
    content = export(disclosure(charts=CHARTS), charts=True)
    assert faults(content, tmp_path) == []
    document = opened(content)
    shown = [p.text or p.style.name for p in document.paragraphs][-6:]
    assert shown == [
        "2025年支出预算1,234.50元。", "2025年支出构成", "公开图", "与上年比较", "公开图", "支出用于保障机构运转。",
    ]  # fmt: skip
    assert [shape._inline.docPr.get("descr") for shape in document.inline_shapes] == [c.description for c in CHARTS]
    assert [round(shape.width.mm) for shape in document.inline_shapes] == [150, 150]
    assert [name for name in names(content) if "media" in name] == ["word/media/chart1.png", "word/media/chart2.png"]
    assert all(shape.width < document.sections[1].page_width for shape in document.inline_shapes)


def test_charts_without_that_sentence_come_last_and_without_text_not_at_all() -> None:
    last = opened(export(disclosure(paragraph("甲"), TablesPlace(), paragraph("乙"), charts=CHARTS), charts=True))
    assert [p.text for p in last.paragraphs][-5:] == ["乙", "2025年支出构成", "", "与上年比较", ""]
    assert not opened(export(disclosure(TablesPlace(), charts=CHARTS), charts=True)).inline_shapes
    assert not opened(export(replace(disclosure(), narrative=None), charts=True)).inline_shapes


def test_charts_are_not_drawn_unless_asked_for() -> None:
    script = (
        "import sys; from kpi_cli import resources; from kpi_cli.assembly import Request, assemble;"
        "from kpi_cli.exporters.docx import DocxExporter, DocxOptions;"
        "made = assemble(resources.templates() / 'demo', Request(narrative=True)); assert made.narrative.charts;"
        "DocxExporter().export(made, DocxOptions(), None);"
        "print(sorted({'matplotlib', 'docx', 'lxml', 'subprocess'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "series",
    [
        (), (("空", ()),), (("零", (Decimal(0), Decimal(0))),), (("负", (Decimal(-5), Decimal(3))),),
        (("缺", (None, Decimal(3))),), (("大", (Decimal(10) ** 12, Decimal("0.01"))),),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["pie", "column"])
def test_charts_of_any_figures_are_drawn(kind: str, series: tuple[tuple[str, tuple[Decimal | None, ...]], ...]) -> None:
    categories = ("文化旅游体育与传媒及其他各项公共事业支出", "支出")[: max((len(v) for _, v in series), default=0)]
    chart = Chart(kind, "图", "万元", 2, categories, series, "说明")
    content = export(disclosure(charts=(chart,)), charts=True)
    image = zipfile.ZipFile(io.BytesIO(content)).read("word/media/chart1.png")
    assert image.startswith(b"\x89PNG")
    assert b"Software" not in image


# the user's own reference document


def test_text_in_an_own_reference_document(tmp_path: Path) -> None:
    own = python_docx.Document(str(bundled_path("gongwen")))
    own.styles["Heading 2"].font.size = Pt(20)
    own.sections[1].left_margin = Pt(100)
    own.save(str(tmp_path / "own.docx"))
    content = export(disclosure(charts=CHARTS, is_draft=True), reference_doc=str(tmp_path / "own.docx"), charts=True)
    assert faults(content, tmp_path) == []
    document = opened(content)
    assert document.styles["Heading 2"].font.size.pt == 20
    assert document.sections[1].left_margin.pt == 100
    assert len(document.inline_shapes) == 2
    assert entries(content) == entries(export(disclosure(charts=CHARTS), charts=True))


@pytest.mark.office
@pytest.mark.usefixtures("stand_ins")
def test_text_in_words_own_template(tmp_path: Path) -> None:
    python_docx.Document().save(str(tmp_path / "own.docx"))
    content = export(disclosure(), reference_doc=str(tmp_path / "own.docx"), finalize=True)
    assert faults(content, tmp_path) == []
    document = opened(content)
    assert [s.orientation for s in document.sections] == [0, 0, 1, 0]
    assert document.styles["Heading 2"].font.size.pt == 13  # its own
    pages = printed(content, tmp_path)
    for text, page in entries(content):
        assert [own for own in pages if "".join(text.split()) in own and own.endswith(f"—{page}—")], (text, page)


# the same bytes


@pytest.mark.parametrize("typography", TYPOGRAPHIES)
def test_same_bytes(typography: str) -> None:
    made = disclosure(charts=CHARTS, typography=typography, is_draft=True)
    assert export(made, charts=True) == export(replace(made), charts=True)
    assert bundled(typography) is bundled(typography)  # not changed by what was added for this document
    assert "word/draft.xml" not in bundled(typography).parts
