"""What people install: the sdist, the wheel, and the offline bundle, each in an empty environment."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
TARGET = f"linux-{platform.machine()}"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(platform.system() != "Linux" or platform.machine() not in ("x86_64", "aarch64"), reason="Linux"),
]


def run(*words: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this environment but the path to the system's programs and to Python."""
    own = {"PATH": f"{Path(sys.base_prefix) / 'bin'}:/usr/bin:/bin", "HOME": str(cwd), "LC_ALL": "C.UTF-8"}
    command = [str(word) for word in words]
    return subprocess.run(command, cwd=cwd, env={**own, **environment}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist and unpack it; returns its folder."""
    folder = tmp_path_factory.mktemp("sdist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


def build_bundle(target: str, out: Path) -> Path:
    """Make the offline bundle of a target for this Python; skips without a network, but not in CI."""
    command = [sys.executable, "offline/build.py", "--out", out, "--python", PYTHON, "--target", target]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode and os.environ.get("KPI_CI") != "1":
        pytest.skip("packages cannot be downloaded")
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the bundle for this machine and unpack it; returns its folder."""
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(build_bundle(TARGET, folder)) as archive:
        archive.extractall(folder)
    return next(path for path in folder.iterdir() if path.is_dir())


def copy(bundle: Path, folder: Path) -> Path:
    """Copy a bundle, so that a test may damage it; the large files are linked."""
    shutil.copytree(bundle, folder / "bundle", copy_function=os.link)
    return folder / "bundle"


def change(path: Path, content: bytes) -> None:
    """Replace a file of a copy, not the one that it is linked to."""
    path.unlink()
    path.write_bytes(content)


def test_the_sdist_builds_the_same_wheel(sdist: Path, tmp_path: Path) -> None:
    names = []
    for number, source in enumerate((ROOT, sdist)):
        folder = tmp_path / str(number)
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
            cwd=source,
            check=True,
            capture_output=True,
        )
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
            names.append(set(archive.namelist()))
    assert names[0] == names[1]
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "kpi_cli").rglob("*")
        if path.suffix in (".py", ".json", ".typed")
    }
    data = {
        f"kpi_cli/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "templates").rglob("*") if path.is_file()
    }
    assert {name for name in modules | data if "__pycache__" not in name} <= names[0]
    assert not any("tests" in name.split("/")[:2] for name in names[0])


def test_the_main_job_from_a_checkout(sdist: Path, tmp_path: Path) -> None:
    """`make demo` of the README: it makes an environment and runs `pip install .` in it."""
    folder = tmp_path / "checkout"
    shutil.copytree(sdist, folder)
    network = {
        name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.lower().endswith("_proxy")
    }
    done = run("make", "demo", "PYTHON=" + sys.executable, cwd=folder, **network)
    if done.returncode and os.environ.get("KPI_CI") != "1":
        pytest.skip("packages cannot be downloaded")
    assert done.returncode == 0, done.stderr
    assert {path.suffix for path in (folder / "kpi-demo" / "out").iterdir()} == {".docx", ".xlsx"}


