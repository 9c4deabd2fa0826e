"""`kpi narrative` and `kpi trace narrative`: whole outputs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = {
    "narrative/shanghai.md.j2": "# {{ year }}年说明\n\n支出{{ amount('expenditure') }}，{{ compare('expenditure') }}，占{{ share('function:201', 'expenditure') }}。人员{{ count('headcount') }}。\n\n[报表]\n\n没有数的一段。\n",
    "2025/lines.toml": '[[line]]\nfunction_code = "2010601"\neconomic_code = "30101"\nexpenditure_type = "基本支出"\n'
    'fund_source = "一般公共预算"\namount = 10000.50\nnote = "工资"\n[[line]]\nfunction_code = "2080505"\n'
    'economic_code = "30108"\nexpenditure_type = "基本支出"\nfund_source = "一般公共预算"\namount = 30000\n',
    "2025/comparatives.toml": '[[comparative]]\nfigure = "expenditure"\namount = 20000\nnote = "决算"\n',
    "2025/narrative.toml": '[[structure.headcount]]\nitem = "a"\nname = "干部"\ncount = 2\n',
}
SENTENCE = "支出4.00万元，比2024年预算增加2.00万元，占25.00%。"


@pytest.fixture
def root(make_ledger: Callable[..., Path]) -> Path:
    """A ledger with a template of one paragraph."""
    return make_ledger(FILES)


TITLES = """\
- 1 2025年预算单位财务收支预算总表
- 2 2025年预算单位收入预算总表
- 3 2025年预算单位支出预算总表
- 4 2025年预算单位财政拨款收支预算总表
- 5 2025年预算单位一般公共预算支出功能分类预算表
- 6 2025年预算单位政府性基金预算支出功能分类预算表
- 7 2025年预算单位国有资本经营预算支出功能分类预算表
- 8 2025年预算单位一般公共预算基本支出部门预算经济分类预算表
- 9 2025年单位“三公”经费和机关运行经费预算表
"""


def test_markdown(root: Path, kpi: Callable[..., object]) -> None:
    done = kpi("-C", root, "narrative")
    assert (done.status, done.err) == (0, "")
    assert done.out == f"# 2025年说明\n\n{SENTENCE}人员2名。\n\n{TITLES}\n没有数的一段。\n"


def test_text_numbers_the_paragraphs(root: Path, kpi: Callable[..., object]) -> None:
    done = kpi("-C", root, "narrative", "--format", "text")
    assert done.out == f"2025年说明\n\n[1] {SENTENCE}人员2名。\n\n{TITLES}\n[2] 没有数的一段。\n"


def test_json(root: Path, kpi: Callable[..., object]) -> None:
    made = json.loads(kpi("-C", root, "narrative", "--format", "json").out)
    assert made == {
        "year": 2025,
        "table_set": "shanghai",
        "department": "某县财政局",
        "blocks": [
            {"kind": "heading", "level": 0, "number": "", "title": "2025年说明"},
            {"kind": "paragraph", "number": 1, "section": "2025年说明", "text": f"{SENTENCE}人员2名。"},
            {"kind": "tables"},
            {"kind": "paragraph", "number": 2, "section": "2025年说明", "text": "没有数的一段。"},
        ],
        "claims": [
            {
                "id": "C001",
                "section": "2025年说明",
                "sentence": SENTENCE,
                "figure": "expenditure",
                "value": "4.00",
                "unit": "万元",
                "places": 2,
                "comparison": {
                    "base_year": 2024,
                    "basis": "budget",
                    "direction": "increase",
                    "amount": "2.00",
                    "percent": None,
                    "reason": None,
                },
                "share_of": None,
            },
            {
                "id": "C002",
                "section": "2025年说明",
                "sentence": SENTENCE,
                "figure": "function:201",
                "value": "1.00",
                "unit": "万元",
                "places": 2,
                "comparison": None,
                "share_of": {"figure": "expenditure", "percent": "25.00"},
            },
            {
                "id": "C003",
                "section": "2025年说明",
                "sentence": "人员2名。",
                "figure": "headcount",
                "value": "2",
                "unit": "名",
                "places": 0,
                "comparison": None,
                "share_of": None,
            },
        ],
        "comparisons": [
            {
                "figure": "expenditure",
                "base_year": 2024,
                "basis": "budget",
                "unit": "万元",
                "current": "4.00",
                "previous": "2.00",
                "difference": "2.00",
                "percent": "100.00",
            }
        ],
    }


def test_other_sets_and_units(make_ledger: Callable[..., Path], kpi: Callable[..., object]) -> None:
    settings = 'schema_version = 1\ndepartment = "某局"\ntable_set = "shanghai"\n[[budget_unit]]\ncode = "7"\nname = "某中心"\n'
    root = make_ledger({"kpi.toml": settings, **FILES, "narrative/mof.md.j2": "{{ department }}（{{ level_word }}）\n"})
    assert (
        kpi("-C", root, "narrative", "--tables", "mof", "--unit", "7", "--format", "text").out == "[1] 某中心（单位）\n"
    )
    assert kpi("-C", root, "narrative", "--format", "csv").lines == [
        "kpi: 错误: 输出格式不认识（csv）；可用的有：markdown、text、json"
    ]


def test_a_templates_mistake_stops_check_and_export_too(root: Path, kpi: Callable[..., object], tmp_path: Path) -> None:
    (root / "narrative/shanghai.md.j2").write_text("\n{{ amount('incom') }}\n", encoding="utf-8")
    line = "kpi: 错误: narrative/shanghai.md.j2:2: 数字的键不认识（incom）；是不是 income？（全部写法见 kpi help 数字）"
    for command in (("narrative",), ("check",), ("export", "--out", tmp_path / "out")):
        done = kpi("-C", root, *command)
        assert (done.status, done.lines) == (2, [line])
    assert not (tmp_path / "out").exists()
    assert kpi("-C", root, "table", "3", "--format", "csv").status == 0


TRACE = """\
[1] 支出4.00万元，比2024年预算增加2.00万元，占25.00%。人员2名。

