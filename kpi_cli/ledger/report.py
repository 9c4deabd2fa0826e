"""Collecting problems: every error of all files in one go, and what a field refuses, in full."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kpi_cli.errors import LedgerError
from kpi_cli.problems import Place, Problem

if TYPE_CHECKING:
    from kpi_cli.model import fields as f


@dataclass
class Report:
    """Problems found while reading: errors stop the command, warnings are shown."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def raise_errors(self) -> None:
        """Raise all errors at once, if there are any."""
        if self.errors:
            raise LedgerError(self.errors)


def field_problem(error: f.FieldError, field: f.Field, place: Place, value: object) -> Problem:
    """Say in full what a field refuses."""
    facts = {"field": field.label, "example": field.example, "key": field.name, **error.facts}
    is_huge = isinstance(value, int) and abs(value) >= 10**60  # Python refuses to write very long integers
    return Problem(error.code, place, "整数太长" if is_huge else str(value), facts)


def missing_field(field: f.Field, place: Place, key: str = "") -> Problem:
    """Say that a required field is not there; `key` is how it is spelt there, where not by its TOML key."""
    facts = {"field": field.label, "key": key or field.name, "example": field.example}
    return Problem("missing", place, facts=facts)
