"""The page in a real browser: structure by axe-core, keyboard, narrow screen, paper; and the rules of all exporters."""

import importlib.util
import json
import re
import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from kpi_cli.api import Chart, Narrative
from kpi_cli.testing import ExporterConformance
from kpi_export_html import HtmlExporter, Options

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
in_browser = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not there")


class TestConformance(ExporterConformance):
    """The rules of all exporters."""

    exporter = HtmlExporter


@pytest.fixture(scope="session")
def page(kpi_disclosure, tmp_path_factory) -> Path:
    """Export the example ledger, with a chart whatever the ledger has."""
    values = (Decimal(531449), None)
    chart = Chart(
        "column", "与上年比较", "万元", 2, ("收入", "支出"), (("2016年", values), ("2017年", values)), "收入…"
    )
    narrative = kpi_disclosure.narrative or Narrative(())
    charted = replace(kpi_disclosure, narrative=replace(narrative, charts=(*narrative.charts, chart)))
    path = tmp_path_factory.mktemp("html") / "page.html"
    path.write_bytes(HtmlExporter().export(charted, Options(), None))
    return path


def browse(page: Path, *options: str) -> str:
    """Open a page in headless Chromium and return what it writes: the document with `--dump-dom`."""
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", *options]
    done = subprocess.run([*command, page.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr, done.stderr
    return done.stdout


def with_script(page: Path, script: str, name: str) -> Path:
    """Add a script to a copy of the page; what it finds stands in an element `found`, as JSON."""
    end = f"<script>(async () => {{ const found = await (async () => {{{script}}})();"
    end += " const e = document.createElement('pre');"
    end += " e.id = 'found'; e.textContent = JSON.stringify(found); document.body.append(e); })();</script></body>"
    copy = page.with_name(name)
    copy.write_text(page.read_text("utf-8").replace("</body>", end), "utf-8")
    return copy


def found(dom: str):
    """Return what a script found."""
    text = re.search(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)[1]
    return json.loads(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


@in_browser
@pytest.mark.skipif(not importlib.util.find_spec("axe_playwright_python"), reason="axe-core is not there")
def test_axe_finds_nothing(page: Path) -> None:
    import axe_playwright_python

    source = next(Path(axe_playwright_python.__file__).parent.rglob("axe*.js")).read_text("utf-8")
    run = "const r = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']});"
    run += "return [r.passes.length, r.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html])];"
    passes, violations = found(browse(with_script(page, source + run, "axe.html"), "--dump-dom"))
    assert violations == []
    assert passes > 10


@in_browser
def test_keyboard_reaches_contents_and_tables(page: Path) -> None:
    script = "return [...document.querySelectorAll('a[href],[tabindex]')].map(e => [e.tagName, e.tabIndex,"
    script += (
        " e.tagName === 'A' ? !!document.querySelector(e.getAttribute('href')) : !!e.getAttribute('aria-labelledby')]);"
    )
    reachable = found(browse(with_script(page, script, "keys.html"), "--dump-dom"))
    assert sum(tag == "DIV" for tag, _, _ in reachable) == 9
    assert all(index == 0 and is_named for _, index, is_named in reachable)


@in_browser
def test_a_narrow_screen_scrolls_tables_only(page: Path) -> None:
    script = "const f = document.createElement('iframe'); f.style = 'width:360px;height:640px';"
    script += f" f.src = '{page.name}'; document.body.append(f); await new Promise(r => f.onload = r);"
    script += " const d = f.contentDocument.documentElement; return [d.scrollWidth, d.clientWidth];"
    host = with_script(page, script, "narrow.html")
    width, visible = found(browse(host, "--dump-dom", "--allow-file-access-from-files"))
    assert width <= visible


@in_browser
def test_paper_is_a4_and_every_table_is_on_it(page: Path, kpi_disclosure, tmp_path: Path) -> None:
    from pypdf import PdfReader

    browse(page, f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer")
    sheets = PdfReader(tmp_path / "page.pdf").pages
    sizes = {tuple(sorted(round(float(side)) for side in sheet.mediabox[2:])) for sheet in sheets}
    assert len(sizes) == 1
    assert sizes <= {(594, 841), (595, 841), (595, 842), (596, 842)}  # A4, within a point
    text = "".join("".join(sheet.extract_text() for sheet in sheets).split())
    amounts = {cell.printed for table in kpi_disclosure.tables for _, _, cell in table.figures() if cell.value}
    assert {amount for amount in amounts if amount not in text} == set()


def test_nothing_is_loaded_from_elsewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"""(src|href)=["'](?!#)|url\(|@import|<script""", text)
    assert re.search(r'aria-label="收入…"', text)


def test_a_draft_says_so_and_charts_can_be_left_out(kpi_disclosure) -> None:
    draft = HtmlExporter().export(replace(kpi_disclosure, is_draft=True), Options(charts=False), None).decode()
    assert '<body class="draft">' in draft
    assert "<svg" not in draft
