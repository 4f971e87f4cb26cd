"""Who works cases at an authority now: a case of anybody else is nobody's."""

from __future__ import annotations

from collections.abc import Sequence

from exchange.domain.access import Role
from exchange.services.inside import Inside
from exchange.services.people.account import Account
from exchange.services.people.holders import holders_now


def caseworkers_now(inside: Inside, org_id: str) -> Sequence[Account]:
    """Return the caseworkers of an authority who can sign in; not who was suspended, or left."""
    return holders_now(inside, org_id, Role.LA_CASEWORKER)
