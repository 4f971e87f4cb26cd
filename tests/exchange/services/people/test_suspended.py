"""Who is suspended is not told that they may come in, and a way back is there for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import Conflict
from exchange.services.letters import KIND as LETTER
from exchange.services.people import enter, invite, manage
from exchange.services.people.account import Account
from exchange.wiring import NewOrganisation, add_organisation, open_node
from keys.directory import DatedIdentifier
from tests.exchange.services.people.conftest import ADMIN, BASE, GOOD, Now, Town
from tests.exchange.web.site import DSL_PASSPHRASE, Place


@pytest.fixture(scope="module")
def second(place: Place) -> str:
    """Return another school of the node."""
    identifiers = (DatedIdentifier("urn", "999009"),)
    new = NewOrganisation("Oak Lane", "school", identifiers, "classic", DSL_PASSPHRASE)
    root = place.node.home.root
    org_id, _ = add_organisation(open_node(root), new, ADMIN.actor)
    place.node = open_node(root)
    return org_id


@pytest.fixture
def town(place: Place, second: str) -> Town:
    clock = Now()
    return Town(place, replace(place.node.inside, clock=clock), clock)


def suspended(town: Town, *roles: Role) -> Account:
    account = town.joined(*roles)
    manage.suspend_person(town.inside, town.org_id, account.account_id, ADMIN)
    return account


def invited(town: Town, org_id: str, account: Account, role: Role = Role.TEACHER) -> Account:
    made = invite.invite(
        town.inside, org_id, account.name, account.login, {role}, ADMIN.actor, BASE
    )
    return made.account


def letters(town: Town, account: Account) -> list[object]:
    with town.inside.store.reading(NODE) as unit:
        found = [x for x in unit.items.all(LETTER) if (x.content or {}).get("to") == account.login]
    return [one.clear["template"] for one in found]


def test_another_organisation_is_refused_and_not_told_why(town: Town, second: str) -> None:
    account = suspended(town, Role.SENCO)
    before = letters(town, account)
    with pytest.raises(Conflict) as caught:
        invited(town, second, account)
    assert (caught.value.code, caught.value.path) == ("address-shut", "/login")
    assert "suspend" not in (caught.value.hint or "").lower()
    assert letters(town, account) == before, "nobody writes that they may come in"
    assert account.account_id not in {x.account_id for x in manage.people_of(town.inside, second)}
    manage.restore_person(town.inside, town.org_id, account.account_id, ADMIN)
    assert invited(town, second, account).organisations_at(town.clock.now()) == (
        town.org_id,
        second,
    )


def test_ones_own_person_is_let_in_on_their_page(town: Town, second: str) -> None:
    account = suspended(town, Role.SENCO)
    for role in (Role.SENCO, Role.TEACHER):
        with pytest.raises(Conflict) as caught:
            invited(town, town.org_id, account, role)
        assert caught.value.code == "person-suspended"
        assert "End the suspension" in (caught.value.hint or "")


def test_who_was_let_go_starts_anew_elsewhere(town: Town, second: str) -> None:
    account = suspended(town, Role.SENCO)
    manage.set_roles(town.inside, town.org_id, account.account_id, (), ADMIN)
    assert invited(town, second, account).state == "active"
    assert "joined-another" in letters(town, account)
    assert isinstance(town.by_password(account.login, GOOD), enter.Entered)
    assert "account.restored" in town.actions()


def test_an_invitation_that_was_never_taken_up_is_one_again(town: Town, second: str) -> None:
    made = town.invited(Role.SENCO).account
    manage.suspend_person(town.inside, town.org_id, made.account_id, ADMIN)
    manage.set_roles(town.inside, town.org_id, made.account_id, (), ADMIN)
    assert invited(town, second, made).state == "invited"


def test_who_has_two_suspended_is_offered_what_works(town: Town, second: str) -> None:
    account = town.joined(Role.SENCO)
    invited(town, second, account)
    manage.suspend_person(town.inside, None, account.account_id, ADMIN)
    page, path = town.place.client(Role.HEAD), f"/people/{account.account_id}"
    shown = page.get(path).text
    assert "End the suspension" not in shown
    assert "neither ends it alone" in shown
    manage.set_roles(town.inside, second, account.account_id, (), ADMIN)
    assert "End the suspension" in page.get(path).text
    assert page.post(path, {"what": "restore"}).status_code == 302
