"""Kill the writer at every system call, refuse every system call, and kill it at random: nothing is lost or torn.

The only thing replaced here is the operating system: `os` and `io.open`, below our code.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import itertools
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from kpi_cli.errors import LedgerError, UnfinishedError
from kpi_cli.ledger import history as h
from kpi_cli.ledger.journal import state
from kpi_cli.ledger.transaction import open_transaction, read_consistent

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill")

LEFT = {"lock", "generation", "history"}
CALLS = ("fsync", "replace", "unlink", "mkdir", "rmdir")


# the operating system, counted


class Calls:
    """Counts calls that change the disk (and, for faults, reads); `strike` happens at call `number`."""

    def __init__(self, number, strike, *, reads=False, sticky=False):
        self.number, self.strike, self.reads, self.sticky = number, strike, reads, sticky
        self.count, self.names = 0, []

    def reached(self, name):
        self.count += 1
        self.names.append(name)
        return self.count == self.number or (self.sticky and self.count > self.number)

    @contextlib.contextmanager
    def watching(self):
        kept = {name: getattr(os, name) for name in (*CALLS, "open")}
        kept_open = io.open
        for name in CALLS:
            setattr(os, name, self._counted(name, kept[name]))
        os.open = self._counted_folder(kept["open"])
        io.open = self._counted_open(kept_open)
        try:
            yield self
        finally:
            io.open = kept_open
            for name, function in kept.items():
                setattr(os, name, function)

    def _counted(self, name, function):
        def call(*args, **options):
            if self.reached(name):
                self.strike(name)
            return function(*args, **options)

        return call

    def _counted_folder(self, function):
        def call(path, flags, *args, **options):
            if self.reads and self.reached("open"):
                self.strike("open")
            return function(path, flags, *args, **options)

        return call

    def _counted_open(self, function):
        def call(file, mode="r", *args, **options):
            writes = any(letter in mode for letter in "wax+")
            if (writes or self.reads) and self.reached(f"open {mode}"):
                self.strike(f"open {mode}")
            stream = function(file, mode, *args, **options)
            return CountedStream(stream, self) if writes else stream

        return call


class CountedStream:
    """A file whose write breaks off in the middle."""

    def __init__(self, stream, calls):
        self._stream, self._calls = stream, calls

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stream.close()

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def write(self, content):
        if self._calls.reached("write"):
            self._stream.write(content[: len(content) // 2])
            self._stream.flush()
            self._calls.strike("write")
        return self._stream.write(content)


def die(_name):
    os._exit(9)


def refuse(code):
    def strike(_name):
        raise OSError(code, os.strerror(code))

    return strike


def refusal(action, calls):
    """Return the error that the action ends with; any other than a LedgerError is one of ours."""
    try:
        with calls.watching():
            action()
    except LedgerError as error:
        return error
    return None


# ledgers


def contents(root):
    found = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return {file: content for file, content in found.items() if not file.startswith(".kpi/")}


def folders(root):
    return {p.name for p in root.iterdir() if p.is_dir()} - {".kpi"}


def put(root, files, summary="改"):
    with open_transaction(root, "test") as tx:
        for file, content in files.items():
            tx.write(file, content)
        tx.summary = summary
        tx.commit()


def make_ledger(root):
    """Three changes in force and one undone behind them."""
    root.mkdir()
    put(root, {"kpi.toml": b"schema_version = 1\n", "2017/lines.toml": b"a = 1\n"}, "一")
    put(root, {"2017/lines.toml": b"a = 1\nb = 2\n", "2017/incomes.toml": b"\xef\xbb\xbfi = 1\r\n"}, "二")
    put(root, {"2017/lines.toml": b"a = 1\nx\xff\nb = 2\n"}, "三")
    put(root, {"2018/lines.toml": b"late = 1\n", "kpi.toml": b"schema_version = 1\ncode = 2\n"}, "四")
    h.undo(root)


def change(root):
    put(
        root,
        {"2017/lines.toml": b"a = 1\nb = 3\n", "2017/incomes.toml": None, "2019/lines.toml": b"new\n" * 50},
        "五",
    )


def nothing(root):
    with open_transaction(root, "test"):
        pass


ACTIONS = {"commit": change, "undo": h.undo, "redo": h.redo, "first": change, "undo-creation": h.undo}


def start(disk, action):
    """Make the ledger on which ACTION is tried again and again; returns it and what it holds before and after."""
    source = disk / "source"
    if action == "first":
        source.mkdir()
    else:
        make_ledger(source)
    if action == "undo-creation":
        h.redo(source)
    done = disk / "done"
    shutil.copytree(source, done)
    ACTIONS[action](done)
    old, new = snapshot(source), snapshot(done)
    assert old != new
    return source, old, new


def snapshot(root):
    """All that counts: bytes, year folders, history and undo position."""
    entries = [(e.number, e.summary, e.is_undone, e.files) for e in h.history(root)]
    return contents(root), folders(root), entries, state(root)


def assert_sound(root, *allowed, is_walked=True):
    """Everything is as before or as after, nothing is left over, and the whole history can be walked."""
    now = snapshot(root)
    assert now in allowed
    assert {p.name for p in (root / ".kpi").iterdir()} <= LEFT
    assert not [p for p in (root / ".kpi/history").glob("*") if p.suffix != ".json"]
    if is_walked:
        walk(root)
        assert snapshot(root)[:3] == now[:3]
    return allowed.index(now)


def walk(root):
    """Undo all, redo all, and come back to where it was."""
    position = state(root)[1]
    for _ in range(position):
        h.undo(root)
    assert (contents(root), folders(root)) == ({}, set())
    for _ in range(position):
        h.redo(root)


def in_child(action, calls):
    """Run in a forked process; returns its exit status: 0 completed, 9 killed."""
    pid = os.fork()
    if not pid:
        status = 70
        try:
            with calls.watching():
                action()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def fresh(source, number):
    root = source.parent / f"try-{number}"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(source, root, symlinks=True)
    return root


# a crash at every call


@pytest.mark.parametrize("action", ACTIONS)
def test_crash_at_every_call_leaves_all_or_nothing(disk, action):
    source, old, new = start(disk, action)
    outcomes = []
    for number in itertools.count(1):
        root = fresh(source, 0)
        status = in_child(lambda root=root: ACTIONS[action](root), Calls(number, die))
        nothing(root)
        outcomes.append(assert_sound(root, old, new))
        if status == 0:
            break
        assert status == 9
    assert outcomes == sorted(outcomes), "a change that was decided once stays decided"
    assert outcomes.count(0) > 5
    assert outcomes.count(1) > 5


@pytest.mark.parametrize("action", ["commit", "undo-creation"])
def test_crash_at_every_call_of_recovery_after_every_crash(disk, action):
    source, old, new = start(disk, action)
    kills = 0
    for number in itertools.count(1):
        crashed = fresh(source, "crashed")
        status = in_child(lambda root=crashed: ACTIONS[action](root), Calls(number, die))
        is_decided = (crashed / ".kpi/journal.json").exists()
        for step in itertools.count(1):
            root = fresh(crashed, "again")
            again = in_child(lambda root=root: nothing(root), Calls(step, die))
            nothing(root)
            now = snapshot(root)
            assert now in (old, new)
            assert now == new or not is_decided
            assert {p.name for p in (root / ".kpi").iterdir()} <= LEFT
            if again == 0:
                break
            kills += 1
        if status == 0:
            break
    assert kills > 100


def test_a_reader_finishes_what_a_killed_writer_left(disk):
    source, _, new = start(disk, "commit")
    read = 0
    for number in itertools.count(1):
        root = fresh(source, 0)
        status = in_child(lambda root=root: change(root), Calls(number, die))
        is_decided = (root / ".kpi/journal.json").exists()
        seen = read_consistent(root, lambda root=root: contents(root))
        if is_decided:
            read += 1
            assert seen == new[0]
            assert not (root / ".kpi/journal.json").exists()
        if status == 0:
            break
    assert read > 5


# a refusal at every call


@pytest.mark.parametrize("sticky", [False, True], ids=["once", "from-then-on"])
@pytest.mark.parametrize(
    ("action", "code"),
    [*itertools.product(ACTIONS, (errno.ENOSPC, errno.EIO)), ("commit", errno.EACCES)],
    ids=lambda value: errno.errorcode.get(value, value),
)
def test_refusal_at_every_call_tells_the_truth(disk, action, code, sticky):
    """No error: done. UnfinishedError: decided, done by the next command. Any other LedgerError: nothing changed."""
    source, old, new = start(disk, action)
    seen = set()
    for number in itertools.count(1):
        root = fresh(source, 0)
        calls = Calls(number, refuse(code), reads=True, sticky=sticky)
        error = refusal(lambda root=root: ACTIONS[action](root), calls)
        outcome = "refused" if error else "done"
        if isinstance(error, UnfinishedError):
            outcome = "unfinished"
            assert [p.code for p in error.problems] == ["unfinished"]
            assert error.exit_code == 3
        elif error:
            assert error.problems[0].code in {"unwritable", "unreadable"}
            assert error.exit_code == 2
            assert contents(root) == old[0]
            assert folders(root) == old[1]
            if not sticky and (root / ".kpi").exists():
                assert {p.name for p in (root / ".kpi").iterdir()} <= LEFT
        seen.add(outcome)
        nothing(root)
        assert_sound(root, old if outcome == "refused" else new, is_walked=False)
        if calls.count < number:
            break
    assert seen == {"done", "unfinished", "refused"}


def test_a_year_folder_that_may_not_go_stays_and_stops_nothing(disk, monkeypatch):
    source, _, new = start(disk, "undo-creation")

    def rmdir(path, **_):
        if Path(path).name == "2018":
            raise PermissionError(errno.EACCES, "", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(os, "rmdir", rmdir)
        h.undo(source)
    assert list((source / "2018").iterdir()) == []
    assert contents(source) == new[0]
    assert not (source / ".kpi/journal.json").exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
def test_refusal_at_every_call_of_recovery_keeps_the_decision(disk, code):
    source, _, new = start(disk, "commit")
    decided = fresh(source, "decided")
    position = next(n for n in itertools.count(1) if leaves_journal(source, decided, n))
    assert position > 5
    refusals = 0
    for number in itertools.count(1):
        root = fresh(decided, 0)
        calls = Calls(number, refuse(code), reads=True, sticky=True)
        error = refusal(lambda root=root: nothing(root), calls)
        if error:
            refusals += 1
            assert error.problems[0].code in {"unfinished", "unwritable", "unreadable"}
        nothing(root)
        assert_sound(root, new)
        if calls.count < number:
            break
    assert refusals > 10


def leaves_journal(source, root, number):
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(source, root)
    in_child(lambda: change(root), Calls(number, die))
    return (root / ".kpi/journal.json").exists()


def test_interrupt_at_every_call_is_like_a_crash(disk):
    """Ctrl-C is an exception that runs the handlers on its way; they must not throw away what is decided."""

    def interrupt(_name):
        raise KeyboardInterrupt

    source, old, new = start(disk, "commit")
    outcomes = []
    for number in itertools.count(1):
        root = fresh(source, 0)
        calls = Calls(number, interrupt)
        with contextlib.suppress(KeyboardInterrupt), calls.watching():
            change(root)
        nothing(root)
        outcomes.append(assert_sound(root, old, new))
        if calls.count < number:
            break
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {0, 1}


def test_interrupt_right_behind_the_commit_point_discards_nothing(disk, monkeypatch):
    """The journal's rename has happened and the interrupt comes before the next line of ours."""
    source, _, new = start(disk, "commit")
    root = fresh(source, 0)
    real = os.replace

    def replace(old, target):
        real(old, target)
        if Path(target).name == "journal.json":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            change(root)
    nothing(root)
    assert_sound(root, new)


