"""P13: many departments in one process, in two, and on a Dask cluster of two workers on loopback, by the clock.

Each way must make the same bytes as the first; a run of the cluster in which a worker is killed in the middle, too.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KPI = str(Path(sys.executable).with_name("kpi"))
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and workers as processes of their own; give its address and the workers."""
    file = folder / "scheduler.json"
    options = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
    program = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", *options]
    processes = [subprocess.Popen(program, **QUIET)]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--no-nanny", "--nthreads", "1", *options]
    processes += [subprocess.Popen(worker, **QUIET) for _ in range(workers)]
    try:
        while not file.exists() or not file.read_text():
            time.sleep(0.1)
        yield json.loads(file.read_text())["address"], processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()
        file.unlink(missing_ok=True)


def batch(root: Path, out: Path, *more: str, beside: Callable[[], None] | None = None) -> float:
    """Export every ledger below a folder; return the seconds by the clock. `beside` runs while it does."""
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    command = [KPI, "batch", str(root), "--out", str(out), "--again", *more]
    with subprocess.Popen(command, cwd=root.parent, **QUIET) as running:
        if beside:
            beside()
    spent = time.perf_counter() - start
    if running.returncode:
        sys.exit(f"{' '.join(command)}: exit {running.returncode}")
    return spent


def digest(out: Path) -> str:
    """Digest the names and bytes of every document."""
    found = hashlib.sha256()
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        found.update(str(path.relative_to(out)).encode() + path.read_bytes())
    return found.hexdigest()


def spread(root: Path, way: str) -> tuple[float, float]:
    """Return the seconds of a way (`jobs` or `cluster`) and those of one process, run before and after it.

    Raises:
      SystemExit: The documents differ.
    """
    serial, other = root.parent / "serial", root.parent / way
    before = batch(root, serial)
    if way == "jobs":
        spent = batch(root, other, "--jobs", "2")
    else:
        with cluster(root.parent) as (address, _):
            batch(root, other, "--scheduler", address)  # a cluster is up for long: its workers have loaded kpi
            spent = batch(root, other, "--scheduler", address)
    if digest(serial) != digest(other):
        sys.exit(f"{way}: other bytes than one process makes")
    return spent, (before + batch(root, serial)) / 2


def with_a_killed_worker(root: Path) -> tuple[int, int]:
    """Kill one of two workers when a third of the ledgers is done; return ledgers done by then, and in the end.

    Raises:
      SystemExit: The documents differ from those of one process.
    """
    serial, other = root.parent / "serial", root.parent / "killed"
    batch(root, serial)
    wanted = len(list(serial.rglob("*.xlsx")))
    seen = 0
    with cluster(root.parent) as (address, workers):

        def kill() -> None:
            nonlocal seen
            while seen < wanted / 3:
                time.sleep(0.05)
                seen = len(list(other.rglob("*.xlsx")))
            workers[0].send_signal(signal.SIGKILL)

        batch(root, other, "--scheduler", address, beside=kill)
    if digest(serial) != digest(other):
        sys.exit("killed worker: other bytes than one process makes")
    return seen, len(list(other.rglob("*.xlsx")))
