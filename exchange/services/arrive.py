"""A bundle reaches this node: announced, streamed in, checked from outside, kept sealed.

This runs in the outward process, which holds no private keys: nothing here opens anything. The
inner worker goes on from here (``services.receive``). An arrival that was announced but whose
bytes are not here yet is ``queued``, as at its sender; with the bytes durable it is ``delivered``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate

from exchange.bundle.outer import check_envelope, read_outer, verify_payload
from exchange.domain.clocks.reaching import lay_since
from exchange.domain.transfer import EMPTIED_HERE, Event, State, after
from exchange.errors import BundleError, Conflict, NotFound, Refused, TrustError
from exchange.ports import (
    Actor,
    Arrival,
    BlobStore,
    BlobWriter,
    Clock,
    Directory,
    Limits,
    SignedReceipt,
    Store,
    UnitOfWork,
)
from exchange.services.trust import sender_keys
from schemas.envelope import Envelope

FACE = Actor("face", "machine")
TOO_LARGE = "bundle-too-large"
_RECEIPTS_AT_ONCE = 500
_RECEIPT_BYTES_AT_ONCE = 512 * 1024


@dataclass(frozen=True, slots=True)
class Announcement:
    """What was announced, and whether its bytes are here already."""

    recipient: str
    sender: str
    bundle_id: str
    already_here: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """Bytes that may come now: of which bundle, and how many at most."""

    recipient: str
    sender: str
    bundle_id: str
    size: int


def blob_name(sender: str, bundle_id: str) -> str:
    """Return the blob name of an arrival: a hash of (sender, bundle id), never of contents."""
    return hashlib.sha256(f"in/{sender}/{bundle_id}".encode()).hexdigest()


class ArrivalDesk:
    """Takes sealed bundles in, for all organisations of this node."""

    def __init__(
        self,
        store: Store,
        blobs: BlobStore,
        directory: Callable[[], Directory],
        clock: Clock,
        limits: Limits,
        actor: Actor = FACE,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._directory = directory
        self._clock = clock
        self._limits = limits
        self._actor = actor

    def announce(
        self,
        signer_org: str,
        recipient: str,
        envelope: bytes,
        signature: bytes,
        size: int,
        folder: str | None = None,
        dated: datetime | None = None,
    ) -> Announcement:
        """Authenticate an envelope and remember it, before a byte of the body is taken.

        :param signer_org: who signed the request; must be the sender that the envelope names.
        :param size: of the whole file, bytes.
        :param folder: the watched folder that it lies in, or None for HTTPS.
        :param dated: the date of its file there.
        :raises TrustError: ``sender-mismatch``, ``signature-invalid``, ``recipient-mismatch``.
        :raises NotFound: ``organisation-not-hosted``.
        :raises Conflict: ``bundle-id-reused``: the same id with another payload; alarmed.
        :raises Refused: ``bundle-too-large``.
        """
        now = self._clock.now()
        seen = check_envelope(envelope, signature, sender_keys(self._directory()), now)
        if seen.sender != signer_org:
            raise TrustError("sender-mismatch", "/envelope/sender")
        _require_recipient(seen, recipient)
        if size > self._limits.bundle_bytes:
            self._book_refusal(recipient, "arrival.announced", seen.sender, seen.id, TOO_LARGE)
            raise Refused(TOO_LARGE, "/size", "Split the pack, or ask for a higher limit.")
        with self._store.unit(recipient) as unit:
            known = unit.arrivals.find(seen.sender, seen.id)
            if known is None:
                self._remember(unit, seen, envelope, signature, size, folder, dated)
            else:
                self._require_same(unit, known, seen)
        here = known is not None and known.state is not State.QUEUED
        return Announcement(recipient, seen.sender, seen.id, here)

    def _remember(
        self,
        unit: UnitOfWork,
        seen: Envelope,
        envelope: bytes,
        signature: bytes,
        size: int,
        folder: str | None,
        dated: datetime | None,
    ) -> None:
        now = self._clock.now()
        arrival = Arrival(
            sender=seen.sender,
            bundle_id=seen.id,
            state=State.QUEUED,
            size=size,
            payload_sha256=seen.payload_sha256,
            envelope=envelope,
            envelope_signature=signature,
            blob=blob_name(seen.sender, seen.id),
            arrived_at=now,
            updated_at=now,
            due_at=None,
            folder=folder,
            laid_at=lay_since(dated, seen.issued, now),
        )
        try:
            unit.arrivals.add(arrival)
        except Conflict:  # somebody announced it between our look and our write
            return
        unit.audit.record(
            self._actor, "arrival.announced", "arrival", seen.id, detail={"sender": seen.sender}
        )
        unit.commit()

    def _require_same(self, unit: UnitOfWork, known: Arrival, seen: Envelope) -> None:
        if known.payload_sha256 == seen.payload_sha256:
            return
        unit.audit.record(
            self._actor,
            "arrival.announced",
            "arrival",
            seen.id,
            outcome="refused",
            detail={"sender": seen.sender, "code": "bundle-id-reused"},
        )
        unit.commit()
        raise Conflict(
            "bundle-id-reused",
            "/envelope/payload_sha256",
            "A pack with this id and other contents is here already. Send it under a new id.",
        )

    def begin(self, signer_org: str, recipient: str, sender: str, bundle_id: str) -> Expected:
        """Return what may be uploaded.

        :raises NotFound: ``arrival-unknown``: nothing was announced, or not by this signer.
        """
        if signer_org != sender:
            raise NotFound("arrival-unknown")
        with self._store.reading(recipient) as unit:
            known = unit.arrivals.find(sender, bundle_id)
        if known is None:
            raise NotFound("arrival-unknown")
        return Expected(recipient, sender, bundle_id, known.size)

    def writer(self, expected: Expected) -> AbstractContextManager[BlobWriter]:
        """Return where the bytes go; left without ``complete``, nothing stays behind."""
        name = blob_name(expected.sender, expected.bundle_id)
        return self._blobs.create(expected.recipient, name)

    def complete(self, expected: Expected, writer: BlobWriter) -> bool:
        """Check the bytes from outside, make them durable, and note the arrival.

        :returns: True if it was stored now, False if it was here already.
        :raises BundleError: not the announced bundle, altered, or not canonical; nothing stays.
        """
        with self._store.reading(expected.recipient) as unit:
            known = unit.arrivals.find(expected.sender, expected.bundle_id)
        if known is None:
            raise NotFound("arrival-unknown")
        if known.state is not State.QUEUED:
            return False
        try:
            self._check(known, writer)
        except BundleError as error:
            about = (expected.recipient, "arrival.delivered", expected.sender, expected.bundle_id)
            self._book_refusal(*about, error.code)
            raise
        writer.commit()
        if self._note(expected):
            return True
        self._remove_late(expected, known.blob)
        return False

    def _book_refusal(
        self, recipient: str, action: str, sender: str, bundle_id: str, code: str
    ) -> None:
        """Refusals are entries too (law 4); only what an enrolled sender signed comes this far."""
        with self._store.unit(recipient) as unit:
            unit.audit.record(
                self._actor,
                action,
                "arrival",
                bundle_id,
                outcome="refused",
                detail={"sender": sender, "code": code},
            )
            unit.commit()

    def _remove_late(self, expected: Expected, blob: str) -> None:
        """Remove the bytes of a second upload that took so long that the contents are gone."""
        with self._store.reading(expected.recipient) as unit:
            arrival = unit.arrivals.find(expected.sender, expected.bundle_id)
        if arrival is not None and arrival.state in EMPTIED_HERE:
            self._blobs.delete(expected.recipient, blob)

    def _check(self, known: Arrival, writer: BlobWriter) -> None:
        writer.file.seek(0)
        outer = read_outer(writer.file)
        if outer.envelope_bytes != known.envelope:
            raise BundleError("envelope-differs", "/envelope.json")
        if outer.signature != known.envelope_signature:
            raise BundleError("envelope-differs", "/envelope.json.sig")
        verify_payload(outer)

    def _note(self, expected: Expected) -> bool:
        now = self._clock.now()
        with self._store.unit(expected.recipient) as unit:
            arrival = unit.arrivals.find(expected.sender, expected.bundle_id)
            if arrival is None or arrival.state is not State.QUEUED:
                return False
            state = after(arrival.state, Event.DELIVERED)
            unit.arrivals.update(
                replace(arrival, state=state, arrived_at=now, updated_at=now, due_at=now)
            )
            unit.audit.record(
                self._actor,
                "arrival.delivered",
                "arrival",
                arrival.bundle_id,
                detail={"sender": arrival.sender, "payload-sha256": arrival.payload_sha256},
            )
            unit.commit()
        return True

    def receipts(
        self, signer_org: str, recipient: str, bundle_id: str, after_seq: int
    ) -> Sequence[SignedReceipt]:
        """Return the receipts that we issued to ``signer_org`` for one bundle, after a number.

        Of many, the first ones: an answer that a sender would refuse as too large (it reads a
        mebibyte) would keep it from ever hearing more. It asks again after the last that it got.

        :raises NotFound: ``arrival-unknown``: no such bundle from this sender.
        """
        try:
            with self._store.reading(recipient) as unit:
                if unit.arrivals.find(signer_org, bundle_id) is None:
                    raise NotFound("arrival-unknown")
                issued = unit.receipts.of(bundle_id, signer_org, "issued")
        except NotFound:
            raise NotFound("arrival-unknown") from None
        wanted = [one for one in issued if one.seq > after_seq][:_RECEIPTS_AT_ONCE]
        sizes = accumulate(len(one.content) + len(one.signature) for one in wanted)
        return [
            SignedReceipt(one.content, one.signature)
            for place, (one, size) in enumerate(zip(wanted, sizes, strict=True))
            if not place or size <= _RECEIPT_BYTES_AT_ONCE
        ]


def _require_recipient(envelope: Envelope, recipient: str) -> None:
    if all(one.org_id != recipient for one in envelope.recipients):
        raise TrustError("recipient-mismatch", "/envelope/recipients")
