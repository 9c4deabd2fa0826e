"""The written parts as Markdown, as numbered text, and as JSON in the shapes of CONTRACT.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi_cli.money import plain
from kpi_cli.narrative.document import Heading, Paragraph
from kpi_cli.rendering.plain import to_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.model.claims import Claim
    from kpi_cli.narrative.document import Block, Change, Narrative


def narrative_markdown(narrative: Narrative, disclosure: Disclosure) -> str:
    """Write the parts as Markdown; the tables are named where they stand."""
    return _joined(
        narrative,
        disclosure,
        lambda heading: "#" * (heading.level + 1) + f" {heading.text}",
        lambda paragraph: paragraph.text,
    )


def narrative_text(narrative: Narrative, disclosure: Disclosure) -> str:
    """Write the parts as text, each paragraph with the number that `kpi trace narrative N` takes."""
    return _joined(
        narrative, disclosure, lambda heading: heading.text, lambda paragraph: f"[{paragraph.number}] {paragraph.text}"
    )


def _joined(
    narrative: Narrative,
    disclosure: Disclosure,
    heading: Callable[[Heading], str],
    paragraph: Callable[[Paragraph], str],
) -> str:
    parts = []
    for block in narrative.blocks:
        if isinstance(block, Heading):
            parts.append(heading(block))
        elif isinstance(block, Paragraph):
            parts.append(paragraph(block))
        else:
            parts.append("\n".join(f"- {table.id} {table.title}" for table in disclosure.tables))
    return "\n\n".join(parts) + "\n"


def narrative_json(narrative: Narrative, disclosure: Disclosure) -> str:
    """Write blocks, claims (as `kpi check --disclosure` reads them) and comparisons as JSON; numbers are texts."""
    return to_json(
        {
            "year": disclosure.year,
            "table_set": disclosure.table_set,
            "department": disclosure.department,
            "blocks": [_block(block) for block in narrative.blocks],
            "claims": [claim_json(claim) for claim in narrative.claims],
            "comparisons": [_change(change) for change in narrative.changes],
        }
    )


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "number": block.number, "title": block.title}
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "number": block.number, "section": block.section, "text": block.text}
    return {"kind": "tables"}


def claim_json(claim: Claim) -> dict[str, Any]:
    """Return a claim in the shape of CONTRACT.md."""
    change, share = claim.comparison, claim.share_of
    return {
        "id": claim.id,
        "section": claim.section,
        "sentence": claim.sentence,
        "figure": claim.figure,
        "value": plain(claim.value),
        "unit": claim.unit,
        "places": claim.places,
        "comparison": change
        and {
            "base_year": change.base_year,
            "basis": change.basis,
            "direction": change.direction,
            "amount": _number(change.amount),
            "percent": _number(change.percent),
            "reason": change.reason,
        },
        "share_of": share and {"figure": share.figure, "percent": plain(share.percent)},
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "figure": change.figure,
        "base_year": change.base_year,
        "basis": change.basis,
        "unit": change.unit,
        "current": plain(change.current),
        "previous": plain(change.previous),
        "difference": plain(change.difference),
        "percent": _number(change.percent),
    }


def _number(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
