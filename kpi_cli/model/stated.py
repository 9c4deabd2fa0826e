"""What a department states in `narrative.toml`: words and counts that no budget line can tell.

Source: domain/narrative.md §1, domain/sangong.md §5–8.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from kpi_cli.model.source import Source


class StatedFigure(NamedTuple):
    """One figure given by hand.

    Attributes:
      key: Figure key (`headcount:cadres`, `vehicles_held:other`, `procurement:goods`, `stated:…`).
      value: 元 for money, else a count.
      unit: 元, or a counting word (名, 个, 家, 辆).
      name: Its Chinese name as printed, or "".
      source: Where it stands.
    """

    key: str
    value: Decimal
    unit: str
    name: str
    source: Source


class StatedText(NamedTuple):
    """Words given by hand, with the place where they stand."""

    text: str
    source: Source


class ProjectDetail(NamedTuple):
    """What Shanghai's 七、项目经费情况说明 says about one project, or about several together.

    Attributes:
      projects: Ids of the projects.
      overview: 项目概述.
      basis: 立项依据.
      implementer: 实施主体.
      plan: 实施方案.
      period: 实施周期.
      objective: 绩效目标.
      source: Where it stands.
    """

    projects: tuple[str, ...]
    overview: str
    basis: str
    implementer: str
    plan: str
    period: str
    objective: str
    source: Source


@dataclass(frozen=True)
class StatedFacts:
    """All of `narrative.toml`.

    Attributes:
      figures: Figures by key, in the order of the file.
      texts: Paragraphs by section (`functions`, `structure`, …), in the order of the file.
      reasons: Figure key → why it changed against last year.
      uses: Figure key → what it is spent on (主要用于…).
      details: (figure key, field) → further words about a figure, such as the grade of a post.
      lists: Name → entries of a list that sentences count (`internal_divisions`, `units`), or project ids (`goals`).
      glossary: Term → explanation, over the set's own.
      project_details: In the order of the file.
    """

    figures: Mapping[str, StatedFigure] = field(default_factory=dict)
    texts: Mapping[str, tuple[StatedText, ...]] = field(default_factory=dict)
    reasons: Mapping[str, StatedText] = field(default_factory=dict)
    uses: Mapping[str, StatedText] = field(default_factory=dict)
    details: Mapping[tuple[str, str], StatedText] = field(default_factory=dict)
    lists: Mapping[str, tuple[StatedText, ...]] = field(default_factory=dict)
    glossary: Mapping[str, StatedText] = field(default_factory=dict)
    project_details: tuple[ProjectDetail, ...] = ()
