"""Every system call of a change fails in turn, or kills the process: the ledger is as before or as after, and says which.

`KPI_FAULTS=all pytest tests/safety/test_faults.py` takes every call; without it every few calls are taken.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from kpi_cli.ledger.transaction import open_transaction
from tests.safety.faults import ERRORS, IS_HERE, KILL, Fault, Tracer
from tests.safety.ledger_state import contents, folders, snapshot, stray, walk

pytestmark = pytest.mark.skipif(not IS_HERE and not os.environ.get("KPI_CI"), reason="needs strace")

TAKES_ALL = os.environ.get("KPI_FAULTS") == "all"
STEP = 1 if TAKES_ALL else 12
ONE = ("--year", "2025", "--function-code", "2010601", "--economic-code", "30101", "--expenditure-type", "基本支出")
LINE = ("budget", "add", *ONE, "--fund-source", "一般公共预算", "--amount")
PROJECT = ("project", "add", "--year", "2026", "--id", "P1", "--name", "新年度的第一个项目", "--amount", "5")
ACTIONS = {
    "add": (*LINE, "20.50"),
    "new-year": PROJECT,
    "first": (*LINE, "1"),
    "undo": ("undo",),
    "undo-year": ("undo",),
    "redo": ("redo",),
}
SETTINGS = 'schema_version = 1\ndepartment = "某县财政局"\nlevel = "单位"\nnature = "行政"\ntable_set = "shanghai"\n'


def make_ledger(root: Path, action: str, kpi) -> None:
    """Two changes in force and one undone behind them; as the action needs it."""
    (root / "2025").mkdir(parents=True)
    (root / "kpi.toml").write_text(SETTINGS)
    (root / "2025/lines.toml").write_text("# 手写的说明\n")
    if action == "first":
        return
    for amount in ("1", "2"):
        assert kpi("-C", root, *LINE, amount).status == 0
    assert kpi("-C", root, *(PROJECT if action == "undo-year" else (*LINE, "3"))).status == 0
    if action != "undo-year":
        assert kpi("-C", root, "undo").status == 0


class Trial:
    """One action on copies of one ledger, with a fault each time."""

    def __init__(self, disk: Path, action: str, kpi) -> None:
        self.source, self.root = disk / "source", disk / "台账"
        make_ledger(self.source, action, kpi)
        self.arguments = ("-C", self.root, *ACTIONS[action])
        self.tracer = Tracer(disk)
        self.old = snapshot(self.source)
        self.run(None)  # loads what the command needs; children inherit it
        self.renew()
        assert kpi(*self.arguments).status == 0
        self.renew()
        outcome, self.calls = self.tracer.calls(self.arguments)
        assert (outcome.status, len(outcome.lines)) == (0, 1)
        self.new = snapshot(self.root)
        assert self.new != self.old

    def renew(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.source, self.root)

    def run(self, fault: Fault | None):
        self.renew()
        return self.tracer.inject(self.arguments, fault) if fault else None

    def faults(self, kind: str) -> list[Fault]:
        start = (*ERRORS, KILL).index(kind)  # each kind takes other calls, so that together they take most of them
        return [Fault(*call[:2], kind, call[2]) for call in self.calls[start % STEP :: STEP]]

    def check(self, fault: Fault) -> int:
        """Play one fault; returns 1 where the change is there afterwards, else 0."""
        outcome = self.run(fault)
        what = f"{fault}\n{outcome}"
        before_next = contents(self.root), folders(self.root)
        with open_transaction(self.root, "test"):
            pass  # the next command
        now = snapshot(self.root)
        if (fault.name, fault.kind) == ("rmdir", "EACCES"):  # an empty year that may not go stays, and does no harm
            now = (now[0], self.new[1] if now[0] == self.new[0] else now[1], *now[2:])
        assert now in (self.old, self.new), what
        assert not stray(self.root), what
        walk(self.root)
        assert (contents(self.root), *snapshot(self.root)[2:]) == (now[0], *now[2:]), what
        is_new = now == self.new
        if fault.kind == KILL:
            assert outcome.status == -9, what
            return is_new
        assert outcome.status in ({0, 3} if is_new else {2, 4}), what
        if not is_new:
            assert before_next == self.old[:2], what
        if outcome.status:
            assert len(outcome.lines) == 1, what
            assert outcome.lines[0].startswith("kpi: 错误: "), what
        assert outcome.out == "", what
        return is_new


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*ERRORS, KILL])
@pytest.mark.parametrize("action", ACTIONS)
def test_a_fault_at_every_system_call(disk: Path, kpi, action: str, kind: str) -> None:
    trial = Trial(disk, action, kpi)
    faults = trial.faults(kind)
    bad, outcomes = [], []
    for fault in faults:
        try:
            outcomes.append(trial.check(fault))
        except AssertionError as error:
            bad.append(str(error).split("\nassert")[0])
    assert not bad, f"{len(bad)} of {len(faults)}:\n" + "\n".join(bad)
    assert set(outcomes) == {0, 1}


EXPORT = ("export", "--to", "xlsx", "--to", "docx", "--force", "--out")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ERRORS)
def test_an_export_leaves_all_documents_or_none(disk: Path, kpi, kind: str) -> None:
    """What stands in the folder stays as it was unless every document was made."""
    root, out = disk / "台账", disk / "out"
    make_ledger(root, "add", kpi)
    tracer, arguments = Tracer(disk), ("-C", root, *EXPORT, out)

    def renew() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        for name in whole:
            (out / name).write_text("旧")

    whole: dict[str, bytes] = {}
    assert kpi(*arguments).status == 0
    whole = {path.name: path.read_bytes() for path in out.iterdir()}
    old = dict.fromkeys(whole, "旧".encode())
    renew()
    outcome, calls = tracer.calls(arguments)
    assert outcome.status == 0
    start, bad = ERRORS.index(kind), []
    for call in calls[start % STEP :: STEP]:
        fault = Fault(*call[:2], kind, call[2])
        renew()
        outcome = tracer.inject(arguments, fault)
        found = {path.name: path.read_bytes() for path in out.iterdir()}
        if fault.name == "unlink":  # a disk that lets nothing be deleted keeps the second name of an old file
            found = {name: content for name, content in found.items() if not name.startswith(".kpi-")}
        is_told = outcome.status == 0 or (
            outcome.status in {2, 3} and sum("错误: " in line for line in outcome.lines) == 1
        )
        if not is_told or found not in ((whole,) if outcome.status == 0 else (old, whole)):
            bad.append(f"{fault}\n{outcome}\n{sorted(found)}")
    assert not bad, f"{len(bad)}:\n" + "\n".join(bad)
