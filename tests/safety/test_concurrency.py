"""Eight writers on one ledger, readers beside them, and writers that die with the lock in their hand.

`KPI_EDITS=100` makes the edits of each writer; without it there are fewer.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from kpi_cli.ledger import history as h
from kpi_cli.ledger.journal import state
from kpi_cli.ledger.transaction import open_transaction, read_consistent
from kpi_cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill")

WRITERS = 8
EDITS = int(os.environ.get("KPI_EDITS", "25"))
LINES = "2025/lines.toml"
ADD = (
    *("budget", "add", "--function-code", "2010601", "--economic-code", "30101", "--expenditure-type", "基本支出"),
    *("--fund-source", "一般公共预算", "--amount"),
)


def kpi(*arguments: object) -> tuple[int, str]:
    """Run a call in this process; returns its status and stdout."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        status = main([str(argument) for argument in arguments])
    out.flush()
    return status, out.buffer.getvalue().decode()  # type: ignore[attr-defined]


def start(work: Callable[[], None]) -> int:
    """Run in a forked process: status 0 where nothing was raised."""
    pid = os.fork()
    if not pid:
        status = 70
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return pid


def wait(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def write(root: Path, writer: int) -> None:
    """Add records whose amount says who wrote them: 3.07 is the eighth of writer 3."""
    for number in range(EDITS):
        status, _ = kpi("-C", root, "--wait", 120, *ADD, f"{writer * 1000 + number}.{writer:02}")
        assert status == 0


def read(root: Path, end: Path, log: Path) -> None:
    """Read until the writers are done; what a reader sees is the file of exactly one generation, and never an older one."""
    last, reads = 0, 0
    while not end.exists():
        content, numbers = read_consistent(root, lambda: ((root / LINES).read_bytes(), state(root)))
        assert content.count(b"[[line]]") == numbers[0] == numbers[1]
        assert numbers[0] >= last
        status, out = kpi("-C", root, "budget", "list", "--format", "json")
        assert status == 0
        assert len(json.loads(out)["records"]) >= numbers[0]
        last, reads = numbers[0], reads + 1
    log.write_text(f"{reads} {last}")


def die_with_the_lock(root: Path, told: int) -> None:
    """Take the lock, write half a change aside, and wait to be killed."""
    with open_transaction(root, "test", wait=120) as tx:
        tx.write("half.toml", b"never committed")
        (root / ".kpi/staging").mkdir(exist_ok=True)
        (root / ".kpi/staging/0").write_bytes(b"half")
        os.write(told, b"!")
        time.sleep(60)


@pytest.mark.slow
def test_no_edit_is_lost_or_doubled_whoever_dies_beside(ledger: Path, tmp_path: Path) -> None:
    """== 2025/lines.toml"""
    end, logs = tmp_path / "end", [tmp_path / f"log{n}" for n in range(2)]
    kpi("-C", ledger, "budget", "list")  # everything is imported, and shared with the children
    readers = [start(lambda log=log: read(ledger, end, log)) for log in logs]
    writers = [start(lambda writer=writer: write(ledger, writer)) for writer in range(WRITERS)]
    deaths = 0
    for _ in range(5):
        hears, told = os.pipe()
        victim = start(lambda told=told: die_with_the_lock(ledger, told))
        os.close(told)
        deaths += os.read(hears, 1) == b"!"
        os.close(hears)
        os.kill(victim, signal.SIGKILL)
        assert wait(victim) == -signal.SIGKILL
    assert [wait(pid) for pid in writers] == [0] * WRITERS
    end.touch()
    assert [wait(pid) for pid in readers] == [0, 0]
    assert deaths == 5
    assert all(int(log.read_text().split()[0]) > 3 for log in logs)

    amounts = [
        record["amount"] for record in json.loads(kpi("-C", ledger, "budget", "list", "--format", "json")[1])["records"]
    ]
    wanted = [f"{w * 1000 + n}.{w:02}" for w in range(WRITERS) for n in range(EDITS)]
    assert sorted(map(float, amounts)) == sorted(map(float, wanted))
    assert state(ledger) == (WRITERS * EDITS, WRITERS * EDITS)
    assert [e.number for e in h.history(ledger)] == list(range(WRITERS * EDITS, 0, -1))
    assert {p.name for p in (ledger / ".kpi").iterdir()} == {"lock", "generation", "history"}
    for _ in range(WRITERS * EDITS):
        h.undo(ledger)
    assert b"[[line]]" not in (ledger / LINES).read_bytes()
