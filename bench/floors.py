"""Floors that are measured in the same run as what they are the floor of. `floors.py NAME LEDGER …` runs one.

Each prints nothing and costs what its name says; those that time themselves print `mine floor ratio`.
"""

from __future__ import annotations

import gc
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PAIRS = 7


def paired(mine: Callable[[], object], floor: Callable[[], object], count: int = PAIRS) -> None:
    """Time two functions in turn and print the medians, and the median of the ratios."""

    def spent(function: Callable[[], object]) -> float:
        function()  # the call before leaves memory in a state that the first call after it pays for
        start = time.process_time()
        function()
        return time.process_time() - start

    pairs = [(spent(mine), spent(floor)) for _ in range(count)]
    middle = count // 2
    print(*(sorted(x)[middle] for x in ([a for a, _ in pairs], [b for _, b in pairs], [a / b for a, b in pairs])))


def tomli_alone(folder: str) -> None:
    """Read every TOML file below a folder."""
    import tomli

    for path in Path(folder).rglob("*.toml"):
        tomli.loads(path.read_text("utf-8"), parse_float=Decimal)


def read_records(ledger: str) -> None:
    """P8: checked records, against tomli on the same text."""
    import tomli

    from kpi_cli.ledger.reader import open_ledger, read_year

    root = Path(ledger)
    text = "\n".join((root / "2025" / name).read_text("utf-8") for name in ("lines.toml", "incomes.toml"))
    opened = open_ledger(root)
    paired(lambda: read_year(opened, 2025), lambda: tomli.loads(text, parse_float=Decimal))


def check_rules(ledger: str) -> None:
    """P11: all of `kpi check` on computed tables and text, against reading the ledger."""
    from kpi_cli.assembly import Request, assemble
    from kpi_cli.checks.engine import check
    from kpi_cli.checks.rules import bundled_rules
    from kpi_cli.ledger.reader import open_ledger, read_year

    root = Path(ledger)
    opened, made = open_ledger(root), assemble(root, Request(narrative=True))
    rules = list(bundled_rules())

    def checked() -> object:
        made.__dict__.pop("memo", None)
        return check(made, rules)

    paired(checked, lambda: read_year(opened, 2025))


def _made(ledger: str, rows: int) -> object:
    from dataclasses import replace

    from kpi_cli.assembly import Request, assemble

    made = assemble(Path(ledger), Request(numbers=(3,)))
    table = made.tables[0]
    body = (table.body * (rows // len(table.body) + 1))[:rows]
    return replace(made, tables=(replace(table, rows=(*table.rows[: table.header_rows], *body)),))


def docx_rows(ledger: str) -> None:
    """P7: one DOCX table of 10,000 rows, against parse_xml of the finished text."""
    from docx.oxml import parse_xml

    from kpi_cli.exporters.docx.document import document_xml
    from kpi_cli.exporters.docx.reference import bundled

    large, reference = _made(ledger, 10_000), bundled("gongwen")
    xml = document_xml(large, reference)
    paired(lambda: document_xml(large, reference), lambda: parse_xml(xml))


def xlsx_rows(ledger: str) -> None:
    """P7: 100,000 XLSX rows, against XlsxWriter's plain calls for the same cells."""
    import io

    import xlsxwriter

    from kpi_cli.exporters.xlsx import XlsxExporter, XlsxOptions

    large = _made(ledger, 100_000)
    rows = [[(cell.text, cell.value) for cell in row] for row in large.tables[0].rows]

    def plain() -> None:
        book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
        border, amount = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "#,##0.00"})
        sheet = book.add_worksheet("表")
        for r, row in enumerate(rows):
            for c, (text, value) in enumerate(row):
                if value is None:
                    sheet.write_string(r, c, text or "", border)
                else:
                    sheet.write_number(r, c, value, amount)
        book.close()

    paired(lambda: XlsxExporter().export(large, XlsxOptions(), None), plain, 3)


def next_department(ledger: str, plain: str) -> None:
    """P6: a further department in one process, both formats, against the plain script in process."""
    import plain_export

    from kpi_cli.assembly import Request, assemble
    from kpi_cli.exporters.docx import DocxExporter, DocxOptions
    from kpi_cli.exporters.xlsx import XlsxExporter, XlsxOptions

    def mine() -> None:
        made = assemble(Path(ledger), Request(narrative=True))
        DocxExporter().export(made, DocxOptions(), None)
        XlsxExporter().export(made, XlsxOptions(), None)

    sys.argv = ["plain_export.py", ledger, plain]
    gc.set_threshold(100_000)  # as kpi's own front door does, for both
    paired(mine, plain_export.main)


def one_line(ledger: str) -> None:
    """P9: `kpi budget set` in the middle of a large file, against reading it with tomli."""
    import tomli

    from kpi_cli.assembly import subject_catalogue
    from kpi_cli.ledger import edit
    from kpi_cli.ledger.reader import open_ledger
    from kpi_cli.model import fields as f

    root = Path(ledger)
    opened, path = open_ledger(root), root / "2025/lines.toml"
    middle = str(path.read_text("utf-8").count("[[line]]") // 2)
    amounts = iter(range(1, 1000))

    def change() -> None:
        values = {"amount": Decimal(next(amounts))}
        edit.set_record(opened, 2025, f.LINE, middle, values, edit.budget_basis(subject_catalogue), 10)

    paired(change, lambda: tomli.loads(path.read_text("utf-8"), parse_float=Decimal))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
