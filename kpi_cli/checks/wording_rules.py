"""Rules on words: forbidden patterns, names of the department, style of numbers and numbering (N-*, P-*, F-*, D-01)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kpi_cli.checks.claim_book import claim_book, is_money, places_of
from kpi_cli.checks.figure_cells import cell_figures
from kpi_cli.checks.finding import Finding, NotApplicableError
from kpi_cli.checks.sentences import place_of, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.checks.sentences import Sentence
    from kpi_cli.disclosure import Disclosure

_SHOWN = 4


def _sentences(disclosure: Disclosure) -> tuple[Sentence, ...]:
    found = sentences(disclosure)
    if not found:
        raise NotApplicableError("没有文字")
    return found


def forbidden_words(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that no sentence holds one of the rule's patterns; each says what should stand there instead."""
    patterns = [(re.compile(pattern), right) for pattern, right in rule.patterns]
    for sentence in _sentences(disclosure):
        seen = set()
        for pattern, right in patterns:
            for match in pattern.finditer(sentence.text):
                if match[0] not in seen:
                    seen.add(match[0])
                    yield _forbidden(rule, disclosure, sentence, match, right)


def _forbidden(
    rule: TieOutRule, disclosure: Disclosure, sentence: Sentence, match: re.Match[str], right: str
) -> Finding:
    right = match.expand(right)
    message = f"{rule.title}：写“{match[0]}”，应为：{right}"
    return sentence.finding(rule, message, right, match[0], place_of(disclosure, match[0]))


_LOCAL = re.compile(r"(?<!自治)区|县|街道|镇|乡|旗")


