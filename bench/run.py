"""Measure speed as ratios in one run: `make bench`.

Each figure is the CPU time of whole processes (or of functions, where PERFORMANCE says so; by the clock where several
processes share the work), in interleaved pairs with its floor measured in the same run; medians are compared. Times of
one machine mean little, ratios do. Results go to the screen and to `bench/results/latest.json`; `--accept` keeps them
as `bench/accepted.json`, which later runs are compared with. Words choose figures: `run.py P3 P12`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import ledgers
import spread

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
PYTHON = sys.executable
KPI = str(Path(PYTHON).with_name("kpi"))
NOTHING = [PYTHON, "-c", "pass"]
RUNS = 11


class Outcome(NamedTuple):
    """Medians of both, in seconds (or bytes), and of their ratios pair by pair."""

    mine: float
    floor: float
    ratio: float


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> tuple[float, float]:
    """Run a command; return its CPU seconds, user and system, and its peak memory in MiB."""
    own = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "NO_COLOR": "1", **(environment or {})}
    with subprocess.Popen(
        command, cwd=folder, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def ratio(
    mine: list[str],
    floor: list[str],
    folder: Path,
    runs: int = RUNS,
    measure: int = 0,
    own: dict[str, str] | None = None,
) -> Outcome:
    """Run two commands in turn; `measure` 0 compares CPU time, 1 memory. `own` is for the first one's environment."""
    run(mine, folder, own)
    run(floor, folder)
    pairs = [(run(mine, folder, own)[measure], run(floor, folder)[measure]) for _ in range(runs)]
    a, b = zip(*pairs, strict=True)
    return Outcome(statistics.median(a), statistics.median(b), statistics.median(x / y for x, y in pairs))


class Bench:
    """The ledgers and programs of one run, each made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cache  # noqa: B019 - lives as long as the run
    def budget(self, lines: int) -> Path:
        """Return a budget of so many lines."""
        return ledgers.budget(self.folder / f"budget-{lines}", lines)

    @cache  # noqa: B019
    def empty_typer(self, commands: str = "") -> list[str]:
        """Return a program with commands that do nothing but have kpi's parameters."""
        path = self.folder / f"empty-{commands or 'all'}.py"
        path.write_text(empty_program(commands), "utf-8")
        return [PYTHON, str(path)]

    def inside(self, name: str, *words: object) -> Outcome:
        """Run one of `floors.py` that times itself."""
        command = [PYTHON, str(HERE / "floors.py"), name, *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE)
        return Outcome(*map(float, done.stdout.split()))


def empty_program(command: str = "") -> str:
    """Write a Typer program with the parameters of kpi's commands, or of one, whose functions do nothing."""
    import typer

    from kpi_cli.cli.app import build

    parts = ["from typing import Annotated, Optional", "import typer", "app = typer.Typer(add_completion=False)"]
    parts += [
        "@app.callback()",
        "def main(ledger: str = typer.Option(None, '-C'), color: str = 'auto', wait: float = 10.0): pass",
    ]

    def add(group: str, tree: object) -> None:
        for name, child in tree.commands.items():
            own = f"{group}_{name}".replace("-", "_")
            if hasattr(child, "commands"):
                parts.append(f"{own} = typer.Typer(help={child.help!r}); {group}.add_typer({own}, name={name!r})")
                add(own, child)
            elif not command or name == command:
                options = [_parameter(p) for p in child.params if p.name != "help"]
                parts.append(f"@{group}.command({name!r}, help={child.help!r})\ndef {own}({', '.join(options)}): pass")

    add("app", typer.main.get_command(build(command or None)))
    return "\n".join([*parts, "app()"]) + "\n"


def _parameter(param: object) -> str:
    """Write one of kpi's parameters as that of a Typer function."""
    about = f"help={param.help!r}"
    if param.param_type_name == "argument":
        kind = "Optional[list[str]]" if param.nargs == -1 else "str"
        return f"{param.name}: {kind} = typer.Argument(None, {about})"
    kind, default = ("bool", False) if param.is_flag else ("str", None)
    return f"{param.name}: {kind} = typer.Option({default}, {', '.join(map(repr, param.opts))}, {about})"


@dataclass(frozen=True)
class Figure:
    """One figure of PERFORMANCE: its number, what is compared, its bar, and how it is measured."""

    number: str
    what: str
    bar: float
    measure: Callable[[Bench], Outcome]


def tab_on_words(bench: Bench) -> Outcome:
    """P1: TAB on commands, in bash, against a bash that does nothing."""
    script = HERE.parent / "completions/kpi.bash"
    ask = f". {script}; COMP_WORDS=(kpi budg); COMP_CWORD=1; COMP_LINE='kpi budg'; COMP_POINT=8; COMP_TYPE=9"
    ask += "; _kpi kpi budg kpi"
    return ratio(["bash", "--norc", "-c", ask], ["bash", "--norc", "-c", ":"], bench.folder)


