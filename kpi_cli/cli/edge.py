"""Where errors end: every exception of a call becomes lines on stderr and an exit status."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from kpi_cli.errors import ExportError, KpiError, LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_BUG = 70


def run_safely(arguments: list[str]) -> int:
    """Run a call and turn whatever it raises into the exit status of CONTRACT.md."""
    _open_streams()
    try:
        return _flushed(lambda: _answer(arguments))
    except KpiError as error:
        from kpi_cli.rendering.terminal import complain

        complain(error.problems)
        return error.exit_code
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if "--debug" in arguments:
            raise
        return _refused(error)
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _bug(error)
    finally:
        for stream in (sys.stdout, sys.stderr):
            _let_go(stream)


def _open_streams() -> None:
    """Give every stream UTF-8, and a file descriptor of its own where the caller closed it (`>&-`).

    The next file opened would else become standard output. What is written to a closed stdout fails, as it should;
    messages for people are lost.
    """
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError):  # a stream of a test's own; a disk that fails even to tell where it is
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]


def _refused(error: OSError) -> int:
    from kpi_cli.problems import refusal
    from kpi_cli.rendering.terminal import complain

    problem = refusal(error)
    complain([problem])
    return (ExportError if problem.code == "unwritable" else LedgerError).exit_code


def _bug(error: Exception) -> int:
    from kpi_cli.rendering.terminal import note

    what = f"{type(error).__name__}: {error}"
    note(f"kpi: 错误: 程序内部错误（{' '.join(what.split())}）；请加 --debug 重新执行，并把输出发给开发者")
    return EXIT_BUG


def _let_go(stream: TextIO) -> None:
    """Turn a stream that takes nothing any more to where nothing fails: Python flushes it again at its end."""
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _answer(arguments: list[str]) -> int:
    from kpi_cli.cli import frontdoor
    from kpi_cli.cli.session import hoisted

    arguments = hoisted(arguments)
    status = frontdoor.answer(arguments)
    if status is not None:
        return status
    from kpi_cli.cli.app import invoke

    return invoke(arguments)


def _flushed(call: Callable[[], int]) -> int:
    """Flush inside the net, so that a full disk or a closed pipe is noticed before the process ends."""
    status = call()
    sys.stdout.flush()
    return status
