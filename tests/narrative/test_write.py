"""The written parts of whole ledgers: golden texts, and what holds for every sentence of every ledger.

KPI_UPDATE_GOLDEN=1 rewrites the golden files; read every change before it is committed.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kpi_cli import resources
from kpi_cli.assembly import Request, assemble, disclose, find_table_set, narrative_source
from kpi_cli.rendering.narrative import narrative_markdown
from tests.random_ledgers import SETS, random_year

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.model.claims import Claim

GOLDEN = Path(__file__).parent / "golden"
UPDATE = bool(os.environ.get("KPI_UPDATE_GOLDEN"))
DEMO = resources.templates() / "demo"

DEPARTMENT = {
    "kpi.toml": """
schema_version = 1
department = "甲市乙区教育局"
level = "部门"
table_set = "mof"
[[budget_unit]]
code = "001"
name = "乙区教育局本部"
nature = "行政"
[[budget_unit]]
code = "002"
name = "乙区第一中学"
nature = "事业"
""",
    "2025/lines.toml": """
[[line]]
function_code = "2050101"
economic_code = "30101"
expenditure_type = "基本支出"
fund_source = "一般公共预算"
budget_unit = "001"
amount = 1234567.89
[[line]]
function_code = "2050101"
economic_code = "30231"
expenditure_type = "基本支出"
fund_source = "一般公共预算"
budget_unit = "001"
amount = 60000
[[line]]
function_code = "2050204"
economic_code = "30102"
expenditure_type = "基本支出"
fund_source = "财政专户管理资金"
budget_unit = "002"
amount = 800000
[[line]]
function_code = "2050204"
economic_code = "31002"
expenditure_type = "项目支出"
fund_source = "政府性基金预算"
project = "P1"
budget_unit = "002"
carried_forward = true
amount = 450000.50
[[line]]
function_code = "2050204"
economic_code = "30217"
expenditure_type = "项目支出"
fund_source = "一般公共预算"
project = "P2"
budget_unit = "002"
amount = 5000
[[line]]
function_code = "2050204"
economic_code = "30299"
expenditure_type = "事业单位经营支出"
fund_source = "事业单位经营收入"
budget_unit = "002"
amount = 20000
""",
    "2025/incomes.toml": """
[[income]]
fund_source = "一般公共预算"
amount = 1299567.89
[[income]]
fund_source = "政府性基金预算"
carried_forward = true
amount = 450000.50
[[income]]
fund_source = "财政专户管理资金"
amount = 800000
[[income]]
fund_source = "事业单位经营收入"
amount = 20000
""",
    "2025/projects.toml": """
[[project]]
id = "P1"
name = "校舍设备购置"
task = "更新校舍设备"
objective = "购置教学设备100套。"
[[project]]
id = "P2"
name = "校际交流"
""",
    "2025/sangong.toml": """
[[sangong]]
category = "公务用车运行费"
amount_wan = 6.00
reason = "燃料费上涨"
""",
    "2025/narrative.toml": """
[functions]
paragraphs = ["（一）贯彻执行教育法律法规。", "（二）管理本区教育经费。"]
[structure.units]
subordinate = 1
[[structure.headcount]]
item = "civil_servants"
name = "公务员"
count = 12
[[structure.headcount]]
item = "teachers"
name = "教师"
count = 86
[reasons]
"expenditure:basic_expenditure" = "由于人员增加。"
"function:2050204" = "学生增加"
"income" = "基金结转"
[uses]
"function:2050101" = "主要用于机关人员经费和日常公用经费。"
"project:P1" = "购置设备"
[procurement]
goods = 450000.50
works = 0
services = 20000
sme = 188000.20
micro = 131600.14
[assets]
as_of = 2024-12-31
vehicles_held = { other = 2 }
vehicles_to_purchase = 0
equipment_held = 1
equipment_to_purchase = 0
[goals]
projects = ["P1"]
[[project_detail]]
projects = ["P1"]
overview = "更新设备。"
basis = "《教育法》。"
period = "全年"
objective = "按期完成。"
""",
    "2024/lines.toml": """
