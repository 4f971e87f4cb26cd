"""A link as it is kept: who may follow it, for what, and where it stands.

The face, which has no keys, reads and changes the clear part alone (:class:`Marks`): counts, times,
hashes and names of blobs. Who the link was made for is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum

from exchange.errors import NotFound, StoreError
from exchange.ports.items import Item
from schemas.strict_json import JsonValue

KIND = "link"
SESSION = "share-session"
CODE = "link-code"
ANSWER = "link-answer"

WRONG_CODES = 11
"""The wrong code that locks a link for good."""

CODE_LIFE = timedelta(minutes=15)
CODE_PAUSE = timedelta(seconds=30)
"""Between two codes of one link, so that a link in wrong hands floods nobody's telephone."""
CODES_OF_A_LINK = 60
IDLE = timedelta(minutes=20)
SESSION_LIFE = timedelta(hours=8)
LIFE = timedelta(days=30)


class Purpose(StrEnum):
    """What a link is for."""

    PICK_UP = "pick-up"
    FAMILY = "family"
    AGENCY = "agency"
    """A specialist reads what is asked, and uploads the report."""


class LinkState(StrEnum):
    """Where a link stands; only an open one opens anything."""

    OPEN = "open"
    LOCKED = "locked"
    REVOKED = "revoked"
    ENDED = "ended"


class Channel(StrEnum):
    """How the one-time code reaches the person, apart from the link."""

    READ_OUT = "read-out"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Marks:
    """What of a link is clear.

    :param blob: the share; ``pack_blob`` the pack's, ``pack`` its id; empty where there is none.
        Of an agency's link ``pack_blob`` is a share with the documents that it may read.
    :param check: keyed hash of the code that is good until ``check_until``; empty: there is none.
    :param used: likewise of the last code with which somebody came in.
    :param asked: how many codes were asked for, the last at ``asked_at``.
    :param wrong: how many wrong codes were typed since the link was made.
    :param entered: how often somebody came in; ``answered`` what they said of a pack, as a code.
    :param sendings: how often a specialist sent something; ``colleagues`` how many they named.
    """

    purpose: Purpose
    blob: str = ""
    pack: str = ""
    pack_blob: str = ""
    check: str = ""
    check_until: datetime | None = None
    used: str = ""
    asked: int = 0
    asked_at: datetime | None = None
    wrong: int = 0
    entered: int = 0
    answered: str = ""
    sendings: int = 0
    colleagues: int = 0

    def as_json(self) -> dict[str, JsonValue]:
        """Return plain values."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in values.items()
        } | self._named()

    def _named(self) -> dict[str, JsonValue]:
        """Return the purpose; with the blob that no pack's row names, so that it is not swept."""
        if self.purpose is not Purpose.AGENCY:
            return {"purpose": self.purpose.value}
        return {"purpose": self.purpose.value, "blobs": [self.pack_blob]}


def marks_of(item: Item) -> Marks:
    """Return the clear part of a link.

    :raises StoreError: ``value-damaged``.
    """
    told = dict(item.clear)
    told.pop("blobs", None)
    try:
        for name in ("check_until", "asked_at"):
            told[name] = datetime.fromisoformat(str(told[name])) if told.get(name) else None  # type: ignore[assignment]
        return Marks(**{**told, "purpose": Purpose(str(told["purpose"]))})  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", "/link") from None


@dataclass(frozen=True, slots=True)
class Person:
    """Who may follow a link, and how the code reaches them.

    :param role: what they are, as the inviter wrote it.
    :param mail: where the link goes; empty: it is handed over otherwise.
    :param phone: the number at which the code is read out.
    :param code_mail: where the code goes by mail.
    :param confirmed: how the contact was confirmed apart from the link, in the inviter's words.
    """

    name: str
    role: str
    mail: str = ""
    phone: str = ""
    channel: Channel = Channel.READ_OUT
    code_mail: str = ""
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class Inviter:
    """Who sent the link; told by mail when it locks.

    :param name: their sign-in name.
    """

    name: str
    role: str
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One link, whole, as an inner process sees it.

    :param recipient: public age recipient to which shares are sealed; ``vouching_key`` the SSH
        line by which answers are known.
    :param member: the family member it is for, or the request for advice; empty for a school.
    :param made: hash of what the share holds now, to see that it is out of date; of an agency the
        ids of the documents behind its link.
    """

    link_id: str
    state: LinkState
    pupil_id: str
    person: Person
    inviter: Inviter
    recipient: str
    vouching_key: str
    marks: Marks
    created_at: datetime
    expires_at: datetime
    member: str = ""
    made: str = ""
    why: str = ""
    item: Item | None = field(default=None, compare=False, repr=False)

    @property
    def purpose(self) -> Purpose:
        """Return what it is for."""
        return self.marks.purpose

    def is_open(self, now: datetime) -> bool:
        """Return whether it opens anything now."""
        return self.state is LinkState.OPEN and self.expires_at > now

    def content(self) -> dict[str, JsonValue]:
        """Return what is sealed."""
        return {
            "pupil": self.pupil_id,
            "person": _plain(self.person),
            "inviter": _plain(self.inviter),
            "recipient": self.recipient,
            "vouching_key": self.vouching_key,
            "expires_at": self.expires_at.isoformat(),
            "member": self.member,
            "made": self.made,
            "why": self.why,
        }


def to_item(link: Link, lookup: str, now: datetime) -> Item:
    """Return a new link as it is stored."""
    return Item(
        kind=KIND,
        item_id=link.link_id,
        state=link.state.value,
        content=link.content(),
        created_at=link.created_at,
        updated_at=now,
        clear=link.marks.as_json(),
        due_at=link.expires_at,
        lookup=lookup,
        about=link.pupil_id,
    )


def changed(link: Link, now: datetime, *, due_at: datetime | None) -> Item:
    """Return a link that was read, as it is to be stored anew.

    :raises StoreError: ``value-damaged``: it was not read from the store.
    """
    if link.item is None:
        raise StoreError("value-damaged", "/link")
    return replace(
        link.item,
        state=link.state.value,
        content=link.content(),
        clear=link.marks.as_json(),
        updated_at=now,
        due_at=due_at,
    )


def link_of(item: Item) -> Link:
    """Return a link as it was stored.

    :raises NotFound: ``link-unknown``: this process has no keys.
    :raises StoreError: ``value-damaged``.
    """
    told = item.content
    if told is None:
        raise NotFound("link-unknown")
    try:
        return Link(
            link_id=item.item_id,
            state=LinkState(item.state),
            pupil_id=str(told["pupil"]),
            person=_person(told["person"]),
            inviter=Inviter(**_texts(told["inviter"])),
            recipient=str(told["recipient"]),
            vouching_key=str(told["vouching_key"]),
            marks=marks_of(item),
            created_at=item.created_at,
            expires_at=datetime.fromisoformat(str(told["expires_at"])),
            member=str(told["member"]),
            made=str(told["made"]),
            why=str(told["why"]),
            item=item,
        )
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", "/link") from None


def _plain(one: Person | Inviter) -> dict[str, JsonValue]:
    return {each.name: str(getattr(one, each.name)) for each in fields(one)}


def _person(value: JsonValue) -> Person:
    told = _texts(value)
    return Person(**{**told, "channel": Channel(told["channel"])})  # type: ignore[arg-type]


def _texts(value: JsonValue) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise TypeError
    return {str(name): str(text) for name, text in value.items()}
