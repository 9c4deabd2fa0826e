"""The floor of P5: a plain script that writes the same nine tables with XlsxWriter and python-docx.

It gets its cells from CSV files (made once, outside of the measured time, by the first call) and uses one
`parse_xml` per DOCX table. Usage: plain_export.py LEDGER FOLDER.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from xml.sax.saxutils import escape


def prepare(ledger: Path, folder: Path) -> None:
    """Write the tables as CSV files."""
    from kpi_cli.assembly import Request, assemble

    folder.mkdir(parents=True)
    for table in assemble(ledger, Request()).tables:
        with (folder / f"{table.id}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(table.plain_rows())


def workbook(tables: list[list[list[str]]], path: Path) -> None:
    """Write all tables with XlsxWriter."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    border, amount = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "#,##0.00"})
    for number, rows in enumerate(tables, 1):
        sheet = book.add_worksheet(f"表{number}")
        sheet.set_landscape()
        sheet.set_paper(9)
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                try:
                    sheet.write_number(r, c, float(text), amount)
                except ValueError:
                    sheet.write_string(r, c, text, border)
    book.close()


def document(tables: list[list[list[str]]], path: Path) -> None:
    """Write all tables with python-docx, one parse_xml each."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    file = docx.Document()
    for number, rows in enumerate(tables, 1):
        file.add_heading(f"表{number}", 1)
        cells = "".join(
            "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{escape(t)}</w:t></w:r></w:p></w:tc>" for t in row) + "</w:tr>"
            for row in rows
        )
        grid = "<w:gridCol/>" * len(rows[0])
        xml = f"<w:tbl {nsdecls('w')}><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{cells}</w:tbl>"
        file.element.body.insert(len(file.element.body) - 1, parse_xml(xml))
    file.save(str(path))


def main() -> None:
    """Write both documents from the CSV files."""
    ledger, folder = map(Path, sys.argv[1:])
    if not folder.exists():
        prepare(ledger, folder)
    tables = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            tables.append(list(csv.reader(stream)))
    workbook(tables, folder / "plain.xlsx")
    document(tables, folder / "plain.docx")


if __name__ == "__main__":
    main()
