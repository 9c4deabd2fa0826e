"""Reads the folder of a published disclosure: `disclosure.json`, `tables/NN.csv` with `NN.meta.json`, `claims.json`.

Every problem of every file is reported in one go. Tables or claims may be missing: the rules that need them say so.
Source: CONTRACT.md, Disclosures from elsewhere.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from kpi_cli import money
from kpi_cli.bounds import read_file
from kpi_cli.errors import LedgerError
from kpi_cli.model import figures
from kpi_cli.model import vocabulary as v
from kpi_cli.model.claims import DIRECTIONS, Claim, Comparison, Share
from kpi_cli.problems import Place, Problem, suggestion, system_reason
from kpi_cli.resources import files_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

FILE, CLAIMS, TABLES = "disclosure.json", "claims.json", "tables"
BASES = ("budget", "executed")
_BETWEEN = re.compile(r"[\s,]*")


@dataclass(frozen=True)
class PublishedTable:
    """One table as printed.

    Attributes:
      number: 1–9.
      rows: Cell texts, rectangular, header rows first.
      header_rows: How many of `rows` are header.
      title: As printed above it, or "".
      unit: 元 or 万元.
      note: As printed below it, or "".
      organisation: As printed in its label, or "".
      file: Name to show.
    """

    number: int
    rows: tuple[tuple[str, ...], ...]
    header_rows: int
    title: str
    unit: str
    note: str
    organisation: str
    file: str


@dataclass(frozen=True)
class Published:
    """What the folder holds.

    Attributes:
      department: Name of the department or unit.
      year: Budget year.
      table_set: Name of the table set.
      level: Key of LEVEL.
      nature: Key of NATURE, or "".
      tables: In order of their numbers; empty where there are none.
      claims: Empty where there are none.
    """

    department: str
    year: int
    table_set: str
    level: str
    nature: str
    tables: tuple[PublishedTable, ...] = ()
    claims: tuple[Claim, ...] = ()


def read_published(folder: Path, table_sets: Collection[str]) -> Published:
    """Read a folder.

    Args:
      folder: As CONTRACT.md describes it.
      table_sets: Names of the table sets that there are.
    Raises:
      LedgerError: Every problem of every file.
    """
    reader = _Reader(folder, table_sets)
    head = reader.object(FILE, '例如 {"department": "…", "year": 2025, …}')
    about = None if head is None else reader.about(head)
    tables = tuple(reader.tables())
    claims = tuple(reader.claims()) if (folder / CLAIMS).exists() else ()
    if about is not None and not tables and not claims:
        reader.fail("empty-file", FILE)
    if reader.problems or about is None:
        raise LedgerError(reader.problems)
    return Published(*about, tables, claims)


@dataclass
class _Reader:
    folder: Path
    table_sets: Collection[str]
    problems: list[Problem] = field(default_factory=list)
    line: int = 0

    def fail(self, code: str, file: str, line: int = 0, value: object = "", **facts: object) -> None:
        self.problems.append(Problem(code, Place(file, line), "" if value is None else str(value), facts))

    def wrong(self, file: str, detail: str, hint: str, value: object = "", line: int = 0) -> None:
        self.fail("published", file, line or self.line, value, detail=detail, hint=hint)

    def text(self, file: str) -> str | None:
        try:
            return read_file(self.folder / file).decode("utf-8-sig")
        except OSError as error:
            self.fail("unreadable", file, detail=system_reason(error))
        except UnicodeDecodeError:
            self.fail("not-utf8", file)
        return None

    def json(self, file: str, text: str | None) -> Any:
        """Parse a file's text; None where it is no JSON, which is then reported."""
        if text is None:
            return None
        try:
            return json.loads(text, parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError) as error:  # of Decimal: an exponent beyond its own
            self.wrong(file, "不是 JSON", "请检查引号、逗号和括号", line=getattr(error, "lineno", 0))
            return None

    def object(self, file: str, example: str) -> dict[str, Any] | None:
        """Read a file that holds one object."""
        known = len(self.problems)
        found = self.json(file, self.text(file))
        if isinstance(found, dict):
            return found
        if len(self.problems) == known:
            self.wrong(file, "应为一个对象", example)
        return None

    # disclosure.json

    def about(self, head: dict[str, Any]) -> tuple[str, int, str, str, str] | None:
        known = len(self.problems)
        department, table_set = (self.string(FILE, head, key) for key in ("department", "table_set"))
        year = head.get("year")
        if not isinstance(year, int) or isinstance(year, bool) or not 1990 <= year <= 2100:
            self.wrong(FILE, "year 不是年份", '例如 "year": 2025', year)
            year = 0
        if table_set and table_set not in self.table_sets:
            self.fail("unknown-table-set", FILE, 0, table_set, hint=suggestion(table_set, sorted(self.table_sets)))
        level = self.choice(FILE, head, "level", v.LEVEL, "")
        nature = self.choice(FILE, head, "nature", v.NATURE, "") if head.get("nature") else ""
        return None if len(self.problems) > known else (department, year, table_set, level, nature)

    def string(self, file: str, values: dict[str, Any], key: str, default: str | None = None, at: str = "") -> str:
        value = values.get(key, default)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.wrong(file, f"{at}{key} 应为文字", f'例如 "{key}": "…"', value)
            return ""
        return value

    def choice(self, file: str, values: dict[str, Any], key: str, words: v.Vocabulary, default: str) -> str:
        given = self.string(file, values, key)
        found = words.key(given) if given else default
        if found is None:
            self.wrong(file, f"{key} 的值不认识", suggestion(given, words.words), given)
        return found or default

    # tables

    def tables(self) -> Iterator[PublishedTable]:
        for path in files_in(self.folder / TABLES, ".csv"):
            file = f"{TABLES}/{path.name}"
            if not (path.stem.isascii() and path.stem.isdigit()):
                self.wrong(file, "文件名不是表号", "请写成 01.csv 至 09.csv")
                continue
            table = self.table(int(path.stem), file)
            if table is not None:
                yield table

    def table(self, number: int, file: str) -> PublishedTable | None:
        meta_file = file.removesuffix(".csv") + ".meta.json"
        text, meta = self.text(file), self.object(meta_file, '例如 {"unit": "元", "header_rows": 3}')
        if text is None or meta is None:
            return None
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            rows = tuple(tuple(cell.strip() for cell in row) for row in lines)
        except csv.Error as error:
            self.fail("csv-syntax", file, lines.line_num, detail=str(error))
            return None
        width = max(map(len, rows), default=0)
        for line, row in enumerate(rows, 1):
            if len(row) != width:
                self.wrong(file, f"该行有 {len(row)} 列，其他行有 {width} 列", "请补足或去掉逗号", line=line)
        header, unit = meta.get("header_rows"), meta.get("unit")
        if not isinstance(header, int) or not 0 < header <= len(rows):
            self.wrong(meta_file, "header_rows 应为表头的行数", '例如 "header_rows": 3', header)
            return None
        if unit not in ("元", "千元", "万元", "亿元"):
            self.wrong(meta_file, "unit 应为金额单位", '例如 "unit": "元"', unit)
            return None
        title, note, name = (self.string(meta_file, meta, key, "") for key in ("title", "note", "organisation"))
        return PublishedTable(number, rows, header, title, unit, note, name, file)

    # claims

    def claims(self) -> Iterator[Claim]:
        text = self.text(CLAIMS)
        known = len(self.problems)
        given = self.json(CLAIMS, text)
        if text is None or len(self.problems) > known:
            return
        if not isinstance(given, list):
            self.wrong(CLAIMS, "应为一列对象", '例如 [{"id": "C001", …}]')
            return
        for number, (item, self.line) in enumerate(zip(given, _item_lines(text, len(given)), strict=True), 1):
            if isinstance(item, dict):
                claim = self.claim(item, f"第 {number} 条（{item.get('id', '')}）")
                if claim is not None:
                    yield claim
            else:
                self.wrong(CLAIMS, f"第 {number} 条应为对象", '例如 {"id": "C001", …}', item)
        self.line = 0

    def claim(self, item: dict[str, Any], at: str) -> Claim | None:
        known = len(self.problems)
        id_, section, sentence, unit = (
            self.string(CLAIMS, item, key, default, at)
            for key, default in (("id", None), ("section", ""), ("sentence", ""), ("unit", ""))
        )
        value, places = self.number(item, "value", at), item.get("places")
        if not isinstance(places, int) or isinstance(places, bool) or not 0 <= places <= money.MOST_PLACES:
            self.wrong(CLAIMS, f"{at}places 应为小数位数", '例如 "places": 2', places)
            places = 0
        figure = self.figure(item.get("figure"), at)
        comparison = self.comparison(item.get("comparison"), at)
        share = self.share(item.get("share_of"), at)
        if len(self.problems) > known or value is None:
            return None
        return Claim(id_, section, sentence, figure, value, unit, places, comparison, share)

    def figure(self, given: Any, at: str) -> str | None:
        if given is None:
            return None
        fault = figures.fault(given) if isinstance(given, str) else "请写文字，或 null"
        if fault:
            self.wrong(CLAIMS, f"{at}没有这样的数键", fault, given)
            return None
        return str(given)

    def number(self, item: dict[str, Any], key: str, at: str, *, optional: bool = False) -> Decimal | None:
        given = item.get(key)
        if given is None and optional:
            return None
        text = str(given).replace(",", "").removesuffix("%")
        try:
            number = None if isinstance(given, bool) else Decimal(text)
        except InvalidOperation:
            number = None
        if number is None or not money.is_exact(number):
            self.wrong(CLAIMS, f"{at}{key} 应为数字文本", f'例如 "{key}": "53.1449"', given)
            return None
        return number

    def comparison(self, given: Any, at: str) -> Comparison | None:
        if given is None:
            return None
        if not isinstance(given, dict):
            self.wrong(CLAIMS, f"{at}comparison 应为对象或 null", "见说明", given)
            return None
        year, basis, direction = (given.get(key) for key in ("base_year", "basis", "direction"))
        if not isinstance(year, int) or isinstance(year, bool):
            self.wrong(CLAIMS, f"{at}base_year 应为年份", '例如 "base_year": 2024', year)
        if direction not in DIRECTIONS:
            self.wrong(CLAIMS, f"{at}direction 的值不认识", f"可用的有：{'、'.join(DIRECTIONS)}", direction)
        if basis not in BASES:
            self.wrong(CLAIMS, f"{at}basis 的值不认识", f"可用的有：{'、'.join(BASES)}", basis)
        amount, percent = (self.number(given, key, at, optional=True) for key in ("amount", "percent"))
        reason = given.get("reason")
        if reason is not None and not isinstance(reason, str):
            self.wrong(CLAIMS, f"{at}reason 应为文字或 null", "没有原因分句写 null，留空写空文字", reason)
        return Comparison(year if isinstance(year, int) else 0, str(basis), str(direction), amount, percent, reason)

    def share(self, given: Any, at: str) -> Share | None:
        if given is None:
            return None
        if not isinstance(given, dict):
            self.wrong(
                CLAIMS, f"{at}share_of 应为对象或 null", '例如 {"figure": "expenditure", "percent": "66.1"}', given
            )
            return None
        figure, percent = self.figure(given.get("figure"), at), self.number(given, "percent", at)
        return Share(figure, percent) if figure and percent is not None else None


def _item_lines(text: str, count: int) -> Iterator[int]:
    """Yield the line on which each item of a JSON array begins."""
    decoder = json.JSONDecoder()
    at = text.index("[") + 1
    for _ in range(count):
        match = _BETWEEN.match(text, at)
        assert match is not None
        yield text.count("\n", 0, match.end()) + 1
        at = decoder.raw_decode(text, match.end())[1]
