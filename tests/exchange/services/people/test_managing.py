"""What administrators do about people, what they cannot, and that sessions end at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.audit import NODE, verify
from exchange.domain.access import Role, Visitor
from exchange.errors import ExchangeError, NotFound, Refused
from exchange.services.letters import KIND as LETTER
from exchange.services.people import (
    enter,
    invite,
    join,
    manage,
    session,
    standing,
    throttle,
    visitors,
)
from exchange.services.people.account import Account, Post, get_account, put_account
from exchange.services.people.looking_after import By
from tests.exchange.services.people.conftest import ADMIN, BASE, Town
from tests.exchange.services.people.entering import with_app, with_passkey

OTHER_ORG = "11111111-1111-4111-8111-111111111111"


def code_of(do: Callable[[], object]) -> str:
    with pytest.raises(ExchangeError) as caught:
        do()
    return caught.value.code


def opened(town: Town, account: Account) -> tuple[str, Visitor]:
    token = session.open_session(town.inside, account, strong=True)
    visitor = visitors.visitor_of(town.inside, token)
    assert visitor is not None
    return token, visitor


def also_elsewhere(town: Town, account: Account) -> Account:
    with town.inside.store.unit(NODE) as unit:
        fresh = get_account(unit, account.account_id)
        posts = (*fresh.posts, Post(OTHER_ORG, Role.SENCO))
        changed = put_account(town.inside, unit, replace(fresh, posts=posts))
        unit.audit.record(ADMIN.actor, "test", "account", account.account_id)
        unit.commit()
    return changed


def test_suspending_a_person_ends_their_sessions_at_once(town: Town) -> None:
    account = town.joined(Role.SENCO)
    token, visitor = opened(town, account)
    assert visitors.still_valid(town.inside, visitor)
    manage.suspend_person(town.inside, town.org_id, account.account_id, ADMIN)
    assert visitors.visitor_of(town.inside, token) is None
    assert not visitors.still_valid(town.inside, visitor)
    manage.restore_person(town.inside, town.org_id, account.account_id, ADMIN)
    assert visitors.visitor_of(town.inside, token) is None, "an ended session stays ended"
    opened(town, account)
    assert "account.suspended" in town.actions()
    assert "person.suspended" in town.actions(town.org_id)


def test_suspending_an_organisation_ends_what_is_done_in_its_name(town: Town) -> None:
    account = town.joined(Role.SENCO)
    token, visitor = opened(town, account)
    standing.suspend_organisation(town.inside, town.org_id, ADMIN.actor)
    try:
        assert visitors.visitor_of(town.inside, token) is None
        assert not visitors.still_valid(town.inside, visitor)
        again = session.open_session(town.inside, account, strong=True)
        assert visitors.visitor_of(town.inside, again) is None
    finally:
        standing.restore_organisation(town.inside, town.org_id, ADMIN.actor)
    assert visitors.still_valid(town.inside, visitor)
    with pytest.raises(NotFound):
        standing.suspend_organisation(town.inside, OTHER_ORG, ADMIN.actor)


def test_a_role_that_is_taken_away_is_gone_at_the_next_step(town: Town) -> None:
    account = town.joined(Role.SENCO, Role.TEACHER)
    token, visitor = opened(town, account)
    manage.set_roles(town.inside, town.org_id, account.account_id, {Role.TEACHER}, ADMIN)
    now = visitors.visitor_of(town.inside, token)
    assert now is not None
    assert now.roles == {Role.TEACHER}
    assert not visitors.still_valid(town.inside, visitor), "an upload begun as SENCO stops"


def test_who_is_let_go_is_out(town: Town) -> None:
    account = town.joined(Role.SENCO)
    token, _ = opened(town, account)
    manage.set_roles(town.inside, town.org_id, account.account_id, (), ADMIN)
    found = visitors.visitor_of(town.inside, token)
    assert found is None or (found.org_id is None and not found.roles)
    assert (
        code_of(lambda: manage.person_of(town.inside, town.org_id, account.account_id))
        == "person-unknown"
    )


def test_a_session_ends_by_idleness_and_in_any_case_after_twelve_hours(town: Town) -> None:
    account = town.joined(Role.SENCO)
    token, visitor = opened(town, account)
    town.clock.forward(minutes=29)
    assert visitors.visitor_of(town.inside, token) is not None
    town.clock.forward(minutes=29)
    assert visitors.visitor_of(town.inside, token) is not None, "looking kept it alive"
    town.clock.forward(minutes=30)
    assert visitors.visitor_of(town.inside, token) is None
    assert not visitors.still_valid(town.inside, visitor)
    token, visitor = opened(town, account)
    for _ in range(36):
        town.clock.forward(minutes=19)
        assert visitors.visitor_of(town.inside, token) is not None
    town.clock.forward(minutes=19)
    town.clock.forward(minutes=19)
    assert visitors.visitor_of(town.inside, token) is None


def test_limits_are_settings(town: Town) -> None:
    account = town.joined(Role.SENCO)
    short = session.Limits(timedelta(minutes=1), timedelta(minutes=2))
    token = session.open_session(town.inside, account, strong=True, limits=short)
    town.clock.forward(minutes=1)
    assert visitors.visitor_of(town.inside, token, limits=short) is None


def test_signing_out_everywhere_and_of_one_place(town: Town) -> None:
    account, other = town.joined(Role.SENCO), town.joined(Role.SENCO)
    first, one = opened(town, account)
    second, _ = opened(town, account)
    assert len(session.sessions_of(town.inside, account.account_id)) == 2
    end = lambda who: session.end_one(  # noqa: E731
        town.inside, who.account_id, one.session_id, ADMIN.actor
    )
    assert code_of(lambda: end(other)) == "item-unknown"
    end(account)
    assert visitors.visitor_of(town.inside, first) is None
    assert visitors.visitor_of(town.inside, second) is not None
    with town.inside.store.unit(NODE) as unit:
        session.end_all_of(unit, account.account_id, ADMIN.actor)
        unit.commit()
    assert visitors.visitor_of(town.inside, second) is None


def test_cover_begins_at_once_and_ends_by_itself(town: Town) -> None:
    account = town.joined(Role.SEN_ADMINISTRATOR)
    token, _ = opened(town, account)
    until = town.clock.now() + timedelta(days=5)
    manage.give_cover(town.inside, town.org_id, account.account_id, Role.SENCO, until, ADMIN)
    during = visitors.visitor_of(town.inside, token)
    assert during is not None
    assert during.roles == {Role.SEN_ADMINISTRATOR, Role.SENCO}
    assert during.acting_as({Role.SENCO}) is Role.SENCO
    [entry] = [one for one in town.book(town.org_id) if one.action == "cover.given"][-1:]
    assert entry.detail["role"] == "senco"
    town.clock.forward(days=5, minutes=1)
    _, after = opened(town, account)
    assert after.roles == {Role.SEN_ADMINISTRATOR}


def test_cover_can_be_ended_and_has_a_longest_time(town: Town) -> None:
    account = town.joined(Role.SEN_ADMINISTRATOR)
    give = lambda days: manage.give_cover(  # noqa: E731
        town.inside,
        town.org_id,
        account.account_id,
        Role.SENCO,
        town.clock.now() + timedelta(days=days),
        ADMIN,
    )
    for days in (0, -1, 185, 4000):
        assert code_of(lambda: give(days)) == "cover-day"  # noqa: B023
    give(10)
    manage.end_cover(town.inside, town.org_id, account.account_id, Role.SENCO, ADMIN)
    end = lambda: manage.end_cover(  # noqa: E731
        town.inside, town.org_id, account.account_id, Role.SENCO, ADMIN
    )
    assert code_of(end) == "cover-unknown"


@pytest.mark.parametrize(
    ("until", "last"),
    [
        (datetime(2026, 12, 13, tzinfo=UTC), date(2026, 12, 12)),
        (datetime(2026, 7, 10, 23, tzinfo=UTC), date(2026, 7, 10)),
        (datetime(2026, 7, 10, 22, 59, tzinfo=UTC), date(2026, 7, 10)),
        (datetime(2026, 7, 10, 23, 1, tzinfo=UTC), date(2026, 7, 11)),
        (None, None),
    ],
)
def test_the_last_day_of_a_cover_is_one_of_london(
    until: datetime | None, last: date | None
) -> None:
    assert Post(OTHER_ORG, Role.SENCO, until).last_day == last


def test_the_only_administrator_of_a_small_school_may_take_on_its_other_roles(
    town: Town,
) -> None:
    for one in manage.people_of(town.inside, town.org_id):
        if {Role.ORGANISATION_ADMINISTRATOR, Role.HEAD} & set(one.roles):
            manage.suspend_person(town.inside, town.org_id, one.account_id, ADMIN)
    account = town.joined(Role.ORGANISATION_ADMINISTRATOR)
    oneself = By(account.account_id, ADMIN.actor)
    where = (town.inside, town.org_id, account.account_id)
    roles = {Role.ORGANISATION_ADMINISTRATOR, Role.HEAD, Role.SENCO}
    manage.set_roles(*where, roles, oneself)
    entry = [one for one in town.book(town.org_id) if one.action == "person.roles-set"][-1]
    assert entry.detail["own"] == "yes"
    town.joined(Role.HEAD)
    assert code_of(lambda: manage.set_roles(*where, {Role.DSL}, oneself)) == "own-account"


def test_nobody_invites_themself(town: Town) -> None:
    account = town.joined(Role.ORGANISATION_ADMINISTRATOR)
    do = lambda: invite.invite(  # noqa: E731
        town.inside,
        town.org_id,
        "Me",
        account.login,
        {Role.SENCO},
        ADMIN.actor,
        BASE,
        account.account_id,
    )
    assert code_of(do) == "own-account"


def test_nobody_gives_themself_a_role_or_cover_or_a_way_round_the_second_factor(
    town: Town,
) -> None:
    account = town.joined(Role.ORGANISATION_ADMINISTRATOR)
    town.joined(Role.HEAD)
    oneself = By(account.account_id, ADMIN.actor)
    until = town.clock.now() + timedelta(days=1)
    where = (town.inside, town.org_id, account.account_id)
    for do in (
        lambda: manage.set_roles(*where, {Role.SENCO}, oneself),
        lambda: manage.give_cover(*where, Role.DSL, until, oneself),
        lambda: manage.reset_second_factor(*where, "lost", oneself),
        lambda: manage.open_sign_in(*where, oneself),
        lambda: manage.suspend_person(*where, oneself),
    ):
        assert code_of(do) == "own-account"


def test_other_organisations_people_are_unknown(town: Town) -> None:
    account = town.joined(Role.NODE_ADMINISTRATOR, org_id=None)
    where = (town.inside, town.org_id, account.account_id)
    until = town.clock.now() + timedelta(days=1)
    for do in (
        lambda: manage.person_of(*where),
        lambda: manage.set_roles(*where, {Role.SENCO}, ADMIN),
        lambda: manage.give_cover(*where, Role.SENCO, until, ADMIN),
        lambda: manage.suspend_person(*where, ADMIN),
        lambda: manage.reset_second_factor(*where, "lost", ADMIN),
        lambda: manage.open_sign_in(*where, ADMIN),
    ):
        assert code_of(do) == "person-unknown"
    assert account.account_id not in {
        one.account_id for one in manage.people_of(town.inside, town.org_id)
    }


def test_one_organisation_cannot_take_a_shared_person_from_another(town: Town) -> None:
    account = also_elsewhere(town, town.joined(Role.SENCO))
    where = (town.inside, town.org_id, account.account_id)
    assert manage.person_of(*where).elsewhere
    assert code_of(lambda: manage.suspend_person(*where, ADMIN)) == "person-elsewhere"
    reset = lambda: manage.reset_second_factor(*where, "lost", ADMIN)  # noqa: E731
    assert code_of(reset) == "person-elsewhere"
    manage.set_roles(*where, (), ADMIN)
    with town.inside.store.reading(NODE) as unit:
        left = get_account(unit, account.account_id)
    assert left.posts == (Post(OTHER_ORG, Role.SENCO),)


def test_one_person_acts_for_one_organisation_at_a_time_and_in_one_role(town: Town) -> None:
    account = also_elsewhere(town, town.joined(Role.SENCO, Role.HEAD))
    token, visitor = opened(town, account)
    assert visitor.org_id == town.org_id
    assert visitor.acting_as({Role.SENCO, Role.HEAD}) is Role.SENCO
    session.choose(town.inside, token, town.org_id, Role.HEAD)
    chosen = visitors.visitor_of(town.inside, token)
    assert chosen is not None
    assert chosen.acting_as({Role.SENCO, Role.HEAD}) is Role.HEAD
    assert chosen.acting_as({Role.SENCO}) is Role.SENCO
    session.choose(town.inside, token, OTHER_ORG, Role.HEAD)
    there = visitors.visitor_of(town.inside, token)
    assert there is not None
    assert (there.org_id, there.roles, there.chosen) == (OTHER_ORG, {Role.SENCO}, None)
    nowhere = "22222222-2222-4222-8222-222222222222"
    assert code_of(lambda: session.choose(town.inside, token, nowhere, None)) == "post-unknown"


def test_removing_a_second_factor_wants_a_reason_and_tells_the_person(town: Town) -> None:
    account, _ = with_app(town, town.joined(Role.SENCO))
    account, _ = with_passkey(town, account)
    token, _ = opened(town, account)
    where = (town.inside, town.org_id, account.account_id)
    assert code_of(lambda: manage.reset_second_factor(*where, "because", ADMIN)) == "reason-missing"
    manage.reset_second_factor(*where, "stolen", ADMIN)
    assert visitors.visitor_of(town.inside, token) is None
    with town.inside.store.reading(NODE) as unit:
        left = get_account(unit, account.account_id).credentials
        told = [x for x in unit.items.all(LETTER) if (x.content or {}).get("to") == account.login]
    assert not left.has_second_factor
    assert left.recovery == ()
    assert left.password is not None
    assert "second-step-removed" in {one.clear["template"] for one in told}
    entry = [one for one in town.book(town.org_id) if one.action.endswith("factor-removed")][-1]
    assert entry.detail["reason"] == "stolen"
    step = town.by_password(account.login)
    assert isinstance(step, enter.Entered)
    assert not step.strong


def shut_by_codes(town: Town, account: Account) -> None:
    """Let a person try codes until the door is shut."""
    for _ in range(10):
        with suppress(Refused):
            throttle.count_guess(town.inside, (throttle.Subject("code", account.account_id),))


def test_who_tried_too_many_codes_is_seen_to_wait_and_let_in(town: Town) -> None:
    account, _ = with_app(town, town.joined(Role.SENCO))
    where = (town.inside, town.org_id, account.account_id)
    shut_by_codes(town, account)
    assert timedelta(minutes=4) < manage.person_of(*where).waits <= timedelta(minutes=5)
    manage.open_sign_in(*where, ADMIN)
    assert not manage.person_of(*where).waits


def test_who_is_given_a_new_second_step_sets_it_up_at_once(town: Town) -> None:
    account, _ = with_app(town, town.joined(Role.SENCO))
    shut_by_codes(town, account)
    manage.reset_second_factor(town.inside, town.org_id, account.account_id, "lost", ADMIN)
    assert with_app(town, account)[0].credentials.has_second_factor


def test_a_suspended_invitation_opens_nothing(town: Town) -> None:
    made = town.invited(Role.SENCO)
    where = (town.inside, town.org_id, made.account.account_id)
    manage.suspend_person(*where, ADMIN)
    with pytest.raises(NotFound):
        join.invitation_of(town.inside, made.token)
    manage.restore_person(*where, ADMIN)
    again = invite.invite_again(
        town.inside, town.org_id, made.account.account_id, ADMIN.actor, BASE
    )
    assert join.invitation_of(town.inside, again.token).account is not None


def test_the_books_hold(town: Town) -> None:
    assert verify(town.book(), NODE) is None
    assert verify(town.book(town.org_id), town.org_id) is None
