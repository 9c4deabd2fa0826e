"""Fields: each declared once, parsed the same from TOML, CSV and the command line, and written back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kpi_cli.model import fields as f

FIELDS = [(kind, field) for kind in f.KINDS.values() for field in kind.fields]


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=lambda x: x.name)
def test_every_example_is_accepted_and_written_back(kind: f.RecordKind, field: f.Field) -> None:
    assert field.doc
    assert field.label
    assert field is kind.by_name[field.name]
    if field.example:
        value = field.parse(field.example)
        assert field.parse(str(field.write(value)) if not isinstance(value, tuple | bool) else field.example) == value


@pytest.mark.parametrize("field", [*f.SETTINGS_FIELDS, *f.UNIT_FIELDS, *f.DISPLAY_FIELDS], ids=lambda x: x.name)
def test_every_example_of_the_settings_is_accepted(field: f.Field) -> None:
    if field.example:
        field.parse(field.example)


@pytest.mark.parametrize("kind", f.KINDS.values(), ids=lambda x: x.name)
def test_a_record_has_the_fields_of_its_kind(kind: f.RecordKind) -> None:
    own = set(kind.record._fields) - {"source", "derived", "places"}
    assert own == set(kind.keys) - {"amount_wan"}


def line(**values: object) -> dict[str, object]:
    """Return the values of a complete basic line, some of them changed."""
    own = {field.name: field.default for field in f.LINE.fields}
    given = {
        "function_code": "2010601",
        "economic_code": "30101",
        "expenditure_type": "basic_expenditure",
        "fund_source": "general_public_budget",
        "amount": Decimal(1),
    }
    return {**own, **given, **values}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("30101", "personnel_expenditure"),
        ("30302", "personnel_expenditure"),
        ("30201", "operating_expenditure"),
        ("30913", "operating_expenditure"),
        ("31002", "operating_expenditure"),
    ],
)
def test_the_cost_kind_of_a_basic_line_is_derived(code: str, kind: str) -> None:
    values = line(economic_code=code)
    f.LINE.complete(values)
    assert values["cost_kind"] == kind


def test_a_stated_cost_kind_wins() -> None:
    values = line(economic_code="30101", cost_kind="operating_expenditure")
    f.LINE.complete(values)
    assert values["cost_kind"] == "operating_expenditure"
    values = line(economic_code="30701", cost_kind="operating_expenditure")
    f.LINE.complete(values)
    with pytest.raises(f.FieldError, match="cost-kind-needed"):
        f.LINE.complete(line(economic_code="30701"))


def test_a_project_line_has_no_cost_kind_of_its_own() -> None:
    values = line(expenditure_type="project_expenditure", economic_code="30201")
    f.LINE.complete(values)
    assert values["cost_kind"] == ""


@pytest.mark.parametrize(
    ("kind", "code", "problem"),
    [
        ("basic_expenditure", "", "economic-code-needed"),
        ("basic_expenditure", "301", "economic-code-needed"),
        ("operating", "", "economic-code-needed"),
        ("project_expenditure", "", None),
        ("project_expenditure", "302", None),
        ("project_expenditure", "30201", None),
    ],
)
def test_which_lines_need_an_economic_code(kind: str, code: str, problem: str | None) -> None:
    values = line(expenditure_type=kind, economic_code=code)
    if problem is None:
        f.LINE.complete(values)
    else:
        with pytest.raises(f.FieldError, match=problem):
            f.LINE.complete(values)


def test_wan_becomes_the_amount_and_keeps_its_places() -> None:
    values = {**{field.name: field.default for field in f.SANGONG.fields}, "amount_wan": (Decimal("9500.00"), 3)}
    f.SANGONG.complete(values)
    assert (values["amount"], values["places"]) == (Decimal(9500), 3)
    assert "amount_wan" not in values
    with pytest.raises(f.FieldError, match="amount-twice"):
        f.SANGONG.complete({"amount": Decimal(1), "amount_wan": (Decimal(1), 0)})
    with pytest.raises(f.FieldError, match="missing"):
        f.SANGONG.complete({"amount": None})


@pytest.mark.parametrize("text", ["2017", 1990, "2100"])
def test_years(text: object) -> None:
    assert f.YEAR(text) == int(str(text))


@pytest.mark.parametrize("text", ["1989", 2101, "25", "２０２５", "2025.0", "", True, None, "9" * 5000])
def test_what_is_no_year(text: object) -> None:
    with pytest.raises(f.FieldError, match="year-range"):
        f.YEAR(text)


@pytest.mark.parametrize("text", ["12345678", "123456", "2010 601", "201060１", "abcdefg", "-010601", "２０１０６０１"])
def test_what_is_no_function_code(text: str) -> None:
    with pytest.raises(f.FieldError, match="function-code"):
        f.FUNCTION_CODE(text)