[[line]]
function_code = "2050101"
economic_code = "30101"
expenditure_type = "基本支出"
fund_source = "一般公共预算"
budget_unit = "001"
amount = 1000000
[[line]]
function_code = "2050101"
economic_code = "30231"
expenditure_type = "基本支出"
fund_source = "一般公共预算"
budget_unit = "001"
amount = 55000
[[line]]
function_code = "2050204"
economic_code = "30102"
expenditure_type = "基本支出"
fund_source = "财政专户管理资金"
budget_unit = "002"
amount = 800000
[[line]]
function_code = "2050299"
economic_code = ""
expenditure_type = "项目支出"
fund_source = "一般公共预算"
budget_unit = "002"
amount = 70000
""",
    "2024/incomes.toml": """
[[income]]
fund_source = "一般公共预算"
amount = 1125000
[[income]]
fund_source = "财政专户管理资金"
amount = 800000
""",
}

UNIT = {
    "kpi.toml": """
schema_version = 1
department = "丙县老年大学"
level = "单位"
nature = "事业"
table_set = "shanghai"
""",
    "2025/lines.toml": """
[[line]]
function_code = "2050701"
economic_code = "30101"
expenditure_type = "基本支出"
fund_source = "一般公共预算"
amount = 500000
[[line]]
function_code = "2050701"
economic_code = "30201"
expenditure_type = "基本支出"
fund_source = "上级补助收入"
amount = 30000
""",
    "2025/incomes.toml": """
[[income]]
fund_source = "一般公共预算"
amount = 500000
[[income]]
fund_source = "上级补助收入"
amount = 30000
""",
    "2025/comparatives.toml": """