expenditure：4.00万元
台账               内容                  数(元)
2025/lines.toml:1  2010601 30101 工资  10000.50
2025/lines.toml:8  2080505 30108          30000
2 条，合计 40,000.50元
与 expenditure@2024 比较：40,000.50元 − 20,000元，按印出的数为 2.00万元
台账                       内容              数(元)
2025/comparatives.toml:1   expenditure 决算   20000
1 条，合计 20,000元

function:201：1.00万元
台账               内容                  数(元)
2025/lines.toml:1  2010601 30101 工资  10000.50
1 条，合计 10,000.50元
占 expenditure 的 25.00% = 10,000.50元 ÷ 40,000.50元

headcount：2名
台账                   内容              数(名)
2025/narrative.toml:4  干部                   2
1 条，合计 2名
"""


def test_trace_of_a_paragraph(root: Path, kpi: Callable[..., object]) -> None:
    done = kpi("-C", root, "trace", "narrative", "1")
    assert (done.status, done.err) == (0, "")
    assert [line.split() for line in done.out.splitlines()] == [line.split() for line in TRACE.splitlines()]


def test_trace_as_json(root: Path, kpi: Callable[..., object]) -> None:
    made = json.loads(kpi("-C", root, "trace", "narrative", "1", "--format", "json").out)
    assert (made["paragraph"], made["section"], len(made["figures"])) == (1, "2025年说明", 3)
    first, second, third = made["figures"]
    assert first["origin"] == {
        "figure": "expenditure",
        "value": "40000.50",
        "unit": "元",
        "records": [
            {"file": "2025/lines.toml", "line": 1, "amount": "10000.50", "what": "2010601 30101 工资"},
            {"file": "2025/lines.toml", "line": 8, "amount": "30000", "what": "2080505 30108"},
        ],
    }
    assert first["previous"] == {
        "figure": "expenditure@2024",
        "value": "20000",
        "unit": "元",
        "records": [{"file": "2025/comparatives.toml", "line": 1, "amount": "20000", "what": "expenditure 决算"}],
    }
    assert (first["whole"], second["previous"], second["whole"]["figure"]) == (None, None, "expenditure")
    assert (third["figure"], third["origin"]["unit"], third["value"]) == ("headcount", "名", "2")


def test_trace_of_a_paragraph_without_figures(root: Path, kpi: Callable[..., object]) -> None:
    assert kpi("-C", root, "trace", "narrative", "2").out == "[2] 没有数的一段。\n\n这一段没有由台账算出的数\n"


def test_trace_of_counts_names_projects_and_units(make_ledger: Callable[..., Path], kpi: Callable[..., object]) -> None:
    settings = (
        'schema_version = 1\ndepartment = "某局"\ntable_set = "shanghai"\n'
        '[[budget_unit]]\ncode = "7"\nname = "某中心"\nnature = "事业"\n'
    )
    files = {
        "kpi.toml": settings,
        "2025/projects.toml": '[[project]]\nid = "P1"\nname = "甲项目"\n',
        "2025/narrative.toml": '[goals]\nprojects = ["P1"]\n',
        "narrative/shanghai.md.j2": "{{ count('goals:count') }}{{ count('units:public_institution') }}\n",
    }
    out = kpi("-C", make_ledger(files), "trace", "narrative", "1").out
    assert [line.split() for line in out.splitlines()][3:] == [
        ["台账", "内容", "数(个)"],
        ["2025/projects.toml:1", "甲项目"],
        ["1", "条，合计", "1个"],
        [],
        ["units:public_institution：1家"],
        ["台账", "内容", "数(家)"],
        ["kpi.toml", "某中心"],
        ["1", "条，合计", "1家"],
    ]
