"""What template functions say: reasons, uses, plainer keys, lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINES = """
[[line]]
function_code = "2010601"
economic_code = "30101"
expenditure_type = "基本支出"
fund_source = "一般公共预算"
amount = 300
[[line]]
function_code = "2010601"
economic_code = "30217"
expenditure_type = "基本支出"
fund_source = "{fund}"
amount = 100
[[line]]
function_code = "2010602"
economic_code = ""
expenditure_type = "项目支出"
fund_source = "一般公共预算"
project = "P1"
amount = 50
"""
FILES = {
    "narrative/shanghai.toml": '[amounts]\nmoney_unit = "元"\nplaces = 0\nother_places = 0\n',
    "2025/lines.toml": LINES.replace("{fund}", "一般公共预算"),
    "2025/projects.toml": '[[project]]\nid = "P1"\nname = "甲项目"\n[[project]]\nid = "P2"\nname = "甲项目"\namount = 9\n',
    "2025/comparatives.toml": "".join(
        f'[[comparative]]\nfigure = "{key}"\namount = {amount}\n'
        for key, amount in {
            "expenditure": 400,
            "income": 10,
            "function:2010601": 400,
            "function:2010602": 60,
            "function:2080501": 7,
            "function:2080502": 0,
            "sangong:official_reception": 90,
            "project:P1": 40,
        }.items()
    ),
    "2025/sangong.toml": '[[sangong]]\ncategory = "公务接待费"\namount = 100\nreason = "业务增加。"\n',
    "2025/narrative.toml": '[reasons]\nexpenditure = "主要原因是：人员增加；"\n"function:2010601" = "不该出现"\n'
    '"function:2010602" = "任务减少"\n"project:甲项目" = "由于延续"\n'
    '[uses]\n"function:2010601" = "主要用于人员经费。"\n"function:2010601:fiscal_appropriation" = "财政拨款部分"\n',
}


@pytest.fixture
def said(make_ledger: Callable[..., Path], kpi: Callable[..., object]) -> Callable[..., str]:
    """Return a function that renders one line of template in the ledger."""

    def run(template: str, files: dict[str, str] | None = None) -> str:
        root = make_ledger({**FILES, **(files or {}), "narrative/shanghai.md.j2": f"《{template}》\n"})
        done = kpi("-C", root, "narrative", "--format", "text")
        assert done.err == ""
        return str(done.out).strip().removeprefix("[1] 《").removesuffix("》")

    return run


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ reason('expenditure') }}", "人员增加"),
        ("{{ reason('function:2010601') }}", ""),  # flat
        ("{{ reason('function:2010602') }}", "任务减少"),
        ("{{ reason('function:2010602', 'expenditure') }}", "任务减少"),
        ("{{ reason('expenditure', 'function:2010602') }}", "人员增加"),
        ("{{ reason('function:2010601', 'expenditure') }}", "人员增加"),
        ("{{ reason('income', 'expenditure') }}", ""),  # income fell, expenditure rose: its reason is another's
        ("{{ reason('function:2010603') }}", ""),
        ("{{ reason('sangong:official_reception') }}", "业务增加"),
        ("{{ reason('project:P1') }}", "延续"),
        ("{{ use('function:2010601') }}", "人员经费"),
        ("{{ use('function:2010601:fiscal_appropriation') }}", "财政拨款部分"),
        ("{{ use('function:2010601:general_public_budget') }}", "人员经费"),  # the whole subject is of that fund
        ("{{ use('function:2010602') }}", ""),
        ("{{ change('expenditure') }}{{ change('function:2010601') }}{{ change('function:2010603') }}", "increaseflat"),
        ("{{ plainer('function:201', 'function:2010601') }}", "function:2010601"),
        ("{{ plainer('expenditure', 'expenditure:fiscal_appropriation') }}", "expenditure"),
        ("{{ amount('goals:count') if has('goals:count') else '无' }}", "无"),
        ("{{ 'x' if is_zero('function:2010603') }}{{ 'y' if is_zero('procurement') }}", "x"),
        ("{{ share('expenditure', 'function:2010603') }}", ""),
        ("{{ executed('expenditure') if has_executed('expenditure') }}", ""),
        ("{{ compare_executed('expenditure') }}", ""),
        (
            "{% for s in subjects('function', '项') %}{{ s.code }}{{ s.name }}，{% endfor %}",
            "2010601行政运行，2010602一般行政管理事务，",
        ),
        (
            "{% for s in subjects('function', '项', previous=true) %}{{ s.code }}，{% endfor %}",
            "2010601，2010602，2080501，",
        ),
        ("{% for s in subjects('function', '款') %}{{ s.path }}{% endfor %}", "一般公共服务支出（类）财政事务（款）"),
        (
            "{% for s in subjects('economic', '款', 'basic_expenditure') %}{{ s.name }}、{% endfor %}",
            "基本工资、公务接待费、",
        ),
        ("{% for p in projects %}{{ p.name }}{{ p.key }}；{% endfor %}", "甲项目project:P1；甲项目project:P2；"),
        ("{{ listed('units')|join('、') }}", ""),
        ("{{ level }}{{ level_word }}{{ nature }}{{ previous_year }}", "unit单位administrative2024"),
    ],
)
def test_functions(said: Callable[..., str], template: str, text: str) -> None:
    assert said(template) == text


def test_a_reason_for_all_funds_does_not_explain_a_part(said: Callable[..., str]) -> None:
    """With another fund in it, the subject and its 一般公共预算 part are two figures."""
    files = {"2025/lines.toml": LINES.replace("{fund}", "事业收入")}
    assert said("{{ use('function:2010601:general_public_budget') }}", files) == ""
    assert said("{{ plainer('function:2010601', 'function:2010601:fiscal_appropriation') }}", files) == (
        "function:2010601:fiscal_appropriation"
    )


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("上海市普陀区财政局", "区级"),
        ("上海市财政局", "市级"),
        ("防城港市港口区绩效办", "区级"),
        ("某县财政局", "县级"),
        ("甲市乙县教育局", "县级"),
        ("上海市浦东新区审计局", "区级"),
        ("上海市社区学院", "市级"),
    ],
)
def test_the_government_level_in_the_glossary(said: Callable[..., str], name: str, level: str) -> None:
    settings = f'schema_version = 1\ndepartment = "{name}"\nlevel = "单位"\nnature = "行政"\ntable_set = "shanghai"\n'
    text = said("{{ glossary[5].text }}", {"kpi.toml": settings})
    assert text.startswith(f"是{level}预算主管部门")


def test_terms_of_the_ledger_go_over_those_of_the_set(said: Callable[..., str]) -> None:
    files = {"2025/narrative.toml": '[glossary]\n"事业收入" = ""\n"甲" = "指乙。"\n'}
    assert said("{% for e in glossary %}{{ e.term }}、{% endfor %}", files) == (
        "财政拨款收入、事业单位经营收入、其他收入、基本支出预算、项目支出预算、“三公”经费、机关运行经费、甲、"
    )