def complete(kind: str, word: str, bench: Bench) -> Outcome:
    """P2: an answer to TAB."""
    return ratio([KPI, "--complete", kind, word, "kpi", "table"], NOTHING, bench.budget(60))


def like_empty(words: list[str], bench: Bench) -> Outcome:
    """P3: a command of a script, against a Typer command with the same parameters that does nothing."""
    floor = [*bench.empty_typer(words[0]), *words]
    return ratio([KPI, *words], floor, bench.budget(60))


def help_pages(words: list[str], bench: Bench) -> Outcome:
    """P4: help, against that of a bare Typer program of the same size."""
    return ratio([KPI, *words, "--help"], [*bench.empty_typer(), *words, "--help"], bench.folder)


def export(bench: Bench) -> Outcome:
    """P5: both documents, with their text."""
    small = bench.budget(60)
    plain = [PYTHON, str(HERE / "plain_export.py"), str(small), str(bench.folder / "plain")]
    return ratio([KPI, "export", "--out", str(bench.folder / "out")], plain, small)


def next_department(bench: Bench) -> Outcome:
    """P6."""
    export(bench) if not (bench.folder / "plain").exists() else None
    return bench.inside("next_department", bench.budget(60), bench.folder / "plain")


def add(bench: Bench) -> Outcome:
    """P9: add to 100,000 lines, against the same on 60."""
    words = [
        "budget",
        "add",
        "--function-code",
        "2010601",
        "--economic-code",
        "30101",
        "--expenditure-type",
        "基本支出",
    ]
    words += ["--fund-source", "一般公共预算", "--amount", "1"]
    small, large = bench.budget(60), bench.budget(100_000)
    return ratio([KPI, "-C", str(large), *words], [KPI, "-C", str(small), *words], bench.folder, 5)


def memory(bench: Bench) -> Outcome:
    """P10: peak memory of a table of 100,000 lines, in MiB, against tomli's."""
    large = bench.budget(100_000)
    floor = [PYTHON, str(HERE / "floors.py"), "tomli_alone", str(large)]
    return ratio([KPI, "table", "3", "--format", "csv"], floor, large, 3, measure=1)


def check_of_10_000(bench: Bench) -> Outcome:
    """P11, the whole command."""
    large = bench.budget(10_000)
    return ratio([KPI, "check"], [PYTHON, str(HERE / "floors.py"), "tomli_alone", str(large)], large, 5)


def evaluation(bench: Bench) -> Outcome:
    """P12."""
    root = bench.folder / "evaluation"
    if not root.exists():
        ledgers.evaluation(root)
    return ratio([KPI, "eval", "final"], [PYTHON, str(HERE / "floors.py"), "tomli_alone", str(root)], root, 7)


def departments(bench: Bench, count: int) -> Path:
    """Return a folder with so many departments."""
    root = bench.folder / f"departments-{count}"
    return root if root.exists() else ledgers.departments(root, count)


def batch_growth(bench: Bench) -> Outcome:
    """P13: CPU time for each department, of 1,000 and of 67."""
    words = [KPI, "batch", "--again"]
    large, small = departments(bench, 1000), departments(bench, 67)
    found = ratio([*words, str(large)], [*words, str(small)], bench.folder, 1)
    return Outcome(found.mine / 1000, found.floor / 67, found.ratio * 67 / 1000)


def batch_spread(way: str, bench: Bench) -> Outcome:
    """P13: 1,000 departments by the clock, against one process."""
    mine, floor = spread.spread(departments(bench, 1000), way)
    return Outcome(mine, floor, mine / floor)


def killed_worker(bench: Bench) -> Outcome:
    """P13: documents that are there, and the same bytes, after a worker of the cluster was killed in the middle."""
    done, found = spread.with_a_killed_worker(departments(bench, 268))
    return Outcome(268, found, 268 / found if done < found else 2)


def growth(words: list[str], bench: Bench) -> Outcome:
    """CPU time for 100,000 lines, against ten times that for 10,000."""
    large, small = (run([KPI, *words], bench.budget(lines))[0] for lines in (100_000, 10_000))
    return Outcome(large, small * 10, large / small / 10)


def batch_memory(bench: Bench) -> Outcome:
    """P13: peak memory of 1,000 departments, against 67."""
    words = [KPI, "batch", "--again"]
    large, small = departments(bench, 1000), departments(bench, 67)
    return ratio([*words, str(large)], [*words, str(small)], bench.folder, 1, measure=1)


def many_distributions(bench: Bench) -> Outcome:
    """P14: 200 distributions on the path, plugins among them that are not needed, against none."""
    site = bench.folder / "site"
    for number in range(200):
        name = "kpi_export_x" if number == 100 else f"some_{number}"
        folder = site / f"{name}-1.0.dist-info"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        if number == 100:
            (folder / "entry_points.txt").write_text("[kpi_cli.exporters]\nx = kpi_export_x\n")
    words = [KPI, "table", "3", "--format", "csv"]
    return ratio(words, words, bench.budget(60), own={"PYTHONPATH": str(site)})


