"""What an exporter is: class facts, typed options, and one function from a Disclosure to bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.errors import ExportError


@dataclass(frozen=True)
class NoOptions:
    """The options of an exporter that has none."""


class Host(Protocol):
    """What kpi lends to an exporter."""

    def export(self, name: str, disclosure: Disclosure, options: Mapping[str, str] | None = None) -> bytes:
        """Run another exporter, for example `docx` under a PDF exporter.

        Args:
          name: PLUGIN_NAME of the other exporter.
          disclosure: What to export.
          options: Its options as text, as `--option` gives them.
        Returns:
          The bytes of its single document.
        Raises:
          ExportError: There is no such exporter, or it failed, or it makes several files.
        """
        ...


class Exporter(ABC):
    """Base class of all exporters; instances hold no state.

    Class facts, readable without an instance:
      PLUGIN_NAME: Format name, as in `--to`; lower-case ASCII letters, digits and `-`.
      title: What it makes, in a few Chinese words.
      extension: File ending with the dot, for a single document.
      mime_type: Media type of a single document.
      options: Frozen dataclass of its options; each field has a default and `metadata={"doc": "…"}`.
    """

    PLUGIN_NAME: ClassVar[str]
    title: ClassVar[str]
    extension: ClassVar[str]
    mime_type: ClassVar[str]
    options: ClassVar[type[Any]] = NoOptions

    def can_export(self, disclosure: Disclosure) -> bool:
        """Tell whether this disclosure can be exported; True unless overridden."""
        return bool(disclosure)

    def text_of(self, files: Mapping[str, bytes]) -> str | None:
        """Return the text of documents that this exporter made, for the conformance checks.

        Only formats that hide their text (PDF) override it; None reads OOXML packages and plain text by itself.
        """
        del files
        return None

    def failure(self, detail: str) -> ExportError:
        """Return the error to raise where the document cannot be made for a reason that the user should know.

        Args:
          detail: The reason and what to do, one sentence in Chinese; kpi adds the format's name, exit status 3.
        """
        from kpi_cli.errors import ExportError
        from kpi_cli.problems import Problem

        return ExportError(Problem("exporter-failed", facts={"format": self.PLUGIN_NAME, "detail": detail}))

    @abstractmethod
    def export(self, disclosure: Disclosure, options: Any, host: Host) -> bytes | Mapping[str, bytes]:
        """Make the document.

        Args:
          disclosure: Everything of one year; computed, checked, immutable.
          options: An instance of `self.options`.
          host: What kpi lends to an exporter.
        Returns:
          The bytes of one document, or several files by relative name. The same disclosure and options give
          the same bytes: no clock, no random ids. The host stores them, together or not at all.
        Raises:
          ExportError: Where it cannot be made, by `raise self.failure(…)`; any other exception is reported as
            a fault of the plugin.
        """
