"""Calls into other people's code: their output does not mix with results, and they cannot stop or stall kpi.

A call runs in a thread of its own, with standard output turned away at the level of the process. What goes wrong
comes back as a PluginFaultError with one sentence.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOADING_SECONDS = 10.0
"""Longest time that a plugin may take to be imported and to say what it offers."""
WORKING_SECONDS = 600.0
"""Longest time for one document or one rule."""


class PluginFaultError(Exception):
    """What a plugin did wrong, in a few words; `error` is the exception that it raised, if any."""

    def __init__(self, detail: str, error: BaseException | None = None) -> None:
        """Keep the exception, so that errors meant for the user pass through."""
        super().__init__(" ".join(detail.split())[:300])
        self.error = error


@dataclass
class Answer:
    """What a call returned, and what it printed although it should not have."""

    value: Any
    printed: str


def call(function: Callable[[], Any], seconds: float) -> Answer:
    """Call a plugin's function.

    Args:
      function: Takes no arguments.
      seconds: Longest time that it may take; the thread of a call that takes longer is left behind.
    Raises:
      PluginFaultError: It raised, tried to end the process, or took too long.
    """
    done: list[tuple[Any, BaseException | None]] = []

    def work() -> None:
        try:
            done.append((function(), None))
        except BaseException as error:  # SystemExit and KeyboardInterrupt of a plugin end only its call
            done.append((None, error))

    thread = threading.Thread(target=work, daemon=True)
    with _without_stdout() as printed:
        thread.start()
        thread.join(seconds)
    if not done:
        raise PluginFaultError(f"超过 {seconds:g} 秒没有完成")
    value, error = done[0]
    if error is not None:
        raise PluginFaultError(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__, error)
    return Answer(value, printed[0])


@contextmanager
def _without_stdout() -> Iterator[list[str]]:
    """Catch what is written to standard output, by Python and below; the list gets it afterwards."""
    printed = [""]
    stream, before = io.StringIO(), sys.stdout
    with suppress(OSError, ValueError):
        before.flush()
    with tempfile.TemporaryFile() as file:
        saved = _turned(file.fileno())
        sys.stdout = stream
        try:
            yield printed
        finally:
            sys.stdout = before
            if saved is not None:
                os.dup2(saved, 1)
                os.close(saved)
            file.seek(0)
            printed[0] = stream.getvalue() + file.read(10_000).decode("utf-8", "replace")


def _turned(target: int) -> int | None:
    """Turn file descriptor 1 to `target`; returns a copy of the old one, or None where there is none."""
    try:
        saved = os.dup(1)
    except OSError:
        return None
    os.dup2(target, 1)
    return saved
