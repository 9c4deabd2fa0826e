"""The folder of a published disclosure: every mistake is told at once, with file and line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kpi_cli.errors import LedgerError
from kpi_cli.published.disclosure import published_disclosure

if TYPE_CHECKING:
    from pathlib import Path

HEAD = {"department": "某局", "year": 2025, "table_set": "shanghai", "level": "单位", "nature": None}
CLAIM: dict[str, Any] = {
    "id": "C001",
    "section": "编制说明",
    "sentence": "收入预算1.50万元，占2.5%",
    "figure": "income",
    "value": "1.50",
    "unit": "万元",
    "places": 2,
    "comparison": None,
    "share_of": None,
}
COMPARISON = {
    "base_year": 2024,
    "basis": "budget",
    "direction": "increase",
    "amount": "0.50",
    "percent": "50",
    "reason": "",
}


def write(root: Path, **files: object) -> Path:
    """Write files by name (`claims`, `tables/01.csv`); texts as they are, all else as JSON."""
    for name, content in {"disclosure": HEAD, **files}.items():
        path = root / (name if "." in name else f"{name}.json")
        path.parent.mkdir(exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_text(text, encoding="utf-8")
    return root


def problems(root: Path) -> list[str]:
    with pytest.raises(LedgerError) as caught:
        published_disclosure(root)
    return [problem.text for problem in caught.value.problems]


def test_all_mistakes_of_all_files_at_once(tmp_path: Path) -> None:
    claim = {"id": "C1", "value": "一百", "places": 2, "figure": "incom", "comparison": {"base_year": 2024}}
    other = {**CLAIM, "share_of": 3, "places": "2", "unit": 7}
    (tmp_path / "tables").mkdir()
    folder = write(
        tmp_path,
        disclosure={"department": "", "year": "2025", "table_set": "shanghia", "level": "局", "nature": "官办"},
        claims=f"[\n  {json.dumps(claim)},\n  {json.dumps(other)},\n  7\n]\n",
        **{
            "tables/01.csv": "a,b\n1\n",
            "tables/01.meta.json": {"unit": "美元", "header_rows": 1},
            "tables/02.csv": 'a,b\n"1,2\n',
            "tables/02.meta.json": {"unit": "元", "header_rows": 1},
            "tables/03.csv": "a,b\n1,2\n",
            "tables/03.meta.json": '{\n"unit": "元",\n',
            "tables/04.csv": "a,b\n1,2\n",
            "tables/05.csv": "a,b\n1,2\n",
            "tables/05.meta.json": [],
            "tables/06.csv": "a,b\n1,2\n",
            "tables/06.meta.json": {"unit": "元", "header_rows": 9, "title": 5},
            "tables/x.csv": "",
        },
    )
    assert problems(folder) == [
        'disclosure.json: department 应为文字；例如 "department": "…"',
        'disclosure.json: year 不是年份（2025）；例如 "year": 2025',
        "disclosure.json: 没有这个表套（shanghia）；是不是 shanghai？",
        "disclosure.json: level 的值不认识（局）；可用的有：部门、单位",
        "disclosure.json: nature 的值不认识（官办）；可用的有：行政、参公、事业",
        "tables/01.csv:2: 该行有 1 列，其他行有 2 列；请补足或去掉逗号",
        'tables/01.meta.json: unit 应为金额单位（美元）；例如 "unit": "元"',
        "tables/02.csv:2: CSV 格式错误：unexpected end of data；请检查引号是否成对",
        "tables/03.meta.json:3: 不是 JSON；请检查引号、逗号和括号",
        "tables/04.meta.json: 无法读取：文件不存在；请检查路径和权限",
        'tables/05.meta.json: 应为一个对象；例如 {"unit": "元", "header_rows": 3}',
        'tables/06.meta.json: header_rows 应为表头的行数（9）；例如 "header_rows": 3',
        "tables/x.csv: 文件名不是表号；请写成 01.csv 至 09.csv",
        'claims.json:2: 第 1 条（C1）value 应为数字文本（一百）；例如 "value": "53.1449"',
        "claims.json:2: 第 1 条（C1）没有这样的数键（incom）；是不是 income？",
        "claims.json:2: 第 1 条（C1）direction 的值不认识；可用的有：increase、decrease、flat",
        "claims.json:2: 第 1 条（C1）basis 的值不认识；可用的有：budget、executed",
        'claims.json:3: 第 2 条（C001）unit 应为文字（7）；例如 "unit": "…"',
        'claims.json:3: 第 2 条（C001）places 应为小数位数（2）；例如 "places": 2',
        'claims.json:3: 第 2 条（C001）share_of 应为对象或 null（3）；例如 {"figure": "expenditure", "percent": "66.1"}',
        'claims.json:4: 第 3 条应为对象（7）；例如 {"id": "C001", …}',
    ]


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"disclosure": "["}, "disclosure.json:1: 不是 JSON；请检查引号、逗号和括号"),
        ({"disclosure": "[]"}, 'disclosure.json: 应为一个对象；例如 {"department": "…", "year": 2025, …}'),
        ({}, "disclosure.json: 文件里没有数据行；请检查是否选错文件"),
        ({"claims": "{}"}, 'claims.json: 应为一列对象；例如 [{"id": "C001", …}]'),
        ({"claims": "null"}, 'claims.json: 应为一列对象；例如 [{"id": "C001", …}]'),
        ({"claims": "[[1], [2]]"}, 'claims.json:1: 第 1 条应为对象（[1]）；例如 {"id": "C001", …}'),
        (
            {"claims": [{**CLAIM, "comparison": {**COMPARISON, "base_year": None, "reason": 5}}]},
            'claims.json:1: 第 1 条（C001）base_year 应为年份；例如 "base_year": 2024',
        ),
        (
            {"tables/17.csv": "a\n1\n", "tables/17.meta.json": {"unit": "元", "header_rows": 1}},
            "tables/17.csv: 没有这张表（17）；表套 shanghai 有：1、2、3、4、5、6、7、8、9",
        ),
    ],
)
def test_one_mistake(files: dict[str, object], text: str, tmp_path: Path) -> None:
    assert problems(write(tmp_path, **files))[0] == text


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (write(tmp_path) / "claims.json").write_bytes("[“]".encode("gbk"))
    assert problems(tmp_path)[0] == "claims.json: 文件不是 UTF-8 编码；请另存为 UTF-8"
    assert problems(tmp_path / "没有") == ["disclosure.json: 无法读取：文件不存在；请检查路径和权限"]


def test_what_a_claim_says(tmp_path: Path) -> None:
    share = {"figure": "expenditure", "percent": "2.5%"}
    numbers = {**CLAIM, "value": "1,150.5", "unit": None, "comparison": COMPARISON, "share_of": share}
    read = published_disclosure(write(tmp_path, claims=[numbers]))
    [claim] = read.claims
    assert (str(claim.value), claim.unit, claim.places, claim.section) == ("1150.5", "", 2, "编制说明")
    assert claim.comparison is not None
    assert (str(claim.comparison.amount), str(claim.comparison.percent), claim.comparison.reason) == ("0.50", "50", "")
    assert claim.share_of is not None
    assert (claim.share_of.figure, str(claim.share_of.percent)) == ("expenditure", "2.5")
    assert (read.nature, read.level, read.tables, read.book) == ("", "unit", (), None)


def test_the_command(kpi, tmp_path: Path) -> None:
    folder = write(tmp_path, claims=[CLAIM, {**CLAIM, "id": "C002", "value": "1.60"}])
    result = kpi("check", "--disclosure", folder, "--format", "json")
    found = json.loads(result.out)
    assert result.status == 1
    [finding] = [f for f in found["findings"] if f["severity"] == "error"]
    assert (finding["rule"], finding["expected"], finding["actual"]) == ("TX-06", "1.50", "1.60")
    assert found["errors"] == 1
    states = {receipt["rule"]: receipt for receipt in found["receipts"]}
    assert states["IN-01"] == {"rule": "IN-01", "state": "not_checked", "reason": "没有报表"}
    assert kpi("check", "--disclosure", write(tmp_path, claims=[CLAIM])).status == 0


@pytest.mark.parametrize("option", [("--year", "2025"), ("--tables", "mof"), ("--unit", "001")])
def test_the_command_takes_no_option_that_the_folder_tells(kpi, tmp_path: Path, option: tuple[str, str]) -> None:
    result = kpi("check", "--disclosure", write(tmp_path, claims=[CLAIM]), *option)
    assert (result.status, result.out) == (2, "")
    assert result.lines == [
        "kpi: 错误: --disclosure 不能与 --year、--tables、--unit 同用；年度和表套写在 disclosure.json 里"
    ]
