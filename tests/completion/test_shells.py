"""TAB in the real shells: the scripts are made from the whole tree and asked, then typed at in a terminal."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
import typer

from kpi_cli import resources
from kpi_cli.cli.app import COMMANDS, build
from kpi_cli.cli.session import FLAGS, VALUE_OPTIONS
from kpi_cli.completion.description import describe
from kpi_cli.completion.scripts import DIALECTS, script
from tests.completion.shells import SHELLS, Shell, Terminal
from tests.office import program

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = """
schema_version = 1
department = "某县财政局"
table_set = "mof"

[[budget_unit]]
code = "001"
name = "局机关"

[[budget_unit]]
code = "002"
name = "预算评审中心"
"""
PROJECTS = """
[[project]]
id = "P01"
name = "评审经费"

[[project]]
id = "P02"
name = "会议（培训）经费"
"""


@pytest.fixture(scope="module", params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Return a shell that stands in a folder with a ledger `台账`, a file `预算行.csv` and a folder `公开 文件`."""
    program(request.param, request.param)
    root = tmp_path_factory.mktemp(request.param)
    for name, content in {
        "台账/kpi.toml": SETTINGS, "台账/2025/projects.toml": PROJECTS, "台账/2024/lines.toml": "", "预算行.csv": "",
        "公开 文件/x": "", "坏/kpi.toml": "[[[\n\0", "坏/2025/projects.toml": "\0id=",
    }.items():  # fmt: skip
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (root / "坏/2024/projects.toml").mkdir(parents=True)
    tree = describe(typer.main.get_command(build()), (*VALUE_OPTIONS, *FLAGS))
    dialect = DIALECTS[request.param]
    file = root / "home" / dialect.file
    file.parent.mkdir()
    file.write_text(script(request.param, tree, resources.templates() / "completion"), dialect.encoding)
    return Shell(request.param, file, root / "home", root).prepare()


OFFERS = {
    "kpi budg": ["budget"],
    "kpi budget ": ["add", "list", "set", "remove"],
    "kpi budget s": ["set"],
    "kpi budget x": [],
    "kpi table --fo": ["--format"],
    "kpi table --format ": ["text", "csv", "json", "markdown"],
    "kpi table --format m": ["markdown"],
    "kpi table --format=m": ["markdown"],
    "kpi history --format ": ["text", "json"],
    "kpi -C 台账 --color n": ["never"],
    "kpi --color never table --wai": ["--wait"],
    "kpi table --color ": ["auto", "always", "never"],
    "kpi completion show ": ["bash", "zsh", "fish", "powershell"],
    "kpi import s": ["sangong", "subjects"],
    "kpi budget add --fund-source 国有": ["国有资本经营预算"],
    "kpi budget add --note ": [],
    "kpi table -C 台账 --year ": ["2025", "2024"],
    "kpi -C 台账 table --year=202": ["2025", "2024"],
    "kpi -C 台账 table ": list("123456789"),
    "kpi -C 台账 table 1 9 ": list("123456789"),
    "kpi -C 台账 table -- 3": ["3"],
    "kpi -C 台账 trace 3 ": [],
    "kpi table --unit ": [],
    "kpi table --unit 00 -C 台账 --unit ": ["001", "002"],
    "kpi --ledger=台账 budget add --project ": ["P01", "P02"],
    "kpi --ledger 台账 project --year 2024 add --id ": [],
    "kpi -C 台账 budget add --year 2024 --project ": [],
    "kpi -C 台账 table --tables ": ["guangxi-2017", "mof", "shanghai"],
    "kpi export --to ": ["docx", "xlsx"],
    "kpi export --to docx --to x": ["xlsx"],
    "kpi check --explain IN-01": ["IN-01"],
    "kpi subject search 22102": ["2210201", "2210202", "2210203"],
    "kpi budget add --economic-code 3090": ["30901", "30902", "30903", "30905", "30906", "30907", "30908"],
    "kpi table --year 2025 --ledger 没有 --unit ": [],
    "kpi table -C 坏 ": list("123456789"),
    "kpi budget add -C 坏 --project ": [],
    "kpi budget add -C 坏 --year 2024 --project ": [],
}
"""What is offered at the end of a line, in every shell."""


@pytest.mark.parametrize("line", OFFERS)
def test_offers(shell: Shell, line: str) -> None:
    assert [_value(text, line) for text in shell.offers(line)] == OFFERS[line]


def _value(text: str, line: str) -> str:
    """Return the value that is offered, without description, and without `--name=` in front, which fish repeats."""
    value = text.split("\t", maxsplit=1)[0].split(":", maxsplit=1)[0]
    return value.partition("=")[2] if "=" in value and "=" in line else value


