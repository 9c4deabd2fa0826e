"""Which plugins are installed: the entry points of the groups `kpi_cli.*`, remembered between calls.

Asking importlib.metadata opens every installed distribution. The answer is kept in the user's cache folder, together
with the modification time of every folder on the path; it is asked for anew as soon as one of them differs.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import Any, NamedTuple
from zlib import crc32

from kpi_cli import cache

PREFIX = "kpi_cli."


class Entry(NamedTuple):
    """One entry point of a third party.

    Attributes:
      group: Entry-point group, such as `kpi_cli.exporters`.
      name: Entry-point name.
      value: `module` or `module:attribute`.
      distribution: Name of the distribution.
      version: Its version.
    """

    group: str
    name: str
    value: str
    distribution: str
    version: str

    @property
    def origin(self) -> str:
        """Distribution and version."""
        return f"{self.distribution} {self.version}"


def installed(group: str) -> tuple[Entry, ...]:
    """Return the entry points of a group, sorted by distribution and name; kpi's own are left out."""
    return tuple(entry for entry in _remembered() if entry.group == group)


def _remembered() -> list[Entry]:
    state = _state()
    name = f"plugins-{crc32(repr(state[0]).encode()):08x}.json"
    with suppress(ValueError, TypeError, KeyError, RecursionError):
        known = json.loads(cache.read(name) or b"")
        if known["state"] == state:
            entries = [Entry(*entry) for entry in known["entries"]]
            if all(type(word) is str for entry in entries for word in entry):
                return entries
    found = _scan()
    cache.write(name, json.dumps({"state": state, "entries": found}, ensure_ascii=False).encode())
    return found


def _state() -> list[list[Any]]:
    """Return the folders on the path, and the time of the last change of each."""
    times = []
    for folder in sys.path:
        try:
            times.append(os.stat(folder or ".").st_mtime_ns)  # noqa: PTH116 - a Path costs more than the call
        except OSError:
            times.append(0)
    return [[sys.version, *sys.path], times]


def _scan() -> list[Entry]:
    from importlib.metadata import entry_points

    found = entry_points()
    entries = [
        Entry(group, point.name, point.value, *_owner(point))
        for group in found.groups
        if group.startswith(PREFIX)
        for point in found.select(group=group)
        if not point.value.startswith(PREFIX)
    ]
    return sorted(set(entries), key=lambda entry: (entry.distribution, entry.name, entry.group))


def _owner(point: Any) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else (point.value, "")
