"""Where the project's own data lies: the same files in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def templates() -> Path:
    """Return the folder `templates/`, inside the installed package or at the top of the checkout."""
    inside = _PACKAGE / "templates"
    return inside if inside.is_dir() else _PACKAGE.parent / "templates"


def files_in(folder: Path, suffix: str) -> list[Path]:
    """Return the files of a folder whose names end in `suffix`, by name; a folder that does not exist holds none.

    `Path.glob` must not take its place: a folder that may not be read is an empty one to it, and rules that cannot
    be read would count as no rules.

    Raises:
      OSError: The folder cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(suffix))
    except FileNotFoundError:
        return []
