"""Who an arrived pack is about, kept small: what boards and matching need without opening it.

The worker keeps a card in the commit in which it verifies a pack. A card is sealed like the pack's
row, and goes when the contents go. Packs for the DSL have none: no list but the DSL's names them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from exchange.bundle.opening import OpenedBundle
from exchange.domain.feeder import Arrived, Who
from exchange.errors import NotFound
from exchange.ports import Arrival, Item, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.open_pack import open_pack
from schemas.base import Record
from schemas.pupil import Pupil
from schemas.recipient import InboxName
from schemas.records import RECORDS
from schemas.sen import OnePageProfile, SenRegister
from schemas.statement import BundleKind
from schemas.strict_json import JsonValue

KIND = "arrival-card"


@dataclass(frozen=True, slots=True)
class Card:
    """Who a pack is about.

    :param child: whom it is about, as its sender tells children apart.
    :param name: as the child is called.
    :param nc_year: code, or empty; ``provision`` likewise.
    """

    sender: str
    bundle_id: str
    child: str
    name: str
    who: Who
    nc_year: str = ""
    provision: str = ""

    @property
    def sort(self) -> tuple[str, str]:
        """Return what lists are ordered by."""
        return self.who.surname.casefold(), self.name.casefold()

    def for_matching(self) -> Arrived:
        """Return what the matching wants to know."""
        return Arrived(self.bundle_id, self.child, self.who)


def card_id(sender: str, bundle_id: str) -> str:
    """Return the id of the card of one arrival."""
    return hashlib.sha256(f"{sender}/{bundle_id}".encode()).hexdigest()


def keep_card(unit: UnitOfWork, arrival: Arrival, opened: OpenedBundle) -> None:
    """Keep the card of a transfer pack in the caller's unit of work; again changes nothing.

    The caller commits, with its own line in the book.
    """
    card = _made(arrival, opened)
    if card is not None and card_of(unit, arrival.sender, arrival.bundle_id) is None:
        put_card(unit, arrival, card)


def put_card(unit: UnitOfWork, arrival: Arrival, card: Card) -> None:
    """Keep a card in the unit of work of the caller, who writes the book and commits."""
    unit.items.add(
        Item(
            kind=KIND,
            item_id=card_id(arrival.sender, arrival.bundle_id),
            state="kept",
            content=_plain(card),
            created_at=arrival.updated_at,
            updated_at=arrival.updated_at,
        )
    )


def drop_card(unit: UnitOfWork, arrival: Arrival) -> None:
    """Forget whom a pack was about: it was rejected, or its contents were destroyed."""
    unit.items.remove(KIND, card_id(arrival.sender, arrival.bundle_id))


def card_of(unit: UnitOfWork, sender: str, bundle_id: str) -> Card | None:
    """Return the card of an arrival, or None."""
    try:
        return _read(unit.items.get(KIND, card_id(sender, bundle_id)))
    except NotFound:
        return None


def cards(unit: UnitOfWork) -> Iterator[Card]:
    """Yield all cards, oldest first."""
    for item in unit.items.all(KIND):
        yield _read(item)


def make_card(inside: Inside, org_id: str, arrival: Arrival) -> Card | None:
    """Return the card of an arrival, made now where the worker kept none (an older pack).

    :raises NotFound: ``contents-gone``.
    :raises BundleError: a check failed.
    """
    with inside.store.reading(org_id) as unit:
        known = card_of(unit, arrival.sender, arrival.bundle_id)
    if known is not None:
        return known
    with open_pack(inside, org_id, arrival) as opened:
        return _made(arrival, opened)


def _made(arrival: Arrival, opened: OpenedBundle) -> Card | None:
    if opened.envelope.inbox is not InboxName.GENERAL:
        return None
    if opened.statement.kind is not BundleKind.TRANSFER:
        return None
    records = [one for _, one in opened.records(RECORDS)]
    pupil = _first(Pupil, records)
    return None if pupil is None else _card(arrival, pupil, records)


def _first(kind: type[Pupil], records: Iterable[Record]) -> Pupil | None:
    return next((one for one in records if isinstance(one, kind)), None)


def _card(arrival: Arrival, pupil: Pupil, records: Iterable[Record]) -> Card:
    names = pupil.names
    known_as, provision = names.known_as or "", ""
    for one in records:
        if isinstance(one, OnePageProfile) and not known_as:
            known_as = one.known_as
        if isinstance(one, SenRegister):
            provision = one.provision
    return Card(
        sender=arrival.sender,
        bundle_id=arrival.bundle_id,
        child=f"{arrival.sender}/{pupil.subject}",
        name=f"{known_as or names.forename} {names.preferred_surname or names.surname}",
        who=who_of(pupil, arrival.sender, known_as),
        nc_year=pupil.nc_year or "",
        provision=provision,
    )


def who_of(pupil: Pupil, school: str, known_as: str) -> Who:
    """Return a record of a pupil as what describes a child."""
    names = pupil.names
    return Who(
        surname=names.surname,
        forename=names.forename,
        date_of_birth=pupil.date_of_birth,
        upn=str(pupil.upn) if pupil.upn else "",
        known_as=known_as,
        other_surname=names.preferred_surname or names.former_surname or "",
        school=school,
    )


def _plain(card: Card) -> dict[str, JsonValue]:
    return {
        "sender": card.sender,
        "bundle": card.bundle_id,
        "child": card.child,
        "name": card.name,
        "who": who_plain(card.who),
        "nc_year": card.nc_year,
        "provision": card.provision,
    }


def _read(item: Item) -> Card:
    told = item.content or {}
    who = told["who"]
    return Card(
        sender=str(told["sender"]),
        bundle_id=str(told["bundle"]),
        child=str(told["child"]),
        name=str(told["name"]),
        who=who_read(who if isinstance(who, dict) else {}),
        nc_year=str(told["nc_year"]),
        provision=str(told["provision"]),
    )


def who_plain(who: Who) -> dict[str, JsonValue]:
    """Return plain values of a description."""
    return {
        "surname": who.surname,
        "forename": who.forename,
        "born": who.date_of_birth.isoformat(),
        "upn": who.upn,
        "known_as": who.known_as,
        "other_surname": who.other_surname,
        "school": who.school,
    }


def who_read(told: dict[str, JsonValue]) -> Who:
    """Return what :func:`who_plain` wrote."""
    return Who(
        surname=str(told["surname"]),
        forename=str(told["forename"]),
        date_of_birth=date.fromisoformat(str(told["born"])),
        upn=str(told["upn"]),
        known_as=str(told["known_as"]),
        other_surname=str(told["other_surname"]),
        school=str(told["school"]),
    )
