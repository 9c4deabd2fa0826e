"""Plugins: built-in ones without a scan, third parties isolated, names taken once."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

from kpi_cli.errors import PluginError, UsageError
from kpi_cli.plugin.exporter import Exporter
from kpi_cli.plugin.hookspecs import hookimpl
from kpi_cli.plugin.manager import BUILT_IN, GROUP, Plugins


class TextExporter(Exporter):
    PLUGIN_NAME = "text"
    title = "纯文本"
    extension = ".txt"
    mime_type = "text/plain"

    def export(self, disclosure, options, host):
        return disclosure.title.encode()


def plugin(*exporters: object) -> ModuleType:
    """Return a plugin module that offers these exporters."""
    module = ModuleType("example")

    @hookimpl
    def kpi_register_exporters():
        return list(exporters)

    module.kpi_register_exporters = kpi_register_exporters
    return module


def test_a_plugin_offers_its_format() -> None:
    plugins = Plugins(third_party=False)
    plugins.register(plugin(TextExporter), "text", "kpi-export-text 1.0")
    assert plugins.exporter("text") is TextExporter
    assert plugins.problems == []


def test_built_in_formats_are_found_without_a_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "entry_points", lambda **_: pytest.fail("scanned"))
    for name in BUILT_IN:
        assert name == Plugins().exporter(name).PLUGIN_NAME


def test_a_taken_name_is_refused_and_both_owners_are_named() -> None:
    class Other(TextExporter):
        pass

    plugins = Plugins(third_party=False)
    plugins.register(plugin(TextExporter), "first", "a 1.0")
    plugins.register(plugin(Other), "second", "b 2.0")
    assert plugins.exporter("text") is TextExporter
    [problem] = plugins.problems
    assert "first（a 1.0）" in problem.text
    assert "second（b 2.0）" in problem.text


def test_a_misspelt_hook_is_an_error() -> None:
    module = ModuleType("example")

    @hookimpl
    def kpi_register_exporter():
        return []

    module.kpi_register_exporter = kpi_register_exporter
    plugins = Plugins(third_party=False)
    with pytest.raises(Exception, match="kpi_register_exporter"):
        plugins.register(module, "typo", "typo 1.0")
    plugins.register(plugin(TextExporter), "text", "text 1.0")  # the manager still works
    assert plugins.exporter("text") is TextExporter


@pytest.mark.parametrize("offered", [object(), str, type("Nameless", (Exporter,), {"title": "x"})])
def test_what_is_no_exporter_is_refused(offered: object) -> None:
    with pytest.raises(PluginError):
        Plugins(third_party=False).register(plugin(offered), "bad", "bad 1.0")


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UsageError) as error:
        Plugins(third_party=False).exporter("xslx")
    assert error.value.problems[0].text == "没有这个导出格式（xslx）；是不是 xlsx？"


def install(folder: Path, name: str, body: str) -> None:
    """Put a distribution with one entry point into a folder, as pip would."""
    (folder / f"{name}.py").write_text(body, encoding="utf-8")
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {name}\n", encoding="utf-8")


GOOD = """
from kpi_cli.plugin.exporter import Exporter
from kpi_cli.plugin.hookspecs import hookimpl
class TextExporter(Exporter):
    PLUGIN_NAME = "text"; title = "纯文本"; extension = ".txt"; mime_type = "text/plain"
    def export(self, disclosure, options, host): return disclosure.title.encode()
@hookimpl
def kpi_register_exporters(): return [TextExporter]
"""


def test_a_broken_distribution_costs_one_line_and_nothing_else(tmp_path: Path) -> None:
    install(tmp_path, "kpi_export_text", GOOD)
    install(tmp_path, "kpi_export_broken", "raise RuntimeError('boom')")
    install(tmp_path, "kpi_export_quits", "raise SystemExit(9)")
    code = "import sys; from kpi_cli.main import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "plugin", "list"],
        env={"PYTHONPATH": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "kpi_export_text" in done.stdout
    lines = sorted(done.stderr.splitlines())
    assert len(lines) == 2
    assert lines[0].startswith("kpi: 警告: 插件 kpi_export_broken（kpi_export_broken 1.0） 出错：RuntimeError: boom")
    assert "kpi_export_quits" in lines[1]


def test_no_plugins_leaves_third_parties_out(tmp_path: Path) -> None:
    install(tmp_path, "kpi_export_text", GOOD)
    code = "import sys; from kpi_cli.main import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-plugins", "plugin", "list"],
        env={"PYTHONPATH": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "kpi_export_text" not in done.stdout
    assert "xlsx" in done.stdout
