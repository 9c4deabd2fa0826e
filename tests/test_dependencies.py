"""What kpi-cli stands on: ranges, locks and licences agree, offline, from the files and from what is installed."""

from __future__ import annotations

import ast
import re
import runpy
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
own = SimpleNamespace(**runpy.run_path(str(ROOT / ".ci" / "dependencies.py")))
NEEDS = own.project()
EXTRAS = {name for name in NEEDS if name in own.CHAPTERS and name != "dev"}
LOCKS = {name: own.read_lock(name) for name in ("dev", "oldest")}
PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-CMU",
    "PSF-2.0",
    "Zlib",
}
WORDS = {
    "MIT": "MIT",
    "BSD": "BSD|Redistributions in binary form",
    "Apache": "Apache",
    "ISC": "ISC",
    "MPL": "MPL|Mozilla",
}
WORDS |= {"PSF": "PSF|Python Software Foundation|matplotlib", "Artistic": "Artistic", "GPL": "GPL"}


def versions(lock: str, name: str) -> list[Version]:
    """Return the versions that a lock has of a package, for all Pythons and platforms."""
    return [Version(each.version) for each in LOCKS[lock] if each.name == canonicalize_name(name)]


def plugins() -> list[Requirement]:
    """Return what the packages in plugins/ need to be built and tested, but kpi-cli itself."""
    found = []
    for path in sorted((ROOT / "plugins").glob("*/pyproject.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        texts = data["build-system"]["requires"] + data["project"]["dependencies"] + data["dependency-groups"]["dev"]
        found += [Requirement(text) for text in texts]
    return [each for each in found if each.name != "kpi-cli"]


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_is_as_pyproject_says(lock: str) -> None:
    """Whoever changes a range runs `make lock`."""
    groups = [name for name in NEEDS if lock == "dev" or name != "dev"]
    wanted = [each for name in groups for each in NEEDS[name]] + plugins()
    assert len(plugins()) > len(list((ROOT / "plugins").iterdir()))
    stale = [str(each) for each in wanted if not versions(lock, each.name)]
    stale += [str(each) for each in wanted for v in versions(lock, each.name) if not each.specifier.contains(v)]
    assert not stale, "run `make lock`"


def test_the_oldest_are_the_lower_bounds() -> None:
    """Every lower bound is a release that exists, and the one that `make oldest` tests."""
    for each in (each for name in EXTRAS for each in NEEDS[name]):
        (bound,) = each.specifier
        assert bound.operator == ">=", each
        assert versions("oldest", each.name) == [Version(bound.version)], each


def test_extras_are_tested() -> None:
    """Who develops has them, in the same ranges; so has `make oldest`."""
    extras = {str(each) for name in EXTRAS - {""} for each in NEEDS[name]}
    assert extras
    assert extras <= {str(each) for each in NEEDS["test"]}


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_in_a_lock_has_hashes(lock: str) -> None:
    """Of more than one file each, so that other platforms find theirs; what nothing needs is not there."""
    assert len(LOCKS[lock]) > 50
    for each in LOCKS[lock]:
        assert each.hashes, each.name
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", digest) for digest in each.hashes), each.name
        assert each.via <= {"kpi-cli"} | {other.name for other in LOCKS[lock]}, each.name
    for name in ("lxml", "pydantic-core", "python-calamine"):
        assert sum(len(each.hashes) for each in LOCKS["dev"] if each.name == name) > 30


def test_what_is_imported_is_declared() -> None:
    """No module of kpi-cli relies on what another package happens to bring."""
    names = {name.partition(".")[0] for path in (ROOT / "kpi_cli").rglob("*.py") for name in imported(path)}
    provided = metadata.packages_distributions()
    others = {canonicalize_name(provided[name][0]) for name in names if name in provided} - {"kpi-cli"}
    assert names - set(provided) - set(sys.stdlib_module_names) <= {"kpi_cli"}
    tests = {"pytest"}  # kpi_cli.testing is a plugin of pytest
    assert others - tests == {canonicalize_name(each.name) for name in EXTRAS for each in NEEDS[name]}


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports, wherever in it, by their absolute names."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return found | {
        node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }


def installed_closure() -> dict[str, metadata.PackageMetadata]:
    """Return the metadata of what kpi-cli and its extras need here, from what is installed, not from the lock."""
    found: dict[str, metadata.PackageMetadata] = {}
    wanted = [("kpi-cli", extra) for extra in EXTRAS]
    while wanted:
        name, extra = wanted.pop()
        for text in metadata.requires(name) or []:
            each = Requirement(text)
            new = canonicalize_name(each.name) not in found
            if (each.marker is None or each.marker.evaluate({"extra": extra})) and (new or each.extras):
                found[canonicalize_name(each.name)] = metadata.metadata(each.name)
                wanted += [(each.name, more) for more in {"", *each.extras}]
    return found


def test_run_time_licences_ask_for_no_more_than_their_notice() -> None:
    """Of what is installed, by its own metadata: nothing under the GPL or a relative of it, nothing that is not on the page."""
    found = installed_closure()
    assert {"typer", "lxml", "numpy", "tornado"} <= set(found)
    for name, about in found.items():
        first = (about.get("License") or "").partition("\n")[0]
        stated = " ".join([about.get("License-Expression") or "", first, *about.get_all("Classifier", [])])
        assert not re.search(r"GPL|General Public|SSPL|EUPL|Commons Clause|Proprietary", stated), name
    chapters = own.chapters(LOCKS["dev"])
    page = set().union(*(chapters[name] for name in EXTRAS))
    assert set(found) <= page
    for name in page:
        assert set(re.split(r" AND | OR ", own.licences()[name])) <= PERMISSIVE, name


def test_the_licences_are_what_the_packages_say() -> None:
    """Compared where the installed version is the locked one: the expression itself, or the family that older forms name."""
    known = own.licences()
    assert set(known) == {each.name for each in LOCKS["dev"]}, "one line for each package of the lock"
    compared = 0
    for each in metadata.distributions():
        name = canonicalize_name(each.name)
        if Version(each.version) not in versions("dev", name):
            continue
        compared += 1
        if expression := each.metadata.get("License-Expression"):
            assert known[name] == expression, name
            continue
        files = [file for file in each.files or [] if re.search("licen|copying", file.name, re.IGNORECASE)]
        texts = [file.read_text()[:4000] for file in files if file.suffix in ("", ".txt", ".md", ".rst")]
        stated = " ".join([each.metadata.get("License") or "", *each.metadata.get_all("Classifier", []), *texts])
        for word in re.split(r" AND | OR ", known[name]):
            assert re.search(WORDS[word.partition("-")[0]], stated), name
    assert compared > 30


def test_a_page_needs_the_licence_of_everything() -> None:
    line = own.read_lock("oldest")[0]
    with pytest.raises(SystemExit, match=f"no licence for {line.name}"):
        own.row([line], {}, set())


def test_a_lock_that_says_less_than_pyproject_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check above can fail: a raised bound, a new package."""
    for text, lock in (("rich>=99", "dev"), ("unheard-of", "oldest")):
        monkeypatch.setitem(NEEDS, "", [Requirement(text)])
        with pytest.raises(AssertionError, match="make lock"):
            test_the_lock_is_as_pyproject_says(lock)
