"""How often one may be wrong, and what somebody learns who tries; the right person gets in."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from exchange.domain.access import Role
from exchange.errors import Refused
from exchange.services.people import enter, manage
from tests.exchange.services.people.conftest import ADMIN, Town
from tests.exchange.services.people.entering import (
    CALLER,
    SITE,
    code_of,
    halfway,
    next_code,
    typed,
    with_app,
    with_passkey,
)


def test_ten_wrong_passwords_shut_the_door_also_to_the_right_one(town: Town) -> None:
    account = town.joined(Role.SENCO)
    for _ in range(10):
        assert code_of(lambda: town.by_password(account.login, "wrong")) == "sign-in-wrong"
    with pytest.raises(Refused) as caught:
        town.by_password(account.login)
    assert caught.value.code == "sign-in-paused"
    assert "Wait 5 minutes" in caught.value.hint
    assert "passkey" in caught.value.hint
    town.clock.forward(minutes=5)
    town.by_password(account.login)
    assert "sign-in.paused" in town.actions()


def test_a_pause_of_the_password_leaves_passkeys_alone(town: Town) -> None:
    account, device = with_passkey(town, town.joined(Role.SENCO))
    for _ in range(10):
        code_of(lambda: town.by_password(account.login, "wrong"))
    assert code_of(lambda: town.by_password(account.login)) == "sign-in-paused"
    token, options = enter.passkey_challenge(town.inside, SITE)
    assert enter.with_passkey(town.inside, CALLER, SITE, token, device.get(options)).strong


def test_no_more_than_ten_of_many_guesses_at_once_are_checked(town: Town) -> None:
    account = town.joined(Role.SENCO)
    answers: list[str] = []

    def guess(number: int) -> None:
        answers.append(code_of(lambda: town.by_password(account.login, f"wrong {number}")))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(25)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers.count("sign-in-wrong") == 10
    assert answers.count("sign-in-paused") == 15


def test_ten_wrong_codes_shut_the_second_step(town: Town) -> None:
    account, secret = with_app(town, town.joined(Role.SENCO))
    token = halfway(town, account)
    for _ in range(10):
        assert code_of(lambda: typed(town, token, "000")) == "code-wrong"
    code = next_code(town, secret)
    assert code_of(lambda: typed(town, token, code)) == "sign-in-paused"
    # A new first step does not open it.
    token = halfway(town, account)
    assert code_of(lambda: typed(town, token, code)) == "sign-in-paused"


def test_who_tries_many_names_from_one_place_is_stopped(town: Town) -> None:
    for number in range(60):
        name = f"nobody{number}@school.example"
        assert code_of(lambda: town.by_password(name, source="192.0.2.7")) == "sign-in-wrong"  # noqa: B023
    account = town.joined(Role.SENCO)
    last = lambda source: town.by_password(account.login, source=source)  # noqa: E731
    assert code_of(lambda: last("192.0.2.7")) == "sign-in-paused"
    last("192.0.2.8")


def test_an_administrator_can_open_the_door_again(town: Town) -> None:
    account = town.joined(Role.SENCO)
    for _ in range(10):
        code_of(lambda: town.by_password(account.login, "wrong"))
    person = manage.person_of(town.inside, town.org_id, account.account_id)
    assert person.waits > timedelta(minutes=4)
    manage.open_sign_in(town.inside, town.org_id, account.account_id, ADMIN)
    town.by_password(account.login)


def test_an_unknown_name_is_answered_counted_and_booked_like_a_wrong_password(
    town: Town,
) -> None:
    account = town.joined(Role.SENCO)
    said = []
    for login in (account.login, "nobody-at-all@school.example"):
        before = len(town.book())
        told = []
        for _ in range(11):
            with pytest.raises(Refused) as caught:
                town.by_password(login, "wrong")
            told.append((caught.value.code, caught.value.hint, caught.value.path))
        entries = town.book()[before:]
        said.append((told, [(one.action, one.outcome, one.object_kind) for one in entries]))
    assert said[0] == said[1]


def test_an_unknown_name_takes_as_long_as_a_wrong_password(town: Town) -> None:
    account = town.joined(Role.SENCO)

    def taken(login: str) -> float:
        start = time.perf_counter()
        code_of(lambda: town.by_password(login, "wrong"))
        return time.perf_counter() - start

    taken("warm-up@school.example")
    pairs = [(taken(account.login), taken("nobody-here@school.example")) for _ in range(8)]
    # The quickest of each: on a busy machine, the others tell of the machine.
    known, unknown = (min(each) for each in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2.0


def test_the_book_names_no_address_that_somebody_tried(town: Town) -> None:
    code_of(lambda: town.by_password("a.secret.name@school.example", source="192.0.2.99"))
    said = repr(town.book())
    assert "a.secret.name" not in said
    assert "192.0.2.99" not in said


def test_a_suspended_person_is_told_so_only_with_the_right_password(town: Town) -> None:
    account = town.joined(Role.SENCO)
    manage.suspend_person(town.inside, town.org_id, account.account_id, ADMIN)
    assert code_of(lambda: town.by_password(account.login, "wrong")) == "sign-in-wrong"
    assert code_of(lambda: town.by_password(account.login)) == "account-suspended"
