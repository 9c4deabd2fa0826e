"""Running exporters: options from text to the exporter's own dataclass, faults to one line, bytes to files.

Documents are made first, all of them, and stored together or not at all.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, get_type_hints

from kpi_cli.errors import ExportError, KpiError, UsageError
from kpi_cli.plugin.guard import WORKING_SECONDS, PluginFaultError, call
from kpi_cli.problems import Place, Problem, shorten, suggestion, system_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.plugin.exporter import Exporter
    from kpi_cli.plugin.manager import Plugins

_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
"""What Windows takes for a device whatever its ending."""
_FLAGS = {"true": True, "1": True, "是": True, "yes": True, "false": False, "0": False, "否": False, "no": False}

_ASIDE, _LEFT_OVER = ".kpi-", 3600
"""How files begin that are not yet in place, and after how many seconds nobody is at work on one any more."""


class ExportHost:
    """Runs exporters by name; exporters get it to call each other."""

    def __init__(self, plugins: Plugins) -> None:
        """Take exporters from these plugins."""
        self._plugins = plugins

    def export(self, name: str, disclosure: Disclosure, options: Mapping[str, str] | None = None) -> bytes:
        """Run an exporter that makes a single document; see `plugin.exporter.Host`."""
        files = self.files(name, disclosure, options or {})
        if len(files) != 1:
            raise ExportError(_failed(name, "它产生多个文件，不能被其他格式调用"))
        return next(iter(files.values()))

    def files(self, name: str, disclosure: Disclosure, options: Mapping[str, str]) -> dict[str, bytes]:
        """Run an exporter and name its files.

        Args:
          name: Format.
          disclosure: What to export.
          options: The exporter's options as text.
        Returns:
          File name → bytes; a single document is named after the disclosure's title.
        Raises:
          UsageError: Unknown format, option, or option value.
          ExportError: The exporter failed or returned something that is no document.
        """
        exporter = self._plugins.exporter(name)
        own = parse_options(exporter, options)
        if not self._answer(name, lambda: exporter().can_export(disclosure)):
            raise ExportError(Problem("cannot-export", facts={"format": name, "title": disclosure.title}))
        made = self._answer(name, lambda: exporter().export(disclosure, own, self))
        if isinstance(made, bytes):
            return {file_name(disclosure.title, exporter.extension): made}
        if not isinstance(made, dict) or not all(isinstance(v, bytes) for v in made.values()):
            raise ExportError(_failed(name, "插件没有返回文件内容"))
        return {_inside(name, relative): content for relative, content in made.items()}

    def _answer(self, name: str, work: Callable[[], Any]) -> Any:
        """Run an exporter's function; somebody else's in a guard."""
        try:
            if not self._plugins.is_third_party(self._plugins.exporter(name)):
                return work()
            answer = call(work, WORKING_SECONDS)
        except PluginFaultError as fault:
            if isinstance(fault.error, ExportError) and fault.error.sentence:
                raise ExportError(_failed(name, fault.error.sentence)) from fault
            if isinstance(fault.error, KpiError):
                raise fault.error from fault
            raise ExportError(_failed(name, str(fault))) from fault
        except KpiError:
            raise
        except Exception as error:
            raise ExportError(_failed(name, f"{type(error).__name__}: {error}")) from error
        if answer.printed:
            self._plugins.problems.append(Problem("plugin-printed", facts={"plugin": name}))
        return answer.value


def parse_options(exporter: type[Exporter], given: Mapping[str, str]) -> Any:
    """Make the exporter's typed options from text.

    Raises:
      UsageError: An option that it does not have, or a value of the wrong type; all at once.
    """
    known = {field.name: field for field in dataclasses.fields(exporter.options)}
    types = get_type_hints(exporter.options)
    values: dict[str, Any] = {}
    problems = []
    for name, text in given.items():
        if name not in known:
            hint = suggestion(name, known) if known else "它没有选项"
            unknown = {"format": exporter.PLUGIN_NAME, "hint": hint}
            problems.append(Problem("unknown-exporter-option", value=name, facts=unknown))
            continue
        try:
            values[name] = _typed(types[name], text)
        except ValueError as error:
            facts: dict[str, object] = {
                "name": f"{exporter.PLUGIN_NAME}.{name}",
                "expected": str(error),
                "example": known[name].default,
            }
            problems.append(Problem("exporter-option-value", value=text, facts=facts))
    if problems:
        raise UsageError(problems)
    return exporter.options(**values)


def _typed(kind: Any, text: str) -> Any:
    if kind is bool:
        if text.lower() not in _FLAGS:
            raise ValueError("true 或 false")
        return _FLAGS[text.lower()]
    if kind is int:
        if not re.fullmatch(r"-?[0-9]+", text):
            raise ValueError("整数")
        return int(text)
    return text


def _failed(name: str, detail: str) -> Problem:
    return Problem("exporter-failed", facts={"format": name, "detail": " ".join(detail.split())[:300]})


def file_name(title: str, extension: str) -> str:
    """Make a file name from a title that every system accepts and that shows what it is.

    No separators, control or reserved characters, none that are invisible or turn text around, no name of a device.
    """
    name = "".join(c if c.isprintable() or c == "\u3000" else "_" for c in title)
    name = re.sub(r'[<>:"/\\|?*]', "_", name).strip(" .")
    while len((name + extension).encode(errors="replace")) > 200:
        name = name[:-1]
    return f"{'_' if _DEVICE.match(name) else ''}{name or 'disclosure'}{extension}"


def _inside(name: str, relative: object) -> str:
    """Refuse a file name of a plugin that leads out of the folder, on any system, or that every system would change."""
    path = PurePosixPath(str(relative))
    if path.is_absolute() or not path.name or any(part != file_name(part, "") for part in path.parts):
        raise ExportError(_failed(name, f"文件名越出了输出文件夹，或不是通用的文件名（{shorten(str(relative))}）"))
    return str(path)


def store(files: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write files into a folder, all or none; existing ones of the same name are replaced as a whole.

    Args:
      files: Relative name → bytes.
      folder: It is made where it does not exist.
    Returns:
      The paths, in the order of `files`.
    Raises:
      ExportError: Something could not be written; nothing is left behind.
    """
    made = _missing_folders([folder, *((folder / name).parent for name in files)])
    staged: list[tuple[Path, Path]] = []
    mode = 0o666 & ~_umask()
    _remove_old({(folder / name).parent for name in files})
    try:
        for name, content in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=_ASIDE, dir=target.parent)
            staged.append((Path(temporary), target))
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            staged[-1][0].chmod(mode)
        _switch(staged)
    except OSError as error:
        _remove(staged)
        for path in made:
            _remove_empty(path)
        where = Place(str(error.filename or folder))
        raise ExportError(Problem("unwritable", where, facts={"detail": system_reason(error)})) from None
    _remove(staged)
    return [target for _, target in staged]


