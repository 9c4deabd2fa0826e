"""What changed between two years: for the terminal, as CSV, and as JSON."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from kpi_cli.money import plain
from kpi_cli.narrative.years import KINDS
from kpi_cli.rendering.plain import to_csv, to_json
from kpi_cli.rendering.styled import Text
from kpi_cli.rendering.terminal import list_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from kpi_cli.narrative.years import YearChange

COLUMNS = ("kind", "code", "name", "level", "previous", "current", "difference", "percent")


def changes_json(years: tuple[int, int], changes: Sequence[YearChange]) -> str:
    """Write the changes as JSON: amounts in 元 and rates as text, null where not known."""
    rows = [
        {
            "kind": change.kind,
            "code": change.code,
            "name": change.name,
            "level": change.level,
            "previous": _text(change.previous),
            "current": _text(change.current),
            "difference": _text(change.difference),
            "percent": _text(change.percent),
        }
        for change in changes
    ]
    return to_json({"years": list(years), "money_unit": "元", "changes": rows})


def changes_csv(changes: Sequence[YearChange]) -> str:
    """Write the changes as CSV; what is not known is blank."""
    rows = [[str(getattr(change, name) or "") for name in ("kind", "code", "name")] for change in changes]
    numbers = [[str(change.level), *(_text(getattr(change, name)) or "" for name in COLUMNS[4:])] for change in changes]
    return to_csv([COLUMNS, *([*row, *own] for row, own in zip(rows, numbers, strict=True))])


def changes_lines(years: tuple[int, int], changes: Sequence[YearChange]) -> list[Text]:
    """Lay out the changes, one list for each kind."""
    lines: list[Text] = []
    for kind, group in groupby(changes, key=lambda change: change.kind):
        rows = [
            ("　" * change.level + " ".join(word for word in (change.code, change.name) if word), *_numbers(change))
            for change in group
        ]
        lines += [Text()] if lines else []
        header = (KINDS[kind], f"{years[0]}年", f"{years[1]}年", "增减额", "增减%", "变化")
        lines += list_lines(header, rows, right=[1, 2, 3, 4])
    return [*lines, Text(), Text("金额单位：元")]


def _numbers(change: YearChange) -> tuple[str, ...]:
    amounts = [change.previous, change.current, change.difference]
    shown = ["未知" if amount is None else plain(amount, thousands=True) for amount in amounts]
    return (*shown, _text(change.percent) or "", change.words)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
