"""How sealed bytes move, and how receipts come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:  # what reads documents starts without them
    from keys.directory import Organisation


@dataclass(frozen=True, slots=True)
class Parcel:
    """Sealed bytes to move, with what the other side authenticates before it takes them.

    :param sha256: of the whole file, hex; ``size`` in bytes.
    """

    bundle_id: str
    sender: str
    recipient: str
    envelope: bytes
    envelope_signature: bytes
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt as it travelled; nothing of it has been believed yet."""

    content: bytes
    signature: bytes


class Transport(Protocol):
    """Moves sealed bytes to one organisation and fetches its receipts. Bytes are opaque to it."""

    def deliver(self, parcel: Parcel, content: BinaryIO) -> None:
        """Hand the bytes over; returning means the other side has them durably, nothing more.

        :raises exchange.errors.TransportError: not now; try again.
        :raises exchange.errors.TransportRefused: refused for good, with the peer's code.
        """

    def receipts(
        self, sender: str, recipient: str, bundle_id: str, after: int
    ) -> Sequence[SignedReceipt]:
        """Return the receipts with ``seq`` greater than ``after``, in order.

        :raises exchange.errors.TransportError: not now; try again.
        """


class Transports(Protocol):
    """Chooses the transport of a transfer (joined in wiring)."""

    def of(self, sender: str, recipient: Organisation, transport: str, target: str) -> Transport:
        """Return the transport.

        :raises exchange.errors.TransportRefused: ``no-endpoint``, ``folder-unknown``,
            ``private-endpoint``.
        """


class WatchedFolder(Protocol):
    """A shared drive or stick that this node looks into."""

    @property
    def name(self) -> str:
        """Return the name that the settings give it."""

    def bundles(self) -> Sequence[str]:
        """Return the ids of the bundles that lie there (complete ones only)."""

    def open(self, bundle_id: str) -> BinaryIO:
        """Return one, readable and seekable."""

    def dated(self, bundle_id: str) -> datetime | None:
        """Return the date that a file bears, as anybody who writes to it may set it; or None."""

    def put_receipt(self, bundle_id: str, seq: int, receipt: SignedReceipt) -> None:
        """Lay a receipt beside its bundle, durably; again is no error."""
