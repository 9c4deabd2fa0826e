"""The template engine: Jinja2 in its sandbox, with nothing in it but our functions and a few filters.

A template with mistakes is refused with file and line: wrong figure keys, unknown names and filters all at once
before anything is rendered, the rest where it is met. Compiled templates are kept for the life of the process,
and in the cache.
"""

from __future__ import annotations

import marshal
import re
import sys
import traceback
from decimal import Decimal
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import BaseLoader, StrictUndefined, TemplateError, TemplateRuntimeError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError

from kpi_cli import cache
from kpi_cli.errors import DefinitionError
from kpi_cli.model import figures
from kpi_cli.narrative import sandbox
from kpi_cli.narrative.pieces import RESERVED
from kpi_cli.narrative.sandbox import BUDGET, Metered, Sandbox
from kpi_cli.problems import Place, Problem, suggestion
from kpi_cli.tables.figures import UnknownFigureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import CodeType

    from jinja2 import Environment, Template

    from kpi_cli.narrative.sources import NarrativeSource

FILTERS = ("first", "join", "last", "length", "list", "reject", "rejectattr", "select", "selectattr")
GLOBALS = ("namespace",)
_LINE_END = "\ue002"
_TAG, _CLOSING = re.compile(r"\{[%{#]"), {"{%": "%}", "{{": "}}", "{#": "#}"}
_END = re.compile(r"(?<=\S)[ \t]*$", re.MULTILINE)
_ENGINE = str(Path(jinja2.__file__).parent)
_SEE = "见 docs/narrative-templates.md"
_TAG_HINT = "请检查 {{ }}、{% %} 是否成对，if、for、macro 是否有对应的 endif、endfor、endmacro"


class _Missing(StrictUndefined):
    """What a template names and nobody has; says so in Chinese."""

    @property
    def _undefined_message(self) -> str:
        return f"没有 {self._undefined_name}"


def render(source: NarrativeSource, names: Mapping[str, Any], figure_functions: Mapping[str, int]) -> str:
    """Render a set's template.

    Args:
      source: The templates.
      names: What a template can use, by name.
      figure_functions: Those of `names` that take figure keys → how many of their first arguments are keys.
    Raises:
      DefinitionError: A template is wrong.
    """
    templates = tuple((name, *source.templates[name]) for name in sorted(source.templates))
    try:
        environment = _environment(source.name, templates, tuple(names), tuple(figure_functions.items()))
        environment.left = BUDGET
        return _without_line_ends(environment.get_template(source.name).render(names))
    except DefinitionError:
        raise
    except Exception as error:
        raise _explained(error, {file for file, _ in source.templates.values()}) from error


class _Checked(BaseLoader):
    """Gives the engine templates that have been parsed, checked and compiled.

    Attributes:
      codes: Name → compiled template.
    """

    def __init__(self) -> None:
        self.codes: dict[str, CodeType] = {}

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:  # noqa: A002 - Jinja's name
        """Give a template; one that nobody has by this name is the template's mistake."""
        if name not in self.codes:
            raise TemplateRuntimeError(f"没有模板 {name}")
        return environment.template_class.from_code(environment, self.codes[name], globals or {})


@lru_cache(maxsize=8)
def _environment(
    first: str,
    templates: tuple[tuple[str, str, str], ...],
    names: tuple[str, ...],
    figure_functions: tuple[tuple[str, int], ...],
) -> Sandbox:
    """Make an environment for a template and those that it names, all of them checked."""
    loader = _Checked()
    environment = Sandbox(loader=loader, undefined=_Missing, autoescape=False)  # the output is plain text, no HTML
    environment.finalize = partial(_printable, environment)
    environment.filters = {name: environment.paid(environment.filters[name]) for name in FILTERS}
    environment.filters["join"] = partial(_join, environment)
    environment.globals = {name: environment.globals[name] for name in GLOBALS}
    key = _cache_key(first, templates, names, figure_functions)
    loader.codes = _kept(key)
    if not loader.codes:
        loader.codes = _compiled(environment, first, templates, names, dict(figure_functions))
        cache.write(key, marshal.dumps(loader.codes))
    return environment


def _cache_key(*parts: object) -> str:
    """Name what a compiled template depends on: its text, what it may use, the engine and the interpreter."""
    ours = [Path(file).stat().st_mtime_ns for file in (__file__, sandbox.__file__)]
    state = (parts, FILTERS, GLOBALS, jinja2.__version__, sys.version, ours)
    return f"narrative-{sha256(repr(state).encode()).hexdigest()[:32]}.bin"


