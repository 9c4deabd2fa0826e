"""Standard output and standard error that are closed, full, or gone: one clear line where there is room, and the status."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")

KPI = Path(sys.executable).with_name("kpi")
FULL = "kpi: 错误: 标准输出: 无法写入：磁盘已满；请检查磁盘空间和权限\n"
CLOSED = FULL.replace("磁盘已满", "没有打开")


def shell(command: str, folder: Path) -> tuple[int, str]:
    """Run a shell command in which `kpi` is the program; returns its status and stderr."""
    environment = {"PATH": f"{KPI.parent}:{os.environ['PATH']}", "HOME": str(folder)}
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("call", ["table 3 --format csv", "table 3 --color always", "history", "--help", "--version"])
def test_a_result_that_cannot_be_written_is_one_line_and_status_3(ledger: Path, call: str) -> None:
    """== 2025/lines.toml"""
    assert shell(f"kpi {call} > /dev/full", ledger) == (3, FULL)
    assert shell(f"kpi {call} >&-", ledger) == (3, CLOSED)


ADD = (
    "kpi budget add --function-code 2010601 --economic-code 30101 --expenditure-type 基本支出 "
    "--fund-source 一般公共预算 --amount 7"
)


@pytest.mark.parametrize("lost", ["2>/dev/full", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_messages_that_cannot_be_written_change_no_status(ledger: Path, lost: str) -> None:
    """A closed stream's number must not go to the next file: the message would end in the ledger.

    == 2025/lines.toml
    """
    assert shell(f"kpi tabel {lost}", ledger)[0] == 2
    assert shell(f"{ADD} {lost}", ledger)[0] == 0
    assert (ledger / "2025/lines.toml").read_text().count("amount = 7") == 1
    assert shell("kpi check", ledger)[0] == 1
    assert (ledger / ".kpi/lock").read_bytes() == b""


def test_version_is_told_behind_other_options(kpi, tmp_path: Path) -> None:
    assert kpi("-C", tmp_path, "--version").out == kpi("--version").out
