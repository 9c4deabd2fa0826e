"""The terminal: tables aligned by the width that characters really take, colours, messages.

This is the only module that writes to stdout and stderr. A Chinese character takes two columns; widths come
from rich. Text from a ledger is stripped of control and direction-changing characters before it is shown.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from kpi_cli.rendering.styled import Text
from kpi_cli.tables.table import Role, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kpi_cli.problems import Problem
    from kpi_cli.tables.table import Cell, Table

T = TypeVar("T")

MOST_PROBLEMS = 10_000
"""Problems that are listed in one go."""
_GAP = 2
_MIN_LABEL = 16
_RUN, _CLOSING = re.compile(r"[0-9A-Za-z.,%+–-]+|.", re.DOTALL), "，。；：、）”》"
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls, marks of direction, invisible characters, halves of characters."""


def safe(text: str) -> str:
    """Remove characters that could steer a terminal or turn text around."""
    return _UNSAFE.sub("", text)


def say(text: str) -> None:
    """Write a result to stdout: as it is for a program, `safe` for a person; a reader that has gone is no error."""
    if sys.stdout.isatty():
        text = safe(text)
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def note(text: str) -> None:
    """Write a message for people to stderr, one line; nothing depends on whether it can be read there."""
    with suppress(OSError):
        sys.stderr.write(safe(text).replace("\n", " ") + "\n")


def complain(problems: Iterable[Problem], kind: str = "错误") -> None:
    """Write problems to stderr, one line each: `kpi: 错误: FILE:LINE: …`; nobody reads more than MOST_PROBLEMS."""
    found = list(problems)
    for problem in found[:MOST_PROBLEMS]:
        note(f"kpi: {kind}: {problem.text}")
    if len(found) > MOST_PROBLEMS:
        note(f"kpi: {kind}: 还有 {len(found) - MOST_PROBLEMS} 个问题没有列出；请先改正以上的")


def wants_color(mode: str) -> bool:
    """Decide on colour: `--color always|never`, else NO_COLOR, TERM=dumb, and whether stdout is a terminal."""
    if mode in ("always", "never"):
        return mode == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show(lines: Iterable[Text], mode: str = "auto") -> None:
    """Write styled lines to stdout, with colour where it is wanted; without it a console need not be imported."""
    if not wants_color(mode):
        for line in lines:
            say(safe(line.plain))
        return
    from rich.console import Console
    from rich.text import Text as Styled

    console = Console(force_terminal=True, color_system="standard", highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Styled.assemble(*((safe(text), style) for text, style in line.parts)), soft_wrap=True)


