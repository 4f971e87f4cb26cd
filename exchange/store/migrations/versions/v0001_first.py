"""The first schema: organisations, pupils, documents, transfers, arrivals, receipts, the book.

There is no way back from a migration but the backup made before it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _organisations()
    _nonces()
    _pupils()
    _records()
    _documents()
    _transfers()
    _arrivals()
    _receipts()
    _audit_entries()


def _sealed(*, nullable: bool = False) -> list[sa.Column[Any]]:
    return [
        sa.Column("compartment", sa.String(16), server_default="general", nullable=False),
        sa.Column("sealed_key", sa.String(80), nullable=nullable),
        sa.Column("sealed_version", sa.Integer(), nullable=nullable),
        sa.Column("sealed", sa.LargeBinary(), nullable=nullable),
    ]


def _organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("org_id", sa.String(length=64), nullable=False),
        sa.Column("hosted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name="pk_organisations"),
    )


def _nonces() -> None:
    op.create_table(
        "nonces",
        sa.Column("key_id", sa.String(length=80), nullable=False),
        sa.Column("nonce", sa.String(length=200), nullable=False),
        sa.Column("keep_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "nonce", name="pk_nonces"),
    )
    op.create_index("ix_nonces_keep_until", "nonces", ["keep_until"])


def _pupils() -> None:
    op.create_table(
        "pupils",
        sa.Column("org_id", sa.String(length=64), nullable=False),
        sa.Column("pupil_id", sa.String(length=64), nullable=False),
        sa.Column("upn_tag", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        *_sealed(),
        sa.PrimaryKeyConstraint("org_id", "pupil_id", name="pk_pupils"),
        sa.UniqueConstraint("org_id", "upn_tag", name="uq_pupils_org_id_upn_tag"),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisations.org_id"], name="fk_pupils_organisations"
        ),
    )


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("org_id", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("pupil_id", sa.String(length=64), nullable=False),
        sa.Column("slot_tag", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("replaced_at", sa.BigInteger(), nullable=True),
        *_sealed(),
        sa.ForeignKeyConstraint(
            ["org_id", "pupil_id"], ["pupils.org_id", "pupils.pupil_id"], name="fk_records_pupils"
        ),
        sa.PrimaryKeyConstraint("org_id", "record_id", name="pk_records"),
    )
    op.create_index("ix_records_pupil", "records", ["org_id", "pupil_id"])
    op.create_index(
        "uq_records_current",
        "records",
        ["org_id", "pupil_id", "slot_tag"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("org_id", sa.String(length=64), nullable=False),
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("pupil_id", sa.String(length=64), nullable=False),
        sa.Column("blob", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        *_sealed(),
        sa.ForeignKeyConstraint(
            ["org_id", "pupil_id"], ["pupils.org_id", "pupils.pupil_id"], name="fk_documents_pupils"
        ),
        sa.PrimaryKeyConstraint("org_id", "document_id", name="pk_documents"),
    )
    op.create_index("ix_documents_pupil", "documents", ["org_id", "pupil_id"])


def _transfers() -> None:
    op.create_table(
        "transfers",
        sa.Column("org_id", sa.String(length=64), nullable=False),
        sa.Column("bundle_id", sa.String(length=64), nullable=False),
        sa.Column("release_id", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("inbox", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("transport", sa.String(length=80), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("blob", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_receipt_sha256", sa.String(length=64), nullable=True),
        sa.Column("attention", sa.String(length=80), nullable=True),
        sa.Column("supersedes", sa.String(length=64), nullable=True),
        sa.Column("in_reply_to", sa.String(length=64), nullable=True),
        sa.Column("pupil_tag", sa.String(length=64), nullable=True),
        *_sealed(),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisations.org_id"], name="fk_transfers_organisations"
        ),
        sa.PrimaryKeyConstraint("org_id", "bundle_id", name="pk_transfers"),
    )
    op.create_index("ix_transfers_due", "transfers", ["org_id", "due_at"])
    op.create_index("ix_transfers_pupil", "transfers", ["org_id", "pupil_tag"])
    op.create_index("ix_transfers_answering", "transfers", ["org_id", "in_reply_to"])


def _arrivals() -> None:
    op.create_table(
        "arrivals",
        sa.Column("org_id", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("bundle_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("envelope_signature", sa.LargeBinary(), nullable=False),
        sa.Column("blob", sa.String(length=80), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column("attention", sa.String(length=80), nullable=True),
        sa.Column("folder", sa.String(length=80), nullable=True),
        sa.Column("supersedes", sa.String(length=64), nullable=True),
        sa.Column("in_reply_to", sa.String(length=64), nullable=True),
        *_sealed(nullable=True),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisations.org_id"], name="fk_arrivals_organisations"
        ),
        sa.PrimaryKeyConstraint("org_id", "sender", "bundle_id", name="pk_arrivals"),
    )
    op.create_index("ix_arrivals_bundle", "arrivals", ["org_id", "bundle_id"])
    op.create_index("ix_arrivals_due", "arrivals", ["org_id", "due_at"])
    op.create_index("ix_arrivals_answering", "arrivals", ["org_id", "in_reply_to"])


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("org_id", sa.String(length=64), nullable=False),
        sa.Column("bundle_id", sa.String(length=64), nullable=False),
        sa.Column("counterparty", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisations.org_id"], name="fk_receipts_organisations"
        ),
        sa.PrimaryKeyConstraint(
            "org_id", "bundle_id", "counterparty", "direction", "seq", name="pk_receipts"
        ),
    )


def _audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("org_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("object_kind", sa.String(length=80), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "seq", name="pk_audit_entries"),
    )
