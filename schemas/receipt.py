"""The receipt: one signed step of a bundle's life at its recipient. Codes, hashes, random ids only.

Receipts of one responder form a chain by ``seq`` and ``previous`` (bundle-format.md, receipts).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.base import Record, RecordSchema
from schemas.fields import Choice, Instant, Items, Whole
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.texts import KEY_ID, Sha256, Text, Uuid


class ReceiptKind(StrEnum):
    """What the recipient has done; ``collected`` by its node, the others by the organisation."""

    COLLECTED = "collected"
    VERIFIED = "verified"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IMPORTED = "imported"
    DESTROYED = "destroyed"


class RejectionCode(StrEnum):
    """Why a bundle was rejected: the first three by a person, the others by machine.

    The labels that people read are in the code set ``rejection-reason``.
    """

    NOT_OUR_PUPIL = "not-our-pupil"
    WRONG_INBOX = "wrong-inbox"
    NOT_WANTED = "not-wanted"
    CANNOT_OPEN = "cannot-open"
    SIGNATURE_INVALID = "signature-invalid"
    SENDER_UNKNOWN = "sender-unknown"
    KEY_NOT_VALID = "key-not-valid"
    CONTENT_DAMAGED = "content-damaged"
    FORMAT_REFUSED = "format-refused"
    OTHER_SUBJECT = "other-subject"
    SCHEMA_TOO_NEW = "schema-too-new"
    RECORD_INVALID = "record-invalid"
    TOO_LARGE = "too-large"
    EXPIRED = "expired"
    RECALLED = "recalled"
    MALWARE = "malware"


class ExceptionCode(StrEnum):
    """What was wrong with one document of an imported bundle."""

    CANNOT_OPEN = "cannot-open"
    UNCLEAR = "unclear"
    MISSING = "missing"


class Assurance(StrEnum):
    """How sure it is who answered, where that is not a signature of the recipient's own key."""

    LINK_AND_CODE = "link-and-code"
    """Somebody who held the link and typed its one-time code; the sender signs what they said."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReceiptException(Part):
    """One document that could not be used as it came.

    :ivar document_id: the file's random id in the statement; for ``missing``, of an earlier one.
    """

    document_id: str
    code: ExceptionCode


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Receipt(Record):
    """What a recipient signs about one bundle.

    :ivar sender: the organisation that sent the bundle.
    :ivar responder: the recipient organisation that this receipt speaks for.
    :ivar seq: position in the responder's chain for this bundle, from 1.
    :ivar previous: SHA-256 of the previous receipt's bytes; ``None`` for the first.
    :ivar key_id: the key that signed: the node's for ``collected``, else the organisation's.
    :ivar used: of ``imported``: ids of the documents that were opened or printed there so far.
    :ivar assurance: the responder has no keys and answered through a link: ``key_id`` is then the
        sender's own, and the receipt is the weaker for it. None: the responder signed.
    """

    schema: str = "sen.receipt/1.0"
    bundle_id: str
    payload_sha256: str
    sender: str
    responder: str
    kind: ReceiptKind
    seq: int
    previous: str | None
    issued: datetime
    key_id: str
    code: RejectionCode | None = None
    exceptions: tuple[ReceiptException, ...] = ()
    used: tuple[str, ...] = ()
    assurance: Assurance | None = None


class ReceiptExceptionSchema(PartSchema):
    """Loads :class:`ReceiptException`."""

    MAKES = ReceiptException

    document_id = Uuid("The file's id in the statement.")
    code = Choice(ExceptionCode, "What was wrong with it.")


def _chain_begins_once(made: Receipt) -> Iterator[FieldPath]:
    if (made.seq == 1) is not (made.previous is None):
        yield ("previous",)


def _rejections_say_why(made: Receipt) -> Iterator[FieldPath]:
    if (made.kind is ReceiptKind.REJECTED) is not (made.code is not None):
        yield ("code",)


def _only_imports_have_exceptions(made: Receipt) -> Iterator[FieldPath]:
    if made.exceptions and made.kind is not ReceiptKind.IMPORTED:
        yield ("exceptions",)


def _only_imports_tell_use(made: Receipt) -> Iterator[FieldPath]:
    if made.used and made.kind is not ReceiptKind.IMPORTED:
        yield ("used",)


def _documents_differ(made: Receipt) -> Iterator[FieldPath]:
    seen: set[str] = set()
    for index, each in enumerate(made.exceptions):
        if each.document_id in seen:
            yield ("exceptions", index, "document_id")
        seen.add(each.document_id)


class ReceiptSchema(RecordSchema):
    """Loads :class:`Receipt`."""

    SCHEMA_ID = "sen.receipt/1.0"
    MAKES = Receipt
    RULES = (
        Rule("previous-seq", "previous is null for seq 1 and only then", _chain_begins_once),
        Rule("code-kind", "a rejection has a code, nothing else has", _rejections_say_why),
        Rule("exceptions-kind", "only imported has exceptions", _only_imports_have_exceptions),
        Rule("used-kind", "only imported tells which documents were used", _only_imports_tell_use),
        Rule("document-repeated", "no document twice", _documents_differ),
    )

    bundle_id = Uuid("The bundle's id.", v7=True)
    payload_sha256 = Sha256("SHA-256 of the payload.age that was received.")
    sender = Uuid("The organisation that sent the bundle.")
    responder = Uuid("The organisation that received it.")
    kind = Choice(ReceiptKind, "What was done.")
    seq = Whole("Position in the chain.", least=1)
    previous = Sha256("SHA-256 of the previous receipt's bytes.", nullable=True)
    issued = Instant("When, by the responder's clock.")
    key_id = Text("The key that signs this receipt.", pattern=KEY_ID, least=50, most=50)
    code = Choice(RejectionCode, "Why it was rejected.", required=False)
    exceptions = Items(
        Nested[ReceiptException](ReceiptExceptionSchema),
        "Documents that could not be used.",
        most=10_000,
        required=False,
    )
    used = Items(
        Uuid("The file's id in the statement."),
        "Documents that were opened or printed.",
        most=10_000,
        unique=True,
        required=False,
    )
    assurance = Choice(
        Assurance, "How sure it is who answered, if the responder did not sign.", required=False
    )
