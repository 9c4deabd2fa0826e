"""Many ledgers in one run: the same documents as single runs, however they are spread, and nothing stops the rest."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kpi_cli import batch
from kpi_cli.ledger.create import copy_example

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Result

FORMATS = (("docx", ()), ("xlsx", ()))


@pytest.fixture
def ledgers(tmp_path: Path) -> Path:
    """Make a folder of eleven ledgers: one is unreadable, one does not tie out."""
    root = tmp_path / "各部门"
    for number in range(1, 12):
        copy_example(root / f"部门{number:02}")
    (root / "部门03/kpi.toml").write_text("schema_version = 1\ndepartment = 3\n")
    lines = root / "部门05/2017/lines.toml"
    lines.write_text(lines.read_text().replace("amount = 20000.00", "amount = 20001.00", 1))
    return root


def documents(root: Path) -> dict[str, bytes]:
    """Return every document under a folder by its path."""
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.suffix in (".docx", ".xlsx")}


def last(result: Result) -> str:
    """Return the last line of what a call printed."""
    return result.out.splitlines()[-1]


def test_one_ledger_stops_no_other(ledgers: Path, kpi: Callable) -> None:
    result = kpi("batch", ledgers)
    assert result.status == 2
    assert last(result) == "共 11 本台账：已导出 9，有错误 1，失败 1"
    assert "部门03：kpi.toml:2: 部门（单位）名称的类型不对" in result.err
    assert "部门05：IN-01" in result.err
    assert len(documents(ledgers)) == 18


def test_the_same_bytes_as_single_runs_however_it_is_spread(ledgers: Path, kpi: Callable, tmp_path: Path) -> None:
    kpi("batch", ledgers, "--out", tmp_path / "一个进程")
    kpi("batch", ledgers, "--out", tmp_path / "两个进程", "--jobs", 2, "--again")
    assert kpi("-C", ledgers / "部门01", "export", "--out", tmp_path / "单独").status == 0
    serial = documents(tmp_path / "一个进程")
    assert serial == documents(tmp_path / "两个进程")
    alone = documents(tmp_path / "单独")
    assert len(alone) == 2
    assert alone == {Path(name).name: made for name, made in serial.items() if name.startswith("部门01/")}


def test_a_second_run_does_only_what_changed(ledgers: Path, kpi: Callable) -> None:
    kpi("batch", ledgers)
    assert last(kpi("batch", ledgers)) == "共 11 本台账：有错误 1，失败 1，没有变化 9"
    note = ledgers / "部门02/2017/lines.toml"
    note.write_text(note.read_text() + "\n# 批注\n")
    next((ledgers / "部门04/out").glob("*.docx")).unlink()
    assert last(kpi("batch", ledgers)) == "共 11 本台账：已导出 2，有错误 1，失败 1，没有变化 7"


def test_an_interrupted_run_goes_on_where_it_stopped(ledgers: Path, kpi: Callable) -> None:
    kpi("batch", ledgers)
    journal = ledgers / batch.JOURNAL
    whole = journal.read_bytes()
    journal.write_bytes(whole[: len(whole) * 4 // 9 - 7])  # cut off in the middle of a line
    assert last(kpi("batch", ledgers)).endswith("没有变化 3")


def test_force_makes_drafts(ledgers: Path, kpi: Callable) -> None:
    result = kpi("batch", ledgers, "--force", "--format", "json")
    assert max(outcome["errors"] for outcome in json.loads(result.out)["ledgers"]) > 0
    assert len(documents(ledgers)) == 20


def test_a_folder_without_ledgers(tmp_path: Path, kpi: Callable) -> None:
    result = kpi("batch", tmp_path)
    assert result.status == 2
    assert result.err.startswith("kpi: 错误: 文件夹下没有台账（")
    assert result.err.endswith("）；台账是含有 kpi.toml 的文件夹\n")


def test_a_ledger_that_kills_its_worker_is_named_and_the_rest_is_done(
    ledgers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = batch.assemble

    def deadly(root: Path, request: batch.Request) -> object:
        if root.name == "部门07":
            os.kill(os.getpid(), signal.SIGKILL)
        return real(root, request)

    monkeypatch.setattr(batch, "assemble", deadly)  # the workers are forks of this process
    jobs = [batch.Job(str(path), str(tmp_path / path.name), FORMATS) for path in batch.find_ledgers(ledgers)]
    outcomes = {Path(o.ledger).name: o for o in batch.run_all(jobs, lambda: ProcessPoolExecutor(2), 2)}
    assert len(outcomes) == 11
    assert outcomes["部门07"].messages == ("处理这本台账的进程意外终止",)
    assert sum(o.status == batch.DONE for o in outcomes.values()) == 8


# a Dask cluster on loopback


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and two workers as processes of their own."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    module = [sys.executable, "-m", "distributed.cli"]
    options = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
    processes = [
        subprocess.Popen([f"{module[0]}", "-m", "distributed.cli.dask_scheduler", "--port", "0", *options], **quiet)
    ]
    worker = [module[0], "-m", "distributed.cli.dask_worker", "--no-nanny", "--nthreads", "1", *options]
    processes += [subprocess.Popen(worker, **quiet) for _ in range(2)]
    try:
        deadline = time.monotonic() + 30
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        yield json.loads(file.read_text())["address"], processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_cluster_makes_the_same_bytes_and_survives_a_killed_worker(
    ledgers: Path, tmp_path: Path, program: Callable, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, workers = cluster
    program("batch", ledgers, "--out", tmp_path / "本机")
    command = [sys.executable, "-m", "kpi_cli", "batch", str(ledgers), "--out", str(tmp_path / "集群"), "--again"]
    with subprocess.Popen([*command, "--scheduler", address], stdout=subprocess.PIPE, cwd=tmp_path) as running:
        deadline = time.monotonic() + 60
        while not documents(tmp_path / "集群") and time.monotonic() < deadline:
            time.sleep(0.01)
        workers[0].kill()
        out = running.communicate(timeout=120)[0].decode()
    assert "共 11 本台账：已导出 9，有错误 1，失败 1" in out
    assert documents(tmp_path / "集群") == documents(tmp_path / "本机")
    assert len(documents(tmp_path / "集群")) == 18


@pytest.mark.parametrize("closed", ["部门02", "部门02/2017/lines.toml"])
def test_a_ledger_that_may_not_be_read_fails_and_stops_no_other(ledgers: Path, kpi, monkeypatch, closed: str) -> None:
    """Root may read everything, so that the refusal has to be played."""

    def refusing(function: Callable) -> Callable:
        def call(path: object = ".", *arguments: object, **options: object) -> object:
            if not isinstance(path, int) and Path(os.fsdecode(path)) == ledgers / closed:
                raise PermissionError(errno.EACCES, "", str(path))
            return function(path, *arguments, **options)

        return call

    for module, name in ((os, "scandir"), (os, "listdir"), (io, "open")):
        monkeypatch.setattr(module, name, refusing(getattr(module, name)))
    done = kpi("batch", ledgers, "--format", "json")
    by_name = {Path(o["ledger"]).name: o for o in json.loads(done.out)["ledgers"]}
    assert len(by_name) == 11
    assert by_name["部门02"]["status"] == "failed"
    assert "没有权限" in by_name["部门02"]["messages"][0]
    assert sum(o["status"] == "done" for o in by_name.values()) == 8
    assert done.status == 2
