"""Writing the package: the parts of a document in one zip file, the same bytes for the same parts."""

from __future__ import annotations

from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
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


def add_part(parts: dict[str, bytes], document: str, kind: str, name: str, content: bytes, media_type: str) -> str:
    """Add a part that the document refers to.

    Args:
      parts: The package; changed in place.
      document: Name of the part that holds the text.
      kind: Last word of the relationship's type, such as `header` or `image`.
      name: Name of the new part; one that is taken gets a number.
      content: Its bytes.
      media_type: What it holds.
    Returns:
      The id of the relationship.
    """
    folder, _, own = document.rpartition("/")
    relations = f"{folder}/_rels/{own}.rels".removeprefix("/")
    stem, dot, ending = name.rpartition(".")
    name = next(free for n in count() if (free := f"{stem}{n or ''}{dot}{ending}") not in parts)
    id_ = f"rIdKpi{name.rpartition('/')[2].partition('.')[0]}"
    link = f'<Relationship Id="{id_}" Type="{_RELATIONSHIPS}/{kind}" Target="/{name}"/></Relationships>'
    override = f'<Override PartName="/{name}" ContentType="{media_type}"/></Types>'
    parts[name] = content
    parts[relations] = parts[relations].replace(b"</Relationships>", link.encode())
    parts[_CONTENT_TYPES] = parts[_CONTENT_TYPES].replace(b"</Types>", override.encode())
    return id_
