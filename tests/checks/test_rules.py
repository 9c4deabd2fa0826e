"""Rule definitions: every rule of the domain is there, each with its authority; wrong ones are refused with their line."""

from __future__ import annotations

import pytest

from kpi_cli.checks.functions import FUNCTIONS
from kpi_cli.checks.rules import bundled_rules, parse_rules
from kpi_cli.errors import DefinitionError
from kpi_cli.toml_source import parse_toml

DOMAIN = {
    *(f"IN-{n:02}" for n in range(20)),
    *(f"X-{n:02}" for n in range(1, 18)),
    *(f"TX-{n:02}" for n in range(1, 18)),
    *(f"Y-{n:02}" for n in range(1, 11)),
    *(f"N-{n:02}" for n in range(1, 7)),
    *("P-01", "P-02", "P-03", "E-01", "E-02", "F-01", "F-02", "F-03", "F-04", "F-05", "D-01"),
}


def test_every_rule_of_the_domain_is_implemented_or_listed_with_its_reason() -> None:
    rules = bundled_rules()
    assert {rule.id for rule in rules} >= DOMAIN
    assert all(rule.reason for rule in rules if rule.kind == "listed")


def test_every_function_is_named_by_a_rule() -> None:
    assert {rule.function for rule in bundled_rules() if rule.kind == "function"} == set(FUNCTIONS)


def test_every_rule_on_sentences_explains_itself_with_an_example() -> None:
    own = [r for r in bundled_rules() if r.id.split("-")[0] in ("TX", "Y", "P", "F", "D", "L")]
    assert all(rule.explain and rule.why and rule.source and rule.example for rule in own)


BASE = '[[rule]]\nid = "A"\ntitle = "x"\nseverity = "error"\nexplain = "x"\nsource = "x"\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('kind = "function"', 1, "缺少 function"),
        ('kind = "function"\nfunction = "claims_mach"', 8, "是不是 claims_match？"),
        ('kind = "listed"', 1, "缺少 reason"),
        ('kind = "zero"\nexample = { wrong = "x" }', 8, "例子不全"),
        ('kind = "function"\nfunction = "forbidden_words"\npatterns = [["(", "x"]]', 9, "不是正则式"),
        ('kind = "zero"\nelsewhere = "gentle"', 8, "elsewhere"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(DefinitionError) as error:
        parse_rules(parse_toml((BASE + text + "\n").encode(), "rules/x.toml"))
    [problem] = error.value.problems
    assert problem.text.startswith(f"rules/x.toml:{line}: ")
    assert words in problem.text
