"""V202–V205, V212, V215–V218: the indicators themselves: method, target, direction, assessor, changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.checks.finding import NotApplicableError, NotCheckableError
from kpi_cli.evaluation import methods
from kpi_cli.evaluation.analyse import spreads
from kpi_cli.evaluation.arithmetic import exact, written
from kpi_cli.evaluation.methods.method import COMMON_PARAMS, MethodError
from kpi_cli.evaluation.methods.tier_table import read_tiers
from kpi_cli.evaluation.rules.subject import finding, rule, some
from kpi_cli.evaluation.vocabulary import DIRECTION, word
from kpi_cli.problems import WORDING, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from kpi_cli.checks.finding import Finding
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.evaluation.methods.method import Method
    from kpi_cli.evaluation.records import Indicator
    from kpi_cli.evaluation.rules.subject import Subject


def with_methods(subject: Subject) -> list[tuple[Indicator, Method]]:
    """Return the indicators with a known method, and the method."""
    known = methods.METHODS
    return [
        (item, known["indicator", item.method])
        for item in subject.index.indicators.values()
        if ("indicator", item.method) in known
    ]


@rule
def methods_and_params(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V202: the method is known and its parameters are complete."""
    names = methods.names()
    for item in some([each for each in subject.year.indicators if each.method], "写明计分方法的指标"):
        if item.method not in names:
            message = f"{item.indicator} 的计分方法不认识，{suggestion(item.method, names)}"
            yield finding(rule, item.source, message, actual=item.method)
            continue
        known = {**methods.find(item.method).params, **COMMON_PARAMS}
        for name, param in known.items():
            if param.required and name not in item.params and name != "step_mode":  # which V212 is about
                yield finding(rule, item.source, f"{item.indicator} 的 params 缺少 {name}（{param.doc}）", detail=name)
            elif param.choices and item.params.get(name, param.choices[0]) not in param.choices:
                expected = "、".join(param.choices)
                yield finding(
                    rule, item.source, f"{item.indicator} 的 {name} 不认识", expected, item.params[name], name
                )
        for name in item.params.keys() - known.keys():
            message = f"{item.indicator} 的 params 有不认识的 {name}，{suggestion(name, known)}"
            yield finding(rule, item.source, message, detail=name)


