"""An account: a person's name, login name, posts and credentials, as kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.errors import StoreError
from exchange.ports import Item, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.people.credentials import NONE, Credentials, from_json, to_json

KIND = "account"
State = Literal["invited", "active", "suspended"]


@dataclass(frozen=True, slots=True)
class Post:
    """What a person is to one organisation; ``org_id`` None: to the node.

    :param until: end of a cover; None: for good.
    """

    org_id: str | None
    role: Role
    until: datetime | None = None

    @property
    def is_cover(self) -> bool:
        """Return whether it was given while somebody is away."""
        return self.until is not None

    @property
    def last_day(self) -> date | None:
        """Return the last day of a cover, in London: midnight after it is no day of it."""
        return None if self.until is None else london_day(self.until - timedelta(microseconds=1))

    def holds(self, at: datetime) -> bool:
        """Return whether it is held at an instant."""
        return self.until is None or at < self.until


@dataclass(frozen=True, slots=True)
class Account:
    """One person.

    :param name: as the audit book and other staff call the person.
    :param login: e-mail address, lower-case; also where mail goes.
    :param credentials: what proves that it is the person; never shown.
    :param handed_by: the organisation that had the link of the invitation in its own hands, for
        want of mail: that the address is this person's is its word alone. None: a mail to the
        address, its provider or who runs the node says so.
    """

    account_id: str
    name: str
    login: str
    state: State
    posts: tuple[Post, ...] = ()
    credentials: Credentials = field(default=NONE, repr=False)
    version: int = 1
    handed_by: str | None = None

    def roles_at(self, org_id: str | None, at: datetime) -> frozenset[Role]:
        """Return the roles held in an organisation (None: the node) at an instant."""
        return frozenset(one.role for one in self.posts if one.org_id == org_id and one.holds(at))

    def organisations_at(self, at: datetime) -> tuple[str | None, ...]:
        """Return where the person holds any post, in the order of the posts."""
        return tuple(dict.fromkeys(one.org_id for one in self.posts if one.holds(at)))


def new_account(
    name: str, login: str, posts: tuple[Post, ...], state: State = "invited"
) -> Account:
    """Return an account with an id of its own; not kept yet."""
    return Account(str(uuid.uuid4()), name, fold(login), state, posts)


def fold(login: str) -> str:
    """Return a login name as it is compared."""
    return login.strip().casefold()


def add_account(inside: Inside, unit: UnitOfWork, account: Account) -> None:
    """Keep a new account in a unit of the node.

    :raises Conflict: ``item-exists``: the login name is taken.
    """
    now = inside.clock.now()
    unit.items.add(
        Item(
            KIND,
            account.account_id,
            account.state,
            _content(account),
            created_at=now,
            updated_at=now,
            lookup=_lookup(inside, account.login),
        )
    )


def put_account(inside: Inside, unit: UnitOfWork, account: Account) -> Account:
    """Replace an account in a unit of the node.

    :raises Conflict: ``item-changed``; ``item-exists``: the login name is another's.
    """
    before = unit.items.get(KIND, account.account_id)
    stored = unit.items.update(
        replace(
            before,
            state=account.state,
            content=_content(account),
            updated_at=inside.clock.now(),
            lookup=_lookup(inside, account.login),
            version=account.version,
        )
    )
    return replace(account, version=stored.version)


def all_accounts(unit: UnitOfWork) -> Iterator[Account]:
    """Yield all accounts from a unit of the node, oldest first."""
    for item in unit.items.all(KIND):
        yield read_account(item)


def get_account(unit: UnitOfWork, account_id: str) -> Account:
    """Return an account from a unit of the node.

    :raises NotFound: ``item-unknown``.
    """
    return read_account(unit.items.get(KIND, account_id))


def account_with(inside: Inside, unit: UnitOfWork, login: str) -> Account | None:
    """Return the account with a login name, or None."""
    item = unit.items.find(KIND, _lookup(inside, fold(login)))
    return None if item is None else read_account(item)


def read_account(item: Item) -> Account:
    """Return the account that an item holds.

    :raises StoreError: ``value-damaged``.
    """
    content: Any = item.content
    try:
        return Account(
            item.item_id,
            content["name"],
            content["login"],
            item.state,  # type: ignore[arg-type]
            tuple(_post(one) for one in content["posts"]),
            from_json(content["credentials"]),
            item.version,
            content.get("handed_by"),
        )
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", f"/{KIND}") from None


def _content(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "login": account.login,
        "posts": [
            {
                "org": one.org_id,
                "role": one.role.value,
                "until": one.until.isoformat() if one.until else None,
            }
            for one in account.posts
        ],
        "credentials": to_json(account.credentials),
        "handed_by": account.handed_by,
    }


def _post(value: Mapping[str, Any]) -> Post:
    until = value["until"]
    return Post(value["org"], Role(value["role"]), datetime.fromisoformat(until) if until else None)


def _lookup(inside: Inside, login: str) -> str:
    return inside.vault.compartment(NODE, "general").tag("login", login.encode("utf-8"))
