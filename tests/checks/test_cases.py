"""The published cases: every core anomaly is found, and no error or warning says anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi_cli.checks.engine import check
from kpi_cli.checks.finding import CheckResult
from kpi_cli.published.disclosure import published_disclosure

CASES = Path(__file__).resolve().parent.parent / "data" / "cases"

LOUD = {
    "sh_czj_2025": {("TX-17", "warning", "大于 0", "0")},
    "pt_czj_2025": {
        ("TX-02", "error", "87.36", "887.36"),
        ("TX-02", "warning", "87.71", "87.70"),
        ("TX-02", "warning", "78.22", "78.21"),
        ("TX-02", "warning", "204.92", "204.91"),
        ("TX-02", "warning", "268.78", "268.77"),
        ("TX-04", "error", "其他行政事业单位养老支出", "其它行政事业单位养老支出"),
        ("E-01", "error", "国有资本经营预算", "政府性基金预算"),
    },
    "seed_2017": {
        ("TX-03", "error", "45.2904", "53.1449"),
        ("TX-03", "error", "32.2904", "35.1449"),
        ("TX-05", "error", "54.2%", "55.2%"),
        ("TX-05", "error", "2.68%", "2.73%"),
        ("TX-05", "error", "3.89%", "3.97%"),
        ("TX-06", "error", "18", "13"),
        ("TX-12", "error", "7", "6"),
        ("Y-08", "error", "67.0", "67.5"),
    },
}
"""Every error and warning, and no others: rule, severity, expected, actual."""

HINTED = {
    "sh_czj_2025": {("IN-10", "24840778", "24840779"), ("TX-14", "23", "22"), ("N-01", "单位预算", "部门预算")},
    "pt_czj_2025": {
        ("TX-03", "3121.42", "3921.38"),
        ("Y-05", "与上年持平", "持平，又写 0"),
        ("N-01", "本部门", "本单位"),
        ("N-02", "上海市普陀区财政局", "财政局"),
        ("P-02", "100万元", "100万"),
    },
    "seed_2017": {
        ("TX-03", "32.2904", "35.1449"),
        ("TX-03", "100%", "86.40%"),
        ("Y-07", "-50.3494", "-42.7872"),
        ("Y-07", "95.6398", "95.9321"),
        ("Y-07", "4.1506", "6.2128"),
        ("Y-07", "28.1398", "28.9321"),
        ("P-02", "1万元", "1万"),
    },
}
"""Hints that must be there: rounding, consequences, wording."""


def result(case: str) -> CheckResult:
    return check(published_disclosure(CASES / case))


@pytest.mark.parametrize("case", sorted(LOUD))
def test_errors_and_warnings_are_exactly_the_anomalies(case: str) -> None:
    made = result(case)
    loud = [f for f in made.findings if f.severity != "hint"]
    assert {(f.rule, f.severity, f.expected, f.actual) for f in loud} == LOUD[case]
    assert len(loud) == len(LOUD[case])


@pytest.mark.parametrize("case", sorted(HINTED))
def test_consequences_and_wording_are_hints(case: str) -> None:
    hints = {(f.rule, f.expected, f.actual) for f in result(case).findings if f.severity == "hint"}
    assert hints >= HINTED[case]


def test_a_sum_that_one_wrong_figure_explains_is_its_consequence() -> None:
    made = result("pt_czj_2025")
    [wrong] = [f for f in made.findings if f.actual == "887.36"]
    [added] = [f for f in made.findings if f.rule == "TX-03"]
    assert (wrong.cause, wrong.about) == ("C020", "C020")
    assert (added.cause, added.is_consequence) == ("C020", True)


def test_what_a_list_that_leaves_out_a_subject_breaks_is_its_consequence() -> None:
    by_cause: dict[str, set[tuple[str, str]]] = {}
    for finding in result("seed_2017").findings:
        by_cause.setdefault(finding.cause, set()).add((finding.rule, finding.severity))
    assert by_cause["C015–C019"] == {("TX-03", "error"), ("TX-03", "hint"), ("Y-07", "hint")}
    assert by_cause["C017–C019"] == {("TX-03", "error"), ("TX-03", "hint"), ("Y-07", "hint")}


RIGHT = {
    *("C009", "C010", "C011", "C012", "C013", "C014", "C020", "C021", "C022", "C023", "C024", "C025"),
    *("C026", "C027", "C028", "C029", *(f"C{n:03}" for n in range(30, 48))),
}
"""Claims of the seed whose figures, rates and shares do recompute."""


def test_figures_of_the_seed_that_recompute_are_not_blamed() -> None:
    blamed = {f.about.split(":")[0] for f in result("seed_2017").findings if f.severity != "hint"}
    assert not blamed & RIGHT


@pytest.mark.parametrize("case", sorted(LOUD))
def test_what_could_not_be_checked_never_counts_as_passed(case: str) -> None:
    made = result(case)
    states = {receipt.rule: receipt for receipt in made.receipts}
    for receipt in made.receipts:
        assert (receipt.state in ("passed", "failed")) or receipt.reason, receipt
    failed = {finding.rule for finding in made.findings}
    assert {rule for rule, receipt in states.items() if receipt.state == "failed"} == failed
    assert case != "seed_2017" or states["TX-01"].state == "not_checked"
