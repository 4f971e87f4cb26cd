"""Protected moves: who may know where a child goes, and what everybody else must be kept from.

The destination of a protected move is kept in its protection and nowhere else: the pupil's own row
has none, so that no board, search or export can show it. What did travel has a row of its own for
the worker; every list of packs goes through :func:`shown`.

This module answers and refuses; what the two people do is in exchange.services.protected_move.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from exchange.audit import NODE
from exchange.domain.protection import (
    Protection,
    Why,
    protection_from_json,
    require_setter,
    two_people,
)
from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound, Refused
from exchange.ports import Actor, Transfer, UnitOfWork
from exchange.ports.items import Item
from exchange.services.inside import Inside
from exchange.services.kept_choice import KIND as CHOICE
from exchange.services.links.revoke import end_in, links_about
from exchange.services.people.account import all_accounts
from exchange.services.recall import recall_in
from exchange.services.second_registration import end_registrations

KIND = "protection"
PROTECTED, ENDED = "protected", "ended"
_ADVICE = "advice-request"
"""Kind of exchange.services.advice, which asks this module."""

_HINT = "The designated safeguarding lead handles this move. Ask them."


def protection_of(unit: UnitOfWork, pupil_id: str) -> Protection | None:
    """Return the protection of a pupil's move, or None where it is an ordinary one."""
    found = _item_of(unit, pupil_id)
    return None if found is None else _read(found)


def protected_pupils(unit: UnitOfWork) -> frozenset[str]:
    """Return the ids of all pupils whose move is protected; for boards and lists."""
    return frozenset(_read(one).pupil_id for one in unit.items.all(KIND, PROTECTED))


def hidden(unit: UnitOfWork, pupil_id: str | None, person: str) -> bool:
    """Return whether the destination of this pupil must not be shown to this person.

    :param person: id of the account; no role opens a protected move.
    """
    if pupil_id is None:
        return False
    found = protection_of(unit, pupil_id)
    return found is not None and not found.is_known_to(person)


def shown(unit: UnitOfWork, transfers: Iterable[Transfer], person: str) -> list[Transfer]:
    """Return those packs that this person may see: a recipient tells where a child went.

    :param person: id of the account; empty: nobody in particular.
    """
    unseen = {
        one.pupil_id
        for one in (_read(item) for item in unit.items.all(KIND, PROTECTED))
        if not one.is_known_to(person)
    }
    return [one for one in transfers if one.pupil_id not in unseen]


def require_shown(unit: UnitOfWork, transfer: Transfer, person: str) -> None:
    """Refuse one pack as if it did not exist.

    :raises NotFound: ``transfer-unknown``.
    """
    if hidden(unit, transfer.pupil_id, person):
        raise NotFound("transfer-unknown")


def require_ordinary(unit: UnitOfWork, pupil_id: str) -> None:
    """Refuse what a protected move never does: another destination, a folder, a link, an export.

    :raises Refused: ``protected-move``.
    """
    if _item_of(unit, pupil_id) is not None:
        raise Refused("protected-move", "/pupil", _HINT)


def request_goes_through_la(unit: UnitOfWork, pupil_id: str | None) -> bool:
    """Return whether a school's request for this pupil's records is answered "Through the LA"."""
    return pupil_id is not None and _item_of(unit, pupil_id) is not None


def recipient_of(unit: UnitOfWork, transfer: Transfer) -> dict[str, str]:
    """Return what the clear book may say of a pack's recipient: of a protected one, nothing."""
    hides = transfer.pupil_id is not None and _item_of(unit, transfer.pupil_id) is not None
    return {} if hides else {"recipient": transfer.recipient}


def protect(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    why: Why,
    known_to: tuple[str, str],
    actor: Actor,
) -> Protection:
    """Protect a pupil's move: from now on two people alone see where it goes.

    A destination that was chosen is forgotten, for it may be the wrong one to keep; packs and
    requests for advice that wait to leave never do, and every link, of the family or a school,
    ends: all in one commit.
    What was handed over stays with its recipient: the two decide whether to recall it.

    :raises Refused: ``not-for-this-role``.
    :raises UsageError: ``two-people-needed``.
    :raises NotFound: ``pupil-unknown``.
    :raises Conflict: ``protected-already``.
    """
    require_setter(actor.role)
    now = inside.clock.now()
    made = Protection(
        pupil_id=pupil_id,
        why=why,
        known_to=two_people(*known_to),
        set_by=actor.name,
        role=actor.role,
        at=now,
    )
    with inside.store.unit(org_id) as unit:
        pupil = unit.pupils.get(pupil_id)
        if _item_of(unit, pupil_id) is not None:
            raise Conflict("protected-already", "/pupil", "This move is protected already.")
        unit.items.add(_new(made, now))
        if pupil.destination is not None:
            unit.pupils.update(replace(pupil, destination=None, updated_at=now))
        for choice in unit.items.about(CHOICE, pupil_id):  # a place that has not joined
            unit.items.remove(CHOICE, choice.item_id)
        end_registrations(unit, pupil_id, now)  # a protected pack has one recipient
        unit.audit.record(actor, "protection.set", "pupil", pupil_id)
        waiting = [one for one in unit.transfers.all(pupil_id) if _waits(one)]
        waiting += _advice_waiting(unit, pupil_id)
        shares = end_in(unit, links_about(unit, pupil_id), actor, now, why="protected-move")
        for one in waiting:
            shares += recall_in(unit, one, actor, now)
        unit.commit()
    for blob in (*shares, *(one.blob for one in waiting)):
        inside.blobs.delete(org_id, blob)
    return made


