"""Scores at, above and below the mean; equal values; through the command line."""

import subprocess
import sys
from fractions import Fraction

import pytest
from kpi_cli.api import Case, Group
from kpi_methods_zscore import kpi_register_evaluation_methods, zscore

GROUP = Group({"a": Fraction(90), "b": Fraction(80), "c": Fraction(70)})  # mean 80, variance 200/3


@pytest.mark.parametrize(
    ("value", "direction", "score"),
    [(80, "higher", "16.00"), (90, "higher", "18.45"), (70, "higher", "13.55"), (70, "lower", "18.45")],
)
def test_scores(value: int, direction: str, score: str) -> None:
    outcome = zscore(Case(Fraction(20), actual=Fraction(value), group=GROUP, direction=direction))
    assert f"{float(outcome.score):.2f}" == score
    assert all(step.text for step in outcome.steps)


def test_equal_values_get_the_base() -> None:
    equal = Group({"a": Fraction(5), "b": Fraction(5)})
    assert zscore(Case(Fraction(10), actual=Fraction(5), group=equal)).score == 8


def test_far_values_stay_within_the_points() -> None:
    far = Case(Fraction(10), {"span": "100"}, actual=Fraction(90), group=GROUP)
    assert zscore(far).score == 10
    assert zscore(Case(Fraction(10), {"span": "100"}, actual=Fraction(70), group=GROUP)).score == 0


def test_the_offer() -> None:
    [method] = kpi_register_evaluation_methods()
    assert (method.name, method.family, method.is_relative) == ("zscore", "indicator", True)


def test_through_the_command_line(tmp_path) -> None:
    def kpi(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kpi_cli", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert kpi("demo", "d").returncode == 0
    changed = kpi("-C", "d", "eval", "set", "indicators", "1.1", "method=标准分法")
    assert changed.returncode == 0, changed.stderr
    explained = kpi("-C", "d", "eval", "explain", "jia", "1.1")
    assert "方法：标准分法（zscore）" in explained.stdout, explained.stderr
    assert "同系列 4 个单位，平均数" in explained.stdout
    without = kpi("-C", "d", "--no-plugins", "eval", "final")
    assert "不认识的计分方法" in without.stderr
