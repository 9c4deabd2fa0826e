"""Random schemes and records against an independent computation, and what must hold for all of them.

The computation below shares no code with the program: whole numbers and `Fraction`, written from evaluation.md alone.
"""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_cli.errors import LedgerError
from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.final import compute_final, draft_final
from kpi_cli.evaluation.grades import Candidate, allocate
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

GROUPS = ("party_delegate", "cadre", "service_user")
TIERS = ("principal", "member")


def hundred(chance: random.Random, names: tuple[str, ...]) -> dict[str, Decimal]:
    """Part 100 into weights with up to two decimals."""
    cuts = sorted(chance.randint(1, 9999) for _ in names[1:])
    parts = [b - a for a, b in zip((0, *cuts), (*cuts, 10000), strict=True)]
    return {name: Decimal(part) / 100 for name, part in zip(names, parts, strict=True)}


def random_scheme(chance: random.Random) -> Scheme:
    """Return a scheme of any kind."""
    stages = ("panel", "plenary") if chance.random() < 0.5 else ()
    return Scheme(
        2017,
        score_places=chance.choice((1, 2, 2, 3)),
        rounding=chance.choice(("half_up", "gb8170")),
        carry=chance.choice(("published", "exact")),
        final_cap=chance.choice((None, Decimal(95))),
        inspection_mode="deduct",
        veto_frees_slot=chance.random() < 0.7,
        caps=Caps(chance.choice((None, Decimal(2))), chance.choice((None, Decimal("1.5"))), {"innovation": Decimal(1)}),
        weights={c: hundred(chance, ("indicator_score", "public_review", "leader_rating")) for c in ("town", "bureau")},
        options={
            "满意": Option(Decimal(100)),
            "基本满意": Option(Decimal(chance.choice((60, 70, 75)))),
            "不满意": Option(Decimal(chance.choice((0, 30)))),
            "不了解": Option(Decimal(0), valid=chance.random() < 0.2),
        },
        group_weights={c: hundred(chance, GROUPS) for c in ("town", "bureau")},
        stage_weights=hundred(chance, stages) if stages else {},
        tier_weights=hundred(chance, TIERS),
        public_review=PublicReview(missing_group=chance.choice(("redistribute", "zero"))),
        leader_rating=LeaderRatingRule(chance.choice(("mean", "trimmed", "tier_weighted")), chance.choice((3, 5))),
        grade=(
            GradeRule("一等", Decimal(chance.choice((70, 80))), Decimal("0.3")),
            GradeRule("二等", Decimal(60), Decimal(chance.choice(("0.7", "0.8")))),
            GradeRule("三等", Decimal(40)),
            GradeRule("四等"),
        ),
        deduction_rule=(
            DeductionRule("a", Decimal("0.5"), Decimal(1), {"city": Decimal(2)}),
            DeductionRule("b", Decimal("0.25")),
        ),
    )


METHODS = {
    "ratio": ({"cap": "1.1"}, "higher"),
    "ratio_reverse": ({}, "lower"),
    "improvement": ({}, "higher"),
    "efficacy": ({}, "higher"),
    "rank_table": ({"table": [9, 8, 7], "step": "0.3"}, "higher"),
    "count_deduct": ({"per_case": "0.3"}, "lower"),
}


