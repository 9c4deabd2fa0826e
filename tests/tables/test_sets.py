"""The three bundled table sets and the demo ledger: golden tables, properties that hold for every set, refusals.

KPI_UPDATE_GOLDEN=1 rewrites the golden files; read every change before it is committed.
"""

from __future__ import annotations

import csv
import io
import os
import random
import re
import shutil
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kpi_cli import assembly, resources
from kpi_cli.assembly import Request, assemble, disclose, find_table_set
from kpi_cli.checks.engine import check
from kpi_cli.errors import DefinitionError, UsageError
from kpi_cli.ledger.reader import open_ledger, read_year
from kpi_cli.model.records import LedgerYear, Settings, TableDisplay
from kpi_cli.tables.compute import compute_table
from kpi_cli.tables.definition import TableDefinition
from kpi_cli.tables.definition_reader import read_definition, read_table_set
from kpi_cli.tables.rows import UNLISTED, numeral
from kpi_cli.tables.table import Block, Cell, State, Sum, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kpi_cli.disclosure import Disclosure

SETS = ("guangxi-2017", "mof", "shanghai")
LEVELS = ("department", "unit")
GOLDEN = Path(__file__).parent / "golden"
DEMO = resources.templates() / "demo"
UPDATE = bool(os.environ.get("KPI_UPDATE_GOLDEN"))

# An invented ledger that has everything: every fund and every expenditure type, 上年结转, 3-digit and missing economic
# codes, incomes without a function code, an unknown local code with a name, a stated cost kind, three owners (two
# units and the department itself), printed and derived 三公 figures, and part of last year's figures.
SETTINGS = """
schema_version = 1
department = "临江县文化局"
code = "105"
level = "{level}"
nature = "行政"
table_set = "mof"

[[budget_unit]]
code = "105001"
name = "临江县文化局机关"
nature = "行政"

[[budget_unit]]
code = "105002"
name = "临江县图书馆"
nature = "事业"
"""

FUNDS = {
    "一般": "一般公共预算",
    "基金": "政府性基金预算",
    "国资": "国有资本经营预算",
    "专户": "财政专户管理资金",
    "事业": "事业收入",
    "经营": "事业单位经营收入",
    "上级": "上级补助收入",
    "附属": "附属单位上缴收入",
    "其他": "其他收入",
    "结余": "使用非财政拨款结余",
}
TYPES = {
    "基本": "基本支出",
    "项目": "项目支出",
    "经营": "事业单位经营支出",
    "上缴": "上缴上级支出",
    "补助": "对附属单位补助支出",
}

# function, economic, type, fund, unit, carried forward, yuan
LINES = """
2070101 30101 基本 一般 105001 - 1200000.00
2070101 30102 基本 一般 105001 - 800000.55
2070101 30201 基本 一般 105001 - 150000.00
2070101 30217 基本 一般 105001 - 12000.00
2070101 30231 基本 一般 105001 - 30000.00
2070101 31002 基本 一般 105001 - 25000.00
2070101 39999 基本 一般 105001 - 5000.00
2070104 30101 基本 一般 105002 - 600000.00
2070104 302   项目 一般 105002 - 88000.01
2070104 30214 项目 一般 105002 结转 11999.99
2070104 -     项目 一般 105002 - 45000.00
2070104 30227 项目 事业 105002 - 20000.00
2070104 30226 经营 经营 105002 - 33333.33
2070104 30201 基本 事业 105002 - 15000.00
2070104 30218 基本 专户 105002 - 40000.00
2070104 30215 项目 上级 105002 - 10000.00
2070101 30216 项目 附属 105001 - 8000.00
2070101 39999 补助 其他 105001 - 6000.00
2070101 39999 上缴 其他 105001 - 4000.00
2070199 31013 项目 一般 105001 结转 180000.00
2070188 30299 项目 一般 105001 - 77000.00
2080505 30108 基本 一般 105001 - 200000.00
2080505 30108 基本 一般 105002 - 96000.49
2101101 30110 基本 一般 105001 - 100000.00
2210201 30113 基本 一般 105001 - 150000.00
2120803 31005 项目 基金 -      结转 500000.00
2120803 31005 项目 基金 105001 - 260000.00
2230105 -     项目 国资 -      - 70000.00
2070101 30299 项目 其他 -      - 17000.00
"""

# fund, function, unit, carried forward, yuan
INCOMES = """
一般 2070101 105001 -    2222000.55
一般 2070104 105002 -    733000.01
一般 2070104 105002 结转 11999.99
一般 2070199 105001 结转 180000.00
一般 2070188 105001 -    77000.00
一般 2080505 105001 -    200000.00
一般 2080505 105002 -    96000.49
一般 2101101 105001 -    100000.00
一般 2210201 105001 -    150000.00
基金 2120803 -      结转 500000.00
基金 2120803 105001 -    260000.00
国资 -       -      -    70000.00
事业 2070104 105002 -    35000.00
经营 2070104 105002 -    33333.33
专户 2070104 105002 -    40000.00
上级 -       105002 -    10000.00
附属 2070101 105001 -    8000.00
其他 2070101 105001 -    10000.00
其他 2070101 -      结转 6000.00
结余 2070101 -      -    7000.00
结余 -       105002 结转 4000.00
"""

SANGONG = """
[[sangong]]
category = "公务接待费"
amount_wan = 1.20
budget_unit = "105001"

[[sangong]]
category = "公务接待费"
amount = 3000.00
budget_unit = "105002"

[[sangong]]
category = "因公出国(境)费"
fund_source = "政府性基金"
amount = 30000.00
"""

# Last year: 出国 was nil; 用车 is known as a whole only; 接待 is not known, so the total stands on its own figure.
COMPARATIVES = """
[[comparative]]
figure = "sangong:overseas_travel"
amount = 0

[[comparative]]
figure = "sangong:vehicles"
amount = 45000.00

[[comparative]]
figure = "sangong"
amount = 61234.00
"""


def _records(kind: str, keys: tuple[str, ...], text: str) -> str:
    words = {"fund_source": FUNDS, "expenditure_type": TYPES}
    made = []
    for row in text.split("\n"):
        values = row.split()
        if not values:
            continue
        lines = [f"[[{kind}]]"]
        for key, value in zip(keys, values, strict=True):
            if key == "amount":
                lines.append(f"amount = {value}")
            elif value != "-":
                lines.append(f'{key} = "{words.get(key, {}).get(value, "是" if value == "结转" else value)}"')
        if "39999" in values and "基本" in values:
            lines.append('cost_kind = "公用经费"')
        if "2070188" in values and kind == "line":
            lines.append('function_name = "地方戏曲保护"')
        made.append("\n".join(lines))
    return "\n\n".join(made) + "\n"


def rich_files(level: str) -> dict[str, str]:
    """Return the files of the invented ledger."""
    line_keys = (
        "function_code",
        "economic_code",
        "expenditure_type",
        "fund_source",
        "budget_unit",
        "carried_forward",
        "amount",
    )
    income_keys = ("fund_source", "function_code", "budget_unit", "carried_forward", "amount")
    return {
        "kpi.toml": SETTINGS.format(level={"department": "部门", "unit": "单位"}[level]),
        "2025/lines.toml": _records("line", line_keys, LINES),
        "2025/incomes.toml": _records("income", income_keys, INCOMES),
        "2025/sangong.toml": SANGONG,
        "2025/comparatives.toml": COMPARATIVES,
    }


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that gives the invented ledger's folder, by level."""

    @cache
    def make(level: str) -> Path:
        root = tmp_path_factory.mktemp(level)
        for name, text in rich_files(level).items():
            path = root / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    return make