@pytest.mark.parametrize("action", ACTIONS)
def test_what_is_written_is_on_the_disk_before_the_next_step(disk, action):
    """A power cut cannot be played here; that every step is synced before one that relies on it can be seen."""
    source, *_ = start(disk, action)
    calls = Calls(0, die)
    with calls.watching():
        ACTIONS[action](source)
    names = [name for name in calls.names if not name.startswith("open")]
    assert names.count("replace") >= 3
    for name, following in itertools.pairwise(names):
        if name in {"write", "replace"}:
            assert following == "fsync", names
    journal = names.index("replace")
    assert names[:journal].count("fsync") > names[:journal].count("write"), "each file, and the staging folder"


# kills at random


NAMES = ("2017/lines.toml", "2017/incomes.toml", "2018/lines.toml")


def fingerprint(files):
    return hashlib.sha256(repr(sorted(files.items())).encode("utf-8")).hexdigest()


def random_content(rng, old):
    """Create, append, splice, shorten or delete."""
    if old is None or rng.random() < 0.05:
        return rng.randbytes(rng.randrange(3000))
    kind = rng.randrange(4)
    start, stop = sorted((rng.randrange(len(old) + 1), rng.randrange(len(old) + 1)))
    if kind == 0:
        return old + rng.randbytes(rng.randrange(1, 400))
    if kind == 1:
        return old[:start] + rng.randbytes(rng.randrange(1, 50)) + old[min(stop, start + 40) :]
    if kind == 2:
        return old[:start] + old[min(stop, start + 300) :]
    return None if rng.random() < 0.4 else old.upper() + b"\r\n"


