"""What documents from outside are, and how much of them is taken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an inspector saw. ``warnings`` are codes such as ``pdf-javascript``."""

    media_type: str
    warnings: tuple[str, ...] = ()


class Inspector(Protocol):
    """Says what a document really is, by its content (magic bytes, then parsed)."""

    def inspect(self, path: Path) -> Inspection:
        """Return what the file is.

        :raises exchange.errors.FormatError: ``document-type-unsupported``, ``pdf-invalid`` ...
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is taken in; bytes and counts."""

    document_bytes: int = 512 * 1024 * 1024
    bundle_bytes: int = 4 * 1024 * 1024 * 1024
    documents_per_pupil: int = 500
