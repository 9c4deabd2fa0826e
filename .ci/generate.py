"""Write the files that are made from others; `--check` fails where one is out of date.

`kpi_cli/cli/tree.json`: the Typer tree for the front door. `docs/cli.md`: every help page. `docs/ledger.md`: every
file and key of a ledger. `docs/rules.md`: the tie-out rules. `docs/methods.md`: the scoring methods.
`docs/errors.md`: exit statuses and problems. `completions/`: what TAB needs in bash, zsh, fish and PowerShell.
`docs/api.md`: what plugins may use. `docs/LICENCES.md`: what is needed, under which licences. `man/kpi.1`: the man
page. `templates/schema/`: JSON Schemas of the ledger's files, for editors.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import sys
from collections.abc import Mapping
from dataclasses import MISSING, is_dataclass
from dataclasses import fields as dataclass_fields
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import api_reference
import dependencies
import typer

from kpi_cli import resources
from kpi_cli.checks.finding import SEVERITIES
from kpi_cli.checks.rules import bundled_rules
from kpi_cli.cli import app
from kpi_cli.cli.frontdoor import COMMANDS, TREE
from kpi_cli.cli.session import FLAGS, VALUE_OPTIONS
from kpi_cli.completion import description as completions
from kpi_cli.completion.scripts import DIALECTS, script
from kpi_cli.errors import EXIT_STATUSES
from kpi_cli.evaluation import kinds as evaluation_kinds
from kpi_cli.evaluation.methods import METHODS
from kpi_cli.evaluation.rules.engine import evaluation_rules
from kpi_cli.evaluation.scheme import Scheme
from kpi_cli.ledger import scheme_file, subjects_file
from kpi_cli.model import fields
from kpi_cli.model.field import choice, code
from kpi_cli.problems import WORDING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.evaluation.methods.method import Method

KINDS = {int: "int", str: "text", Path: "path", bool: "flag", float: "other"}


def parameter(param: Any, hint: Any) -> dict[str, Any]:
    """Describe one parameter: its type, whether it repeats, its default."""
    kinds = [kind for kind in KINDS if kind in flatten(hint)]
    default = str(param.default) if isinstance(param.default, Path) else param.default
    return {"type": KINDS[kinds[0]], "multiple": list in flatten(hint), "default": default}


def flatten(hint: Any) -> list[Any]:
    """Return a type and the types inside it: `list[str] | None` → list, str, None."""
    inner = [part for argument in get_args(hint) for part in flatten(argument)]
    return [get_origin(hint) or hint, *inner]


def describe(command: Any, function: Any) -> dict[str, Any]:
    """Describe the parameters of one command; types come from the function behind it."""
    hints = get_type_hints(function)
    params = [p for p in command.params if p.name != "help"]
    arguments = [p.name for p in params if p.param_type_name == "argument"]
    return {
        "parameters": {p.name: parameter(p, hints[p.name]) for p in params},
        "options": {name: p.name for p in params if p.param_type_name == "option" for name in p.opts},
        "argument": arguments[0] if arguments else "",
    }


def tree() -> str:
    """Return the file's content."""
    root: Any = typer.main.get_command(app.build())
    found = {"": describe(root, app.main_options)}
    for name in COMMANDS:
        found[name] = describe(root.commands[name], getattr(importlib.import_module(app.COMMANDS[name]), name))
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def cli_reference() -> str:
    """Return docs/cli.md: the help page of every command."""
    root: Any = typer.main.get_command(app.build())
    parts = ["# 命令参考", "", "由 `make generate` 从命令树生成，请勿手改。", ""]

    def add(command: Any, path: str, parent: Any) -> None:
        context = typer.Context(command, info_name=path.rpartition(" ")[2] or path, parent=parent)
        parts.extend([f"{'#' * (path.count(' ') + 2)} {path}", "", "```text", command.get_help(context), "```", ""])
        for name, child in getattr(command, "commands", {}).items():
            add(child, f"{path} {name}", context)

    add(root, "kpi", None)
    return "\n".join(parts).rstrip() + "\n"


