"""A forgotten password: an administrator has a link sent, behind which the person chooses another.

The link goes to the person's own address and is good once, for a day. It replaces the password and
nothing else: the second step at sign-in is asked for as before, and each open session ends.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

from exchange.audit import NODE
from exchange.errors import Conflict, NotFound
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.people.account import Account, get_account, put_account
from exchange.services.people.factors import check_new_password
from exchange.services.people.looking_after import By, at_home, here, not_oneself, record, tell
from exchange.services.people.names import organisation_name
from exchange.services.people.session import end_all_of
from exchange.services.people.throttle import Subject, forgive
from keys import passwords
from keys.errors import KeysError
from keys.links import LinkSecret

KIND = "new-password"
LASTS = timedelta(hours=24)


def send_password_link(
    inside: Inside,
    org_id: str | None,
    account_id: str,
    by: By,
    base_url: str,
    *,
    handed: bool = False,
) -> str:
    """Send a person a link to choose a new password; return its token. The one before is void.

    :param base_url: of the pages, without a slash at the end.
    :param handed: no mail goes from here: who looks after them hands the link over.
    :raises NotFound: ``person-unknown``.
    :raises Refused: ``own-account``; ``person-elsewhere``: a link would be handed over for who
        works for others as well.
    :raises Conflict: ``not-joined``: they have not joined, or are suspended.
    """
    not_oneself(account_id, by)
    now = inside.clock.now()
    with inside.store.unit(NODE) as unit:
        if handed:
            account = at_home(inside, unit, org_id, account_id)
            account = put_account(inside, unit, replace(account, handed_by=org_id))
        else:
            account = here(unit, org_id, account_id, now)
        if account.state != "active":
            hint = (
                "This person cannot sign in at present. Invite them again, or end the suspension."
            )
            raise Conflict("not-joined", hint=hint)
        _withdraw(unit, account_id)
        link = LinkSecret.new()
        item = Item(
            KIND,
            str(uuid.uuid4()),
            "open",
            {"account": account_id},
            created_at=now,
            updated_at=now,
            due_at=now + LASTS,
            lookup=link.lookup,
            about=account_id,
        )
        unit.items.add(item)
        facts = {
            "organisation": organisation_name(inside, org_id),
            "inviter": by.actor.name,
            "link": f"{base_url}/join/{link.token}",
        }
        queue_letter(unit, Letter("new-password", account.login, facts), now)
        record(unit, by, "password.link-sent", account_id, {})
    tell(inside, org_id, by, "person.password-link-sent", account_id, {})
    return link.token


def whose_link(inside: Inside, token: str) -> Account:
    """Return whose password a link replaces; looking changes nothing.

    :raises NotFound: ``invitation-unknown``: used, too old, or never there.
    """
    with inside.store.reading(NODE) as unit:
        return _account(unit, _find(inside, unit, token))


def choose_password(inside: Inside, token: str, password: str) -> Account:
    """Replace a forgotten password; who guessed too often may try again at once.

    :raises NotFound: ``invitation-unknown``.
    :raises UsageError: ``password-weak``.
    """
    account = whose_link(inside, token)
    check_new_password(password, (account.name, account.login))
    hashed = passwords.hash_password(password)
    with inside.store.unit(NODE) as unit:
        account = _account(unit, _find(inside, unit, token))
        own = replace(account.credentials, password=hashed)
        account = put_account(inside, unit, replace(account, credentials=own))
        _withdraw(unit, account.account_id)
        actor = Actor(account.name, "account")
        end_all_of(unit, account.account_id, actor)
        forgive(inside, unit, Subject("login", account.login))
        unit.audit.record(actor, "password.replaced", "account", account.account_id)
        unit.commit()
    return account


def _withdraw(unit: UnitOfWork, account_id: str) -> None:
    for item in unit.items.about(KIND, account_id):
        unit.items.remove(KIND, item.item_id)


def _find(inside: Inside, unit: UnitOfWork, token: str) -> Item:
    try:
        lookup = LinkSecret.from_text(token).lookup
    except KeysError:
        raise _unknown() from None
    item = unit.items.find(KIND, lookup)
    if item is None or item.due_at is None or inside.clock.now() >= item.due_at:
        raise _unknown()
    return item


def _account(unit: UnitOfWork, item: Item) -> Account:
    content: Any = item.content
    account = get_account(unit, content["account"])
    if account.state != "active":
        raise _unknown()
    return account


def _unknown() -> NotFound:
    hint = "This link was used already, or is too old. Ask for a new one."
    return NotFound("invitation-unknown", hint=hint)
