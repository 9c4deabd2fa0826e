"""Exports a disclosure as $format: the written parts and the tables as plain text, a start for a format of your own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kpi_cli.api import Exporter, Heading, Paragraph, TablesPlace, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kpi_cli.api import Disclosure, Host, Table


@dataclass(frozen=True)
class Options:
    """The options of `kpi export --option $format.NAME=VALUE`."""

    separator: str = field(default="\t", metadata={"doc": "单元格之间的分隔"})


class ${class_name}(Exporter):
    """Makes one text file."""

    PLUGIN_NAME = "$format"
    title = "纯文本"
    extension = ".$format"
    mime_type = "text/plain"
    options = Options

    def export(self, disclosure: Disclosure, options: Options, host: Host) -> bytes:
        """Return the document; the same disclosure gives the same bytes."""
        del host  # host.export("docx", disclosure) would run another exporter
        return "\n".join(self.lines(disclosure, options)).encode()

    def lines(self, disclosure: Disclosure, options: Options) -> Iterator[str]:
        """Yield the lines: the written parts, with the tables in their place."""
        yield disclosure.title
        blocks = disclosure.narrative.blocks if disclosure.narrative else (TablesPlace(),)
        for block in blocks:
            if isinstance(block, (Heading, Paragraph)):
                yield block.text
            else:
                for table in disclosure.tables:
                    yield from self.table_lines(table, options)

    def table_lines(self, table: Table, options: Options) -> Iterator[str]:
        """Yield a table: `cell.printed` is the text of a page, `cell.value` the exact amount in 元."""
        yield from (table.title, table.label, table.unit_label)
        for row in table.rows:
            yield options.separator.join(cell.printed for cell in row)
        if table.note:
            yield table.note


@hookimpl
def kpi_register_exporters() -> Sequence[type[Exporter]]:
    """Offer the exporter to kpi."""
    return [${class_name}]
