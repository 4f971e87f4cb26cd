"""A forgotten password: a link to the person's own address, and nothing else changes."""

from __future__ import annotations

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import Conflict, NotFound, Refused, UsageError
from exchange.services.letters import KIND as LETTER
from exchange.services.people import enter, manage, visitors
from exchange.services.people.account import Account, get_account
from exchange.services.people.looking_after import By
from exchange.services.people.new_password import choose_password, send_password_link, whose_link
from exchange.services.people.session import open_session
from tests.exchange.services.people.conftest import ADMIN, BASE, GOOD, Town
from tests.exchange.services.people.entering import with_app
from tests.exchange.services.people.test_managing import also_elsewhere

BETTER = "seven brass umbrellas 41"


def link(town: Town, account: Account, *, handed: bool = False) -> str:
    where = (town.inside, town.org_id, account.account_id)
    return send_password_link(*where, ADMIN, BASE, handed=handed)


def test_a_link_to_the_persons_address_leads_to_a_new_password(town: Town) -> None:
    account, _ = with_app(town, town.joined(Role.SENCO))
    open_ = open_session(town.inside, account, strong=True)
    for _ in range(10):
        with pytest.raises(Refused):
            town.by_password(account.login, "not remembered")
    token = link(town, account)
    with town.inside.store.reading(NODE) as unit:
        told = [
            x.content for x in unit.items.all(LETTER) if (x.content or {})["to"] == account.login
        ]
    assert f"{BASE}/join/{token}" in repr(told)
    assert whose_link(town.inside, token).account_id == account.account_id
    assert visitors.visitor_of(town.inside, open_) is not None, "looking changes nothing"
    with pytest.raises(UsageError):
        choose_password(town.inside, token, "password1234")
    choose_password(town.inside, token, BETTER)
    assert visitors.visitor_of(town.inside, open_) is None
    step = town.by_password(account.login, BETTER)
    assert isinstance(step, enter.Halfway), "the second step is asked for as before"
    with pytest.raises(Refused):
        town.by_password(account.login, GOOD)
    with pytest.raises(NotFound):
        choose_password(town.inside, token, BETTER)
    assert "password.replaced" in town.actions()
    assert "person.password-link-sent" in town.actions(town.org_id)
    assert token not in repr(town.book()) + repr(town.book(town.org_id))


def test_it_is_good_for_a_day_and_the_newest_alone(town: Town) -> None:
    account = town.joined(Role.SENCO)
    first, second = link(town, account), link(town, account)
    with pytest.raises(NotFound):
        whose_link(town.inside, first)
    town.clock.forward(hours=24)
    for gone in (second, "", "x" * 43):
        with pytest.raises(NotFound):
            whose_link(town.inside, gone)


def test_the_old_password_works_until_there_is_a_new_one(town: Town) -> None:
    account = town.joined(Role.SENCO)
    link(town, account)
    assert isinstance(town.by_password(account.login), enter.Entered)


def test_who_may_not_come_in_gets_no_link_and_uses_none(town: Town) -> None:
    account = town.joined(Role.SENCO)
    token = link(town, account)
    manage.suspend_person(town.inside, town.org_id, account.account_id, ADMIN)
    with pytest.raises(NotFound):
        choose_password(town.inside, token, BETTER)
    with pytest.raises(Conflict, match="not-joined"):
        link(town, account)
    with pytest.raises(Conflict, match="not-joined"):
        link(town, town.invited(Role.SENCO).account)


def test_a_link_in_an_administrators_hands_is_for_their_own_people_alone(town: Town) -> None:
    account = also_elsewhere(town, town.joined(Role.SENCO))
    with pytest.raises(Refused, match="person-elsewhere"):
        link(town, account, handed=True)
    assert whose_link(town.inside, link(town, account)).account_id == account.account_id
    own = town.joined(Role.SENCO)
    link(town, own, handed=True)
    with town.inside.store.reading(NODE) as unit:
        assert get_account(unit, own.account_id).handed_by == town.org_id


def test_nobody_of_another_organisation_and_nobody_for_themself(town: Town) -> None:
    account = town.joined(Role.SENCO)
    by = By(account.account_id, ADMIN.actor)
    with pytest.raises(Refused, match="own-account"):
        send_password_link(town.inside, town.org_id, account.account_id, by, BASE)
    other = "11111111-1111-4111-8111-111111111111"
    with pytest.raises(NotFound):
        send_password_link(town.inside, other, account.account_id, ADMIN, BASE)
