"""Rules on single figures: a claim is what its table or the ledger says, rounded once, half up (TX-01, TX-02, …)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli import money
from kpi_cli.checks.claim_book import claim_book, in_family
from kpi_cli.checks.finding import Finding, NotApplicableError, NotCheckableError
from kpi_cli.checks.list_rules import wholes_of
from kpi_cli.model import figures as keys
from kpi_cli.tables.table import address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.checks.claim_book import ClaimBook, Reading
    from kpi_cli.checks.figure_cells import CellFigure
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.tables.table import Cell, Table

_LISTED = 8


def claims_match(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that every claim of the rule's families is its cell, or its sum of cells, rounded half up."""
    book = claim_book(disclosure)
    own = [reading for reading in in_family(book.readings, rule.figures) if not _is_executed(reading)]
    if not own:
        raise NotApplicableError("文字中没有这类数")
    unknown = []
    for reading in own:
        known = book.expected(book.key(reading.claim))
        if not known:
            unknown.append(reading.claim.id)
        elif book.verdict(reading) is False:
            yield _mismatch(rule, book, reading, known[0])
        elif disclosure.is_computed:
            yield from _other_scope(rule, book, reading, known[1:])
    if unknown:
        more = " 等" if len(unknown) > _LISTED else ""
        raise NotCheckableError(f"{len(unknown)} 处没有可对照的表：{'、'.join(unknown[:_LISTED])}{more}")


def _is_executed(reading: Reading) -> bool:
    return keys.split(reading.claim.figure or "")[2]


def _mismatch(rule: TieOutRule, book: ClaimBook, reading: Reading, figure: CellFigure) -> Finding:
    claim = reading.claim
    expected, actual = reading.text(figure.value), money.plain(claim.value)
    unit = claim.unit or "元"
    is_cut = reading.cut(figure.value) == claim.value
    problem = "未按四舍五入（舍去了尾数）" if is_cut else "与表不符"
    name = book.name(book.key(claim))
    message = f"{problem}：{name}写 {actual}{unit}，{figure.where} 为 {expected}{unit}"
    found = book.finding(rule, claim, message, expected, actual)
    return found.with_severity("warning") if is_cut and not book.disclosure.is_computed else found


def _other_scope(
    rule: TieOutRule, book: ClaimBook, reading: Reading, cells: tuple[CellFigure, ...]
) -> Iterator[Finding]:
    """A computed figure is the ledger's; where no cell that readers would compare prints it, they should be told."""
    shown = [figure.value for figure in cells]
    if shown and not any(reading.printed(value) == reading.claim.value for value in shown):
        text = reading.text(shown[0])
        message = f"口径不同：{book.name(book.key(reading.claim))}与 {cells[0].where}（{text}）不是同一个数"
        found = book.finding(rule, reading.claim, message, text, money.plain(reading.claim.value), "口径")
        yield found.with_severity("hint")


def rounded_once(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that computed numbers of the rule's families are their exact figures, rounded half up in one step."""
    book = claim_book(disclosure)
    own = [(r, r.claim.exact) for r in in_family(book.readings, rule.figures) if r.claim.exact is not None]
    if not own:
        raise NotApplicableError("没有未舍入的数；与表的对照见 TX-01、TX-02、TX-07")
    for reading, exact in own:
        if reading.printed(exact) != reading.claim.value:
            text, value = reading.text(exact), money.plain(reading.claim.value)
            yield book.finding(rule, reading.claim, f"未由元一次舍入：应为 {text}，写 {value}", text, value)


def parts_within_tables(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that stated amounts do not exceed the figure of the tables that they are a part of."""
    book = claim_book(disclosure)
    own = [own[0] for key, own in book.by_figure.items() if key in rule.figures]
    known = [(r, book.expected(whole)) for r in own for whole in wholes_of(book.key(r.claim))]
    if not any(cells for _, cells in known):
        raise NotApplicableError("文字中没有这类数，或没有可对照的表")
    for reading, cells in known:
        is_stated = any(book.find(whole) for whole in wholes_of(book.key(reading.claim)))  # judged on the claims
        if cells and not is_stated and reading.value - cells[0].value > reading.slack + cells[0].slack:
            whole, part = reading.text(cells[0].value), reading.text(reading.value)
            name = book.name(book.key(reading.claim))
            message = f"部分大于整体：{name}写 {part}，{cells[0].where} 只有 {whole}"
            yield book.finding(rule, reading.claim, message, whole, part)


def displayed_sums(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Name the cells whose displayed parts do not add up to the displayed total: nothing is adjusted silently."""
    if not disclosure.is_computed:
        raise NotApplicableError("外来文件的舍入差由表内规则按容差判断")
    for table in disclosure.tables:
        cells = list(dict.fromkeys(_displayed_gaps(table)))
        if cells:
            more = f" 等 {len(cells)} 格" if len(cells) > _LISTED else ""
            where = f"表{table.id} {'、'.join(cells[:_LISTED])}{more}"
            message = f"{where} 显示的分项之和与合计差一个末位；表以元为准，数不改"
            yield Finding(rule.id, rule.severity, where, message, cause=where, about=where)


def _displayed_gaps(table: Table) -> Iterator[str]:
    """Addresses of sums that hold exactly, but not as displayed."""
    rows = table.rows
    for block in table.blocks:
        for r in range(table.header_rows, len(rows)):
            for c, parts in block.column_sums.items():
                if _only_displayed(rows[r][c], [rows[r][part] for part in parts]):
                    yield address(table.first_row + r, c)
        columns = [c for c in range(block.first, block.last + 1) if table.columns[c].kind == "amount"]
        for r, parts in block.row_sums.items():
            for c in columns:
                if _only_displayed(rows[r][c], [rows[part][c] for part in parts]):
                    yield address(table.first_row + r, c)


def _only_displayed(whole: Cell, parts: list[Cell]) -> bool:
    if whole.value is None or whole.format is None or any(part.value is None for part in parts):
        return False
    exact = [part.value for part in parts if part.value is not None]
    own = whole.format
    displayed = sum((own.number(value) for value in exact), Decimal(0))
    return sum(exact, Decimal(0)) == whole.value and displayed != own.number(whole.value)
