"""Writing the package: the parts of a document in one zip file, the same bytes for the same parts."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)
_CONTENT_TYPES = "[Content_Types].xml"
_REGULAR_FILE = 0o100644 << 16


def read_parts(package: bytes) -> dict[str, bytes]:
    """Return the parts of a package by name, in their order."""
    with ZipFile(BytesIO(package)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


def write_parts(parts: Mapping[str, bytes]) -> bytes:
    """Write a package: fixed times and attributes, content types first, the other parts in the given order."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: name != _CONTENT_TYPES):
            info = ZipInfo(name, _EPOCH)
            info.compress_type = ZIP_DEFLATED
            info.create_system = 0  # zipfile would write which system it runs on
            info.external_attr = _REGULAR_FILE
            archive.writestr(info, parts[name])
    return stream.getvalue()