def random_year(seed: int) -> EvaluationYear:
    """Return a year of 4 to 9 units with 6 indicators, ballots, ratings, inspections, bonuses, vetoes."""
    chance = random.Random(seed)
    scheme = random_scheme(chance)
    units = tuple(
        r.Unit(f"u{n}", f"单位{n}", chance.choice(("town", "bureau")), chance.choice(("", "甲")), chance.random() < 0.2)
        for n in range(chance.randint(4, 9))
    )
    points = dict(zip(METHODS, ("20", "20", "15", "20", "10", "15"), strict=True))
    indicators = tuple(
        r.Indicator(f"1.{n}", "", name, method=name, params=params, direction=direction, points=Decimal(points[name]))
        for n, (name, (params, direction)) in enumerate(METHODS.items())
    )
    assignments, results, ballots, ratings, facts, awards, vetoes = [], [], [], [], [], [], []
    for unit in units:
        key = unit.evaluated_unit
        for indicator in indicators:
            assignments.append(
                r.Assignment(indicator.indicator, key, None, Decimal(chance.choice((30, 70, 90))), Decimal(10))
            )
            actual = None if chance.random() < 0.08 else Decimal(chance.randint(0, 1000)) / 10
            policy = chance.choice(("redistribute", "full", "zero")) if actual is None else ""
            assessed = Decimal(chance.randint(0, 1000)) / 100 if actual is not None and chance.random() < 0.2 else None
            results.append(r.Result(indicator.indicator, key, actual, assessed=assessed, na_policy=policy))
        for stage in scheme.stage_weights or ("",):
            for group in GROUPS:
                counts = {name: chance.randint(0, 9) for name in scheme.options}
                if group == GROUPS[0]:
                    counts["满意"] += 1  # somebody has an opinion
                elif chance.random() < 0.1:
                    counts = dict.fromkeys(counts, 0) | {"不了解": 2}
                ballots.append(r.Ballot("year", stage, group, key, 99, 99, 0, counts))
        ratings += [
            r.LeaderRating(
                str(n), chance.choice(TIERS), key, Decimal(chance.randint(50, 100)), "", n > 4 and chance.random() < 0.5
            )
            for n in range(7)
        ]
        facts += [
            r.Inspection(
                f"{key}-{n}",
                "2017-05-01",
                key,
                "事",
                chance.choice("ab"),
                chance.randint(1, 3),
                chance.choice(("", "city")),
                "1号",
            )
            for n in range(chance.randint(0, 3))
        ]
        awards += [
            r.Bonus(
                f"{key}-{n}",
                key,
                chance.choice(("innovation", "commendation")),
                "",
                chance.choice("甲乙"),
                "1号",
                "2017-05-01",
                Decimal(chance.randint(1, 15)) / 10,
            )
            for n in range(chance.randint(0, 3))
        ]
        if chance.random() < 0.15:
            vetoes.append(r.Veto(key, chance.choice(("fail", "bar_top", "demote")), "依据", "1号"))
    return EvaluationYear(
        2017,
        scheme,
        units,
        indicators,
        assignments=tuple(assignments),
        results=tuple(results),
        ballots=tuple(ballots),
        leader_ratings=tuple(ratings),
        inspections=tuple(facts),
        bonuses=tuple(awards),
        vetoes=tuple(vetoes),
    )


# the independent computation


def off(x: Fraction, places: int, mode: str) -> Fraction:
    """Round a number that is not negative."""
    scaled = x * 10**places
    whole = scaled.numerator // scaled.denominator
    rest = scaled - whole
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and (mode == "half_up" or whole % 2 == 1))
    return Fraction(whole + up, 10**places)


def leaf(name: str, w: Fraction, t: Fraction, b: Fraction, a: Fraction, group: list[Fraction]) -> Fraction:
    """Score one leaf."""
    if name == "ratio":
        return w * min(a / t, Fraction("1.1"))
    if name == "ratio_reverse":
        return w if a <= t else w * t / a
    if name == "improvement":
        return w * max(Fraction(0), min(Fraction(1), (a - b) / (t - b)))
    if name == "efficacy":
        low, high = min(group), max(group)
        return w if low == high else w * (60 + 40 * (a - low) / (high - low)) / 100
    if name == "rank_table":
        place = 1 + len([x for x in group if x > a])
        return max(Fraction(0), Fraction(10 - place) if place <= 3 else 7 - Fraction(3, 10) * (place - 3))
    return max(Fraction(0), w - Fraction(3, 10) * a)