@pytest.fixture(scope="module")
def rich_year(rich: Callable[[str], Path]) -> Callable[[str], tuple[Settings, LedgerYear]]:
    """Return a function that reads the invented ledger, by level."""

    @cache
    def read(level: str) -> tuple[Settings, LedgerYear]:
        ledger = open_ledger(rich(level))
        return ledger.settings, read_year(ledger, 2025)

    return read


@cache
def definitions(name: str, level: str) -> tuple[TableDefinition, ...]:
    """Return every definition of a set for a level, alternative forms included."""
    table_set = read_table_set(resources.templates() / "table_sets" / name)
    files = [file for _, own, _, file in table_set.entries if own in ("", level)]
    return tuple(read_definition(table_set.folder / file, level) for file in files)


def cells_of(table: Table, block: Block) -> Iterator[tuple[int, int, Cell]]:
    """Yield (row, column, cell) of a block's leaves: figures that count records of this year, “其中” columns left out."""
    for r in range(table.header_rows, len(table.rows)):
        for c in range(block.first, block.last + 1):
            cell = table.rows[r][c]
            if cell.selection is not None and cell.selection.year_offset == 0 and c not in block.memo:
                yield r, c, cell


def text_rows(table: Table) -> list[list[str]]:
    """Return all rows of a table as CSV has them."""
    return list(table.plain_rows())


def total_column(table: Table, block: Block) -> int:
    """Return the column of a block that holds its totals."""
    own = range(block.first, block.last + 1)
    named = [c for c in own if table.columns[c].id == "total"]
    return named[0] if named else next(c for c in own if table.columns[c].kind == "amount")


# golden tables


def as_csv(rows: Any) -> str:
    """Write rows as CSV with plain line ends."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def golden_files(disclosure: Disclosure) -> dict[str, str]:
    """Return the golden files of a disclosure: one CSV per table, and one with what stands around them."""
    around = [("id", "number", "title", "label", "unit_label", "note")]
    files = {}
    for table in disclosure.tables:
        files[f"{table.id:02}.csv"] = as_csv(table.plain_rows())
        around.append((str(table.id), table.number, table.title, table.label, table.unit_label, table.note))
    return {**files, "tables.csv": as_csv(around)}


def compare_golden(folder: Path, files: dict[str, str]) -> None:
    """Compare with the golden files of a folder, or rewrite them."""
    if UPDATE:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    kept = {path.name: path.read_bytes().decode() for path in sorted(folder.glob("*"))}
    assert kept.keys() == files.keys()
    for name, text in files.items():
        assert text == kept[name], f"{folder.name}/{name}"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", SETS)
def test_golden_tables(name: str, level: str, rich: Callable[[str], Path]) -> None:
    disclosure = assemble(rich(level), Request(table_set=name))
    assert [table.id for table in disclosure.tables] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    compare_golden(GOLDEN / f"{name}-{level}", golden_files(disclosure))


@pytest.mark.parametrize("level", LEVELS)
def test_golden_alternative_form(level: str, rich_year: Callable[[str], Any]) -> None:
    settings, year = rich_year(level)
    settings = replace(settings, table_display={2: TableDisplay(form="by_subject")})
    disclosure = disclose(settings, year, None, find_table_set("mof"), (2,))
    compare_golden(GOLDEN / f"mof-{level}-by_subject", golden_files(disclosure))


def test_golden_demo() -> None:
    compare_golden(GOLDEN / "demo", golden_files(assemble(DEMO, Request())))


def test_no_golden_folder_is_left_over() -> None:
    expected = {f"{name}-{level}" for name in SETS for level in LEVELS} | {
        f"mof-{level}-by_subject" for level in LEVELS
    }
    assert {path.name for path in GOLDEN.iterdir()} == {*expected, "demo"}


# properties of every set


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", SETS)
def test_every_definition_loads(name: str, level: str) -> None:
    table_set = read_table_set(resources.templates() / "table_sets" / name)
    assert table_set.numbers == (1, 2, 3, 4, 5, 6, 7, 8, 9)
    for number, own, _, file in table_set.entries:
        definition = read_definition(table_set.folder / file, level)
        assert definition.number == number
        assert definition.source
        assert own or definition.title
    roles = [definition.role for definition in definitions(name, level)]
    assert len(set(roles)) == 9


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", SETS)
def test_total_is_the_sum_of_the_leaves(name: str, level: str, rich_year: Callable[[str], Any]) -> None:
    settings, year = rich_year(level)
    facts = assembly._facts(settings, year, None)
    for definition in definitions(name, level):
        table = compute_table(definition, facts, TableDisplay())
        for block in table.blocks:
            records = [r for r in block.scope.pick(facts.records[block.scope.records, 0]) if r.amount is not None]
            expected = sum((record.amount for record in records), Decimal(0))
            assert expected, f"{definition.file}: the ledger says nothing about this block"
            leaves = list(cells_of(table, block))
            assert sum((cell.value or Decimal(0) for *_, cell in leaves), Decimal(0)) == expected, definition.file
            row = block.row("total")
            if row is not None:
                assert table.rows[row][total_column(table, block)].value == expected, definition.file
            for r, c, cell in table.figures():
                if isinstance(cell.formula, Sum):
                    parts = [table.rows[pr][pc].value or Decimal(0) for pr, pc in cell.formula.cells]
                    assert cell.value == sum(parts, Decimal(0)), f"{definition.file} {r} {c}"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", SETS)
def test_every_record_is_in_exactly_one_leaf(name: str, level: str, rich_year: Callable[[str], Any]) -> None:
    """One record grows by one yuan: in each block that it belongs to exactly the leaf whose selection names it grows."""
    settings, year = rich_year(level)
    facts = assembly._facts(settings, year, None)
    for definition in definitions(name, level):
        before = compute_table(definition, facts, TableDisplay())
        for kind in ("line", "income", "sangong"):
            own = facts.records[kind, 0]
            for i, record in enumerate(own):
                if record.amount is None:
                    continue
                grown = (*own[:i], record._replace(amount=record.amount + 1), *own[i + 1 :])
                after = compute_table(
                    definition, replace(facts, records={**facts.records, (kind, 0): grown}), TableDisplay()
                )
                for old, new in zip(before.blocks, after.blocks, strict=True):
                    pairs = list(zip(cells_of(before, old), cells_of(after, new), strict=True))
                    changed = [(r, c, b) for (r, c, a), (_, _, b) in pairs if a.value != b.value]
                    if old.scope.records != kind or not old.scope.predicate()(record):
                        assert not changed, (definition.file, record)
                        continue
                    named = [
                        (r, c)
                        for r, c, cell in cells_of(after, new)
                        if cell.selection and cell.selection.predicate()(record)
                    ]
                    assert [(r, c) for r, c, _ in changed] == named, (definition.file, record)
                    assert len(named) == 1, (definition.file, record)
                    key = new.keys[named[0][0]]
                    if key.rstrip("?").isdigit() and len(key) != 6:  # 6 digits: a budget unit
                        codes = (getattr(record, "function_code", ""), getattr(record, "economic_code", ""))
                        assert any(code.startswith(key.rstrip("?")) for code in codes)


@hypothesis_settings(max_examples=15)
@given(seed=st.integers(0, 10**9))
def test_order_of_records_never_matters(seed: int, rich_year: Callable[[str], Any]) -> None:
    for level in LEVELS:
        settings, year = rich_year(level)
        mixed = {
            name: tuple(random.Random(seed).sample(records, len(records)))
            for name in ("lines", "incomes", "sangong", "comparatives")
            if (records := getattr(year, name))
        }
        given_order = assembly._facts(settings, year, None)
        other_order = assembly._facts(settings, replace(year, **mixed), None)
        for definition in (d for name in SETS for d in definitions(name, level)):
            one, other = (compute_table(definition, facts, TableDisplay()) for facts in (given_order, other_order))
            assert (text_rows(one), one.note) == (text_rows(other), other.note), definition.file


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["2010601", "2010602", "2080505", "2210201", "2299901"]),
            st.sampled_from(["", "302", "30101", "30217", "31002"]),
            st.integers(-(10**9), 10**11),
        ),
        max_size=12,
    )
)
@hypothesis_settings(max_examples=60)
def test_project_lines_add_up_however_they_are_coded(
    rows: list[tuple[str, str, int]], rich_year: Callable[[str], Any]
) -> None:
    settings, year = rich_year("department")
    model = next(line for line in year.lines if line.expenditure_type == "project_expenditure")
    lines = tuple(
        model._replace(function_code=function, economic_code=economic, amount=Decimal(cents).scaleb(-2))
        for function, economic, cents in rows
    )
    total = sum((line.amount for line in lines), Decimal(0))
    own = replace(year, lines=lines, incomes=(), sangong=(), comparatives=())
    tables = disclose(settings, own, None, find_table_set("guangxi-2017"), (1, 3, 5, 6, 7)).tables
    for table in tables:
        for block in table.blocks:
            if block.scope.records == "line":
                row = block.row("total")
                assert row is not None
                assert table.rows[row][total_column(table, block)].value == total


def test_units_add_up_to_the_department(rich: Callable[[str], Path], rich_year: Callable[[str], Any]) -> None:
    """Both units and the department's own records together are the department, in each leaf total of each set."""
    settings, year = rich_year("department")
    for name in SETS:
        table_set = find_table_set(name)
        whole = disclose(settings, year, None, table_set, (1, 3, 4))
        parts = [assembly.narrow(settings, year, code) for code in ("105001", "105002")]
        rest = replace(
            year,
            lines=tuple(r for r in year.lines if not r.budget_unit),
            incomes=tuple(r for r in year.incomes if not r.budget_unit),
        )
        own = [
            disclose(replace(s, level="department"), y, None, table_set, (1, 3, 4))
            for s, y in (*parts, (settings, rest))
        ]
        for number in (1, 3, 4):
            for at, block in enumerate(whole.table(number).blocks):
                values = []
                for disclosure in (whole, *own):
                    table = disclosure.table(number)
                    mine = table.blocks[at]
                    row = mine.row("total")
                    assert row is not None
                    values.append(table.rows[row][total_column(table, mine)].value or Decimal(0))
                assert values[0] == sum(values[1:]), (name, number, block.scope)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", SETS)
