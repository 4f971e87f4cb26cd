"""Make a link: its secret goes into one message and is forgotten here."""

from __future__ import annotations

import uuid
from datetime import timedelta

from exchange.errors import SettingsError, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.links.model import (
    LIFE,
    Channel,
    Inviter,
    Link,
    LinkState,
    Marks,
    Person,
    to_item,
)
from keys.age import parse_recipient
from keys.interfaces import Recipient
from keys.links import LinkSecret
from schemas.mail import is_mail_address

_LONGEST = 200


def checked_person(person: Person) -> Person:
    """Return a person as a link may be made for them.

    :raises UsageError: ``name-unclear``, ``mail-unclear``, ``phone-missing``,
        ``confirmation-missing``: nobody says how the contact was confirmed apart from the link;
        ``code-beside-link``: link and code would go to one mailbox.
    """
    name = _line(person.name, "/name")
    if person.mail and not is_mail_address(person.mail):
        raise UsageError("mail-unclear", "/mail", "Write one address, as name@school.org.uk.")
    if person.channel is Channel.MAIL and not is_mail_address(person.code_mail):
        raise UsageError("mail-unclear", "/code_mail", "Write the address that you confirmed.")
    if person.channel is Channel.MAIL and person.code_mail.casefold() == person.mail.casefold():
        hint = "Who reads the link's mailbox would have the code as well. Choose another way."
        raise UsageError("code-beside-link", "/code_mail", hint)
    if person.channel is Channel.READ_OUT and not person.phone.strip():
        raise UsageError("phone-missing", "/phone", "Write the number at which you will call.")
    _line(person.confirmed, "/confirmed", "confirmation-missing")
    return Person(
        name=name,
        role=person.role.strip()[:_LONGEST],
        mail=person.mail,
        phone=person.phone.strip()[:_LONGEST],
        channel=person.channel,
        code_mail=person.code_mail if person.channel is Channel.MAIL else "",
        confirmed=person.confirmed.strip(),
    )


def _line(text: str, path: str, code: str = "name-unclear") -> str:
    told = " ".join(text.split())
    if not told or len(told) > _LONGEST or not told.isprintable():
        raise UsageError(code, path, "Write it on one line.")
    return told


def new_link(
    inside: Inside,
    secret: LinkSecret,
    pupil_id: str,
    person: Person,
    inviter: Inviter,
    marks: Marks,
    *,
    member: str = "",
    life: timedelta = LIFE,
) -> Link:
    """Return a new link that only its secret's holder can use; the caller stores it."""
    now = inside.clock.now()
    return Link(
        link_id=str(uuid.uuid4()),
        state=LinkState.OPEN,
        pupil_id=pupil_id,
        person=checked_person(person),
        inviter=inviter,
        recipient=secret.recipient.text,
        vouching_key=secret.vouching_key,
        marks=marks,
        created_at=now,
        expires_at=now + life,
        member=member,
    )


def store_link(unit: UnitOfWork, link: Link, secret: LinkSecret, actor: Actor) -> None:
    """Add a new link within a unit of work; the caller commits."""
    unit.items.add(to_item(link, secret.lookup, link.created_at))
    unit.audit.record(
        actor, "link.made", "link", link.link_id, detail={"purpose": link.purpose.value}
    )


def address(share_url: str, secret: LinkSecret) -> str:
    """Return the address that goes into the message.

    :raises SettingsError: ``share-url-missing``: this node has no pages for outsiders.
    """
    if not share_url:
        hint = "Set share_url, and start the node again."
        raise SettingsError("share-url-missing", "/share_url", hint)
    return f"{share_url.rstrip('/')}/l/{secret.token}"


def recipient_of(link: Link) -> Recipient:
    """Return to whom a link's share is sealed."""
    return parse_recipient(link.recipient)


def new_blob() -> str:
    """Return a name for a share; it says nothing."""
    return uuid.uuid4().hex
