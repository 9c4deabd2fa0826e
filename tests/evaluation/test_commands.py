"""`kpi eval …` from CSV files and scheme.toml to ranks: the numbers of evaluation.md through the command line."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from kpi_cli.evaluation.final import draft_final
from kpi_cli.evaluation.kinds import KINDS
from kpi_cli.evaluation.records import NOWHERE
from kpi_cli.ledger.evaluation import read_evaluation
from kpi_cli.ledger.reader import open_ledger
from kpi_cli.rendering.evaluation import final_json
from tests.evaluation.examples import ten_units
from tests.evaluation.files import hand_in
from tests.evaluation.test_project_self import YEAR as PROJECT
from tests.evaluation.test_properties import random_year
from tests.evaluation.whole_year import whole_year

if TYPE_CHECKING:
    from collections.abc import Callable


WORKED = Path(__file__).resolve().parents[1] / "data/evaluation/worked.csv"
YEARS = {"ten units": ten_units, "whole year": whole_year, **{str(n): (lambda n=n: random_year(n)) for n in range(4)}}


@pytest.fixture
def office(make_ledger: Callable[..., Path]) -> Path:
    """Return an empty ledger."""
    return make_ledger({})


def test_every_worked_number(kpi: Callable[..., object], office: Path) -> None:
    """Each row of worked.csv (evaluation.md §3) is an indicator of unit `u`; `others` are the values of its series."""
    with WORKED.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    files = {
        "units": [["evaluated_unit", "name", "category"], *([u, u, "镇(街)"] for u in ("u", "o0", "o1", "o2", "o3"))],
        "indicators": [["indicator", "name", "method", "points", "direction", "params"]],
        "assignments": [["indicator", "evaluated_unit", "target", "baseline"]],
        "results": [["indicator", "evaluated_unit", "actual", "inputs"]],
    }
    for number, row in enumerate(rows, 1):
        own = row["method"], row["points"], row["direction"], row["params"]
        files["indicators"].append([number, f"算例 {number}", *own])
        actuals = {"u": row["actual"], **{f"o{n}": value for n, value in enumerate(row["others"].split())}}
        for unit, actual in actuals.items():
            files["assignments"].append([number, unit, row["target"], row["baseline"]])
            files["results"].append([number, unit, actual, row["inputs"]])
    scheme = office / "2017/evaluation/scheme.toml"
    scheme.parent.mkdir(parents=True)
    scheme.write_text("[scheme.weights.town]\nindicator_score = 100\n", encoding="utf-8")
    for kind, content in files.items():
        with (office.parent / f"{kind}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(content)
        result = kpi("-C", office, "eval", "import", kind, office.parent / f"{kind}.csv", "--year", "2017")
        assert result.status == 0, result.err
    shown = kpi("-C", office, "eval", "form", "5", "--range", "unit", "--unit", "u", "--format", "json")
    [table] = json.loads(shown.out)["tables"]
    head, *body = table["rows"]
    scores = [row[head.index("得分")] for row in body[:-1]]
    assert len(rows) > 100
    assert scores == [row["score"] for row in rows]


@pytest.mark.parametrize("name", YEARS)
def test_years_survive_their_files(kpi: Callable[..., object], office: Path, name: str) -> None:
    """CSV → import → read gives the same records, and `final` the result of the pure computation."""
    year = YEARS[name]()
    hand_in(kpi, office, year)
    read = read_evaluation(open_ledger(office), year.year)
    for plural in KINDS:
        assert [r._replace(source=NOWHERE) for r in getattr(read, plural)] == [
            r._replace(source=NOWHERE) for r in getattr(year, plural)
        ], plural
    assert replace(read.scheme, source=NOWHERE) == replace(year.scheme, source=NOWHERE)
    shown = kpi("-C", office, "eval", "final", "--draft", "--format", "json")
    assert shown.out == final_json(draft_final(year))


def test_the_ten_units(kpi: Callable[..., object], office: Path) -> None:
    hand_in(kpi, office, ten_units())
    found = json.loads(kpi("-C", office, "eval", "final", "--format", "json").out)
    shown = [(u["evaluated_unit"], u["total"], u["rank"], u["grade"]) for u in found["units"]]
    assert shown == [
        ("bing", "95.16", 1, "一等"), ("jia", "92.02", 2, "二等"), ("yi", "91.61", 3, "二等"), ("ding", "84.87", 4, "三等"),
        ("e", "97.12", 1, "四等"), ("a", "96.71", 2, "一等"), ("b", "93.71", 3, "二等"), ("c", "91.26", 4, "二等"),
        ("d", "91.26", 4, "二等"), ("f", "89.57", 6, "三等"),
    ]  # fmt: skip
    text = kpi("-C", office, "eval", "final")
    assert "   1  bing  丙街道     66.51     12.65     13.50  0.50  3.00  95.16  一等" in text.out
    varied = kpi("-C", office, "eval", "final", "--what-if", "weights.town.public_review=20")
    assert "镇(街)其余权重按原比例调整为" in varied.err
    assert "丙街道   95.16     94.67" in varied.out
    assert (
        kpi("-C", office, "eval", "final", "--format", "json").out
        == json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    )


def test_the_project_of_the_seed(kpi: Callable[..., object], office: Path) -> None:
    """evaluation.md §3.8: 93.81."""
    project = office / "2017/projects.toml"
    project.parent.mkdir(parents=True)
    project.write_text('[[project]]\nid = "P"\nname = "绩效考评"\n', encoding="utf-8")
    hand_in(kpi, office, PROJECT)
    (office / "2017/evaluation/scheme.toml").write_text("[scheme]\nyear = 2017\n", encoding="utf-8")
    assert "93.81" in kpi("-C", office, "eval", "form", "16").out


def test_explain_says_each_step_and_its_record(kpi: Callable[..., object], office: Path) -> None:
    hand_in(kpi, office, ten_units())
    lines = kpi("-C", office, "eval", "explain", "丁街道").out.splitlines()
    assert "  总分 63.34 + 13.52 + 13.01 - 扣分 5.00 + 加分 0.00 = 84.87" in lines
    assert any(
        line.startswith("  ding-4 上级考核失分：0.6 × 1 × 2 = 1.2  [2017/evaluation/inspections") for line in lines
    )
    found = json.loads(kpi("-C", office, "eval", "explain", "ding", "--format", "json").out)
    assert found["evaluated_unit"] == "ding"
    assert all((office / s["file"]).exists() for line in found["lines"] for s in line["sources"])
    missing = kpi("-C", office, "eval", "explain", "丁街")
    assert (missing.status, "丁街道" in missing.err) == (2, True)


def test_check_and_its_rules(kpi: Callable[..., object], office: Path) -> None:
    hand_in(kpi, office, whole_year())
    found = json.loads(kpi("-C", office, "eval", "check", "--as-of", "2017-03-01", "--format", "json").out)
    assert found["errors"] == 0
    assert len(found["receipts"]) == 62
    assert {receipt["state"] for receipt in found["receipts"]} <= {"passed", "failed", "not_applicable", "not_checked"}
    assert "各部分权重合计 100" in kpi("-C", office, "eval", "check", "--explain", "v101").out
    kpi("-C", office, "eval", "set", "assignments", "1.1/jia", "points=29")
    broken = kpi("-C", office, "eval", "check", "--as-of", "2017-03-01")
    assert (broken.status, "V102" in broken.out) == (1, True)


def test_records_one_by_one(kpi: Callable[..., object], office: Path) -> None:
    hand_in(kpi, office, whole_year())

    def do(*words: str) -> str:
        result = kpi("-C", office, "eval", *words)
        assert result.status == 0, result.err
        return result.out

    do(
        "add",
        "inspections",
        "编号=C9",
        "考评对象=甲镇",
        "date=2017-06-01",
        "fact=脱岗",
        "rule=缺席会议",
        "来源文件=查1号",
    )
    listed = json.loads(do("list", "inspections", "--format", "json"))["records"]
    assert [(r["ref"], r["evaluated_unit"], r["rule"]) for r in listed if r["ref"] == "C9"] == [("C9", "jia", "absent")]
    do("set", "inspections", "C9", "count=2", "fact=值班脱岗")
    do("set", "results", "1.1/jia", "rechecked=20")
    do("remove", "inspections", "C9")
    assert "C9" not in do("list", "inspections", "--format", "csv")
    assert kpi("-C", office, "undo").status == 0
    assert "C9" in do("list", "inspections", "--format", "csv")
    rows = do("list", "ballots", "--format", "csv").splitlines()
    assert rows[0].endswith("满意,基本满意,不满意,不了解")
    assert do("list", "units").splitlines()[1].split()[:3] == ["jia", "3", "jia"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("import", "unit", "x.csv"), "kpi: 错误: 不认识的导入种类（unit）；是不是 units？"),
        (("add", "units", "编好=x"), "kpi: 错误: 未知的键 编好"),
        (("add", "units", "evaluated_unit"), "kpi: 错误: “evaluated_unit”不是 列=值；例如 evaluated_unit=jia"),
        (("add", "results", "indicator=9.9", "evaluated_unit=jia"), "kpi: 错误: 没有这项指标（9.9）"),
        (("set", "results", "1.1/nobody", "claimed=1"), "kpi: 错误: "),
        (("form", "19"), "kpi: 错误: 没有这张表，或它不在这个范围内公开（F19）"),
        (("form", "5", "--range", "public"), "kpi: 错误: 没有这张表，或它不在这个范围内公开（F5）"),
        (("form", "x"), "kpi: 错误: 没有这张表，或它不在这个范围内公开（x）；表号是 1–18，例如 11 或 F11"),
        (("form", "5", "--range", "unit", "--unit", "x"), "kpi: 错误: 没有这个考评对象（x）"),
        (("final", "--what-if", "weights.town.x=1=2"), "kpi: 错误: "),
        (("final", "--what-if", "pionts=1"), "kpi: 错误: 方案里没有这一项（pionts）"),
        (("template", "progress"), "kpi: 错误: 季度自评的填报表要写明期间；例如 --period 2017Q1"),
        (("scheme", "new", "--year", "2017"), "kpi: 错误: 2017/evaluation/scheme.toml: 该年已有考评方案"),
        (("scheme", "new", "--from", "2015"), "kpi: 错误: 2015 年没有考评方案"),
    ],
)
def test_one_clear_line(kpi: Callable[..., object], office: Path, words: tuple[str, ...], error: str) -> None:
    hand_in(kpi, office, whole_year())
    result = kpi("-C", office, "eval", *words)
    assert result.status != 0
    assert result.lines[0].startswith(error), result.err
    assert len(result.lines) == 1


def test_names_are_refused_in_files_of_the_review(kpi: Callable[..., object], office: Path, tmp_path: Path) -> None:
    hand_in(kpi, office, whole_year())
    votes = tmp_path / "votes.csv"
    votes.write_text("round,respondent_no,evaluated_unit,option\nyear,张三丰,jia,满意\n", encoding="utf-8")
    refused = kpi("-C", office, "eval", "import", "votes", votes)
    assert refused.lines == [
        "kpi: 错误: votes.csv:2: 评议和评分只记编号，不留姓名（V308）（张三丰）；请删去姓名，改用编号，例如 D012"
    ]
    votes.write_text("round,respondent_no,姓名,evaluated_unit,option\nyear,1,张三,jia,满意\n", encoding="utf-8")
    refused = kpi("-C", office, "eval", "import", "votes", votes)
    assert refused.lines == [
        "kpi: 错误: votes.csv:1: 评议和评分只记编号，不留姓名（V308）（姓名）；请删去姓名，改用编号，例如 D012"
    ]
    assert "张三" not in (office / "2017/evaluation/votes.toml").read_text(encoding="utf-8")


def test_templates_go_out_and_come_back(kpi: Callable[..., object], office: Path, tmp_path: Path) -> None:
    hand_in(kpi, office, replace(whole_year(), progress=(), results=()))
    sent = tmp_path / "季度.xlsx"
    made = kpi("-C", office, "eval", "template", "progress", "--period", "2017Q2", "--unit", "jia", "--out", sent)
    assert made.out == f"{sent}\n"
    book = openpyxl.load_workbook(sent)
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    assert [cell.value for cell in sheet[2]][:4] == ["1.1", "投资", "甲镇", "2017Q2"]
    assert sheet.protection.sheet
    assert (sheet["A2"].protection.locked, sheet.cell(2, head.index("累计完成值") + 1).protection.locked) == (
        True,
        False,
    )
    empty = kpi("-C", office, "eval", "import", "progress", sent)
    assert "没有" in empty.err
    assert empty.status != 0
    sheet.cell(2, head.index("累计完成值") + 1).value = 52.5
    sheet.cell(4, head.index("存在问题") + 1).value = "征地慢"
    book.save(sent)
    assert kpi("-C", office, "eval", "import", "progress", sent).status == 0
    found = read_evaluation(open_ledger(office), 2017).progress
    assert [(p.indicator, p.evaluated_unit, str(p.cumulative_actual), p.issue) for p in found] == [
        ("1.1", "jia", "52.5", ""),
        ("1.3", "jia", "None", "征地慢"),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_template_that_is_read(
    kpi: Callable[..., object], office: Path, tmp_path: Path, kind: str
) -> None:
    year = whole_year()
    hand_in(kpi, office, replace(year, **{kind: ()}) if kind not in ("units", "indicators") else year)
    sent = tmp_path / "空表.xlsx"
    made = kpi("-C", office, "eval", "template", kind, "--period", "2017Q2", "--out", sent)
    assert made.status == 0, made.err
    again = kpi("-C", office, "eval", "template", kind, "--period", "2017Q2", "--out", tmp_path / "again.xlsx")
    assert again.status == 0
    assert sent.read_bytes() == (tmp_path / "again.xlsx").read_bytes()
    result = kpi("-C", office, "eval", "import", kind, sent)
    assert result.lines == ["kpi: 错误: 空表.xlsx: 文件里没有数据行；请检查文件是否正确"] or "没有" in result.err, (
        result.err
    )


def test_a_scheme_of_another_year(kpi: Callable[..., object], office: Path) -> None:
    assert kpi("-C", office, "eval", "scheme", "new", "--year", "2017").out == "2017/evaluation/scheme.toml\n"
    first = read_evaluation(open_ledger(office), 2017).scheme
    assert first.weights["town"]["indicator_score"] == 70
    made = kpi("-C", office, "eval", "scheme", "new", "--from", "2017")
    assert made.out == "2018/evaluation/scheme.toml\n"
    assert "请重新审定：文号（2017 年的已删去）" in made.err
    second = read_evaluation(open_ledger(office), 2018).scheme
    assert second.deadlines == {"2018Q1": "2018-04-10", "2018Q2": "2018-07-10", "2018Q3": "2018-10-10"}
    assert replace(second, year=2017, deadlines=first.deadlines, source=first.source) == first
    assert "# 每个类别合计 100" in (office / "2018/evaluation/scheme.toml").read_text(encoding="utf-8")


def test_mistakes_in_a_scheme(kpi: Callable[..., object], make_ledger: Callable[..., Path]) -> None:
    root = make_ledger(
        {
            "2017/evaluation/scheme.toml": '[scheme]\nyear = 2018\nrouding = "x"\nrounding = "up"\n'
            '[scheme.caps]\nbonus = "三"\n[scheme.weights]\ntown = 3\n[[scheme.grade]]\nmin = 90\n'
        }
    )
    result = kpi("-C", root, "eval", "final")
    where = "kpi: 错误: 2017/evaluation/scheme.toml"
    assert sorted(result.lines) == sorted([
        f"{where}:2: 年度不认识（2018）；文件在 2017 年的文件夹里",
        f"{where}:3: 未知的键 rouding；是不是 rounding？",
        f"{where}:4:  scheme.rounding 不认识（up）；可用的有：half_up、gb8170",
        f"{where}:6:  scheme.caps.bonus 的类型不对，应为数字（三）；例如 15",
        f"{where}:8:  scheme.weights.town 的类型不对，应为一张表（3）；例如 [scheme.weights.town]",
        f'{where}:9: 缺少 scheme.grade.name；请补上 name，例如 "文字"',
    ])  # fmt: skip


def test_exports_in_three_ranges(kpi: Callable[..., object], office: Path, tmp_path: Path) -> None:
    hand_in(kpi, office, ten_units())
    out = tmp_path / "out"
    for words in (("--range", "public"), ("--range", "unit", "--unit", "jia"), ()):
        made = kpi("-C", office, "eval", "export", "--to", "xlsx", "--out", out, *words)
        assert made.status == 0, made.err
    book = openpyxl.load_workbook(out / "某县财政局2017年绩效考评表（公示）.xlsx")
    texts = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert {"丙街道", "一等"} <= texts
    assert not {"95.16", "66.51", "事实0"} & texts
    own = openpyxl.load_workbook(out / "某县财政局2017年绩效考评表（甲镇）.xlsx")
    numbers = {cell.value for sheet in own for row in sheet.iter_rows() for cell in row}
    assert 92.02 in numbers
    assert (
        84.87 not in {cell.value for row in own["F12 排名表 镇(街)"].iter_rows() for cell in row}
        if "F12 排名表 镇(街)" in own.sheetnames
        else True
    )


def test_an_export_with_errors_is_refused(kpi: Callable[..., object], office: Path, tmp_path: Path) -> None:
    hand_in(kpi, office, ten_units())
    kpi("-C", office, "eval", "set", "inspections", "ding-0", "rule=没有")
    refused = kpi("-C", office, "eval", "export", "--to", "docx", "--out", tmp_path / "out")
    assert refused.status == 1
    assert "V104" in refused.err
    assert not (tmp_path / "out").exists()


def test_status_and_analysis(kpi: Callable[..., object], office: Path) -> None:
    hand_in(kpi, office, replace(whole_year(), progress=()))
    found = json.loads(kpi("-C", office, "eval", "status", "--as-of", "2017-04-20", "--format", "json").out)["duties"]
    missing = [duty["unit"] for duty in found if duty["kind"] == "2017Q1 季度自评" and duty["stand"] == "缺"]
    assert missing == ["bing", "jia", "yi"]
    shown = kpi("-C", office, "eval", "status", "--as-of", "2017-04-20").out
    assert "2017Q1 季度自评：缺 3" in shown
    analysis = json.loads(kpi("-C", office, "eval", "analyse", "--format", "json").out)
    assert analysis["losses"][0].keys() == {"evaluated_unit", "indicator", "lost", "share"}
    text = kpi("-C", office, "eval", "analyse").out
    assert "失分最多的单位和指标" in text
    assert "█" in text


def test_a_year_without_anything(kpi: Callable[..., object], office: Path) -> None:
    (office / "2017").mkdir()
    assert kpi("-C", office, "eval", "final").lines == [
        "kpi: 错误: 2017 年没有考评方案；请用 kpi eval scheme new 新建，或写入 evaluation/scheme.toml"
    ]
    assert kpi("-C", office, "eval", "check").status == 0
    assert "审定考评方案" in kpi("-C", office, "eval", "status").out
