"""Every problem that bad input can cause, with its sentence: one code, one wording, one place.

A problem prints as CONTRACT.md has it: `FILE:LINE: what is wrong（value）；what to do`. Callers give facts
(code, place, value), never prose, so that tests can assert on fields and wording changes in one table.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_LONGEST = 600
"""Characters of a fact: the columns of the widest kind of record are as long."""


class Place(NamedTuple):
    """Where something stands.

    Attributes:
      file: Path as the user knows it (relative to the ledger where it lies inside it), or "".
      line: 1-based line, or a spreadsheet row, or 0 where there is none.
      column: Column or cell name, or "".
    """

    file: str = ""
    line: int = 0
    column: str = ""

    def __str__(self) -> str:
        """Write `FILE:LINE`, with the column behind it where there is one."""
        text = f"{self.file}:{self.line}" if self.line else self.file
        return f"{text}:{self.column}" if self.column else text


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault at one place.

    Attributes:
      code: Key of WORDING.
      place: Where it is.
      value: What stands there, shown in brackets; "" for nothing to show.
      facts: Words that the sentence needs.
    """

    code: str
    place: Place = field(default_factory=Place)
    value: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The whole line without the `kpi: 错误: ` in front."""
        what, remedy = WORDING[self.code]
        facts = {name: _bearable(str(fact)) for name, fact in self.facts.items()}
        where = _bearable(str(self.place))
        shown = f"（{shorten(self.value)}）" if self.value else ""
        then = f"；{remedy.format_map(facts)}" if remedy else ""
        line = f"{where + ': ' if where else ''}{what.format_map(facts)}{shown}{then}"
        return line if line.isprintable() else "".join(c if c.isprintable() or c == "\u3000" else " " for c in line)


def _bearable(text: str) -> str:
    """Cut what a file made endless: a key of a million letters."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def shorten(text: str, limit: int = 60) -> str:
    """Fold white space and control characters and cut long text, so that one problem stays one line."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def suggestion(word: str, known: Iterable[str], *, among: str = "可用的有") -> str:
    """Say which known word was probably meant, else list what is known.

    Returns:
      `是不是 X？`, or `可用的有：A、B、C`.
    """
    words = list(known)
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"是不是 {close[0]}？"
    return f"{among}：{'、'.join(words)}" if words else "没有可用的值"


def system_reason(error: OSError) -> str:
    """Say in Chinese why the operating system refused."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)


def refusal(error: OSError) -> Problem:
    """Say what the operating system refused; an error without a file name came from writing the result."""
    facts = {"detail": system_reason(error)}
    if error.filename is None:
        return Problem("unwritable", Place("标准输出"), facts=facts)
    return Problem("unreadable", Place(os.fsdecode(error.filename)), facts=facts)


_REASONS = {
    errno.ENOENT: "文件不存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "是文件夹而不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "磁盘只读",
    errno.EIO: "磁盘读写错误",
    errno.EEXIST: "已有同名的文件",
    errno.ENAMETOOLONG: "名称太长",
    errno.EBUSY: "正被其他程序使用",
    errno.EDQUOT: "磁盘配额已满",
    errno.ELOOP: "链接互相指向",
    errno.EBADF: "没有打开",
    errno.EFBIG: "文件太大",
    errno.ENODEV: "不是普通文件",
}


