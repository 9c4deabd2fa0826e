"""An evaluation year as the files that an office would hand in: scheme.toml and one CSV for each kind of record."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import tomlkit

from kpi_cli.evaluation.kinds import KINDS
from kpi_cli.ledger.edit import Listed
from kpi_cli.ledger.evaluation import columns
from kpi_cli.rendering.records import records_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kpi_cli.evaluation.scheme import EvaluationYear, Scheme

FIRST = ("units", "indicators")
"""Kinds that others refer to."""


def scheme_text(scheme: Scheme) -> str:
    """Write a scheme as its file; what is at its default is left out."""
    return tomlkit.dumps({"scheme": _plain(scheme)})


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        own = {f.name: getattr(value, f.name) for f in fields(value) if f.name != "source"}
        return {name: _plain(each) for name, each in own.items() if each not in (None, {}, (), "")}
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, (Decimal, Fraction)):
        return tomlkit.item(float(value)) if Fraction(value).denominator > 1 else int(value)
    return value


def csv_files(year: EvaluationYear) -> dict[str, str]:
    """Write every kind of record that a year holds, by KIND."""
    options = tuple(year.scheme.options) if year.scheme else ()
    order = sorted(KINDS, key=lambda name: name not in FIRST)
    return {
        name: records_csv(columns(KINDS[name], options), [Listed("", record) for record in getattr(year, name)])
        for name in order
        if getattr(year, name)
    }


def hand_in(kpi: Callable[..., Any], root: Path, year: EvaluationYear) -> None:
    """Import a year through the command line into a ledger folder."""
    if year.scheme is not None:
        path = root / str(year.year) / "evaluation/scheme.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(scheme_text(year.scheme), encoding="utf-8")
    for name, content in csv_files(year).items():
        file = root.parent / f"{name}.csv"
        file.write_text(content, encoding="utf-8")
        result = kpi("-C", root, "eval", "import", name, file, "--year", year.year)
        assert (result.status, result.out) == (0, ""), result.err
