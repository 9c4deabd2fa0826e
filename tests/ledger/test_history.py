"""History, undo and redo: byte for byte, and never over somebody's edit."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.ledger.history import history, redo, undo
from kpi_cli.ledger.journal import state
from kpi_cli.ledger.transaction import open_transaction

LINES = "2017/lines.toml"


def put(root, files, summary="", command="test"):
    with open_transaction(root, command) as tx:
        for file, content in files.items():
            tx.write(file, content)
        tx.summary = summary
        tx.commit()


def contents(root):
    found = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return {file: content for file, content in found.items() if not file.startswith(".kpi/")}


def problem(error):
    assert len(error.value.problems) == 1
    return error.value.problems[0].code, error.value.problems[0].place.file


def test_an_entry_tells_what_happened(tmp_path):
    put(tmp_path, {LINES: "甲 = 1\n乙 = 2\n".encode()}, "新建", "init")
    put(tmp_path, {LINES: "甲 = 1\n丙 = 2\n".encode(), "kpi.toml": b"x"}, "修改", "budget set")
    newest, oldest = history(tmp_path)
    assert (newest.number, newest.command, newest.summary, newest.is_undone) == (2, "budget set", "修改", False)
    assert (oldest.number, oldest.command, oldest.summary, oldest.is_undone) == (1, "init", "新建", False)
    assert datetime.fromisoformat(newest.time).utcoffset() is not None
    change, created = newest.files
    assert (change.path, change.before, change.after) == (LINES, oldest.files[0].after, change.after)
    old, new = "甲 = 1\n乙 = 2\n".encode(), "甲 = 1\n丙 = 2\n".encode()
    assert old[: change.offset] + change.added + old[change.offset + len(change.removed) :] == new
    assert (change.removed, change.added) == ("乙 = 2\n".encode(), "丙 = 2\n".encode())
    assert (created.before, created.removed, created.added) == (None, b"", b"x")


def test_undo_and_redo_walk_the_whole_history(tmp_path):
    states = [{}]
    for files in (
        {LINES: b"a\n", "kpi.toml": b"k\n"},
        {LINES: b"a\nb\n"},
        {LINES: None, "2018/lines.toml": b"c\n"},
        {"2018/lines.toml": b""},
    ):
        put(tmp_path, files)
        states.append(contents(tmp_path))
    for number in (4, 3, 2, 1):
        assert undo(tmp_path).number == number
        assert contents(tmp_path) == states[number - 1]
        assert [e.is_undone for e in history(tmp_path)] == [n >= number for n in (4, 3, 2, 1)]
    with pytest.raises(UsageError) as error:
        undo(tmp_path)
    assert problem(error) == ("nothing-to-undo", "")
    for number in (1, 2, 3, 4):
        assert redo(tmp_path).number == number
        assert contents(tmp_path) == states[number]
    with pytest.raises(UsageError) as error:
        redo(tmp_path)
    assert problem(error) == ("nothing-to-redo", "")
    assert state(tmp_path) == (12, 4)


def test_undo_of_a_creation_removes_the_empty_year_and_only_that(tmp_path):
    put(tmp_path, {"kpi.toml": b"k"})
    put(tmp_path, {"2018/evaluation/units.toml": b"u", "2017/lines.toml": b"l"})
    (tmp_path / "2017/notes.txt").write_bytes(b"mine")
    undo(tmp_path)
    assert contents(tmp_path) == {"kpi.toml": b"k", "2017/notes.txt": b"mine"}
    assert not (tmp_path / "2018").exists()
    redo(tmp_path)
    assert contents(tmp_path)["2018/evaluation/units.toml"] == b"u"


@pytest.mark.parametrize("step", [undo, redo])
@pytest.mark.parametrize("edit", [b"by hand", None])
def test_a_file_edited_since_is_named_and_nothing_is_done(tmp_path, step, edit):
    put(tmp_path, {LINES: b"a", "kpi.toml": b"k"})
    put(tmp_path, {"kpi.toml": b"k2", LINES: b"a2"})
    if step is redo:
        undo(tmp_path)
    (tmp_path / LINES).unlink()
    if edit is not None:
        (tmp_path / LINES).write_bytes(edit)
    before, position = contents(tmp_path), state(tmp_path)
    with pytest.raises(LedgerError) as error:
        step(tmp_path)
    assert problem(error) == ("edited-since", LINES)
    assert error.value.exit_code == 2
    assert (contents(tmp_path), state(tmp_path)) == (before, position)


@pytest.mark.parametrize(("step", "action"), [(undo, "撤销"), (redo, "重做")])
def test_every_file_edited_since_is_named(tmp_path, step, action):
    put(tmp_path, {LINES: b"a", "kpi.toml": b"k", "2018/lines.toml": b"l"})
    if step is redo:
        undo(tmp_path)
    for file in (LINES, "kpi.toml"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(b"by hand")
    with pytest.raises(LedgerError) as error:
        step(tmp_path)
    assert [(p.code, p.place.file) for p in error.value.problems] == [
        ("edited-since", LINES),
        ("edited-since", "kpi.toml"),
    ]
    assert {p.facts["action"] for p in error.value.problems} == {action}


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        (b"a\nb\n", b"a\nb\nc\n", b"", b"c\n"),
        (b"a\nb", b"a\nb\nc\n", b"b", b"b\nc\n"),
        (b"a\nb\nc\n", b"a\nc\n", b"b\n", b""),
        (b"x\na\n", b"a\n", b"x\n", b""),
        (b"a1\nsame\n", b"b1\nsame\n", b"a1\n", b"b1\n"),
        (b"a\na\n", b"a\na\na\n", b"", b"a\n"),
        (b"one line", b"one bright line", b"one line", b"one bright line"),
        ("基\n".encode(), "埠\n".encode(), "基\n".encode(), "埠\n".encode()),  # first byte in common
    ],
)
def test_what_changed_is_kept_in_whole_lines(tmp_path, old, new, removed, added):
    put(tmp_path, {LINES: old})
    put(tmp_path, {LINES: new})
    change = history(tmp_path)[0].files[0]
    assert (change.removed, change.added) == (removed, added)
    assert b"base64:" not in (tmp_path / ".kpi/history/00000002.json").read_bytes()
    undo(tmp_path)
    assert contents(tmp_path) == {LINES: old}


def test_an_edit_that_was_taken_back_by_hand_does_not_matter(tmp_path):
    put(tmp_path, {LINES: b"a"})
    put(tmp_path, {LINES: b"b"})
    (tmp_path / LINES).write_bytes(b"c")
    (tmp_path / LINES).write_bytes(b"b")
    undo(tmp_path)
    assert contents(tmp_path) == {LINES: b"a"}


def test_a_new_change_after_undo_drops_the_undone_ones(tmp_path):
    for text in (b"a", b"b", b"c", b"d"):
        put(tmp_path, {LINES: text}, text.decode())
    undo(tmp_path)
    undo(tmp_path)
    put(tmp_path, {LINES: b"x"}, "x")
    assert [(e.number, e.summary, e.is_undone) for e in history(tmp_path)] == [
        (3, "x", False),
        (2, "b", False),
        (1, "a", False),
    ]
    with pytest.raises(UsageError):
        redo(tmp_path)
    undo(tmp_path)
    assert contents(tmp_path) == {LINES: b"b"}


def test_a_failed_new_change_after_undo_drops_nothing(tmp_path):
    put(tmp_path, {LINES: b"a"})
    put(tmp_path, {LINES: b"b"})
    undo(tmp_path)
    with open_transaction(tmp_path, "test") as tx:
        tx.write(LINES, b"c")
        (tmp_path / LINES).write_bytes(b"by hand")
        with pytest.raises(LedgerError):
            tx.commit()
    (tmp_path / LINES).write_bytes(b"a")
    redo(tmp_path)
    assert contents(tmp_path) == {LINES: b"b"}


content = st.none() | st.binary(max_size=40) | st.lists(st.sampled_from([b"a", b"\r\n", b"\xef\xbb\xbf"])).map(b"".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(content, content), min_size=1, max_size=5))
@example([(b"\xef\xbb\xbfa\r\nb\r\n", None), (b"\xef\xbb\xbfa\r\nb\nc\r", b"")])
@example([("中".encode(), None), ("丯".encode(), None)])  # differ in their last byte only
@example([(b"aaaa", None), (b"aaaaaa", None), (b"aa", None)])
@example([(b"\xff\x00\x80", b"text:"), (b"\xfftext:base64:", b"\x00")])
def test_every_byte_survives_undo_and_redo(changes):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        states = [{}]
        for one, other in changes:
            put(root, {"one.toml": one, "2017/other.toml": other})
            states += [contents(root)] if contents(root) != states[-1] else []
        for expected in reversed(states[:-1]):
            undo(root)
            assert contents(root) == expected
        for expected in states[1:]:
            redo(root)
            assert contents(root) == expected


def test_a_summary_that_is_no_text_cannot_stop_a_change_that_is_decided(tmp_path):
    """A file name of other bytes than UTF-8 reaches Python as surrogates, which cannot be written."""
    put(tmp_path, {LINES: b"a"}, "导入 \udcff\udcfe.csv")
    assert [e.summary for e in history(tmp_path)] == ["导入 ??.csv"]
    assert not (tmp_path / ".kpi/journal.json").exists()
    undo(tmp_path)
    assert contents(tmp_path) == {}


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes")
def test_a_file_name_that_is_no_text_survives_the_history(tmp_path):
    real = tmp_path / "\udcff.toml"
    real.write_bytes(b"a")
    (tmp_path / "2017").mkdir()
    (tmp_path / LINES).symlink_to("../\udcff.toml")
    put(tmp_path, {LINES: b"b"})
    assert real.read_bytes() == b"b"
    undo(tmp_path)
    assert real.read_bytes() == b"a"
    redo(tmp_path)
    assert real.read_bytes() == b"b"


def test_files_in_the_history_that_are_not_ours_are_let_be(tmp_path):
    """Such as the copies that a cloud drive makes of a file on which two computers differ."""
    put(tmp_path, {LINES: b"a"})
    put(tmp_path, {LINES: b"b"})
    undo(tmp_path)
    names = ["00000002 (冲突副本).json", "notes.json", "2.json", ".DS_Store", "00000001.json.bak"]
    for name in names:
        (tmp_path / ".kpi/history" / name).write_bytes(b"?")
    put(tmp_path, {LINES: b"c"})
    assert [e.number for e in history(tmp_path)] == [2, 1]
    for name in names:
        assert (tmp_path / ".kpi/history" / name).read_bytes() == b"?"


@pytest.mark.parametrize(
    "garbage",
    [b"", b"{", b"\xff", b"null", b"[]", b"{}", b'{"files": [{}]}', b'{"files": [1]}', b"[" * 5000, "cut", "path"],
)
def test_a_damaged_entry_is_one_clear_error(tmp_path, garbage):
    put(tmp_path, {LINES: b"a"})
    path = tmp_path / ".kpi/history/00000001.json"
    if garbage == "cut":
        garbage = path.read_bytes()[:-3]
    elif garbage == "path":
        garbage = path.read_bytes().replace(b'"2017/lines.toml"', b"17")
    path.write_bytes(garbage)
    for attempt in (history, undo):
        with pytest.raises(LedgerError) as error:
            attempt(tmp_path)
        assert problem(error) == ("damaged-state", ".kpi/history/00000001.json")
    assert contents(tmp_path) == {LINES: b"a"}
    put(tmp_path, {LINES: b"b"})
    undo(tmp_path)
    assert contents(tmp_path) == {LINES: b"a"}


@pytest.mark.parametrize(
    ("key", "value"), [("removed", "text:x"), ("offset", 1), ("offset", -1), ("added", "text:"), ("removed", "?:")]
)
def test_an_entry_that_leads_elsewhere_than_it_says_changes_nothing(tmp_path, key, value):
    put(tmp_path, {LINES: b"one\ntwo\n"})
    put(tmp_path, {LINES: b"one\n2\n"})
    path = tmp_path / ".kpi/history/00000002.json"
    entry = json.loads(path.read_bytes())
    assert entry["files"][0][key] != value
    entry["files"][0][key] = value
    path.write_text(json.dumps(entry))
    with pytest.raises(LedgerError) as error:
        undo(tmp_path)
    assert problem(error) == ("damaged-state", ".kpi/history/00000002.json")
    assert contents(tmp_path) == {LINES: b"one\n2\n"}


def test_an_entry_cannot_lead_out_of_the_ledger(tmp_path):
    root = tmp_path / "ledger"
    root.mkdir()
    put(root, {LINES: b"a"})
    (tmp_path / "lines.toml").write_bytes(b"a")
    path = root / ".kpi/history/00000001.json"
    path.write_bytes(path.read_bytes().replace(b'"2017/lines.toml"', b'"../lines.toml"'))
    with pytest.raises(UsageError) as error:
        undo(root)
    assert problem(error) == ("unsafe-path", "../lines.toml")
    assert (tmp_path / "lines.toml").read_bytes() == b"a"
