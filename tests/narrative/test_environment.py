"""A user's own templates: what they can do, and how their mistakes are refused, with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kpi_cli.narrative.environment import FILTERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = {
    "2025/lines.toml": """
[[line]]
function_code = "2010601"
economic_code = "30101"
expenditure_type = "基本支出"
fund_source = "一般公共预算"
amount = 123456.78
""",
    "2025/incomes.toml": """
[[income]]
fund_source = "一般公共预算"
function_code = "2010601"
amount = 123456.78
""",
    "2025/narrative.toml": '[functions]\nparagraphs = ["# 不是标题", "1. 不是序号"]\n',
}
TEMPLATE = "narrative/shanghai.md.j2"


@pytest.fixture
def written(make_ledger: Callable[..., Path], kpi: Callable[..., object]) -> Callable[..., tuple[int, str, list[str]]]:
    """Return a function that writes a template (and further files) into a ledger and returns what `kpi narrative` does."""

    def run(template: str, files: dict[str, str] | None = None) -> tuple[int, str, list[str]]:
        root = make_ledger({**FILES, TEMPLATE: template, **(files or {})})
        done = kpi("-C", root, "narrative", "--format", "text")
        return done.status, done.out, done.lines

    return run


def test_a_template_of_the_ledger_replaces_the_bundled_one(written) -> None:
    assert written("# {{ department }}\n\n{{ year }}年支出{{ amount('expenditure') }}。\n") == (
        0,
        "某县财政局\n\n[1] 2025年支出12.35万元。\n",
        [],
    )


def test_a_manifest_of_the_ledger_changes_only_the_keys_that_it_names(written) -> None:
    manifest = (
        'headings = ["第1章　", "一、", "（一）", "1."]\n[amounts]\nplaces = 0\nthousands = false\nmoney_unit = "元"\n'
    )
    text = "# 支出\n\n{{ amount('expenditure') }}，{{ amount('sangong') }}。\n"
    assert written(text, {"narrative/shanghai.toml": manifest})[1] == "第1章　支出\n\n[1] 123457元，0.00元。\n"


def test_a_template_can_use_the_common_sentences_and_files_of_its_own(written) -> None:
    own = "{% macro all() %}共{{ amount('expenditure') }}{% endmacro %}\n"
    text = '{% import "common.md.j2" as c with context %}{% import "own.md.j2" as o with context %}\n{{ o.all() }}{{ c.used_for("expenditure") }}。\n'
    assert written(text, {"narrative/own.md.j2": own})[1] == "[1] 共12.35万元。\n"


def test_a_users_words_are_never_headings_or_items(written) -> None:
    text = "{% for text in texts('functions') %}\n\n{{ text }}\n{% endfor %}\n"
    assert written(text)[1] == "[1] # 不是标题\n\n[2] 1. 不是序号\n"


def test_lines_that_print_nothing_do_not_end_a_paragraph(written) -> None:
    text = "甲，\n{% if has('procurement') %}\n{{ amount('procurement') }}\n\n{% endif %}\n{% if false %}乙{% endif %}\n{# 说明 #}\n  丙。\n"
    assert written(text)[1] == "[1] 甲，丙。\n"


def test_every_mistake_of_a_template_is_reported_at_once(written) -> None:
    text = (
        "{{ amount('incom') }}\n\n{{ share('expenditure', 'expenditures') }}\n{{ department|upper }}\n"
        "{{ departmnt }}\n{% if compare('function:20') %}{% endif %}\n\ue000\n"
    )
    assert written(text) == (
        2,
        "",
        [
            "kpi: 错误: narrative/shanghai.md.j2:1: 数字的键不认识（incom）；是不是 income？（全部写法见 kpi help 数字）",
            "kpi: 错误: narrative/shanghai.md.j2:3: 数字的键不认识（expenditures）；是不是 expenditure？（全部写法见 kpi help 数字）",
            f"kpi: 错误: narrative/shanghai.md.j2:4: 叙述模板有误：没有过滤器 upper；可用的有：{'、'.join(FILTERS)}",
            "kpi: 错误: narrative/shanghai.md.j2:5: 叙述模板有误：没有 departmnt；是不是 department？",
            "kpi: 错误: narrative/shanghai.md.j2:6: 数字的键不认识（function:20）；请写成 function:编码（全部写法见 kpi help 数字）",
            "kpi: 错误: narrative/shanghai.md.j2:7: 叙述模板有误：含有保留的字符 U+E000–U+E002；请删去",
        ],
    )


def test_mistakes_of_an_imported_template_come_along(written) -> None:
    own = "{% macro all() %}{{ amount('expenditurs') }}{% endmacro %}\n"
    text = '{% import "own.md.j2" as o with context %}\n{{ amount("incom") }}{{ o.all() }}\n'
    assert [line.split("；")[0] for line in written(text, {"narrative/own.md.j2": own})[2]] == [
        "kpi: 错误: narrative/shanghai.md.j2:2: 数字的键不认识（incom）",
        "kpi: 错误: narrative/own.md.j2:1: 数字的键不认识（expenditurs）",
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("甲\n{% if true %}\n乙\n", 2, "语法不对（{% if true %}）"),
        ("甲\n{{ amount('income' }}\n", 2, "语法不对（{{ amount('income' }}）"),
        (
            "甲\n\n{{ amount('procurement') }}\n",
            3,
            "没有这个数；narrative.toml 没有写 procurement；可以先用 has 判断有没有",
        ),
        (
            "{% for s in subjects('function', '项') %}\n{{ amount(s.key ~ ':') }}{{ s.nmae }}\n{% endfor %}",
            2,
            "没有 nmae",
        ),
        ("{{ amount('project:' ~ 'P1') }}", 1, "没有这个数；没有项目 P1；可以先用 has 判断有没有"),
        ("甲\n{{ 1 + 2 }}\n", 2, "不能直接写出 3，数字要用 amount、count 等函数写出"),
        ("{{ projects|length }}", 1, "不能直接写出 0，数字要用 amount、count 等函数写出"),
        ("{{ department._piece.text }}", 1, "用了不允许的属性"),
        ("{{ department.__class__ }}", 1, "用了不允许的属性"),
        ("{{ amount.__globals__ }}", 1, "用了不允许的属性"),
        ("{{ ''.__class__.__mro__ }}", 1, "用了不允许的属性"),
        ("{{ amount() }}", 1, "参数或运算不对（"),
        ("{{ amount(projects) }}", 1, "没有这个数；数字的键是加引号的文字"),
        ("{{ year + 1 }}", 1, "这里不能用 + 运算"),
        (
            "{{ subjects('function', '目') }}",
            1,
            "没有这个数；subjects 的前两个参数是 function 或 economic，和 类、款 或 项",
        ),
        ('{% include "../kpi.toml" %}', 1, "没有模板 ../kpi.toml"),
        ('{% include "none.j2" %}', 1, "没有模板 none.j2"),
    ],
)
def test_other_mistakes_name_their_line(written, text: str, line: int, words: str) -> None:
    status, out, lines = written(text)
    assert (status, out, len(lines)) == (2, "", 1)
    assert lines[0].startswith(f"kpi: 错误: narrative/shanghai.md.j2:{line}: 叙述模板有误：{words}")


def test_a_template_cannot_reach_files_or_the_machine(written) -> None:
    for text in (
        "{{ open('kpi.toml') }}",
        "{{ range(9) }}",
        "{{ lipsum() }}",
        "{{ cycler }}",
        "{{ self._TemplateReference__context }}",
    ):
        status, out, lines = written(text)
        assert (status, out) == (2, "")
        assert lines[0].startswith("kpi: 错误: narrative/shanghai.md.j2:1: 叙述模板有误：")


def test_a_manifest_with_mistakes_is_refused_with_all_of_them(written) -> None:
    manifest = (
        'heading = []\nheadings = ["一、"]\n[amounts]\nplaces = 9\nmoney_unit = "美元"\nthousands = "是"\n'
        '[comparison]\nthan = "比{last_year}"\n[options]\nsubject_levels = "类"\nsubject_level = 3\n[glossary]\n甲 = 1\n'
    ).replace("甲 =", '"甲" =')
    status, _, lines = written("甲", {"narrative/shanghai.toml": manifest})
    assert status == 2
    assert [line.removeprefix("kpi: 错误: narrative/shanghai.toml:") for line in lines] == [
        "1: 未知的键 heading；是不是 headings？",
        '2: 表定义有误：headings 应有 4 项；例如 ["第一部分　", "一、", "（一）", "1."]',
        "5: 表定义有误：money_unit 的值不认识（美元）；是不是 元？",
        "6: 表定义有误：thousands 应为 true 或 false（是）；请改正类型",
        "4: 表定义有误：places 应在 0 和 6 之间（9）；请改正",
        "8: 表定义有误：文字里的花括号不认识（{last_year}）；可用的有：previous_year、government_level",
        "10: 未知的键 subject_levels；是不是 subject_level？",
        "11: 表定义有误：subject_level 应为文字（3）；请改正类型",
        "13: 表定义有误：甲 应为文字（1）；请加引号",
    ]


def test_files_that_are_no_text_or_no_toml(written) -> None:
    assert written(b"\xff")[2] == ["kpi: 错误: narrative/shanghai.md.j2: 文件不是 UTF-8 编码；请另存为 UTF-8"]
    assert written("甲", {"narrative/shanghai.toml": "a ="})[2][0].startswith(
        "kpi: 错误: narrative/shanghai.toml:1: TOML 语法错误"
    )


def test_the_same_template_serves_several_ledgers_of_one_process(written) -> None:
    text = "{{ department }}{{ amount('expenditure') }}"
    first = written(text)
    other = FILES["2025/lines.toml"].replace("123456.78", "10000")
    assert (first[1], written(text, {"2025/lines.toml": other})[1]) == (
        "[1] 某县财政局12.35万元\n",
        "[1] 某县财政局1.00万元\n",
    )