# code: (what is wrong, what to do). {name} comes from Problem.facts.
WORDING: dict[str, tuple[str, str]] = {}
WORDING |= {
    # amounts
    "amount-not-a-number": ("{field}不是数字", "请写成 12345.67 这样的数"),
    "amount-not-finite": ("{field}不能是 NaN 或无穷大", "请改为实际金额，未知的金额不要填写该记录"),
    "amount-places": ("{field}的小数超过两位，元以下只到分", "请改为最多两位小数，或用万元列（最多六位小数）"),
    "amount-wan-places": ("{field}的小数超过六位，万元最多六位小数（到分）", "请改为最多六位小数"),
    "amount-too-large": ("{field}超出范围，须小于十万亿元", "请检查单位是否写错"),
    "amount-negative": ("{field}是负数", "如确为冲减可以保留，否则请改正"),
    "amount-twice": ("元和万元两种金额同时填写", "请只保留一种"),
    # fields and keys
    "missing": ("缺少{field}", "请补上 {key}，例如 {example}"),
    "unknown-key": ("未知的键 {key}", "{hint}"),
    "wrong-type": ("{field}的类型不对，应为{expected}", "例如 {example}"),
    "unknown-value": ("{field}不认识", "{hint}"),
    "function-code": ("功能科目编码不是 7 位数字", "请用 kpi subject search 查找完整的项级编码"),
    "economic-code": (
        "经济科目编码不是 5 位数字",
        "请用 kpi subject search 查找款级编码；项目支出可用 3 位类编码或留空",
    ),
    "economic-code-needed": ("{type}必须有 5 位经济科目编码", "请补上 economic_code，只有项目支出可以留空或只到类"),
    "cost-kind-needed": (
        "基本支出的经济科目类 {category} 不能推出经费类别",
        '请写明 cost_kind = "人员经费" 或 "公用经费"',
    ),
    "fund-not-for-lines": ("支出不能用“使用非财政拨款结余”作资金来源", "它只用于收入；支出请写实际的资金来源"),
    "duplicate-id": ("{field}重复，第一次出现在第 {first} 行", "请改用别的 {key}"),
    "unknown-project": ("项目不在 projects.toml 里", "{hint}"),
    "project-in-use": ("还有 {count} 条预算行使用这个项目", "请先修改或删去这些预算行"),
    "unknown-unit": ("预算单位不在 kpi.toml 里", "{hint}"),
    "ambiguous-name": ("名称对应多个{field}", "请改用编码"),
    "year-range": ("年份不是 1990–2100 的四位数", "请写成 2025 这样的年份"),
    "not-an-integer": ("{field}不是不小于 0 的整数", "请写成 3 这样的整数"),
    "not-a-flag": ("{field}不是“是”或“否”", "请写 是、否、true 或 false"),
    "figure-key": ("数字的键不认识", "{hint}（全部写法见 kpi help 数字）"),
    # files
    "not-utf8": ("文件不是 UTF-8 编码", "请另存为 UTF-8"),
    "toml-syntax": ("TOML 语法错误：{detail}", "{hint}"),
    "no-ledger": ("找不到台账：{where}里没有 kpi.toml", "用 -C 指定台账文件夹，或用 kpi init 新建"),
    "ledger-exists": ("文件夹里已有台账或其他文件", "请换一个文件夹"),
    "schema-version": ("台账格式版本不支持", "本程序支持版本 1，请升级 kpi-cli"),
    "no-year": ("台账里没有 {year} 年", "{hint}"),
    "no-years": ("台账里还没有任何年度", "用 kpi import 或 kpi budget add 录入"),
    "stray-file": ("不认识的文件", "{hint}"),
    "unreadable": ("无法读取：{detail}", "请检查路径和权限"),
    "unwritable": ("无法写入：{detail}", "请检查磁盘空间和权限"),
    "too-large": ("文件会超过 {limit} MB，以后无法读取", "请检查导入的文件是否选错"),
    "locked": ("台账正被另一进程使用", "请稍候再试，或用 --wait 秒数 等得更久"),
    "changed-meanwhile": ("文件在命令执行期间被其他程序修改，没有写入", "请重新执行命令"),
    "edited-since": ("文件在该次修改之后又被改过，不能{action}", "请手工处理该文件，或先恢复它"),
    "nothing-to-undo": ("没有可以撤销的修改", ""),
    "nothing-to-redo": ("没有可以重做的修改", ""),
    "recovery-conflict": ("上次命令中断后文件又被改过，无法自动恢复", "请对照 {kept} 手工合并后删除 {journal}"),
    "unfinished": (
        "修改已经登记，但没有写完：{detail}",
        "排除原因后运行任一 kpi 命令即自动完成，请不要重新录入",
    ),
    "damaged-state": ("kpi 的内部文件已损坏", "请备份台账文件夹、核对数据文件，再移走该文件后重试"),
    "unsafe-path": ("路径越出了台账文件夹", "请使用台账文件夹内的相对路径"),
    # subjects
    "unknown-subject": ("{year} 年科目目录里没有这个{kind}编码", "{hint}"),
    "subject-name": ("科目名称与编码不符，{year} 年目录里 {code} 是“{name}”", "请核对编码和名称，或写入 subjects.csv"),
    # importing a file
    "unknown-column": ("不认识的列", "可用的列：{columns}"),
    "duplicate-column": ("列重复", "请删去一列"),
    "missing-column": ("缺少列 {key}（{field}）", "请在表头补上这一列"),
    "merged-cells": ("数据区有合并单元格", "请取消合并并在每一行填写"),
    "formula": ("单元格是公式且没有计算结果", "请在 Excel 中打开保存一次，或粘贴为数值"),
    "cell-error": ("单元格是错误值", "请改正该单元格"),
    "row-width": ("该行有 {count} 列，表头只有 {width} 列", "请检查多余的逗号"),
    "csv-syntax": ("CSV 格式错误：{detail}", "请检查引号是否成对"),
    "too-many": ("超过 {limit} {what}", "请检查是否选错文件，或分成几个文件"),
    "empty-file": ("文件里没有数据行", "请检查是否选错文件"),
    "not-a-spreadsheet": ("不是可读取的 CSV 或 XLSX 文件：{detail}", "请另存为 .csv（UTF-8）或 .xlsx"),
    "unknown-kind": ("不认识的导入种类", "{hint}"),
    "encoding": ("无法判断文件编码", "请另存为 UTF-8"),
    # references on the command line
    "unknown-ref": ("没有这个引用", "用 kpi {command} 查看现有的引用"),
    "stale-ref": ("引用对应的记录已经改变", "用 kpi {command} 取得新的引用"),
    "nothing-to-set": ("没有给出要修改的内容", "例如 --amount 1000"),
    "usage": ("{detail}", "{hint}"),
    "unknown-command": ("没有这个命令", "{hint}"),
    "unknown-topic": ("没有这个主题或命令", "{hint}"),
    "unknown-option": ("没有这个选项", "{hint}"),
    "one-table": ("CSV 一次只能输出一张表", "请给出一个表号，例如 kpi table 3 --format csv"),
    "unknown-cell": ("表{table} 没有这个数", "{hint}"),
    "unknown-paragraph": ("没有这一段", "文字共 {count} 段，用 kpi narrative --format text 查看编号"),
    "ambiguous-cell": ("有 {count} 个数符合", "请写明其中一个：{names}"),
    "unknown-table-id": ("没有这张表", "{hint}"),
    # definitions
    "unknown-table-set": ("没有这个表套", "{hint}"),
    "definition": ("表定义有误：{detail}", "{hint}"),
    "no-narrative": (
        "表套 {table_set} 没有叙述模板",
        "请写 narrative/{table_set}.md.j2，见 docs/narrative-templates.md",
    ),
    "narrative-template": ("叙述模板有误：{detail}", "{hint}"),
    # export
    "unknown-exporter": ("没有这个导出格式", "{hint}"),
    "option-syntax": ("选项写法不对", "应为 --option 格式.名称=值，例如 xlsx.live=true"),
    "unknown-exporter-option": ("{format} 没有这个选项", "{hint}"),
    "exporter-option-value": ("选项 {name} 的值不对，应为{expected}", "例如 {example}"),
    "reference-doc": ("参考文档不能使用：{detail}", "请用 Word 或 WPS 另存为 .docx"),
    "no-libreoffice": (
        "没有找到 LibreOffice，不能填写目录的页码",
        "请安装 LibreOffice 7.4 以上版本，或不用 --finalize",
    ),
    "no-charts-extra": ("没有安装画图所需的包", '请执行 pip install "kpi-cli[charts]"'),
    "no-chinese-font": ("没有找到含汉字的字体，不能画图", "请安装宋体、思源宋体等任一字体"),
    "plugin-failed": ("插件 {plugin} 出错：{detail}", "可用 --no-plugins 停用，或联系插件作者"),
    "exporter-failed": ("导出 {format} 失败：{detail}", "用 --debug 查看详情"),
    "plugin-name": ("插件名不能作包名", "请用小写字母、数字和连字符，例如 {example}"),
    "no-plugin": ("没有安装这个插件", "先 pip install，再用 kpi plugin list 查看名称"),
    "plugin-printed": ("插件 {plugin} 向标准输出写了内容，已经丢弃", "请告诉插件作者改用返回值"),
    "cannot-export": ("格式 {format} 不能导出“{title}”", "用 kpi plugin list 查看其他格式"),
    "plugin-name-taken": ("名称 {name} 已由 {owner} 占用，{plugin} 没有登记", "请卸载其中一个"),
    "published": ("{detail}", "{hint}"),
    "unmatched": ("{detail}，其中的数不参与校核", "请核对表套（table_set）和表头行数"),
    "no-ledgers": ("文件夹下没有台账", "台账是含有 kpi.toml 的文件夹"),
    "no-cluster-extra": ("没有安装集群所需的包", "请执行 pip install 'kpi-cli[cluster]'"),
    "no-scheduler": ("连不上调度器：{detail}", "请检查地址，形如 tcp://主机:8786"),
    "findings": ("有 {count} 个错误级问题，没有导出", "用 kpi check 查看；确要导出草稿请加 --force"),
}
WORDING |= {
    # performance evaluation
    "eval-no-scheme": ("{year} 年没有考评方案", "请用 kpi eval scheme new 新建，或写入 evaluation/scheme.toml"),
    "eval-scheme-exists": ("该年已有考评方案", "请直接修改这个文件，或先移走它"),
    "eval-archived": ("{year} 年考评已经归档", "要再改，先用 kpi eval archive --reopen 重新打开"),
    "eval-not-archived": ("{year} 年考评没有归档", "不用重新打开"),
    "eval-not-final": ("{year} 年考评结果还没有审定", "请先登记事由为“考评结果”的会议纪要（kpi eval add minutes）"),
    "eval-seal": ("文件在归档以后被改过", "请与归档时的备份核对，或重新打开后再归档"),
    "eval-both-have": ("合并后有两条同样的记录", "请先决定留哪一条，用 kpi {command} 删去另一条"),
    "eval-name": ("评议和评分只记编号，不留姓名（V308）", "请删去姓名，改用编号，例如 D012"),
    "eval-unknown-indicator-name": ("没有这项指标", "{hint}"),
    "eval-weights-sum": ("{key} 的合计不是 {whole}", "请改正权重"),
    "eval-negative-weight": ("{key} 是负数", "请改正权重"),
    "eval-no-weights": ("类别“{category}”在方案里没有权重", "请补上 [scheme.weights.类别]"),
    "eval-unknown-unit": ("考评对象不在单位名册里", "请改正编号，或先登记该单位"),
    "eval-unknown-unit-name": ("没有这个考评对象", "{hint}"),
    "eval-unknown-indicator": ("该单位没有这项指标", "{hint}"),
    "eval-not-assigned": ("该指标没有分配给这个单位，结果不会计入", "请补上 assignments，或删去这条结果"),
    "eval-twice": ("同一单位同一指标有两条记录，第一条在第 {first} 行", "请只保留一条"),
    "eval-missing-result": ("缺少考评结果", "请补上实际值或考核分，或写明 na_policy"),
    "eval-missing-component": ("缺少{component}的数据", "请导入数据，或用 component_scores 写明得分和来源"),
    "eval-missing-value": ("缺少{what}", "请补上"),
    "eval-missing-group": ("{groups}没有有效票", "请补上票数，或在 [scheme.public_review] 写明 missing_group"),
    "eval-no-valid-ballot": ("没有有效票", "请补上票数"),
    "eval-no-rating": ("没有可用的领导评分", "请补上评分"),
    "eval-no-group": ("同组没有其他单位的得分，不能取平均分", "请改用其他 na_policy"),
    "eval-nothing-scored": ("没有任何一项指标有得分，分值无处分摊", "请补上结果"),
    "eval-unknown-method": ("不认识的计分方法", "{hint}"),
    "eval-method-params": ("计分方法的 {name} 缺少或不对", "请改正指标的 params 或结果的 inputs"),
    "eval-plugin-method": ("插件的计分方法 {method} 出错：{detail}", "请联系插件的作者，或改用其他方法"),
    "eval-step-mode": ("没有写明不足一档怎样计", "请写明 step_mode：proportional、floor 或 ceil"),
    "eval-tiers": ("分档表有空档或重叠：{table}", "每档含下限不含上限，请首尾相接"),
    "eval-zero-target": ("目标值为 0，不能算完成率", "请写明 zero_target，或改用扣分的方法"),
    "eval-negative-target": ("目标值是负数，不能算完成率", "请改用基期插值（improvement）"),
    "eval-tie-forbidden": ("{count} 个单位并列，方案不许并列", "请拉开档次后重新填报"),
    "eval-best-zero": ("同组最好值为 0，不能折算", "请核对数据，或改用其他方法"),
    "eval-band": ("比例不在“{band}”的区间内", "请改正档次或比例"),
    "eval-option": ("选项“{option}”不在方案里", "请改正选项，或补上 [scheme.options]"),
    "eval-unknown-clause": ("扣分条款 {clause} 不在方案里", "请改正条款，或补上 [[scheme.deduction_rule]]"),
    "eval-zero-budget": ("全年预算数为 0，执行率无法计算", "请核对预算数，或写明分值的处理决定"),
    "eval-undecided-tie": ("并列跨越等次名额线，无法区分", "请开会裁定并用 tie_decision 登记，附会议纪要"),
    "eval-no-minutes": ("并列裁定所附的会议纪要不存在", "请先登记会议纪要"),
    "eval-unknown-form": ("没有这张表，或它不在这个范围内公开", "{hint}"),
    "eval-unknown-setting": ("方案里没有这一项", "{hint}"),
    "eval-setting-value": ("{key} 的值不对，应为{expected}", "例如 {example}"),
}
