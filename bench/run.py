"""Measure speed as ratios in one run: `make bench`.

Each figure is the CPU time of whole processes (or of a function, for reading), in interleaved pairs with its floor
measured in the same run; medians are compared. Times of one machine mean little, ratios do. Results go to the screen
and to `bench/results/latest.json`; `--accept` keeps them as `bench/accepted.json`, which later runs are compared with.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = sys.executable
KPI = str(Path(PYTHON).with_name("kpi"))
RUNS = 11
TABLE = ["table", "3", "--format", "csv"]

EMPTY = """
import typer
app = typer.Typer(add_completion=False)
@app.callback()
def main(ledger: str = typer.Option(None, "-C"), color: str = "auto", wait: float = 10.0): pass
@app.command()
def table(ids: list[str] = typer.Argument(None), year: int = typer.Option(None), tables: str = "", unit: str = "",
          format: str = "text"): pass
@app.command()
def check(year: int = typer.Option(None), tables: str = "", unit: str = "", format: str = "text"): pass
app()
"""


def cpu(command: list[str], folder: Path) -> float:
    """Run a command and return its CPU seconds, user and system."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "NO_COLOR": "1"}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def ratio(mine: list[str], floor: list[str], folder: Path) -> tuple[float, float, float]:
    """Return (median of mine, median of the floor, median of the pairwise ratios)."""
    cpu(mine, folder)
    cpu(floor, folder)
    pairs = [(cpu(mine, folder), cpu(floor, folder)) for _ in range(RUNS)]
    a, b = zip(*pairs, strict=True)
    return statistics.median(a), statistics.median(b), statistics.median(x / y for x, y in pairs)


def typical_ledger(root: Path, lines: int) -> None:
    """Write a ledger of one unit: `lines` basic lines over the subjects of 2025, income to match."""
    from kpi_cli import resources
    from kpi_cli.model.subjects import bundled_subjects

    subjects = [s for s in bundled_subjects(resources.templates() / "subjects") if s.is_valid_in(2025)]
    functions = [s.code for s in subjects if s.kind == "function" and len(s.code) == 7][:: 1 if lines > 100 else 40]
    economics = [s.code for s in subjects if s.kind == "economic" and len(s.code) == 5 and s.code[:3] in ("301", "302")]
    chance = random.Random(7)
    texts, incomes = [], []
    for _ in range(lines):
        function, amount = chance.choice(functions), chance.randrange(1, 10**9)
        texts.append(
            f'[[line]]\nfunction_code = "{function}"\neconomic_code = "{chance.choice(economics)}"\n'
            f'expenditure_type = "基本支出"\nfund_source = "一般公共预算"\namount = {amount / 100:.2f}\n'
        )
        incomes.append(
            f'[[income]]\nfund_source = "一般公共预算"\nfunction_code = "{function}"\namount = {amount / 100:.2f}\n'
        )
    (root / "2025").mkdir(parents=True)
    (root / "kpi.toml").write_text(
        'schema_version = 1\ndepartment = "某县财政局"\nlevel = "单位"\nnature = "行政"\ntable_set = "shanghai"\n'
    )
    (root / "2025" / "lines.toml").write_text("\n".join(texts))
    (root / "2025" / "incomes.toml").write_text("\n".join(incomes))


READ = """
import sys, time
from decimal import Decimal
from pathlib import Path
import tomli
from kpi_cli.ledger.reader import open_ledger, read_year
root = Path(sys.argv[1])
text = (root / "2025/lines.toml").read_text() + chr(10) + (root / "2025/incomes.toml").read_text()
ledger = open_ledger(root)
def spent(function):
    start = time.process_time(); function(); return time.process_time() - start
pairs = [(spent(lambda: read_year(ledger, 2025)), spent(lambda: tomli.loads(text, parse_float=Decimal)))
         for _ in range(7)]
ratios = sorted(a / b for a, b in pairs)
print(sorted(a for a, _ in pairs)[3], sorted(b for _, b in pairs)[3], ratios[3])
"""


