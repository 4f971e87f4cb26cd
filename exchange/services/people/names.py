"""What people call an organisation of this node, and what it is."""

from __future__ import annotations

from exchange.services.inside import Inside
from keys.errors import KeysError

SERVICE = "SEN Exchange"
OF_NODE = "this system"


def organisation_name(inside: Inside, org_id: str | None) -> str:
    """Return the name in the directory; of one that is not in it yet, the beginning of its id."""
    if org_id is None:
        return OF_NODE
    try:
        return inside.directory().get(org_id, inside.clock.now()).name
    except KeysError:
        return f"Organisation {org_id[:8]}"


def organisation_kind(inside: Inside, org_id: str) -> str | None:
    """Return what the directory says that an organisation is (``school``, ``la``), or None."""
    try:
        return inside.directory().get(org_id, inside.clock.now()).kind
    except KeysError:
        return None
