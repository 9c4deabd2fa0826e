"""The front door: answers fixed calls at once, loads Typer for the rest, and is the one place that catches errors.

Known errors become one line each on stderr and the exit status of CONTRACT.md; anything else is a bug of ours
(70), whose traceback shows with `--debug`.
"""

import gc
import sys

from kpi_cli import __version__


def run() -> None:
    """Run `kpi` with the process's arguments and exit.

    A ledger is many small objects that live as long as the process does: looking through them for garbage every 700
    new ones takes a tenth of an export, and finds none.
    """
    gc.set_threshold(100_000)
    sys.exit(main(sys.argv[1:]))


def main(arguments: list[str]) -> int:
    """Run one call.

    Args:
      arguments: What stands behind `kpi` on the command line.
    Returns:
      The exit status of CONTRACT.md.
    """
    if arguments == ["--version"] and _told(f"kpi-cli {__version__}\n"):
        return 0
    if arguments[:1] == ["--complete"]:
        from kpi_cli.completion.answers import answer

        sys.stdout.buffer.write(answer(arguments[1:]).encode("utf-8", "surrogateescape"))
        return 0
    from kpi_cli.cli.edge import run_safely

    return run_safely(arguments)


def _told(text: str) -> bool:
    """Write a result; False where that fails, for the careful way to try again and say why."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, AttributeError):
        return False
    return True
