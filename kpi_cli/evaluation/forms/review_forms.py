"""F6–F10: public review, opinions, leader ratings, inspections, bonuses."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from kpi_cli.evaluation.arithmetic import exact, rounded
from kpi_cli.evaluation.components import awards_of, deduction, rating_points, refusal
from kpi_cli.evaluation.forms.book import Book, tried
from kpi_cli.evaluation.forms.form import Row, Sheet, Value
from kpi_cli.evaluation.index import natural
from kpi_cli.evaluation.methods import leader, review
from kpi_cli.evaluation.methods.points import Fact, counted_awards, fact_points
from kpi_cli.evaluation.vocabulary import BONUS_TYPE, GROUP, LEVEL, ROUND, STAGE, word
from kpi_cli.tables.table import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from kpi_cli.evaluation.records import Ballot, Bonus, Inspection

ZERO = Fraction(0)


def public_review(book: Book) -> Iterator[Sheet]:
    """F6: counted ballots by unit, stage and group, one table for each round."""
    rounds = sorted({ballot.round for ballot in book.year.ballots}, reverse=True)
    for name in rounds:
        rows: list[Row] = []
        for unit in book.index.units:
            ballots = [ballot for ballot in book.index.ballot_records.get((name, unit), []) if book.shows(unit)]
            rows += [Row(_ballot_row(book, ballot)) for ballot in ballots]
            if ballots:
                rows.append(Row(_ballot_total(book, ballots), Role.SUBTOTAL))
        yield Sheet(rows, word(ROUND, name) if len(rounds) > 1 else "")


def _ballot_row(book: Book, ballot: Ballot) -> dict[str, Value]:
    weights = book.scheme.group_weights.get(book.index.units[ballot.evaluated_unit].category, {})
    weight = weights.get(ballot.group)
    counts = {name: ballot.counts.get(name, 0) for name in book.scheme.options}
    score = tried(partial(review.points, counts, book.scheme.options))
    values: dict[str, Value] = {
        "unit": book.name(ballot.evaluated_unit),
        "stage": word(STAGE, ballot.stage),
        "group": word(GROUP, ballot.group),
        "weight": weight,
        "score": score,
        "weighted": None
        if weight is None or score is None
        else rounded(score * exact(weight) / 100, book.paper.places, book.paper.rounding),
        **_ballot_numbers(book, counts, ballot.issued, ballot.returned, ballot.invalid),
    }
    return values


def _ballot_total(book: Book, ballots: list[Ballot]) -> dict[str, Value]:
    counts = {name: sum(ballot.counts.get(name, 0) for ballot in ballots) for name in book.scheme.options}
    issued, returned, invalid = (
        sum(getattr(ballot, field) for ballot in ballots) for field in ("issued", "returned", "invalid")
    )
    numbers = _ballot_numbers(book, counts, issued, returned, invalid)
    return {"unit": book.name(ballots[0].evaluated_unit), "group": "合计", **numbers}


def _ballot_numbers(book: Book, counts: dict[str, int], issued: int, returned: int, invalid: int) -> dict[str, Value]:
    options = book.scheme.options
    every = sum(counts.values())
    values: dict[str, Value] = {
        "issued": issued,
        "returned": returned,
        "recovery": tried(partial(review.recovery, issued, returned)),
        "invalid": invalid,
        "valid": review.valid_count(counts, options),
        "satisfaction": tried(partial(review.rate, counts, options)),
    }
    for name, count in counts.items():
        values[f"count:{name}"] = count
        values[f"share:{name}"] = Fraction(count * 100, every) if every else None
    return values


def opinions(book: Book) -> Iterator[Sheet]:
    """F7: opinions and what became of them, without names."""
    rows = []
    for item in sorted(book.year.opinions, key=lambda item: natural(item.id)):
        if book.shows(item.evaluated_unit):
            values = {field: value for field, value in item._asdict().items() if field not in ("source", "group")}
            rows.append(Row({**values, "unit": book.name(item.evaluated_unit), "group": word(GROUP, item.group)}))
    yield Sheet(rows)


def leader_ratings(book: Book) -> Iterator[Sheet]:
    """F8: the leaders' ratings of each unit as sums and means, never single ones."""
    results = {result.evaluated_unit: result.components.get("leader_rating") for result in book.final.units}
    ranked: dict[str, list[Decimal]] = {}
    for result in book.final.units:
        if part := result.components.get("leader_rating"):
            ranked.setdefault(result.category, []).append(part.score)
    rows = []
    for unit in book.index.units:
        records = book.index.ratings.get(unit, [])
        part = results.get(unit)
        if not records and part is None:
            continue
        values: dict[str, Value] = {"unit": book.name(unit), "raters": len(records)}
        if records:
            values |= _rating_numbers(book, unit)
        if part is not None:
            rank = 1 + sum(score > part.score for score in ranked[book.index.units[unit].category])
            values |= {"score": part.score, "points": part.points, "rank": rank}
        rows.append(Row(values))
    yield Sheet(rows)


