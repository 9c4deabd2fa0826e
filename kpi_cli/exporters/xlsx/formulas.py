"""A table's formulas in A1 notation, for any spreadsheet: only SUM, IF and arithmetic, no structured references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.tables.table import Difference, Sum, address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi_cli.tables.table import Formula

LENGTH_LIMIT = 8192
"""Longest formula that Excel accepts; a longer one makes it repair the file."""

_ARGUMENTS = 255
_PLAIN_TERMS = 12
"""Up to this many single cells are written `E9+E14+E20`, which people read more easily than SUM."""

_Position = tuple[int, int]


def quoted(text: str) -> str:
    """Write a text as a formula constant."""
    return '"' + text.replace('"', '""') + '"'


class Addresses:
    """Turns positions of a table into addresses of its sheet.

    Args:
      first_row: 1-based sheet row of the table's row 0.
      columns: How many columns the table has.
    """

    def __init__(self, first_row: int, columns: int) -> None:
        self._first_row = first_row
        self._letters = [address(1, c)[:-1] for c in range(columns)]

    def at(self, position: _Position) -> str:
        """Return the address of (row, column), both 0-based in the table."""
        return f"{self._letters[position[1]]}{self._first_row + position[0]}"

    def text(self, formula: Formula) -> str:
        """Write a formula without the leading `=`; "" where no spreadsheet could hold it."""
        if isinstance(formula, Sum):
            text = self._sum(formula.cells)
        elif isinstance(formula, Difference):
            text = f"{self.at(formula.minuend)}-{self.at(formula.subtrahend)}"
        else:
            current, base = self.at(formula.current), self.at(formula.base)
            text = f'IF({base}=0,"",({current}-{base})/{base}*100)'
        return text if len(text) <= LENGTH_LIMIT else ""

    def _sum(self, cells: Sequence[_Position]) -> str:
        parts = [self._range(first, last) for first, last in _runs(cells)]
        if len(parts) <= _PLAIN_TERMS and not any(":" in part for part in parts):
            return "+".join(parts)
        while len(parts) > _ARGUMENTS:
            parts = [f"SUM({','.join(parts[i : i + _ARGUMENTS])})" for i in range(0, len(parts), _ARGUMENTS)]
        return f"SUM({','.join(parts)})"

    def _range(self, first: _Position, last: _Position) -> str:
        return self.at(first) if first == last else f"{self.at(first)}:{self.at(last)}"


def _runs(cells: Sequence[_Position]) -> list[tuple[_Position, _Position]]:
    """Join neighbours: along the row where all cells are in one, else down each column."""
    along = 1 if len({r for r, _ in cells}) == 1 else 0
    across = 1 - along
    runs: list[tuple[_Position, _Position]] = []
    for cell in sorted(cells, key=lambda cell: (cell[across], cell[along])):
        if runs:
            first, last = runs[-1]
            if last[across] == cell[across] and last[along] + 1 == cell[along]:
                runs[-1] = (first, cell)
                continue
        runs.append((cell, cell))
    return runs
