"""Rules on the records behind a computed disclosure (L-*): balances, projects, subjects, words typed by hand.

They point to the file and line where something has to be changed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kpi_cli import money
from kpi_cli.checks.finding import Finding, NotApplicableError
from kpi_cli.checks.labels import figure_name
from kpi_cli.checks.sentences import stated_texts
from kpi_cli.model import vocabulary as v
from kpi_cli.tables.figures import UnknownFigureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.model.records import BudgetLine
    from kpi_cli.model.source import Source
    from kpi_cli.model.stated import StatedText
    from kpi_cli.tables.figures import FigureBook

ZERO = Decimal(0)
_KINDS = {"function": "function_code", "economic": "economic_code"}


def _book(disclosure: Disclosure) -> FigureBook:
    if disclosure.book is None:
        raise NotApplicableError("不是由台账生成")
    return disclosure.book


def _finding(rule: TieOutRule, where: str, message: str, expected: str = "", actual: str = "") -> Finding:
    about = f"{rule.id}:{where}"
    return Finding(rule.id, rule.severity, where, message, expected, actual, about, about)


def _place(source: Source) -> str:
    return f"{source.file}:{source.line}"


# balances


def funds_balance(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that income equals expenditure for each fund of 财政拨款, and for all other funds together."""
    _book(disclosure)
    if not (disclosure.lines or disclosure.incomes):
        raise NotApplicableError("没有台账记录")
    received = _sums(disclosure.incomes, "fund_source")
    spent = _sums(disclosure.lines, "fund_source")
    for fund in v.FISCAL_APPROPRIATION:
        if received[fund] != spent[fund]:
            yield _balance(rule, v.FUND_SOURCE.word(fund), received[fund], spent[fund])
    others = [fund for fund in v.FUND_SOURCE.keys if fund not in v.FISCAL_APPROPRIATION]
    income, expenditure = (sum((sums[fund] for fund in others), ZERO) for sums in (received, spent))
    if income != expenditure:
        yield _balance(rule, "非财政拨款资金", income, expenditure)
    else:
        for fund in others:
            if received[fund] != spent[fund]:  # 使用非财政拨款结余 and other income may pay for it
                yield _balance(rule, v.FUND_SOURCE.word(fund), received[fund], spent[fund]).with_severity("hint")


def _balance(rule: TieOutRule, what: str, income: Decimal, expenditure: Decimal) -> Finding:
    gap = money.plain(abs(income - expenditure))
    word = "多" if income > expenditure else "少"
    message = f"{what}收支不平：收入 {money.plain(income)} 元，支出 {money.plain(expenditure)} 元，收入{word} {gap} 元"
    return _finding(rule, f"台账 {what}", message, money.plain(expenditure), money.plain(income))


