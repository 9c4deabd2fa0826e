"""One case per problem: the smallest input that causes it, and the one line that it prints.

A case holds the files of a ledger (beside a plain `kpi.toml`), a command, and the line on stderr. Problems that need
more than files and a command (a lock that is held, a disk that fails) have a function of their own below.
"""

from __future__ import annotations

import errno
import io
import json
import sys
import types
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from kpi_cli import batch
from kpi_cli.errors import KpiError
from kpi_cli.ledger import spreadsheet, transaction
from kpi_cli.problems import WORDING, Place, Problem, shorten, suggestion, system_reason
from tests.evaluation import problem_cases

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS = 'schema_version = 1\ndepartment = "某局"\ntable_set = "shanghai"\n'
UNITS = SETTINGS + (
    '[[budget_unit]]\ncode = "001"\nname = "中心"\n[[budget_unit]]\ncode = "002"\nname = "分局"\n'
    '[[budget_unit]]\ncode = "003"\nname = "分局"\n'
)
LINE = {
    "function_code": '"2010601"',
    "economic_code": '"30101"',
    "expenditure_type": '"基本支出"',
    "fund_source": '"一般公共预算"',
    "amount": "100",
}
TABLE = ("table", "3", "--format", "csv")
HEADER = "function_code,economic_code,expenditure_type,fund_source,amount_yuan"
ROW = "2010601,30101,基本支出,一般公共预算,100"


