"""From a figure key to the cells of the nine tables that print the same figure, in every set.

Cells are found by the role of the table and by the row and column ids of its definition, so that tables computed
from a ledger and tables read from elsewhere are looked up alike. A key that no table prints has no cells.
Source: domain/rules.md §0 and §3 (TX-01, TX-02, TX-07), CONTRACT.md (Figure keys).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli import money
from kpi_cli.model import figures as keys
from kpi_cli.model import vocabulary as v
from kpi_cli.tables.table import State, address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.tables.table import Block, Cell, Table

ZERO = Decimal(0)
_COLUMN = {
    "basic_expenditure": "basic",
    "project_expenditure": "project",
    "personnel_expenditure": "personnel",
    "operating_expenditure": "operating_cost",
    "general_public_budget": "general",
    "government_fund_budget": "government_fund",
    "state_capital_budget": "state_capital",
    "undertaking_income": "undertaking",
    "operating_income": "operating",
    "other_income": "other",
}
"""Word of a figure key → id of the row or column that prints it, where they differ."""

_OPTIONAL_TYPES = ("operating", "to_superior", "to_subordinate")
"""Columns of expenditure that a set leaves out where they would be empty: absent is zero."""


class CellFigure(NamedTuple):
    """A figure as tables print it.

    Attributes:
      value: 元; exact where the table was computed.
      slack: Half of the last printed place in 元: how far the unrounded figure may be away; 0 where it is exact.
      where: The cells, such as `表5 E9`.
    """

    value: Decimal
    slack: Decimal
    where: str


class _Found(NamedTuple):
    """One cell; `is_absent` where the row is left out because nothing was budgeted for it."""

    value: Decimal
    slack: Decimal
    where: str
    is_absent: bool = False


class _Path(NamedTuple):
    role: str
    records: str
    row: str
    column: str


def cell_figures(disclosure: Disclosure, key: str) -> tuple[CellFigure, ...]:
    """Find what the tables say about a figure key.

    Args:
      disclosure: With its tables, computed or read from elsewhere.
      key: Figure key.
    Returns:
      One figure for each place that prints it, the closest in meaning first; none where no table does. Several of
      them are one figure in a disclosure that ties out; they differ where a set prints 上年结转 apart.
    """
    found = (_add(disclosure, paths) for paths in _alternatives(disclosure, key))
    return tuple(figure for figure in found if figure is not None)


def cell_figure(disclosure: Disclosure, role: str, row: str, column: str = "", records: str = "") -> CellFigure | None:
    """Find one cell by the role of its table, its row key and its column id; None where there is none."""
    return _add(disclosure, (_Path(role, records, row, column),))


# which cells


def _alternatives(disclosure: Disclosure, key: str) -> Iterator[tuple[_Path, ...]]:
    body, year, is_executed = keys.split(key)
    family, _, rest = body.partition(":")
    offset = 0 if year is None else year - disclosure.year
    if is_executed or keys.fault(key) or (offset and (family != "sangong" or offset != -1)):
        return
    if family == "sangong":
        yield from _sangong(rest or "total", is_previous=bool(offset))
    elif family == "agency_operating_expenditure":
        yield (_Path("sangong", "sangong", "current", family),)
    elif family == "income":
        yield from _income(keys.parts(rest))
    elif family == "expenditure":
        yield from _expenditure("total", keys.parts(rest))
    elif family == "function":
        code, _, part = rest.partition(":")
        yield from _expenditure(code, keys.parts(part))
    elif family == "economic":
        code, _, part = rest.partition(":")
        yield from _economic(code, keys.parts(part))


def _sangong(name: str, *, is_previous: bool) -> Iterator[tuple[_Path, ...]]:
    """Shanghai and the national set print categories as columns, Guangxi as rows."""
    if is_previous:
        yield (_Path("sangong", "sangong", "current", f"previous_{name}"),)
        yield (_Path("sangong", "sangong", name, "previous"),)
    else:
        yield (_Path("sangong", "sangong", "current", name),)
        yield (_Path("sangong", "sangong", name, "total"),)


def _income(parts: dict[str, tuple[str, ...]]) -> Iterator[tuple[_Path, ...]]:
    carry = parts.get("carried_forward", ())
    if "fund_source" not in parts:
        if not carry:
            yield (_Path("summary", "income", "total", ""),)
            yield (_Path("income", "income", "total", "total"),)
        elif carry == ("carried_forward",):
            yield (_Path("summary", "income", "carried_forward", ""),)
            yield (_Path("income", "income", "total", "carried"),)
        elif carry == ("current_year",):
            yield (_Path("summary", "income", "current_total", ""),)
        return
    if carry == ("carried_forward",):
        return
    ids = [_COLUMN.get(word, word) for word in parts["fund_source"]]
    yield tuple(_Path("income", "income", "total", name) for name in ids)
    yield tuple(_Path("summary", "income", name, "") for name in ids)
    yield tuple(_Path("appropriation", "income", name, "") for name in ids)
    if ids == ["fiscal_appropriation"]:
        funds = tuple(_COLUMN[fund] for fund in v.FISCAL_APPROPRIATION)
        yield tuple(_Path("summary", "income", name, "") for name in funds)
        yield (_Path("appropriation", "income", "current" if carry else "total", ""),)
        yield (_Path("appropriation", "income", "total", ""),)
    elif not carry and all(word in v.FISCAL_APPROPRIATION for word in parts["fund_source"]):
        yield tuple(_Path("appropriation", "income", f"{p}{name}", "") for name in ids for p in ("", "carried_"))


def _expenditure(row: str, parts: dict[str, tuple[str, ...]]) -> Iterator[tuple[_Path, ...]]:
    if "carried_forward" in parts:
        return
    funds = parts.get("fund_source", ())
    types = [_COLUMN.get(word, word) for word in parts.get("cost_kind", parts.get("expenditure_type", ()))]
    columns = types or ["total"]
    if not funds:
        yield from _of_all_funds(row, columns)
        return
    tables = v.FISCAL_APPROPRIATION if funds == ("fiscal_appropriation",) else funds
    if not set(tables) <= set(v.FISCAL_APPROPRIATION):
        return
    if columns == ["total"]:
        names = ("total",) if tables is v.FISCAL_APPROPRIATION else tuple(_COLUMN[fund] for fund in tables)
        yield tuple(_Path("appropriation", "line", row, name) for name in names)
    yield tuple(_Path(_COLUMN[fund], "line", row, name) for fund in tables for name in columns)
    if funds == ("general_public_budget",) and row == "total":
        yield from _basic_total(types)


def _of_all_funds(row: str, columns: list[str]) -> Iterator[tuple[_Path, ...]]:
    """A text that does not name the fund may still speak of 财政拨款 alone."""
    yield tuple(_Path("expenditure", "line", row, name) for name in columns)
    yield tuple(_Path("summary", "line", row, name) for name in columns)
    yield tuple(_Path(_COLUMN[fund], "line", row, name) for fund in v.FISCAL_APPROPRIATION for name in columns)
    if row == "total":
        yield from _basic_total(columns)


def _basic_total(types: list[str]) -> Iterator[tuple[_Path, ...]]:
    if types in (["basic"], ["personnel"], ["operating_cost"]):
        yield (_Path("basic", "line", "total", "total" if types == ["basic"] else types[0]),)


def _economic(code: str, parts: dict[str, tuple[str, ...]]) -> Iterator[tuple[_Path, ...]]:
    """Only 一般公共预算基本支出 is printed by economic subject, and in Guangxi 财政拨款."""
    funds, types = parts.get("fund_source"), parts.get("expenditure_type")
    if funds == ("general_public_budget",) and types == ("basic_expenditure",):
        yield (_Path("basic", "line", code, "total"),)
    if funds == ("fiscal_appropriation",):
        names = [_COLUMN.get(word, word) for word in types or ()] or ["total"]
        yield tuple(_Path("by_economic", "line", code, name) for name in names)


# what stands there


def _add(disclosure: Disclosure, paths: Iterable[_Path]) -> CellFigure | None:
    value, slack = ZERO, ZERO
    places: list[str] = []
    absent: list[str] = []
    for path in paths:
        found = _lookup(disclosure, path)
        if found is None:
            return None
        value, slack = value + found.value, slack + found.slack
        (absent if found.is_absent else places).extend([found.where] if found.where else [])
    return CellFigure(value, slack, "、".join(places or absent)) if places or absent else None


def _lookup(disclosure: Disclosure, path: _Path) -> _Found | None:
    tables = [table for table in disclosure.tables if table.role == path.role]
    for table in tables:
        for block in table.blocks:
            if path.records in ("", block.scope.records):
                found = _in_block(disclosure, table, block, path)
                if found is not None:
                    return found
    is_type = path.records == "line" and path.column in _OPTIONAL_TYPES
    if tables and (is_type or "state_capital" in (path.row, path.column)):
        return _Found(ZERO, ZERO, f"表{tables[0].id}（没有这一栏）", is_absent=True)
    return _Found(ZERO, ZERO, "") if path.role == "state_capital" and not tables else None


def _in_block(disclosure: Disclosure, table: Table, block: Block, path: _Path) -> _Found | None:
    column = _column(table, block, path.column)
    if column is None:
        return None
    row = block.row(path.row)
    if row is None:
        return _absent(table, block, path.row)
    cell = table.rows[row][column]
    if cell.value is None or cell.state is State.UNKNOWN:
        return None
    slack = ZERO if disclosure.is_computed or _has_cents(cell) else printed_slack(cell)
    return _Found(cell.value, slack, f"表{table.id} {address(table.first_row + row, column)}")


def _absent(table: Table, block: Block, code: str) -> _Found | None:
    """A subject without a row has no budget, in a table that goes down to its level or is empty."""
    codes = [key for key in block.keys if key.isdigit()]
    if code.isdigit() and (not codes or any(len(key) == len(code) for key in codes)):
        return _Found(ZERO, ZERO, f"表{table.id}（没有 {code} 行）", is_absent=True)
    return None


def _column(table: Table, block: Block, name: str) -> int | None:
    columns = [c for c in range(block.first, block.last + 1) if table.columns[c].kind == "amount"]
    named = next((c for c in columns if table.columns[c].id == name), None)
    if named is not None or name not in ("", "total"):
        return named
    return columns[0] if columns and (not name or len(columns) == 1) else None


def _has_cents(cell: Cell) -> bool:
    """Nothing is smaller than 分: a single figure printed to it is exact."""
    return cell.format is not None and cell.format.money_unit == "元" and cell.format.places >= money.YUAN_PLACES


def printed_slack(cell: Cell) -> Decimal:
    """Return how far the figure behind a printed one may be away: half of the last place, in 元.

    A blank in 万元 may stand for a little money that rounds to nothing; in 元 it is nothing.
    """
    own = cell.format
    if own is None or own.money_unit == "%" or (cell.state is not State.AMOUNT and own.money_unit == "元"):
        return ZERO
    return money.in_yuan(Decimal(5).scaleb(-own.places - 1), own.money_unit)
