"""A small year in which every kind of record occurs and no rule has anything to say but that it passes."""

from __future__ import annotations

from decimal import Decimal

from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.scheme import (
    Caps,
    DeductionRule,
    EvaluationYear,
    GradeRule,
    LeaderRatingRule,
    Option,
    PublicReview,
    Scheme,
)
from kpi_cli.model.records import Project
from kpi_cli.model.source import Source

UNITS = {"jia": "甲镇", "yi": "乙镇", "bing": "丙镇"}
TIERS = [
    {"lo": "90", "coefficient": "1"},
    {"lo": "60", "hi": "90", "coefficient": "0.7"},
    {"hi": "60", "coefficient": "0"},
]
# id, name, kind, nature, direction, points, method, params
INDICATORS = (
    ("1", "发展", "", "", "", "60", "", {}),
    ("1.1", "投资", "function", "quantitative", "higher", "30", "ratio", {}),
    ("1.2", "就业", "function", "quantitative", "higher", "20", "tiers", {"tiers": TIERS}),
    ("1.3", "能耗", "function", "quantitative", "lower", "10", "step_deduct", {"per_step": "1", "step_mode": "floor"}),
    ("2", "治理", "", "", "", "40", "", {}),
    ("2.1", "标杆工作", "benchmark", "qualitative", "", "20", "qual3", {}),
    ("2.2", "效能", "common", "qualitative", "", "20", "", {}),
)
RESULTS = {
    "1.1": {"jia": "95", "yi": "90", "bing": "80"},
    "1.2": {"jia": "95", "yi": "70", "bing": "85"},
    "1.3": {"jia": "50", "yi": "52", "bing": "55"},
}
GROUPS = ("cadre", "service_user")


def place(file: str, line: int) -> Source:
    """Return a place in the evaluation folder."""
    return Source(f"2017/evaluation/{file}.toml", line, line)


def scheme(**changes: object) -> Scheme:
    """Return the year's scheme, with keys replaced."""
    values: dict[str, object] = {
        "doc_no": "示例〔2017〕1号",
        "caps": Caps(Decimal(5), Decimal(3)),
        "weights": {
            "town": {"indicator_score": Decimal(70), "public_review": Decimal(15), "leader_rating": Decimal(15)}
        },
        "options": {
            "满意": Option(Decimal(100), satisfied=True),
            "基本满意": Option(Decimal(70), satisfied=True),
            "不满意": Option(Decimal(30)),
            "不了解": Option(Decimal(0), valid=False),
        },
        "group_weights": {"town": {"cadre": Decimal(40), "service_user": Decimal(60)}},
        "tier_weights": {"principal": Decimal(60), "member": Decimal(40)},
        "public_review": PublicReview(),
        "leader_rating": LeaderRatingRule(
            "trimmed", 3, quotas={"优秀": 1}, options={"优秀": Decimal(95), "良好": Decimal(85)}
        ),
        "grade": (
            GradeRule("一等", Decimal(80), Decimal("0.4")),
            GradeRule("二等", Decimal(60), Decimal("0.8")),
            GradeRule("三等"),
        ),
        "deduction_rule": (
            DeductionRule("absent", Decimal(1), name="缺席会议"),
            DeductionRule("late", Decimal("0.5"), name="迟到"),
        ),
        "unit_count": 3,
        "deadlines": {"2017Q1": "2017-04-10"},
        "source": place("scheme", 1),
    }
    return Scheme(2017, **{**values, **changes})


