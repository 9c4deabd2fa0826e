"""What a template can use: the department, lists to go through, and functions that print figures with their claims.

docs/narrative-templates.md describes every name. A figure can be printed only by a function here, from the figure book.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli.model import vocabulary as v
from kpi_cli.model.claims import FLAT, Comparison, Share
from kpi_cli.money import percent, plain
from kpi_cli.narrative import phrases
from kpi_cli.narrative.pieces import Piece, Said, Words
from kpi_cli.tables.figures import UNLISTED_PROJECT, UnknownFigureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from kpi_cli.model.records import Project, Settings
    from kpi_cli.model.stated import StatedText
    from kpi_cli.model.subjects import SubjectCatalogue
    from kpi_cli.narrative.document import Change
    from kpi_cli.narrative.style import NarrativeStyle
    from kpi_cli.tables.figures import Figure, FigureBook

FIGURE_FUNCTIONS = {
    **dict.fromkeys(("amount", "count", "compare", "use", "has", "is_zero", "change", "detail"), 1),
    **dict.fromkeys(("executed", "compare_executed", "has_executed"), 1),
    "share": 2,
    **dict.fromkeys(("reason", "plainer"), 9),
}
"""Function → how many of its first arguments are figure keys; constant ones are checked before rendering."""

LEVELS = {"类": 3, "款": 5, "项": 7}
VEHICLE_KINDS = {
    "ministerial_leaders": "部级领导干部用车",
    "principal_leaders": "主要领导干部用车",
    "confidential_communication": "机要通信用车",
    "emergency_support": "应急保障用车",
    "law_enforcement": "执法执勤用车",
    "special_technical": "特种专业技术用车",
    "retired_cadres": "离退休干部用车",
    "other": "其他用车",
    "general_official": "一般公务用车",
}
"""In the order that is prescribed (domain/sangong.md §7); the last one belongs to the form of 2023."""

_REASON_OPENING = re.compile(r"^(主要)?(原因是|由于|是由于|因为)[：:]?")
_DISTRICT = re.compile(r"(?:市|^).{1,4}?(?<![社园校厂])(区|县)")
_USE_OPENING = re.compile(r"^(主要)?用于")


@dataclass(frozen=True)
class NarrativeFacts:
    """What sentences are made from.

    Attributes:
      book: The figures.
      settings: Of the department, or of the unit.
      catalogue: Subject names of the year.
    """

    book: FigureBook
    settings: Settings
    catalogue: SubjectCatalogue


class Entry:
    """One thing of a list that a template goes through: its attributes are words, `key` is a figure key."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