def test_every_command_is_offered(shell: Shell) -> None:
    assert [_value(text, "") for text in shell.offers("kpi ")] == list(COMMANDS)


def test_the_ledger_of_the_environment(shell: Shell) -> None:
    assert [_value(text, "") for text in shell.offers("kpi table --unit ", KPI_LEDGER="台账")] == ["001", "002"]


def test_fixed_words_start_no_python(shell: Shell) -> None:
    """Commands, options and words of an option are in the script; only values of the ledger ask kpi, once."""
    asked = shell.home / "asked"
    asked.unlink(missing_ok=True)
    for line in (
        "kpi ",
        "kpi budg",
        "kpi budget ",
        "kpi table --",
        "kpi table --format ",
        "kpi eval import ",
        "kpi -C 台",
    ):
        shell.offers(line)
    assert not asked.exists()
    shell.offers("kpi -C 台账 table --unit ")
    assert asked.read_text() == "unit\n"


def test_descriptions(shell: Shell) -> None:
    if shell.name == "bash":
        pytest.skip("bash shows descriptions in lists only: test_terminal_lists")
    tab = ":" if shell.name == "zsh" else "\t"
    assert shell.offers("kpi -C 台账 table --unit ") == [f"001{tab}局机关", f"002{tab}预算评审中心"]
    assert shell.offers("kpi table --uni") == [f"--unit{tab}只看一个预算单位"]
    assert shell.offers("kpi subject search 221020")[0] == f"2210201{tab}住房公积金"


CALLS = {
    "kpi expor": ["export"],
    "kpi subject sea": ["subject", "search"],
    "kpi table --forma": ["table", "--format"],
    "kpi table --format=mark": ["table", "--format=markdown"],
    "kpi budget add --fund-source 国有": ["budget", "add", "--fund-source", "国有资本经营预算"],
    "kpi sangong add --category 因公": ["sangong", "add", "--category", "因公出国(境)费"],
    "kpi table -C 台账 --year 2024 --unit 002": ["table", "-C", "台账", "--year", "2024", "--unit", "002"],
    "kpi budget add --function-code 227": ["budget", "add", "--function-code", "227"],
    "kpi import lines 预": ["import", "lines", "预算行.csv"],
    "kpi import lines 公": ["import", "lines", "公开 文件/"],
    "kpi export --out 公": ["export", "--out", "公开 文件/"],
    "kpi export --out 预": ["export", "--out", "预"],
    "kpi export --out=公": ["export", "--out=公开 文件/"],
    "kpi -C 坏 budget add --project P": ["-C", "坏", "budget", "add", "--project", "P"],
    "kpi -C 台": ["-C", "台账/"],
    "kpi -C 台账 budget add --project 评审": ["-C", "台账", "budget", "add", "--project", "P01"],
    "kpi -C '台账' table --tables sh": ["-C", "台账", "table", "--tables", "shanghai"],
    'kpi -C "台账" table --tables "sh': ["-C", "台账", "table", "--tables", "shanghai"],
}
"""What kpi is called with after a line, TAB and Enter."""


@pytest.fixture(scope="module")
def terminal(shell: Shell) -> Iterator[Terminal]:
    """Return a terminal with the shell in it."""
    opened = Terminal(shell)
    yield opened
    opened.close()


@pytest.mark.parametrize("line", CALLS)
def test_terminal_completes(terminal: Terminal, line: str) -> None:
    called = terminal.call(line)
    if terminal.shell == "zsh":  # takes the slash behind a folder away when Enter is pressed
        assert called == [word.removesuffix("/") for word in CALLS[line]]
    else:
        assert called == CALLS[line]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("kpi project ", ["add", "加入一条项目", "remove", "删去一条项目"]),
        ("kpi table --", ["--year", "预算年度", "--no-plugins", "不加载第三方插件"]),
        ("kpi -C 台账 table --unit ", ["001", "局机关", "002", "预算评审中心"]),
        ("kpi budget add --function-code 2080", ["20801", "人力资源和社会保障管理事务", "20805"]),
        ("kpi -C 台账 budget add --project 经费", ["P01", "评审经费", "P02", "会议（培训）经费"]),
    ],
)
def test_terminal_lists(shell: Shell, line: str, shown: list[str]) -> None:
    with contextlib.closing(Terminal(shell)) as terminal:
        terminal.type(line)
        screen = terminal.press_until("Tab", lambda screen: all(text in screen for text in shown))
    assert "Traceback" not in screen
