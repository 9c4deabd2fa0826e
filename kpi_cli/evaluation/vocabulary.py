"""The words of evaluation: English key and official Chinese word (domain/evaluation.md §1).

Closed vocabularies refuse other words. Open ones only translate the words that they know: a county may have
categories, respondent groups, stages, tiers, levels and bonus types of its own (`open_key`).
"""

from __future__ import annotations

import re

from kpi_cli.model.vocabulary import Term, Vocabulary

NAME = re.compile(r"[\u4e00-\u9fff·]{2,}")
"""Chinese words in a token: respondents and raters have numbers, so this is a name (V308)."""


def _words(name: str, **words: str) -> Vocabulary:
    """Make a vocabulary; `|` parts the official word from its aliases."""
    return Vocabulary(name, tuple(Term(key, *_spellings(text)) for key, text in words.items()))


def _spellings(text: str) -> tuple[str, tuple[str, ...]]:
    word, *aliases = text.split("|")
    return word, tuple(aliases)


def open_key(vocabulary: Vocabulary, text: str) -> str:
    """Return the English key of a known word, and any other word as it is."""
    return vocabulary.key(text) or text.strip()


def word(vocabulary: Vocabulary, key: str) -> str:
    """Return the Chinese word of a known key, and any other key as it is."""
    return vocabulary.word(key) if key in vocabulary.keys else key


# closed
KIND = _words(
    "kind",
    function="职能工作指标|职能(业务)工作指标|职能指标",
    common="共性指标",
    feature="特色指标",
    benchmark="标杆指标",
    town="乡镇指标",
    adhoc="临时性重大工作",
    bonus="加分项目",
    deduction="扣分项目",
)
NATURE = _words("nature", quantitative="定量", qualitative="定性")
DIRECTION = _words("direction", higher="正向", lower="逆向|逆指标", near="适度|趋中")
CYCLE = _words("cycle", month="月", quarter="季", half="半年", year="年")
NA_POLICY = _words(
    "na_policy",
    redistribute="分值分摊|重新分配",
    group_mean="同组平均|取平均分",
    full="满分",
    zero="零分",
)
VETO_KIND = _words("kind", fail="一票否决", bar_top="一票否优|不得评为一等", demote="降等|黄牌")
GOAL_OPERATOR = Vocabulary(
    "op", (Term(">=", "≥"), Term("<=", "≤"), Term("=", "＝", ("==",)), Term("qual", "定性", ("qualitative",)))
)
BAND = _words("band", met="达成预期|达成", partly_met="部分达成", not_met="未达成")
MINUTES_SUBJECT = _words(
    "subject", scheme="考评方案", indicators="指标体系", results="考评结果", tie="并列裁定", other="其他"
)
FUND_ROW = _words(
    "fund", total="资金总额|总额", fiscal_appropriation="财政拨款", carried_forward="上年结转", other="其他|其他资金"
)

# open
CATEGORY = _words("category", town="镇(街)|镇街|乡镇", department="区直部门|部门")
COMPONENT = _words(
    "component",
    indicator_score="指标考评",
    public_review="公众评议|社会评价",
    leader_rating="领导评价",
    inspection="察访核验|明察暗访",
    deduction="扣分",
    bonus="加分",
)
ROUND = _words("round", year="年终", midyear="半年测评|半年|年中")
STAGE = _words("stage", panel="小组评议", plenary="集中评议")
GROUP = _words(
    "group",
    party_delegate="党代表",
    npc_deputy="人大代表",
    cppcc_member="政协委员",
    model_worker="劳动模范",
    enterprise_rep="企业代表",
    cadre="机关干部",
    service_user="服务对象代表|服务对象",
)
TIER = _words("tier", principal="主要领导", in_charge="分管领导", member="四套班子|班子成员")
LEVEL = _words("level", national="国家级", province="自治区级|省级", city="市级", district="区级|县级|区县级")
BONUS_TYPE = _words("type", innovation="创新加分|创新", commendation="表彰奖励加分|表彰奖励|表彰")
