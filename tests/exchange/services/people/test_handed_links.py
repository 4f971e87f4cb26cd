"""Without mail the inviter holds the link: nobody proved the address, and others are refused."""

from __future__ import annotations

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import Conflict
from exchange.ports.sign_in import Identity
from exchange.services.people import invite, join
from exchange.services.people.account import Account, get_account
from tests.exchange.services.people.conftest import ADMIN, BASE, GOOD, Town

ADDRESS = "head@another-school.example"


def handed(town: Town, login: str) -> invite.Invited:
    """A school's administrator invites an address that may be anybody's, and holds the link."""
    role = (Role.ORGANISATION_ADMINISTRATOR,)
    return invite.invite(
        town.inside, town.org_id, "Someone", login, role, ADMIN.actor, BASE, handed=True
    )


def elsewhere(town: Town, login: str) -> invite.Invited:
    """Another place invites the same address."""
    role = (Role.NODE_ADMINISTRATOR,)
    return invite.invite(town.inside, None, "The head", login, role, ADMIN.actor, BASE, handed=True)


def kept(town: Town, made: invite.Invited) -> Account:
    with town.inside.store.reading(NODE) as unit:
        return get_account(unit, made.account.account_id)


def test_an_address_that_another_place_took_for_itself_is_not_joined(town: Town) -> None:
    made = handed(town, ADDRESS)
    with pytest.raises(Conflict) as caught:  # while the link lies open
        elsewhere(town, ADDRESS.upper())
    assert caught.value.code == "address-unproven"
    assert ADDRESS not in str(caught.value)
    join.accept_with_password(town.inside, made.token, GOOD)
    with pytest.raises(Conflict):  # and after it was used
        elsewhere(town, ADDRESS)
    assert {one.org_id for one in kept(town, made).posts} == {town.org_id}


def test_the_same_place_gives_further_roles(town: Town) -> None:
    made = handed(town, "own@school.example")
    join.accept_with_password(town.inside, made.token, GOOD)
    role = (Role.SENCO,)
    again = invite.invite(
        town.inside, town.org_id, "Someone", "own@school.example", role, ADMIN.actor, BASE
    )
    assert len(again.account.posts) == 2


def test_a_mail_proves_the_address(town: Town) -> None:
    made = handed(town, "later@school.example")
    by_mail = invite.invite_again(
        town.inside, town.org_id, made.account.account_id, ADMIN.actor, BASE
    )
    assert join.accept_with_password(town.inside, by_mail.token, GOOD).handed_by is None
    assert len(elsewhere(town, "later@school.example").account.posts) == 2


@pytest.mark.parametrize(("vouched", "proven"), [("known@school.example", True), ("", False)])
def test_a_provider_proves_the_address_that_it_vouches_for(
    town: Town, vouched: str, proven: bool
) -> None:
    login = vouched or "unknown@school.example"
    made = handed(town, login)
    identity = Identity("https://issuer.example", f"sub-{login}", email=vouched)
    account = join.accept_with_identity(town.inside, made.token, "work", identity)
    assert (account.handed_by is None) is proven
    assert (kept(town, made).handed_by is None) is proven
