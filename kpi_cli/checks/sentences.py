"""The sentences of a disclosure in the hands of rules on wording.

A computed disclosure has every paragraph of its narrative; of one read from elsewhere only the sentences with claims
are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.checks.claim_book import quote
from kpi_cli.checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.model.claims import Claim
    from kpi_cli.model.stated import StatedFacts, StatedText


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, or one paragraph of a computed narrative.

    Attributes:
      text: The words.
      section: Headings above.
      id: First claim, or number of the paragraph.
      claims: Its claims.
    """

    text: str
    section: str
    id: str
    claims: tuple[Claim, ...]

    def finding(self, rule: TieOutRule, message: str, expected: str, actual: str, place: str = "") -> Finding:
        """Make a finding about this sentence; `place` is the file and line that its words come from."""
        where = f"{self.id} {self.section}".rstrip() + (f"（{place}）" if place else "")
        about = f"{self.id}:{actual}"
        return Finding(rule.id, rule.severity, where, message, expected, actual, about, about, quote(self.text))


def sentences(disclosure: Disclosure) -> tuple[Sentence, ...]:
    """Return the sentences of a disclosure, each once, in the order of the text."""
    memo = disclosure.memo
    if "sentences" not in memo:
        memo["sentences"] = tuple(_written(disclosure) if disclosure.narrative else _read(disclosure.claims))
    found: tuple[Sentence, ...] = memo["sentences"]
    return found


def _written(disclosure: Disclosure) -> Iterator[Sentence]:
    assert disclosure.narrative is not None
    for paragraph in disclosure.narrative.paragraphs:
        yield Sentence(paragraph.text, paragraph.section, f"第{paragraph.number}段", paragraph.claims)


def _read(claims: Iterable[Claim]) -> Iterator[Sentence]:
    own: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        own.setdefault((claim.section, claim.sentence), []).append(claim)
    for (section, text), found in own.items():
        yield Sentence(text, section, found[0].id, tuple(found))


def stated_texts(stated: StatedFacts) -> Iterator[tuple[str, StatedText]]:
    """Yield every text that a person wrote into narrative.toml, with what it is about (a figure key or a section)."""
    for section, texts in stated.texts.items():
        yield from ((section, text) for text in texts)
    yield from stated.reasons.items()
    yield from stated.uses.items()
    yield from (((key, text) for (key, _), text in stated.details.items()))
    for name, entries in stated.lists.items():
        yield from ((name, text) for text in entries)
    yield from stated.glossary.items()


def place_of(disclosure: Disclosure, fragment: str) -> str:
    """Return the file and line of the stated text that a fragment of a sentence comes from, or ""."""
    if disclosure.book is None:
        return ""
    texts = (text for _, text in stated_texts(disclosure.book.stated))
    source = next((text.source for text in texts if fragment in text.text), None)
    return f"{source.file}:{source.line}" if source else ""