def man_page() -> str:
    """Return man/kpi.1: every command with its options and examples."""
    root: Any = typer.main.get_command(app.build())
    parts = [
        '.TH KPI 1 "" "kpi-cli" "部门预算公开台账"',
        ".SH 名称",
        "kpi \\- 部门预算公开台账：一本台账，九张公开表，每个数只算一次",
    ]
    parts += [".SH 概要", ".B kpi", "[选项] 命令 …", ".SH 选项", *man_options(root), ".SH 命令"]

    def add(command: Any, path: str) -> None:
        arguments = [p.metavar or p.name.upper() for p in command.params if p.param_type_name == "argument"]
        parts.extend([f".SS {path} {' '.join(arguments)}".rstrip(), roff(command.help or ""), *man_options(command)])
        if command.epilog:
            parts.extend(
                [".PP", "例：", ".nf", *(roff(line.strip()) for line in command.epilog.strip().split("\n")), ".fi"]
            )
        for name, child in getattr(command, "commands", {}).items():
            add(child, f"{path} {name}")

    for name, command in root.commands.items():
        add(command, f"kpi {name}")
    parts += [".SH 退出码", *(line for code, text in EXIT_STATUSES.items() for line in (".TP", str(code), text))]
    parts += [".SH 环境变量", ".TP", "KPI_LEDGER", "台账文件夹，没有 -C 时用", ".TP", "KPI_PLUGINS"]
    parts += ["只加载这些插件，逗号隔开", ".TP", "NO_COLOR", "不用颜色", ".SH 参见", "kpi help，docs/ 里的各页"]
    return "\n".join(parts) + "\n"


def man_options(command: Any) -> list[str]:
    """Return the options of a command as tagged paragraphs."""
    found = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    return [
        line
        for p in found
        for line in (
            ".TP",
            roff(", ".join(p.opts) + ("" if p.is_flag else f" {p.metavar or '值'}")),
            roff(p.help or ""),
        )
    ]


def roff(text: str) -> str:
    """Write text so that roff takes none of it for a request; hyphens stay hyphens for copying."""
    plain = text.strip().replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain[:1] in (".", "'") else plain


def rule_catalogue() -> str:
    """Return docs/rules.md: every tie-out rule, each id once with all that it checks."""
    by_id: dict[str, list[TieOutRule]] = {}
    for rule in bundled_rules():
        by_id.setdefault(rule.id, []).append(rule)
    parts = ["# 勾稽规则", "", "由 `make generate` 从 `templates/rules/` 生成，请勿手改。", ""]
    parts += ["`kpi check --explain 规则` 在终端显示同样的说明。“外来”是 `kpi check --disclosure` 时的级别。", ""]
    parts += ["| 规则 | 内容 | 级别 | 适用 |", "|---|---|---|---|"]
    parts += [
        f"| [{id_}](#{id_.lower()}) | {rules[0].title} | {grade(rules[0])} | {scope(rules)} |"
        for id_, rules in by_id.items()
    ]
    for id_, rules in by_id.items():
        parts += ["", f"## {id_}"]
        for explain, rule in {rule.explain: rule for rule in rules}.items():
            parts += ["", f"**{rule.title}**（{grade(rule)}）。{explain}", *rule_details(rule)]
    parts += ["", "# 绩效考评的校验规则", "", "`kpi eval check --explain 规则` 在终端显示同样的说明。"]
    for rule in evaluation_rules():
        parts += ["", f"## {rule.id}", "", f"**{rule.title}**（{grade(rule)}）。{rule.explain}", *rule_details(rule)]
    return "\n".join(parts) + "\n"


