"""Small schools: one person is head, SENCO and DSL; each action says in which role."""

from __future__ import annotations

import pytest

from exchange.domain.access import Role, Visitor, may_see
from exchange.domain.destinations import Kind
from exchange.domain.protection import Why
from exchange.errors import Refused, Wrapped
from exchange.ports import Actor
from exchange.services.approve import approvals, ask_release, confirm_by_call, decide, others
from exchange.services.protect import protect
from exchange.services.settle_destination import Wanted, settle
from tests.exchange.services.town import NOW, PRIMARY, Town
from tests.lives.people import staff

ALL = (Role.SENCO, Role.HEAD, Role.DSL)


def visitor(account: str, chosen: Role | None = None) -> Visitor:
    return Visitor(account, "Jo", PRIMARY, frozenset(ALL), "session", chosen=chosen, strong=True)


@pytest.mark.parametrize(
    ("row", "role"),
    [
        ({Role.SENCO}, Role.SENCO),
        ({Role.DSL}, Role.DSL),
        ({Role.HEAD}, Role.HEAD),
        ({Role.HEAD, Role.SENCO}, Role.SENCO),
        ({Role.TEACHER}, None),
    ],
)
def test_each_page_is_used_in_one_of_its_own_roles(row: set[Role], role: Role | None) -> None:
    assert visitor("jo").acting_as(row) is role
    if Role.HEAD in row:
        assert visitor("jo", Role.HEAD).acting_as(row) is Role.HEAD


def test_holding_the_leads_post_opens_child_protection_in_that_role_alone() -> None:
    seen = {role: may_see(role, "cp-file", NOW.date()) for role in ALL}
    assert seen == {Role.SENCO: False, Role.HEAD: False, Role.DSL: True}


def test_child_protection_stays_locked_for_the_same_person_without_the_passphrase(
    town: Town,
) -> None:
    with pytest.raises(Wrapped, match="compartment-locked"):
        town.attach(town.leaver(), b"Notes.", "cp-file")


def test_the_book_says_in_which_role_the_one_person_acted(town: Town) -> None:
    account = staff(town, "Jo", *ALL)
    inside, pupil_id = town.primary.inside, town.ready()
    asked = ask_release(inside, PRIMARY, pupil_id, "", account, Actor("Jo", "senco"))
    decide(inside, PRIMARY, asked.approval_id, account, Actor("Jo", "head"), yes=True)
    protect(inside, PRIMARY, pupil_id, Why.WITNESS, (account, "clerk"), Actor("Jo", "dsl"))
    told = {one.action: one.role for one in town.primary.book() if one.actor == "Jo"}
    assert (told["approval.asked"], told["approval.approved"], told["protection.set"]) == (
        "senco",
        "head",
        "dsl",
    )


def test_alone_they_call_the_number_of_the_register_and_with_a_colleague_they_ask(
    town: Town,
) -> None:
    account, jo = staff(town, "Jo", *ALL), Actor("Jo", "senco")
    inside = town.primary.inside
    abroad = Wanted(kind=Kind.OUTSIDE_ENGLAND, name="Ysgol", country="Wales")
    settle(inside, PRIMARY, town.leaver(), abroad, account, jo)
    assert others(inside, PRIMARY, account) == 0
    with town.primary.store.reading(PRIMARY) as unit:
        (question,) = approvals(unit)
    with pytest.raises(Refused, match="second-person-needed"):
        decide(inside, PRIMARY, question.approval_id, account, Actor("Jo", "head"), yes=True)
    staff(town, "Kim", Role.SEN_ADMINISTRATOR)
    assert others(inside, PRIMARY, account) == 1
    with pytest.raises(Refused, match="second-person-exists"):
        confirm_by_call(inside, PRIMARY, question.approval_id, "the office", account, jo)