def test_the_invented_ledger_ties_out(name: str, level: str, rich: Callable[[str], Path]) -> None:
    """No rule that stops an export finds anything on the invented ledger."""
    result = check(assemble(rich(level), Request(table_set=name)))
    assert [f"{f.rule} {f.message}" for f in result.findings if f.severity == "error"] == []


# single points of the sets


def test_last_years_folder_comes_before_stated_figures(rich_year: Callable[[str], Any]) -> None:
    settings, year = rich_year("department")
    vehicle = next(line for line in year.lines if line.economic_code == "30231")
    last = LedgerYear(2024, lines=(vehicle._replace(amount=Decimal(20000)),))
    table = disclose(settings, year, last, find_table_set("mof"), (7,)).tables[0]
    assert text_rows(table)[-1] == ["2.00", "", "2.00", "", "2.00", "", "22.50", "", "21.00", "18.00", "3.00", "1.50"]
    table = disclose(settings, year, last, find_table_set("guangxi-2017"), (9,)).tables[0]
    assert text_rows(table)[1:] == [
        ["合计", "2.0000", "25.5000", "23.5000", "1175.00", "22.5000"],
        ["1.因公出国（境）费用", "", "3.0000", "3.0000", "", ""],
        ["2.公务接待费", "", "1.5000", "1.5000", "", "1.5000"],
        ["3.公务用车费", "2.0000", "21.0000", "19.0000", "950.00", "21.0000"],
        ["其中：（1）公务用车运行维护费", "2.0000", "3.0000", "1.0000", "50.00", "3.0000"],
        ["（2）公务用车购置", "", "18.0000", "18.0000", "", "18.0000"],
    ]


def test_a_subject_of_last_year_only_makes_no_row(rich_year: Callable[[str], Any]) -> None:
    """Rows grow from last year's records only where a column shows last year."""
    settings, year = rich_year("department")
    last = LedgerYear(2024, lines=(year.lines[0]._replace(function_code="2299901"),))
    for name in SETS:
        now = disclose(settings, year, last, find_table_set(name), (1, 3, 4))
        assert [text_rows(t) for t in now.tables] == [
            text_rows(t) for t in disclose(settings, year, None, find_table_set(name), (1, 3, 4)).tables
        ]


def test_empty_tables_say_so(rich_year: Callable[[str], Any]) -> None:
    settings, _ = rich_year("unit")
    settings = replace(settings, budget_units=())
    year = LedgerYear(2025)
    notes = {
        name: {t.id: t.note for t in disclose(settings, year, year, find_table_set(name)).tables if t.note}
        for name in SETS
    }
    assert notes == {
        "guangxi-2017": {
            8: "注：本单位2025年没有政府性基金预算支出，故本表无数据。",
            9: "注：本单位2025年没有“三公”经费预算，故本表无数据。",
        },
        "mof": {
            7: "说明：临江县文化局2025年度没有一般公共预算“三公”经费支出，故本表无数据。",
            8: "说明：临江县文化局2025年度没有政府性基金预算财政拨款收入和支出，故本表无数据。",
            9: "说明：临江县文化局2025年度没有国有资本经营预算财政拨款收入和支出，故本表无数据。",
        },
        "shanghai": {
            6: "注:本单位2025年无政府性基金预算财政拨款安排的预算，故本表为空表。",
            7: "注:本单位2025年无国有资本经营预算财政拨款安排的预算，故本表为空表。",
        },
    }


def test_optional_rows_and_columns_stay_away_without_records(rich_year: Callable[[str], Any]) -> None:
    settings, year = rich_year("department")
    general = replace(
        year,
        lines=tuple(r for r in year.lines if r.fund_source == "general_public_budget"),
        incomes=tuple(r for r in year.incomes if r.fund_source == "general_public_budget"),
    )
    first, second, third = disclose(settings, general, None, find_table_set("guangxi-2017"), (1, 2, 3)).tables
    labels = [row[0] for row in text_rows(first)]
    assert "五、国有资本经营预算拨款" not in labels
    assert "用事业基金弥补收支差额" not in labels
    assert [row[4] for row in text_rows(first)][-2:] == ["二、项目支出", "支出总计"]
    assert "用事业基金弥补收支差额" not in text_rows(second)[0]
    assert text_rows(third)[0] == ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]


def test_anchored_rows_stand_on_one_line(rich: Callable[[str], Path]) -> None:
    disclosure = assemble(rich("department"), Request(table_set="mof", numbers=(1, 4)))
    first, fourth = ([(row[0], row[2]) for row in text_rows(t)] for t in disclosure.tables)
    for pair in (("本年收入合计", "本年支出合计"), ("上年结转结余", "年终结转结余"), ("收入总计", "支出总计")):
        assert pair in first
    assert fourth[-1] == ("收入总计", "支出总计")
    assert fourth[-2][1] == "二、年终结转结余"
    assert fourth[2] == ("一、本年收入", "一、本年支出")
    assert fourth[3][1].startswith("（一）")


