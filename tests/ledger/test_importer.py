"""`kpi import`: every kind, all rows or none, and what comes out of `list` goes in again."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_cli.ledger.reader import open_ledger, read_year
from kpi_cli.model import fields as f
from kpi_cli.model import vocabulary as v

if TYPE_CHECKING:
    from pathlib import Path

LEDGER = {
    "kpi.toml": 'schema_version = 1\ndepartment = "某局"\ntable_set = "shanghai"\n'
    '[[budget_unit]]\ncode = "001"\nname = "本级"\nnature = "行政"\n'
    '[[budget_unit]]\ncode = "002"\nname = "中心"\nnature = "事业"\n'
    '[[budget_unit]]\ncode = "003"\nname = "同名"\n[[budget_unit]]\ncode = "004"\nname = "同名"\n',
    "2025/projects.toml": '[[project]]\nid = "P1"\nname = "编制指标"\n\n[[project]]\nid = "P2"\nname = "同名项目"\n\n'
    '[[project]]\nid = "P3"\nname = "同名项目"\n',
}
HEADER = "function_code,economic_code,expenditure_type,fund_source,amount_yuan"
ROW = "2010601,30101,基本支出,一般公共预算"


@pytest.fixture
def root(make_ledger, monkeypatch: pytest.MonkeyPatch, kpi) -> Path:
    """Return a ledger with units and projects, which is also the working folder."""
    folder = make_ledger(LEDGER)
    monkeypatch.chdir(folder)
    return folder


def read(root: Path, kind: str = "lines", year: int = 2025) -> tuple[Any, ...]:
    """Return the records of a kind without where they stand."""
    records = getattr(read_year(open_ledger(root), year), kind)
    return tuple(record._replace(source=None) for record in records)


def write(root: Path, *rows: str, header: str = HEADER) -> None:
    """Write in.csv."""
    (root / "in.csv").write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")


# what each kind takes

ENGLISH = {
    "lines": (
        "function_code,function_name,economic_code,economic_name,expenditure_type,cost_kind,fund_source,amount_yuan,project,budget_unit,carried_forward,note",
        '2010602,一般行政管理事务,30201,办公费,project_expenditure,,general_public_budget,"1,234.50",P1,001,true,备注',
    ),
    "incomes": (
        "fund_source,function_code,amount_wan,budget_unit,carried_forward,note",
        "undertaking_income,2010601,1.234567,001,false,x",
    ),
    "sangong": (
        "category,fund_source,amount_wan,budget_unit,note",
        "official_reception,general_public_budget,0.950,001,x",
    ),
    "projects": ("id,name,task,amount_wan,executed_yuan,objective", "P9,项目九,任务,2,18000.50,目标"),
    "comparatives": ("year,figure,amount_yuan", "2016,expenditure:basic_expenditure,5.10"),
}
CHINESE = {
    "lines": (
        "备注,上年结转,预算单位,项目,金额（元）,资金来源,经费类别,支出类型,经济科目名称,经济科目编码,功能科目名称,功能科目编码",
        '备注,是,本级,编制指标,"１,２３４.５０",一般公共预算资金,,项目支出,办公费,30201,一般行政管理事务,2010602',
    ),
    "incomes": ("备注,上年结转,预算单位,金额(万元),功能科目编码,资金来源", "x,否,本级,1.234567,2010601,事业收入"),
    "sangong": ("备注,预算单位,金额(万元),资金来源,类别", "x,001,0.950,,公务接待费"),
    "projects": ("绩效目标,执行数(元),金额(万元),工作任务,项目名称,项目编号", "目标,18000.50,2,任务,项目九,P9"),
    "comparatives": ("金额(元),数字,年度", "5.10,expenditure:basic_expenditure,2016"),
}


@pytest.mark.parametrize("kind", f.KINDS)
def test_english_and_chinese_columns_in_any_order_give_the_same_records(root: Path, kpi, kind: str) -> None:
    for (header, row), year in ((ENGLISH[kind], 2030), (CHINESE[kind], 2031)):
        projects = root / str(year) / "projects.toml"
        projects.parent.mkdir()
        if kind == "lines":
            projects.write_text(LEDGER["2025/projects.toml"], encoding="utf-8")
        write(root, row, header=header)
        result = kpi("import", kind, "in.csv", "--year", year)
        assert (result.status, result.out) == (0, "")
    first, second = read(root, kind, 2030), read(root, kind, 2031)
    assert first == second
    assert len(first) == 1


def test_what_a_line_becomes(root: Path, kpi) -> None:
    write(root, ENGLISH["lines"][1], header=ENGLISH["lines"][0])
    assert kpi("import", "lines", "in.csv").lines == ["2025 年预算行：导入 1 条（in.csv）"]
    [line] = read_year(open_ledger(root), 2025).lines
    assert line.amount == Decimal("1234.50")
    assert (line.project, line.budget_unit, line.carried_forward) == ("P1", "001", True)
    assert (line.expenditure_type, line.cost_kind, line.note) == ("project_expenditure", "", "备注")
    assert (root / "2025/lines.toml").read_text(encoding="utf-8") == (
        "# 2025 年预算行，每条一个 [[line]]\n\n"
        '[[line]]\nfunction_code = "2010602"\neconomic_code = "30201"\nexpenditure_type = "项目支出"\n'
        'fund_source = "一般公共预算"\nproject = "P1"\nbudget_unit = "001"\ncarried_forward = true\namount = 1234.50\n'
        'note = "备注"\n'
    )


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("是", True),
        ("true", True),
        ("TRUE", True),
        ("True", True),
        ("否", False),
        ("false", False),
        ("", False),
        (" ", False),
    ],
)
def test_spellings_of_carried_forward(root: Path, kpi, text: str, flag: bool) -> None:
    write(root, f"{ROW},1,{text}", header=HEADER + ",carried_forward")
    assert kpi("import", "lines", "in.csv").status == 0
    assert read(root)[0].carried_forward is flag


@pytest.mark.parametrize(("given_", "code"), [("001", "001"), ("中心", "002"), ("", "")])
def test_a_unit_by_code_or_unique_name(root: Path, kpi, given_: str, code: str) -> None:
    write(root, f"{ROW},1,{given_}", header=HEADER + ",budget_unit")
    assert kpi("import", "lines", "in.csv").status == 0
    assert read(root)[0].budget_unit == code


@pytest.mark.parametrize(("given_", "id_"), [("P2", "P2"), ("编制指标", "P1"), ("", "")])
def test_a_project_by_id_or_unique_name(root: Path, kpi, given_: str, id_: str) -> None:
    write(root, f"{ROW},1,{given_}", header=HEADER + ",项目")
    assert kpi("import", "lines", "in.csv").status == 0
    assert read(root)[0].project == id_


def test_all_rows_or_none_and_every_bad_row_by_its_number(root: Path, kpi) -> None:
    write(
        root,
        f"{ROW},1,,",
        "201060,3010,基本,一般,1.005,,",
        "",
        f"{ROW},,,",
        "２０１０６０１,30101,基本支出,一般公共预算,NaN,,",
        f"{ROW},1e5,同名,同名项目",
        f"{ROW},99999999999999,005,P9",
        ",,,,5,,",
        f"{ROW},5,,,,多",
        "2010601,307,基本支出,一般公共预算,5,,",
        "2010601,30701,基本支出,使用非财政拨款结余,5,,",
        header=HEADER + ",budget_unit,project",
    )
    before = {path: path.read_bytes() for path in root.rglob("*.toml")}
    result = kpi("import", "lines", "in.csv")
    assert (result.status, result.out) == (2, "")
    assert [line.removeprefix("kpi: 错误: in.csv:").partition("；")[0] for line in result.lines] == [
        "3: 功能科目编码不是 7 位数字（201060）",
        "3: 经济科目编码不是 5 位数字（3010）",
        "3: 支出类型不认识（基本）",
        "3: 资金来源不认识（一般）",
        "3: 金额(元)的小数超过两位，元以下只到分（1.005）",
        "5: 缺少金额(元)",
        "6: 功能科目编码不是 7 位数字（２０１０６０１）",
        "6: 金额(元)不能是 NaN 或无穷大（NaN）",
        "7: 金额(元)不是数字（1e5）",
        "7: 名称对应多个预算单位（同名）",
        "7: 名称对应多个项目（同名项目）",
        "8: 金额(元)超出范围，须小于十万亿元（99999999999999）",
        "8: 预算单位不在 kpi.toml 里（005）",
        "8: 项目不在 projects.toml 里（P9）",
        "9: 缺少功能科目编码",
        "9: 缺少支出类型",
        "9: 缺少资金来源",
        "10: 该行有 9 列，表头只有 7 列",
        "11: 基本支出必须有 5 位经济科目编码",
        "12: 支出不能用“使用非财政拨款结余”作资金来源",
    ]
    assert {path: path.read_bytes() for path in root.rglob("*.toml")} == before


def test_doubts_are_warnings_with_their_row(root: Path, kpi) -> None:
    write(
        root,
        "2010601,行政运行,30101,基本工资,基本支出,一般公共预算,-5",
        "2010666,甲,30113,社保,基本支出,一般公共预算,5",
        header="function_code,function_name,economic_code,economic_name,expenditure_type,fund_source,amount_yuan",
    )
    result = kpi("import", "lines", "in.csv")
    assert result.status == 0
    assert [line.partition("；")[0] for line in result.lines] == [
        "kpi: 警告: in.csv:2: 金额是负数（-5）",
        "kpi: 警告: in.csv:3: 2025 年科目目录里没有这个功能科目编码（2010666）",
        "kpi: 警告: in.csv:3: 科目名称与编码不符，2025 年目录里 30113 是“住房公积金”（社保）",
        "2025 年预算行：导入 2 条（in.csv）",
    ]


def test_equal_rows_are_two_lines_and_replace_swaps_all(root: Path, kpi, lines_csv: str) -> None:
    (root / "in.csv").write_text(lines_csv, encoding="utf-8")
    kpi("import", "lines", "in.csv")
    kpi("import", "lines", "in.csv")
    assert len(read(root)) == 4
    assert kpi("import", "lines", "in.csv", "--replace").lines == ["2025 年预算行：替换为 2 条（in.csv）"]
    assert len(read(root)) == 2
    assert len(read(root, "projects")) == 3


def test_dry_run_shows_and_writes_nothing(root: Path, kpi, lines_csv: str) -> None:
    (root / "in.csv").write_text(lines_csv, encoding="utf-8")
    result = kpi("import", "lines", "in.csv", "--dry-run")
    assert result.out.count("[[line]]") == 2
    assert result.lines == ["试导入，没有写入：2025 年预算行：导入 2 条（in.csv）"]
    assert not (root / "2025/lines.toml").exists()
    assert kpi("history", "--format", "json").out == "[]\n"


def test_a_new_year_is_created_and_a_wrong_one_is_not(root: Path, kpi, lines_csv: str) -> None:
    (root / "in.csv").write_text(lines_csv, encoding="utf-8")
    assert kpi("import", "lines", "in.csv", "--year", "2026").status == 0
    assert len(read(root, "lines", 2026)) == 2
    for year in ("0", "26", "20260"):
        result = kpi("import", "lines", "in.csv", "--year", year)
        assert result.lines == [f"kpi: 错误: 年份不是 1990–2100 的四位数（{year}）；请写成 2025 这样的年份"]
        assert result.status == 2
        assert not (root / year).exists()


def test_projects_that_exist_already(root: Path, kpi) -> None:
    write(root, "P1,甲", "P8,乙", "P8,丙", ",丁", header="id,name")
    result = kpi("import", "projects", "in.csv")
    assert result.status == 2
    assert [line.removeprefix("kpi: 错误: in.csv:") for line in result.lines] == [
        "2: 项目编号重复，第一次出现在第 1 行（P1）；请改用别的 id",
        "4: 项目编号重复，第一次出现在第 3 行（P8）；请改用别的 id",
        "5: 缺少项目编号；请补上 id，例如 P01",
    ]
    write(root, "P1,甲", header="id,name")
    assert kpi("import", "projects", "in.csv", "--replace").status == 0
    assert [p.name for p in read(root, "projects")] == ["甲"]


def test_subjects_win_over_the_catalogue_later_ones_over_earlier_ones(root: Path, kpi) -> None:
    write(root, "功能,2010601,运行", "economic,30101,工资", header="种类,编码,名称")
    assert kpi("import", "subjects", "in.csv").status == 0
    write(root, "function,2010601,本地名", header="kind,code,name")
    assert kpi("import", "subjects", "in.csv").status == 0
    assert (root / "2025/subjects.csv").read_text(encoding="utf-8") == (
        "kind,code,name\neconomic,30101,工资\nfunction,2010601,本地名\n"
    )
    write(root, f"{ROW},5", header=HEADER)
    kpi("import", "lines", "in.csv")
    assert "本地名" in kpi("table", "3", "--format", "csv").out
    write(root, "function,201,甲", header="kind,code,name")
    kpi("import", "subjects", "in.csv", "--replace")
    assert (root / "2025/subjects.csv").read_text(encoding="utf-8") == "kind,code,name\nfunction,201,甲\n"
    write(root, "fun,2010,", header="kind,code,name")
    assert [line.partition("；")[0] for line in kpi("import", "subjects", "in.csv").lines] == [
        "kpi: 错误: in.csv:2: 种类不认识（fun）",
        "kpi: 错误: in.csv:2: 编码不认识（2010）",
        "kpi: 错误: in.csv:2: 缺少名称",
    ]


def test_xlsx_in_wan_with_noise(root: Path, kpi) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["功能科目编码", "经济科目编码", "支出类型", "资金来源", "金额(万元)"],
        [2010601, 30101, "基本支出", "一般公共预算", 0.1 + 0.2],
        ["2010601", "30102", "基本支出", "一般公共预算", 1.234567],
        [2010602, None, "项目支出", "一般公共预算", 12],
    ):
        book.active.append(row)
    book.save(root / "in.xlsx")
    assert kpi("import", "lines", "in.xlsx").status == 0
    assert [str(line.amount) for line in read(root)] == ["3000.00", "12345.67", "120000.00"]


def test_three_printed_figures_keep_their_places(root: Path, kpi) -> None:
    write(root, "公务接待费,25.40", "因公出国（境）费用,0", "公务用车运行维护费,0.9500", header="category,amount_wan")
    assert kpi("import", "sangong", "in.csv").status == 0
    assert [(r.amount, r.places) for r in read(root, "sangong")] == [(254000, 2), (0, 0), (9500, 4)]
    assert [r["amount_wan"] for r in json.loads(kpi("sangong", "list", "--format", "json").out)["records"]] == [
        "25.40",
        "0",
        "0.9500",
    ]


def test_gb18030_bom_crlf_and_a_quoted_newline(root: Path, kpi) -> None:
    text = f'{HEADER},备注\r\n{ROW},"1,000.10","两\r\n行"\r\n'
    for number, raw in enumerate((text.encode("gb18030"), b"\xef\xbb\xbf" + text.encode()), 1):
        (root / "in.csv").write_bytes(raw)
        assert kpi("import", "lines", "in.csv").status == 0
        assert len(read(root)) == number
    assert len(set(read(root))) == 1
    assert read(root)[0].note in ("两\r\n行", "两\n行")


# import → list --format csv → import is identity

WORDS = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)
CENTS = st.integers(-(10**15) + 1, 10**15 - 1).map(lambda cents: f"{Decimal(cents).scaleb(-2):f}")
WAN = st.integers(-(10**15) + 1, 10**15 - 1).flatmap(
    lambda units: st.integers(0, 6).map(lambda places: f"{Decimal(units % 10 ** (9 + places)).scaleb(-places):f}")
)
OPTIONAL_WORD = st.one_of(st.just(""), WORDS)
CODES = st.integers(2010101, 2349999).map(str)
COUNT = st.one_of(st.just(""), st.integers(0, 999).map(str))
UNIT = st.sampled_from(["", "001", "002"])
FLAG = st.sampled_from(["", "是", "否"])
FUNDS = st.sampled_from([*v.FUND_SOURCE.words, *v.FUND_SOURCE.keys])
LINE_FUNDS = FUNDS.filter(lambda word: v.FUND_SOURCE.key(word) != "nonfiscal_surplus")
FIGURES = st.sampled_from(
    ["income", "expenditure:basic_expenditure", "function:201", "stated:某数@2016", "project:P 1#executed"]
)


@st.composite
def amounts(draw: Any, *, required: bool = True) -> dict[str, str]:
    form = draw(st.sampled_from(["amount_yuan", "amount_wan"] + [""] * (not required)))
    return {form: draw(CENTS if form == "amount_yuan" else WAN)} if form else {}


@st.composite
def line_rows(draw: Any) -> dict[str, str]:
    kind = draw(st.sampled_from(v.EXPENDITURE_TYPE.words))
    economic = draw(st.sampled_from(["30101", "30201", "30307", "31002"] + ["", "302"] * (kind == "项目支出")))
    return {
        "function_code": draw(CODES), "function_name": draw(OPTIONAL_WORD), "economic_code": economic,
        "economic_name": draw(OPTIONAL_WORD), "expenditure_type": kind,
        "cost_kind": draw(st.sampled_from(["", "人员经费", "公用经费"])), "fund_source": draw(LINE_FUNDS),
        "project": draw(st.sampled_from(["", "P1", "P2"])), "budget_unit": draw(UNIT), "carried_forward": draw(FLAG),
        "note": draw(OPTIONAL_WORD), **draw(amounts()),
    }  # fmt: skip


ROWS: dict[str, st.SearchStrategy[dict[str, str]]] = {
    "lines": line_rows(),
    "incomes": st.builds(
        lambda amount, **own: {**own, **amount},
        amount=amounts(), fund_source=FUNDS, function_code=st.one_of(st.just(""), CODES), budget_unit=UNIT,
        carried_forward=FLAG, note=OPTIONAL_WORD,
    ),
    "projects": st.builds(
        lambda amount, **own: {**own, **amount},
        amount=amounts(required=False), id=WORDS, name=WORDS, task=OPTIONAL_WORD, objective=OPTIONAL_WORD,
        executed_yuan=st.one_of(st.just(""), CENTS),
    ),
    "sangong": st.builds(
        lambda amount, **own: {**own, **amount},
        amount=amounts(), category=st.sampled_from(v.SANGONG_CATEGORY.words), fund_source=st.one_of(st.just(""), FUNDS),
        budget_unit=UNIT, groups=COUNT, persons=COUNT, vehicles=COUNT, batches=COUNT, reason=OPTIONAL_WORD,
        note=OPTIONAL_WORD,
    ),
}  # fmt: skip
GROUPS = {kind.plural: kind.group for kind in f.KINDS.values() if kind.group}


@pytest.mark.parametrize("kind", ROWS)
@settings(max_examples=15)
@given(data=st.data())
def test_import_list_import_is_identity(make_ledger, kpi, tmp_path_factory, kind: str, data: st.DataObject) -> None:
    unique = (lambda row: row["id"]) if kind == "projects" else None
    rows = data.draw(st.lists(ROWS[kind], min_size=1, max_size=6, unique_by=unique))
    files = {**LEDGER, **({"2025/projects.toml": ""} if kind == "projects" else {})}
    folder = tmp_path_factory.mktemp("identity")
    first, second = (make_ledger(files, str(folder / name)) for name in ("a", "b"))
    columns = data.draw(st.permutations(sorted({name for row in rows for name in row})))
    stream = io.StringIO()
    __import__("csv").writer(stream).writerows([columns, *([row.get(c, "") for c in columns] for row in rows)])
    (folder / "in.csv").write_text(stream.getvalue(), encoding="utf-8", newline="")
    result = kpi("-C", first, "import", kind, folder / "in.csv")
    assert result.status == 0, result.err
    listed = kpi("-C", first, GROUPS[kind], "list", "--format", "csv").out
    (folder / "out.csv").write_text(listed, encoding="utf-8", newline="")
    result = kpi("-C", second, "import", kind, folder / "out.csv")
    assert result.status == 0, result.err
    assert read(first, kind) == read(second, kind)
    assert len(read(first, kind)) == len(rows)
    assert kpi("-C", second, GROUPS[kind], "list", "--format", "csv").out == listed
