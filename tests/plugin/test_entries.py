"""Which plugins are installed: asked once, remembered until the path changes."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from kpi_cli import cache
from kpi_cli.plugin.entries import installed

if TYPE_CHECKING:
    from pathlib import Path

    Site = Path


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder on the path, and an empty cache."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("KPI_CACHE", str(tmp_path / "cache"))
    return folder


def distribution(site: Path, name: str, value: str = "module:thing", group: str = "kpi_cli.exporters") -> None:
    """Install a distribution with one entry point."""
    info = site / f"{name}-2.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.1\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")


def names(group: str = "kpi_cli.exporters") -> list[str]:
    """Return the names of the entry points of a group."""
    return [entry.name for entry in installed(group)]


def test_entries_by_group_without_our_own(site: Path) -> None:
    distribution(site, "b-export")
    distribution(site, "a-rules", group="kpi_cli.checks")
    [entry] = installed("kpi_cli.exporters")
    assert (entry.name, entry.value, entry.origin) == ("b-export", "module:thing", "b-export 2.1")
    assert names("kpi_cli.checks") == ["a-rules"]
    assert names("kpi_cli.table_sets") == []


def test_the_second_question_opens_no_distribution(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(site, "one")
    assert names() == ["one"]
    monkeypatch.setattr(metadata, "entry_points", lambda: pytest.fail("scanned again"))
    assert names() == ["one"]


def test_a_new_distribution_is_seen(site: Path) -> None:
    assert names() == []
    distribution(site, "one")
    assert names() == ["one"]


def test_a_damaged_or_unwritable_cache_does_no_harm(
    site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    distribution(site, "one")
    assert names() == ["one"]
    for file in cache.folder().iterdir():
        file.write_text('{"state": 7}')
    assert names() == ["one"]
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KPI_CACHE", str(tmp_path / "file"))
    assert names() == ["one"]
