"""Transactions: all or nothing, one writer at a time, readers that never see half of one."""

from __future__ import annotations

import contextlib
import errno
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from kpi_cli.errors import LedgerError, LockedError, UnfinishedError, UsageError
from kpi_cli.ledger import history as h
from kpi_cli.ledger.files import digest
from kpi_cli.ledger.journal import recover, state
from kpi_cli.ledger.transaction import open_transaction, read_consistent

LINES = "2017/lines.toml"
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX modes, links or signals")


def put(root, files, summary=""):
    with open_transaction(root, "test") as tx:
        for file, content in files.items():
            tx.write(file, content)
        tx.summary = summary
        tx.commit()


def contents(root):
    found = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return {file: content for file, content in found.items() if not file.startswith(".kpi/")}


def leave_journal(root, files, monkeypatch):
    """Commit and die right behind the commit point: no file has been switched yet."""

    class PowerCutError(BaseException):
        pass

    real = os.replace

    def replace(old, new):
        real(old, new)
        if Path(new).name == "journal.json":
            raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(PowerCutError):
            put(root, files)
    assert (root / ".kpi/journal.json").exists()


def problem(error):
    assert len(error.value.problems) == 1
    found = error.value.problems[0]
    assert found.text.count("\n") == 0
    return found.code, found.place.file


# one transaction


def test_nothing_is_written_without_commit(tmp_path):
    with open_transaction(tmp_path, "test") as tx:
        tx.write(LINES, b"a = 1\n")
        assert tx.read(LINES) == b"a = 1\n"
    assert contents(tmp_path) == {}
    assert state(tmp_path) == (0, 0)


def test_commit_stores_all_files_and_leaves_only_what_it_needs(tmp_path):
    put(tmp_path, {LINES: b"a", "kpi.toml": b"b"})
    put(tmp_path, {LINES: None, "2017/evaluation/units.toml": b"c"})
    assert contents(tmp_path) == {"kpi.toml": b"b", "2017/evaluation/units.toml": b"c"}
    assert {p.name for p in (tmp_path / ".kpi").iterdir()} == {"lock", "generation", "history"}
    assert state(tmp_path) == (2, 2)


def test_a_change_that_changes_nothing_is_no_change(tmp_path):
    put(tmp_path, {LINES: b"a"})
    put(tmp_path, {LINES: b"a", "2018/lines.toml": None})
    assert state(tmp_path) == (1, 1)
    assert len(h.history(tmp_path)) == 1


def test_a_transaction_can_commit_twice(tmp_path):
    with open_transaction(tmp_path, "test") as tx:
        tx.write(LINES, b"a")
        tx.commit()
        tx.write(LINES, tx.read(LINES) + b"b")
        tx.commit()
    assert contents(tmp_path) == {LINES: b"ab"}
    h.undo(tmp_path)
    assert contents(tmp_path) == {LINES: b"a"}


