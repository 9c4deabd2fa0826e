"""narrative.toml: everything that it can say, and every mistake of it at once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kpi_cli.errors import LedgerError
from kpi_cli.ledger.reader import open_ledger, read_year
from kpi_cli.model.stated import StatedFacts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROJECTS = '[[project]]\nid = "P1"\nname = "甲项目"\namount = 1\n[[project]]\nid = "P2"\nname = "乙项目"\namount = 2\n'


@pytest.fixture
def stated(make_ledger: Callable[..., Path]) -> Callable[[str], StatedFacts]:
    """Return a function that reads the facts of a narrative.toml."""

    def read(text: str) -> StatedFacts:
        root = make_ledger({"2025/projects.toml": PROJECTS, "2025/narrative.toml": text})
        return read_year(open_ledger(root), 2025).stated

    return read


def test_no_file_states_nothing(make_ledger: Callable[..., Path]) -> None:
    assert read_year(open_ledger(make_ledger({"2025/lines.toml": ""})), 2025).stated == StatedFacts()


FULL = """
[functions]
paragraphs = ["第一条。", " ", "第二条。"]

[structure]
paragraphs = ["机构。"]
headcount_note = "含中心"
[structure.units]
subordinate = 2
administrative = 1
internal_divisions = ["办公室", "预算科"]
names = ["本部", "中心"]
[[structure.headcount]]
item = "director"
name = "主任"
grade = "正科长级"
count = 1
[[structure.headcount]]
item = "cadres"
name = "干部"
count = 6

[reasons]
income = "任务增加"
"function:2010601" = "调资"
"project:P1" = "新增"
"project:乙项目" = "延续"

[uses]
"sangong:official_reception" = "业务往来"

[procurement]
goods = 170000.50
works = 0
services = "1,000,000.00"

[assets]
as_of = 2024-08-31
vehicles_held = { other = 2, law_enforcement = 1 }
vehicles_to_purchase = 0
equipment_held = 1

[goals]
projects = ["P2"]

[stated]
towns = 67
area = { value = 12.50, unit = "平方米", name = "办公用房" }
threshold = { amount = 4000000.00 }

[glossary]
"基本支出" = "指……"
"项目支出" = ""

[texts]
sangong = "补充一段。"
functions = ["第三条。"]