def _kept(key: str) -> dict[str, CodeType]:
    """Return compiled templates of an earlier run."""
    content = cache.read(key)
    if content is None:
        return {}
    try:
        found = marshal.loads(content)  # noqa: S302 - from the user's own cache folder, as Python's own .pyc files are
    except (EOFError, ValueError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _compiled(
    environment: Environment,
    first: str,
    templates: tuple[tuple[str, str, str], ...],
    names: tuple[str, ...],
    figure_functions: Mapping[str, int],
) -> dict[str, CodeType]:
    """Parse, check and compile a template and those that it names.

    Raises:
      DefinitionError: Every mistake of every template.
    """
    trees: dict[str, tuple[str, nodes.Template]] = {}
    known = {name: (file, text) for name, file, text in templates}
    waiting, problems = [first], []
    while waiting:
        name = waiting.pop()
        if name in trees or name not in known:
            continue
        file, text = known[name]
        try:
            tree = environment.parse(_with_line_ends(text), filename=file)
            parts = list(tree.find_all(_CHECKED))
        except TemplateSyntaxError as error:
            problems.append(_syntax_problem(error, file, text))
            continue
        except RecursionError:
            problems.append(_too_deep(Place(file)))
            continue
        trees[name] = file, tree
        faults = _faults(file, text, parts, names, figure_functions)
        problems += sorted(faults, key=lambda problem: problem.place.line)
        waiting += _named(parts)
    if problems:
        raise DefinitionError(problems)
    return {name: _code(environment, tree, name, file) for name, (file, tree) in trees.items()}


def _code(environment: Environment, tree: nodes.Template, name: str, file: str) -> CodeType:
    """Compile a tree, every loop and call of it metered."""
    try:
        return environment.compile(Metered().visit(tree), name, file)
    except (RecursionError, SyntaxError, MemoryError):  # Python allows a hundred levels of indentation, twenty of loops
        raise DefinitionError(_too_deep(Place(file))) from None
    except TemplateError as error:  # what is constant is computed here
        raise DefinitionError(_problem(Place(file), str(error), _SEE)) from None


def _too_deep(place: Place) -> Problem:
    return _problem(place, "嵌套太深", "请减少括号、循环或 macro 的层数")


def _named(parts: Sequence[nodes.Node]) -> Iterator[str]:
    """Yield the templates that a template names."""
    for node in parts:
        if isinstance(node, (nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends)) and isinstance(
            node.template, nodes.Const
        ):
            yield str(node.template.value)


def _join(environment: Sandbox, value: Iterable[Any], between: str = "") -> str:
    parts = [part for each in value for part in (between, each)]
    return environment.joined(*parts[1:])


def _printable(environment: Sandbox, value: Any) -> Any:
    """Refuse bare numbers: a figure is printed by a function that knows where it comes from.

    A macro's last line ends where the line ends that calls it.
    """
    if isinstance(value, (int, float, Decimal)) or value is None:
        raise TemplateRuntimeError(f"不能直接写出 {value}，数字要用 amount、count 等函数写出")
    if isinstance(value, (list, tuple, dict)):
        raise TemplateRuntimeError("不能直接写出列表")
    if isinstance(value, str):
        environment.pay(len(value))
        return value.rstrip(f"{_LINE_END}\n")
    return value


def _with_line_ends(text: str) -> str:
    """Mark the end of every line that is not blank in the template, outside of tags."""
    made, at, tags = [], 0, _tags(text)
    start, end = next(tags, (len(text), len(text) + 1))
    for found in _END.finditer(text):
        while end <= found.start():
            start, end = next(tags, (len(text), len(text) + 1))
        if found.start() <= start:
            made += [text[at : found.start()], _LINE_END]
            at = found.end()
    return "".join((*made, text[at:]))


def _tags(text: str) -> Iterator[tuple[int, int]]:
    """Yield where tags and comments begin and end, in one pass however many are not closed."""
    at, open_for_ever = 0, set()
    for found in _TAG.finditer(text):
        kind = found[0]
        if found.start() < at or kind in open_for_ever:
            continue
        end = text.find(_CLOSING[kind], found.end())
        if end < 0:
            open_for_ever.add(kind)
            continue
        at = end + 2
        yield found.start(), at


def _without_line_ends(text: str) -> str:
    """Drop the lines that are blank only because their tags printed nothing: just a blank line ends a paragraph."""
    lines = (line for line in text.split("\n") if _LINE_END not in line or line.replace(_LINE_END, "").strip())
    return "\n".join(lines).replace(_LINE_END, "")


# checks before rendering

_CHECKED = (
    *(nodes.Name, nodes.Filter, nodes.Call, nodes.Macro, nodes.List, nodes.Tuple, nodes.Dict),
    *(nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends),
)


def _faults(
    file: str, text: str, parts: Sequence[nodes.Node], names: tuple[str, ...], keyed: Mapping[str, int]
) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        if RESERVED.search(line):
            yield _problem(Place(file, number), "含有保留的字符 U+E000–U+E002", "请删去")
    known = {*names, *GLOBALS, *_assigned(parts)}
    for node in parts:
        place = Place(file, node.lineno)
        if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in known:
            yield _problem(place, f"没有 {node.name}", suggestion(node.name, sorted(known)))
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield _problem(place, f"没有过滤器 {node.name}", suggestion(node.name, FILTERS))
        elif isinstance(node, (nodes.List, nodes.Tuple, nodes.Dict)) and not _is_plain(node, names):
            yield _problem(place, "列表里只能写文字、数和文档列出的名称", "请改用 namespace 或分开写")
        elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
            constants = [key for key in node.args[: keyed.get(node.node.name, 0)] if isinstance(key, nodes.Const)]
            for key in constants:
                fault = figures.fault(str(key.value))
                if fault:
                    yield Problem("figure-key", place, str(key.value), {"hint": fault})


def _is_plain(node: nodes.Node, names: tuple[str, ...]) -> bool:
    """Tell whether a list holds nothing that the template made: lists of lists of lists grow without a loop."""
    if isinstance(node, nodes.Tuple) and node.ctx == "store":
        return True
    known = (nodes.Const, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Neg)
    return all(
        isinstance(each, known) or (isinstance(each, nodes.Name) and each.name in names)
        for each in node.find_all(nodes.Expr)
    )


def _assigned(parts: Sequence[nodes.Node]) -> Iterator[str]:
    """Yield the names that a template makes itself."""
    yield from ("loop", "caller")
    for node in parts:
        if isinstance(node, nodes.Name):
            if node.ctx != "load":
                yield node.name
        elif isinstance(node, nodes.Macro):
            yield node.name
        elif isinstance(node, nodes.Import):
            yield node.target
        elif isinstance(node, nodes.FromImport):
            yield from (name if isinstance(name, str) else name[1] for name in node.names)


def _problem(place: Place, detail: str, hint: str, value: str = "") -> Problem:
    return Problem("narrative-template", place, value, {"detail": detail, "hint": hint})


def _syntax_problem(error: TemplateSyntaxError, file: str, text: str) -> Problem:
    line = text.split("\n")[error.lineno - 1].strip()
    return _problem(Place(file, error.lineno), "语法不对", _TAG_HINT, line)


# mistakes met while rendering


def _explained(error: Exception, files: set[str]) -> Exception:
    """Turn an error into one that names the template's line; what did not come from a template stays as it is."""
    frames = traceback.extract_tb(error.__traceback__)
    mine = [frame for frame in frames if frame.filename in files]
    is_ours = isinstance(error, (TemplateError, UnknownFigureError, RecursionError)) or frames[-1].filename.startswith(
        (_ENGINE, sandbox.__file__)
    )
    if not mine or not (is_ours or frames[-1] is mine[-1]):
        return error
    place = Place(mine[-1].filename, mine[-1].lineno or 0)
    if isinstance(error, RecursionError):
        return DefinitionError(_too_deep(place))
    if isinstance(error, UnknownFigureError):
        hint = f"{error}；可以先用 has 判断有没有"
        return DefinitionError(_problem(place, "没有这个数", hint))
    if isinstance(error, SecurityError):
        return DefinitionError(_problem(place, "用了不允许的属性", "模板里只能用文档列出的名称"))
    if isinstance(error, TemplateError):
        return DefinitionError(_problem(place, str(error), _SEE))
    return DefinitionError(_problem(place, "参数或运算不对", _SEE, str(error)))
