"""Installs kpi-cli from this folder, without a network, into an environment of its own.

Run by install.sh and install.cmd. Only the standard library is used; any Python 3 can read this file far enough to
say that it is too old.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this file runs on Pythons that kpi-cli does not
    sys.exit("安装没有完成：需要 Python 3.11 以上，现在是 " + platform.python_version())

HERE = Path(__file__).resolve().parent
IS_WINDOWS = os.name == "nt"


class InstallError(Exception):
    """Why nothing can be installed, in one Chinese sentence with what to do."""


def main() -> int:
    """Install; exit status 0, or 1 with one line on stderr."""
    parser = argparse.ArgumentParser(description="安装 kpi-cli，不需要网络。", add_help=False)
    parser.add_argument("plugins", nargs="*", metavar="插件", help="一并安装的插件，例如 kpi-export-html")
    parser.add_argument(
        "--to", type=Path, default=default_folder(), metavar="文件夹", help="装到哪里；缺省 %(default)s"
    )
    parser.add_argument(
        "--bin", type=Path, default=default_bin(), metavar="文件夹", help="kpi 命令放在哪里；缺省 %(default)s"
    )
    parser.add_argument("--help", action="help", help="显示帮助")
    given = parser.parse_args()
    try:
        command = install(given.to.absolute(), given.bin.absolute(), given.plugins)
    except InstallError as error:
        print(f"安装没有完成：{error}", file=sys.stderr)
        return 1
    print(f"已安装：{command}")
    if str(given.bin.absolute()) not in os.environ.get("PATH", "").split(os.pathsep):
        print(f"请把 {given.bin.absolute()} 加入 PATH，然后重新打开终端")
    print("接着试试：kpi doctor，kpi demo 示例；按 TAB 补全：kpi completion install bash（或 zsh、fish、powershell）")
    return 0


def default_folder() -> Path:
    """Return where programs of one user belong."""
    if IS_WINDOWS:
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "kpi-cli"
    return Path.home() / ".local" / "share" / "kpi-cli"


def default_bin() -> Path:
    """Return a folder that is on the user's PATH as a rule."""
    if IS_WINDOWS:
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "Microsoft" / "WindowsApps"
    return Path.home() / ".local" / "bin"


def install(folder: Path, commands: Path, plugins: list[str]) -> Path:
    """Install into a folder and put the command into another; returns the command's path.

    Raises:
      InstallError: The bundle is for another machine or damaged, or something cannot be written.
    """
    fits()
    is_whole()
    if folder.exists() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").exists():
        raise InstallError(f"文件夹不是空的（{folder}）；请用 --to 换一个")
    try:
        venv.create(folder, clear=True, with_pip=False)
        scripts = folder / ("Scripts" if IS_WINDOWS else "bin")
        pip_install(scripts / ("python.exe" if IS_WINDOWS else "python"), ["kpi-cli", *plugins])
        commands.mkdir(parents=True, exist_ok=True)
        return offer(scripts / ("kpi.exe" if IS_WINDOWS else "kpi"), folder, commands)
    except OSError as error:
        raise InstallError(f"写不进去（{error.filename}：{error.strerror}）；请用 --to、--bin 换文件夹") from None


def fits() -> None:
    """See that the bundle is for this machine."""
    bundle = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if own not in bundle["pythons"]:
        known = "、".join(bundle["pythons"])
        raise InstallError(f"这个安装包用于 Python {known}，现在是 {own}；请安装其中一个，用它执行 install.py")
    machine = f"{platform.system()} {platform.machine()}"
    if machine != f"{bundle['system']} {bundle['machine']}":
        raise InstallError(
            f"这个安装包用于 {bundle['system']} {bundle['machine']}，这台机器是 {machine}；请换相应的安装包"
        )


def is_whole() -> None:
    """Compare every file with SHA256SUMS."""
    for line in (HERE / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        path = HERE / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise InstallError(f"文件缺少或损坏（{name}）；请重新复制安装包")


def pip_install(python: Path, packages: list[str]) -> None:
    """Run the bundle's own pip, straight out of its wheel: many systems come without one."""
    wheels = HERE / "wheels"
    pip = next(wheels.glob("pip-*.whl")) / "pip"
    command = [str(python), str(pip), "install", "--quiet", "--no-index", "--find-links", str(wheels)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))}
    environment.update(PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK="1", PYTHONUTF8="1")
    done = subprocess.run([*command, *packages], env=environment, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["?"]
        raise InstallError(f"pip 报告：{lines[-1]}")


def offer(program: Path, folder: Path, commands: Path) -> Path:
    """Put the command where shells find it, and the manual beside it; returns the command's path."""
    if IS_WINDOWS:
        command = commands / "kpi.cmd"
        command.write_text(f'@"{program}" %*\r\n', encoding="mbcs")
        return command
    command = commands / "kpi"
    manual = commands.parent / "share" / "man" / "man1" / "kpi.1"
    manual.parent.mkdir(parents=True, exist_ok=True)
    for link, target in ((command, program), (manual, folder / "share" / "man" / "man1" / "kpi.1")):
        if link.exists() and not link.is_symlink():
            raise InstallError(f"已有别的文件（{link}）；请移走它，或用 --bin 换一个文件夹")
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    return command


if __name__ == "__main__":
    sys.exit(main())
