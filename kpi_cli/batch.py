"""Many ledgers in one run: each is checked and exported as `kpi export` would, here or in other processes.

`run` does one ledger and never raises, so that one ledger stops no other. `run_all` spreads ledgers over any
`concurrent.futures` executor, a Dask cluster's included, and survives workers that die. What was done is kept in
a journal beside the ledgers: a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kpi_cli import __version__
from kpi_cli.assembly import Request, assemble
from kpi_cli.bounds import IMPORT_LIMIT, read_file
from kpi_cli.checks.engine import check
from kpi_cli.checks.rules import bundled_rules
from kpi_cli.errors import ExportError, KpiError, LedgerError, UsageError
from kpi_cli.plugin.host import ExportHost, store
from kpi_cli.plugin.manager import CHECKS, Plugins
from kpi_cli.plugin.rules import plugin_rules
from kpi_cli.problems import Place, Problem, refusal, system_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kpi_cli.checks.rule import TieOutRule

    ExecutorMaker = Callable[[], AbstractContextManager[Executor]]

JOURNAL = ".kpi-batch.jsonl"
CHUNK = 8
"""Ledgers per task: a task costs a few milliseconds wherever it runs, a department about fifty."""

DONE, FINDINGS, FAILED, CURRENT = "done", "findings", "failed", "current"


@dataclass(frozen=True)
class Job:
    """One ledger and what is wanted of it; plain values, so that it travels to other processes.

    Attributes:
      ledger: The ledger's folder.
      out: Folder for its documents.
      formats: (format, its options as pairs) in order.
      year: Budget year, None is the latest.
      force: Export in spite of errors, as drafts.
      plugins: Third-party plugins that may be loaded, by name; None is all.
    """

    ledger: str
    out: str
    formats: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    year: int | None = None
    force: bool = False
    plugins: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one ledger.

    Attributes:
      ledger: The ledger's folder.
      status: `done`, `findings` (errors, nothing written), `failed`, or `current` (nothing to do).
      exit_code: As the single command would have ended.
      department: Its name, "" where it could not be read.
      year: Budget year, 0 where it could not be read.
      errors: Findings of severity error.
      warnings: Findings of severity warning.
      hints: Findings of severity hint.
      files: Paths written.
      messages: Lines for people.
    """

    ledger: str
    status: str
    exit_code: int = 0
    department: str = ""
    year: int = 0
    errors: int = 0
    warnings: int = 0
    hints: int = 0
    files: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