[[project_detail]]
projects = ["P1", "P2"]
overview = "概述。"
period = "全年"
"""


def test_everything_that_it_can_say(stated: Callable[[str], StatedFacts]) -> None:
    facts = stated(FULL)
    figures = {key: (f.value, f.unit, f.name, f.source.line) for key, f in facts.figures.items()}
    held = {key: value for key, value in figures.items() if "vehicles" in key}
    assert {key: value for key, value in figures.items() if key not in held} == {
        "headcount:director": (1, "名", "主任", 17),
        "headcount:cadres": (6, "名", "干部", 21),
        "units:subordinate": (2, "家", "", 9),
        "units:administrative": (1, "家", "", 10),
        "procurement:goods": (Decimal("170000.50"), "元", "", 33),
        "procurement:works": (0, "元", "", 34),
        "procurement:services": (1000000, "元", "", 35),
        "stated:equipment_over_1m_held": (1, "台（套）", "", 41),
        "stated:towns": (67, "", "", 47),
        "stated:area": (Decimal("12.50"), "平方米", "办公用房", 48),
        "stated:threshold": (4000000, "元", "", 49),
    }
    kinds = ("ministerial_leaders", "principal_leaders", "confidential_communication", "emergency_support")
    kinds += ("law_enforcement", "special_technical", "retired_cadres", "other")
    assert {key: value[:2] for key, value in held.items()} == {
        "vehicles_held:law_enforcement": (1, "辆"),
        "vehicles_held:other": (2, "辆"),
        **{f"stated:vehicles_to_purchase_{kind}": (0, "辆") for kind in kinds},
    }
    assert {name: [t.text for t in texts] for name, texts in facts.texts.items()} == {
        "functions": ["第一条。", "第二条。", "第三条。"],
        "structure": ["机构。"],
        "sangong": ["补充一段。"],
    }
    assert {key: text.text for key, text in facts.reasons.items()} == {
        "income": "任务增加",
        "function:2010601": "调资",
        "project:P1": "新增",
        "project:乙项目": "延续",
    }
    assert {key: (text.text, text.source.line) for key, text in facts.uses.items()} == {
        "sangong:official_reception": ("业务往来", 30)
    }
    assert {key: text.text for key, text in facts.details.items()} == {
        ("headcount", "note"): "含中心",
        ("headcount:director", "grade"): "正科长级",
        ("vehicles_held", "as_of"): "2024年8月31日",
    }
    assert {name: [t.text for t in texts] for name, texts in facts.lists.items()} == {
        "internal_divisions": ["办公室", "预算科"],
        "units": ["本部", "中心"],
        "goals": ["P2"],
    }
    assert {term: text.text for term, text in facts.glossary.items()} == {"基本支出": "指……", "项目支出": ""}
    assert [(d.projects, d.overview, d.basis, d.period, d.source.line) for d in facts.project_details] == [
        (("P1", "P2"), "概述。", "", "全年", 59)
    ]


def test_all_projects_have_goals(stated: Callable[[str], StatedFacts]) -> None:
    assert [t.text for t in stated('[goals]\nprojects = "全部"\n').lists["goals"]] == ["P1", "P2"]


def test_a_number_of_vehicles_alone(stated: Callable[[str], StatedFacts]) -> None:
    figures = stated("[assets]\nvehicles_held = 3\n").figures
    assert {key: f.value for key, f in figures.items()} == {"vehicles_held": 3}


MISTAKES = """
[function]
[functions]
paragraphs = "一段"
[structure]
paragraphs = [1]
[structure.units]
subordinat = 1
administrative = "1"
internal_divisions = -1
[[structure.headcount]]
item = "a"
count = 1.5
[[structure.headcount]]
name = "干部"
count = true
[[structure.headcount]]
item = "b"
name = "甲"
[reasons]
incom = "x"
income = 3
"project:P9" = "y"
[procurement]
goods = 1.005
total = 3
[assets]
as_of = "2024-08-31"
vehicles_held = { others = 1, other = -1 }
vehicles_to_purchase = "0"
[goals]
projects = ["P9", 3]
count = "4"
[stated]
a = "六十七"
b = { values = 3 }
c = { amount = "x" }
[texts]
sangongs = "x"
[[project_detail]]
overviews = "x"
"""


def test_every_mistake_at_once(stated: Callable[[str], StatedFacts]) -> None:
    with pytest.raises(LedgerError) as caught:
        stated(MISTAKES)
    found = [(p.place.line, p.code, p.value) for p in caught.value.problems]
    assert sorted(found) == [
        (2, "unknown-key", ""),
        (4, "wrong-type", ""),
        (6, "wrong-type", ""),
        (8, "unknown-key", ""),
        (9, "not-an-integer", "1"),
        (10, "not-an-integer", "-1"),
        (11, "missing", ""),
        (13, "not-an-integer", "1.5"),
        (14, "missing", ""),
        (16, "not-an-integer", "True"),
        (17, "not-an-integer", ""),
        (21, "figure-key", "incom"),
        (22, "wrong-type", ""),
        (23, "unknown-project", "P9"),
        (25, "amount-places", "1.005"),
        (26, "unknown-key", ""),
        (28, "wrong-type", ""),
        (29, "not-an-integer", "-1"),
        (29, "unknown-key", ""),
        (30, "wrong-type", ""),
        (32, "unknown-project", "P9"),
        (32, "wrong-type", ""),
        (33, "not-an-integer", "4"),
        (35, "wrong-type", ""),
        (36, "unknown-key", ""),
        (36, "wrong-type", ""),
        (37, "amount-not-a-number", "x"),
        (39, "unknown-key", ""),
        (40, "missing", ""),
        (41, "unknown-key", ""),
    ]


def test_messages_name_the_file_and_what_to_do(make_ledger: Callable[..., Path], kpi: Callable[..., object]) -> None:
    root = make_ledger({"2025/narrative.toml": '[structure]\nunits = 3\n[reason]\n[assets]\nas_of = "今年"\n'})
    assert kpi("-C", root, "table", "3", "--format", "csv").lines == [
        "kpi: 错误: 2025/narrative.toml:3: 未知的键 reason；是不是 reasons？",
        "kpi: 错误: 2025/narrative.toml:2: units的类型不对，应为表；例如 [structure.units]",
        "kpi: 错误: 2025/narrative.toml:5: as_of的类型不对，应为日期，不加引号；例如 2024-08-31",
    ]


def test_a_post_given_twice(stated: Callable[[str], StatedFacts]) -> None:
    with pytest.raises(
        LedgerError, match=r"2025/narrative.toml:8: item重复，第一次出现在第 4 行（headcount:a）；请改用别的 item"
    ):
        stated(
            '[[structure.headcount]]\nitem = "a"\nname = "甲"\ncount = 1\n[[structure.headcount]]\nitem = "a"\nname = "乙"\ncount = 2\n'
        )
