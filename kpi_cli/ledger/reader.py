"""From a ledger folder to checked records, with every problem of all files in one go.

Reading is one pass with a compiled parser; lines of the source are looked up in one sweep over the headers, and
the line of a single key only when there is a problem to report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli.errors import LedgerError
from kpi_cli.ledger.narrative_file import parse_narrative
from kpi_cli.ledger.report import Report, field_problem, missing_field
from kpi_cli.model import fields as f
from kpi_cli.model.records import BudgetUnit, LedgerYear, Settings, TableDisplay
from kpi_cli.model.source import Source
from kpi_cli.model.stated import StatedFacts
from kpi_cli.problems import Place, Problem, suggestion, system_reason
from kpi_cli.resources import files_in
from kpi_cli.toml_source import TomlDocument, TomlError, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kpi_cli.model.records import Project

SETTINGS_FILE = "kpi.toml"
SUBJECTS_FILE = "subjects.csv"
NARRATIVE_FILE = "narrative.toml"
SCHEMA_VERSION = 1
_KNOWN_FILES = (*(kind.file for kind in f.KINDS.values()), NARRATIVE_FILE)


@dataclass(frozen=True)
class Ledger:
    """A ledger folder: its settings and the years that it holds; records are read year by year.

    Attributes:
      root: The folder.
      settings: What kpi.toml says.
      years: Years with a folder, oldest first.
    """

    root: Path
    settings: Settings
    years: tuple[int, ...]

    def chosen_year(self, year: int | None) -> int:
        """Return the year asked for, or the latest one.

        Raises:
          LedgerError: The ledger does not hold it, or holds none.
        """
        if not self.years:
            raise LedgerError(Problem("no-years"))
        if year is None:
            return self.years[-1]
        if year not in self.years:
            hint = "现有年度：" + "、".join(map(str, self.years))
            raise LedgerError(Problem("no-year", facts={"year": year, "hint": hint}))
        return year


def open_ledger(root: Path) -> Ledger:
    """Read a ledger's settings and list its years.

    Args:
      root: Folder with kpi.toml.
    Raises:
      LedgerError: kpi.toml is missing or wrong.
    """
    report = Report()
    document = _open(root, SETTINGS_FILE, report)
    report.raise_errors()
    if document is None:
        raise LedgerError(Problem("no-ledger", facts={"where": str(root)}))
    settings = _settings(document, report)
    if report.errors:  # the records' own faults come along, so that one run shows all that is wrong
        for year in list_years(root):
            _read_files(root, year, report)
    report.raise_errors()
    return Ledger(root, settings, list_years(root))


def list_years(root: Path) -> tuple[int, ...]:
    """Return the years that have a folder in the ledger, oldest first."""
    return tuple(sorted(int(p.name) for p in root.iterdir() if re.fullmatch(r"[0-9]{4}", p.name) and p.is_dir()))


def read_year(ledger: Ledger, year: int, report: Report | None = None) -> LedgerYear:
    """Read and check all records of one year.

    Args:
      ledger: The ledger.
      year: A year that it holds.
      report: Collects problems; without one, errors are raised.
    Returns:
      The records. With errors in `report`, those that could be read.
    Raises:
      LedgerError: Every error of all files of the year, where no `report` is given.
    """
    own = Report() if report is None else report
    read, local = _read_files(ledger.root, year, own)
    _check_references(ledger, read, own)
    _check_stray_files(ledger.root, year, own)
    stated = read_stated(ledger.root, year, read["projects"], own)
    if report is None:
        own.raise_errors()
    return LedgerYear(year, **read, local_subjects=local, stated=stated)


def read_stated(root: Path, year: int, projects: tuple[Project, ...], report: Report) -> StatedFacts:
    """Read that year's `narrative.toml`; a missing file states nothing."""
    document = _open(root, f"{year}/{NARRATIVE_FILE}", report)
    return parse_narrative(document, projects, report) if document else StatedFacts()