def no_words_of_another_grade(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that a district's or county's document does not speak of the city's authorities as its own."""
    if not _LOCAL.search(disclosure.department):
        raise NotApplicableError("不是区、县级及以下的部门")
    yield from forbidden_words(rule, disclosure)


# the department's name

_PREFIX = re.compile(r"(?:.+?(?:自治区|省|市|区|县|州|盟|旗|镇|乡|街道))+(?=..)")
_CLAUSE = r"(?:^|(?<=[，。；、：,;:\s年日]))"


def full_name_everywhere(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that sentences call the department by its full name."""
    name = disclosure.department
    prefix = _PREFIX.match(name)
    if prefix is None:
        raise NotApplicableError("机构名称没有可省略的地名")
    short = name[prefix.end() :]
    pattern = re.compile(
        rf"{_CLAUSE}(?:[^，。；、：,;:\s]{{0,3}}[市区县])?{re.escape(short)}(?=共有|本部|实有|部门|单位|收入|支出|设)"
    )
    seen = set()
    for sentence in _sentences(disclosure):
        for match in pattern.finditer(sentence.text):
            if match[0] not in seen and not sentence.text[: match.end()].endswith(name):
                seen.add(match[0])
                yield sentence.finding(rule, f"机构名称写“{match[0]}”，全称是“{name}”", name, match[0])


# places, punctuation, numbering

_FAMILIES = {
    "收支、科目": ("income", "expenditure", "function", "economic"),
    "“三公”、采购、绩效等": ("sangong", "agency_operating_expenditure", "procurement", "goals"),
    "项目": ("project",),
}


def same_places(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that amounts of a kind have the same decimals, and percentages too."""
    claims = [claim for claim in disclosure.claims if claim.figure and is_money(claim.figure)]
    if not claims:
        raise NotApplicableError("文字中没有金额")
    for kind, families in _FAMILIES.items():
        own = [c for c in claims if (c.figure or "").partition(":")[0].partition("@")[0] in families and c.value]
        examples = {c.places: f"{c.id} {c.value}{c.unit}" for c in reversed(own)}
        yield from _mixed(rule, f"{kind}金额", "位小数", examples)
    rates = [(c.id, c.comparison.percent) for c in claims if c.comparison and c.comparison.percent is not None]
    rates += [(c.id, c.share_of.percent) for c in claims if c.share_of]
    own_rates = {places_of(p): f"{i} {p}%" for i, p in rates if not (disclosure.is_computed and p == 100)}
    yield from _mixed(rule, "百分比", "位小数", own_rates)


def _mixed(rule: TieOutRule, what: str, unit: str, examples: dict[int, str]) -> Iterator[Finding]:
    if len(examples) > 1:
        shown = "；".join(f"{places} {unit}（{example}）" for places, example in sorted(examples.items()))
        about = f"{rule.id}:{what}"
        yield Finding(rule.id, rule.severity, "全文", f"{what}的小数位不一致：{shown}", cause=about, about=about)


_PAIRS = (
    ("括号", re.compile(r"（"), re.compile(r"\((?!\d{1,2}\))")),
    ("冒号", re.compile(r"："), re.compile(r"(?<!\d):")),
    ("逗号", re.compile(r"，"), re.compile(r",(?!\d{3})")),
    ("分号", re.compile(r"；"), re.compile(r";")),
    ("引号", re.compile(r"[“”]"), re.compile(r'"')),
)
_GROUPED, _UNGROUPED = re.compile(r"\d,\d{3}(?!\d)"), re.compile(r"(?<![\d.〔])\d{4,}(?:\.\d+)?(?=[万亿]?元)")


def same_punctuation(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that brackets, colons, commas and thousands separators are of one kind."""
    texts = [sentence.text for sentence in _sentences(disclosure)]
    for what, full, half in (*_PAIRS, ("千分位", _GROUPED, _UNGROUPED)):
        one, other = _first(full, texts), _first(half, texts)
        if one and other:
            shown = f"“{one}”与“{other}”"
            about = f"{rule.id}:{what}"
            yield Finding(rule.id, rule.severity, "全文", f"{what}写法不一：{shown}", cause=about, about=about)


def _first(pattern: re.Pattern[str], texts: Iterable[str]) -> str:
    for text in texts:
        match = pattern.search(text)
        if match:
            return text[max(0, match.start() - _SHOWN) : match.end() + _SHOWN].strip()
    return ""


_NUMBERINGS = {
    "1.": re.compile(r"^\s*\d{1,2}\s*[.．](?!\d)"),
    "1、": re.compile(r"^\s*\d{1,2}、"),
    "（1）": re.compile(r"^\s*（\d{1,2}）"),
    "(1)": re.compile(r"^\s*\(\d{1,2}\)"),
}


def same_numbering(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that “1.” and “1、”, “（1）” and “(1)” do not stand side by side."""
    starts: dict[str, str] = {}
    for sentence in _sentences(disclosure):
        for form, pattern in _NUMBERINGS.items():
            if pattern.match(sentence.text):
                starts.setdefault(form, f"{sentence.id} {sentence.text[:8]}")
    for one, other in (("1.", "1、"), ("（1）", "(1)")):
        if one in starts and other in starts:
            shown = f"{starts[one]}…；{starts[other]}…"
            about = f"{rule.id}:{one}"
            message = f"序号“{one}”与“{other}”混用：{shown}"
            yield Finding(rule.id, rule.severity, "全文", message, cause=about, about=about)


# what has to be there


def required_figures(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that the figures that the law asks for are stated, in a sentence or in a table."""
    book = claim_book(disclosure)
    if not disclosure.claims:
        raise NotApplicableError("没有文字")
    needed = set(rule.figures)
    if disclosure.nature == "public_institution":  # 机关运行经费 is that of administrative units (domain/sangong.md §5)
        needed.discard("agency_operating_expenditure")
    missing = [k for k in rule.figures if k in needed and k not in book.by_figure and not cell_figures(disclosure, k)]
    if missing:
        names = "、".join(book.name(key) for key in missing)
        yield Finding(rule.id, rule.severity, "全文", f"没有公开：{names}", cause=rule.id, about=rule.id)
