"""Every change to the records of a ledger: import, add, set, remove. Each is one transaction with one summary.

A change is checked against the ledger as it will be read, then written as text: what is not touched stays as it
is, byte for byte.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.ledger import blocks
from kpi_cli.ledger.create import file_head, require_year
from kpi_cli.ledger.files import content_or_none
from kpi_cli.ledger.importer import (
    SUBJECTS,
    Imported,
    References,
    budget_references,
    check_record,
    import_rows,
    record_kind,
    record_warnings,
    stored_values,
)
from kpi_cli.ledger.reader import SUBJECTS_FILE, read_local_subjects, read_records
from kpi_cli.ledger.report import Report, field_problem
from kpi_cli.ledger.spreadsheet import read_rows
from kpi_cli.ledger.transaction import open_transaction, read_consistent
from kpi_cli.model import fields as f
from kpi_cli.model.records import LedgerYear
from kpi_cli.problems import Place, Problem
from kpi_cli.toml_source import TomlError, parse_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kpi_cli.ledger.reader import Ledger
    from kpi_cli.ledger.transaction import Transaction
    from kpi_cli.model.subjects import SubjectCatalogue

    Catalogue = Callable[[LedgerYear], SubjectCatalogue]
    Basis = Callable[[Ledger, int, f.RecordKind], "Checks"]


def _allowed(tx: Transaction) -> None:
    """Let every change pass."""
    del tx


@dataclass(frozen=True)
class Checks:
    """What a change of records is checked against, as it stands when the change holds the lock.

    Attributes:
      references: What a record may refer to, and the identities that are taken.
      catalogue: Subject names of the year.
      guard: Called before the change is stored: refuses it, or writes what belongs to it.
    """

    references: References
    catalogue: SubjectCatalogue
    guard: Callable[[Transaction], None] = _allowed


def budget_basis(catalogue: Catalogue) -> Basis:
    """Return what changes of the budget side rest on: projects, budget units, subject names.

    Args:
      catalogue: Gives the subject names of a year.
    """

    def checks(ledger: Ledger, year: int, kind: f.RecordKind) -> Checks:
        context = _context(ledger, year)
        return Checks(budget_references(ledger.settings, context, kind), catalogue(context))

    return checks


@dataclass(frozen=True)
class Change:
    """What a command did, for its message.

    Attributes:
      summary: One Chinese sentence, as it stands in the history.
      warnings: Doubts that did not stop it.
      text: TOML of the records, for `--dry-run`.
    """

    summary: str
    warnings: tuple[Problem, ...] = ()
    text: str = ""


# records


@dataclass(frozen=True)
class Listed:
    """A record with the reference that `set` and `remove` take.

    Attributes:
      ref: Its id, or `N@HASH`.
      record: The record.
    """

    ref: str
    record: Any


def list_records(root: Path, year: int, kind: f.RecordKind) -> list[Listed]:
    """Return the records of one file with their references, as they stand between two changes.

    Raises:
      LedgerError: The file has errors.
    """
    return read_consistent(root, lambda: _listed(root, year, kind))


def _listed(root: Path, year: int, kind: f.RecordKind) -> list[Listed]:
    report = Report()
    records = read_records(root, year, kind, report)
    report.raise_errors()
    if kind.identity:
        refs = [kind.reference(record._asdict()) for record in records]
    else:
        path = root / str(year) / kind.file
        refs = [block.ref for block in _blocks(_text(content_or_none(path)), kind)[1]]
    return [Listed(ref, record) for ref, record in zip(refs, records, strict=True)]


def _blocks(text: str, kind: f.RecordKind) -> tuple[str, list[blocks.Block]]:
    """Return the records of a file as blocks, and the text that their offsets are about."""
    found = blocks.find_blocks(text, kind.name)
    if not found:  # none, or an inline array
        text = blocks.as_blocks(text, kind)
        found = blocks.find_blocks(text, kind.name)
    return text, found


def file_blocks(raw: bytes, kind: f.RecordKind) -> tuple[str, list[blocks.Block]]:
    """Return the text of a file and its records as blocks of it."""
    return _blocks(_text(raw), kind)


def _text(raw: bytes | None) -> str:
    """Decode a file; line ends become plain where they are all alike, and stay as they are where they are mixed."""
    text = "" if raw is None else raw.decode("utf-8-sig")
    return text.replace("\r\n", "\n") if _is_crlf(raw) else text


def _is_crlf(raw: bytes | None) -> bool:
    return raw is not None and b"\r\n" in raw and raw.count(b"\r\n") == raw.count(b"\n")


def file_bytes(text: str, old: bytes | None) -> bytes:
    """Encode a changed file as it was: with its BOM and its line ends."""
    if _is_crlf(old):
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if old and old.startswith(b"\xef\xbb\xbf") else b"") + text.encode()


@contextlib.contextmanager
def faults_explained(raw: bytes | None, file: str) -> Iterator[None]:
    """Turn what the parsers say about a file that is no TOML into the line that reading it gives."""
    try:
        yield
    except Exception as fault:
        is_parsers = type(fault).__module__.startswith("tomlkit")
        if not is_parsers and not isinstance(fault, (ValueError, KeyError, RecursionError)):
            raise
        try:
            parse_toml(raw or b"", file)
        except TomlError as error:
            raise LedgerError(error.problem) from None
        if not is_parsers:
            raise
        facts = {
            "detail": "可以读取，但不能修改",
            "hint": "请减少嵌套层数，或手工修改这个文件",
        }  # its limits are tighter
        raise LedgerError(Problem("toml-syntax", Place(file), facts=facts)) from None


def add_record(
    ledger: Ledger, year: int, kind: f.RecordKind, values: dict[str, Any], basis: Basis, wait: float
) -> Change:
    """Append one record to its file.

    Args:
      ledger: The ledger.
      year: A year; it is created where the ledger does not hold it yet.
      kind: The kind of record.
      values: Canonical values by field, as given.
      basis: Gives what the record is checked against.
      wait: Seconds to wait for the lock.
    Raises:
      LedgerError: The record is not acceptable.
      LockedError: Another process holds the ledger.
    """
    require_year(year)
    with open_transaction(ledger.root, command=kind.command("add"), wait=wait) as tx:
        checks = basis(ledger, year, kind)
        _refuse(check_record(kind, values, Place(), checks.references))
        warnings = record_warnings(values, Place(), checks.catalogue)
        text = blocks.record_text(kind, stored_values(kind, values, checks.catalogue))
        append(tx, year, kind, [text])
        checks.guard(tx)
        tx.summary = f"加入 1 条{kind.label}（{year} 年）"
        tx.commit()
        return Change(tx.summary, tuple(warnings), text)


def _context(ledger: Ledger, year: int) -> LedgerYear:
    """Read only what a new record is checked against: projects and local names; the file it goes into stays unread."""
    report = Report()
    projects = read_records(ledger.root, year, f.PROJECT, report)
    local = read_local_subjects(ledger.root, year, report)
    report.raise_errors()
    return LedgerYear(year, projects=projects, local_subjects=local)


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise LedgerError(problems)


def append(tx: Transaction, year: int, kind: f.RecordKind, texts: list[str]) -> None:
    """Put records, as TOML text, at the end of their file."""
    file = f"{year}/{kind.file}"
    old = tx.read(file)
    with faults_explained(old, file):
        text = _text(old) if old is not None else file_head(kind, year)
        tx.write(file, file_bytes(blocks.append(text, kind, texts), old))


def set_record(
    ledger: Ledger, year: int, kind: f.RecordKind, ref: str, values: dict[str, Any], basis: Basis, wait: float
) -> Change:
    """Change fields of one record; `None` takes a field away.

    Raises:
      UsageError: The reference does not exist, is out of date, or nothing is to be changed.
      LedgerError: The record would not be acceptable.
    """
    if not values:
        raise UsageError(Problem("nothing-to-set"))
    with open_transaction(ledger.root, command=kind.command("set"), wait=wait) as tx:
        file = f"{year}/{kind.file}"
        old = tx.read(file)
        new = _with_other_amount_removed(values)
        with faults_explained(old, file):
            text, block = _locate(_text(old), kind, ref)
            changed = blocks.change(text, kind, block, new)
        own = changed[block.start : len(changed) - (len(text) - block.end)]
        merged = _record_values(own, kind, Place(file, text.count("\n", 0, block.start) + 1))
        checks = basis(ledger, year, kind)
        known = checks.references
        if kind.reference(merged) == ref:
            known.taken.pop(ref, None)
        given = dict(merged)
        _refuse(check_record(kind, merged, Place(), known))
        if merged != given:  # a name was given where the ledger holds a code
            changed = blocks.change(text, kind, block, {**new, **{k: v for k, v in merged.items() if v != given[k]}})
        if kind.identity and kind.reference(merged) != ref:
            _refuse(_in_use(ledger, year, kind, ref))
        tx.write(file, file_bytes(changed, old))
        checks.guard(tx)
        tx.summary = f"修改{kind.label} {ref}（{year} 年）"
        tx.commit()
        return Change(tx.summary, tuple(record_warnings(merged, Place(), checks.catalogue)))


def _with_other_amount_removed(values: Mapping[str, Any]) -> dict[str, Any]:
    other = {"amount": "amount_wan", "amount_wan": "amount"}
    return {**{other[name]: None for name in values if name in other}, **values}


def _in_use(ledger: Ledger, year: int, kind: f.RecordKind, ref: str) -> list[Problem]:
    """Return what forbids to take away a project that lines refer to: the ledger could not be read any more."""
    if kind is not f.PROJECT:
        return []
    users = [line.source for line in read_records(ledger.root, year, f.LINE, Report()) if line.project == ref]
    if not users:
        return []
    return [Problem("project-in-use", Place(users[0].file, users[0].line), ref, {"count": len(users)})]


def _record_values(text: str, kind: f.RecordKind, start: Place) -> dict[str, Any]:
    """Read the canonical values of one block, as they will stand in the file; `start` is where it begins."""
    document = parse_toml(text.encode(), start.file)
    raw = document.data[kind.name][0]
    values, problems = {}, []
    for name, value in raw.items():
        field = kind.by_name.get(name)
        place = Place(start.file, start.line + document.place(kind.name, 0, name).line - 1)
        if field is None:
            problems.append(Problem("unknown-key", place, facts={"key": name, "hint": "请先改正该记录"}))
        elif value != "":
            try:
                values[name] = field.parse(value)
            except f.FieldError as error:
                problems.append(field_problem(error, field, place, value))
    _refuse(problems)
    return values


def remove_record(
    ledger: Ledger,
    year: int,
    kind: f.RecordKind,
    ref: str,
    wait: float,
    guard: Callable[[Transaction], None] = _allowed,
) -> Change:
    """Take one record out of its file.

    Args:
      ledger: The ledger.
      year: A year that it holds.
      kind: The kind of record.
      ref: As `list_records` gives it.
      wait: Seconds to wait for the lock.
      guard: See `Checks`.
    Raises:
      UsageError: The reference does not exist or is out of date.
    """
    with open_transaction(ledger.root, command=kind.command("remove"), wait=wait) as tx:
        file = f"{year}/{kind.file}"
        old = tx.read(file)
        with faults_explained(old, file):
            text, block = _locate(_text(old), kind, ref)
        _refuse(_in_use(ledger, year, kind, ref))
        tx.write(file, file_bytes(blocks.remove(text, block), old))
        guard(tx)
        tx.summary = f"删去{kind.label} {ref}（{year} 年）"
        tx.commit()
        return Change(tx.summary, text=text[block.start : block.end])


def _locate(text: str, kind: f.RecordKind, ref: str) -> tuple[str, blocks.Block]:
    """Find the block of a reference; returns the text that its offsets are about."""
    text, found = _blocks(text, kind)
    if kind.identity:
        return text, _by_identity(text, found, kind, ref)
    number, _, digest = ref.partition("@")
    index = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 10 else -1
    if not 0 <= index < len(found):
        raise UsageError(Problem("unknown-ref", value=ref, facts={"command": kind.command("list")}))
    if digest and found[index].ref.partition("@")[2] != digest:
        raise UsageError(Problem("stale-ref", value=ref, facts={"command": kind.command("list")}))
    return text, found[index]


def _by_identity(text: str, found: list[blocks.Block], kind: f.RecordKind, ref: str) -> blocks.Block:
    import tomli

    for block in found:
        raw = tomli.loads(text[block.start : block.end])[kind.name][0]
        with contextlib.suppress(f.FieldError):
            if kind.reference({name: kind.by_name[name].parse(raw.get(name, "")) for name in kind.identity}) == ref:
                return block
    raise UsageError(Problem("unknown-ref", value=ref, facts={"command": kind.command("list")}))


# import


def import_file(
    ledger: Ledger,
    year: int,
    name: str,
    path: Path,
    basis: Basis,
    *,
    replace: bool = False,
    dry_run: bool = False,
    wait: float = 10.0,
) -> Change:
    """Import a CSV or XLSX file: all rows or none.

    Args:
      ledger: The ledger.
      year: Year of the records; created where the ledger does not hold it yet.
      name: KIND, one of IMPORT_KINDS.
      path: The file.
      basis: Gives what the records are checked against.
      replace: Swap all records of that kind and year instead of adding.
      dry_run: Check everything, write nothing.
      wait: Seconds to wait for the lock.
    Raises:
      LedgerError: Every bad row.
    """
    require_year(year)
    with open_transaction(ledger.root, command=f"import {name}", wait=wait) as tx:
        if name == SUBJECTS:
            change = _import_subjects(tx, year, path, replace=replace)
        else:
            kind = record_kind(name)
            checks = basis(ledger, year, kind)
            if replace:
                checks.references.taken.clear()
            imported = import_rows(read_rows(path, path.name), kind, checks.references, checks.catalogue)
            change = store_imported(tx, year, imported, path.name, replace=replace)
        if not dry_run:
            tx.summary = change.summary
            tx.commit()
        return change


def store_imported(tx: Transaction, year: int, imported: Imported, name: str, *, replace: bool) -> Change:
    """Write what was imported.

    Args:
      tx: The transaction.
      year: Year of the records.
      imported: The records.
      name: Of the file that they come from, for the summary.
      replace: Swap all records of that kind and year instead of adding.
    """
    kind = imported.kind
    if replace:
        file = f"{year}/{kind.file}"
        old = tx.read(file)
        tx.write(file, file_bytes(blocks.append(file_head(kind, year), kind, imported.blocks), old))
    else:
        append(tx, year, kind, imported.blocks)
    verb = "替换为" if replace else "导入"
    summary = f"{year} 年{kind.label}：{verb} {len(imported.rows)} 条（{name}）"
    return Change(summary, tuple(imported.warnings), "\n".join(imported.blocks))


def _import_subjects(tx: Transaction, year: int, path: Path, *, replace: bool) -> Change:
    from kpi_cli.ledger.spreadsheet import parse_rows
    from kpi_cli.ledger.subjects_file import parse_subjects, subjects_text

    report = Report()
    new = parse_subjects(read_rows(path, path.name), report)
    report.raise_errors()
    file = f"{year}/{SUBJECTS_FILE}"
    raw = tx.read(file)
    old = parse_subjects(parse_rows(raw, file), report) if raw and not replace else {}
    report.raise_errors()
    text = subjects_text({**old, **new})
    tx.write(file, text.encode())
    return Change(f"{year} 年科目名称：导入 {len(new)} 条（{path.name}）", text=text)
