"""New ledgers: an empty one from the words of `kpi init`, and the example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli import resources
from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.ledger import blocks
from kpi_cli.ledger.files import FOLDER
from kpi_cli.ledger.reader import SETTINGS_FILE
from kpi_cli.ledger.transaction import open_transaction
from kpi_cli.model import fields as f
from kpi_cli.problems import Place, Problem, system_reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def create_ledger(root: Path, year: int, values: Mapping[str, str]) -> None:
    """Make a new ledger with one year.

    Args:
      root: Folder; it must be new or empty.
      year: Its first budget year.
      values: Canonical settings by key: department, table_set, level, and optionally nature and code.
    Raises:
      UsageError: The folder holds something already.
    """
    require_year(year)
    files = {SETTINGS_FILE: _settings_text(values).encode()}
    files |= {f"{year}/{kind.file}": file_head(kind, year).encode() for kind in (f.LINE, f.INCOME)}
    _fill_new_folder(root, files, "init", f"新建台账：{values['department']} {year} 年")


def copy_example(root: Path) -> list[str]:
    """Write the example ledger into a new or empty folder.

    Returns:
      The files written, relative to `root`.
    Raises:
      UsageError: The folder holds something already.
    """
    source = resources.templates() / "demo"
    files = {
        path.relative_to(source).as_posix(): path.read_bytes() for path in sorted(source.rglob("*")) if path.is_file()
    }
    _fill_new_folder(root, files, "demo", "写出示例台账")
    return list(files)


def _fill_new_folder(root: Path, files: Mapping[str, bytes], command: str, summary: str) -> None:
    _require_empty(root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with open_transaction(root, command=command) as tx:
            _require_empty(root)  # again under the lock: another `init` may have come first
            for file, content in files.items():
                tx.write(file, content)
            tx.summary = summary
            tx.commit()
    except OSError as error:
        facts = {"detail": system_reason(error)}
        raise LedgerError(Problem("unwritable", Place(str(root)), facts=facts)) from None


def _require_empty(root: Path) -> None:
    """Refuse a folder that holds something; what an interrupted `init` left in `.kpi` does not count."""
    if root.exists() and (not root.is_dir() or any(path.name != FOLDER for path in root.iterdir())):
        raise UsageError(Problem("ledger-exists", Place(str(root))))


def _settings_text(values: Mapping[str, str]) -> str:
    rows = ["# kpi 台账设置，写法见 docs/ledger.md", "schema_version = 1"]
    given = [field for field in f.SETTINGS_FIELDS[1:] if values.get(field.name)]
    rows += [f"{field.name} = {blocks.literal(field.write(values[field.name]))}" for field in given]
    rows += [
        "",
        "# [display]",
        "# decimals = 0          # 元表的小数位",
        '# zero = "blank"        # 零值：blank、0 或 0.00',
        "",
    ]
    return "\n".join(rows)


def require_year(year: int) -> None:
    """Refuse a year that no folder may have: what is written there would never be read."""
    try:
        f.YEAR(year)
    except f.FieldError as error:
        raise UsageError(Problem(error.code, value=str(year))) from None


def file_head(kind: f.RecordKind, year: int) -> str:
    """Return what a new file of records begins with."""
    return f"# {year} 年{kind.label}，每条一个 [[{kind.name}]]\n"


def settings_values(department: str, table_set: str, level: str, nature: str, code: str) -> dict[str, str]:
    """Check the words that `kpi init` takes and return them as canonical settings.

    Raises:
      UsageError: A word that its vocabulary does not know.
    """
    given = {"department": department, "table_set": table_set, "level": level, "nature": nature, "code": code}
    values: dict[str, str] = {}
    problems = []
    for field in f.SETTINGS_FIELDS[1:]:
        text = given[field.name]
        try:
            values[field.name] = field.parse(text) if text else field.default
        except f.FieldError as error:
            problems.append(Problem(error.code, value=text, facts={"field": field.label, **error.facts}))
    if not department.strip():
        problems.append(Problem("missing", facts={"field": "部门名称", "key": "--department", "example": "某县财政局"}))
    if problems:
        raise UsageError(problems)
    return values
