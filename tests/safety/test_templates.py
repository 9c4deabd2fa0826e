"""Templates that came with somebody's ledger: no way out of the sandbox, and no more work or text than a document has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_cli.narrative.environment import _LINE_END, _with_line_ends

SECONDS, GIGABYTES = 30, 2
LIMITED = f'ulimit -v {GIGABYTES * 2**20}; ulimit -t {SECONDS}; exec "$0" "$@"'
FILES = {
    "2025/lines.toml": '[[line]]\nfunction_code = "2010601"\neconomic_code = "30101"\nexpenditure_type = "基本支出"\n'
    'fund_source = "一般公共预算"\namount = 1\n',
    "2025/projects.toml": "".join(f'[[project]]\nid = "P{n}"\nname = "项目{n}"\n' for n in range(300)),
}
TEN = "[1,1,1,1,1,1,1,1,1,1]"

ESCAPES = (
    *(f"{{{{ {value}.__class__ }}}}" for value in ("''", "1", "[]", "department", "amount", "projects", "loop", "namespace")),
    "{{ ''['__class__'] }}",
    "{{ ''['__cla' ~ 'ss__'] }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ amount.__func__.__globals__ }}",
    "{{ amount.__self__._book }}",
    "{{ amount.__call__.__globals__ }}",
    "{{ department._printed }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context.environment }}",
    "{{ '{0.__class__}'.format(department) }}",
    "{{ '{0.__class__}'.format_map({}) }}",
    "{{ '%s' % department }}",
    "{{ projects|selectattr('__class__')|list|length }}{{ (projects|selectattr('__class__')|first).name }}",
    "{{ (projects|rejectattr('__init__.__globals__')|first).name.__class__ }}",
    "{{ projects|map(attribute='__class__')|list }}",
    "{{ department|attr('__class__') }}",
    "{% set x = amount.__globals__ %}{{ x }}",
    "{% for k in amount.__globals__ %}{{ k }}{% endfor %}",
    "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}",
    "{% macro m() %}{{ varargs }}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{{ context }}", "{{ environment }}", "{{ joined }}", "{{ pay }}", "{{ config }}", "{{ request }}",
    "{{ get_flashed_messages }}", "{{ cycler.__init__ }}", "{{ joiner }}", "{{ lipsum }}", "{{ dict }}", "{{ range }}",
    "{{ options.update({}) }}", "{{ options.items() }}", "{{ options.__class__ }}", "{{ projects.append(1) }}",
    "{{ projects[0].__dict__ }}", "{{ projects.pop() }}", "{% set projects[0] = 1 %}",
    '{% include "/etc/passwd" %}', '{% include "../2025/lines.toml" %}', '{% import "os" as os %}{{ os.system }}',
    "{% include department %}", '{% extends "/etc/passwd" %}', '{% from "os" import system %}',
    "{% do amount() %}", "{% debug %}",
)  # fmt: skip

BOMBS = {
    "multiplied text": "{{ 'a' * 10000000000 }}",
    "multiplied list": "{{ ([1] * 10000000000)|length }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "shown number": "{% set ns = namespace(n=9999999999) %}" + "{% set ns.n = ns.n * ns.n %}" * 60 + "{{ ns.n }}",
    "format width": "{{ '%10000000000d' % 1 }}",
    "format width 2": "{{ '{:10000000000}'.format(1) }}",
    "centred": "{{ 'a'.center(10000000000) }}",
    "replaced": "{{ 'a'.replace('', 'a' ~ 'a') }}",
    "doubled with ~": "{% set ns = namespace(t='aaaaaaaaaa') %}" + "{% set ns.t = ns.t ~ ns.t %}" * 60,
    "doubled with +": "{% set ns = namespace(t='aaaaaaaaaa') %}" + "{% set ns.t = ns.t + ns.t %}" * 60,
    "doubled with join": "{% set ns = namespace(t='aaaaaaaaaa') %}" + "{% set ns.t = 'aaaaaaaaaa'|join(ns.t) %}" * 60,
    "doubled in a block": "{% set t = 'aaaaaaaaaa' %}" + "{% set t %}{{ t }}{{ t }}{% endset %}" * 60,
    "doubled list": "{% set t = [1] %}" + "{% set t = t + t %}" * 60,
    "nested list": "{% set t = [1] %}" + "{% set t = [t, t] %}" * 60 + "{{ t }}",
    "compared lists": "{% set t = [1] %}{% set u = [1] %}"
    + "{% set t = (t, t) %}{% set u = (u, u) %}" * 60
    + "{% if t == u %}x{% endif %}",
    "nested dict": "{% set t = {} %}" + "{% set t = {1: t, 2: t} %}" * 60 + "{{ t }}",
    "loops": f"{{% for a in {TEN} %}}" * 9 + "x" + "{% endfor %}" * 9,
    "loops of projects": "{% for a in projects %}" * 4 + "{% endfor %}" * 4,
    "loops that print nothing": "{% for a in projects if false %}{% endfor %}",
    "filtered loops": "{% for a in projects %}{% for b in projects %}{% for c in projects if false %}{% endfor %}"
    "{% endfor %}{% endfor %}",
    "filters in loops": "{% for a in projects %}{% for b in projects %}{% set x = projects|select|list %}"
    "{% endfor %}{% endfor %}",
    "text in loops": f"{{% for a in {TEN} %}}" * 4 + "长" * 10_000 + "{% endfor %}" * 4,
    "macro calls itself": "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "macros double": "{% macro m0() %}x{% endmacro %}"
    + "".join(f"{{% macro m{n + 1}() %}}{{{{ m{n}() }}}}{{{{ m{n}() }}}}{{% endmacro %}}" for n in range(60))
    + "{{ m60() }}",
    "a recursive loop": "{% for a in projects recursive %}{{ loop(projects) }}{% endfor %}",
    "a template includes itself": '{% include "shanghai.md.j2" %}{% include "shanghai.md.j2" %}',
    "calls": "{% for a in projects %}{% for b in projects %}{% for c in projects %}{{ amount('expenditure') }}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "subjects": "{% for a in projects %}{% for b in projects %}{% if subjects('function', '项') %}{% endif %}"
    "{% endfor %}{% endfor %}" * 2,
    "brackets": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "lists": "{{ " + "[" * 5000 + "1" + "]" * 5000 + " }}",
    "ifs": "{% if true %}" * 500 + "{% endif %}" * 500,
    "fors": "{% for a in projects %}" * 50 + "{% endfor %}" * 50,
    "nots": "{{ " + "not " * 100_000 + "true }}",
    "sums": "{{ " + "1 + " * 100_000 + "1 }}",
    "open tags": "{{ " * 300_000,
    "open tags in raw": "{% raw %}" + "{{ " * 300_000 + "{% endraw %}",
    "open comments": "{# " * 300_000,
    "many tags": "{{ department }}\n" * 50_000,
    "spaces": "a" + " " * 900_000 + "b",
    "large": "a" * 1_100_000,
}  # fmt: skip


def narrative(folder: Path, root: Path) -> tuple[int, str, list[str]]:
    """Run `kpi narrative` with less time and memory than a machine has."""
    command = [str(Path(sys.executable).with_name("kpi")), "-C", str(root), "narrative", "--format", "text"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(
        ["/bin/sh", "-c", LIMITED, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr.splitlines()


@pytest.mark.parametrize("template", ESCAPES)
def test_no_way_out(template: str, make_ledger, kpi) -> None:
    done = kpi("-C", make_ledger({**FILES, "narrative/shanghai.md.j2": template}), "narrative", "--format", "text")
    assert (done.status, done.out, len(done.lines)) == (2, "", 1)
    assert done.lines[0].startswith("kpi: 错误: narrative/shanghai.md.j2:1: ")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize("name", BOMBS)
def test_no_more_work_than_a_document_has(name: str, make_ledger, tmp_path: Path) -> None:
    root = make_ledger({**FILES, "narrative/shanghai.md.j2": BOMBS[name]})
    status, out, lines = narrative(tmp_path, root)
    assert status in {0, 2}, lines
    assert bool(lines) == (status == 2)
    assert len(out) < 1_000_000
    assert all(line.startswith("kpi: 错误: narrative/shanghai.md.j2") and len(line) < 300 for line in lines)


@given(st.text(alphabet=st.sampled_from("ab \t\n{}%#é"), max_size=60))
def test_marks_of_line_ends_stand_outside_of_tags_at_the_end_of_lines_that_say_something(text: str) -> None:
    marked = _with_line_ends(text)
    assert marked.replace(_LINE_END, "").split() == text.split()
    assert all(piece[-1:].strip() for piece in marked.split(_LINE_END)[:-1]), "something stands before each"
    assert all(piece[:1] in ("", "\n") for piece in marked.split(_LINE_END)[1:]), "nothing behind"
    if not set(text) & set("{"):
        assert marked.count(_LINE_END) == sum(bool(line.strip()) for line in text.split("\n"))
