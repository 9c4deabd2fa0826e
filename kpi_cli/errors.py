"""Every error the program can end with, and the one line that each prints.

A `Problem` is one fault at one place. A `KpiError` carries one or more of them and the exit status
of CONTRACT.md. The wording of all problems lives in `problems.py`; a failed tie-out is a `Finding`
(data, see `checks`), never an exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi_cli.problems import Problem


EXIT_STATUSES = {
    0: "完成",
    1: "有错误级的勾稽问题（check；export 则不写任何文件）",
    2: "用法或输入有误，没有改动任何内容",
    3: "导出或插件失败",
    4: "台账被其他进程占用",
    70: "程序自身的错误",
}
"""Exit statuses of CONTRACT.md."""


class KpiError(Exception):
    """Base of every error that is meant for the user.

    Args:
      problems: What is wrong, one line each; at least one.
    """

    exit_code = 2

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        """Keep the problems in the order in which they were found."""
        from kpi_cli.problems import Problem

        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(problem.text for problem in self.problems))


class UsageError(KpiError):
    """The command line asks for something that does not exist or does not fit together."""


class LedgerError(KpiError):
    """The ledger, or a file to import into it, holds something that cannot be accepted."""


class UnfinishedError(LedgerError):
    """The change is decided, but could not be carried out to the end: the next command does that, if it can.

    Not status 2, which promises that nothing was changed: a script would enter the same record again.
    """

    exit_code = 3


class DefinitionError(KpiError):
    """A table set or a table definition is wrong."""


class LockedError(KpiError):
    """Another process holds the ledger's lock."""

    exit_code = 4


class ExportError(KpiError):
    """A document could not be made or written.

    Args:
      problems: What is wrong; a plugin may give one sentence, to which kpi adds the format's name.
    """

    exit_code = 3

    def __init__(self, problems: Problem | Iterable[Problem] | str) -> None:
        from kpi_cli.problems import Problem

        self.sentence = problems if isinstance(problems, str) else ""
        if isinstance(problems, str):
            problems = Problem("exporter-failed", facts={"format": "文件", "detail": problems})
        super().__init__(problems)


class PluginError(KpiError):
    """A plugin is missing, broken, or claims a name that is taken."""

    exit_code = 3


class FindingsError(KpiError):
    """Findings of severity error stand in the way of what was asked."""

    exit_code = 1
