"""V301–V314: ballots of the public review and ratings of the leaders."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kpi_cli.checks.finding import NotApplicableError
from kpi_cli.evaluation.arithmetic import exact, rounded, written
from kpi_cli.evaluation.index import grouped
from kpi_cli.evaluation.methods.review import valid_count
from kpi_cli.evaluation.rules.subject import finding, rule, some
from kpi_cli.evaluation.vocabulary import GROUP, NAME, STAGE, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kpi_cli.checks.finding import Finding
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.evaluation.records import Ballot
    from kpi_cli.evaluation.rules.subject import Subject
    from kpi_cli.evaluation.scheme import Option


def _label(subject: Subject, ballot: Ballot) -> str:
    parts = (subject.name(ballot.evaluated_unit), word(STAGE, ballot.stage), word(GROUP, ballot.group))
    return " ".join(part for part in parts if part)


def _ballots(subject: Subject) -> tuple[Ballot, ...]:
    some(subject.year.ballots, "票数")
    return subject.year.ballots


@rule
def returned_within_issued(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V301: returned ballots are not more than those issued."""
    for ballot in _ballots(subject):
        if ballot.returned > ballot.issued:
            yield finding(
                rule, ballot.source, f"{_label(subject, ballot)} 收回多于发放", ballot.issued, ballot.returned
            )


