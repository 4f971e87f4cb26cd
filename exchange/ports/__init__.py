"""What the core needs from outside, as Protocols, and the plain values that cross them.

Instants are aware UTC datetimes in whole seconds; ids are lower-case UUID strings (bundle ids are
UUIDv7, RFC 9562). Implementations live in exchange.store and adapters, and are joined in wiring.
"""

from __future__ import annotations

from exchange.ports.blobs import BlobStore, BlobWriter
from exchange.ports.documents import (
    Inspection,
    Inspector,
    Limits,
    Openable,
    PupilReader,
    ReadPupil,
    UnreadPupil,
)
from exchange.ports.items import QUIET_KINDS, Item, Items
from exchange.ports.people import Actor, Clock
from exchange.ports.rows import (
    Arrival,
    AuditEntry,
    Destination,
    Glance,
    StoredDocument,
    StoredPupil,
    StoredReceipt,
    StoredRecord,
    Transfer,
)
from exchange.ports.screening import (
    UNSCANNED,
    Cleaned,
    Cleaner,
    Scan,
    Scanner,
    Verdict,
    WhyUnscanned,
)
from exchange.ports.store import (
    Arrivals,
    AuditBook,
    Documents,
    Pupils,
    Receipts,
    Records,
    Store,
    Transfers,
    UnitOfWork,
)
from exchange.ports.transport import Parcel, SignedReceipt, Transport, Transports, WatchedFolder
from exchange.ports.trust import Directory

__all__ = [
    "QUIET_KINDS",
    "UNSCANNED",
    "Actor",
    "Arrival",
    "Arrivals",
    "AuditBook",
    "AuditEntry",
    "BlobStore",
    "BlobWriter",
    "Cleaned",
    "Cleaner",
    "Clock",
    "Destination",
    "Directory",
    "Documents",
    "Glance",
    "Inspection",
    "Inspector",
    "Item",
    "Items",
    "Limits",
    "Openable",
    "Parcel",
    "PupilReader",
    "Pupils",
    "ReadPupil",
    "Receipts",
    "Records",
    "Scan",
    "Scanner",
    "SignedReceipt",
    "Store",
    "StoredDocument",
    "StoredPupil",
    "StoredReceipt",
    "StoredRecord",
    "Transfer",
    "Transfers",
    "Transport",
    "Transports",
    "UnitOfWork",
    "UnreadPupil",
    "Verdict",
    "WatchedFolder",
    "WhyUnscanned",
]