def edit_forever(root, log, seed):
    """Write down what each change will lead to, then make it; that log lies outside of the ledger."""
    rng = random.Random(seed)
    with log.open("a", buffering=1) as stream:
        while True:
            position = state(root)[1]
            kind = rng.choices(("commit", "undo", "redo"), (6, 2, 1))[0]
            if kind != "commit":
                with contextlib.suppress(Exception):
                    step = -1 if kind == "undo" else 1
                    stream.write(json.dumps(["try", kind, position + step, None]) + "\n")
                    (h.undo if kind == "undo" else h.redo)(root)
                    stream.write(json.dumps(["done"]) + "\n")
                continue
            with open_transaction(root, "random") as tx:
                files = {name: tx.read(name) for name in NAMES}
                for name in rng.sample(NAMES, rng.randrange(1, 4)):
                    files[name] = random_content(rng, files[name])
                    tx.write(name, files[name])
                after = fingerprint({name: content for name, content in files.items() if content is not None})
                if after == fingerprint(contents(root)):
                    continue
                stream.write(json.dumps(["try", kind, position + 1, after]) + "\n")
                tx.commit()
                stream.write(json.dumps(["done"]) + "\n")


class Ghost:
    """What the ledger must hold, followed along the log: a fingerprint for every position."""

    def __init__(self):
        self.stack, self.position, self.commits = [fingerprint({})], 0, 0

    def follow(self, lines, root):
        """Replay the log; whether its last change happened, only the ledger can say."""
        while lines:
            line = lines.pop(0)
            assert line[0] == "try"
            if lines and lines[0] == ["done"]:
                lines.pop(0)
                self.step(*line[1:])
            elif lines:  # undo or redo with nothing to undo or redo
                assert line[1] in {"undo", "redo"}
            elif state(root)[1] == line[2] and (line[1] != "redo" or self.can_redo()):
                self.step(*line[1:])

    def can_redo(self):
        return self.position + 1 < len(self.stack)

    def step(self, kind, position, after):
        if kind == "commit":
            assert position == self.position + 1
            self.stack = [*self.stack[:position], after]
            self.commits += 1
        self.position = position