def test_unknown_form_lists_the_known_ones(rich_year: Callable[[str], Any]) -> None:
    settings, year = rich_year("department")
    settings = replace(settings, table_display={2: TableDisplay(form="by_subjcet")})
    with pytest.raises(UsageError, match="是不是 by_subject？"):
        disclose(settings, year, None, find_table_set("mof"), (2,))


def test_unknown_table_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="没有这张表（10）；表套 mof 有：1、2、3、4、5、6、7、8、9"):
        find_table_set("mof").file_for(10, "department", "")


def test_a_unit_without_records_has_no_row(rich_year: Callable[[str], Any]) -> None:
    settings, year = rich_year("department")
    incomes = tuple(r for r in year.incomes if r.budget_unit == "105002")
    table = disclose(settings, replace(year, incomes=incomes), None, find_table_set("mof"), (2,)).tables[0]
    assert [row[:2] for row in text_rows(table)[2:]] == [["合计", ""], ["105002", "临江县图书馆"]]
    nothing = disclose(settings, replace(year, incomes=()), None, find_table_set("mof"), (2,)).tables[0]
    assert [row[:3] for row in text_rows(nothing)[2:]] == [["合计", "", ""], ["105", "临江县文化局", ""]]


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (34, "三十四")]
)
def test_numerals(number: int, text: str) -> None:
    assert numeral(number) == text


# the demo ledger: what issue 2 says, figure by figure, in 万元


@pytest.fixture(scope="module")
def demo() -> Disclosure:
    """Return the demo's disclosure."""
    return assemble(DEMO, Request())


def printed(table: Table, row: str, column: str, block: int = -1) -> str:
    """Return a figure of a table as it is printed, by row key and column id."""
    own = table.blocks[block]
    r = own.row(row)
    assert r is not None, row
    c = next(i for i in range(own.first, own.last + 1) if table.columns[i].id == column)
    return table.rows[r][c].plain


DEMO_FIGURES = [
    (2, "total", "total", "53.1449"),
    (2, "total", "general", "53.1449"),
    (3, "total", "total", "53.1449"),
    (3, "total", "basic", "35.1449"),
    (3, "total", "project", "18.0000"),
    (3, "2011102", "total", "18.0000"),
    (3, "2011102", "project", "18.0000"),
    (3, "2011102", "basic", ""),
    (3, "2011150", "basic", "28.7978"),
    (3, "2101102", "basic", "1.4240"),
    (3, "2210201", "basic", "2.0686"),
    (3, "2080505", "basic", "2.8545"),
    (4, "total", "total", "35.1449"),
    (4, "30311", "personnel", "2.0686"),
    (4, "30104", "personnel", "1.4240"),
    (4, "30217", "operating_cost", "0.1050"),
    (5, "total", "total", "53.1449"),
    (6, "total", "total", "53.1449"),
    (7, "total", "project", "18.0000"),
    (8, "total", "total", ""),
    (9, "total", "total", "0.1050"),
    (9, "official_reception", "total", "0.1050"),
    (9, "official_reception", "general", "0.1050"),
    (9, "overseas_travel", "total", ""),
    (9, "vehicles", "total", ""),
    (9, "official_reception", "previous", "—"),
]


@pytest.mark.parametrize(("number", "row", "column", "text"), DEMO_FIGURES)
def test_demo_figure(number: int, row: str, column: str, text: str, demo: Disclosure) -> None:
    assert printed(demo.table(number), row, column) == text


def test_demo_summary(demo: Disclosure) -> None:
    rows = text_rows(demo.table(1))
    assert rows[-1] == ["收入总计", "53.1449", "支出总计", "53.1449", "支出总计", "53.1449"]
    assert ["一、一般公共预算拨款", "53.1449", "一、一般公共服务支出", "46.7978", "一、基本支出", "35.1449"] in rows
    assert ["二、项目支出", "18.0000"] in [row[4:] for row in rows]


def test_demo_is_dressed_as_the_original(demo: Disclosure) -> None:
    assert demo.title == "防城港市港口区绩效办2017年部门预算"
    assert [(t.number, t.name) for t in demo.tables] == [
        ("表一", "部门收支预算总表"),
        ("表二", "部门收入预算总表"),
        ("表三", "部门支出预算总表"),
        ("表四", "部门一般公共预算基本支出明细表"),
        ("表五", "部门财政拨款收支总表"),
        ("表六", "部门财政拨款支出表"),
        ("表七", "部门一般公共预算支出表"),
        ("表八", "部门政府性基金支出预算表"),
        ("表九", "部门“三公”经费支出预算表"),
    ]
    assert demo.table(4).title == "2017年部门一般公共预算基本支出明细表（分经济科目分类）"
    assert demo.table(6).title == "2017年部门财政拨款支出表（分经济科目分类）"
    assert demo.table(8).note == "注：本部门2017年没有政府性基金预算支出，故本表无数据。"
    assert {t.money_unit for t in demo.tables} == {"万元"}


def test_demo_has_seventeen_projects_with_their_tasks(demo: Disclosure) -> None:
    assert [project.id for project in demo.projects] == [f"P{n:02}" for n in range(1, 18)]
    wan = ["2", "1", "1", "1", "1", "1", "1", "2", "1.5", "1", "0.5", "1", "1", "1", "0.5", "0.8", "0.7"]
    assert [project.amount for project in demo.projects] == [Decimal(w) * 10000 for w in wan]
    lines = [line for line in demo.lines if line.expenditure_type == "project_expenditure"]
    assert [(line.project, line.amount) for line in lines] == [(p.id, p.amount) for p in demo.projects]
    assert {line.function_code for line in lines} == {"2011102"}
    assert all(p.task and p.objective for p in demo.projects)
    assert demo.projects[0].name == "编制我区绩效考评指标体系经费"
    assert demo.projects[13].name == "参加自治区、市绩效办组织的外出学习培训费"
    assert demo.projects[16].task == "绩效评估工作"


def test_demo_shares(demo: Disclosure) -> None:
    by_code = {}
    for line in demo.lines:
        by_code[line.function_code] = by_code.get(line.function_code, Decimal(0)) + line.amount
    total = sum(by_code.values())
    shares = {code: f"{amount / total * 100:.2f}" for code, amount in by_code.items()}
    assert shares == {"2011102": "33.87", "2011150": "54.19", "2101102": "2.68", "2210201": "3.89", "2080505": "5.37"}


def test_demo_income_equals_expenditure_by_subject(demo: Disclosure) -> None:
    sides: list[dict[tuple[str, str], Decimal]] = []
    for records in (demo.lines, demo.incomes):
        side: dict[tuple[str, str], Decimal] = {}
        for record in records:
            key = (record.function_code, record.fund_source)
            side[key] = side.get(key, Decimal(0)) + record.amount
        sides.append(side)
    assert sides[0] == sides[1]


def test_demo_says_what_is_illustrative_and_unexplained(demo: Disclosure) -> None:
    """Notes: no economic code and no 款 is in the original; one line of 2.8545 is explained by nothing."""
    unexplained = [line for line in demo.lines if line.function_code == "2080505"]
    assert [line.amount for line in unexplained] == [Decimal("28545.00")]
    assert "原文没有列出" in unexplained[0].note
    assert all("示例" in line.note for line in demo.lines)


