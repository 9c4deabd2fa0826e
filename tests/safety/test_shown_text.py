"""Text that does something where it is shown: escape sequences, hidden characters, formulas, names of files."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpi_cli import formulas
from kpi_cli.completion.answers import answer
from kpi_cli.errors import ExportError
from kpi_cli.plugin import host
from kpi_cli.rendering.terminal import safe

if TYPE_CHECKING:
    from collections.abc import Callable

ESCAPES = "\x1b]0;换了标题\x07\x1b[31m红\x1b[2K\x9b1A\x08\r"
HIDDEN = "\u202e倒\u202c\u2066\u2069\u200b\u200f\u2028\ufeff\u061c\U000e0041"
EVIL = f"正常{ESCAPES}{HIDDEN}名称\n第二行"
BAD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def toml(text: str) -> str:
    """Write a TOML string that holds anything."""
    return '"' + "".join(f"\\U{ord(c):08X}" for c in text) + '"'


def ledger_of(evil: str, make_ledger: Callable[..., Path]) -> Path:
    """Put one text wherever a ledger has room for text."""
    settings = (
        f'schema_version = 1\ndepartment = {toml(evil)}\ncode = {toml(evil)}\nlevel = "部门"\ntable_set = "shanghai"\n'
    )
    settings += f"[[budget_unit]]\ncode = {toml('001')}\nname = {toml(evil)}\n"
    line = (
        '[[line]]\nfunction_code = "2010601"\neconomic_code = "30101"\nexpenditure_type = "基本支出"\n'
        f'fund_source = "一般公共预算"\namount = 1.5\nnote = {toml(evil)}\n'
    )
    project = f"[[project]]\nid = {toml(evil)}\nname = {toml(evil)}\ntask = {toml(evil)}\namount = 1\n"
    narrative = f"[functions]\nparagraphs = [{toml(evil)}]\n"
    return make_ledger(
        {
            "kpi.toml": settings,
            "2025/lines.toml": line,
            "2025/projects.toml": project,
            "2025/narrative.toml": narrative,
            "2025/subjects.csv": f'kind,code,name\nfunction,2010601,"{evil}"\n',
            "2025/evaluation/units.toml": f'[[unit]]\nevaluated_unit = {toml(evil)}\nname = {toml(evil)}\ncategory = "town"\n',
            "2025/evaluation/indicators.toml": f'[[indicator]]\nindicator = "1.1"\nname = {toml(evil)}\nkind = "common"\n',
            "2025/evaluation/inspections.toml": f'[[inspection]]\nid = "C1"\nevaluated_unit = {toml(evil)}\nfact = {toml(evil)}\ndate = "2025-01-02"\nrule = "late"\n',
            f"2025/{re.sub('[^a-z]', '', 'stray')}.toml": "",
        }
    )


COMMANDS = (
    "table", "table 3 --format csv", "table 3 --format json", "table 3 --format markdown", "check", "check --format json",
    "budget list", "budget list --format csv", "project list", "project list --format json", "narrative",
    "narrative --format text", "narrative --format json", "trace 3 合计/合计", "history", "history --format json", "undo",
    "eval list units", "eval list indicators --format csv", "eval list inspections", "eval check", "eval status",
    "eval final --draft", "eval explain x", "subject search 2010601", "export --to nonsense", "budget set 9@x --amount 1",
    "import lines nowhere", "doctor",
)  # fmt: skip


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """Run `kpi` with a terminal as stdin, stdout and stderr; returns all that it shows."""
    main, other = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm", "COLUMNS": "200"}
    command = [str(Path(sys.executable).with_name("kpi")), *arguments]
    process = subprocess.Popen(command, stdin=other, stdout=other, stderr=other, cwd=folder, env=environment)
    os.close(other)
    shown = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(main)
    process.wait()
    return shown.decode("utf-8", "replace").replace("\r\n", "\n")


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_of_a_ledger_steers_a_terminal(command: str, make_ledger, tmp_path: Path) -> None:
    root = ledger_of(EVIL, make_ledger)
    shown = on_a_terminal(tmp_path, "-C", str(root), "--color", "never", *command.split())
    assert shown
    assert not BAD.findall(shown)
    assert "Traceback" not in shown
    assert "程序内部错误" not in shown
    coloured = on_a_terminal(tmp_path, "-C", str(root), "--color", "always", *command.split())
    assert not BAD.findall(re.sub(r"\x1b\[[0-9;]*m", "", coloured)), "colours of our own, and nothing else"
    assert "\x1b[31m红" not in coloured


@pytest.mark.parametrize("arguments", [(EVIL,), ("table", EVIL), ("table", "3", f"--{EVIL}"), ("-C", EVIL, "table")])
def test_nothing_of_the_command_line_comes_back_raw(kpi, arguments: tuple[str, ...]) -> None:
    done = kpi(*arguments)
    assert done.status == 2
    assert not BAD.findall(done.out + done.err)


def test_messages_are_one_line_each(make_ledger, kpi) -> None:
    root = ledger_of(EVIL, make_ledger)
    kpi("-C", root, "project", "remove", EVIL)
    for command in ("undo", "redo", "undo"):
        done = kpi("-C", root, command)
        assert (done.status, len(done.lines)) == (0, 1), done.err


@given(st.text())
def test_safe_text_is_what_was_there_without_what_is_hidden(text: str) -> None:
    shown = safe(text)
    assert not BAD.findall(shown)
    assert safe(shown) == shown
    assert [c for c in text if c.isprintable()] == [c for c in shown if c.isprintable()]


@pytest.mark.parametrize("kind", ["unit", "project", "evaluated_unit", "indicator", "function", "table_set"])
def test_a_tab_offers_nothing_that_steers_a_terminal(make_ledger, kind: str) -> None:
    root = ledger_of(EVIL, make_ledger)
    said = answer([kind, "", "kpi", "-C", str(root)])
    assert not BAD.findall(said)


def test_a_tab_does_not_wait_for_a_pipe(make_ledger) -> None:
    root = ledger_of("名称", make_ledger)
    (root / "2025/projects.toml").unlink()
    os.mkfifo(root / "2025/projects.toml")
    assert answer(["project", "", "kpi", "-C", str(root)]) == ""


# formulas

FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    '=HYPERLINK("http://x","点")',
    "\t=1",
    "＝1+1",
    "'=1",
    "=cmd|' /C calc'!A0",
)
PLAIN = ("", "-", "—", "--", "-1.5", "+3", "-1,200.00", "-5%", "办公费", "'办公费'", "1=1", "a@b")


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_guarded(text: str) -> None:
    assert formulas.guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_and_numbers_stay(text: str) -> None:
    assert formulas.guarded(text) == text
    assert formulas.unguarded(text) == text


@given(st.text(alphabet=st.sampled_from("'=+-@＝ \t\n1a甲.,%"), max_size=12) | st.text())
def test_the_guard_comes_off_again(text: str) -> None:
    assert formulas.unguarded(formulas.guarded(text)) == text


@pytest.mark.parametrize("evil", ["=1+1", "@SUM(A1)", "＝1+1"])
@pytest.mark.parametrize(
    "command",
    ["table 4 --format csv", "project list --format csv", "budget list --format csv", "eval list units --format csv"],
)
def test_no_cell_of_any_csv_is_a_formula(make_ledger, kpi, command: str, evil: str) -> None:
    root = ledger_of(evil, make_ledger)
    done = kpi("-C", root, *command.split())
    assert done.status == 0, done.err
    cells = [cell for row in csv.reader(io.StringIO(done.out)) for cell in row]
    assert not [cell for cell in cells if cell[:1] in formulas.MARKS and not re.fullmatch(r"-?[0-9.]+", cell)]
    if "list" in command:
        assert f"'{evil}" in cells
    as_json = kpi("-C", root, *command.replace("csv", "json").split())
    assert f"'{evil}" not in as_json.out, "JSON is for programs"


def test_a_guarded_csv_is_imported_as_it_was(make_ledger, kpi, tmp_path: Path) -> None:
    root = ledger_of("=1+1", make_ledger)
    before = kpi("-C", root, "project", "list", "--format", "json").out
    (tmp_path / "p.csv").write_text(kpi("-C", root, "project", "list", "--format", "csv").out, "utf-8")
    assert kpi("-C", root, "import", "projects", "p.csv", "--replace").status == 0
    for key in ("id", "name", "task"):
        old, new = (
            json.loads(text)["records"][0][key]
            for text in (before, kpi("-C", root, "project", "list", "--format", "json").out)
        )
        assert old == new == "=1+1"


def test_no_cell_of_a_workbook_is_a_formula_of_the_ledger(make_ledger, kpi, tmp_path: Path) -> None:
    root = ledger_of("=1+1", make_ledger)
    assert kpi("-C", root, "export", "--to", "xlsx", "--force", "--out", "out").status == 0
    [path] = (tmp_path / "out").glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet for cell in row if str(cell.value).startswith("=1+1")]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells), "and stays text when somebody edits it"


def test_no_cell_of_a_form_to_fill_in_is_a_formula(make_ledger, kpi, tmp_path: Path) -> None:
    root = ledger_of("=1+1", make_ledger)
    done = kpi("-C", root, "eval", "template", "inspections", "--out", "form.xlsx")
    assert done.status == 0, done.err
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    found = [cell for sheet in book for row in sheet for cell in row if str(cell.value).startswith("=1+1")]
    assert found
    assert all(cell.data_type == "s" for cell in found)


# names of files


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "_.._etc_passwd.x"),
        ("CON", "_CON.x"),
        ("nul.txt", "_nul.txt.x"),
        ("预算\u202excod.exe", "预算_xcod.exe.x"),
        ("a\x00b\nc", "a_b_c.x"),
        (".bashrc", "bashrc.x"),
        ("\u200b", "_.x"),
        ("   ", "disclosure.x"),
        ("某局　2025年", "某局　2025年.x"),
    ],
)
def test_a_title_makes_a_plain_file_name(title: str, name: str) -> None:
    assert host.file_name(title, ".x") == name


@given(st.text())
@example("九" * 67)
def test_every_title_makes_a_name_that_stays_a_name(title: str) -> None:
    name = host.file_name(title, ".docx")
    assert host.file_name(name, "") == name
    assert len(name.encode()) < 250
    assert Path(name).name == name
    assert not BAD.findall(name)


@pytest.mark.parametrize(
    "name",
    [
        "../a",
        "/a",
        "a/../../b",
        "..\\a",
        "C:a",
        "a:stream",
        "a\nb",
        "a\x00",
        "con.csv",
        "sub/nul",
        "a ",
        ".hidden",
        "a\u202etxt",
    ],
)
def test_a_plugin_s_file_stays_in_the_folder_on_every_system(name: str) -> None:
    with pytest.raises(ExportError, match="文件名越出了输出文件夹"):
        host._inside("样例", name)


@pytest.mark.parametrize("name", ["a.csv", "tables/01.csv", "数据 包.json", "index.html"])
def test_a_plain_name_of_a_plugin_is_kept(name: str) -> None:
    assert host._inside("样例", name) == name


def test_a_form_s_name_does_not_lead_out_of_the_folder(make_ledger, kpi, tmp_path: Path) -> None:
    root = ledger_of("../../x", make_ledger)
    here = tmp_path / "a" / "b"
    here.mkdir(parents=True)
    os.chdir(here)
    done = kpi("-C", root, "eval", "template", "inspections", "--unit", "../../x")
    assert done.status == 0, done.err
    assert [path.parent for path in tmp_path.rglob("*.xlsx")] == [here]


def test_a_batch_does_not_write_through_a_link_that_came_with_a_ledger(make_ledger, kpi, tmp_path: Path) -> None:
    root = ledger_of("某局", make_ledger)
    (tmp_path / "elsewhere").mkdir()
    (root / "out").symlink_to(tmp_path / "elsewhere")
    done = kpi("batch", tmp_path, "--force")
    assert done.status == 2
    assert "路径越出了台账文件夹" in done.err
    assert not list((tmp_path / "elsewhere").iterdir())