def lines(**changes: str | None) -> dict[str, str]:
    """Return a lines.toml of one line with some keys changed; None takes a key away."""
    values = {key: value for key, value in {**LINE, **changes}.items() if value is not None}
    return {"2025/lines.toml": "[[line]]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())}


def add(**changes: str) -> tuple[str, ...]:
    """Return the command that adds a line, with some options changed."""
    values = {**{key: value.strip('"') for key, value in LINE.items()}, **changes}
    options = [word for key, value in values.items() for word in (f"--{key.replace('_', '-')}", value)]
    return ("budget", "add", *options)


def workbook(*rows: list[object], merge: str = "") -> bytes:
    """Return an XLSX file of these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@dataclass(frozen=True)
class Case:
    """Files of a ledger, a command, and what it prints on stderr after `kpi: 错误: `."""

    code: str
    text: str
    files: dict[str, str | bytes] = field(default_factory=dict)
    command: tuple[str, ...] = TABLE
    status: int = 2
    kind: str = "错误"


IMPORT = ("import", "lines", "in.csv")
OK = lines()
EMPTY = {"2025/lines.toml": ""}


def csv_(*rows: str, header: str = HEADER) -> dict[str, str]:
    """Return a CSV file to import into an empty ledger."""
    return {**EMPTY, "in.csv": "\n".join((header, *rows)) + "\n"}


def xlsx(*rows: list[object], merge: str = "", header: str = HEADER) -> dict[str, str | bytes]:
    """Return an XLSX file, called in.csv all the same, to import into an empty ledger."""
    return {**EMPTY, "in.csv": workbook(header.split(","), *rows, merge=merge)}


CASES = [
    # amounts
    Case(
        "amount-not-a-number",
        "2025/lines.toml:6: 金额(元)不是数字（12元）；请写成 12345.67 这样的数",
        lines(amount='"12元"'),
    ),
    Case(
        "amount-not-finite",
        "2025/lines.toml:6: 金额(元)不能是 NaN 或无穷大（NaN）；请改为实际金额，未知的金额不要填写该记录",
        lines(amount="nan"),
    ),
    Case(
        "amount-places",
        "2025/lines.toml:6: 金额(元)的小数超过两位，元以下只到分（1.005）；请改为最多两位小数，或用万元列（最多六位小数）",
        lines(amount="1.005"),
    ),
    Case(
        "amount-wan-places",
        "2025/lines.toml:6: 金额(万元)的小数超过六位，万元最多六位小数（到分）（0.1234567）；请改为最多六位小数",
        lines(amount=None, amount_wan="0.1234567"),
    ),
    Case(
        "amount-too-large",
        "2025/lines.toml:6: 金额(元)超出范围，须小于十万亿元（10000000000000）；请检查单位是否写错",
        lines(amount="10000000000000"),
    ),
    Case(
        "amount-negative",
        "2025/lines.toml:1: 金额是负数（-5.00）；如确为冲减可以保留，否则请改正",
        lines(amount="-5.00"),
        status=0,
        kind="警告",
    ),
    Case(
        "amount-twice",
        "2025/lines.toml:1: 元和万元两种金额同时填写；请只保留一种",
        lines(amount_wan="1"),
    ),
    # fields and keys
    Case("missing", "2025/lines.toml:1: 缺少资金来源；请补上 fund_source，例如 一般公共预算", lines(fund_source=None)),
    Case(
        "unknown-key",
        "2025/lines.toml:6: 未知的键 amout；是不是 amount？",
        lines(amount=None, amout="1", amount_wan="1"),
    ),
    Case(
        "wrong-type",
        '2025/lines.toml:2: 功能科目编码的类型不对，应为加引号的编码（2010601）；例如 "2010601"',
        lines(function_code="2010601"),
    ),
    Case(
        "unknown-value",
        "2025/lines.toml:4: 支出类型不认识（基本）；是不是 基本支出？",
        lines(expenditure_type='"基本"'),
    ),
    Case(
        "function-code",
        "2025/lines.toml:2: 功能科目编码不是 7 位数字（2080599x）；请用 kpi subject search 查找完整的项级编码",
        lines(function_code='"2080599x"'),
    ),
    Case(
        "economic-code",
        "2025/lines.toml:3: 经济科目编码不是 5 位数字（3010）；请用 kpi subject search 查找款级编码；项目支出可用 3 位类编码或留空",
        lines(economic_code='"3010"'),
    ),
    Case(
        "economic-code-needed",
        "2025/lines.toml:1: 基本支出必须有 5 位经济科目编码；请补上 economic_code，只有项目支出可以留空或只到类",
        lines(economic_code='"301"'),
    ),
    Case(
        "cost-kind-needed",
        '2025/lines.toml:1: 基本支出的经济科目类 307 不能推出经费类别；请写明 cost_kind = "人员经费" 或 "公用经费"',
        lines(economic_code='"30701"'),
    ),
    Case(
        "fund-not-for-lines",
        "2025/lines.toml:1: 支出不能用“使用非财政拨款结余”作资金来源；它只用于收入；支出请写实际的资金来源",
        lines(fund_source='"使用非财政拨款结余"'),
    ),
    Case(
        "duplicate-id",
        "2025/projects.toml:6: 项目编号重复，第一次出现在第 1 行（P1）；请改用别的 id",
        {"2025/projects.toml": '[[project]]\nid = "P1"\nname = "甲"\n\n[[project]]\nid = "P1"\nname = "乙"\n'},
    ),
    Case(
        "unknown-project",
        "2025/lines.toml:1: 项目不在 projects.toml 里（P9）；已有的项目：A1、A2",
        {
            **lines(project='"P9"'),
            "2025/projects.toml": '[[project]]\nid = "A1"\nname = "甲"\n[[project]]\nid = "A2"\nname = "乙"\n',
        },
    ),
    Case(
        "project-in-use",
        "2025/lines.toml:1: 还有 1 条预算行使用这个项目（P1）；请先修改或删去这些预算行",
        {**lines(project='"P1"'), "2025/projects.toml": '[[project]]\nid = "P1"\nname = "甲"\n'},
        ("project", "remove", "P1"),
    ),
    Case(
        "unknown-unit",
        "2025/lines.toml:1: 预算单位不在 kpi.toml 里（00l）；是不是 003？",
        {"kpi.toml": UNITS, **lines(budget_unit='"00l"')},
    ),
    Case(
        "ambiguous-name",
        "in.csv:2: 名称对应多个预算单位（分局）；请改用编码",
        {"kpi.toml": UNITS, **csv_(ROW + ",分局", header=HEADER + ",budget_unit")},
        IMPORT,
    ),
    Case(
        "year-range",
        "2025/comparatives.toml:2: 年份不是 1990–2100 的四位数（216）；请写成 2025 这样的年份",
        {**EMPTY, "2025/comparatives.toml": '[[comparative]]\nyear = 216\nfigure = "income"\namount = 1\n'},
    ),
    Case(
        "not-an-integer",
        "2025/sangong.toml:4: 人次不是不小于 0 的整数（-3）；请写成 3 这样的整数",
        {**EMPTY, "2025/sangong.toml": '[[sangong]]\ncategory = "公务接待费"\namount = 1\npersons = -3\n'},
    ),
    Case(
        "not-a-flag",
        "2025/lines.toml:7: 上年结转不是“是”或“否”（也许）；请写 是、否、true 或 false",
        lines(carried_forward='"也许"'),
    ),
    Case(
        "figure-key",
        "2025/comparatives.toml:2: 数字的键不认识（incom）；是不是 income？（全部写法见 kpi help 数字）",
        {**EMPTY, "2025/comparatives.toml": '[[comparative]]\nfigure = "incom"\namount = 1\n'},
    ),
    # files
    Case(
        "not-utf8",
        "2025/lines.toml:2: 文件不是 UTF-8 编码；请另存为 UTF-8",
        {"2025/lines.toml": '[[line]]\nnote = "备注"\n'.encode("gbk")},
    ),
    Case(
        "toml-syntax",
        '2025/lines.toml:2: TOML 语法错误：第 17 列无法识别（function_code = “2010601”）；请把中文标点 “ 换成英文标点 "',
        {"2025/lines.toml": "[[line]]\nfunction_code = “2010601”\n"},
    ),
    Case(
        "no-ledger",
        "找不到台账：别处里没有 kpi.toml；用 -C 指定台账文件夹，或用 kpi init 新建",
        EMPTY,
        ("-C", "别处", *TABLE),
    ),
    Case(
        "ledger-exists",
        "2025: 文件夹里已有台账或其他文件；请换一个文件夹",
        EMPTY,
        ("init", "2025", "--department", "某局", "--year", "2025", "--tables", "shanghai"),
    ),
    Case(
        "schema-version",
        "kpi.toml:1: 台账格式版本不支持（2）；本程序支持版本 1，请升级 kpi-cli",
        {**EMPTY, "kpi.toml": SETTINGS.replace("= 1", "= 2")},
    ),
    Case("no-year", "台账里没有 2024 年；现有年度：2025", EMPTY, (*TABLE, "--year", "2024")),
    Case("no-years", "台账里还没有任何年度；用 kpi import 或 kpi budget add 录入"),
    Case(
        "stray-file",
        "2025/line.toml: 不认识的文件；是不是 lines.toml？",
        {"2025/line.toml": ""},
        status=0,
        kind="警告",
    ),
    Case("unreadable", "没有.csv: 无法读取：文件不存在；请检查路径和权限", EMPTY, ("import", "lines", "没有.csv")),
    Case("nothing-to-undo", "没有可以撤销的修改", EMPTY, ("undo",)),
    Case("nothing-to-redo", "没有可以重做的修改", EMPTY, ("redo",)),
    Case(
        "damaged-state",
        ".kpi/generation: kpi 的内部文件已损坏；请备份台账文件夹、核对数据文件，再移走该文件后重试",
        {**EMPTY, ".kpi/generation": "x"},
        add(),
    ),
    Case(
        "recovery-conflict",
        "2025/lines.toml: 上次命令中断后文件又被改过，无法自动恢复；请对照 .kpi/journal.json 手工合并后删除 .kpi/journal.json",
        {
            **EMPTY,
            ".kpi/journal.json": json.dumps(
                {
                    "generation": 1,
                    "position": 1,
                    "files": {"2025/lines.toml": {"before": "0", "after": "1", "staged": None}},
                }
            ),
        },
        add(),
    ),
    # subjects
    Case(
        "unknown-subject",
        "2025 年科目目录里没有这个功能科目编码（2010666）；相近的有：2010650 事业运行、2010699 其他财政事务支出、"
        "2010608 财政委托业务支出；本地科目请写入 subjects.csv",
        EMPTY,
        add(function_code="2010666"),
        status=0,
        kind="警告",
    ),
    Case(
        "subject-name",
        "科目名称与编码不符，2025 年目录里 2010601 是“行政运行”（事业运行）；请核对编码和名称，或写入 subjects.csv",
        EMPTY,
        add(function_name="事业运行"),
        status=0,
        kind="警告",
    ),
    # importing a file
    Case(
        "unknown-column",
        "in.csv:1: 不认识的列（amount_usd）；可用的列：kind 种类、code 编码、name 名称",
        {**EMPTY, "in.csv": "kind,code,name,amount_usd\nfunction,2010601,甲,1\n"},
        ("import", "subjects", "in.csv"),
    ),
    Case(
        "duplicate-column",
        "in.csv:1: 列重复（功能科目编码）；请删去一列",
        csv_(ROW + ",2010601", header=HEADER + ",功能科目编码"),
        IMPORT,
    ),
    Case(
        "missing-column",
        "in.csv:1: 缺少列 amount_yuan（金额(元)）；请在表头补上这一列",
        csv_("2010601,30101,基本支出,一般公共预算", header=HEADER.removesuffix(",amount_yuan")),
        IMPORT,
    ),
    Case(
        "merged-cells",
        "in.csv:2: 数据区有合并单元格；请取消合并并在每一行填写",
        xlsx(
            ["2010601", "30101", "基本支出", "一般公共预算", 1],
            ["", "30101", "基本支出", "一般公共预算", 2],
            merge="A2:A3",
        ),
        IMPORT,
    ),
    Case(
        "formula",
        "in.csv:2:E2: 单元格是公式且没有计算结果；请在 Excel 中打开保存一次，或粘贴为数值",
        xlsx(["2010601", "30101", "基本支出", "一般公共预算", "=1+1"]),
        IMPORT,
    ),
    Case(
        "cell-error",
        "in.csv:2:E2: 单元格是错误值（#REF!）；请改正该单元格",
        xlsx(["2010601", "30101", "基本支出", "一般公共预算", "#REF!"]),
        IMPORT,
    ),
    Case("row-width", "in.csv:2: 该行有 6 列，表头只有 5 列；请检查多余的逗号", csv_(ROW + ",7"), IMPORT),
    Case(
        "csv-syntax",
        "in.csv:2: CSV 格式错误：unexpected end of data；请检查引号是否成对",
        csv_('"2010601'),
        IMPORT,
    ),
    Case("empty-file", "in.csv: 文件里没有数据行；请检查是否选错文件", csv_(), IMPORT),
    Case(
        "not-a-spreadsheet",
        "in.csv: 不是可读取的 CSV 或 XLSX 文件：文件已损坏或已加密；请另存为 .csv（UTF-8）或 .xlsx",
        {**EMPTY, "in.csv": b"PK\x03\x04 rubbish"},
        IMPORT,
    ),
    Case("unknown-kind", "不认识的导入种类（line）；是不是 lines？", csv_(ROW), ("import", "line", "in.csv")),
    Case(
        "encoding",
        "in.csv: 无法判断文件编码；请另存为 UTF-8",
        {**EMPTY, "in.csv": HEADER.encode("utf-16")},
        IMPORT,
    ),
    # references on the command line
    Case("unknown-ref", "没有这个引用（7@00）；用 kpi budget list 查看现有的引用", OK, ("budget", "remove", "7@00")),
    Case(
        "stale-ref",
        "引用对应的记录已经改变（1@00）；用 kpi budget list 取得新的引用",
        OK,
        ("budget", "set", "1@00", "--amount", "5"),
    ),
    Case("nothing-to-set", "没有给出要修改的内容；例如 --amount 1000", OK, ("budget", "set", "1@00")),
    Case(
        "plugin-name",
        "插件名不能作包名（表1）；请用小写字母、数字和连字符，例如 kpi-export-text",
        OK,
        ("plugin", "new", "表1"),
    ),
    Case(
        "no-plugin",
        "没有安装这个插件（kpi-x）；先 pip install，再用 kpi plugin list 查看名称",
        OK,
        ("plugin", "check", "kpi-x"),
    ),
    Case(
        "published",
        'disclosure.json: year 不是年份（2025）；例如 "year": 2025',
        {
            "d/disclosure.json": '{"department": "甲", "year": "2025", "table_set": "mof", "level": "部门"}',
            "d/claims.json": "[]",
        },
        ("check", "--disclosure", "d"),
    ),
    Case(
        "unmatched",
        "tables/01.csv:2: 没有认出第 3 列，其中的数不参与校核（备用）；请核对表套（table_set）和表头行数",
        {
            "d/disclosure.json": '{"department": "甲", "year": 2025, "table_set": "shanghai", "level": "部门"}',
            "d/tables/01.csv": "本年收入,,备用,本年支出,\n项目,预算数,备用,项目,预算数\n一、财政拨款收入,3,4,,\n",
            "d/tables/01.meta.json": '{"unit": "元", "header_rows": 2}',
        },
        ("check", "--disclosure", "d", "--format", "json"),
        0,
        "警告",
    ),
    Case("no-ledgers", "文件夹下没有台账（2025）；台账是含有 kpi.toml 的文件夹", OK, ("batch", "2025")),
    Case("usage", "缺少 REF；见 kpi budget remove --help", OK, ("budget", "remove")),
    Case("unknown-command", "没有这个命令（budgt）；是不是 budget？", OK, ("budgt",)),
    Case(
        "unknown-option",
        "没有这个选项（--frmat）；是不是 --format？见 kpi table --help",
        OK,
        ("table", "--frmat", "csv"),
    ),
    Case(
        "one-table",
        "CSV 一次只能输出一张表；请给出一个表号，例如 kpi table 3 --format csv",
        OK,
        ("table", "1", "2", "--format", "csv"),
    ),
    Case(
        "unknown-table-id",
        "没有这张表（10）；表套 shanghai 有：1、2、3、4、5、6、7、8、9",
        OK,
        ("table", "10", "--format", "csv"),
    ),
    Case(
        "unknown-cell",
        "表3 没有这个数（甲/乙）；请写成 E12 这样的地址，或 行/列，例如 201/合计",
        OK,
        ("trace", "3", "甲/乙"),
    ),
    Case(
        "ambiguous-cell",
        "有 2 个数符合（支出总计/预算数）；请写明其中一个：D12 支出总计 / 支出 预算数、F12 支出总计 / 支出 预算数",
        OK,
        ("trace", "1", "支出总计/预算数", "--tables", "guangxi-2017"),
    ),
    # definitions
    Case("unknown-table-set", "没有这个表套（shangai）；是不是 shanghai？", OK, (*TABLE, "--tables", "shangai")),
    Case(
        "definition",
        "own/set.toml:6: 表定义有误：文件不存在（3.toml）；请检查 file，文件应在表套的文件夹里",
        {
            **OK,
            "own/set.toml": 'title = "自定"\nsource = "本局"\ntypography = "plain"\n[[table]]\nnumber = 3\nfile = "3.toml"\n',
        },
        (*TABLE, "--tables", "own"),
    ),
    Case(
        "narrative-template",
        "narrative/shanghai.md.j2:2: 叙述模板有误：没有 departmnt；是不是 department？",
        {**OK, "narrative/shanghai.md.j2": "文字\n{{ departmnt }}\n"},
        ("narrative",),
    ),
    Case(
        "no-narrative",
        "表套 own 没有叙述模板；请写 narrative/own.md.j2，见 docs/narrative-templates.md",
        {
            **OK,
            "own/set.toml": 'title = "自定"\nsource = "本局"\ntypography = "plain"\n[[table]]\nnumber = 3\nfile = "3.toml"\n',
            "own/3.toml": (
                'number = 3\nrole = "expenditure"\nname = "表"\ntitle = "表"\nmoney_unit = "元"\nsource = "本局"\n[[block]]\nrecords = "line"\n'
                '[[block.column]]\nheader = ["数"]\n[[block.row]]\nid = "a"\nlabel = ""\nwhere = {}\n'
            ),
        },
        ("narrative", "--tables", "own"),
    ),
    Case(
        "unknown-paragraph",
        "没有这一段（3）；文字共 1 段，用 kpi narrative --format text 查看编号",
        {**OK, "narrative/shanghai.md.j2": "文字\n"},
        ("trace", "narrative", "3"),
    ),
    # export
    Case(
        "unknown-exporter", "没有这个导出格式（xslx）；是不是 xlsx？", EMPTY, ("--no-plugins", "export", "--to", "xslx")
    ),
    Case(
        "option-syntax",
        "选项写法不对（live）；应为 --option 格式.名称=值，例如 xlsx.live=true",
        EMPTY,
        ("export", "--option", "live"),
    ),
    Case(
        "unknown-exporter-option",
        "xlsx 没有这个选项（lve）；是不是 live？",
        EMPTY,
        ("export", "--to", "xlsx", "--option", "xlsx.lve=1"),
    ),
    Case(
        "exporter-option-value",
        "选项 xlsx.live 的值不对，应为true 或 false（perhaps）；例如 False",
        EMPTY,
        ("export", "--to", "xlsx", "--option", "xlsx.live=perhaps"),
    ),
    Case(
        "reference-doc",
        "没有.docx: 参考文档不能使用：文件不存在；请用 Word 或 WPS 另存为 .docx",
        EMPTY,
        ("export", "--to", "docx", "--reference-doc", "没有.docx"),
        status=3,
    ),
    Case(
        "unwritable",
        "out: 无法写入：已有同名的文件；请检查磁盘空间和权限",
        {**EMPTY, "out": "a file"},
        ("export", "--to", "xlsx", "--out", "out"),
        status=3,
    ),
    Case(
        "eval-scheme-exists",
        "2025/evaluation/scheme.toml: 该年已有考评方案；请直接修改这个文件，或先移走它",
        {"2025/evaluation/scheme.toml": "[scheme]\n"},
        ("eval", "scheme", "new"),
    ),
    Case("unknown-topic", "没有这个主题或命令（improt）；是不是 import？", EMPTY, ("help", "improt")),
    Case(
        "eval-not-final",
        "2025 年考评结果还没有审定；请先登记事由为“考评结果”的会议纪要（kpi eval add minutes）",
        {"2025/evaluation/units.toml": ""},
        ("eval", "archive"),
    ),
    Case(
        "eval-not-archived",
        "2025 年考评没有归档；不用重新打开",
        {"2025/evaluation/units.toml": ""},
        ("eval", "archive", "--reopen"),
    ),
    Case(
        "eval-archived",
        "2025/evaluation/archive.toml: 2025 年考评已经归档；要再改，先用 kpi eval archive --reopen 重新打开",
        {"2025/evaluation/archive.toml": ""},
        ("eval", "add", "units", "evaluated_unit=a", "name=a", "category=a"),
    ),
    Case(
        "eval-seal",
        "2025/evaluation/units.toml: 文件在归档以后被改过；请与归档时的备份核对，或重新打开后再归档",
        {
            "2025/evaluation/archive.toml": '[archive]\n[archive.sha256]\n"units.toml" = "0"\n',
            "2025/evaluation/units.toml": "",
        },
        ("eval", "status"),
        kind="警告",
        status=0,
    ),
    Case(
        "eval-name",
        "评议和评分只记编号，不留姓名（V308）（张三丰）；请删去姓名，改用编号，例如 D012",
        EMPTY,
        ("eval", "add", "leaders", "leader_no=张三丰", "own_unit=a"),
    ),
    Case(
        "eval-unknown-indicator-name",
        "没有这项指标（1.2）；是不是 1.1？",
        {"2025/evaluation/indicators.toml": '[[indicator]]\nindicator = "1.1"\nname = "投资"\n'},
        ("eval", "add", "results", "indicator=1.2", "evaluated_unit=a"),
    ),
    Case(
        "eval-both-have",
        "2025/evaluation/results.toml:4: 合并后有两条同样的记录（1.1/a）；请先决定留哪一条，用 kpi eval remove results 删去另一条",
        {
            "2025/evaluation/units.toml": "".join(
                f'[[unit]]\nevaluated_unit = "{unit}"\nname = "{unit}"\ncategory = "部门"\n' for unit in "ab"
            ),
            "2025/evaluation/results.toml": "".join(
                f'[[result]]\nindicator = "1.1"\nevaluated_unit = "{unit}"\n' for unit in "ba"
            ),
        },
        ("eval", "rename", "units", "b", "a"),
    ),
    Case(
        "findings",
        "有 4 个错误级问题，没有导出；用 kpi check 查看；确要导出草稿请加 --force",
        OK,
        ("export",),
        status=1,
    ),
]


def locked(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Return what a command prints while another process holds the lock."""
    with transaction.open_transaction(root, "test"):
        return kpi("--wait", "0", *add())


def changed_meanwhile(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """An editor saves the file while the command runs: just before it is committed."""
    commit = transaction.Transaction.commit

    def late(self: transaction.Transaction) -> None:
        (root / "2025/lines.toml").write_text("# edited\n", encoding="utf-8")
        commit(self)

    monkeypatch.setattr(transaction.Transaction, "commit", late)
    result = kpi(*add())
    assert (root / "2025/lines.toml").read_text(encoding="utf-8") == "# edited\n"
    return result


def edited_since(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Add a line, edit the file by hand, undo."""
    assert kpi(*add()).status == 0  # type: ignore[attr-defined]
    with (root / "2025/lines.toml").open("a", encoding="utf-8") as stream:
        stream.write("# by hand\n")
    return kpi("undo")


def unfinished(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """The disk fills up after the change is decided."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(root / "2025/lines.toml"))

    monkeypatch.setattr(transaction, "finish", full)
    return kpi(*add())


def unsafe_path(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> KpiError:
    """A file outside of the ledger is asked for, as only a damaged journal could."""
    with transaction.open_transaction(root, "test") as tx, pytest.raises(KpiError) as error:
        tx.read("../outside.toml")
    return error.value


def broken_exporter(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """An exporter raises."""
    from kpi_cli.exporters import xlsx as built_in
    from kpi_cli.plugin.manager import BUILT_IN, Plugins

    def boom(*_: object) -> None:
        raise RuntimeError("boom\nbang")

    exporter = Plugins(()).exporter("xlsx")
    assert built_in.__name__ == BUILT_IN["xlsx"]
    monkeypatch.setattr(exporter, "export", boom)
    return kpi("export", "--to", "xlsx")


def reluctant_exporter(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """An exporter says that it cannot export this."""
    from kpi_cli.plugin.manager import Plugins

    monkeypatch.setattr(Plugins(()).exporter("xlsx"), "can_export", lambda *_: False)
    return kpi("export", "--to", "xlsx")


def printing_plugin(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> KpiError:
    """A plugin prints while it is loaded."""
    from kpi_cli.plugin import manager
    from kpi_cli.plugin.entries import Entry

    entry = Entry(manager.EXPORTERS, "loud", "this:s", "kpi-export-loud", "1.0")
    monkeypatch.setattr(manager, "installed", lambda _: (entry,))
    monkeypatch.setattr(manager, "_imported", lambda _: print("hello"))
    plugins = manager.Plugins(None)
    plugins.load(manager.EXPORTERS)
    return KpiError(plugins.problems)


def plugin_problem(name: str) -> Callable[..., KpiError]:
    """Return a function that registers a second, or a broken, plugin."""

    def run(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> KpiError:
        from kpi_cli.exporters import xlsx as built_in
        from kpi_cli.plugin.hookspecs import hookimpl
        from kpi_cli.plugin.manager import EXPORTERS, Plugins

        class Offers:
            @hookimpl
            def kpi_register_exporters(self) -> list[object]:
                return [int] if name == "broken" else [*built_in.kpi_register_exporters()]

        plugins = Plugins(())
        plugins.load(EXPORTERS)
        if name == "broken":
            with pytest.raises(KpiError) as error:
                plugins.register(Offers(), "mine", "kpi-export-mine 1.0")
            return error.value
        plugins.register(Offers(), "mine", "kpi-export-mine 1.0")
        return KpiError(plugins.problems)

    return run


def without_libreoffice(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """No program of LibreOffice is on the path."""
    from kpi_cli.exporters.docx import finalize

    monkeypatch.setattr(finalize, "PROGRAMS", ("no-such-office",))
    return kpi("export", "--to", "docx", "--finalize")


def without_matplotlib(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """The extra is not installed."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    return kpi("export", "--to", "docx", "--option", "docx.charts=true")


def without_chinese_font(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """None of the fonts that we know is installed."""
    from kpi_cli.exporters.docx import charts

    monkeypatch.setattr(charts, "FONTS", ("no such font",))
    return kpi("export", "--to", "docx", "--option", "docx.charts=true")


def cluster(client: object) -> Callable[..., object]:
    """Return a batch on a cluster, with `client` in the place of distributed's; None is not installed."""

    def act(kpi, root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
        module = client and types.SimpleNamespace(Client=client)
        monkeypatch.setitem(sys.modules, "distributed", module)
        batch._cluster.cache_clear()
        return kpi("batch", root.parent, "--scheduler", "tcp://127.0.0.1:1")

    return act


def more_rows(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A file has more rows than are read."""
    monkeypatch.setattr(spreadsheet, "ROW_LIMIT", 1)
    (root / "两行.csv").write_text(f"{HEADER}\n{ROW}\n{ROW}\n", encoding="utf-8")
    return kpi("import", "lines", "两行.csv")


def larger_file(kpi: Callable[..., object], root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A file of the ledger would grow beyond what is read again."""
    monkeypatch.setattr(transaction, "TEXT_LIMIT", 10)
    return kpi(*add())


def silent(*_args: object, **_kwargs: object) -> None:
    """Be a scheduler that does not answer."""
    raise OSError("Timed out")


SPECIAL: dict[str, tuple[Callable[..., object], str, int]] = {
    "locked": (locked, "ROOT: 台账正被另一进程使用；请稍候再试，或用 --wait 秒数 等得更久", 4),
    "too-many": (more_rows, "两行.csv: 超过 1 行；请检查是否选错文件，或分成几个文件", 2),
    "too-large": (larger_file, "2025/lines.toml: 文件会超过 0 MB，以后无法读取；请检查导入的文件是否选错", 2),
    "changed-meanwhile": (
        changed_meanwhile,
        "2025/lines.toml: 文件在命令执行期间被其他程序修改，没有写入；请重新执行命令",
        2,
    ),
    "edited-since": (
        edited_since,
        "2025/lines.toml: 文件在该次修改之后又被改过，不能撤销；请手工处理该文件，或先恢复它",
        2,
    ),
    "unfinished": (
        unfinished,
        "2025/lines.toml: 修改已经登记，但没有写完：磁盘已满；排除原因后运行任一 kpi 命令即自动完成，请不要重新录入",
        3,
    ),
    "unsafe-path": (unsafe_path, "../outside.toml: 路径越出了台账文件夹；请使用台账文件夹内的相对路径", 2),
    "exporter-failed": (broken_exporter, "导出 xlsx 失败：RuntimeError: boom bang；用 --debug 查看详情", 3),
    "cannot-export": (
        reluctant_exporter,
        "格式 xlsx 不能导出“某局2025年部门预算”；用 kpi plugin list 查看其他格式",
        3,
    ),
    "plugin-printed": (
        printing_plugin,
        "插件 loud（kpi-export-loud 1.0） 向标准输出写了内容，已经丢弃；请告诉插件作者改用返回值",
        2,
    ),
    "plugin-failed": (
        plugin_problem("broken"),
        "插件 mine 出错：TypeError: kpi_register_exporters 应返回 Exporter 的子类；可用 --no-plugins 停用，或联系插件作者",
        3,
    ),
    "no-libreoffice": (
        without_libreoffice,
        "没有找到 LibreOffice，不能填写目录的页码；请安装 LibreOffice 7.4 以上版本，或不用 --finalize",
        3,
    ),
    "no-charts-extra": (without_matplotlib, '没有安装画图所需的包；请执行 pip install "kpi-cli[charts]"', 3),
    "no-chinese-font": (
        without_chinese_font,
        "没有找到含汉字的字体，不能画图；请安装宋体、思源宋体等任一字体",
        3,
    ),
    "no-cluster-extra": (cluster(None), "没有安装集群所需的包；请执行 pip install 'kpi-cli[cluster]'", 2),
    "no-scheduler": (
        cluster(silent),
        "连不上调度器：Timed out（tcp://127.0.0.1:1）；请检查地址，形如 tcp://主机:8786",
        2,
    ),
    "plugin-name-taken": (
        plugin_problem("twice"),
        "名称 xlsx 已由 xlsx（kpi-cli） 占用，mine（kpi-export-mine 1.0） 没有登记；请卸载其中一个",
        2,
    ),
}


for _code, (_act, _text) in problem_cases.CASES.items():
    SPECIAL[_code] = (partial(problem_cases.raised, _act), _text, 2)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_the_smallest_input_and_its_line(case: Case, make_ledger, kpi, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_ledger({"kpi.toml": SETTINGS, **case.files})
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    monkeypatch.chdir(root)
    result = kpi(*case.command)
    assert result.lines[: 1 if case.kind == "警告" or case.code == "findings" else None] == (
        [f"kpi: {case.kind}: {case.text}"] if case.code != "findings" else result.lines[:1]
    )
    assert result.lines[-1] == f"kpi: 错误: {case.text}" or case.kind == "警告"
    assert result.status == case.status
    if case.status:
        assert result.out == ""
        assert {p: p.read_bytes() for p in before} == before


@pytest.mark.parametrize("code", SPECIAL)
def test_what_needs_more_than_files(code: str, make_ledger, kpi, monkeypatch: pytest.MonkeyPatch) -> None:
    act, text, status = SPECIAL[code]
    root = make_ledger({"kpi.toml": SETTINGS, **EMPTY})
    monkeypatch.chdir(root)
    result = act(kpi, root, monkeypatch)
    if isinstance(result, KpiError):
        assert [problem.text for problem in result.problems] == [text]
        assert result.exit_code == status
    else:
        assert result.lines == [f"kpi: 错误: {text.replace('ROOT', str(root))}"]
        assert (result.status, result.out) == (status, "")


def test_every_wording_has_a_case_and_every_case_a_wording() -> None:
    assert {case.code for case in CASES} | set(SPECIAL) == set(WORDING)
    assert len(CASES) + len(SPECIAL) == len(WORDING)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_case_shows_the_wording_of_its_code(case: Case) -> None:
    what = WORDING[case.code][0]
    assert all(part in case.text for part in __import__("re").split(r"\{\w+\}", what))


def test_every_problem_of_all_files_in_one_run(ledger: Path, kpi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two years, six files, and every fault of a record: each one line, in one run.

    == kpi.toml
    schema_version = 1
    department = "某局"
    table_set = "shanghai"
    == 2024/lines.toml
    [[line]]
    amount = 1.234
    == 2025/lines.toml
    [[line]]
    function_code = "208059"
    economic_code = "3010x"
    expenditure_type = "基本"
    amount = 1.005
    amout = 3
    note = 5

    [[line]]
    function_code = "2010601"
    economic_code = "30101"
    expenditure_type = "基本支出"
    fund_source = "一般公共预算"
    amount = nan
    budget_unit = "001"
    == 2025/incomes.toml
    incomes = 3
    == 2025/projects.toml
    [[project]]
    id = "  "
    name = "甲"
    == 2025/sangong.toml
    [[sangong]]
    category = "公务接待费
    == 2025/comparatives.toml
    [comparative]
    figure = "income"
    == 2025/subjects.csv
    kind,code,name
    function,20106010,甲
    economic,30101
    """
    monkeypatch.chdir(ledger)
    result = kpi("table")
    assert (result.status, result.out) == (2, "")
    assert sorted(line.removeprefix("kpi: 错误: ") for line in result.lines) == sorted(
        [
            "2024/lines.toml:1: 缺少功能科目编码；请补上 function_code，例如 2010601",
            "2024/lines.toml:1: 缺少支出类型；请补上 expenditure_type，例如 基本支出",
            "2024/lines.toml:1: 缺少资金来源；请补上 fund_source，例如 一般公共预算",
            "2024/lines.toml:2: 金额(元)的小数超过两位，元以下只到分（1.234）；请改为最多两位小数，或用万元列（最多六位小数）",
            "2025/lines.toml:2: 功能科目编码不是 7 位数字（208059）；请用 kpi subject search 查找完整的项级编码",
            "2025/lines.toml:3: 经济科目编码不是 5 位数字（3010x）；请用 kpi subject search 查找款级编码；项目支出可用 3 位类编码或留空",
            "2025/lines.toml:4: 支出类型不认识（基本）；是不是 基本支出？",
            "2025/lines.toml:5: 金额(元)的小数超过两位，元以下只到分（1.005）；请改为最多两位小数，或用万元列（最多六位小数）",
            "2025/lines.toml:6: 未知的键 amout；是不是 amount？",
            '2025/lines.toml:7: 备注的类型不对，应为文字，两边加引号（5）；例如 "5"',
            "2025/lines.toml:1: 缺少资金来源；请补上 fund_source，例如 一般公共预算",
            "2025/lines.toml:14: 金额(元)不能是 NaN 或无穷大（NaN）；请改为实际金额，未知的金额不要填写该记录",
            "2025/incomes.toml:1: 未知的键 incomes；是不是 income？",
            "2025/projects.toml:1: 缺少项目编号；请补上 id，例如 P01",
            '2025/sangong.toml:2: TOML 语法错误：第 18 列无法识别（category = "公务接待费）；请检查引号、等号和方括号是否成对',
            "2025/comparatives.toml:1: comparative的类型不对，应为记录的列表；例如 [[comparative]]",
            "2025/subjects.csv:2: 编码不认识（20106010）；科目编码是 3、5 或 7 位数字",
            "2025/subjects.csv:3: 缺少名称；请补上 name，例如 行政运行",
        ]
    )


def test_faults_of_the_settings_come_with_those_of_the_records(ledger: Path, kpi, monkeypatch) -> None:
    """== kpi.toml
    schema_version = 1
    departmnt = "某局"
    table_set = "shanghai"
    level = "局"
    budget_unit = 3
    [display]
    decimals = 20
    tables = 3
    == 2025/lines.toml
    [[line]]
    == 2017/incomes.toml
    [[income]]
    fund_source = "x"
    """
    monkeypatch.chdir(ledger)
    result = kpi("table", "3", "--format", "csv")
    assert (result.status, result.out) == (2, "")
    assert [line.removeprefix("kpi: 错误: ").partition("；")[0] for line in result.lines] == [
        "kpi.toml:2: 未知的键 departmnt",
        "kpi.toml:1: 缺少部门（单位）名称",
        "kpi.toml:4: 层级不认识（局）",
        "kpi.toml:7: 小数位不认识（20）",
        "kpi.toml:8: tables的类型不对，应为表",
        "kpi.toml:5: budget_unit的类型不对，应为记录的列表",
        "2017/incomes.toml:2: 资金来源不认识（x）",
        "2017/incomes.toml:1: 缺少金额(元)",
        "2025/lines.toml:1: 缺少功能科目编码",
        "2025/lines.toml:1: 缺少支出类型",
        "2025/lines.toml:1: 缺少资金来源",
        "2025/lines.toml:1: 缺少金额(元)",
    ]


def test_a_problem_is_one_line_whatever_it_holds() -> None:
    place = Place("a\nb.toml", 3, "E\t2")
    problem = Problem("unknown-key", place, "x\n" + "长" * 100, {"key": "k\ney", "hint": "h\x1b[31m"})
    assert problem.text == "a b.toml:3:E 2: 未知的键 k ey（x " + "长" * 57 + "…）；h [31m"


def test_parts_of_a_line() -> None:
    assert shorten("  a \n\t b  ") == "a b"
    assert len(shorten("x" * 61)) == 60
    assert suggestion("amout", ["amount", "note"]) == "是不是 amount？"
    assert suggestion("zzz", ["a", "b"]) == "可用的有：a、b"
    assert suggestion("zzz", []) == "没有可用的值"
    assert system_reason(OSError(errno.EROFS, "Read-only file system")) == "磁盘只读"
    assert system_reason(OSError("odd")) == "odd"
    assert str(Place()) == ""
    assert str(Place("a.csv", 2, "B2")) == "a.csv:2:B2"