def progress(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    """Yield items, and show on stderr how far they are where it is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, label, total=total, console=Console(stderr=True), transient=True)


def screen_width() -> int:
    """Return the columns of the terminal; wide where there is none, so that piped tables are not folded."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000


def table_lines(table: Table, width: int) -> list[Text]:
    """Lay out one table for a terminal of `width` columns.

    Groups of columns are headed by a centred text over a rule; names fold when the table is too wide, amounts
    never do.
    """
    widths = _widths(table, width)
    total = sum(widths) + _GAP * (len(widths) - 1)
    lines = [Text(_pad(safe(table.title), total, "center"), style="bold")]
    lines.append(Text(_sides(table.label, f"{table.number}  {table.unit_label}".strip(), total)))
    lines.append(Text("━" * total, style="dim"))
    for level in range(table.header_rows):
        lines += _header_lines(table, level, widths)
    lines.append(Text("━" * total, style="dim"))
    for row in table.body:
        style = "bold" if any(cell.role is Role.TOTAL for cell in row) else ""
        lines += [Text(line.rstrip(), style=style) for line in _body_lines(row, widths)]
    lines.append(Text("━" * total, style="dim"))
    if table.note:
        lines.append(Text(safe(table.note)))
    return lines


def list_lines(header: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> list[Text]:
    """Lay out a simple list: one header line, columns as wide as their texts; `right` columns are right-aligned."""
    body = [[safe(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(_cells, column)) for column in zip(header, *body, strict=True)]
    sides = ["right" if i in set(right) else "left" for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        return (" " * _GAP).join(_pad(*args) for args in zip(cells, widths, sides, strict=True)).rstrip()

    return [Text(line(header), style="bold"), *(Text(line(row)) for row in body)]


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _pad(text: str, width: int, align: str) -> str:
    space = max(0, width - _cells(text))
    if align == "right":
        return " " * space + text
    if align == "center":
        return " " * (space // 2) + text + " " * (space - space // 2)
    return text + " " * space


def _sides(left: str, right: str, width: int) -> str:
    left, right = safe(left), safe(right)
    return left + " " * max(_GAP, width - _cells(left) - _cells(right)) + right


def _shown(cell: Cell) -> str:
    return "　" * cell.indent + safe(cell.printed).replace("\n", " ")


def _widths(table: Table, limit: int) -> list[int]:
    """Fit columns to their texts, widen them for merged headers, then narrow names if the table is too wide."""
    widths = [2] * len(table.columns)
    for row in table.rows:
        for c, cell in enumerate(row):
            if cell.columns == 1 and cell.state is not State.COVERED:
                widths[c] = max(widths[c], _cells(_shown(cell)))
    for row in table.rows:
        for c, cell in enumerate(row):
            if cell.columns > 1:
                missing = _cells(_shown(cell)) - sum(widths[c : c + cell.columns]) - _GAP * (cell.columns - 1)
                widths[c + cell.columns - 1] += max(0, missing)
    excess = sum(widths) + _GAP * (len(widths) - 1) - limit
    for c in sorted(range(len(widths)), key=lambda c: -widths[c]):
        if excess > 0 and table.columns[c].kind == "label":
            taken = min(excess, max(0, widths[c] - _MIN_LABEL))
            widths[c] -= taken
            excess -= taken
    return widths


def _span(widths: Sequence[int], c: int, count: int) -> int:
    return sum(widths[c : c + count]) + _GAP * (count - 1)


def _header_lines(table: Table, level: int, widths: list[int]) -> list[Text]:
    """One level of the header: texts that end on this level, groups with a rule below them."""
    texts, rules, has_group = [], [], False
    c = 0
    while c < len(widths):
        cell, start = _covering(table, level, c)
        span = cell.columns if start is not None else 1
        width = _span(widths, c, span)
        is_last = start is not None and start + cell.rows - 1 == level
        text = safe(cell.text) if is_last else ""
        is_group = is_last and span > 1 and level < table.header_rows - 1
        has_group |= is_group
        texts.append(_pad(_clip(text, width), width, "center"))
        rules.append(("─" if is_group else " ") * width)
        c += span
    lines = [Text((" " * _GAP).join(texts).rstrip(), style="bold")]
    if has_group:
        lines.append(Text((" " * _GAP).join(rules).rstrip(), style="dim"))
    return lines if lines[0].plain else []


def _covering(table: Table, level: int, c: int) -> tuple[Cell, int | None]:
    """Return the header cell that reaches `level` in column `c`, and the level where it starts."""
    for start in range(level, -1, -1):
        cell = table.rows[start][c]
        if cell.state is not State.COVERED:
            return (cell, start) if start + cell.rows > level else (cell, None)
    return table.rows[level][c], None


def _clip(text: str, width: int) -> str:
    while text and _cells(text) > width:
        text = text[:-1]
    return text


def _body_lines(row: Sequence[Cell], widths: list[int]) -> list[str]:
    folded: list[tuple[list[str], int, str]] = []
    c = 0
    while c < len(row):
        cell = row[c]
        width = _span(widths, c, cell.columns)
        folded.append((fold(_shown(cell), width), width, cell.align))
        c += cell.columns
    height = max(len(lines) for lines, _, _ in folded)
    gap = " " * _GAP
    return [
        gap.join(_pad(lines[i] if i < len(lines) else "", width, align) for lines, width, align in folded)
        for i in range(height)
    ]


def fold(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` columns, anywhere but in a number or before a closing mark."""
    if len(text) * 2 <= width or _cells(text) <= width:
        return [text]
    lines = [""]
    for run in _RUN.findall(text):
        if _cells(lines[-1] + run) > width:
            kept = lines[-1][-1:] if run in _CLOSING and len(lines[-1]) > 1 else ""
            lines[-1] = lines[-1][: len(lines[-1]) - len(kept)]
            lines.append(kept)
        for part in [run] if _cells(lines[-1] + run) <= width else run:
            if _cells(lines[-1] + part) > width:
                lines.append("")
            lines[-1] += part
    return [line for i, line in enumerate(lines) if line or not i]
