"""Accounts that exist in the demonstration only: one for each role at each organisation.

They have the same password and the same secret for the second step, which no real node would let
happen: real people choose their own, or use the account that their school has already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pyotp

from demo.material.documents.common import CASEWORKER
from demo.material.places import THERAPIES, Place
from demo.tables import table
from demo.town import Citizen, Town
from exchange.audit import NODE
from exchange.domain.access import LABELS, Role
from exchange.ports import Actor
from exchange.services.people.account import Account, Post, add_account, new_account
from exchange.services.people.credentials import Credentials
from exchange.wiring import Node, open_node
from keys.passwords import hash_password

PASSWORD = "larkfield demo only"  # noqa: S105
SECRET = "DEMOONLYDEMOONLYDEMOONLYDEMOONLY"  # noqa: S105
_BY = Actor("demonstration", "machine")
_SCHOOL_ROLES = (
    Role.SENCO,
    Role.SEN_ADMINISTRATOR,
    Role.DSL,
    Role.HEAD,
    Role.TEACHER,
    Role.DESIGNATED_TEACHER,
    Role.GOVERNOR,
    Role.ORGANISATION_ADMINISTRATOR,
    Role.NODE_ADMINISTRATOR,
)
_ADMINISTRATORS = (Role.ORGANISATION_ADMINISTRATOR, Role.NODE_ADMINISTRATOR)
_ROLES = {
    "la": (Role.LA_CASEWORKER, Role.PANEL_MEMBER, *_ADMINISTRATORS),
    "agency": (Role.PRACTITIONER, *_ADMINISTRATORS),
}
_OTHERS = {
    Role.SEN_ADMINISTRATOR: "Mrs Pat Lovelock",
    Role.TEACHER: "Mr Imran Sethi",
    Role.DESIGNATED_TEACHER: "Ms Lowri Vaughan",
    Role.GOVERNOR: "Mr Francis Okell",
    Role.LA_CASEWORKER: CASEWORKER.name,
    Role.PANEL_MEMBER: "Dr Leonie Marchbank",
    Role.PRACTITIONER: THERAPIES.senco,
    Role.ORGANISATION_ADMINISTRATOR: "Ms Joan Pickard",
    Role.NODE_ADMINISTRATOR: "Mr Ted Sumner",
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """One account, to be printed."""

    role: Role
    name: str
    login: str


def make_accounts(town: Town) -> None:
    """Make the accounts of every node, with their second step set up."""
    own = Credentials(password=hash_password(PASSWORD), totp=SECRET)
    for citizen in town.citizens:
        node = open_node(citizen.home)
        (org_id,) = node.inside.store.organisations()
        with node.inside.store.unit(NODE) as unit:
            for one in sign_ins(citizen.place):
                where = None if one.role is Role.NODE_ADMINISTRATOR else org_id
                made = new_account(one.name, one.login, (Post(where, one.role),), "active")
                account = replace(made, credentials=own)
                add_account(node.inside, unit, account)
                unit.audit.record(_BY, "account.made", "account", account.account_id)
            unit.commit()
        node.engine.dispose()


def sign_ins(place: Place) -> Iterator[SignIn]:
    """Yield the accounts of an organisation and its node."""
    for role in _ROLES.get(place.kind, _SCHOOL_ROLES):
        yield SignIn(role, named(place, role), place.email(role.value))


def named(place: Place, role: Role) -> str:
    """Return who has a role at an organisation."""
    known = {Role.SENCO: place.senco, Role.HEAD: place.head, Role.DSL: place.dsl}
    return known.get(role) or _OTHERS[role]


def account_of(node: Node, place: Place, role: Role) -> Account:
    """Return the account of a role, for what the demonstration does in that person's place."""
    from exchange.services.people.account import account_with

    with node.inside.store.reading(NODE) as unit:
        found = account_with(node.inside, unit, place.email(role.value))
    if found is None:
        raise LookupError(role)
    return found


def code_now() -> str:
    """Return the code of the second step that is good now."""
    return pyotp.TOTP(SECRET).at(datetime.now(UTC))


def show(citizens: Sequence[Citizen]) -> None:
    """Print where to sign in, as whom, and with what."""
    print("\nPages to sign in to (accounts of this demonstration only):")
    for citizen in citizens:
        print(f"\n{citizen.place.name}: {citizen.pages_url}")
        rows = [(LABELS[one.role], one.name, one.login) for one in sign_ins(citizen.place)]
        print(table(("Role", "Name", "Mail address"), rows, most=50))
    print(f"\nPassword of all: {PASSWORD}")
    print(f"Second step of all: secret {SECRET} for an authenticator app; or ask for the")
    print(f"code with .venv/bin/python -m demo.code (now: {code_now()}). It works once an account.")
