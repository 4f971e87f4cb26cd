"""Who holds which post on this node, kept in memory: a list looks at it each time it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import NotFound
from exchange.ports import AuditEntry, UnitOfWork
from exchange.services.boards.kept import Board
from exchange.services.inside import Inside
from exchange.services.people.account import Account, all_accounts, get_account
from exchange.services.people.credentials import NONE
from exchange.services.people.holders import holds_now


class PeopleBoard:
    """The accounts of this node without what proves who somebody is; one instance a process."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._board: Board[Account] = Board(inside, lambda _: _Accounts())

    def holders_now(self, org_id: str, role: Role) -> frozenset[str]:
        """Return the account ids of who has a role now and can sign in.

        As :func:`exchange.services.people.holders.holders_now`, which opens every account.
        """
        now = self._inside.clock.now()
        accounts = self._board.rows(NODE)
        return frozenset(one.account_id for one in accounts if holds_now(one, org_id, role, now))


class _Accounts:
    """Accounts by id."""

    def everything(self, unit: UnitOfWork, today: date) -> Mapping[str, Account]:
        """Return all rows."""
        return {one.account_id: _bare(one) for one in all_accounts(unit)}

    def row(self, unit: UnitOfWork, key: str, today: date) -> Account | None:
        """Return one row; None: there is no such account."""
        try:
            return _bare(get_account(unit, key))
        except NotFound:
            return None

    def touched(self, unit: UnitOfWork, entry: AuditEntry) -> Iterable[str]:
        """Return whose account an entry is about."""
        return (entry.object_id,) if entry.object_kind == "account" else ()


def _bare(account: Account) -> Account:
    return replace(account, credentials=NONE)
