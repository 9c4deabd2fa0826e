"""Published tables matched with definitions: quirks of real documents are read, and told where they are wrong."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from kpi_cli.checks.engine import check
from kpi_cli.published.columns import folded, unnumbered
from kpi_cli.published.disclosure import published_disclosure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GENERAL = """
项目,,,,一般公共预算支出,,
功能分类科目编码,,,功能分类科目名称,合计,基本支出,项目支出
类,款,项,,,,
201,,,一般公共服务支出,300,100,200
201,06,,财政事务,300,100,200
201,06,01,行政运行,100,100,
201,06,02,一般行政管理事务,200,,200
208,,,社会保障和就业支出,60,60,
208,05,,行政事业单位养老支出,60,60,
208,05,05,机关事业单位基本养老保险缴费支出,60,60,
合计,,,,360,160,200
""".strip()
BASIC = """
项目,,,一般公共预算基本支出,,
经济分类科目编码,,部门经济分类科目名称,合计,人员经费,公用经费
类,款,,,,
301,,工资福利支出,140,140,
301,01,基本工资,80,80,
301,08,机关事业单位基本养老保险缴费,60,60,
302,,商品和服务支出,20,,20
302,01,办公费,20,,20
合计,,,160,140,20
""".strip()
EMPTY = """
项目,,,,政府性基金预算支出,,
功能分类科目编码,,,功能分类科目名称,合计,基本支出,项目支出
类,款,项,,,,
,,,,,,
合计,,,,,,
""".strip()
SUMMARY = """
本年收入,,本年支出,
项目,预算数,项目,预算数
一、财政拨款收入,360,一、一般公共服务支出,300
1. 一般公共预算资金,360,二、社会保障和就业支出,60
2. 政府性基金,,,
3. 国有资本经营预算,,,
二、事业收入,,,
三、事业单位经营收入,,,
四、其他收入,,,
,,,
收入总计,360,支出总计,360
""".strip()


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the folder of a published disclosure."""

    def write(
        tables: dict[int, str], *, level: str = "部门", year: int = 2025, notes: dict[int, str] | None = None
    ) -> Path:
        head = {"department": "某市财政局", "year": year, "table_set": "shanghai", "level": level, "nature": "行政"}
        (tmp_path / "disclosure.json").write_text(json.dumps(head, ensure_ascii=False), "utf-8")
        (tmp_path / "tables").mkdir(exist_ok=True)
        for number, text in tables.items():
            rows = list(csv.reader(io.StringIO(text)))
            header = next(
                i
                for i, row in enumerate(rows)
                if row[0] in ("201", "301", "合计") or row[0].startswith("一、") or not any(row)
            )
            meta = {"unit": "元", "header_rows": header, "title": f"{year}年表", "note": (notes or {}).get(number)}
            (tmp_path / f"tables/{number:02}.csv").write_text(text, "utf-8")
            (tmp_path / f"tables/{number:02}.meta.json").write_text(json.dumps(meta, ensure_ascii=False), "utf-8")
        return tmp_path

    return write


def found(folder: Path, *, hints: bool = False) -> list[tuple[str, str, str]]:
    """Return (rule, expected, actual) of what is found."""
    findings = check(published_disclosure(folder)).findings
    return [(f.rule, f.expected, f.actual) for f in findings if hints or f.severity != "hint"]


