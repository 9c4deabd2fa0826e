"""CSV and XLSX files as rows of text: encodings, line ends, headers, and what a workbook may hide."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from kpi_cli import bounds
from kpi_cli.errors import LedgerError
from kpi_cli.ledger import workbook
from kpi_cli.ledger.spreadsheet import cell_text, match_columns, parse_rows, read_rows
from kpi_cli.model import fields as f

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def book(*rows: list[object], change: Callable[[Any], object] = lambda sheet: None) -> bytes:
    """Return an XLSX file whose first sheet has these rows."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    change(made.active)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def refused(raw: bytes) -> list[str]:
    """Return the problems of a file."""
    with pytest.raises(LedgerError) as error:
        parse_rows(raw, "a")
    return [problem.text for problem in error.value.problems]


def body(raw: bytes) -> list[tuple[int, tuple[str, ...]]]:
    """Return the rows below the header."""
    return list(parse_rows(raw, "a").body)


# CSV


@pytest.mark.parametrize(
    "raw",
    [
        "名称,a\n甲,1\n乙,2\n".encode(),
        "名称,a\n甲,1\n乙,2".encode(),
        b"\xef\xbb\xbf" + "名称,a\n甲,1\n乙,2\n".encode(),
        "名称,a\n甲,1\n乙,2\n".encode("gb18030"),
        "名称,a\r\n甲,1\r\n乙,2\r\n".encode(),
        "名称,a\r\n甲,1\r\n乙,2\r\n".encode("gbk"),
        "名称,a\r甲,1\r乙,2\r".encode(),
        ' 名称 ,"a",,\n"甲" , 1 ,,\n乙,2,,\n'.replace('"甲" ', "甲 ").encode(),
    ],
    ids=["lf", "no end", "bom", "gb18030", "crlf", "gbk crlf", "cr", "blanks"],
)
def test_encodings_and_line_ends(raw: bytes) -> None:
    rows = parse_rows(raw, "a.csv")
    assert rows.header == ("名称", "a")
    assert [cells[:2] for _, cells in rows.body] == [("甲", "1"), ("乙", "2")]
    assert [number for number, _ in rows.body] == [2, 3]


def test_rows_keep_the_number_that_an_editor_shows() -> None:
    raw = b'\n\na,b\n,,\n1,"x\ny"\n\n2,z\n'
    rows = parse_rows(raw, "a.csv")
    assert rows.header_row == 3
    assert list(rows.body) == [(5, ("1", "x\ny")), (8, ("2", "z"))]


def test_quotes_commas_and_ideographic_spaces() -> None:
    assert body('a,b\n"1,234.50","say ""x"""\n　１２ ,　\n'.encode()) == [
        (2, ("1,234.50", 'say "x"')),
        (3, ("１２", "")),
    ]


def test_names_beyond_gbk_survive_gb18030() -> None:
    assert body("a\n㙍䶮镕\n".encode("gb18030")) == [(2, ("㙍䶮镕",))]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", "a: 文件里没有数据行；请检查是否选错文件"),
        (b"\n , \n\n", "a: 文件里没有数据行；请检查是否选错文件"),
        (b'a\n"x', "a:2: CSV 格式错误：unexpected end of data；请检查引号是否成对"),
        (b'a\n"x"y\n', "a:2: CSV 格式错误：',' expected after '\"'；请检查引号是否成对"),
        ("a\n1\n".encode("utf-16"), "a: 无法判断文件编码；请另存为 UTF-8"),
        ("a\n1\n".encode("utf-16-le"), "a: 无法判断文件编码；请另存为 UTF-8"),
        (b"a\n\x00\n", "a: 无法判断文件编码；请另存为 UTF-8"),
        (b"a\n\xff\xfe\xff\n", "a: 无法判断文件编码；请另存为 UTF-8"),
    ],
)
def test_a_file_that_is_no_csv(raw: bytes, text: str) -> None:
    assert refused(raw) == [text]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5), st.sampled_from(["utf-8-sig", "gb18030"])
)
def test_what_csv_writes_is_read(rows: list[list[str]], encoding: str) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows([["甲", "乙"], *rows])
    wanted = [tuple(cell.strip() for cell in row) for row in rows]
    assert [cells for _, cells in body(stream.getvalue().encode(encoding))] == [row for row in wanted if any(row)]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="无法读取：是文件夹而不是文件"):
        read_rows(tmp_path, "夹")


# XLSX