LARGE = """
import time
from dataclasses import replace
from docx.oxml import parse_xml
from kpi_cli.assembly import Request, assemble
from kpi_cli.exporters.docx.document import document_xml
from kpi_cli.exporters.docx.reference import bundled
from kpi_cli.ledger.reader import open_ledger
from pathlib import Path
import sys
made = assemble(Path(sys.argv[1]), Request(numbers=(3,)))
table = made.tables[0]
rows = (*table.rows[:table.header_rows], *(table.body * (10_000 // len(table.body) + 1))[:10_000])
large, reference = replace(made, tables=(replace(table, rows=rows),)), bundled("gongwen")
pairs = []
def spent(function):
    function()  # the call before leaves memory in a state that the first call after it pays for
    start = time.process_time(); function(); return time.process_time() - start
xml = document_xml(large, reference)
for _ in range(7):
    pairs.append((spent(lambda: document_xml(large, reference)), spent(lambda: parse_xml(xml))))
print(sorted(a for a, _ in pairs)[3], sorted(b for _, b in pairs)[3], sorted(a / b for a, b in pairs)[3])
"""


def inside(script: str, ledger: Path) -> tuple[float, float, float]:
    """Run a script that prints its own (mine, floor, ratio)."""
    done = subprocess.run([PYTHON, "-c", script, str(ledger)], capture_output=True, text=True, check=True)
    mine, floor, factor = map(float, done.stdout.split())
    return mine, floor, factor


def measure(folder: Path) -> dict[str, tuple[float, float, float, float]]:
    """Return name → (mine, floor, ratio, bar)."""
    small, large = folder / "small", folder / "large"
    typical_ledger(small, 60)
    typical_ledger(large, 10_000)
    empty = folder / "empty.py"
    empty.write_text(EMPTY)
    nothing = [PYTHON, "-c", "pass"]
    plain = [PYTHON, str(HERE / "plain_export.py"), str(small), str(folder / "plain")]
    found = {
        "P2 kpi --version / python -c pass": (*ratio([KPI, "--version"], nothing, small), 2.0),
        "P3 kpi table 3 / empty Typer command": (
            *ratio(
                [KPI, "table", "3", "--format", "csv"], [PYTHON, str(empty), "table", "3", "--format", "csv"], small
            ),
            1.3,
        ),
        "P3 kpi check / empty Typer command": (*ratio([KPI, "check"], [PYTHON, str(empty), "check"], small), 1.3),
        "P5 kpi export / plain library script": (
            *ratio([KPI, "export", "--out", str(folder / "out")], plain, small),
            1.5,
        ),
    }
    found["P7 DOCX table of 10,000 rows / parse_xml"] = (*inside(LARGE, small), 0.5)
    found["P8 read 10,000 lines and incomes / tomli"] = (*inside(READ, large), 2.0)
    return found


def main() -> int:
    """Measure, print a table, and compare with the accepted run."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    accepted_file = HERE / "accepted.json"
    accepted = json.loads(accepted_file.read_text()) if accepted_file.exists() else {}
    sys.stdout.write(f"{'figure':45} {'mine s':>8} {'floor s':>8} {'ratio':>6} {'bar':>5} {'accepted':>8}\n")
    for name, (mine, floor, factor, bar) in found.items():
        before = f"{accepted[name]:.2f}" if name in accepted else "-"
        mark = "" if factor <= bar else "  over"
        sys.stdout.write(f"{name:45} {mine:8.3f} {floor:8.3f} {factor:6.2f} {bar:5.1f} {before:>8}{mark}\n")
    ratios = {name: round(factor, 3) for name, (_, _, factor, _) in found.items()}
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "latest.json").write_text(json.dumps(ratios, ensure_ascii=False, indent=2) + "\n")
    if "--accept" in sys.argv:
        accepted_file.write_text(json.dumps(ratios, ensure_ascii=False, indent=2) + "\n")
    return 1 if any(factor > bar for _, _, factor, bar in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
