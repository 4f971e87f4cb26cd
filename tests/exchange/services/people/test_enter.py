"""Signing in: what lets a person in, and what does not."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace

import pyotp
import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import NotFound, Refused, UsageError
from exchange.ports.sign_in import Identity
from exchange.services.letters import KIND as LETTER
from exchange.services.people import enter, factors, join, manage, second_step, standing
from exchange.services.people.account import get_account, put_account
from exchange.services.people.visitors import visitor_of
from tests.exchange.services.people.conftest import ADMIN, GOOD, Town
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
from tests.keys.authenticator import Authenticator


def test_who_has_no_second_factor_yet_gets_a_weak_session(town: Town) -> None:
    account = town.joined(Role.SENCO)
    entered = town.by_password(account.login.upper() + " ")
    assert isinstance(entered, enter.Entered)
    assert not entered.strong
    found = visitor_of(town.inside, entered.token)
    assert found is not None
    assert not found.strong


def test_a_code_completes_the_sign_in_and_is_good_once(town: Town) -> None:
    account, secret = with_app(town, town.joined(Role.SENCO))
    token = halfway(town, account)
    code = next_code(town, secret)
    entered = typed(town, token, code)
    assert entered.strong
    # Replayed by whoever looked over the shoulder, with the password known as well.
    again = halfway(town, account)
    assert code_of(lambda: typed(town, again, code)) == "code-wrong"
    assert code_of(lambda: typed(town, token, code)) == "step-too-late"


def test_the_code_that_set_the_app_up_does_not_sign_in(town: Town) -> None:
    account, secret = with_app(town, town.joined(Role.SENCO))
    code = pyotp.TOTP(secret).at(town.clock.now())
    token = halfway(town, account)
    assert code_of(lambda: typed(town, token, code)) == "code-wrong"


def test_one_code_at_once_in_many_browsers_lets_one_in(town: Town) -> None:
    account, secret = with_app(town, town.joined(Role.SENCO))
    tokens = [halfway(town, account) for _ in range(6)]
    code = next_code(town, secret)
    entered: list[str] = []

    def use(token: str) -> None:
        with contextlib.suppress(Refused):
            entered.append(typed(town, token, code).token)

    threads = [threading.Thread(target=use, args=(one,)) for one in tokens]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(entered) == 1


def test_the_second_step_waits_ten_minutes_and_no_longer(town: Town) -> None:
    account, secret = with_app(town, town.joined(Role.SENCO))
    token = halfway(town, account)
    town.clock.forward(minutes=10)
    code = next_code(town, secret)
    assert code_of(lambda: typed(town, token, code)) == "step-too-late"


def test_recovery_codes_sign_in_once_each_and_new_ones_void_the_old(town: Town) -> None:
    account, _ = with_app(town, town.joined(Role.SENCO))
    shown = factors.new_recovery_codes(town.inside, account)
    codes = factors.show_recovery_codes(town.inside, account.account_id, shown)
    assert len(codes) == 10
    again = lambda: factors.show_recovery_codes(town.inside, account.account_id, shown)  # noqa: E731
    assert code_of(again) == "step-too-late"
    token = halfway(town, account)
    assert second_step.with_recovery_code(town.inside, CALLER, token, codes[0].upper()).strong
    token = halfway(town, account)
    use = lambda code: second_step.with_recovery_code(town.inside, CALLER, token, code)  # noqa: E731
    assert code_of(lambda: use(codes[0])) == "code-wrong"
    factors.new_recovery_codes(town.inside, account)
    assert code_of(lambda: use(codes[1])) == "code-wrong"


def test_a_passkey_signs_in_alone_and_names_nobody_before(town: Town) -> None:
    account, device = with_passkey(town, town.joined(Role.SENCO))
    for _ in range(2):
        token, options = enter.passkey_challenge(town.inside, SITE)
        assert account.login not in options
        entered = enter.with_passkey(town.inside, CALLER, SITE, token, device.get(options))
        assert entered.strong
        assert entered.account.account_id == account.account_id


def test_a_passkeys_answer_is_good_once_and_a_strangers_never(town: Town) -> None:
    _, device = with_passkey(town, town.joined(Role.SENCO))
    token, options = enter.passkey_challenge(town.inside, SITE)
    answer = device.get(options)
    enter.with_passkey(town.inside, CALLER, SITE, token, answer)
    sign_in = lambda t, a: enter.with_passkey(town.inside, CALLER, SITE, t, a)  # noqa: E731
    assert code_of(lambda: sign_in(token, answer)) == "step-too-late"
    token, options = enter.passkey_challenge(town.inside, SITE)
    assert code_of(lambda: sign_in(token, answer)) == "passkey-wrong"
    token, options = enter.passkey_challenge(town.inside, SITE)
    stranger = Authenticator(SITE.origin)
    assert code_of(lambda: sign_in(token, stranger.get(options))) == "passkey-wrong"


def test_one_passkey_belongs_to_one_account(town: Town) -> None:
    _, device = with_passkey(town, town.joined(Role.SENCO))
    other = town.joined(Role.SENCO)
    other, token, options = factors.passkey_challenge(town.inside, other, SITE)
    answer = device.create(options)
    add = lambda: factors.add_passkey(town.inside, other, SITE, token, answer, "x")  # noqa: E731
    assert code_of(add) == "sign-in-taken"


def test_a_removed_passkey_signs_nobody_in_and_the_last_one_stays(town: Town) -> None:
    account, device = with_passkey(town, town.joined(Role.SENCO))
    remove = lambda: factors.remove_passkey(  # noqa: E731
        town.inside, account, device.credential_id
    )
    assert code_of(remove) == "last-second-factor"
    account, _ = with_app(town, account)
    remove()
    token, options = enter.passkey_challenge(town.inside, SITE)
    answer = device.get(options)
    use = lambda: enter.with_passkey(town.inside, CALLER, SITE, token, answer)  # noqa: E731
    assert code_of(use) == "passkey-wrong"


def test_an_old_hash_is_made_anew_at_sign_in(town: Town) -> None:
    from argon2 import PasswordHasher

    account = town.joined(Role.SENCO)
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)
    with town.inside.store.unit(NODE) as unit:
        kept = replace(account.credentials, password=old)
        put_account(town.inside, unit, replace(account, credentials=kept))
        unit.audit.record(ADMIN.actor, "test", "account", account.account_id)
        unit.commit()
    town.by_password(account.login)
    with town.inside.store.reading(NODE) as unit:
        fresh = get_account(unit, account.account_id).credentials.password
    assert fresh is not None
    assert "m=19456,t=2,p=1" in fresh
    town.by_password(account.login)


def test_a_new_password_wants_the_old_one_and_ends_the_other_sessions(town: Town) -> None:
    account = town.joined(Role.SENCO)
    here, there = town.by_password(account.login), town.by_password(account.login)
    assert isinstance(here, enter.Entered)
    assert isinstance(there, enter.Entered)
    visitor = visitor_of(town.inside, here.token)
    assert visitor is not None
    new = "marble otter 9 tins"
    change = lambda old, to: factors.change_password(  # noqa: E731
        town.inside, account, old, to, visitor.session_id
    )
    assert code_of(lambda: change("wrong", new)) == "password-wrong"
    with pytest.raises(UsageError) as caught:
        change(GOOD, "password1234")
    assert caught.value.path == "/password"
    change(GOOD, new)
    assert visitor_of(town.inside, here.token) is not None
    assert visitor_of(town.inside, there.token) is None
    assert code_of(lambda: town.by_password(account.login)) == "sign-in-wrong"
    town.by_password(account.login, new)


def test_a_provider_signs_in_who_is_linked_and_nobody_else(town: Town) -> None:
    identity = Identity("https://login.example", "abc", email="x@school.example")
    unknown = lambda: enter.with_identity(town.inside, CALLER, identity)  # noqa: E731
    with pytest.raises(NotFound):
        unknown()
    account = join.accept_with_identity(
        town.inside, town.invited(Role.SENCO).token, "test", identity
    )
    weak = unknown()
    assert isinstance(weak, enter.Entered)
    assert not weak.strong
    strong = enter.with_identity(town.inside, CALLER, replace(identity, multi_factor=True))
    assert isinstance(strong, enter.Entered)
    assert strong.strong
    assert strong.account.account_id == account.account_id
    for other in (
        replace(identity, issuer="https://evil.example"),
        replace(identity, subject="abd"),
        replace(identity, issuer="https://login.exampl", subject="eabc"),
    ):
        with pytest.raises(NotFound):
            enter.with_identity(town.inside, CALLER, other)


def test_a_provider_without_second_factor_still_leads_to_the_persons_own(town: Town) -> None:
    identity = Identity("https://login.example", "two")
    account = join.accept_with_identity(
        town.inside, town.invited(Role.SENCO).token, "test", identity
    )
    with_app(town, account)
    assert isinstance(enter.with_identity(town.inside, CALLER, identity), enter.Halfway)


def letters_to(town: Town, login: str) -> list[str]:
    with town.inside.store.reading(NODE) as unit:
        found = [one for one in unit.items.all(LETTER) if (one.content or {}).get("to") == login]
    return [str(one.clear["template"]) for one in found]


def test_a_person_is_told_when_somebody_guesses_codes(town: Town) -> None:
    account, _ = with_app(town, town.joined(Role.SENCO))
    token = halfway(town, account)
    for _ in range(10):
        assert "codes-guessed" not in letters_to(town, account.login)
        code_of(lambda: typed(town, token, "000"))
    code_of(lambda: typed(town, token, "000"))
    assert letters_to(town, account.login).count("codes-guessed") == 1


def test_a_person_is_told_when_a_way_to_sign_in_is_added(town: Town) -> None:
    account, _ = with_app(town, town.joined(Role.SENCO))
    assert "sign-in-changed" not in letters_to(town, account.login), "the first one is expected"
    with_passkey(town, account)
    assert letters_to(town, account.login).count("sign-in-changed") == 1


def test_who_has_no_role_left_or_a_suspended_organisation_is_told_why(town: Town) -> None:
    account = town.joined(Role.SENCO)
    standing.suspend_organisation(town.inside, town.org_id, ADMIN.actor)
    try:
        assert code_of(lambda: town.by_password(account.login)) == "organisation-suspended"
        assert code_of(lambda: town.by_password(account.login, "wrong")) == "sign-in-wrong"
    finally:
        standing.restore_organisation(town.inside, town.org_id, ADMIN.actor)
    manage.set_roles(town.inside, town.org_id, account.account_id, (), ADMIN)
    assert code_of(lambda: town.by_password(account.login)) == "no-role-left"
