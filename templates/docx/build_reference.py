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
sys.path.insert(0, str(FOLDER.parents[1]))

import docx  # noqa: E402
from docx.enum.section import WD_ORIENT, WD_SECTION  # noqa: E402
from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: E402
from docx.oxml import parse_xml  # noqa: E402
from docx.shared import Mm  # noqa: E402

from kpi_cli.exporters.docx import styles  # noqa: E402
from kpi_cli.exporters.docx.contents import TITLE  # noqa: E402
from kpi_cli.exporters.docx.package import read_parts, write_parts  # noqa: E402
from kpi_cli.exporters.docx.widths import CELL_MARGIN  # noqa: E402

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NS = f'xmlns:w="{W}"'

SONG, HEI, FANGSONG, KAI, XIAOBIAOSONG = "宋体", "黑体", "仿宋_GB2312", "楷体_GB2312", "方正小标宋简体"
ALTERNATIVES = {SONG: "SimSun", HEI: "SimHei", FANGSONG: "仿宋", KAI: "楷体", XIAOBIAOSONG: "华文中宋"}
"""What Word takes where a font is not installed; _GB2312 fonts and 小标宋 do not come with Windows."""

LINE = 28.95
"""22 lines on 225 mm (GB/T 9704-2012, 5.2.3), rounded down a little so that the last one still fits."""


@dataclass(frozen=True)
class Style:
    """A paragraph style; sizes in points, indents in characters."""

    id: str
    name: str
    font: str = ""
    size: float = 0
    bold: bool = False
    align: str = ""
    line: float = 0
    before: float = 0
    after: float = 0
    first_line: int = 0
    left: int = 0
    outline: int = 0
    keep_next: bool = False
    new_page: bool = False
    in_cell: bool = False
    based_on: str = "Normal"
    next: str = ""
    hidden: bool = False

    def xml(self) -> str:
        """Return the `w:style` element."""
        default = ' w:default="1"' if self.id == "Normal" else ""
        custom = ' w:customStyle="1"' if self.id.startswith("Kpi") else ""
        based_on = f'<w:basedOn w:val="{self.based_on}"/>' if self.id != self.based_on else ""
        following = f'<w:next w:val="{self.next}"/>' if self.next else ""
        shown = '<w:uiPriority w:val="99"/><w:semiHidden/>' if self.hidden else '<w:uiPriority w:val="1"/><w:qFormat/>'
        return (
            f'<w:style w:type="paragraph"{default}{custom} w:styleId="{self.id}"><w:name w:val="{self.name}"/>'
            f"{based_on}{following}{shown}{_wrapped('pPr', self._paragraph())}{_wrapped('rPr', self._run())}</w:style>"
        )

    def _paragraph(self) -> str:
        """Return the paragraph properties, in the order of the schema."""
        parts = ["<w:keepNext/>"] * self.keep_next + ["<w:pageBreakBefore/>"] * self.new_page
        if self.id == "Normal":  # LibreOffice does not take these two from the defaults of the document
            parts.append('<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>')
        parts += ['<w:snapToGrid w:val="0"/>'] * self.in_cell
        if self.line:
            spacing = f'w:before="{_twips(self.before)}" w:after="{_twips(self.after)}"'
            parts.append(f'<w:spacing {spacing} w:line="{_twips(self.line)}" w:lineRule="exact"/>')
        if self.first_line or self.left:
            chars = {"left": self.left, "firstLine": self.first_line}
            values = [f'w:{k}Chars="{n * 100}" w:{k}="{_twips(n * self.size)}"' for k, n in chars.items() if n]
            parts.append(f"<w:ind {' '.join(values)}/>")
        parts += [f'<w:jc w:val="{self.align}"/>'] if self.align else []
        parts += [f'<w:outlineLvl w:val="{self.outline - 1}"/>'] if self.outline else []
        return "".join(parts)

    def _run(self) -> str:
        size = round(self.size * 2)
        return (
            (_fonts(self.font) if self.font else "")
            + ("<w:b/>" if self.bold else "")
            + (f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else "")
        )


