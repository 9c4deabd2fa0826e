"""A line of styled text as data: rich turns it into colours where colours are wanted, and is not imported otherwise."""

from __future__ import annotations


class Text:
    """One line of text in parts, each with a style of rich such as `bold red`, or "".

    Args:
      text: The first part.
      style: Its style.
    """

    __slots__ = ("parts",)

    def __init__(self, text: str = "", style: str = "") -> None:
        self.parts = [(text, style)]

    @classmethod
    def assemble(cls, *parts: str | tuple[str, str]) -> Text:
        """Make a line of several parts, plain ones or (text, style)."""
        line = cls()
        line.parts = [(part, "") if isinstance(part, str) else part for part in parts]
        return line

    def append(self, text: str, style: str = "") -> Text:
        """Add a part at the end."""
        self.parts.append((text, style))
        return self

    @property
    def plain(self) -> str:
        """The text without styles."""
        return "".join(text for text, _ in self.parts)
