"""Reading TOML with exact amounts and with the line of every key.

The standard parsers give no line for a value that is well-formed TOML but wrong for us. `TomlDocument`
finds it when someone asks, which is only when there is a problem to report: reading stays fast.
This module knows TOML, not ledgers; writing is the business of `ledger`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import tomli

from kpi_cli.bounds import read_file
from kpi_cli.problems import Place, Problem

if TYPE_CHECKING:
    from pathlib import Path

KeyPath = tuple[str | int, ...]


class TomlError(ValueError):
    """A file that is no TOML; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem for whoever collects them."""
        super().__init__(problem.text)
        self.problem = problem


@dataclass(frozen=True)
class TomlDocument:
    """A parsed file that can still say where each key stands.

    Attributes:
      file: The name to show to the user.
      text: The source text, BOM removed.
      data: The parsed tables; numbers with a point are Decimal, exactly as written.
    """

    file: str
    text: str
    data: dict[str, Any]

    def place(self, *path: str | int) -> Place:
        """Return where the value at `path` stands, or its nearest parent that has a line of its own."""
        lines = self._lines
        for end in range(len(path), 0, -1):
            if path[:end] in lines:
                return Place(self.file, lines[path[:end]])
        return Place(self.file, 1)

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return _Scanner(self.text).lines


def parse_toml(raw: bytes, file: str) -> TomlDocument:
    """Parse the bytes of a TOML file; a BOM and CRLF are accepted.

    Raises:
      TomlError: Not UTF-8, or not TOML.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise TomlError(Problem("not-utf8", Place(file, line))) from None
    text = text.replace("\r\n", "\n")
    try:
        return TomlDocument(file, text, tomli.loads(text, parse_float=Decimal))
    except tomli.TOMLDecodeError as error:
        raise TomlError(_syntax_problem(error, text, file)) from None
    except RecursionError:
        raise TomlError(
            Problem("toml-syntax", Place(file, 1), facts={"detail": "嵌套太深", "hint": "请减少嵌套层数"})
        ) from None
    except (ValueError, ArithmeticError):  # numbers beyond what Python reads, which tomli does not catch
        found = re.search(r"[0-9A-Fa-f_]{1000,}|[eE][+-]?[0-9_]{7,}", text)
        place = Place(file, text[: found.start()].count("\n") + 1 if found else 1)
        facts = {"detail": "数字太长", "hint": "请改为正常的数字"}
        raise TomlError(Problem("toml-syntax", place, facts=facts)) from None


def read_toml(path: Path, file: str) -> TomlDocument:
    """Read and parse the file at `path`, shown to the user as `file`; raises TomlError and OSError."""
    return parse_toml(read_file(path), file)


_CHINESE_MARKS = {"“": '"', "”": '"', "‘": "'", "’": "'", "，": ",", "＝": "=", "：": ":", "［": "[", "］": "]"}


def _syntax_problem(error: tomli.TOMLDecodeError, text: str, file: str) -> Problem:
    line = text.split("\n")[error.lineno - 1] if error.lineno <= text.count("\n") + 1 else ""
    hint = "请检查引号、等号和方括号是否成对"
    marks = [mark for mark in line if mark in _CHINESE_MARKS]
    if marks:
        hint = f"请把中文标点 {marks[0]} 换成英文标点 {_CHINESE_MARKS[marks[0]]}"
    elif re.match(r"\s*[^\x00-\x7f=#\"'\[]+\s*=", line):
        hint = "键要用英文，例如 amount = 100"
    detail = f"第 {error.colno} 列无法识别"
    return Problem("toml-syntax", Place(file, error.lineno), line.strip(), {"detail": detail, "hint": hint})


_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r]+) | (?P<newline>\n) | (?P<comment>\#[^\n]*)
    | (?P<text>\"\"\"(?:[^\\]|\\.)*?\"{3,5}(?!\") | '''.*?'{3,5}(?!') | "(?:[^"\\\n]|\\.)*" | '[^'\n]*')
    | (?P<mark>[\[\]{},=.])
    | (?P<word>[^\s\[\]{},=.\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)


def token_headers(text: str) -> list[tuple[int, str]]:
    """Return (offset, header) of every `[table]` and `[[table]]`; strings and arrays may span lines."""
    found: list[tuple[int, str]] = []
    depth, fresh, end = 0, True, -1
    for match in _TOKEN.finditer(text):
        kind, value = str(match.lastgroup), match.group()
        if kind in ("space", "comment") or match.start() < end:
            continue
        if kind == "newline":
            fresh = True
            continue
        if fresh and depth == 0 and value == "[":
            header = re.compile(r"\[\[?[^\n\]]*\]\]?").match(text, match.start())
            if header is not None:
                found.append((match.start(), re.sub(r"[ \t]", "", header.group())))
                end = header.end()
                continue
        fresh = False
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(value, 0) if kind == "mark" else 0
    return found


class _Scanner:
    """Walks TOML text that is known to be valid and notes the line of every key and array element."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._last: dict[KeyPath, int] = {}
        self._tokens = self._tokenise(text)
        self._at = 0
        self._document()

    @staticmethod
    def _tokenise(text: str) -> list[tuple[str, str, int]]:
        tokens, line = [], 1
        for match in _TOKEN.finditer(text):
            kind, value = str(match.lastgroup), match.group()
            if kind not in ("space", "comment"):
                tokens.append((kind, value, line))
            line += value.count("\n")
        return tokens

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _skip(self, *kinds: str) -> None:
        while self._at < len(self._tokens) and self._tokens[self._at][0] in kinds:
            self._at += 1

    def _document(self) -> None:
        table: KeyPath = ()
        self._skip("newline")
        while self._at < len(self._tokens):
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip("newline")

    def _header(self) -> KeyPath:
        line = self._tokens[self._at][2]
        depth = 2 if self._tokens[self._at + 1][1] == "[" else 1
        self._at += depth
        path = self._resolve(self._key(), array=depth == 2)
        self._at += depth
        self.lines.setdefault(path, line)
        return path

    def _resolve(self, key: list[str], *, array: bool) -> KeyPath:
        path: KeyPath = ()
        for name in key[:-1]:
            path = (*path, name)
            if path in self._last:
                path = (*path, self._last[path])
        path = (*path, key[-1])
        if array:
            self._last[path] = self._last.get(path, -1) + 1
        return (*path, self._last[path]) if path in self._last else path

    def _key(self) -> list[str]:
        names = []
        while True:
            kind, value, _ = self._tokens[self._at]
            names.append(next(iter(tomli.loads(f"{value}=0"))) if kind == "text" else value)
            self._at += 1
            if self._peek() != ".":
                return names
            self._at += 1

    def _pair(self, table: KeyPath) -> None:
        line = self._tokens[self._at][2]
        path = (*table, *self._key())
        self._at += 1  # the equals sign
        self.lines.setdefault(path, line)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        opening = self._peek()
        if opening == "{":
            self._container(path, "}")
        elif opening == "[":
            self._container(path, "]")
        else:  # a scalar: a float or a date may come as several tokens
            while (
                self._at < len(self._tokens) and self._tokens[self._at][0] in ("text", "word")
            ) or self._peek() == ".":
                self._at += 1

    def _container(self, path: KeyPath, closing: str) -> None:
        self._at += 1
        index = 0
        self._skip("newline")
        while self._peek() != closing:
            if closing == "}":
                self._pair(path)
            else:
                self.lines.setdefault((*path, index), self._tokens[self._at][2])
                self._value((*path, index))
                index += 1
            self._skip("newline")
            if self._peek() == ",":
                self._at += 1
                self._skip("newline")
        self._at += 1