def find_ledgers(root: Path) -> list[Path]:
    """Return the folders under `root` that hold a `kpi.toml`, in order; hidden folders are not entered.

    Raises:
      UsageError: There is none.
    """
    found: list[Path] = []

    def unreadable(error: OSError) -> None:
        if isinstance(error, PermissionError):  # it may hold a ledger, and its turn will tell what is wrong
            found.append(Path(os.fsdecode(error.filename)))

    for folder, folders, files in os.walk(root, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if "kpi.toml" in files:
            found.append(Path(folder))
    if not found:
        raise UsageError(Problem("no-ledgers", value=str(root)))
    return sorted(found)


def run(job: Job) -> Outcome:
    """Check and export one ledger; every error becomes a message."""
    try:
        return _export(job)
    except KpiError as error:
        return Outcome(job.ledger, FAILED, error.exit_code, messages=tuple(p.text for p in error.problems))
    except OSError as error:
        return Outcome(job.ledger, FAILED, LedgerError.exit_code, messages=(refusal(error).text,))
    except Exception as error:  # one ledger must not stop another, whatever is wrong with it
        detail = f"程序内部错误（{type(error).__name__}: {error}）"
        return Outcome(job.ledger, FAILED, 70, messages=(detail,))


def _export(job: Job) -> Outcome:
    if Path(job.out).is_symlink() and Path(job.out).parent == Path(job.ledger):  # came with somebody's ledger
        raise UsageError(Problem("unsafe-path", Place(Path(job.out).name)))
    disclosure = assemble(Path(job.ledger), Request(year=job.year, narrative=True))
    result = check(disclosure, _rules(job.plugins))
    errors, warnings, hints = (result.count(severity) for severity in ("error", "warning", "hint"))
    about = Outcome(job.ledger, FINDINGS, 1, disclosure.department, disclosure.year, errors, warnings, hints)
    if errors:
        if not job.force:
            found = (f for f in result.findings if f.severity == "error")
            return replace(about, messages=tuple(f"{f.rule} {f.where}：{f.message}" for f in found))
        disclosure = replace(disclosure, is_draft=True)
    host = _host(job.plugins)
    files: dict[str, bytes] = {}
    for name, options in job.formats:
        files |= host.files(name, disclosure, dict(options))
    paths = store(files, Path(job.out))
    return replace(about, status=DONE, exit_code=0, files=tuple(map(str, paths)))


@lru_cache(maxsize=2)
def _rules(plugins: tuple[str, ...] | None) -> tuple[TieOutRule, ...]:
    return (*bundled_rules(), *plugin_rules(Plugins(plugins), CHECKS))


@lru_cache(maxsize=2)
def _host(plugins: tuple[str, ...] | None) -> ExportHost:
    return ExportHost(Plugins(plugins))


def run_chunk(jobs: tuple[Job, ...]) -> list[Outcome]:
    """Do several ledgers one after the other: one task of an executor."""
    return [run(job) for job in jobs]


def run_all(jobs: Iterable[Job], make_executor: ExecutorMaker | None = None, width: int = 1) -> Iterator[Outcome]:
    """Do all ledgers, and yield outcomes as they come.

    Args:
      jobs: The ledgers.
      make_executor: Makes an executor; called again when its workers die. None works in this process.
      width: Workers of the executor; a few tasks each are kept waiting, so that memory stays flat.
    """
    if make_executor is None:
        yield from map(run, jobs)
        return
    waiting = _chunks(jobs)
    while waiting:
        lost: list[tuple[Job, ...]] = []
        with make_executor() as executor:
            yield from _spread(executor, waiting, width, lost)
        for chunk in lost:
            yield from _alone(make_executor, chunk)


def _alone(make_executor: ExecutorMaker, chunk: tuple[Job, ...]) -> list[Outcome]:
    """Do a chunk whose worker died again by itself, ever smaller, until the ledger that kills workers is found."""
    try:
        with make_executor() as executor:
            return executor.submit(run_chunk, chunk).result()
    except Exception:  # each executor has its own way to say that a worker died
        if len(chunk) > 1:
            return [outcome for job in chunk for outcome in _alone(make_executor, (job,))]
        return [Outcome(chunk[0].ledger, FAILED, 70, messages=("处理这本台账的进程意外终止",))]


def _chunks(jobs: Iterable[Job]) -> list[tuple[Job, ...]]:
    every = list(jobs)
    return [tuple(every[i : i + CHUNK]) for i in range(0, len(every), CHUNK)]


def _spread(
    executor: Executor, waiting: list[tuple[Job, ...]], width: int, lost: list[tuple[Job, ...]]
) -> Iterator[Outcome]:
    running: dict[Future[list[Outcome]], tuple[Job, ...]] = {}
    is_broken = False
    while running or (waiting and not is_broken):
        while waiting and not is_broken and len(running) < 2 * width:
            chunk = waiting.pop(0)
            try:
                running[executor.submit(run_chunk, chunk)] = chunk
            except (BrokenExecutor, RuntimeError):
                waiting.insert(0, chunk)
                is_broken = True
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            chunk = running.pop(future)
            if future.exception() is None:
                yield from future.result()
            else:
                lost.append(chunk)
                is_broken = is_broken or isinstance(future.exception(), BrokenExecutor)


def executor_maker(jobs: int, scheduler: str) -> ExecutorMaker | None:
    """Choose where ledgers are done: this process, `jobs` local ones, or a Dask cluster.

    Raises:
      UsageError: A scheduler without `distributed`, or one that does not answer.
    """
    if scheduler:
        return lambda: nullcontext(_cluster(scheduler))
    return (lambda: ProcessPoolExecutor(jobs)) if jobs > 1 else None


@lru_cache(maxsize=1)
def _cluster(scheduler: str) -> Executor:
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(Problem("no-cluster-extra")) from None
    try:
        executor: Executor = Client(scheduler, timeout="10s", set_as_default=False).get_executor(retries=3)
    except (OSError, ValueError) as error:
        raise UsageError(Problem("no-scheduler", value=scheduler, facts={"detail": str(error)})) from None
    return executor


# the journal


def fingerprint(job: Job) -> str:
    """Digest everything that the documents of a job depend on: the ledger's files, the wishes, the version.

    Returns:
      "" where something cannot be read; what is wrong is told when the ledger has its turn.
    """
    digest = hashlib.sha256(json.dumps([__version__, asdict(job)], ensure_ascii=False).encode())
    root = Path(job.ledger)
    out = Path(job.out)
    try:
        for path in sorted(root.rglob("*")):
            inside = path.relative_to(root)
            if path.is_file() and not inside.parts[0].startswith(".") and out not in path.parents:
                digest.update(f"{inside.as_posix()}\n".encode(errors="surrogateescape"))
                digest.update(path.read_bytes())
    except OSError:
        return ""
    return digest.hexdigest()


def _are_there(files: Iterable[str]) -> bool:
    try:
        return all(Path(name).is_file() for name in files)
    except OSError:  # a name that no disk takes
        return False


class Journal:
    """What earlier runs did: one JSON line per finished ledger, appended at once.

    Args:
      root: The folder of the batch.
    """

    def __init__(self, root: Path) -> None:
        """Read the journal; a line cut off by a crash is as if it had not been written."""
        self.path = root / JOURNAL
        self._done: dict[str, tuple[str, Outcome]] = {}
        if self.path.exists():
            for line in read_file(self.path, IMPORT_LIMIT).splitlines():
                self._remember(line)

    def _remember(self, line: bytes) -> None:
        """Take a line; one that is not as `add` writes it is left out, and its ledger done again."""
        try:
            entry = json.loads(line)
            outcome = entry["outcome"]
            outcome = Outcome(**{**outcome, "files": tuple(outcome["files"]), "messages": tuple(outcome["messages"])})
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        values = (*asdict(outcome).values(), *outcome.files, *outcome.messages, entry.get("fingerprint"))
        if all(type(value) in (str, int, tuple) for value in values) and type(outcome.ledger) is str:
            self._done[outcome.ledger] = (entry["fingerprint"], outcome)

    def current(self, job: Job, mark: str) -> Outcome | None:
        """Return the outcome of an earlier run that still holds: nothing changed, and its files are there."""
        known, outcome = self._done.get(job.ledger, ("", None))
        if outcome is None or not mark or known != mark or not _are_there(outcome.files):
            return None
        return replace(outcome, status=CURRENT)

    def add(self, outcome: Outcome, mark: str) -> None:
        """Note a ledger whose documents were made.

        Raises:
          ExportError: The journal cannot be written.
        """
        if outcome.status != DONE:
            return
        entry = {"fingerprint": mark, "outcome": asdict(outcome)}
        try:
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
        except OSError as error:
            facts = {"detail": system_reason(error)}
            raise ExportError(Problem("unwritable", Place(str(self.path)), facts=facts)) from None
