"""The closed vocabularies of a ledger: one English key, one official Chinese word, printed variants.

Source: CONTRACT.md (Records), domain/revenue-categories.csv, domain/sangong.md §2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple


class Term(NamedTuple):
    """One value of a vocabulary.

    Attributes:
      key: English key, used in code and accepted in input.
      word: Official Chinese word, written to TOML and shown to people.
      aliases: Printed variants accepted in input.
    """

    key: str
    word: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """The allowed values of one field; lookup accepts key, word and alias, brackets and quotes of either width."""

    name: str
    terms: tuple[Term, ...]
    _keys: dict[str, str] = field(init=False, repr=False, compare=False)
    _words: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index every spelling."""
        spellings = {_fold(s): t.key for t in self.terms for s in (t.key, t.word, *t.aliases)}
        exact = {s: t.key for t in self.terms for s in (t.key, t.word, *t.aliases)}
        object.__setattr__(self, "_keys", {**spellings, **exact})
        object.__setattr__(self, "_words", {t.key: t.word for t in self.terms})

    def key(self, text: str) -> str | None:
        """Return the English key for any accepted spelling, or None."""
        return self._keys.get(text) or self._keys.get(_fold(text))

    def word(self, key: str) -> str:
        """Return the official Chinese word for a key."""
        return self._words[key]

    @property
    def spellings(self) -> frozenset[str]:
        """Every spelling that is accepted, those that differ only in the width of brackets left out."""
        return frozenset(spelling for term in self.terms for spelling in (term.key, term.word, *term.aliases))

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, in the official order."""
        return tuple(self._words)

    @property
    def words(self) -> tuple[str, ...]:
        """All Chinese words, in the official order."""
        return tuple(self._words.values())


def _fold(text: str) -> str:
    text = text.translate(str.maketrans("（）", "()")).strip()
    return re.sub(r"[\s“”\"]", "", text)


FUND_SOURCE = Vocabulary(
    "fund_source",
    (
        Term(
            "general_public_budget",
            "一般公共预算",
            (
                "一般公共预算资金",
                "一般公共预算拨款",
                "一般公共预算拨款收入",
                "一般公共预算财政拨款",
                "一般公共财政预算拨款",
                "公共预算财政拨款",
            ),
        ),
        Term(
            "government_fund_budget",
            "政府性基金预算",
            (
                "政府性基金",
                "政府性基金预算拨款",
                "政府性基金预算拨款收入",
                "政府性基金预算财政拨款",
                "政府性基金预算资金",
                "政府性基金拨款",
            ),
        ),
        Term(
            "state_capital_budget",
            "国有资本经营预算",
            (
                "国有资本经营",
                "国有资本经营预算拨款",
                "国有资本经营预算拨款收入",
                "国有资本经营预算财政拨款",
                "国有资本经营预算资金",
            ),
        ),
        Term(
            "special_account",
            "财政专户管理资金",
            ("财政专户管理资金收入", "财政专户", "纳入财政专户管理的收入安排的资金"),
        ),
        Term("undertaking_income", "事业收入", ("事业收入资金",)),
        Term("operating_income", "事业单位经营收入", ("经营收入", "事业单位经营收入资金")),
        Term("superior_subsidy", "上级补助收入", ("上级补助收入资金",)),
        Term("subordinate_remittance", "附属单位上缴收入", ("下级单位上缴收入", "附属单位上缴收入资金")),
        Term("other_income", "其他收入", ("其他收入资金", "其它收入", "其他资金")),
        Term("nonfiscal_surplus", "使用非财政拨款结余", ("用事业基金弥补收支差额",)),
    ),
)

FISCAL_APPROPRIATION = ("general_public_budget", "government_fund_budget", "state_capital_budget")
"""财政拨款: the funds that table 'appropriation' and, by the Shanghai definition, 三公 are about."""

FUND_GROUPS = {"fiscal_appropriation": FISCAL_APPROPRIATION}

EXPENDITURE_TYPE = Vocabulary(
    "expenditure_type",
    (
        Term("basic_expenditure", "基本支出"),
        Term("project_expenditure", "项目支出"),
        Term("operating", "事业单位经营支出", ("经营支出",)),
        Term("to_superior", "上缴上级支出"),
        Term("to_subordinate", "对附属单位补助支出", ("对下级单位补助支出",)),
    ),
)

COST_KIND = Vocabulary(
    "cost_kind",
    (
        Term("personnel_expenditure", "人员经费", ("人员支出",)),
        Term("operating_expenditure", "公用经费", ("日常公用经费", "公用支出")),
    ),
)

DERIVED_COST_KIND = {
    "301": "personnel_expenditure",
    "303": "personnel_expenditure",
    "302": "operating_expenditure",
    "309": "operating_expenditure",
    "310": "operating_expenditure",
}
"""Economic class → cost kind of a basic line that does not state one (CONTRACT.md, Records)."""

SANGONG_CATEGORY = Vocabulary(
    "category",
    (
        Term("overseas_travel", "因公出国(境)费", ("因公出国（境）费用", "因公出国（境）经费")),
        Term("official_reception", "公务接待费"),
        Term("official_vehicle_purchase", "公务用车购置费", ("公务用车购置",)),
        Term(
            "official_vehicle_operation",
            "公务用车运行费",
            ("公务用车运行维护费", "公务用车运行（维护）费"),
        ),
        Term("agency_operating_expenditure", "机关运行经费"),
    ),
)

SANGONG_ECONOMIC_CODES = {
    "30212": "overseas_travel",
    "30217": "official_reception",
    "31013": "official_vehicle_purchase",
    "30913": "official_vehicle_purchase",
    "30231": "official_vehicle_operation",
}
"""Economic item → 三公 category (domain/sangong.md §1); 30239 and 31019 are deliberately absent."""

LEVEL = Vocabulary("level", (Term("department", "部门"), Term("unit", "单位")))

NATURE = Vocabulary(
    "nature",
    (
        Term("administrative", "行政", ("行政单位",)),
        Term("civil_service_managed", "参公", ("参公事业", "参公事业单位", "参照公务员法管理的事业单位")),
        Term("public_institution", "事业", ("事业单位",)),
    ),
)

AGENCY_NATURES = ("administrative", "civil_service_managed")
"""Natures whose 公用经费 counts as 机关运行经费 (domain/sangong.md §5)."""

ZERO_STYLE = Vocabulary("zero", (Term("blank", "留空"), Term("0", "0"), Term("0.00", "0.00")))