def expected(year: EvaluationYear) -> dict[str, tuple[Fraction, int]]:
    """Return unit → (total, rank)."""
    s = year.scheme
    r_ = lambda x: off(x, s.score_places, s.rounding)  # noqa: E731
    totals = {}
    for unit in year.units:
        key = unit.evaluated_unit
        series = [u.evaluated_unit for u in year.units if (u.category, u.series) == (unit.category, unit.series)]
        got, live = Fraction(0), Fraction(0)
        for item in year.indicators:
            res = {x.evaluated_unit: x for x in year.results if x.indicator == item.indicator}
            target = next(
                x.target for x in year.assignments if (x.indicator, x.evaluated_unit) == (item.indicator, key)
            )
            own, w = res[key], Fraction(item.points)
            if own.assessed is not None:
                score = r_(Fraction(own.assessed))
            elif own.actual is not None:
                group = [Fraction(res[u].actual) for u in series if res[u].actual is not None]
                score = r_(leaf(item.name, w, Fraction(target), Fraction(10), Fraction(own.actual), group))
            elif own.na_policy == "redistribute":
                continue
            else:
                score = w if own.na_policy == "full" else Fraction(0)
            got, live = got + score, live + w
        parts = {"indicator_score": r_(got / live * 100)}
        if not unit.no_public_review:
            stages = []
            for stage in s.stage_weights or ("",):
                means, weights = [], []
                for group in GROUPS:
                    counts = next(
                        b.counts for b in year.ballots if (b.evaluated_unit, b.stage, b.group) == (key, stage, group)
                    )
                    votes = {n: c for n, c in counts.items() if s.options[n].valid}
                    if sum(votes.values()):
                        mean = sum(c * Fraction(s.options[n].points) for n, c in votes.items()) / sum(votes.values())
                    elif s.public_review.missing_group == "zero":
                        mean = Fraction(0)
                    else:
                        continue
                    means.append(mean)
                    weights.append(Fraction(s.group_weights[unit.category][group]))
                stages.append(
                    (
                        Fraction(s.stage_weights.get(stage, 1)),
                        sum(m * w for m, w in zip(means, weights, strict=True)) / sum(weights),
                    )
                )
            parts["public_review"] = r_(sum(w * x for w, x in stages) / sum(w for w, _ in stages))
        own = [x for x in year.leader_ratings if x.evaluated_unit == key and not x.recused]
        scores = sorted(Fraction(x.score) for x in own)
        if s.leader_rating.method == "tier_weighted":
            tiers = {t: [Fraction(x.score) for x in own if x.tier == t] for t in TIERS}
            used = {t: x for t, x in tiers.items() if x}
            leader = sum(Fraction(s.tier_weights[t]) * sum(x) / len(x) for t, x in used.items()) / sum(
                Fraction(s.tier_weights[t]) for t in used
            )
        else:
            if s.leader_rating.method == "trimmed" and len(scores) >= s.leader_rating.trim_min_n:
                scores = scores[1:-1]
            leader = sum(scores) / len(scores)
        parts["leader_rating"] = r_(leader)
        weights = {n: Fraction(w) for n, w in s.weights[unit.category].items() if n in parts}
        shares = {n: parts[n] * weights[n] / sum(weights.values()) for n in parts}
        taken = Fraction(0)
        for rule in s.deduction_rule:
            item = sum(
                Fraction(rule.points) * x.count * Fraction(rule.multiplier.get(x.level, 1))
                for x in year.inspections
                if (x.evaluated_unit, x.rule) == (key, rule.id)
            )
            taken += item if rule.cap is None else min(item, Fraction(rule.cap))
        best: dict[str, tuple[Fraction, str, str]] = {}
        for x in sorted(year.bonuses, key=lambda x: x.id):
            if x.evaluated_unit == key and (x.matter not in best or Fraction(x.points) > best[x.matter][0]):
                best[x.matter] = (Fraction(x.points), x.type, x.id)
        given_ = min(Fraction(1), sum((p for p, t, _ in best.values() if t == "innovation"), Fraction(0)))
        given_ += sum((p for p, t, _ in best.values() if t != "innovation"), Fraction(0))
        taken = r_(taken if s.caps.deduction is None else min(taken, Fraction(s.caps.deduction)))
        given_ = r_(given_ if s.caps.bonus is None else min(given_, Fraction(s.caps.bonus)))
        total = sum(map(r_, shares.values()) if s.carry == "published" else shares.values()) - taken + given_
        totals[key] = r_(total if s.final_cap is None else min(total, Fraction(s.final_cap)))
    ranks = {}
    for unit in year.units:
        others = [u for u in year.units if (u.category, u.series) == (unit.category, unit.series)]
        ranks[unit.evaluated_unit] = 1 + sum(totals[u.evaluated_unit] > totals[unit.evaluated_unit] for u in others)
    return {key: (total, ranks[key]) for key, total in totals.items()}


@given(st.integers(0, 10**9))
def test_random_years_equal_the_independent_computation(seed: int) -> None:
    year = random_year(seed)
    final = draft_final(year)
    assert {problem.code for problem in final.problems} <= {"eval-undecided-tie"}
    assert {each.evaluated_unit: (Fraction(each.total), each.rank) for each in final.units} == expected(year)


