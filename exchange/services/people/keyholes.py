"""Which account a passkey, or an account at a sign-in provider, belongs to.

Accounts are sealed, so what finds them without a login name stands beside them: the hash of a
passkey's id, the keyed tag of a provider's name for the person.
"""

from __future__ import annotations

import uuid

from exchange.audit import NODE
from exchange.errors import Conflict
from exchange.ports import Item, UnitOfWork
from exchange.services.inside import Inside

KIND = "keyhole"


def identity_lookup(inside: Inside, issuer: str, subject: str) -> str:
    """Return what an account at a provider is found by."""
    value = f"{len(issuer)}:{issuer}{subject}".encode("utf-8", "replace")
    return inside.vault.compartment(NODE, "general").tag("identity", value)


def add(inside: Inside, unit: UnitOfWork, lookup: str, account_id: str) -> None:
    """Let a look-up find an account, in a unit of the node.

    :raises Conflict: ``sign-in-taken``: it finds another account already.
    """
    found = unit.items.find(KIND, lookup)
    if found is not None:
        if _account(found) != account_id:
            hint = "It belongs to another account here. Use another one, or ask an administrator."
            raise Conflict("sign-in-taken", hint=hint)
        return
    now = inside.clock.now()
    unit.items.add(
        Item(
            KIND,
            str(uuid.uuid4()),
            "open",
            {"account": account_id},
            created_at=now,
            updated_at=now,
            lookup=lookup,
        )
    )


def drop(unit: UnitOfWork, lookup: str) -> None:
    """Let a look-up find nothing any more."""
    found = unit.items.find(KIND, lookup)
    if found is not None:
        unit.items.remove(KIND, found.item_id)


def account_behind(unit: UnitOfWork, lookup: str) -> str | None:
    """Return the account that a look-up finds, or None."""
    found = unit.items.find(KIND, lookup)
    return None if found is None else _account(found)


def _account(item: Item) -> str:
    return str((item.content or {}).get("account"))