FAMILIES = {
    "indicator": "指标（`indicators` 的 `method`）",
    "review": "公众评议（`[scheme.public_review]`）",
    "leader": "领导评价（`[scheme.leader_rating]`）",
    "points": "扣分和加分",
    "project": "项目支出绩效自评",
}


def method_catalogue() -> str:
    """Return docs/methods.md: every scoring method with its formula, parameters and source."""
    parts = ["# 计分方法", "", "由 `make generate` 从 `kpi_cli/evaluation/methods/` 生成，请勿手改。", ""]
    parts += ["方法可写名称（`ratio`）、代号（`M01`）或中文名。公式说明取自代码，为英文。"]
    for family, words in FAMILIES.items():
        parts += ["", f"## {words}"]
        own = [method for (each, _), method in METHODS.items() if each == family]
        for method in sorted(own, key=lambda method: method.code):
            parts += ["", f"### {method.code} `{method.name}` {method.title}", "", *method_details(method)]
    return "\n".join(parts).rstrip() + "\n"


def method_details(method: Method) -> list[str]:
    """Return what a method computes, what it needs and its parameters."""
    formula = inspect.cleandoc(method.compute.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    words = {"actual": "实际值", "target": "目标值", "baseline": "基期值"}
    needs = [words[name] for name in method.needs] + [f"inputs.{name}" for name in method.inputs]
    found = [formula, ""] + ([f"需要：{'、'.join(needs)}。", ""] if needs else [])
    if method.params:
        found += ["| 参数 | 含义 | 必填 | 可选的词 |", "|---|---|---|---|"]
        found += [
            f"| `{name}` | {param.doc} | {'是' if param.required else ''} | {'、'.join(param.choices)} |".replace(
                "|  |", "| |"
            )
            for name, param in method.params.items()
        ]
    return found


def grade(rule: TieOutRule) -> str:
    """Return the severity of a rule, and that for disclosures from elsewhere where it differs."""
    if rule.kind == "listed":
        return "不校核"
    return SEVERITIES[rule.severity] + (f"，外来{SEVERITIES[rule.elsewhere]}" if rule.elsewhere else "")


def scope(rules: list[TieOutRule]) -> str:
    """Return which sets and levels a rule is about."""
    words = {"department": "部门", "unit": "单位"}
    narrowed = [(*rule.sets, *(words[level] for level in (rule.level,) if level)) for rule in rules]
    return "全部" if () in narrowed else "、".join(dict.fromkeys(word for own in narrowed for word in own))


def rule_details(rule: TieOutRule) -> list[str]:
    """Return the list below a rule: why, why it is not checked, authority, example."""
    found = [("为什么", rule.why), ("不校核", rule.reason), ("依据", rule.source)]
    if rule.example:
        found += [("错", rule.example.wrong), ("对", rule.example.right)]
    return ["", *(f"- {label}：{text}" for label, text in found if text)]


def error_catalogue() -> str:
    """Return docs/errors.md: exit statuses and problems."""
    parts = [
        "# 退出码与错误",
        "",
        "由 `make generate` 从 `kpi_cli/errors.py`、`kpi_cli/problems.py` 生成，请勿手改。",
        "",
    ]
    parts += ["| 退出码 | 含义 |", "|---|---|", *(f"| {code} | {text} |" for code, text in EXIT_STATUSES.items()), ""]
    parts += ["| 代号 | 问题 | 怎么办 |", "|---|---|---|"]
    parts += [f"| {code} | {what} | {remedy} |".replace("|  |", "| |") for code, (what, remedy) in WORDING.items()]
    return "\n".join(parts) + "\n"


def ledger_reference() -> str:
    """Return docs/ledger.md: every file and key of a ledger, and the columns of `kpi import`."""
    parts = ["# 台账格式", "", "由 `make generate` 从 `kpi_cli/model/fields.py` 生成，请勿手改。", ""]
    parts += [
        "台账是一个文件夹：`kpi.toml` 说明是谁，每个年度一个文件夹。金额为元，最多两位小数；中文值也可写英文键。",
        "",
        "编辑器能补全和检查这些文件：`kpi schema` 给每种文件打印一行 `#:schema …`，写在文件的第一行",
        "（VS Code 装 Even Better TOML，其他编辑器用 taplo 或 tombi）。",
        "",
    ]
    parts += ["## kpi.toml", "", *fields_table(fields.SETTINGS_FIELDS)]
    parts += ["### [display]，以及只对第 N 张表的 [display.tables.N]", "", *fields_table(fields.DISPLAY_FIELDS)]
    parts += ["### [[budget_unit]]", "", *fields_table(fields.UNIT_FIELDS)]
    for kind in fields.KINDS.values():
        head = f"## 年度/{kind.file}：[[{kind.name}]] {kind.label}"
        parts += [head, "", f"导入：`kpi import {kind.plural} 文件`", "", *fields_table(kind.fields)]
    parts += ["## 年度/subjects.csv：当年的本地科目名称", "", *fields_table(subjects_file.FIELDS)]
    parts += [
        "# 绩效考评的记录",
        "",
        "方案 `年度/evaluation/scheme.toml` 的写法见 [evaluation.md](evaluation.md)。",
        "",
    ]
    for kind in evaluation_kinds.KINDS.values():
        head = f"## 年度/{kind.file}：[[{kind.name}]] {kind.label}"
        parts += [head, "", f"导入：`kpi eval import {kind.plural} 文件`", "", *fields_table(kind.fields)]
    return "\n".join(parts).rstrip() + "\n"


def fields_table(rows: Iterable[fields.Field]) -> list[str]:
    """Return a Markdown table of fields."""
    lines = ["| 键 | 导入列名 | 必填 | 含义 | 例 |", "|---|---|---|---|---|"]
    for field in rows:
        columns = " · ".join(dict.fromkeys((field.column or field.name, field.label)))
        needed = "是" if field.required else ""
        lines.append(
            f"| `{field.name}` | {columns} | {needed} | {field.doc} | {field.example} |".replace("|  |", "| |")
        )
    return [*lines, ""]


SAMPLES: dict[str, Any] = {
    "string": "",
    "integer": 1,
    "number": Decimal("1.5"),
    "boolean": True,
    "array": ["a"],
    "object": {"a": 1},
}
"""A value of each type of JSON Schema; which of them a field's parser takes says its type."""


def field_schema(field: fields.Field) -> dict[str, Any]:
    """Describe a field: its types as its parser takes them, or its words."""
    about = {"title": field.label, "description": field.doc, **({"examples": [field.example]} if field.example else {})}
    if isinstance(field.parse, choice):
        return {**about, "enum": sorted(field.parse.vocabulary.spellings)}
    if isinstance(field.parse, code):
        return {**about, "type": "string", "pattern": f"^(?:{field.parse.pattern})$"}
    types = []
    for name, sample in {**SAMPLES, "string": field.example or "文字"}.items():
        with contextlib.suppress(fields.FieldError):
            field.parse(sample)
            types.append(name)
    return {**about, "type": types if len(types) > 1 else types[0]}


def table_schema(rows: Iterable[fields.Field], **more: Any) -> dict[str, Any]:
    """Describe a table: its keys, and which of them it needs."""
    own = list(rows)
    needed = [field.name for field in own if field.required and field.name != "amount"]
    found: dict[str, Any] = {"type": "object", "properties": {f.name: field_schema(f) for f in own} | more}
    found |= {"additionalProperties": False, "required": needed}
    if any(field.name == "amount" and field.required for field in own):
        found["oneOf"] = [{"required": ["amount"]}, {"required": ["amount_wan"]}]
    return found


def schema(title: str, body: dict[str, Any]) -> str:
    """Return a whole schema."""
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title}
    return json.dumps({**head, **body}, ensure_ascii=False, indent=1) + "\n"


