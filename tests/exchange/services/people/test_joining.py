"""Invitations: by link, once, for a week; nobody joins without one."""

from __future__ import annotations

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import Conflict, ExchangeError, NotFound, Refused, UsageError
from exchange.ports.sign_in import Identity
from exchange.services.letters import KIND as LETTER
from exchange.services.people import invite, join
from tests.exchange.services.people.conftest import ADMIN, BASE, GOOD, Town


def letters(town: Town, login: str) -> list[dict[str, object]]:
    with town.inside.store.reading(NODE) as unit:
        found = [dict(one.content or {}) for one in unit.items.all(LETTER)]
    return [one for one in found if one["to"] == login]


def test_the_link_goes_by_mail_and_only_its_hash_is_kept(town: Town) -> None:
    made = town.invited(Role.SENCO, Role.DSL)
    [letter] = letters(town, made.account.login)
    assert f"{BASE}/join/{made.token}" in str(letter["facts"])
    with town.inside.store.reading(NODE) as unit:
        kept = list(unit.items.all(invite.KIND))
    assert made.token not in repr(kept)
    assert "account.invited" in town.actions()
    assert "person.invited" in town.actions(town.org_id)


def test_looking_at_the_link_changes_nothing_and_joining_works_once(town: Town) -> None:
    made = town.invited(Role.SENCO, Role.DSL)
    for _ in range(3):
        found = join.invitation_of(town.inside, made.token)
        assert found.organisation == town.place.name
        assert found.inviter == "Ada Admin"
        assert set(found.roles) == {Role.SENCO, Role.DSL}
    account = join.accept_with_password(town.inside, made.token, GOOD)
    assert account.state == "active"
    for again in (
        lambda: join.invitation_of(town.inside, made.token),
        lambda: join.accept_with_password(town.inside, made.token, "another password 12"),
        lambda: join.accept_with_identity(town.inside, made.token, "x", Identity("i", "s")),
    ):
        with pytest.raises(NotFound):
            again()


def test_the_link_lasts_a_week(town: Town) -> None:
    made = town.invited(Role.SENCO)
    town.clock.forward(days=6, hours=23)
    join.invitation_of(town.inside, made.token)
    town.clock.forward(hours=2)
    with pytest.raises(NotFound):
        join.accept_with_password(town.inside, made.token, GOOD)


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "../../x", "\ud800", "%00" * 15, "=" * 43])
def test_a_made_up_link_is_unknown(town: Town, token: str) -> None:
    with pytest.raises(NotFound):
        join.invitation_of(town.inside, token)


def test_a_weak_password_leaves_the_invitation_open(town: Town) -> None:
    made = town.invited(Role.SENCO)
    for weak in ("short", "password1234", made.account.login):
        with pytest.raises(UsageError):
            join.accept_with_password(town.inside, made.token, weak)
    join.accept_with_password(town.inside, made.token, GOOD)


def test_a_new_link_voids_the_old_one(town: Town) -> None:
    made = town.invited(Role.SENCO)
    newer = invite.invite_again(
        town.inside, town.org_id, made.account.account_id, ADMIN.actor, BASE
    )
    with pytest.raises(NotFound):
        join.invitation_of(town.inside, made.token)
    join.accept_with_password(town.inside, newer.token, GOOD)
    with pytest.raises(Conflict):
        invite.invite_again(town.inside, town.org_id, made.account.account_id, ADMIN.actor, BASE)


def test_who_has_an_account_gets_the_role_at_once(town: Town) -> None:
    account = town.joined(Role.SENCO)
    made = town.invited(Role.DSL, login=account.login.upper())
    assert made.token == ""
    assert made.account.account_id == account.account_id
    assert {one.role for one in made.account.posts} == {Role.SENCO, Role.DSL}
    with pytest.raises(Conflict):
        town.invited(Role.DSL, login=account.login)


def test_another_places_administrator_never_sees_the_link_of_a_shared_account(town: Town) -> None:
    """Whoever holds the link takes over all posts of the account, so the mailbox alone gets it."""
    made = town.invited(Role.SENCO)
    other = town.invited(Role.NODE_ADMINISTRATOR, org_id=None)
    assert other.token
    with town.inside.store.reading(NODE) as unit:
        assert unit.items.about(invite.KIND, made.account.account_id)
    second = invite.invite(
        town.inside,
        None,
        "Someone",
        town.invited(Role.ORGANISATION_ADMINISTRATOR).account.login,
        (Role.NODE_ADMINISTRATOR,),
        ADMIN.actor,
        BASE,
    )
    assert second.token == ""


