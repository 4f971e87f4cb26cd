"""Ways in, as tests of signing in take them: an app, a passkey, half of the way."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest

from exchange.errors import ExchangeError
from exchange.services.people import enter, factors, second_step
from exchange.services.people.account import Account
from keys.passkeys import Site
from tests.exchange.services.people.conftest import Town
from tests.keys.authenticator import Authenticator

SITE = Site("pages.example", "https://pages.example", "SEN Exchange")
CALLER = enter.Caller()


def code_of(do: Callable[[], object]) -> str:
    with pytest.raises(ExchangeError) as caught:
        do()
    return caught.value.code


def with_app(town: Town, account: Account) -> tuple[Account, str]:
    token = factors.begin_app(town.inside, account.account_id)
    secret, _ = factors.app_secret(town.inside, account, token)
    code = pyotp.TOTP(secret).at(town.clock.now())
    return factors.confirm_app(town.inside, account, token, code), secret


def next_code(town: Town, secret: str) -> str:
    town.clock.forward(seconds=30)
    return pyotp.TOTP(secret).at(town.clock.now())


def halfway(town: Town, account: Account) -> str:
    step = town.by_password(account.login)
    assert isinstance(step, enter.Halfway)
    return step.token


def typed(town: Town, token: str, code: str) -> enter.Entered:
    return second_step.with_code(town.inside, CALLER, token, code)


def with_passkey(town: Town, account: Account) -> tuple[Account, Authenticator]:
    device = Authenticator(SITE.origin)
    account, token, options = factors.passkey_challenge(town.inside, account, SITE)
    account = factors.add_passkey(
        town.inside, account, SITE, token, device.create(options), "Laptop"
    )
    return account, device
