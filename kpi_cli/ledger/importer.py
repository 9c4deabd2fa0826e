"""Importing CSV and XLSX files: all rows or none, every bad row named.

The rows become TOML blocks appended to the year's file; how they are stored is the business of `blocks`, that
they are stored together or not at all that of `transaction`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.ledger.blocks import record_text
from kpi_cli.ledger.report import Report, missing_field
from kpi_cli.ledger.spreadsheet import match_columns, parse_row, read_rows
from kpi_cli.model import fields as f
from kpi_cli.problems import Place, Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from kpi_cli.ledger.spreadsheet import Rows
    from kpi_cli.model.records import LedgerYear, Settings
    from kpi_cli.model.subjects import SubjectCatalogue

SUBJECTS = "subjects"
IMPORT_KINDS = (*f.KINDS, SUBJECTS)


@dataclass
class Imported:
    """What a file would bring into the ledger.

    Attributes:
      kind: KIND of the import.
      blocks: TOML text of each record.
      rows: Canonical values of each record, as given.
      warnings: Doubtful rows that are accepted all the same.
      blank_rows: Rows of a template that were sent back as they were.
    """

    kind: f.RecordKind
    blocks: list[str] = field(default_factory=list)
    rows: list[Mapping[str, Any]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    blank_rows: int = 0


def record_kind(name: str) -> f.RecordKind:
    """Return the record kind that `kpi import NAME` is about.

    Raises:
      UsageError: There is none of this name.
    """
    kind = f.KINDS.get(name)
    if kind is None:
        raise UsageError(Problem("unknown-kind", value=name, facts={"hint": suggestion(name, IMPORT_KINDS)}))
    return kind


def import_records(
    path: Path, kind: f.RecordKind, settings: Settings, year: LedgerYear, catalogue: SubjectCatalogue
) -> Imported:
    """Read a file into records, checked as if they stood in the ledger.

    Args:
      path: CSV or XLSX file.
      kind: What its rows are.
      settings: For budget units, by code or unique name.
      year: The year as it is, for projects by id or unique name, and for ids that are taken.
      catalogue: For names that do not match their code, and for unknown codes.
    Raises:
      LedgerError: Every problem of every row.
    """
    rows = read_rows(path, path.name)
    return import_rows(rows, kind, budget_references(settings, year, kind), catalogue)


def import_rows(
    rows: Rows,
    kind: f.RecordKind,
    known: References,
    catalogue: SubjectCatalogue,
    columns: Sequence[f.Field] = (),
    gather: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda values: values,
) -> Imported:
    """Turn rows into records; see `import_records`.

    Args:
      rows: Header and body.
      kind: What the rows are.
      known: What a record may refer to, and the identities that are taken.
      catalogue: Subject names.
      columns: Columns that the file may have; those of the kind where not given.
      gather: Makes a record's values of a row's, or None of a row that says nothing.
    Raises:
      LedgerError: Every problem of every row.
    """
    found = match_columns(rows, columns or kind.fields)
    result, report = Imported(kind), Report()
    for number, cells in rows.body:
        place = Place(rows.file, number)
        given, problems = parse_row(found, cells, place)
        values = gather(dict(given))
        if values is None and not problems:
            result.blank_rows += 1
            continue
        values = {} if values is None else values
        refused = {field.name for field, text in zip(found, cells, strict=False) if text} - given.keys()
        problems += check_record(kind, values, place, known, refused)
        report.errors += problems
        if not problems:
            result.warnings += record_warnings(values, place, catalogue)
            result.rows.append(values)
            result.blocks.append(record_text(kind, stored_values(kind, values, catalogue)))
    report.raise_errors()
    if not result.rows:
        raise LedgerError(Problem("empty-file", Place(rows.file)))
    return result


class Names(NamedTuple):
    """What a field of a record may refer to.

    Attributes:
      label: Chinese name of what it refers to.
      known: (code, name) of each.
      refusal: Problem of a word that is neither; "" accepts it, for rules to judge.
    """

    label: str
    known: list[tuple[str, str]]
    refusal: str = ""


@dataclass
class References:
    """What a record may refer to, by field, and the identities that are taken, with the line of each."""

    names: Mapping[str, Names]
    taken: dict[str, int]


def budget_references(settings: Settings, year: LedgerYear, kind: f.RecordKind) -> References:
    """Return what a record of the budget side may refer to."""
    units = [(unit.code, unit.name) for unit in settings.budget_units]
    projects = [(project.id, project.name) for project in year.projects]
    names = {
        "budget_unit": Names("预算单位", units, "unknown-unit"),
        "project": Names("项目", projects, "unknown-project"),
    }
    return References(names, taken_identities(kind, getattr(year, kind.plural)))


def taken_identities(kind: f.RecordKind, records: Iterable[Any]) -> dict[str, int]:
    """Return the line of each record by its identity."""
    if not kind.identity:
        return {}
    return {kind.reference(record._asdict()): record.source.line for record in records}


def check_record(
    kind: f.RecordKind, values: dict[str, Any], place: Place, known: References, refused: AbstractSet[str] = frozenset()
) -> list[Problem]:
    """Check one record as given: required fields, fields against each other, references, identity.

    Args:
      kind: The kind of record.
      values: Canonical values by field; names of units and projects are replaced by their codes.
      place: Row or command line.
      known: What the record may refer to; its identity is added.
      refused: Fields that were given, but with a value that was refused and reported already.
    """
    problems = list(_missing(kind, values.keys() | refused, values, place))
    for name, names in known.names.items():
        if name in kind.by_name and values.get(name):
            problems += _resolve(values, name, place, names)
    if own := kind.reference(values):
        if own in known.taken:
            facts = {"field": kind.identity_label, "first": known.taken[own], "key": "、".join(kind.identity)}
            problems.append(Problem("duplicate-id", place, own, facts))
        known.taken.setdefault(own, place.line)
    if not problems and not refused:
        try:
            kind.complete({**{field.name: field.default for field in kind.fields}, **values})
        except f.FieldError as error:
            problems.append(Problem(error.code, place, facts=error.facts))
    return problems


def _missing(kind: f.RecordKind, given: AbstractSet[str], values: Mapping[str, Any], place: Place) -> Iterable[Problem]:
    for field_ in kind.fields:
        names = ("amount", "amount_wan") if field_.name == "amount" else (field_.name,)
        if field_.required and all(name not in given or values.get(name, "-") in ("", None) for name in names):
            yield missing_field(field_, place, field_.column)


def _resolve(values: dict[str, Any], name: str, place: Place, names: Names) -> Iterable[Problem]:
    given = values[name]
    if any(code == given for code, _ in names.known):
        return
    codes = [code for code, full in names.known if full == given]
    if len(codes) == 1:
        values[name] = codes[0]
    elif codes:
        yield Problem("ambiguous-name", place, given, {"field": names.label})
    elif names.refusal:
        known = [spelling for pair in names.known for spelling in pair]
        hint = suggestion(given, known, among=f"已有的{names.label}")
        yield Problem(names.refusal, place, given, {"hint": hint})


def stored_values(kind: f.RecordKind, values: Mapping[str, Any], catalogue: SubjectCatalogue) -> dict[str, Any]:
    """Return what is written: 万元 as 元 (三公 keeps its printed 万元), no name that the code already says."""
    stored = {name: value for name, value in values.items() if value not in ("", None, {}, ())}
    if "amount_wan" in stored and kind is not f.SANGONG:
        stored["amount"] = stored.pop("amount_wan")[0]
    for subject in ("function", "economic"):
        name = stored.get(f"{subject}_name")
        if name and catalogue.name(subject, stored.get(f"{subject}_code", "")) == name:
            del stored[f"{subject}_name"]
    if not stored.get("carried_forward", True):
        del stored["carried_forward"]
    return stored


def record_warnings(values: Mapping[str, Any], place: Place, catalogue: SubjectCatalogue) -> list[Problem]:
    """Return doubts about one record: unknown codes, names of another code, negative amounts."""
    found = []
    for subject, label in (("function", "功能科目"), ("economic", "经济科目")):
        code = values.get(f"{subject}_code", "")
        name, given = catalogue.name(subject, code), values.get(f"{subject}_name", "")
        if code and name is None:
            near = "、".join(f"{c} {n}" for c, n in catalogue.nearest(subject, code))
            facts = {"year": catalogue.year, "kind": label, "hint": f"相近的有：{near}；本地科目请写入 subjects.csv"}
            found.append(Problem("unknown-subject", place, code, facts))
        elif code and given and given != name:
            facts = {"year": catalogue.year, "code": code, "name": name}
            found.append(Problem("subject-name", place, given, facts))
    amount = values.get("amount")
    if amount is None and values.get("amount_wan"):
        amount = values["amount_wan"][0]
    if amount is not None and amount < 0:
        found.append(Problem("amount-negative", place, f"{amount:f}", {"field": "金额"}))
    return found
