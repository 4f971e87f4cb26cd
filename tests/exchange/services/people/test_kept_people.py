"""Who holds a post, as it is kept in memory, is what the accounts say after every change."""

from __future__ import annotations

from datetime import timedelta

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.boards.people import PeopleBoard
from exchange.services.people import join, manage, session
from exchange.services.people.holders import holders_now
from tests.exchange.services.people.conftest import ADMIN, GOOD, Town

ROLES = (Role.SENCO, Role.TEACHER, Role.SEN_ADMINISTRATOR)


def same(town: Town, kept: PeopleBoard) -> dict[Role, frozenset[str]]:
    """Return who is kept as a holder of each role, once it is what the accounts say."""
    found = {role: kept.holders_now(town.org_id, role) for role in ROLES}
    for role, ids in found.items():
        fresh = holders_now(town.inside, town.org_id, role)
        assert ids == {one.account_id for one in fresh}, role
    return found


def test_every_change_of_a_person_is_followed(town: Town) -> None:
    kept = PeopleBoard(town.inside)
    before = same(town, kept)[Role.SENCO]
    invited = town.invited(Role.SENCO)
    assert same(town, kept)[Role.SENCO] == before, "nobody yet who could sign in"
    account = join.accept_with_password(town.inside, invited.token, GOOD)
    who, org = account.account_id, town.org_id
    assert same(town, kept)[Role.SENCO] == before | {who}
    session.open_session(town.inside, account, strong=True)
    manage.suspend_person(town.inside, org, who, ADMIN)
    assert who not in same(town, kept)[Role.SENCO]
    manage.restore_person(town.inside, org, who, ADMIN)
    assert who in same(town, kept)[Role.SENCO]
    manage.set_roles(town.inside, org, who, {Role.TEACHER}, ADMIN)
    assert who in same(town, kept)[Role.TEACHER]
    until = town.clock.now() + timedelta(days=5)
    manage.give_cover(town.inside, org, who, Role.SENCO, until, ADMIN)
    assert who in same(town, kept)[Role.SENCO]
    town.clock.forward(days=5, minutes=1)
    assert who not in same(town, kept)[Role.SENCO], "a cover ends by itself: nobody writes that"
    manage.set_roles(town.inside, org, who, (), ADMIN)
    assert who not in same(town, kept)[Role.TEACHER]


def test_nothing_that_proves_who_somebody_is_is_kept(town: Town) -> None:
    account = town.joined(Role.SENCO)
    kept = PeopleBoard(town.inside)
    assert account.credentials.password
    [mine] = [one for one in kept._board.rows(NODE) if one.account_id == account.account_id]
    assert not mine.credentials.password
