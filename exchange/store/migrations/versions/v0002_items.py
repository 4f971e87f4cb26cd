"""Items: accounts, sessions, links, uploads and whatever else people add around transfers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "items",
        sa.Column("org_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lookup", sa.String(length=80), nullable=True),
        sa.Column("about_tag", sa.String(length=64), nullable=True),
        sa.Column("clear", sa.Text(), nullable=False),
        sa.Column("compartment", sa.String(16), server_default="general", nullable=False),
        sa.Column("sealed_key", sa.String(80), nullable=True),
        sa.Column("sealed_version", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "kind", "item_id", name="pk_items"),
        sa.UniqueConstraint("kind", "lookup", name="uq_items_kind_lookup"),
    )
    op.create_index("ix_items_about", "items", ["org_id", "kind", "about_tag"])
    op.create_index("ix_items_due", "items", ["org_id", "kind", "due_at"])
