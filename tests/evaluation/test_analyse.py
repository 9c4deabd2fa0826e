"""What the scores tell beside the ranks."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.analyse import analyse, mean_ranks, spearman
from kpi_cli.evaluation.scheme import EvaluationYear
from tests.evaluation.examples import one_method, ten_units


def test_spread_and_losses() -> None:
    year = one_method("ratio", "8", {"a": "50", "b": "75", "c": "100"}, target="100")
    flat = r.Indicator("2", "", "出勤", points=Decimal(2))
    year = replace(
        year,
        indicators=(*year.indicators, flat),
        assignments=(*year.assignments, *(r.Assignment("2", unit) for unit in "abc")),
        results=(*year.results, *(r.Result("2", unit, assessed=Decimal(1)) for unit in "abc")),
    )
    found = analyse(year)
    assert [(s.indicator, s.units, s.lowest, s.highest, s.mean, s.has_none) for s in found.spreads] == [
        ("2", 3, 50, 50, 50, True),
        ("1.1", 3, 50, 100, 75, False),
    ]
    assert [tuple(loss) for loss in found.losses] == [
        ("a", "1.1", 4, 80),
        ("b", "1.1", 2, Fraction(200, 3)),
        ("a", "2", 1, 20),
        ("b", "2", 1, Fraction(100, 3)),
        ("c", "2", 1, 100),
    ]
    assert (found.agreements, found.changes) == ((), ())
    assert analyse(EvaluationYear(2017)).spreads == ()


def test_public_review_against_indicators() -> None:
    town, department = analyse(ten_units()).agreements
    assert (town.category, town.spearman) == ("town", Decimal("-1.0000"))
    assert [(pair.evaluated_unit, pair.gap) for pair in town.pairs] == [
        ("bing", 3),
        ("ding", -3),
        ("jia", 1),
        ("yi", -1),
    ]
    assert (department.category, department.spearman) == ("department", Decimal("0.9000"))


def test_rank_correlation() -> None:
    assert mean_ranks({"a": Decimal(9), "b": Decimal(8), "c": Decimal(8), "d": Decimal(1)}) == {
        "a": 1,
        "b": Fraction(5, 2),
        "c": Fraction(5, 2),
        "d": 4,
    }
    ranks = [Fraction(n) for n in (1, 2, 3, 4, 5)]
    assert spearman(ranks, [Fraction(n) for n in (2, 1, 4, 3, 5)]) == Decimal("0.8000")  # 1 - 6 × 4 / (5 × 24)
    assert spearman(ranks[:2], ranks[:2]) is None
    assert spearman(ranks, [Fraction(3)] * 5) is None


def test_year_on_year() -> None:
    before, now = ten_units(), ten_units(carry="exact")
    worse = tuple(
        item._replace(score=Decimal(80)) if (item.evaluated_unit, item.component) == ("a", "indicator_score") else item
        for item in now.component_scores
    )
    changes = analyse(replace(now, component_scores=worse), before).changes
    assert [(c.evaluated_unit, c.rank_before, c.rank) for c in changes if c.rank != c.rank_before] == [
        ("a", 2, 6),
        ("b", 3, 2),
        ("c", 4, 3),
        ("d", 4, 3),
        ("f", 6, 5),
    ]
