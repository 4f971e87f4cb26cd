"""The store over SQL."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Engine

from exchange.audit import NODE
from exchange.ports.people import Actor, Clock
from exchange.ports.store import UnitOfWork
from exchange.store.clock import SystemClock
from exchange.store.names import check_org_id, not_hosted
from exchange.store.sealing import Compartments
from exchange.store.tenancy import NodeRows
from exchange.store.unit import SqlUnit


class SqlStore:
    """exchange.ports.Store over a database that :func:`exchange.store.migrate.upgrade` readied.

    Safe for threads; processes each open their own engine on the same file.

    :param vault: an unlocked keyring, or None in a process without keys (an outward face).
    """

    def __init__(
        self, engine: Engine, vault: Compartments | None, clock: Clock | None = None
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._clock = clock or SystemClock()
        self._node = NodeRows(engine)
        self._hosted: frozenset[str] = frozenset()

    def organisations(self) -> Sequence[str]:
        """Return the org_ids that this node hosts, oldest first."""
        return self._node.organisations()

    def host(self, org_id: str, actor: Actor) -> None:
        """Begin to host an organisation; hosting it twice changes nothing.

        The node's book says so first, then the organisation's own.

        :raises UsageError: ``org-id-invalid``.
        """
        check_org_id(org_id)
        if org_id in self.organisations():
            return
        with self._unit(NODE) as unit:
            unit.audit.record(actor, "organisation.host", "organisation", org_id)
            unit.commit()
        with self._unit(org_id) as unit:
            unit.audit.record(actor, "organisation.host", "organisation", org_id)
            if unit.begin_hosting(self._clock.now()):
                unit.commit()

    def unit(self, org_id: str) -> AbstractContextManager[UnitOfWork]:
        """Return a unit of work of one hosted organisation, or the node's (its book alone).

        :raises NotFound: ``organisation-not-hosted``.
        """
        self._check_hosted(org_id)
        return self._unit(org_id)

    def reading(self, org_id: str) -> AbstractContextManager[UnitOfWork]:
        """Return a unit of work that only reads: it waits for no writer and delays none.

        It sees the rows as they were when it first asked. Writing raises ``unit-only-reads``.

        :raises NotFound: ``organisation-not-hosted``.
        """
        self._check_hosted(org_id)
        return self._unit(org_id, reading=True)

    def locate(self, kind: str, lookup: str) -> tuple[str, str] | None:
        """Return (organisation or NODE, item id) of the item with this look-up, or None."""
        return self._node.locate(kind, lookup)

    def first_sight(self, key_id: str, nonce: str, now: datetime, keep_until: datetime) -> bool:
        """Remember a request nonce; return False where it was seen before (replay)."""
        return self._node.remember(key_id, nonce, now, keep_until)

    def _unit(self, org_id: str, *, reading: bool = False) -> SqlUnit:
        return SqlUnit(self._engine, org_id, self._vault, self._clock, reading=reading)

    def _check_hosted(self, org_id: str) -> None:
        if org_id == NODE or org_id in self._hosted:
            return
        self._hosted = frozenset(self.organisations())
        if org_id not in self._hosted:
            raise not_hosted()
