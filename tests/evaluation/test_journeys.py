"""The ten edge journeys of a year (domain/evaluation.md §8), each from the command line on a small year's files."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.scheme import GradeRule
from tests.evaluation.examples import one_method, ten_units
from tests.evaluation.files import hand_in
from tests.evaluation.whole_year import whole_year

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kpi_cli.evaluation.scheme import EvaluationYear


def one_indicator(method: str, points: str, values: dict[str, object], **more: object) -> EvaluationYear:
    """Return a year with one indicator, on a scale of its points; `grades` are names, the first for one of two."""
    names = more.pop("grades", ())
    scheme = {"total_points": Decimal(points), "grade": tuple(
        GradeRule(name, None, Decimal("0.5") if name == names[0] else None) for name in names
    )}  # fmt: skip
    return one_method(method, points, values, scheme=scheme, **more)


class Office:
    """A ledger and its command line, as an office uses them."""

    def __init__(self, kpi: Callable[..., Any], root: Path) -> None:
        self._kpi = kpi
        self.root = root

    def begin(self, year: EvaluationYear) -> None:
        """Hand in a year."""
        hand_in(self._kpi, self.root, year)

    def run(self, *words: object) -> Any:
        """Run a command."""
        return self._kpi("-C", self.root, "eval", *words)

    def do(self, *words: object) -> str:
        """Run a command that must succeed; returns stdout."""
        result = self.run(*words)
        assert result.status == 0, result.err
        return result.out

    def refused(self, *words: object) -> str:
        """Run a command that must fail; returns stderr."""
        result = self.run(*words)
        assert result.status != 0
        return result.err

    def final(self, *words: str) -> dict[str, Any]:
        """Return the year's result by unit."""
        found = json.loads(self.do("final", "--format", "json", *words))
        return {unit["evaluated_unit"]: unit for unit in found["units"]}

    def findings(self, rule: str) -> list[str]:
        """Return what a rule finds."""
        result = self.run("check", "--as-of", "2017-03-01", "--format", "json")
        return [found["where"] for found in json.loads(result.out)["findings"] if found["rule"] == rule]

    def explain(self, *words: str) -> str:
        """Explain a result."""
        return self.do("explain", *words)


@pytest.fixture
def office(kpi: Callable[..., Any], make_ledger: Callable[..., Path]) -> Office:
    return Office(kpi, make_ledger({}))


def test_a_department_is_merged_in_june(office: Office) -> None:
    """Two units' results become one's: records of the same thing must be decided first, then one command moves all."""
    office.begin(replace(whole_year(), votes=(), leader_ratings=(), component_scores=tuple(
        r.ComponentScore(unit, "leader_rating", Decimal(score), "汇总") for unit, score in (("jia", 90), ("yi", 88))
    )))  # fmt: skip
    twice = office.refused("rename", "units", "bing", "jia")
    assert "2017/evaluation/assignments.toml" in twice
    assert "合并后有两条同样的记录（1.1/jia）" in twice
    for leaf in ("1.1", "1.2", "1.3", "2.1", "2.2"):
        office.do("remove", "assignments", f"{leaf}/bing")
        office.do("remove", "results", f"{leaf}/bing")
    for item in json.loads(office.do("list", "progress", "--format", "json"))["records"]:
        if item["evaluated_unit"] == "bing":
            office.do("remove", "progress", item["ref"])
    office.do("rename", "units", "bing", "jia")
    found = office.final()
    assert set(found) == {"jia", "yi"}
    assert found["jia"]["deduction"] == "1.00"  # what was found at 丙镇 in May stays found
    assert "（12 × 100 + 4 × 70 + 1 × 30" not in office.explain("jia")  # both units' ballots count together
    assert "22 × 100 + 10 × 70 + 2 × 30" in office.explain("jia")


def test_an_indicator_is_cancelled_in_september(office: Office) -> None:
    office.begin(whole_year())
    before = office.final()["yi"]["components"]["indicator_score"]["score"]
    assert before == "82.00"
    office.do("set", "indicators", "1.3", "缺项处理=分值分摊", "changed_on=2017-09-10")
    assert office.findings("V217") == ["2017/evaluation/indicators.toml:40"]  # a change wants its document
    office.do("set", "indicators", "1.3", "decision=绩办〔2017〕9号")
    assert office.findings("V217") == []
    for unit in ("jia", "yi", "bing"):
        office.do("remove", "results", f"1.3/{unit}")
    after = office.final()["yi"]["components"]["indicator_score"]["score"]
    assert after == "82.22"  # 74 ÷ 90 × 100
    assert "不适用指标的分值由其余指标分摊：74 ÷ 90 × 100 = 82.222222…" in office.explain("yi")


