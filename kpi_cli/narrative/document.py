"""The neutral text that every output renders: headings, paragraphs with their claims, the place of the tables, charts.

As `tables.table` is for tables: order, numbering and wording are decided before, exporters only set type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from kpi_cli.model.claims import Claim


class Heading(NamedTuple):
    """A heading.

    Attributes:
      level: 0 for a part (第一部分), 1 for 一、, 2 for （一）, 3 for 1.
      number: Its number as printed, such as `一、` or `第一部分 `; "" where it has none.
      title: The words after the number.
    """

    level: int
    number: str
    title: str

    @property
    def text(self) -> str:
        """The heading as printed."""
        return self.number + self.title


class Paragraph(NamedTuple):
    """A paragraph.

    Attributes:
      number: 1-based through the narrative; `kpi trace narrative N` takes it.
      section: Headings above, joined with `/`.
      text: The words as printed.
      claims: Its numbers, in reading order.
    """

    number: int
    section: str
    text: str
    claims: tuple[Claim, ...] = ()


class TablesPlace(NamedTuple):
    """Where the nine tables stand in the document."""


Block = Heading | Paragraph | TablesPlace


class Chart(NamedTuple):
    """A chart, for those outputs that draw.

    Attributes:
      kind: `pie` or `column`.
      title: As printed above it.
      money_unit: Unit of the values.
      places: Decimals of the values in print.
      categories: Labels, left to right.
      series: (name, one exact value in 元 per category; None is unknown).
      description: One sentence with the figures, for readers who cannot see it (alt text).
    """

    kind: str
    title: str
    money_unit: str
    places: int
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[Decimal | None, ...]], ...]
    description: str


class Change(NamedTuple):
    """One figure against last year, as printed; whether or not the sentence gives the rate.

    Attributes:
      figure: Figure key.
      base_year: The year compared with.
      basis: `budget` or `executed`.
      unit: Unit of the numbers.
      current: This year's number.
      previous: Last year's number.
      difference: The one less the other; negative for a decrease.
      percent: Rate with its sign; None on a base of zero, and where nothing changed.
    """

    figure: str
    base_year: int
    basis: str
    unit: str
    current: Decimal
    previous: Decimal
    difference: Decimal
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Narrative:
    """The written parts of one disclosure, in the order of the document.

    Attributes:
      blocks: Headings, paragraphs, and one place for the tables.
      charts: Charts about the same figures.
      changes: Every comparison made, each once.
    """

    blocks: tuple[Block, ...]
    charts: tuple[Chart, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def paragraphs(self) -> Iterator[Paragraph]:
        """Yield the paragraphs in order."""
        return (block for block in self.blocks if isinstance(block, Paragraph))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim in reading order."""
        return tuple(claim for paragraph in self.paragraphs for claim in paragraph.claims)
