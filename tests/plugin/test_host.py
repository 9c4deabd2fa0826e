"""The host: typed options, faults of exporters, and files stored together or not at all."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kpi_cli.disclosure import Disclosure
from kpi_cli.errors import ExportError, UsageError
from kpi_cli.plugin.exporter import Exporter
from kpi_cli.plugin.hookspecs import hookimpl
from kpi_cli.plugin.host import ExportHost, file_name, parse_options, store
from kpi_cli.plugin.manager import Plugins

EMPTY = Disclosure("budget", "某局", 2025, "mof", "unit", "某局2025年单位预算", ())


@dataclass(frozen=True)
class Options:
    width: int = field(default=80, metadata={"doc": "行宽"})
    bold: bool = field(default=False, metadata={"doc": "加粗"})
    head: str = field(default="", metadata={"doc": "页眉"})


class Sample(Exporter):
    PLUGIN_NAME = "sample"
    title = "样例"
    extension = ".txt"
    mime_type = "text/plain"
    options = Options
    result: object = b"content"

    def export(self, disclosure, options, host):
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def host(result: object) -> ExportHost:
    """Return a host whose `sample` exporter returns or raises this."""
    exporter = type("Made", (Sample,), {"result": result})

    class Plugin:
        @hookimpl
        def kpi_register_exporters(self):
            return [exporter]

    plugins = Plugins(())
    plugins.register(Plugin(), "sample", "sample 1.0")
    return ExportHost(plugins)


def test_options_are_typed() -> None:
    given = {"width": "40", "bold": "是", "head": "a=b"}
    assert parse_options(Sample, given) == Options(40, bold=True, head="a=b")


def test_every_wrong_option_is_reported() -> None:
    with pytest.raises(UsageError) as error:
        parse_options(Sample, {"widht": "4", "width": "wide", "bold": "perhaps"})
    assert [p.text for p in error.value.problems] == [
        "sample 没有这个选项（widht）；是不是 width？",
        "选项 sample.width 的值不对，应为整数（wide）；例如 80",
        "选项 sample.bold 的值不对，应为true 或 false（perhaps）；例如 False",
    ]


def test_a_single_document_is_named_after_the_title() -> None:
    assert host(b"x").files("sample", EMPTY, {}) == {"某局2025年单位预算.txt": b"x"}


def test_several_files_keep_their_names() -> None:
    made = {"a.csv": b"1", "data/b.csv": b"2"}
    assert host(made).files("sample", EMPTY, {}) == made


@pytest.mark.parametrize("name", ["../a", "/etc/a", "a/../../b", "..\\a", ""])
def test_a_file_outside_of_the_folder_is_refused(name: str) -> None:
    with pytest.raises(ExportError, match="越出了输出文件夹"):
        host({name: b""}).files("sample", EMPTY, {})


@pytest.mark.parametrize("result", [None, "text", {"a": "text"}, RuntimeError("boom")])
def test_rubbish_and_exceptions_are_one_line(result: object) -> None:
    with pytest.raises(ExportError) as error:
        host(result).files("sample", EMPTY, {})
    assert error.value.exit_code == 3
    [problem] = error.value.problems
    assert problem.text.startswith("导出 sample 失败：")
    assert "\n" not in problem.text


def test_one_exporter_may_call_another() -> None:
    assert host(b"inner").export("sample", EMPTY) == b"inner"
    with pytest.raises(ExportError, match="多个文件"):
        host({"a": b"", "b": b""}).export("sample", EMPTY)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("某局2025年", "某局2025年.x"),
        ('a/b\\c:d*e?f"g<h>i|j', "a_b_c_d_e_f_g_h_i_j.x"),
        ("..", "disclosure.x"),
        ("换\n行\x00", "换_行_.x"),
        ("长" * 100, "长" * 66 + ".x"),
    ],
)
def test_names_are_safe(title: str, name: str) -> None:
    assert file_name(title, ".x") == name


def test_files_are_stored_with_usual_modes(tmp_path: Path) -> None:
    paths = store({"a": b"1", "sub/b": b"2"}, tmp_path / "new" / "out")
    assert [p.read_bytes() for p in paths] == [b"1", b"2"]
    assert paths[0].stat().st_mode & 0o777 == 0o644
    assert sorted(p.name for p in (tmp_path / "new" / "out").iterdir()) == ["a", "sub"]


@pytest.mark.parametrize("call", ["fsync", "replace", "mkstemp"])
def test_nothing_is_left_behind_on_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    old = tmp_path / "out"
    old.mkdir()
    (old / "a").write_bytes(b"old")

    def fail(*args: object, **_: object) -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    target = {"fsync": os, "replace": Path, "mkstemp": __import__("tempfile")}[call]
    monkeypatch.setattr(target, call, fail)
    with pytest.raises(ExportError, match="磁盘已满"):
        store({"a": b"new", "deep/b": b"new"}, old)
    assert [p.name for p in old.rglob("*")] == ["a"]
    assert (old / "a").read_bytes() == b"old"


def test_what_a_killed_export_left_goes_an_hour_later(tmp_path: Path) -> None:
    for name, age in ((".kpi-old", 3700), (".kpi-new", 60), ("other", 9999)):
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    store({"a": b"new"}, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"a", ".kpi-new", "other"}


def test_an_output_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(ExportError) as error:
        store({"a": b""}, tmp_path / "out")
    assert error.value.exit_code == 3


@pytest.mark.parametrize("has_links", [True, False])
def test_a_second_file_that_is_refused_gives_the_first_back(tmp_path: Path, monkeypatch, has_links: bool) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"old")
    (tmp_path / "c.docx").mkdir()  # as Windows refuses a document that is open in Word
    if not has_links:
        monkeypatch.setattr(os, "link", lambda *_, **__: (_ for _ in ()).throw(OSError(errno.EPERM, "no links")))
    with pytest.raises(ExportError):
        store({"a.xlsx": b"new", "b.csv": b"new", "c.docx": b"new"}, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"a.xlsx", "c.docx"}
    assert (tmp_path / "a.xlsx").read_bytes() == b"old"


@pytest.mark.parametrize("make", [lambda text: Sample().failure(text), ExportError])
def test_a_reason_for_the_user_is_one_line(make) -> None:
    reason = Sample().failure("没有找到 LibreOffice；请安装")
    with pytest.raises(ExportError) as error:
        host(make("没有找到 LibreOffice；请安装")).files("sample", EMPTY, {})
    assert (str(error.value), error.value.exit_code) == (str(reason), 3)
    assert "sample" in str(reason)
    assert "没有找到 LibreOffice；请安装" in str(reason)
