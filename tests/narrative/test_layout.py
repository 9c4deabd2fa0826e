"""From a template's output to blocks: numbering, left-out headings, items, sentences, what claims say."""

from __future__ import annotations

from decimal import Decimal

from kpi_cli.model.claims import Comparison, Share
from kpi_cli.narrative.document import Heading, Paragraph, TablesPlace
from kpi_cli.narrative.layout import lay_out
from kpi_cli.narrative.pieces import Piece, Said, Words

HEADINGS = ("第一部分　", "一、", "（一）", "1.")


def blocks(text: str, pieces: list[Piece] | None = None, headings: tuple[str, ...] = HEADINGS) -> list[str]:
    shown = []
    for block in lay_out(text, pieces or [], headings):
        if isinstance(block, Heading):
            shown.append(f"{'#' * (block.level + 1)} {block.text}")
        else:
            shown.append(f"[{block.number}] {block.text}" if isinstance(block, Paragraph) else "报表")
    return shown


def test_headings_are_numbered_and_start_anew_below_a_higher_one() -> None:
    text = "# 甲\n## 乙\nx\n## 丙\n### 丁\n#### 戊\ny\n#### 己\nz\n# 庚\n## 辛\n[报表]\n"
    assert blocks(text) == [
        *(
            "# 第一部分　甲",
            "## 一、乙",
            "[1] x",
            "## 二、丙",
            "### （一）丁",
            "#### 1.戊",
            "[2] y",
            "#### 2.己",
            "[3] z",
        ),
        *("# 第二部分　庚", "## 一、辛", "报表"),
    ]


def test_a_heading_with_nothing_below_is_left_out_and_leaves_no_gap() -> None:
    text = "# 甲\n## 乙\n\n## 丙\n### 丁\n\n## 戊\nx\n# 己\n## 庚\n# 辛\ny\n"
    assert blocks(text) == ["# 第一部分　甲", "## 一、戊", "[1] x", "# 第二部分　辛", "[2] y"]


def test_headings_without_a_number() -> None:
    assert blocks("# 甲\nx\n## 乙\ny\n", headings=("", "一、", "（一）", "1.")) == [
        "# 甲",
        "[1] x",
        "## 一、乙",
        "[2] y",
    ]


def test_beyond_ninety_nine_numbers_are_digits() -> None:
    made = blocks("".join(f"\n（一）第{n}段\n" for n in range(1, 102)))
    assert made[98:] == ["[99] （九十九）第99段", "[100] （100）第100段", "[101] （101）第101段"]


def test_lines_join_and_blank_lines_end_a_paragraph() -> None:
    assert blocks("甲，\n  乙\n\n\n丙\n   \n丁") == ["[1] 甲，乙", "[2] 丙", "[3] 丁"]


def test_items_are_counted_by_style_and_start_anew_inside_an_outer_one() -> None:
    text = "1. 甲\n\n说明\n\n（1）乙\n\n（1）丙\n\n1. 丁\n\n（1）戊\n\n# 己\n\n1. 庚\n\n（一）辛\n\n1.5万元不是序号\n"
    assert blocks(text) == [
        *("[1] 1.甲", "[2] 说明", "[3] （1）乙", "[4] （2）丙", "[5] 2.丁", "[6] （1）戊"),
        *("# 第一部分　己", "[7] 1.庚", "[8] （一）辛", "[9] 1.5万元不是序号"),
    ]


def test_a_users_words_are_never_structure() -> None:
    pieces = [Piece("# 标题"), Piece("（五）一段"), Piece("[报表]"), Piece("1. 甲")]
    text = "\n\n".join(f"\ue000{n}\ue001" for n in range(4))
    assert blocks(text, pieces) == ["[1] # 标题", "[2] （五）一段", "[3] [报表]", "[4] 1. 甲"]


def test_a_name_that_ends_in_a_digit_does_not_run_into_its_figure() -> None:
    printed: list[Piece] = []
    name, own = str(Words(printed, Piece("项目A1"))), str(Words(printed, amount("a", 2)))
    assert blocks(f"{name}{own}、甲{own}。", printed) == ["[1] 项目A1：2万元、甲2万元。"]


