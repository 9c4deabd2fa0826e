"""`kpi doctor`: whether this machine, its plugins and the ledger are fit for the work."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING, NamedTuple

import typer

from kpi_cli import __version__
from kpi_cli.cli import actions, shared
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.errors import KpiError
from kpi_cli.rendering import terminal
from kpi_cli.rendering.styled import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kpi_cli.cli.session import Session

STATES = {"ok": "正常", "warning": "注意", "failed": "不行"}
NARROW = 80
"""Columns that a terminal should have: a table of a typical department takes 70 to 100."""
_STYLES = {"ok": "green", "warning": "yellow", "failed": "bold red"}


class Sign(NamedTuple):
    """One thing that was looked at.

    Attributes:
      what: What, in Chinese.
      state: Key of STATES.
      detail: What was found.
      advice: What to do, or "".
    """

    what: str
    state: str
    detail: str
    advice: str = ""


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog="kpi doctor\nkpi -C 台账 doctor --format json")(doctor)


def doctor(context: typer.Context, format: shared.Format = "text") -> None:
    """检查运行环境、字体、编码、插件和台账；有不行的，退出码为 1。"""
    actions.check_format(format, ("text", "json"))
    own = session(context)
    signs = [*_programs(), *_fonts(), *_encodings(), _terminal(own), *_plugins(own), *_ledger(own)]
    if format == "json":
        from kpi_cli.rendering.plain import to_json

        terminal.say(to_json([sign._asdict() for sign in signs]))
    else:
        for sign in signs:
            line = Text.assemble((STATES[sign.state], _STYLES[sign.state]), f"  {sign.what}：{sign.detail}")
            terminal.show([line, *([Text(f"      {sign.advice}")] if sign.advice else [])], own.color)
    raise typer.Exit(1 if any(sign.state == "failed" for sign in signs) else 0)


def _programs() -> Iterator[Sign]:
    from kpi_cli.exporters.docx.finalize import PROGRAMS

    system = f"Python {platform.python_version()}，{platform.system()} {platform.machine()}"
    yield Sign("程序", "ok", f"kpi-cli {__version__}，{system}")
    versions = {name: _version(name) for name in _required()}
    missing = [name for name, version in versions.items() if not version]
    if missing:
        yield Sign("依赖的包", "failed", f"缺少 {'、'.join(missing)}", "请重新安装 kpi-cli")
    else:
        yield Sign("依赖的包", "ok", "、".join(f"{name} {version}" for name, version in versions.items()))
    office = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if office:
        yield Sign("LibreOffice", "ok", office)
    else:
        advice = "只影响 --finalize 和 PDF 插件；需要时请安装 LibreOffice 7.4 以上版本"
        yield Sign("LibreOffice", "warning", "没有找到", advice)


def _required() -> list[str]:
    """Return the names of the packages that kpi needs, extras left out."""
    needed = [text for text in metadata.requires("kpi-cli") or () if "extra ==" not in text]
    return [found[0] for text in needed if (found := re.match(r"[A-Za-z0-9._-]+", text))]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _fonts() -> Iterator[Sign]:
    """Look for fonts with Chinese glyphs where fontconfig tells of them; elsewhere the system brings its own."""
    lister = shutil.which("fc-list")
    if lister is None:
        yield Sign("字体", "ok", "由系统提供（没有 fontconfig，不逐一检查）")
        return
    done = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, text=True, check=False)  # noqa: S603 - found on the path, fixed words
    families = sorted({line.split(",")[0].strip() for line in done.stdout.splitlines() if line.strip()})
    if families:
        yield Sign(
            "字体", "ok", f"{len(families)} 种含汉字：{'、'.join(families[:4])}{' 等' if len(families) > 4 else ''}"
        )
    else:
        yield Sign(
            "字体",
            "warning",
            "没有含汉字的字体",
            "文件不受影响；在本机查看、转 PDF、画图须安装，例如思源宋体（fonts-noto-cjk）",
        )


def _encodings() -> Iterator[Sign]:
    output, files = (sys.stdout.encoding or "").lower(), sys.getfilesystemencoding().lower()
    told = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "未设置"
    detail = f"终端 {output}，文件名 {files}，语言环境 {told}"
    if output.replace("-", "") in ("utf8", "gb18030", "gbk", "cp936") and files.replace("-", "") == "utf8":
        yield Sign("编码", "ok", detail)
    else:
        yield Sign("编码", "failed", detail, "汉字会显示或保存成乱码；请设置 PYTHONUTF8=1，或语言环境 zh_CN.UTF-8")


def _terminal(own: Session) -> Sign:
    """Say whether stdout is a terminal, how wide, and whether colours are used."""
    if not sys.stdout.isatty():
        return Sign("终端", "ok", "输出到文件或管道")
    columns = shutil.get_terminal_size().columns
    colours = "有颜色" if terminal.wants_color(own.color) else "没有颜色"
    detail = f"{os.environ.get('TERM') or '类型未知'}，宽 {columns} 列，{colours}"
    if columns < NARROW:
        return Sign("终端", "warning", detail, "宽的表会折行；请加宽窗口，或用 --format csv")
    return Sign("终端", "ok", detail)


def _plugins(own: Session) -> Iterator[Sign]:
    from kpi_cli.plugin.manager import GROUPS, Plugins

    plugins = Plugins(own.plugins)
    for group in GROUPS:
        plugins.load(group)
    others = [plugin for plugin in plugins.loaded if plugin.origin != "kpi-cli"]
    names = [f"{plugin.name}（{plugin.origin}）" for plugin in others if plugin.state == "loaded"]
    yield Sign("插件", "ok", "、".join(names) or "没有安装第三方插件")
    for problem in plugins.problems:
        yield Sign(
            "插件", "warning", problem.text, "其他命令不受影响；用 kpi plugin check 检查，或 --no-plugins 不加载"
        )


def _ledger(own: Session) -> Iterator[Sign]:
    from kpi_cli.cli.session import find_ledger
    from kpi_cli.ledger.journal import has_journal

    root = find_ledger(own.folder)
    if not (root / "kpi.toml").is_file():
        yield Sign("台账", "warning", f"{root} 里没有台账", "用 -C 指定台账文件夹，或用 kpi init 新建")
        return
    if has_journal(root):
        yield Sign("台账", "warning", "上次命令中断，有没写完的修改", "运行任一 kpi 命令即自动完成或退回")
    if _is_locked(root):
        yield Sign("台账", "warning", "另一个 kpi 命令正在修改", "等它结束；长时间不结束的，先确认是哪个程序再终止它")
    if not os.access(root, os.W_OK):
        yield Sign("台账", "warning", f"{root} 不可写", "只能查看和导出；要修改请检查文件夹权限")
    yield from _years(own)


def _is_locked(root: Path) -> bool:
    """Tell whether another process holds the ledger's lock; it is the system's, so that a killed one holds none."""
    from kpi_cli.ledger.files import FOLDER

    lock = root / FOLDER / "lock"
    if not lock.is_file():
        return False
    import filelock

    try:
        with filelock.FileLock(lock, timeout=0):
            return False
    except filelock.Timeout:
        return True
    except OSError:
        return False  # a folder that cannot be written to has no writers


def _years(own: Session) -> Iterator[Sign]:
    from kpi_cli.ledger.evaluation import read_evaluation
    from kpi_cli.ledger.reader import read_year
    from kpi_cli.ledger.report import Report

    try:
        ledger = own.ledger()
    except KpiError as error:
        for problem in error.problems:
            yield Sign("台账", "failed", problem.text)
        return
    yield Sign("台账", "ok", f"{ledger.root}（{ledger.settings.department}）")
    for year in ledger.years:
        report = Report()
        found = read_year(ledger, year, report)
        evaluation = read_evaluation(ledger, year, report)
        problems = dict.fromkeys(problem.text for problem in report.errors)
        for text in problems:
            yield Sign(f"{year} 年", "failed", text)
        if not problems:
            units = f"，考评对象 {len(evaluation.units)} 个" if evaluation.units else ""
            yield Sign(f"{year} 年", "ok", f"预算行 {len(found.lines)} 条，收入 {len(found.incomes)} 条{units}")
