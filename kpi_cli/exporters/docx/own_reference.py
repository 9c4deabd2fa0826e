"""The user's own reference document: opened with python-docx, and completed with what it lacks.

Its styles, pages, headers and footers stay as they are; styles that it does not have come from the bundled
document, and page numbers only where it has no footer at all. Its text is not used.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
from docx.oxml.ns import qn

from kpi_cli.bounds import BombError, read_file, repacked
from kpi_cli.errors import ExportError
from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.own_pages import page_setups
from kpi_cli.exporters.docx.package import read_parts
from kpi_cli.exporters.docx.reference import Reference, bundled_path
from kpi_cli.problems import Place, Problem, system_reason

if TYPE_CHECKING:
    from collections.abc import Mapping

_DROPPED = {"aFChunk", "audio", "chart", "comments", "commentsExtended", "commentsIds", "control", "hyperlink"}
_DROPPED |= {"image", "oleObject", "package", "people", "subDocument", "video"}  # only the replaced text can use them
_DROPPED |= {"stylesWithEffects"}  # a second copy of the styles, for Word 2007: it must hold the same or not be there

_LINE = 1.3
_POINTS = 12


def own_reference(path: str, typography: str) -> Reference:
    """Read the user's reference document.

    Args:
      path: A .docx file.
      typography: Which bundled document completes it.
    Raises:
      ExportError: The file cannot be read, or is no Word document.
    """
    document = _open(path)
    try:
        return _completed(document, docx.Document(str(bundled_path(typography))))
    except Exception as error:  # it opens, yet lacks what every Word document has
        raise _refused(path, f"内容不完整（{type(error).__name__}）") from error


def _open(path: str) -> Any:
    try:
        content = read_file(Path(path))
    except OSError as error:
        raise _refused(path, system_reason(error)) from None
    except ValueError:  # a path with a null character
        raise _refused(path, "路径无效") from None
    try:
        return docx.Document(BytesIO(repacked(content)))
    except BombError:
        raise _refused(path, "解压后过大") from None
    except Exception as error:  # python-docx lets through whatever zipfile, lxml and its own code raise
        raise _refused(path, "不是 Word 文档（.docx）") from error


def _refused(path: str, detail: str) -> ExportError:
    return ExportError(Problem("reference-doc", Place(path), facts={"detail": detail}))


def _completed(document: Any, bundled: Any) -> Reference:
    ids = _complete_styles(document.styles.element, bundled.styles.element)
    front, text, tables = page_setups(document, bundled, ids)
    steps = tuple(_step(document.styles.element, ids, step) for step in styles.STEPS)
    relationships = document.part.rels
    for key in [key for key, rel in relationships.items() if rel.reltype.rsplit("/", 1)[-1] in _DROPPED]:
        del relationships[key]
    document.core_properties.title = ""  # makes the part where there is none
    core = next(
        rel.target_part for rel in document.part.package.rels.values() if rel.reltype.endswith("/core-properties")
    )
    stream = BytesIO()
    document.save(stream)
    text_part, core_part = (str(part.partname).removeprefix("/") for part in (document.part, core))
    return Reference(read_parts(stream.getvalue()), front, text, tables, ids, text_part, core_part, steps)


def _complete_styles(own: Any, bundled: Any) -> dict[str, str]:
    """Add the styles that the document lacks; returns the bundled style id → the document's, matched by name."""
    known = {_name(style): style.get(qn("w:styleId")) for style in own.findall(qn("w:style"))}
    taken = set(known.values())
    ids, added = {}, []
    for style in bundled.findall(qn("w:style")):
        id_ = style.get(qn("w:styleId"))
        ids[id_] = known.get(_name(style)) or _free(id_, taken)
        if _name(style) not in known:
            taken.add(ids[id_])
            added.append(deepcopy(style))
    for style in added:
        style.set(qn("w:styleId"), ids[style.get(qn("w:styleId"))])
        style.attrib.pop(qn("w:default"), None)
        for tag in ("w:basedOn", "w:next", "w:link"):
            for link in style.findall(qn(tag)):
                link.set(qn("w:val"), ids[link.get(qn("w:val"))])
        own.append(style)
    return ids


def _name(style: Any) -> tuple[str, str]:
    """Return what a style is known by: Word writes `heading 1` for what other programs call `Heading 1`."""
    name = style.find(qn("w:name"))
    return style.get(qn("w:type"), "paragraph"), "" if name is None else name.get(qn("w:val"), "").casefold()


def _free(id_: str, taken: set[str]) -> str:
    number, free = 1, id_
    while free in taken:
        number += 1
        free = f"{id_}{number}"
    return free


def _step(own: Any, ids: Mapping[str, str], step: styles.Step) -> styles.Step:
    """Return a size of type as the document's styles have it, so that columns are wide enough for theirs."""
    points = max(_points(own, ids[kind + step.suffix]) for kind in styles.CELL_KINDS)
    if points == step.points:
        return step
    line = points * _LINE
    return replace(step, points=points, line=line, row=max(step.row, line))


def _points(own: Any, style_id: str | None) -> float:
    """Return the size of a style's type, its own or inherited."""
    by_id = {style.get(qn("w:styleId")): style for style in own.findall(qn("w:style"))}
    seen: set[str] = set()
    while style_id is not None and style_id in by_id and style_id not in seen:
        seen.add(style_id)
        size = by_id[style_id].find(f"{qn('w:rPr')}/{qn('w:sz')}")
        if size is not None:
            return float(size.get(qn("w:val"))) / 2
        above = by_id[style_id].find(qn("w:basedOn"))
        style_id = None if above is None else above.get(qn("w:val"))
    return _POINTS