def _rating_numbers(book: Book, unit: str) -> dict[str, Value]:
    ratings = rating_points(book.scores, book.index.ratings[unit])
    points = ratings.ordered
    values: dict[str, Value] = {
        "highest": points[0],
        "lowest": points[-1],
        "mean": leader.mean(ratings).score,
        "trimmed": leader.trimmed(ratings).score,
    }
    for tier in ratings.tier_weights:
        own = [score for name, score in ratings.scores if name == tier]
        values[f"tier:{tier}"] = sum(own, ZERO) / len(own) if own else None
    return values


def inspections(book: Book) -> Iterator[Sheet]:
    """F9: every inspection, a subtotal for each unit, and what counts after the cap."""
    rules = {rule.id: rule for rule in book.scheme.deduction_rule}
    rows: list[Row] = []
    for unit in book.index.units:
        records = book.index.inspections.get(unit, []) if book.shows(unit) else []
        total = ZERO
        for item in records:
            rule = rules.get(item.rule)
            points = None
            if rule is not None:
                appeal = book.index.appeals.get((unit, item.id))
                decided = None if appeal is None or appeal.decided is None else exact(appeal.decided)
                points = fact_points(Fact(item.id, rule, item.count, item.level, decided, item.source))
            total += points or ZERO
            rows.append(Row(_inspection_row(book, item, points)))
        if records:
            counted = deduction(book.scores, unit)
            label = f"小计，计入总分 {counted.score}" if counted else "小计"
            rows.append(Row({"unit": book.name(unit), "fact": label, "deduction": total}, Role.SUBTOTAL))
    yield Sheet(rows)


def _inspection_row(book: Book, item: Inspection, points: Fraction | None) -> dict[str, Value]:
    rules = {rule.id: rule for rule in book.scheme.deduction_rule}
    rule = rules.get(item.rule)
    done = book.rectifications.get(item.id)
    appeal = book.index.appeals.get((item.evaluated_unit, item.id))
    return {
        "id": item.id,
        "date": item.date,
        "place": item.place,
        "unit": book.name(item.evaluated_unit),
        "fact": item.fact,
        "rule": (rule.name or rule.id) if rule else item.rule,
        "count": item.count,
        "each": rule.points if rule else None,
        "deduction": points,
        "level": word(LEVEL, item.level),
        "source": "/".join(text for text in (item.team, item.source_doc) if text),
        "due": done.due if done else "",
        "rectified": (done.outcome or (done.done_on and f"{done.done_on} 完成") or "整改中") if done else "",
        "appeal": appeal.decision or "已裁定" if appeal else "",
    }


def bonuses(book: Book) -> Iterator[Sheet]:
    """F10: every bonus, why one does not count, and what counts for each unit after the caps."""
    rows: list[Row] = []
    for unit in book.index.units:
        own = [(item, share) for item, share in book.index.bonuses.get(unit, []) if book.shows(unit)]
        if not own:
            continue
        awards, _ = awards_of(book.scores, unit)
        used, _ = counted_awards(awards)
        points = {award.id: award.points for award in used}
        rows += [Row(_bonus_row(book, unit, item, points.get(item.id))) for item, _ in own]
        result = book.final.of(unit)
        total: dict[str, Value] = {"unit": book.name(unit), "matter": "小计", "points": sum(points.values(), ZERO)}
        rows.append(Row({**total, "capped": result.bonus if result else None}, Role.SUBTOTAL))
    yield Sheet(rows)


def _bonus_row(book: Book, unit: str, item: Bonus, points: Fraction | None) -> dict[str, Value]:
    reason = item.reason or refusal(book.scores, item) or ("" if points is not None else "同一事项已计")
    return {
        "id": item.id,
        "unit": book.name(unit),
        "type": word(BONUS_TYPE, item.type),
        "level": word(LEVEL, item.level),
        "matter": item.matter,
        "doc_no": item.doc_no,
        "issuer": item.issuer,
        "date": item.date,
        "claimed": item.claimed,
        "points": points,
        "reason": reason,
    }
