# ruff: noqa: INP001 - a script beside what it makes, not a module
"""Build `reference.docx` (GB/T 9704) and `reference-plain.docx` (Shanghai), the styles and pages of the documents.

    python templates/docx/build_reference.py

Run it after every change here; a test compares the files with what this script makes. Both files have the same
styles under the same ids, so that the exporter need not know which one it fills. A reader may open one, change its
styles in Word or WPS, save it under another name and pass that to `kpi export --reference-doc`.
"""

from __future__ import annotations

import sys
from copy import deepcopy
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parents[1])]

import docx  # noqa: E402
from docx.enum.section import WD_ORIENT, WD_SECTION  # noqa: E402
from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: E402
from docx.oxml import parse_xml  # noqa: E402
from docx.shared import Mm  # noqa: E402
from reference_styles import ALTERNATIVES, GONGWEN, NS, PLAIN, SONG, styles_xml  # noqa: E402

from kpi_cli.exporters.docx.contents import TITLE  # noqa: E402
from kpi_cli.exporters.docx.package import read_parts, write_parts  # noqa: E402

NOT_LAST = "$([{£¥·‘“〈《「『【〔〖〝﹙﹛﹝＄（．［｛￡￥"
NOT_FIRST = (
    "!%),.:;>?]}¢¨°·ˇˉ―‖’”…‰′″›℃∶、。〃〉》」』】〕〗〞︶︺︾﹀﹄﹚﹜﹞！＂％＇），．：；？］｀｜｝～￠" + "亿万元年"
)
"""What may not end or begin a line: Word's own lists for Chinese, and the units that belong to the number before."""


def settings_xml() -> str:
    """Return the settings: odd and even pages differ, and no question about fields when the file is opened."""
    line_ends = "".join(
        f'<w:noLineBreaks{name} w:lang="zh-CN" w:val="{marks.replace(">", "&gt;")}"/>'
        for name, marks in (("After", NOT_LAST), ("Before", NOT_FIRST))
    )
    compat = "".join(
        f'<w:compatSetting w:name="{name}" w:uri="http://schemas.microsoft.com/office/word" w:val="{value}"/>'
        for name, value in (
            ("compatibilityMode", 15),
            ("overrideTableStyleFontSizeAndJustification", 1),
            ("enableOpenTypeFeatures", 1),
            ("doNotFlipMirrorIndents", 1),
            ("differentiateMultirowTableHeaders", 1),
        )
    )
    return (
        f'<w:settings {NS}><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
        f'<w:characterSpacingControl w:val="compressPunctuation"/>{line_ends}'
        f"<w:compat><w:useFELayout/>{compat}</w:compat>"
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>'
        "</w:settings>"
    )


def fonts_xml() -> str:
    """Return the font table: names only, with what to take where one is missing; no font is embedded."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, other in ALTERNATIVES.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {NS}>{fonts}</w:fonts>'


def theme_xml() -> str:
    """Return the theme: Word wants one, though every style here names its fonts and uses no theme colour."""
    colours = ("dk1", "lt1", "dk2", "lt2", *(f"accent{n}" for n in range(1, 7)), "hlink", "folHlink")
    scheme = "".join(
        f'<a:{name}><a:srgbClr val="{"FFFFFF" if name.startswith("lt") else "000000"}"/></a:{name}>' for name in colours
    )
    fonts = "".join(
        f'<a:{kind}><a:latin typeface="{SONG}"/><a:ea typeface="{SONG}"/><a:cs typeface=""/></a:{kind}>'
        for kind in ("majorFont", "minorFont")
    )
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="6350">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="kpi"><a:themeElements>'
        f'<a:clrScheme name="kpi">{scheme}</a:clrScheme><a:fontScheme name="kpi">{fonts}</a:fontScheme>'
        f'<a:fmtScheme name="kpi"><a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{line * 3}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effect * 3}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst>"
        "</a:fmtScheme></a:themeElements></a:theme>"
    )


PROPERTIES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>kpi-cli</Application></Properties>"
)


@dataclass(frozen=True)
class Page:
    """A4; margins and the distance of header and footer from the edge in millimetres."""

    landscape: bool
    top: float
    bottom: float
    left: float
    right: float
    header: float = 15
    footer: float = 15
    grid: str = ""


PORTRAIT = Page(landscape=False, top=37, bottom=35, left=28, right=26, footer=25)
TEXT_GRID = '<w:docGrid w:type="lines" w:linePitch="579"/>'
PAGES = {
    "reference.docx": (
        PORTRAIT,
        replace(PORTRAIT, grid=TEXT_GRID),
        Page(landscape=True, top=28, bottom=26, left=22, right=22),
    ),
    "reference-plain.docx": (Page(landscape=True, top=25, bottom=24, left=20, right=20, footer=12),) * 3,
}
"""Front, text and tables. GB/T 9704: 天头 37, 订口 28, 版心 156 × 225 mm; the number 7 mm below the text."""


def build(name: str) -> bytes:
    """Return the bytes of one reference document."""
    document = docx.Document()
    _strip(document)
    look = GONGWEN if name == "reference.docx" else PLAIN
    document.part._styles_part._element = parse_xml(styles_xml(look))  # noqa: SLF001
    document.part._settings_part._element = parse_xml(settings_xml())  # noqa: SLF001
    _blob(document.part, "fontTable", fonts_xml())
    _blob(document.part, "theme", theme_xml())
    _blob(document.part.package, "extended-properties", PROPERTIES)
    core = document.core_properties
    core.author, core.title, core.language = "kpi-cli", "参考文档", "zh-CN"
    core.comments = core.keywords = ""
    _fill(document, PAGES[name])
    stream = BytesIO()
    document.save(stream)
    return write_parts(read_parts(stream.getvalue()))


def _strip(document: Any) -> None:
    """Drop the parts of python-docx's own template that nothing here needs."""
    unwanted = ("customXml", "numbering", "stylesWithEffects", "webSettings", "thumbnail")
    for owner in (document.part, document.part.package):
        for key in [k for k, rel in owner.rels.items() if rel.reltype.rsplit("/", 1)[1] in unwanted]:
            del owner.rels[key]


