"""The reference document: everything of the result except its text — styles, pages, headers, footers, settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kpi_cli import resources
from kpi_cli.exporters.docx.package import read_parts
from kpi_cli.exporters.docx.page import PageSetup
from kpi_cli.exporters.docx.styles import STEPS, Step

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DOCUMENT = "word/document.xml"
CORE = "docProps/core.xml"
_FILES = {"plain": "reference-plain.docx"}
_SECTION = re.compile(r"<w:sectPr.*?</w:sectPr>", re.DOTALL)


class SameIds(dict[str, str]):
    """Style ids of a document that has the bundled ones: each is itself."""

    def __missing__(self, key: str) -> str:
        return key


@dataclass(frozen=True)
class Reference:
    """A reference document, ready to be filled.

    Attributes:
      parts: Its parts by name; the text and the core properties are replaced.
      front: Pages of cover and contents: no page numbers.
      text: Pages of text.
      tables: Pages of tables.
      ids: Style id in the bundled document → id here.
      document: Name of the part that holds the text.
      core: Name of the part that holds the core properties.
      steps: Sizes of type for tables, the largest first.
    """

    parts: Mapping[str, bytes]
    front: PageSetup
    text: PageSetup
    tables: PageSetup
    ids: Mapping[str, str]
    document: str = DOCUMENT
    core: str = CORE
    steps: tuple[Step, ...] = STEPS


def bundled_path(typography: str) -> Path:
    """Return the bundled reference document of a style of documents: `gongwen` unless it has one of its own."""
    return resources.templates() / "docx" / _FILES.get(typography, "reference.docx")


@cache
def bundled(typography: str) -> Reference:
    """Read a bundled reference document; its three sections are those of front, text and tables."""
    parts = read_parts(bundled_path(typography).read_bytes())
    front, text, tables = (PageSetup.parse(xml) for xml in _SECTION.findall(parts[DOCUMENT].decode()))
    return Reference(parts, front, text, tables, SameIds())
