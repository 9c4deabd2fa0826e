"""A picture in the text: a drawing that stands in a line of its own, with words for those who cannot see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx.package import add_part
from kpi_cli.exporters.docx.text import attribute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi_cli.narrative.document import Chart

_EMU_PER_POINT = 12700
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


@dataclass(frozen=True)
class Picture:
    """A picture and what stands around it.

    Attributes:
      title: Printed above it.
      points: Its height.
      xml: The run that holds it.
    """

    title: str
    points: float
    xml: str


def add_pictures(
    parts: dict[str, bytes],
    document: str,
    charts: Sequence[Chart],
    images: Sequence[bytes],
    width: float,
    height: float,
) -> list[Picture]:
    """Add the images of charts to the package.

    Args:
      parts: The package; changed in place.
      document: Name of the part that holds the text.
      charts: What the images show.
      images: PNG files.
      width: Of each image, in points.
      height: Of each image, in points.
    """
    pictures = []
    for number, (chart, image) in enumerate(zip(charts, images, strict=True), start=1):
        name = f"word/media/chart{number}.png"
        id_ = add_part(parts, document, "image", name, image, "image/png")
        pictures.append(Picture(chart.title, height, _drawing(chart, number, id_, width, height)))
    return pictures


def _drawing(chart: Chart, number: int, id_: str, width: float, height: float) -> str:
    size = f'cx="{int(width * _EMU_PER_POINT)}" cy="{int(height * _EMU_PER_POINT)}"'
    names = f'id="{number}" name="{attribute(chart.title)}" descr="{attribute(chart.description)}"'
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing" distT="0" distB="0" distL="0" '
        'distR="0">'
        f'<wp:extent {size}/><wp:docPr {names}/><a:graphic xmlns:a="{_DRAWING}/main">'
        f'<a:graphicData uri="{_DRAWING}/picture"><pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr>'
        f'<pic:cNvPr {names}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{id_}"/><a:stretch>'
        f'<a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>"
    )
