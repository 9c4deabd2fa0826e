"""add, set, remove: what a command changes, what it leaves as it is, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = (
    'schema_version = 1\ndepartment = "某局"\ntable_set = "shanghai"\n[[budget_unit]]\ncode = "001"\nname = "本级"\n'
)
LINES = """\
# 2025 年预算行
# 由张三维护

[[line]]                      # 人员
function_code = "2010601"     # 行政运行
economic_code = "30101"
expenditure_type = "基本支出"
fund_source   = '一般公共预算'
amount = 1_000.50             # 工资

# ---- 项目 ----

[[line]]
fund_source = "一般公共预算"
expenditure_type = "项目支出"
function_code = "2010602"
amount_wan = 2.50
project = "P1"
note = \"\"\"
两行
备注\"\"\"
# 文件尾
"""
PROJECTS = '[[project]]\nid = " P1 "\nname = "甲"\n\n[[project]]\nname = "乙"\nid = "P2"\n'
FILES = {"kpi.toml": SETTINGS, "2025/lines.toml": LINES, "2025/projects.toml": PROJECTS}
BASE = (
    *("--function-code", "2010601", "--economic-code", "30102", "--expenditure-type", "basic_expenditure"),
    *("--fund-source", "general_public_budget", "--amount", "5.00"),
)
ADDED = (
    '\n[[line]]\nfunction_code = "2010601"\neconomic_code = "30102"\nexpenditure_type = "基本支出"\n'
    'fund_source = "一般公共预算"\namount = 5.00\n'
)


@pytest.fixture
def root(make_ledger, kpi, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a ledger written by hand, which is also the working folder."""
    folder = make_ledger(FILES)
    monkeypatch.chdir(folder)
    return folder


def refs(kpi, group: str = "budget") -> list[str]:
    """Return the references that `list` gives."""
    return [record["ref"] for record in json.loads(kpi(group, "list", "--format", "json").out)["records"]]


def lines_of(root: Path) -> str:
    """Return lines.toml as it stands."""
    return (root / "2025/lines.toml").read_bytes().decode()


def test_add_appends_and_leaves_every_other_byte(root: Path, kpi) -> None:
    assert kpi("budget", "add", *BASE).lines == ["已加入 1 条预算行（2025 年）"]
    assert lines_of(root) == LINES + ADDED


def test_set_changes_one_value_and_keeps_comments_order_and_quotes(root: Path, kpi) -> None:
    ref = refs(kpi)[0]
    assert kpi("budget", "set", ref, "--amount", "0.10", "--fund-source", "政府性基金").status == 0
    assert lines_of(root) == LINES.replace("1_000.50 ", "0.10 ").replace("'一般公共预算'", '"政府性基金预算"', 1)


def test_set_adds_a_field_and_an_empty_value_takes_one_away(root: Path, kpi) -> None:
    first, second = refs(kpi)
    assert kpi("budget", "set", first, "--note", "x", "--carried-forward", "是").status == 0
    assert kpi("budget", "set", second, "--note", "", "--project", "").status == 0
    assert lines_of(root) == LINES.replace("# 工资\n", '# 工资\ncarried_forward = true\nnote = "x"\n').replace(
        'project = "P1"\nnote = """\n两行\n备注"""\n', ""
    )


def test_one_amount_takes_the_place_of_the_other(root: Path, kpi) -> None:
    assert kpi("budget", "set", refs(kpi)[1], "--amount", "7").status == 0
    assert "amount_wan" not in lines_of(root)
    assert "amount = 7\n" in lines_of(root)
    assert kpi("budget", "set", refs(kpi)[1], "--amount-wan", "0.0007").status == 0
    assert "amount_wan = 0.0007\n" in lines_of(root)
    assert "amount = 7\n" not in lines_of(root)


def test_remove_leaves_the_comments_of_others(root: Path, kpi) -> None:
    first, second = refs(kpi)
    assert kpi("budget", "remove", first).lines == [f"已删去预算行 {first}（2025 年）；用 kpi undo 可以恢复"]
    start, end = LINES.index("[[line]]"), LINES.index("# ---- 项目")
    assert lines_of(root) == LINES[:start] + LINES[end:]
    assert kpi("budget", "remove", second).status == 2  # it is number 1 now
    assert kpi("undo").status == 0
    assert lines_of(root) == LINES


