"""All changes of one command, over all the files that it touches: stored together or not at all.

A commit stages the new files in `.kpi/staging/`, then renames a journal into place — from there on the change is
decided — switches the files one by one, writes the history entry, and last the generation number. Whoever comes
next and finds a journal finishes the job; whoever finds only staged files throws them away. Readers take no lock:
they compare the generation before and after, and retry. This module knows files and bytes, nothing of TOML.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from kpi_cli.errors import LedgerError, LockedError, UsageError
from kpi_cli.problems import Place, Problem, system_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")

FOLDER = ".kpi"
LOCK, JOURNAL, GENERATION, STAGING, HISTORY = "lock", "journal.json", "generation", "staging", "history"
_READ_ATTEMPTS = 200
_READ_PAUSE = 0.05


def digest(content: bytes | None) -> str | None:
    """Return a hash of a file's content; None for a file that does not exist."""
    return None if content is None else hashlib.blake2b(content, digest_size=16).hexdigest()


class Transaction:
    """The files that one command reads and writes; made by `open_transaction`.

    Attributes:
      summary: What the change does, one Chinese sentence for the history.
    """

    def __init__(self, root: Path, command: str) -> None:
        """Begin with nothing read and nothing written."""
        self.summary = ""
        self._root = root
        self._command = command
        self._seen: dict[str, bytes | None] = {}
        self._new: dict[str, bytes | None] = {}

    def read(self, file: str) -> bytes | None:
        """Return a file's content, or None where it does not exist; what this transaction wrote counts.

        Args:
          file: Path relative to the ledger, with `/`.
        Raises:
          LedgerError: It cannot be read, or lies outside of the ledger.
        """
        if file in self._new:
            return self._new[file]
        if file not in self._seen:
            self._seen[file] = _content(resolve(self._root, file), file)
        return self._seen[file]

    def write(self, file: str, content: bytes | None) -> None:
        """Set a file's new content; None deletes it. Nothing is stored before `commit`."""
        self.read(file)
        self._new[file] = content

    def commit(self) -> None:
        """Store every change.

        Raises:
          LedgerError: A file was changed by another program meanwhile, or something could not be written;
            nothing is changed then.
        """
        changed = {file: new for file, new in self._new.items() if new != self._seen[file]}
        if changed:
            from kpi_cli.ledger.history import entry_for, next_number

            old = {file: self._seen[file] for file in changed}
            number = next_number(self._root)
            entry = entry_for(number, self._command, self.summary, old, changed)
            self.apply(old, changed, {"position": number, "entry": entry})

    def apply(self, old: Mapping[str, bytes | None], new: Mapping[str, bytes | None], note: dict[str, Any]) -> None:
        """Switch files from `old` to `new`; `note` goes into the journal: the undo position and a history entry."""
        try:
            staged = self._stage(new)
            self._check_unchanged()
            files = {
                file: {"before": digest(old[file]), "after": digest(content), "staged": staged.get(file)}
                for file, content in new.items()
            }
            journal = {**note, "generation": state(self._root)[0] + 1, "files": files}
            _replace_file(self._root / FOLDER / JOURNAL, json.dumps(journal).encode())
        except OSError as error:
            _discard_staging(self._root)
            where = Place(_relative(self._root, error.filename))
            raise LedgerError(Problem("unwritable", where, facts={"detail": system_reason(error)})) from None
        except BaseException:
            _discard_staging(self._root)
            raise
        finish(self._root)

    def _stage(self, new: Mapping[str, bytes | None]) -> dict[str, str]:
        folder = self._root / FOLDER / STAGING
        folder.mkdir(parents=True, exist_ok=True)
        staged: dict[str, str] = {}
        for number, (file, content) in enumerate(new.items()):
            if content is not None:
                staged[file] = str(number)
                _write_synced(folder / str(number), content)
                target = resolve(self._root, file)
                if target.exists():
                    shutil.copymode(target, folder / str(number))
        _sync_folder(folder)
        return staged

    def _check_unchanged(self) -> None:
        for file, content in self._seen.items():
            if _content(resolve(self._root, file), file) != content:
                raise LedgerError(Problem("changed-meanwhile", Place(file)))


@contextlib.contextmanager
def open_transaction(root: Path, command: str, wait: float = 10.0) -> Iterator[Transaction]:
    """Take the ledger's lock, finish what an interrupted command left, and begin a transaction.

    Leaving the block without `commit` changes nothing.

    Args:
      root: The ledger's folder.
      command: For the history, such as `budget add`.
      wait: Seconds to wait for the lock.
    Raises:
      LockedError: Another process holds the lock.
      LedgerError: The folder cannot be written, or recovery is not possible.
    """
    with _locked(root, wait):
        recover(root)
        yield Transaction(root, command)


