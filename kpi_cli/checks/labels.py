"""Chinese names of figure keys, for the messages of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.model import figures as keys
from kpi_cli.model import vocabulary as v

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure

_FIXED = {
    "income": "收入",
    "expenditure": "支出",
    "sangong": "“三公”经费",
    "agency_operating_expenditure": "机关运行经费",
    "procurement": "政府采购预算",
    "goals:count": "绩效目标项目数",
    "goals:amount": "绩效目标项目资金",
    "headcount": "人员总数",
    "vehicles_held": "车辆",
    "sangong:overseas_travel": "因公出国（境）费",
    "sangong:official_reception": "公务接待费",
    "sangong:vehicles": "公务用车购置及运行费",
    "sangong:vehicle_purchase": "公务用车购置费",
    "sangong:vehicle_operation": "公务用车运行费",
    "procurement:goods": "政府采购货物预算",
    "procurement:works": "政府采购工程预算",
    "procurement:services": "政府采购服务预算",
    "procurement:sme": "面向中小企业预留",
    "procurement:micro": "预留给小型和微型企业",
    "units:subordinate": "下属预算单位",
    "units:administrative": "行政单位",
    "units:civil_service_managed": "参公事业单位",
    "units:public_institution": "事业单位",
    "units:internal_divisions": "内设机构",
}
_WORDS = {
    **{term.key: term.word for term in v.FUND_SOURCE.terms},
    **{term.key: term.word for term in v.EXPENDITURE_TYPE.terms},
    **{term.key: term.word for term in v.COST_KIND.terms},
    "fiscal_appropriation": "财政拨款",
    "carried_forward": "上年结转",
    "current_year": "本年",
}
_SUFFIXED = {"income": "收入", "expenditure": "支出"}


def figure_name(disclosure: Disclosure, key: str | None) -> str:
    """Name a figure as people say it: `function:2010601:basic_expenditure` → `2010601 行政运行（基本支出）`."""
    if key is None:
        return "该数"
    body, year, is_executed = keys.split(key)
    suffix = f"（{year}年）" if year not in (None, disclosure.year) else ""
    return _body_name(disclosure, body) + suffix + ("执行数" if is_executed else "")


def _body_name(disclosure: Disclosure, body: str) -> str:
    if body in _FIXED:
        return _FIXED[body]
    family, _, rest = body.partition(":")
    if family in ("function", "economic"):
        code, _, part = rest.partition(":")
        name = disclosure.catalogue.name(family, code) if disclosure.catalogue else None
        return f"{code} {name or ''}".rstrip() + (f"（{_parts(part)}）" if part else "")
    if family in _SUFFIXED:
        words = _parts(rest)
        return words if words.endswith(_SUFFIXED[family]) else words + _SUFFIXED[family]
    return rest or family


def _parts(rest: str) -> str:
    return "、".join(_WORDS.get(word, word) for part in rest.split(":") for word in part.split("+"))