def _read_files(root: Path, year: int, report: Report) -> tuple[dict[str, tuple[Any, ...]], dict[tuple[str, str], str]]:
    read = {kind.plural: read_records(root, year, kind, report) for kind in f.KINDS.values()}
    return read, read_local_subjects(root, year, report)


def _open(root: Path, file: str, report: Report) -> TomlDocument | None:
    try:
        return read_toml(root / file, file)
    except FileNotFoundError:
        return None
    except TomlError as error:
        report.errors.append(error.problem)
    except OSError as error:
        report.errors.append(Problem("unreadable", Place(file), facts={"detail": system_reason(error)}))
    return None


def _unknown_keys(document: TomlDocument, known: Iterable[str], *path: str | int) -> Iterable[Problem]:
    table: Any = document.data
    for step in path:
        table = table[step]
    for key in table:
        if key not in known:
            hint = suggestion(key, known)
            yield Problem("unknown-key", document.place(*path, key), facts={"key": key, "hint": hint})


# records


def read_records(root: Path, year: int, kind: f.RecordKind, report: Report) -> tuple[Any, ...]:
    """Read one file of a year into records; a missing file holds none."""
    file = f"{year}/{kind.file}"
    document = _open(root, file, report)
    if document is None:
        return ()
    report.errors += _unknown_keys(document, (kind.name,))
    raws = document.data.get(kind.name, [])
    if not isinstance(raws, list) or not all(isinstance(raw, dict) for raw in raws):
        problem = Problem(
            "wrong-type",
            document.place(kind.name),
            facts={"field": kind.name, "expected": "记录的列表", "example": f"[[{kind.name}]]"},
        )
        report.errors.append(problem)
        return ()
    lines = record_lines(document, kind.name, len(raws))
    build = record_builder(kind)
    records = []
    for index, raw in enumerate(raws):
        source = Source(file, lines[index], index + 1)
        try:
            records.append(build(raw, source))
        except f.FieldError:
            report.errors += _explain(document, kind, index, raw)
    if kind.identity and not kind.has_rules:
        report.errors += _duplicates(document, kind, records)
    if "amount" in kind.by_name:
        report.warnings += _negatives(records)
    return tuple(records)


def record_lines(document: TomlDocument, name: str, count: int) -> list[int]:
    """Return the line of each record's `[[name]]` header.

    One sweep over the text is enough unless the file has multi-line strings or writes its headers in
    another way; then the lines are looked up one by one.
    """
    text = document.text
    found: list[int] = []
    if '"""' not in text and "'''" not in text:
        line = 0
        for part in f"\n{text}".split(f"\n[[{name}]]")[:-1]:
            line += part.count("\n") + 1
            found.append(line)
    if len(found) == count:
        return found
    return [document.place(name, index).line for index in range(count)]


def record_builder(kind: f.RecordKind) -> Any:
    """Return a fast function (raw TOML table, source) → record, which raises FieldError on the first fault."""
    parsers = {field.name: _cached(field) for field in kind.fields}
    defaults = {field.name: field.default for field in kind.fields}
    required = [field.name for field in kind.fields if field.required and field.name != "amount"]
    complete, record = kind.complete, kind.record

    def build(raw: Mapping[str, Any], source: Source) -> Any:
        values = defaults.copy()
        for key, value in raw.items():
            parse = parsers.get(key)
            if parse is None:
                raise f.FieldError("unknown-key")
            if value != "":
                values[key] = parse(value)
        for key in required:
            if values[key] in ("", None):
                raise f.FieldError("missing")
        complete(values)
        return record(**values, source=source)

    return build


def _cached(field: f.Field) -> Any:
    """Remember parsed texts: codes and words repeat, and equal texts then share one object."""
    if field in (f.AMOUNT, f.AMOUNT_WAN) or field.name == "note":
        return field.parse
    known: dict[Any, Any] = {}
    parse = field.parse

    def cached(value: Any) -> Any:
        if type(value) is not str:
            return parse(value)
        found = known.get(value)
        if found is None:
            found = known[value] = parse(value)
        return found

    return cached


