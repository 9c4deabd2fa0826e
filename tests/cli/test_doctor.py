"""`kpi doctor`: what it says of a sound ledger, of a broken one, of none, and of a bare machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from unittest import mock

import filelock
import pytest

from kpi_cli.cli import doctor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def signs(kpi: Callable[..., object], *words: object) -> dict[str, list[tuple[str, str]]]:
    """Return state and detail of what was looked at."""
    found: dict[str, list[tuple[str, str]]] = {}
    for sign in json.loads(kpi(*words, "doctor", "--format", "json").out):
        found.setdefault(sign["what"], []).append((sign["state"], sign["detail"]))
    return found


def test_a_sound_ledger(kpi: Callable[..., object], tmp_path: Path) -> None:
    assert kpi("demo", tmp_path / "示例").status == 0
    result = kpi("-C", tmp_path / "示例", "doctor")
    assert result.status == 0
    assert "正常  2017 年：预算行 31 条，收入 5 条，考评对象 10 个" in result.out.splitlines()
    assert "tomlkit" in signs(kpi)["依赖的包"][0][1]


def test_a_broken_ledger(kpi: Callable[..., object], make_ledger: Callable[..., Path]) -> None:
    root = make_ledger({
        "2025/lines.toml": "[[line]]\namount = 'x'\n", "2025/evaluation/units.toml": "[[unit]]\nfoo = 1\n", "2024/lines.toml": "",
    })  # fmt: skip
    result = kpi("-C", root, "doctor")
    assert result.status == 1
    assert "不行  2025 年：2025/lines.toml:2: 金额(元)不是数字（x）；请写成 12345.67 这样的数" in result.out
    assert "不行  2025 年：2025/evaluation/units.toml:2: 未知的键 foo" in result.out
    assert "正常  2024 年：预算行 0 条，收入 0 条" in result.out
    (root / "kpi.toml").write_text("[", encoding="utf-8")
    assert signs(kpi, "-C", root)["台账"][0][0] == "failed"


def test_no_ledger(kpi: Callable[..., object]) -> None:
    assert kpi("doctor").status == 0
    assert signs(kpi)["台账"][0][0] == "warning"


def test_an_interrupted_change(kpi: Callable[..., object], make_ledger: Callable[..., Path]) -> None:
    root = make_ledger({".kpi/journal.json": "{}"})
    assert ("warning", "上次命令中断，有没写完的修改") in signs(kpi, "-C", root)["台账"]


def test_another_process_at_work(kpi: Callable[..., object], make_ledger: Callable[..., Path]) -> None:
    root = make_ledger({".kpi/lock": ""})
    assert [state for state, _ in signs(kpi, "-C", root)["台账"]] == ["ok"]
    with filelock.FileLock(root / ".kpi" / "lock"):
        assert ("warning", "另一个 kpi 命令正在修改") in signs(kpi, "-C", root)["台账"]


@pytest.mark.parametrize(("columns", "state"), [(79, "warning"), (80, "ok")])
def test_the_terminal(columns: int, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", mock.Mock(isatty=lambda: True))
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    for mode, words in (("always", "有颜色"), ("never", "没有颜色")):
        sign = doctor._terminal(mock.Mock(color=mode))
        assert (sign.state, sign.detail) == (state, f"xterm-256color，宽 {columns} 列，{words}")


def test_a_bare_machine(kpi: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    found = signs(kpi)
    assert found["LibreOffice"] == [("warning", "没有找到")]
    assert found["字体"][0][0] == "ok"
    assert kpi("doctor").status == 0
