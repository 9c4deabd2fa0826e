"""Reads and imports the evaluation of a year: the folder `YEAR/evaluation` and the budget side that it is linked to."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from kpi_cli.bounds import read_file
from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.evaluation.kinds import FOLDER, KINDS, token
from kpi_cli.evaluation.scheme import EvaluationYear
from kpi_cli.ledger import edit
from kpi_cli.ledger.create import require_year
from kpi_cli.ledger.importer import Names, References, import_rows, taken_identities
from kpi_cli.ledger.reader import read_records
from kpi_cli.ledger.report import Report, field_problem
from kpi_cli.ledger.scheme_file import SCHEME, moved_scheme, read_scheme, starter_scheme
from kpi_cli.ledger.spreadsheet import read_rows
from kpi_cli.ledger.transaction import open_transaction
from kpi_cli.model import fields as f
from kpi_cli.model.field import Field, FieldError, RecordKind, text
from kpi_cli.model.subjects import SubjectCatalogue
from kpi_cli.problems import Place, Problem, suggestion
from kpi_cli.resources import files_in
from kpi_cli.toml_source import TomlError, read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from kpi_cli.evaluation.records import Ballot
    from kpi_cli.ledger.reader import Ledger
    from kpi_cli.ledger.spreadsheet import Rows

ARCHIVE = f"{FOLDER}/archive.toml"
TOKENS = ("respondent_no", "leader_no")
SENT_OUT = {
    "progress": ("indicator", "evaluated_unit", "period"),
    "results": ("indicator", "evaluated_unit"),
    "ballots": ("round", "stage", "group", "evaluated_unit"),
    "leader_ratings": ("leader_no", "tier", "evaluated_unit"),
}
"""Fields that a template has filled in already; a row with nothing else says nothing."""
INDICATOR_NAME = Field("indicator_name", "指标名称", text, "给填表人看，导入时不读", "地区生产总值", read=lambda _: "")
_ANONYMOUS = ("ballots", "votes", "leaders", "leader_ratings")
_NAME_COLUMN = re.compile(r"姓名|名字|^(?:respondent_|leader_)?name$", re.IGNORECASE)


def read_evaluation(
    ledger: Ledger, year: int, report: Report | None = None, without: Collection[str] = ()
) -> EvaluationYear:
    """Read everything recorded for a year, linked to the projects and budget lines of that year.

    Args:
      ledger: The ledger.
      year: Evaluation year; a year without a folder holds nothing.
      report: Collects problems; without one, errors are raised.
      without: Kinds that the caller has no use for: their files are not opened.
    Raises:
      LedgerError: Every error of all files, where no `report` is given.
    """
    own = Report() if report is None else report
    root = ledger.root
    wanted = [kind for kind in KINDS.values() if kind.plural not in without]
    read = {kind.plural: read_records(root, year, kind, own) for kind in wanted}
    spent = [
        line.amount
        for line in read_records(root, year, f.LINE, own)
        if line.expenditure_type == "project_expenditure" and line.amount is not None
    ]
    before = read_records(root, year - 1, KINDS["units"], Report())
    made = EvaluationYear(
        year,
        read_scheme(root, year, own),
        **read,
        projects=read_records(root, year, f.PROJECT, own),
        project_budget=sum(spent, Decimal(0)) if spent else None,
        previous_unit_count=len(before) or None,
        is_final=any(minutes.subject == "results" for minutes in read["minutes"]),
    )
    own.warnings += _stray_files(root, year)
    own.warnings += _broken_seals(root, year)
    if report is None:
        own.raise_errors()
    return made


def sealed_files(folder: Path) -> list[Path]:
    """Return the files that an archive seals."""
    return [path for path in files_in(folder, ".toml") if path.name != ARCHIVE.rpartition("/")[2]]


def refuse_archived(root: Path, year: int) -> None:
    """Refuse a change of a year that is closed.

    Raises:
      UsageError: It is.
    """
    if (root / str(year) / ARCHIVE).exists():
        raise UsageError(Problem("eval-archived", Place(f"{year}/{ARCHIVE}"), facts={"year": year}))


def _broken_seals(root: Path, year: int) -> Iterable[Problem]:
    """Find files of a closed year that were changed by hand, added or taken away."""
    try:
        sealed = read_toml(root / str(year) / ARCHIVE, f"{year}/{ARCHIVE}").data["archive"]["sha256"]
    except FileNotFoundError:
        return
    except (TomlError, KeyError, TypeError):
        sealed = None
    if not isinstance(sealed, dict):
        yield Problem("eval-seal", Place(f"{year}/{ARCHIVE}"))
        return
    folder = root / str(year) / FOLDER
    found = {path.name: hashlib.sha256(read_file(path)).hexdigest() for path in sealed_files(folder)}
    for name in sorted(found.keys() | sealed.keys()):
        if found.get(name) != sealed.get(name):
            yield Problem("eval-seal", Place(f"{year}/{FOLDER}/{name}"))


def _stray_files(root: Path, year: int) -> Iterable[Problem]:
    known = [*(kind.file for kind in KINDS.values()), SCHEME, ARCHIVE]
    for path in files_in(root / str(year) / FOLDER, ".toml"):
        file = f"{FOLDER}/{path.name}"
        if file not in known:
            yield Problem("stray-file", Place(f"{year}/{file}"), facts={"hint": suggestion(file, known)})


def evaluation_kind(name: str) -> RecordKind:
    """Return a kind of evaluation records.

    Raises:
      UsageError: There is none of this name.
    """
    if name not in KINDS:
        raise UsageError(Problem("unknown-kind", value=name, facts={"hint": suggestion(name, KINDS)}))
    return KINDS[name]


def evaluation_basis(ledger: Ledger, year: int, kind: RecordKind) -> edit.Checks:
    """Return what a change of evaluation records rests on, see `edit.Checks`.

    A unit, indicator or project must be known as soon as any is registered; progress is recorded under draft
    indicators too.
    """
    refuse_archived(ledger.root, year)
    report = Report()
    units = [(unit.evaluated_unit, unit.name) for unit in read_records(ledger.root, year, KINDS["units"], report)]
    items = [(each.indicator, each.name) for each in read_records(ledger.root, year, KINDS["indicators"], report)]
    projects = [(project.id, project.name) for project in read_records(ledger.root, year, f.PROJECT, report)]
    records = read_records(ledger.root, year, kind, report)
    scheme = read_scheme(ledger.root, year, Report())
    report.raise_errors()
    unit = Names("考评对象", units, "eval-unknown-unit-name" if units and kind is not KINDS["units"] else "")
    is_strict = bool(items) and kind.plural in ("assignments", "results", "indicator_sheets")
    item = Names("指标", items, "eval-unknown-indicator-name" if is_strict else "")
    known = {
        "evaluated_unit": unit,
        "own_unit": Names("考评对象", units),
        "indicator": item,
        "project": Names("项目", projects, "unknown-project" if projects else ""),
        "rule": Names("扣分条款", [(rule.id, rule.name) for rule in scheme.deduction_rule] if scheme else []),
    }
    if kind is KINDS["units"]:
        del known["evaluated_unit"]
    if kind is KINDS["indicators"]:
        del known["indicator"]
    return edit.Checks(References(known, taken_identities(kind, records)), SubjectCatalogue(year, ()))


def import_evaluation(
    ledger: Ledger,
    year: int,
    name: str,
    path: Path,
    *,
    replace: bool = False,
    dry_run: bool = False,
    wait: float = 10.0,
) -> edit.Change:
    """Import a CSV or XLSX file: all rows or none.

    Args:
      ledger: The ledger.
      year: Evaluation year; created where the ledger does not hold it yet.
      name: KIND.
      path: The file; rows of a template that came back as they went out are left out.
      replace: Swap all records of that kind and year instead of adding.
      dry_run: Check everything, write nothing.
      wait: Seconds to wait for the lock.
    Raises:
      LedgerError: Every bad row.
    """
    require_year(year)
    kind = evaluation_kind(name)
    with open_transaction(ledger.root, command=f"eval import {name}", wait=wait) as tx:
        checks = evaluation_basis(ledger, year, kind)
        if replace:
            checks.references.taken.clear()
        rows = read_rows(path, path.name)
        _refuse_names(rows, kind)
        options = ballot_options(ledger.root, year) if kind is KINDS["ballots"] else ()
        imported = import_rows(rows, kind, checks.references, checks.catalogue, columns(kind, options), _gather(kind))
        change = edit.store_imported(tx, year, imported, path.name, replace=replace)
        if not dry_run:
            tx.summary = change.summary
            tx.commit()
        return change


def columns(kind: RecordKind, options: Iterable[str] = ()) -> tuple[Field, ...]:
    """Return the columns of a file of records: the fields, and for ballots one for each option of the scheme.

    What names a person where only a number may stand is refused here; in the ledger's own files rule V308 finds it.
    """
    own = [dataclasses.replace(field, parse=token) if field.name in TOKENS else field for field in kind.fields]
    if "indicator" in kind.by_name and "name" not in kind.by_name:
        own.append(INDICATOR_NAME)
    if kind is not KINDS["ballots"]:
        return tuple(own)
    parse = kind.by_name["issued"].parse
    chosen = [
        Field(f"option {name}", name, parse, name, "30", required=True, column=name, read=partial(_count, option=name))
        for name in options
    ]
    return (*(field for field in own if field.name != "counts"), *chosen)


def _count(ballot: Ballot, option: str) -> int | None:
    return ballot.counts.get(option)


def ballot_options(root: Path, year: int) -> tuple[str, ...]:
    """Return the answers on a ballot, in printed order.

    Raises:
      LedgerError: The year has no scheme, or a wrong one.
    """
    report = Report()
    scheme = read_scheme(root, year, report)
    report.raise_errors()
    if scheme is None:
        raise LedgerError(Problem("eval-no-scheme", facts={"year": year}))
    return tuple(scheme.options)


def _gather(kind: RecordKind) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    """Return what makes a record's values of a row's; None of a row of a template that nobody filled in."""
    sent = set(SENT_OUT.get(kind.plural, ()))

    def gathered(values: dict[str, Any]) -> dict[str, Any] | None:
        values.pop(INDICATOR_NAME.name, None)
        counts = {key.partition(" ")[2]: values.pop(key) for key in list(values) if key.startswith("option ")}
        if counts:
            values["counts"] = counts
        return values if not sent or values.keys() - sent else None

    return gathered


def _refuse_names(rows: Rows, kind: RecordKind) -> None:
    """Refuse columns with names of people in files of the review and of the leaders' ratings (V308)."""
    place = Place(rows.file, rows.header_row)
    found = [name for name in rows.header if kind.plural in _ANONYMOUS and _NAME_COLUMN.search(name)]
    if found:
        raise LedgerError([Problem("eval-name", place, name) for name in found])


