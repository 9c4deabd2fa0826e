"""CONTRACT.md, call by call: what other programs rely on. Whole output and exit status."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest

from kpi_cli import errors
from kpi_cli.ledger import transaction

if TYPE_CHECKING:
    from pathlib import Path

INIT = ("--department", "某县财政局", "--year", "2025", "--tables", "shanghai", "--level", "单位", "--nature", "行政")
LINE = (
    *("--function-code", "2010601", "--economic-code", "30101", "--expenditure-type", "基本支出"),
    *("--fund-source", "一般公共预算", "--amount", "100.50"),
)
INCOME = ("--fund-source", "一般公共预算", "--function-code", "2010601", "--amount", "100.50")
LINES = """\
[[line]]
function_code = "2010601"
economic_code = "30101"
expenditure_type = "基本支出"
fund_source = "一般公共预算"
amount = 100.50
"""
INCOMES = '[[income]]\nfund_source = "一般公共预算"\nfunction_code = "2010601"\namount = 100.50\n'
TABLE_3 = """\
项目,,,,支出预算,,
功能分类科目编码,,,功能分类科目名称,合计,基本支出,项目支出
类,款,项,,,,
201,,,一般公共服务支出,100.50,100.50,
201,06,,财政事务,100.50,100.50,
201,06,01,行政运行,100.50,100.50,
合计,,,,100.50,100.50,
"""


@pytest.fixture
def root(make_ledger, kpi, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a balanced ledger of one line, which is also the working folder."""
    folder = make_ledger({"2025/lines.toml": LINES, "2025/incomes.toml": INCOMES})
    monkeypatch.chdir(folder)
    return folder


def shown(result) -> tuple[int, str, list[str]]:
    """Return the whole of what a call left."""
    return result.status, result.out, result.lines


# every call


def test_init_makes_a_ledger_that_every_command_takes(kpi, tmp_path: Path) -> None:
    assert shown(kpi("init", "新", *INIT)) == (0, "", ["已新建台账 新；下一步：kpi -C 新 import lines 文件.csv"])
    text = (tmp_path / "新/kpi.toml").read_text(encoding="utf-8")
    for row in (
        "schema_version = 1",
        'department = "某县财政局"',
        'level = "单位"',
        'nature = "行政"',
        'table_set = "shanghai"',
    ):
        assert f"\n{row}\n" in text
    assert kpi("-C", "新", "table", "3", "--format", "csv").status == 0
    assert kpi("-C", "新", "check").status == 0
    assert shown(kpi("init", "新", *INIT)) == (2, "", ["kpi: 错误: 新: 文件夹里已有台账或其他文件；请换一个文件夹"])
    assert kpi("-C", "新", "undo").status == 0


def test_init_takes_english_words_and_refuses_others(kpi, tmp_path: Path) -> None:
    command = (
        "--department",
        "某局",
        "--year",
        "2025",
        "--tables",
        "mof",
        "--level",
        "department",
        "--nature",
        "administrative",
    )
    assert kpi("init", "a", *command).status == 0
    assert 'level = "部门"\nnature = "行政"' in (tmp_path / "a/kpi.toml").read_text(encoding="utf-8")
    wrong = ("--department", " ", "--year", "2025", "--tables", "mof", "--level", "局", "--nature", "x")
    assert shown(kpi("init", "b", *wrong)) == (
        2,
        "",
        [
            "kpi: 错误: 层级不认识（局）；可用的有：部门、单位",
            "kpi: 错误: 性质不认识（x）；可用的有：行政、参公、事业",
            "kpi: 错误: 缺少部门名称；请补上 --department，例如 某县财政局",
        ],
    )
    assert shown(kpi("init", "b", *INIT[:2], "--year", "25", "--tables", "mof"))[2] == [
        "kpi: 错误: 年份不是 1990–2100 的四位数（25）；请写成 2025 这样的年份"
    ]
    assert kpi("init", "b", *INIT[:4], "--tables", "mofo").lines == ["kpi: 错误: 没有这个表套（mofo）；是不是 mof？"]
    assert not (tmp_path / "b").exists()