def test_an_exception_in_the_block_changes_nothing(tmp_path):
    def fail():
        with open_transaction(tmp_path, "test") as tx:
            tx.write(LINES, b"a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert contents(tmp_path) == {}
    put(tmp_path, {LINES: b"b"})  # the lock is free again


@pytest.mark.parametrize("meanwhile", [b"by hand", None])
@pytest.mark.parametrize("written", [LINES, "kpi.toml"])
def test_a_file_edited_between_read_and_commit_stops_the_commit(tmp_path, meanwhile, written):
    put(tmp_path, {LINES: b"a", "kpi.toml": b"b"})
    with open_transaction(tmp_path, "test") as tx:
        assert tx.read(LINES) == b"a"
        tx.write(written, b"new")
        if meanwhile is None:
            (tmp_path / LINES).unlink()
        else:
            (tmp_path / LINES).write_bytes(meanwhile)
        with pytest.raises(LedgerError) as error:
            tx.commit()
    assert problem(error) == ("changed-meanwhile", LINES)
    assert contents(tmp_path).get(LINES) == meanwhile
    assert contents(tmp_path)["kpi.toml"] == b"b"
    assert {p.name for p in (tmp_path / ".kpi").iterdir()} == {"lock", "generation", "history"}
    assert state(tmp_path) == (1, 1)


def test_a_file_created_between_read_and_commit_is_not_overwritten(tmp_path):
    with open_transaction(tmp_path, "test") as tx:
        tx.write(LINES, b"new")
        (tmp_path / "2017").mkdir()
        (tmp_path / LINES).write_bytes(b"by hand")
        with pytest.raises(LedgerError) as error:
            tx.commit()
    assert problem(error) == ("changed-meanwhile", LINES)
    assert contents(tmp_path) == {LINES: b"by hand"}


def test_a_large_append_stores_only_the_addition_and_parses_nothing(tmp_path):
    code = f"""
import sys
from pathlib import Path
from kpi_cli.ledger.transaction import open_transaction
root = Path({str(tmp_path)!r})
big = b"[[line]]\\namount = 1\\n" * 500_000
for content in (big, big + b"[[line]]\\n"):
    with open_transaction(root, "test") as tx:
        tx.write("2017/lines.toml", content)
        tx.commit()
assert not {{"tomli", "tomllib", "tomlkit"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert (tmp_path / LINES).stat().st_size > 10_000_000
    assert (tmp_path / ".kpi/history/00000002.json").stat().st_size < 500
    h.undo(tmp_path)
    assert (tmp_path / LINES).read_bytes().endswith(b"[[line]]\namount = 1\n")


# paths


@pytest.mark.parametrize(
    "file",
    ["../out.toml", "2017/../../out.toml", "2017/../kpi.toml", "/etc/kpi", ".kpi/generation", ".kpi/x/y", "a\0b"],
)
def test_paths_out_of_the_ledger_are_refused(tmp_path, file):
    with open_transaction(tmp_path, "test") as tx:
        with pytest.raises(UsageError) as error:
            tx.read(file)
        assert problem(error) == ("unsafe-path", file)
        with pytest.raises(UsageError):
            tx.write(file, b"x")


@posix
def test_a_link_out_of_the_ledger_is_refused(tmp_path):
    root, outside = tmp_path / "ledger", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "lines.toml").write_bytes(b"theirs")
    (root / "2017").symlink_to(outside)
    (root / "loop").symlink_to("loop")
    for file in (LINES, "loop"):
        with open_transaction(root, "test") as tx, pytest.raises(UsageError) as error:
            tx.write(file, b"mine")
        assert problem(error) == ("unsafe-path", file)
    assert (outside / "lines.toml").read_bytes() == b"theirs"


@posix
def test_a_link_in_the_place_of_the_staging_folder_is_not_followed(tmp_path):
    """In a ledger that came from somebody else it could lead anywhere, and what is staged gets thrown away."""
    root, outside = tmp_path / "ledger", tmp_path / "outside"
    (root / ".kpi").mkdir(parents=True)
    outside.mkdir()
    (outside / "0").write_bytes(b"theirs")
    (root / ".kpi/staging").symlink_to(outside)
    put(root, {LINES: b"a"})
    assert contents(outside) == {"0": b"theirs"}
    assert contents(root) == {LINES: b"a"}
    assert {p.name for p in (root / ".kpi").iterdir()} == {"lock", "generation", "history"}


@posix
def test_a_link_inside_the_ledger_is_followed_and_stays_a_link(tmp_path):
    (tmp_path / "shared.toml").write_bytes(b"a")
    (tmp_path / "2017").mkdir()
    (tmp_path / LINES).symlink_to("../shared.toml")
    put(tmp_path, {LINES: b"b"})
    assert (tmp_path / LINES).is_symlink()
    assert (tmp_path / "shared.toml").read_bytes() == b"b"
    h.undo(tmp_path)
    assert (tmp_path / LINES).is_symlink()
    assert (tmp_path / "shared.toml").read_bytes() == b"a"


@posix
def test_two_names_of_one_file_are_one_file(tmp_path):
    (tmp_path / "2017").mkdir()
    (tmp_path / LINES).write_bytes(b"a")
    (tmp_path / "link.toml").symlink_to(LINES)
    with open_transaction(tmp_path, "test") as tx:
        tx.write(LINES, b"b")
        assert tx.read("link.toml") == b"b"
        tx.write("link.toml", b"bc")
        tx.commit()
    assert (tmp_path / LINES).read_bytes() == b"bc"
    assert [f.path for f in h.history(tmp_path)[0].files] == [LINES]


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_the_mode_of_a_file_is_kept(tmp_path, mode):
    put(tmp_path, {LINES: b"a"})
    (tmp_path / LINES).chmod(mode)
    put(tmp_path, {LINES: b"b"})
    h.undo(tmp_path)
    h.redo(tmp_path)
    assert (tmp_path / LINES).read_bytes() == b"b"
    assert (tmp_path / LINES).stat().st_mode & 0o7777 == mode


def test_a_folder_in_the_place_of_a_file_is_one_clear_error(tmp_path):
    (tmp_path / LINES).mkdir(parents=True)
    with open_transaction(tmp_path, "test") as tx, pytest.raises(LedgerError) as error:
        tx.write(LINES, b"a")
    assert problem(error) == ("unreadable", LINES)


def test_a_file_in_the_place_of_a_year_is_one_clear_error(tmp_path):
    (tmp_path / "2017").write_bytes(b"a")
    with open_transaction(tmp_path, "test") as tx, pytest.raises(LedgerError) as error:
        tx.write(LINES, b"a")
    assert problem(error) == ("unreadable", LINES)


def test_another_disk_in_the_middle_is_written_by_copy(tmp_path, monkeypatch):
    """A rename from `.kpi` into a year that is a mount of its own fails with EXDEV, after the commit point."""
    real = os.replace

    def replace(old, new):
        if Path(old).parent != Path(new).parent:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(old))
        real(old, new)

    put(tmp_path, {LINES: b"a"})
    (tmp_path / LINES).chmod(0o600)
    monkeypatch.setattr(os, "replace", replace)
    put(tmp_path, {LINES: b"b", "kpi.toml": b"c"})
    assert contents(tmp_path) == {LINES: b"b", "kpi.toml": b"c"}
    assert {p.name for p in (tmp_path / ".kpi").iterdir()} == {"lock", "generation", "history"}
    if os.name == "posix":
        assert (tmp_path / LINES).stat().st_mode & 0o7777 == 0o600


# recovery


@pytest.mark.parametrize("edit", [b"by hand", None])
def test_a_file_edited_between_crash_and_recovery_is_not_overwritten(tmp_path, monkeypatch, edit):
    put(tmp_path, {LINES: b"a", "kpi.toml": b"b"})
    leave_journal(tmp_path, {"kpi.toml": b"b2", LINES: b"a2"}, monkeypatch)
    (tmp_path / LINES).unlink()
    if edit is not None:
        (tmp_path / LINES).write_bytes(edit)
    before = contents(tmp_path)
    for attempt in (lambda: put(tmp_path, {}), lambda: read_consistent(tmp_path, dict), lambda: h.undo(tmp_path)):
        with pytest.raises(LedgerError) as error:
            attempt()
        assert problem(error) == ("recovery-conflict", LINES)
        assert contents(tmp_path) == before, "not even the file without a conflict"
    facts = error.value.problems[0].facts
    assert (tmp_path / facts["kept"]).read_bytes() == b"a2"
    (tmp_path / facts["journal"]).unlink()  # what the message says
    put(tmp_path, {"kpi.toml": b"b3"})
    assert contents(tmp_path).get(LINES) == edit
    assert {p.name for p in (tmp_path / ".kpi").iterdir()} == {"lock", "generation", "history"}


def test_a_deletion_and_an_edit_conflict_too(tmp_path, monkeypatch):
    put(tmp_path, {LINES: b"a"})
    leave_journal(tmp_path, {LINES: None}, monkeypatch)
    (tmp_path / LINES).write_bytes(b"by hand")
    with pytest.raises(LedgerError) as error:
        put(tmp_path, {})
    assert problem(error) == ("recovery-conflict", LINES)
    assert (tmp_path / error.value.problems[0].facts["kept"]).exists()
    assert contents(tmp_path) == {LINES: b"by hand"}


def test_a_file_edited_after_it_was_switched_keeps_both(tmp_path, monkeypatch):
    put(tmp_path, {LINES: b"a\n"})
    leave_journal(tmp_path, {LINES: b"a\nb\n", "kpi.toml": b"c"}, monkeypatch)
    (tmp_path / ".kpi/staging/0").replace(tmp_path / LINES)  # as far as the killed process came
    with (tmp_path / LINES).open("ab") as stream:
        stream.write(b"by hand\n")
    recover(tmp_path)
    assert contents(tmp_path) == {LINES: b"a\nb\nby hand\n", "kpi.toml": b"c"}
    assert len(h.history(tmp_path)) == 2
    with pytest.raises(LedgerError) as error:
        h.undo(tmp_path)
    assert problem(error) == ("edited-since", LINES)


def test_staged_content_that_is_gone_or_broken_is_never_taken_for_done(tmp_path, monkeypatch):
    put(tmp_path, {LINES: b"a"})
    leave_journal(tmp_path, {LINES: b"a2"}, monkeypatch)
    staged = tmp_path / ".kpi/staging/0"
    staged.write_bytes(b"a")
    with pytest.raises(LedgerError) as error:
        put(tmp_path, {})
    assert problem(error) == ("damaged-state", ".kpi/staging/0")
    shutil.rmtree(staged.parent)
    with pytest.raises(LedgerError) as error:
        put(tmp_path, {})
    assert problem(error) == ("recovery-conflict", LINES)
    assert contents(tmp_path) == {LINES: b"a"}
    (tmp_path / LINES).write_bytes(b"by hand")
    with pytest.raises(LedgerError) as error:
        put(tmp_path, {})
    assert problem(error) == ("recovery-conflict", LINES)
    assert contents(tmp_path) == {LINES: b"by hand"}


GARBAGE = [b"", b"{", b"\xff\xfe", b"null", b"[]", b"{}", b'{"files": 1}', b"0", b'"x"', b"[" * 5000]


@pytest.mark.parametrize("garbage", [*GARBAGE, "cut", "staged", "number"])
def test_a_damaged_journal_is_one_clear_error(tmp_path, monkeypatch, garbage):
    put(tmp_path, {LINES: b"a"})
    leave_journal(tmp_path, {LINES: b"a2"}, monkeypatch)
    path = tmp_path / ".kpi/journal.json"
    journal = json.loads(path.read_bytes())
    if garbage == "cut":
        garbage = path.read_bytes()[:-5]
    elif garbage == "staged":
        journal["files"][LINES]["staged"] = "../../kpi.toml"
        garbage = json.dumps(journal).encode()
    elif garbage == "number":
        journal["entry"]["number"] = 1
        garbage = json.dumps(journal).encode()
    path.write_bytes(garbage)
    for attempt in (lambda: put(tmp_path, {}), lambda: read_consistent(tmp_path, dict), lambda: h.history(tmp_path)):
        with pytest.raises(LedgerError) as error:
            attempt()
        assert problem(error) == ("damaged-state", ".kpi/journal.json")
    assert contents(tmp_path) == {LINES: b"a"}
    assert len(list((tmp_path / ".kpi/history").iterdir())) == 1


@pytest.mark.parametrize("garbage", [b"", b"1", b"1 2 3", b"a b", b"-1 0", b"\xff \xff", b"1 " + b"9" * 5000, b"1.5 2"])
def test_a_damaged_generation_is_one_clear_error(tmp_path, garbage):
    put(tmp_path, {LINES: b"a"})
    (tmp_path / ".kpi/generation").write_bytes(garbage)
    for attempt in (
        lambda: put(tmp_path, {LINES: b"b"}),
        lambda: read_consistent(tmp_path, dict),
        lambda: h.history(tmp_path),
        lambda: h.undo(tmp_path),
    ):
        with pytest.raises(LedgerError) as error:
            attempt()
        assert problem(error) == ("damaged-state", ".kpi/generation")
    assert contents(tmp_path) == {LINES: b"a"}


def test_a_lost_generation_costs_no_history(tmp_path):
    for text in (b"a", b"b", b"c"):
        put(tmp_path, {LINES: text})
    (tmp_path / ".kpi/generation").unlink()
    put(tmp_path, {LINES: b"d"})
    assert [e.number for e in h.history(tmp_path)] == [4, 3, 2, 1]
    for text in (b"c", b"b", b"a"):
        h.undo(tmp_path)
        assert contents(tmp_path) == {LINES: text}


def test_a_lost_kpi_folder_costs_only_the_history(tmp_path):
    put(tmp_path, {LINES: b"a"})
    shutil.rmtree(tmp_path / ".kpi")
    assert h.history(tmp_path) == []
    put(tmp_path, {LINES: b"b"})
    h.undo(tmp_path)
    assert contents(tmp_path) == {LINES: b"a"}


def test_a_journal_cannot_lead_out_of_the_ledger(tmp_path, monkeypatch):
    root = tmp_path / "ledger"
    root.mkdir()
    leave_journal(root, {LINES: b"a"}, monkeypatch)
    path = root / ".kpi/journal.json"
    path.write_bytes(path.read_bytes().replace(b'"2017/lines.toml": {', b'"../lines.toml": {'))
    with pytest.raises(UsageError) as error:
        recover(root)
    assert problem(error) == ("unsafe-path", "../lines.toml")
    assert not (tmp_path / "lines.toml").exists()


def test_a_full_disk_behind_the_commit_point_is_told_apart(tmp_path, monkeypatch):
    put(tmp_path, {LINES: b"a"})
    real = os.replace

    def replace(old, new):
        if Path(new).name == "lines.toml":
            raise OSError(errno.ENOSPC, "", str(new))
        real(old, new)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(UnfinishedError) as error:
            put(tmp_path, {LINES: b"b"})
    assert problem(error) == ("unfinished", LINES)
    assert error.value.exit_code == 3
    assert "磁盘已满" in str(error.value)
    assert read_consistent(tmp_path, lambda: contents(tmp_path)) == {LINES: b"b"}
    assert len(h.history(tmp_path)) == 2


# reading


def test_a_ledger_without_kpi_folder_is_read_as_it_is(tmp_path):
    (tmp_path / "kpi.toml").write_bytes(b"a")
    assert read_consistent(tmp_path, lambda: contents(tmp_path)) == {"kpi.toml": b"a"}
    assert h.history(tmp_path) == []
    assert [p.name for p in tmp_path.iterdir()] == ["kpi.toml"]


def test_errors_of_the_reader_itself_come_through(tmp_path):
    put(tmp_path, {LINES: b"a"})
    calls = []

    def load():
        calls.append(1)
        raise UsageError(error.value.problems)

    with pytest.raises(UsageError) as error, open_transaction(tmp_path, "test") as tx:
        tx.read("../x")
    with pytest.raises(UsageError):
        read_consistent(tmp_path, load)
    assert len(calls) == 1


def test_a_reader_that_a_writer_overtook_reads_again(tmp_path):
    """What it saw the first time, an error included, was of a ledger that is gone."""
    put(tmp_path, {LINES: b"a"})
    seen = []

    def load():
        seen.append(contents(tmp_path).get(LINES))
        if len(seen) < 3:
            put(tmp_path, {LINES: b"b%d" % len(seen)})
        if len(seen) == 1:
            (tmp_path / "2017/missing.toml").read_bytes()
        return seen[-1]

    assert read_consistent(tmp_path, load) == b"b2"
    assert seen == [b"a", b"b1", b"b2"]


def test_writers_without_a_pause_cannot_starve_a_reader(tmp_path):
    put(tmp_path, {LINES: b"a"})
    overtaken = 0

    def load():
        nonlocal overtaken
        with contextlib.suppress(LockedError), open_transaction(tmp_path, "test", wait=0) as tx:
            overtaken += 1
            tx.write(LINES, b"%d" % overtaken)
            tx.commit()
        return (tmp_path / LINES).read_bytes()

    assert read_consistent(tmp_path, load) == b"%d" % overtaken
    assert 5 < overtaken < 30


def as_somebody_else(action):
    """Run without root's power over permissions, in a forked child; returns what it printed, or its error."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            try:
                text = repr(action())
            except LedgerError as error:
                text = f"{error.problems[0].code} {error.problems[0].place.file} {error.exit_code}"
            os.write(writing, text.encode())
            os._exit(0)
        finally:
            os._exit(70)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        text = stream.read().decode()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    return text


@pytest.fixture
def open_folder():
    """A folder that other users can reach, unlike `tmp_path`; files in it can be made unwritable even for root."""
    folder = Path(tempfile.mkdtemp(prefix="kpi-test-"))
    folder.chmod(0o777)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o777)
    shutil.rmtree(folder)


