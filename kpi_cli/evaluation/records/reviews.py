"""The records of the public review and of the leaders' ratings: numbers and tokens, never a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.evaluation.records.indicators import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from kpi_cli.model.source import Source


class Ballot(NamedTuple):
    """Counted ballots of one group about one unit: numbers only, never a name.

    Attributes:
      round: `year` or `midyear`.
      stage: Key of the scheme's stage weights, or "".
      group: Key of the scheme's group weights, or "".
      evaluated_unit: Id of the unit.
      issued: 发放.
      returned: 收回.
      invalid: 无效.
      counts: Ballots by option of the scheme, those that do not count as valid included.
      source: Where it stands.
    """

    round: str
    stage: str
    group: str
    evaluated_unit: str
    issued: int
    returned: int
    invalid: int
    counts: Mapping[str, int]
    source: Source = NOWHERE


class Vote(NamedTuple):
    """One anonymous ballot, where single ballots are kept: `respondent_no` is a token, unique per round and stage."""

    round: str
    stage: str
    group: str
    respondent_no: str
    evaluated_unit: str
    option: str
    respondent_unit: str = ""
    source: Source = NOWHERE


class Survey(NamedTuple):
    """A summary without ballots (telephone survey): a mean `score` or a `rate`, both 0–100."""

    round: str
    group: str
    evaluated_unit: str
    sample: int | None = None
    score: Decimal | None = None
    rate: Decimal | None = None
    data_source: str = ""
    source: Source = NOWHERE


class Opinion(NamedTuple):
    """One opinion or suggestion from the public review (form F7), without a name."""

    id: str
    evaluated_unit: str
    category: str
    summary: str
    group: str = ""
    handled_by: str = ""
    due: str = ""
    outcome: str = ""
    source: Source = NOWHERE


class Leader(NamedTuple):
    """A unit that a leader belongs or belonged to and so may not rate; one row per unit."""

    leader_no: str
    own_unit: str
    source: Source = NOWHERE


class LeaderRating(NamedTuple):
    """One leader's rating of one unit: a score 0–100 or an option; recused ratings do not count."""

    leader_no: str
    tier: str
    evaluated_unit: str
    score: Decimal | None = None
    option: str = ""
    recused: bool = False
    source: Source = NOWHERE
