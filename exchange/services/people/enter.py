"""Signing in: what a person shows, and the session that they get for it.

A name that is not known, a wrong password and an account without a password are one answer, take
the same work, and are counted alike. Nothing here says which it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from exchange.audit import NODE
from exchange.errors import NotFound, Refused
from exchange.ports import Actor
from exchange.ports.sign_in import Identity
from exchange.services.inside import Inside
from exchange.services.people import ceremony, keyholes
from exchange.services.people.account import (
    Account,
    account_with,
    fold,
    get_account,
    put_account,
)
from exchange.services.people.credentials import Factor, OwnPasskey
from exchange.services.people.session import (
    DEFAULT_LIMITS,
    Limits,
    open_session,
    usable_organisations,
)
from exchange.services.people.throttle import Subject, count_guess, tag_of, was_right
from keys import passkeys, passwords
from keys.errors import PasskeyInvalid

HALFWAY = "second-factor"
PASSKEY = "passkey-sign-in"
_LONGEST_LOGIN = 320
FACE = Actor("sign-in", "machine")


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from.

    :param source: network address; empty where it says nothing (a proxy that hides it).
    :param agent: browser and system, in words.
    """

    source: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """Signed in.

    :param strong: a second factor was shown.
    """

    token: str = field(repr=False)
    account: Account
    strong: bool


@dataclass(frozen=True, slots=True)
class Halfway:
    """The first factor was right; the second one is asked for next.

    :param token: finds what was shown so far; good for ten minutes.
    """

    token: str = field(repr=False)
    has_app: bool
    has_passkey: bool


def with_password(
    inside: Inside, caller: Caller, login: str, password: str, limits: Limits = DEFAULT_LIMITS
) -> Entered | Halfway:
    """Sign in by name and password.

    :raises Refused: ``sign-in-wrong``; ``sign-in-paused``: too many tries, with how long to wait;
        ``account-suspended``, ``organisation-suspended``, ``no-role-left``: told only to who
        knows the password.
    """
    named = fold(login)[:_LONGEST_LOGIN]
    subject = Subject("login", named)
    guess = count_guess(inside, (subject, *source_of(caller)))
    with inside.store.reading(NODE) as unit:
        account = account_with(inside, unit, named)
    stored = None if account is None else account.credentials.password
    if not passwords.check_password(stored, password) or account is None:
        note_failure(inside, subject)
        raise wrong()
    was_right(inside, guess)
    check_active(inside, account)
    if stored is not None and passwords.is_outdated(stored):
        account = _rehashed(inside, account, password)
    return enter_with(inside, caller, account, "password", shown_twice=False, limits=limits)


def passkey_challenge(inside: Inside, site: passkeys.Site) -> tuple[str, str]:
    """Return the token of a new challenge, and what the browser is asked."""
    challenge = passkeys.new_challenge()
    token = ceremony.remember(inside, PASSKEY, {"challenge": challenge})
    return token, passkeys.sign_in_options(site, challenge)


def with_passkey(
    inside: Inside,
    caller: Caller,
    site: passkeys.Site,
    token: str,
    response: str,
    limits: Limits = DEFAULT_LIMITS,
) -> Entered:
    """Sign in by a passkey: two factors in one.

    :raises Refused: ``passkey-wrong``, ``sign-in-paused``, ``step-too-late``,
        ``account-suspended``.
    """
    guess = count_guess(inside, source_of(caller))
    challenge = str(ceremony.take(inside, PASSKEY, token)["challenge"])
    try:
        account = _by_passkey(inside, site, challenge, response)
    except (PasskeyInvalid, NotFound):
        raise Refused(
            "passkey-wrong", hint="This passkey does not work here. Sign in another way."
        ) from None
    was_right(inside, guess)
    check_active(inside, account)
    return open_for(inside, caller, account, "passkey", strong=True, limits=limits)


def with_identity(
    inside: Inside, caller: Caller, identity: Identity, limits: Limits = DEFAULT_LIMITS
) -> Entered | Halfway:
    """Sign in by an account at a provider that is linked to a person here.

    :raises NotFound: ``identity-unknown``: it is nobody's here; none is made for it.
    :raises Refused: ``account-suspended``.
    """
    with inside.store.reading(NODE) as unit:
        lookup = keyholes.identity_lookup(inside, identity.issuer, identity.subject)
        account_id = keyholes.account_behind(unit, lookup)
        account = None if account_id is None else get_account(unit, account_id)
    if account is None:
        hint = "Nobody here signs in with that account yet. Open the link of your invitation."
        raise NotFound("identity-unknown", hint=hint)
    check_active(inside, account)
    return enter_with(inside, caller, account, "provider", identity.multi_factor, limits)


