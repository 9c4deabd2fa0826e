"""Exports a disclosure as one web page: self-contained, accessible (WCAG 2.1 AA), printable on A4.

The page is built as text; every word of the disclosure passes through `escaped`. Style and charts are in the page,
nothing is loaded from elsewhere, and there is no script.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

from kpi_cli.api import Exporter, Heading, Narrative, Paragraph, TablesPlace, hookimpl
from kpi_export_html.charts import chart_figure
from kpi_export_html.markup import escaped
from kpi_export_html.tables import table_figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kpi_cli.api import Disclosure, Host

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body{draft}>
<a class="skip" href="#content">跳到正文</a>
<header>
<h1>{title}</h1>
</header>
<nav aria-labelledby="contents">
<h2 id="contents">目录</h2>
<ol>
{contents}
</ol>
</nav>
<main id="content">
{body}
</main>
</body>
</html>
"""


@dataclass(frozen=True)
class Options:
    """The options of `kpi export --option html.NAME=VALUE`."""

    charts: bool = field(default=True, metadata={"doc": "画图"})


class HtmlExporter(Exporter):
    """Makes one page."""

    PLUGIN_NAME = "html"
    title = "网页（单个文件，可打印）"
    extension = ".html"
    mime_type = "text/html"
    options = Options

    def export(self, disclosure: Disclosure, options: Options, host: Host) -> bytes:
        """Return the page."""
        del host
        page = Page(disclosure, options)
        body = "\n".join(page.parts())
        style = (files(__package__) / "page.css").read_text("utf-8")
        text = _PAGE.format(
            title=escaped(disclosure.title),
            style=style,
            draft=' class="draft"' if disclosure.is_draft else "",
            contents="\n".join(page.contents),
            body=body,
        )
        return text.encode()


class Page:
    """One page while it is made: its parts in order, and the contents that grow with them."""

    def __init__(self, disclosure: Disclosure, options: Options) -> None:
        """Start with empty contents."""
        self.disclosure = disclosure
        self.options = options
        self.narrative = disclosure.narrative or Narrative(())
        self.blocks = self.narrative.blocks
        if not any(isinstance(block, TablesPlace) for block in self.blocks):
            self.blocks = (*self.blocks, TablesPlace())
        self.contents: list[str] = []
        self._depth = 1

    def parts(self) -> Iterator[str]:
        """Yield headings, paragraphs, tables and charts in the order of the document."""
        for block in self.blocks:
            if isinstance(block, Heading):
                yield self._heading(block)
            elif isinstance(block, Paragraph):
                yield f'<p id="p{block.number}">{escaped(block.text)}</p>'
            else:
                yield from self._tables()
        if self.options.charts and self.narrative.charts:
            yield self._listed("图表", 1, "charts")
            yield from (chart_figure(chart, number) for number, chart in enumerate(self.narrative.charts, 1))

    def _heading(self, heading: Heading) -> str:
        return self._listed(heading.text, heading.level, f"h{len(self.contents) + 1}")

    def _listed(self, text: str, level: int, name: str) -> str:
        """Make a heading with an entry in the contents; levels never skip one, as readers' software expects."""
        depth = self._depth = min(level + 2, self._depth + 1)
        self.contents.append(f'<li class="level{depth}"><a href="#{name}">{escaped(text)}</a></li>')
        return f'<h{depth} id="{name}">{escaped(text)}</h{depth}>'

    def _tables(self) -> Iterator[str]:
        for table in self.disclosure.tables:
            name = f"table{table.id}"
            self.contents.append(f'<li class="level3"><a href="#{name}">{escaped(table.title)}</a></li>')
            yield table_figure(table, name)


@hookimpl
def kpi_register_exporters() -> Sequence[type[Exporter]]:
    """Offer the exporter to kpi."""
    return [HtmlExporter]