def _blob(owner: Any, kind: str, xml: str) -> None:
    part = next(rel.target_part for rel in owner.rels.values() if rel.reltype.endswith("/" + kind))
    part._blob = xml.encode()  # noqa: SLF001


def _fill(document: Any, pages: tuple[Page, Page, Page]) -> None:
    """Write one sample of everything: cover and contents, text, table – the three sections that the exporter reads."""

    def say(style: str, *texts: str) -> None:
        for text in texts:
            document.add_paragraph(text, style=style)

    _set_up(document.sections[0], pages[0])
    say("公开封面部门", "单位名称")
    say("公开封面标题", "2025年部门预算")
    say("公开目录标题", TITLE)
    say("toc 1", "目录一级")
    _set_up(document.add_section(WD_SECTION.NEW_PAGE), pages[1])
    _footers(document.sections[1])
    say("Heading 1", "第一部分　部分标题")
    say("Heading 2", "一、一级标题")
    say("Heading 3", "（一）二级标题")
    say("Heading 4", "1. 三级标题")
    say(
        "Body Text",
        "正文。在 Word 或 WPS 中修改样式、页边距、页眉和页脚后另存为新文件，导出时用 --reference-doc 指定它。",
    )
    _set_up(document.add_section(WD_SECTION.NEW_PAGE), pages[2])
    _, text, tables = document.sections
    for reference in reversed(text._sectPr.xpath("w:footerReference")):  # noqa: SLF001
        tables._sectPr.insert(0, deepcopy(reference))  # noqa: SLF001
    say("公开表号", "表1")
    say("公开表题", "2025年部门收支预算总表")
    say("公开表单位行", "编制部门：单位名称\t单位：元")
    _sample_table(document)
    say("公开表注", "注：表注。")


def _sample_table(document: Any) -> None:
    grid = document.add_table(rows=3, cols=3, style="公开表格")
    rows = (("编码", "名称", "预算数"), ("201", "一般公共服务支出", "1,234.56"), ("", "合计", "1,234.56"))
    kinds = (
        ("公开表头",) * 3,
        ("公开表编码", "公开表文字", "公开表金额"),
        ("公开表编码", "公开表合计", "公开表合计金额"),
    )
    for cells, texts, names in zip(grid.rows, rows, kinds, strict=True):
        for cell, text, name in zip(cells.cells, texts, names, strict=True):
            cell.paragraphs[0].text, cell.paragraphs[0].style = text, document.styles[name]


def _set_up(section: Any, page: Page) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if page.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if page.landscape else (Mm(210), Mm(297))
    section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
    section.left_margin, section.right_margin = Mm(page.left), Mm(page.right)
    section.header_distance, section.footer_distance = Mm(page.header), Mm(page.footer)
    properties = section._sectPr  # noqa: SLF001
    properties.attrib.clear()
    for old in properties.xpath("w:cols | w:docGrid | w:pgNumType | w:type"):
        properties.remove(old)
    for xml in ("<w:pgNumType/>", '<w:cols w:space="425"/>', page.grid or '<w:docGrid w:linePitch="312"/>'):
        properties.append(parse_xml(xml.replace("/>", f" {NS}/>")))


def _footers(section: Any) -> None:
    """— 1 —: on odd pages one character from the right, on even ones from the left (GB/T 9704-2012, 7.5)."""
    sides = (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "right"),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "left"),
    )
    for footer, align, side in sides:
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style, paragraph.alignment = section.part.document.styles["footer"], align
        indent = parse_xml(f'<w:ind {NS} w:{side}Chars="100" w:{side}="280"/>')
        paragraph._p.pPr._insert_ind(indent)  # noqa: SLF001
        for xml in (_text("— "), _field("begin"), _code(), _field("separate"), _text("1"), _field("end"), _text(" —")):
            paragraph._p.append(parse_xml(f"<w:r {NS}>{xml}</w:r>"))  # noqa: SLF001


def _text(text: str) -> str:
    return f'<w:t xml:space="preserve">{text}</w:t>'


def _field(kind: str) -> str:
    return f'<w:fldChar w:fldCharType="{kind}"/>'


def _code() -> str:
    return '<w:instrText xml:space="preserve"> PAGE </w:instrText>'


if __name__ == "__main__":
    for file_name in PAGES:
        (FOLDER / file_name).write_bytes(build(file_name))
        print(FOLDER / file_name)
