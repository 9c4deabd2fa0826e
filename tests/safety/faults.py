"""Faults below Python: the kernel refuses a system call of `kpi`, or kills the process at it, through strace.

A child is forked from a process that has everything loaded, so that it makes only the calls of its command; strace
is attached to it and injects. That costs 30 ms a fault instead of the half second of a new interpreter.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kpi_cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MEMORY = {"brk", "mmap", "munmap", "mremap", "madvise", "mprotect", "futex", "exit_group", "rt_sigtimedwait", "getpid"}
"""Calls that touch no file and that the kernel does not refuse; a kill at one of them leaves what a kill at the next file call leaves."""
ERRORS = ("ENOSPC", "EIO", "EACCES")
KILL = "KILL"
IS_HERE = shutil.which("strace") is not None and hasattr(os, "fork")


@dataclass(frozen=True)
class Fault:
    """What happens at the `number`-th call of `name`: the kernel answers with an error, or the process dies.

    Attributes:
      name: System call, as strace names it.
      number: 1 for the first.
      kind: One of ERRORS, or KILL.
      text: The call as it was made without a fault.
    """

    name: str
    number: int
    kind: str
    text: str

    @property
    def injection(self) -> str:
        """What strace is told."""
        effect = "signal=KILL" if self.kind == KILL else f"error={self.kind}"
        return f"inject={self.name}:{effect}:when={self.number}"

    def __str__(self) -> str:
        """Name the fault for the message of a test that fails."""
        return f"{self.kind} at {self.name} no. {self.number}: {self.text}"


@dataclass(frozen=True)
class Outcome:
    """What a call left: exit status (-9 where it was killed), stdout, stderr."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of stderr."""
        return self.err.splitlines()


class Tracer:
    """Runs `kpi` in a forked child under strace.

    Args:
      folder: For logs and captured output; must exist.
    """

    def __init__(self, folder: Path) -> None:
        self.log = folder / "strace.log"
        self._streams = (folder / "stdout", folder / "stderr")

    def run(self, arguments: Sequence[object], *options: str) -> Outcome:
        """Run one call; `options` go to strace."""
        command = [str(argument) for argument in arguments]
        ready, tell = os.pipe()
        with _deaf_to_start():
            pid = os.fork()
            if not pid:
                self._child(command, tell)
        os.close(tell)
        os.read(ready, 1)  # what the child does before is not counted
        os.close(ready)
        strace = subprocess.Popen(
            ["strace", "-qq", "-o", str(self.log), *options, "-p", str(pid)], stderr=subprocess.PIPE, text=True
        )
        try:
            self._wait_for(strace, pid)
            os.kill(pid, signal.SIGUSR1)
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            raise
        finally:
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            strace.communicate()
        return Outcome(status, *(stream.read_text("utf-8", "replace") for stream in self._streams))

    @staticmethod
    def _wait_for(strace: subprocess.Popen[str], pid: int) -> None:
        status = Path(f"/proc/{pid}/status")
        while "TracerPid:\t0\n" in status.read_text():
            if strace.poll() is not None:
                raise RuntimeError(f"strace: {strace.communicate()[1]}")
            time.sleep(0.0005)

    def _child(self, command: list[str], ready: int) -> None:
        status = 99
        try:
            for number, path in enumerate(self._streams, 1):
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                os.dup2(handle, number)
                os.close(handle)
            sys.stdout, sys.stderr = (
                io.TextIOWrapper(io.FileIO(number, "wb", closefd=False), encoding="utf-8", write_through=number == 2)
                for number in (1, 2)
            )
            os.write(ready, b"!")
            os.close(ready)
            signal.sigwait({signal.SIGUSR1})
            status = main(command)
        finally:
            os._exit(status)

    def calls(self, arguments: Sequence[object]) -> tuple[Outcome, list[tuple[str, int, str]]]:
        """Run a call without a fault; returns what it left, and (name, number, text) of its system calls in order."""
        outcome = self.run(arguments)
        seen: Counter[str] = Counter()
        found = []
        for line in self.log.read_text("utf-8", "replace").splitlines():
            name = re.match(r"(\w+)\(", line)
            if name and name[1] not in MEMORY:
                seen[name[1]] += 1
                found.append((name[1], seen[name[1]], line))
        return outcome, found

    def inject(self, arguments: Sequence[object], fault: Fault) -> Outcome:
        """Run a call with one fault."""
        return self.run(arguments, "-e", f"trace={fault.name}", "-e", fault.injection)


@contextmanager
def _deaf_to_start() -> Iterator[None]:
    """Hold back the signal that starts a child, so that it cannot come before the child waits for it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
