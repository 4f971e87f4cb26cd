"""One live place for all tests of a module, and a clock that can be put forward."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.ports import Actor, AuditEntry
from exchange.services.inside import Inside
from exchange.services.people import enter, invite, join
from exchange.services.people.account import Account
from exchange.services.people.looking_after import By
from tests.exchange.web.site import Place, made_site

GOOD = "copper lantern 7 geese"
BASE = "https://pages.example"
ADMIN = By("00000000-0000-4000-8000-000000000000", Actor("Ada Admin", "organisation-administrator"))
_numbers = itertools.count(1)


class Now:
    """The present time, which stands still until it is put forward: a code lasts 30 seconds."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC).replace(microsecond=0)

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Town:
    place: Place
    inside: Inside
    clock: Now

    @property
    def org_id(self) -> str:
        return self.place.org_id

    def invited(self, *roles: Role, org_id: str | None = "", login: str = "") -> invite.Invited:
        number = next(_numbers)
        where = self.org_id if org_id == "" else org_id
        named = login or f"someone{number}@school.example"
        return invite.invite(
            self.inside, where, f"Someone {number}", named, roles, ADMIN.actor, BASE
        )

    def joined(self, *roles: Role, org_id: str | None = "") -> Account:
        token = self.invited(*roles, org_id=org_id).token
        return join.accept_with_password(self.inside, token, GOOD)

    def by_password(self, login: str, password: str = GOOD, source: str = "") -> object:
        return enter.with_password(self.inside, enter.Caller(source), login, password)

    def book(self, org_id: str = NODE) -> list[AuditEntry]:
        with self.inside.store.reading(org_id) as unit:
            return list(unit.audit.entries())

    def actions(self, org_id: str = NODE) -> list[str]:
        return [one.action for one in self.book(org_id)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with made_site(tmp_path_factory.mktemp("people"), "primary") as made:
        yield made["primary"]


@pytest.fixture
def town(place: Place) -> Town:
    clock = Now()
    return Town(place, replace(place.node.inside, clock=clock), clock)
