"""What a sender hands to :func:`exchange.bundle.sealing.seal`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from keys.interfaces import Recipient
from schemas.recipient import InboxName
from schemas.statement import BundleKind, FileRole


class Readable(Protocol):
    """The bytes of one source, from the start; closed when they were read.

    ``readinto`` is used where there is one.
    """

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; empty only at the end."""

    def close(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Source:
    """One record or document to seal; its digests are known, and checked again while sealing.

    :param id: random document id (UUID).
    :param path: in the bag: below ``data/records/`` or ``data/documents/``.
    :param type: schema id of a record, type code of a document.
    :param subject: the pupil it is about; must be the bundle's.
    :param size: bytes; ``sha256`` hex; ``crc32`` as ZIP has it, unsigned.
    :param open: returns its bytes; called once, on another thread.
    """

    id: str
    path: str
    role: FileRole
    type: str
    media_type: str
    subject: str
    size: int
    sha256: str
    crc32: int
    open: Callable[[], Readable]
    title: str | None = None
    author: str | None = None
    authored: date | None = None
    issued: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientKeys:
    """Whom a bundle is sealed to at one organisation.

    :param recipients: operational and recovery keys of the inbox; ``key_ids`` in the same order.
    :param guest: name, role and organisation of a person with a passphrase (exchange.bundle.guest).
    """

    org_id: str
    inbox: InboxName
    recipients: tuple[Recipient, ...]
    key_ids: tuple[str, ...]
    guest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Particulars:
    """What the statement says besides sender, recipients and files (docs/bundle-format.md).

    :param id: the bundle's, UUIDv7; ``release_id`` is shared by the bundles of one decision.
    :param purpose: code; ``lawful_basis`` likewise.
    :param issued: by the sender's clock, whole seconds, UTC.
    """

    id: str
    release_id: str
    kind: BundleKind
    subject: str
    purpose: str
    lawful_basis: str
    issued: datetime
    expires: datetime
    directory_version: int
    directory_sha256: str
    supersedes: str | None = None
    in_reply_to: str | None = None
