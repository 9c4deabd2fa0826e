"""Gives a unit or an indicator another id, wherever the evaluation year names it; or merges it with one that is there.

The office records progress under draft indicators before the scheme is approved, and units merge during the year
(domain/evaluation.md §8).
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.evaluation.kinds import KINDS
from kpi_cli.ledger import blocks, edit
from kpi_cli.ledger.evaluation import refuse_archived
from kpi_cli.ledger.transaction import open_transaction
from kpi_cli.problems import Place, Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kpi_cli.ledger.reader import Ledger
    from kpi_cli.ledger.transaction import Transaction
    from kpi_cli.model.field import RecordKind

NAMED_BY = {
    "units": ("evaluated_unit", "own_unit", "respondent_unit", "shared_with", "evaluated_units"),
    "indicators": ("indicator", "parent", "item"),
}
"""Fields that name a unit or an indicator, in whatever kind of record."""


def rename(ledger: Ledger, year: int, name: str, old: str, new: str, wait: float) -> edit.Change:
    """Rename in every file of the year, all or nothing.

    Args:
      ledger: The ledger.
      year: Evaluation year.
      name: KIND: units or indicators.
      old: Id that goes.
      new: Id that stays; where it is taken, the records of both become one's.
      wait: Seconds to wait for the lock.
    Raises:
      UsageError: Another kind, or nothing has the old id.
      LedgerError: Both have a record of the same thing: which one counts has to be decided first.
    """
    if name not in NAMED_BY:
        facts = {"hint": suggestion(name, NAMED_BY)}
        raise UsageError(Problem("unknown-kind", value=name, facts=facts))
    own = KINDS[name]
    refuse_archived(ledger.root, year)
    with open_transaction(ledger.root, command="eval rename", wait=wait) as tx:
        listed = {item.ref for item in edit.list_records(ledger.root, year, own)}
        if old not in listed:
            raise UsageError(Problem("unknown-ref", value=old, facts={"command": own.command("list")}))
        changed = {kind.label: _renamed(tx, year, kind, own, (old, new), new in listed) for kind in KINDS.values()}
        counts = {label: count for label, count in changed.items() if count}
        verb = "并入" if new in listed else "改为"
        detail = "、".join(f"{label} {count} 条" for label, count in counts.items())
        tx.summary = f"{own.label} {old} {verb} {new}（{year} 年；{detail}）"
        tx.commit()
        return edit.Change(tx.summary)


def _renamed(
    tx: Transaction, year: int, kind: RecordKind, own: RecordKind, ids: tuple[str, str], is_merge: bool
) -> int:
    """Rename in one file; returns how many records it touched."""
    file = f"{year}/{kind.file}"
    raw = tx.read(file)
    if raw is None:
        return 0
    with edit.faults_explained(raw, file):
        text, count = _rewritten(file, raw, kind, own, ids, is_merge=is_merge)
    if count:
        tx.write(file, edit.file_bytes(text, raw))
    return count


def _rewritten(
    file: str, raw: bytes, kind: RecordKind, own: RecordKind, ids: tuple[str, str], *, is_merge: bool
) -> tuple[str, int]:
    """Rename in the text of a file; returns it, and how many records were touched."""
    old, new = ids
    text, found = edit.file_blocks(raw, kind)
    before = Counter(ref for ref, _ in _references(text, found, kind))
    count = 0
    for block, values in reversed(list(_records(text, found, kind))):
        if is_merge and kind is own and values.get(kind.identity[0]) == old:
            text, count = blocks.remove(text, block), count + 1
            continue
        new_values = {name: _replaced(values[name], old, new) for name in NAMED_BY[own.plural] if name in values}
        new_values = {name: value for name, value in new_values.items() if value != values[name]}
        if new_values:
            text, count = blocks.change(text, kind, block, new_values), count + 1
    if count:
        text, found = edit.file_blocks(text.encode(), kind)
        _refuse_twice(file, before, _references(text, found, kind), kind)
    return text, count


def _records(text: str, found: list[blocks.Block], kind: RecordKind) -> Iterator[tuple[blocks.Block, dict[str, Any]]]:
    import tomli

    for block in found:
        raw: Mapping[str, Any] = tomli.loads(text[block.start : block.end], parse_float=Decimal)[kind.name][0]
        given = {name: value for name, value in raw.items() if name in kind.by_name and value != ""}
        yield block, {name: kind.by_name[name].parse(value) for name, value in given.items()}


def _references(text: str, found: list[blocks.Block], kind: RecordKind) -> Iterator[tuple[str, int]]:
    for block, values in _records(text, found, kind) if kind.identity else ():
        yield kind.reference(values), text.count("\n", 0, block.start) + 1


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, tuple):
        return tuple(dict.fromkeys(new if each == old else each for each in value))
    return new if value == old else value


def _refuse_twice(file: str, before: Counter[str], after: Iterator[tuple[str, int]], kind: RecordKind) -> None:
    seen: Counter[str] = Counter()
    problems = []
    for ref, line in after:
        seen[ref] += 1
        if seen[ref] > max(1, before[ref]):
            facts = {"command": kind.command("remove")}
            problems.append(Problem("eval-both-have", Place(file, line), ref, facts))
    if problems:
        raise LedgerError(problems)
