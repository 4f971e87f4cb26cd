"""What Alembic runs: the migrations, on the connection that exchange.store.migrate hands in."""

from __future__ import annotations

from alembic import context

from exchange.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # Transactions are begun by us (BEGIN IMMEDIATE), so that SQLite undoes schema changes too.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
