"""The floor of P5 and P6: a plain script, the same sheets with XlsxWriter and the same document with python-docx.

It gets what kpi has written from files (made once, outside of the measured time, by the first call): cells with their
formats, merged cells, formulas with their values, links, widths and heights; paragraphs with their styles, and the
XML of each table for one `parse_xml`. It computes, checks and lays out nothing. Usage: plain_export.py LEDGER FOLDER.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def prepare(ledger: Path, folder: Path) -> None:
    """Take both documents of a ledger apart."""
    from kpi_cli.assembly import Request, assemble
    from kpi_cli.exporters.docx import DocxExporter, DocxOptions
    from kpi_cli.exporters.xlsx import XlsxExporter, XlsxOptions

    folder.mkdir(parents=True)
    made = assemble(ledger, Request(narrative=True))
    (folder / "in.xlsx").write_bytes(XlsxExporter().export(made, XlsxOptions(), None))
    (folder / "in.docx").write_bytes(DocxExporter().export(made, DocxOptions(), None))
    charts = [
        (chart.title, chart.categories, [(name, [float(v or 0) for v in values]) for name, values in chart.series])
        for chart in (made.narrative.charts if made.narrative else ())
    ]
    looks: list[dict] = []
    parts = {"sheets": _sheets(folder / "in.xlsx", looks), "looks": looks, "charts": charts, "blocks": _blocks(folder)}
    (folder / "parts.json").write_text(json.dumps(parts, ensure_ascii=False), "utf-8")


def _sheets(path: Path, looks: list[dict]) -> list[dict]:
    """Read the cells, and what stands around them, of every sheet; a cell's look is a place in `looks`."""
    import openpyxl

    formulas, values, found = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True), []
    for sheet in formulas:
        known = values[sheet.title]
        cells = [
            (cell.row - 1, cell.column - 1, cell.value, known[cell.coordinate].value, _look(cell, looks), *_link(cell))
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None or (cell.has_style and type(cell).__name__ == "Cell")
        ]
        merged = [(r.min_row - 1, r.min_col - 1, r.max_row - 1, r.max_col - 1) for r in sheet.merged_cells.ranges]
        widths = {column: size.width for column, size in sheet.column_dimensions.items()}
        heights = {row: size.height for row, size in sheet.row_dimensions.items() if size.height}
        found.append({"name": sheet.title, "cells": cells, "merged": merged, "widths": widths, "heights": heights})
    return found


def _look(cell: object, looks: list[dict]) -> int:
    look = {"font_name": cell.font.name, "font_size": cell.font.sz, "bold": bool(cell.font.b)}
    look |= {"num_format": cell.number_format, "border": int(cell.border.left.style is not None)}
    look |= {"align": cell.alignment.horizontal or "", "text_wrap": bool(cell.alignment.wrap_text)}
    if look not in looks:
        looks.append(look)
    return looks.index(look)


def _link(cell: object) -> tuple[str, str]:
    return (cell.hyperlink.location, cell.hyperlink.tooltip or "") if cell.hyperlink else ("", "")


def _blocks(folder: Path) -> list[tuple[str, str]]:
    """Read paragraphs as (style, text), tables as ("", XML), and leave a document that has the styles only."""
    import docx
    from docx.table import Table
    from lxml import etree

    file, found = docx.Document(str(folder / "in.docx")), []
    for block in file.iter_inner_content():
        if isinstance(block, Table):
            found.append(("", etree.tostring(block._tbl, encoding="unicode")))  # noqa: SLF001 - no public name for it
        else:
            found.append((block.style.name, block.text))
    file.element.body.clear_content()
    file.save(str(folder / "styles.docx"))
    return found


def workbook(parts: dict, path: Path) -> None:
    """Write all sheets with XlsxWriter."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    formats = [book.add_format(look) for look in parts["looks"]]
    for made in parts["sheets"]:
        sheet = book.add_worksheet(made["name"])
        sheet.set_landscape()
        sheet.set_paper(9)
        for column, width in made["widths"].items():
            sheet.set_column(f"{column}:{column}", width)
        for row, height in made["heights"].items():
            sheet.set_row(int(row) - 1, height)
        for area in made["merged"]:
            sheet.merge_range(*area, "")
        for row, column, value, known, look, place, tip in made["cells"]:
            if place:
                sheet.write_url(row, column, f"internal:{place}", formats[look], "", tip)
            if isinstance(value, str) and value.startswith("="):
                sheet.write_formula(row, column, value, formats[look], known)
            else:
                sheet.write(row, column, value, formats[look])
    draw(book, parts["charts"])
    book.close()


def draw(book: object, charts: list) -> None:
    """Draw the charts beside their figures."""
    sheet, row = book.add_worksheet("图"), 0
    for title, categories, series in charts:
        chart = book.add_chart({"type": "column"})
        for c, (name, values) in enumerate(series, 1):
            for r, (category, value) in enumerate(zip(categories, values, strict=True), row):
                sheet.write_string(r, 0, category)
                sheet.write_number(r, c, value)
            last = row + len(categories) - 1
            cells = {"categories": ["图", row, 0, last, 0], "values": ["图", row, c, last, c]}
            chart.add_series({"name": name, **cells})
        chart.set_title({"name": title})
        sheet.insert_chart(row, 4, chart)
        row += 16


def document(blocks: list, styles: Path, path: Path) -> None:
    """Write all paragraphs and tables with python-docx."""
    import docx
    from docx.oxml import parse_xml

    file = docx.Document(str(styles))
    body = file.element.body
    for style, text in blocks:
        if style:
            file.add_paragraph(text, style)
        else:
            body.insert(len(body) - 1, parse_xml(text))
    file.save(str(path))


def main() -> None:
    """Write both documents from the files."""
    ledger, folder = map(Path, sys.argv[1:])
    if not folder.exists():
        prepare(ledger, folder)
    parts = json.loads((folder / "parts.json").read_text("utf-8"))
    workbook(parts, folder / "plain.xlsx")
    document(parts["blocks"], folder / "styles.docx", folder / "plain.docx")


if __name__ == "__main__":
    main()