def test_a_right_document_is_silent(publish: Callable[..., Path]) -> None:
    notes = {6: "注：本部门2025年无政府性基金预算财政拨款安排的预算，故本表为空表。"}
    folder = publish({1: SUMMARY, 5: GENERAL, 6: EMPTY, 8: BASIC}, notes=notes)
    assert found(folder, hints=True) == []
    doubts: list = []
    published_disclosure(folder, doubts)
    assert doubts == []


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("201,06,01,行政运行,100,100,", "201,06,01,行政运行,111,111,", {"IN-09"}),
        ("201,06,01,行政运行,100,100,", "201,06,01,行政运行,100,89,", {"IN-08", "IN-09"}),
        ("合计,,,,360,160,200", "合计,,,,380,180,200", {"IN-09", "X-07"}),
        ("201,06,,财政事务,300,100,200\n", "", {"IN-16"}),
        ("201,,,一般公共服务支出,300,100,200\n", "", {"IN-16"}),
        ("201,,,一般公共服务支出", "201,,,一般公共服务", {"X-14"}),
        ("201,06,02,一般行政", "201,6,02,一般行政", set()),
        ("201,06,02,一般行政管理事务,200,,200\n", "201,06,02,一般行政管理事务,100,,100\n" * 2, {"IN-17"}),
        ("201,06,01,行政运行,100,100,", "201,06,01,行政运行,-100,-100,", {"IN-09", "IN-14"}),
    ],
)
def test_what_is_wrong_in_a_table_by_function(old: str, new: str, rules: set, publish: Callable[..., Path]) -> None:
    assert old in GENERAL
    folder = publish({1: SUMMARY, 5: GENERAL.replace(old, new), 8: BASIC})
    assert {rule for rule, _, _ in found(folder)} - {"X-02", "X-08"} == rules


def test_whole_yuan_may_miss_by_rounding_but_not_by_more(publish: Callable[..., Path]) -> None:
    off = BASIC.replace("302,,商品和服务支出,20,,20", "302,,商品和服务支出,21,,21").replace("160,140,20", "161,140,21")
    assert ("IN-10", "20", "21") in found(publish({8: off}), hints=True)
    assert "IN-10" not in {rule for rule, _, _ in found(publish({8: off}))}
    far = BASIC.replace("302,,商品和服务支出,20,,20", "302,,商品和服务支出,25,,25").replace("160,140,20", "165,140,25")
    assert ("IN-10", "20", "25") in found(publish({8: far}))


def test_an_expired_name_and_a_note_about_another_fund(publish: Callable[..., Path]) -> None:
    old = {
        "208,,,社会保障和就业支出": "210,,,医疗卫生与计划生育支出",
        "208,05,,行政事业单位养老支出": "210,11,,行政事业单位医疗",
    }
    old["208,05,05,机关事业单位基本养老保险缴费支出"] = "210,11,01,行政单位医疗"
    general = GENERAL
    for was, now in old.items():
        general = general.replace(was, now)
    notes = {6: "注：本部门2025年无国有资本经营预算财政拨款安排的预算，故本表为空表。"}
    rules = {rule: (expected, actual) for rule, expected, actual in found(publish({5: general, 6: EMPTY}, notes=notes))}
    assert rules["N-05"] == ("卫生健康支出", "医疗卫生与计划生育支出")
    assert rules["E-01"] == ("政府性基金预算", "国有资本经营预算")


def test_columns_in_another_order_and_rows_that_nobody_knows(publish: Callable[..., Path]) -> None:
    rows = [row.split(",") for row in BASIC.split("\n")]
    swapped = "\n".join(",".join([*row[:4], row[5], row[4]]) for row in rows)
    assert found(publish({8: swapped}), hints=True) == []
    doubts: list = []
    published_disclosure(publish({1: SUMMARY.replace("四、其他收入,,,", "五、上级补助收入,40,,")}), doubts)
    assert [problem.text for problem in doubts] == [
        "tables/01.csv:9: 没有认出该行，其中的数不参与校核（五、上级补助收入40）；请核对表套（table_set）和表头行数"
    ]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("因公出国(境)费用", "因公出国（境）费"),
        ("公务用车运行维护费", "公务用车运行费"),
        ("2024年“三公”经费", "三公经费"),
    ],
)
def test_words_for_the_same_thing(text: str, same: str) -> None:
    assert folded(text) == folded(same)


@pytest.mark.parametrize("text", ["一、事业收入", "（一）事业收入", "1. 事业收入", "1、事业收入", "十二、事业收入"])
def test_numbers_in_front_of_labels(text: str) -> None:
    assert unnumbered(text) == "事业收入"
