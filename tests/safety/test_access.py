"""What stands in `.kpi` is no easier to read than the ledger, holds no more than undo needs, and leads nowhere else."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from kpi_cli.ledger import history as h
from kpi_cli.ledger import journal
from kpi_cli.ledger.transaction import open_transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")

ADD = (
    *("budget", "add", "--function-code", "2010601", "--economic-code", "30101", "--expenditure-type", "基本支出"),
    *("--fund-source", "一般公共预算", "--amount"),
)
FILES = {"2025/lines.toml": "# 说明\n", "2025/incomes.toml": "# 收入\n"}


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    """Return a function that sets the umask for this test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def who_reads(root: Path, path: Path) -> set[str]:
    """Return which of group and others can get at a file's content: every folder below the ledger counts."""
    found = set()
    for name, shift in (("group", 3), ("others", 0)):
        steps = [p for p in path.parents if p.is_relative_to(root) and p != root]
        if mode(path) >> shift & 4 and all(mode(p) >> shift & 1 for p in steps):
            found.add(name)
    return found


def internals(root: Path) -> list[Path]:
    return [p for p in (root / ".kpi").rglob("*") if p.is_file() and p.name not in {"lock", "generation"}]


@pytest.mark.parametrize("mask", [0o000, 0o002, 0o022, 0o027, 0o077])
def test_new_files_are_as_the_umask_says(make_ledger, kpi, umask, tmp_path, mask) -> None:
    umask(mask)
    assert kpi("init", "新", "--department", "某局", "--year", "2025", "--tables", "mof").status == 0
    root = tmp_path / "新"
    assert kpi("-C", root, *ADD, "1").status == 0
    found = {p: mode(p) for p in root.rglob("*")}
    assert {m for p, m in found.items() if p.is_file()} == {0o666 & ~mask}
    assert {m for p, m in found.items() if p.is_dir()} == {0o777 & ~mask}


@pytest.mark.parametrize(
    ("file", "folder", "readers"),
    [(0o644, 0o755, {"group", "others"}), (0o640, 0o755, {"group"}), (0o600, 0o755, set()), (0o644, 0o700, set())],
)
@pytest.mark.parametrize("crashes", [False, True])
def test_history_is_no_easier_to_read_than_what_was_changed(
    make_ledger, kpi, umask, monkeypatch, file: int, folder: int, readers: set[str], crashes: bool
) -> None:
    """A crash leaves journal and staged files; they hold the same."""
    root = make_ledger(FILES)
    (root / "2025/lines.toml").chmod(file)
    (root / "2025").chmod(folder)
    if crashes:
        monkeypatch.setattr(journal, "_carry_out", lambda *_: (_ for _ in ()).throw(OSError(5, "EIO")))
    assert kpi("-C", root, *ADD, "1").status == (3 if crashes else 0)
    assert mode(root / "2025/lines.toml") == file
    found = internals(root)
    assert len(found) == (2 if crashes else 1)
    for path in found:
        assert who_reads(root, path) <= readers, path
    if readers == {"group", "others"}:
        assert all(who_reads(root, path) == readers for path in found)


def test_history_closes_when_a_file_is_closed_and_its_deletion_opens_nothing(make_ledger, kpi, umask) -> None:
    root = make_ledger(FILES)
    assert kpi("-C", root, *ADD, "1").status == 0
    assert who_reads(root, root / ".kpi/history/00000001.json") == {"group", "others"}
    (root / "2025/lines.toml").chmod(0o600)
    with open_transaction(root, "test") as tx:
        tx.write("2025/lines.toml", None)
        tx.commit()
    assert [who_reads(root, p) for p in internals(root)] == [set(), set()]
    h.undo(root)
    assert "amount = 1" in (root / "2025/lines.toml").read_text()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root writes into other people's ledgers")
def test_what_root_writes_belongs_to_the_owner_of_the_ledger(make_ledger, kpi) -> None:
    root = make_ledger(FILES)
    for path in (root, *root.rglob("*")):
        os.chown(path, 12345, 12345)
    (root / "2025/lines.toml").chmod(0o600)
    assert kpi("-C", root, *ADD, "1").status == 0
    owners = {p.name: p.stat().st_uid for p in (root, *root.rglob("*")) if p.name != "lock"}
    assert set(owners.values()) == {12345}, owners