def test_demo_last_year(demo: Disclosure) -> None:
    year = read_year(open_ledger(DEMO), 2017)
    assert {c.figure: c.amount / 10000 for c in year.comparatives} == {
        "income": Decimal("95.9321"),
        "expenditure": Decimal("95.9321"),
        "expenditure:basic_expenditure": Decimal("28.9321"),
        "expenditure:project_expenditure": Decimal(67),
        "function:2011102": Decimal(67),
        "function:2011150": Decimal("24.9346"),
        "function:2101102": Decimal("1.3037"),
        "function:2210201": Decimal("1.9015"),
        "function:2080505": Decimal("0.7923"),
    }
    parts = [c.amount for c in year.comparatives if c.figure.startswith("function:")]
    assert sum(parts) == Decimal("959321.00")


def test_demo_headcount_and_sangong() -> None:
    import tomllib

    narrative = tomllib.loads((DEMO / "2017/narrative.toml").read_text(encoding="utf-8"))
    assert [item["count"] for item in narrative["structure"]["headcount"]] == [1, 1, 2, 2, 1]
    year = read_year(open_ledger(DEMO), 2017)
    assert {r.category: r.amount for r in year.sangong} == {
        "overseas_travel": 0,
        "official_reception": Decimal(1050),
        "official_vehicle_purchase": 0,
        "official_vehicle_operation": 0,
    }


@pytest.mark.parametrize("name", SETS)
def test_demo_ties_out_in_every_set(name: str) -> None:
    disclosure = assemble(DEMO, Request(table_set=name))
    assert [f for f in check(disclosure).findings if f.severity != "hint"] == []


def test_demo_codes_are_known_in_2017() -> None:
    year = read_year(open_ledger(DEMO), 2017)
    names = assembly.subject_catalogue(year)
    for line in year.lines:
        assert names.name("function", line.function_code), line.function_code
        assert names.name("economic", line.economic_code), line.economic_code
    assert names.name("economic", "30311") == "住房公积金"


# definitions with mistakes

DEFINITION = """\
number = 1
role = "other"
name = "表"
title = "{year}年表"

[[block]]
records = "line"
where = { fund_source = "一般公共预算" }

[[block.column]]
kind = "label"
header = ["项目"]

[[block.column]]
id = "total"
kind = "sum"
header = ["合计"]
sum = ["basic", "project"]

[[block.column]]
id = "basic"
header = ["支出", "基本支出"]
where = { expenditure_type = "基本支出" }

[[block.column]]
id = "project"
header = ["支出", "项目支出"]
where = { expenditure_type = { not = ["基本支出"] } }

[[block.row]]
id = "subjects"
grow = "function_code"
levels = [3, 5, 7]

[[block.row]]
id = "total"
label = "合计"
sum = ["subjects"]
role = "total"
"""

# (what stands there, what is written instead; #! marks the line that must be named, and what the message says)
MISTAKES = [
    ('name = "表"', 'nmae = "表" #!\nname = "表"', "未知的键 nmae；是不是 name？"),
    ('records = "line"', 'records = "line"\nwere = {} #!', "未知的键 were；是不是 where？"),
    ('kind = "label"\n', 'kind = "label"\nwidth = 3 #!\n', "未知的键 width"),
    ('role = "total"', 'role = "total"\nbold = true #!', "未知的键 bold"),
    ('role = "other"', 'role = "extra" #!', "role 的值不认识（extra）"),
    ('role = "other"', "role = [] #!", "role 的值不认识"),
    ('role = "other"\n', "", "缺少 role"),
    ('title = "{year}年表"\n', "", "缺少 title"),
    ("number = 1", 'number = "1" #!', "number 应为整数（1）"),
    ("number = 1", "number = 0 #!", "number 应在 1 和 99 之间（0）"),
    ("number = 1", "number = true #!", "number 应为整数"),
    ("number = 1", "number = 1\ndecimals = 7 #!", "decimals 应在 0 和 6 之间（7）"),
    ("number = 1", 'number = 1\nmoney_unit = "角" #!', "money_unit 的值不认识（角）"),
    ("number = 1", 'number = 1\nzero = "无" #!', "zero 的值不认识（无）"),
    ("number = 1", 'number = 1\nthousands = "是" #!', "thousands 应为 true 或 false"),
    ("number = 1", "number = 1\nfirst_row = 2 #!", "title_row、label_row、first_row 应依次增大"),
    ("number = 1", "number = 1\nnote = 5 #!", "note 应为文字（5）"),
    ('title = "{year}年表"', 'title = "{yaer}年表" #!', "文字里的花括号不认识（{yaer}）；是不是 year？"),
    ('title = "{year}年表"', 'title = { department = "甲" , unti = "乙" } #!', "按层级给出的文字不全"),
    ('title = "{year}年表"', 'title = { unit = "乙" } #!', "按层级给出的文字不全"),
    ('records = "line"', 'records = "lines" #!', "records 的值不认识（lines）；是不是 line？"),
    ('records = "line"', "records = [] #!", "records 的值不认识"),
    ('where = { fund_source = "一般公共预算" }', "where = 1 #!", "where 应为表（1）"),
    ('fund_source = "一般公共预算" }', 'fund_sauce = "一般公共预算" } #!', "where 里不能用 fund_sauce；是不是 fund_source？"),
    ('fund_source = "一般公共预算" }', 'fund_source = "一般公共预" } #!', "fund_source 的值不认识（一般公共预）；是不是 一般公共预算？"),
    ('fund_source = "一般公共预算" }', "fund_source = 1 } #!", "fund_source 的值不认识（1）"),
    ('fund_source = "一般公共预算" }', 'category = "公务接待费" } #!', "where 里不能用 category"),
    ('fund_source = "一般公共预算" }', 'carried_forward = "是" } #!', "carried_forward 应为 true 或 false（是）"),
    ('fund_source = "一般公共预算" }', "function_code = 208 } #!", "function_code 应为数组（208）"),
    ('fund_source = "一般公共预算" }', "function_code = [208] } #!", "function_code 的每一项应为文字（208）"),
    ('not = ["基本支出"]', 'nto = ["基本支出"]', "未知的键 nto"),
    ('where = { expenditure_type = "基本支出" }', 'where = { expenditure_type = "基本" } #!', "expenditure_type 的值不认识（基本）；是不是 基本支出？"),
    ('kind = "label"', 'kind = "lable" #!', "kind 的值不认识（lable）；是不是 label？"),
    ('header = ["项目"]\n', "", "缺少 header"),
    ('header = ["项目"]', "header = [] #!", "header 是空的"),
    ('header = ["项目"]', 'header = "项目" #!', "header 应为数组（项目）"),
    ('header = ["项目"]', "header = [1] #!", "0 应为文字（1）"),
    ('header = ["项目"]', 'header = ["项目"]\nchars = 0 #!', "chars 应在 1 和 200 之间（0）"),
    ('header = ["项目"]', 'header = ["项目"]\ndigits = [0, 3] #!', 'digits 在这里不起作用：这一列是 kind = "label"'),
    ('kind = "label"', 'kind = "code"\ndigits = [3] #!', "digits 应为两个整数"),
    ('kind = "label"', 'kind = "code"\ndigits = [3, 0] #!', "digits 应为两个整数"),
    ('sum = ["basic", "project"]', 'sum = ["basic", "projects"] #!', "引用了不存在的 id（projects）；是不是 project？"),
    ('sum = ["basic", "project"]', "sum = [] #!", "sum 列没有列出相加的列"),
    ('sum = ["basic", "project"]', 'sum = ["total"] #!', "引用了不存在的 id（total）"),
    ('kind = "label"\nheader = ["项目"]\n', 'id = "name"\nkind = "label"\nheader = ["项目"]\n\n[[block.column]]\nkind = "sum"\nheader = ["甲"]\nsum = ["name"] #!\n', "sum 只能引用金额列（name）"),
    ('kind = "label"\nheader = ["项目"]\n', 'id = "name"\nkind = "label"\nheader = ["项目"]\n\n[[block.column]]\nkind = "growth"\nheader = ["甲"]\nof = ["basic", "name"] #!\n', "of 只能引用金额列（name）"),
    ('kind = "label"\nheader = ["项目"]\n', 'kind = "growth"\nheader = ["项目"]\nof = ["basic"] #!\n', "of 应为两列：[本年, 上年]"),
    ('kind = "label"\nheader = ["项目"]\n', 'kind = "growth"\nheader = ["项目"]\nof = ["basic", "x"] #!\n', "引用了不存在的 id（x）"),
    ('id = "basic"', 'id = "total" #!', "id 重复（total）"),
    ('id = "basic"', 'id = "basic"\nyear = -2 #!', "year 应在 -1 和 0 之间（-2）"),
    ('id = "basic"', 'id = "basic"\nsum = ["project"] #!', 'sum 在这里不起作用：这一列是 kind = "amount"'),
    ('id = "basic"', 'id = "basic"\nmemo = 1 #!', "memo 应为 true 或 false（1）"),
    ('id = "basic"', 'id = "basic"\nfigure = "sangong:vehicle" #!', "figure 不是数字的键（sangong:vehicle）；是不是 vehicles？"),
    ('label = "合计"', 'label = "合计"\nfigure = "functoin:208" #!', "figure 不是数字的键（functoin:208）；是不是 function？"),
    ('grow = "function_code"', 'grow = "function" #!', "grow 的值不认识（function）"),
    ("levels = [3, 5, 7]", "levels = [3, 5, 8] #!", "levels 不对（[3, 5, 8]）；例如 levels = [3, 5, 7]"),
    ("levels = [3, 5, 7]", "levels = [5, 3] #!", "levels 不对（[5, 3]）"),
    ("levels = [3, 5, 7]", 'levels = [3, 5, 7]\nlabel = "各类" #!', "label 在这里不起作用：这一行用 grow 按台账生成"),
    ("levels = [3, 5, 7]", 'levels = [3, 5, 7]\nnumbering = "1." #!', "numbering 不对（1.）"),
    ("levels = [3, 5, 7]", "levels = [3, 5, 7]\nalways = [201] #!", "always 的每一项应为文字（201）"),
    ("levels = [3, 5, 7]", "levels = [3, 5, 7]\nindent = 10 #!", "indent 应在 0 和 9 之间（10）"),
    ("levels = [3, 5, 7]\n", "", "levels 不对（[]）"),
    ('label = "合计"\n', "", "缺少 label"),
    ('label = "合计"', 'label = "合计"\nnumbering = true #!', "numbering 在这里不起作用：这一行没有 grow"),
    ('sum = ["subjects"]', 'sum = ["subject"] #!', "引用了不存在的 id（subject）；是不是 subjects？"),
    ('sum = ["subjects"]', 'sum = "subjects" #!', "sum 应为数组（subjects）"),
    ('role = "total"', 'role = "sum" #!', "role 的值不认识（sum）"),
]  # fmt: skip


