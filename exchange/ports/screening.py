"""What is done with a document before it is kept: scanned for viruses and, on wish, cleaned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Protocol

UNSCANNED = "unscanned"
"""The warning of a document of which nobody knows whether a scanner would object to it."""


class Verdict(StrEnum):
    """What a scanner came to. Only ``CLEAN`` means that everything was looked at."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


class WhyUnscanned(StrEnum):
    """Why there is no verdict; the codes are shown to people."""

    UNAVAILABLE = "scanner-unavailable"
    """Down, too slow, or it answered what we do not understand: later it may do better."""
    SILENT_LIMITS = "scanner-limits-silent"
    """It is set up to call clean what it gave up on: its administrator has to change that."""
    TOO_LARGE = "scan-too-large"
    """More, or deeper nested, than the scanner takes."""
    INCOMPLETE = "scan-incomplete"
    """It carries more files, or larger ones, than we take out; or they cannot be taken out."""
    LOCKED = "scan-locked"
    """All bytes were scanned, but a password hides what they mean."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scanner says of a document and of every file inside it.

    :param signature: the scanner's name of what it found, if ``INFECTED``; not for messages.
    :param reason: why not, if ``UNSCANNED``.
    :param sha256: of the bytes that were scanned, in hex, if all were: what is kept must be these.
    """

    verdict: Verdict
    signature: str = ""
    reason: WhyUnscanned | None = None
    sha256: str = ""


class Scanner(Protocol):
    """Looks for viruses in a document and in every file that it carries."""

    def scan(self, source: BinaryIO) -> Scan:
        """Return a verdict; a scanner that fails is no exception but ``UNSCANNED``.

        :param source: seekable; read from its beginning, and left anywhere.
        """


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A copy of a document without what acts, hides or tells too much.

    :param removed: codes of what was taken out, as an inspector names it; sorted.
    """

    content: bytes
    removed: tuple[str, ...]


class Cleaner(Protocol):
    """Makes cleaned copies, in memory."""

    def clean(self, source: BinaryIO, media_type: str) -> Cleaned:
        """Return a copy that is like the document in all that a reader sees of it.

        :param source: seekable; read from its beginning.
        :raises exchange.errors.FormatError: ``document-not-cleanable``: it cannot be done safely.
        """