FIGURES = (
    Figure("P1", "TAB on commands / bash", 2.0, tab_on_words),
    Figure("P2", "kpi --version / python -c pass", 2.0, lambda b: ratio([KPI, "--version"], NOTHING, b.folder)),
    Figure("P2", "TAB on years / python -c pass", 2.0, partial(complete, "year", "")),
    Figure("P2", "TAB on codes / python -c pass", 2.0, partial(complete, "function", "2080")),
    Figure("P3", "kpi table 3 / empty Typer command", 1.3, partial(like_empty, ["table", "3", "--format", "csv"])),
    Figure("P3", "kpi check / empty Typer command", 1.3, partial(like_empty, ["check"])),
    Figure("P4", "kpi --help / bare Typer program", 1.0, partial(help_pages, [])),
    Figure("P4", "kpi budget --help / bare Typer program", 1.0, partial(help_pages, ["budget"])),
    Figure("P5", "kpi export / plain library script", 1.5, export),
    Figure("P6", "a further department / that script", 0.6, next_department),
    Figure("P7", "DOCX table of 10,000 rows / parse_xml", 0.5, lambda b: b.inside("docx_rows", b.budget(60))),
    Figure("P7", "100,000 XLSX rows / XlsxWriter", 1.2, lambda b: b.inside("xlsx_rows", b.budget(60))),
    Figure("P8", "read 1,000 lines / tomli", 2.0, lambda b: b.inside("read_records", b.budget(1_000))),
    Figure("P8", "read 10,000 lines / tomli", 2.0, lambda b: b.inside("read_records", b.budget(10_000))),
    Figure("P8", "read 100,000 lines / tomli", 2.0, lambda b: b.inside("read_records", b.budget(100_000))),
    Figure("growth", "kpi table, a line of 100,000 / of 10,000", 1.2, partial(growth, ["table", "3"])),
    Figure("growth", "kpi check, a line of 100,000 / of 10,000", 1.2, partial(growth, ["check"])),
    Figure("growth", "kpi export, a line of 100,000 / of 10,000", 1.2, partial(growth, ["export", "--out", "out"])),
    Figure("P9", "add to 100,000 lines / to 60", 2.0, add),
    Figure("P9", "set among 100,000 lines / tomli", 1.0, lambda b: b.inside("one_line", b.budget(100_000))),
    Figure("P10", "memory for 100,000 lines / tomli (MiB)", 2.0, memory),
    Figure("P11", "rules on 10,000 lines / reading", 3.0, lambda b: b.inside("check_rules", b.budget(10_000))),
    Figure("P11", "kpi check of 10,000 lines / tomli", 3.0, check_of_10_000),
    Figure("P12", "kpi eval final, 67 × 120 × 4 / tomli", 3.0, evaluation),
    Figure("P13", "one of 1,000 departments / one of 67", 1.1, batch_growth),
    Figure("P13", "memory of 1,000 departments / 67 (MiB)", 1.1, batch_memory),
    Figure("P13", "1,000 departments, 2 processes / one", 1 / 1.8, partial(batch_spread, "jobs")),
    Figure("P13", "1,000 departments, Dask cluster / one", 1 / 1.5, partial(batch_spread, "cluster")),
    Figure("P13", "268 departments / made, a worker killed", 1.0, killed_worker),
    Figure("P14", "200 distributions on the path / none", 1.15, many_distributions),
)


def name_of(figure: Figure) -> str:
    """Return what a figure is called in the files of results."""
    return f"{figure.number} {figure.what}"


def main() -> int:
    """Measure, print a table, and compare with the accepted run; 1 where a bar is missed."""
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    accepted_file = HERE / "accepted.json"
    accepted = json.loads(accepted_file.read_text("utf-8")) if accepted_file.exists() else {}
    ratios: dict[str, float] = {}
    is_over = False
    print(f"{'figure':48} {'mine':>8} {'floor':>8} {'ratio':>6} {'bar':>5} {'accepted':>8}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for figure in FIGURES:
            if wanted and figure.number not in wanted:
                continue
            mine, floor, factor = figure.measure(bench)
            before = f"{accepted[name_of(figure)]:.2f}" if name_of(figure) in accepted else "-"
            mark = "" if factor <= figure.bar else "  over"
            is_over = is_over or bool(mark)
            shown = f"{mine:8.3f} {floor:8.3f} {factor:6.2f} {figure.bar:5.2f} {before:>8}{mark}"
            print(f"{name_of(figure):48} {shown}", flush=True)
            ratios[name_of(figure)] = round(factor, 3)
    text = json.dumps({**(accepted if wanted else {}), **ratios}, ensure_ascii=False, indent=2) + "\n"
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results/latest.json").write_text(text, "utf-8")
    if "--accept" in sys.argv:
        accepted_file.write_text(text, "utf-8")
    return 1 if is_over else 0


if __name__ == "__main__":
    sys.exit(main())