def enter_with(
    inside: Inside,
    caller: Caller,
    account: Account,
    factor: Factor,
    shown_twice: bool,
    limits: Limits = DEFAULT_LIMITS,
) -> Entered | Halfway:
    """Open a session, or ask for the second factor that the person has.

    Who has none yet gets a session that reaches the page which sets one up, and little else.
    """
    own = account.credentials
    if not shown_twice and own.has_second_factor:
        said = {"account": account.account_id, "first": factor}
        token = ceremony.remember(inside, HALFWAY, said)
        return Halfway(token, own.totp is not None, bool(own.passkeys))
    return open_for(inside, caller, account, factor, strong=shown_twice, limits=limits)


def wrong() -> Refused:
    """Return the one answer to a name and password that do not fit."""
    hint = "The e-mail address or the password is wrong. Check both and try again."
    return Refused("sign-in-wrong", hint=hint)


def _by_passkey(inside: Inside, site: passkeys.Site, challenge: str, response: str) -> Account:
    """Return whose passkey this is, its counter moved on.

    :raises PasskeyInvalid: it proves nothing.
    :raises NotFound: it is nobody's.
    """
    claimed = passkeys.claimed_credential(response)
    with inside.store.unit(NODE) as unit:
        account_id = keyholes.account_behind(unit, passkeys.credential_lookup(claimed))
        if account_id is None:
            raise NotFound("item-unknown")
        account = get_account(unit, account_id)
        own = next((x for x in account.credentials.passkeys if _is(x, claimed)), None)
        if own is None:
            raise NotFound("item-unknown")
        handle = account.credentials.handle
        proven = passkeys.proven(site, challenge, own.passkey, handle, response)
        others = tuple(x for x in account.credentials.passkeys if x is not own)
        changed = replace(account.credentials, passkeys=(*others, replace(own, passkey=proven)))
        account = put_account(inside, unit, replace(account, credentials=changed))
        unit.audit.record(Actor(account.name, "account"), "passkey.used", "account", account_id)
        unit.commit()
    return account


def _is(own: OwnPasskey, credential_id: str) -> bool:
    return own.passkey.credential_id == credential_id


def _rehashed(inside: Inside, account: Account, password: str) -> Account:
    """Return the account with its password hashed by today's parameters."""
    fresh = replace(account.credentials, password=passwords.hash_password(password))
    with inside.store.unit(NODE) as unit:
        changed = put_account(inside, unit, replace(account, credentials=fresh))
        unit.audit.record(FACE, "password.rehashed", "account", account.account_id)
        unit.commit()
    return changed


def open_for(
    inside: Inside,
    caller: Caller,
    account: Account,
    factor: Factor,
    *,
    strong: bool,
    limits: Limits,
) -> Entered:
    """Open a session for somebody who has shown enough."""
    token = open_session(
        inside, account, strong=strong, agent=caller.agent, how=factor, limits=limits
    )
    return Entered(token, account, strong)


def check_active(inside: Inside, account: Account) -> None:
    """Refuse somebody who may not come in, though they are who they say.

    :raises Refused: ``account-suspended``, ``no-role-left``, ``organisation-suspended``.
    """
    if account.state != "active":
        hint = "Your sign-in was suspended. Ask the administrator of your organisation."
        raise Refused("account-suspended", hint=hint)
    now = inside.clock.now()
    if not account.organisations_at(now):
        hint = "You have no role here any more. Ask the administrator of your organisation."
        raise Refused("no-role-left", hint=hint)
    with inside.store.reading(NODE) as unit:
        usable = usable_organisations(unit, account, now)
    if not usable:
        hint = "Your organisation's use of this service is suspended. Ask who runs it for you."
        raise Refused("organisation-suspended", hint=hint)


def source_of(caller: Caller) -> tuple[Subject, ...]:
    """Return what guesses from one place are counted by."""
    return (Subject("source", caller.source),) if caller.source else ()


def note_failure(inside: Inside, subject: Subject) -> None:
    """Write a wrong guess into the book; it names nobody."""
    with inside.store.unit(NODE) as unit:
        tag = tag_of(inside, subject)
        unit.audit.record(FACE, "sign-in.failed", "throttle", tag, f"{subject.kind}-wrong")
        unit.commit()