@pytest.mark.parametrize(
    ("prefix", "newline"), [(b"", b"\n"), (b"\xef\xbb\xbf", b"\n"), (b"", b"\r\n"), (b"\xef\xbb\xbf", b"\r\n")]
)
def test_bom_and_line_ends_survive_every_edit(make_ledger, kpi, prefix: bytes, newline: bytes) -> None:
    raw = prefix + LINES.encode().replace(b"\n", newline)
    root = make_ledger({**FILES, "2025/lines.toml": raw})
    file = root / "2025/lines.toml"

    def run(*arguments: str) -> None:
        result = kpi("-C", root, "budget", *arguments)
        assert result.status == 0, result.err
        assert kpi("-C", root, "table", "3", "--format", "csv").status == 0

    run("add", *BASE)
    assert file.read_bytes() == raw + ADDED.encode().replace(b"\n", newline)
    listed = json.loads(kpi("-C", root, "budget", "list", "--format", "json").out)["records"]
    run("set", listed[0]["ref"], "--amount", "9")
    run("remove", listed[2]["ref"])
    after = file.read_bytes()
    assert after.startswith(prefix)
    assert after.count(b"\n") == after.count(newline)
    assert after.removeprefix(prefix).replace(newline, b"\n").decode().startswith(LINES.replace("1_000.50", "9"))


def test_mixed_line_ends_stay_mixed(make_ledger, kpi) -> None:
    raw = LINES.encode().replace(b"\n", b"\r\n", 6)
    root = make_ledger({**FILES, "2025/lines.toml": raw})
    for ref in [r["ref"] for r in json.loads(kpi("-C", root, "budget", "list", "--format", "json").out)["records"]]:
        assert kpi("-C", root, "budget", "set", ref, "--amount", "9").status == 0
    assert kpi("-C", root, "budget", "add", *BASE).status == 0
    after = (root / "2025/lines.toml").read_bytes()
    assert after.count(b"\r\n") == 6
    assert after.endswith(ADDED.encode())


# references


def test_a_stale_reference_is_refused_and_names_the_remedy(root: Path, kpi) -> None:
    ref = refs(kpi)[0]
    (root / "2025/lines.toml").write_text(LINES.replace("1_000.50", "1_000.51"), encoding="utf-8")
    for command in (("set", ref, "--amount", "1"), ("remove", ref)):
        result = kpi("budget", *command)
        assert (result.status, result.out) == (2, "")
        assert result.lines == [f"kpi: 错误: 引用对应的记录已经改变（{ref}）；用 kpi budget list 取得新的引用"]


@pytest.mark.parametrize("ref", ["", "0@x", "3@x", "-1", "abc", "9" * 5000, "１@x", "@x"])
def test_a_reference_that_does_not_exist(root: Path, kpi, ref: str) -> None:
    result = kpi("budget", "set", "--amount", "1", "--", ref)
    assert result.status == 2
    assert "没有这个引用" in result.err or "引用对应的记录已经改变" in result.err


def test_references_do_not_depend_on_what_stands_above(root: Path, kpi) -> None:
    before = refs(kpi)
    (root / "2025/lines.toml").write_text("# 新的说明\n\n" + LINES, encoding="utf-8")
    assert refs(kpi) == before
    assert kpi("budget", "set", before[1], "--amount", "3").status == 0


def test_projects_go_by_their_id(root: Path, kpi) -> None:
    assert refs(kpi, "project") == ["P1", "P2"]
    assert kpi("project", "set", "P2", "--id", "P3", "--name", "丙").status == 0
    assert (root / "2025/projects.toml").read_text(encoding="utf-8") == PROJECTS.replace("乙", "丙").replace("P2", "P3")
    assert kpi("project", "set", "P3", "--id", "P1").lines == [
        "kpi: 错误: 项目编号重复，第一次出现在第 1 行（P1）；请改用别的 id"
    ]
    assert kpi("project", "remove", "P2").status == 2
    assert kpi("project", "remove", "P3").status == 0
    assert refs(kpi, "project") == ["P1"]


def test_a_project_in_use_keeps_its_id(root: Path, kpi) -> None:
    for command in (("remove", "P1"), ("set", "P1", "--id", "P9")):
        result = kpi("project", *command)
        assert result.lines == [
            "kpi: 错误: 2025/lines.toml:13: 还有 1 条预算行使用这个项目（P1）；请先修改或删去这些预算行"
        ]
        assert result.status == 2
    assert kpi("project", "set", "P1", "--name", "新名").status == 0


