"""The built-in exporter `xlsx`: a workbook with a sheet per table and the ledger behind them.

It computes nothing: cells, spans, number formats and formulas are those of the `Table`. This module is what a
listing of the exporters loads; XlsxWriter is imported only when something is exported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kpi_cli.plugin.exporter import Exporter, Host
from kpi_cli.plugin.hookspecs import hookimpl

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure


@dataclass(frozen=True)
class XlsxOptions:
    """Options of the exporter `xlsx`.

    Attributes:
      live: Leaf figures are formulas over the sheet 台账 as well, not only sums of other cells.
    """

    live: bool = field(default=False, metadata={"doc": "各表的明细数也写成对“台账”工作表求和的公式（SUMIFS）"})


class XlsxExporter(Exporter):
    """Excel and WPS workbook."""

    PLUGIN_NAME = "xlsx"
    title = "Excel 工作簿（每表一页，附台账）"
    extension = ".xlsx"
    mime_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    options = XlsxOptions

    def export(self, disclosure: Disclosure, options: XlsxOptions, host: Host) -> bytes:
        """Make the workbook; see `Exporter.export`.

        Raises:
          ExportError: A table or the ledger has more rows than a worksheet.
        """
        del host  # needs no other exporter
        from kpi_cli.exporters.xlsx.workbook import workbook_bytes

        return workbook_bytes(disclosure, live=options.live)


@hookimpl
def kpi_register_exporters() -> list[type[Exporter]]:
    """Offer the exporter `xlsx`."""
    return [XlsxExporter]