def _explain(document: TomlDocument, kind: f.RecordKind, index: int, raw: Mapping[str, Any]) -> list[Problem]:
    """Find every fault of one record, each with the line of its key."""
    path = (kind.name, index)
    problems = list(_unknown_keys(document, kind.keys, *path))
    values = {field.name: field.default for field in kind.fields}
    for key, value in raw.items():
        field = kind.by_name.get(key)
        if field is not None and value != "":
            try:
                values[key] = field.parse(value)
            except f.FieldError as error:
                problems.append(field_problem(error, field, document.place(*path, key), value))
    for field in kind.fields:
        names = ("amount", "amount_wan") if field.name == "amount" else (field.name,)
        if field.required and all(_is_blank(raw.get(name, "")) for name in names):
            problems.append(missing_field(field, document.place(*path)))
    if not problems:
        try:
            kind.complete(values)
        except f.FieldError as error:
            problems.append(Problem(error.code, document.place(*path), facts=error.facts))
    return problems


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _duplicates(document: TomlDocument, kind: f.RecordKind, records: Iterable[Any]) -> Iterable[Problem]:
    first: dict[str, Source] = {}
    for record in records:
        value = kind.reference(record._asdict())
        earlier = first.setdefault(value, record.source)
        if earlier is not record.source:
            facts = {"field": kind.identity_label, "first": earlier.line, "key": "、".join(kind.identity)}
            place = document.place(kind.name, record.source.number - 1, kind.identity[0])
            yield Problem("duplicate-id", place, value, facts)


def _negatives(records: Iterable[Any]) -> Iterable[Problem]:
    for record in records:
        if record.amount is not None and record.amount < 0:
            place = Place(record.source.file, record.source.line)
            yield Problem("amount-negative", place, f"{record.amount:f}", {"field": "金额"})


def _check_references(ledger: Ledger, read: Mapping[str, tuple[Any, ...]], report: Report) -> None:
    projects = {project.id for project in read["projects"]}
    units = {unit.code for unit in ledger.settings.budget_units}

    def refuse(code: str, record: Any, value: str, known: set[str], among: str) -> None:
        place = Place(record.source.file, record.source.line)
        report.errors.append(Problem(code, place, value, {"hint": suggestion(value, sorted(known), among=among)}))

    for record in (*read["lines"], *read["incomes"], *read["sangong"]):
        if record.budget_unit and record.budget_unit not in units:
            refuse("unknown-unit", record, record.budget_unit, units, "已有的预算单位")
    for line in read["lines"]:
        if line.project and line.project not in projects:
            refuse("unknown-project", line, line.project, projects, "已有的项目")


def _check_stray_files(root: Path, year: int, report: Report) -> None:
    for path in files_in(root / str(year), ".toml"):
        if path.name not in _KNOWN_FILES:
            hint = suggestion(path.name, _KNOWN_FILES)
            report.warnings.append(Problem("stray-file", Place(f"{year}/{path.name}"), facts={"hint": hint}))


def read_local_subjects(root: Path, year: int, report: Report) -> dict[tuple[str, str], str]:
    """Read that year's `subjects.csv`: (kind, code) → name."""
    path = root / str(year) / SUBJECTS_FILE
    if not path.exists():
        return {}
    from kpi_cli.ledger.spreadsheet import read_rows
    from kpi_cli.ledger.subjects_file import parse_subjects

    try:
        return parse_subjects(read_rows(path, f"{year}/{SUBJECTS_FILE}"), report)
    except LedgerError as error:
        report.errors += error.problems
        return {}


# settings


