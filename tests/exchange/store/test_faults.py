"""Kill -9 and full disks at chosen system calls: what was committed is there, nothing is torn."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from exchange.audit import NODE, verify
from exchange.store.blobs import LocalBlobs
from exchange.store.sql import SqlStore
from tests.exchange.store import killed, support
from tests.exchange.store.support import ORG

pytestmark = pytest.mark.fault

ROOT = Path(__file__).parents[3]
STRACE = shutil.which("strace")
needs_strace = pytest.mark.skipif(
    STRACE is None, reason="no strace here: nothing was killed at a chosen system call"
)
KILLED = 128 + 9


@dataclass(frozen=True)
class Run:
    """How a run ended, and what it had said by then."""

    code: int
    said: list[str]

    @property
    def committed(self) -> int:
        return sum(line.startswith("committed") for line in self.said)


def run(folder: Path, rounds: int, inject: str = "", log: Path | None = None) -> Run:
    """Run the process, with a system call that fails or kills, or with a log of its calls."""
    support.vault_in(folder / "keyring")
    command = [sys.executable, "-m", "tests.exchange.store.killed", str(folder), str(rounds)]
    if inject or log:
        calls = inject.split(":")[0] or ",".join(CALLS)
        options = ["-e", f"inject={inject}"] if inject else []
        traced = ["-f", "-qq", "-o", str(log or os.devnull)]
        command = [STRACE or "strace", *traced, "-e", f"trace={calls}", *options, *command]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    code = KILLED if done.returncode == -9 else done.returncode
    return Run(code, done.stdout.splitlines())


def check_whole(folder: Path, said: int) -> int:
    """Check that a folder is whole and holds at least what was said; return how many it holds."""
    engine = support.ready(folder / "node.db")
    store = SqlStore(engine, support.vault_in(folder / "keyring"))
    blobs = LocalBlobs(folder / "blobs")
    try:
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        with store.reading(NODE) as unit:
            assert verify(unit.audit.entries(), NODE) is None
        if not store.organisations():
            assert said == 0
            return 0
        with store.reading(ORG) as unit:
            entries = list(unit.audit.entries())
            pupils = list(unit.pupils.all())
        assert verify(entries, ORG) is None
        assert [each.action for each in entries].count("pupil.add") == len(pupils) >= said
        for number in range(len(pupils)):
            with blobs.open(ORG, killed.blob_name(number)) as file:
                assert file.read() == killed.BLOB
        for name in blobs.names(ORG):
            with blobs.open(ORG, name) as file:
                assert file.read() == killed.BLOB
        parts = folder / "blobs" / ORG / ".parts"
        assert not parts.exists() or not list(parts.iterdir())
        return len(pupils)
    finally:
        engine.dispose()


CALLS = ("pwrite64", "fdatasync", "fsync", "linkat")
SHARES = {
    "pwrite64": (0.01, 0.1, 0.3, 0.6, 0.8, 0.9, 1.0),
    "fdatasync": (0.1, 0.4, 0.6, 0.8),
    "fsync": (0.1, 0.5, 0.9),
    "linkat": (0.2, 1.0),
}
POINTS = [(call, share) for call, shares in SHARES.items() for share in shares]


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """Return how often each call is made in five rounds; a later SQLite may make others."""
    folder = tmp_path_factory.mktemp("counted")
    log = folder / "calls"
    assert run(folder, 5, log=log).code == 0
    text = log.read_text(encoding="utf-8", errors="replace")
    return Counter(line.split("(")[0].split()[-1] for line in text.splitlines() if "(" in line)


def go_on(folder: Path, held: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Check that the folder is good for more."""
    capsys.readouterr()
    killed.main(folder, 2)
    assert capsys.readouterr().out.count("committed") == 2
    assert check_whole(folder, held + 2) == held + 2


@needs_strace
@pytest.mark.parametrize(("call", "share"), POINTS)
def test_a_killed_process_leaves_all_that_was_committed(
    call: str,
    share: float,
    counts: Counter[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    when = max(1, round(share * counts[call]))
    first = run(tmp_path, 5, f"{call}:signal=SIGKILL:when={when}")
    assert first.code == KILLED
    held = check_whole(tmp_path, first.committed)
    assert held <= first.committed + 1
    go_on(tmp_path, held, capsys)


@needs_strace
@pytest.mark.parametrize("call", [*CALLS, "write"])
def test_no_room_at_a_system_call(
    call: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a place on, the call finds no room; the process may not even be able to say so."""
    killed.main(tmp_path, 1)
    start = 40 if call == "pwrite64" else 3
    short = run(tmp_path, 4, f"{call}:error=ENOSPC:when={start}+")
    assert short.committed < 4
    go_on(tmp_path, check_whole(tmp_path, 1 + short.committed), capsys)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder on a disk of one megabyte."""
    if os.geteuid() != 0:
        pytest.skip("not root: no small disk was mounted, a full one was not tried")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here: a full disk was not tried")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_disk_that_fills_up(small_disk: Path) -> None:
    """It stops with one clear error, keeps what it said, and goes on once there is room."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\0" * 200_000)
    short = run(small_disk, 200)
    assert (short.code, short.said[-1]) == (3, "storage-full")
    assert short.committed > 5
    ballast.unlink()
    held = check_whole(small_disk, short.committed)
    assert held == short.committed
    again = run(small_disk, 1)
    assert (again.code, again.committed) == (0, 1)
    assert check_whole(small_disk, held + 1) == held + 1


@pytest.mark.parametrize("room", [0, 20_000, 70_000])
def test_a_disk_that_is_nearly_full_at_the_start(small_disk: Path, room: int) -> None:
    assert run(small_disk, 1).code == 0
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(b"\0" * max(free - room, 0))
    short = run(small_disk, 50)
    assert (short.code, short.said[-1]) == (3, "storage-full")
    (small_disk / "ballast").unlink()
    assert check_whole(small_disk, 1 + short.committed) == 1 + short.committed
