"""Results, explanations, analyses and duties of an evaluation year: as JSON, and as lines for the terminal."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kpi_cli.evaluation.arithmetic import rounded, written
from kpi_cli.evaluation.status import Stand
from kpi_cli.evaluation.vocabulary import CATEGORY, COMPONENT, word
from kpi_cli.rendering.plain import to_json
from kpi_cli.rendering.styled import Text
from kpi_cli.rendering.terminal import list_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kpi_cli.evaluation.analyse import Analysis
    from kpi_cli.evaluation.explain import Explanation
    from kpi_cli.evaluation.final import Final, UnitResult
    from kpi_cli.evaluation.status import Duty
    from kpi_cli.evaluation.what_if import RankChange

_BAR = 24
_SHOWN = 15
"""How many rows of an analysis the terminal shows; JSON has them all."""


# results


def final_json(final: Final) -> str:
    """Write results in the JSON shape of CONTRACT.md; decimals are text."""
    return to_json({"year": final.year, "units": [_unit(result) for result in final.units]})


def _unit(result: UnitResult) -> dict[str, Any]:
    parts = {
        name: {"score": f"{part.score:f}", "points": f"{part.points:f}"} for name, part in result.components.items()
    }
    return {
        "evaluated_unit": result.evaluated_unit,
        "category": result.category,
        "series": result.series,
        "components": parts,
        "deduction": f"{result.deduction:f}",
        "bonus": f"{result.bonus:f}",
        "total": f"{result.total:f}",
        "rank": result.rank,
        "grade": result.grade,
        "decided_by": result.decided_by,
        "notes": list(result.notes),
    }


def final_lines(final: Final, names: Mapping[str, str]) -> Iterator[Text]:
    """Lay out results, a list for each series: components as printed parts of the total.

    Args:
      final: Results by category, series and rank.
      names: Name of each unit by id.
    """
    undecided = {unit for group in final.undecided for unit in group}
    series: dict[tuple[str, str], list[UnitResult]] = {}
    for result in final.units:
        series.setdefault((result.category, result.series), []).append(result)
    for number, ((category, name), results) in enumerate(series.items()):
        if number:
            yield Text()
        title = " ".join(filter(None, (word(CATEGORY, category), name)))
        yield Text(f"{final.year} 年 {title}（{len(results)} 个）", style="bold")
        parts = list(dict.fromkeys(part for result in results for part in result.components))
        header = ["名次", "编号", "单位", *(word(COMPONENT, part) for part in parts), "扣分", "加分", "总分", "等次"]
        rows = [
            [
                str(result.rank),
                result.evaluated_unit,
                names.get(result.evaluated_unit, ""),
                *(f"{result.components[part].points:f}" if part in result.components else "—" for part in parts),
                f"{result.deduction:f}",
                f"{result.bonus:f}",
                f"{result.total:f}",
                "待定" if result.evaluated_unit in undecided else result.grade,
                "；".join(result.notes),
            ]
            for result in results
        ]
        yield from list_lines([*header, "说明"], rows, right=[0, *range(3, len(header) - 1)])


def change_lines(changes: Iterable[RankChange], names: Mapping[str, str]) -> list[Text]:
    """Lay out what another scheme would change, unit by unit; what moves is marked."""
    rows = [
        [
            names.get(change.evaluated_unit, change.evaluated_unit),
            f"{change.total_before:f}",
            f"{change.total_after:f}",
            _moved(str(change.rank_before), str(change.rank_after)),
            _moved(change.grade_before, change.grade_after),
        ]
        for change in changes
    ]
    return list_lines(("单位", "现总分", "试算总分", "名次", "等次"), rows, right=[1, 2])


def _moved(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


# explanations


def explanation_json(explanation: Explanation) -> str:
    """Write an explanation as JSON: its lines with their level and the places of the records."""
    lines = [
        {
            "level": line.level,
            "text": line.text,
            "sources": [{"file": source.file, "line": source.line} for source in line.sources if source.file],
        }
        for line in explanation.lines
    ]
    own = {"evaluated_unit": explanation.evaluated_unit, "indicator": explanation.item, "title": explanation.title}
    return to_json({**own, "lines": lines})


# duties


def duties_json(year: int, duties: Iterable[Duty]) -> str:
    """Write duties as JSON."""
    return to_json({"year": year, "duties": [{**duty._asdict(), "stand": str(duty.stand)} for duty in duties]})


def duty_lines(duties: Sequence[Duty], names: Mapping[str, str]) -> Iterator[Text]:
    """Lay out what is open, missing or late, and below it how much of each kind is done."""
    owed = [duty for duty in duties if duty.stand is not Stand.DONE]
    rows = [
        [
            f"{duty.kind} {duty.item}".strip(),
            names.get(duty.unit, duty.unit),
            duty.due,
            str(duty.stand),
            f"{duty.done}/{duty.needed}" if duty.needed else "",
            duty.note,
        ]
        for duty in owed
    ]
    if rows:
        yield from list_lines(("事项", "单位", "期限", "状态", "已有/应有", "说明"), rows, right=[4])
        yield Text()
    kinds: dict[str, list[Duty]] = {}
    for duty in duties:
        kinds.setdefault(duty.kind, []).append(duty)
    for kind, own in kinds.items():
        counts = Counter(duty.stand for duty in own)
        yield Text(f"{kind}：" + "、".join(f"{stand} {counts[stand]}" for stand in Stand if counts[stand]))


# analyses


def analysis_json(year: int, analysis: Analysis) -> str:
    """Write an analysis as JSON; shares and points are decimal text with two places."""
    return to_json(
        {
            "year": year,
            "spreads": [_plain(spread) for spread in analysis.spreads],
            "losses": [_plain(loss) for loss in analysis.losses],
            "agreements": [
                {
                    "category": agreement.category,
                    "spearman": None if agreement.spearman is None else f"{agreement.spearman:f}",
                    "pairs": [_plain(pair) for pair in agreement.pairs],
                }
                for agreement in analysis.agreements
            ],
            "changes": [_plain(change) for change in analysis.changes],
        }
    )


def _plain(record: Any) -> dict[str, Any]:
    return {name: _two(value) if isinstance(value, Fraction) else value for name, value in record._asdict().items()}


def _two(value: Fraction) -> str:
    return f"{rounded(value, 2, 'half_up'):f}"


def bar(share: Fraction, whole: Fraction) -> str:
    """Draw a bar as long as a share of the whole; anything above zero is seen."""
    if whole <= 0 or share <= 0:
        return ""
    return "█" * max(1, min(_BAR, int(share * _BAR / whole)))


def analysis_lines(analysis: Analysis, names: Mapping[str, str], titles: Mapping[str, str]) -> Iterator[Text]:
    """Lay out an analysis in four parts, each as a list with bars.

    Args:
      analysis: Of one year.
      names: Name of each unit by id.
      titles: Name of each indicator by id.
    """
    parts = [
        ("拉不开差距的指标（得分率最高与最低之差，从小到大）", _spread_rows(analysis, titles)),
        ("失分最多的单位和指标", _loss_rows(analysis, names, titles)),
        *_agreement_parts(analysis, names),
        ("与上年相比名次变化", _year_rows(analysis, names)),
    ]
    for number, (title, (header, rows, right)) in enumerate(part for part in parts if part[1][1]):
        if number:
            yield Text()
        yield Text(title, style="bold")
        yield from list_lines(header, rows, right)


_Part = tuple[list[str], list[list[str]], list[int]]


def _spread_rows(analysis: Analysis, titles: Mapping[str, str]) -> _Part:
    rows = [
        [
            spread.indicator,
            titles.get(spread.indicator, ""),
            " ".join(filter(None, (word(CATEGORY, spread.category), spread.series))),
            str(spread.units),
            f"{_two(spread.lowest)}%",
            f"{_two(spread.highest)}%",
            bar(spread.highest - spread.lowest, Fraction(100)) or "没有差距",
        ]
        for spread in analysis.spreads[:_SHOWN]
    ]
    return ["指标", "名称", "类别", "单位数", "最低", "最高", "差距"], rows, [3, 4, 5]


def _loss_rows(analysis: Analysis, names: Mapping[str, str], titles: Mapping[str, str]) -> _Part:
    most = analysis.losses[0].lost if analysis.losses else Fraction(0)
    rows = [
        [
            names.get(loss.evaluated_unit, loss.evaluated_unit),
            loss.indicator,
            titles.get(loss.indicator, ""),
            _two(loss.lost),
            f"{_two(loss.share)}%",
            bar(loss.lost, most),
        ]
        for loss in analysis.losses[:_SHOWN]
    ]
    return ["单位", "指标", "名称", "失分", "占该单位失分", ""], rows, [3, 4]


def _agreement_parts(analysis: Analysis, names: Mapping[str, str]) -> Iterator[tuple[str, _Part]]:
    for agreement in analysis.agreements:
        known = "单位太少或没有差别，不能算" if agreement.spearman is None else f"{agreement.spearman:f}"
        widest = max((abs(pair.gap) for pair in agreement.pairs), default=Fraction(0))
        rows = [
            [
                names.get(pair.evaluated_unit, pair.evaluated_unit),
                written(pair.indicator_rank),
                written(pair.review_rank),
                f"{written(pair.gap):>5}",
                bar(abs(pair.gap), widest),
            ]
            for pair in agreement.pairs[:_SHOWN]
        ]
        title = f"{word(CATEGORY, agreement.category)}：公众评议与指标考评名次（等级相关系数 {known}）"
        yield title, (["单位", "指标名次", "评议名次", "相差", ""], rows, [1, 2, 3])


def _year_rows(analysis: Analysis, names: Mapping[str, str]) -> _Part:
    rows = [
        [
            names.get(change.evaluated_unit, change.evaluated_unit),
            f"{change.total_before:f}",
            f"{change.total:f}",
            _moved(str(change.rank_before), str(change.rank)),
            "▲" * min(_BAR, change.rank_before - change.rank) + "▼" * min(_BAR, change.rank - change.rank_before),
        ]
        for change in analysis.changes
    ]
    return ["单位", "上年总分", "今年总分", "名次", ""], rows, [1, 2]
