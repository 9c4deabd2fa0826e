"""The closed vocabularies: key, official word and printed variants all mean the same."""

from __future__ import annotations

import pytest

from kpi_cli.model import vocabulary as v

ALL = [v.FUND_SOURCE, v.EXPENDITURE_TYPE, v.COST_KIND, v.SANGONG_CATEGORY, v.LEVEL, v.NATURE, v.ZERO_STYLE]
CONTRACT = {
    "fund_source": {
        "general_public_budget": "一般公共预算",
        "government_fund_budget": "政府性基金预算",
        "state_capital_budget": "国有资本经营预算",
        "special_account": "财政专户管理资金",
        "undertaking_income": "事业收入",
        "operating_income": "事业单位经营收入",
        "superior_subsidy": "上级补助收入",
        "subordinate_remittance": "附属单位上缴收入",
        "other_income": "其他收入",
        "nonfiscal_surplus": "使用非财政拨款结余",
    },
    "expenditure_type": {
        "basic_expenditure": "基本支出",
        "project_expenditure": "项目支出",
        "operating": "事业单位经营支出",
        "to_superior": "上缴上级支出",
        "to_subordinate": "对附属单位补助支出",
    },
    "cost_kind": {"personnel_expenditure": "人员经费", "operating_expenditure": "公用经费"},
    "category": {
        "overseas_travel": "因公出国(境)费",
        "official_reception": "公务接待费",
        "official_vehicle_purchase": "公务用车购置费",
        "official_vehicle_operation": "公务用车运行费",
        "agency_operating_expenditure": "机关运行经费",
    },
    "level": {"department": "部门", "unit": "单位"},
    "nature": {"administrative": "行政", "civil_service_managed": "参公", "public_institution": "事业"},
}


@pytest.mark.parametrize("vocabulary", ALL, ids=lambda x: x.name)
def test_every_spelling_means_one_key(vocabulary: v.Vocabulary) -> None:
    spellings = [s for term in vocabulary.terms for s in dict.fromkeys((term.key, term.word, *term.aliases))]
    assert len(spellings) == len(set(spellings))
    for term in vocabulary.terms:
        for spelling in (term.key, term.word, *term.aliases):
            assert vocabulary.key(spelling) == term.key
            assert vocabulary.key(f" {spelling}\t") == term.key


@pytest.mark.parametrize("vocabulary", ALL[:-1], ids=lambda x: x.name)
def test_keys_and_words_are_those_of_the_contract(vocabulary: v.Vocabulary) -> None:
    assert dict(zip(vocabulary.keys, vocabulary.words, strict=True)) == CONTRACT[vocabulary.name]
    assert [vocabulary.word(key) for key in vocabulary.keys] == list(vocabulary.words)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("因公出国（境）费", "overseas_travel"),
        ("因公出国(境)费用", "overseas_travel"),
        ("公务用车运行维护费", "official_vehicle_operation"),
        ("公务用车运行(维护)费", "official_vehicle_operation"),
        ("公务 接待费", "official_reception"),
        ("", None),
        ("三公", None),
    ],
)
def test_brackets_and_blanks_do_not_matter(text: str, key: str | None) -> None:
    assert v.SANGONG_CATEGORY.key(text) == key


def test_carried_forward_is_no_fund() -> None:
    assert v.FUND_SOURCE.key("上年结转") is None


def test_groups_name_known_keys() -> None:
    assert set(v.FISCAL_APPROPRIATION) <= set(v.FUND_SOURCE.keys)
    assert set(v.DERIVED_COST_KIND.values()) == set(v.COST_KIND.keys)
    assert set(v.SANGONG_ECONOMIC_CODES.values()) < set(v.SANGONG_CATEGORY.keys)
    assert set(v.AGENCY_NATURES) < set(v.NATURE.keys)
