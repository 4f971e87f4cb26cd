"""Tell the safeguarding lead and the SENCO that a child-protection file came, and nothing more.

Keeping Children Safe in Education: the receiving lead and SENCO are made aware that there is one.
The letters name schools alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import ExchangeError
from exchange.ports import Arrival, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.people.account import Account, all_accounts
from exchange.services.people.names import organisation_name
from keys.errors import KeysError
from schemas.base import load_bytes
from schemas.envelope import Envelope
from schemas.recipient import InboxName

_TEXTS = {Role.DSL: "safeguarding-arrived", Role.SENCO: "safeguarding-exists"}


def letters_about(inside: Inside, org_id: str, arrival: Arrival) -> list[Letter]:
    """Return the letters that an arrival asks for; of any but a pack for the lead, none."""
    if load_bytes(Envelope, arrival.envelope).inbox is not InboxName.DSL:
        return []
    try:
        facts = {
            "organisation": organisation_name(inside, org_id),
            "other": organisation_name(inside, arrival.sender),
        }
    except (ExchangeError, KeysError):
        return []  # no directory now: the lead's own page lists the pack all the same
    return [
        Letter(text, login, facts)
        for role, text in _TEXTS.items()
        for login in logins_of(inside, org_id, role)
    ]


def logins_of(inside: Inside, org_id: str, role: Role) -> list[str]:
    """Return the addresses of the people who hold a role in an organisation now."""
    return [one.login for one in _holders(inside, org_id, role)]


def queue_all(unit: UnitOfWork, letters: list[Letter]) -> None:
    """Queue letters in the unit of work of what they tell about."""
    for one in letters:
        queue_letter(unit, one)


def _holders(inside: Inside, org_id: str, role: Role) -> Iterator[Account]:
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        found = [one for one in all_accounts(unit) if one.state == "active"]
    return (one for one in found if role in one.roles_at(org_id, now))
