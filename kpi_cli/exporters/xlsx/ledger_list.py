"""The ledger's lines, incomes and 三公 figures as one list of columns, and the formulas that select from it.

One list instead of three areas, so that there is one frozen header, one filter and one set of ranges. Expenditure,
income and 三公 have amount columns of their own: each can be added up by itself, and a formula selects the kind
of record by the column that it sums. Notes are left out, since they are not for disclosure.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

from kpi_cli import money
from kpi_cli.exporters.xlsx.formulas import LENGTH_LIMIT, quoted
from kpi_cli.exporters.xlsx.text import clean
from kpi_cli.model.fields import INCOME, LINE, SANGONG
from kpi_cli.tables.table import address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.model.fields import Field
    from kpi_cli.tables.selection import Selection

SHEET = "台账"
FIRST_ROW = 5
"""1-based sheet row of the first record; title, explanation, sums and header stand above it."""

KINDS = {"line": LINE, "income": INCOME, "sangong": SANGONG}
_KIND_WORDS = {"line": "支出", "income": "收入", "sangong": "三公"}
_DERIVED = "三公（推算）"
_AMOUNT_HEADERS = {"line": "支出金额(元)", "income": "收入金额(元)", "sangong": "三公金额(元)"}
_NOT_SHOWN = ("amount", "amount_wan", "note")

_WORD_FIELDS = frozenset({"expenditure_type", "cost_kind", "fund_source", "category", "carried_forward"})
"""Fields whose printed words are compared as they stand. Codes are compared through helper columns that put a word
in front: spreadsheets take "05" in a condition for the number 5."""
_CODE_FIELDS = frozenset({"function_code", "economic_code", "budget_unit"})
_LEVEL_WORDS = {
    "function_code": {3: "类", 5: "款", 7: "项"},
    "economic_code": {3: "类", 5: "款"},
}
_WHOLE = "码"


@dataclass(frozen=True)
class TextColumn:
    """A column of words, codes and counts.

    Attributes:
      name: Field of the records, or "kind", "project_name", "source".
      header: Chinese header.
      values: One a record; "" is blank.
    """

    name: str
    header: str
    values: Sequence[str | int]


@dataclass(frozen=True)
class AmountColumn:
    """The amounts of one kind of record.

    Attributes:
      kind: Key of KINDS.
      header: Chinese header.
      values: 元; None is unknown. One a record of this kind.
      start: Index of the first record of this kind.
    """

    kind: str
    header: str
    values: Sequence[Decimal | None]
    start: int


@dataclass(frozen=True)
class HelperColumn:
    """A column that formulas compare with, made by a formula from a column of codes.

    Attributes:
      source: Index of the column of codes.
      header: Chinese header.
      mark: Word in front of the code.
      length: How many characters of the code; 0 is all.
    """

    source: int
    header: str
    mark: str
    length: int

    def formula(self, row: int) -> str:
        """Return the formula for a 1-based sheet row."""
        cell = address(row, self.source)
        return f"{quoted(self.mark)}&" + (f"LEFT({cell},{self.length})" if self.length else cell)

    def value(self, code: str) -> str:
        """Return what the formula gives for a code."""
        return self.mark + (code[: self.length] if self.length else code)


_Condition = tuple[int, list[str]]
"""A column, and the texts of which its cell must be one."""


class LedgerList:
    """The records of a disclosure as columns of the sheet 台账.

    Args:
      disclosure: Whose records.
      live: Keep every column that a formula may ask for, empty ones included.
    """

    def __init__(self, disclosure: Disclosure, *, live: bool) -> None:
        parts = {"line": disclosure.lines, "income": disclosure.incomes, "sangong": disclosure.sangong}
        self.records: list[tuple[str, Any]] = [(kind, record) for kind, part in parts.items() for record in part]
        self.is_live = live
        self.columns: list[TextColumn | AmountColumn] = []
        self.helpers: list[HelperColumn] = []
        self._amounts: dict[str, int] = {}
        self._helper_index: dict[tuple[str, int], int] = {}
        self._line_rows: dict[Any, int] | None = None
        if self.records:
            self._add_columns(parts, {project.id: project.name for project in disclosure.projects})
        self._text_index = {c.name: i for i, c in enumerate(self.columns) if isinstance(c, TextColumn)}

    @property
    def last_row(self) -> int:
        """1-based sheet row of the last record."""
        return FIRST_ROW + len(self.records) - 1

    # columns

    def _add_columns(self, parts: Mapping[str, Sequence[Any]], projects: Mapping[str, str]) -> None:
        before = dict.fromkeys([*LINE.by_name, *INCOME.by_name])
        kinds = [_DERIVED if getattr(r, "derived", False) else _KIND_WORDS[kind] for kind, r in self.records]
        self.columns.append(TextColumn("kind", "记录", kinds))
        for name in before:
            self._add_field(name)
            if name == "project" and projects:
                names = [clean(projects.get(getattr(record, "project", ""), "")) for _, record in self.records]
                self._add("project_name", "项目名称", names)
        start = 0
        for kind, part in parts.items():
            if kind == "sangong":
                self._add_field("category", _KIND_WORDS[kind])
            if part:
                self._amounts[kind] = len(self.columns)
                self.columns.append(AmountColumn(kind, _AMOUNT_HEADERS[kind], [r.amount for r in part], start))
                start += len(part)
        for name in SANGONG.by_name:
            if name not in before and name != "category":
                self._add_field(name)
        places = [clean(f"{record.source.file}:{record.source.line}") for _, record in self.records]
        self.columns.append(TextColumn("source", "出处", places))

    def _add_field(self, name: str, before_label: str = "") -> None:
        if name in _NOT_SHOWN:
            return
        field = next(kind.by_name[name] for kind in KINDS.values() if name in kind.by_name)
        given = [getattr(record, name, None) for _, record in self.records]
        made = {value: _shown(field, value) for value in set(given)}
        values = [made[value] for value in given]
        self._add(name, before_label + field.label, values)

    def _add(self, name: str, header: str, values: Sequence[str | int]) -> None:
        is_asked_for = self.is_live and name in _WORD_FIELDS | _CODE_FIELDS
        if is_asked_for or any(value != "" for value in values):
            self.columns.append(TextColumn(name, header, values))

    def helper_values(self, helper: HelperColumn) -> list[str]:
        """Return what the formulas of a helper column give, one a record."""
        source = self.columns[helper.source]
        assert isinstance(source, TextColumn)
        return [helper.value(str(code)) for code in source.values]

    # formulas

    def derived_from(self, index: int) -> str:
        """Return the address of the amount that a derived 三公 figure repeats; "" for any other record.

        Only where formulas are wanted, so that a changed line changes the figure as well.
        """
        if not self.is_live:
            return ""
        if self._line_rows is None:
            lines = (record for kind, record in self.records if kind == "line")
            self._line_rows = {record.source: row for row, record in enumerate(lines, FIRST_ROW)}
        record = self.records[index][1]
        row = self._line_rows.get(record.source) if getattr(record, "derived", False) else None
        return address(row, self._amounts["line"]) if row else ""

    def formula(self, selection: Selection, money_unit: str) -> str:
        """Write the sum of the selected records as a formula over the sheet.

        Args:
          selection: Of this year's records.
          money_unit: Unit of the result.
        Returns:
          The formula without `=`, or "" where the list cannot answer: another year, no such records, or a
          condition that no column holds.
        """
        column = self._amounts.get(selection.records)
        if selection.year_offset or column is None:
            return ""
        conditions = self._conditions(selection)
        if conditions is None:
            return ""
        terms = self._terms(self._range(column), conditions)
        divisor = int(1 / money.in_unit(Decimal(1), money_unit))
        text = "+".join(terms)
        if divisor != 1:
            text = f"({text})/{divisor}" if len(terms) > 1 else f"{text}/{divisor}"
        return text if len(text) <= LENGTH_LIMIT else ""

    def _conditions(self, selection: Selection) -> list[_Condition] | None:
        found: list[_Condition] = []
        for name, prefix in selection.prefixes:
            if prefix:
                helper = self._helper(name, len(prefix))
                if helper is None:
                    return None
                found.append((helper, [self._mark(name, len(prefix)) + prefix]))
        for name, allowed in selection.values:
            condition = self._allowed(selection.records, name, allowed)
            if condition is None or not condition[1]:
                return None
            found.append(condition)
        return found

    def _allowed(self, records: str, name: str, allowed: frozenset[Any]) -> _Condition | None:
        field = KINDS[records].by_name.get(name)
        if field is None:
            return None
        words = sorted(str(_shown(field, value)) for value in allowed)
        if name in _WORD_FIELDS and all(words):
            return self._text_index[name], words
        helper = self._helper(name, 0)
        return None if helper is None else (helper, [_WHOLE + word for word in words])

    def _helper(self, name: str, length: int) -> int | None:
        """Return the helper column for a field, made when it is first asked for."""
        source = self._text_index.get(name)
        if source is None:
            return None
        if (name, length) not in self._helper_index:
            mark = self._mark(name, length)
            header = f"{self.columns[source].header}·{mark}"
            self._helper_index[name, length] = len(self.columns) + len(self.helpers)
            self.helpers.append(HelperColumn(source, header, mark, length))
        return self._helper_index[name, length]

    @staticmethod
    def _mark(name: str, length: int) -> str:
        return _LEVEL_WORDS.get(name, {}).get(length, f"前{length}位") if length else _WHOLE

    def _range(self, column: int) -> str:
        letters = address(1, column)[:-1]
        return f"{SHEET}!${letters}${FIRST_ROW}:${letters}${self.last_row}"

    def _terms(self, amounts: str, conditions: list[_Condition]) -> list[str]:
        """Write one sum for each combination of allowed texts; the longest choice becomes an array constant."""
        if not conditions:
            return [f"SUM({amounts})"]
        ordered = sorted(conditions, key=lambda condition: len(condition[1]))
        *others, (last_column, last_words) = ordered
        last = [_criterion(word) for word in last_words]
        choice = last[0] if len(last) == 1 else "{" + ",".join(last) + "}"
        terms = []
        for words in product(*(words for _, words in others)):
            pairs = [
                f"{self._range(column)},{_criterion(word)}" for (column, _), word in zip(others, words, strict=True)
            ]
            term = f"SUMIFS({amounts},{','.join([*pairs, f'{self._range(last_column)},{choice}'])})"
            terms.append(term if len(last) == 1 else f"SUMPRODUCT({term})")
        return terms


def _shown(field: Field, value: Any) -> str | int:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if isinstance(value, int) else clean(str(field.write(value)))


def _criterion(text: str) -> str:
    """Write a text as a condition that only the same text meets: `*`, `?` and `~` stand for themselves."""
    for special in "~*?":
        text = text.replace(special, "~" + special)
    return quoted(text)
