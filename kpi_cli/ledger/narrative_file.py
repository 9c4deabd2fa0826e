"""Reading `narrative.toml`: the words and counts that no budget line can tell, with every mistake of the file at once.

Source: domain/narrative.md §1, domain/sangong.md §5–8; docs/narrative-templates.md describes the file.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kpi_cli.ledger.report import field_problem
from kpi_cli.model import fields as f
from kpi_cli.model import figures as keys
from kpi_cli.model.source import Source
from kpi_cli.model.stated import ProjectDetail, StatedFacts, StatedFigure, StatedText
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kpi_cli.ledger.report import Report
    from kpi_cli.model.records import Project
    from kpi_cli.toml_source import TomlDocument

TEXT_SECTIONS = (
    *("functions", "structure", "tasks", "income", "expenditure", "fiscal_appropriation", "general_public_budget"),
    *("sangong", "agency_operating_expenditure", "procurement", "assets", "goals", "government_fund", "state_capital"),
)
"""Sections of the document for which `[texts]` can give further paragraphs."""

VEHICLE_KINDS = tuple(key.partition(":")[2] for key in keys.fixed("vehicles_held") if ":" in key)
_PRESCRIBED_KINDS = tuple(kind for kind in VEHICLE_KINDS if kind != "general_official")
"""The eight kinds of today's form; 一般公务用车 belongs to the form of 2023."""

PROCUREMENT = tuple(key.partition(":")[2] for key in keys.fixed("procurement") if ":" in key)
UNITS = tuple(key.partition(":")[2] for key in keys.fixed("units"))
DETAIL_TEXTS = ("overview", "basis", "implementer", "plan", "period", "objective")
ALL_PROJECTS = "全部"
_EQUIPMENT = {
    "equipment_held": "stated:equipment_over_1m_held",
    "equipment_to_purchase": "stated:equipment_over_1m_to_purchase",
}
_LARGEST = 10**9

Path = tuple[str | int, ...]


def parse_narrative(document: TomlDocument, projects: Iterable[Project], report: Report) -> StatedFacts:
    """Turn `narrative.toml` into stated facts.

    Args:
      document: The file.
      projects: The year's projects, which the file names by id.
      report: Takes every mistake; what is wrong is left out.
    """
    reader = _Reader(document, {project.id: project.name for project in projects}, report)
    reader.read()
    return reader.facts


