"""Inviting: an account is made by somebody who may, and waits for its person (see ``join``).

Nobody gets an account by merely signing in somewhere. The link goes by mail; only its hash is
kept, it is good for a week, and following it changes nothing until the person says yes, so that a
mail scanner which opens links does no harm.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.domain.sign_in import clash
from exchange.errors import Conflict, Refused, UsageError
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.people.account import (
    Account,
    Post,
    account_with,
    add_account,
    all_accounts,
    get_account,
    new_account,
    put_account,
)
from exchange.services.people.names import organisation_name
from exchange.services.people.suspended import let_in
from keys.links import LinkSecret
from schemas.mail import is_mail_address

KIND = "join"
LASTS = timedelta(days=7)
FIRST_LASTS = timedelta(hours=24)
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of an invitation.

    :param token: of the link ``/join/<token>``; empty where the person has an account already.
    """

    account: Account
    token: str = field(default="", repr=False)


def invite(
    inside: Inside,
    org_id: str | None,
    name: str,
    login: str,
    roles: Collection[Role],
    by: Actor,
    base_url: str,
    inviter_id: str = "",
    *,
    handed: bool = False,
) -> Invited:
    """Invite somebody to an organisation (None: to the node) by mail.

    Who has an account here already gets the roles at once, and a mail that says so.

    :param by: who invites; named in the mail.
    :param base_url: of the pages, without a slash at the end.
    :param inviter_id: account of who invites: nobody gives themself a role by an invitation.
    :param handed: no mail goes from here: who invites gets the link, and hands it over.
    :raises UsageError: ``name-missing``, ``mail-address-invalid``, ``roles-missing``.
    :raises Refused: ``role-clash``; ``role-elsewhere``: not a role of that place;
        ``own-account``.
    :raises Conflict: ``already-here``: the person is here with these roles; ``address-unproven``:
        another organisation took the account into use, and nobody else knows whose it is;
        ``person-suspended``; ``address-shut``: at the word of where they work now.
    """
    check_person(name, login, roles, org_id)
    posts = tuple(Post(org_id, role) for role in Role if role in roles)
    with inside.store.unit(NODE) as unit:
        account = account_with(inside, unit, login)
        if account is None:
            account = new_account(name.strip(), login, posts)
            account = replace(account, handed_by=org_id if handed else None)
            add_account(inside, unit, account)
        elif account.account_id == inviter_id:
            raise Refused("own-account", "/login", "Somebody else must do this for you.")
        else:
            _require_proven(account, org_id)
            account = let_in(inside, unit, account, org_id, by)
            account = _with_posts(inside, unit, account, posts)
        link = account.state == "invited"
        token = _new_link(inside, unit, account, org_id, by, handed=handed) if link else ""
        _write(inside, unit, account, org_id, by, f"{base_url}/join/{token}" if token else base_url)
        unit.audit.record(by, "account.invited", "account", account.account_id, detail=_said(posts))
        unit.commit()
    if org_id is not None:
        tell_organisation(inside, org_id, by, "person.invited", account.account_id, _said(posts))
    # Only who alone invited this person may see the link: it opens the whole account.
    alone = all(post.org_id == org_id for post in account.posts)
    return Invited(account, token if alone else "")


def invite_again(
    inside: Inside,
    org_id: str | None,
    account_id: str,
    by: Actor,
    base_url: str,
    *,
    handed: bool = False,
) -> Invited:
    """Send a new link; the old one is void.

    :param handed: as in :func:`invite`.
    :raises Conflict: ``already-joined``.
    """
    with inside.store.unit(NODE) as unit:
        account = get_account(unit, account_id)
        if account.state != "invited":
            raise Conflict("already-joined", hint="This person has joined already.")
        token = _new_link(inside, unit, account, org_id, by, handed=handed)
        _write(inside, unit, account, org_id, by, f"{base_url}/join/{token}")
        unit.audit.record(by, "account.invited", "account", account_id, detail={"again": "yes"})
        unit.commit()
    alone = all(post.org_id == org_id for post in account.posts)
    return Invited(account, token if alone else "")


def first_link(inside: Inside, base_url: str, *, again: bool = False) -> str:
    """Return the one-time link by which the first administrator of this node sets it up.

    :param again: also where there is one already: the door back in for who may use the machine.
    :raises Refused: ``administrator-exists``.
    """
    with inside.store.unit(NODE) as unit:
        if not again and _has_administrator(unit):
            hint = "Sign in as that person, or add --again if nobody can."
            raise Refused("administrator-exists", hint=hint)
        link = LinkSecret.new()
        actor = Actor("command line", "machine")
        _put(inside, unit, link, None, {"inviter": "", "org": None}, FIRST_LASTS)
        unit.audit.record(actor, "set-up.link-made", "node", NODE)
        unit.commit()
    return f"{base_url}/set-up/{link.token}"