def _twips(points: float) -> int:
    return round(points * 20)


def _wrapped(name: str, content: str) -> str:
    return f"<w:{name}>{content}</w:{name}>" if content else ""


def _fonts(name: str) -> str:
    """One font for all characters, so that digits and “” look as in print; the hint settles ambiguous ones."""
    return f'<w:rFonts w:hint="eastAsia" w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


GONGWEN = (
    Style("Normal", "Normal", FANGSONG, 16, align="both"),
    Style("BodyText", "Body Text", FANGSONG, 16, line=LINE, first_line=2),
    Style("Heading1", "heading 1", HEI, 16, line=LINE, first_line=2, outline=1, keep_next=True, next="BodyText"),
    Style("Heading2", "heading 2", KAI, 16, line=LINE, first_line=2, outline=2, keep_next=True, next="BodyText"),
    Style(
        "Heading3",
        "heading 3",
        FANGSONG,
        16,
        bold=True,
        line=LINE,
        first_line=2,
        outline=3,
        keep_next=True,
        next="BodyText",
    ),
    Style(
        "KpiPartTitle",
        "公开部分标题",
        XIAOBIAOSONG,
        22,
        align="center",
        line=36,
        after=LINE,
        outline=1,
        keep_next=True,
        new_page=True,
        next="BodyText",
    ),
    Style(styles.COVER_DEPARTMENT, "公开封面部门", XIAOBIAOSONG, 30, align="center", line=48, before=150, after=36),
    Style(styles.COVER_TITLE, "公开封面标题", XIAOBIAOSONG, 36, align="center", line=54),
    Style(styles.CONTENTS_TITLE, "公开目录标题", XIAOBIAOSONG, 22, align="center", line=36, after=LINE, new_page=True),
    Style("TOC1", "toc 1", FANGSONG, 14, line=LINE, align="left"),
    Style("TOC2", "toc 2", FANGSONG, 14, line=LINE, left=2, align="left"),
    Style("TOC3", "toc 3", FANGSONG, 14, line=LINE, left=4, align="left"),
    Style("Caption", "caption", HEI, 14, align="center", line=LINE, keep_next=True),
)
"""GB/T 9704-2012: 2 号小标宋 titles, 3 号 text in 仿宋, first level 黑体, second 楷体, third 仿宋."""

PLAIN = (
    Style("Normal", "Normal", SONG, 12, align="both"),
    Style("BodyText", "Body Text", SONG, 12, line=20, first_line=2),
    Style(
        "Heading1", "heading 1", SONG, 12, bold=True, line=20, first_line=2, outline=1, keep_next=True, next="BodyText"
    ),
    Style("Heading2", "heading 2", SONG, 12, line=20, first_line=2, outline=2, keep_next=True, next="BodyText"),
    Style("Heading3", "heading 3", SONG, 12, line=20, first_line=2, outline=3, keep_next=True, next="BodyText"),
    Style(
        "KpiPartTitle",
        "公开部分标题",
        SONG,
        18,
        align="center",
        line=28,
        after=12,
        outline=1,
        keep_next=True,
        new_page=True,
        next="BodyText",
    ),
    Style(styles.COVER_DEPARTMENT, "公开封面部门", KAI, 36, bold=True, align="center", line=54, before=90, after=18),
    Style(styles.COVER_TITLE, "公开封面标题", KAI, 36, bold=True, align="center", line=54),
    Style(styles.CONTENTS_TITLE, "公开目录标题", SONG, 20, align="center", line=30, after=18, new_page=True),
    Style("TOC1", "toc 1", FANGSONG, 14, line=26, align="left"),
    Style("TOC2", "toc 2", FANGSONG, 14, line=26, left=2, align="left"),
    Style("TOC3", "toc 3", FANGSONG, 14, line=26, left=4, align="left"),
    Style("Caption", "caption", SONG, 12, align="center", line=20, keep_next=True),
)
"""The Shanghai template of 2026: 宋体 throughout, cover in 楷体_GB2312 of 36 points, contents in 仿宋_GB2312 of 14."""