def parse_pairs(ledger: Ledger, year: int, kind: RecordKind, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Parse values given one by one, by the columns of an import; an empty value takes the field away.

    Args:
      ledger: The ledger.
      year: Evaluation year.
      kind: The kind of record.
      pairs: (column, value), the column in English or Chinese.
    Raises:
      UsageError: Every column that is unknown, and every value that its field refuses.
    """
    known = columns(kind, ballot_options(ledger.root, year) if kind is KINDS["ballots"] else ())
    by_spelling = {spelling: field for field in known for spelling in field.spellings}
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in pairs:
        field = by_spelling.get(name)
        if field is None:
            facts = {"key": name, "hint": suggestion(name, [field.name for field in known])}
            problems.append(Problem("unknown-key", facts=facts))
            continue
        try:
            values[field.name] = field.parse(value) if value else None
        except FieldError as error:
            problems.append(field_problem(error, field, Place(), value))
    if problems:
        raise UsageError(problems)
    return _gather(kind)(values) or values


def evaluation_number(ledger: Ledger, year: int | None) -> int:
    """Return the year asked for, or the latest one that holds an evaluation, else the latest one.

    Raises:
      LedgerError: The ledger does not hold it, or holds none.
    """
    held = [each for each in ledger.years if (ledger.root / str(each) / FOLDER).is_dir()]
    return ledger.chosen_year(held[-1] if year is None and held else year)


def new_scheme(ledger: Ledger, year: int, from_year: int | None, wait: float) -> tuple[str, list[str]]:
    """Store a new scheme, the starter or that of another year; an existing one is never overwritten.

    Args:
      ledger: The ledger.
      year: Its year.
      from_year: Year whose scheme is copied, with its dates moved; None is the starter.
      wait: Seconds to wait for the lock.
    Returns:
      The file, relative to the ledger, and what the leading group has to decide again.
    Raises:
      UsageError: The year has a scheme already.
      LedgerError: The other year has none.
    """
    require_year(year)
    file = f"{year}/{SCHEME}"
    with open_transaction(ledger.root, command="eval scheme new", wait=wait) as tx:
        if tx.read(file) is not None:
            raise UsageError(Problem("eval-scheme-exists", Place(file)))
        if from_year is None:
            content, notes = starter_scheme(year), list[str]()
        else:
            report = Report()
            known = read_scheme(ledger.root, from_year, report)
            report.raise_errors()
            old = tx.read(f"{from_year}/{SCHEME}")
            if known is None or old is None:
                raise LedgerError(Problem("eval-no-scheme", facts={"year": from_year}))
            with edit.faults_explained(old, f"{from_year}/{SCHEME}"):
                content, notes = moved_scheme(old.decode("utf-8-sig"), from_year, year)
        tx.write(file, content.encode())
        tx.summary = f"新建 {year} 年考评方案"
        tx.commit()
    return file, notes
