"""The records of an evaluation year: what the office writes down, nothing that is computed from it.

Names are those of the import columns (CONTRACT.md, Evaluation). Numbers are Decimal, None where not given; other
fields are "" where not given; dates are ISO text. Words of a vocabulary are English keys (`vocabulary.py`).
The column `source` of surveys and component scores (who supplied the figure) is the field `data_source` here, since
`source` is where a record stands, as in every record of the ledger.
"""

from kpi_cli.evaluation.records.decisions import (
    Appeal,
    Bonus,
    ComponentScore,
    Inspection,
    Minutes,
    Rectification,
    TieDecision,
    Veto,
)
from kpi_cli.evaluation.records.indicators import (
    NOWHERE,
    Assignment,
    Evidence,
    Indicator,
    IndicatorSheet,
    Progress,
    Result,
    Unit,
    UpperIndicator,
)
from kpi_cli.evaluation.records.projects import GoalIndicator, MonitorEntry, ProjectFund, ProjectGoal
from kpi_cli.evaluation.records.reviews import Ballot, Leader, LeaderRating, Opinion, Survey, Vote

__all__ = [
    "NOWHERE",
    "Appeal",
    "Assignment",
    "Ballot",
    "Bonus",
    "ComponentScore",
    "Evidence",
    "GoalIndicator",
    "Indicator",
    "IndicatorSheet",
    "Inspection",
    "Leader",
    "LeaderRating",
    "Minutes",
    "MonitorEntry",
    "Opinion",
    "Progress",
    "ProjectFund",
    "ProjectGoal",
    "Rectification",
    "Result",
    "Survey",
    "TieDecision",
    "Unit",
    "UpperIndicator",
    "Veto",
    "Vote",
]