def _sums(records: Iterable[Any], field: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for record in records:
        found[getattr(record, field)] += record.amount
    return found


def subjects_balance(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that income equals expenditure for each function subject, where every income names one."""
    _book(disclosure)
    if not disclosure.incomes or any(not income.function_code for income in disclosure.incomes):
        raise NotApplicableError("收入没有全部列到功能科目")
    if any(r.carried_forward for r in disclosure.incomes) or any(r.carried_forward for r in disclosure.lines):
        raise NotApplicableError("有上年结转")
    received, spent = _sums(disclosure.incomes, "function_code"), _sums(disclosure.lines, "function_code")
    for code in sorted(received.keys() | spent.keys()):
        if received[code] != spent[code]:
            yield _balance(rule, figure_name(disclosure, f"function:{code}"), received[code], spent[code])


# projects


def project_amounts(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that a project's stated amount is what its lines add up to."""
    _book(disclosure)
    if not disclosure.projects:
        raise NotApplicableError("台账没有项目")
    of_project = _sums((line for line in disclosure.lines if line.project), "project")
    for project in disclosure.projects:
        if project.amount is None and project.id not in of_project:
            message = f"项目“{project.name}”没有金额，也没有预算行"
            yield _finding(rule, _place(project.source), message).with_severity("hint")
        elif project.amount is not None and project.id in of_project and of_project[project.id] != project.amount:
            lines, stated = money.plain(of_project[project.id]), money.plain(project.amount)
            message = f"项目“{project.name}”写 {stated} 元，它的预算行合计 {lines} 元"
            yield _finding(rule, _place(project.source), message, lines, stated)


# subjects


def subjects_are_valid(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check that every subject of the lines was in force in the year."""
    _book(disclosure)
    catalogue = disclosure.catalogue
    if catalogue is None or not disclosure.lines:
        raise NotApplicableError("台账没有预算行")
    for kind, field in _KINDS.items():
        for code, (first, count) in _first_lines(disclosure.lines, field).items():
            if catalogue.name(kind, code) is None:
                former = catalogue.former(kind, code)
                known = "、".join(f"{s.name}（{s.valid_from or ''}–{s.valid_to or ''}）" for s in former)
                nearest = "、".join(f"{c} {name}" for c, name in catalogue.nearest(kind, code, 2))
                why = f"只用于其他年度：{known}" if known else f"科目目录没有；相近的有 {nearest}"
                also = f"（共 {count} 行）" if count > 1 else ""
                message = f"{disclosure.year} 年没有科目 {code}{also}，{why}"
                yield _finding(rule, _place(first.source), message, actual=code)


def _first_lines(lines: Iterable[BudgetLine], field: str) -> dict[str, tuple[BudgetLine, int]]:
    found: dict[str, tuple[BudgetLine, int]] = {}
    for line in lines:
        code = getattr(line, field)
        if code:
            first, count = found.get(code, (line, 0))
            found[code] = (first, count + 1)
    return found


# words typed by hand

_AMOUNT = r"(?:预算数?|经费|总额|总计|合计|支出|收入|资金)*(?:安排|共计|共|为|是|约)?\s*"
_MONEY = r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>万元|亿元|元)"
_OTHER_YEAR = re.compile(r"上年|去年|往年|以前年度|执行数|增加|减少|(?P<year>\d{4})\s*年")
_TOTALS = {
    "收入预算": "income",
    "收入总计": "income",
    "预算收入": "income",
    "支出预算": "expenditure",
    "支出总计": "expenditure",
    "预算支出": "expenditure",
    "基本支出": "expenditure:basic_expenditure",
    "项目支出": "expenditure:project_expenditure",
    "“三公”经费": "sangong",
    "三公经费": "sangong",
    "因公出国（境）费": "sangong:overseas_travel",
    "公务接待费": "sangong:official_reception",
    "公务用车购置及运行费": "sangong:vehicles",
    "公务用车购置费": "sangong:vehicle_purchase",
    "公务用车运行费": "sangong:vehicle_operation",
    "公务用车运行维护费": "sangong:vehicle_operation",
    "机关运行经费": "agency_operating_expenditure",
    "政府采购预算": "procurement",
}


def typed_figures(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Check amounts that stand in texts of narrative.toml behind a name whose figure is computed."""
    book = _book(disclosure)
    texts = list(stated_texts(book.stated))
    if not texts:
        raise NotApplicableError("narrative.toml 没有文字")
    names = {**_TOTALS, **_own_names(disclosure)}
    alternatives = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    pattern = re.compile(f"(?P<name>{alternatives}){_AMOUNT}{_MONEY}")
    for _, text in texts:
        for match in pattern.finditer(text.text):
            yield from _typed(rule, disclosure, names[match["name"]], text, match)


def _own_names(disclosure: Disclosure) -> dict[str, str]:
    codes = {line.function_code for line in disclosure.lines if len(line.function_code) == len("2010601")}
    catalogue = disclosure.catalogue
    subjects = {name: f"function:{c}" for c in sorted(codes) if catalogue and (name := catalogue.name("function", c))}
    return subjects | {project.name: f"project:{project.id}" for project in disclosure.projects}


def _typed(
    rule: TieOutRule, disclosure: Disclosure, key: str, text: StatedText, match: re.Match[str]
) -> Iterator[Finding]:
    clause = re.split(r"[，。；]", text.text[: match.start()])[-1]
    other = _OTHER_YEAR.search(clause)
    if other and other["year"] != str(disclosure.year):
        return
    try:
        figure = _book(disclosure).figure(key)
    except UnknownFigureError:
        return
    number = Decimal(match["number"].replace(",", ""))
    if figure.value is None:
        return
    computed = money.display(figure.value, match["unit"], money.printed_places(number))
    if computed != number:
        shown, typed = (f"{money.plain(value)}{match['unit']}" for value in (computed, number))
        name = figure_name(disclosure, key)
        message = f"手写的数与台账不符：“{match[0]}”，{name}是 {shown}；请改正，或不写数"
        yield _finding(rule, _place(text.source), message, shown, typed)


# last year


def last_year_is_known(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    """Say so where the ledger does not know last year: then no comparison is written."""
    book = _book(disclosure)
    if disclosure.narrative is None:
        raise NotApplicableError("没有文字")
    last = disclosure.year - 1
    if book.before is None and not book.comparatives:
        message = (
            f"台账没有 {last} 年，文字不写与上年的比较；请导入 {last} 年的台账，或用 kpi import comparatives 写上年数"
        )
        yield _finding(rule, f"{disclosure.year}/comparatives.toml", message)
        return
    compared = {claim.figure for claim in disclosure.claims if claim.comparison}
    missing = [
        key for key in rule.figures if key not in compared and book.previous(key).value is None and book.has(key)
    ]
    if missing:
        names = "、".join(figure_name(disclosure, key) for key in missing)
        message = f"不知道 {last} 年的数，没有写比较：{names}"
        yield _finding(rule, f"{disclosure.year}/comparatives.toml", message)
