"""`kpi --complete KIND WORD [WORD…]`: the values that a TAB asks for, in the time that Python takes to start.

Nothing is imported here but what Python has loaded already: no `re`, no `pathlib`, no parser. Files are scanned, not
parsed, and only those that the question is about; what cannot be read is left out without a word. The answer's first
line says how to take it (one of COMPLETE, PARTIAL, MATCH); each further line is `VALUE<tab>DESCRIPTION`.
"""

from __future__ import annotations

from os import environ, getcwd, path

from kpi_cli.completion import sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

COMPLETE = "complete"
"""The values begin with the word."""
PARTIAL = "partial"
"""They do, and each of them is the beginning of others: no space behind it."""
MATCH = "match"
"""The values replace the word, which is part of their description."""
SCREEN = 60
"""How many codes are shown at once; of more, the level above."""
LEVELS = {"function": (3, 5, 7), "economic": (3, 5), "subject": (3, 5, 7)}


def answer(arguments: list[str]) -> str:
    """Answer one question.

    Args:
      arguments: KIND, the word at the cursor, the words in front of it.
    Returns:
      The lines of the answer; "" where there is none or anything goes wrong: a TAB never complains.
    """
    try:
        kind, word, *before = arguments
        how, rows = _found(kind, word, _Call(before))
        rows = [(value, _shown(label)) for value, label in rows if value.isprintable()]
        return "".join(f"{line}\n" for line in (how, *map("\t".join, rows))) if rows else ""
    except Exception:
        return ""


def _shown(label: str) -> str:
    """Blank what could steer a terminal or turn text around: a ledger may come from elsewhere."""
    return label if label.isprintable() else "".join(c if c.isprintable() else " " for c in label)


class _Call:
    """What the words in front of the cursor say: which ledger, year and table set."""

    def __init__(self, words: list[str]) -> None:
        self._words = words

    def option(self, *names: str) -> str:
        """Return the value of an option, or ""."""
        found = ""
        for word, following in zip(self._words, [*self._words, ""][1:], strict=True):
            name, equals, value = word.partition("=")
            if word in names:
                found = following
            elif equals and name in names:
                found = value
        return found

    @property
    def root(self) -> str:
        """The ledger's folder, found as for a command; "" where there is none."""
        chosen = path.expanduser(self.option("-C", "--ledger")) or environ.get("KPI_LEDGER", "")
        if chosen:
            return chosen
        here = getcwd()
        while not path.isfile(path.join(here, "kpi.toml")):
            here, below = path.dirname(here), here
            if here == below:
                return ""
        return here

    @property
    def year(self) -> str:
        """The year asked for, or the ledger's latest one; "" where there is none."""
        return self.option("--year") or next(iter(sources.years(self.root)), "")

    def in_year(self, file: str) -> str:
        """Return the path of a file in the year's folder, or ""."""
        return path.join(self.root, self.year, file) if self.root and self.year else ""


def _found(kind: str, word: str, call: _Call) -> tuple[str, list[tuple[str, str]]]:
    if kind in LEVELS:
        return _subjects(kind, word, call)
    rows = KINDS[kind](call)
    begun = [row for row in rows if row[0].startswith(word)]
    return (COMPLETE, begun) if begun else (MATCH, [row for row in rows if word in row[1]])


def _subjects(kind: str, word: str, call: _Call) -> tuple[str, list[tuple[str, str]]]:
    """Find codes by their beginning, on the lowest level of which a screen is enough, or by a part of their name."""
    names, lengths = dict(KINDS[kind](call)), LEVELS[kind]
    if word and not word.isdigit():
        lowest = [code for code in names if word in names[code] and (kind == "subject" or len(code) == lengths[-1])]
        return MATCH, [(code, " · ".join(filter(None, (names.get(code[:-2]), names[code])))) for code in lowest]
    found: list[str] = []
    for length in [n for n in lengths if n > len(word)] or lengths[-1:]:
        level = sorted(code for code in names if len(code) == length and code.startswith(word))
        if len(found) < 2 or 0 < len(level) <= SCREEN:
            found = level or found
    is_whole = kind == "subject" or (found and len(found[0]) == lengths[-1])
    return COMPLETE if is_whole else PARTIAL, [(code, names[code]) for code in found]


KINDS: dict[str, Callable[[_Call], sources.Rows]] = {
    "year": lambda call: [(year, "") for year in sources.years(call.root)],
    "table": lambda call: sources.tables(call.root, call.option("--tables")),
    "table_set": lambda call: sources.table_sets(call.root),
    "unit": lambda call: sources.records(path.join(call.root, "kpi.toml"), "budget_unit", "code"),
    "project": lambda call: sources.records(call.in_year("projects.toml"), "project", "id"),
    "function": lambda call: sources.subjects("function", call.year, call.in_year("subjects.csv")),
    "economic": lambda call: sources.subjects("economic", call.year, call.in_year("subjects.csv")),
    "subject": lambda call: [
        row
        for kind in ("function", "economic")
        for row in sources.subjects(kind, call.year, call.in_year("subjects.csv"))
    ],
    "exporter": lambda call: sources.exporters(),  # noqa: ARG005
    "plugin": lambda call: sources.plugins(),  # noqa: ARG005
    "rule": lambda call: sources.rules(),  # noqa: ARG005
    "evaluated_unit": lambda call: sources.records(call.in_year("evaluation/units.toml"), "unit", "evaluated_unit"),
    "indicator": lambda call: sources.records(call.in_year("evaluation/indicators.toml"), "indicator", "indicator"),
}
"""What may be asked for, and who answers: (call) → values with their descriptions."""