def test_import_adds_and_prints_only_messages(root: Path, kpi, lines_csv: str) -> None:
    (root / "in.csv").write_text(lines_csv, encoding="utf-8")
    assert shown(kpi("import", "lines", "in.csv")) == (0, "", ["2025 年预算行：导入 2 条（in.csv）"])
    assert shown(kpi("import", "lines", "in.csv", "--year", "2026", "--replace")) == (
        0,
        "",
        ["2026 年预算行：替换为 2 条（in.csv）"],
    )


@pytest.mark.parametrize(
    ("group", "options", "change", "fields"),
    [
        (
            "budget",
            LINE,
            ("--amount-yuan", "7"),
            {"function_code": "2010601", "economic_code": "30101", "cost_kind": "人员经费", "carried_forward": False},
        ),
        ("income", INCOME, ("--amount", "7"), {"fund_source": "一般公共预算", "budget_unit": None}),
        ("project", ("--id", "P7", "--name", "甲", "--amount", "1"), ("--amount", "7"), {"id": "P7", "executed": None}),
        (
            "sangong",
            ("--category", "公务接待费", "--amount-wan", "0.950"),
            ("--amount", "7"),
            {"category": "公务接待费", "fund_source": "一般公共预算", "persons": None},
        ),
    ],
)
def test_add_list_set_remove(make_ledger, kpi, monkeypatch, group: str, options, change, fields) -> None:
    root = make_ledger({"2025/lines.toml": ""})
    monkeypatch.chdir(root)
    assert kpi(group, "add", *options).status == 0
    listed = json.loads(kpi(group, "list", "--format", "json").out)
    assert list(listed) == ["year", "kind", "records"]
    assert (listed["year"], listed["kind"]) == (
        2025,
        {"budget": "lines", "income": "incomes", "project": "projects"}.get(group, group),
    )
    [record] = listed["records"]
    assert list(record)[:3] == ["ref", "file", "line"]
    assert fields.items() <= record.items()
    assert (root / record["file"]).read_text(encoding="utf-8").splitlines()[
        record["line"] - 1
    ] == f"[[{group if group != 'budget' else 'line'}]]"
    if group != "project":
        assert re.fullmatch(r"1@[0-9a-f]{8}", record["ref"])
    result = kpi(group, "set", record["ref"], *change)
    assert (result.status, result.out) == (0, "")
    [after] = json.loads(kpi(group, "list", "--format", "json").out)["records"]
    assert after["amount"] == "7"
    if group != "project":
        assert kpi(group, "set", record["ref"], *change).status == 2
    rows = list(csv.DictReader(io.StringIO(kpi(group, "list", "--format", "csv").out)))
    assert [row["amount_yuan"] for row in rows] == ["7"]
    assert "7" in kpi(group, "list").out
    result = kpi(group, "remove", after["ref"])
    assert (result.status, result.out) == (0, "")
    assert json.loads(kpi(group, "list", "--format", "json").out)["records"] == []


def test_table_csv_is_the_data_and_nothing_else(root: Path, kpi) -> None:
    assert shown(kpi("table", "3", "--format", "csv")) == (0, TABLE_3, [])


def test_table_json_has_the_same_rows(root: Path, kpi) -> None:
    result = kpi("table", "3", "--format", "json")
    assert (result.status, result.err) == (0, "")
    data = json.loads(result.out)
    assert list(data) == ["year", "table_set", "tables"]
    assert (data["year"], data["table_set"]) == (2025, "shanghai")
    [table] = data["tables"]
    assert list(table) == [
        *("id", "title", "department", "money_unit", "header_rows", "first_row", "rows", "note"),
    ]
    assert table["rows"] == list(csv.reader(io.StringIO(TABLE_3)))
    assert (table["id"], table["department"], table["money_unit"]) == (3, "某县财政局", "元")
    assert (table["header_rows"], table["first_row"]) == (3, 6)


