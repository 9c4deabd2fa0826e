"""The journal: the point from which a change is decided, and how it is carried out, again and again if need be.

A journal names each file with its hashes before and after; it is only ever renamed into place whole. Whoever finds one
finishes the job; whoever finds only staged files throws them away.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli.bounds import STATE_LIMIT, read_file
from kpi_cli.errors import LedgerError
from kpi_cli.ledger.entries import HISTORY, drop_after, store_entry, stored_numbers
from kpi_cli.ledger.files import (
    ASIDE,
    FOLDER,
    MALFORMED,
    content_of,
    content_or_none,
    damaged,
    digest,
    make_folders,
    remove_empty_folders,
    replace_file,
    resolve,
    shown_name,
    sync_folder,
)
from kpi_cli.problems import Place, Problem, system_reason

if TYPE_CHECKING:
    from pathlib import Path

JOURNAL, GENERATION, STAGING = "journal.json", "generation", "staging"


@dataclass(frozen=True, slots=True)
class _Switch:
    """What the journal says about one file: hashes before and after, and its name among the staged files."""

    file: str
    before: str | None
    after: str | None
    staged: str | None


def recover(root: Path) -> None:
    """Apply a journal that an interrupted command left, or throw its staged files away; needs the lock.

    Raises:
      LedgerError: The journal cannot be carried out; it stays.
    """
    try:
        if has_journal(root):
            finish(root)
        elif os.path.lexists(root / FOLDER / STAGING):
            discard_staging(root)
    except OSError as error:
        raise LedgerError(unfinished(root, error)) from None


def finish(root: Path) -> None:
    """Carry out the journal. It can be interrupted anywhere and is then carried out again.

    Raises:
      LedgerError: A file is neither as before nor as after the change: somebody edited it since. Or the journal is
        damaged.
      OSError: The disk refuses.
    """
    folder = root / FOLDER
    sync_folder(folder)  # the journal's name has to be on the disk before the first file changes
    generation, position, entry, mask, switches = _read_journal(root)
    for switch in [s for s in switches if not _is_done(root, s)]:  # a conflict shows before anything is touched
        _carry_out(root, switch)
    for switch in switches:
        if switch.after is None:
            remove_empty_folders(root, switch.file)
    if entry is not None:
        drop_after(root, position - 1)
        store_entry(root, entry, mask)
    replace_file(folder / GENERATION, f"{generation} {position}\n".encode())
    (folder / JOURNAL).unlink()
    discard_staging(root)
    with contextlib.suppress(OSError):  # a journal that comes back after a power cut is carried out again, harmlessly
        sync_folder(folder)


_Journal = tuple[int, int, dict[str, Any] | None, int, list[_Switch]]


def _read_journal(root: Path) -> _Journal:
    """Return generation, undo position, history entry, who may read it, and files; a journal is whole or not there."""
    path = root / FOLDER / JOURNAL
    raw = read_file(path, STATE_LIMIT)
    try:
        return _parse_journal(raw)
    except MALFORMED:
        raise LedgerError(damaged(root, path)) from None


def _parse_journal(raw: bytes) -> _Journal:
    journal = json.loads(raw)
    switches = [_Switch(file, s["before"], s["after"], s["staged"]) for file, s in journal["files"].items()]
    entry, position = journal.get("entry"), journal["position"]
    if any(s.staged is not None and not s.staged.isdecimal() for s in switches):
        raise ValueError
    if entry is not None and entry["number"] != position:
        raise ValueError
    return int(journal["generation"]), int(position), entry, int(journal.get("mask", 0o777)), switches


def _is_done(root: Path, switch: _Switch) -> bool:
    """Say whether a file was switched already.

    Raises:
      LedgerError: It was edited in between, or what it is to become is gone.
    """
    now = digest(content_or_none(resolve(root, switch.file)))
    if now == switch.after:
        return True
    staging = root / FOLDER / STAGING
    has_staged = switch.staged is not None and (staging / switch.staged).exists()
    if now == switch.before and (has_staged or switch.staged is None):
        return False
    if now != switch.before and switch.staged is not None and not has_staged and staging.exists():
        return True  # its staged file went into place, and was edited after that: nothing is overwritten, nothing lost
    kept = f"{FOLDER}/{STAGING}/{switch.staged}" if has_staged else f"{FOLDER}/{JOURNAL}"
    facts = {"kept": kept, "journal": f"{FOLDER}/{JOURNAL}"}
    raise LedgerError(Problem("recovery-conflict", Place(switch.file), facts=facts))


def _carry_out(root: Path, switch: _Switch) -> None:
    target = resolve(root, switch.file)
    if switch.staged is None:
        target.unlink()
        sync_folder(target.parent)
        return
    staged = root / FOLDER / STAGING / switch.staged
    content = read_file(staged)
    if digest(content) != switch.after:
        raise LedgerError(damaged(root, staged))
    make_folders(target.parent)
    try:
        staged.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        replace_file(target, content, staged.stat())  # `.kpi` or the year is a mount of its own


def state(root: Path) -> tuple[int, int]:
    """Return (generation, undo position): how many changes were stored, and the newest one in force.

    Raises:
      LedgerError: The file cannot be read or understood.
    """
    path = root / FOLDER / GENERATION
    raw = content_of(path, f"{FOLDER}/{GENERATION}")
    if raw is None:
        return _state_without_file(root)
    words = raw.split()
    if len(words) != 2 or not all(word.isdigit() and len(word) < 19 for word in words):
        raise LedgerError(damaged(root, path))
    return int(words[0]), int(words[1])


def _state_without_file(root: Path) -> tuple[int, int]:
    """Count from the history where the generation is lost: starting at 0 would drop every entry as undone."""
    if not (root / FOLDER / HISTORY).is_dir():
        return 0, 0
    newest = max(stored_numbers(root), default=0)
    return newest, newest


def has_journal(root: Path) -> bool:
    """Tell whether a change is decided but not finished."""
    try:
        (root / FOLDER / JOURNAL).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def unfinished(root: Path, error: OSError) -> Problem:
    """Say that the disk refused to finish a change that is decided."""
    where = Place(shown_name(root, error.filename))
    return Problem("unfinished", where, facts={"detail": system_reason(error)})


def discard_staging(root: Path) -> None:
    """Throw staged files away, as far as the disk allows; never those of a change that is decided."""
    folder = root / FOLDER
    with contextlib.suppress(OSError):
        if has_journal(root):
            return
        for path in (folder / (JOURNAL + ASIDE), folder / (GENERATION + ASIDE)):
            path.unlink(missing_ok=True)
        if (folder / STAGING).is_symlink():  # came with somebody's ledger; what it points to is not ours to delete
            (folder / STAGING).unlink()
            return
        for path in (folder / STAGING).iterdir():
            path.unlink()
        (folder / STAGING).rmdir()  # last: who finds this folder knows that there is something to throw away
