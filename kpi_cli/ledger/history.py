"""The history of a ledger, undo and redo.

A change is taken back or put back only where each of its files is exactly as recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.ledger.entries import HistoryEntry, entry_path, read_entry, stored_numbers
from kpi_cli.ledger.files import damaged, digest
from kpi_cli.ledger.journal import state
from kpi_cli.ledger.transaction import Transaction, open_transaction, read_consistent
from kpi_cli.problems import Place, Problem

if TYPE_CHECKING:
    from pathlib import Path


def history(root: Path) -> list[HistoryEntry]:
    """Return every change, newest first; undone ones are marked.

    Raises:
      LedgerError: An entry cannot be read or understood.
    """

    def load() -> list[HistoryEntry]:
        position = state(root)[1]
        return [read_entry(root, number, position) for number in stored_numbers(root)]

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
        if position < 1 or not entry_path(root, position).exists():
            raise UsageError(Problem("nothing-to-undo"))
        entry = read_entry(root, position, position - 1)
        _apply(root, tx, entry, backwards=True)
        return entry


def redo(root: Path, wait: float = 10.0) -> HistoryEntry:
    """Put the change back that was undone last; raises as `undo` does."""
    with open_transaction(root, "redo", wait) as tx:
        position = state(root)[1] + 1
        if not entry_path(root, position).exists():
            raise UsageError(Problem("nothing-to-redo"))
        entry = read_entry(root, position, position)
        _apply(root, tx, entry, backwards=False)
        return entry


def _apply(root: Path, tx: Transaction, entry: HistoryEntry, *, backwards: bool) -> None:
    new: dict[str, bytes | None] = {}
    hashes: dict[str, tuple[str | None, str | None]] = {}
    edited: list[Problem] = []
    for change in entry.files:
        expected, wanted = (change.after, change.before) if backwards else (change.before, change.after)
        gone, put = (change.added, change.removed) if backwards else (change.removed, change.added)
        content = tx.read(change.path)
        if digest(content) != expected:
            facts = {"action": "撤销" if backwards else "重做"}
            edited.append(Problem("edited-since", Place(change.path), facts=facts))
            continue
        body = content or b""
        text = body[: change.offset] + put + body[change.offset + len(gone) :]
        new[change.path] = None if wanted is None else text
        if digest(new[change.path]) != wanted:
            raise LedgerError(damaged(root, entry_path(root, entry.number)))
        hashes[change.path] = expected, wanted
    if edited:
        raise LedgerError(edited)
    tx.apply(new, hashes, {"position": entry.number - 1 if backwards else entry.number})
