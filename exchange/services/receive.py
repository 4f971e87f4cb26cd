"""Carry one arrival forward in the inner process: sign for it, open it, check it, say so.

``collected`` says that the bytes are durable here; ``verified`` that they opened and every check
passed. What fails a check is rejected by machine with a code, except where the law lets a machine
reject nothing: at a local authority it is held for a person (the EHC clock runs from arrival).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from exchange.bundle.opening import OpenedBundle
from exchange.domain.retry import DELIVERY_CEILING, next_try
from exchange.domain.transfer import EMPTIED_HERE, Event, State, allows
from exchange.errors import BundleError, ExchangeError
from exchange.ports import (
    Actor,
    Arrival,
    SignedReceipt,
    StoredReceipt,
    UnitOfWork,
    WatchedFolder,
)
from exchange.services.accept import destroy
from exchange.services.arrival_card import keep_card
from exchange.services.ask import answer_if_protected
from exchange.services.check_arrival import await_check
from exchange.services.filing import file_what_came
from exchange.services.give_receipt import give_receipt
from exchange.services.inside import Inside
from exchange.services.kept_statement import to_keep
from exchange.services.open_pack import open_pack
from exchange.services.refusals import rejection_code
from exchange.services.reviews.reports import keep_report
from exchange.services.safeguarding.notices import letters_about, queue_all
from exchange.services.trust import organisation
from keys.errors import KeyringError
from schemas.receipt import ReceiptKind
from schemas.records import RECORDS
from schemas.statement import BundleKind

WORKER = Actor("worker", "machine")
_FILED = frozenset({BundleKind.RECALL, BundleKind.MESSAGE})
"""Kinds that the worker itself takes in: there is nothing for a person to accept."""
_DESTROYED_UNSEEN = frozenset({State.COLLECTED, State.VERIFIED})
_DESTROYED_BY_A_PERSON = frozenset({State.ACCEPTED, State.IMPORTED})


class Receiver:
    """Moves the arrivals of one node forward."""

    def __init__(
        self,
        inside: Inside,
        folders: Mapping[str, WatchedFolder],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._inside = inside
        self._folders = folders
        self._chance = chance

    def advance(self, org_id: str, sender: str, bundle_id: str) -> None:
        """Do the next step of one arrival; idempotent."""
        with self._inside.store.reading(org_id) as unit:
            arrival = unit.arrivals.find(sender, bundle_id)
        if arrival is None:
            return
        if arrival.state is State.DELIVERED:
            self._collect(org_id, arrival)
        elif arrival.state is State.COLLECTED and arrival.attention is None:
            self._verify(org_id, arrival)
        else:
            # Again: killed just after signing, we might not have heeded what we signed for.
            self._heed_recalls(org_id, arrival)
            self._reply(org_id, arrival)
            self._rest(org_id, arrival)

    def _collect(self, org_id: str, arrival: Arrival) -> None:
        inside = self._inside
        letters = letters_about(inside, org_id, arrival)
        with inside.store.unit(org_id) as unit:
            current = _current(unit, arrival)
            if not allows(current.state, Event.COLLECTED):
                return
            give_receipt(
                unit, inside.vault, current, ReceiptKind.COLLECTED, inside.clock.now(), WORKER
            )
            queue_all(unit, letters)
            unit.commit()
        self._post_receipts(org_id, arrival)

    def _verify(self, org_id: str, arrival: Arrival) -> None:
        try:
            with open_pack(self._inside, org_id, arrival) as opened:
                opened.verify_contents(RECORDS)
                self._verified(org_id, arrival, opened)
        except KeyringError as error:
            if error.code != "compartment-locked":
                raise
            self._retry(org_id, arrival)  # a CP pack waits, collected, until the DSL unlocks
            return
        except BundleError as error:
            if error.code.startswith("directory-"):
                raise  # our own directory is old or damaged: no verdict on the sender
            self._failed(org_id, arrival, error)
        self._post_receipts(org_id, arrival)

    def _verified(self, org_id: str, arrival: Arrival, opened: OpenedBundle) -> None:
        inside, now = self._inside, self._inside.clock.now()
        statement = opened.statement
        inbox = opened.envelope.inbox.value
        kept = to_keep(inside, org_id, inbox, statement.kind, opened.statement_bytes)
        with inside.store.unit(org_id) as unit:
            current = _current(unit, arrival)
            if not allows(current.state, Event.VERIFIED):
                return
            known = replace(
                current,
                kind=statement.kind.value,
                supersedes=statement.supersedes,
                in_reply_to=statement.in_reply_to,
                statement=kept,
                statement_signature=opened.statement_signature,
                sender_entry=inside.directory().entry_bytes(arrival.sender),
                due_at=now,
            )
            moved = give_receipt(unit, inside.vault, known, ReceiptKind.VERIFIED, now, WORKER)
            if statement.kind in _FILED:
                moved = give_receipt(unit, inside.vault, moved, ReceiptKind.ACCEPTED, now, WORKER)
            keep_card(unit, moved, opened)
            keep_report(unit, moved, opened)
            file_what_came(inside, unit, moved, opened)
            if statement.kind is not BundleKind.MESSAGE and opened.documents:
                await_check(unit, moved)
            unit.commit()
        self._heed_recalls(org_id, moved)
        self._reply(org_id, moved)

    def _reply(self, org_id: str, arrival: Arrival) -> None:
        """Answer what no person may see: a request about a protected move; again is harmless."""
        if arrival.kind == BundleKind.MESSAGE.value:
            answer_if_protected(self._inside, org_id, arrival)

    def _heed_recalls(self, org_id: str, arrival: Arrival) -> None:
        """Act on a recall, whichever came first: the recall or what it recalls; again is harmless.

        It goes by the committed rows: of two that are opened at once, the later sees the other.
        """
        sender = arrival.sender
        if arrival.kind is None or arrival.state in EMPTIED_HERE:
            return
        with self._inside.store.reading(org_id) as unit:
            if arrival.kind == BundleKind.RECALL.value:
                recalled = unit.arrivals.find(sender, arrival.in_reply_to or "")
            else:
                by_recall = any(
                    one.kind == BundleKind.RECALL.value and one.sender == sender
                    for one in unit.arrivals.answering(arrival.bundle_id)
                )
                recalled = unit.arrivals.find(sender, arrival.bundle_id) if by_recall else None
        if recalled is not None:
            self._recalled(org_id, recalled)

    def _recalled(self, org_id: str, recalled: Arrival) -> None:
        """Let go of what was called back, or ask a person to.

        A council's clock runs from the receipt of a request in any case (Children and Families Act
        2014, s.36): no machine lets go of one, nor of what may be one.
        """
        if recalled.kind is None and self._is_council(org_id):
            return  # once it is opened this is asked again; unopened it is a person's to judge
        asks = _DESTROYED_BY_A_PERSON
        if recalled.kind == BundleKind.EHC_REQUEST.value:
            asks = asks | _DESTROYED_UNSEEN
        if recalled.state in asks:
            if recalled.attention != "recall-asked":
                self._attention(org_id, recalled, "recall-asked")
        elif recalled.state in _DESTROYED_UNSEEN:
            destroy(self._inside, org_id, recalled.sender, recalled.bundle_id, WORKER)

    def _is_council(self, org_id: str) -> bool:
        us = organisation(self._inside.directory(), org_id, self._inside.clock.now())
        return us.kind == "la"

    def _failed(self, org_id: str, arrival: Arrival, error: ExchangeError) -> None:
        inside = self._inside
        now = inside.clock.now()
        if self._is_council(org_id):
            self._attention(org_id, arrival, error.code)
            return
        with inside.store.unit(org_id) as unit:
            current = _current(unit, arrival)
            if not allows(current.state, Event.REJECTED):
                return
            give_receipt(
                unit,
                inside.vault,
                replace(current, due_at=None),
                ReceiptKind.REJECTED,
                now,
                WORKER,
                code=rejection_code(error),
            )
            unit.commit()
        inside.blobs.delete(org_id, arrival.blob)

    def _attention(self, org_id: str, arrival: Arrival, code: str) -> None:
        with self._inside.store.unit(org_id) as unit:
            current = _current(unit, arrival)
            unit.arrivals.update(
                replace(current, attention=code, updated_at=self._inside.clock.now())
            )
            unit.audit.record(
                WORKER, "arrival.held", "arrival", arrival.bundle_id, detail={"code": code}
            )
            unit.commit()

    def _retry(self, org_id: str, arrival: Arrival) -> None:
        now = self._inside.clock.now()
        due = next_try(now, arrival.attempts + 1, self._chance(), DELIVERY_CEILING)
        with self._inside.store.unit(org_id) as unit:
            unit.arrivals.schedule(arrival.sender, arrival.bundle_id, due, arrival.attempts + 1)
            unit.commit()

    def _rest(self, org_id: str, arrival: Arrival) -> None:
        """Wait for nothing more, unless a person went on while its receipts were being posted."""
        posted = self._post_receipts(org_id, arrival)
        with self._inside.store.unit(org_id) as unit:
            if posted == len(_issued(unit, arrival)):
                unit.arrivals.schedule(arrival.sender, arrival.bundle_id, None, 0)
                unit.commit()

    def _post_receipts(self, org_id: str, arrival: Arrival) -> int:
        """Lay our receipts beside a bundle that came by folder; HTTPS senders fetch theirs.

        :returns: how many there are.
        """
        with self._inside.store.reading(org_id) as unit:
            issued = _issued(unit, arrival)
        folder = self._folders.get(arrival.folder or "")
        if folder is not None:
            for one in issued:
                receipt = SignedReceipt(one.content, one.signature)
                folder.put_receipt(arrival.bundle_id, one.seq, receipt)
        return len(issued)


def _issued(unit: UnitOfWork, arrival: Arrival) -> Sequence[StoredReceipt]:
    return unit.receipts.of(arrival.bundle_id, arrival.sender, "issued")


def _current(unit: UnitOfWork, arrival: Arrival) -> Arrival:
    return unit.arrivals.find(arrival.sender, arrival.bundle_id) or arrival
