"""What the options in front of a command say, and where the ledger is. Free of Typer, see `frontdoor`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.ledger.reader import Ledger, open_ledger
from kpi_cli.problems import Problem

COLORS = ("auto", "always", "never")


VALUE_OPTIONS = ("-C", "--ledger", "--color", "--wait")
FLAGS = ("--no-plugins", "--debug")
"""Options of `kpi` itself; they may stand behind the command too, see `hoisted`."""


def hoisted(arguments: list[str]) -> list[str]:
    """Move the options of `kpi` itself in front of the command: `kpi table 3 -C DIR` is `kpi -C DIR table 3`.

    Args:
      arguments: What stands behind `kpi`; what stands behind `--` stays where it is.
    """
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*front, *rest, word, *words]
        if word in VALUE_OPTIONS:
            front += [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word in FLAGS or word.partition("=")[0] in VALUE_OPTIONS:
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


@dataclass
class Session:
    """The options in front of the command.

    Attributes:
      folder: `-C DIR`, or None.
      color: One of COLORS.
      wait: Seconds to wait for the lock.
      plugins: Third-party plugins that may be loaded, by name; None is all, empty is none.
    """

    folder: Path | None = None
    color: str = "auto"
    wait: float = 10.0
    plugins: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse a colour mode that does not exist."""
        if self.color not in COLORS:
            facts = {"field": "--color ", "hint": f"可用的有：{'、'.join(COLORS)}"}
            raise UsageError(Problem("unknown-value", value=self.color, facts=facts))
        if not self.wait >= 0:  # nan, and what the lock would take for "for ever"
            facts = {"detail": f"--wait 的值不对（{self.wait:g}）", "hint": "请写不小于 0 的秒数，例如 --wait 10"}
            raise UsageError(Problem("usage", facts=facts))

    def ledger(self) -> Ledger:
        """Open the ledger: `-C DIR`, else $KPI_LEDGER, else the nearest folder upwards with kpi.toml.

        Raises:
          LedgerError: There is none, or its kpi.toml is wrong.
        """
        return open_ledger(find_ledger(self.folder))

    def ledger_folder(self) -> Path:
        """Return the ledger's folder without reading it: undo must work on a ledger that has errors.

        Raises:
          LedgerError: There is no ledger.
        """
        root = find_ledger(self.folder)
        if not (root / "kpi.toml").exists() and not (root / ".kpi").is_dir():
            raise LedgerError(Problem("no-ledger", facts={"where": str(root)}))
        return root


def chosen_plugins(*, no_plugins: bool) -> tuple[str, ...] | None:
    """Return which third-party plugins may be loaded: none under `--no-plugins`, else $KPI_PLUGINS, else all."""
    if no_plugins:
        return ()
    names = os.environ.get("KPI_PLUGINS")
    return None if names is None else tuple(name.strip() for name in names.split(",") if name.strip())


def find_ledger(folder: Path | None) -> Path:
    """Return the ledger's folder for `-C DIR`; it may still lack kpi.toml, which `open_ledger` reports."""
    chosen = folder or (Path(os.environ["KPI_LEDGER"]) if os.environ.get("KPI_LEDGER") else None)
    if chosen is not None:
        return chosen
    here = Path.cwd()
    for candidate in (here, *here.parents):
        if (candidate / "kpi.toml").is_file():
            return candidate
    return here
