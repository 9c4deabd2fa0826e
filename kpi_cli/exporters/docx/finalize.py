"""Page numbers as they really are: LibreOffice prints the document, and where its bookmarks came to stand is read back.

Only the numbers in the contents are replaced: a document that LibreOffice saved itself would have its styles, not
ours. Of the PDF two things are read that LibreOffice writes as plain objects: the tree of pages, and the named
destinations that it makes of bookmarks.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from kpi_cli.errors import ExportError
from kpi_cli.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROGRAMS = ("soffice", "libreoffice")
SECONDS = 180
_FILTER = 'pdf:writer_pdf_Export:{"ExportBookmarksToPDFDestination":{"type":"boolean","value":"true"}}'
_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_PACKED = re.compile(rb"/N (\d+).*?\bstream\r?\n(.*)", re.DOTALL)
_DESTINATION = re.compile(rb"Toc(\d{9})\)?\s*(?:<<\s*/D\s*)?\[\s*(\d+) 0 R")
"""A name may be written `/_Toc…`, `/5FToc…` or `(_Toc…)`, depending on the version."""


def bookmark_pages(document: bytes) -> dict[int, int]:
    """Return the physical page, from 1, of every bookmark of a document, by the bookmark's number.

    Args:
      document: The bytes of a .docx file.
    Raises:
      ExportError: LibreOffice is not there, or did not print the document.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise ExportError(Problem("no-libreoffice"))
    with tempfile.TemporaryDirectory(prefix="kpi-") as folder:
        return destinations(_printed(program, document, Path(folder)))


def _printed(program: str, document: bytes, folder: Path) -> bytes:
    """Print a document to PDF; a profile of its own neither meets nor changes a LibreOffice that is running."""
    source = folder / "document.docx"
    source.write_bytes(document)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--norestore", "--convert-to", _FILTER, "--outdir", str(folder)]
    try:
        subprocess.run([*command, str(source)], capture_output=True, timeout=SECONDS, check=True)  # noqa: S603 - a program of the system, with arguments of our own
        return source.with_suffix(".pdf").read_bytes()
    except (OSError, subprocess.SubprocessError) as error:
        raise _failed(f"LibreOffice 没有完成排版（{type(error).__name__}）") from None


def destinations(pdf: bytes) -> dict[int, int]:
    """Return the page, from 1, of every bookmark that a PDF names as a destination.

    Raises:
      ExportError: There is none, or its page is not in the document.
    """
    objects = dict(_objects(pdf))
    pages = {number: page for page, number in enumerate(_leaves(objects, _root(objects)), start=1)}
    found = {int(m[1]): pages.get(int(m[2])) for body in objects.values() for m in _DESTINATION.finditer(body)}
    known = {bookmark: page for bookmark, page in found.items() if page is not None}
    if not found or len(known) < len(found):
        raise _failed("LibreOffice 没有给出页码，可能版本低于 7.4")
    return known


def _objects(pdf: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield every object with its number, those packed into streams too."""
    for number, body in _OBJECT.findall(pdf):
        packed = _PACKED.search(body) if b"/ObjStm" in body else None
        if packed is None:
            yield int(number), body
            continue
        content = zlib.decompressobj().decompress(packed[2])
        first = int(re.findall(rb"/First (\d+)", body)[0])
        heads = [int(n) for n in content[:first].split()][: 2 * int(packed[1])]
        ends = [*heads[3::2], len(content) - first]
        for own, begin, end in zip(heads[::2], heads[1::2], ends, strict=True):
            yield own, content[first + begin : first + end]


def _root(objects: Mapping[int, bytes]) -> int:
    catalog = next((body for body in objects.values() if re.search(rb"/Type\s*/Catalog\b", body)), b"")
    found = re.search(rb"/Pages\s+(\d+) 0 R", catalog)
    return int(found[1]) if found else 0


def _leaves(objects: Mapping[int, bytes], number: int) -> Iterator[int]:
    """Yield the numbers of the pages below a node of the tree of pages."""
    kids = re.search(rb"/Kids\s*\[([^\]]*)\]", objects.get(number, b""))
    if kids is None:
        yield number
        return
    for kid in re.findall(rb"(\d+) 0 R", kids[1]):
        yield from _leaves(objects, int(kid))


def _failed(detail: str) -> ExportError:
    return ExportError(Problem("exporter-failed", facts={"format": "docx", "detail": detail}))
