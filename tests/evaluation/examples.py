"""The worked examples of evaluation.md as records, and short ways to make records in tests."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.scheme import Caps, DeductionRule, EvaluationYear, GradeRule, LeaderRatingRule, Option, Scheme
from kpi_cli.model.source import Source

GRADES = (
    GradeRule("一等", Decimal("90"), Decimal("0.3")),
    GradeRule("二等", Decimal("80"), Decimal("0.8")),
    GradeRule("三等", Decimal("60")),
    GradeRule("四等"),
)
WEIGHTS = {
    "town": {"indicator_score": Decimal(70), "public_review": Decimal(15), "leader_rating": Decimal(15)},
    "department": {"indicator_score": Decimal(60), "public_review": Decimal(20), "leader_rating": Decimal(20)},
}
OPTIONS = {
    "满意": Option(Decimal(100), satisfied=True),
    "基本满意": Option(Decimal(70), satisfied=True),
    "不满意": Option(Decimal(30)),
    "不了解": Option(Decimal(0), valid=False),
}
GROUP_WEIGHTS = {
    "party_delegate": Decimal(15),
    "npc_deputy": Decimal(20),
    "cppcc_member": Decimal(15),
    "model_worker": Decimal(5),
    "enterprise_rep": Decimal(15),
    "cadre": Decimal(10),
    "service_user": Decimal(20),
}
TARIFF = (
    DeductionRule("absent", Decimal(1), name="缺席会议"),
    DeductionRule("late", Decimal("0.5"), name="迟到"),
    DeductionRule("no_reply", Decimal("0.5"), name="督办事项未回复"),
    DeductionRule("media", Decimal(1), multiplier={"city": Decimal(2), "province": Decimal(3)}, name="负面报道"),
    DeductionRule("lost", Decimal("0.6"), multiplier={"city": Decimal(2)}, name="上级考核失分"),
    DeductionRule("quarter", Decimal("0.25"), name="材料迟报"),
)
SCHEME = Scheme(
    2017,
    "示例〔2017〕1号",
    caps=Caps(Decimal(5), Decimal(3), {"innovation": Decimal(2), "commendation": Decimal(2)}),
    weights=WEIGHTS,
    options=OPTIONS,
    group_weights={"town": GROUP_WEIGHTS, "department": GROUP_WEIGHTS},
    grade=GRADES,
    deduction_rule=TARIFF,
    leader_rating=LeaderRatingRule(),
    source=Source("2017/evaluation/scheme.toml", 1, 1),
)

# unit, name, category, I, P, L, inspections (rule, count, level), bonuses (type, points)
TEN = [
    (
        "bing",
        "丙街道",
        "town",
        "95.02",
        "84.30",
        "90.00",
        [("late", 1, "")],
        [("innovation", "2.60"), ("commendation", "1")],
    ),
    ("jia", "甲镇", "town", "94.36", "87.06", "89.43", [("absent", 1, ""), ("late", 1, "")], [("innovation", "1.00")]),
    ("yi", "乙镇", "town", "92.15", "88.72", "88.60", [], [("innovation", "0.50")]),
    (
        "ding",
        "丁街道",
        "town",
        "90.48",
        "90.11",
        "86.75",
        [("absent", 1, ""), ("late", 2, ""), ("no_reply", 3, ""), ("media", 1, "district"), ("lost", 1, "city")],
        [],
    ),
    ("e", "E局", "department", "97.20", "92.00", "94.50", [], [("innovation", "1.50")]),
    ("a", "A局", "department", "96.40", "91.25", "93.10", [], [("innovation", "2.00")]),
    ("b", "B局", "department", "95.10", "88.40", "92.35", [("late", 1, "")], [("innovation", "1.00")]),
    ("c", "C局", "department", "93.50", "86.20", "87.10", [], [("innovation", "0.50")]),
    ("d", "D局", "department", "92.90", "88.30", "87.30", [("quarter", 1, "")], [("innovation", "0.65")]),
    ("f", "F局", "department", "91.37", None, "88.15", [("absent", 1, "")], []),
]


def ten_units(**changes: object) -> EvaluationYear:
    """Return the ten-unit example (evaluation.md 4.4); keyword arguments replace keys of the scheme."""
    units, stated, inspections, bonuses = [], [], [], []
    for unit, name, category, indicator, review, leader, facts, awards in TEN:
        units.append(r.Unit(unit, name, category, no_public_review=review is None))
        values = {"indicator_score": indicator, "public_review": review, "leader_rating": leader}
        stated += [r.ComponentScore(unit, key, Decimal(value), "汇总表") for key, value in values.items() if value]
        inspections += [
            r.Inspection(f"{unit}-{i}", "2017-06-01", unit, f"事实{i}", rule, count, level, "查〔2017〕1号")
            for i, (rule, count, level) in enumerate(facts)
        ]
        bonuses += [
            r.Bonus(f"{unit}-{i}", unit, kind, "district", f"事项{i}", "奖〔2017〕1号", "2017-09-01", Decimal(points))
            for i, (kind, points) in enumerate(awards)
        ]
    return EvaluationYear(
        2017,
        replace(SCHEME, **changes),
        tuple(units),
        component_scores=tuple(stated),
        inspections=tuple(inspections),
        bonuses=tuple(bonuses),
        vetoes=(r.Veto("e", "fail", "安全生产责任事故", "安〔2017〕9号"),),
    )


def one_method(method: str, points: str, results: dict[str, object], **more: object) -> EvaluationYear:
    """Return a year with one indicator of 100 % weight; `results` is unit → actual, or unit → keywords of Result."""
    params = more.pop("params", {})
    target, baseline = (
        None if more.get(key) is None else Decimal(str(more.pop(key))) for key in ("target", "baseline")
    )
    more.pop("target", None)
    more.pop("baseline", None)
    scheme = Scheme(2017, weights={"town": {"indicator_score": Decimal(100)}}, **more.pop("scheme", {}))
    indicator = r.Indicator("1.1", "", "指标", method=method, params=params, points=Decimal(points), **more)
    found = [
        r.Result("1.1", unit, **value) if isinstance(value, dict) else r.Result("1.1", unit, Decimal(str(value)))
        for unit, value in results.items()
    ]
    return EvaluationYear(
        2017,
        scheme,
        tuple(r.Unit(unit, unit, "town") for unit in results),
        (indicator,),
        assignments=tuple(r.Assignment("1.1", unit, None, target, baseline) for unit in results),
        results=tuple(found),
    )
