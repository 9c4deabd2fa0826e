"""Where a record of a ledger stands."""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """Where a record stands in the ledger.

    Attributes:
      file: Path relative to the ledger, with `/`.
      line: 1-based line of the record's first line.
      number: 1-based position among the records of its file.
    """

    file: str
    line: int
    number: int