def keep(
    unit: UnitOfWork, changed: Protection, actor: Actor, action: str, now: datetime
) -> Protection:
    """Replace a protection within a unit of work, and note it; the caller commits.

    :raises NotFound: ``protection-unknown``.
    """
    item = _require(unit, changed.pupil_id)
    unit.items.update(replace(item, content=changed.as_json(), updated_at=now))
    unit.audit.record(actor, action, "pupil", changed.pupil_id)
    return changed


def change_people(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    known_to: tuple[str, str],
    person: str,
    actor: Actor,
) -> Protection:
    """Name two other people; done by one of the two, or, where both left, by any DSL or head.

    :param person: id of the account of who does it.
    :raises Refused: ``not-for-this-role``, ``not-one-of-the-two``.
    :raises NotFound: ``protection-unknown``. :raises UsageError: ``two-people-needed``.
    """
    require_setter(actor.role)
    with inside.store.unit(org_id) as unit:
        before = _read(_require(unit, pupil_id))
        if not before.is_known_to(person) and _anybody_left(inside, org_id, before):
            raise Refused("not-one-of-the-two", "/person", "Only one of the two named people may.")
        after = replace(before, known_to=two_people(*known_to))
        keep(unit, after, actor, "protection.people-changed", inside.clock.now())
        unit.commit()
    return after


def unprotect(inside: Inside, org_id: str, pupil_id: str, person: str, actor: Actor) -> None:
    """End a protection that was set by mistake; only one of the two who know may.

    :param person: id of the account of who does it.
    :raises Refused: ``not-for-this-role``, ``not-one-of-the-two``.
    :raises NotFound: ``protection-unknown``.
    :raises Conflict: ``protected-pack-sent``: the packs' rows would tell everybody where.
    """
    require_setter(actor.role)
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        item = _require(unit, pupil_id)
        if not _read(item).is_known_to(person):
            raise Refused("not-one-of-the-two", "/person", "Only one of the two named people may.")
        since = item.created_at
        if any(one.created_at >= since for one in unit.transfers.all(pupil_id)):
            raise Conflict(
                "protected-pack-sent",
                "/pupil",
                "A pack went under this protection; ending it would show where. It stays.",
            )
        unit.items.update(replace(item, state=ENDED, updated_at=now))
        unit.audit.record(actor, "protection.ended", "pupil", pupil_id)
        unit.commit()


def _anybody_left(inside: Inside, org_id: str, known: Protection) -> bool:
    """Return whether one of the two still works here."""
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        return any(
            one.state == "active"
            and known.is_known_to(one.account_id)
            and one.roles_at(org_id, now)
            for one in all_accounts(unit)
        )


def _waits(one: Transfer) -> bool:
    """Return whether a pack has not left; what calls back an earlier pack goes on."""
    return one.state is State.QUEUED and one.kind in ("transfer", "cp-file")


def _advice_waiting(unit: UnitOfWork, pupil_id: str) -> list[Transfer]:
    """Return the packs by which somebody is asked about this pupil, and that have not left.

    They are rows of no pupil: the request knows its pack.
    """
    asked = (str(one.clear.get("bundle") or "") for one in unit.items.about(_ADVICE, pupil_id))
    packs = (unit.transfers.get(one) for one in asked if one)
    return [one for one in packs if one.state is State.QUEUED]


def _new(made: Protection, now: datetime) -> Item:
    return Item(
        kind=KIND,
        item_id=str(uuid.uuid4()),
        state=PROTECTED,
        content=made.as_json(),
        created_at=now,
        updated_at=now,
        about=made.pupil_id,
    )


def _item_of(unit: UnitOfWork, pupil_id: str) -> Item | None:
    return next((one for one in unit.items.about(KIND, pupil_id) if one.state == PROTECTED), None)


def _require(unit: UnitOfWork, pupil_id: str) -> Item:
    found = _item_of(unit, pupil_id)
    if found is None:
        raise NotFound("protection-unknown", "/pupil", "This move is not protected.")
    return found


def _read(item: Item) -> Protection:
    return protection_from_json(item.content or {})