def list_of(items: dict[str, Any]) -> dict[str, Any]:
    """Describe an array of tables."""
    return {"type": "array", "items": items}


PLAIN_TYPES = {Decimal: "number", int: "integer", bool: "boolean", str: "string"}


def hint_schema(hint: Any) -> dict[str, Any]:
    """Describe an annotated type of a scheme."""
    hint = scheme_file.first_type(hint)
    if is_dataclass(hint):
        hints = get_type_hints(hint, localns=scheme_file.NAMES)
        own = {f.name: hint_schema(hints[f.name]) for f in dataclass_fields(hint) if f.name != "source"}
        needed = [f.name for f in dataclass_fields(hint) if f.default is MISSING and f.default_factory is MISSING]
        needed = [name for name in needed if name != "year"]
        return {"type": "object", "properties": own, "additionalProperties": False, "required": needed}
    if get_origin(hint) is Mapping:
        return {"type": "object", "additionalProperties": hint_schema(get_args(hint)[1])}
    if get_origin(hint) is tuple:
        return list_of(hint_schema(get_args(hint)[0]))
    return {"type": PLAIN_TYPES[hint]}


def schemas() -> dict[str, str]:
    """Return a JSON Schema for kpi.toml and for every file of records, by the name of its file."""
    display = table_schema(fields.DISPLAY_FIELDS)
    by_table = {"type": "object", "patternProperties": {"^[1-9]$": display}, "additionalProperties": False}
    display = {**display, "properties": {**display["properties"], "tables": by_table}}
    units = list_of(table_schema(fields.UNIT_FIELDS))
    found = {"kpi": schema("kpi 台账设置", table_schema(fields.SETTINGS_FIELDS, display=display, budget_unit=units))}
    for kind in (*fields.KINDS.values(), *evaluation_kinds.KINDS.values()):
        body = {"type": "object", "properties": {kind.name: list_of(table_schema(kind.fields))}}
        found[kind.plural] = schema(f"kpi 台账：{kind.label}", {**body, "additionalProperties": False})
    scheme = {"type": "object", "properties": {"scheme": hint_schema(Scheme)}, "additionalProperties": False}
    found["scheme"] = schema("kpi 考评方案", scheme)
    return {f"{name}.schema.json": text for name, text in found.items()}