def _switch(staged: list[tuple[Path, Path]]) -> None:
    """Rename files into place; where one is refused (it is open in Word), put back what stood there before."""
    replaced: list[tuple[Path, bool]] = []
    try:
        for temporary, target in staged:
            replaced.append((target, _keep(target, temporary)))
            temporary.replace(target)
    except OSError:
        for (temporary, _), (target, is_kept) in zip(staged, replaced, strict=False):
            with suppress(OSError):
                _kept(temporary).replace(target) if is_kept else target.unlink(missing_ok=True)
        raise


def _keep(target: Path, temporary: Path) -> bool:
    """Give what stands in a file's place a second name; False where nothing does."""
    try:
        _kept(temporary).hardlink_to(target)
    except FileNotFoundError:
        return False
    except OSError:  # a disk without hard links
        shutil.copy2(target, _kept(temporary))
    return True


def _kept(temporary: Path) -> Path:
    return temporary.with_suffix(".old")


def _remove(staged: list[tuple[Path, Path]]) -> None:
    """Remove all names that are not targets."""
    for temporary, _ in staged:
        for path in (temporary, _kept(temporary)):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _remove_old(folders: Iterable[Path]) -> None:
    """Remove what an export that was killed left; one that is still at work has written within the hour."""
    for folder in folders:
        with suppress(OSError):
            for path in folder.iterdir():
                is_ours = path.name.startswith(_ASIDE) and path.is_file()
                if is_ours and path.stat().st_mtime < time.time() - _LEFT_OVER:
                    path.unlink()


def _missing_folders(folders: list[Path]) -> list[Path]:
    missing = {path for folder in folders for path in (folder, *folder.parents) if not path.exists()}
    return sorted(missing, key=lambda path: -len(path.parts))


def _remove_empty(path: Path) -> None:
    try:
        path.rmdir()
    except OSError:
        return  # somebody put something there meanwhile, or it was never made


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
