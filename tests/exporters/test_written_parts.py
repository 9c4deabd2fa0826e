"""The written parts, charts, links and the draft's stamp in XLSX, made from the example ledger."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from kpi_cli import resources
from kpi_cli.assembly import Request, assemble
from kpi_cli.exporters.xlsx import XlsxExporter, XlsxOptions, links
from kpi_cli.tables.table import address

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure


@pytest.fixture(scope="module")
def made() -> Disclosure:
    return assemble(resources.templates() / "demo", Request(narrative=True))


def workbook(made: Disclosure) -> bytes:
    return XlsxExporter().export(made, XlsxOptions(), None)


def faults(content: bytes, path: Path) -> list[str]:
    path.write_bytes(content)
    return [str(error) for error in OpenXmlValidator().validate(path).errors]


def test_the_sheets_and_their_order(made: Disclosure, tmp_path: Path) -> None:
    content = workbook(made)
    assert faults(content, tmp_path / "made.xlsx") == []
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert (book.sheetnames[0], *book.sheetnames[-2:]) == ("说明", "图表", "台账")
    texts = [cell.value for (cell,) in book["说明"].iter_rows(max_col=1)]
    assert next(text.strip("　") for text in texts if text.startswith("　　")) == next(made.narrative.paragraphs).text
    bare = workbook(replace(made, narrative=None))
    assert openpyxl.load_workbook(io.BytesIO(bare)).sheetnames == [*book.sheetnames[1:-2], "台账"]


def test_the_text_is_printed_in_two_columns_so_that_libreoffice_fits_it_to_the_page(made: Disclosure) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(made)))["说明"]
    assert re.fullmatch(r"'说明'!\$A\$1:\$B\$\d+", sheet.print_area)
    assert sheet.column_dimensions["B"].width < 1
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


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


def test_a_long_table_has_no_links(made: Disclosure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "ROW_LIMIT", 0)
    book = openpyxl.load_workbook(io.BytesIO(workbook(made)))
    found = [cell.hyperlink for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert not [link for link in found if "台账" in (link.location or "")], [link.location for link in found]


def test_a_draft_workbook(made: Disclosure) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(replace(made, is_draft=True))))
    assert all("草　稿" in sheet.oddHeader.center.text for sheet in book.worksheets)
    assert book.properties.title.endswith("（草稿）")
    assert {sheet.sheet_properties.tabColor.rgb for sheet in book.worksheets} == {"FFC00000"}


def test_same_bytes(made: Disclosure) -> None:
    assert workbook(made) == workbook(replace(made))
