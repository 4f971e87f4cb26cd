"""The envelope: what a carrier may know of a bundle. Signed, outside the encryption, no pupil data.

A reader requires that it agrees with the statement inside (bundle-format.md, envelope).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.base import Record, RecordSchema
from schemas.fields import Choice, Instant, Items, Whole
from schemas.parts import Nested, Rule
from schemas.recipient import (
    InboxName,
    Protection,
    Recipient,
    RecipientSchema,
    other_inboxes,
    repeated_keys,
    repeated_organisations,
    unfit_guests,
)
from schemas.texts import Sha256, Uuid


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Envelope(Record):
    """What travels in clear beside the payload.

    :ivar id: the bundle's id, UUIDv7.
    :ivar payload_size: bytes of ``payload.age``.
    """

    schema: str = "sen.envelope/1.0"
    id: str
    sender: str
    recipients: tuple[Recipient, ...]
    inbox: InboxName
    issued: datetime
    payload_size: int
    payload_sha256: str
    statement_sha256: str
    readme_sha256: str
    index_sha256: str
    protection: Protection | None = None


class EnvelopeSchema(RecordSchema):
    """Loads :class:`Envelope`."""

    SCHEMA_ID = "sen.envelope/1.0"
    MAKES = Envelope
    RULES = (
        Rule(
            "recipient-repeated",
            "no organisation twice",
            lambda made: repeated_organisations(made.recipients),
        ),
        Rule("key-repeated", "no key twice", lambda made: repeated_keys(made.recipients)),
        Rule(
            "inbox-mixed",
            "every recipient's inbox is the envelope's",
            lambda made: other_inboxes(made.recipients, made.inbox),
        ),
        Rule(
            "guest-protection",
            "a passphrase is for one guest, and a guest for a passphrase",
            lambda made: unfit_guests(made.recipients, made.protection),
        ),
    )

    id = Uuid("The bundle's id.", v7=True)
    sender = Uuid("The organisation that signs.")
    recipients = Items(Nested[Recipient](RecipientSchema), "Whom it is for.", least=1, most=100)
    inbox = Choice(InboxName, "The inbox that it goes to.")
    issued = Instant("When it was signed, by the sender's clock.")
    payload_size = Whole("Bytes of payload.age.", least=1)
    payload_sha256 = Sha256("SHA-256 of payload.age.")
    statement_sha256 = Sha256("SHA-256 of the statement inside.")
    readme_sha256 = Sha256("SHA-256 of READ-ME.txt, a published edition.")
    index_sha256 = Sha256("SHA-256 of INDEX.htm, a published edition.")
    protection = Choice(Protection, "How it is sealed, if not to keys.", required=False)
