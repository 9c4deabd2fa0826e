"""The history: what each change did, byte for byte but without copies of files; undo and redo.

An entry holds, per file, the hashes before and after and the one stretch of bytes that changed. It is applied
backwards or forwards only where the file is exactly as recorded.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.ledger.transaction import FOLDER, HISTORY, Transaction, _replace_file, digest, open_transaction, state
from kpi_cli.problems import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
        "summary": summary,
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
    _replace_file(_path(root, entry["number"]), json.dumps(entry, ensure_ascii=False).encode())


def drop_after(root: Path, number: int) -> None:
    """Forget undone changes behind `number`: a new change has taken their place."""
    folder = _folder(root)
    for path in folder.glob("*.json*") if folder.is_dir() else ():
        if not path.name.endswith(".json") or int(path.stem) > number:
            path.unlink()


def _read(root: Path, number: int, position: int) -> HistoryEntry:
    raw = json.loads(_path(root, number).read_bytes())
    files = tuple(
        FileChange(f["path"], f["before"], f["after"], f["offset"], _unpack(f["removed"]), _unpack(f["added"]))
        for f in raw["files"]
    )
    return HistoryEntry(raw["number"], raw["time"], raw["command"], raw["summary"], files, number > position)


def history(root: Path) -> list[HistoryEntry]:
    """Return every change, newest first; undone ones are marked."""
    folder = _folder(root)
    numbers = sorted((int(p.stem) for p in folder.glob("*.json")), reverse=True) if folder.is_dir() else []
    position = state(root)[1]
    return [_read(root, number, position) for number in numbers]


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
        _apply(tx, entry, position - 1, backwards=True)
        return entry


def redo(root: Path, wait: float = 10.0) -> HistoryEntry:
    """Put the change back that was undone last; raises as `undo` does."""
    with open_transaction(root, "redo", wait) as tx:
        position = state(root)[1] + 1
        if not _path(root, position).exists():
            raise UsageError(Problem("nothing-to-redo"))
        entry = _read(root, position, position)
        _apply(tx, entry, position, backwards=False)
        return entry


def _apply(tx: Transaction, entry: HistoryEntry, position: int, *, backwards: bool) -> None:
    old: dict[str, bytes | None] = {}
    new: dict[str, bytes | None] = {}
    for change in entry.files:
        expected, wanted = (change.after, change.before) if backwards else (change.before, change.after)
        gone, put = (change.added, change.removed) if backwards else (change.removed, change.added)
        content = tx.read(change.path)
        if digest(content) != expected:
            action = "撤销" if backwards else "恢复"
            raise LedgerError(Problem("edited-since", Place(change.path), facts={"action": action}))
        body = content or b""
        old[change.path] = content
        new[change.path] = None if wanted is None else body[: change.offset] + put + body[change.offset + len(gone) :]
    tx.apply(old, new, {"position": position})