def protect(root, mode_of_folders=0o555):
    for path in [*root.rglob("*"), root]:
        path.chmod(mode_of_folders if path.is_dir() else 0o444)


@posix
def test_a_read_only_ledger_can_be_read_and_says_why_it_cannot_be_written(open_folder):
    put(open_folder, {LINES: b"a"}, "一")
    protect(open_folder)
    assert as_somebody_else(lambda: read_consistent(open_folder, (open_folder / LINES).read_bytes)) == "b'a'"
    assert as_somebody_else(lambda: [e.summary for e in h.history(open_folder)]) == "['一']"
    assert as_somebody_else(lambda: put(open_folder, {LINES: b"b"})).startswith("unwritable ")
    assert (open_folder / LINES).read_bytes() == b"a"


@posix
def test_a_reader_without_permission_waits_for_the_writer(open_folder, monkeypatch):
    put(open_folder, {LINES: b"a"})
    leave_journal(open_folder, {LINES: b"b"}, monkeypatch)
    protect(open_folder)

    def read():
        return read_consistent(open_folder, (open_folder / LINES).read_bytes)

    assert as_somebody_else(read) == "unfinished .kpi/journal.json 2"
    finisher = threading.Timer(0.3, _finish, [open_folder])
    finisher.start()
    assert as_somebody_else(read) == "b'b'"
    finisher.join()


