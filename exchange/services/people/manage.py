"""What an administrator or head does about the people of an organisation.

Nobody changes their own roles where somebody else could do it. In a school of one administrator
they may, for nobody else can; the book says that it was their own. A person who also works
elsewhere is not suspended, and keeps their second factor, at the word of one organisation: it can
only let them go. The node's administrator (``org_id`` None) may do all of this for everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.errors import Conflict, NotFound, Refused, UsageError
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.people import keyholes
from exchange.services.people.account import (
    Account,
    Post,
    all_accounts,
    put_account,
)
from exchange.services.people.credentials import NONE
from exchange.services.people.invite import check_no_clash, check_roles, withdraw
from exchange.services.people.looking_after import (
    By,
    alone,
    at_home,
    here,
    is_elsewhere,
    not_oneself,
    record,
    tell,
)
from exchange.services.people.names import organisation_name
from exchange.services.people.session import end_all_of
from exchange.services.people.suspended import reopened
from exchange.services.people.throttle import Subject, forgive, waiting

LONGEST_COVER = timedelta(days=183)
_CHANGED = "Somebody else changed these roles meanwhile. Look at what they are now."
RESET_REASONS = ("lost", "stolen", "replaced", "does-not-work", "left-behind")


@dataclass(frozen=True, slots=True)
class Person:
    """One person as an administrator of one organisation sees them.

    :param roles: held for good here; ``covers`` for a time.
    :param elsewhere: whether they hold posts in other places as well.
    :param linked: whether they can sign in with an account at a provider.
    :param password: whether they can with a password.
    :param waits: how long their sign-in is still shut, by wrong passwords or wrong codes.
    """

    account_id: str
    name: str
    login: str
    state: str
    roles: tuple[Role, ...]
    covers: tuple[Post, ...]
    elsewhere: bool
    second_factor: bool
    linked: bool
    password: bool
    waits: timedelta = timedelta(0)


def people_of(inside: Inside, org_id: str | None) -> Sequence[Person]:
    """Return the people of an organisation (None: of the node), by name."""
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        found = [
            _person(one, org_id, now)
            for one in all_accounts(unit)
            if any(post.org_id == org_id and post.holds(now) for post in one.posts)
        ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.account_id))


def person_of(inside: Inside, org_id: str | None, account_id: str) -> Person:
    """Return one person of an organisation.

    :raises NotFound: ``person-unknown``: nobody of this organisation.
    """
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        account = here(unit, org_id, account_id, now)
    doors = (Subject("login", account.login), Subject("code", account_id))
    waits = max(waiting(inside, one) for one in doors)
    return replace(_person(account, org_id, now), waits=waits)


def set_roles(
    inside: Inside,
    org_id: str | None,
    account_id: str,
    roles: Collection[Role],
    by: By,
    seen: Collection[Role] | None = None,
) -> None:
    """Give a person these roles for good, and no others; none: let them go. Covers stay.

    :param seen: the roles that they had when it was decided; None: whatever they have.
    :raises NotFound: ``person-unknown``.
    :raises Conflict: ``roles-changed``: they are others than ``seen`` by now.
    :raises Refused: ``own-account``: and somebody else could; ``role-elsewhere``, ``role-clash``.
    """
    check_roles(roles, org_id)
    now = inside.clock.now()
    with inside.store.unit(NODE) as unit:
        account = here(unit, org_id, account_id, now)
        if account_id == by.account_id and not alone(unit, org_id, account_id, now):
            not_oneself(account_id, by)
        if seen is not None and set(seen) != set(_person(account, org_id, now).roles):
            raise Conflict("roles-changed", "/roles", _CHANGED)
        kept = [one for one in account.posts if one.org_id != org_id or one.is_cover]
        if not roles:
            kept = [one for one in kept if one.org_id != org_id]
        given = [Post(org_id, role) for role in Role if role in roles]
        changed = replace(account, posts=(*kept, *given))
        check_no_clash(changed)
        put_account(inside, unit, changed)
        if not roles:
            withdraw(unit, account_id, org_id)
        detail = {"roles": ",".join(one.role.value for one in given) or "none"}
        if account_id == by.account_id:
            detail["own"] = "yes"
        record(unit, by, "account.roles-set", account_id, detail)
    tell(inside, org_id, by, "person.roles-set", account_id, detail)


def is_alone(inside: Inside, org_id: str, account_id: str) -> bool:
    """Return whether nobody else of an organisation could look after this person's roles."""
    with inside.store.reading(NODE) as unit:
        return alone(unit, org_id, account_id, inside.clock.now())


def give_cover(
    inside: Inside, org_id: str, account_id: str, role: Role, until: datetime, by: By
) -> None:
    """Give a person a role until an instant, while somebody is away.

    :raises NotFound: ``person-unknown``.
    :raises UsageError: ``cover-day``: in the past, or too far away.
    :raises Refused: ``own-account``, ``role-elsewhere``, ``role-clash``;
        ``role-held``: they have it.
    """
    not_oneself(account_id, by)
    check_roles((role,), org_id)
    now, given = inside.clock.now(), Post(org_id, role, until)
    longest = london_day(now) + LONGEST_COVER
    if until <= now or (given.last_day or longest) > longest:
        hint = f"Choose a day from today to {LONGEST_COVER.days} days from now."
        raise UsageError("cover-day", "/until", hint)
    with inside.store.unit(NODE) as unit:
        account = here(unit, org_id, account_id, now)
        if Post(org_id, role) in account.posts:
            raise Refused("role-held", "/role", "This person has that role already.")
        others = [one for one in account.posts if (one.org_id, one.role) != (org_id, role)]
        changed = replace(account, posts=(*others, given))
        check_no_clash(changed)
        put_account(inside, unit, changed)
        detail = {"role": role.value, "until": str(given.last_day)}
        record(unit, by, "cover.given", account_id, detail)
    tell(inside, org_id, by, "cover.given", account_id, detail)