def test_a_late_statistic_reshuffles_a_group_after_publication(office: Office) -> None:
    """Efficacy compares units: one new figure changes all scores of the group, and the check says that results moved."""
    values = {"a": "8.6", "b": "7.9", "c": "9.4", "d": "6.4"}
    office.begin(one_indicator("efficacy", "10", values))
    before = {unit: item["total"] for unit, item in office.final().items()}
    assert before == {"a": "89.30", "b": "80.00", "c": "100.00", "d": "60.00"}
    office.do("set", "results", "1.1/d", "actual=9.9", "reason=统计局更正")
    after = {unit: item["total"] for unit, item in office.final().items()}
    assert after == {"a": "74.00", "b": "60.00", "c": "90.00", "d": "100.00"}
    assert {unit: item["rank"] for unit, item in office.final().items()} == {"d": 1, "c": 2, "a": 3, "b": 4}


def test_a_ballot_box_is_found_spoiled(office: Office) -> None:
    office.begin(whole_year())
    for item in json.loads(office.do("list", "ballots", "--format", "json"))["records"]:
        if (item["group"], item["evaluated_unit"]) == ("机关干部", "yi"):
            office.do("remove", "ballots", item["ref"])
    assert "机关干部没有有效票" in office.refused("final")
    shared = office.final("--what-if", "public_review.missing_group=redistribute")["yi"]
    assert shared["components"]["public_review"]["score"] == "87.06"  # 服务对象代表 alone
    assert office.final("--what-if", "public_review.missing_group=zero")["yi"]["total"] < shared["total"]


def test_an_appeal_wins_half_a_point_across_the_line(office: Office) -> None:
    office.begin(ten_units())
    assert (office.final()["d"]["grade"], office.final()["d"]["rank"]) == ("二等", 4)
    office.do("add", "appeals", "id=S1", "evaluated_unit=F局", "item=indicator_score", "asked=按修订数重新计分")
    assert office.final()["f"]["total"] == "89.57"  # an open appeal changes nothing
    office.do("set", "appeals", "S1", "decided=95", "decided_on=2018-01-25", "doc_no=绩办〔2018〕2号")
    found = office.final()
    assert (found["f"]["total"], found["f"]["grade"]) == ("92.29", "二等")
    assert {found["c"]["grade"], found["d"]["grade"]} == {"二等", "三等"}  # one of the tied falls below the line
    assert "申诉裁定 95（绩办〔2018〕2号）" in office.explain("f")


def test_a_bonus_document_is_dated_in_january(office: Office) -> None:
    office.begin(ten_units())
    assert office.final()["a"]["bonus"] == "2.00"
    office.do("set", "bonuses", "a-0", "date=2018-01-05")
    assert office.final()["a"]["bonus"] == "0.00"
    assert "发文日期 2018-01-05 不在 2017-01-01 至 2017-12-31 之内" in office.explain("a")


def test_two_units_are_tied_at_the_line(office: Office) -> None:
    """The run stops until a decision with minutes is recorded."""
    office.begin(one_indicator("ratio", "10", {"a": "8", "b": "8", "c": "5"}, target="10", grades=("一等", "二等")))
    stopped = office.refused("final")
    assert "并列跨越等次名额线，无法区分（a、b）" in stopped
    assert office.refused("export", "--to", "docx", "--out", office.root / "out")
    office.do("add", "tie_decisions", "category=镇(街)", "evaluated_units=b、a", "minutes=J1")
    assert "会议纪要不存在" in office.refused("final")
    office.do(
        "add",
        "minutes",
        "id=J1",
        "date=2018-01-20",
        "meeting=领导小组会",
        "topic=并列",
        "decision=b 在前",
        "事由=并列裁定",
    )
    found = office.final()
    assert [(unit, found[unit]["rank"], found[unit]["grade"]) for unit in "abc"] == [
        ("a", 1, "二等"), ("b", 1, "一等"), ("c", 3, "二等"),
    ]  # fmt: skip
    assert found["b"]["decided_by"] == "tie_decision"


