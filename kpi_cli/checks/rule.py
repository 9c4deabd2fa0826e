"""A tie-out rule as it is defined: what rules are made of, before any of them is read or evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kpi_cli.checks.finding import Finding
    from kpi_cli.disclosure import Disclosure

    RuleFunction = Callable[["TieOutRule", Disclosure], Iterator[Finding]]


class Example(NamedTuple):
    """A text that a rule finds fault with, and the same text put right."""

    wrong: str
    right: str


class Term(NamedTuple):
    """One figure of a comparison: `[-][?]ROLE[.BLOCK]/ROW[/COLUMN]`.

    Attributes:
      role: Role of the table.
      block: `income`, `line` or `sangong`; "" is the table's only block.
      row: Row key; `{row}` under `each`.
      column: Column id; "" is the total column, or the first amount column.
      sign: 1 or -1.
      optional: Counts as zero where the set has no such table, row or column (`?`).
    """

    role: str
    block: str
    row: str
    column: str
    sign: int
    optional: bool


@dataclass(frozen=True, slots=True)
class TieOutRule:
    """One rule.

    Attributes:
      id: Its name in receipts and `--explain`; several definitions may share one.
      title: What holds, in a few words.
      kind: `coverage`, `sum`, `compare`, `zero`, `function` or `listed`.
      severity: `error`, `warning` or `hint`.
      explain: What it checks.
      source: On whose authority.
      why: Why it matters, where `explain` does not say so already.
      example: A wrong and a right text, or None.
      function: For `function`: name in `functions.FUNCTIONS`.
      figures: For `function`: the families of figure keys that it is about; none is all.
      patterns: For `function`: what it looks for, each with what to say about it.
      reason: For `listed`: why nothing is checked.
      elsewhere: Severity for a disclosure read from elsewhere, whose words were read by a machine; "" for the same.
      left: Terms that are added.
      right: Terms that are added.
      op: `=` or `<=`.
      each: "", `category` (every 类) or `code` (every subject).
      tables: For `sum`: roles.
      block: For `sum`: only this block.
      rows: For `sum`: only these sum rows.
      direction: For `sum`: `columns`, `rows`, or "" for both.
      items: For `zero`.
      sets: Table sets that it is about; none is all.
      level: Level that it is about, or "".
      fund: Fund that it is about, or "".
      run: For `function` of a plugin: the function itself; never in a file.
      when: "", `all_general` or `no_carry_forward`.
    """

    id: str
    title: str
    kind: str
    severity: str
    explain: str
    source: str
    why: str = ""
    example: Example | None = None
    function: str = ""
    figures: tuple[str, ...] = ()
    patterns: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    elsewhere: str = ""
    left: tuple[Term, ...] = ()
    right: tuple[Term, ...] = ()
    op: str = "="
    each: str = ""
    tables: tuple[str, ...] = ()
    block: str = ""
    rows: tuple[str, ...] = ()
    direction: str = ""
    items: tuple[Term, ...] = ()
    sets: tuple[str, ...] = ()
    level: str = ""
    fund: str = ""
    when: str = ""
    run: RuleFunction | None = None