def end_cover(inside: Inside, org_id: str, account_id: str, role: Role, by: By) -> None:
    """End a cover before its day.

    :raises NotFound: ``person-unknown``, ``cover-unknown``.
    """
    now = inside.clock.now()
    with inside.store.unit(NODE) as unit:
        account = here(unit, org_id, account_id, now)
        left = [
            x for x in account.posts if not (x.is_cover and (x.org_id, x.role) == (org_id, role))
        ]
        if len(left) == len(account.posts):
            raise NotFound("cover-unknown")
        put_account(inside, unit, replace(account, posts=tuple(left)))
        record(unit, by, "cover.ended", account_id, {"role": role.value})
    tell(inside, org_id, by, "cover.ended", account_id, {"role": role.value})


def suspend_person(inside: Inside, org_id: str | None, account_id: str, by: By) -> None:
    """Suspend a person: their sessions end at once, also what they are uploading.

    :raises NotFound: ``person-unknown``.
    :raises Refused: ``own-account``; ``person-elsewhere``: they work for others as well.
    """
    not_oneself(account_id, by)
    with inside.store.unit(NODE) as unit:
        account = at_home(inside, unit, org_id, account_id)
        put_account(inside, unit, replace(account, state="suspended"))
        withdraw(unit, account_id, org_id)
        ended = end_all_of(unit, account_id, by.actor)
        detail = {"sessions": str(ended)}
        record(unit, by, "account.suspended", account_id, detail)
    tell(inside, org_id, by, "person.suspended", account_id, detail)


def restore_person(inside: Inside, org_id: str | None, account_id: str, by: By) -> None:
    """End a suspension; who had not joined yet is invited anew.

    :raises NotFound: ``person-unknown``.
    :raises Refused: ``person-elsewhere``.
    """
    with inside.store.unit(NODE) as unit:
        account = at_home(inside, unit, org_id, account_id)
        put_account(inside, unit, reopened(account))
        record(unit, by, "account.restored", account_id, {})
    tell(inside, org_id, by, "person.restored", account_id, {})


def reset_second_factor(
    inside: Inside, org_id: str | None, account_id: str, reason: str, by: By
) -> None:
    """Take a person's second factors away, so that they set up new ones at the next sign-in.

    All their sessions end, and a mail tells them. Wrong codes of the old one count no more.

    :param reason: one of :data:`RESET_REASONS`.
    :raises NotFound: ``person-unknown``.
    :raises UsageError: ``reason-missing``.
    :raises Refused: ``own-account``, ``person-elsewhere``.
    """
    not_oneself(account_id, by)
    if reason not in RESET_REASONS:
        raise UsageError("reason-missing", "/reason", "Choose why.")
    with inside.store.unit(NODE) as unit:
        account = at_home(inside, unit, org_id, account_id)
        for one in account.credentials.passkeys:
            keyholes.drop(unit, one.passkey.lookup)
        kept = replace(NONE, password=account.credentials.password, links=account.credentials.links)
        put_account(inside, unit, replace(account, credentials=kept))
        forgive(inside, unit, Subject("code", account_id))
        end_all_of(unit, account_id, by.actor)
        facts = {"organisation": organisation_name(inside, org_id), "inviter": by.actor.name}
        letter = Letter("second-step-removed", account.login, facts)
        queue_letter(unit, letter, inside.clock.now())
        record(unit, by, "second-factor.removed", account_id, {"reason": reason})
    tell(inside, org_id, by, "person.second-factor-removed", account_id, {"reason": reason})


def open_sign_in(inside: Inside, org_id: str | None, account_id: str, by: By) -> None:
    """Let a person try again who guessed too often, once it is sure who it was.

    :raises NotFound: ``person-unknown``.
    :raises Refused: ``own-account``.
    """
    not_oneself(account_id, by)
    with inside.store.unit(NODE) as unit:
        account = here(unit, org_id, account_id, inside.clock.now())
        forgive(inside, unit, Subject("login", account.login))
        forgive(inside, unit, Subject("code", account_id))
        record(unit, by, "sign-in.opened", account_id, {})
    tell(inside, org_id, by, "person.sign-in-opened", account_id, {})


def _person(account: Account, org_id: str | None, now: datetime) -> Person:
    held = [one for one in account.posts if one.org_id == org_id and one.holds(now)]
    roles = {one.role for one in held if not one.is_cover}
    return Person(
        account.account_id,
        account.name,
        account.login,
        account.state,
        tuple(role for role in Role if role in roles),
        tuple(one for one in held if one.is_cover),
        is_elsewhere(account, org_id, now),
        account.credentials.has_second_factor,
        bool(account.credentials.links),
        account.credentials.password is not None,
    )
