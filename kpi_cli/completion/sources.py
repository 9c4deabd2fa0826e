"""Where the values of a TAB come from: lines of ledger files and templates, scanned without a parser, see `answers`.

A scan reads what kpi itself writes and most of what people write by hand. What it does not understand it leaves out;
the commands read the same files with all rigour.
"""

from __future__ import annotations

import sys
from os import listdir, path

Rows = list[tuple[str, str]]
MOST = 64 * 1024 * 1024
"""Bytes of a file that are scanned; commands read no more either."""

_PACKAGE = path.dirname(path.dirname(path.abspath(__file__)))
_INSIDE = path.join(_PACKAGE, "templates")
TEMPLATES = _INSIDE if path.isdir(_INSIDE) else path.join(path.dirname(_PACKAGE), "templates")
BUILT_IN = {"docx": "Word 文档", "xlsx": "Excel 工作簿"}
"""Exporters that come with kpi; a test compares them with those of the plugin manager."""


def years(root: str) -> list[str]:
    """Return the years that a ledger holds, latest first."""
    return sorted((name for name in _names(root) if len(name) == 4 and name.isdigit()), reverse=True)


def records(file: str, table: str, key: str, label: str = "name") -> Rows:
    """Return two keys of each `[[table]]` of a TOML file: the value and its description."""
    found = [(record.get(key, ""), record.get(label, "")) for record in _tables(file, f"[[{table}]]", (key, label))]
    return [row for row in found if row[0]]


def table_sets(root: str) -> Rows:
    """Return the table sets with their titles: the ledger's own before the bundled ones."""
    return [(name, _top(path.join(folder, "set.toml"), "title")) for name, folder in _table_sets(root).items()]


def tables(root: str, table_set: str) -> Rows:
    """Return the numbers and names of the tables of a set, or of the ledger's set."""
    folder = _table_sets(root).get(table_set or _top(path.join(root, "kpi.toml"), "table_set"))
    if folder is None:
        return [(str(number), "") for number in range(1, 10)]
    files = dict(reversed(records(path.join(folder, "set.toml"), "table", "number", "file")))
    return [
        (number, _top(path.join(folder, files[number]), "name"))
        for number in sorted(files, key=lambda number: number.rjust(9))
    ]


def subjects(kind: str, year: str, local: str) -> Rows:
    """Return the codes of a catalogue (`function` or `economic`) with the names in force in a year.

    Args:
      kind: Catalogue.
      year: Four digits, or "" for any year; the name that stands last wins.
      local: The ledger's own subjects.csv, which wins over the catalogue; it need not exist.
    """
    found: dict[str, str] = {}
    for line in filter(None, _lines(path.join(TEMPLATES, "subjects", f"{kind}.csv"))[1:]):
        code, name, *more = line.split(",")
        if kind == "economic" and more.pop(0) != "department":
            continue
        if not year or (more[0] or "0") <= year <= (more[1] or "9999"):
            found[code] = name
    words = {"function": ("function", "功能科目", "功能"), "economic": ("economic", "经济科目", "经济")}[kind]
    for line in _lines(local):
        own = [cell.strip(' "') for cell in line.split(",")]
        if len(own) >= 3 and own[0] in words:
            found[own[1]] = own[2]
    return list(found.items())


def rules() -> Rows:
    """Return the rules with their titles."""
    folder = path.join(TEMPLATES, "rules")
    found = [records(path.join(folder, name), "rule", "id", "title") for name in sorted(_names(folder))]
    return sorted(dict(row for rows in reversed(found) for row in reversed(rows)).items())


def exporters() -> Rows:
    """Return the export formats: the built-in ones and, by their entry points, those of installed plugins."""
    found = dict(BUILT_IN)
    for distribution, folder in _distributions():
        names = _section(path.join(folder, "entry_points.txt"), "[kpi_cli.exporters]")
        found |= {name: distribution for name in names if name not in BUILT_IN and distribution != "kpi-cli"}
    return list(found.items())


def plugins() -> Rows:
    """Return the installed plugins, by the name of their distribution."""
    return [(distribution, "") for distribution, _ in _distributions() if distribution != "kpi-cli"]


def _distributions() -> list[tuple[str, str]]:
    """Return installed distributions called `kpi-…`, as plugins are, each with the folder of its metadata."""
    return [
        (name.partition("-")[0].replace("_", "-"), path.join(folder, name))
        for folder in sys.path
        for name in sorted(_names(folder))
        if name.startswith("kpi_") and name.endswith(".dist-info")
    ]


def _section(file: str, header: str) -> list[str]:
    _, _, rest = "\n".join(_lines(file)).partition(header)
    return [line.partition("=")[0].strip() for line in rest.partition("\n[")[0].split("\n") if "=" in line]


def _table_sets(root: str) -> dict[str, str]:
    folders = [root, path.join(root, "table_sets")] if root else []
    found: dict[str, str] = {}
    for folder in (*folders, path.join(TEMPLATES, "table_sets")):
        for name in sorted(_names(folder)):
            if path.isfile(path.join(folder, name, "set.toml")):
                found.setdefault(name, path.join(folder, name))
    return found


def _top(file: str, key: str) -> str:
    """Return a key that stands above the first table of a TOML file."""
    return next(iter(_tables(file, "", (key,))), {}).get(key, "")


def _tables(file: str, header: str, keys: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the tables of a TOML file under a header ("": what stands above the first), as far as `keys` go."""
    found: list[dict[str, str]] = [] if header else [{}]
    current = found[0] if found else None
    for line in _lines(file):
        if line.startswith("["):
            current = {} if line.partition("#")[0].replace(" ", "") == header else None
            if current is not None:
                found.append(current)
        elif current is not None:
            key, equals, value = line.partition("=")
            if equals and key.strip() in keys:
                current.setdefault(key.strip(), _value(value.strip()))
    return found


def _value(text: str) -> str:
    """Return a TOML value as text."""
    quote = text[:1]
    if quote not in ("'", '"'):
        return text.partition("#")[0].strip()
    end = text.find(quote, 1)
    while quote == '"' and end > 0 and text[end - 1] == "\\":
        end = text.find(quote, end + 1)
    inner = text[1:end]
    return inner.replace('\\"', '"').replace("\\\\", "\\") if quote == '"' else inner


def _lines(file: str) -> list[str]:
    if not path.isfile(file):  # opening a pipe would wait for its writer
        return []
    try:
        with open(file, "rb") as stream:
            raw = stream.read(MOST)
    except OSError:
        return []
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return text.replace("\r\n", "\n").replace("\t", " ").split("\n")


def _names(folder: str) -> list[str]:
    try:
        return listdir(folder)
    except OSError:
        return []
