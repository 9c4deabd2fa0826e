"""Loading plugins: built-in ones first, third parties' only when they are needed, faults isolated.

pluggy registers and calls; what it does not do is done here: one broken plugin costs one line that names it and
stops nothing else, and a name that is taken is refused with both owners named.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pluggy

from kpi_cli.errors import PluginError, UsageError
from kpi_cli.plugin import hookspecs
from kpi_cli.plugin.exporter import Exporter
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable

GROUP = "kpi_cli.exporters"
BUILT_IN = {"docx": "kpi_cli.exporters.docx", "xlsx": "kpi_cli.exporters.xlsx"}
"""Built-in plugins by format: the same modules stand in the entry-point group, loaded from here without a scan."""


@dataclass(frozen=True)
class Loaded:
    """A registered plugin.

    Attributes:
      name: Entry-point name.
      origin: Distribution and version, or `kpi-cli`.
      exporters: The classes that it offers.
    """

    name: str
    origin: str
    exporters: tuple[type[Exporter], ...]


@dataclass
class Plugins:
    """The plugins of one run.

    Attributes:
      third_party: Whether installed third-party plugins may be loaded at all.
      loaded: Registered plugins, in order.
      problems: One line per plugin that could not be used.
    """

    third_party: bool = True
    loaded: list[Loaded] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _manager: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager(hookspecs.PROJECT))
    _scanned: bool = False

    def __post_init__(self) -> None:
        """Know the hooks."""
        self._manager.add_hookspecs(hookspecs)

    def exporter(self, name: str) -> type[Exporter]:
        """Return the exporter of a format; third-party plugins are looked at only for a format that is not built in.

        Raises:
          UsageError: No plugin offers the format.
        """
        if name in BUILT_IN and name not in self._offered():
            self._load_built_in(name)
        if name not in self._offered():
            self.load_all()
        offered = self._offered()
        if name not in offered:
            hint = suggestion(name, offered)
            raise UsageError([Problem("unknown-exporter", value=name, facts={"hint": hint}), *self.problems])
        return offered[name]

    def load_all(self) -> None:
        """Load every built-in and, where allowed, every installed plugin."""
        for name in BUILT_IN:
            if name not in self._offered():
                self._load_built_in(name)
        if self.third_party and not self._scanned:
            self._scanned = True
            from importlib.metadata import entry_points

            known = set(BUILT_IN.values())
            for entry in entry_points(group=GROUP):
                if entry.value not in known:
                    self._load(entry)

    def _offered(self) -> dict[str, type[Exporter]]:
        return {exporter.PLUGIN_NAME: exporter for plugin in self.loaded for exporter in plugin.exporters}

    def _load_built_in(self, name: str) -> None:
        self.register(importlib.import_module(BUILT_IN[name]), name, "kpi-cli")

    def _load(self, entry: Any) -> None:
        origin = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
        try:
            self.register(entry.load(), entry.name, origin)
        except (Exception, SystemExit) as error:
            self.problems.append(_fault(f"{entry.name}（{origin}）", error))

    def register(self, plugin: object, name: str, origin: str) -> None:
        """Register one plugin and take the exporters that it offers.

        Args:
          plugin: Module or object with hook implementations.
          name: Entry-point name.
          origin: Distribution and version.
        Raises:
          PluginError: A misspelt hook, or something that is no exporter.
        """
        registered = self._manager.register(plugin, name=f"{origin}:{name}")
        try:
            self._manager.check_pending()
            caller = self._manager.subset_hook_caller(
                "kpi_register_exporters", [p for p in self._manager.get_plugins() if p is not plugin]
            )
            offered = [exporter for answer in caller() for exporter in _checked(answer, name)]
        except BaseException:
            self._manager.unregister(name=registered)
            raise
        free = [exporter for exporter in offered if not self._is_taken(exporter, f"{name}（{origin}）")]
        self.loaded.append(Loaded(name, origin, tuple(free)))

    def _is_taken(self, exporter: type[Exporter], plugin: str) -> bool:
        for other in self.loaded:
            if any(known.PLUGIN_NAME == exporter.PLUGIN_NAME for known in other.exporters):
                facts = {"name": exporter.PLUGIN_NAME, "owner": f"{other.name}（{other.origin}）", "plugin": plugin}
                self.problems.append(Problem("plugin-name-taken", facts=facts))
                return True
        return False


def _checked(answer: object, plugin: str) -> Iterable[type[Exporter]]:
    for exporter in answer if isinstance(answer, (list, tuple)) else [answer]:
        facts = ("PLUGIN_NAME", "title", "extension", "mime_type")
        if not (isinstance(exporter, type) and issubclass(exporter, Exporter)):
            raise PluginError(_fault(plugin, TypeError("kpi_register_exporters 应返回 Exporter 的子类")))
        missing = [fact for fact in facts if not isinstance(getattr(exporter, fact, None), str)]
        if missing:
            raise PluginError(_fault(plugin, TypeError(f"{exporter.__name__} 缺少 {'、'.join(missing)}")))
        yield exporter


def _fault(plugin: str, error: BaseException) -> Problem:
    detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Problem("plugin-failed", facts={"plugin": plugin, "detail": " ".join(detail.split())[:200]})
