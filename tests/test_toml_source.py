"""TOML with exact numbers, and the line of every key whatever the form that it is written in."""

from __future__ import annotations

import inspect
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_cli.toml_source import TomlDocument, TomlError, parse_toml, token_headers


def parsed(text: str) -> TomlDocument:
    """Parse a TOML text whose first line is line 1."""
    return parse_toml(inspect.cleandoc(text).encode(), "a.toml")


def line(document: TomlDocument, *path: str | int) -> int:
    """Return the line of a key, which must be known exactly: no parent answers for it."""
    assert path in document._lines, path
    return document.place(*path).line


def test_numbers_are_exact() -> None:
    data = parsed("a = 0.1\nb = 120_000.50\nc = 3\nd = 1e2\ne = inf").data
    assert str(data["a"]) == "0.1"
    assert str(data["b"]) in ("120000.50", "120_000.50")
    assert data["b"] == Decimal("120000.50")
    assert isinstance(data["c"], int)
    assert data["e"] == Decimal("Infinity")


def test_tables_arrays_of_tables_and_dotted_keys() -> None:
    document = parsed(
        """
        a = 1            # 1
        [t]
        x = 2            # 3
        "quoted key" = 3
        b.c.d = 5
        [[line]]         # 6
        amount = 7

        # a comment
        [[line]]         # 10
        amount = 11
        [line.sub]
        y = 13
        [[line.deep]]
        z = 15
        [[line.deep]]    # 16
        z = 17
        [display.tables.8]
        decimals = 19
        """
    )
    assert line(document, "a") == 1
    assert line(document, "t", "x") == 3
    assert line(document, "t", "quoted key") == 4
    assert line(document, "t", "b", "c", "d") == 5
    assert line(document, "line", 0) == 6
    assert line(document, "line", 0, "amount") == 7
    assert line(document, "line", 1) == 10
    assert line(document, "line", 1, "amount") == 11
    assert line(document, "line", 1, "sub", "y") == 13
    assert line(document, "line", 1, "deep", 0, "z") == 15
    assert line(document, "line", 1, "deep", 1) == 16
    assert line(document, "line", 1, "deep", 1, "z") == 17
    assert line(document, "display", "tables", "8", "decimals") == 19


def test_inline_tables_and_arrays_over_lines() -> None:
    document = parsed(
        """
        line = [
          { a = 1, b = { c = 2 } },  # 2
          # nothing

          { a = [1,
              2], b = "x" },         # 5
        ]
        numbers = [[1, 2], [3,
          4]]                        # 8
        after = 9
        """
    )
    assert line(document, "line", 0, "a") == 2
    assert line(document, "line", 0, "b", "c") == 2
    assert line(document, "line", 1) == 5
    assert line(document, "line", 1, "a", 1) == 6
    assert line(document, "line", 1, "b") == 6
    assert line(document, "numbers", 1, 0) == 8
    assert line(document, "numbers", 1, 1) == 9
    assert line(document, "after") == 10


def test_strings_hide_what_they_hold() -> None:
    document = parsed(
        '''
        a = "# no comment [x] = \\" y"
        b = 'C:\\'
        c = """
        [[line]]
        d = "1"
        """
        e = \'\'\'
        f = 1 \\\'\'\'
        g = """x""""
        h = ["]", """
        "", """]
        i = 2020-01-01 07:32:00
        j = 1.5
        k = "a.b"."c" # comment
        '''.replace('k = "a.b"."c"', 'k."a.b".c = 1')
    )
    assert set(document.data) == set("abceghijk")
    assert [line(document, key) for key in "abceghij"] == [1, 2, 3, 7, 9, 10, 12, 13]
    assert line(document, "k", "a.b", "c") == 14


def test_a_key_that_is_not_there_has_the_line_of_its_parent() -> None:
    document = parsed("[a]\nb = 1\n[[c]]\nd = 1")
    assert document.place("a", "missing").line == 1
    assert document.place("c", 0, "missing").line == 3
    assert document.place("nothing").line == 1
    assert str(document.place("c", 0, "d")) == "a.toml:4"


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_bom_and_crlf_do_not_move_lines(prefix: bytes, newline: str) -> None:
    document = parse_toml(prefix + newline.join(["a = 1", "", "[b]", 'c = "中"']).encode(), "a.toml")
    assert document.data == {"a": 1, "b": {"c": "中"}}
    assert line(document, "b", "c") == 4


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"a = 1\nb = \xff\n", "a.toml:2: 文件不是 UTF-8 编码；请另存为 UTF-8"),
        (
            b"\n\na = \n",
            "a.toml:3: TOML 语法错误：第 5 列无法识别（a =）；请检查引号、等号和方括号是否成对",
        ),
        (
            "a = 1\nb = “x”\n".encode(),
            'a.toml:2: TOML 语法错误：第 5 列无法识别（b = “x”）；请把中文标点 “ 换成英文标点 "',
        ),
        (
            "金额 = 1\n".encode(),
            "a.toml:1: TOML 语法错误：第 1 列无法识别（金额 = 1）；键要用英文，例如 amount = 100",
        ),
        (
            b"a = 1\na = 2\n",
            "a.toml:2: TOML 语法错误：第 6 列无法识别（a = 2）；请检查引号、等号和方括号是否成对",
        ),
        (b"a = '''\nx", "a.toml:2: TOML 语法错误：第 2 列无法识别（x）；请检查引号、等号和方括号是否成对"),
    ],
)
def test_a_file_that_is_no_toml_is_one_line(raw: bytes, text: str) -> None:
    with pytest.raises(TomlError) as error:
        parse_toml(raw, "a.toml")
    assert error.value.problem.text == text