def test_numbers_codes_dates_and_flags_become_the_text_that_a_person_reads() -> None:
    raw = book(
        ["功能科目编码", "金额", "x"],
        [2010601, 1234.5, "001"],
        ["2010601", 0.1 + 0.2, True],
        [None, None, None],
        [30101.0, 12345678.9, dt.date(2025, 1, 31)],
        ["30101", -0.0, False],
        ["3", 1e15, 1.1 * 3],
    )
    assert body(raw) == [
        (2, ("2010601", "1234.5", "001")),
        (3, ("2010601", "0.3", "是")),
        (5, ("30101", "12345678.9", "2025-01-31")),
        (6, ("30101", "0", "否")),
        (7, ("3", "1000000000000000", "3.3")),
    ]


@given(st.integers(-(10**12), 10**12))
def test_an_amount_in_a_cell_is_exact_to_the_cent(cents: int) -> None:
    text = cell_text(cents / 100)
    assert f.AMOUNT.parse(text) * 100 == cents


def test_only_the_first_sheet_counts_whatever_its_file_is_called() -> None:
    made = openpyxl.Workbook()
    made.active.title = "后"
    made.active.append(["=1+1"])
    first = made.create_sheet("先", 0)
    first.append(["a"])
    first.append([5])
    stream = io.BytesIO()
    made.save(stream)
    assert body(stream.getvalue()) == [(2, ("5",))]


def test_a_title_above_or_a_merged_header_is_no_fault_but_merged_data_is() -> None:
    assert body(book(["a", None], [1, 2], change=lambda s: s.merge_cells("A1:B1"))) == [(2, ("1", "2"))]
    raw = book(["a", "b"], [1, 2], [3, None], change=lambda s: (s.merge_cells("A2:A3"), s.merge_cells("A3:B3")))
    assert refused(raw)[0] == "a:2: 数据区有合并单元格；请取消合并并在每一行填写"


def test_a_formula_counts_by_its_stored_result() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(1, 1, '="x"&"y"', None, "xy")
        sheet.write_formula(2, 0, '=IF(1,"","x")', None, "")
        sheet.write(2, 1, 7)
    raw = stream.getvalue()
    with zipfile.ZipFile(stream) as archive, zipfile.ZipFile(made := io.BytesIO(), "w") as changed:
        for name in archive.namelist():  # Excel marks a text result, an empty one too; XlsxWriter does not
            content = archive.read(name).replace(b'<c r="A3">', b'<c r="A3" t="str">')
            changed.writestr(name, content)
    assert body(made.getvalue()) == [(2, ("2", "xy")), (3, ("", "7"))]
    assert "a:3:A3: 单元格是公式" in refused(raw)[0]


def test_all_formulas_without_result_and_all_error_values_are_named() -> None:
    raw = book(["a", "b"], ["=1+1", 2], ["#DIV/0!", "=SUM(A1:A2)"], ["#N/A", "#not an error"])
    assert refused(raw) == [
        "a:2:A2: 单元格是公式且没有计算结果；请在 Excel 中打开保存一次，或粘贴为数值",
        "a:3:A3: 单元格是错误值（#DIV/0!）；请改正该单元格",
        "a:3:B3: 单元格是公式且没有计算结果；请在 Excel 中打开保存一次，或粘贴为数值",
        "a:4:A4: 单元格是错误值（#N/A）；请改正该单元格",
    ]


def test_an_empty_styled_cell_hides_no_neighbour() -> None:
    def style(sheet: Any) -> None:
        sheet["A2"].font = openpyxl.styles.Font(bold=True)
        sheet["B2"] = "=1+1"

    assert refused(book(["a", "b"], [None, None], change=style)) == [
        "a:2:B2: 单元格是公式且没有计算结果；请在 Excel 中打开保存一次，或粘贴为数值"
    ]


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"PK\x03\x04rubbish", "文件已损坏或已加密"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rubbish", "文件已损坏或已加密"),
        (book(["a"])[:-200], "文件已损坏或已加密"),
    ],
)
def test_a_damaged_workbook(raw: bytes, detail: str) -> None:
    assert refused(raw) == [f"a: 不是可读取的 CSV 或 XLSX 文件：{detail}；请另存为 .csv（UTF-8）或 .xlsx"]


def test_another_zip_file_is_no_workbook() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert "不是可读取的" in refused(stream.getvalue())[0]


