"""The cache: found again, never missed, never an error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from kpi_cli import cache

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_kept_is_found_and_nothing_else_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KPI_CACHE", str(tmp_path / "cache"))
    assert cache.read("a") is None
    cache.write("a", b"1")
    cache.write("a", b"2")
    assert cache.read("a") == b"2"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["a"]


def test_a_folder_that_cannot_be_written_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KPI_CACHE", str(tmp_path / "file"))
    cache.write("a", b"1")
    assert cache.read("a") is None


def test_an_empty_name_switches_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_CACHE", "")
    cache.write("a", b"1")
    assert (cache.folder(), cache.read("a")) == (None, None)


@pytest.mark.skipif(sys.platform == "win32", reason="XDG folders")
def test_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KPI_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder() == tmp_path / "kpi-cli"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.folder() == tmp_path / ".cache" / "kpi-cli"
