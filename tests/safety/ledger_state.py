"""What a ledger is worth after a fault: its bytes, its history, and that nothing else lies about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.ledger import history as h
from kpi_cli.ledger.journal import state

if TYPE_CHECKING:
    from pathlib import Path

LEFT = {"lock", "generation", "history"}
"""What stays in `.kpi` when nobody is at work."""


def contents(root: Path) -> dict[str, bytes]:
    """Return the bytes of every file of the ledger itself."""
    found = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return {file: content for file, content in found.items() if not file.startswith(".kpi/")}


def folders(root: Path) -> set[str]:
    """Return the years."""
    return {p.name for p in root.iterdir() if p.is_dir()} - {".kpi"}


def snapshot(root: Path) -> tuple[object, ...]:
    """All that counts: bytes, year folders, history without its times, undo position."""
    entries = [(e.number, e.summary, e.is_undone, e.files) for e in h.history(root)]
    return contents(root), folders(root), entries, state(root)[1]


def walk(root: Path) -> None:
    """Undo all and redo all."""
    position = state(root)[1]
    for _ in range(position):
        h.undo(root)
    for _ in range(position):
        h.redo(root)


def stray(root: Path) -> list[str]:
    """Return what nobody needs in `.kpi`."""
    found = [path.name for path in (root / ".kpi").iterdir() if path.name not in LEFT]
    return found + [path.name for path in (root / ".kpi/history").glob("*") if path.suffix != ".json"]
