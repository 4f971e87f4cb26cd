"""The tables, as the newest migration leaves them.

Rows of an organisation carry ``org_id``. ``sealed`` holds all that is not an id, state, time,
size, code or hash of sealed bytes, sealed with the compartment's key named in ``sealed_key``;
``sealed_version`` is the version of its inside (exchange.store.sealing).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.sql.expression import column

from exchange.errors import StoreError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware instant as whole microseconds since 1970: exact, ordered, the same anywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return the number to store.

        :raises StoreError: ``instant-naive``: it has no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise StoreError("instant-naive", hint="Hand in instants with a time zone.")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Return the instant, in UTC."""
        return None if value is None else _EPOCH + int(value) * _MICROSECOND


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _id(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, String(64), nullable=optional)


def _code(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, String(80), nullable=optional)


def _hash(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, String(64), nullable=optional)


def _at(name: str, *, optional: bool = False) -> Column[datetime]:
    return Column(name, Instant(), nullable=optional)


def _sealed(*, optional: bool = False) -> tuple[Column[Any], ...]:
    return (
        Column("compartment", String(16), nullable=False, server_default="general"),
        Column("sealed_key", String(80), nullable=optional),
        Column("sealed_version", Integer, nullable=optional),
        Column("sealed", LargeBinary, nullable=optional),
    )


def _hosted() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["org_id"], ["organisations.org_id"])


def _of_pupil() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["org_id", "pupil_id"], ["pupils.org_id", "pupils.pupil_id"])


organisations = Table(
    "organisations",
    metadata,
    _id("org_id"),
    _at("hosted_at"),
    PrimaryKeyConstraint("org_id"),
)

nonces = Table(
    "nonces",
    metadata,
    Column("key_id", String(80), nullable=False),
    Column("nonce", String(200), nullable=False),
    _at("keep_until"),
    PrimaryKeyConstraint("key_id", "nonce"),
    Index(None, "keep_until"),
)

pupils = Table(
    "pupils",
    metadata,
    _id("org_id"),
    _id("pupil_id"),
    _hash("upn_tag", optional=True),
    _at("created_at"),
    _at("updated_at"),
    *_sealed(),
    PrimaryKeyConstraint("org_id", "pupil_id"),
    UniqueConstraint("org_id", "upn_tag"),
    _hosted(),
)

_current = column("replaced_at").is_(None)

records = Table(
    "records",
    metadata,
    _id("org_id"),
    _id("record_id"),
    _id("pupil_id"),
    _hash("slot_tag"),
    _at("created_at"),
    _at("replaced_at", optional=True),
    *_sealed(),
    PrimaryKeyConstraint("org_id", "record_id"),
    _of_pupil(),
    Index("ix_records_pupil", "org_id", "pupil_id"),
    # One current record a pupil and slot; earlier ones stay as history.
    Index(
        "uq_records_current",
        "org_id",
        "pupil_id",
        "slot_tag",
        unique=True,
        sqlite_where=_current,
        postgresql_where=_current,
    ),
)

documents = Table(
    "documents",
    metadata,
    _id("org_id"),
    _id("document_id"),
    _id("pupil_id"),
    _code("blob"),
    Column("size", BigInteger, nullable=False),
    _at("created_at"),
    *_sealed(),
    PrimaryKeyConstraint("org_id", "document_id"),
    _of_pupil(),
    Index("ix_documents_pupil", "org_id", "pupil_id"),
)