def write_set(root: Path, definition: str, *, manifest: str = "") -> Path:
    """Write a table set of one table into a ledger's folder."""
    folder = root / "自制"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "set.toml").write_text(
        manifest or 'title = "自制"\n[[table]]\nnumber = 1\nfile = "1.toml"\n', encoding="utf-8"
    )
    (folder / "1.toml").write_text(definition, encoding="utf-8")
    return folder


def test_the_definition_that_mistakes_start_from_is_right(tmp_path: Path) -> None:
    assert read_definition(write_set(tmp_path, DEFINITION) / "1.toml", "department").title == "{year}年表"


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES, ids=[message for *_, message in MISTAKES])
def test_mistake_in_a_definition_is_refused_with_its_line(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in DEFINITION
    text = DEFINITION.replace(old, new, 1)
    with pytest.raises(DefinitionError) as caught:
        read_definition(write_set(tmp_path, text) / "1.toml", "department")
    found = [problem for problem in caught.value.problems if message in problem.text]
    assert found, caught.value.args
    assert found[0].place.file == "自制/1.toml"
    marked = [number for number, line in enumerate(text.split("\n"), 1) if line.endswith("#!")]
    if marked:
        assert found[0].place.line == marked[0], found[0].text


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (
            '[[block.row]]\nid = "a"\nlabel = "甲"\nsum = ["b"]\n[[block.row]]\nid = "b"\nlabel = "乙"\nsum = ["a"]\n',
            (4, 8),
        ),
        (
            "".join(
                f'[[block.row]]\nid = "{own}"\nlabel = "{own}"\nsum = {parts}\n'
                for own, parts in (("a", '["b"]'), ("b", '["c"]'), ("c", '["a", "b"]'))
            ),
            (4, 8, 12),
        ),
    ],
)
def test_circular_sums_are_refused(rows: str, line: tuple[int, ...], tmp_path: Path) -> None:
    text = DEFINITION + rows
    start = DEFINITION.count("\n")
    with pytest.raises(DefinitionError) as caught:
        read_definition(write_set(tmp_path, text) / "1.toml", "department")
    assert [p.place.line - start for p in caught.value.problems] == list(line)
    assert all("合计互相引用，形成循环" in p.text for p in caught.value.problems)


def test_a_comparison_with_a_column_that_may_be_missing_is_refused(tmp_path: Path) -> None:
    text = DEFINITION.replace('id = "basic"', 'id = "basic"\noptional = true').replace(
        'kind = "label"\nheader = ["项目"]', 'kind = "difference"\nheader = ["项目"]\nof = ["project", "basic"]'
    )
    with pytest.raises(DefinitionError) as caught:
        read_definition(write_set(tmp_path, text) / "1.toml", "department")
    assert [p.text for p in caught.value.problems] == [
        "自制/1.toml:13: 表定义有误：of 引用的列不能是 optional（basic）；请去掉那一列的 optional"
    ]


def test_a_doubled_anchor_is_refused(tmp_path: Path) -> None:
    text = DEFINITION.replace('id = "subjects"\n', 'id = "subjects"\nanchor = "x"\n') + 'anchor = "x"\n'
    with pytest.raises(DefinitionError) as caught:
        read_definition(write_set(tmp_path, text) / "1.toml", "department")
    assert [p.text for p in caught.value.problems] == [
        f"自制/1.toml:{text.count(chr(10))}: 表定义有误：同一个 block 里 anchor 重复（x）；请改用别的 anchor"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'number = 1\nrole = "other"\nname = "表"\ntitle = "表"\nblock = []\n',
            "自制/1.toml:5: 表定义有误：表里没有 block",
        ),
        ('number = 1\nrole = "other"\nname = "表"\ntitle = "表"\nblock = [1]\n', "block 的每一项应为表（1）"),
        (
            'number = 1\nrole = "other"\nname = "表"\ntitle = "表"\n[[block]]\n',
            "自制/1.toml:5: 表定义有误：block 里没有列或没有行",
        ),
        ("number = 1\nrole = ", "自制/1.toml:2: TOML 语法错误"),
    ],
)
def test_definition_without_a_body_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_definition(write_set(tmp_path, text) / "1.toml", "department")
    assert message in str(caught.value)


