"""Who looks after whom: what all that an administrator does about a person asks first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from exchange.domain.access import Role
from exchange.errors import NotFound, Refused
from exchange.ports import Actor, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.people.account import Account, all_accounts, get_account
from exchange.services.people.invite import tell_organisation

_LOOK_AFTER_PEOPLE = frozenset({Role.ORGANISATION_ADMINISTRATOR, Role.HEAD})


@dataclass(frozen=True, slots=True)
class By:
    """Who does it.

    :param account_id: so that nobody does it to themself.
    """

    account_id: str
    actor: Actor


def record(unit: UnitOfWork, by: By, action: str, account_id: str, detail: dict[str, str]) -> None:
    """Write it into the book of the node, and commit."""
    unit.audit.record(by.actor, action, "account", account_id, detail=detail)
    unit.commit()


def tell(
    inside: Inside,
    org_id: str | None,
    by: By,
    action: str,
    account_id: str,
    detail: dict[str, str],
) -> None:
    """Write it into the book of the organisation as well, where there is one."""
    if org_id is not None:
        tell_organisation(inside, org_id, by.actor, action, account_id, detail)


def here(unit: UnitOfWork, org_id: str | None, account_id: str, now: datetime) -> Account:
    """Return a person of an organisation; None: anybody's.

    :raises NotFound: ``person-unknown``.
    """
    try:
        account = get_account(unit, account_id)
    except NotFound:
        raise NotFound("person-unknown") from None
    if org_id is not None and org_id not in account.organisations_at(now):
        raise NotFound("person-unknown")
    return account


def at_home(inside: Inside, unit: UnitOfWork, org_id: str | None, account_id: str) -> Account:
    """Return a person who is of this organisation alone.

    :raises NotFound: ``person-unknown``.
    :raises Refused: ``person-elsewhere``.
    """
    now = inside.clock.now()
    account = here(unit, org_id, account_id, now)
    if org_id is not None and is_elsewhere(account, org_id, now):
        hint = (
            "This person works for another organisation here as well. You can take away their "
            "roles with you; for more, ask the system administrator."
        )
        raise Refused("person-elsewhere", hint=hint)
    return account


def is_elsewhere(account: Account, org_id: str | None, now: datetime) -> bool:
    """Return whether a person holds posts in other places as well."""
    return any(one != org_id for one in account.organisations_at(now))


def alone(unit: UnitOfWork, org_id: str | None, account_id: str, now: datetime) -> bool:
    """Return whether nobody else of an organisation looks after its people."""
    if org_id is None:
        return False
    return not any(
        one.account_id != account_id
        and one.state == "active"
        and one.roles_at(org_id, now) & _LOOK_AFTER_PEOPLE
        for one in all_accounts(unit)
    )


def not_oneself(account_id: str, by: By) -> None:
    """Refuse what nobody does for themself.

    :raises Refused: ``own-account``.
    """
    if account_id == by.account_id:
        raise Refused("own-account", hint="Somebody else must do this for you.")
