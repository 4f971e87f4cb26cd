"""A person's own ways to sign in: setting them up, changing them, taking them away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from exchange.audit import NODE
from exchange.errors import NotFound, Refused, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.sign_in import Identity
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.people import ceremony, keyholes
from exchange.services.people.account import Account, get_account, put_account
from exchange.services.people.credentials import Credentials, Link, OwnPasskey
from exchange.services.people.names import SERVICE
from exchange.services.people.session import end_all_of
from exchange.services.people.throttle import Subject, count_guess, was_right
from keys import passkeys, passwords, totp
from keys.errors import PasskeyInvalid

_TOLD = frozenset({"app.added", "passkey.added", "password.changed", "provider.linked"})
"""What a person is told of by mail, once there is a second step to guard: it may not be them."""
APP, PASSKEY, CODES = "new-app", "new-passkey", "new-codes"
MOST_PASSKEYS = 10
_LONGEST_NAME = 60

_WEAK = {
    "too-short": f"Use at least {passwords.SHORTEST} characters. Three random words work well.",
    "too-long": f"Use no more than {passwords.LONGEST} characters.",
    "too-common": "Many people use a password like this, so it is easy to guess. Choose another.",
    "about-you": "This is too close to your name or school. Choose something others cannot guess.",
}


def begin_app(inside: Inside, account_id: str) -> str:
    """Return the token of a new authenticator app that was not confirmed yet."""
    return ceremony.remember(inside, APP, {"account": account_id, "secret": totp.new_secret()})


def app_secret(inside: Inside, account: Account, token: str) -> tuple[str, str]:
    """Return the secret of an app that is being set up, and the address for its QR code.

    :raises Refused: ``step-too-late``.
    """
    said = ceremony.look(inside, APP, token)
    if said["account"] != account.account_id:
        raise ceremony.too_late()
    secret = str(said["secret"])
    return secret, totp.enrolment_uri(secret, account.login, SERVICE)


def confirm_app(inside: Inside, account: Account, token: str, code: str) -> Account:
    """Take an authenticator app into use, once it shows the right code.

    :raises Refused: ``code-wrong``, ``step-too-late``, ``sign-in-paused``.
    """
    secret, _ = app_secret(inside, account, token)
    guess = count_guess(inside, (Subject("code", account.account_id),))
    step = totp.used_step(secret, code, inside.clock.now(), None)
    if step is None:
        hint = "The code does not fit. Check that the clock of your phone is right, and try again."
        raise Refused("code-wrong", "/code", hint)
    was_right(inside, guess)
    ceremony.take(inside, APP, token)

    def change(own: Credentials) -> Credentials:
        return replace(own, totp=secret, totp_step=step)

    return _change(inside, account.account_id, "app.added", change)


def passkey_challenge(
    inside: Inside, account: Account, site: passkeys.Site
) -> tuple[Account, str, str]:
    """Return the account (with a handle), a token, and what the browser is asked.

    :raises Refused: ``too-many-passkeys``.
    """
    if len(account.credentials.passkeys) >= MOST_PASSKEYS:
        raise Refused("too-many-passkeys", hint="Remove a passkey that you do not use any more.")
    if not account.credentials.handle:

        def give(own: Credentials) -> Credentials:
            return replace(own, handle=own.handle or passkeys.new_handle())

        account = _change(inside, account.account_id, "passkey.begun", give)
    own = account.credentials
    challenge = passkeys.new_challenge()
    said = {"account": account.account_id, "challenge": challenge}
    token = ceremony.remember(inside, PASSKEY, said)
    existing = [one.passkey.credential_id for one in own.passkeys]
    options = passkeys.registration_options(
        site, challenge, own.handle, account.login, account.name, existing
    )
    return account, token, options


def add_passkey(
    inside: Inside, account: Account, site: passkeys.Site, token: str, response: str, name: str
) -> Account:
    """Take a passkey into use.

    :param name: what its owner calls it.
    :raises Refused: ``passkey-wrong``, ``step-too-late``.
    :raises Conflict: ``sign-in-taken``: it is another account's.
    """
    said = ceremony.take(inside, PASSKEY, token)
    if said["account"] != account.account_id:
        raise ceremony.too_late()
    try:
        passkey = passkeys.registered(site, str(said["challenge"]), response)
    except PasskeyInvalid as error:
        raise Refused("passkey-wrong", hint=error.hint) from None
    now = inside.clock.now()
    own = OwnPasskey(passkey, _name(name) or "Passkey", now)

    def change(before: Credentials) -> Credentials:
        return replace(before, passkeys=(*before.passkeys, own))

    def hole(unit: UnitOfWork) -> None:
        keyholes.add(inside, unit, passkey.lookup, account.account_id)

    return _change(inside, account.account_id, "passkey.added", change, hole)


def remove_passkey(inside: Inside, account: Account, credential_id: str) -> Account:
    """Remove a passkey.

    :raises NotFound: ``passkey-unknown``.
    :raises Refused: ``last-second-factor``.
    """
    own = account.credentials
    gone = [one for one in own.passkeys if one.passkey.credential_id == credential_id]
    if not gone:
        raise NotFound("passkey-unknown")
    if own.totp is None and len(own.passkeys) == 1:
        raise _last()

    def change(before: Credentials) -> Credentials:
        left = [x for x in before.passkeys if x.passkey.credential_id != credential_id]
        return replace(before, passkeys=tuple(left))

    def hole(unit: UnitOfWork) -> None:
        keyholes.drop(unit, gone[0].passkey.lookup)

    return _change(inside, account.account_id, "passkey.removed", change, hole)


def remove_app(inside: Inside, account: Account) -> Account:
    """Stop using the authenticator app.

    :raises Refused: ``last-second-factor``.
    """
    if not account.credentials.passkeys:
        raise _last()

    def change(own: Credentials) -> Credentials:
        return replace(own, totp=None, totp_step=None)

    return _change(inside, account.account_id, "app.removed", change)


def new_recovery_codes(inside: Inside, account: Account) -> str:
    """Make ten new recovery codes; the old ones are void. Return the token that shows them once."""
    codes = totp.new_recovery_codes()
    hashes = tuple(totp.recovery_hash(one) for one in codes)

    def change(own: Credentials) -> Credentials:
        return replace(own, recovery=hashes)

    _change(inside, account.account_id, "recovery-codes.made", change)
    said = {"account": account.account_id, "codes": list(codes)}
    return ceremony.remember(inside, CODES, said)


def show_recovery_codes(inside: Inside, account_id: str, token: str) -> tuple[str, ...]:
    """Return codes that were just made; they are shown this one time.

    :raises Refused: ``step-too-late``.
    """
    said = ceremony.take(inside, CODES, token)
    if said["account"] != account_id:
        raise ceremony.too_late()
    return tuple(said["codes"])


def check_new_password(plain: str, about: tuple[str, ...]) -> None:
    """Refuse a password that is easy to guess.

    :raises UsageError: ``password-weak``, with what to do.
    """
    why = passwords.weakness(plain, about)
    if why is not None:
        raise UsageError("password-weak", "/password", _WEAK[why])


def change_password(
    inside: Inside, account: Account, present: str, new: str, session_id: str
) -> Account:
    """Change or set the password; the person's other sessions end.

    :param present: the password until now; not looked at where there is none.
    :raises UsageError: ``password-weak``.
    :raises Refused: ``password-wrong``, ``sign-in-paused``.
    """
    stored = account.credentials.password
    if stored is not None:
        guess = count_guess(inside, (Subject("login", account.login),))
        if not passwords.check_password(stored, present):
            raise Refused("password-wrong", "/present", "This is not your present password.")
        was_right(inside, guess)
    check_new_password(new, (account.name, account.login))
    hashed = passwords.hash_password(new)

    def change(own: Credentials) -> Credentials:
        return replace(own, password=hashed)

    def others(unit: UnitOfWork) -> None:
        actor = Actor(account.name, "account")
        end_all_of(unit, account.account_id, actor, but=session_id)

    return _change(inside, account.account_id, "password.changed", change, others)


def link_identity(inside: Inside, account_id: str, provider: str, identity: Identity) -> Account:
    """Let an account at a provider sign this person in.

    :raises Conflict: ``sign-in-taken``: it signs somebody else in.
    """
    link = Link(provider, identity.issuer, identity.subject, inside.clock.now())

    def change(own: Credentials) -> Credentials:
        others = [x for x in own.links if (x.issuer, x.subject) != (link.issuer, link.subject)]
        return replace(own, links=(*others, link))

    def hole(unit: UnitOfWork) -> None:
        lookup = keyholes.identity_lookup(inside, link.issuer, link.subject)
        keyholes.add(inside, unit, lookup, account_id)

    return _change(inside, account_id, "provider.linked", change, hole)


def own_account(inside: Inside, account_id: str) -> Account:
    """Return a person's account.

    :raises NotFound: ``item-unknown``.
    """
    with inside.store.reading(NODE) as unit:
        return get_account(unit, account_id)


def _change(
    inside: Inside,
    account_id: str,
    action: str,
    change: Callable[[Credentials], Credentials],
    more: Callable[[UnitOfWork], None] | None = None,
) -> Account:
    with inside.store.unit(NODE) as unit:
        account = get_account(unit, account_id)
        before = account.credentials
        changed = replace(account, credentials=change(before))
        account = put_account(inside, unit, changed)
        if more is not None:
            more(unit)
        if action in _TOLD and before.has_second_factor:
            letter = Letter("sign-in-changed", account.login, {"organisation": SERVICE})
            queue_letter(unit, letter, inside.clock.now())
        unit.audit.record(Actor(account.name, "account"), action, "account", account_id)
        unit.commit()
    return account


def _name(text: str) -> str:
    return "".join(one for one in text.strip() if one.isprintable())[:_LONGEST_NAME]


def _last() -> Refused:
    hint = "This is your only second step at sign-in. Set up another one first."
    return Refused("last-second-factor", hint=hint)
