"""The public surface for plugins: what is named here keeps its meaning within a major version of HOOK_API_VERSION.

Nothing else is public.

from kpi_cli.api import Exporter, hookimpl
"""

from __future__ import annotations

from kpi_cli.checks.finding import Finding, NotApplicableError, NotCheckableError, Receipt
from kpi_cli.checks.rule import TieOutRule
from kpi_cli.disclosure import Disclosure
from kpi_cli.errors import ExportError, KpiError
from kpi_cli.evaluation.arithmetic import Outcome, Step, exact
from kpi_cli.evaluation.methods.method import Case, Group, Method, MethodError, Param
from kpi_cli.model.claims import Claim, Comparison, Share
from kpi_cli.model.records import BudgetLine, Income, Project, SangongExpense
from kpi_cli.narrative.document import Chart, Heading, Narrative, Paragraph, TablesPlace
from kpi_cli.plugin.exporter import Exporter, Host, NoOptions
from kpi_cli.plugin.hookspecs import HOOK_API_VERSION, hookimpl
from kpi_cli.problems import Problem
from kpi_cli.tables.table import (
    Block,
    Cell,
    Column,
    Difference,
    Growth,
    NumberFormat,
    Role,
    State,
    Sum,
    Table,
    address,
)

__all__ = [
    "HOOK_API_VERSION",
    "Block",
    "BudgetLine",
    "Case",
    "Cell",
    "Chart",
    "Claim",
    "Column",
    "Comparison",
    "Difference",
    "Disclosure",
    "ExportError",
    "Exporter",
    "Finding",
    "Group",
    "Growth",
    "Heading",
    "Host",
    "Income",
    "KpiError",
    "Method",
    "MethodError",
    "Narrative",
    "NoOptions",
    "NotApplicableError",
    "NotCheckableError",
    "NumberFormat",
    "Outcome",
    "Paragraph",
    "Param",
    "Problem",
    "Project",
    "Receipt",
    "Role",
    "SangongExpense",
    "Share",
    "State",
    "Step",
    "Sum",
    "Table",
    "TablesPlace",
    "TieOutRule",
    "address",
    "exact",
    "hookimpl",
]