def _finish(root):
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    recover(root)


@posix
@pytest.mark.parametrize("protected", ["2017", LINES])
def test_a_protected_year_is_refused_before_anything_is_decided(open_folder, protected):
    """Behind the commit point it would stop every later command, and every reader."""
    put(open_folder, {LINES: b"a", "kpi.toml": b"b"})
    for path in [open_folder, *open_folder.rglob("*")]:
        path.chmod(0o777)
    (open_folder / protected).chmod(0o555)
    told = as_somebody_else(lambda: put(open_folder, {"kpi.toml": b"b2", LINES: b"a2"}))
    assert told == f"unwritable {protected} 2"
    assert contents(open_folder) == {LINES: b"a", "kpi.toml": b"b"}
    assert {p.name for p in (open_folder / ".kpi").iterdir()} == {"lock", "generation", "history"}


@posix
def test_an_unreadable_kpi_folder_is_one_clear_error(open_folder):
    put(open_folder, {LINES: b"a"})
    (open_folder / ".kpi").chmod(0)
    told = as_somebody_else(lambda: read_consistent(open_folder, (open_folder / LINES).read_bytes))
    assert told == "unreadable .kpi/journal.json 2"


def _write_pairs(root, seed):
    rng = random.Random(seed)
    for number in range(1, 100_000):
        put(root, {LINES: b"%d" % number, "2018/lines.toml": b"%d" % number})
        time.sleep(rng.random() * 0.004)


