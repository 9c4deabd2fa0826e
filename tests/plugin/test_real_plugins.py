"""The plugins in plugins/ are packages as a third party would ship them: installed by pip, with tests of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGINS = sorted(path.parent for path in (Path(__file__).resolve().parents[2] / "plugins").glob("*/pyproject.toml"))


@pytest.mark.slow
@pytest.mark.parametrize("package", PLUGINS, ids=lambda path: path.name)
def test_it_installs_and_passes_its_own_tests(package: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", site, package], check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(site), "KPI_CACHE": str(tmp_path / "cache")}

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *map(str, words)]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    strict = [] if os.environ.get("KPI_CI") != "1" else ["-rs"]
    tested = run("pytest", package / "tests", "-q", "-p", "no:cacheprovider", "-c", os.devnull, *strict)
    assert tested.returncode == 0, tested.stdout
    assert not strict or "SKIPPED" not in tested.stdout, tested.stdout
    listed = run("kpi_cli", "plugin", "list", "--format", "json")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert f'"origin": "{package.name} ' in listed.stdout