@given(st.integers(0, 10**9), st.randoms(use_true_random=False))
def test_the_order_of_records_never_matters(seed: int, chance: random.Random) -> None:
    year = random_year(seed)
    kinds = (
        "units",
        "indicators",
        "assignments",
        "results",
        "ballots",
        "leader_ratings",
        "inspections",
        "bonuses",
        "vetoes",
    )
    mixed = replace(
        year, **{kind: tuple(chance.sample(getattr(year, kind), len(getattr(year, kind)))) for kind in kinds}
    )
    assert draft_final(mixed) == draft_final(year)


@given(st.integers(0, 10**9), st.integers(0, 8), st.integers(1, 500))
def test_raising_a_score_never_lowers_the_rank(seed: int, which: int, more: int) -> None:
    year = random_year(seed)
    unit = year.units[which % len(year.units)].evaluated_unit
    before = draft_final(year).of(unit)
    base = before.components["indicator_score"].score
    stated = [r.ComponentScore(unit, "indicator_score", base + Decimal(more) / 100, "表")]
    after = draft_final(replace(year, component_scores=tuple(stated))).of(unit)
    assert (after.total, -after.rank) >= (before.total, -before.rank)


@given(st.integers(0, 10**9))
def test_printed_parts_add_up_to_the_total(seed: int) -> None:
    year = random_year(seed)
    published = replace(year, scheme=replace(year.scheme, carry="published", final_cap=None))
    for result in draft_final(published).units:
        parts = sum(part.points for part in result.components.values())
        assert parts - result.deduction + result.bonus == result.total


@given(st.integers(0, 10**9), st.integers(1, 50))
def test_weights_that_do_not_sum_to_100_are_refused(seed: int, off_by: int) -> None:
    year = random_year(seed)
    town = dict(year.scheme.weights["town"])
    town["leader_rating"] += Decimal(off_by) / 100
    with pytest.raises(LedgerError) as error:
        compute_final(replace(year, scheme=replace(year.scheme, weights={**year.scheme.weights, "town": town})))
    assert [problem.code for problem in error.value.problems] == ["eval-weights-sum"]


# grades, against every order of the tied units

CANDIDATES = st.lists(
    st.tuples(st.integers(55, 60), st.integers(0, 1), st.sampled_from(["", "", "", "fail", "bar_top", "demote"])),
    min_size=1,
    max_size=6,
)
RULES = (
    GradeRule("一等", Decimal(58), Decimal("0.3")),
    GradeRule("二等", Decimal(56), Decimal("0.7")),
    GradeRule("三等"),
)


def by_hand(order: list[Candidate], n: int, *, frees: bool) -> dict[str, str]:
    """Hand out grades in a given order, as 4.3 says."""
    first, both = max(1, 3 * n // 10), 7 * n // 10
    used_first = used_both = 0
    grade = {}
    for each in order:
        total, veto = each.total, next(iter(each.vetoes), "")
        if veto == "fail" and frees:
            grade[each.unit] = 2
            continue
        barred = veto == "bar_top" and frees
        if total >= 58 and used_first < first and used_both < both and not barred:
            grade[each.unit], used_first, used_both = 0, used_first + 1, used_both + 1
        elif total >= 56 and used_both < both:
            grade[each.unit], used_both = 1, used_both + 1
        else:
            grade[each.unit] = 2
        if veto == "fail":
            grade[each.unit] = 2
        elif veto == "bar_top":
            grade[each.unit] = max(1, grade[each.unit])
    for each in order:
        if "demote" in each.vetoes:
            grade[each.unit] = min(2, grade[each.unit] + 1)
    return {unit: ("一等", "二等", "三等")[place] for unit, place in grade.items()}


@given(CANDIDATES, st.booleans())
def test_grades_and_ties_against_every_order(raw: list[tuple[int, int, str]], frees: bool) -> None:
    candidates = [
        Candidate(f"u{n}", Decimal(total), (chain, 0), frozenset({veto} - {""}))
        for n, (total, chain, veto) in enumerate(raw)
    ]
    found = allocate(candidates, RULES, ("indicator_score",), veto_frees_slot=frees)
    keys = [(each.total, each.chain) for each in candidates]
    ordered = sorted(keys, reverse=True)
    outcomes = [
        by_hand(list(order), len(candidates), frees=frees)
        for order in permutations(candidates)
        if [(each.total, each.chain) for each in order] == ordered
    ]
    depends = {each.unit for each in candidates if len({outcome[each.unit] for outcome in outcomes}) > 1}
    assert {unit for group in found.undecided for unit in group} >= depends
    assert bool(found.undecided) == bool(depends)
    if not depends:
        assert dict(found.grade) == outcomes[0]