def test_the_page_about_it(bundle: Path, tmp_path: Path) -> None:
    """The commands that docs/offline.md shows on the target machine, with no index of packages in reach."""
    blocks = re.findall(
        r"^```sh\n(.*?)^```", (bundle / "docs" / "offline.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert (blocks[0], len(blocks)) == ("make offline\n", 2)
    home = tmp_path / "home"
    home.mkdir()
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "HOME": str(home)}
    done = run("sh", "-ec", blocks[1], cwd=bundle, **nowhere)
    assert done.returncode == 0, done.stderr
    assert "kpi-export-html" in done.stdout
    kpi = home / ".local" / "bin" / "kpi"
    assert run(kpi, "demo", "示例", cwd=home).returncode == 0
    assert run(kpi, "-C", "示例", "export", "--to", "html", "--out", "公开", cwd=home).returncode == 0
    assert {path.suffix for folder in ("示例/out", "公开") for path in (home / folder).iterdir()} == {
        ".docx",
        ".xlsx",
        ".html",
    }
    for words in (
        ["help", "导入"],
        ["schema", "lines"],
        ["completion", "show", "fish"],
        ["plugin", "new", "text"],
        ["-C", "示例", "eval", "final"],
    ):
        assert run(kpi, *words, cwd=home).returncode == 0
    assert (home / ".local/share/man/man1/kpi.1").read_text(encoding="utf-8").startswith(".TH KPI 1")
    again = run("sh", "install.sh", cwd=bundle, **nowhere)
    assert (again.returncode, again.stderr) == (0, "")
    assert "html" not in run(kpi, "plugin", "list", cwd=home).stdout


def test_what_the_installer_refuses(bundle: Path, tmp_path: Path) -> None:
    def refusal(folder: Path, *words: object) -> str:
        done = run(
            "sh", folder / "install.sh", "--to", tmp_path / "to", "--bin", tmp_path / "bin", *words, cwd=tmp_path
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert not (tmp_path / "bin" / "kpi").is_symlink()
        return done.stderr

    damaged = copy(bundle, tmp_path / "a")
    wheel = next((damaged / "wheels").glob("rich-*.whl"))
    change(wheel, wheel.read_bytes()[:-1])
    assert refusal(damaged) == f"安装没有完成：文件缺少或损坏（wheels/{wheel.name}）；请重新复制安装包\n"
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "台账.toml").write_text("")
    assert refusal(bundle).startswith("安装没有完成：文件夹不是空的")
    assert (tmp_path / "to" / "台账.toml").exists()
    assert refusal(bundle, "--to", tmp_path / "to" / "台账.toml" / "x").startswith("安装没有完成：写不进去")
    assert "pip 报告：ERROR: No matching distribution found for kpi-export-odt" in refusal(
        bundle, "--to", tmp_path / "to2", "kpi-export-odt"
    )
    for key, value, message in (
        ("machine", "sw64", "这个安装包用于 Linux sw64"),
        ("pythons", ["3.10"], "这个安装包用于 Python 3.10"),
    ):
        other = copy(bundle, tmp_path / key)
        text = (other / "bundle.json").read_text("utf-8")
        own = {"machine": f'"{platform.machine()}"', "pythons": f'"{PYTHON}"'}[key]
        change(other / "bundle.json", text.replace(own, f'"{value if key == "machine" else value[0]}"').encode())
        assert refusal(other).startswith(f"安装没有完成：{message}")


def test_a_machine_without_python(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "dirname").symlink_to(shutil.which("dirname") or "")
    done = run("/bin/sh", bundle / "install.sh", cwd=tmp_path, PATH=str(tmp_path / "bin"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("安装没有完成：没有找到 Python 3.11 以上")


def test_the_bundle_for_windows(tmp_path: Path) -> None:
    """Every wheel runs there, and everything that they need on Windows is in the bundle; the scripts have its line ends."""
    with zipfile.ZipFile(build_bundle("windows-amd64", tmp_path)) as archive:
        names = [name.partition("/")[2] for name in archive.namelist()]
        command = archive.read(next(name for name in archive.namelist() if name.endswith("install.cmd")))
        sums = archive.read(next(name for name in archive.namelist() if name.endswith("SHA256SUMS"))).decode()
    wheels = [name for name in names if name.endswith(".whl")]
    assert all(name.endswith(("-any.whl", "-win_amd64.whl")) for name in wheels)
    assert {name.split("/")[1].split("-")[0] for name in wheels} >= {
        "kpi_cli",
        "lxml",
        "pip",
        "typer",
        "kpi_export_html",
    }
    assert command.count(b"\n") == command.count(b"\r\n")
    assert command.isascii()
    assert {line.split("  ")[1] for line in sums.splitlines()} == set(names) - {"SHA256SUMS"}
