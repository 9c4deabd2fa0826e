"""LibreOffice as a judge: convert, really recalculate, render to pictures. For tests, not for the package.

Every run uses a private profile, so that it neither meets nor changes a person's LibreOffice, and a font table
that stands Noto CJK in for the Chinese office fonts, so that widths on the page are those of full-width glyphs.
"""

from __future__ import annotations

import atexit
import csv
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

TIMEOUT_SECONDS = 240

_RECALCULATE_ALWAYS = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""

_SERIF = (
    "宋体",
    "SimSun",
    "仿宋",
    "仿宋_GB2312",
    "FangSong",
    "楷体",
    "楷体_GB2312",
    "KaiTi",
    "方正小标宋简体",
    "方正小标宋_GBK",
)
_SANS = ("黑体", "SimHei", "微软雅黑")


def soffice() -> str:
    """Return the path of LibreOffice; without it the test is skipped, or fails in CI (KPI_CI=1)."""
    return program("soffice", "LibreOffice")


def program(name: str, title: str) -> str:
    """Return the path of a system program; without it the test is skipped, or fails in CI (KPI_CI=1)."""
    path = shutil.which(name)
    if path:
        return path
    reason = f"{title} ({name}) is not installed"
    if os.environ.get("KPI_CI") == "1":
        pytest.fail(f"{reason}, and CI must not skip")
    pytest.skip(reason)


@functools.cache
def _home() -> Path:
    """Make the folder of the private profiles and the font table, once a process; it goes away at exit."""
    home = Path(tempfile.mkdtemp(prefix="kpi-office-", dir="/tmp" if Path("/tmp").is_dir() else None))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    user = home / "recalculating" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(_RECALCULATE_ALWAYS, encoding="utf-8")
    (home / "fonts.conf").write_text(_font_table(), encoding="utf-8")
    return home


def _font_table() -> str:
    aliases = "\n".join(
        f'<match target="pattern"><test name="family" qual="any"><string>{name}</string></test>'
        f'<edit name="family" mode="assign" binding="strong"><string>{stand_in}</string></edit></match>'
        for names, stand_in in ((_SERIF, "Noto Serif CJK SC"), (_SANS, "Noto Sans CJK SC"))
        for name in names
    )
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n{aliases}\n</fontconfig>\n'
    )


def convert(path: Path, to: str, out_dir: Path, *, profile: str = "plain") -> Path:
    """Convert a document with LibreOffice.

    Args:
      path: The document.
      to: Format, such as `pdf`, `xlsx` or `docx`; a filter may follow after a colon.
      out_dir: Folder for the result; must not be that of `path` where the ending stays.
      profile: `plain`, or `recalculating`: every formula of an OOXML workbook is computed anew when it is read.
    Returns:
      The new file.
    """
    return convert_all([path], to, out_dir, profile=profile)[0]


def convert_all(paths: list[Path], to: str, out_dir: Path, *, profile: str = "plain") -> list[Path]:
    """Convert several documents in one start of LibreOffice, see `convert`."""
    out_dir.mkdir(parents=True, exist_ok=True)
    output = _run(["--convert-to", to, "--outdir", str(out_dir), *map(str, paths)], profile)
    results = [out_dir / f"{path.stem}.{to.partition(':')[0]}" for path in paths]
    missing = [str(result) for result in results if not result.is_file()]
    assert not missing, f"LibreOffice made no {missing}: {output}"
    return results


def _run(arguments: list[str], profile: str) -> str:
    binary, home = soffice(), _home()
    environment = {**os.environ, "FONTCONFIG_FILE": str(home / "fonts.conf"), "LC_ALL": "C.UTF-8", "HOME": str(home)}
    done = subprocess.run(
        [binary, f"-env:UserInstallation=file://{home / profile}", "--headless", "--norestore", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return done.stdout + done.stderr


def shown_cells(path: Path) -> dict[str, list[list[str]]]:
    """Return the cells of each sheet of a workbook as texts, as LibreOffice shows them."""
    folder = path.parent / f"{path.stem}-shown"
    folder.mkdir()
    every_sheet_as_shown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
    output = _run(["--convert-to", every_sheet_as_shown, "--outdir", str(folder), str(path)], "plain")
    sheets = {}
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            sheets[file.stem.removeprefix(f"{path.stem}-")] = list(csv.reader(stream))
    assert sheets, f"LibreOffice shows no sheet: {output}"
    return sheets


def recalculated(path: Path) -> Path:
    """Return a copy of a workbook in which LibreOffice has computed every formula anew, cached values ignored."""
    return convert(path, "xlsx", path.parent / "recalculated", profile="recalculating")


def pdf(path: Path) -> Path:
    """Print a document to PDF, beside it in a folder `printed`."""
    return convert(path, "pdf", path.parent / "printed")


def pdf_text(path: Path) -> str:
    """Return the text of a PDF, laid out as on the page, pages separated by form feeds."""
    binary = program("pdftotext", "poppler-utils")
    return subprocess.run([binary, "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout


def pictures(path: Path, *, dpi: int = 70) -> list[Path]:
    """Draw the pages of a PDF as PNG files beside it, in order."""
    binary = program("pdftoppm", "poppler-utils")
    subprocess.run([binary, "-r", str(dpi), "-png", str(path), str(path.with_suffix(""))], check=True)
    return sorted(path.parent.glob(f"{path.stem}-*.png"))
