"""Whether an organisation may be used now: the node's administrator can suspend one at once."""

from __future__ import annotations

from dataclasses import replace

from exchange.audit import NODE
from exchange.errors import NotFound
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.inside import Inside

KIND = "organisation-standing"


def is_suspended(unit: UnitOfWork, org_id: str) -> bool:
    """Return whether an organisation is suspended; ``unit`` is the node's."""
    try:
        return unit.items.get(KIND, org_id).state == "suspended"
    except NotFound:
        return False


def suspended(unit: UnitOfWork) -> frozenset[str]:
    """Return the organisations that are suspended; ``unit`` is the node's."""
    return frozenset(item.item_id for item in unit.items.all(KIND, "suspended"))


def suspend_organisation(inside: Inside, org_id: str, actor: Actor) -> None:
    """Suspend an organisation: from this moment nobody acts in its name.

    :raises NotFound: ``organisation-not-hosted``.
    """
    _set(inside, org_id, "suspended", actor)


def restore_organisation(inside: Inside, org_id: str, actor: Actor) -> None:
    """End the suspension of an organisation.

    :raises NotFound: ``organisation-not-hosted``.
    """
    _set(inside, org_id, "open", actor)


def _set(inside: Inside, org_id: str, state: str, actor: Actor) -> None:
    if org_id not in inside.store.organisations():
        raise NotFound("organisation-not-hosted")
    now = inside.clock.now()
    with inside.store.unit(NODE) as unit:
        try:
            before = unit.items.get(KIND, org_id)
            unit.items.update(replace(before, state=state, updated_at=now))
        except NotFound:
            unit.items.add(Item(KIND, org_id, state, {}, created_at=now, updated_at=now))
        action = "organisation.suspended" if state == "suspended" else "organisation.restored"
        unit.audit.record(actor, action, "organisation", org_id)
        unit.commit()
