"""The book is asked for one thing by an index, however long it is."""

from __future__ import annotations

from sqlalchemy import Engine, text

from exchange.store.guard import MIGRATING

ASKED = text(
    "EXPLAIN QUERY PLAN SELECT * FROM audit_entries WHERE org_id = 'a' AND object_id = 'b'"
)


def test_what_was_done_to_one_thing_is_found_without_reading_the_book(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execution_options(**{MIGRATING: True})
        plan = " ".join(str(row[-1]) for row in connection.execute(ASKED))
    assert "ix_audit_entries_object (org_id=? AND object_id=?)" in plan
    assert "SCAN" not in plan
