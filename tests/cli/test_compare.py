"""`kpi compare`: what changed between two years, whole outputs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def line(code: str, amount: str, more: str = "", economic: str = "30217") -> str:
    return (
        f'[[line]]\nfunction_code = "{code}"\neconomic_code = "{economic}"\nexpenditure_type = "项目支出"\n'
        f'fund_source = "一般公共预算"\namount = {amount}\n{more}\n'
    )


FILES = {
    "2023/lines.toml": line("2010602", "1000", 'project = "A"') + line("2010699", "50.50", economic=""),
    "2023/projects.toml": '[[project]]\nid = "A"\nname = "老项目"\n[[project]]\nid = "B"\nname = "同名"\namount = 5\n',
    "2025/lines.toml": line("2010602", "1500", 'project = "B"') + line("2080505", "7", economic=""),
    "2025/incomes.toml": '[[income]]\nfund_source = "一般公共预算"\namount = 1507\n',
    "2025/projects.toml": '[[project]]\nid = "A"\nname = "同名"\namount = 7\n[[project]]\nid = "B"\nname = "新项目"\n',
}
CSV = """\
kind,code,name,level,previous,current,difference,percent
total,,收入,0,,1507,,
total,,支出,0,1050.50,1507,456.50,43.46
total,,基本支出,0,0,0,0,
total,,项目支出,0,1050.50,1507,456.50,43.46
subject,201,一般公共服务支出,0,1050.50,1500,449.50,42.79
subject,20106,财政事务,1,1050.50,1500,449.50,42.79
subject,2010602,一般行政管理事务,2,1000,1500,500,50.00
subject,2010699,其他财政事务支出,2,50.50,0,-50.50,-100
subject,208,社会保障和就业支出,0,0,7,7,
subject,20805,行政事业单位养老支出,1,0,7,7,
subject,2080505,机关事业单位基本养老保险缴费支出,2,0,7,7,
project,A,同名,0,5,7,2,40.00
project,B,新项目,0,0,1500,1500,
project,A,老项目,0,1000,0,-1000,-100
project,,未列项目,0,45.50,0,-45.50,-100
sangong,,“三公”经费,0,1000,1500,500,50.00
sangong,,因公出国（境）费,1,0,0,0,
sangong,,公务接待费,1,1000,1500,500,50.00
sangong,,公务用车购置及运行费,1,0,0,0,
sangong,,公务用车购置费,1,0,0,0,
sangong,,公务用车运行费,1,0,0,0,
sangong,,机关运行经费,0,0,0,0,
"""


@pytest.fixture
def root(make_ledger: Callable[..., Path]) -> Path:
    """A ledger of two years, not next to each other."""
    return make_ledger(FILES)


def test_csv(root: Path, kpi: Callable[..., object]) -> None:
    done = kpi("-C", root, "compare", "2023", "2025", "--format", "csv")
    assert (done.status, done.err) == (0, "")
    assert done.out == CSV


def test_json(root: Path, kpi: Callable[..., object]) -> None:
    made = json.loads(kpi("-C", root, "compare", "2023", "2025", "--format", "json").out)
    assert (made["years"], made["money_unit"], len(made["changes"])) == ([2023, 2025], "元", 22)
    assert made["changes"][0] == {
        "kind": "total",
        "code": "",
        "name": "收入",
        "level": 0,
        "previous": None,
        "current": "1507",
        "difference": None,
        "percent": None,
    }


def test_text(root: Path, kpi: Callable[..., object]) -> None:
    rows = [line.split() for line in kpi("-C", root, "compare", "2023", "2025").out.splitlines()]
    assert rows[0] == ["总额", "2023年", "2025年", "增减额", "增减%", "变化"]
    assert rows[1] == ["收入", "未知", "1,507", "未知"]
    assert rows[2] == ["支出", "1,050.50", "1,507", "456.50", "43.46", "增加456.50元，增长43.46%"]
    assert rows[3] == ["基本支出", "0", "0", "0", "持平"]
    assert ["2080505", "机关事业单位基本养老保险缴费支出", "0", "7", "7", "增加7.00元"] in rows
    assert ["A", "老项目", "1,000", "0", "-1,000", "-100", "减少1,000.00元，下降100%"] in rows
    assert rows[-1] == ["金额单位：元"]


def test_the_other_way_round(root: Path, kpi: Callable[..., object]) -> None:
    out = kpi("-C", root, "compare", "2025", "2023", "--format", "csv").out
    assert "subject,2010602,一般行政管理事务,2,1500,1000,-500,-33.33\n" in out


def test_a_year_that_is_not_there(root: Path, kpi: Callable[..., object]) -> None:
    done = kpi("-C", root, "compare", "2024", "2025")
    assert (done.status, done.lines) == (2, ["kpi: 错误: 台账里没有 2024 年；现有年度：2023、2025"])


def test_a_format_that_is_not_there(root: Path, kpi: Callable[..., object]) -> None:
    assert kpi("-C", root, "compare", "2023", "2025", "--format", "md").status == 2
