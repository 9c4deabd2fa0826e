"""Trace: from the figures of a paragraph back to the records that make them up, and the arithmetic between. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli.errors import UsageError
from kpi_cli.model.source import Source
from kpi_cli.problems import Problem
from kpi_cli.tables.trace import Contribution

if TYPE_CHECKING:
    from decimal import Decimal

    from kpi_cli.model.claims import Claim
    from kpi_cli.narrative.document import Narrative, Paragraph
    from kpi_cli.tables.figures import Figure, FigureBook


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one figure comes from.

    Attributes:
      figure: Figure key.
      value: Exact value, 元 or a count; None where it is not known.
      unit: 元, or a counting word.
      records: The records behind it, in ledger order.
    """

    figure: str
    value: Decimal | None
    unit: str
    records: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class ClaimTrace:
    """Where a claim comes from.

    Attributes:
      claim: The claim.
      origin: The figure itself.
      previous: Last year's figure, where the claim compares.
      whole: The whole, where the claim gives a share.
    """

    claim: Claim
    origin: Origin
    previous: Origin | None = None
    whole: Origin | None = None


@dataclass(frozen=True)
class ParagraphTrace:
    """Where the figures of a paragraph come from.

    Attributes:
      paragraph: The paragraph.
      claims: Its claims, in reading order.
    """

    paragraph: Paragraph
    claims: tuple[ClaimTrace, ...]


def trace_paragraph(narrative: Narrative, number: str, book: FigureBook) -> ParagraphTrace:
    """Trace every figure of a paragraph.

    Args:
      narrative: The written parts.
      number: The paragraph's number, as `kpi narrative --format text` shows it.
      book: The figures that the narrative was written from.
    Raises:
      UsageError: There is no such paragraph.
    """
    paragraphs = {str(paragraph.number): paragraph for paragraph in narrative.paragraphs}
    if number not in paragraphs:
        facts = {"count": len(paragraphs)}
        raise UsageError(Problem("unknown-paragraph", value=number, facts=facts))
    found = paragraphs[number]
    return ParagraphTrace(found, tuple(_claim(claim, book) for claim in found.claims))


def _claim(claim: Claim, book: FigureBook) -> ClaimTrace:
    assert claim.figure is not None  # what a template prints always has a key
    change, share = claim.comparison, claim.share_of
    suffix = "#executed" if change and change.basis == "executed" else ""
    return ClaimTrace(
        claim,
        _origin(claim.figure, book),
        _origin(f"{claim.figure}@{change.base_year}{suffix}", book) if change else None,
        _origin(share.figure, book) if share else None,
    )


def _origin(key: str, book: FigureBook) -> Origin:
    figure: Figure = book.figure(key)
    records = sorted(map(_contribution, book.records_of(key)), key=lambda item: (item.file, item.line))
    return Origin(key, figure.value, figure.unit, tuple(records))


def _contribution(record: Any) -> Contribution:
    """Name a record's place; a budget unit stands in kpi.toml, and a stated figure has a value."""
    source = getattr(record, "source", Source("kpi.toml", 0, 0))
    amount = getattr(record, "amount", getattr(record, "value", None))
    return Contribution(source.file, source.line, amount, 1, record)
