"""An arrival from a watched folder keeps since when its file lay there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    """Add the column; of what arrived before nobody knows."""
    op.add_column("arrivals", sa.Column("laid_at", sa.BigInteger(), nullable=True))
