"""Rules on the words around subjects: their names by level, and what they are said to be spent on (TX-04, TX-16)."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from kpi_cli.checks.breakdowns import code_of
from kpi_cli.checks.claim_book import claim_book
from kpi_cli.checks.finding import NotApplicableError
from kpi_cli.checks.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.checks.finding import Finding
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.checks.sentences import Sentence
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.model.claims import Claim

_LEVELS = {"类": 3, "款": 5, "项": 7}
_DETAILED = ("expenditure", "general", "income", "government_fund", "state_capital")
_ORDINAL = re.compile(r"^\s*[（(]?[一二三四五六七八九十]+[）)、]\s*")
_PATH = re.compile(r"\s*(?P<name>[^“”\"「」；。]+?)\s*[（(](?P<level>[类款项])[）)]")
_QUOTED = re.compile(r"[“\"「](?P<name>[^“”\"「」（）()]{2,30})[”\"」]\s*科目")
_CALLED = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,30}?)类\s*(?=\d)")
_NUMBER = re.compile(r"^\s*(?:[（(]?\d{1,3}[)）.．、]?)?\s*[“\"「]?")


def names_as_in_tables(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that a sentence names a subject, at each level, as the table (else the catalogue) names its code."""
    own = [(s, claim) for s in sentences(disclosure) if (claim := _only_subject(s)) is not None]
    if not own:
        raise NotApplicableError("文字中没有单列功能科目的句子")
    printed = _printed_names(disclosure)
    for sentence, claim in own:
        code = code_of(claim.figure or "")
        for name, level in _named(sentence.text, code):
            yield from _compare(rule, disclosure, printed, claim, name, code[: _LEVELS[level]], level)
        called = _CALLED.search(_NUMBER.sub("", sentence.text))
        if called and len(code) > _LEVELS["类"] and "（类）" not in sentence.text:
            level = next(word for word, length in _LEVELS.items() if length == len(code))
            message = f"{code} {called['name']}是{level}，文中称“类”"
            yield claim_book(disclosure).finding(rule, claim, message, level, "类", "层级").with_severity("hint")


def _only_subject(sentence: Sentence) -> Claim | None:
    """The claim of the one subject that a sentence is about."""
    own = [claim for claim in sentence.claims if (claim.figure or "").startswith("function:")]
    return own[0] if own and len({code_of(claim.figure or "") for claim in own}) == 1 else None


def _named(text: str, code: str) -> Iterator[tuple[str, str]]:
    """Yield (name, level) of every name that a sentence gives with its level, or in quotes before 科目."""
    body = _NUMBER.sub("", text)
    at, found = 0, False
    while match := _PATH.match(body, at):
        found, at = True, match.end()
        if _LEVELS[match["level"]] <= len(code):
            yield match["name"], match["level"]
    quoted = None if found else _QUOTED.search(text)
    if quoted:
        yield quoted["name"], next(word for word, length in _LEVELS.items() if length == len(code))


def _compare(
    rule: TieOutRule,
    disclosure: Disclosure,
    printed: dict[str, list[str]],
    claim: Claim,
    name: str,
    code: str,
    level: str,
) -> Iterator[Finding]:
    listed = disclosure.catalogue.name("function", code) if disclosure.catalogue else None
    known = [*printed.get(code, []), *([listed] if listed else [])]
    if not known or _folded(name) in map(_folded, known):
        return
    whole = code_of(claim.figure or "")
    levels = [whole[:n] for n in _LEVELS.values() if n <= len(whole) and whole[:n] != code]
    other = next((c for c in levels if _folded(name) in map(_folded, printed.get(c, []))), "")
    mixed = f"（这是 {other} 的名称，层级串了）" if other else ""
    message = f"科目名称与表不符：{code}（{level}）写“{name}”，表中为“{known[0]}”{mixed}"
    found = claim_book(disclosure).finding(rule, claim, message, known[0], name, level)
    yield found.with_severity("hint") if _is_shortened(name, known) else found


def _is_shortened(name: str, known: list[str]) -> bool:
    """教育（类） for 教育支出: customary, though not the name."""
    return any(_folded(text).removesuffix("支出") == _folded(name).removesuffix("支出") for text in known)


def _folded(name: str) -> str:
    return re.sub(r"[\s“”\"]", "", unicodedata.normalize("NFKC", name))


def _printed_names(disclosure: Disclosure) -> dict[str, list[str]]:
    """Code → names as the tables print them, those of the longest tables first."""
    found: dict[str, list[str]] = {}
    for table in sorted(disclosure.tables, key=lambda table: table.role not in _DETAILED):
        for block in table.blocks if table.role in (*_DETAILED, "summary", "appropriation") else ():
            label = next((c for c in range(block.first, block.last + 1) if table.columns[c].kind == "label"), None)
            for r, key in enumerate(block.keys):
                if label is not None and key.isdigit() and len(key) in _LEVELS.values() and table.rows[r][label].text:
                    found.setdefault(key, []).append(_ORDINAL.sub("", table.rows[r][label].text))
    return found


_PURPOSE = re.compile(r"(?:主要)?(?:用于|安排)(?P<purpose>[^。；]+)")


def purposes_fit(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that what a subject is spent on is not what another subject is for; patterns are (code, words)."""
    checked = 0
    for sentence in sentences(disclosure):
        claim = _only_subject(sentence)
        purpose = _PURPOSE.search(sentence.text)
        if claim is None or purpose is None:
            continue
        checked += 1
        code = code_of(claim.figure or "")
        for prefix, words in rule.patterns:
            match = re.search(words, purpose["purpose"]) if code.startswith(prefix) else None
            if match:
                name = claim_book(disclosure).name(f"function:{code}")
                message = f"用途与科目不符：{name}写用于“{match[0]}”"
                yield claim_book(disclosure).finding(rule, claim, message, f"{name}的用途", match[0], "用途")
    if not checked:
        raise NotApplicableError("文字没有写科目的用途")
