"""Every field of every record, declared once: spelling, Chinese name, type, meaning, example.

The TOML reader, the CSV and XLSX importer, the options of `add` and `set`, and the reference pages all
come from here, so that one field has one spelling everywhere (CONTRACT.md, Records and import columns).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.model import figures, records
from kpi_cli.model import vocabulary as v
from kpi_cli.model.field import Field, FieldError, RecordKind, Values, choice, code, flag, integer, text
from kpi_cli.money import AmountError, parse_amount, printed_places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

__all__ = [
    "AMOUNT",
    "AMOUNT_WAN",
    "COMPARATIVE",
    "DISPLAY_FIELDS",
    "ECONOMIC_CODE",
    "FUNCTION_CODE",
    "INCOME",
    "KINDS",
    "LINE",
    "MOST_DECIMALS",
    "PROJECT",
    "SANGONG",
    "SETTINGS_FIELDS",
    "UNIT_FIELDS",
    "YEAR",
    "Field",
    "FieldError",
    "RecordKind",
]


def _decimals(value: object) -> int:
    places = integer(value)
    if places > MOST_DECIMALS:
        raise FieldError("unknown-value", hint=f"可用 0 到 {MOST_DECIMALS}")
    return places


def _year(value: object) -> int:
    try:
        year = integer(value)
    except FieldError:
        year = 0
    if not 1990 <= year <= 2100:
        raise FieldError("year-range")
    return year


YEAR = _year
"""Checks a year that does not come from a record."""


def _amount(value: object) -> Decimal:
    try:
        return parse_amount(value)
    except AmountError as error:
        raise FieldError(error.code) from None


def _amount_wan(value: object) -> tuple[Decimal, int]:
    try:
        return parse_amount(value, wan=True), printed_places(value)
    except AmountError as error:
        raise FieldError(error.code) from None


def _figure(value: object) -> str:
    key = text(value)
    problem = figures.fault(key)
    if problem:
        raise FieldError("figure-key", hint=problem)
    return key


MOST_DECIMALS = 6
"""Decimals that a printed amount may have: 万元 to the cent has six."""

FUNCTION_CODE = code(r"\d{7}", "function-code")
ECONOMIC_CODE = code(r"\d{5}|\d{3}", "economic-code")

AMOUNT = Field(
    "amount",
    "金额(元)",
    _amount,
    "金额，元，最多两位小数",
    "12345.67",
    required=True,
    default=None,
    column="amount_yuan",
    aliases=("金额（元）", "金额"),
)
AMOUNT_WAN = Field(
    "amount_wan",
    "金额(万元)",
    _amount_wan,
    "金额，万元，最多六位小数；与 amount 二选一",
    "1.234567",
    default=None,
    aliases=("金额（万元）",),
)
_OPTIONAL_AMOUNT = Field(
    "amount",
    "金额(元)",
    _amount,
    "预算金额，元",
    "20000.00",
    default=None,
    column="amount_yuan",
    aliases=("金额（元）", "金额"),
)
_FUND = Field(
    "fund_source",
    "资金来源",
    choice(v.FUND_SOURCE),
    "资金来源",
    "一般公共预算",
    required=True,
    write=v.FUND_SOURCE.word,
)
_UNIT = Field("budget_unit", "预算单位", text, "预算单位编码（导入时可写唯一的全称）；空为本部门", "001")
_CARRIED = Field(
    "carried_forward",
    "上年结转",
    flag,
    "是否上年结转，空为否",
    "否",
    default=False,
)
_NOTE = Field("note", "备注", text, "备注，不公开", "")


def _complete_amount(values: Values, *, required: bool = True) -> None:
    """Merge `amount_wan` into `amount`; `places` keeps the decimals that 万元 was printed with."""
    wan = values.pop("amount_wan", None)
    if wan is not None and values["amount"] is not None:
        raise FieldError("amount-twice")
    values["places"] = None
    if wan is not None:
        values["amount"], values["places"] = wan
    if required and values["amount"] is None:
        raise FieldError("missing", field=AMOUNT.label, key="amount", example=AMOUNT.example)


def _complete_line(values: Values) -> None:
    _complete_amount(values)
    del values["places"]
    code, kind = values["economic_code"], values["expenditure_type"]
    if len(code) != 5 and kind != "project_expenditure":
        raise FieldError("economic-code-needed", type=v.EXPENDITURE_TYPE.word(kind))
    if values["fund_source"] == "nonfiscal_surplus":
        raise FieldError("fund-not-for-lines")
    if kind == "basic_expenditure" and not values["cost_kind"]:
        derived = v.DERIVED_COST_KIND.get(code[:3])
        if derived is None:
            raise FieldError("cost-kind-needed", category=code[:3])
        values["cost_kind"] = derived


def _complete_income(values: Values) -> None:
    _complete_amount(values)
    del values["places"]


def _complete_project(values: Values) -> None:
    _complete_amount(values, required=False)
    del values["places"]


LINE = RecordKind(
    "line",
    "lines",
    "budget",
    "预算行",
    "lines.toml",
    (
        Field("function_code", "功能科目编码", FUNCTION_CODE, "功能分类科目编码，7 位", "2010601", required=True),
        Field("function_name", "功能科目名称", text, "功能科目名称，只用于核对编码", "行政运行"),
        Field(
            "economic_code", "经济科目编码", ECONOMIC_CODE, "部门经济分类科目编码，5 位；项目支出可为 3 位或空", "30101"
        ),
        Field("economic_name", "经济科目名称", text, "经济科目名称，只用于核对编码", "基本工资"),
        Field(
            "expenditure_type",
            "支出类型",
            choice(v.EXPENDITURE_TYPE),
            "支出类型",
            "基本支出",
            required=True,
            write=v.EXPENDITURE_TYPE.word,
        ),
        Field(
            "cost_kind",
            "经费类别",
            choice(v.COST_KIND),
            "人员经费或公用经费；301、303 与 302、309、310 类可省略",
            "人员经费",
            write=v.COST_KIND.word,
        ),
        _FUND,
        Field("project", "项目", text, "projects.toml 里的项目 id", "P01"),
        _UNIT,
        _CARRIED,
        AMOUNT,
        AMOUNT_WAN,
        _NOTE,
    ),
    records.BudgetLine,
    _complete_line,
)

INCOME = RecordKind(
    "income",
    "incomes",
    "income",
    "收入",
    "incomes.toml",
    (
        _FUND,
        Field("function_code", "功能科目编码", FUNCTION_CODE, "收入对应的功能科目编码，7 位，可空", "2010601"),
        _UNIT,
        _CARRIED,
        AMOUNT,
        AMOUNT_WAN,
        _NOTE,
    ),
    records.Income,
    _complete_income,
)

PROJECT = RecordKind(
    "project",
    "projects",
    "project",
    "项目",
    "projects.toml",
    (
        Field("id", "项目编号", text, "简短的编号，预算行用它指向项目", "P01", required=True),
        Field("name", "项目名称", text, "公开时的全称", "绩效考评指标体系编制经费", required=True),
        Field("task", "工作任务", text, "对应的年度工作任务", "编制绩效考评指标体系"),
        Field("objective", "绩效目标", text, "年度绩效目标", ""),
        _OPTIONAL_AMOUNT,
        AMOUNT_WAN,
        Field("executed", "执行数(元)", _amount, "执行数，元", "18000.00", default=None, column="executed_yuan"),
    ),
    records.Project,
    _complete_project,
    identity=("id",),
)

SANGONG = RecordKind(
    "sangong",
    "sangong",
    "sangong",
    "“三公”经费",
    "sangong.toml",
    (
        Field(
            "category",
            "类别",
            choice(v.SANGONG_CATEGORY),
            "类别",
            "公务接待费",
            required=True,
            write=v.SANGONG_CATEGORY.word,
        ),
        Field(
            "fund_source",
            "资金来源",
            choice(v.FUND_SOURCE),
            "资金来源，空为一般公共预算",
            "一般公共预算",
            default="general_public_budget",
            write=v.FUND_SOURCE.word,
        ),
        AMOUNT,
        AMOUNT_WAN,
        _UNIT,
        Field("groups", "团组数", integer, "因公出国（境）团组数", "1", default=None),
        Field("persons", "人次", integer, "因公出国（境）人次或接待人次", "12", default=None),
        Field("vehicles", "车辆数", integer, "购置或保有的公务用车数", "2", default=None),
        Field("batches", "批次", integer, "公务接待批次", "5", default=None),
        Field("reason", "增减原因", text, "与上年比较增减的原因", ""),
        _NOTE,
    ),
    records.SangongExpense,
    _complete_amount,
)

COMPARATIVE = RecordKind(
    "comparative",
    "comparatives",
    "",
    "上年数",
    "comparatives.toml",
    (
        Field("year", "年度", _year, "数字所属的年度，空为上年", "2016", default=None),
        Field("figure", "数字", _figure, "数字的键，见 kpi help figures", "expenditure", required=True),
        AMOUNT,
        AMOUNT_WAN,
        _NOTE,
    ),
    records.Comparative,
    _complete_income,
)

KINDS: Mapping[str, RecordKind] = {kind.plural: kind for kind in (LINE, INCOME, PROJECT, SANGONG, COMPARATIVE)}

UNIT_FIELDS = (
    Field("code", "编码", text, "预算单位编码", "001", required=True),
    Field("name", "名称", text, "预算单位全称", "绩效评估中心", required=True),
    Field("nature", "性质", choice(v.NATURE), "行政、参公或事业", "事业", write=v.NATURE.word),
)

DISPLAY_FIELDS = (
    Field("decimals", "小数位", _decimals, "金额的小数位数", "2", default=None),
    Field("zero", "零的写法", choice(v.ZERO_STYLE), "零值印成：blank、0 或 0.00", "blank", default=None),
    Field("thousands", "千分位", flag, "印刷品中的千分位分隔", "true", default=None),
    Field("form", "表式", text, "表套提供的另一种表式", "by_subject", default=None),
)

SETTINGS_FIELDS = (
    Field("schema_version", "格式版本", integer, "固定为 1", "1", required=True),
    Field("department", "部门（单位）名称", text, "部门或单位全称", "防城港市港口区绩效办", required=True),
    Field("code", "编码", text, "部门或单位编码", ""),
    Field("level", "层级", choice(v.LEVEL), "部门或单位", "部门", default="department", write=v.LEVEL.word),
    Field("nature", "性质", choice(v.NATURE), "行政、参公或事业；只用于单位", "行政", write=v.NATURE.word),
    Field("table_set", "表套", text, "表套名称，或台账内文件夹的名称", "shanghai", required=True),
)