@pytest.mark.parametrize("number", range(1, 10))
def test_csv_and_json_agree_for_every_table(root: Path, kpi, number: int) -> None:
    [table] = json.loads(kpi("table", number, "--format", "json").out)["tables"]
    rows = list(csv.reader(io.StringIO(kpi("table", number, "--format", "csv").out)))
    assert [[cell or "" for cell in row] for row in table["rows"]] == rows
    assert len({len(row) for row in rows}) == 1


def test_an_unknown_figure_is_null_in_json_and_not_zero(make_ledger, kpi) -> None:
    settings = 'schema_version = 1\ndepartment = "某局"\nlevel = "部门"\ntable_set = "shanghai"\n'
    root = make_ledger({"kpi.toml": settings, "2025/lines.toml": LINES.replace("30101", "30201")})
    [table] = json.loads(kpi("-C", root, "table", "9", "--format", "json").out)["tables"]
    assert None in table["rows"][-1]


def test_table_text_and_markdown(root: Path, kpi) -> None:
    text = kpi("table", "3")
    assert (text.status, text.err) == (0, "")
    assert "\x1b" not in text.out
    assert "单位：元" in text.out
    assert "100.50" in text.out
    markdown = kpi("table", "3", "4", "--format", "markdown")
    assert markdown.out.count("## ") == 2
    assert "| 201 | 06 | 01 |" in markdown.out
    everything = json.loads(kpi("table", "--format", "json").out)
    assert [table["id"] for table in everything["tables"]] == list(range(1, 10))


def test_table_of_one_unit_another_set_and_another_year(make_ledger, kpi) -> None:
    units = '[[budget_unit]]\ncode = "001"\nname = "中心"\nnature = "事业"\n'
    settings = 'schema_version = 1\ndepartment = "某局"\ntable_set = "shanghai"\n' + units
    lines = LINES + LINES.replace("100.50", '7\nbudget_unit = "001"')
    root = make_ledger(
        {"kpi.toml": settings, "2025/lines.toml": lines, "2024/lines.toml": LINES.replace("100.50", "3")}
    )

    def total(*arguments: str) -> str:
        return kpi("-C", root, "table", "3", "--format", "csv", *arguments).out.splitlines()[-1]

    assert total() == "合计,,,,107.50,107.50,"
    assert total("--unit", "001") == total("--unit", "中心") == "合计,,,,7,7,".replace("7", "7.00")
    assert total("--year", "2024") == "合计,,,,3.00,3.00,"
    data = json.loads(kpi("-C", root, "table", "3", "--tables", "mof", "--format", "json").out)
    assert data["table_set"] == "mof"
    assert kpi("-C", root, "table", "3", "--unit", "009").status == 2


def test_check_json_has_the_shape_of_the_contract(root: Path, kpi) -> None:
    result = kpi("check", "--format", "json")
    assert (result.status, result.err) == (0, "")
    data = json.loads(result.out)
    assert list(data) == ["findings", "receipts", "errors", "warnings", "hints"]
    assert [finding["rule"] for finding in data["findings"]] == ["L-06"]  # last year is not known: a hint
    assert (data["errors"], data["warnings"], data["hints"]) == (0, 0, 1)
    assert all(list(receipt) == ["rule", "state", "reason"] for receipt in data["receipts"])
    assert {receipt["state"] for receipt in data["receipts"]} <= {"passed", "failed", "not_applicable", "not_checked"}
    kpi("income", "add", *INCOME[:-1], "9")
    result = kpi("check", "--format", "json")
    data = json.loads(result.out)
    assert (result.status, result.err) == (1, "")
    assert data["errors"] == sum(finding["severity"] == "error" for finding in data["findings"]) > 0
    assert all(
        list(finding) == ["rule", "severity", "where", "message", "expected", "actual", "cause"]
        for finding in data["findings"]
    )
    text = kpi("check")
    assert text.status == 1
    assert "未通过" in text.out