def withdraw(unit: UnitOfWork, account_id: str, org_id: str | None) -> None:
    """Make the links void that an organisation sent, in a unit of the node that has its entry."""
    for item in unit.items.about(KIND, account_id):
        if (item.content or {}).get("org") == org_id:
            unit.items.remove(KIND, item.item_id)


def tell_organisation(
    inside: Inside,
    org_id: str,
    by: Actor,
    action: str,
    account_id: str,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Write what happened to a person into the organisation's own book as well."""
    with inside.store.unit(org_id) as unit:
        unit.audit.record(by, action, "account", account_id, detail=detail)
        unit.commit()


def check_person(name: str, login: str, roles: Collection[Role], org_id: str | None) -> None:
    """Refuse what cannot be a person of that place.

    :raises UsageError: ``name-missing``, ``mail-address-invalid``, ``roles-missing``.
    :raises Refused: ``role-elsewhere``.
    """
    if not 0 < len(name.strip()) <= _LONGEST_NAME or not name.isprintable():
        raise UsageError("name-missing", "/name", "Enter the person's name.")
    if not is_mail_address(login.strip()):
        hint = "Enter an e-mail address like name@school.example."
        raise UsageError("mail-address-invalid", "/login", hint)
    if not roles:
        raise UsageError("roles-missing", "/roles", "Choose at least one role.")
    check_roles(roles, org_id)


def check_roles(roles: Collection[Role], org_id: str | None) -> None:
    """Refuse roles that belong to another place, or that do not go together.

    :raises Refused: ``role-elsewhere``, ``role-clash``.
    """
    of_node = frozenset({Role.NODE_ADMINISTRATOR})
    if any((role in of_node) is not (org_id is None) for role in roles):
        raise Refused("role-elsewhere", "/roles", "This role belongs to another place.")


def check_no_clash(account: Account) -> None:
    """Refuse roles in one account that do not go together.

    :raises Refused: ``role-clash``.
    """
    if clash({one.role for one in account.posts}):
        hint = "Who runs the system may not see pupils. Use another account for that."
        raise Refused("role-clash", "/roles", hint)


def _with_posts(
    inside: Inside, unit: UnitOfWork, account: Account, posts: tuple[Post, ...]
) -> Account:
    now = inside.clock.now()
    new = tuple(one for one in posts if one.role not in account.roles_at(one.org_id, now))
    if not new and account.state != "invited":
        raise Conflict("already-here", "/login", "This person is here already, with these roles.")
    changed = replace(account, posts=(*account.posts, *new))
    check_no_clash(changed)
    return put_account(inside, unit, changed)


def _require_proven(account: Account, org_id: str | None) -> None:
    """Refuse to join an organisation to an account that another one may have taken for itself.

    :raises Conflict: ``address-unproven``.
    """
    if account.handed_by not in (None, org_id):
        hint = "Nobody has checked that this address is theirs. Use another address of this person."
        raise Conflict("address-unproven", "/login", hint)


def _new_link(
    inside: Inside,
    unit: UnitOfWork,
    account: Account,
    org_id: str | None,
    by: Actor,
    *,
    handed: bool,
) -> str:
    withdraw(unit, account.account_id, org_id)
    link = LinkSecret.new()
    said = {"inviter": by.name, "org": org_id, "handed": handed}
    _put(inside, unit, link, account.account_id, said, LASTS)
    return link.token


def _put(
    inside: Inside,
    unit: UnitOfWork,
    link: LinkSecret,
    account_id: str | None,
    said: Mapping[str, Any],
    lasts: timedelta,
) -> None:
    now = inside.clock.now()
    unit.items.add(
        Item(
            KIND,
            str(uuid.uuid4()),
            "open",
            {"account": account_id, **said},
            created_at=now,
            updated_at=now,
            due_at=now + lasts,
            lookup=link.lookup,
            about=account_id,
        )
    )


def _write(
    inside: Inside, unit: UnitOfWork, account: Account, org_id: str | None, by: Actor, link: str
) -> None:
    template = "join" if account.state == "invited" else "joined-another"
    facts = {"organisation": organisation_name(inside, org_id), "inviter": by.name, "link": link}
    queue_letter(unit, Letter(template, account.login, facts), inside.clock.now())


def is_open(item: Item, now: datetime) -> bool:
    """Return whether an invitation can still be accepted."""
    return item.due_at is not None and now < item.due_at


def _has_administrator(unit: UnitOfWork) -> bool:
    return any(
        one.state == "active" and any(post.role is Role.NODE_ADMINISTRATOR for post in one.posts)
        for one in all_accounts(unit)
    )


def _said(posts: tuple[Post, ...]) -> dict[str, str]:
    return {"roles": ",".join(one.role.value for one in posts)}
