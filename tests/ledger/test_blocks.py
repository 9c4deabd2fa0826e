"""A ledger file as blocks of text: found in whatever form they are written, changed without touching the rest."""

from __future__ import annotations

import inspect
from decimal import Decimal

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from kpi_cli.ledger import blocks
from kpi_cli.model import fields as f

FILE = inspect.cleandoc(
    """
    # 文件说明

    [[line]]
    function_code = "2010601"   # 行政运行
    amount   =   100.50         # 对齐的注释

    # 第二条
    [[line]]   # 旁注
    note = '''
    [[line]]
    不是记录'''
    amount = 7

    # 结尾
    """
)


def texts(text: str, name: str = "line") -> list[str]:
    """Return the text of each block."""
    return [text[block.start : block.end] for block in blocks.find_blocks(text, name)]


def test_a_block_ends_before_the_comments_of_the_next_one() -> None:
    first, second = texts(FILE)
    assert first.startswith("[[line]]\nfunction_code")
    assert first.endswith("# 对齐的注释\n")
    assert second.startswith("[[line]]   # 旁注")
    assert second.endswith("amount = 7\n")


@pytest.mark.parametrize(
    "text",
    [
        "[[line]]\na = 1",
        "[[line]]\r\na = 1\r\n",
        "  [[ line ]]  # x\n\ta = 1\n",
        '[["line"]]\na = 1\n',
        "[['line']]\na = 1\n",
        'x = [\n["line"],\n["line"]\n]\n[[line]]\na = 1\n',
        "[[line]]\na = [\n[1]\n]\n",
        '[[line]]\na = "\u2028# b\x85"\n',
        '[other]\n[[line]]\na = 1\n[[other2]]\nb = """\n[[line]]\n"""\n',
    ],
)
def test_headers_in_every_form_are_found_once(text: str) -> None:
    assert len(texts(text)) == len(tomli.loads(text)["line"]) == 1


def test_what_is_no_array_of_tables_has_no_blocks() -> None:
    assert texts("") == []
    assert texts('line = [{ a = 1 }]\n# [[line]]\nx = "[[line]]"') == []


def test_a_ref_changes_with_its_text_only() -> None:
    before = [block.ref for block in blocks.find_blocks(FILE, "line")]
    moved = [block.ref for block in blocks.find_blocks("# oben\n" + FILE.replace("# 第二条\n", "\n\n"), "line")]
    changed = [block.ref for block in blocks.find_blocks(FILE.replace("100.50", "100.51"), "line")]
    assert before == moved
    assert before[0] != changed[0]
    assert before[1] == changed[1]
    assert [ref.partition("@")[0] for ref in before] == ["1", "2"]


def test_a_change_touches_its_value_and_nothing_else() -> None:
    block = blocks.find_blocks(FILE, "line")[0]
    changed = blocks.change(FILE, f.LINE, block, {"amount": Decimal("0.10")})
    assert changed == FILE.replace("100.50   ", "0.10   ")


def test_a_new_key_goes_behind_the_others_and_a_removed_one_takes_its_line_along() -> None:
    block = blocks.find_blocks(FILE, "line")[0]
    changed = blocks.change(FILE, f.LINE, block, {"note": 'a"b\\c\n', "function_code": None})
    assert changed == FILE.replace('function_code = "2010601"   # 行政运行\n', "").replace(
        "# 对齐的注释\n", '# 对齐的注释\nnote = "a\\"b\\\\c\\n"\n'
    )
    last = "[[line]]\namount = 1"
    assert blocks.change(last, f.LINE, blocks.find_blocks(last, "line")[0], {"note": "x"}) == f'{last}\nnote = "x"\n'