def test_all_mistakes_of_a_file_come_at_once(tmp_path: Path) -> None:
    text = (
        DEFINITION.replace('role = "other"', 'role = "x"')
        .replace('kind = "sum"', 'kind = "smu"')
        .replace("[3, 5, 7]", "[4]")
    )
    with pytest.raises(DefinitionError) as caught:
        read_definition(write_set(tmp_path, text) / "1.toml", "department")
    assert {p.place.line for p in caught.value.problems} >= {2, 16, 33}


MANIFESTS = [
    ('title = "自制"\n', "缺少 table", 1),
    ('[[table]]\nnumber = 1\nfile = "1.toml"\n', "缺少 title", 1),
    ('title = "自制"\ntable = []\n', "表套里没有表", 2),
    ('title = "自制"\ntable = [1]\n', "table 的每一项应为表（1）", 2),
    ('title = "自制"\n[[table]]\nnumber = 1\nfile = "2.toml"\n', "文件不存在（2.toml）", 4),
    ('title = "自制"\n[[table]]\nnumber = 1\nfile = "../1.toml"\n', "文件不存在（../1.toml）", 4),
    ('title = "自制"\n[[table]]\nnumber = "1"\nfile = "1.toml"\n', "number 应为整数（1）", 3),
    ('title = "自制"\n[[table]]\nfile = "1.toml"\n', "缺少 number", 2),
    ('title = "自制"\n[[table]]\nnumber = 1\nfile = "1.toml"\nlevel = "科室"\n', "level 的值不认识（科室）", 5),
    ('title = "自制"\n[[table]]\nnumber = 1\nfile = "1.toml"\nlevle = "部门"\n', "未知的键 levle；是不是 level？", 5),
    (
        'title = "自制"\ntypography = "宋体"\n[[table]]\nnumber = 1\nfile = "1.toml"\n',
        "typography 的值不认识（宋体）",
        2,
    ),
    (
        'title = "自制"\ndocument_title = "{单位}"\n[[table]]\nnumber = 1\nfile = "1.toml"\n',
        "文字里的花括号不认识（{单位}）",
        2,
    ),
    (
        'title = "自制"\n[[table]]\nnumber = 1\nfile = "1.toml"\n[[table]]\nnumber = 1\nfile = "1.toml"\n',
        "同一张表列了两次（1）",
        6,
    ),
]


@pytest.mark.parametrize(("manifest", "message", "line"), MANIFESTS, ids=[message for _, message, _ in MANIFESTS])
def test_mistake_in_a_manifest_is_refused_with_its_line(manifest: str, message: str, line: int, tmp_path: Path) -> None:
    folder = write_set(tmp_path, DEFINITION, manifest=manifest)
    with pytest.raises(DefinitionError) as caught:
        read_table_set(folder)
    found = [problem for problem in caught.value.problems if message in problem.text]
    assert [(p.place.file, p.place.line) for p in found] == [("自制/set.toml", line)]


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"自制/set\.toml"):
        read_table_set(tmp_path / "自制")


# what the language can do, on one invented table


def computed(text: str, year: LedgerYear, settings: Settings, root: Path, previous: LedgerYear | None = None) -> Table:
    """Compute the table of a definition text."""
    definition = read_definition(write_set(root, text) / "1.toml", settings.level)
    return compute_table(definition, assembly._facts(settings, year, previous), TableDisplay())


def test_two_grown_groups_in_one_block_keep_to_their_own_records(
    tmp_path: Path, rich_year: Callable[[str], Any]
) -> None:
    """Each group counts, and names as its records, only what its own `where` selects."""
    settings, year = rich_year("department")
    text = DEFINITION[: DEFINITION.index("[[block.row]]")] + (
        '[[block.row]]\nid = "basic"\ngrow = "economic_code"\nwhere = { expenditure_type = "基本支出" }\nlevels = [3]\n'
        '[[block.row]]\nid = "project"\ngrow = "economic_code"\nlevels = [3]\nnumbering = "（一）"\nindent = 1\n'
        'where = { expenditure_type = { not = ["基本支出"] } }\n'
        '[[block.row]]\nid = "total"\nlabel = "合计"\nsum = ["basic", "project"]\n'
    )
    table = computed(text, year, settings, tmp_path)
    assert text_rows(table)[2:] == [
        ["工资福利支出", "3146001.04", "3146001.04", ""],
        ["商品和服务支出", "192000.00", "192000.00", ""],
        ["资本性支出", "25000.00", "25000.00", ""],
        ["其他支出", "5000.00", "5000.00", ""],
        ["（一）商品和服务支出", "177000.00", "", "177000.00"],
        ["（二）资本性支出", "180000.00", "", "180000.00"],
        [f"（三）{UNLISTED}", "45000.00", "", "45000.00"],
        ["合计", "3770001.04", "3368001.04", "402000.00"],
    ]
    assert [table.rows[r][0].indent for r in (2, 6, 8)] == [0, 1, 1]
    services = table.rows[3][2].selection
    assert services is not None
    assert {line.economic_code for line in services.pick(year.lines)} == {"30201", "30217", "30231"}


def test_codes_coarser_than_the_table_are_shown(tmp_path: Path, rich_year: Callable[[str], Any]) -> None:
    """A project line with a 3-digit economic code, in a table of 款 only: its own row 未列科目, counted once."""
    settings, year = rich_year("department")
    text = DEFINITION.replace('grow = "function_code"', 'grow = "economic_code"').replace("[3, 5, 7]", "[5]")
    table = computed(text, year, settings, tmp_path)
    rows = text_rows(table)[2:]
    assert [row for row in rows if row[0] == UNLISTED] == [
        [UNLISTED, "45000.00", "", "45000.00"],
        [UNLISTED, "88000.01", "", "88000.01"],
    ]
    assert rows[-1] == ["合计", "3770001.04", "3368001.04", "402000.00"]


def test_conditions_on_codes_by_prefix_and_by_list(tmp_path: Path, rich_year: Callable[[str], Any]) -> None:
    """A text is the beginning of a code, a list holds whole codes; a column can have decimals of its own."""
    settings, year = rich_year("department")
    text = (
        'number = 1\nrole = "other"\nname = "表"\ntitle = "表"\nmoney_unit = "万元"\n[[block]]\n'
        '[[block.column]]\nkind = "label"\nheader = ["项目"]\n[[block.column]]\nheader = ["数"]\ndecimals = 0\n'
        '[[block.row]]\nid = "a"\nlabel = "二〇七"\nwhere = { function_code = "207" }\n'
        '[[block.row]]\nid = "b"\nlabel = "工资"\nwhere = { economic_code = ["30101", "30102"] }\n'
        '[[block.row]]\nid = "c"\nlabel = "无行"\n'
        '[[block.row]]\nid = "d"\nlabel = "空和"\nsum = ["c"]\n'
        '[[block.row]]\nid = "e"\nlabel = "没有"\nwhere = { function_code = "999" }\n'
    )
    table = computed(text, year, settings, tmp_path)
    assert text_rows(table)[1:] == [["二〇七", "338"], ["工资", "260"], ["无行", ""], ["空和", ""], ["没有", ""]]
    assert [row[1].state for row in table.body] == [State.AMOUNT, State.AMOUNT, State.BLANK, State.BLANK, State.EMPTY]
    shown = [row[1].format.places for row in table.body if row[1].format]
    assert shown == [0, 0, 0]


