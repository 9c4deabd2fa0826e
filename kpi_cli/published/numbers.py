"""Numbers of a published table: what a cell's text is worth, and with how many decimals it was printed."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"(?P<sign>[-−]?)(?P<digits>\d[\d,]*(?:\.\d+)?)%?|\((?P<negative>\d[\d,]*(?:\.\d+)?)\)", re.ASCII)
_NOTHING = ("", "-", "--", "/", "无")
"""What is printed for “nothing”."""


def read_number(text: str) -> Decimal | None:
    """Return the number that a cell prints; (1.00) is below zero, as accountants write it.

    Returns:
      None where it is no number, or one of more digits than any budget has.
    """
    match = _NUMBER.fullmatch(_plain(text))
    if match is None:
        return None
    number = Decimal((match["digits"] or match["negative"]).replace(",", ""))
    if not money.is_exact(number):
        return None
    return -number if match["sign"] or match["negative"] else number


def is_nothing(text: str) -> bool:
    """Tell whether a cell says that there is nothing."""
    return _plain(text) in _NOTHING


def _plain(text: str) -> str:
    return re.sub(r"[\s¥元]", "", unicodedata.normalize("NFKC", text).replace("−", "-"))


class PrintedPlaces:
    """With how many decimals the amounts of a table are printed.

    Some documents drop zeros at the end (288.7 beside 25.40): what counts is the most of the cell's column and of
    its row; for a cell with no number about, the most of the table.

    Args:
      body: Rows below the header.
      columns: Those with amounts.
    """

    def __init__(self, body: Sequence[Sequence[str]], columns: Iterable[int]) -> None:
        """Count the decimals of every amount."""
        self._of_row: dict[int, int] = {}
        self._of_column: dict[int, int] = {}
        for c in columns:
            for number, row in enumerate(body):
                value = read_number(row[c])
                if value is not None:
                    places = money.printed_places(value)
                    self._of_row[number] = max(places, self._of_row.get(number, 0))
                    self._of_column[c] = max(places, self._of_column.get(c, 0))
        self._most = max(self._of_column.values(), default=0)

    def of(self, row: int, column: int) -> int:
        """Return the decimals that a cell stands for."""
        known = [p for p in (self._of_row.get(row), self._of_column.get(column)) if p is not None]
        return max(known, default=self._most)
