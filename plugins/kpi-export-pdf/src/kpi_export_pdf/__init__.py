"""Exports a disclosure as PDF: kpi's DOCX, printed by LibreOffice where it is there; fonts are embedded.

Dates and ids that LibreOffice writes are set to fixed values of the same length, so that the same disclosure gives
the same bytes on the same machine.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kpi_cli.api import Exporter, ExportError, Problem, hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpi_cli.api import Disclosure, Host

PROGRAMS = ("soffice", "libreoffice")
SECONDS = 580
_DATE = re.compile(rb"/(CreationDate|ModDate)\s?\(D:[^)]*\)")
_IDS = re.compile(rb"<[0-9A-F]{32}>")
_CHECKSUM = re.compile(rb"(?<=/DocChecksum /)[0-9A-F]{32}")


@dataclass(frozen=True)
class Options:
    """The options of `kpi export --option pdf.NAME=VALUE`."""

    program: str = field(default="", metadata={"doc": "LibreOffice 程序的路径；缺省自动寻找"})


class PdfExporter(Exporter):
    """Makes one PDF."""

    PLUGIN_NAME = "pdf"
    title = "PDF（由 LibreOffice 排版）"
    extension = ".pdf"
    mime_type = "application/pdf"
    options = Options

    def export(self, disclosure: Disclosure, options: Options, host: Host) -> bytes:
        """Return the PDF.

        Raises:
          ExportError: LibreOffice is not there, fails, or takes longer than SECONDS.
        """
        program = options.program or next(filter(None, map(shutil.which, PROGRAMS)), None)
        if program is None:
            raise _failed("没有找到 LibreOffice（soffice）；请安装，或用 --option pdf.program=路径 指明")
        document = host.export("docx", disclosure)
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "document.docx"
            source.write_bytes(document)
            _convert(program, source)
            made = source.with_suffix(".pdf")
            if not made.exists():
                raise _failed("LibreOffice 没有生成文件")
            return _settled(made.read_bytes())

    def text_of(self, files: Mapping[str, bytes]) -> str | None:
        """Return the text of the pages without white space, which a page does not keep; by pypdf."""
        import io

        from pypdf import PdfReader

        pages = [page for content in files.values() for page in PdfReader(io.BytesIO(content)).pages]
        return "".join("".join(page.extract_text().split()) for page in pages)


def _convert(program: str, source: Path) -> None:
    """Run LibreOffice with a profile of its own, so that an open window of the user does not matter."""
    profile = (source.parent / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf:writer_pdf_Export"]
    try:
        done = subprocess.run(
            [*command, "--outdir", str(source.parent), str(source)], capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(f"LibreOffice 没有完成：{error}") from None
    if done.returncode:
        raise _failed(f"LibreOffice 出错：{done.stderr.decode('utf-8', 'replace').strip()}")


def _settled(pdf: bytes) -> bytes:
    """Give dates and ids fixed values; lengths stay, so that the cross-reference table stays right."""
    pdf = _DATE.sub(lambda found: _padded(b"/" + found[1] + b"(D:20000101000000Z)", len(found[0])), pdf)
    pdf = _CHECKSUM.sub(b"0" * 32, pdf)
    head, mark, tail = pdf.rpartition(b"trailer")
    return head + mark + _IDS.sub(b"<" + b"0" * 32 + b">", tail)


def _padded(text: bytes, length: int) -> bytes:
    return text + b" " * (length - len(text))


def _failed(detail: str) -> ExportError:
    return ExportError(Problem("exporter-failed", facts={"format": "pdf", "detail": detail}))


@hookimpl
def kpi_register_exporters() -> Sequence[type[Exporter]]:
    """Offer the exporter to kpi."""
    return [PdfExporter]
