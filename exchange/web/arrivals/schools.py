"""Names of organisations, as the directory has them."""

from __future__ import annotations

from exchange.errors import ExchangeError
from exchange.web.here import inside
from keys.errors import KeysError


def name_of(org_id: str, otherwise: str = "A school that is not in the directory any more") -> str:
    """Return the name of an organisation."""
    if not org_id:
        return otherwise
    try:
        return inside().directory().get(org_id, inside().clock.now()).name
    except (ExchangeError, KeysError):
        return otherwise
