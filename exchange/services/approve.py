"""What one person asks and another decides: a place outside the directory, a pack's release.

A place is confirmed once, for every pupil who goes there. Where an organisation has nobody else, a
recorded call to the number that the register gives stands in for the second person. A release that
was asked for stops its pack until the head decided; nobody has to ask for one.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.domain.destinations import Choice
from exchange.errors import Conflict, Refused, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.items import Item
from exchange.services.approval import Approval, Decided, content_of, read
from exchange.services.inside import Inside
from exchange.services.people.account import KIND as ACCOUNT
from exchange.services.people.account import read_account

KIND = "approval"
WAITING, APPROVED, DECLINED = "waiting", "approved", "declined"
OVER = "over"
"""A release that was decided, and then asked for anew."""

SECOND_PEOPLE = frozenset({Role.HEAD, Role.SENCO, Role.DSL, Role.SEN_ADMINISTRATOR})
"""Whose post makes them somebody who could be the second person."""

_MOST_WORDS = 500


def ask_about_place(unit: UnitOfWork, choice: Choice, actor: Actor, now: datetime) -> None:
    """Ask for a second person for a place, unless it was asked or confirmed; the caller commits."""
    place = choice.place
    if place is None or _latest(unit, place, (WAITING, APPROVED)) is not None:
        return
    made = Approval(
        approval_id=str(uuid.uuid4()),
        what="destination",
        state=WAITING,
        about=place,
        asked_by=choice.chosen_by,
        asked_by_name=actor.name,
        role=actor.role,
        at=now,
        place_name=choice.name if not choice.country else f"{choice.name}, {choice.country}",
        telephone=choice.telephone,
    )
    _add(unit, made, actor)


def ask_release(
    inside: Inside, org_id: str, pupil_id: str, words: str, person: str, actor: Actor
) -> Approval:
    """Ask the head whether a pupil's pack may go; until the answer it does not.

    :raises NotFound: ``pupil-unknown``.
    :raises Conflict: ``approval-waits``: it was asked already.
    :raises UsageError: ``words-too-long``.
    """
    _require_short(words)
    now = inside.clock.now()
    made = Approval(
        approval_id=str(uuid.uuid4()),
        what="release",
        state=WAITING,
        about=pupil_id,
        asked_by=person,
        asked_by_name=actor.name,
        role=actor.role,
        at=now,
        words=words.strip(),
    )
    with inside.store.unit(org_id) as unit:
        unit.pupils.get(pupil_id)
        if _latest(unit, pupil_id, (WAITING,)) is not None:
            raise Conflict("approval-waits", "/pupil", "The head teacher was asked already.")
        for before in unit.items.about(KIND, pupil_id):
            unit.items.update(replace(before, state=OVER, updated_at=now))
        _add(unit, made, actor)
        unit.commit()
    return made


def approved(unit: UnitOfWork, about: str) -> Approval | None:
    """Return the approval of a place or a release, or None."""
    return _latest(unit, about, (APPROVED,))


def require_released(unit: UnitOfWork, pupil_id: str) -> None:
    """Refuse to send a pack about which the head was asked and has not said yes.

    :raises Refused: ``release-waits``, ``release-declined``.
    """
    found = _latest(unit, pupil_id, (WAITING, APPROVED, DECLINED))
    if found is not None and found.state == WAITING:
        raise Refused("release-waits", "/pupil", "The head teacher was asked and has to decide.")
    if found is not None and found.state == DECLINED:
        raise Refused("release-declined", "/pupil", "The head teacher said no. Ask them.")


def approvals(unit: UnitOfWork, state: str | None = None) -> list[Approval]:
    """Return all of an organisation, oldest first."""
    return [read(one) for one in unit.items.all(KIND, state)]


def get(unit: UnitOfWork, approval_id: str) -> Approval:
    """Return one.

    :raises NotFound: ``item-unknown``.
    """
    return read(unit.items.get(KIND, approval_id))


def decide(
    inside: Inside,
    org_id: str,
    approval_id: str,
    person: str,
    actor: Actor,
    *,
    yes: bool,
    words: str = "",
) -> Approval:
    """Say yes or no, as the second person.

    :param person: id of the account of who decides.
    :raises Refused: ``second-person-needed``: who asked cannot answer; ``not-for-this-role``: a
        release is the head's to decide.
    :raises Conflict: ``decided-already``.
    """
    _require_short(words)
    now = inside.clock.now()
    how = Decided(
        person=person, name=actor.name, role=actor.role, at=now, how="person", words=words.strip()
    )
    with inside.store.unit(org_id) as unit:
        item = unit.items.get(KIND, approval_id)
        before = _require_waiting(item)
        if before.what == "release" and actor.role != Role.HEAD:
            raise Refused("not-for-this-role", "/role", "The head teacher decides this.")
        # A head of a small school who is also its SENCO may release: that is what a head decides.
        asker = person == before.asked_by or actor.name == before.asked_by_name
        if before.what == "destination" and asker:
            raise Refused("second-person-needed", "/person", "Somebody else has to confirm this.")
        return _decided(unit, item, before, how, actor, yes=yes)


def confirm_by_call(
    inside: Inside, org_id: str, approval_id: str, spoke_to: str, person: str, actor: Actor
) -> Approval:
    """Confirm a place by a call to the number of the register, where there is nobody else.

    :param spoke_to: whom they spoke with there (``the school office``).
    :raises Refused: ``second-person-exists``: somebody else can be asked; ``no-number``: the
        register has no number of that place.
    :raises UsageError: ``spoke-to-missing``.
    """
    if not spoke_to.strip():
        raise UsageError("spoke-to-missing", "/spoke_to", "Say whom you spoke with.")
    _require_short(spoke_to)
    if others(inside, org_id, person):
        raise Refused("second-person-exists", "/person", "Ask somebody else to confirm this.")
    how = Decided(
        person=person,
        name=actor.name,
        role=actor.role,
        at=inside.clock.now(),
        how="call",
        words=spoke_to.strip(),
    )
    with inside.store.unit(org_id) as unit:
        item = unit.items.get(KIND, approval_id)
        before = _require_waiting(item)
        if before.what != "destination" or not before.telephone:
            hint = "The register has no number of it. Ask your council or trust to confirm it."
            raise Refused("no-number", "/telephone", hint)
        return _decided(unit, item, before, how, actor, yes=True)


def others(inside: Inside, org_id: str, person: str) -> int:
    """Return how many other people here could be the second person."""
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        accounts = [read_account(one) for one in unit.items.all(ACCOUNT, "active")]
    return sum(
        one.account_id != person and bool(one.roles_at(org_id, now) & SECOND_PEOPLE)
        for one in accounts
    )


def _decided(
    unit: UnitOfWork, item: Item, before: Approval, how: Decided, actor: Actor, *, yes: bool
) -> Approval:
    state = APPROVED if yes else DECLINED
    after = replace(before, state=state, decided=how)
    unit.items.update(replace(item, state=state, content=content_of(after), updated_at=how.at))
    unit.audit.record(
        actor,
        f"approval.{state}",
        "approval",
        before.approval_id,
        detail={"what": before.what, "how": how.how},
    )
    unit.commit()
    return after


def _add(unit: UnitOfWork, made: Approval, actor: Actor) -> None:
    unit.items.add(
        Item(
            kind=KIND,
            item_id=made.approval_id,
            state=made.state,
            content=content_of(made),
            created_at=made.at,
            updated_at=made.at,
            about=made.about,
        )
    )
    unit.audit.record(
        actor, "approval.asked", "approval", made.approval_id, detail={"what": made.what}
    )


def _latest(unit: UnitOfWork, about: str, states: tuple[str, ...]) -> Approval | None:
    found = [one for one in unit.items.about(KIND, about) if one.state in states]
    return read(found[-1]) if found else None


def _require_waiting(item: Item) -> Approval:
    if item.state != WAITING:
        raise Conflict("decided-already", "/state", "This was decided already.")
    return read(item)


def _require_short(words: str) -> None:
    if len(words) > _MOST_WORDS:
        raise UsageError("words-too-long", "/words", f"Use at most {_MOST_WORDS} characters.")
