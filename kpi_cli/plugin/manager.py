"""Loading plugins: built-in ones without a scan, third parties' by group, only when needed, faults isolated.

pluggy registers and calls; what it does not do is done here: one broken plugin costs one line that names it and
stops nothing else, and a name that is taken is refused with both owners named.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi_cli.errors import PluginError, UsageError
from kpi_cli.plugin.entries import Entry, installed
from kpi_cli.plugin.exporter import Exporter
from kpi_cli.plugin.guard import LOADING_SECONDS, PluginFaultError, call
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pluggy

EXPORTERS, TABLE_SETS, CHECKS, METHODS = (
    f"kpi_cli.{group}" for group in ("exporters", "table_sets", "checks", "evaluation_methods")
)
BUILT_IN = {"docx": "kpi_cli.exporters.docx", "xlsx": "kpi_cli.exporters.xlsx"}
"""Built-in exporters by format: the same modules stand in the entry-point group, loaded from here without a scan."""


@dataclass(frozen=True)
class Loaded:
    """A plugin and what it offers.

    Attributes:
      group: Entry-point group.
      name: Entry-point name.
      origin: Distribution and version, or `kpi-cli`.
      offers: Name → what is offered under it.
      state: `loaded`, `failed`, or `off` where `--no-plugins` or KPI_PLUGINS leave it out.
    """

    group: str
    name: str
    origin: str
    offers: Mapping[str, Any]
    state: str = "loaded"


@dataclass
class Plugins:
    """The plugins of one run.

    Attributes:
      only: Names of third-party plugins or distributions that may be loaded; None is all, empty is none.
      loaded: Plugins, in the order of loading.
      problems: One line per plugin that could not be used as it is.
    """

    only: tuple[str, ...] | None = None
    loaded: list[Loaded] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _managers: dict[str, pluggy.PluginManager] = field(default_factory=dict)
    _scanned: set[str] = field(default_factory=set)

    def exporter(self, name: str) -> type[Exporter]:
        """Return the exporter of a format; third-party plugins are looked at only for a format that is not built in.

        Raises:
          UsageError: No plugin offers the format.
        """
        if name in BUILT_IN and name not in self.offered(EXPORTERS):
            self._load_built_in(name)
        if name not in self.offered(EXPORTERS):
            self.load(EXPORTERS)
        offered = self.offered(EXPORTERS)
        if name not in offered:
            hint = suggestion(name, offered)
            raise UsageError([Problem("unknown-exporter", value=name, facts={"hint": hint}), *self.problems])
        found: type[Exporter] = offered[name]
        return found

    def is_third_party(self, exporter: type[Exporter]) -> bool:
        """Tell whether an exporter is somebody else's."""
        return not exporter.__module__.startswith("kpi_cli.exporters.")

    def load(self, group: str) -> dict[str, Any]:
        """Load every plugin of a group that may be loaded, and return what the group offers by name."""
        if group == EXPORTERS:
            for name in BUILT_IN:
                if name not in self.offered(EXPORTERS):
                    self._load_built_in(name)
        if group not in self._scanned and self.only != ():
            self._scanned.add(group)
            for entry in installed(group):
                self._load(entry)
        return self.offered(group)

    def offered(self, group: str) -> dict[str, Any]:
        """Return what the loaded plugins of a group offer, by name."""
        return {name: offer for plugin in self.loaded if plugin.group == group for name, offer in plugin.offers.items()}

    def _load_built_in(self, name: str) -> None:
        self.register(importlib.import_module(BUILT_IN[name]), name, "kpi-cli")

    def _load(self, entry: Entry) -> None:
        if self.only is not None and not {entry.name, entry.distribution} & set(self.only):
            self.loaded.append(Loaded(entry.group, entry.name, entry.origin, {}, "off"))
            return
        owner = f"{entry.name}（{entry.origin}）"
        try:
            answer = call(
                lambda: self._offers(_imported(entry.value), entry.name, entry.origin, entry.group), LOADING_SECONDS
            )
        except PluginFaultError as fault:
            known = fault.error.problems if isinstance(fault.error, PluginError) else None
            self.problems += known or [_fault(owner, str(fault))]
            self.loaded.append(Loaded(entry.group, entry.name, entry.origin, {}, "failed"))
            return
        if answer.printed:
            self.problems.append(Problem("plugin-printed", facts={"plugin": owner}))
        self._keep(answer.value, entry.group, entry.name, entry.origin)

    def register(self, plugin: object, name: str, origin: str, group: str = EXPORTERS) -> None:
        """Register one plugin and take what it offers.

        Args:
          plugin: Module or object with hook implementations.
          name: Entry-point name.
          origin: Distribution and version.
          group: Entry-point group.
        Raises:
          PluginError: A misspelt hook, or an answer of the wrong kind.
        """
        self._keep(self._offers(plugin, name, origin, group), group, name, origin)

    def _offers(self, plugin: object, name: str, origin: str, group: str) -> dict[str, Any]:
        hook, checked = _GROUPS[group]
        manager = self._manager(group)
        registered = manager.register(plugin, name=f"{origin}:{name}")
        try:
            manager.check_pending()
            others = [other for other in manager.get_plugins() if other is not plugin]
            answers = manager.subset_hook_caller(hook, others)()
            return {key: offer for answer in answers for key, offer in checked(answer, name)}
        except BaseException:
            manager.unregister(name=registered)
            raise

    def _manager(self, group: str) -> pluggy.PluginManager:
        import pluggy

        from kpi_cli.plugin import hookspecs

        if group not in self._managers:
            self._managers[group] = pluggy.PluginManager(hookspecs.PROJECT)
            self._managers[group].add_hookspecs(hookspecs)
        return self._managers[group]

    def _keep(self, offers: Mapping[str, Any], group: str, name: str, origin: str) -> None:
        free = {key: offer for key, offer in offers.items() if not self._is_taken(key, group, f"{name}（{origin}）")}
        self.loaded.append(Loaded(group, name, origin, free))

    def _is_taken(self, key: str, group: str, plugin: str) -> bool:
        for other in self.loaded:
            if other.group == group and key in other.offers:
                facts = {"name": key, "owner": f"{other.name}（{other.origin}）", "plugin": plugin}
                self.problems.append(Problem("plugin-name-taken", facts=facts))
                return True
        return False