def _processes():
    return multiprocessing.get_context("spawn")


def test_a_reader_never_sees_half_a_transaction(tmp_path):
    put(tmp_path, {LINES: b"0", "2018/lines.toml": b"0"})
    writer = _processes().Process(target=_write_pairs, args=(tmp_path, 1), daemon=True)
    writer.start()
    rng, seen, torn = random.Random(2), set(), 0

    def load():
        nonlocal torn
        one = (tmp_path / LINES).read_bytes()
        time.sleep(rng.random() * 0.001)
        other = (tmp_path / "2018/lines.toml").read_bytes()
        torn += one != other
        return one, other

    reads, end = 0, time.monotonic() + 60
    try:
        while (reads < 3000 or len(seen) < 20 or not torn) and time.monotonic() < end:
            reads += 1
            one, other = read_consistent(tmp_path, load)
            assert one == other
            seen.add(int(one))
    finally:
        writer.kill()
        writer.join()
        writer.close()
    assert reads >= 3000
    assert len(seen) >= 20, "the writer was at work"
    assert torn > 0, "the reader did meet half a transaction, and read again"


# locking


def _hold(root, ready, seconds):
    with open_transaction(root, "test") as tx:
        tx.write("half.toml", b"never committed")
        ready.set()
        time.sleep(seconds)


