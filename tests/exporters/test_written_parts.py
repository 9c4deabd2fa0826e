"""The written parts, charts, links and the draft's stamp in DOCX and XLSX, made from the example ledger."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from kpi_cli import resources
from kpi_cli.assembly import Request, assemble
from kpi_cli.errors import ExportError
from kpi_cli.exporters.docx import DocxExporter, DocxOptions, finalize
from kpi_cli.exporters.xlsx import XlsxExporter, XlsxOptions, links
from kpi_cli.narrative.document import Heading
from kpi_cli.tables.table import address
from tests import office

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure


@pytest.fixture(scope="module")
def made() -> Disclosure:
    return assemble(resources.templates() / "demo", Request(narrative=True))


def document(made: Disclosure, **options: object) -> bytes:
    return DocxExporter().export(made, DocxOptions(**options), None)


def workbook(made: Disclosure) -> bytes:
    return XlsxExporter().export(made, XlsxOptions(), None)


def part(content: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def faults(content: bytes, path: Path) -> list[str]:
    path.write_bytes(content)
    return [str(error) for error in OpenXmlValidator().validate(path).errors]


# DOCX


@pytest.mark.parametrize("typography", ["gongwen", "plain"])
def test_text_stands_around_the_tables_in_its_order(made: Disclosure, typography: str, tmp_path: Path) -> None:
    content = document(replace(made, typography=typography))
    assert faults(content, tmp_path / "made.docx") == []
    body = docx.Document(io.BytesIO(content)).element.body
    texts = ["".join(t.text for t in element.iter(f"{{{body.nsmap['w']}}}t")) for element in body]
    at = [texts.index(paragraph.text) for paragraph in made.narrative.paragraphs]
    assert at == sorted(at)
    tables = [i for i, element in enumerate(body) if element.tag.endswith("}tbl")]
    assert len(tables) == 9
    before = [heading.title for heading in made.narrative.blocks if isinstance(heading, Heading) and heading.level == 0]
    assert "概况" in before[0]
    assert at[0] < tables[0] < tables[-1] < at[-1]


def test_headings_have_styles_and_entries_that_lead_to_them(made: Disclosure) -> None:
    content = document(made)
    styles = {p.text.replace("\n", ""): p.style.name for p in docx.Document(io.BytesIO(content)).paragraphs}
    names = {0: "公开部分标题", 1: "Heading 1", 2: "Heading 2", 3: "Heading 3"}
    for block in made.narrative.blocks:
        if isinstance(block, Heading) and block.level:
            assert styles[block.text].casefold() == names[block.level].casefold()
    xml = part(content)
    anchors = re.findall(r'w:anchor="(\w+)"', xml)
    marks = re.findall(r'<w:bookmarkStart w:id="(\d+)" w:name="(\w+)"', xml)
    assert anchors == [name for _, name in marks]
    assert len(set(marks)) == len(marks)
    listed = sum(isinstance(b, Heading) and b.level <= 2 for b in made.narrative.blocks)
    assert len(anchors) == listed + len(made.tables)


@pytest.mark.office
@pytest.mark.parametrize("typography", ["gongwen", "plain"])
def test_finalize_writes_the_pages_that_are_printed(made: Disclosure, typography: str, tmp_path: Path) -> None:
    content = document(replace(made, typography=typography), finalize=True)
    path = tmp_path / "made.docx"
    path.write_bytes(content)
    pages = ["".join(page.split()) for page in office.pdf_text(office.pdf(path)).split("\f")]
    first = next(
        i for i, page in enumerate(pages) if "第一部分" in page and "目录" not in page and "……" not in page and i > 1
    )
    xml = part(content)
    entries = re.findall(r'w:anchor="\w+" w:history="1">(.*?)</w:hyperlink>', xml)
    for entry in entries:
        title = "".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", entry)[:-1])
        page = int(re.findall(r"<w:t>(\d+)</w:t>", entry)[-1])
        assert "".join(title.split()) in pages[first + page - 1], (title, page)


def test_finalize_without_libreoffice_is_one_clear_line(made: Disclosure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finalize.shutil, "which", lambda _: None)
    with pytest.raises(ExportError, match="没有找到 LibreOffice"):
        document(made, finalize=True)


def test_an_outline_is_read_in_its_order() -> None:
    pdf = (
        b"1 0 obj<</Type/Catalog/Outlines 2 0 R/Pages 3 0 R>>endobj 2 0 obj<</First 6 0 R/Last 8 0 R>>endobj "
        b"3 0 obj<</Type/Pages/Kids[ 4 0 R 5 0 R ]>>endobj 4 0 obj<</Type/Page>>endobj 5 0 obj<</Type/Page>>endobj "
        b"6 0 obj<</Title<FEFF>/Dest[4 0 R/XYZ 0 0 0]/First 7 0 R/Next 8 0 R>>endobj "
        b"7 0 obj<</Dest[5 0 R/XYZ 0 0 0]>>endobj 8 0 obj<</Dest[5 0 R/XYZ 0 9 0]>>endobj"
    )
    assert finalize.outline_pages(pdf) == [1, 2, 2]
    assert finalize.outline_pages(b"") == []


def test_a_draft_says_so_on_every_page(made: Disclosure, tmp_path: Path) -> None:
    content = document(replace(made, is_draft=True))
    assert faults(content, tmp_path / "draft.docx") == []
    xml = part(content)
    assert (
        len(re.findall(r"<w:sectPr\b", xml)) == xml.count('<w:headerReference w:type="default" r:id="rIdDraft"/>') == 4
    )
    assert "草　稿" in part(content, "word/header-draft.xml")
    assert "（草稿）" in part(content, "docProps/core.xml")
    assert "草" not in part(document(made), "docProps/core.xml")


@pytest.mark.office
def test_a_printed_draft(made: Disclosure, tmp_path: Path) -> None:
    path = tmp_path / "draft.docx"
    path.write_bytes(document(replace(made, is_draft=True)))
    pages = office.pdf_text(office.pdf(path)).rstrip("\f").split("\f")
    assert all("草稿" in "".join(page.split()) for page in pages)


# XLSX


def test_the_sheets_and_their_order(made: Disclosure, tmp_path: Path) -> None:
    content = workbook(made)
    assert faults(content, tmp_path / "made.xlsx") == []
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert (book.sheetnames[0], *book.sheetnames[-2:]) == ("说明", "图表", "台账")
    texts = [cell.value for (cell,) in book["说明"].iter_rows(max_col=1)]
    assert next(text.strip("　") for text in texts if text.startswith("　　")) == next(made.narrative.paragraphs).text
    bare = workbook(replace(made, narrative=None))
    assert openpyxl.load_workbook(io.BytesIO(bare)).sheetnames == [*book.sheetnames[1:-2], "台账"]


def test_charts_are_drawn_over_numbers_and_say_what_they_show(made: Disclosure) -> None:
    content = workbook(made)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["图表"]
    numbers = {cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, (int, float))}
    for chart in made.narrative.charts:
        for _, values in chart.series:
            assert {float(value / 10_000) for value in values if value is not None} <= numbers
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    assert len(charts) == len(made.narrative.charts) == 2
    assert all(f'descr="{chart.description}"' in drawing for chart in made.narrative.charts)


def test_each_figure_links_to_the_records_that_make_it_up(made: Disclosure) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(made)), data_only=True)
    ledger = book["台账"]
    header = [cell.value for cell in ledger[4]]
    amounts = [i for i, text in enumerate(header) if text and text.endswith("金额(元)")]
    linked = 0
    for table, name in zip(made.tables, book.sheetnames[1:], strict=False):
        for r, c, cell in table.figures():
            link = book[name][address(table.first_row + r, c)].hyperlink
            if not cell.value:
                assert link is None
                continue
            numbers = [int(n) for n in re.findall(r"\d+", link.tooltip.split("第", 1)[1])]
            spans = re.findall(r"(\d+)–(\d+)|(\d+)", link.tooltip.split("第", 1)[1])
            rows = [n for a, b, one in spans for n in (range(int(a), int(b) + 1) if a else [int(one)])]
            assert re.match(rf"'台账'!A{numbers[0]}:", link.location)
            total = sum(Decimal(str(ledger.cell(row, i + 1).value or 0)) for row in rows for i in amounts)
            assert total == cell.value, (table.id, r, c)
            linked += 1
    assert linked > 150


def test_a_large_workbook_has_no_links(made: Disclosure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "WORK_LIMIT", 100)
    book = openpyxl.load_workbook(io.BytesIO(workbook(made)))
    assert not any(cell.hyperlink for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)


def test_a_draft_workbook(made: Disclosure) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(replace(made, is_draft=True))))
    assert all("草　稿" in sheet.oddHeader.center.text for sheet in book.worksheets)
    assert book.properties.title.endswith("（草稿）")
    assert {sheet.sheet_properties.tabColor.rgb for sheet in book.worksheets} == {"FFC00000"}


@pytest.mark.parametrize("make", [document, workbook])
def test_same_bytes(make, made: Disclosure) -> None:
    assert make(made) == make(replace(made))
