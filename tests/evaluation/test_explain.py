"""The arithmetic as a clerk would re-add it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.explain import explain, records_behind, written_lines
from kpi_cli.evaluation.scheme import EvaluationYear
from kpi_cli.model.source import Source
from tests.evaluation.examples import one_method, ten_units
from tests.evaluation.test_scores import GROUPS, leader_year, review_year


def text(year: EvaluationYear, unit: str, indicator: str = "") -> str:
    """Return an explanation as text."""
    return "\n".join(written_lines(explain(year, unit, indicator)))


def test_an_indicator() -> None:
    year = one_method("ratio", "8", {"jia": "11280"}, target="12000", measure_unit="万元")
    places = [
        Source(f"2017/evaluation/{name}.toml", line, 1)
        for name, line in (("indicators", 3), ("assignments", 8), ("results", 5))
    ]
    year = replace(
        year,
        indicators=(year.indicators[0]._replace(source=places[0]),),
        assignments=(year.assignments[0]._replace(source=places[1]),),
        results=(year.results[0]._replace(source=places[2], claimed=Decimal(8), reason="少完成一个项目"),),
    )
    assert text(year, "jia", "1.1") == (
        "jia 1.1 指标\n"
        "1.1 指标：7.52（满分 8）  [2017/evaluation/indicators.toml:3]\n"
        "  方法：比例计分（ratio）  [2017/evaluation/indicators.toml:3]\n"
        "  目标值 12000万元  [2017/evaluation/assignments.toml:8]\n"
        "  实际值 11280万元  [2017/evaluation/results.toml:5]\n"
        "  完成率 11280 ÷ 12000 = 0.94\n"
        "  8 × 0.94 = 7.52\n"
        "  自评分 8，不作计分依据  [2017/evaluation/results.toml:5]\n"
        "  说明：少完成一个项目  [2017/evaluation/results.toml:5]"
    )
    assert records_behind(explain(year, "jia", "1.1")) == sorted(places)


def test_a_heading_and_rounding() -> None:
    year = one_method("ratio", "3", {"jia": "5"}, target="24")
    heading = r.Indicator("1", "", "发展")
    year = replace(
        year,
        indicators=(
            heading,
            year.indicators[0]._replace(parent="1"),
            r.Indicator("1.2", "1", "规模", points=Decimal(2)),
        ),
        assignments=(*year.assignments, r.Assignment("1.2", "jia", baseline=Decimal(7))),
        results=(*year.results, r.Result("1.2", "jia", na_policy="redistribute")),
    )
    assert text(year, "jia", "1") == (
        "jia 1 发展\n"
        "1.1 指标：0.63（满分 3）\n"
        "  方法：比例计分（ratio）\n"
        "  目标值 24\n"
        "  实际值 5\n"
        "  完成率 5 ÷ 24 = 0.208333…\n"
        "  3 × 0.208333… = 0.625\n"
        "  保留 2 位小数（四舍五入）：0.625 → 0.63\n"
        "1.2 规模：不计（满分 2）\n"
        "  基期值 7\n"
        "  1.2 无数据，按“分值分摊”处理\n"
        "小计 0.63 = 0.63（满分 5）"
    )


def test_a_whole_unit() -> None:
    assert text(ten_units(veto_frees_slot=False), "D局") == (
        "D局 2017 年考评结果\n"
        "指标考评：92.90\n"
        "  采用已定得分 92.90（来源：汇总表）\n"
        "公众评议：88.30\n"
        "  采用已定得分 88.30（来源：汇总表）\n"
        "领导评价：87.30\n"
        "  采用已定得分 87.30（来源：汇总表）\n"
        "扣分：0.25\n"
        "  d-0 材料迟报：0.25 × 1 = 0.25\n"
        "  扣分合计 0.25 = 0.25\n"
        "加分：0.65\n"
        "  d-0 事项0：0.65\n"
        "  创新加分 0.65 = 0.65\n"
        "  加分合计 0.65 = 0.65\n"
        "总分\n"
        "  指标考评 92.90 × 60 ÷ 100 = 55.74\n"
        "  公众评议 88.30 × 20 ÷ 100 = 17.66\n"
        "  领导评价 87.30 × 20 ÷ 100 = 17.46\n"
        "  总分 55.74 + 17.66 + 17.46 - 扣分 0.25 + 加分 0.65 = 91.26\n"
        "名次：第 4 名（同系列 6 个单位，总分相同的并列）\n"
        "等次：三等\n"
        "  三等须达到 60 分\n"
        "  并列跨越名额线，依次比较后由指标考评较高者在前\n"
        "  注：达到一等分数线，名额（1）已满"
    )


def test_votes_and_ratings() -> None:
    lines = text(review_year({"": GROUPS}), "jia").split("\n")
    assert lines[1:4] == [
        "公众评议：87.06",
        "  机关干部：（12 × 100 + 6 × 70 + 1 × 30）÷ 有效票 19 = 1650 ÷ 19 = 86.842105…",
        "  政协委员：（10 × 100 + 4 × 70）÷ 有效票 14 = 1280 ÷ 14 = 91.428571…",
    ]
    assert lines[9].startswith("  （党代表 92.5 × 15 + 人大代表 89.444444… × 20 + ")
    assert lines[9].endswith("÷ 100 = 87.062385…")
    assert lines[10] == "  保留 2 位小数（四舍五入）：87.062385… → 87.06"
    rated = text(leader_year("trimmed", [("", "96"), ("", "88"), ("", "70")], rule={"trim_min_n": 3}), "jia")
    assert "  去掉一个最高分 96、一个最低分 70\n  （88）÷ 1 = 88\n" in rated


def test_a_veto_an_appeal_and_exact_parts() -> None:
    year = ten_units(carry="exact")
    assert "  安全生产责任事故（安〔2017〕9号）\n" in text(year, "e")
    assert "  指标考评 94.36 × 70 ÷ 100 = 66.052 → 66.05\n" in text(year, "jia")
    assert "  总分 66.052 + 13.059 + 13.4145 - 扣分 1.50 + 加分 1.00 = 92.03\n" in text(year, "jia")
    appeal = r.Appeal(
        "1", "jia", "leader_rating", "重核", decided_on="2018-01-20", decided=Decimal(90), doc_no="裁〔2018〕1号"
    )
    assert "  申诉裁定 90（裁〔2018〕1号）\n" in text(replace(year, appeals=(appeal,)), "jia")


def test_what_cannot_be_explained() -> None:
    year = ten_units()
    for unit, indicator, code in (("甲", "", "eval-unknown-unit-name"), ("jia", "9.9", "eval-unknown-indicator")):
        with pytest.raises(UsageError) as error:
            explain(year, unit, indicator)
        assert error.value.problems[0].code == code
    for broken in (EvaluationYear(2017), replace(year, component_scores=year.component_scores[1:])):
        with pytest.raises(LedgerError):
            explain(broken, "bing")
    others = replace(
        year, component_scores=tuple(item for item in year.component_scores if item.evaluated_unit != "yi")
    )
    assert text(others, "jia").endswith("全年结果还有 3 个问题没有解决，名次和等次暂定")