[[comparative]]
figure = "income:fiscal_appropriation"
amount = 500000
[[comparative]]
figure = "expenditure:fiscal_appropriation"
amount = 500049.99
[[comparative]]
figure = "sangong"
amount = 3000
[[comparative]]
figure = "sangong:overseas_travel"
amount = 0
[[comparative]]
figure = "function:2050701:fiscal_appropriation#executed"
amount = 400000
""",
    "2025/narrative.toml": '[procurement]\ngoods = 0\n[structure.units]\ninternal_divisions = ["办公室", "教务处"]\n',
}


def compare_golden(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.md"
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_bytes().decode(), name


def text_of(disclosure: Disclosure) -> str:
    assert disclosure.narrative is not None
    return narrative_markdown(disclosure.narrative, disclosure)


@pytest.mark.parametrize("table_set", SETS)
@pytest.mark.parametrize(("name", "files"), [("department", DEPARTMENT), ("unit", UNIT)])
def test_golden_texts(name: str, files: dict[str, str], table_set: str, make_ledger: Callable[..., Path]) -> None:
    made = assemble(make_ledger(files), Request(year=2025, table_set=table_set, narrative=True))
    compare_golden(f"{table_set}-{name}", text_of(made))


def test_golden_demo() -> None:
    compare_golden("demo", text_of(assemble(DEMO, Request(narrative=True))))


def test_no_golden_file_is_left_over() -> None:
    expected = {f"{name}-{kind}.md" for name in SETS for kind in ("department", "unit")}
    assert {path.name for path in GOLDEN.iterdir()} == {*expected, "demo.md"}


def test_a_plain_table_has_no_narrative() -> None:
    made = assemble(DEMO, Request())
    assert (made.narrative, made.claims) == (None, ())


# what holds for every ledger

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NO_FIGURE = re.compile(
    r"(?:19|20)\d\d年(?:\d+月\d+日)?|^\d+\.|^（\d+）|100万元（含）|项目p\d：?|任务p\d|第\d单位|\d{7}科目"
)


def said(claims: tuple[Claim, ...]) -> list[Decimal]:
    """Return every number that claims say is printed."""
    found = [claim.value for claim in claims]
    for claim in claims:
        change, share = claim.comparison, claim.share_of
        found += [number for number in (change and change.amount, change and change.percent) if number is not None]
        found += [share.percent] if share else []
    return found


def assert_every_number_is_claimed(made: Disclosure, hidden: tuple[str, ...] = ()) -> int:
    """Check every number of every sentence; return how many there are. `hidden` are words of the user."""
    assert made.narrative is not None
    count = 0
    for paragraph in made.narrative.paragraphs:
        text = paragraph.text
        for words in hidden:
            text = text.replace(words, "")
        left = said(paragraph.claims)
        for number in _NUMBER.findall(_NO_FIGURE.sub("", text)):
            value = Decimal(number.replace(",", ""))
            assert value in left, (paragraph, number)
            left.remove(value)
            count += 1
        assert all(not value for value in left), paragraph  # a zero may be said in words: 没有预算
        assert all(claim.sentence in paragraph.text for claim in paragraph.claims)
        assert not re.search(r"[，；、：][。；，]|。。|（）|原因是[。；）]|[\ue000-\uf8ff]", paragraph.text), paragraph
    return count


def assert_every_claim_is_computed(made: Disclosure) -> None:
    book = made.book
    assert book is not None
    for claim in made.claims:
        assert claim.figure is not None
        exact = book.figure(claim.figure).value
        assert claim.exact == exact
        scale = {"万元": 10000, "元": 1}.get(claim.unit, 1)
        assert exact is not None
        assert claim.value == (exact / scale).quantize(Decimal(1).scaleb(-claim.places), ROUND_HALF_UP)
        change, share = claim.comparison, claim.share_of
        if share:
            whole = book.figure(share.figure).value
            assert share.percent == (exact * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if change:
            before = book.previous(claim.figure, executed=change.basis == "executed").value
            assert before is not None
            then = (before / scale).quantize(Decimal(1).scaleb(-claim.places), ROUND_HALF_UP)
            assert (change.direction == "flat") == (claim.value == then)
            assert change.amount in (None, abs(claim.value - then))
            assert (change.base_year, change.reason or "x") == (made.year - 1, change.reason or "x")


@pytest.mark.parametrize("start", range(0, 100, 20))
def test_every_number_in_every_sentence_of_random_ledgers(start: int) -> None:
    count = 0
    for seed in range(start, start + 20):
        settings, year, previous = random_year(seed)
        for name in SETS:
            made = disclose(settings, year, previous, find_table_set(name), (), narrative_source(name))
            count += assert_every_number_is_claimed(made)
            assert_every_claim_is_computed(made)
    assert count > 500


@pytest.mark.parametrize("table_set", SETS)
@pytest.mark.parametrize("files", [DEPARTMENT, UNIT], ids=["department", "unit"])
def test_every_number_of_the_small_ledgers(
    files: dict[str, str], table_set: str, make_ledger: Callable[..., Path]
) -> None:
    made = assemble(make_ledger(files), Request(year=2025, table_set=table_set, narrative=True))
    assert assert_every_number_is_claimed(made, ("购置教学设备100套。",)) > 10
    assert_every_claim_is_computed(made)


def test_the_demo_has_none_of_the_seeds_nine_errors() -> None:
    """headcount, one figure per item, shares, sums: what 2017's document has wrong is right here."""
    made = assemble(DEMO, Request(narrative=True))
    by_figure: dict[str, list[Claim]] = defaultdict(list)
    for claim in made.claims:
        by_figure[claim.figure or ""].append(claim)
    posts = [claims[0].value for key, claims in by_figure.items() if key.startswith("headcount:")]
    assert (by_figure["headcount"][0].value, sum(posts)) == (7, 7)
    items = [claims[0] for key, claims in by_figure.items() if key.startswith("function:")]
    assert sum(item.value for item in items) == by_figure["expenditure"][0].value == Decimal("53.1449")
    assert sum(item.share_of.percent for item in items if item.share_of) == 100
    changes = [
        (-1 if item.comparison.direction == "decrease" else 1) * (item.comparison.amount or 0)
        for item in items
        if item.comparison
    ]
    assert sum(changes) == Decimal("-42.7872")
    assert all(len({claim.value for claim in claims}) == 1 for claims in by_figure.values())
    projects = [claims[0].value for key, claims in by_figure.items() if key.startswith("project:")]
    assert (len(projects), sum(projects)) == (17, 18)
    assert made.narrative is not None
    tasks = [p.text for p in made.narrative.paragraphs if p.section.endswith("主要工作任务")]
    assert [text.partition("。")[0] for text in tasks] == [f"{n}.{p.task}" for n, p in enumerate(made.projects, 1)]
    reasons = {claim.comparison.reason for claim in by_figure["expenditure:basic_expenditure"] if claim.comparison}
    assert reasons == {"2017年正常调资，住房公积金和单位医疗相应也增加"}


