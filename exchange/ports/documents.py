"""What documents from outside are, and how much of them is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from exchange.errors import FormatError

if TYPE_CHECKING:  # what reads documents starts without them
    from schemas.base import SubjectRecord
    from schemas.pupil import Pupil


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an inspector saw. ``warnings`` are codes such as ``pdf-javascript``."""

    media_type: str
    warnings: tuple[str, ...] = ()


class Inspector(Protocol):
    """Says what a document really is, by its content (magic bytes, then parsed)."""

    def inspect(self, source: Path | BinaryIO) -> Inspection:
        """Return what the document is.

        :param source: a file's path, or a seekable stream.

        :raises exchange.errors.FormatError: ``document-type-unsupported``, ``pdf-invalid`` ...
        """


class Openable(Protocol):
    """A document that is no file: its plain bytes exist in memory alone, while they are read."""

    @property
    def name(self) -> str:
        """Return its file name, as it came; never used as a path."""

    def open(self) -> BinaryIO:
        """Return its plain bytes, readable and seekable; the caller closes it.

        :raises exchange.errors.FormatError: ``document-unreadable``.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is taken in; bytes and counts."""

    document_bytes: int = 512 * 1024 * 1024
    bundle_bytes: int = 4 * 1024 * 1024 * 1024
    documents_per_pupil: int = 500


@dataclass(frozen=True, slots=True)
class ReadPupil:
    """One pupil that a file from another system told of; all records share one ``subject``.

    :param position: which pupil of the file, from 1.
    :param remarks: (code, path) of optional parts that could not be read and were kept as found.
    """

    position: int
    pupil: Pupil
    records: tuple[SubjectRecord, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class UnreadPupil:
    """One pupil of a file who could not be taken, with every reason.

    :param shown: what a page may call the pupil to whoever gave the file; never for a log.
    """

    position: int
    errors: tuple[FormatError, ...]
    shown: str = field(default="", repr=False)


class PupilReader(Protocol):
    """Reads pupils from a file of another system, one by one, in constant memory."""

    def read(self, source: BinaryIO) -> Iterator[ReadPupil | UnreadPupil]:
        """Yield each pupil; one that is wrong stops only that one.

        :raises exchange.errors.FormatError: the file as a whole is not what it should be.
        """
