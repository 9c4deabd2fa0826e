"""The built-in exporter `docx`: the whole disclosure as one document for Word and WPS.

It computes nothing: every text in a cell is what the `Table` prints. This module is what a listing of the
exporters loads; the rest is imported only when something is exported, python-docx only for `--reference-doc`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kpi_cli.plugin.exporter import Exporter, Host
from kpi_cli.plugin.hookspecs import hookimpl

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure


@dataclass(frozen=True)
class DocxOptions:
    """Options of the exporter `docx`.

    Attributes:
      reference_doc: Path of a .docx whose styles, page set-up, headers and footers are used; "" is the bundled one.
      charts: Draw the charts of the written parts; needs the extra `charts`.
      finalize: Page numbers of the contents as LibreOffice prints them; else estimates until Word updates them.
    """

    reference_doc: str = field(default="", metadata={"doc": "参考文档（.docx）：用它的样式、页面设置、页眉和页脚"})
    charts: bool = field(default=False, metadata={"doc": "文字中插入统计图，须安装 kpi-cli[charts]"})
    finalize: bool = field(default=False, metadata={"doc": "用 LibreOffice 排版一遍，填写目录的页码"})


class DocxExporter(Exporter):
    """Word and WPS document."""

    PLUGIN_NAME = "docx"
    title = "Word 文档（封面、目录、文字说明、各表）"
    extension = ".docx"
    mime_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    options = DocxOptions

    def export(self, disclosure: Disclosure, options: DocxOptions, host: Host) -> bytes:
        """Make the document; see `Exporter.export`.

        Raises:
          ExportError: The reference document cannot be used, LibreOffice to finalize, or matplotlib to draw.
        """
        del host  # needs no other exporter
        from kpi_cli.exporters.docx.document import document_bytes

        return document_bytes(
            disclosure, reference_doc=options.reference_doc, finalize=options.finalize, charts=options.charts
        )


@hookimpl
def kpi_register_exporters() -> list[type[Exporter]]:
    """Offer the exporter `docx`."""
    return [DocxExporter]