def test_a_target_of_zero_accidents(office: Office) -> None:
    office.begin(one_indicator("ratio_reverse", "10", {"a": "0", "b": "1"}, target="0", direction="lower"))
    assert "目标值为 0，不能算完成率（b 1.1）；请写明 zero_target" in office.refused("final")
    office.do("set", "indicators", "1.1", "method=M14", 'params={"per_case": "5"}')
    found = office.final()
    assert (found["a"]["total"], found["b"]["total"]) == ("100.00", "50.00")


def test_a_unit_is_exempt_from_the_public_review(office: Office) -> None:
    office.begin(ten_units())
    with_review = office.final()["a"]
    office.do("set", "units", "a", "no_public_review=是")
    without = office.final()["a"]
    assert without["components"].keys() == {"indicator_score", "leader_rating"}
    assert (with_review["total"], without["total"]) == ("96.71", "97.58")  # 96.40 × 75 % + 93.10 × 25 % + 2
    assert "不参加公众评议，权重 20 由其余部分分摊" in without["notes"]


def test_a_leader_who_moved_must_not_rate_the_old_unit(office: Office) -> None:
    office.begin(whole_year())
    before = office.final()["yi"]["components"]["leader_rating"]["score"]
    office.do("add", "leaders", "leader_no=L1", "own_unit=乙镇")
    assert len(office.findings("V314")) == 1
    office.do("set", "leader_ratings", "L1/yi", "recused=是")
    assert office.findings("V314") == []
    after = office.final()["yi"]["components"]["leader_rating"]["score"]
    assert (before, after) == (
        "87.00",
        "86.50",
    )  # without 88 nobody is left out: the mean of 87, 86, 85 less the highest and lowest


def test_progress_comes_before_the_scheme(office: Office) -> None:
    """Progress is recorded under draft indicators, which get their number at approval."""
    office.begin(replace(whole_year(), scheme=None, progress=(), results=(), ballots=(), assignments=(), indicators=(),
                         indicator_sheets=()))  # fmt: skip
    office.do(
        "add",
        "progress",
        "indicator=草1",
        "evaluated_unit=甲镇",
        "period=2017Q1",
        "cumulative_actual=25",
        "--year",
        "2017",
    )
    assert "还没有方案" in office.do("status")
    office.do("add", "indicators", "indicator=草1", "name=投资")
    office.do("rename", "indicators", "草1", "1.1")
    listed = json.loads(office.do("list", "progress", "--format", "json"))["records"]
    assert [item["ref"] for item in listed] == ["1.1/jia/2017Q1"]


def test_a_year_is_closed_and_opened_again(office: Office) -> None:
    year = whole_year()
    office.begin(replace(year, minutes=tuple(item for item in year.minutes if item.subject != "results")))
    assert "2017 年考评结果还没有审定" in office.refused("archive")
    office.do(
        "add",
        "minutes",
        "id=M9",
        "date=2018-01-20",
        "meeting=领导小组会",
        "topic=结果",
        "decision=同意",
        "subject=考评结果",
    )
    office.do("set", "bonuses", "B1", "date=2018-01-05")
    office.do("archive")
    assert "2017 年考评已经归档" in office.refused("set", "results", "1.1/jia", "rechecked=1", "--year", "2017")
    assert "2017 年考评已经归档" in office.refused("remove", "results", "1.1/jia", "--year", "2017")
    assert "2017 年考评已经归档" in office.refused("rename", "units", "bing", "jia", "--year", "2017")
    assert "2017 年考评已经归档" in office.refused("archive", "--year", "2017")
    carried = json.loads(office.do("list", "bonuses", "--year", "2018", "--format", "json"))["records"]
    assert [(item["id"], item["date"], item["points"]) for item in carried] == [("B1", "2018-01-05", "1")]
    results = office.root / "2017/evaluation/results.toml"
    results.write_text(results.read_text(encoding="utf-8") + "# by hand\n", encoding="utf-8")
    checked = office.run("check", "--year", "2017")
    assert "2017/evaluation/results.toml: 文件在归档以后被改过" in checked.err
    office.do("archive", "--reopen", "--year", "2017")
    office.do("set", "results", "1.1/jia", "rechecked=29", "reason=复核", "--year", "2017")
