"""Every reader on mutated input: an answer or one of the documented errors, in bounded time and memory; nothing else.

`KPI_FUZZ=100000 pytest tests/fuzz` runs so many cases of each reader. A case that fails names its number;
`KPI_FUZZ_CASE=NUMBER pytest tests/fuzz -k READER` runs that one alone.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from kpi_cli.errors import KpiError
from tests.fuzz.readers import READERS, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = int(os.environ.get("KPI_FUZZ", "5000"))
ONLY = os.environ.get("KPI_FUZZ_CASE")
SHARDS = 4
"""Parts of a reader's cases, for the processes of a test run to share."""
SECONDS, MEMORY = 10, 2 * 2**30
"""No input may keep a reader busy for longer, or take more."""
LINE = 2000
"""Characters of an error."""


@contextmanager
def _bounded() -> Iterator[None]:
    """Stop what takes too much processor time, and refuse it more memory than MEMORY."""

    def stop(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"takes more than {SECONDS} s")

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    signal.signal(signal.SIGPROF, stop)
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, before[1]))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, before)


def _case(reader: Reader, read, sources: list[bytes], number: int) -> None:
    """Run one case; raises whatever is no documented error."""
    random = Random(number)
    raw = reader.form.mutated(random.choice(sources), random)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        read(raw)
    except KpiError as error:
        lines = [problem.text for problem in error.problems]
        assert lines
        assert all(line and "\n" not in line and len(line) < LINE for line in lines), max(lines, key=len)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGPROF"), reason="measures processor time")
@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("name", READERS)
def test_mutated_input(name: str, shard: int, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_CACHE", "")
    reader = READERS[name]
    sources, read = reader.sources(), reader.prepare(disk)
    for source in sources:
        read(source)
    numbers = [int(ONLY)] if ONLY else range(shard, CASES // reader.per, SHARDS)
    bad, started = [], time.process_time()
    with _bounded():
        for number in numbers:
            try:
                _case(reader, read, sources, number)
            except (Exception, pytest.fail.Exception) as error:
                if ONLY:
                    raise
                bad.append(f"case {number}: {type(error).__name__}: {error}"[:500])
    assert not bad, f"{len(bad)} of {len(numbers)}:\n" + "\n".join(bad[:20])
    assert time.process_time() - started < SECONDS + len(numbers) * reader.per * 0.1