def _imported(value: str) -> object:
    module, _, attribute = value.partition(":")
    found: object = importlib.import_module(module)
    for name in filter(None, attribute.split(".")):
        found = getattr(found, name)
    return found


def _exporters(answer: object, plugin: str) -> Iterator[tuple[str, type[Exporter]]]:
    for exporter in _listed(answer):
        facts = ("PLUGIN_NAME", "title", "extension", "mime_type")
        if not (isinstance(exporter, type) and issubclass(exporter, Exporter)):
            raise _wrong(plugin, "kpi_register_exporters 应返回 Exporter 的子类")
        missing = [fact for fact in facts if not isinstance(getattr(exporter, fact, None), str)]
        if missing:
            raise _wrong(plugin, f"{exporter.__name__} 缺少 {'、'.join(missing)}")
        yield exporter.PLUGIN_NAME, exporter


def _table_sets(answer: object, plugin: str) -> Iterator[tuple[str, Path]]:
    for folder in _listed(answer):
        if not (isinstance(folder, (str, Path)) and (Path(folder) / "set.toml").is_file()):
            raise _wrong(plugin, f"kpi_register_table_sets 应返回含有 set.toml 的文件夹（{folder}）")
        yield Path(folder).name, Path(folder)


def _checks(answer: object, plugin: str) -> Iterator[tuple[str, Any]]:
    for pair in _listed(answer):
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], (str, Path))):
            raise _wrong(plugin, "kpi_register_checks 应返回（规则文件，函数）对")
        path, functions = Path(pair[0]), dict(pair[1])
        if not (path.is_file() and all(map(callable, functions.values()))):
            raise _wrong(plugin, f"规则文件不存在，或函数不可调用（{path}）")
        yield str(path), (path, functions)


def _methods(answer: object, plugin: str) -> Iterator[tuple[str, Any]]:
    from kpi_cli.evaluation.methods.method import Method

    for method in _listed(answer):
        if not (isinstance(method, Method) and method.family == "indicator" and callable(method.compute)):
            raise _wrong(plugin, "kpi_register_evaluation_methods 应返回指标的 Method")
        yield method.name, method


_GROUPS: dict[str, tuple[str, Callable[[object, str], Iterable[tuple[str, Any]]]]] = {
    EXPORTERS: ("kpi_register_exporters", _exporters),
    TABLE_SETS: ("kpi_register_table_sets", _table_sets),
    CHECKS: ("kpi_register_checks", _checks),
    METHODS: ("kpi_register_evaluation_methods", _methods),
}
"""Group → its hook, and what makes (name, offer) pairs of an answer or refuses it."""
GROUPS = tuple(_GROUPS)


def _listed(answer: object) -> Iterable[object]:
    return answer if isinstance(answer, (list, tuple)) and not hasattr(answer, "_fields") else [answer]


def _wrong(plugin: str, detail: str) -> PluginError:
    return PluginError(_fault(plugin, f"TypeError: {detail}"))


def _fault(plugin: str, detail: str) -> Problem:
    return Problem("plugin-failed", facts={"plugin": plugin, "detail": " ".join(detail.split())[:200]})
