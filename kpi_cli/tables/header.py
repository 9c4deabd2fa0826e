"""Multi-level table headers: from the header path of each column to a grid of merged cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.tables.table import COVERED, Cell, Role, State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def header_rows(paths: Sequence[tuple[str, ...]], fill: Callable[[str], str]) -> list[tuple[Cell, ...]]:
    """Lay out header paths as merged cells.

    Columns with the same beginning share a merged cell; a short path's last text reaches down to the body:

        [("项目", "编码", "类"), ("项目", "编码", "款"), ("项目", "名称"), ("预算数",)]

        项目            预算数
        编码      名称
        类   款

    Args:
      paths: Header texts of each column from the top down.
      fill: Puts year and department into a text.
    Returns:
      As many rows as the longest path; one cell per column, COVERED under a span.
    """
    depth = max(map(len, paths))
    grid = [[COVERED] * len(paths) for _ in range(depth)]
    for level in range(depth):
        column = 0
        while column < len(paths):
            path = paths[column]
            end = column + 1
            if level < len(path):
                last = level == len(path) - 1
                while (
                    not last
                    and end < len(paths)
                    and paths[end][: level + 1] == path[: level + 1]
                    and len(paths[end]) > level + 1
                ):
                    end += 1
                grid[level][column] = Cell(
                    State.TEXT,
                    fill(path[level]),
                    role=Role.HEAD,
                    rows=depth - level if last else 1,
                    columns=end - column,
                    align="center",
                )
            column = end
    return [tuple(row) for row in grid]
