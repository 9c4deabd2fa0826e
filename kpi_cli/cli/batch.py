"""`kpi batch`: check and export every ledger under a folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.completion import values
from kpi_cli.rendering import terminal
from kpi_cli.rendering.styled import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.batch import Job, Outcome

EXAMPLES = """
kpi batch 2026年部门预算                  其下每本台账：校核，导出到各自的 out
kpi batch . --jobs 2 --out 汇总           两个进程；都导出到“汇总”下
kpi batch . --scheduler tcp://10.0.0.5:8786
"""


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog=EXAMPLES)(batch)


def batch(
    context: typer.Context,
    root: Annotated[Path, typer.Argument(metavar="DIR", help="文件夹，其下有 kpi.toml 的都是台账"), values.FOLDER],
    to: Annotated[
        list[str] | None, typer.Option(metavar="格式", help="可多次；缺省为 docx 和 xlsx"), values.EXPORTER
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="输出文件夹；缺省为每本台账的 out"), values.FOLDER
    ] = None,
    year: shared.Year = None,
    option: Annotated[list[str] | None, typer.Option(metavar="格式.名=值", help="导出选项，可多次")] = None,
    jobs: Annotated[int, typer.Option(metavar="N", help="同时工作的进程数")] = 1,
    scheduler: Annotated[str, typer.Option(metavar="地址", help="Dask 集群的调度器，代替本机进程")] = "",
    force: Annotated[bool, typer.Option("--force", help="有错误级问题也导出，每页标注“草稿”")] = False,
    again: Annotated[bool, typer.Option("--again", help="没有变化的台账也重做")] = False,
    format: shared.Format = "text",
) -> None:
    """校核并导出一个文件夹下的所有台账；一本出错不影响其他，中断后再次执行从断处继续。"""
    from kpi_cli import batch as work

    actions.check_format(format, ("text", "json"))
    own = session(context)
    options = actions.exporter_options(option or [])
    chosen = actions.chosen_exports(to or actions.DEFAULT_EXPORTS, options, plugins=own.plugins)
    formats = tuple((name, tuple(given.items())) for name, given in chosen.options.items())
    wanted = [
        work.Job(str(path), str(_target(out, root, path)), formats, year, force, own.plugins)
        for path in work.find_ledgers(root)
    ]
    found = _outcomes(root, wanted, jobs, scheduler, again=again)
    outcomes = sorted(terminal.progress(found, len(wanted), "导出"), key=_name)
    if format == "json":
        from kpi_cli.rendering.plain import to_json

        terminal.say(to_json({"ledgers": [asdict(outcome) for outcome in outcomes]}))
    else:
        terminal.show(_summary(outcomes, root), own.color)
    raise typer.Exit(max((outcome.exit_code for outcome in outcomes), default=0))


def _target(out: Path | None, root: Path, ledger: Path) -> Path:
    return ledger / "out" if out is None else out / ledger.relative_to(root)


def _name(outcome: Outcome) -> str:
    return outcome.ledger


def _outcomes(root: Path, wanted: list[Job], jobs: int, scheduler: str, *, again: bool) -> Iterator[Outcome]:
    from kpi_cli import batch as work

    journal = work.Journal(root)
    marks = {job.ledger: work.fingerprint(job) for job in wanted}
    waiting = []
    for job in wanted:
        earlier = None if again else journal.current(job, marks[job.ledger])
        if earlier:
            yield earlier
        else:
            waiting.append(job)
    for outcome in work.run_all(waiting, work.executor_maker(jobs, scheduler), max(jobs, 4 if scheduler else 1)):
        journal.add(outcome, marks[outcome.ledger])
        yield outcome


def _summary(outcomes: list[Outcome], root: Path) -> list[Text]:
    from kpi_cli import batch as work

    words = {work.DONE: "已导出", work.FINDINGS: "有错误", work.FAILED: "失败", work.CURRENT: "没有变化"}
    rows = [
        (
            str(Path(o.ledger).relative_to(root)),
            o.department,
            str(o.year or ""),
            words[o.status],
            *(str(n) if n else "" for n in (o.errors, o.warnings, o.hints)),
        )
        for o in outcomes
    ]
    lines = terminal.list_lines(("台账", "部门", "年度", "结果", "错误", "警告", "提示"), rows, right=[4, 5, 6])
    for outcome in outcomes:
        for message in outcome.messages:
            terminal.note(f"{Path(outcome.ledger).relative_to(root)}：{message}")
    counts = "，".join(f"{words[s]} {n}" for s in words if (n := sum(o.status == s for o in outcomes)))
    return [*lines, Text(), Text(f"共 {len(outcomes)} 本台账：{counts}")]
