"""`kpi budget|income|project|sangong add|list|set|remove`: one record at a time.

The options of `add` and `set` are the fields of the record kind; they are declared once, in `model.fields`.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import add_group
from kpi_cli.completion import values
from kpi_cli.errors import UsageError
from kpi_cli.model import fields as f
from kpi_cli.rendering import terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi_cli.problems import Problem

GROUPS = {kind.group: kind for kind in f.KINDS.values() if kind.group}
Ref = Annotated[str, typer.Argument(metavar="REF", help="list 给出的引用")]
_EXAMPLES = {
    "budget": "kpi budget add --function-code 2010601 --economic-code 30101 --expenditure-type 基本支出 "
    "--fund-source 一般公共预算 --amount 120000.50",
    "income": "kpi income add --fund-source 一般公共预算 --function-code 2010601 --amount 120000.50",
    "project": "kpi project add --id P01 --name 绩效考评指标体系编制经费 --amount 20000",
    "sangong": "kpi sangong add --category 公务接待费 --amount-wan 0.95",
}


def register(app: typer.Typer, name: str) -> None:
    """Add one of the groups."""
    kind = GROUPS[name]
    label = kind.label
    commands = {
        "add": (_with_fields(_add(kind), kind), f"加入一条{label}。", _EXAMPLES[name]),
        "list": (_list(kind), f"列出{label}。", f"kpi {name} list --format csv"),
        "set": (_with_fields(_set(kind), kind), f"修改一条{label}的某些内容。", f"kpi {name} set REF --amount 100"),
        "remove": (_remove(kind), f"删去一条{label}。", f"kpi {name} remove REF"),
    }
    add_group(app, name, f"{label}：增加、列出、修改、删除。", commands)


def _with_fields(function: Callable[..., None], kind: f.RecordKind) -> Callable[..., None]:
    """Give a function one option per field of the kind, all text; the fields parse it."""
    signature = inspect.signature(function, eval_str=True)
    own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    options = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                str | None,
                typer.Option(
                    *_names(field),
                    metavar=field.label,
                    help=f"{field.doc}，例：{field.example}" if field.example else field.doc,
                ),
                _takes(field),
            ],
        )
        for field in kind.fields
    ]
    own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    function.__signature__ = signature.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
    function.__annotations__ = {p.name: p.annotation for p in [*own, *options]}
    return function


_NAMED = {
    "function_code": values.FUNCTION,
    "economic_code": values.ECONOMIC,
    "budget_unit": values.UNIT,
    "project": values.PROJECT,
}
"""Fields that name something of the catalogue or of the ledger."""


def _takes(field: f.Field) -> values.Values:
    return values.words(*field.words) if field.words else _NAMED.get(field.name, values.TEXT)


def _names(field: f.Field) -> list[str]:
    names = dict.fromkeys((field.name, field.column or field.name))
    return [f"--{name.replace('_', '-')}" for name in names]


def _parsed(kind: f.RecordKind, given: dict[str, str | None]) -> dict[str, Any]:
    """Parse the options that were given; an empty one takes the field away.

    Raises:
      UsageError: Every value that its field refuses.
    """
    from kpi_cli.ledger.report import field_problem
    from kpi_cli.problems import Place

    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, text in given.items():
        if text is None:
            continue
        try:
            values[name] = kind.by_name[name].parse(text) if text else None
        except f.FieldError as error:
            problems.append(field_problem(error, kind.by_name[name], Place(), text))
    if problems:
        raise UsageError(problems)
    return values


def _add(kind: f.RecordKind) -> Callable[..., None]:
    def add(context: typer.Context, *, year: shared.Year = None, **given: str | None) -> None:
        from kpi_cli.assembly import subject_catalogue
        from kpi_cli.ledger import edit

        own = session(context)
        ledger = own.ledger()
        values = {name: value for name, value in _parsed(kind, given).items() if value is not None}
        chosen = ledger.chosen_year(None) if year is None else year
        change = edit.add_record(ledger, chosen, kind, values, edit.budget_basis(subject_catalogue), own.wait)
        terminal.complain(change.warnings, "警告")
        terminal.note(f"已{change.summary}")

    return add


def _set(kind: f.RecordKind) -> Callable[..., None]:
    def set_(
        context: typer.Context,
        ref: Ref,
        *,
        year: shared.Year = None,
        **given: str | None,
    ) -> None:
        from kpi_cli.assembly import subject_catalogue
        from kpi_cli.ledger import edit

        own = session(context)
        ledger = own.ledger()
        change = edit.set_record(
            ledger,
            ledger.chosen_year(year),
            kind,
            ref,
            _parsed(kind, given),
            edit.budget_basis(subject_catalogue),
            own.wait,
        )
        terminal.complain(change.warnings, "警告")
        terminal.note(f"已{change.summary}")

    return set_


def _remove(kind: f.RecordKind) -> Callable[..., None]:
    def remove(
        context: typer.Context,
        ref: Ref,
        year: shared.Year = None,
    ) -> None:
        from kpi_cli.ledger import edit

        own = session(context)
        ledger = own.ledger()
        change = edit.remove_record(ledger, ledger.chosen_year(year), kind, ref, own.wait)
        terminal.note(f"已{change.summary}；用 kpi undo 可以恢复")

    return remove


def _list(kind: f.RecordKind) -> Callable[..., None]:
    def list_(
        context: typer.Context,
        year: shared.Year = None,
        format: shared.ListFormat = "text",  # the option's name
    ) -> None:
        from kpi_cli.ledger.edit import list_records
        from kpi_cli.rendering import records

        actions.check_format(format, ("text", "csv", "json"))
        ledger = session(context).ledger()
        chosen = ledger.chosen_year(year)
        listed = list_records(ledger.root, chosen, kind)
        if format == "json":
            terminal.say(records.records_json(chosen, kind, listed))
        elif format == "csv":
            terminal.say(records.records_csv(kind.fields, listed))
        else:
            terminal.show(records.records_lines(kind.fields, listed), session(context).color)

    return list_
