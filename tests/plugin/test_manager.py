"""Plugins: built-in ones without a scan, third parties isolated, names taken once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from kpi_cli.errors import PluginError, UsageError
from kpi_cli.plugin import manager
from kpi_cli.plugin.exporter import Exporter
from kpi_cli.plugin.hookspecs import hookimpl
from kpi_cli.plugin.manager import BUILT_IN, CHECKS, EXPORTERS, METHODS, TABLE_SETS, Plugins

if TYPE_CHECKING:
    from collections.abc import Callable


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
    plugins = Plugins(())
    plugins.register(plugin(TextExporter), "text", "kpi-export-text 1.0")
    assert plugins.exporter("text") is TextExporter
    assert plugins.problems == []


def test_built_in_formats_are_found_without_a_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "installed", lambda _: pytest.fail("scanned"))
    for name in BUILT_IN:
        assert name == Plugins().exporter(name).PLUGIN_NAME


def test_a_taken_name_is_refused_and_both_owners_are_named() -> None:
    class Other(TextExporter):
        pass

    plugins = Plugins(())
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
    plugins = Plugins(())
    with pytest.raises(Exception, match="kpi_register_exporter"):
        plugins.register(module, "typo", "typo 1.0")
    plugins.register(plugin(TextExporter), "text", "text 1.0")  # the manager still works
    assert plugins.exporter("text") is TextExporter


@pytest.mark.parametrize("offered", [object(), str, type("Nameless", (Exporter,), {"title": "x"})])
def test_what_is_no_exporter_is_refused(offered: object) -> None:
    with pytest.raises(PluginError):
        Plugins(()).register(plugin(offered), "bad", "bad 1.0")


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UsageError) as error:
        Plugins(()).exporter("xslx")
    assert error.value.problems[0].text == "没有这个导出格式（xslx）；是不是 xlsx？"


def install(folder: Path, name: str, body: str, group: str = EXPORTERS) -> None:
    """Put a distribution with one entry point into a folder, as pip would."""
    (folder / f"{name}.py").write_text(body, encoding="utf-8")
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {name}\n", encoding="utf-8")


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run kpi as a process that sees the distributions in `tmp_path / "site"`."""
    (tmp_path / "site").mkdir()
    code = "import sys; from kpi_cli.main import main; sys.exit(main(sys.argv[1:]))"

    def start(*arguments: str, before: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        own = {"PYTHONPATH": str(tmp_path / "site"), "PYTHONUTF8": "1", "KPI_CACHE": str(tmp_path / "cache")}
        command = [sys.executable, "-c", before + code, *arguments]
        return subprocess.run(command, env=own | environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    return start


HEAD = """
from kpi_cli.plugin.exporter import Exporter
from kpi_cli.plugin.hookspecs import hookimpl
class TextExporter(Exporter):
    PLUGIN_NAME = "text"; title = "纯文本"; extension = ".txt"; mime_type = "text/plain"
    def export(self, disclosure, options, host): return disclosure.title.encode()
"""
GOOD = (
    HEAD
    + """
@hookimpl
def kpi_register_exporters(): return [TextExporter]
"""
)
BROKEN = {
    "kpi_export_broken": "raise RuntimeError('boom')",
    "kpi_export_quits": "raise SystemExit(9)",
    "kpi_export_rubbish": GOOD.replace("return [TextExporter]", "return [TextExporter, 7]"),
    "kpi_export_prints": GOOD.replace("return [T", "print('hello'); import os; os.write(1, b'low'); return [T").replace(
        '"text"', '"loud"'
    ),
    "kpi_export_taken": GOOD.replace('"text"', '"xlsx"'),
    "kpi_export_typo": GOOD.replace("kpi_register_exporters", "kpi_register_exporter"),
}
"""Plugins that fail to import, end the process, return rubbish, print to stdout, take a taken name, misspell a hook."""


def test_broken_plugins_cost_one_line_each_and_nothing_else(tmp_path: Path, run: Callable) -> None:
    site = tmp_path / "site"
    alone = run("demo", "台账")
    before = {p.name: p.read_bytes() for p in (tmp_path / "台账/out").iterdir()}
    install(site, "kpi_export_text", GOOD)
    for name, body in BROKEN.items():
        install(site, name, body)
    for arguments in (["table", "3"], ["check"], ["export", "--to", "docx", "--to", "xlsx", "--out", "out"]):
        assert run("-C", "台账", *arguments).stderr == ""
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
    made = run("-C", "台账", "export", "--to", "text", "--out", "out")
    assert (made.returncode, (tmp_path / made.stdout.strip()).read_text()) == (0, "防城港市港口区绩效办2017年部门预算")
    lines = made.stderr.splitlines()
    assert len(lines) == len(BROKEN)
    for name in BROKEN:
        assert [line for line in lines if line.startswith("kpi: 警告: ") and name in line], name
    assert alone.returncode == 0


def test_a_slow_plugin_is_left_behind(tmp_path: Path, run: Callable) -> None:
    site = tmp_path / "site"
    install(site, "kpi_export_text", GOOD)
    install(site, "kpi_export_slow", "import time; time.sleep(60)")
    patience = "import kpi_cli.plugin.manager as m; m.LOADING_SECONDS = 0.5;"
    listed = run("plugin", "list", before=patience)
    assert listed.returncode == 0
    assert listed.stderr == (
        "kpi: 警告: 插件 kpi_export_slow（kpi_export_slow 1.0） 出错：超过 0.5 秒没有完成；可用 --no-plugins 停用，或联系插件作者\n"
    )
    assert "text 纯文本" in listed.stdout


def test_plugins_are_chosen_by_switch_and_variable(tmp_path: Path, run: Callable) -> None:
    install(tmp_path / "site", "kpi_export_text", GOOD)
    install(tmp_path / "site", "kpi_export_broken", "raise RuntimeError('boom')")
    assert "kpi_export_text" not in run("--no-plugins", "plugin", "list").stdout
    listed = run("plugin", "list", KPI_PLUGINS="kpi_export_text")
    assert listed.stderr == ""
    assert re.search(r"kpi_export_text .*已加载", listed.stdout)
    assert re.search(r"kpi_export_broken .*未启用", listed.stdout)
    assert "kpi_export_text" not in run("plugin", "list", KPI_PLUGINS="").stdout


def test_an_installed_plugin_is_seen_at_once_and_a_removed_one_is_gone(tmp_path: Path, run: Callable) -> None:
    assert "text" not in run("plugin", "list").stdout
    install(tmp_path / "site", "kpi_export_text", GOOD)
    assert "text" in run("plugin", "list").stdout
    for path in (tmp_path / "site/kpi_export_text-1.0.dist-info").iterdir():
        path.unlink()
    (tmp_path / "site/kpi_export_text-1.0.dist-info").rmdir()
    assert "纯文本" not in run("plugin", "list").stdout


@pytest.mark.parametrize(
    ("group", "hook", "answer"),
    [
        (TABLE_SETS, "kpi_register_table_sets", ["nowhere"]),
        (CHECKS, "kpi_register_checks", [("nowhere.toml", {})]),
        (CHECKS, "kpi_register_checks", ["rules.toml"]),
        (METHODS, "kpi_register_evaluation_methods", ["M99"]),
        (METHODS, "kpi_register_evaluation_methods", [lambda case: case]),
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused(group: str, hook: str, answer: object) -> None:
    module = ModuleType("example")

    @hookimpl(specname=hook)
    def implementation():
        return answer

    module.implementation = implementation
    with pytest.raises(PluginError, match="mine"):
        Plugins(()).register(module, "mine", "mine 1.0", group)
