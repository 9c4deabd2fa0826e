"""`make offline`: one zip per platform with everything that a machine without a network needs, and an installer.

A zip holds wheels of kpi-cli, of the plugins in plugins/, of all that they need for each Python, and of pip itself;
the installer; the documentation; and SHA256SUMS, which the installer checks before anything else.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
TARGETS = {
    "linux-x86_64": ("Linux", "x86_64", ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64")),
    "linux-aarch64": (
        "Linux",
        "aarch64",
        ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64"),
    ),
    "windows-amd64": ("Windows", "AMD64", ("win_amd64",)),
}
"""Name of a bundle → `platform.system()`, `platform.machine()` and the tags of the wheels that run there."""
DOCUMENTS = ("docs", "tests/data/cases/pt_czj_2025", "LICENSE")
"""What goes into a bundle as it is; the second is what docs/guide.md checks."""


def main() -> int:
    """Make the bundles that are asked for; prints the path of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--target", choices=TARGETS, action="append", help="default: all")
    parser.add_argument("--python", action="append", help=f"default: {' '.join(PYTHONS)}")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        own = build_wheels(Path(folder))
        for target in given.target or TARGETS:
            path = make_bundle(target, tuple(given.python or PYTHONS), own, given.out)
            print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    return 0


def build_wheels(folder: Path) -> list[Path]:
    """Build the wheels of kpi-cli, which comes first, and of the plugins."""
    packages = [ROOT, *sorted(path.parent for path in (ROOT / "plugins").glob("*/pyproject.toml"))]
    for package in packages:
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(build, cwd=package, check=True, capture_output=True)
    return sorted(folder.glob("*.whl"), key=lambda path: not path.name.startswith("kpi_cli-"))


def make_bundle(target: str, pythons: tuple[str, ...], own: list[Path], out: Path) -> Path:
    """Make one zip.

    Args:
      target: Key of TARGETS.
      pythons: Versions of Python that it shall serve, such as `3.12`.
      own: Wheels of kpi-cli and its plugins.
      out: Folder for the zip.
    Returns:
      Its path.
    """
    system, machine, tags = TARGETS[target]
    name = f"kpi-cli-{own[0].name.split('-')[1]}-offline-{target}"
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder)
        for python in pythons:
            complete(wheels, own, python, system, tags)
        files = {f"wheels/{path.name}": path.read_bytes() for path in (*own, *sorted(wheels.glob("*.whl")))}
    bundle = {"name": name, "system": system, "machine": machine, "pythons": pythons}
    files["bundle.json"] = json.dumps(bundle, indent=1).encode() + b"\n"
    for path in (path for start in DOCUMENTS for path in sorted([ROOT / start, *(ROOT / start).rglob("*")])):
        if path.is_file():
            files[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    for installer in ("install.py", "install.sh"):
        files[installer] = (ROOT / "offline" / installer).read_bytes()
    files["install.cmd"] = (ROOT / "offline" / "install.cmd").read_bytes().replace(b"\n", b"\r\n")
    read_me = (ROOT / "offline" / "README.txt").read_text(encoding="utf-8")
    files["README.txt"] = read_me.replace("\n", "\r\n").encode("utf-8-sig")  # for Notepad
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in files.items())
    return write_zip(out, name, {**files, "SHA256SUMS": sums.encode()})


def complete(wheels: Path, own: list[Path], python: str, system: str, tags: tuple[str, ...]) -> None:
    """Download wheels until nothing is missing: pip asks this machine, not the target, what else is needed."""
    wanted = [str(own[0]), "pip"]
    while wanted:
        command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "-d", str(wheels)]
        command += ["--only-binary=:all:", "--implementation", "cp", "--python-version", python]
        command += [word for tag in (*tags, "any") for word in ("--platform", tag)]
        subprocess.run([*command, *wanted], check=True)
        (wheels / own[0].name).unlink(missing_ok=True)
        found = [*own, *wheels.glob("*.whl")]
        wanted = sorted(needed(found, python, system) - {distribution(path) for path in found})


def needed(wheels: list[Path], python: str, system: str) -> set[str]:
    """Return what the wheels need on a machine with this Python and system; extras and plugins' own needs left out."""
    platform = {"Linux": ("linux", "posix"), "Windows": ("win32", "nt")}[system]
    environment = {"python_version": python, "python_full_version": f"{python}.0", "platform_system": system}
    environment |= {"sys_platform": platform[0], "os_name": platform[1], "extra": ""}
    requirements = [Requirement(text) for path in wheels for text in requires(path)]
    return {
        canonicalize_name(each.name)
        for each in requirements
        if each.marker is None or each.marker.evaluate(environment)
    }


def requires(wheel: Path) -> list[str]:
    """Return the requirements that a wheel states."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist") or []


def distribution(wheel: Path) -> str:
    """Return the name of the distribution of a wheel."""
    return canonicalize_name(wheel.name.split("-")[0])


def write_zip(out: Path, name: str, files: dict[str, bytes]) -> Path:
    """Write a zip whose members lie in a folder of its name; wheels are compressed already."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files.items():
            entry = zipfile.ZipInfo(f"{name}/{member}")
            entry.external_attr = (0o755 if member == "install.sh" else 0o644) << 16
            entry.compress_type = zipfile.ZIP_STORED if member.endswith(".whl") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return path


if __name__ == "__main__":
    sys.exit(main())
