"""Pieces: the words and figures that template functions hand out, each remembering what it claims.

A piece prints into the template's output as a marker of private-use characters. So a user's words can never be
taken for a heading or a numbered item, and every figure is found again where it stands in its sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from kpi_cli.model.claims import Comparison, Share

_OPEN, _CLOSE = "\ue000", "\ue001"
MARKER = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
RESERVED = re.compile("[\ue000-\ue002]")


@dataclass(frozen=True, slots=True)
class Said:
    """What a piece says about a figure: its amount, or its change or share.

    Attributes:
      figure: Figure key.
      value: The number as printed.
      unit: Unit as printed.
      places: Decimals printed.
      exact: Exact figure.
      comparison: The change, where the piece is about that.
      share: The share in a whole, where the piece is about that.
    """

    figure: str
    value: Decimal
    unit: str
    places: int
    exact: Decimal
    comparison: Comparison | None = None
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What a marker stands for.

    Attributes:
      text: The words.
      said: What they say about a figure, if anything.
      explains: Figure keys whose change the words give the reason for.
    """

    text: str
    said: Said | None = None
    explains: tuple[str, ...] = ()


class Words:
    """A piece in the hands of a template: prints as a marker, is false where it has no words.

    Args:
      printed: Takes the piece whenever it is printed.
      piece: The piece; templates cannot reach it.
    """

    __slots__ = ("_piece", "_printed")

    def __init__(self, printed: list[Piece], piece: Piece) -> None:
        self._piece = piece
        self._printed = printed

    def __str__(self) -> str:
        self._printed.append(self._piece)
        return f"{_OPEN}{len(self._printed) - 1}{_CLOSE}"

    def __bool__(self) -> bool:
        return bool(self._piece.text)
