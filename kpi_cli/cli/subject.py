"""`kpi subject search`: the subject catalogue, by code or name."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.app import session
from kpi_cli.cli.session import find_ledger
from kpi_cli.cli.usage import add_group
from kpi_cli.completion import values
from kpi_cli.errors import KpiError
from kpi_cli.rendering import terminal


def register(app: typer.Typer, name: str) -> None:
    """Add the group."""
    add_group(
        app,
        name,
        "科目目录。",
        {
            "search": (
                search,
                "按编码或名称查找科目，注明有效年份和依据。",
                "kpi subject search 住房公积金\nkpi subject search 20805",
            )
        },
    )


def search(
    context: typer.Context,
    word: Annotated[str, typer.Argument(metavar="词", help="编码的开头，或名称中的字"), values.SUBJECT],
    year: shared.Year = None,
    format: shared.Format = "text",  # the option's name
) -> None:
    """Show the subjects that a word finds."""
    from kpi_cli import resources
    from kpi_cli.model.subjects import KINDS, SubjectCatalogue, bundled_subjects
    from kpi_cli.rendering.plain import to_json

    actions.check_format(format, ("text", "json"))
    local = _local_names(context, year)
    catalogue = SubjectCatalogue(year or local[0] or 0, bundled_subjects(resources.templates() / "subjects"), local[1])
    found = [s for s in catalogue.search(word.strip()) if year is None or s.is_valid_in(year)]
    if format == "json":
        keys = ("kind", "code", "name", "valid_from", "valid_to", "source")
        terminal.say(to_json([{key: getattr(subject, key) for key in keys} for subject in found]))
        return
    if not found:
        terminal.note("没有找到；可以换一个词，或只写编码的开头")
        return
    rows = [(s.code, s.name, KINDS[s.kind], _years(s.valid_from, s.valid_to), _basis(s.source)) for s in found]
    terminal.show(terminal.list_lines(("编码", "名称", "分类", "有效年份", "依据"), rows), session(context).color)


def _years(first: int | None, last: int | None) -> str:
    return f"{first or ''}–{last or ''}" if first or last else ""


def _basis(source: str) -> str:
    if source.startswith("attested:"):
        return source.removeprefix("attested:")
    return source.replace("knowledge", "专业常识，未见原件")


def _local_names(context: typer.Context, year: int | None) -> tuple[int | None, dict[tuple[str, str], str]]:
    """Return the ledger's local names where there is a ledger; the catalogue works without one."""
    from kpi_cli.ledger.reader import open_ledger, read_local_subjects
    from kpi_cli.ledger.report import Report

    try:
        ledger = open_ledger(find_ledger(session(context).folder))
        chosen = ledger.chosen_year(year)
    except KpiError:
        return year, {}
    return chosen, read_local_subjects(ledger.root, chosen, Report())