@contextlib.contextmanager
def _locked(root: Path, wait: float) -> Iterator[None]:
    import filelock

    try:
        (root / FOLDER).mkdir(exist_ok=True)
        lock = filelock.FileLock(root / FOLDER / LOCK)
        lock.acquire(timeout=wait)
    except filelock.Timeout:
        raise LockedError(Problem("locked", Place(str(root)))) from None
    except OSError as error:
        facts = {"detail": system_reason(error)}
        raise LedgerError(Problem("unwritable", Place(str(root / FOLDER)), facts=facts)) from None
    try:
        yield
    finally:
        lock.release()


# recovery


def recover(root: Path) -> None:
    """Apply a journal that an interrupted command left, or throw its staged files away; needs the lock."""
    if (root / FOLDER / JOURNAL).exists():
        finish(root)
    elif (root / FOLDER / STAGING).exists():
        _discard_staging(root)


def finish(root: Path) -> None:
    """Carry out the journal. It can be interrupted anywhere and is then carried out again.

    Raises:
      LedgerError: A file is neither as before nor as after the change: somebody edited it since.
    """
    folder = root / FOLDER
    journal = json.loads((folder / JOURNAL).read_bytes())
    for file, change in journal["files"].items():
        _switch(root, file, change)
    from kpi_cli.ledger.history import drop_after, store_entry

    if journal.get("entry"):
        drop_after(root, journal["entry"]["number"] - 1)
        store_entry(root, journal["entry"])
    _replace_file(folder / GENERATION, f"{journal['generation']} {journal['position']}\n".encode())
    (folder / JOURNAL).unlink()
    _discard_staging(root)
    _sync_folder(folder)


def _switch(root: Path, file: str, change: Mapping[str, Any]) -> None:
    target = resolve(root, file)
    now = digest(_content(target, file))
    if now == change["after"]:
        return
    staged = root / FOLDER / STAGING / str(change["staged"])
    if now != change["before"] or (change["staged"] is not None and not staged.exists()):
        facts = {"kept": f"{FOLDER}/{STAGING}/{change['staged']}", "journal": f"{FOLDER}/{JOURNAL}"}
        raise LedgerError(Problem("recovery-conflict", Place(file), facts=facts))
    if change["staged"] is None:
        target.unlink()
        with contextlib.suppress(OSError):  # the folder of a year whose last file went
            if target.parent != root.resolve():
                target.parent.rmdir()
                target = target.parent
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(target)
    _sync_folder(target.parent)


def state(root: Path) -> tuple[int, int]:
    """Return (generation, undo position): how many changes were stored, and the newest one in force."""
    try:
        generation, position = (root / FOLDER / GENERATION).read_text().split()
    except (FileNotFoundError, NotADirectoryError):
        return 0, 0
    return int(generation), int(position)


# reading


def read_consistent(root: Path, load: Callable[[], T]) -> T:
    """Run `load`, which reads files of the ledger, so that it never sees half a transaction; takes no lock.

    Args:
      root: The ledger's folder; one without `.kpi` is read as it is.
      load: Reads and returns; it may be called again.
    Raises:
      LockedError: A writer did not come to an end in time.
      LedgerError: A change was interrupted and cannot be finished, for example on a read-only disk.
    """
    import time

    for _ in range(_READ_ATTEMPTS):
        before = _unfinished(root), state(root)
        if before[0]:
            _finish_for_reader(root)
            continue
        failure: LedgerError | None = None
        try:
            loaded = load()
        except LedgerError as error:
            failure = error
        if (_unfinished(root), state(root)) == before:
            if failure is not None:
                raise failure
            return loaded
        time.sleep(_READ_PAUSE)
    raise LockedError(Problem("locked", Place(str(root))))


def _unfinished(root: Path) -> bool:
    return (root / FOLDER / JOURNAL).exists()


def _finish_for_reader(root: Path) -> None:
    """A journal is there: wait for its writer, or finish it where the writer has died."""
    with _locked(root, _READ_ATTEMPTS * _READ_PAUSE):
        recover(root)


# files


def resolve(root: Path, file: str) -> Path:
    """Return the real path of a ledger file; a link inside the ledger is followed, one that leads out is refused.

    Raises:
      UsageError: The path is absolute, goes upwards, or leads out of the ledger.
    """
    relative = PurePosixPath(file)
    path = (root / file).resolve()
    if relative.is_absolute() or ".." in relative.parts or not path.is_relative_to(root.resolve()):
        raise UsageError(Problem("unsafe-path", Place(file)))
    return path


def _relative(root: Path, name: object) -> str:
    path = Path(str(name)) if name else root
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _content(path: Path, file: str) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerError(Problem("unreadable", Place(file), facts={"detail": system_reason(error)})) from None


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _replace_file(path: Path, content: bytes) -> None:
    """Write a small file as a whole: aside, synced, renamed, its folder synced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.new")
    try:
        _write_synced(aside, content)
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    if os.name != "posix":
        return  # Windows neither needs nor offers it
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _discard_staging(root: Path) -> None:
    folder = root / FOLDER
    shutil.rmtree(folder / STAGING, ignore_errors=True)
    for name in (JOURNAL, GENERATION):
        (folder / f"{name}.new").unlink(missing_ok=True)
