"""docs/narrative-templates.md: its examples work, and it names everything that there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from kpi_cli import resources
from kpi_cli.assembly import Request, assemble, narrative_source
from kpi_cli.ledger.narrative_file import DETAIL_TEXTS, PROCUREMENT, TEXT_SECTIONS, UNITS, VEHICLE_KINDS
from kpi_cli.narrative.environment import FILTERS, GLOBALS
from kpi_cli.narrative.scope import VEHICLE_KINDS as PRINTED_KINDS
from kpi_cli.narrative.scope import NarrativeFacts, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = (Path(__file__).resolve().parents[2] / "docs/narrative-templates.md").read_text(encoding="utf-8")
FILES = {
    "kpi.toml": 'schema_version = 1\ndepartment = "某局"\ntable_set = "shanghai"\n',
    "2025/lines.toml": '[[line]]\nfunction_code = "2010601"\neconomic_code = "30101"\nexpenditure_type = "基本支出"\n'
    'fund_source = "一般公共预算"\namount = 10000\n',
    "2025/projects.toml": '[[project]]\nid = "P01"\nname = "甲项目"\namount = 20000\n',
    "2025/comparatives.toml": '[[comparative]]\nfigure = "expenditure:basic_expenditure"\namount = 5000\n',
}


def examples(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_the_template_the_manifest_and_narrative_toml_work(
    make_ledger: Callable[..., Path], kpi: Callable[..., object]
) -> None:
    (template,) = examples("jinja")
    manifest, narrative = examples("toml")
    own = {"narrative/shanghai.md.j2": template, "narrative/shanghai.toml": manifest, "2025/narrative.toml": narrative}
    done = kpi("-C", make_ledger({**FILES, **own}), "narrative", "--format", "text")
    assert done.err == ""
    assert done.out.startswith(
        "第一部分　某局2025年部门预算说明\n\n一、收支总体情况\n\n[1] 2025年收入预算0.00万元。\n\n"
        "[2] 支出按功能分类：\n\n[3] （1）行政运行1.00万元，占支出总预算100.00%。\n\n- 1 2025年部门财务收支预算总表\n"
    )


def test_every_section_of_narrative_toml_is_printed(
    make_ledger: Callable[..., Path], kpi: Callable[..., object]
) -> None:
    files = {**FILES, "2025/narrative.toml": examples("toml")[1]}
    text = kpi("-C", make_ledger(files), "narrative", "--format", "text").out
    for words in (
        *(
            "主要职能二。",
            "实有人员1名（含下属中心），其中：主任1名，为正科长级。",
            "下属1家预算单位",
            "行政单位1家",
            "2.某中心",
        ),
        *(
            "设2个内设机构，包括：办公室、预算科。",
            "行政运行（项）”1.00万元，主要用于人员经费和日常公用经费。",
            "政府采购预算117.00万元",
        ),
        *(
            "面向中小企业预留政府采购项目预算46.80万元",
            "截至2024年8月31日，某局共有车辆3辆",
            "执法执勤用车2辆、其他用车1辆",
        ),
        *(
            "设备（不含车辆）1台（套）",
            "共1个，涉及项目预算资金2.00万元",
            "因公出国（境）费由区统筹安排。",
            "甲项目2.00万元。",
            "立项依据。",
        ),
    ):
        assert words in text, words


def test_every_name_is_documented() -> None:
    source = narrative_source("mof")
    made = assemble(resources.templates() / "demo", Request())
    assert source is not None
    assert made.book is not None
    assert made.settings is not None
    assert made.catalogue is not None
    names = Scope(NarrativeFacts(made.book, made.settings, made.catalogue), source.style).names()
    sections = (
        "functions",
        "structure",
        "reasons",
        "uses",
        "procurement",
        "assets",
        "goals",
        "stated",
        "glossary",
        "texts",
    )
    words = (*names, *FILTERS, *GLOBALS, *TEXT_SECTIONS, *PROCUREMENT, *UNITS, *VEHICLE_KINDS, *DETAIL_TEXTS)
    for name in (*words, *(f"[{section}]" for section in sections)):
        assert name in PAGE, name
    assert all(name in PAGE for name in PRINTED_KINDS.values())
    assert set(PRINTED_KINDS) == set(VEHICLE_KINDS)
