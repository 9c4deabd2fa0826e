"""Closes an evaluation year: its files are sealed by checksums, and not changed again until it is opened.

What is not finished goes on: bonuses whose document is dated after the year count in the next one.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kpi_cli.errors import UsageError
from kpi_cli.evaluation.kinds import FOLDER, KINDS
from kpi_cli.evaluation.scheme import Scheme
from kpi_cli.ledger import blocks, edit
from kpi_cli.ledger.evaluation import ARCHIVE, read_evaluation, sealed_files
from kpi_cli.ledger.transaction import open_transaction
from kpi_cli.problems import Place, Problem

if TYPE_CHECKING:
    from kpi_cli.evaluation.scheme import EvaluationYear
    from kpi_cli.ledger.reader import Ledger
    from kpi_cli.ledger.transaction import Transaction


def archive(ledger: Ledger, year: int, wait: float) -> tuple[edit.Change, list[str]]:
    """Close a year.

    Args:
      ledger: The ledger.
      year: Evaluation year whose results a meeting has approved.
      wait: Seconds to wait for the lock.
    Returns:
      What was done, and what is still to be done in the next year.
    Raises:
      UsageError: It is closed already, or nobody has approved the results.
    """
    with open_transaction(ledger.root, command="eval archive", wait=wait) as tx:
        file = f"{year}/{ARCHIVE}"
        if tx.read(file) is not None:
            raise UsageError(Problem("eval-archived", Place(file), facts={"year": year}))
        recorded = read_evaluation(ledger, year)
        if not recorded.is_final:
            raise UsageError(Problem("eval-not-final", facts={"year": year}))
        approved = next(minutes for minutes in recorded.minutes if minutes.subject == "results")
        tx.write(file, _seal(ledger, year, approved.id, approved.date).encode())
        notes = _late_bonuses(tx, recorded)
        notes += [
            f"整改 {item.inspection} 没有完成（期限 {item.due}），请在 {year + 1} 年继续跟踪"
            for item in recorded.rectifications
            if not item.done_on
        ]
        tx.summary = f"{year} 年考评归档"
        tx.commit()
        return edit.Change(tx.summary), notes


def _seal(ledger: Ledger, year: int, minutes: str, date: str) -> str:
    rows = [f"# {year} 年考评已经归档；要再改，先用 kpi eval archive --reopen", "[archive]"]
    rows += [f"minutes = {blocks.literal(minutes)}", f"date = {blocks.literal(date)}", "", "[archive.sha256]"]
    for path in sealed_files(ledger.root / str(year) / FOLDER):
        rows.append(f"{blocks.literal(path.name)} = {blocks.literal(hashlib.sha256(path.read_bytes()).hexdigest())}")
    return "\n".join(rows) + "\n"


def _late_bonuses(tx: Transaction, year: EvaluationYear) -> list[str]:
    """Copy bonuses dated after the year's window into the next year, unless they are there."""
    kind, following = KINDS["bonuses"], year.year + 1
    last = (year.scheme or Scheme(year.year)).bonus_window[1]
    file = f"{following}/{kind.file}"
    there = tx.read(file) or b""
    texts, notes = [], []
    for item in year.bonuses:
        if item.date > last and f'id = "{item.id}"'.encode() not in there:
            values = {name: value for name, value in item._asdict().items() if name in kind.by_name}
            stored = {name: value for name, value in values.items() if value not in ("", None, ())}
            texts.append(blocks.record_text(kind, stored))
            notes.append(f"加分 {item.id} {item.matter}（{item.date}）转入 {following} 年")
    if texts:
        edit.append(tx, following, kind, texts)
    return notes


def reopen(ledger: Ledger, year: int, wait: float) -> edit.Change:
    """Open a closed year again.

    Raises:
      UsageError: It is not closed.
    """
    with open_transaction(ledger.root, command="eval archive", wait=wait) as tx:
        if tx.read(f"{year}/{ARCHIVE}") is None:
            raise UsageError(Problem("eval-not-archived", facts={"year": year}))
        tx.write(f"{year}/{ARCHIVE}", None)
        tx.summary = f"{year} 年考评重新打开"
        tx.commit()
        return edit.Change(tx.summary)