def test_history_holds_what_changed_and_nothing_else(make_ledger, kpi) -> None:
    secret = 'note = "与这次修改无关的话"'
    line = (
        '[[line]]\nfunction_code = "2010601"\neconomic_code = "30101"\nexpenditure_type = "基本支出"\n'
        f'fund_source = "一般公共预算"\namount = 1\n{secret}\n\n'
    )
    root = make_ledger({"2025/lines.toml": line, "2025/narrative.toml": "# 另一个文件\n"})
    for amount in ("7", "8"):
        assert kpi("-C", root, *ADD, amount).status == 0
    kept = "".join(p.read_text() for p in internals(root))
    assert "与这次修改无关的话" not in kept
    assert "另一个文件" not in kept
    entry = json.loads((root / ".kpi/history/00000002.json").read_text())
    assert set(entry) == {"number", "time", "command", "summary", "files"}, "no user, no host, no arguments"
    assert [set(f) for f in entry["files"]] == [{"path", "before", "after", "offset", "removed", "added"}]
    assert entry["files"][0]["removed"] == "text:"
    assert "amount = 8" in entry["files"][0]["added"]
    assert "amount = 7" not in entry["files"][0]["added"]


# links


@pytest.mark.parametrize("link", [".kpi", ".kpi/history"])
def test_a_state_folder_that_is_a_link_is_refused_and_what_it_points_to_stays(make_ledger, kpi, tmp_path, link) -> None:
    victim = tmp_path / "victim"
    (victim / "staging").mkdir(parents=True)
    for name in ("staging/work.txt", "00000001.json", "00000009.json", "journal.json.kpi-new"):
        (victim / name).write_text("mine")
    before = {p: p.read_bytes() for p in victim.rglob("*") if p.is_file()}
    root = make_ledger(FILES)
    (root / link).parent.mkdir(exist_ok=True)
    (root / link).symlink_to(victim)
    for command in ((*ADD, "1"), ("undo",), ("redo",)):
        done = kpi("-C", root, *command)
        assert (done.status, done.lines) == (
            2, [f"kpi: 错误: {link}: 路径越出了台账文件夹；请使用台账文件夹内的相对路径"]
        )  # fmt: skip
    assert {p: p.read_bytes() for p in victim.rglob("*") if p.is_file()} == before
    assert (root / "2025/lines.toml").read_text() == "# 说明\n"


@pytest.mark.parametrize(
    "name", ["journal.json.kpi-new", "generation.kpi-new", "history/00000001.json.kpi-new", "generation", "staging/0"]
)
def test_a_link_in_the_place_of_a_state_file_is_not_followed(make_ledger, kpi, tmp_path, name) -> None:
    victim = tmp_path / "victim"
    victim.write_text("1 0\n" if name == "generation" else "mine")
    before = victim.read_bytes()
    root = make_ledger(FILES)
    (root / ".kpi" / name).parent.mkdir(parents=True)
    (root / ".kpi" / name).symlink_to(victim)
    assert kpi("-C", root, *ADD, "1").status == 0
    assert victim.read_bytes() == before
    assert not victim.is_symlink()
    assert "amount = 1" in (root / "2025/lines.toml").read_text()
    assert not [p for p in root.rglob("*") if p.is_symlink()]


def test_a_pipe_or_a_device_in_a_ledger_is_one_clear_line(make_ledger, kpi, tmp_path) -> None:
    """Opening a pipe would wait for ever; a device never ends."""
    root = make_ledger(FILES)
    (root / "2025/incomes.toml").unlink()
    os.mkfifo(root / "2025/incomes.toml")
    assert kpi("-C", root, "table", "3", "--format", "csv").lines == [
        "kpi: 错误: 2025/incomes.toml: 无法读取：不是普通文件；请检查路径和权限"
    ]
    (root / "2025/incomes.toml").unlink()
    (root / "2025/incomes.toml").symlink_to("/dev/zero")
    assert "不是普通文件" in kpi("-C", root, "table", "3", "--format", "csv").lines[0]
    (root / "2025/incomes.toml").unlink()
    for name in ("generation", "journal.json"):
        (root / ".kpi").mkdir(exist_ok=True)
        os.mkfifo(root / ".kpi" / name)
        done = kpi("-C", root, "table", "3", "--format", "csv")
        assert done.status == 2
        assert "不是普通文件" in done.lines[0]
        (root / ".kpi" / name).unlink()


def test_an_endless_file_to_import_is_one_clear_line(make_ledger, kpi) -> None:
    root = make_ledger(FILES)
    assert kpi("-C", root, "import", "lines", "/dev/zero").lines == [
        "kpi: 错误: zero: 无法读取：文件太大；请检查路径和权限"
    ]


def test_a_year_that_is_a_link_out_of_the_ledger_is_read_and_never_written(make_ledger, kpi, tmp_path) -> None:
    """Departments share a year's subjects by a link; a change through it would touch what is not this ledger."""
    root = make_ledger(FILES)
    (root / "2025").rename(tmp_path / "shared")
    (root / "2025").symlink_to(tmp_path / "shared")
    assert kpi("-C", root, "budget", "list").status == 0
    done = kpi("-C", root, *ADD, "1")
    assert done.status == 2
    assert "路径越出了台账文件夹" in done.lines[0]
    assert (tmp_path / "shared/lines.toml").read_text() == "# 说明\n"
