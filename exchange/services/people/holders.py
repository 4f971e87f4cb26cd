"""Who holds a post at an organisation now, and can sign in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.inside import Inside
from exchange.services.people.account import Account, all_accounts


def holders_now(inside: Inside, org_id: str, role: Role) -> Sequence[Account]:
    """Return the people with a role who can sign in; not who was suspended, or left."""
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        return [one for one in all_accounts(unit) if holds_now(one, org_id, role, now)]


def holds_now(account: Account, org_id: str, role: Role, now: datetime) -> bool:
    """Return whether a person has a role at an instant and can sign in."""
    return account.state == "active" and role in account.roles_at(org_id, now)
