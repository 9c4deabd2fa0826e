"""Calls into other people's code: output turned away, exceptions and endless work turned into one sentence."""

from __future__ import annotations

import os
import sys
import time

import pytest

from kpi_cli.plugin.guard import PluginFaultError, call


def test_what_a_call_returns_and_what_it_printed(capfd: pytest.CaptureFixture[str]) -> None:
    def loud() -> int:
        print("by Python")
        os.write(1, b"below")
        return 7

    before = sys.stdout
    answer = call(loud, 5)
    assert (answer.value, answer.printed) == (7, "by Python\nbelow")
    assert sys.stdout is before
    print("after")
    assert capfd.readouterr().out == "after\n"


@pytest.mark.parametrize(
    ("error", "detail"),
    [(ValueError("two\nlines"), "ValueError: two lines"), (SystemExit(3), "SystemExit: 3"), (KeyError(), "KeyError")],
)
def test_an_exception_is_one_sentence(error: BaseException, detail: str) -> None:
    def bad() -> None:
        raise error

    with pytest.raises(PluginFaultError, match=f"^{detail}$") as caught:
        call(bad, 5)
    assert caught.value.error is error


def test_a_call_that_does_not_end_is_left_behind() -> None:
    started = time.monotonic()
    with pytest.raises(PluginFaultError, match=r"^超过 0\.2 秒没有完成$"):
        call(lambda: time.sleep(30), 0.2)
    assert time.monotonic() - started < 5
