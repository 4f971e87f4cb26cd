"""Whom a bundle is for: named alike in its statement and its envelope."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.fields import Choice, Items
from schemas.parts import FieldPath, Part, PartSchema
from schemas.texts import KEY_ID, Line, Text, Uuid


class InboxName(StrEnum):
    """The two inboxes of an organisation; ``dsl`` is read by the safeguarding lead alone."""

    GENERAL = "general"
    DSL = "dsl"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Recipient(Part):
    """One organisation that can open the bundle, by which inbox and with which keys.

    :ivar keys: ids of the age recipients wrapped to, operational and recovery.
    :ivar guest: of a guest copy: name, role and organisation of the person who has the passphrase.
        ``org_id`` is then a random id, and the one key id is that of the passphrase's stanza.
    """

    org_id: str
    inbox: InboxName
    keys: tuple[str, ...]
    guest: str | None = None


class Protection(StrEnum):
    """How the payload is sealed, where that is not to keys."""

    PASSPHRASE = "passphrase"  # noqa: S105  (a code)
    """A guest copy: to one person, by a passphrase and nothing else."""


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
    guest = Line("Name, role and organisation of a guest.", most=400, required=False)


def unfit_guests(
    recipients: Sequence[Recipient], protection: Protection | None
) -> Iterator[FieldPath]:
    """Yield the path of each recipient that a passphrase cannot be for, or that is no guest's."""
    if protection is not None and len(recipients) != 1:
        yield ("recipients",)
    for index, recipient in enumerate(recipients):
        fits = (recipient.guest is not None) is (protection is not None)
        if not fits or (recipient.guest is not None and len(recipient.keys) != 1):
            yield ("recipients", index, "guest")


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
