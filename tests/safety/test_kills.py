"""`kill -9` at random moments of a change's life: the ledger is as before or as after it, whole, and nothing lies about.

`KPI_KILLS=1000 pytest tests/safety/test_kills.py` kills so often; without it there are fewer. `test_faults` kills at every
system call in turn; here the moment is anybody's guess, in the middle of a computation too.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from kpi_cli import resources
from kpi_cli.ledger.transaction import open_transaction
from kpi_cli.main import main
from tests.safety.ledger_state import contents, folders, snapshot, stray, walk

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill")

KILLS = int(os.environ.get("KPI_KILLS", "60"))
SEED = int(os.environ.get("KPI_KILL_SEED", "1"))
ONE = ("--function-code", "2011150", "--economic-code", "30101", "--expenditure-type", "基本支出", "--amount", "1")
LINE = ("budget", "add", "--year", "2017", *ONE, "--fund-source", "一般公共预算")
APPROVED = ("id=J9", "date=2018-01-20", "meeting=领导小组会议", "topic=审定结果", "decision=同意", "subject=考评结果")
FILES = {
    "lines.csv": "功能科目编码,经济科目编码,支出类型,资金来源,金额\n" + "2011150,30102,基本支出,一般公共预算,8\n" * 50,
    "subjects.csv": "kind,code,name\nfunction,2019999,其他支出\n",
}
CHANGES = {
    "add": LINE,
    "set": ("budget", "set", "2", "--year", "2017", "--note", "改"),
    "remove": ("budget", "remove", "2", "--year", "2017"),
    "import": ("import", "lines", "{files}/lines.csv", "--year", "2017"),
    "replace": ("import", "lines", "{files}/lines.csv", "--year", "2017", "--replace"),
    "subjects": ("import", "subjects", "{files}/subjects.csv", "--year", "2017"),
    "new year": ("project", "add", "--year", "2018", "--id", "P1", "--name", "新年度的项目"),
    "undo": ("undo",),
    "redo": ("redo",),
    "eval import": ("eval", "import", "units", "{files}/units.csv", "--year", "2017", "--replace"),
    "eval rename": ("eval", "rename", "units", "jia", "jia2", "--year", "2017"),
    "eval scheme": ("eval", "scheme", "new", "--year", "2018", "--from", "2017"),
    "eval archive": ("eval", "archive", "--year", "2017"),
}

EXPORT = ("export", "--to", "xlsx", "--to", "docx", "--force")


def start(arguments: list[str]) -> int:
    """Run `kpi` in a child with a process group of its own, which has everything loaded already."""
    pid = os.fork()
    if not pid:
        status = 99
        try:
            os.setpgid(0, 0)
            nowhere = os.open(os.devnull, os.O_RDWR)
            for number in (1, 2):
                os.dup2(nowhere, number)
            status = main(arguments)
        finally:
            os._exit(status)
    return pid


def killed(arguments: list[str], delay: float) -> int:
    """Run `kpi` and kill its process group after so many seconds; returns its status, -9 where it was still alive."""
    pid = start(arguments)
    time.sleep(delay)
    for target in (os.killpg, os.kill):  # the group is not there before the child has come that far
        try:
            target(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def usual(arguments: list[str], renew: Callable[[], None]) -> float:
    """Return the seconds that a call takes when nobody disturbs it."""
    seconds = []
    for _ in range(3):
        renew()
        began = time.perf_counter()
        assert os.waitstatus_to_exitcode(os.waitpid(start(arguments), 0)[1]) == 0
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def moment(random: Random, seconds: float) -> float:
    """Choose a moment of a call that takes so long: half of them towards its end, where it writes."""
    return random.uniform(random.choice((0, 0.6)), 1) * seconds


class Trial:
    """One kind of change on copies of the example ledger."""

    def __init__(self, disk: Path, kpi, change: str) -> None:
        self.source, self.root = disk / "source", disk / "台账"
        shutil.copytree(resources.templates() / "demo", self.source)
        for name, text in FILES.items():
            (disk / name).write_text(text, encoding="utf-8")
        assert kpi("-C", self.source, "eval", "add", "minutes", "--year", "2017", *APPROVED).status == 0
        for number in (1, 2, 3):
            assert kpi("-C", self.source, *LINE, "--note", number).status == 0
        assert kpi("-C", self.source, "undo").status == 0
        units = kpi("-C", self.source, "eval", "list", "units", "--year", "2017", "--format", "csv").out
        (disk / "units.csv").write_text(units.replace("甲镇", "甲街道"), encoding="utf-8")
        self.arguments = ["-C", str(self.root), *(word.format(files=disk) for word in CHANGES[change])]
        self.old = snapshot(self.source)
        self.renew()
        done = kpi(*self.arguments)
        assert done.status == 0, done.err
        self.new = snapshot(self.root)
        assert self.new != self.old
        self.seconds = usual(self.arguments, self.renew)

    def renew(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.source, self.root)

    def play(self, random: Random) -> str:
        """Kill once; returns how the ledger was found, "" where the call was faster."""
        self.renew()
        status = killed(self.arguments, moment(random, self.seconds))
        assert status in (0, -signal.SIGKILL)
        is_finished, is_amid = status == 0, bool(stray(self.root))
        with open_transaction(self.root, "test"):
            pass  # the next command that writes
        now = snapshot(self.root)
        assert now in (self.old, self.new)
        assert now == self.new or not is_finished
        assert not stray(self.root)
        walk(self.root)
        assert (contents(self.root), folders(self.root), *snapshot(self.root)[2:]) == now
        return "" if is_finished else f"{'new' if now == self.new else 'old'}{', amid writing' if is_amid else ''}"


class ExportTrial:
    """An export over documents that are there already."""

    def __init__(self, disk: Path, kpi) -> None:
        self.out = disk / "out"
        self.arguments = ["-C", str(resources.templates() / "demo"), *EXPORT, "--out", str(self.out)]
        assert kpi(*self.arguments).status == 0
        self.whole = self.found()
        self.seconds = usual(self.arguments, self.renew)

    def found(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.out.iterdir()}

    def renew(self) -> None:
        shutil.rmtree(self.out)
        self.out.mkdir()
        for name in self.whole:
            (self.out / name).write_text("旧")

    def play(self, random: Random) -> str:
        """Kill once; every document is the old or the new one, and an export an hour later removes what else is there."""
        self.renew()
        status = killed(self.arguments, moment(random, self.seconds))
        found = self.found()
        assert all(found[name] in ("旧".encode(), content) for name, content in self.whole.items())
        left = found.keys() - self.whole.keys()
        assert not left or status
        for name in left:
            assert name.startswith(".kpi-")
            os.utime(self.out / name, (time.time() - 3700,) * 2)
        if left:
            assert main(self.arguments) == 0
            assert self.found() == self.whole
        new = sum(found[name] == content for name, content in self.whole.items())
        return "" if not status else f"{'new' if new else 'old'}{', amid writing' if left else ''}"


def kill(trial: Trial | ExportTrial, kills: int, seed: str) -> None:
    """Kill so often, and say at which kill something was wrong."""
    random, found = Random(seed), []
    while sum(map(bool, found)) < kills:
        try:
            found.append(trial.play(random))
        except BaseException as error:
            error.add_note(f"try {len(found)} of seed {seed}")
            raise
        assert len(found) < 20 + 5 * kills, "the calls are faster than the kills"
    print(seed, dict(Counter(filter(None, found))))
    assert "old" in found or kills < 20


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_killed_is_there_or_not(disk: Path, kpi, change: str) -> None:
    kill(Trial(disk, kpi, change), -(-KILLS // len(CHANGES)), f"{SEED} {change}")


@pytest.mark.slow
def test_an_export_that_is_killed_leaves_whole_documents(disk: Path, kpi) -> None:
    kill(ExportTrial(disk, kpi), -(-KILLS // len(CHANGES)), f"{SEED} export")