@pytest.fixture
def holder(tmp_path):
    """A process that holds the lock of `tmp_path` until it is killed."""
    context = _processes()
    ready = context.Event()
    process = context.Process(target=_hold, args=(tmp_path, ready, 60), daemon=True)
    process.start()
    assert ready.wait(20)
    yield process
    process.kill()
    process.join()
    process.close()


def test_a_lock_that_is_held_is_an_error_with_status_4(tmp_path, holder):
    begin = time.monotonic()
    with pytest.raises(LockedError) as error, open_transaction(tmp_path, "test", wait=0.2):
        pytest.fail("two at a time")
    assert time.monotonic() - begin < 5
    assert error.value.exit_code == 4
    assert problem(error)[0] == "locked"
    with pytest.raises(LockedError):
        h.undo(tmp_path, wait=0)
    with pytest.raises(LockedError):
        h.undo(tmp_path, wait=-1)  # not for ever
    assert read_consistent(tmp_path, lambda: "readers do not wait") == "readers do not wait"


@posix
def test_the_lock_of_a_killed_process_does_not_block(tmp_path, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    with open_transaction(tmp_path, "test", wait=0) as tx:
        tx.write(LINES, b"a")
        tx.commit()
    assert contents(tmp_path) == {LINES: b"a"}


def _append(root, name):
    for number in range(25):
        with open_transaction(root, "test", wait=60) as tx:
            tx.write(LINES, (tx.read(LINES) or b"") + f"{name}{number}\n".encode())
            tx.commit()


def test_two_writers_lose_nothing(tmp_path):
    writers = [_processes().Process(target=_append, args=(tmp_path, name)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
        writer.close()
    lines = (tmp_path / LINES).read_text().split()
    assert sorted(lines) == sorted(f"{name}{number}" for name in "ab" for number in range(25))
    assert [e.number for e in h.history(tmp_path)] == list(range(50, 0, -1))
    assert state(tmp_path) == (50, 50)


def test_digest_tells_absence_from_emptiness():
    assert digest(None) is None
    assert digest(b"") != digest(b"a")
    assert digest(b"") is not None
