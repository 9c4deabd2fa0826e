"""A selection names the records behind a figure; it is the figure's provenance and its computation in one.

`Selection("line", (("fund_source", {"general_public_budget"}),), prefixes=(("function_code", "201"),))` selects
the lines of 一般公共预算 whose 功能科目 starts with 201. Evaluated only when someone asks.
"""

from __future__ import annotations

from itertools import compress
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Selection(NamedTuple):
    """Conditions that a record must all meet.

    Attributes:
      records: `line`, `income` or `sangong`.
      values: (field, allowed values) pairs, in no particular order.
      prefixes: (field, prefix) pairs for codes.
      year_offset: 0 for the budget year, -1 for the year before.
    """

    records: str
    values: tuple[tuple[str, frozenset[Any]], ...] = ()
    prefixes: tuple[tuple[str, str], ...] = ()
    year_offset: int = 0

    def and_(self, other: Selection) -> Selection:
        """Return the selection of what both select."""
        values = dict(self.values)
        for name, allowed in other.values:
            values[name] = values[name] & allowed if name in values else allowed
        return Selection(
            self.records,
            tuple(values.items()),
            (*self.prefixes, *other.prefixes),
            self.year_offset or other.year_offset,
        )

    def predicate(self) -> Callable[[Any], bool]:
        """Return a function that tells whether a record is selected."""
        values, prefixes = self.values, self.prefixes

        def selected(record: Any) -> bool:
            for name, allowed in values:
                if getattr(record, name) not in allowed:
                    return False
            return all(getattr(record, name).startswith(prefix) for name, prefix in prefixes)

        return selected

    def pick(self, records: Iterable[Any]) -> list[Any]:
        """Return the selected ones of `records`, in their order; one pass a condition, no call for each record."""
        found = records
        for name, allowed in self.values:
            found = list(found)
            found = compress(found, map(allowed.__contains__, map(attrgetter(name), found)))
        for name, prefix in self.prefixes:
            get = attrgetter(name)
            found = [record for record in found if get(record).startswith(prefix)]
        return list(found)
