"""The history: what each change did, byte for byte but without copies of files; undo and redo.

An entry holds, per file, the hashes before and after and the one stretch of bytes that changed. It is applied
backwards or forwards only where the file is exactly as recorded.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.ledger.transaction import (
    ASIDE,
    FOLDER,
    HISTORY,
    MALFORMED,
    Transaction,
    _replace_file,
    damaged,
    digest,
    open_transaction,
    read_consistent,
    state,
)
from kpi_cli.problems import Place, Problem, system_reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

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


# entries


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
    start = _common(before, after)
    limit = min(len(before), len(after)) - start
    end = min(_common(before[: -limit - 1 : -1], after[: -limit - 1 : -1]), limit) if limit else 0
    return {
        "path": file,
        "before": digest(old),
        "after": digest(new),
        "offset": start,
        "removed": _pack(before[start : len(before) - end]),
        "added": _pack(after[start : len(after) - end]),
    }


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


def _path(root: Path, number: int) -> Path:
    return _folder(root) / f"{number:08}.json"


def next_number(root: Path) -> int:
    """Return the number of the next change: the one behind the newest that is in force."""
    return state(root)[1] + 1


def store_entry(root: Path, entry: Mapping[str, Any]) -> None:
    """Write an entry; writing it twice is the same as once."""
    # what is no text (a file name) becomes \udcXX, which JSON reads back; an exception here would come too late
    text = json.dumps(entry, ensure_ascii=False).encode(errors="backslashreplace")
    _replace_file(_path(root, entry["number"]), text)


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


def _read(root: Path, number: int, position: int) -> HistoryEntry:
    path = _path(root, number)
    try:
        content = path.read_bytes()
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


def history(root: Path) -> list[HistoryEntry]:
    """Return every change, newest first; undone ones are marked.

    Raises:
      LedgerError: An entry cannot be read or understood.
    """

    def load() -> list[HistoryEntry]:
        position = state(root)[1]
        return [_read(root, number, position) for number in stored_numbers(root)]

    return read_consistent(root, load)


# undo and redo


def undo(root: Path, wait: float = 10.0) -> HistoryEntry:
    """Take the newest change in force back.

    Raises:
      UsageError: There is none.
      LedgerError: A file was edited since.
      LockedError: Another process holds the ledger.
    """
    with open_transaction(root, "undo", wait) as tx:
        position = state(root)[1]
        if position < 1 or not _path(root, position).exists():
            raise UsageError(Problem("nothing-to-undo"))
        entry = _read(root, position, position - 1)
        _apply(root, tx, entry, backwards=True)
        return entry


def redo(root: Path, wait: float = 10.0) -> HistoryEntry:
    """Put the change back that was undone last; raises as `undo` does."""
    with open_transaction(root, "redo", wait) as tx:
        position = state(root)[1] + 1
        if not _path(root, position).exists():
            raise UsageError(Problem("nothing-to-redo"))
        entry = _read(root, position, position)
        _apply(root, tx, entry, backwards=False)
        return entry


def _apply(root: Path, tx: Transaction, entry: HistoryEntry, *, backwards: bool) -> None:
    new: dict[str, bytes | None] = {}
    hashes: dict[str, tuple[str | None, str | None]] = {}
    for change in entry.files:
        expected, wanted = (change.after, change.before) if backwards else (change.before, change.after)
        gone, put = (change.added, change.removed) if backwards else (change.removed, change.added)
        content = tx.read(change.path)
        if digest(content) != expected:
            action = "撤销" if backwards else "恢复"
            raise LedgerError(Problem("edited-since", Place(change.path), facts={"action": action}))
        body = content or b""
        text = body[: change.offset] + put + body[change.offset + len(gone) :]
        new[change.path] = None if wanted is None else text
        if digest(new[change.path]) != wanted:
            raise LedgerError(damaged(root, _path(root, entry.number)))
        hashes[change.path] = expected, wanted
    tx.apply(new, hashes, {"position": entry.number - 1 if backwards else entry.number})
