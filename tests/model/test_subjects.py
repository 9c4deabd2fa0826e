"""The subject catalogue: names by code and year, local names first, the nearest known codes."""

from __future__ import annotations

import pytest

from kpi_cli import resources
from kpi_cli.model.subjects import LEVELS, SubjectCatalogue, bundled_subjects

SUBJECTS = bundled_subjects(resources.templates() / "subjects")


def catalogue(year: int, **local: str) -> SubjectCatalogue:
    """Return the names of a year, with local functional names."""
    return SubjectCatalogue(
        year, SUBJECTS, {("function", code.removeprefix("_")): name for code, name in local.items()}
    )


@pytest.mark.parametrize(
    ("year", "kind", "code", "name"),
    [
        (2017, "function", "210", "医疗卫生与计划生育支出"),
        (2024, "function", "210", "卫生健康支出"),
        (2025, "function", "210", "卫生健康支出"),
        (2017, "economic", "30311", "住房公积金"),
        (2017, "economic", "30113", None),
        (2024, "economic", "30113", "住房公积金"),
        (2024, "economic", "30311", "代缴社会保险费"),
        (2018, "government", "50103", "住房公积金"),
        (2025, "function", "2210201", "住房公积金"),
        (2025, "function", "9999999", None),
    ],
)
def test_names_have_their_years(year: int, kind: str, code: str, name: str | None) -> None:
    assert catalogue(year).name(kind, code) == name


def test_a_code_has_one_name_a_year() -> None:
    for year in range(2007, 2031):
        valid = [(s.kind, s.code) for s in SUBJECTS if s.is_valid_in(year)]
        assert len(valid) == len(set(valid)), [pair for pair in set(valid) if valid.count(pair) > 1]


def test_codes_have_a_known_length_and_a_parent() -> None:
    codes = {(s.kind, s.code) for s in SUBJECTS}
    for subject in SUBJECTS:
        assert len(subject.code) in LEVELS[subject.kind]
        assert subject.name == subject.name.strip() != ""
        assert subject.source
        if len(subject.code) > 3:
            assert (subject.kind, subject.code[:3]) in codes


def test_local_names_win_and_come_first() -> None:
    own = catalogue(2025, _2010601="本地运行", _2019999="本地新科目")
    assert own.name("function", "2010601") == "本地运行"
    assert own.name("function", "2019999") == "本地新科目"
    first, second = [s for s in own.search("2010601") if s.kind == "function"][:2]
    assert (first.name, first.source, first.is_attested) == ("本地运行", "subjects.csv", False)
    assert second.name == "行政运行"


def test_search_by_code_and_by_name() -> None:
    own = catalogue(2025)
    assert all(s.code.startswith("2080505") for s in own.search("2080505"))
    assert {"30113", "30311", "2210201"} <= {s.code for s in own.search("住房公积金")}
    assert own.search("没有这个词") == ()


def test_the_nearest_codes_are_siblings() -> None:
    own = catalogue(2025)
    near = own.nearest("function", "2080599")
    assert len(near) == 3
    assert all(code.startswith("20805") for code, _ in near)
    assert all(len(code) == 5 for code, _ in own.nearest("economic", "30199"))
    assert own.nearest("function", "12") == ()


def test_former_names_show_their_years() -> None:
    former = catalogue(2025).former("function", "210")
    assert len(former) >= 2
    assert sum(s.is_valid_in(2017) for s in former) == 1