YEARS = {
    2023: ("90000.04", "20000", "0"),
    2024: ("100000", "20000.49", "5000"),
    2025: ("75000.55", "20000", "12345.67"),
}


def three_years() -> dict[str, str]:
    files = {}
    for year, amounts in YEARS.items():
        parts = list(zip(("2010601", "2010602", "2080505"), amounts, strict=True))
        files[f"{year}/lines.toml"] = "".join(
            f'[[line]]\nfunction_code = "{code}"\neconomic_code = "30101"\nexpenditure_type = "基本支出"\n'
            f'fund_source = "一般公共预算"\namount = {amount}\n'
            for code, amount in parts
            if amount != "0"
        )
        files[f"{year}/incomes.toml"] = "".join(
            f'[[income]]\nfund_source = "一般公共预算"\nfunction_code = "{code}"\namount = {amount}\n'
            for code, amount in parts
            if amount != "0"
        )
    return files


@pytest.mark.parametrize("year", [2024, 2025])
def test_year_on_year_amounts_and_rates_of_three_years(year: int, make_ledger: Callable[..., Path]) -> None:
    """Recomputed here from YEARS, by integers of 分: 万元 with two decimals, rates with two."""
    made = assemble(make_ledger(three_years()), Request(year=year, table_set="mof", narrative=True))
    assert made.narrative is not None
    found = {change.figure: change for change in made.narrative.changes}

    def half_up(numerator: int, denominator: int) -> int:
        return (2 * abs(numerator) + denominator) // (2 * denominator)

    cents = {y: [int(Decimal(amount) * 100) for amount in amounts] for y, amounts in YEARS.items()}
    for key, pick in (
        ("income", sum),
        ("expenditure", sum),
        ("function:2010601", lambda parts: parts[0]),
        ("function:2010602", lambda parts: parts[1]),
        ("function:2080505", lambda parts: parts[2]),
    ):
        now, then = pick(cents[year]), pick(cents[year - 1])
        shown, before = half_up(now, 10000), half_up(then, 10000)
        rate = half_up((now - then) * 10000, then) if then and before else None
        sign = -1 if shown < before else 1
        change = found[key]
        assert (change.current, change.previous) == (Decimal(shown) / 100, Decimal(before) / 100)
        assert change.difference == Decimal(shown - before) / 100
        assert change.percent == (sign * Decimal(rate) / 100 if rate and shown != before else None)


def test_the_first_year_has_no_comparison(make_ledger: Callable[..., Path]) -> None:
    made = assemble(make_ledger(three_years()), Request(year=2023, table_set="mof", narrative=True))
    assert made.narrative is not None
    assert made.narrative.changes == ()
    assert all(claim.comparison is None for claim in made.claims)
    assert "2022" not in text_of(made)