@rule
def targets(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V203: a target is there for methods that need one; zero and negative targets need a policy."""
    needing = {item.indicator: (item, method) for item, method in with_methods(subject) if "target" in method.needs}
    some(list(needing), "需要目标值的指标")
    for (indicator, unit), assignment in subject.index.assignments.items():
        if indicator not in needing:
            continue
        item, method = needing[indicator]
        label = f"{subject.name(unit)} {indicator}"
        if assignment.target is None:
            yield finding(rule, assignment.source, f"{label}缺少目标值", detail=unit)
        elif assignment.target < 0 and not method.any_target:
            yield finding(rule, assignment.source, f"{label}的目标值是负数，请改用基期插值", detail=unit)
        elif not (assignment.target or method.any_target or _has_zero_policy(item, method)):
            yield finding(rule, assignment.source, f"{label}的目标值为 0，没有写明怎样计分", detail=unit)
        if assignment.baseline is None and "baseline" in method.needs:
            yield finding(rule, assignment.source, f"{label}缺少基期值", detail=f"{unit}:baseline")


def _has_zero_policy(item: Indicator, method: Method) -> bool:
    """Tell whether a target of zero means something: full points for none (M02), or what the rule says."""
    return method.name == "ratio_reverse" or item.params.get("zero_target", "error") != "error"


@rule
def directions(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V204: the direction agrees with the method."""
    for item, method in some([pair for pair in with_methods(subject) if pair[0].direction], "写明方向和方法的指标"):
        if item.direction not in method.directions:
            expected = "、".join(word(DIRECTION, each) for each in method.directions)
            message = f"{item.indicator} {item.name}的方向与“{method.title}”不符"
            yield finding(rule, item.source, message, expected, word(DIRECTION, item.direction))


@rule
def tier_tables(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V205: tier tables are contiguous and half-open, without overlap."""
    for item in some([each for each in subject.year.indicators if each.method == "tiers"], "分档计分的指标"):
        try:
            read_tiers(item.params.get("tiers"))
        except MethodError as error:
            message = f"{item.indicator}：{WORDING[error.code][0].format_map(error.facts)}"
            yield finding(rule, item.source, message)


@rule
def step_modes(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V212: methods that count steps say what becomes of a part of a step."""
    stepping = [pair for pair in with_methods(subject) if "step_mode" in pair[1].params]
    for item, method in some(stepping, "分档加减分的指标"):
        choices = method.params["step_mode"].choices
        if item.params.get("step_mode") not in choices:
            expected = "、".join(choices)
            yield finding(
                rule, item.source, f"{item.indicator} 没有写明 step_mode", expected, item.params.get("step_mode", "")
            )


@rule
def own_assessor(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V215: an assessor does not score its own indicator."""
    some([item for item in subject.year.indicators if item.assessor], "写明考核单位的指标")
    for (indicator, unit), assignment in subject.index.assignments.items():
        item = subject.index.indicators[indicator]
        if item.assessor and item.assessor in (unit, subject.name(unit)):
            yield finding(rule, assignment.source, f"{subject.name(unit)}考核自己的指标 {indicator}", detail=unit)


@rule
def no_spread(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V216: units do not all have the same score on an indicator."""
    for spread in some(spreads(subject.scores), "两个以上单位的得分"):
        if spread.has_none:
            item = subject.index.indicators[spread.indicator]
            message = (
                f"{spread.indicator} {item.name}：{spread.units} 个单位得分率都是 {written(spread.mean)}%，没有区分"
            )
            yield finding(rule, item.source, message, detail=f"{spread.category}/{spread.series}")


@rule
def changes_after_approval(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V217: an indicator changed after approval has a decision number."""
    changed = some([item for item in subject.year.indicators if item.changed_on], "调整过的指标")
    approvals = [item.date for item in subject.year.minutes if item.subject in ("indicators", "scheme")]
    if not approvals:
        raise NotApplicableError("指标体系还没有审定")
    for item in changed:
        if item.changed_on > min(approvals) and not item.decision:
            message = f"{item.indicator} {item.name}审定后调整，没有决定文号"
            yield finding(rule, item.source, message, actual=item.changed_on)


@rule
def benchmark_sheets(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V218: a benchmark indicator names its city, the gap and the measures."""
    sheets = {sheet.indicator: sheet for sheet in subject.year.indicator_sheets}
    for item in some([each for each in subject.year.indicators if each.kind == "benchmark"], "标杆指标"):
        sheet = sheets.get(item.indicator)
        names = {"benchmark_city": "标杆城市", "gap": "差距分析", "measures": "工作措施"}
        absent = [label for field, label in names.items() if not getattr(sheet, field, "")]
        if absent:
            yield finding(rule, item.source, f"{item.indicator} {item.name}的说明书缺少{'、'.join(absent)}")


@rule
def score_bounds(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V201: every score lies between 0 and points × cap."""
    index = subject.index
    for result in some(subject.year.results, "考评结果"):
        assignment = index.assignments.get((result.indicator, result.evaluated_unit))
        if assignment is None:
            continue
        most = index.points(assignment) * _cap(index.indicators[result.indicator])
        for name in ("claimed", "assessed", "rechecked"):
            value = getattr(result, name)
            if value is not None and not 0 <= exact(value) <= most:
                message = f"{subject.name(result.evaluated_unit)} {result.indicator} 的得分超出范围"
                yield finding(rule, result.source, message, f"0–{written(most)}", value, name)


def _cap(item: Indicator) -> Fraction:
    """Return the most that an indicator can earn, as a multiple of its points."""
    try:
        default = "120" if item.method == "polar120" else "1"
        cap = exact(item.params.get("cap", default))
    except (ValueError, TypeError, ArithmeticError):
        raise NotCheckableError(f"{item.indicator} 的 cap 不是数字") from None
    return cap / 100 if item.method == "polar120" else cap
