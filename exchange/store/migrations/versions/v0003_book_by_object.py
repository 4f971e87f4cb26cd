"""The book can be asked for what was done to one thing without being read whole."""

from __future__ import annotations

from alembic import op

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_audit_entries_object", "audit_entries", ["org_id", "object_id"])
