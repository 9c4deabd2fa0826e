"""Where errors end: every exception of a call becomes lines on stderr and an exit status."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from kpi_cli.errors import KpiError

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_BUG = 70


def run_safely(arguments: list[str]) -> int:
    """Run a call and turn whatever it raises into the exit status of CONTRACT.md."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        return _flushed(lambda: _answer(arguments))
    except KpiError as error:
        from kpi_cli.rendering.terminal import complain

        complain(error.problems)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if "--debug" in arguments:
            raise
        sys.stderr.write(
            f"kpi: 错误: 程序内部错误（{type(error).__name__}: {error}）；请加 --debug 重新执行，并把输出发给开发者\n"
        )
        return EXIT_BUG


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
