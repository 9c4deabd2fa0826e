"""All changes of one command, over all the files that it touches: stored together or not at all.

A commit stages the new files in `.kpi/staging/`, then renames a journal into place — from there on the change is
decided — switches the files one by one, writes the history entry, and last the generation number. Whoever comes
next and finds a journal finishes the job; whoever finds only staged files throws them away. Readers take no lock:
they compare the generation before and after, and retry. This module knows files and bytes, nothing of TOML.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from kpi_cli.errors import LedgerError, LockedError, UsageError
from kpi_cli.problems import Place, Problem, system_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")

FOLDER = ".kpi"
LOCK, JOURNAL, GENERATION, STAGING, HISTORY = "lock", "journal.json", "generation", "staging", "history"
ASIDE = ".kpi-new"  # suffix of a file that is written aside before it is renamed into place
_READ_ATTEMPTS, _LOCK_AFTER = 60, 12  # a reader looks so often without the lock, then tries with it
_READ_PAUSE, _READ_WAIT = 0.05, 10.0  # seconds
_LOCK_POLL = 0.005
# an empty folder that cannot be removed for one of these reasons stays, and does no harm
_FOLDER_STAYS = {errno.ENOTEMPTY, errno.EEXIST, errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS, errno.ENOTDIR}


class UnfinishedError(LedgerError):
    """The change is decided, but could not be carried out to the end: the next command does that, if it can.

    Not status 2, which promises that nothing was changed: a script would enter the same record again.
    """

    exit_code = 3


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
        key = _real_name(self._root, path)
        if key in self._new:
            return self._new[key]
        if key not in self._seen:
            self._seen[key] = _content(path, file)
        return self._seen[key]

    def write(self, file: str, content: bytes | None) -> None:
        """Set a file's new content; None deletes it. Nothing is stored before `commit`."""
        self.read(file)
        self._new[_real_name(self._root, resolve(self._root, file))] = content

    def commit(self) -> None:
        """Store every change.

        Raises:
          LedgerError: A file was changed by another program meanwhile, or something could not be written;
            nothing is changed then.
          UnfinishedError: The change is decided, but the disk refused before all of it was carried out.
        """
        changed = {file: new for file, new in self._new.items() if new != self._seen[file]}
        if changed:
            from kpi_cli.ledger.history import entry_for, next_number

            number = next_number(self._root)
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
            _discard_staging(self._root)
            where = Place(_name(self._root, error.filename))
            raise LedgerError(Problem("unwritable", where, facts={"detail": system_reason(error)})) from None
        except BaseException:
            _discard_staging(self._root)
            raise
        self._seen.update(new)
        self._new.clear()
        try:
            finish(self._root)
        except OSError as error:
            raise UnfinishedError(_unfinished(self._root, error)) from None
        except LedgerError as error:
            raise UnfinishedError(error.problems) from None

    def _prepare(
        self, new: Mapping[str, bytes | None], hashes: Mapping[str, tuple[str | None, str | None]], note: dict[str, Any]
    ) -> Path:
        """Bring all that the change needs onto the disk; returns the journal, written aside."""
        folder = self._root / FOLDER / STAGING
        folder.mkdir(parents=True, exist_ok=True)
        files: dict[str, Any] = {}
        for number, (file, content) in enumerate(new.items()):
            target = resolve(self._root, file)
            _require_writable(target)
            if content is not None:
                _write_synced(folder / str(number), content, target.stat() if target.exists() else None)
            before, after = hashes[file]
            files[file] = {"before": before, "after": after, "staged": None if content is None else str(number)}
        _sync_folder(folder)
        aside = self._root / FOLDER / (JOURNAL + ASIDE)
        journal = {**note, "generation": state(self._root)[0] + 1, "files": files}
        _write_synced(aside, json.dumps(journal).encode())
        return aside

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

    folder = root / FOLDER
    try:
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            _sync_folder(root)
        lock = filelock.FileLock(folder / LOCK)
        lock.acquire(timeout=wait, poll_interval=_LOCK_POLL)
    except filelock.Timeout:
        raise LockedError(Problem("locked", Place(str(root)))) from None
    except OSError as error:
        facts = {"detail": system_reason(error)}
        raise LedgerError(Problem("unwritable", Place(str(folder)), facts=facts)) from None
    try:
        yield
    finally:
        lock.release()


