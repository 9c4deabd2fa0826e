"""E-01, E-02, X-17: notes and titles of tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from .conftest import line

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure

OWN = "注:本单位2025年无政府性基金预算财政拨款安排的预算，故本表为空表。"
RECEPTION = line("2010601", "30217", "20000")


def with_table(made: Disclosure, number: int, **changes: object) -> Disclosure:
    return replace(made, tables=tuple(replace(t, **changes) if t.id == number else t for t in made.tables))


@pytest.mark.parametrize("table_set", ["shanghai", "mof", "guangxi-2017"])
def test_what_is_printed_is_right(written, found, table_set: str) -> None:
    for made in (written.computed(table_set), written.with_tables(table_set=table_set)):
        assert [found(made, rule) for rule in ("E-01", "E-02", "X-17")] == [[], [], []]


@pytest.mark.parametrize(
    ("number", "note", "expected"),
    [
        (6, OWN, []),
        (6, "", [("hint", "无政府性基金预算…，故本表为空表", "")]),
        (6, OWN.replace("政府性基金", "国有资本经营"), [("error", "政府性基金预算", "国有资本经营预算")]),
        (6, "注：无政府性基金预算和国有资本经营预算。", []),
        (6, "注：本表无数据。", []),
        (5, OWN, [("error", "", OWN)]),
        (9, "注：本单位无因公出国（境）预算安排。", []),
        (9, "注：本表无数据。", [("error", "", "注：本表无数据。")]),
    ],
)
def test_a_note_is_about_its_own_table(written, found, number: int, note: str, expected: list) -> None:
    made = written.computed(lines=(*written.computed().lines, RECEPTION))
    assert found(with_table(made, number, note=note), "E-01") == expected


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (OWN, []),
        (OWN.replace("2025", "2024"), [("warning", "2025", "2024")]),
        (OWN.replace("本单位", "本部门"), [("hint", "本单位", "本部门")]),
        ("注：与2024年预算相比，2025年没有变化。", []),
    ],
)
def test_a_note_is_of_this_year_and_of_this_unit(written, found, note: str, expected: list) -> None:
    assert found(with_table(written.with_tables(), 6, note=note), "E-02") == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("2025年预算单位收入预算总表", []),
        ("预算单位收入预算总表", []),
        ("2024年预算单位收入预算总表", [("error", "2025", "2024")]),
        ("2025年部门收入预算总表", [("hint", "单位", "部门")]),
    ],
)
def test_titles(written, found, title: str, expected: list) -> None:
    assert found(with_table(written.with_tables(), 2, title=title), "X-17") == expected


def test_a_set_that_always_says_department(written, found) -> None:
    assert found(written.with_tables(table_set="guangxi-2017"), "X-17") == []


def test_a_missing_table_is_not_checked(written, receipt) -> None:
    made = written.with_tables()
    state = receipt(replace(made, tables=made.tables[:-2]), "X-17")
    assert (state.state, state.reason) == ("not_checked", "没有表8、9")