def test_removing_takes_the_blank_lines_below_along() -> None:
    first, second = blocks.find_blocks(FILE, "line")
    assert blocks.remove(FILE, first).startswith("# 文件说明\n\n# 第二条\n[[line]]   # 旁注\n")
    assert blocks.remove(FILE, second).endswith("# 第二条\n# 结尾")
    crlf = "[[line]]\r\na = 1\r\n\r\n\r\n[[line]]\r\na = 2\r\n"
    assert blocks.remove(crlf, blocks.find_blocks(crlf, "line")[0]) == "[[line]]\r\na = 2\r\n"


def test_appending_keeps_one_blank_line_between() -> None:
    new = blocks.record_text(f.LINE, {"amount": Decimal("1.00")})
    assert new == "[[line]]\namount = 1.00\n"
    assert blocks.append("", f.LINE, [new]) == new
    assert blocks.append("# x\n", f.LINE, [new, new]) == f"# x\n\n{new}\n{new}"
    assert blocks.append("# x", f.LINE, [new]) == f"# x\n\n{new}"


def test_a_note_that_looks_like_an_inline_array_changes_nothing() -> None:
    text = '[[line]]   # c\nnote = """\nline = [\n"""\n'
    new = blocks.record_text(f.LINE, {"amount": 1})
    assert blocks.append(text, f.LINE, [new]) == f"{text}\n{new}"


@pytest.mark.parametrize("name", ["line", '"line"'])
def test_an_inline_array_becomes_blocks(name: str) -> None:
    text = f'# head\n{name} = [\n  {{ amount = 120_000.50, note = "甲" }},  # c\n  {{ amount = 1e2 }},\n]\n'
    made = blocks.append(text, f.LINE, [blocks.record_text(f.LINE, {"amount": 1})])
    assert "# head" in made
    assert [str(row["amount"]) for row in tomli.loads(made, parse_float=Decimal)["line"]][1:] == ["1E+2", "1"]
    assert "120_000.50" in made
    assert len(texts(made)) == 3


def test_an_empty_inline_array_takes_a_record() -> None:
    new = blocks.record_text(f.LINE, {"amount": 1})
    assert tomli.loads(blocks.append("line = []\n", f.LINE, [new])) == {"line": [{"amount": 1}]}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (3, "3"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        ((Decimal("9500.00"), 3), "0.950"),
        ((Decimal("-0.01"), 6), "-0.000001"),
        ('a"\\', '"a\\"\\\\"'),
        ("甲\u2028\x7f\x00", '"甲\u2028\\u007F\\u0000"'),
    ],
)
def test_literals(value: object, written: str) -> None:
    assert blocks.literal(value) == written
    tomli.loads(f"x = {written}")


@given(st.text())
def test_every_text_is_written_as_toml_and_read_back(text: str) -> None:
    assert tomli.loads(f"x = {blocks.literal(text)}")["x"] == text


VALUES = st.fixed_dictionaries(
    {"amount": st.decimals(-(10**12), 10**12, places=2)},
    optional={"note": st.text(max_size=20), "function_code": st.just("2010601"), "carried_forward": st.booleans()},
)


@given(st.lists(VALUES, max_size=5), st.data())
def test_any_edit_leaves_the_other_records_alone(rows: list[dict[str, object]], data: st.DataObject) -> None:
    text = blocks.append("# head\n", f.LINE, [blocks.record_text(f.LINE, row) for row in rows])
    assert tomli.loads(text, parse_float=Decimal).get("line", []) == rows
    found = blocks.find_blocks(text, "line")
    assert len(found) == len(rows)
    if rows:
        at = data.draw(st.integers(0, len(rows) - 1))
        changed = blocks.change(text, f.LINE, found[at], {"amount": Decimal("5.50"), "note": None})
        wanted = {key: value for key, value in rows[at].items() if key != "note"} | {"amount": Decimal("5.50")}
        assert tomli.loads(changed, parse_float=Decimal)["line"] == [*rows[:at], wanted, *rows[at + 1 :]]
        removed = blocks.remove(text, found[at])
        assert tomli.loads(removed, parse_float=Decimal).get("line", []) == [*rows[:at], *rows[at + 1 :]]
