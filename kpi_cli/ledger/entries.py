"""The entries of the history: what one change did, byte for byte but without copies of files.

An entry holds, per file, the hashes before and after and the one stretch of lines that changed.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli.bounds import STATE_LIMIT, read_file
from kpi_cli.errors import LedgerError
from kpi_cli.ledger.files import ASIDE, FOLDER, MALFORMED, damaged, digest, give, narrow, replace_file
from kpi_cli.problems import Place, Problem, system_reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HISTORY = "history"
_ENTRY_NAME = re.compile(r"([0-9]{8,18})\.json")


@dataclass(frozen=True, slots=True)
class FileChange:
    """What happened to one file.

    Attributes:
      path: Relative to the ledger.
      before: Hash before, or None where it did not exist.
      after: Hash after, or None where it was deleted.
      offset: Where the changed stretch begins.
      removed: Bytes that stood there.
      added: Bytes that stand there now.
    """

    path: str
    before: str | None
    after: str | None
    offset: int
    removed: bytes
    added: bytes


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of the ledger.

    Attributes:
      number: 1 for the first.
      time: When, ISO 8601 with the offset from UTC.
      command: Which command.
      summary: What it did.
      files: What happened to each file.
      is_undone: It was taken back and may be put back.
    """

    number: int
    time: str
    command: str
    summary: str
    files: tuple[FileChange, ...]
    is_undone: bool


def entry_for(
    number: int, command: str, summary: str, old: Mapping[str, bytes | None], new: Mapping[str, bytes | None]
) -> dict[str, Any]:
    """Describe a change as the JSON object that is stored."""
    from datetime import UTC, datetime

    return {
        "number": number,
        "time": datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        "command": command,
        "summary": summary.encode(errors="replace").decode(),  # a file name in it need not be text
        "files": [_change(file, old[file], new[file]) for file in new],
    }


def _change(file: str, old: bytes | None, new: bytes | None) -> dict[str, Any]:
    before, after = old or b"", new or b""
    start, tail = _common_lines(before, after)
    return {
        "path": file,
        "before": digest(old),
        "after": digest(new),
        "offset": start,
        "removed": _pack(before[start : len(before) - tail]),
        "added": _pack(after[start : len(after) - tail]),
    }


def _common_lines(a: bytes, b: bytes) -> tuple[int, int]:
    """Return the lengths of the equal beginning and of the equal end, both cut at lines.

    Whole lines keep the stored text readable; cut anywhere, 基 → 埠 would store two halves of a character.
    """
    start = a.rfind(b"\n", 0, _common(a, b)) + 1
    a, b = a[start:], b[start:]
    tail = _common_end(a, b)
    behind_a, behind_b = len(a) - tail, len(b) - tail
    if all(text[max(at - 1, 0) : at] in (b"", b"\n") for text, at in ((a, behind_a), (b, behind_b))):
        return start, tail
    line = a.find(b"\n", behind_a)
    return start, len(a) - line - 1 if line >= 0 else 0


def _common(a: bytes, b: bytes) -> int:
    """Return how many leading bytes are equal, by halving: comparing slices is as fast as copying them."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(a: bytes, b: bytes) -> int:
    """Return how many trailing bytes are equal."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _pack(content: bytes) -> str:
    """Keep text readable in the JSON; bytes that are no UTF-8 go in base64."""
    try:
        return "text:" + content.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(content).decode()


def _unpack(text: str) -> bytes:
    kind, _, body = text.partition(":")
    return body.encode() if kind == "text" else base64.b64decode(body)


def _folder(root: Path) -> Path:
    return root / FOLDER / HISTORY


def entry_path(root: Path, number: int) -> Path:
    """Return where the entry of a change is stored."""
    return _folder(root) / f"{number:08}.json"


def store_entry(root: Path, entry: Mapping[str, Any], mask: int) -> None:
    """Write an entry; writing it twice is the same as once.

    Args:
      root: The ledger's folder.
      entry: As `entry_for` made it.
      mask: Who may read what it holds, see `files.readers`.
    """
    folder = _folder(root)
    if not folder.is_dir():
        folder.mkdir()
        give(folder, root.stat())
    narrow(folder, mask)
    # what is no text (a file name) becomes \udcXX, which JSON reads back; an exception here would come too late
    text = json.dumps(entry, ensure_ascii=False).encode(errors="backslashreplace")
    replace_file(entry_path(root, entry["number"]), text)


def stored_numbers(root: Path) -> list[int]:
    """Return the numbers of the entries that are there, newest first; files of other names are not ours."""
    folder = _folder(root)
    names = [_ENTRY_NAME.fullmatch(path.name) for path in folder.iterdir()] if folder.is_dir() else []
    return sorted((int(name[1]) for name in names if name), reverse=True)


def drop_after(root: Path, number: int) -> None:
    """Forget undone changes behind `number`: a new change has taken their place."""
    folder = _folder(root)
    for path in list(folder.iterdir()) if folder.is_dir() else ():
        name = _ENTRY_NAME.fullmatch(path.name.removesuffix(ASIDE))
        if name and (path.name.endswith(ASIDE) or int(name[1]) > number):
            path.unlink(missing_ok=True)


def read_entry(root: Path, number: int, position: int) -> HistoryEntry:
    """Read one entry; those behind `position` count as undone.

    Raises:
      LedgerError: It cannot be read or understood.
    """
    path = entry_path(root, number)
    try:
        content = read_file(path, STATE_LIMIT)
    except OSError as error:
        place = Place(path.relative_to(root).as_posix())
        raise LedgerError(Problem("unreadable", place, facts={"detail": system_reason(error)})) from None
    try:
        return _parse(content, number, position)
    except MALFORMED:
        raise LedgerError(damaged(root, path)) from None


def _parse(content: bytes, number: int, position: int) -> HistoryEntry:
    raw = json.loads(content)
    files = tuple(
        FileChange(f["path"], f["before"], f["after"], int(f["offset"]), _unpack(f["removed"]), _unpack(f["added"]))
        for f in raw["files"]
    )
    if any(type(change.path) is not str for change in files):
        raise TypeError
    time, command, summary = (str(raw[name]) for name in ("time", "command", "summary"))
    return HistoryEntry(number, time, command, summary, files, is_undone=number > position)