class Scope:
    """The names of a template, and the pieces that it printed.

    Args:
      facts: What sentences are made from.
      style: How figures are printed.
    """

    def __init__(self, facts: NarrativeFacts, style: NarrativeStyle) -> None:
        self.pieces: list[Piece] = []
        self.changes: dict[tuple[str, str], Change] = {}
        self._facts = facts
        self._book = facts.book
        self._stated = facts.book.stated
        self._style = style

    def names(self) -> dict[str, Any]:
        """Return what a template can use, by name."""
        settings, book = self._facts.settings, self._book
        functions = (*FIGURE_FUNCTIONS, "subjects", "texts", "listed")
        return {
            "department": self._words(settings.department),
            "year": self._words(str(book.year)),
            "previous_year": self._words(str(book.year - 1)),
            "level": settings.level,
            "level_word": self._words(v.LEVEL.word(settings.level)),
            "nature": settings.nature,
            "options": dict(self._style.options),
            "projects": [self._project(project) for project in book.projects],
            "unlisted_project": f"project:{UNLISTED_PROJECT}",
            "project_details": [self._project_detail(number) for number in range(len(self._stated.project_details))],
            "goals": [self._project(book.project(name.text)) for name in self._stated.lists.get("goals", ())],
            "units_names": [self._words(unit.name) for unit in book.units],
            "assets_day": self._words(f"{book.year - 1}年{self._style.assets_day}"),
            "headcount": list(self._headcount()),
            "vehicle_kinds": [Entry(kind=kind, name=self._words(name)) for kind, name in VEHICLE_KINDS.items()],
            "glossary": list(self._glossary()),
            **{name: getattr(self, name) for name in functions},
        }

    # figures

    def amount(self, key: str) -> Words:
        """Print an amount with its unit: `53.1449万元`; a count is printed as `count` does."""
        figure = self._known(key)
        return self._amount(figure) if figure.is_money else self._counted(figure, figure.unit)

    def count(self, key: str, word: str = "") -> Words:
        """Print a count with its counting word: `7名`."""
        figure = self._known(key)
        return self._counted(figure, word or figure.unit)

    def compare(self, key: str) -> Words:
        """Print how a figure changed against last year's budget; nothing where last year is not known."""
        self._book.figure(key)  # refuses what is no key
        return self._compared(key, self._book.previous(key), self._style.words(self._book.year - 1), "budget")

    def executed(self, key: str) -> Words:
        """Print last year's executed amount."""
        return self._amount(self._known(f"{key}@{self._book.year - 1}#executed"))

    def compare_executed(self, key: str) -> Words:
        """Print how a figure changed against last year's executed amount; nothing where that is not known."""
        self._book.figure(key)
        words = self._style.executed_words(self._book.year - 1)
        return self._compared(key, self._book.previous(key, executed=True), words, "executed")

    def share(self, key: str, whole: str) -> Words:
        """Print a figure's share in a whole: `54.19%`; nothing where the whole is 0."""
        figure, total = self._known(key), self._known(whole)
        if not total.value or figure.value is None:
            return self._words("")
        number = percent(figure.value, total.value, self._style.style_of(key).percent_places)
        return self._piece(f"{plain(number)}%", figure, share=Share(whole, number))

    def has(self, key: str) -> bool:
        """Tell whether a figure is known."""
        return self._book.has(key)

    def has_executed(self, key: str) -> bool:
        """Tell whether last year's executed amount is known."""
        return self._book.previous(key, executed=True).value is not None

    def is_zero(self, key: str) -> bool:
        """Tell whether a figure is known to be 0."""
        return self.has(key) and not self._book.figure(key).value

    def change(self, key: str) -> str:
        """Return `increase`, `decrease` or `flat`, as printed, or "" where last year is not known."""
        now, then = self._book.figure(key), self._book.previous(key)
        if now.value is None or then.value is None:
            return ""
        style = self._style.style_of(key)
        return phrases.compare(now.value, then.value, style, self._style.words(self._book.year - 1)).direction

    def plainer(self, *candidates: str) -> str:
        """Return the first of several keys that is worth the same as the last one, this year and last."""
        book, exact = self._book, candidates[-1]
        for key in candidates:
            same_now = book.figure(key).value == book.figure(exact).value
            if same_now and (book.before is None or book.previous(key).value == book.previous(exact).value):
                return key
        return exact

    # words about figures

    def reason(self, *about: str) -> Words:
        """Print why figures changed, as stated for the first of them that has a reason; nothing for what did not.

        Of several figures, those count that moved as the first one that moved.
        """
        moves = {key: self.change(key) for key in about}
        way = next((move for move in moves.values() if move not in ("", FLAT)), None)
        changed = tuple(key for key, move in moves.items() if move == way)
        for key in changed:
            text = self._stated_words(self._stated.reasons, key) or self._sangong_reason(key)
            if text:
                return Words(self.pieces, Piece(_REASON_OPENING.sub("", text).rstrip("。；"), explains=changed))
        return self._words("")

    def use(self, key: str) -> Words:
        """Print what a figure is spent on, as stated, without a full stop."""
        return self._words(_USE_OPENING.sub("", self._stated_words(self._stated.uses, key)).rstrip("。"))

    def detail(self, key: str, name: str) -> Words:
        """Print further words about a figure, such as the grade of a post."""
        found = self._stated.details.get((key, name))
        return self._words(found.text if found else "")

    def _stated_words(self, stated: Mapping[str, StatedText], key: str) -> str:
        found = next((stated[name] for name in self._names_of(key) if name in stated), None)
        return found.text.strip() if found else ""

    def _names_of(self, key: str) -> Iterable[str]:
        """Yield the keys under which people write about a figure: a subject's own code, a project's id or name."""
        yield key
        family, _, rest = key.partition(":")
        code, _, part = rest.partition(":")
        if family in ("function", "economic") and part and self.plainer(f"{family}:{code}", key) != key:
            yield f"{family}:{code}"
        if family == "project" and rest != UNLISTED_PROJECT:
            project = self._book.project(rest)
            yield from (f"project:{project.id}", f"project:{project.name}")

    def _sangong_reason(self, key: str) -> str:
        if not key.startswith("sangong:"):
            return ""
        return next((r.reason for r in self._book.figure(key).records if r.reason), "")

    # lists

    def subjects(self, kind: str, level: str, part: str = "", previous: bool = False) -> list[Entry]:
        """List subjects that have an amount, in the order of their codes.

        Args:
          kind: `function` or `economic`.
          level: 类, 款 or 项.
          part: Narrowing parts of their keys, such as `fiscal_appropriation`.
          previous: Those that only last year had an amount come too, where last year is known.
        """
        if kind not in ("function", "economic") or level not in LEVELS:
            raise UnknownFigureError("subjects 的前两个参数是 function 或 economic，和 类、款 或 项")
        digits = LEVELS[level]
        codes = set(self._book.codes(kind, digits, part))
        if previous:
            codes |= set(self._former_codes(kind, digits, part))
        return [self._subject(kind, code, part) for code in sorted(codes)]

    def _former_codes(self, kind: str, digits: int, part: str) -> Iterable[str]:
        if self._book.before is not None:
            yield from self._book.before.codes(kind, digits, part)
        for key, stated in self._book.comparatives.items():
            family, _, rest = key.partition(":")
            code, _, own_part = rest.partition(":")
            if family == kind and len(code) == digits and own_part == part and stated.amount:
                yield code

    def _subject(self, kind: str, code: str, part: str) -> Entry:
        above = [(level, code[:digits]) for level, digits in LEVELS.items() if digits <= len(code)]
        names = [(level, self._facts.catalogue.name(kind, own) or f"{own}科目" * (own == code)) for level, own in above]
        path = "".join(f"{name}（{level}）" for level, name in names if name)
        return Entry(
            code=self._words(code),
            name=self._words(names[-1][1]),
            path=self._words(path),
            base=f"{kind}:{code}",
            key=f"{kind}:{code}" + (f":{part}" if part else ""),
        )

    def texts(self, section: str) -> list[Words]:
        """List the paragraphs that `narrative.toml` gives for a section."""
        return [self._words(found.text) for found in self._stated.texts.get(section, ())]

    def listed(self, name: str) -> list[Words]:
        """List the entries of a list, such as `internal_divisions`."""
        return [self._words(found.text) for found in self._stated.lists.get(name, ())]

    def _project(self, project: Project) -> Entry:
        is_unique = sum(other.name == project.name for other in self._book.projects) == 1
        texts = {name: self._words(getattr(project, name)) for name in ("name", "task", "objective")}
        return Entry(key=f"project:{project.name if is_unique else project.id}", id=project.id, **texts)

    def _project_detail(self, number: int) -> Entry:
        detail = self._stated.project_details[number]
        own = [self._project(self._book.project(project)) for project in detail.projects]
        fields = ("overview", "basis", "implementer", "plan", "period", "objective")
        return Entry(projects=own, **{name: self._words(getattr(detail, name)) for name in fields})

    def _headcount(self) -> Iterable[Entry]:
        for key, figure in self._stated.figures.items():
            if key.startswith("headcount:"):
                yield Entry(key=key, name=self._words(figure.name))

    def _glossary(self) -> Iterable[Entry]:
        own = {term: found.text for term, found in self._stated.glossary.items()}
        level = str(self._style.options.get("government_level") or self._government_level())
        for term, words in {**self._style.glossary, **own}.items():
            text = words.replace("{government_level}", level)
            if text:
                yield Entry(term=self._words(term), text=self._words(text))

    def _government_level(self) -> str:
        """Tell by its name whether a department belongs to a 区, a 县 or a 市."""
        found = _DISTRICT.search(self._facts.settings.department)
        return f"{found[1]}级" if found else "市级"

    # pieces

    def _words(self, text: str) -> Words:
        return Words(self.pieces, Piece("".join(line.strip() for line in text.split("\n"))))

    def _known(self, key: str) -> Figure:
        figure = self._book.figure(key)
        if figure.value is None:
            raise UnknownFigureError(f"{key} 的数不知道")
        return figure

    def _amount(self, figure: Figure) -> Words:
        style = self._style.style_of(figure.key)
        return self._piece(style.text(style.number(self._value(figure))), figure)

    def _counted(self, figure: Figure, word: str) -> Words:
        value = self._value(figure)
        said = Said(figure.key, value, word, max(0, -int(value.as_tuple().exponent)), value)
        return Words(self.pieces, Piece(plain(value) + word, said))

    def _compared(self, key: str, before: Figure, words: phrases.ComparisonWords, basis: str) -> Words:
        figure = self._book.figure(key)
        if figure.value is None or before.value is None:
            return self._words("")
        style, base = self._style.style_of(key), before.value
        phrase = phrases.compare(figure.value, base, style, words)
        if (key, basis) not in self.changes:
            self.changes[key, basis] = phrases.change(key, basis, self._book.year - 1, figure.value, base, style)
        change = Comparison(self._book.year - 1, basis, phrase.direction, phrase.amount, phrase.percent)
        return self._piece(phrase.text, figure, comparison=change)

    def _piece(
        self, text: str, figure: Figure, comparison: Comparison | None = None, share: Share | None = None
    ) -> Words:
        style, value = self._style.style_of(figure.key), self._value(figure)
        said = Said(figure.key, style.number(value), style.money_unit, style.places, value, comparison, share)
        return Words(self.pieces, Piece(text, said))

    @staticmethod
    def _value(figure: Figure) -> Decimal:
        assert figure.value is not None
        return figure.value
