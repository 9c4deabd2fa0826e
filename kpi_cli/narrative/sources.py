"""Finding and reading what a set's sentences are made of: its template, the common one, its manifest.

The ledger's folder `narrative/` comes before the bundled `templates/narrative/`: a template there replaces the bundled
one, a manifest there changes the keys that it names. This is the only module of the package that opens files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli import resources
from kpi_cli.bounds import TEMPLATE_LIMIT, read_file
from kpi_cli.errors import DefinitionError
from kpi_cli.money import MONEY_UNITS
from kpi_cli.narrative.phrases import AmountStyle
from kpi_cli.narrative.style import NarrativeStyle
from kpi_cli.problems import Place, Problem, system_reason
from kpi_cli.tables.typed_toml import TypedToml
from kpi_cli.toml_source import TomlDocument, TomlError, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER = "narrative"
SUFFIX = ".md.j2"
LEVELS = 4
_MOST_PLACES = 6


@dataclass(frozen=True)
class NarrativeSource:
    """What a set's sentences are made of.

    Attributes:
      name: Name of the set's template.
      templates: Every template that it may use: name → (file as shown to the user, text).
      style: How figures and numbers are written.
    """

    name: str
    templates: Mapping[str, tuple[str, str]]
    style: NarrativeStyle


def find_narrative(table_set: str, root: Path | None = None) -> NarrativeSource | None:
    """Read template and manifest of a set.

    Args:
      table_set: Its name.
      root: The ledger, whose own templates come first.
    Returns:
      None where nobody wrote sentences for this set.
    Raises:
      DefinitionError: A manifest is wrong, or a file cannot be read.
    """
    bundled = resources.templates() / FOLDER
    own = root / FOLDER if root else None
    templates = _templates(bundled, "") | (_templates(own, f"{FOLDER}/") if own else {})
    name = table_set + SUFFIX
    manifests = [(bundled / f"{table_set}.toml", f"{table_set}.toml")]
    manifests += [(own / f"{table_set}.toml", f"{FOLDER}/{table_set}.toml")] if own else []
    documents = [_read_manifest(path, file) for path, file in manifests if path.exists()]
    if name not in templates or not documents:
        return None
    return NarrativeSource(name, templates, _style(documents))


def _templates(folder: Path, shown: str) -> dict[str, tuple[str, str]]:
    found = {}
    for path in resources.files_in(folder, ".j2"):
        place = Place(shown + path.name)
        try:
            found[path.name] = (place.file, read_file(path, TEMPLATE_LIMIT).decode("utf-8-sig").replace("\r\n", "\n"))
        except UnicodeDecodeError:
            raise DefinitionError(Problem("not-utf8", place)) from None
        except OSError as error:
            raise DefinitionError(Problem("unreadable", place, facts={"detail": system_reason(error)})) from None
    return found


def _read_manifest(path: Path, file: str) -> TomlDocument:
    try:
        return read_toml(path, file)
    except TomlError as error:
        raise DefinitionError(error.problem) from None
    except OSError as error:
        raise DefinitionError(Problem("unreadable", Place(file), facts={"detail": system_reason(error)})) from None


def _style(documents: list[TomlDocument]) -> NarrativeStyle:
    """Read one manifest over the other; the first one is complete."""
    values: dict[str, Any] = {}
    problems = []
    for document in documents:
        reader = _Manifest(document, "department", ("previous_year", "government_level"))
        reader.read(values)
        problems += reader.problems
    if problems:
        raise DefinitionError(problems)
    places = {name: values[name] for name in ("money_unit", "thousands", "percent_places")}
    return NarrativeStyle(
        values["headings"],
        AmountStyle(places=values["places"], **places),
        AmountStyle(places=values["other_places"], **places),
        values["than"],
        values["level_with"],
        values["rate"],
        values["options"],
        values["glossary"],
        values["assets_day"],
    )


class _Manifest(TypedToml):
    """Reads one manifest into values that another one may have given already."""

    def read(self, values: dict[str, Any]) -> None:
        data = self.document.data
        is_first = not values
        self.keys(data, ("headings", "assets_day", "amounts", "comparison", "options", "glossary"))
        if is_first:
            self.need(data, ("headings", "amounts", "comparison"))
        if is_first or "headings" in data:
            values["headings"] = tuple(self.items(data, "headings", str))
            if len(values["headings"]) != LEVELS:
                self.fail(f"headings 应有 {LEVELS} 项", '例如 ["第一部分　", "一、", "（一）", "1."]', "headings")
        values["assets_day"] = self.text(data, "assets_day", default=values.get("assets_day", "12月31日"))
        self._amounts(self.get(data, "amounts", dict, {}), values, is_first=is_first)
        self._comparison(self.get(data, "comparison", dict, {}), values, is_first=is_first)
        self._options(self.get(data, "options", dict, {}), values, is_first=is_first)
        glossary = self.get(data, "glossary", dict, {})
        terms = {term: self.text(glossary, term, "glossary") for term in glossary}
        values["glossary"] = values.get("glossary", {}) | terms

    def _amounts(self, table: Mapping[str, Any], values: dict[str, Any], *, is_first: bool) -> None:
        numbers = ("places", "other_places", "percent_places")
        self.keys(table, ("money_unit", "thousands", *numbers), "amounts")
        if is_first:
            self.need(table, ("money_unit", *numbers), "amounts")
            values |= {"money_unit": "万元", "thousands": False} | dict.fromkeys(numbers, 2)
        values["money_unit"] = self.choice(table, "money_unit", MONEY_UNITS, values["money_unit"], "amounts")
        values["thousands"] = self.get(table, "thousands", bool, values["thousands"], "amounts")
        for name in numbers:
            values[name] = self.number(table, name, values[name], (0, _MOST_PLACES), "amounts")

    def _comparison(self, table: Mapping[str, Any], values: dict[str, Any], *, is_first: bool) -> None:
        self.keys(table, ("than", "level_with", "rate"), "comparison")
        if is_first:
            self.need(table, ("than", "level_with"), "comparison")
        for name in ("than", "level_with"):
            values[name] = self.text(table, name, "comparison", default=values.get(name, ""))
        values["rate"] = self.get(table, "rate", bool, values.get("rate", True), "comparison")

    def _options(self, table: Mapping[str, Any], values: dict[str, Any], *, is_first: bool) -> None:
        known = values.setdefault("options", {})
        if not is_first:
            self.keys(table, known, "options")
        for name, value in table.items():
            kind = type(known.get(name, value))
            if kind not in (str, bool, int):
                self.fail(f"{name} 应为文字、整数或 true、false", "请改正类型", "options", name, value=value)
                continue
            known[name] = self.get(table, name, kind, value, "options")
