"""The plain values that the store keeps; what of them is sealed is said in each docstring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from exchange.domain.disclosure import NOTHING, Disclosed, Said
from exchange.domain.transfer import State


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a pupil's pack goes, and how a person confirmed it."""

    org_id: str
    inbox: str
    confirmed_by: str
    confirmed_with: Literal["name", "urn", "laestab"]
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class StoredPupil:
    """One pupil of one organisation. All but ids and times is sealed at rest.

    :param record: the exact bytes of the ``sen.pupil`` record.
    :param upn: normalised, or None; looked up by a keyed tag, never by value.
    :param origin: where the record came from: ``ctf``, ``hand``, ``bundle``.
    :param said: marks, judgements and wishes: under ``""`` of the whole pack, under a record's
        slot of that record, under ``ehc-plan/K`` of a section.
    """

    pupil_id: str
    record: bytes
    upn: str | None
    origin: str
    created_at: datetime
    updated_at: datetime
    destination: Destination | None = None
    said: Mapping[str, Said] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One further record of a pupil (register entry, plan, profile ...), sealed at rest.

    :param slot: what it replaces: one current record per pupil and slot.
    :param record: the exact bytes of the record.
    :param compartment: ``cp`` for child protection (opens once the DSL unlocks it), else
        ``general``.
    """

    record_id: str
    pupil_id: str
    slot: str
    schema_id: str
    record: bytes
    created_at: datetime
    compartment: Literal["general", "cp"] = "general"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """One document of a pupil; its bytes are a blob sealed to the compartment's public key.

    :param type: code of schemas/codes document types.
    :param sha256: of the plain bytes, hex; ``crc32`` likewise; ``size`` in bytes.
    :param file_name: as it came; shown to people, never used as a path.
    :param compartment: ``cp`` for child protection (opens once the DSL unlocks it), else
        ``general``.
    :param said: marks, judgements and wishes about it.
    :param warnings: codes of what was seen in it as it came in; ``unscanned`` among them where
        no virus scanner looked at all of it.
    """

    document_id: str
    pupil_id: str
    blob: str
    size: int
    created_at: datetime
    type: str
    title: str
    author: str
    authored: date | None
    media_type: str
    file_name: str
    sha256: str
    crc32: int
    compartment: Literal["general", "cp"] = "general"
    said: Said = NOTHING
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """One bundle on its way from this organisation to one recipient.

    Clear columns: ids, state, times, sizes, hashes of sealed bytes. Sealed: the last seven fields.

    :param transport: ``pick-up``: read through a link by a school that has not joined; ``target``
        is empty then, and its receipts are our own (services.links.receipts).
    :param attention: a code that a person must look at, or None.
    :param last_receipt_sha256: hash of the newest receipt's bytes, or None before the first.
    :param statement: as signed; that of a DSL's pack sealed to ``cp`` (services.kept_statement).
    :param disclosed: what was decided of each document, record and section, and why.
    """

    bundle_id: str
    release_id: str
    recipient: str
    inbox: str
    kind: str
    state: State
    transport: Literal["https", "folder", "pick-up"]
    target: str
    blob: str
    size: int
    sha256: str
    payload_sha256: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    due_at: datetime | None
    attempts: int = 0
    last_seq: int = 0
    last_receipt_sha256: str | None = None
    attention: str | None = None
    supersedes: str | None = None
    in_reply_to: str | None = None
    pupil_id: str | None = None
    envelope: bytes = b""
    envelope_signature: bytes = b""
    statement: bytes = b""
    statement_signature: bytes = b""
    recipient_entry: bytes = b""
    disclosed: tuple[Disclosed, ...] = ()


@dataclass(frozen=True, slots=True)
class Glance:
    """What is clear of a transfer: enough for a list, and read without opening anything."""

    bundle_id: str
    recipient: str
    kind: str
    state: State
    transport: str
    created_at: datetime
    updated_at: datetime
    attention: str | None
    supersedes: str | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One bundle that reached this organisation; the row outlives the contents (tombstone).

    The key is (recipient, sender, bundle id). ``envelope`` holds no pupil data and is clear;
    ``statement``, its signature and ``sender_entry`` are sealed and set by the inner worker.

    :param arrived_at: when its bytes were durable here.
    :param folder: name of the watched folder that it came from, or None for HTTPS.
    :param laid_at: since when it lay there by the date of its file, where that is earlier
        (:func:`exchange.domain.clocks.reaching.lay_since`).
    :param statement: as in :class:`Transfer`.
    """

    sender: str
    bundle_id: str
    state: State
    size: int
    payload_sha256: str
    envelope: bytes
    envelope_signature: bytes
    blob: str
    arrived_at: datetime
    updated_at: datetime
    due_at: datetime | None
    kind: str | None = None
    attempts: int = 0
    code: str | None = None
    attention: str | None = None
    folder: str | None = None
    supersedes: str | None = None
    in_reply_to: str | None = None
    statement: bytes = b""
    statement_signature: bytes = b""
    sender_entry: bytes = b""
    laid_at: datetime | None = None

    @property
    def reached_at(self) -> datetime:
        """Return when it reached the organisation, whoever looked when: its clocks run from it."""
        return min(self.arrived_at, self.laid_at or self.arrived_at)


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """One receipt, issued by us or received; holds codes, hashes and random ids only.

    :param counterparty: the other organisation.
    :param content: the exact signed bytes.
    """

    bundle_id: str
    counterparty: str
    direction: Literal["issued", "received"]
    seq: int
    kind: str
    content: bytes
    signature: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the book.

    :param seq: from 1, without gaps; ``previous`` and ``digest`` are hex SHA-256.
    :param detail: codes, ids, hashes and counts; never a pupil's data.
    """

    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    object_kind: str
    object_id: str
    outcome: str
    detail: Mapping[str, str]
    previous: str
    digest: str
