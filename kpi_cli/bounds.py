"""Files that came from elsewhere: read no further than a limit, and unpacked no further than one.

A ledger, a table set, a workbook, a reference document may come by e-mail; whoever opens one must not lose the
memory of the machine to it, nor wait for a pipe that nobody writes to. SECURITY.md lists the limits.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEBIBYTE = 1024 * 1024
TEXT_LIMIT = 64 * MEBIBYTE
"""Bytes of a text file of a ledger, a definition, a template, a disclosure: some 400,000 budget lines."""
TEMPLATE_LIMIT = MEBIBYTE
"""Bytes of a narrative template."""
IMPORT_LIMIT = 256 * MEBIBYTE
"""Bytes of a file to import."""
ROW_LIMIT = 400_000
"""Rows of a file to import: as many as fill TEXT_LIMIT with budget lines."""
COLUMN_LIMIT = 1000
"""Columns of a file to import."""
STATE_LIMIT = 1024 * MEBIBYTE
"""Bytes of what a ledger remembers of one change: old and new text of all its files."""
UNZIPPED_LIMIT = 200 * MEBIBYTE
"""Bytes that a workbook or a document may unpack to."""
MEMBER_LIMIT = 10_000
"""Members that a workbook or a document may have."""


class BombError(ValueError):
    """An archive that unpacks to more than the limit."""


def read_file(path: Path, limit: int = TEXT_LIMIT) -> bytes:
    """Read a regular file, such as one of a ledger; links are followed.

    Raises:
      OSError: It cannot be read, is larger than `limit`, or is a pipe or a device.
    """
    if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():  # opening a pipe would wait for its writer
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV), str(path))
    return read_stream(path, limit)


def read_stream(path: Path, limit: int = IMPORT_LIMIT) -> bytes:
    """Read what a user named, which may be a pipe (`<(…)`), to its end.

    Raises:
      OSError: It cannot be read, or has more than `limit` bytes.
    """
    with path.open("rb") as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content


def repacked(
    content: bytes, limit: int = UNZIPPED_LIMIT, rewrite: Callable[[str, bytes], bytes] = lambda _, member: member
) -> bytes:
    """Return an archive with the same members, unpacked within the limit, each name once, nothing compressed.

    The sizes that an archive states may be lies, and two readers may see two different members under one name: what
    reads the result sees what was counted here.

    Args:
      content: The archive.
      limit: Bytes that all members together may have.
      rewrite: Takes the name of a member, in lower case, and its content; gives what is to stand there instead.
    Raises:
      BombError: Its members have more than `limit` bytes, or there are too many.
      Exception: Whatever `zipfile` raises about what is no archive, or a damaged one.
    """
    import io
    import zipfile

    made, left = io.BytesIO(), limit
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        names = {info.filename.lower(): info.filename for info in old.infolist()}  # Windows and calamine ignore case
        if len(names) > MEMBER_LIMIT:
            raise BombError
        for key, name in names.items():
            with old.open(name) as stream:
                member = stream.read(left + 1)
            left -= len(member)
            if left < 0:
                raise BombError
            new.writestr(zipfile.ZipInfo(name), rewrite(key, member))
    return made.getvalue()
