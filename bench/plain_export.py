"""The floor of P5: a plain script that writes the same sheets with XlsxWriter and the same document with python-docx.

It gets cells, paragraphs, charts and records from files (made once, outside of the measured time, by the first
call) and uses one `parse_xml` per DOCX table. Usage: plain_export.py LEDGER FOLDER.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from xml.sax.saxutils import escape


def prepare(ledger: Path, folder: Path) -> None:
    """Write the tables as CSV files, the written parts, charts and records as JSON."""
    from kpi_cli.assembly import Request, assemble
    from kpi_cli.narrative.document import Heading, Paragraph

    folder.mkdir(parents=True)
    made = assemble(ledger, Request(narrative=True))
    for table in made.tables:
        with (folder / f"{table.id}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(table.plain_rows())
    blocks = made.narrative.blocks if made.narrative else ()
    texts = [
        (block.level + 1 if isinstance(block, Heading) else 0, block.text)
        for block in blocks
        if isinstance(block, (Heading, Paragraph))
    ]
    charts = [
        (chart.title, chart.categories, [(name, [float(v or 0) for v in values]) for name, values in chart.series])
        for chart in (made.narrative.charts if made.narrative else ())
    ]
    records = [[str(value) for value in record[:-1]] for record in (*made.lines, *made.incomes, *made.sangong)]
    (folder / "more.json").write_text(json.dumps([texts, charts, records]), "utf-8")


def workbook(tables: list[list[list[str]]], more: list, path: Path) -> None:
    """Write all sheets with XlsxWriter."""
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
    more_sheets(book, more, border)
    book.close()


def more_sheets(book: object, more: list, border: object) -> None:
    """Write the text, the charts and the records."""
    texts, charts, records = more
    sheet, wrap = book.add_worksheet("说明"), book.add_format({"text_wrap": True})
    for row, (_, text) in enumerate(texts):
        sheet.write_string(row, 0, text, wrap)
    if charts:
        sheet, row = book.add_worksheet("图表"), 0
        for title, categories, series in charts:
            chart = book.add_chart({"type": "column"})
            for c, (name, values) in enumerate(series, 1):
                for r, (category, value) in enumerate(zip(categories, values, strict=True), row):
                    sheet.write_string(r, 0, category)
                    sheet.write_number(r, c, value)
                last = row + len(categories) - 1
                cells = {"categories": ["图表", row, 0, last, 0], "values": ["图表", row, c, last, c]}
                chart.add_series({"name": name, **cells})
            chart.set_title({"name": title})
            sheet.insert_chart(row, 4, chart)
            row += 16
    sheet = book.add_worksheet("台账")
    for row, record in enumerate(records):
        for c, text in enumerate(record):
            sheet.write_string(row, c, text, border)


def document(tables: list[list[list[str]]], texts: list, path: Path) -> None:
    """Write the text and all tables with python-docx, one parse_xml for each table."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    file = docx.Document()
    for level, text in texts:
        if level:
            file.add_heading(text, level)
        else:
            file.add_paragraph(text)
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
    more = json.loads((folder / "more.json").read_text("utf-8"))
    workbook(tables, more, folder / "plain.xlsx")
    document(tables, more[0], folder / "plain.docx")


if __name__ == "__main__":
    main()
