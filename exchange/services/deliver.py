"""Carry one outgoing transfer forward: hand it over, then ask for its receipts.

One idempotent step, ``advance``; the transfer's row is the truth. It may be killed at any point
and run again: the recipient deduplicates by bundle id for ever, and receipts carry their number.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from exchange.domain.retry import (
    DELIVERY_CEILING,
    RECEIPT_CEILING,
    SETTLED_CEILING,
    next_try,
)
from exchange.domain.transfer import FINAL, SETTLED, Event, State, after, allows
from exchange.errors import (
    Conflict,
    NotFound,
    TransportError,
    TransportRefused,
    TrustError,
    Wrapped,
)
from exchange.ports import (
    Actor,
    Parcel,
    SignedReceipt,
    Transfer,
    Transport,
    Transports,
    UnitOfWork,
)
from exchange.services.inside import Inside
from exchange.services.judge_receipt import apply_receipt
from exchange.services.protect import recipient_of
from exchange.services.recall import send_notice
from exchange.services.trust import organisation
from keys.errors import KeysError

WORKER = Actor("worker", "machine")
_SETTLED_PAUSE = timedelta(hours=24)
_WAITING = frozenset({State.QUEUED, State.DELIVERED})


class Deliverer:
    """Moves the outgoing transfers of one node forward."""

    def __init__(
        self, inside: Inside, transports: Transports, chance: Callable[[], float] = random.random
    ) -> None:
        self._inside = inside
        self._transports = transports
        self._chance = chance

    def advance(self, org_id: str, bundle_id: str) -> None:
        """Do the next step of one transfer; never raises for what the other side did."""
        with self._inside.store.reading(org_id) as unit:
            transfer = unit.transfers.get(bundle_id)
        if transfer.state in FINAL:
            self._schedule(org_id, transfer, None, transfer.attempts)
        elif transfer.state in _WAITING and transfer.expires_at <= self._inside.clock.now():
            self._expire(org_id, transfer)
        elif transfer.transport == "pick-up":  # it is fetched, and answered, through its link
            waits = transfer.state in _WAITING
            self._schedule(org_id, transfer, transfer.expires_at if waits else None, 0)
        else:
            self._try(org_id, transfer)

    def _try(self, org_id: str, transfer: Transfer) -> None:
        try:
            transport = self._transport(org_id, transfer)
            if transfer.state is State.QUEUED:
                self._hand_over(org_id, transfer, transport)
            else:
                self._ask(org_id, transfer, transport)
        except (TrustError, Wrapped, KeysError) as error:
            self._failed(org_id, transfer, _hindrance(transfer, error))
        except TransportError as error:
            self._failed(org_id, transfer, error)

    def _transport(self, org_id: str, transfer: Transfer) -> Transport:
        now = self._inside.clock.now()
        recipient = organisation(self._inside.directory(), transfer.recipient, now)
        return self._transports.of(org_id, recipient, transfer.transport, transfer.target)

    def _hand_over(self, org_id: str, transfer: Transfer, transport: Transport) -> None:
        parcel = Parcel(
            bundle_id=transfer.bundle_id,
            sender=org_id,
            recipient=transfer.recipient,
            envelope=transfer.envelope,
            envelope_signature=transfer.envelope_signature,
            size=transfer.size,
            sha256=transfer.sha256,
        )
        try:
            content = self._inside.blobs.open(org_id, transfer.blob)
        except NotFound:
            raise TransportRefused("parcel-missing", "/transfer") from None
        with content:
            transport.deliver(parcel, content)
        self._delivered(org_id, transfer.bundle_id)

    def _delivered(self, org_id: str, bundle_id: str) -> None:
        now = self._inside.clock.now()
        with self._inside.store.unit(org_id) as unit:
            current = unit.transfers.get(bundle_id)
            if not allows(current.state, Event.DELIVERED):
                recalled = current.state is State.RECALLED
            else:
                recalled = False
                self._note_delivery(unit, current, now)
        if recalled:  # while it was on its way
            send_notice(self._inside, org_id, bundle_id, WORKER)

    def _note_delivery(self, unit: UnitOfWork, current: Transfer, now: datetime) -> None:
        state = after(current.state, Event.DELIVERED)
        unit.transfers.update(replace(current, state=state, updated_at=now, attention=None))
        unit.transfers.schedule(current.bundle_id, now, 0)
        unit.audit.record(
            WORKER,
            "transfer.delivered",
            "transfer",
            current.bundle_id,
            detail=recipient_of(unit, current) | {"by": current.transport},
        )
        unit.commit()

    def _ask(self, org_id: str, transfer: Transfer, transport: Transport) -> None:
        found = transport.receipts(
            org_id, transfer.recipient, transfer.bundle_id, transfer.last_seq
        )
        for one in found:
            if not self._take(org_id, transfer.bundle_id, one):
                break  # what follows it in the chain could not hold either
        with self._inside.store.reading(org_id) as unit:
            current = unit.transfers.get(transfer.bundle_id)
        if current.state is State.RECALLED and current.last_seq:
            send_notice(self._inside, org_id, transfer.bundle_id, WORKER)
        # Only news brings the next question nearer: repetitions and rubbish do not.
        attempts = 0 if current.last_seq > transfer.last_seq else transfer.attempts + 1
        self._schedule(org_id, current, self._ask_again(current, attempts), attempts)

    def _take(self, org_id: str, bundle_id: str, receipt: SignedReceipt) -> bool:
        """Apply one receipt; alarm and return False where it does not hold."""
        try:
            apply_receipt(self._inside, org_id, bundle_id, receipt, WORKER)
        except (TrustError, Conflict) as error:
            self._alarm(org_id, bundle_id, error.code)
            return False
        return True

    def _alarm(self, org_id: str, bundle_id: str, code: str) -> None:
        with self._inside.store.unit(org_id) as unit:
            current = unit.transfers.get(bundle_id)
            if current.attention == code:
                return  # said already; the book is not filled with one alarm a minute
            unit.transfers.update(
                replace(current, attention=code, updated_at=self._inside.clock.now())
            )
            unit.audit.record(
                WORKER, "receipt.received", "transfer", bundle_id, "refused", {"code": code}
            )
            unit.commit()

    def _failed(self, org_id: str, transfer: Transfer, error: TransportError) -> None:
        attempts = transfer.attempts + 1
        due = next_try(self._inside.clock.now(), attempts, self._chance(), DELIVERY_CEILING)
        if isinstance(error, TransportRefused) and transfer.attention != error.code:
            self._refused(org_id, transfer, error.code)
        self._schedule(org_id, transfer, due, attempts)

    def _refused(self, org_id: str, transfer: Transfer, code: str) -> None:
        """Note that a person must look; it is still tried again, for the cause may be mended."""
        handing_over = transfer.state is State.QUEUED
        with self._inside.store.unit(org_id) as unit:
            current = unit.transfers.get(transfer.bundle_id)
            if current.state is not transfer.state:
                return  # recalled meanwhile, say: what we tried is no longer wanted
            unit.transfers.update(
                replace(current, attention=code, updated_at=self._inside.clock.now())
            )
            unit.audit.record(
                WORKER,
                "transfer.delivered" if handing_over else "receipt.received",
                "transfer",
                transfer.bundle_id,
                "refused",
                {"code": code},
            )
            unit.commit()

    def _expire(self, org_id: str, transfer: Transfer) -> None:
        now = self._inside.clock.now()
        with self._inside.store.unit(org_id) as unit:
            current = unit.transfers.get(transfer.bundle_id)
            state = after(current.state, Event.EXPIRE)
            unit.transfers.update(
                replace(current, state=state, updated_at=now, attention="uncollected")
            )
            unit.transfers.schedule(current.bundle_id, now + _SETTLED_PAUSE, 0)
            unit.audit.record(WORKER, "transfer.expired", "transfer", current.bundle_id)
            unit.commit()
        self._inside.blobs.delete(org_id, transfer.blob)

    def _ask_again(self, transfer: Transfer, attempts: int) -> datetime | None:
        now = self._inside.clock.now()
        unheard = transfer.state is State.RECALLED and transfer.last_seq == 0
        if transfer.state in FINAL or (unheard and transfer.expires_at <= now):
            return None
        ceiling = SETTLED_CEILING if transfer.state in SETTLED else RECEIPT_CEILING
        return next_try(now, attempts, self._chance(), ceiling)

    def _schedule(
        self, org_id: str, transfer: Transfer, due: datetime | None, attempts: int
    ) -> None:
        with self._inside.store.unit(org_id) as unit:
            unit.transfers.schedule(transfer.bundle_id, due, attempts)
            unit.commit()


def _hindrance(transfer: Transfer, error: TrustError | Wrapped | KeysError) -> TransportError:
    """Return what hinders us as an error of the way.

    A pack that cannot leave for a trouble of our own (no directory, our key ran out) is told to a
    person; one that left only waits for its receipts a little longer.
    """
    ours = not isinstance(error, TrustError) or error.code.startswith("directory-")
    if ours and transfer.state is not State.QUEUED:
        return TransportError(error.code, hint=error.hint)
    return TransportRefused(error.code, hint=error.hint)
