"""Several processes on one file: a face, a worker, a person at the command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exchange.audit import verify
from exchange.errors import Conflict
from exchange.store import lock
from exchange.store.sql import SqlStore
from tests.exchange.store import support
from tests.exchange.store.support import ORG

ROOT = Path(__file__).parents[3]

ARRIVE = """
import sys, threading
from pathlib import Path
from exchange.errors import Conflict
from exchange.store.engine import open_engine
from exchange.store.sql import SqlStore
from tests.exchange.store import support
from tests.exchange.store.support import ACTOR, ORG

store = SqlStore(open_engine(Path(sys.argv[1])), None)
arrival = support.arrival(bundle_id=sys.argv[2])
said = []

def arrive():
    try:
        with store.unit(ORG) as unit:
            unit.arrivals.add(arrival)
            unit.audit.record(ACTOR, "arrive", "arrival", arrival.bundle_id)
            unit.commit()
        said.append("added")
    except Conflict as error:
        said.append(error.code)

threads = [threading.Thread(target=arrive) for _ in range(10)]
print("ready", flush=True)
sys.stdin.readline()
for thread in threads: thread.start()
for thread in threads: thread.join()
print(*said)
"""

ADD = """
import sys
from pathlib import Path
from exchange.store.engine import open_engine
from exchange.store.sql import SqlStore
from tests.exchange.store import support
from tests.exchange.store.support import ACTOR, ORG

store = SqlStore(open_engine(Path(sys.argv[1])), support.vault_in(Path(sys.argv[2])))
print("ready", flush=True)
sys.stdin.readline()
for number in range(40):
    with store.unit(ORG) as unit:
        seen = len(list(unit.audit.entries()))
        unit.pupils.add(support.pupil(number))
        unit.audit.record(ACTOR, "pupil.add", "pupil", str(seen))
        unit.commit()
print("done")
"""

HOLD = """
import sys
from pathlib import Path
from exchange.store.lock import single_worker
with single_worker(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def started(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def all_at_once(code: str, count: int, *arguments: str) -> list[str]:
    running = [started(code, *arguments) for _ in range(count)]
    processes = [each.__enter__() for each in running]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[0] for process in processes]
    for each in running:
        each.__exit__(None, None, None)
    return said


def test_fifty_deliveries_by_five_processes_arrive_once(store: SqlStore, database: Path) -> None:
    said = all_at_once(ARRIVE, 5, str(database), support.new_id())
    assert Counter(" ".join(said).split()) == {"added": 1, "arrival-exists": 49}
    with store.reading(ORG) as unit:
        assert len(list(unit.arrivals.all())) == 1
        entries = list(unit.audit.entries())
    assert [each.action for each in entries].count("arrive") == 1
    assert verify(entries, ORG) is None


def test_writers_take_turns_and_the_book_stays_one_chain(
    store: SqlStore, database: Path, keyring: Path
) -> None:
    assert all_at_once(ADD, 3, str(database), str(keyring)) == ["done\n"] * 3
    with store.reading(ORG) as unit:
        entries = list(unit.audit.entries())
        assert len(list(unit.pupils.all())) == 120
    assert verify(entries, ORG) is None
    # Each wrote how many entries it had seen in the same unit: none saw a stale book.
    added = [each for each in entries if each.action == "pupil.add"]
    assert [int(each.object_id) for each in added] == [each.seq - 1 for each in added]


def test_the_workers_lease_ends_with_its_process(tmp_path: Path) -> None:
    with started(HOLD, str(tmp_path)) as worker:
        with pytest.raises(Conflict), lock.single_worker(tmp_path):
            pass
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        with lock.single_worker(tmp_path):
            pass