def test_history_undo_redo(root: Path, kpi) -> None:
    assert shown(kpi("history", "--format", "json")) == (0, "[]\n", [])
    kpi("budget", "add", *LINE)
    kpi("income", "add", *INCOME)
    entries = json.loads(kpi("history", "--format", "json").out)
    assert [(e["number"], e["command"], e["files"], e["undone"]) for e in entries] == [
        (2, "income add", ["2025/incomes.toml"], False),
        (1, "budget add", ["2025/lines.toml"], False),
    ]
    assert shown(kpi("undo")) == (0, "", ["已撤销：加入 1 条收入（2025 年）；用 kpi redo 可以恢复"])
    assert (root / "2025/incomes.toml").read_text(encoding="utf-8") == INCOMES
    assert [e["undone"] for e in json.loads(kpi("history", "--format", "json").out)] == [True, False]
    assert shown(kpi("redo")) == (0, "", ["已恢复：加入 1 条收入（2025 年）"])
    (root / "2025/incomes.toml").write_text(INCOMES, encoding="utf-8")
    assert shown(kpi("undo")) == (
        2,
        "",
        ["kpi: 错误: 2025/incomes.toml: 文件在该次修改之后又被改过，不能撤销；请手工处理该文件，或先恢复它"],
    )
    assert (root / "2025/incomes.toml").read_text(encoding="utf-8") == INCOMES
    assert "income add" in kpi("history").out


def test_subject_search_works_with_and_without_a_ledger(kpi, tmp_path: Path) -> None:
    data = json.loads(kpi("subject", "search", "住房公积金", "--format", "json").out)
    assert {"30113", "30311"} <= {subject["code"] for subject in data}
    assert list(data[0]) == ["kind", "code", "name", "valid_from", "valid_to", "source"]
    old = json.loads(kpi("subject", "search", "住房公积金", "--year", "2017", "--format", "json").out)
    assert "30113" not in {subject["code"] for subject in old}
    assert "2080505" in kpi("subject", "search", "2080505").out
    nothing = kpi("subject", "search", "没有这个词")
    assert shown(nothing) == (0, "", ["没有找到；可以换一个词，或只写编码的开头"])


def test_plugin_list(kpi) -> None:
    data = json.loads(kpi("--no-plugins", "plugin", "list", "--format", "json").out)
    assert [(plugin["name"], plugin["origin"]) for plugin in data] == [("docx", "kpi-cli"), ("xlsx", "kpi-cli")]
    assert data[1]["formats"][0]["extension"] == ".xlsx"
    assert "xlsx" in kpi("--no-plugins", "plugin", "list").out


def test_export_prints_each_path(root: Path, kpi) -> None:
    result = kpi("export", "--out", "公开")
    assert (result.status, result.err) == (0, "")
    paths = [root / line for line in result.out.splitlines()]
    assert sorted(path.suffix for path in paths) == [".docx", ".xlsx"]
    assert all(path.read_bytes()[:2] == b"PK" for path in paths)
    assert sorted((root / "公开").iterdir()) == sorted(paths)
    again = {path: path.read_bytes() for path in paths}
    assert kpi("export", "--out", "公开").status == 0
    assert {path: path.read_bytes() for path in paths} == again
    one = kpi("export", "--to", "xlsx", "--live", "--out", "活")
    assert (one.status, len(one.out.splitlines())) == (0, 1)
    assert kpi("export", "--to", "xlsx", "--option", "xlsx.live=true", "--out", "活2").status == 0
    assert next((root / "活").iterdir()).read_bytes() == next((root / "活2").iterdir()).read_bytes()


