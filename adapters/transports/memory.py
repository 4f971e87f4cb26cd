"""The post office in memory: what tests and rehearsals use; held to the transports' contract."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import BinaryIO

from adapters.transports.failures import damaged
from exchange.errors import TransportError, TransportRefused
from exchange.ports import Parcel, SignedReceipt

Key = tuple[str, str, str]
"""(recipient, sender, bundle id): the duplicate key of the whole service."""


@dataclass(slots=True)
class Pigeonholes:
    """What lies at all recipients; shared by the transports of one rehearsal.

    :param refusal: a code with which every delivery is refused for good, or None.
    :param unreachable: whether nobody answers at present.
    """

    packs: dict[Key, bytes] = field(default_factory=dict)
    signed: dict[Key, list[SignedReceipt]] = field(default_factory=dict)
    refusal: str | None = None
    unreachable: bool = False
    lock: Lock = field(default_factory=Lock)


class MemoryTransport:
    """A transport whose other side is a dictionary."""

    def __init__(self, holes: Pigeonholes) -> None:
        self._holes = holes

    def deliver(self, parcel: Parcel, content: BinaryIO) -> None:
        """Hand the bytes over; again is no error.

        :raises TransportError: ``peer-unreachable``.
        :raises TransportRefused: the code set; ``bundle-id-reused``; ``parcel-damaged``.
        """
        self._answer()
        taken = content.read(parcel.size + 1)
        if len(taken) != parcel.size or hashlib.sha256(taken).hexdigest() != parcel.sha256:
            raise damaged()
        key = (parcel.recipient, parcel.sender, parcel.bundle_id)
        with self._holes.lock:
            if self._holes.packs.setdefault(key, taken) != taken:
                raise TransportRefused("bundle-id-reused", "/bundle_id")

    def receipts(
        self, sender: str, recipient: str, bundle_id: str, after: int
    ) -> Sequence[SignedReceipt]:
        """Return the receipts numbered ``after + 1`` and on.

        :raises TransportError: ``peer-unreachable``.
        """
        self._answer()
        with self._holes.lock:
            return list(self._holes.signed.get((recipient, sender, bundle_id), ())[after:])

    def _answer(self) -> None:
        if self._holes.unreachable:
            raise TransportError("peer-unreachable", "/endpoint")
        if self._holes.refusal is not None:
            raise TransportRefused(self._holes.refusal, "/endpoint")