def test_a_workbook_that_unpacks_to_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "repacked", lambda raw, rewrite: bounds.repacked(raw, 1000, rewrite))
    assert "解压后过大" in refused(book(["a"], [1]))[0]


def test_a_stray_cell_far_away_does_not_eat_the_memory() -> None:
    def stray(sheet: Any) -> None:
        sheet["XFD1048576"] = 1

    assert "有内容的区域太大（1048576 行 16384 列）" in refused(book(["a"], [1], change=stray))[0]


def test_an_empty_workbook() -> None:
    assert refused(book()) == ["a: 文件里没有数据行；请检查是否选错文件"]


# columns

ALL_COLUMNS = [(kind, field, name) for kind in f.KINDS.values() for field in kind.fields for name in field.spellings]
LABELS = {  # CONTRACT.md, `kpi import` columns
    "lines": {
        "function_code": "功能科目编码", "function_name": "功能科目名称", "economic_code": "经济科目编码",
        "economic_name": "经济科目名称", "expenditure_type": "支出类型", "cost_kind": "经费类别",
        "fund_source": "资金来源", "amount_yuan": "金额(元)", "amount_wan": "金额(万元)", "project": "项目",
        "budget_unit": "预算单位", "carried_forward": "上年结转", "note": "备注",
    },
    "incomes": {
        "fund_source": "资金来源", "function_code": "功能科目编码", "amount_yuan": "金额(元)", "amount_wan": "金额(万元)",
        "budget_unit": "预算单位", "carried_forward": "上年结转", "note": "备注",
    },
    "sangong": {
        "category": "类别", "fund_source": "资金来源", "amount_yuan": "金额(元)", "amount_wan": "金额(万元)",
        "budget_unit": "预算单位", "note": "备注",
    },
    "projects": {
        "id": "项目编号", "name": "项目名称", "task": "工作任务", "amount_yuan": "金额(元)", "amount_wan": "金额(万元)",
        "executed_yuan": "执行数(元)", "objective": "绩效目标",
    },
    "comparatives": {"year": "年度", "figure": "数字", "amount_yuan": "金额(元)", "amount_wan": "金额(万元)"},
}  # fmt: skip


@pytest.mark.parametrize("kind", LABELS)
def test_every_column_of_the_contract_in_both_languages(kind: str) -> None:
    fields = f.KINDS[kind].fields
    english, chinese = (",".join(names) for names in (LABELS[kind], LABELS[kind].values()))
    found = match_columns(parse_rows(f"{english}\n1\n".encode(), "a"), fields)
    assert found == match_columns(parse_rows(f"{chinese}\n1\n".encode(), "a"), fields)
    assert [field.column or field.name for field in found] == list(LABELS[kind])


@pytest.mark.parametrize(("kind", "field", "name"), ALL_COLUMNS, ids=lambda x: x if isinstance(x, str) else "")
def test_brackets_case_and_blanks_of_a_column_do_not_matter(kind: f.RecordKind, field: f.Field, name: str) -> None:
    others = [other for other in kind.fields if other.required and other is not field]
    for shown in (name, name.upper(), name.replace("(", "（").replace(")", "）"), f" {name} "):
        header = ",".join([*(other.name for other in others), shown])
        assert match_columns(parse_rows(f"{header}\n1\n".encode(), "a"), kind.fields)[-1] is field


@pytest.mark.parametrize("kind", f.KINDS.values(), ids=lambda kind: kind.plural)
def test_spellings_are_unambiguous(kind: f.RecordKind) -> None:
    names = [name for field in kind.fields for name in field.spellings]
    assert len(names) == len(set(names))


def test_all_faults_of_a_header_at_once() -> None:
    rows = parse_rows("foo,fund_source,资金来源,,note\n1,2,3,4,5\n".encode(), "a.csv")
    with pytest.raises(LedgerError) as error:
        match_columns(rows, f.INCOME.fields)
    known = (
        "可用的列：fund_source 资金来源、function_code 功能科目编码、budget_unit 预算单位、carried_forward 上年结转、"
    )
    known += "amount_yuan 金额(元)、amount_wan 金额(万元)、note 备注"
    assert [problem.text for problem in error.value.problems] == [
        f"a.csv:1: 不认识的列（foo）；{known}",
        "a.csv:1: 列重复（资金来源）；请删去一列",
        f"a.csv:1: 不认识的列（空列名）；{known}",
        "a.csv:1: 缺少列 amount_yuan（金额(元)）；请在表头补上这一列",
    ]
