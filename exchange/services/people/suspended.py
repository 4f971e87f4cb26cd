"""Ending a suspension, and what it keeps others from meanwhile."""

from __future__ import annotations

from dataclasses import replace

from exchange.errors import Conflict
from exchange.ports import Actor, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.people.account import Account


def reopened(account: Account) -> Account:
    """Return an account whose suspension ends; who had not joined yet is invited anew."""
    own = account.credentials
    joined = bool(own.password or own.links or own.passkeys)
    return replace(account, state="active" if joined else "invited")


def let_in(
    inside: Inside, unit: UnitOfWork, account: Account, org_id: str | None, by: Actor
) -> Account:
    """Return an account that its person may use; a suspension ends once nobody has them any more.

    Another organisation's word is not told: that somebody is suspended is between them.

    :raises Conflict: ``person-suspended``: here; ``address-shut``: elsewhere.
    """
    if account.state != "suspended":
        return account
    where = account.organisations_at(inside.clock.now())
    if org_id in where:
        hint = "This person is suspended. End the suspension on their page first."
        raise Conflict("person-suspended", "/login", hint)
    if where:
        hint = (
            "This address cannot be invited at present. Ask the person to have it opened where "
            "they work now, or use another address of this person."
        )
        raise Conflict("address-shut", "/login", hint)
    unit.audit.record(by, "account.restored", "account", account.account_id)
    return reopened(account)