def test_kills_at_random_moments_lose_nothing(disk):
    root, log = disk / "ledger", disk / "log"
    root.mkdir()
    log.touch()
    rng = random.Random(20250131)
    ghost, kills, interrupted = Ghost(), 0, 0
    begin = time.monotonic()
    while kills < 250 and time.monotonic() - begin < 60:
        offset = log.stat().st_size
        pid = os.fork()
        if not pid:
            try:
                edit_forever(root, log, rng.random())
            finally:
                os._exit(70)
        time.sleep(rng.random() * 0.05)
        os.kill(pid, signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
        kills += 1
        interrupted += (root / ".kpi/journal.json").exists() or (root / ".kpi/staging").exists()
        nothing(root)
        text = log.read_bytes()[offset:].decode()
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
        ghost.follow(lines, root)
        assert state(root)[1] == ghost.position
        assert fingerprint(contents(root)) == ghost.stack[ghost.position]
        assert h.stored_numbers(root) == list(range(len(ghost.stack) - 1, 0, -1))
        with log.open("a") as stream:  # a line that the kill tore ends here
            stream.write("" if text.endswith("\n") or not text else "\n")
    assert {p.name for p in (root / ".kpi").iterdir()} == LEFT
    assert [e.is_undone for e in h.history(root)] == [n > ghost.position for n in h.stored_numbers(root)]
    for position in range(ghost.position, 0, -1):
        assert fingerprint(contents(root)) == ghost.stack[position]
        h.undo(root)
    for after in ghost.stack[1:]:
        h.redo(root)
        assert fingerprint(contents(root)) == after
    print(f"{kills} kills, {interrupted} of them in the middle, {ghost.commits} changes", file=sys.stderr)
    assert kills >= 200
    assert interrupted > 20
    assert ghost.commits > 100
