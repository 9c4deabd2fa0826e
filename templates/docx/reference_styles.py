# ruff: noqa: INP001 - used by the script beside it, not a module of the package
"""The styles of the two bundled reference documents: names, fonts, sizes, and how they become `styles.xml`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kpi_cli.exporters.docx import styles

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
    widow_control: bool = False
    in_cell: bool = False
    color: str = ""
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
        parts += ["<w:widowControl/>"] * self.widow_control
        if self.id == "Normal":  # LibreOffice does not take these two from the defaults of the document
            parts.append('<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>')
        parts += ['<w:snapToGrid w:val="0"/>'] * self.in_cell
        if self.line:
            spacing = f'w:before="{_twips(self.before)}" w:after="{_twips(self.after)}"'
            parts.append(f'<w:spacing {spacing} w:line="{_twips(self.line)}" w:lineRule="exact"/>')
        if self.id != "Normal" and not self.hidden:
            # Also where it is none: copied into a user's document, a style must not take over an indent from there.
            chars = {"left": self.left, "firstLine": self.first_line}
            values = [f'w:{k}Chars="{n * 100}" w:{k}="{_twips(n * self.size)}"' for k, n in chars.items()]
            parts.append(f"<w:ind {' '.join(values)}/>")
        parts += [f'<w:jc w:val="{self.align}"/>'] if self.align else []
        parts += [f'<w:outlineLvl w:val="{self.outline - 1}"/>'] if self.outline else []
        return "".join(parts)

    def _run(self) -> str:
        size = round(self.size * 2)
        return (
            (_fonts(self.font) if self.font else "")
            + ("<w:b/>" if self.bold else "")
            + (f'<w:color w:val="{self.color}"/>' if self.color else "")
            + (f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else "")
        )


def _twips(points: float) -> int:
    return round(points * 20)


def _wrapped(name: str, content: str) -> str:
    return f"<w:{name}>{content}</w:{name}>" if content else ""


def _fonts(name: str) -> str:
    """One font for all characters, so that digits and “” look as in print; the hint settles ambiguous ones."""
    return f'<w:rFonts w:hint="eastAsia" w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


def _headings(*looks: Style) -> list[Style]:
    """Return the four heading styles: outline levels in their order, on one page with what follows."""
    return [
        replace(look, id=f"Heading{n}", name=f"heading {n}", outline=n, keep_next=True, next="BodyText")
        for n, look in enumerate(looks, start=1)
    ]


_FIRST = Style("", "", FANGSONG, 16, line=LINE, first_line=2)
GONGWEN = (
    Style("Normal", "Normal", FANGSONG, 16, align="both"),
    Style("BodyText", "Body Text", FANGSONG, 16, line=LINE, first_line=2, widow_control=True),
    *_headings(
        Style("", "", XIAOBIAOSONG, 22, align="center", line=36, after=LINE, in_cell=True),
        replace(_FIRST, font=HEI),
        replace(_FIRST, font=KAI),
        replace(_FIRST, bold=True),
    ),
    Style(styles.COVER_DEPARTMENT, "公开封面部门", XIAOBIAOSONG, 30, align="center", line=48, before=150, after=36),
    Style(styles.COVER_TITLE, "公开封面标题", XIAOBIAOSONG, 36, align="center", line=54),
    Style(styles.CONTENTS_TITLE, "公开目录标题", XIAOBIAOSONG, 22, align="center", line=36, after=LINE, new_page=True),
    Style("TOC1", "toc 1", FANGSONG, 14, line=26, align="left"),
    Style("TOC2", "toc 2", FANGSONG, 14, line=26, left=2, align="left"),
    Style("TOC3", "toc 3", FANGSONG, 14, line=26, left=4, align="left"),
    Style("Caption", "caption", HEI, 14, align="center", line=LINE, keep_next=True),
)
"""GB/T 9704-2012: 2 号小标宋 titles, 3 号 text in 仿宋, first level 黑体, second 楷体, third 仿宋."""

_TEXT = Style("", "", SONG, 12, line=20, first_line=2)
PLAIN = (
    Style("Normal", "Normal", SONG, 12, align="both"),
    Style("BodyText", "Body Text", SONG, 12, line=20, first_line=2, widow_control=True),
    *_headings(
        Style("", "", SONG, 18, align="center", line=28, after=12),
        replace(_TEXT, bold=True),
        _TEXT,
        _TEXT,
    ),
    Style(styles.COVER_DEPARTMENT, "公开封面部门", KAI, 36, bold=True, align="center", line=54, before=90, after=18),
    Style(styles.COVER_TITLE, "公开封面标题", KAI, 36, bold=True, align="center", line=54),
    Style(styles.CONTENTS_TITLE, "公开目录标题", SONG, 20, align="center", line=30, after=12, new_page=True),
    Style("TOC1", "toc 1", FANGSONG, 14, line=22, align="left"),
    Style("TOC2", "toc 2", FANGSONG, 14, line=22, left=2, align="left"),
    Style("TOC3", "toc 3", FANGSONG, 14, line=22, left=4, align="left"),
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
        for side, width in (("top", 0), ("left", styles.CELL_MARGIN), ("bottom", 0), ("right", styles.CELL_MARGIN))
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
        Style(styles.PICTURE, "公开图", align="center", in_cell=True),
        Style(styles.DRAFT, "公开草稿", HEI, 16, bold=True, align="center", line=20, in_cell=True, color="C00000"),
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
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        f"{''.join(s.xml() for s in own)}{character}{table_styles()}</w:styles>"
    )