def test_export_of_a_ledger_with_errors_writes_nothing(root: Path, kpi) -> None:
    kpi("income", "add", *INCOME)
    before = sorted(root.rglob("*"))
    result = kpi("export", "--out", "公开")
    assert (result.status, result.out) == (1, "")
    assert result.lines[-1].endswith("没有导出；用 kpi check 查看；确要导出草稿请加 --force")
    assert sorted(root.rglob("*")) == before
    assert kpi("export", "--out", "公开", "--force", "--to", "xlsx").status == 0


def test_demo_makes_checks_and_exports_the_example(kpi, tmp_path: Path) -> None:
    result = kpi("demo")
    assert result.status == 0, result.err
    made = tmp_path / "kpi-demo"
    assert sorted(path.suffix for path in (made / "out").iterdir()) == [".docx", ".xlsx"]
    assert kpi("-C", made, "check").status == 0
    assert kpi("demo").status == 2


# exit status


def test_the_table_of_exit_statuses_is_that_of_the_classes() -> None:
    statuses = {
        cls.exit_code for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, errors.KpiError)
    }
    assert statuses | {0, 70} == set(errors.EXIT_STATUSES)
    assert {
        errors.UsageError.exit_code: "2",
        errors.LedgerError.exit_code: "2",
        errors.DefinitionError.exit_code: "2",
        errors.ExportError.exit_code: "3",
        errors.PluginError.exit_code: "3",
        errors.LockedError.exit_code: "4",
        errors.FindingsError.exit_code: "1",
    } == {1: "1", 2: "2", 3: "3", 4: "4"}


def test_a_locked_ledger_is_4_and_can_still_be_read(root: Path, kpi) -> None:
    with transaction.open_transaction(root, "test"):
        assert kpi("--wait", "0", "budget", "add", *LINE).status == 4
        assert kpi("table", "3", "--format", "csv").out == TABLE_3
    assert (root / "2025/lines.toml").read_text(encoding="utf-8") == LINES


def test_an_output_that_fails_is_3(root: Path, kpi) -> None:
    (root / "公开").write_text("a file", encoding="utf-8")
    result = kpi("export", "--to", "xlsx", "--out", "公开")
    assert (result.status, result.out) == (3, "")
    assert result.lines == ["kpi: 错误: 公开: 无法写入：已有同名的文件；请检查磁盘空间和权限"]


