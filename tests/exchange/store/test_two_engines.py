"""Opening a database a second time in one process must not take the first one's locks away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from exchange.store.engine import open_engine
from exchange.store.migrate import upgrade

_ELSEWHERE = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1])
other.execute("INSERT INTO nonces VALUES ('key', 'nonce', 1)")
other.commit()
other.close()
"""


def test_a_second_engine_leaves_the_first_its_locks(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    first = open_engine(path)
    upgrade(first)
    with first.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM nonces")).scalar() == 0
    open_engine(path).dispose()
    # The other process is the last that SQLite knows of, if our locks are gone: it would take
    # the WAL with it, and we would go on reading and writing one that nobody else sees.
    subprocess.run([sys.executable, "-c", _ELSEWHERE, str(path)], check=True, timeout=60)
    assert path.with_name("node.db-wal").exists()
    with first.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM nonces")).scalar() == 1
    first.dispose()
