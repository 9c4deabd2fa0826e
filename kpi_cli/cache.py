"""What kpi may forget: small files in the user's cache folder, written whole or not at all, never missed when gone.

`$KPI_CACHE` names another folder; an empty one switches the cache off.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def folder() -> Path | None:
    """Return the folder, or None where the cache is switched off or there is no home."""
    given = os.environ.get("KPI_CACHE")
    if given is not None:
        return Path(given) if given else None
    base = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "kpi-cli"
    except RuntimeError:  # no home
        return None


def read(name: str) -> bytes | None:
    """Return what was kept under a name, or None."""
    place = folder()
    if place is not None:
        with suppress(OSError):
            return (place / name).read_bytes()
    return None


def write(name: str, content: bytes) -> None:
    """Keep something under a name; a folder that cannot be written is no error."""
    place = folder()
    if place is None:
        return
    with suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        temporary = place / f"{name}.{os.getpid()}"
        temporary.write_bytes(content)
        temporary.replace(place / name)