def test_a_bug_of_ours_is_70_and_one_line(root: Path, kpi, monkeypatch: pytest.MonkeyPatch) -> None:
    from kpi_cli import assembly

    def boom(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(assembly, "assemble", boom)
    result = kpi("table", "3")
    assert shown(result) == (
        70,
        "",
        ["kpi: 错误: 程序内部错误（RuntimeError: boom）；请加 --debug 重新执行，并把输出发给开发者"],
    )
    with pytest.raises(RuntimeError):
        kpi("--debug", "table", "3")


# which ledger, which year


def test_the_ledger_is_the_option_then_the_variable_then_the_nearest_folder_upwards(
    make_ledger, kpi, monkeypatch
) -> None:
    def ledger(name: str, amount: str) -> Path:
        return make_ledger({"2025/lines.toml": LINES.replace("100.50", amount)}, name)

    first, second, third = ledger("a", "1"), ledger("b", "2"), ledger("c", "3")
    inside = third / "2025" / "附件"
    inside.mkdir()
    monkeypatch.chdir(inside)

    def total(*arguments: object) -> str:
        return kpi(*arguments, "table", "3", "--format", "csv").out.splitlines()[-1].split(",")[4]

    assert total() == "3.00"
    monkeypatch.setenv("KPI_LEDGER", str(second))
    assert total() == "2.00"
    assert total("-C", first) == total("--ledger", first) == "1.00"
    monkeypatch.setenv("KPI_LEDGER", "")
    assert total() == "3.00"
    result = kpi("-C", third / "2025", "table", "3")
    assert (result.status, "没有 kpi.toml" in result.err) == (2, True)


def test_the_year_is_the_latest_unless_given(make_ledger, kpi, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_ledger({"2024/lines.toml": LINES, "2026/lines.toml": "", "2025/lines.toml": ""})
    monkeypatch.chdir(root)
    assert json.loads(kpi("table", "3", "--format", "json").out)["year"] == 2026
    assert json.loads(kpi("budget", "list", "--format", "json").out)["year"] == 2026
    kpi("income", "add", *INCOME)
    assert (root / "2026/incomes.toml").exists()
    kpi("income", "add", *INCOME, "--year", "2024")
    assert (root / "2024/incomes.toml").exists()
    assert kpi("table", "3", "--year", "2023").lines == ["kpi: 错误: 台账里没有 2023 年；现有年度：2024、2025、2026"]


# colour, streams, words


def test_colour(root: Path, program) -> None:
    def shows(*arguments: str, **environment: str) -> bool:
        return "\x1b[" in program(*arguments, cwd=root, **environment).out

    assert not shows("table", "3")  # no terminal
    assert shows("--color", "always", "table", "3")
    assert shows("--color", "always", "table", "3", NO_COLOR="1")
    assert not shows("--color", "never", "table", "3", FORCE_COLOR="1")
    assert not shows("table", "3", NO_COLOR="1")
    assert not shows("--color", "always", "table", "3", "--format", "csv")
    assert not shows("--color", "always", "check", "--format", "json")


def test_the_program_speaks_utf8_whatever_the_locale(root: Path, program) -> None:
    for environment in ({"LC_ALL": "C"}, {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"}, {"PYTHONUTF8": "0"}):
        result = program("table", "3", "--format", "csv", cwd=root, **environment)
        assert (result.status, result.out, result.err) == (0, TABLE_3, "")
        assert "没有这张表" in program("table", "12", cwd=root, **environment).err


def test_the_program_and_the_module_and_the_pipe(root: Path, program) -> None:
    assert shown(program("--version")) == shown(program("--version", cwd=root))
    assert re.fullmatch(r"kpi-cli \d+\.\d+\.\d+\S*\n", program("--version").out)
    assert program("table", "x", cwd=root).status == 2
    assert program("frobnicate").lines[0].startswith("kpi: 错误: 没有这个命令（frobnicate）；")


def test_a_reader_that_goes_away_is_no_error(root: Path, program) -> None:
    import subprocess
    import sys

    code = "from kpi_cli.main import main; import sys; sys.exit(main(['table', '--format', 'json']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        run.stdout.close()
        assert run.wait() == 0
        assert run.stderr.read() == b""


@pytest.mark.parametrize(
    "arguments",
    [
        ("table", "3", "--format", "csv"),
        ("table", "--format", "json"),
        ("budget", "list", "--format", "csv"),
        ("budget", "list", "--format", "json"),
        ("history", "--format", "json"),
        ("subject", "search", "201", "--format", "json"),
        ("plugin", "list", "--format", "json"),
        ("check", "--format", "json"),
    ],
)
def test_data_formats_print_nothing_but_data(root: Path, kpi, arguments: tuple[str, ...]) -> None:
    (root / "2025/line.toml").write_text("", encoding="utf-8")  # gives a warning, which goes to stderr
    result = kpi("--color", "always", *arguments)
    assert result.status == 0
    assert "\x1b" not in result.out
    assert "警告" not in result.out
    if "json" in arguments:
        json.loads(result.out)
    else:
        assert len({len(row) for row in csv.reader(io.StringIO(result.out))}) == 1


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            ("budget", "add", *LINE[:4], "--expenditure-type", "basic_expenditure", "--fund-source", "general_public_budget", "--amount", "1", "--cost-kind", "personnel_expenditure", "--carried-forward", "true"),
            ("budget", "add", *LINE[:4], "--expenditure-type", "基本支出", "--fund-source", "一般公共预算资金", "--amount", "1", "--cost-kind", "人员经费", "--carried-forward", "是"),
        ),
        (
            ("sangong", "add", "--category", "overseas_travel", "--amount", "1"),
            ("sangong", "add", "--category", "因公出国（境）费", "--amount", "1"),
        ),
        (("income", "add", "--fund-source", "special_account", "--amount", "1"), ("income", "add", "--fund-source", "财政专户管理资金", "--amount", "1")),
    ],
)  # fmt: skip
def test_english_keys_do_for_chinese_words(make_ledger, kpi, english, chinese) -> None:
    texts = []
    for name, command in (("a", english), ("b", chinese)):
        root = make_ledger({"2025/projects.toml": ""}, name)
        assert kpi("-C", root, *command).status == 0
        texts.append({path.name: path.read_text(encoding="utf-8") for path in (root / "2025").iterdir()})
    assert texts[0] == texts[1]


# usage errors


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("budgt",), "没有这个命令（budgt）；是不是 budget？"),
        (("budget", "ad"), "没有这个命令（ad）；是不是 add？"),
        (("budget",), "缺少命令；可用的有：add、list、set、remove"),
        (("subject",), "缺少命令；可用的有：search"),
        (("table", "--frmat", "csv"), "没有这个选项（--frmat）；是不是 --format？见 kpi table --help"),
        (("history", "--zzz"), "没有这个选项（--zzz）；可用的有：--format；见 kpi history --help"),
        (("table", "--year"), "选项 --year 用法不对，或缺少值；见 kpi --help"),
        (("table", "--year", "今年"), "--year 年份 的值不对，应为整数；见 kpi table --help"),
        (("import", "lines"), "缺少 文件；见 kpi import --help"),
        (("init", "x"), "缺少 --department 名称；见 kpi init --help"),
        (("undo", "x", "y"), "参数太多（x y）；见 kpi undo --help"),
        (("--color", "red", "table"), "--color 不认识（red）；可用的有：auto、always、never"),
        (("--color", "red", "history"), "--color 不认识（red）；可用的有：auto、always、never"),
        (("--wait", "x", "history"), "--wait 秒 的值不对，应为数字；见 kpi --help"),
        (("--wait", "-1", "history"), "--wait 的值不对（-1）；请写不小于 0 的秒数，例如 --wait 10"),
        (("--wait", "nan", "history"), "--wait 的值不对（nan）；请写不小于 0 的秒数，例如 --wait 10"),
        (("table", "--format", "yaml"), "输出格式不认识（yaml）；可用的有：text、csv、json、markdown"),
        (("budget", "list", "--format", "markdown"), "输出格式不认识（markdown）；可用的有：text、csv、json"),
        (("check", "--format", "csv"), "输出格式不认识（csv）；可用的有：text、json"),
        (("table", "--format", "csv"), "CSV 一次只能输出一张表；请给出一个表号，例如 kpi table 3 --format csv"),
        (("table", "三"), "没有这张表（三）；表号是 1–9 的数字"),
        (("table", "０３"), "没有这张表（０３）；表号是 1–9 的数字"),
        (
            ("export", "--to", "xlsx", "--option", "docx.a=1"),
            "选项所属的格式 docx 不在导出之列；请用 --to docx 导出该格式",
        ),
    ],
)
def test_wrong_usage_is_one_chinese_line(root: Path, kpi, arguments: tuple[str, ...], line: str) -> None:
    assert shown(kpi(*arguments)) == (2, "", [f"kpi: 错误: {line}"])


def test_help_is_chinese_and_lists_every_command(kpi) -> None:
    for arguments in ((), ("--help",)):
        result = kpi(*arguments)
        assert (result.status, result.err) == (0, "")
        assert result.out.startswith("用法：kpi [选项] 命令 …\n")
    page = kpi("--help").out
    for command in ("demo", "init", "import", "budget", "income", "project", "sangong", "table", "export", "check"):
        assert re.search(rf"^  {command} ", page, re.MULTILINE)
        own = kpi(command, "--help")
        assert (own.status, own.err) == (0, "")
        assert own.out.startswith(f"用法：kpi {command} ")
        assert not re.search(r"Usage|Options|Show this", own.out)