def _settings(document: TomlDocument, report: Report) -> Settings:
    known = (*(field.name for field in f.SETTINGS_FIELDS), "display", "budget_unit")
    report.errors += _unknown_keys(document, known)
    data = document.data
    values = _plain(document, f.SETTINGS_FIELDS, data, (), report)
    if values["schema_version"] not in ("", SCHEMA_VERSION):
        place = document.place("schema_version")
        report.errors.append(Problem("schema-version", place, str(values["schema_version"])))
    display, by_table = _displays(document, data.get("display", {}), report)
    units = _budget_units(document, data.get("budget_unit", []), report)
    return Settings(
        values["department"],
        values["code"],
        values["level"],
        values["nature"],
        values["table_set"],
        display,
        by_table,
        units,
    )


def _plain(
    document: TomlDocument, fields: Iterable[f.Field], raw: object, path: tuple[str | int, ...], report: Report
) -> dict[str, Any]:
    """Parse the plain fields of one table of kpi.toml; problems go to the report."""
    values: dict[str, Any] = {}
    table = raw if isinstance(raw, dict) else {}
    if not isinstance(raw, dict):
        facts = {"field": str(path[-1]), "expected": "表", "example": f"[{path[0]}]"}
        report.errors.append(Problem("wrong-type", document.place(*path), facts=facts))
    for field_ in fields:
        values[field_.name] = field_.default
        value = table.get(field_.name, "")
        if _is_blank(value):
            if field_.required:
                report.errors.append(missing_field(field_, document.place(*path)))
            continue
        try:
            values[field_.name] = field_.parse(value)
        except f.FieldError as error:
            report.errors.append(field_problem(error, field_, document.place(*path, field_.name), value))
    return values


def _displays(document: TomlDocument, raw: Any, report: Report) -> tuple[TableDisplay, dict[int, TableDisplay]]:
    names = [field_.name for field_ in f.DISPLAY_FIELDS]
    own = TableDisplay(**_plain(document, f.DISPLAY_FIELDS, raw, ("display",), report))
    by_table: dict[int, TableDisplay] = {}
    if not isinstance(raw, dict) or not raw:
        return own, by_table
    report.errors += _unknown_keys(document, (*names, "tables"), "display")
    tables = raw.get("tables", {})
    if not isinstance(tables, dict):
        facts = {"field": "tables", "expected": "表", "example": "[display.tables.8]"}
        report.errors.append(Problem("wrong-type", document.place("display", "tables"), facts=facts))
        return own, by_table
    for number, table in tables.items():
        path = ("display", "tables", number)
        if not re.fullmatch(r"[1-9][0-9]{0,3}", number):
            facts = {"field": "表号", "expected": "数字", "example": "[display.tables.8]"}
            report.errors.append(Problem("wrong-type", document.place(*path), number, facts))
            continue
        values = _plain(document, f.DISPLAY_FIELDS, table, path, report)
        if isinstance(table, dict):
            report.errors += _unknown_keys(document, names, *path)
        by_table[int(number)] = TableDisplay(**values)
    return own, by_table


def _budget_units(document: TomlDocument, raw: Any, report: Report) -> tuple[BudgetUnit, ...]:
    units: dict[str, BudgetUnit] = {}
    names = [field_.name for field_ in f.UNIT_FIELDS]
    if not isinstance(raw, list) or not all(isinstance(table, dict) for table in raw):
        shape = {"field": "budget_unit", "expected": "记录的列表", "example": "[[budget_unit]]"}
        report.errors.append(Problem("wrong-type", document.place("budget_unit"), facts=shape))
        return ()
    for index, table in enumerate(raw):
        path = ("budget_unit", index)
        unit = BudgetUnit(**_plain(document, f.UNIT_FIELDS, table, path, report))
        report.errors += _unknown_keys(document, names, *path)
        if unit.code and unit.code in units:
            first = list(units).index(unit.code)
            facts = {"field": "预算单位编码", "first": document.place("budget_unit", first).line, "key": "code"}
            report.errors.append(Problem("duplicate-id", document.place(*path, "code"), unit.code, facts))
        units[unit.code] = unit
    return tuple(units.values())