def completion_scripts() -> dict[str, str]:
    """Return the completion script of every shell by the name of its file."""
    tree = completions.describe(typer.main.get_command(app.build()), (*VALUE_OPTIONS, *FLAGS))
    templates = resources.templates() / "completion"
    marks = {"utf-8": "", "utf-8-sig": "\ufeff"}
    return {own.file: marks[own.encoding] + script(shell, tree, templates) for shell, own in DIALECTS.items()}


def outputs() -> dict[Path, str]:
    """Return every generated file with its content."""
    root = Path(__file__).resolve().parents[1]
    docs = root / "docs"
    return {
        **{root / "completions" / name: text for name, text in completion_scripts().items()},
        TREE: tree(),
        **{root / "templates/schema" / name: text for name, text in schemas().items()},
        root / "man/kpi.1": man_page(),
        docs / "cli.md": cli_reference(),
        docs / "ledger.md": ledger_reference(),
        docs / "rules.md": rule_catalogue(),
        docs / "methods.md": method_catalogue(),
        docs / "errors.md": error_catalogue(),
        docs / "api.md": api_reference.page(),
        docs / "LICENCES.md": dependencies.page(),
    }


def main() -> int:
    """Write, or with `--check` compare, the generated files."""
    stale = 0
    for path, content in outputs().items():
        if path.exists() and path.read_text(encoding="utf-8") == content:
            continue
        stale += 1
        if "--check" in sys.argv:
            sys.stderr.write(f"{path}: out of date, run `make generate`\n")
        else:
            path.write_text(content, encoding="utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
