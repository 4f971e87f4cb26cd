"""The second step of signing in: a code of the app, or a recovery code; each is good once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from exchange.audit import NODE
from exchange.errors import Conflict, Refused
from exchange.ports import Actor
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.people import ceremony
from exchange.services.people.account import Account, get_account, put_account
from exchange.services.people.credentials import Credentials, Factor
from exchange.services.people.enter import (
    FACE,
    HALFWAY,
    Caller,
    Entered,
    Halfway,
    check_active,
    note_failure,
    open_for,
    source_of,
)
from exchange.services.people.names import SERVICE
from exchange.services.people.session import DEFAULT_LIMITS, Limits
from exchange.services.people.throttle import Subject, count_guess, waiting, was_right
from keys import totp


def with_code(
    inside: Inside, caller: Caller, token: str, code: str, limits: Limits = DEFAULT_LIMITS
) -> Entered:
    """Go on with a code of the authenticator app; each code is good once.

    :raises Refused: ``code-wrong``, ``sign-in-paused``, ``step-too-late``.
    """

    def use(one: Credentials) -> Credentials | None:
        if one.totp is None:
            return None
        step = totp.used_step(one.totp, code, inside.clock.now(), one.totp_step)
        return None if step is None else replace(one, totp_step=step)

    return _second(inside, caller, token, "app", use, limits)


def with_recovery_code(
    inside: Inside, caller: Caller, token: str, code: str, limits: Limits = DEFAULT_LIMITS
) -> Entered:
    """Go on with a recovery code; each is good once.

    :raises Refused: ``code-wrong``, ``sign-in-paused``, ``step-too-late``.
    """

    def use(one: Credentials) -> Credentials | None:
        left = totp.without_used(code, one.recovery)
        return None if left is None else replace(one, recovery=left)

    return _second(inside, caller, token, "recovery-code", use, limits)


def halfway(inside: Inside, token: str) -> Halfway:
    """Return what is asked for next.

    :raises Refused: ``step-too-late``.
    """
    said = ceremony.look(inside, HALFWAY, token)
    with inside.store.reading(NODE) as unit:
        own = get_account(unit, str(said["account"])).credentials
    return Halfway(token, own.totp is not None, bool(own.passkeys))


def _second(
    inside: Inside,
    caller: Caller,
    token: str,
    factor: Factor,
    use: Callable[[Credentials], Credentials | None],
    limits: Limits,
) -> Entered:
    account_id = str(ceremony.look(inside, HALFWAY, token)["account"])
    guess = count_guess(inside, (Subject("code", account_id), *source_of(caller)))
    try:
        account = _used(inside, account_id, factor, use)
    except Conflict:  # the same code in two browsers at once: one of them wins
        account = None
    if account is None:
        note_failure(inside, guess.subjects[0])
        _warn_if_shut(inside, guess.subjects[0], account_id)
        hint = "The code is wrong, too old, or was used already. Wait for the next one."
        raise Refused("code-wrong", hint=hint)
    ceremony.take(inside, HALFWAY, token)
    was_right(inside, guess)
    check_active(inside, account)
    return open_for(inside, caller, account, factor, strong=True, limits=limits)


def _warn_if_shut(inside: Inside, subject: Subject, account_id: str) -> None:
    """Tell the person by mail that somebody knows their password and guesses codes."""
    if not waiting(inside, subject):
        return
    with inside.store.unit(NODE) as unit:
        account = get_account(unit, account_id)
        facts = {"organisation": SERVICE}
        queue_letter(unit, Letter("codes-guessed", account.login, facts), inside.clock.now())
        unit.audit.record(FACE, "person.warned", "account", account_id)
        unit.commit()


def _used(
    inside: Inside,
    account_id: str,
    factor: Factor,
    use: Callable[[Credentials], Credentials | None],
) -> Account | None:
    """Return the account once its code is used up, or None where the code is wrong."""
    with inside.store.unit(NODE) as unit:
        account = get_account(unit, account_id)
        after = use(account.credentials)
        if after is None:
            return None
        account = put_account(inside, unit, replace(account, credentials=after))
        detail = {"left": str(len(after.recovery))} if factor == "recovery-code" else {}
        actor = Actor(account.name, "account")
        unit.audit.record(actor, f"{factor}.used", "account", account_id, detail=detail)
        unit.commit()
    return account