def test_figure_with_the_rows_code(tmp_path: Path, rich_year: Callable[[str], Any]) -> None:
    settings, year = rich_year("department")
    known = year.comparatives[0]._replace(figure="function:208", amount=Decimal("200000.00"))
    text = DEFINITION[: DEFINITION.index("[[block.column]]\nid")] + (
        '[[block.column]]\nid = "last"\nheader = ["{previous_year}年"]\nyear = -1\nfigure = "function:{code}"\n'
        '[[block.column]]\nid = "now"\nheader = ["{year}年"]\n'
        '[[block.column]]\nkind = "difference"\nheader = ["增减"]\nof = ["now", "last"]\n'
        '[[block.column]]\nkind = "growth"\nheader = ["增减%"]\nof = ["now", "last"]\ndecimals = 1\n'
        '[[block.row]]\nid = "s"\ngrow = "function_code"\nlevels = [3]\n'
        '[[block.row]]\nid = "t"\nlabel = "合计"\nsum = ["s"]\n[[block.row]]\nid = "n"\nlabel = "结转下年"\n'
    )
    table = computed(text, replace(year, comparatives=(known,)), settings, tmp_path)
    rows = text_rows(table)
    assert rows.pop() == ["结转下年", "", "", "", ""]
    assert rows[0] == ["项目", "2024年", "2025年", "增减", "增减%"]
    assert ["社会保障和就业支出", "200000.00", "296000.49", "96000.49", "48.0"] in rows
    assert rows[-1][1:] == ["—", "3770001.04", "—", "—"]
    assert [column.title for column in table.columns] == rows[0]


def test_an_unknown_figure_of_this_year_never_takes_last_years(tmp_path: Path, rich_year: Callable[[str], Any]) -> None:
    """机关运行经费 is unknown without a nature; `figure` is last year's and must not stand in for it."""
    settings, year = rich_year("department")
    settings = replace(settings, budget_units=tuple(u._replace(nature="") for u in settings.budget_units))
    text = (
        'number = 1\nrole = "other"\nname = "表"\ntitle = "表"\n[[block]]\nrecords = "sangong"\n'
        '[[block.column]]\nid = "last"\nheader = ["上年"]\nyear = -1\n[[block.column]]\nid = "now"\nheader = ["本年"]\n'
        '[[block.row]]\nid = "a"\nlabel = "机关运行经费"\nwhere = { category = "机关运行经费" }\nfigure = "agency_operating_expenditure"\n'
        '[[block.row]]\nid = "t"\nlabel = "合计"\nsum = ["a"]\nfigure = "agency_operating_expenditure"\n'
    )
    stated = year.comparatives[0]._replace(figure="agency_operating_expenditure", amount=Decimal(99))
    table = computed(text, replace(year, comparatives=(stated,)), settings, tmp_path)
    assert text_rows(table)[1:] == [["99.00", "—"], ["99.00", "—"]]
    assert table.rows[1][1].state is State.UNKNOWN


def test_an_anchor_of_one_block_keeps_its_place(tmp_path: Path, rich_year: Callable[[str], Any]) -> None:
    settings, year = rich_year("department")
    side = '[[block]]\n[[block.column]]\nkind = "label"\nheader = ["项目"]\n[[block.column]]\nheader = ["数"]\n'
    row = '[[block.row]]\nid = "{0}"\nlabel = "{0}"\n{1}'
    text = (
        'number = 1\nrole = "other"\nname = "表"\ntitle = "表"\n'
        + side
        + "".join(row.format(*r) for r in (("甲", ""), ("乙", ""), ("丙", ""), ("总", 'anchor = "z"\n')))
        + side
        + "".join(row.format(*r) for r in (("子", ""), ("丑", 'anchor = "y"\n'), ("寅", 'anchor = "z"\n')))
    )
    table = computed(text, year, settings, tmp_path)
    assert [(r[0], r[2]) for r in text_rows(table)[1:]] == [
        ("甲", "子"),
        ("乙", ""),
        ("丙", ""),
        ("", "丑"),
        ("总", "寅"),
    ]


# a ledger that carries its own set: the example of docs/table-sets.md


def documented_files() -> dict[str, str]:
    """Return the files that docs/table-sets.md shows in full."""
    page = (Path(__file__).parents[2] / "docs" / "table-sets.md").read_text(encoding="utf-8")
    return dict(re.findall(r"```toml\n# (本县/\S+)\n(.*?)```", page, re.DOTALL))


@pytest.mark.parametrize("place", ["", "table_sets/"])
def test_a_ledger_carries_a_tenth_table(place: str, make_ledger: Callable[..., Path], kpi: Callable[..., Any]) -> None:
    files = documented_files()
    assert set(files) == {"本县/set.toml", "本县/10.toml"}
    root = make_ledger({**rich_files("department"), **{place + name: text for name, text in files.items()}})
    shown = kpi("-C", root, "table", "10", "--tables", "本县", "--format", "csv")
    assert (shown.status, shown.err) == (0, "")
    assert list(csv.reader(io.StringIO(shown.out))) == [
        ["单位编码", "单位名称", "项目支出", "", "", ""],
        ["", "", "合计", "财政拨款", "其中：上年结转", "其他资金"],
        ["105", "临江县文化局", "58.70", "57.00", "50.00", "1.70"],
        ["105001", "临江县文化局机关", "52.50", "51.70", "18.00", "0.80"],
        ["105002", "临江县图书馆", "17.50", "14.50", "1.20", "3.00"],
        ["合计", "", "128.70", "123.20", "69.20", "5.50"],
    ]
    assert [f for f in check(assemble(root, Request(table_set="本县"))).findings if f.severity == "error"] == []


def test_a_ledgers_own_set_wins_over_the_bundled_one(make_ledger: Callable[..., Path]) -> None:
    files = {name.replace("本县", "mof"): text for name, text in documented_files().items()}
    root = make_ledger({**rich_files("department"), **files})
    assert find_table_set("mof", root).title == "本县附加表"
    assert [table.id for table in assemble(root, Request()).tables] == [10]


def test_a_mistake_in_a_ledgers_own_set_is_one_line(make_ledger: Callable[..., Path], kpi: Callable[..., Any]) -> None:
    files = documented_files()
    files["本县/10.toml"] = files["本县/10.toml"].replace('"fiscal", "other"', '"fiscl", "other"')
    root = make_ledger({**rich_files("department"), **files})
    shown = kpi("-C", root, "table", "--tables", "本县")
    page = (Path(__file__).parents[2] / "docs" / "table-sets.md").read_text(encoding="utf-8")
    assert shown.status == 2
    assert shown.out == ""
    assert shown.lines == ["kpi: 错误: 本县/10.toml:31: 表定义有误：引用了不存在的 id（fiscl）；是不是 fiscal？"]
    assert shown.lines[0] in page


def test_the_page_names_every_key() -> None:
    from kpi_cli.tables import definition_reader as d

    page = (Path(__file__).parents[2] / "docs" / "table-sets.md").read_text(encoding="utf-8")
    keys = (*d._SET_KEYS, *d._ENTRY_KEYS, *d._TABLE_KEYS, *d._COLUMN_KEYS, *d._ROW_KEYS, *d.COLUMN_KINDS, *d.ROLES)
    keys = (*keys, *(key for fields in d._SELECTABLE.values() for key in fields), *d.GROWN_FIELDS, *d.PLACEHOLDERS)
    missing = [key for key in keys if f"`{key}`" not in page and f"[{key}]]`" not in page and f"{{{key}}}" not in page
               and f'"{key}"' not in page and f".{key}]]" not in page]  # fmt: skip
    assert missing == []
