"""Whom a bundle is for: named alike in its statement and its envelope."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.fields import Choice, Items
from schemas.parts import FieldPath, Part, PartSchema
from schemas.texts import KEY_ID, Text, Uuid


class InboxName(StrEnum):
    """The two inboxes of an organisation; ``dsl`` is read by the safeguarding lead alone."""

    GENERAL = "general"
    DSL = "dsl"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Recipient(Part):
    """One organisation that can open the bundle, by which inbox and with which keys.

    :ivar keys: ids of the age recipients wrapped to, operational and recovery.
    """

    org_id: str
    inbox: InboxName
    keys: tuple[str, ...]


class RecipientSchema(PartSchema):
    """Loads :class:`Recipient`."""

    MAKES = Recipient

    org_id = Uuid("The organisation, as it was enrolled.")
    inbox = Choice(InboxName, "The inbox that the keys belong to.")
    keys = Items(
        Text(
            "SHA256: and unpadded base64 of the SHA-256 of the age recipient.",
            pattern=KEY_ID,
            least=50,
            most=50,
        ),
        "Ids of every key that can open the payload for this organisation.",
        least=1,
        most=32,
        unique=True,
    )


def repeated_organisations(recipients: Sequence[Recipient]) -> Iterator[FieldPath]:
    """Yield the path of each recipient whose organisation was named before."""
    seen: set[str] = set()
    for index, recipient in enumerate(recipients):
        if recipient.org_id in seen:
            yield ("recipients", index, "org_id")
        seen.add(recipient.org_id)


def repeated_keys(recipients: Sequence[Recipient]) -> Iterator[FieldPath]:
    """Yield the path of each key that an earlier recipient has: one key, two owners."""
    seen: set[str] = set()
    for index, recipient in enumerate(recipients):
        for place, key in enumerate(recipient.keys):
            if key in seen:
                yield ("recipients", index, "keys", place)
        seen.update(recipient.keys)


def other_inboxes(recipients: Sequence[Recipient], inbox: InboxName) -> Iterator[FieldPath]:
    """Yield the path of each recipient inbox that is not ``inbox``."""
    for index, recipient in enumerate(recipients):
        if recipient.inbox is not inbox:
            yield ("recipients", index, "inbox")
