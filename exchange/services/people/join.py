"""Joining: an invited person takes the account into use, by a link that is good once.

Looking at the link changes nothing: a mail scanner that opens links does no harm. An account at a
provider is linked to the one account that the invitation is for, never to one made on the spot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import Conflict, NotFound
from exchange.ports import Actor, Item, UnitOfWork
from exchange.ports.sign_in import Identity
from exchange.services.inside import Inside
from exchange.services.people import keyholes
from exchange.services.people.account import (
    Account,
    Post,
    account_with,
    add_account,
    fold,
    get_account,
    new_account,
    put_account,
)
from exchange.services.people.credentials import Link
from exchange.services.people.factors import check_new_password
from exchange.services.people.invite import KIND, check_person, is_open
from exchange.services.people.names import SERVICE, organisation_name
from keys import passwords
from keys.errors import KeysError
from keys.links import LinkSecret


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that was not accepted yet.

    :param account: None: the first administrator's, who names themself.
    """

    invitation_id: str
    account: Account | None
    organisation: str
    inviter: str
    roles: tuple[Role, ...]
    expires_at: datetime


def invitation_of(inside: Inside, token: str) -> Invitation:
    """Return what a link invites to; looking changes nothing.

    :raises NotFound: ``invitation-unknown``: used, withdrawn, too old, or never there.
    """
    with inside.store.reading(NODE) as unit:
        return _invitation(inside, unit, _find(inside, unit, token))


def accept_with_password(inside: Inside, token: str, password: str) -> Account:
    """Take an invited account into use with a password of its own.

    :raises NotFound: ``invitation-unknown``.
    :raises UsageError: ``password-weak``.
    """
    invitation = invitation_of(inside, token)
    if invitation.account is None:
        raise _unknown()
    account = invitation.account
    check_new_password(password, (account.name, account.login, invitation.organisation))
    hashed = passwords.hash_password(password)
    with inside.store.unit(NODE) as unit:
        item = _find(inside, unit, token)
        account = get_account(unit, account.account_id)
        own = replace(account.credentials, password=hashed)
        account = _activate(inside, unit, replace(_proven(account, item), credentials=own))
        _use_up(unit, item, account, "password")
        unit.commit()
    return account


def set_up_administrator(
    inside: Inside, token: str, name: str, login: str, password: str
) -> Account:
    """Make the first administrator of this node.

    :raises NotFound: ``invitation-unknown``.
    :raises UsageError: ``name-missing``, ``mail-address-invalid``, ``password-weak``.
    :raises Conflict: ``login-taken``.
    """
    check_person(name, login, (Role.NODE_ADMINISTRATOR,), None)
    if invitation_of(inside, token).account is not None:
        raise _unknown()
    check_new_password(password, (name, login))
    hashed = passwords.hash_password(password)
    with inside.store.unit(NODE) as unit:
        item = _find(inside, unit, token)
        if account_with(inside, unit, login) is not None:
            raise Conflict("login-taken", "/login", "There is an account with this address.")
        account = new_account(name.strip(), login, (Post(None, Role.NODE_ADMINISTRATOR),), "active")
        account = replace(account, credentials=replace(account.credentials, password=hashed))
        add_account(inside, unit, account)
        _use_up(unit, item, account, "password")
        unit.commit()
    return account


def accept_with_identity(inside: Inside, token: str, provider: str, identity: Identity) -> Account:
    """Take an invited account into use with an account at a provider.

    :raises NotFound: ``invitation-unknown``.
    :raises Conflict: ``sign-in-taken``: it signs somebody else in.
    """
    with inside.store.unit(NODE) as unit:
        item = _find(inside, unit, token)
        invitation = _invitation(inside, unit, item)
        if invitation.account is None:
            raise _unknown()
        account = _proven(invitation.account, item, identity.email or "")
        account = _linked(inside, unit, account, provider, identity)
        _use_up(unit, item, account, "provider")
        unit.commit()
    return account


def accept_by_email(inside: Inside, provider: str, identity: Identity) -> Account | None:
    """Take an invited account into use whose address the provider vouches for; or return None.

    Only an invitation that waits is found so: an account in use is never linked by its address.
    """
    if not identity.email:
        return None
    with inside.store.unit(NODE) as unit:
        account = account_with(inside, unit, identity.email)
        if account is None or account.state != "invited":
            return None
        now = inside.clock.now()
        open_ = [x for x in unit.items.about(KIND, account.account_id) if is_open(x, now)]
        if not open_:
            return None
        account = replace(account, handed_by=None)  # the provider vouches for the address
        account = _linked(inside, unit, account, provider, identity)
        for item in open_:
            _use_up(unit, item, account, "provider-email")
        unit.commit()
    return account


def _proven(account: Account, item: Item, vouched: str = "") -> Account:
    """Return an account as known to be its person's, where the link came by mail.

    :param vouched: the address for which a provider vouches.
    """
    content: Any = item.content
    by_mail = not content.get("handed")
    return (
        replace(account, handed_by=None) if by_mail or fold(vouched) == account.login else account
    )


def _linked(
    inside: Inside, unit: UnitOfWork, account: Account, provider: str, identity: Identity
) -> Account:
    link = Link(provider, identity.issuer, identity.subject, inside.clock.now())
    own = replace(account.credentials, links=(*account.credentials.links, link))
    lookup = keyholes.identity_lookup(inside, identity.issuer, identity.subject)
    keyholes.add(inside, unit, lookup, account.account_id)
    return _activate(inside, unit, replace(account, credentials=own))


def _activate(inside: Inside, unit: UnitOfWork, account: Account) -> Account:
    return put_account(inside, unit, replace(account, state="active"))


def _use_up(unit: UnitOfWork, item: Item, account: Account, how: str) -> None:
    unit.items.remove(KIND, item.item_id)
    actor = Actor(account.name, "account")
    unit.audit.record(actor, "account.joined", "account", account.account_id, detail={"how": how})


def _find(inside: Inside, unit: UnitOfWork, token: str) -> Item:
    try:
        lookup = LinkSecret.from_text(token).lookup
    except KeysError:
        raise _unknown() from None
    item = unit.items.find(KIND, lookup)
    if item is None or not is_open(item, inside.clock.now()):
        raise _unknown()
    return item


def _invitation(inside: Inside, unit: UnitOfWork, item: Item) -> Invitation:
    content: Any = item.content
    expires = item.due_at or item.created_at
    if content["account"] is None:
        roles = (Role.NODE_ADMINISTRATOR,)
        return Invitation(item.item_id, None, SERVICE, "", roles, expires)
    account = get_account(unit, content["account"])
    if account.state != "invited":
        raise _unknown()
    org_id = content["org"]
    held = account.roles_at(org_id, inside.clock.now())
    return Invitation(
        item.item_id,
        account,
        organisation_name(inside, org_id),
        content["inviter"],
        tuple(role for role in Role if role in held),
        expires,
    )


def _unknown() -> NotFound:
    hint = "This link was used already, or is too old. Ask for a new invitation."
    return NotFound("invitation-unknown", hint=hint)
