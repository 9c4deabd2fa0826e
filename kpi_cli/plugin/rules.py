"""Rules that plugins add: read from their files, guarded, and refused where an id is taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kpi_cli.checks.finding import Finding, NotApplicableError, NotCheckableError
from kpi_cli.checks.rules import bundled_rules, read_rules
from kpi_cli.errors import KpiError
from kpi_cli.plugin.guard import WORKING_SECONDS, PluginFaultError, call
from kpi_cli.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.plugin.manager import Plugins


def plugin_rules(plugins: Plugins, group: str) -> list[TieOutRule]:
    """Return the rules of every plugin of the group; what is wrong with one is added to `plugins.problems`."""
    plugins.load(group)
    taken = {rule.id: "kpi-cli" for rule in bundled_rules()}
    found: list[TieOutRule] = []
    for plugin in (p for p in plugins.loaded if p.group == group):
        owner = f"{plugin.name}（{plugin.origin}）"
        for path, functions in plugin.offers.values():
            try:
                rules = read_rules(path, functions)
            except KpiError as error:
                detail = "；".join(problem.text for problem in error.problems)
                plugins.problems.append(Problem("plugin-failed", facts={"plugin": owner, "detail": detail}))
                continue
            for rule in rules:
                if taken.setdefault(rule.id, owner) != owner:
                    facts = {"name": rule.id, "owner": taken[rule.id], "plugin": owner}
                    plugins.problems.append(Problem("plugin-name-taken", facts=facts))
                else:
                    found.append(replace(rule, run=_guarded(rule.run, owner) if rule.run else None))
    return found


def _guarded(function: Callable[..., Any], owner: str) -> Callable[[TieOutRule, Disclosure], Iterator[Finding]]:
    def run(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
        try:
            found = call(lambda: list(function(rule, disclosure)), WORKING_SECONDS).value
        except PluginFaultError as fault:
            if isinstance(fault.error, (NotApplicableError, NotCheckableError)):
                raise fault.error from None
            raise NotCheckableError(f"插件 {owner} 出错：{fault}") from None
        if not all(isinstance(finding, Finding) for finding in found):
            raise NotCheckableError(f"插件 {owner} 返回的不是 Finding")
        yield from found

    return run
