"""The first sheet of a workbook, read by calamine; an XLS file in a process of its own.

calamine takes memory for what a file says of itself, and Rust ends the process that cannot have it: `workbook` looks
through an XLSX file first, but nobody can do that for the records of an XLS file with less than a reader of them. Where
calamine panics, Rust says so on stderr, which is kept quiet: a damaged file is one line, which we write.
"""

from __future__ import annotations

import io
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY = 2 * 2**30
"""Bytes that the process for an XLS file may take, where the system can tell it so: the largest sheet takes half."""
SECONDS = 60
"""Processor time of it."""


class SheetError(Exception):
    """The file cannot be read."""


class Sheet(NamedTuple):
    """What stands in a sheet.

    Attributes:
      values: Rows from A1; text, number, truth value, date or time, "" for an empty cell.
      merged: First and last (row, column) of each merged range, from 0.
    """

    values: list[list[Any]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]


def read_sheet(raw: bytes) -> Sheet:
    """Read the first sheet of a workbook.

    Raises:
      SheetError: calamine refuses it, or panics.
    """
    import python_calamine

    try:
        with _silent():
            sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0)
            return Sheet(sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or [])
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # that of Rust, in calamine
            raise
        raise SheetError(str(error)) from None


def read_sheet_apart(raw: bytes) -> Sheet:
    """Read the first sheet of a workbook in a process of its own, which may die of it; see `read_sheet`."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    try:
        with ProcessPoolExecutor(1, get_context("spawn"), limit_process) as pool:
            return pool.submit(read_sheet, raw).result()
    except BrokenProcessPool:
        raise SheetError("the process ended") from None


def limit_process() -> None:
    """Let this process take no more than MEMORY and SECONDS, and say nothing when it ends."""
    with suppress(ImportError):  # Windows
        import resource

        limits = {resource.RLIMIT_AS: MEMORY, resource.RLIMIT_CPU: SECONDS, resource.RLIMIT_CORE: 0}
        for what, most in limits.items():
            hard = resource.getrlimit(what)[1]
            own = most if hard == resource.RLIM_INFINITY else min(most, hard)
            with suppress(ValueError, OSError):  # macOS refuses the first
                resource.setrlimit(what, (own, own))
    _to_nowhere()


def _to_nowhere() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


@contextmanager
def _silent() -> Iterator[None]:
    kept = None
    with suppress(OSError):  # a stderr that is closed says nothing anyway
        kept = os.dup(2)
        _to_nowhere()
    try:
        yield
    finally:
        if kept is not None:
            os.dup2(kept, 2)
            os.close(kept)
