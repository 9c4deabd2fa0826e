"""The PDF has every table, embeds its fonts, and says so where LibreOffice is missing."""

import io
import shutil

import pytest
from kpi_cli.api import ExportError
from kpi_cli.conformance import Conformance
from kpi_cli.testing import ExporterConformance
from kpi_export_pdf import Options, PdfExporter
from pypdf import PdfReader

pytestmark = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not there")


class TestConformance(ExporterConformance):
    """The rules of all exporters."""

    exporter = PdfExporter


@pytest.fixture(scope="module")
def pages(kpi_disclosure):
    """Export the example ledger and read it back."""
    [content] = Conformance(PdfExporter).files(kpi_disclosure).values()
    return PdfReader(io.BytesIO(content)).pages


def test_every_table_is_there(pages, kpi_disclosure) -> None:
    text = "".join(page.extract_text() for page in pages)
    squeezed = "".join(text.split())
    assert all("".join(table.title.split()) in squeezed for table in kpi_disclosure.tables)


def test_fonts_are_embedded(pages) -> None:
    fonts = [font.get_object() for page in pages for font in page["/Resources"].get("/Font", {}).values()]
    described = [f["/DescendantFonts"][0].get_object() if "/DescendantFonts" in f else f for f in fonts]
    assert described
    files = ("/FontFile", "/FontFile2", "/FontFile3")
    assert all(any(key in font["/FontDescriptor"] for key in files) for font in described)


def test_without_libreoffice_one_line_says_so(kpi_disclosure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ExportError) as error:
        PdfExporter().export(kpi_disclosure, Options(), None)
    assert "没有找到 LibreOffice" in error.value.problems[0].text
