"""Files of a ledger on the disk: paths that stay inside, bytes that are really written, folders that are synced.

Nothing here knows of transactions; what a change is, and when it counts, is for `journal` and `transaction`.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kpi_cli.bounds import read_file
from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.problems import Place, Problem, system_reason

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = ".kpi"
ASIDE = ".kpi-new"  # suffix of a file that is written aside before it is renamed into place
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What garbage in JSON can lead to."""
# an empty folder that cannot be removed for one of these reasons stays, and does no harm
_FOLDER_STAYS = {errno.ENOTEMPTY, errno.EEXIST, errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS, errno.ENOTDIR}


def digest(content: bytes | None) -> str | None:
    """Return a hash of a file's content; None for a file that does not exist."""
    return None if content is None else hashlib.blake2b(content, digest_size=16).hexdigest()


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
    return Problem("damaged-state", Place(shown_name(root, path)))


def real_name(root: Path, path: Path) -> str:
    """Return the one name of a file inside the ledger, links followed."""
    return path.relative_to(root.resolve()).as_posix()


def shown_name(root: Path, name: object) -> str:
    """Name a file as the user knows it; an error without a file name came from writing into `.kpi`."""
    path = Path(os.fsdecode(name)) if isinstance(name, str | bytes | os.PathLike) else root / FOLDER
    for top in (root, root.resolve()):
        if path.is_relative_to(top):
            return path.relative_to(top).as_posix()
    return str(path)


def content_of(path: Path, file: str) -> bytes | None:
    """Return a file's bytes, or None where it does not exist; raises LedgerError where it cannot be read."""
    try:
        return content_or_none(path)
    except OSError as error:
        raise LedgerError(Problem("unreadable", Place(file), facts={"detail": system_reason(error)})) from None


def content_or_none(path: Path) -> bytes | None:
    """Return a file's bytes, or None where it does not exist; raises OSError where it cannot be read."""
    try:
        return read_file(path)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        if path.parent.name == FOLDER:
            return None  # `.kpi` is a file: no business of a reader
        raise


def require_writable(target: Path) -> None:
    """Refuse before the change is decided what would be refused after: a protected file or year folder."""
    parent = target.parent
    while not parent.exists():
        parent = parent.parent
    for path, mode in ((parent, os.W_OK | os.X_OK), (target, os.W_OK)):
        if path.exists() and not os.access(path, mode):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def readers(root: Path, files: Iterable[str]) -> int:
    """Return who may read all of these files, as a mask for modes: 0o770 takes everything from others.

    What `.kpi` keeps of them must not be easier to read than they are.
    """
    mask = 0o777
    for file in files:
        path = resolve(root, file)
        inside = path.relative_to(root.resolve()).parts[:-1]
        needs = [(path, 4), *((root.joinpath(*inside[:depth]), 1) for depth in range(1, len(inside) + 1))]
        for place, bit in needs:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                mode = place.stat().st_mode
                mask &= ~sum(7 << shift for shift in (0, 3) if not mode >> shift & bit)
    return mask


def narrow(folder: Path, mask: int) -> None:
    """Close a folder to those that a mask leaves out; it never becomes wider again by itself."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & ~mask:
        folder.chmod(mode & mask)


def give(path: Path, like: os.stat_result) -> None:
    """Give a file or folder to the owner of another: what root writes into somebody's ledger is theirs."""
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):  # only root can
            os.chown(path, like.st_uid, like.st_gid)


def write_synced(path: Path, content: bytes, like: os.stat_result | None = None, mask: int = 0o777) -> None:
    """Write a new file through to the disk.

    Args:
      path: What stands there goes: a link that came with somebody's ledger is not followed.
      content: All of it.
      like: The file whose place it takes: owner and mode are the same from the beginning.
      mask: Without `like`: what its mode may have of what the umask leaves.
    """
    path.unlink(missing_ok=True)
    with path.open("xb") as stream:
        if like is not None:
            give(path, like)
            path.chmod(stat.S_IMODE(like.st_mode))
        else:
            give(path, path.parent.stat())
            narrow(path, mask)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def replace_file(path: Path, content: bytes, like: os.stat_result | None = None) -> None:
    """Write a file as a whole: aside, synced, renamed, its folder synced."""
    aside = path.with_name(path.name + ASIDE)
    try:
        write_synced(aside, content, like)
        aside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Bring a folder's names onto the disk: after a rename, for it to survive a power cut."""
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


def make_folders(folder: Path) -> None:
    """Make a folder and those above it, each synced."""
    if not folder.is_dir():
        make_folders(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def remove_empty_folders(root: Path, file: str) -> None:
    """Remove the folder of a deleted file, such as that of a year whose last file went, and those above it."""
    for parent in PurePosixPath(file).parents[:-1]:
        folder = root / parent
        try:
            folder.rmdir()
            sync_folder(folder.parent)
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno not in _FOLDER_STAYS:
                raise
            return