def _results() -> tuple[r.Result, ...]:
    found = [
        r.Result(indicator, unit, Decimal(actual), evidence=("E1",), source=place("results", 10 * n + k))
        for n, (indicator, by_unit) in enumerate(RESULTS.items())
        for k, (unit, actual) in enumerate(by_unit.items(), 1)
    ]
    shares = {"jia": "0.9", "yi": "0.85", "bing": "0.7"}
    for k, (unit, share) in enumerate(shares.items(), 1):
        band = "partly_met" if unit == "bing" else "达成预期"
        found.append(r.Result("2.1", unit, inputs={"band": band, "share": share}, source=place("results", 30 + k)))
        assessed = {
            "claimed": Decimal(20 - k),
            "assessed": Decimal(19 - k),
            "rechecked": Decimal(18 - k),
            "reason": f"复核{k}",
        }
        found.append(r.Result("2.2", unit, **assessed, data_source="督查室", source=place("results", 40 + k)))
    return tuple(found)


def _ballots() -> tuple[r.Ballot, ...]:
    return tuple(
        r.Ballot(
            "year",
            "",
            group,
            unit,
            20,
            19,
            1,
            {"满意": 12 - k, "基本满意": 4 + k, "不满意": 1, "不了解": 1},
            place("ballots", 10 * k + n),
        )
        for k, unit in enumerate(UNITS)
        for n, group in enumerate(GROUPS, 1)
    )


def _ratings() -> tuple[r.LeaderRating, ...]:
    return tuple(
        r.LeaderRating(f"L{n}", tier, unit, Decimal(90 - n - k), source=place("leader_ratings", 10 * k + n))
        for k, unit in enumerate(UNITS)
        for n, tier in enumerate(("principal", "member", "member", "member"), 1)
    )


GOALS = (
    r.GoalIndicator(
        "P1",
        "产出",
        "数量",
        "考评单位数",
        ">=",
        Decimal(30),
        Decimal(67),
        measure_unit="个",
        actual=Decimal(67),
        score=Decimal("30.00"),
        source=place("goals", 1),
    ),
    r.GoalIndicator(
        "P1",
        "产出",
        "成本",
        "总成本",
        "<=",
        Decimal(20),
        Decimal(18),
        measure_unit="万元",
        actual=Decimal(17),
        source=place("goals", 2),
    ),
    r.GoalIndicator(
        "P1",
        "效益",
        "社会",
        "整改完成率",
        ">=",
        Decimal(30),
        Decimal(95),
        measure_unit="%",
        actual=Decimal(88),
        deviation_note="两项跨年",
        source=place("goals", 3),
    ),
    r.GoalIndicator(
        "P1",
        "满意度",
        "服务对象",
        "评议满意",
        "qual",
        Decimal(10),
        standard="满意率 90% 以上",
        band="met",
        share=Decimal("0.9"),
        evidence=("E1",),
        source=place("goals", 4),
    ),
)