# recovery


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
        if _has_journal(root):
            finish(root)
        elif (root / FOLDER / STAGING).exists():
            _discard_staging(root)
    except OSError as error:
        raise LedgerError(_unfinished(root, error)) from None


def finish(root: Path) -> None:
    """Carry out the journal. It can be interrupted anywhere and is then carried out again.

    Raises:
      LedgerError: A file is neither as before nor as after the change: somebody edited it since. Or the journal is
        damaged.
      OSError: The disk refuses.
    """
    from kpi_cli.ledger.history import drop_after, store_entry

    folder = root / FOLDER
    _sync_folder(folder)  # the journal's name has to be on the disk before the first file changes
    generation, position, entry, switches = _read_journal(root)
    for switch in [s for s in switches if not _is_done(root, s)]:  # a conflict shows before anything is touched
        _carry_out(root, switch)
    for switch in switches:
        if switch.after is None:
            _remove_empty_folders(root, switch.file)
    if entry is not None:
        drop_after(root, position - 1)
        store_entry(root, entry)
    _replace_file(folder / GENERATION, f"{generation} {position}\n".encode())
    (folder / JOURNAL).unlink()
    _discard_staging(root)
    with contextlib.suppress(OSError):  # a journal that comes back after a power cut is carried out again, harmlessly
        _sync_folder(folder)


_Journal = tuple[int, int, dict[str, Any] | None, list[_Switch]]
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)  # what garbage in JSON can lead to


def _read_journal(root: Path) -> _Journal:
    """Return generation, undo position, history entry and files; a journal is only ever renamed into place whole."""
    path = root / FOLDER / JOURNAL
    raw = path.read_bytes()
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
    return int(journal["generation"]), int(position), entry, switches


def _is_done(root: Path, switch: _Switch) -> bool:
    """Say whether a file was switched already.

    Raises:
      LedgerError: It was edited in between, or what it is to become is gone.
    """
    now = digest(_content_or_none(resolve(root, switch.file)))
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
        _sync_folder(target.parent)
        return
    staged = root / FOLDER / STAGING / switch.staged
    content = staged.read_bytes()
    if digest(content) != switch.after:
        raise LedgerError(damaged(root, staged))
    _make_folders(target.parent)
    try:
        staged.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _replace_file(target, content, staged.stat())  # `.kpi` or the year is a mount of its own


