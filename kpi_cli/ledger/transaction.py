"""All changes of one command, over all the files that it touches: stored together or not at all.

A commit stages the new files in `.kpi/staging/`, then renames a journal into place — from there on the change is
decided — switches the files one by one, writes the history entry, and last the generation number. Whoever comes
next and finds a journal finishes the job; whoever finds only staged files throws them away. Readers take no lock:
they compare the generation before and after, and retry. This module knows files and bytes, nothing of TOML.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, TypeVar

from kpi_cli.bounds import MEBIBYTE, TEXT_LIMIT
from kpi_cli.errors import LedgerError, LockedError, UnfinishedError
from kpi_cli.ledger.entries import HISTORY, entry_for
from kpi_cli.ledger.files import (
    ASIDE,
    FOLDER,
    content_of,
    give,
    narrow,
    readers,
    real_name,
    require_writable,
    resolve,
    shown_name,
    sync_folder,
    write_synced,
)
from kpi_cli.ledger.journal import JOURNAL, STAGING, discard_staging, finish, has_journal, recover, state, unfinished
from kpi_cli.problems import Place, Problem, system_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

T = TypeVar("T")

_LOCK = "lock"
_READ_ATTEMPTS, _LOCK_AFTER = 60, 12  # a reader looks so often without the lock, then tries with it
_READ_PAUSE, _READ_WAIT = 0.05, 10.0  # seconds
_LOCK_POLL = 0.005


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
        # keys are real paths, so that two names of one file (links) are one file here
        self._seen: dict[str, bytes | None] = {}
        self._new: dict[str, bytes | None] = {}

    def read(self, file: str) -> bytes | None:
        """Return a file's content, or None where it does not exist; what this transaction wrote counts.

        Args:
          file: Path relative to the ledger, with `/`.
        Raises:
          LedgerError: It cannot be read.
          UsageError: It lies outside of the ledger.
        """
        path = resolve(self._root, file)
        key = real_name(self._root, path)
        if key in self._new:
            return self._new[key]
        if key not in self._seen:
            self._seen[key] = content_of(path, file)
        return self._seen[key]

    def write(self, file: str, content: bytes | None) -> None:
        """Set a file's new content; None deletes it. Nothing is stored before `commit`.

        Raises:
          LedgerError: The content is larger than what would be read again.
        """
        if content is not None and len(content) > TEXT_LIMIT:
            facts = {"limit": TEXT_LIMIT // MEBIBYTE}
            raise LedgerError(Problem("too-large", Place(file), facts=facts))
        self.read(file)
        self._new[real_name(self._root, resolve(self._root, file))] = content

    def commit(self) -> None:
        """Store every change.

        Raises:
          LedgerError: A file was changed by another program meanwhile, or something could not be written;
            nothing is changed then.
          UnfinishedError: The change is decided, but the disk refused before all of it was carried out.
        """
        changed = {file: new for file, new in self._new.items() if new != self._seen[file]}
        if changed:
            number = state(self._root)[1] + 1  # the one behind the newest in force
            entry = entry_for(number, self._command, self.summary, self._seen, changed)
            hashes = {change["path"]: (change["before"], change["after"]) for change in entry["files"]}
            self.apply(changed, hashes, {"position": number, "entry": entry})

    def apply(
        self, new: Mapping[str, bytes | None], hashes: Mapping[str, tuple[str | None, str | None]], note: dict[str, Any]
    ) -> None:
        """Switch files to their new content; raises as `commit` does.

        Args:
          new: Content by file, None deletes; each file was read in this transaction.
          hashes: Hash before and after of each of them.
          note: Goes into the journal: the undo position, and for a new change its history entry.
        """
        try:
            aside = self._prepare(new, hashes, note)
            self._check_unchanged()
            aside.replace(self._root / FOLDER / JOURNAL)
        except OSError as error:
            discard_staging(self._root)
            where = Place(shown_name(self._root, error.filename))
            raise LedgerError(Problem("unwritable", where, facts={"detail": system_reason(error)})) from None
        except BaseException:
            discard_staging(self._root)
            raise
        self._seen.update(new)
        self._new.clear()
        try:
            finish(self._root)
        except OSError as error:
            raise UnfinishedError(unfinished(self._root, error)) from None
        except LedgerError as error:
            raise UnfinishedError(error.problems) from None

    def _prepare(
        self, new: Mapping[str, bytes | None], hashes: Mapping[str, tuple[str | None, str | None]], note: dict[str, Any]
    ) -> Path:
        """Bring all that the change needs onto the disk; returns the journal, written aside."""
        folder = self._root / FOLDER / STAGING
        folder.mkdir(parents=True, exist_ok=True)
        mask = readers(self._root, new)
        narrow(folder, mask)
        files: dict[str, Any] = {}
        for number, (file, content) in enumerate(new.items()):
            target = resolve(self._root, file)
            require_writable(target)
            if content is not None:
                write_synced(folder / str(number), content, target.stat() if target.exists() else None)
            before, after = hashes[file]
            files[file] = {"before": before, "after": after, "staged": None if content is None else str(number)}
        sync_folder(folder)
        aside = self._root / FOLDER / (JOURNAL + ASIDE)
        journal = {**note, "generation": state(self._root)[0] + 1, "mask": mask, "files": files}
        write_synced(aside, json.dumps(journal).encode(), mask=mask)
        return aside

    def _check_unchanged(self) -> None:
        for file, content in self._seen.items():
            if content_of(resolve(self._root, file), file) != content:
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

    folder = root / FOLDER
    try:
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            give(folder, root.stat())
            sync_folder(root)
        for path in (folder, folder / HISTORY):
            if path.is_symlink():  # came with somebody's ledger; what it points to is not ours to write or delete
                raise LedgerError(Problem("unsafe-path", Place(shown_name(root, path))))
        lock = filelock.FileLock(folder / _LOCK)
        lock.acquire(timeout=max(0.0, wait), poll_interval=_LOCK_POLL)  # below 0 it would wait forever
    except filelock.Timeout:
        raise LockedError(Problem("locked", Place(str(root)))) from None
    except OSError as error:
        facts = {"detail": system_reason(error)}
        raise LedgerError(Problem("unwritable", Place(str(folder)), facts=facts)) from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # the end of the process releases it too
            lock.release()


def read_consistent(root: Path, load: Callable[[], T]) -> T:
    """Run `load`, which reads files of the ledger, so that it never sees half a transaction.

    It takes no lock, except to finish what a killed command left, and where writers give it no quiet moment.

    Args:
      root: The ledger's folder; one without `.kpi` is read as it is.
      load: Reads and returns; it may be called again.
    Raises:
      LockedError: A writer did not come to an end in time.
      LedgerError: A change was interrupted and cannot be finished, for example on a read-only disk.
    """
    import time

    for attempt in range(_READ_ATTEMPTS):
        before = _view(root)
        if not before[0]:
            failure: Exception | None = None
            try:
                loaded = load()
            except Exception as error:  # a file that went away, a project not there yet: real only if nothing moved
                failure = error
            if _view(root) == before:
                if failure is not None:
                    raise failure
                return loaded
        if before[0] or attempt == _LOCK_AFTER:
            done = _read_locked(root, load, attempt)
            if done is not None:
                return done[0]
        time.sleep(min(_READ_PAUSE, 0.001 * 2**attempt))
    raise LockedError(Problem("locked", Place(str(root))))


def _read_locked(root: Path, load: Callable[[], T], attempt: int) -> tuple[T] | None:
    """A journal is there, or writers give no quiet moment: finish what a dead one left, and keep others out.

    Returns:
      What was loaded; None while a writer is at work. Who may not write cannot know that, and can only wait.
    """
    try:
        with _locked(root, _READ_WAIT if attempt == _LOCK_AFTER else 0):
            recover(root)
            return (load(),)
    except LockedError:
        if attempt == _LOCK_AFTER:
            raise
    except LedgerError as error:
        if error.problems[0].code != "unwritable":
            raise
        if attempt == _READ_ATTEMPTS - 1 and has_journal(root):
            problem = Problem("unfinished", Place(f"{FOLDER}/{JOURNAL}"), facts=error.problems[0].facts)
            raise LedgerError(problem) from None
    return None


def _view(root: Path) -> tuple[bool, tuple[int, int]]:
    try:
        return has_journal(root), state(root)
    except OSError as error:
        facts = {"detail": system_reason(error)}
        raise LedgerError(Problem("unreadable", Place(shown_name(root, error.filename)), facts=facts)) from None
