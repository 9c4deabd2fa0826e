"""What a reader is to the fuzzer, and the small ledger that most of them stand in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli import resources
from tests.fuzz.forms import TOML, Form

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Read = Callable[[bytes], object]

TEMPLATES = resources.templates()
DEMO = TEMPLATES / "demo/2017"
DATA = Path(__file__).resolve().parent.parent / "data"


class Reader(NamedTuple):
    """A reader.

    Attributes:
      prepare: Takes an empty folder; gives the function that reads bytes.
      sources: Gives files that it takes.
      form: Of the files.
      per: Of so many cases one is run: 1, or more where a case costs tens of milliseconds.
    """

    prepare: Callable[[Path], Read]
    sources: Callable[[], list[bytes]]
    form: Form = TOML
    per: int = 1


def head(path: Path, size: int) -> bytes:
    """Return whole records from the beginning of a file."""
    raw = path.read_bytes()
    return raw if len(raw) <= size else raw[: raw.rindex(b"\n\n", 0, size)]


def heads(size: int, *patterns: str) -> Callable[[], list[bytes]]:
    """Return what gives the beginnings of bundled files."""
    return lambda: [head(path, size) for pattern in patterns for path in sorted(TEMPLATES.glob(pattern))]


@cache
def small() -> Mapping[str, bytes]:
    """Return the files of a small ledger that has something in each of them."""
    units = '\n[display]\ndecimals = 2\nzero = "0"\n[display.tables.3]\nthousands = false\n'
    units += '[[budget_unit]]\ncode = "01"\nname = "某中心"\nnature = "事业"\n'
    files = {f"2017/{path.name}": head(path, 900) for path in sorted(DEMO.glob("*.toml"))}
    files["kpi.toml"] = (TEMPLATES / "demo/kpi.toml").read_bytes() + units.encode()
    files["2017/narrative.toml"] = b'[functions]\nparagraphs = ["\xe7\x94\xb2"]\n' + DEMO.joinpath(
        "narrative.toml"
    ).read_bytes().partition(b"[structure]")[2].join((b"[structure]", b""))
    more = [f'\n[[project]]\nid = "{id_}"\nname = "项目{id_}"\n' for id_ in ("P02", "P03", "P04", "P05", "xm1")]
    files["2017/projects.toml"] = files["2017/projects.toml"] + "".join(more).encode()
    files["2017/lines.toml"] = head(DEMO / "lines.toml", 1500)
    files["2017/subjects.csv"] = "kind,code,name\nfunction,2010699,其他\n经济,30199,“其他”\n".encode()
    return files


def ledger(folder: Path, files: Mapping[str, bytes] | None = None) -> Path:
    """Write the small ledger, or other files."""
    root = folder / "台账"
    for name, content in (small() if files is None else files).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root