class _Reader:
    """Reads the sections of the file into `facts`."""

    def __init__(self, document: TomlDocument, projects: Mapping[str, str], report: Report) -> None:
        self._document = document
        self._projects = projects
        self._report = report
        self._count = 0
        self._figures: dict[str, StatedFigure] = {}
        self._texts: dict[str, tuple[StatedText, ...]] = {}
        self._reasons: dict[str, StatedText] = {}
        self._uses: dict[str, StatedText] = {}
        self._details: dict[tuple[str, str], StatedText] = {}
        self._lists: dict[str, tuple[StatedText, ...]] = {}
        self._glossary: dict[str, StatedText] = {}
        self._project_details: list[ProjectDetail] = []
        self._sections: dict[str, Callable[[Any], None]] = {
            "functions": self._functions,
            "structure": self._structure,
            "reasons": lambda table: self._by_figure(table, "reasons", self._reasons),
            "uses": lambda table: self._by_figure(table, "uses", self._uses),
            "procurement": self._procurement,
            "assets": self._assets,
            "goals": self._goals,
            "stated": self._stated,
            "glossary": self._glossary_terms,
            "texts": self._further_texts,
        }

    @property
    def facts(self) -> StatedFacts:
        """What was read."""
        return StatedFacts(
            self._figures,
            self._texts,
            self._reasons,
            self._uses,
            self._details,
            self._lists,
            self._glossary,
            tuple(self._project_details),
        )

    def read(self) -> None:
        """Read all sections."""
        data = self._document.data
        self._known(data, (*self._sections, "project_detail"))
        for name, read in self._sections.items():
            if name in data and self._is(data[name], dict, "表", f"[{name}]", name):
                read(data[name])
        for number, table in enumerate(self._array(data, "project_detail")):
            self._project_detail(table, "project_detail", number)

    # sections

    def _functions(self, table: dict[str, Any]) -> None:
        self._known(table, ("paragraphs",), "functions")
        self._paragraphs(table, "functions")

    def _structure(self, table: dict[str, Any]) -> None:
        self._known(table, ("paragraphs", "headcount", "headcount_note", "units"), "structure")
        self._paragraphs(table, "structure")
        if "headcount_note" in table and (note := self._text(table["headcount_note"], "structure", "headcount_note")):
            self._details["headcount", "note"] = note
        for number, post in enumerate(self._array(table, "headcount", "structure")):
            path = ("structure", "headcount", number)
            self._known(post, ("item", "name", "grade", "count"), *path)
            key = f"headcount:{self._need(post, 'item', 'cadres', *path)}"
            name = self._need(post, "name", "干部", *path)
            self._integer(post.get("count"), key, "名", name, *path, "count")
            if "grade" in post and (grade := self._text(post["grade"], *path, "grade")):
                self._details[key, "grade"] = grade
        units = table.get("units", {})
        if self._is(units, dict, "表", "[structure.units]", "structure", "units"):
            self._units(units, "structure", "units")

    def _units(self, table: dict[str, Any], *path: str | int) -> None:
        self._known(table, (*UNITS, "names"), *path)
        for name, value in table.items():
            if name == "names" or (name == "internal_divisions" and isinstance(value, list)):
                self._lists["units" if name == "names" else name] = self._text_list(value, *path, name)
            elif name in UNITS:
                self._integer(value, f"units:{name}", "个" if name == "internal_divisions" else "家", "", *path, name)

    def _procurement(self, table: dict[str, Any]) -> None:
        self._known(table, PROCUREMENT, "procurement")
        for name, value in table.items():
            if name in PROCUREMENT:
                self._amount(value, f"procurement:{name}", "", "procurement", name)

    def _assets(self, table: dict[str, Any]) -> None:
        self._known(table, ("as_of", "vehicles_held", "vehicles_to_purchase", *_EQUIPMENT, "paragraphs"), "assets")
        self._paragraphs(table, "assets")
        day = table.get("as_of")
        if day is not None and self._is(day, date, "日期，不加引号", "2024-08-31", "assets", "as_of"):
            text = f"{day.year}年{day.month}月{day.day}日"
            self._details["vehicles_held", "as_of"] = StatedText(text, self._source("assets", "as_of"))
        for name, joint in (("vehicles_held", ":"), ("vehicles_to_purchase", "_")):
            family = name if joint == ":" else f"stated:{name}"
            kinds = table.get(name, {})
            if isinstance(kinds, int) and kinds:  # the total alone
                self._integer(kinds, family, "辆", "", "assets", name)
                continue
            if kinds == 0:  # none at all: none of any kind
                kinds = dict.fromkeys(_PRESCRIBED_KINDS, 0)
            if self._is(kinds, dict, "各类车辆的辆数", "{ other = 1 }", "assets", name):
                self._known(kinds, VEHICLE_KINDS, "assets", name)
                for kind in VEHICLE_KINDS:
                    if kind in kinds:
                        self._integer(kinds[kind], f"{family}{joint}{kind}", "辆", "", "assets", name, kind)
        for name, key in _EQUIPMENT.items():
            if name in table:
                self._integer(table[name], key, "台（套）", "", "assets", name)

    def _goals(self, table: dict[str, Any]) -> None:
        self._known(table, ("projects", "count", "amount"), "goals")
        if "projects" in table:
            named = self._project_ids(table["projects"], "goals", "projects")
            self._lists["goals"] = tuple(StatedText(id_, self._source("goals", "projects")) for id_ in named)
        if "count" in table:
            self._integer(table["count"], "goals:count", "个", "", "goals", "count")
        if "amount" in table:
            self._amount(table["amount"], "goals:amount", "", "goals", "amount")

    def _stated(self, table: dict[str, Any]) -> None:
        for name, value in table.items():
            path, key = ("stated", name), f"stated:{name}"
            own = value if isinstance(value, dict) else {"value": value}
            self._known(own, ("value", "unit", "amount", "name"), *path)
            label = self._plain(own.get("name", ""), *path, "name")
            if "amount" in own:
                self._amount(own["amount"], key, label, *path, "amount")
                continue
            number = own.get("value")
            if isinstance(number, bool) or not isinstance(number, (int, Decimal)) or not Decimal(number).is_finite():
                self._wrong(name, "数", '{ value = 67, unit = "个" } 或 { amount = 4000000 }', *path)
                continue
            unit = self._plain(own.get("unit", ""), *path, "unit")
            self._figures[key] = StatedFigure(key, Decimal(number), unit, label, self._source(*path))

    def _glossary_terms(self, table: dict[str, Any]) -> None:
        for term, value in table.items():
            if found := self._text(value, "glossary", term, blank=True):
                self._glossary[term] = found

    def _further_texts(self, table: dict[str, Any]) -> None:
        self._known(table, TEXT_SECTIONS, "texts")
        for name, value in table.items():
            texts = value if isinstance(value, list) else [value]
            self._texts[name] = (*self._texts.get(name, ()), *self._text_list(texts, "texts", name))

    def _by_figure(self, table: dict[str, Any], section: str, into: dict[str, StatedText]) -> None:
        for key, value in table.items():
            fault = keys.fault(key)
            if fault:
                self._fail(Problem("figure-key", self._document.place(section, key), key, {"hint": fault}))
            elif key.startswith("project:") and key[8:] not in (*self._projects, *self._projects.values()):
                self._unknown_project(key[8:], section, key)
            elif found := self._text(value, section, key):
                into[key] = found

    def _project_detail(self, table: dict[str, Any], *path: str | int) -> None:
        self._known(table, ("projects", *DETAIL_TEXTS), *path)
        if "projects" not in table:
            self._missing("projects", "项目", '["P01"]', *path)
        named = self._project_ids(table.get("projects", []), *path, "projects")
        texts = {name: self._plain(table.get(name, ""), *path, name) for name in DETAIL_TEXTS}
        self._project_details.append(ProjectDetail(projects=tuple(named), source=self._source(*path), **texts))

    # values

    def _paragraphs(self, table: dict[str, Any], section: str) -> None:
        texts = self._text_list(table.get("paragraphs", []), section, "paragraphs")
        if texts:
            self._texts[section] = texts

    def _project_ids(self, value: object, *path: str | int) -> list[str]:
        if value == ALL_PROJECTS:
            return list(self._projects)
        named = [text.text for text in self._text_list(value, *path)]
        for name in named:
            if name not in self._projects:
                self._unknown_project(name, *path)
        return [name for name in named if name in self._projects]

    def _text_list(self, value: object, *path: str | int) -> tuple[StatedText, ...]:
        if not self._is(value, list, "文字的列表", '["…", "…"]', *path):
            return ()
        assert isinstance(value, list)
        found = (self._text(text, *path, number) for number, text in enumerate(value))
        return tuple(text for text in found if text)

    def _text(self, value: object, *path: str | int, blank: bool = False) -> StatedText | None:
        if not self._is(value, str, "文字，两边加引号", '"…"', *path):
            return None
        text = str(value).strip()
        return StatedText(text, self._source(*path)) if text or blank else None

    def _plain(self, value: object, *path: str | int) -> str:
        found = self._text(value, *path)
        return found.text if found else ""

    def _need(self, table: dict[str, Any], key: str, example: str, *path: str | int) -> str:
        if key not in table:
            self._missing(key, key, f'"{example}"', *path)
            return ""
        return self._plain(table[key], *path, key)

    def _integer(self, value: object, key: str, unit: str, name: str, *path: str | int) -> None:
        place = self._document.place(*path)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LARGEST:
            self._fail(Problem("not-an-integer", place, "" if value is None else str(value), {"field": str(path[-1])}))
        elif key in self._figures:
            facts = {"field": "item", "first": self._figures[key].source.line, "key": "item"}
            self._fail(Problem("duplicate-id", place, key, facts))
        else:
            self._figures[key] = StatedFigure(key, Decimal(value), unit, name, self._source(*path))

    def _amount(self, value: object, key: str, name: str, *path: str | int) -> None:
        try:
            amount = f.AMOUNT.parse(value)
        except f.FieldError as error:
            self._fail(field_problem(error, f.AMOUNT, self._document.place(*path), value))
            return
        self._figures[key] = StatedFigure(key, amount, "元", name, self._source(*path))

    # mistakes

    def _fail(self, problem: Problem) -> None:
        self._report.errors.append(problem)

    def _source(self, *path: str | int) -> Source:
        self._count += 1
        return Source(self._document.file, self._document.place(*path).line, self._count)

    def _is(self, value: object, kind: type, expected: str, example: str, *path: str | int) -> bool:
        if isinstance(value, kind):
            return True
        self._wrong(str(path[-1]), expected, example, *path)
        return False

    def _wrong(self, field: str, expected: str, example: str, *path: str | int) -> None:
        facts = {"field": field, "expected": expected, "example": example}
        self._fail(Problem("wrong-type", self._document.place(*path), facts=facts))

    def _missing(self, key: str, field: str, example: str, *path: str | int) -> None:
        facts = {"field": field, "key": key, "example": example}
        self._fail(Problem("missing", self._document.place(*path), facts=facts))

    def _unknown_project(self, name: str, *path: str | int) -> None:
        hint = suggestion(name, sorted(self._projects), among="已有的项目")
        self._fail(Problem("unknown-project", self._document.place(*path), name, {"hint": hint}))

    def _known(self, table: Mapping[str, Any], known: Iterable[str], *path: str | int) -> None:
        names = tuple(known)
        for key in table:
            if key not in names:
                facts = {"key": key, "hint": suggestion(key, names)}
                self._fail(Problem("unknown-key", self._document.place(*path, key), facts=facts))

    def _array(self, table: Mapping[str, Any], key: str, *path: str | int) -> list[dict[str, Any]]:
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return value
        self._wrong(key, "记录的列表", f"[[{'.'.join(map(str, (*path, key)))}]]", *path, key)
        return []
