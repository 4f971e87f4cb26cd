"""Who works cases at an authority now: a case of anybody else is nobody's."""

from __future__ import annotations

from collections.abc import Sequence

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.inside import Inside
from exchange.services.people.account import Account, all_accounts


def caseworkers_now(inside: Inside, org_id: str) -> Sequence[Account]:
    """Return the caseworkers of an authority who can sign in; not who was suspended, or left."""
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        return [
            one
            for one in all_accounts(unit)
            if one.state == "active" and Role.LA_CASEWORKER in one.roles_at(org_id, now)
        ]