def test_an_empty_paragraph_or_heading_text() -> None:
    assert blocks("\ue0000\ue001\n\n甲\n", [Piece("")]) == ["[1] 甲"]


def amount(key: str, value: int) -> Piece:
    return Piece(f"{value}万元", Said(key, Decimal(value), "万元", 0, Decimal(value * 10000)))


def changed(key: str, value: int, direction: str = "increase") -> Piece:
    comparison = Comparison(2024, "budget", direction, Decimal(1), None)
    return Piece("，增加1万元", Said(key, Decimal(value), "万元", 0, Decimal(value * 10000), comparison))


def shared(key: str, value: int) -> Piece:
    share = Share("expenditure", Decimal(50))
    return Piece("，占50%", Said(key, Decimal(value), "万元", 0, Decimal(value * 10000), None, share))


def claims_of(text: str, *pieces: Piece) -> list[tuple[object, ...]]:
    printed: list[Piece] = []
    for piece in pieces:
        text = text.replace("@", str(Words(printed, piece)), 1)
    made = [block for block in lay_out(text, printed, HEADINGS) if isinstance(block, Paragraph)]
    return [
        (
            c.id,
            c.paragraph,
            c.figure,
            c.sentence,
            c.comparison and (c.comparison.direction, c.comparison.reason),
            c.share_of,
        )
        for paragraph in made
        for c in paragraph.claims
    ]


def test_change_and_share_belong_to_the_amount_before_them() -> None:
    found = claims_of(
        "甲@@@；乙@@。丙@。",
        amount("a", 2),
        shared("a", 2),
        changed("a", 2),
        amount("b", 3),
        changed("b", 3),
        amount("a", 2),
    )
    first = "甲2万元，占50%，增加1万元；乙3万元，增加1万元。"
    assert found == [
        ("C001", 1, "a", first, ("increase", None), Share("expenditure", Decimal(50))),
        ("C002", 1, "b", first, ("increase", None), None),
        ("C003", 1, "a", "丙2万元。", None, None),
    ]


def test_a_change_without_its_amount_is_a_claim_of_its_own() -> None:
    assert claims_of("收入@。", changed("a", 2)) == [("C001", 1, "a", "收入，增加1万元。", ("increase", None), None)]


def test_a_change_does_not_reach_into_another_paragraph() -> None:
    found = claims_of("甲@。\n\n乙@。", amount("a", 2), changed("a", 2))
    assert [(id_, number, change) for id_, number, _, _, change, _ in found] == [
        ("C001", 1, None),
        ("C002", 2, ("increase", None)),
    ]


def test_a_reason_explains_the_nearest_changes_of_its_figures_even_in_another_paragraph() -> None:
    why = Piece("任务增加", explains=("a", "b"))
    found = claims_of(
        "甲@@。乙@@。丙@@。\n\n原因是@。", *(p for k in "aab" for p in (amount(k, 2), changed(k, 2))), why
    )
    assert [change for *_, change, _ in found] == [
        ("increase", None),
        ("increase", "任务增加"),
        ("increase", "任务增加"),
    ]


def test_a_flat_figure_takes_no_reason() -> None:
    found = claims_of("甲@@@。", amount("a", 2), changed("a", 2, "flat"), Piece("任务增加", explains=("a",)))
    assert [change for *_, change, _ in found] == [("flat", None)]


def test_sections_and_numbered_sentences() -> None:
    printed: list[Piece] = []
    made = lay_out(f"# 甲\n## 乙\n1. 丙{Words(printed, amount('a', 2))}。丁。", printed, HEADINGS)
    assert isinstance(made[-1], Paragraph)
    assert (made[-1].section, made[-1].claims[0].section) == ("第一部分　甲/一、乙", "第一部分　甲/一、乙")
    assert made[-1].claims[0].sentence == "1.丙2万元。"


def test_the_place_of_the_tables() -> None:
    assert lay_out("[报表]", [], HEADINGS) == (TablesPlace(),)
