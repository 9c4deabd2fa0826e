"""`kpi plugin new` makes packages that work as they are: installed, tested by their own tests, checked by kpi."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kpi_cli.errors import UsageError
from kpi_cli.plugin.scaffold import PREFIXES, scaffold

if TYPE_CHECKING:
    from collections.abc import Callable

USE = {
    "exporter": (["export", "--to", "demo-text", "--out", "out"], "demo-text"),
    "table-set": (["table", "3", "--tables", "demo-text", "--format", "csv"], "科目编码"),
    "check": (["check"], "DEMOTEXT-01"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", PREFIXES)
def test_a_new_plugin_works_at_once(kind: str, tmp_path: Path, kpi: Callable) -> None:
    assert kpi("plugin", "new", "demo-text", "--kind", kind).status == 0
    package = tmp_path / (PREFIXES[kind] + "demo-text")
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", site, package], check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(site), "KPI_CACHE": str(tmp_path / "cache")}

    def run(*command: object) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", *map(str, command)]
        return subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    tested = run("pytest", package, "-q", "-p", "no:cacheprovider")
    assert tested.returncode == 0, tested.stdout
    checked = run("kpi_cli", "plugin", "check", package.name)
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    run("kpi_cli", "demo", "台账")
    arguments, expected = USE[kind]
    used = run("kpi_cli", "-C", "台账", *arguments)
    assert (used.returncode, used.stderr) == (0, "")
    assert expected in used.stdout


@pytest.mark.parametrize(("kind", "name"), [("exporter", "表"), ("exporter", "kpi-export-"), ("tables", "x")])
def test_a_name_or_kind_that_cannot_be(kind: str, name: str) -> None:
    with pytest.raises(UsageError):
        scaffold(kind, name)


def test_a_folder_that_exists_is_left_alone(tmp_path: Path, kpi: Callable) -> None:
    (tmp_path / "kpi-export-text").mkdir()
    result = kpi("plugin", "new", "text")
    assert result.status == 2
    assert list((tmp_path / "kpi-export-text").iterdir()) == []
