"""Writes the workbook of an import for somebody to fill in: drop-downs, protection, rows that are known already.

What comes back is read by the import; rows that nobody filled in say nothing.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from kpi_cli.errors import UsageError
from kpi_cli.evaluation import vocabulary as w
from kpi_cli.evaluation.index import Index
from kpi_cli.evaluation.kinds import KINDS, decimal, open_choice
from kpi_cli.ledger.evaluation import INDICATOR_NAME, SENT_OUT, columns, evaluation_kind, read_evaluation
from kpi_cli.ledger.transaction import read_consistent
from kpi_cli.model.field import integer
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kpi_cli.evaluation.scheme import EvaluationYear
    from kpi_cli.ledger.reader import Ledger
    from kpi_cli.model.field import Field, RecordKind

BLANK_ROWS = 200
_LISTS = "选项"
_DATE = "2015-01-01"
"""When every workbook was made: the same ledger gives the same bytes."""


def evaluation_template(ledger: Ledger, year: int, name: str, *, period: str = "", unit: str = "") -> bytes:
    """Make the workbook for one kind of evaluation records.

    Args:
      ledger: The ledger.
      year: Evaluation year.
      name: KIND.
      period: Filled in for progress; the round of ballots, where it is not the one that counts for the year.
      unit: Id of the unit whose rows are filled in; "" is all.
    Returns:
      An XLSX file: a sheet to fill in, a sheet that explains its columns, a hidden one with the choices.
    Raises:
      UsageError: Progress without a period, or an unknown kind or unit.
      LedgerError: The ledger's files have errors; ballots need a scheme.
    """
    kind = evaluation_kind(name)
    if kind is KINDS["progress"] and not period:
        facts = {"detail": "季度自评的填报表要写明期间", "hint": f"例如 --period {year}Q1"}
        raise UsageError(Problem("usage", facts=facts))
    recorded = read_consistent(ledger.root, lambda: read_evaluation(ledger, year))
    known = {each.evaluated_unit: each.name for each in recorded.units}
    if unit and unit not in known:
        facts = {"hint": suggestion(unit, [*known, *known.values()])}
        raise UsageError(Problem("eval-unknown-unit-name", value=unit, facts=facts))
    if unit:
        known = {unit: known[unit]}
    options = tuple(recorded.scheme.options) if recorded.scheme else ()
    fields = _ordered(columns(kind, options))
    rows = list(_rows(recorded, kind, known, period))
    return _workbook(kind, fields, rows, _choices(fields, recorded, known))


def _ordered(fields: Sequence[Field]) -> list[Field]:
    """Put the name of the indicator behind its id, where the reader looks for it."""
    found = [field for field in fields if field is not INDICATOR_NAME]
    if INDICATOR_NAME in fields:
        found.insert([field.name for field in found].index("indicator") + 1, INDICATOR_NAME)
    return found


def _rows(year: EvaluationYear, kind: RecordKind, units: dict[str, str], period: str) -> Iterator[dict[str, str]]:
    """Fill in what is known: one row for each thing that is to be reported."""
    index = Index(year)
    if kind.plural in ("progress", "results"):
        for unit, name in units.items():
            for leaf in index.leaves_of.get(unit, []):
                title = index.indicators[leaf.indicator].name
                own = {"indicator": leaf.indicator, INDICATOR_NAME.name: title, "evaluated_unit": name}
                yield {**own, "period": period} if kind.plural == "progress" else own
    elif kind.plural == "ballots" and year.scheme is not None:
        for each in year.units:
            if each.evaluated_unit not in units or each.no_public_review:
                continue
            for stage in year.scheme.stage_weights or ("",):
                for group in year.scheme.group_weights.get(each.category, ("",)):
                    yield {
                        "round": period or w.word(w.ROUND, year.scheme.public_review.round),
                        "stage": w.word(w.STAGE, stage),
                        "group": w.word(w.GROUP, group),
                        "evaluated_unit": each.name,
                    }


def _choices(fields: Sequence[Field], year: EvaluationYear, units: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the words that a column offers."""
    scheme = year.scheme
    named = {
        "evaluated_unit": tuple(units.values()),
        "rule": tuple(rule.id for rule in scheme.deduction_rule) if scheme else (),
        "option": tuple(scheme.options) if scheme else (),
        "project": tuple(project.id for project in year.projects),
    }
    found = {}
    for field in fields:
        own = field.parse.vocabulary.words if isinstance(field.parse, open_choice) else field.words
        found[field.name] = named.get(field.name) or own
    return {name: words for name, words in found.items() if words}