def around_tables(title_font: str) -> list[Style]:
    """Return the styles of the lines around a table; their sizes are the exporter's, which counts pages by them."""
    looks = {
        styles.TABLE_NUMBER: Style(styles.TABLE_NUMBER, "公开表号", SONG, keep_next=True, align="left"),
        styles.TABLE_TITLE: Style(
            styles.TABLE_TITLE,
            "公开表题",
            title_font,
            align="center",
            outline=1,
            keep_next=True,
            next=styles.TABLE_LABEL,
        ),
        styles.TABLE_LABEL: Style(styles.TABLE_LABEL, "公开表单位行", SONG, keep_next=True, align="left"),
        styles.TABLE_NOTE: Style(styles.TABLE_NOTE, "公开表注", SONG, align="left"),
        styles.SPACER: Style(styles.SPACER, "公开间隔", align="left", in_cell=True),
    }
    return [
        replace(looks[key], size=sizes.points, line=sizes.line, before=sizes.before, after=sizes.after)
        for key, sizes in styles.AROUND.items()
    ]


def in_tables() -> list[Style]:
    """Return the styles of cells: one per kind, and one per kind and smaller size based on it."""
    names = {
        styles.HEAD: "公开表头",
        styles.TEXT: "公开表文字",
        styles.CODE: "公开表编码",
        styles.AMOUNT: "公开表金额",
        styles.TOTAL: "公开表合计",
        styles.TOTAL_AMOUNT: "公开表合计金额",
    }
    sizes = {"": "", "105": "（五号）", "90": "（小五）", "75": "（六号）", "65": "（小六）", "55": "（七号）"}
    found = []
    for kind, align in styles.CELL_KINDS.items():
        bold = kind in (styles.TOTAL, styles.TOTAL_AMOUNT)
        for step in styles.STEPS:
            style = Style(
                kind + step.suffix, names[kind] + sizes[step.suffix], size=step.points, line=step.line, in_cell=True
            )
            if step.suffix:
                found.append(replace(style, based_on=kind, hidden=True))
            else:
                found.append(replace(style, font=SONG, bold=bold, align=align))
    return found


def table_styles() -> str:
    """Return the table styles: Word's own default, and the thin grid of the disclosure tables."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in sides)
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 0), ("left", CELL_MARGIN), ("bottom", 0), ("right", CELL_MARGIN))
    )
    return (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
        f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr></w:style>"
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{styles.TABLE_GRID}"><w:name w:val="公开表格"/>'
        '<w:basedOn w:val="TableNormal"/><w:uiPriority w:val="1"/><w:qFormat/>'
        f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
        '<w:tcPr><w:vAlign w:val="center"/></w:tcPr></w:style>'
    )


def styles_xml(look: tuple[Style, ...]) -> str:
    """Return the part with all styles; fonts are named, none comes from the theme."""
    normal = look[0]
    own = [
        *look,
        *around_tables(XIAOBIAOSONG if look is GONGWEN else SONG),
        *in_tables(),
        Style("Header", "header", SONG, 9, align="center", in_cell=True),
        Style("Footer", "footer", SONG, 14, align="right", in_cell=True),
    ]
    size = round(normal.size * 2)
    character = (
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
    )
    return (
        f"<w:styles {NS}><w:docDefaults><w:rPrDefault><w:rPr>{_fonts(normal.font)}"
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        f"{''.join(s.xml() for s in own)}{character}{table_styles()}</w:styles>"
    )


def settings_xml() -> str:
    """Return the settings: odd and even pages differ, and no question about fields when the file is opened."""
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
        '<w:characterSpacingControl w:val="compressPunctuation"/>'
        f"<w:compat><w:useFELayout/>{compat}</w:compat>"
        '<w:themeFontLang w:val="zh-CN" w:eastAsia="zh-CN"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>'
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
    say("公开部分标题", "第一部分　部分标题")
    say("Heading 1", "一、一级标题")
    say("Heading 2", "（一）二级标题")
    say("Heading 3", "1. 三级标题")
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