@pytest.mark.parametrize(
    ("name", "login", "roles", "code"),
    [
        ("", "a@b.example", (Role.SENCO,), "name-missing"),
        ("A\nB", "a@b.example", (Role.SENCO,), "name-missing"),
        ("A" * 101, "a@b.example", (Role.SENCO,), "name-missing"),
        ("A", "nobody", (Role.SENCO,), "mail-address-invalid"),
        ("A", "a@b.example\nBcc: c@d.example", (Role.SENCO,), "mail-address-invalid"),
        ("A", "a@b.example", (), "roles-missing"),
        ("A", "a@b.example", (Role.NODE_ADMINISTRATOR,), "role-elsewhere"),
    ],
)
def test_what_cannot_be_invited(
    town: Town, name: str, login: str, roles: tuple[Role, ...], code: str
) -> None:
    with pytest.raises(ExchangeError) as caught:
        invite.invite(town.inside, town.org_id, name, login, roles, ADMIN.actor, BASE)
    assert caught.value.code == code


def test_who_runs_the_system_gets_no_role_that_sees_pupils(town: Town) -> None:
    runs = town.joined(Role.NODE_ADMINISTRATOR, org_id=None)
    with pytest.raises(Refused) as caught:
        town.invited(Role.SENCO, login=runs.login)
    assert caught.value.code == "role-clash"


def test_a_provider_account_joins_by_the_link_and_belongs_to_one_person(town: Town) -> None:
    identity = Identity("https://login.example", "joins")
    join.accept_with_identity(town.inside, town.invited(Role.SENCO).token, "test", identity)
    second = town.invited(Role.SENCO)
    with pytest.raises(Conflict):
        join.accept_with_identity(town.inside, second.token, "test", identity)
    join.accept_with_password(town.inside, second.token, GOOD)


def test_a_vouched_address_finds_a_waiting_invitation_and_no_account_in_use(town: Town) -> None:
    made = town.invited(Role.SENCO)
    unvouched = Identity("https://login.example", "mail-0")
    assert join.accept_by_email(town.inside, "test", unvouched) is None
    stranger = Identity("https://login.example", "mail-1", email="other@school.example")
    assert join.accept_by_email(town.inside, "test", stranger) is None
    own = Identity("https://login.example", "mail-2", email=made.account.login.upper())
    found = join.accept_by_email(town.inside, "test", own)
    assert found is not None
    assert found.account_id == made.account.account_id
    thief = Identity("https://login.example", "mail-3", email=made.account.login)
    assert join.accept_by_email(town.inside, "test", thief) is None
    with pytest.raises(NotFound):
        join.invitation_of(town.inside, made.token)


def test_an_address_whose_invitation_is_too_old_finds_nothing(town: Town) -> None:
    made = town.invited(Role.SENCO)
    town.clock.forward(days=8)
    own = Identity("https://login.example", "late", email=made.account.login)
    assert join.accept_by_email(town.inside, "test", own) is None


def test_the_first_administrator_sets_the_node_up_once(town: Town) -> None:
    link = invite.first_link(town.inside, BASE, again=True)
    assert link.startswith(f"{BASE}/set-up/")
    token = link.rpartition("/")[2]
    assert join.invitation_of(town.inside, token).account is None
    with pytest.raises(NotFound):
        join.accept_with_password(town.inside, token, GOOD)
    with pytest.raises(UsageError):
        join.set_up_administrator(town.inside, token, "Nia", "nia@node.example", "short")
    made = join.set_up_administrator(town.inside, token, "Nia", "nia@node.example", GOOD)
    assert made.roles_at(None, town.clock.now()) == {Role.NODE_ADMINISTRATOR}
    with pytest.raises(NotFound):
        join.set_up_administrator(town.inside, token, "Eve", "eve@node.example", GOOD)
    with pytest.raises(Refused) as caught:
        invite.first_link(town.inside, BASE)
    assert caught.value.code == "administrator-exists"
    assert invite.first_link(town.inside, BASE, again=True) != link


def test_a_set_up_link_lasts_a_day_and_an_invitation_is_none(town: Town) -> None:
    token = invite.first_link(town.inside, BASE, again=True).rpartition("/")[2]
    town.clock.forward(hours=25)
    with pytest.raises(NotFound):
        join.set_up_administrator(town.inside, token, "Eve", "eve@node.example", GOOD)
    invited = town.invited(Role.SENCO)
    with pytest.raises(NotFound):
        join.set_up_administrator(town.inside, invited.token, "E", "e@node.example", GOOD)