@rule
def options_add_up(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V302: options and invalid ballots add up to the returned ones."""
    for ballot in _ballots(subject):
        counted = sum(ballot.counts.values()) + ballot.invalid
        if counted != ballot.returned:
            message = f"{_label(subject, ballot)} 各选项与无效票之和不等于收回"
            yield finding(rule, ballot.source, message, ballot.returned, counted)


@rule
def one_vote_each(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V303: a respondent votes once on a unit within round and stage."""
    seen: dict[tuple[str, ...], int] = {}
    for vote in some(subject.year.votes, "逐票记录"):
        key = vote.round, vote.stage, vote.respondent_no, vote.evaluated_unit
        if key in seen:
            message = f"{vote.respondent_no} 对{subject.name(vote.evaluated_unit)}重复投票，第一次在第 {seen[key]} 行"
            yield finding(rule, vote.source, message)
        seen.setdefault(key, vote.source.line)


@rule
def valid_ballots(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V304: every weighted group has a valid ballot, or a policy is named."""
    scheme, index = subject.scheme, subject.index
    _ballots(subject)
    if scheme.public_review.missing_group != "error":
        raise NotApplicableError("方案写明了缺组的处理")
    if not scheme.group_weights:
        raise NotApplicableError("方案没有代表类别的权重")
    for (review_round, unit), stages in index.ballots.items():
        if review_round != scheme.public_review.round or unit not in index.units:
            continue
        weights = scheme.group_weights.get(index.units[unit].category, {})
        for stage, groups in stages.items():
            for group in (name for name, weight in weights.items() if weight):
                if not _valid(groups.get(group, Counter()), scheme.options):
                    where = index.ballot_records[review_round, unit][0].source
                    place = f"{word(STAGE, stage)}{word(GROUP, group)}"
                    yield finding(rule, where, f"{subject.name(unit)} {place}没有有效票", detail=f"{stage}:{group}")


def _valid(counts: Mapping[str, int], options: Mapping[str, Option]) -> int:
    return valid_count({name: count for name, count in counts.items() if name in options}, options)


@rule
def recovery_and_size(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V305: recovery is high enough, and no group is too small."""
    review = subject.scheme.public_review
    for ballot in _ballots(subject):
        label = _label(subject, ballot)
        if ballot.issued and exact(ballot.returned) * 100 < exact(review.min_recovery) * ballot.issued:
            shown = written(rounded(exact(ballot.returned) * 100 / ballot.issued, 2, "half_up"))
            message = f"{label} 回收率偏低"
            yield finding(rule, ballot.source, message, f"≥{written(review.min_recovery)}%", f"{shown}%", "recovery")
        valid = _valid(ballot.counts, subject.scheme.options)
        if valid < review.min_ballots:
            yield finding(rule, ballot.source, f"{label} 有效票太少", f"≥{review.min_ballots}", valid, "size")


@rule
def whole_counts(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V306: counts are integers that are not negative."""
    for ballot in _ballots(subject):
        numbers = {"发放": ballot.issued, "收回": ballot.returned, "无效": ballot.invalid, **ballot.counts}
        for name, number in numbers.items():
            if number < 0 or int(number) != number:
                message = f"{_label(subject, ballot)} 的“{name}”不是不小于 0 的整数"
                yield finding(rule, ballot.source, message, actual=number, detail=name)


@rule
def unknown_share(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V307: at most half of the ballots about a unit do not count (不了解)."""
    options = subject.scheme.options
    _ballots(subject)
    for (_, unit), ballots in subject.index.ballot_records.items():
        every = sum(sum(ballot.counts.values()) for ballot in ballots)
        unsure = every - sum(_valid(ballot.counts, options) for ballot in ballots)
        if every and unsure * 2 > every:
            shown = written(rounded(exact(unsure) * 100 / every, 2, "half_up"))
            message = f"{subject.name(unit)}的“不了解”等不计分的票超过一半"
            yield finding(rule, ballots[0].source, message, "≤50%", f"{shown}%")


@rule
def no_names(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V308: the ledger holds no names of respondents or raters."""
    year = subject.year
    tokens = [(vote.respondent_no, vote.source) for vote in year.votes]
    tokens += [(rating.leader_no, rating.source) for rating in year.leader_ratings]
    tokens += [(leader.leader_no, leader.source) for leader in year.leaders]
    some((*tokens, *year.ballots), "评议记录")
    for token, source in tokens:
        if NAME.search(token):
            yield finding(rule, source, "评议只用编号，不能写姓名，请改为编号")


@rule
def own_staff(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V309: respondents do not rate their own unit."""
    for vote in some([each for each in subject.year.votes if each.respondent_unit], "写明评议代表单位的逐票记录"):
        if vote.respondent_unit in (vote.evaluated_unit, subject.name(vote.evaluated_unit)):
            yield finding(rule, vote.source, f"{vote.respondent_no} 评议自己的单位", actual=vote.respondent_unit)


# leaders


@rule
def one_rating_each(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V311: one score per leader and unit, between 0 and 100."""
    seen: dict[tuple[str, str], int] = {}
    for rating in some(subject.year.leader_ratings, "领导评分"):
        key, label = (
            (rating.leader_no, rating.evaluated_unit),
            f"{rating.leader_no} 对{subject.name(rating.evaluated_unit)}",
        )
        if key in seen:
            yield finding(rule, rating.source, f"{label}重复评分，第一次在第 {seen[key]} 行", detail="twice")
        seen.setdefault(key, rating.source.line)
        if rating.score is not None and not 0 <= rating.score <= 100:
            yield finding(rule, rating.source, f"{label}的评分超出范围", "0–100", rating.score)
        if rating.score is None and not rating.option and not rating.recused:
            yield finding(rule, rating.source, f"{label}既没有评分也没有选项", detail="empty")


@rule
def forced_distribution(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V312: the quota of each option is kept on every paper."""
    quotas = subject.scheme.leader_rating.quotas
    if not quotas:
        raise NotApplicableError("方案没有强制分布")
    ratings = [item for item in subject.year.leader_ratings if item.option and not item.recused]
    for leader, own in grouped(some(ratings, "等次评价"), lambda item: item.leader_no).items():
        counts = Counter(item.option for item in own)
        for option, most in quotas.items():
            if counts[option] > most:
                message = f"{leader} 评为“{option}”的单位超过名额"
                yield finding(rule, own[0].source, message, most, counts[option], f"{leader}:{option}")


@rule
def enough_raters(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V313: there are enough raters to trim."""
    leader = subject.scheme.leader_rating
    if leader.method != "trimmed":
        raise NotApplicableError("领导评价不去极值")
    some(subject.year.leader_ratings, "领导评分")
    for unit, ratings in subject.index.ratings.items():
        if len(ratings) < leader.trim_min_n:
            message = f"{subject.name(str(unit))}的评价人数太少，去极值平均改为平均分"
            yield finding(rule, ratings[0].source, message, f"≥{leader.trim_min_n}", len(ratings))


@rule
def recusals(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V314: a leader who belongs or belonged to a unit does not rate it."""
    own = {(item.leader_no, item.own_unit) for item in some(subject.year.leaders, "领导所属单位的登记")}
    for rating in subject.year.leader_ratings:
        if (rating.leader_no, rating.evaluated_unit) in own and not rating.recused:
            yield finding(
                rule, rating.source, f"{rating.leader_no} 评价自己的单位{subject.name(rating.evaluated_unit)}，没有回避"
            )
