"""Whether a person may still act, for work that goes on after the request that began it."""

from __future__ import annotations

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import NotFound
from exchange.services.inside import Inside
from exchange.services.people.account import get_account
from exchange.services.people.session import usable_organisations


def may_act(inside: Inside, account_id: str, org_id: str, role: Role) -> bool:
    """Return whether person and organisation are in good standing, and the role is held still.

    A session is no part of it: who signs out does not take back what they began.
    """
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        try:
            account = get_account(unit, account_id)
        except NotFound:
            return False
        usable = usable_organisations(unit, account, now)
    if account.state != "active" or org_id not in usable:
        return False
    return role in account.roles_at(org_id, now)