def _workbook(
    kind: RecordKind, fields: Sequence[Field], rows: Sequence[dict[str, str]], choices: dict[str, tuple[str, ...]]
) -> bytes:
    from datetime import datetime

    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    book.set_properties({"title": kind.label, "created": datetime.fromisoformat(_DATE)})
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter"})
    fixed = book.add_format({"bg_color": "#F2F2F2", "border": 1, "num_format": "@"})
    free = book.add_format({"locked": False, "border": 1, "num_format": "@"})
    number = book.add_format({"locked": False, "border": 1})
    sheet = book.add_worksheet(kind.label)
    sheet.set_default_row(18)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    _explanations(book, fields, choices)
    lists = book.add_worksheet(_LISTS)
    lists.hide()
    sent = (*SENT_OUT.get(kind.plural, ()), INDICATOR_NAME.name) if rows else ()
    last = len(rows) if rows else BLANK_ROWS
    for c, field in enumerate(fields):
        is_number = field.parse in (decimal, integer)
        sheet.set_column(c, c, max(12, 2 * len(field.label) + 2), number if is_number else free)
        sheet.write_string(0, c, field.label, head)
        sheet.write_comment(0, c, f"{field.doc}；例：{field.example}{'；必填' if field.required else ''}")
        for r, row in enumerate(rows, 1):
            text, style = row.get(field.name, ""), fixed if field.name in sent else number if is_number else free
            sheet.write_string(r, c, text, style) if text else sheet.write_blank(r, c, None, style)
        _validate(sheet, lists, c, field, choices.get(field.name, ()), last)
    sheet.freeze_panes(1, 0)
    sheet.protect("", {"format_columns": True, "insert_rows": not rows, "delete_rows": not rows, "sort": not rows})
    book.close()
    return stream.getvalue()


def _validate(sheet: Any, lists: Any, c: int, field: Field, words: Sequence[str], last: int) -> None:
    """Offer words as a drop-down, and refuse what is no number; open vocabularies only warn."""
    if words:
        for r, word in enumerate(words):
            lists.write_string(r, c, word)
        column = _letters(c)
        rule = {"validate": "list", "source": f"={_LISTS}!${column}$1:${column}${len(words)}"}
        if isinstance(field.parse, open_choice):
            rule |= {"error_type": "warning", "error_message": "不在常用的词里，确认要用吗？"}
        sheet.data_validation(1, c, last, c, rule)
    elif field.parse is decimal:
        own = {"criteria": "between", "minimum": -(10**15), "maximum": 10**15, "error_message": "请填数字"}
        sheet.data_validation(1, c, last, c, {"validate": "decimal", **own})
    elif field.parse is integer:
        own = {"criteria": ">=", "value": 0, "error_message": "请填不小于 0 的整数"}
        sheet.data_validation(1, c, last, c, {"validate": "integer", **own})


def _letters(c: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    name: Callable[[int], str] = xl_col_to_name
    return name(c)


def _explanations(book: Any, fields: Sequence[Field], choices: dict[str, tuple[str, ...]]) -> None:
    sheet = book.add_worksheet("填写说明")
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    for c, (title, width) in enumerate((("列", 18), ("列名", 20), ("必填", 8), ("例", 32), ("可选的词", 60))):
        sheet.set_column(c, c, width)
        sheet.write_string(0, c, title, head)
    for r, field in enumerate(fields, 1):
        words = choices.get(field.name, ())
        shown = "、".join(words[:20]) + (" 等" if len(words) > 20 else "")
        texts = (field.label, field.column or field.name, "是" if field.required else "", field.example, shown)
        for c, text in enumerate(texts):
            sheet.write_string(r, c, text, cell)
