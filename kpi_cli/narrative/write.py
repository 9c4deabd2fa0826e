"""The written parts of a disclosure, from figures and templates. Pure: reads no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.narrative.charts import make_charts
from kpi_cli.narrative.document import Narrative
from kpi_cli.narrative.layout import lay_out
from kpi_cli.narrative.scope import FIGURE_FUNCTIONS, Scope

if TYPE_CHECKING:
    from kpi_cli.narrative.scope import NarrativeFacts
    from kpi_cli.narrative.sources import NarrativeSource


def write_narrative(facts: NarrativeFacts, source: NarrativeSource) -> Narrative:
    """Write all sentences of a set.

    Args:
      facts: What they are made from.
      source: Template and style.
    Returns:
      Headings and paragraphs with a claim for every figure, and the charts.
    Raises:
      DefinitionError: A template is wrong; it names the file and the line.
    """
    from kpi_cli.narrative.environment import render  # loads Jinja2

    scope = Scope(facts, source.style)
    text = render(source, scope.names(), FIGURE_FUNCTIONS)
    blocks = lay_out(text, scope.pieces, source.style.headings)
    return Narrative(blocks, make_charts(facts, source.style), tuple(scope.changes.values()))