def whole_year(**changes: object) -> EvaluationYear:
    """Return the year, with attributes replaced; `scheme` may be a mapping of keys."""
    own = changes.pop("scheme", {})
    leaves = [item[0] for item in INDICATORS if "." in item[0]]
    targets = {"1.1": Decimal(100), "1.3": Decimal(50)}
    values: dict[str, object] = {
        "units": tuple(
            r.Unit(unit, name, "town", source=place("units", n)) for n, (unit, name) in enumerate(UNITS.items(), 1)
        ),
        "indicators": tuple(
            r.Indicator(
                key,
                key.split(".")[0] if "." in key else "",
                name,
                kind,
                nature,
                direction,
                "",
                Decimal(points),
                "quarter",
                "考核办",
                "督查室",
                method,
                params,
                evidence_required=key == "1.1",
                changed_on="2017-03-01" if key == "1.2" else "",
                source=place("indicators", n),
            )
            for n, (key, name, kind, nature, direction, points, method, params) in enumerate(INDICATORS, 1)
        ),
        "indicator_sheets": (
            r.IndicatorSheet(
                "2.1",
                "定义",
                benchmark_city="某市",
                gap="差 3 项",
                measures="对标",
                owner_leader="王主任",
                source=place("sheets", 1),
            ),
        ),
        "assignments": tuple(
            r.Assignment(leaf, unit, None, targets.get(leaf), None, place("assignments", 10 * n + k))
            for n, leaf in enumerate(leaves)
            for k, unit in enumerate(UNITS, 1)
        ),
        "progress": tuple(
            r.Progress(
                "1.1",
                unit,
                f"2017Q{q}",
                Decimal(25 * q),
                Decimal(25 * q),
                evidence=("E1",),
                reported_on=f"2017-0{q + 3}-01",
                source=place("progress", 10 * q + k),
            )
            for q in (1, 2)
            for k, unit in enumerate(UNITS, 1)
        ),
        "results": _results(),
        "evidence": (r.Evidence("E1", "jia", "统计公报", source=place("evidence", 1)),),
        "ballots": _ballots(),
        "votes": (
            r.Vote("year", "panel", "cadre", "007", "jia", "满意", "财政局", place("votes", 1)),
            r.Vote("year", "panel", "cadre", "008", "jia", "满意", "财政局", place("votes", 2)),
        ),
        "opinions": (
            r.Opinion(
                "Y1", "jia", "作风", "窗口排队时间长", "cadre", "甲镇", "2018-03-01", "已整改", place("opinions", 1)
            ),
        ),
        "leaders": (r.Leader("L9", "jia", place("leaders", 1)),),
        "leader_ratings": (
            *_ratings(),
            r.LeaderRating("L9", "member", "jia", None, "优秀", recused=True, source=place("leader_ratings", 99)),
            r.LeaderRating("L8", "member", "yi", None, "优秀", source=place("leader_ratings", 98)),
        ),
        "inspections": (
            r.Inspection(
                "I1",
                "2017-05-02",
                "bing",
                "缺席调度会",
                "absent",
                1,
                "district",
                "查〔2017〕1号",
                deduction=Decimal(1),
                source=place("inspections", 1),
            ),
        ),
        "rectifications": (r.Rectification("I1", "2017-06-30", "2017-06-20", "已完成", place("rectifications", 1)),),
        "bonuses": (
            r.Bonus(
                "B1",
                "jia",
                "innovation",
                "province",
                "一窗通办",
                "桂表〔2017〕3号",
                "2017-11-01",
                Decimal(1),
                source=place("bonuses", 1),
            ),
        ),
        "vetoes": (r.Veto("bing", "bar_top", "信访事件", "信〔2017〕2号", source=place("vetoes", 1)),),
        "minutes": (
            r.Minutes(
                "M1", "2017-03-20", "领导小组会", "指标体系", "同意", "indicators", "纪〔2017〕1号", place("minutes", 1)
            ),
            r.Minutes(
                "M2", "2018-01-20", "领导小组会", "考评结果", "同意", "results", "纪〔2018〕1号", place("minutes", 2)
            ),
        ),
        "goal_indicators": GOALS,
        "project_funds": (
            r.ProjectFund("P1", "total", Decimal(180000), Decimal(180000), Decimal(170000), place("funds", 1)),
            r.ProjectFund(
                "P1", "fiscal_appropriation", Decimal(180000), Decimal(180000), Decimal(170000), place("funds", 2)
            ),
        ),
        "project_goals": (
            r.ProjectGoal(
                "P1",
                "绩效办",
                implementer="绩效办",
                person_in_charge="李科长",
                yearly_goal="完成考评",
                completion="已完成",
                deliverable="考评报告",
                source=place("project_goals", 1),
            ),
        ),
        "monitor_entries": (
            r.MonitorEntry("P1", "考评单位数", 6, Decimal(60), Decimal(67), "", "能完成", place("monitor", 1)),
        ),
        "projects": (
            Project(
                "P1",
                "绩效考评工作经费",
                "开展年度考评",
                "",
                Decimal(180000),
                Decimal(170000),
                Source("2017/projects.toml", 1, 1),
            ),
        ),
        "project_budget": Decimal(180000),
        "previous_unit_count": 3,
        "is_final": True,
    }
    return EvaluationYear(2017, scheme(**own), **{**values, **changes})
