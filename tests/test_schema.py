"""The JSON Schemas that editors use say of a file what kpi says when it reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import tomli

from kpi_cli import resources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCHEMAS = resources.templates() / "schema"
DEMO = resources.templates() / "demo"
FILES = sorted(path for path in DEMO.rglob("*.toml") if path.stem != "narrative")


def faults(name: str, content: str) -> list[str]:
    """Return where the schema of a file finds something wrong."""
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return [error.json_path for error in jsonschema.Draft7Validator(schema).iter_errors(tomli.loads(content))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_example_ledger_is_right(path: Path) -> None:
    assert faults(path.stem, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("lines", "[[lne]]\n", "$"),
        ("lines", '[[line]]\nfund_source = "公共预算"\nexpenditure_type = "基本支出"\nfunction_code = "2010601"\namount = 1\n', "$.line[0].fund_source"),
        ("lines", '[[line]]\nfund_source = "一般公共预算"\nexpenditure_type = "基本支出"\nfunction_code = "20106"\namount = 1\n', "$.line[0].function_code"),
        ("lines", '[[line]]\nfund_source = "一般公共预算"\nexpenditure_type = "基本支出"\nfunction_code = "2010601"\n', "$.line[0]"),
        ("kpi", 'schema_version = 1\ndepartment = 3\ntable_set = "mof"\n', "$.department"),
        ("units", '[[unit]]\nevaluated_unit = "a"\nname = "甲"\n', "$.unit[0]"),
        ("scheme", "[scheme]\nscore_places = 2.5\n", "$.scheme.score_places"),
        ("scheme", "[[scheme.grade]]\nmin = 90\n", "$.scheme.grade[0]"),
    ],
)  # fmt: skip
def test_what_kpi_refuses_the_schema_refuses(
    name: str, content: str, where: str, kpi: Callable[..., Any], make_ledger: Callable[..., Path]
) -> None:
    assert faults(name, content) == [where]
    folder = {"kpi": "", "lines": "2025/", "units": "2025/evaluation/", "scheme": "2025/evaluation/"}[name]
    root = make_ledger({f"{folder}{name}.toml": content, "2025/x": ""})
    assert kpi("-C", root, *(("eval", "final") if "evaluation" in folder else ("table", "1"))).status == 2


def test_the_command(kpi: Callable[..., Any]) -> None:
    lines = kpi("schema").out.splitlines()
    assert lines[0].startswith("appeals.toml\t#:schema file:///")
    assert json.loads(kpi("schema", "lines.toml").out)["title"] == "kpi 台账：预算行"
    assert kpi("schema", "lnes").lines == ["kpi: 错误: 不认识的导入种类（lnes）；是不是 lines？"]