def test_deep_nesting_is_one_line() -> None:
    with pytest.raises(TomlError, match="嵌套太深"):
        parse_toml(b"a = " + b"[" * 100_000, "a.toml")


def test_headers_are_found_outside_of_strings_only() -> None:
    text = 'x = """\n[[line]]\n"""\n[[line]]\na = [\n[1],\n]\n  [ b ] # c\nd = \'\'\'\n[e]\'\'\'\n[["line"]]\n'
    assert [header for _, header in token_headers(text)] == ["[[line]]", "[b]", '[["line"]]']
    assert all(text[offset] == "[" for offset, _ in token_headers(text))


# every key at the right line

NAMES = st.sampled_from(["a", "b-c", "D", "9", "é key", "点.号", 'quo"te', "it's", "[x]", "#"])
SCALARS = st.sampled_from(
    [
        "1",
        "1.5",
        "-3",
        "true",
        "'lit # [x]'",
        '"a \\" = {"',
        "2020-01-01",
        "1e3",
        '"""\n[[x]]\ny = 1\n"""',
        "'''\n\n'''",
    ]
)


def quoted(name: str) -> str:
    """Write a key, quoted unless it may stand bare."""
    if name.replace("-", "").isalnum() and name.isascii():
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Writer:
    """Writes random TOML and remembers at which line it wrote each key."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.text = ""
        self.lines: dict[tuple[str | int, ...], int] = {}

    @property
    def line(self) -> int:
        return self.text.count("\n") + 1

    def blank(self) -> None:
        for _ in range(self.draw(st.integers(0, 2))):
            self.text += self.draw(st.sampled_from(["\n", "# [[line]] = '''\n", "  \n"]))

    def value(self, path: tuple[str | int, ...], depth: int) -> None:
        form = self.draw(st.integers(0, 3)) if depth < 2 else 0
        if form == 1:
            self.text += "["
            for i in range(self.draw(st.integers(0, 3))):
                if self.draw(st.booleans()):
                    self.text += "\n"
                    self.blank()
                self.lines[(*path, i)] = self.line
                self.value((*path, i), depth + 1)
                self.text += ", "
            self.text += "]"
        elif form == 2:
            self.text += "{ "
            for i, name in enumerate(self.draw(st.lists(NAMES, max_size=3, unique=True))):
                self.text += ", " * (i > 0)
                self.pair((*path, name), depth + 1)
            self.text += " }"
        else:
            self.text += self.draw(SCALARS)

    def pair(self, path: tuple[str | int, ...], depth: int) -> None:
        self.lines[path] = self.line
        self.text += f"{quoted(str(path[-1]))} = "
        self.value(path, depth)

    def body(self, path: tuple[str | int, ...], names: list[str]) -> None:
        for name in names:
            self.blank()
            self.pair((*path, name), 0)
            self.text += self.draw(st.sampled_from(["\n", " # x = [\n"]))


@st.composite
def documents(draw: Any) -> tuple[str, dict[tuple[str | int, ...], int]]:
    writer = Writer(draw)
    writer.body((), draw(st.lists(NAMES, max_size=3, unique=True)))
    for i in range(draw(st.integers(0, 3))):
        writer.blank()
        writer.lines["line", i] = writer.line
        writer.text += draw(st.sampled_from(["[[line]]\n", "  [[ line ]] # [x]\n", '[["line"]]\n']))
        writer.body(("line", i), draw(st.lists(NAMES, max_size=3, unique=True)))
        for j in range(draw(st.integers(0, 2))):
            writer.lines["line", i, "deep", j] = writer.line
            writer.text += "[[line.deep]]\n"
            writer.body(("line", i, "deep", j), draw(st.lists(NAMES, max_size=2, unique=True)))
    writer.lines["table", "sub"] = writer.line
    writer.text += "[table.sub]\n"
    writer.body(("table", "sub"), draw(st.lists(NAMES, max_size=3, unique=True)))
    return writer.text, writer.lines


@given(documents(), st.sampled_from(["\n", "\r\n"]))
def test_every_key_is_found_at_its_line(written: tuple[str, dict[tuple[str | int, ...], int]], newline: str) -> None:
    text, lines = written
    document = parse_toml(text.replace("\n", newline).encode(), "a.toml")
    assert {path: line(document, *path) for path in lines} == lines


@pytest.mark.parametrize("number", ["1" * 5000, "1.5e99999999999999999999"])
def test_a_number_beyond_reading_is_one_line(number: str) -> None:
    with pytest.raises(TomlError) as error:
        parse_toml(f"a = 1\nb = {number}\n".encode(), "a.toml")
    assert error.value.problem.text == "a.toml:2: TOML 语法错误：数字太长；请改为正常的数字"
