"""Fixtures of all tests: a ledger written from the test's own docstring, and `kpi` run in this process or as a program.

A test shows its ledger: the docstring holds one or more files, each under a line `== PATH`. What stands above the
first such line is the description of the test. Where there is no `kpi.toml`, SETTINGS is used.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from kpi_cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SETTINGS = 'schema_version = 1\ndepartment = "某县财政局"\nlevel = "单位"\nnature = "行政"\ntable_set = "shanghai"\n'

hypothesis_settings.register_profile(
    "kpi", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
hypothesis_settings.load_profile("kpi")


@dataclass(frozen=True)
class Result:
    """What a call of `kpi` left: exit status, stdout, stderr."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of stderr."""
        return self.err.splitlines()


def files_of(text: str) -> dict[str, str]:
    """Split a docstring into the files that it shows."""
    files: dict[str, list[str]] = {}
    for line in inspect.cleandoc(text).split("\n"):
        if line.startswith("== "):
            own = files.setdefault(line[3:].strip(), [])
        elif files:
            own.append(line)
    return {name: "\n".join(lines).strip("\n") + "\n" for name, lines in files.items()}


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's cache out of the tests, and the tests out of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def make_ledger(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes files (text or bytes by path) into a ledger folder, and returns the folder."""

    def make(files: Mapping[str, str | bytes] | None = None, folder: str = "台账") -> Path:
        root = tmp_path / folder
        for name, content in {"kpi.toml": SETTINGS, **(files or {})}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return make


@pytest.fixture
def ledger(request: pytest.FixtureRequest, make_ledger: Callable[..., Path]) -> Path:
    """Return the ledger folder that the test's docstring shows."""
    return make_ledger(files_of(request.function.__doc__ or ""))


@pytest.fixture
def kpi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs `kpi ARGUMENTS…` in this process, in an empty folder, with an empty environment."""
    for name in ("KPI_LEDGER", "NO_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Result:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main([str(argument) for argument in arguments])
        texts = []
        for stream in (out, err):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
        return Result(status, *texts)

    return run


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Result]:
    """Return a function that runs the installed `kpi` as a process of its own; keyword arguments are its environment."""
    script = Path(sys.executable).with_name("kpi")

    def run(*arguments: object, cwd: Path = tmp_path, **environment: str) -> Result:
        own = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment}
        done = subprocess.run(
            [str(script), *map(str, arguments)], cwd=cwd, env=own, capture_output=True, encoding="utf-8", check=False
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def lines_csv() -> str:
    """Return a small CSV file of budget lines that every rule accepts."""
    return (
        "function_code,economic_code,expenditure_type,fund_source,amount_yuan\n"
        "2010601,30101,基本支出,一般公共预算,100.50\n"
        "2010602,,项目支出,一般公共预算,20\n"
    )


@pytest.fixture
def disk() -> Iterator[Path]:
    """A folder in memory where there is one: a killed process leaves the same behind there as on a disk."""
    fast = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="kpi-test-", dir=fast))
    yield folder
    shutil.rmtree(folder)