transfers = Table(
    "transfers",
    metadata,
    _id("org_id"),
    _id("bundle_id"),
    _id("release_id"),
    _id("recipient"),
    _code("inbox"),
    _code("kind"),
    _code("state"),
    _code("transport"),
    Column("target", Text, nullable=False),
    _code("blob"),
    Column("size", BigInteger, nullable=False),
    _hash("sha256"),
    _hash("payload_sha256"),
    _at("created_at"),
    _at("updated_at"),
    _at("expires_at"),
    _at("due_at", optional=True),
    Column("attempts", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    _hash("last_receipt_sha256", optional=True),
    _code("attention", optional=True),
    _id("supersedes", optional=True),
    _id("in_reply_to", optional=True),
    _hash("pupil_tag", optional=True),
    *_sealed(),
    PrimaryKeyConstraint("org_id", "bundle_id"),
    _hosted(),
    Index("ix_transfers_due", "org_id", "due_at"),
    Index("ix_transfers_pupil", "org_id", "pupil_tag"),
    Index("ix_transfers_answering", "org_id", "in_reply_to"),
)

arrivals = Table(
    "arrivals",
    metadata,
    _id("org_id"),
    _id("sender"),
    _id("bundle_id"),
    _code("state"),
    Column("size", BigInteger, nullable=False),
    _hash("payload_sha256"),
    Column("envelope", LargeBinary, nullable=False),
    Column("envelope_signature", LargeBinary, nullable=False),
    _code("blob"),
    _at("arrived_at"),
    _at("updated_at"),
    _at("due_at", optional=True),
    _code("kind", optional=True),
    Column("attempts", Integer, nullable=False),
    _code("code", optional=True),
    _code("attention", optional=True),
    _code("folder", optional=True),
    _id("supersedes", optional=True),
    _id("in_reply_to", optional=True),
    *_sealed(optional=True),
    _at("laid_at", optional=True),
    PrimaryKeyConstraint("org_id", "sender", "bundle_id"),
    _hosted(),
    Index("ix_arrivals_bundle", "org_id", "bundle_id"),
    Index("ix_arrivals_due", "org_id", "due_at"),
    Index("ix_arrivals_answering", "org_id", "in_reply_to"),
)

receipts = Table(
    "receipts",
    metadata,
    _id("org_id"),
    _id("bundle_id"),
    _id("counterparty"),
    _code("direction"),
    Column("seq", Integer, nullable=False),
    _code("kind"),
    Column("content", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    _at("at"),
    PrimaryKeyConstraint("org_id", "bundle_id", "counterparty", "direction", "seq"),
    _hosted(),
)

# No foreign key: the node's own items stand here too, under the name exchange.audit.NODE.
items = Table(
    "items",
    metadata,
    _id("org_id"),
    _code("kind"),
    _id("item_id"),
    _code("state"),
    _at("created_at"),
    _at("updated_at"),
    _at("due_at", optional=True),
    Column("version", Integer, nullable=False),
    Column("lookup", String(80), nullable=True),
    _hash("about_tag", optional=True),
    Column("clear", Text, nullable=False),
    *_sealed(optional=True),
    PrimaryKeyConstraint("org_id", "kind", "item_id"),
    UniqueConstraint("kind", "lookup"),
    Index("ix_items_about", "org_id", "kind", "about_tag"),
    Index("ix_items_due", "org_id", "kind", "due_at"),
)

# No foreign key: the node's own book stands here too, under the name exchange.audit.NODE.
audit_entries = Table(
    "audit_entries",
    metadata,
    _id("org_id"),
    Column("seq", BigInteger, nullable=False, autoincrement=False),
    _at("at"),
    Column("actor", Text, nullable=False),
    _code("role"),
    _code("action"),
    _code("object_kind"),
    Column("object_id", Text, nullable=False),
    _code("outcome"),
    Column("detail", Text, nullable=False),
    _hash("previous"),
    _hash("digest"),
    PrimaryKeyConstraint("org_id", "seq"),
    Index("ix_audit_entries_object", "org_id", "object_id"),
)

NODE_TABLES = frozenset({organisations, nonces})
"""Tables that hold rows of no organisation."""

TENANT_TABLES = frozenset(metadata.tables.values()) - NODE_TABLES
"""Tables whose rows each belong to one organisation."""

REMOVABLE = frozenset({items, documents, records, pupils})
"""Tables whose rows may be removed for good."""

APPEND_ONLY = frozenset({audit_entries, receipts})
"""Tables whose rows are never changed or removed."""