# other ways to write a file

INLINE = """\
# 头
line = [
  { function_code = "2010601", economic_code = "30101", expenditure_type = "基本支出", fund_source = "一般公共预算", amount = 1.50 },
  { function_code = "2010602", expenditure_type = "项目支出", fund_source = "一般公共预算", amount = 120_000.25 },
]
"""


def test_an_inline_array_can_be_edited(make_ledger, kpi, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_ledger({**FILES, "2025/lines.toml": INLINE})
    monkeypatch.chdir(root)
    first, second = refs(kpi)
    assert kpi("budget", "set", first, "--amount", "9").status == 0
    assert kpi("budget", "set", first, "--amount", "8").status == 2  # stale by now
    assert refs(kpi)[1] == second
    assert kpi("budget", "remove", refs(kpi)[0]).status == 0
    assert kpi("budget", "add", *BASE).status == 0
    records = json.loads(kpi("budget", "list", "--format", "json").out)["records"]
    assert [record["amount"] for record in records] == ["120000.25", "5.00"]
    assert lines_of(root).startswith("# 头\n")


def test_a_stale_reference_into_an_inline_array(make_ledger, kpi, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_ledger({**FILES, "2025/lines.toml": INLINE})
    monkeypatch.chdir(root)
    ref = refs(kpi)[0]
    (root / "2025/lines.toml").write_text(INLINE.replace("1.50", "1.51"), encoding="utf-8")
    assert "引用对应的记录已经改变" in kpi("budget", "remove", ref).err


def test_there_is_no_file_yet(make_ledger, kpi, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_ledger({"kpi.toml": SETTINGS, "2025/lines.toml": ""})
    monkeypatch.chdir(root)
    assert refs(kpi, "income") == []
    for command in (("remove", "1@x"), ("set", "1@x", "--amount", "1")):
        assert kpi("income", *command).lines == ["kpi: 错误: 没有这个引用（1@x）；用 kpi income list 查看现有的引用"]
    assert "没有这个引用" in kpi("project", "remove", "P1").err
    assert kpi("income", "add", "--fund-source", "事业收入", "--amount-wan", "1").status == 0
    assert (root / "2025/incomes.toml").read_text(encoding="utf-8") == (
        '# 2025 年收入，每条一个 [[income]]\n\n[[income]]\nfund_source = "事业收入"\namount = 10000.00\n'
    )


# what is refused


@pytest.mark.parametrize("command", [("set", "1", "--amount", "1"), ("remove", "1"), ("add", *BASE)])
def test_a_file_that_is_not_utf8_is_one_line(make_ledger, kpi, command: tuple[str, ...]) -> None:
    root = make_ledger({**FILES, "2025/lines.toml": LINES.encode("gbk")})
    result = kpi("-C", root, "budget", *command)
    assert (result.status, result.lines) == (2, ["kpi: 错误: 2025/lines.toml:1: 文件不是 UTF-8 编码；请另存为 UTF-8"])


def test_a_block_that_is_no_toml_is_one_line(make_ledger, kpi) -> None:
    root = make_ledger({**FILES, "2025/lines.toml": "\n[[line]]\namount = “1”\n"})
    result = kpi("-C", root, "budget", "set", "1", "--amount", "5")
    assert result.status == 2
    assert [line.partition("；")[0] for line in result.lines] == [
        "kpi: 错误: 2025/lines.toml:3: TOML 语法错误：第 10 列无法识别（amount = “1”）"
    ]
    root = make_ledger({**FILES, "2025/projects.toml": '[[project]]\nid = "P1\n'}, "另一本")
    assert "2025/projects.toml:2: TOML 语法错误" in kpi("-C", root, "project", "set", "P1", "--name", "x").err


def test_old_faults_of_the_record_are_shown_with_their_lines(make_ledger, kpi) -> None:
    text = LINES.replace("1_000.50", "1.005").replace('economic_code = "30101"', 'econmic_code = "30101"')
    root = make_ledger({**FILES, "2025/lines.toml": text})
    result = kpi("-C", root, "budget", "set", "1", "--note", "x")
    assert [line.partition("；")[0] for line in result.lines] == [
        "kpi: 错误: 2025/lines.toml:6: 未知的键 econmic_code",
        "kpi: 错误: 2025/lines.toml:9: 金额(元)的小数超过两位，元以下只到分（1.005）",
    ]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--amount", ""), "缺少金额(元)"),
        (("--fund-source", ""), "缺少资金来源"),
        (("--economic-code", "301"), "基本支出必须有 5 位经济科目编码"),
        (("--budget-unit", "009"), "预算单位不在 kpi.toml 里（009）"),
        (("--project", "P9"), "项目不在 projects.toml 里（P9）"),
        (("--amount", "1", "--amount-wan", "1"), "元和万元两种金额同时填写"),
    ],
)
def test_a_record_that_would_be_wrong_is_not_written(root: Path, kpi, arguments: tuple[str, ...], text: str) -> None:
    result = kpi("budget", "set", refs(kpi)[0], *arguments)
    assert result.status == 2
    assert [line.removeprefix("kpi: 错误: ").partition("；")[0] for line in result.lines] == [text]
    assert lines_of(root) == LINES


def test_every_wrong_option_at_once(root: Path, kpi) -> None:
    result = kpi(
        "budget", "add", "--function-code", "201", "--economic-code", "x", "--amount", "x", "--fund-source", "y"
    )
    assert result.status == 2
    assert len(result.lines) == 4
    assert kpi("project", "add", "--id", " ", "--name", "\t").lines == [
        "kpi: 错误: 缺少项目编号；请补上 id，例如 P01",
        "kpi: 错误: 缺少项目名称；请补上 name，例如 绩效考评指标体系编制经费",
    ]
    assert lines_of(root) == LINES


def test_a_unit_or_project_given_by_name_is_stored_by_code(root: Path, kpi) -> None:
    ref = refs(kpi)[0]
    assert kpi("budget", "set", ref, "--budget-unit", "本级", "--project", "乙").status == 0
    assert 'project = "P2"\nbudget_unit = "001"\n' in lines_of(root)
    assert kpi("budget", "add", *BASE, "--budget-unit", "本级").status == 0
    assert kpi("table", "3", "--format", "csv").status == 0


def test_undo_of_any_edit_gives_the_old_bytes(root: Path, kpi) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*.toml")}
    kpi("budget", "add", *BASE)
    kpi("budget", "set", refs(kpi)[1], "--amount", "3")
    kpi("project", "remove", "P2")
    kpi("sangong", "add", "--category", "overseas_travel", "--amount", "0")
    for _ in range(4):
        assert kpi("undo").status == 0
    assert {path: path.read_bytes() for path in root.rglob("*.toml")} == before


ROWS = [
    *(f"2010601,3010{i},基本支出,一般公共预算,{i}.10" for i in range(1, 4)),
    "2080505,30108,基本支出,一般公共预算,7",
    "2010602,302,项目支出,政府性基金预算,8",
    "2101101,,项目支出,事业收入,9.99",
]


@settings(max_examples=10)
@given(order=st.permutations(ROWS))
def test_the_order_of_lines_changes_no_table(make_ledger, kpi, tmp_path_factory, order: list[str]) -> None:
    folder = tmp_path_factory.mktemp("order")
    shown = []
    for name, rows in (("a", ROWS), ("b", order)):
        root = make_ledger({"2025/incomes.toml": ""}, str(folder / name))
        text = "function_code,economic_code,expenditure_type,fund_source,amount_yuan\n" + "\n".join(rows)
        (folder / "in.csv").write_text(text, encoding="utf-8")
        assert kpi("-C", root, "import", "lines", folder / "in.csv").status == 0
        shown.append(kpi("-C", root, "table", "--format", "json").out)
    assert shown[0] == shown[1]


def test_a_new_ledger_needs_an_empty_folder_and_an_interrupted_one_can_be_repeated(tmp_path: Path, kpi) -> None:
    words = ("--department", "某局", "--year", "2025", "--tables", "mof")
    (tmp_path / "台账" / ".kpi").mkdir(parents=True)  # all that an `init` killed before its commit leaves
    assert kpi("init", str(tmp_path / "台账"), *words).status == 0
    again = kpi("init", str(tmp_path / "台账"), *words)
    assert again.status == 2
    assert "文件夹里已有台账或其他文件" in again.err
    (tmp_path / "别的").mkdir()
    (tmp_path / "别的" / "文件.txt").write_text("x", encoding="utf-8")
    assert kpi("init", str(tmp_path / "别的"), *words).status == 2
    assert [p.name for p in (tmp_path / "别的").iterdir()] == ["文件.txt"]