def _make_folders(folder: Path) -> None:
    if not folder.is_dir():
        _make_folders(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _remove_empty_folders(root: Path, file: str) -> None:
    """Remove the folder of a deleted file, such as that of a year whose last file went, and those above it."""
    for parent in PurePosixPath(file).parents[:-1]:
        folder = root / parent
        try:
            folder.rmdir()
            _sync_folder(folder.parent)
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno not in _FOLDER_STAYS:
                raise
            return


def state(root: Path) -> tuple[int, int]:
    """Return (generation, undo position): how many changes were stored, and the newest one in force.

    Raises:
      LedgerError: The file cannot be read or understood.
    """
    path = root / FOLDER / GENERATION
    raw = _content(path, f"{FOLDER}/{GENERATION}")
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
    from kpi_cli.ledger.history import stored_numbers

    newest = max(stored_numbers(root), default=0)
    return newest, newest


# reading


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
        if error.problems[0].code != "unwritable" or (attempt == _READ_ATTEMPTS - 1 and _has_journal(root)):
            raise
    return None


def _view(root: Path) -> tuple[bool, tuple[int, int]]:
    try:
        return _has_journal(root), state(root)
    except OSError as error:
        facts = {"detail": system_reason(error)}
        raise LedgerError(Problem("unreadable", Place(_name(root, error.filename)), facts=facts)) from None


# files


def resolve(root: Path, file: str) -> Path:
    """Return the real path of a ledger file; a link inside the ledger is followed, one that leads out is refused.

    Raises:
      UsageError: The path is absolute, goes upwards, leads out of the ledger or into its `.kpi`.
    """
    relative = PurePosixPath(file)
    try:
        top = root.resolve()
        path = (root / file).resolve()
    except (OSError, RuntimeError, ValueError):  # a link to itself, a NUL
        raise UsageError(Problem("unsafe-path", Place(file))) from None
    inside = path.is_relative_to(top) and path.relative_to(top).parts[:1] != (FOLDER,)
    if relative.is_absolute() or ".." in relative.parts or not inside:
        raise UsageError(Problem("unsafe-path", Place(file)))
    return path


def damaged(root: Path, path: Path) -> Problem:
    """Say that a file inside `.kpi` is not what this program wrote."""
    return Problem("damaged-state", Place(_name(root, path)))


def _unfinished(root: Path, error: OSError) -> Problem:
    where = Place(_name(root, error.filename))
    return Problem("unfinished", where, facts={"detail": system_reason(error)})


def _real_name(root: Path, path: Path) -> str:
    return path.relative_to(root.resolve()).as_posix()


def _name(root: Path, name: object) -> str:
    """Name a file as the user knows it; an error without a file name came from writing into `.kpi`."""
    path = Path(os.fsdecode(name)) if isinstance(name, str | bytes | os.PathLike) else root / FOLDER
    for top in (root, root.resolve()):
        if path.is_relative_to(top):
            return path.relative_to(top).as_posix()
    return str(path)


def _has_journal(root: Path) -> bool:
    try:
        (root / FOLDER / JOURNAL).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _content(path: Path, file: str) -> bytes | None:
    try:
        return _content_or_none(path)
    except OSError as error:
        raise LedgerError(Problem("unreadable", Place(file), facts={"detail": system_reason(error)})) from None


def _content_or_none(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        if path.parent.name == FOLDER:
            return None  # `.kpi` is a file: no business of a reader
        raise


def _require_writable(target: Path) -> None:
    """Refuse before the change is decided what would be refused after: a protected file or year folder."""
    parent = target.parent
    while not parent.exists():
        parent = parent.parent
    for path, mode in ((parent, os.W_OK | os.X_OK), (target, os.W_OK)):
        if path.exists() and not os.access(path, mode):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _write_synced(path: Path, content: bytes, like: os.stat_result | None = None) -> None:
    """Write a file through to the disk, with owner and mode of the file whose place it takes."""
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        if like is not None:
            if hasattr(os, "chown"):
                with contextlib.suppress(OSError):  # only root can give a file to another owner
                    os.chown(path, like.st_uid, like.st_gid)
            path.chmod(stat.S_IMODE(like.st_mode))
        os.fsync(stream.fileno())


def _replace_file(path: Path, content: bytes, like: os.stat_result | None = None) -> None:
    """Write a file as a whole: aside, synced, renamed, its folder synced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ASIDE)
    try:
        _write_synced(aside, content, like)
        aside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    if os.name != "posix":
        return  # Windows neither needs nor offers it
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network disks do not offer it either
            raise
    finally:
        os.close(handle)


def _discard_staging(root: Path) -> None:
    """Throw staged files away, as far as the disk allows; never those of a change that is decided."""
    folder = root / FOLDER
    with contextlib.suppress(OSError):
        if _has_journal(root):
            return
        for path in (folder / (JOURNAL + ASIDE), folder / (GENERATION + ASIDE)):
            path.unlink(missing_ok=True)
        for path in (folder / STAGING).iterdir():
            path.unlink()
        (folder / STAGING).rmdir()  # last: who finds this folder knows that there is something to throw away
