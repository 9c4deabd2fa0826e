"""Page numbers as they really are: LibreOffice prints the document, and where its headings came to stand is read back.

The document stays ours: only the numbers in its contents are replaced. LibreOffice writes the outline of a PDF as
plain objects, so that no library is needed to read it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from kpi_cli.errors import ExportError
from kpi_cli.problems import Problem

PROGRAMS = ("soffice", "libreoffice")
SECONDS = 180
_FILTER = (
    'pdf:writer_pdf_Export:{"ExportBookmarks":{"type":"boolean","value":"true"},'
    '"UseTaggedPDF":{"type":"boolean","value":"false"}}'
)
_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\s*(<<.*?)endobj", re.DOTALL)


def heading_pages(document: bytes) -> list[int]:
    """Return the physical page, from 1, of every heading of a document, in order.

    Args:
      document: The bytes of a .docx file.
    Raises:
      ExportError: LibreOffice is not there, or did not print the document.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise _failed("没有找到 LibreOffice（soffice），不能填写页码")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "document.docx"
        source.write_bytes(document)
        profile = (Path(folder) / "profile").as_uri()
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", _FILTER]
        try:
            subprocess.run(  # noqa: S603 - a program of the system, with arguments of our own
                [*command, "--outdir", folder, str(source)], capture_output=True, timeout=SECONDS, check=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise _failed(f"LibreOffice 没有完成（{type(error).__name__}）") from None
        made = source.with_suffix(".pdf")
        if not made.exists():
            raise _failed("LibreOffice 没有生成文件")
        return outline_pages(made.read_bytes())


def outline_pages(pdf: bytes) -> list[int]:
    """Return the page, from 1, of every entry of a PDF's outline, in order."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    pages = _page_numbers(objects)
    root = next((body for body in objects.values() if b"/Type/Catalog" in body), b"")
    outlines = _reference(root, b"Outlines")
    return list(_walk(objects, pages, _reference(objects.get(outlines, b""), b"First")))


def _walk(objects: dict[int, bytes], pages: dict[int, int], number: int) -> list[int]:
    found: list[int] = []
    while number in objects:
        body = objects[number]
        target = re.search(rb"/Dest\s*\[\s*(\d+) 0 R", body)
        if target and int(target[1]) in pages:
            found.append(pages[int(target[1])])
        found += _walk(objects, pages, _reference(body, b"First"))
        number = _reference(body, b"Next")
    return found


def _page_numbers(objects: dict[int, bytes]) -> dict[int, int]:
    tree = next((body for body in objects.values() if b"/Type/Pages" in body), b"")
    kids = re.search(rb"/Kids\s*\[([^\]]*)\]", tree)
    numbers = re.findall(rb"(\d+) 0 R", kids[1]) if kids else []
    return {int(number): page for page, number in enumerate(numbers, 1)}


def _reference(body: bytes, key: bytes) -> int:
    found = re.search(rb"/" + key + rb"\s+(\d+) 0 R", body)
    return int(found[1]) if found else 0


def _failed(detail: str) -> ExportError:
    return ExportError(Problem("exporter-failed", facts={"format": "docx", "detail": detail}))
