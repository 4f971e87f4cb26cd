"""A disk that is full: a typed error, nothing half-done, others served, and all well with room.

As root on a small tmpfs of its own, which is the real thing (ENOSPC for database, WAL and blobs
alike); elsewhere, and here as well, with a limit on the size of files of the face's processes.
"""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from adapters.transports.https import HttpsTransport
from exchange.errors import ExchangeError
from tests.journeys.looks import books_add_up, orphans, strange_files
from tests.journeys.machine import wait_for
from tests.journeys.material import ctf, fill, leavers, pdf
from tests.journeys.test_at_once import parcel_of, transport_between
from tests.journeys.town import House, Town

pytestmark = [pytest.mark.journey, pytest.mark.fault, pytest.mark.timeout(120)]

MEGABYTE = 1_000_000


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of that size; skip where that is not allowed."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("no leave to mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def crowd(disk: Path, leave: int, name: str = "ballast") -> Path:
    """Fill a disk until only so many bytes are left; return what is in the way."""
    ballast = disk / name
    seen = os.statvfs(disk)
    left = seen.f_bavail * seen.f_frsize - leave
    with ballast.open("wb", buffering=0) as out, suppress(OSError):
        while left > 0:
            left -= out.write(b"\xa5" * min(left, 4096))
    return ballast


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 16) as folder:
        yield folder


def _deliver(sender: House, recipient: House, bundle_id: str) -> str:
    """Hand one pack over from here, and return ``stored`` or the code of the refusal."""
    with sender.node.inside.store.reading(sender.org_id) as unit:
        transfer = unit.transfers.get(bundle_id)
    transport: HttpsTransport = transport_between(sender, recipient)
    with sender.node.inside.blobs.open(sender.org_id, transfer.blob) as content:
        try:
            transport.deliver(parcel_of(sender, transfer), content)
        except ExchangeError as error:
            return error.code
    return "stored"


def test_at_the_recipient(town: Town, disk: Path) -> None:
    sender = town.settle("larkfield")
    recipient = town.settle("northgate", root=disk / "home")
    town.publish()
    fill(sender, recipient, leavers(2), town.root / "material", 3 * MEGABYTE)
    first, large = (one["transfer"] for one in sender.json("send", "--all"))
    recipient.start()
    assert _deliver(sender, recipient, first) == "stored"
    wait_for("the first", lambda: recipient.states("arrivals") == {"verified": 1})

    ballast = crowd(disk, leave=MEGABYTE)
    assert _deliver(sender, recipient, large) == "storage-full"
    # Others are served meanwhile: those that only ask, and those whose pack finds room.
    assert recipient.face_answers()
    asked = transport_between(sender, recipient).receipts(sender.org_id, recipient.org_id, first, 0)
    assert len(asked) == 2
    sender.tell("pupil", "add", "--surname", "Wren", "--forename", "Jo", "--dob", "2015-04-01",
                "--sex", "F", "--no-upn", "UN1")  # fmt: skip
    small_pupil = next(one["pupil"] for one in sender.json("pupils") if one["surname"] == "Wren")
    [small] = sender.json("send", small_pupil, "--to", recipient.urn, "--confirm",
                          recipient.laestab)  # fmt: skip
    assert _deliver(sender, recipient, small["transfer"]) == "stored"
    # Nothing half-done: the large one is announced, and not a byte of it is kept.
    wait_for("the small", lambda: recipient.states("arrivals").get("verified") == 2)
    assert recipient.states("arrivals") == {"verified": 2, "queued": 1}
    assert len([*recipient.node.blobs.names(recipient.org_id)]) == 2
    assert strange_files(recipient) == []

    # Not a block is left: now nothing can be noted, and that is said as well.
    crowd_all = crowd(disk, leave=0, name="more")
    codes = {_deliver(sender, recipient, large) for _ in range(20)}
    assert codes <= {"storage-full"}
    assert recipient.face_answers()
    assert recipient.process is not None
    assert recipient.process.poll() is None

    # And by the sender's own worker: it waits, and comes again.
    sender.start()
    wait_for("a try in vain", lambda: sender.count("SELECT max(attempts) FROM transfers") >= 1)
    assert sender.states()["queued"] >= 1
    ballast.unlink()
    crowd_all.unlink()

    def through() -> bool:
        sender.nudge()
        return recipient.states("arrivals") == {"verified": 3}

    wait_for("the large one, with room", through)
    recipient.tell("accept", first, large, small["transfer"])

    def heard() -> bool:
        sender.nudge()
        return sender.states() == {"accepted": 3}

    wait_for("the receipts", heard)
    for house in (sender, recipient):
        assert house.stop() == 0
        assert "Traceback" not in house.log.read_text()
        books_add_up(house)
        assert orphans(house) == set()
        assert strange_files(house) == []
    recipient.node.engine.dispose()


def test_at_the_recipient_s_worker(town: Town, disk: Path) -> None:
    """The bytes are here, and then there is no room to sign for them: it waits, and spins not."""
    sender = town.settle("larkfield")
    recipient = town.settle("northgate", root=disk / "home")
    town.publish()
    fill(sender, recipient, leavers(3), town.root / "material", MEGABYTE // 10)
    sent = [one["transfer"] for one in sender.json("send", "--all")]
    recipient.start_face()
    assert [_deliver(sender, recipient, one) for one in sent] == ["stored"] * 3
    recipient.kill()

    more = crowd(disk, leave=0, name="more")
    rounds = [0]
    node = recipient.node
    worker = node.worker()
    plain_round = worker.round

    def counted() -> int:
        rounds[0] += 1
        return plain_round()

    worker.round = counted  # type: ignore[method-assign]
    stop = threading.Event()
    running = threading.Thread(target=worker.run, args=(stop, 0.2))
    running.start()
    try:
        time.sleep(2.5)  # nothing is to happen, which no condition can show
        assert running.is_alive()
        assert rounds[0] < 40, "it spins while the disk is full"
        states = recipient.states("arrivals")
        assert set(states) <= {"delivered", "collected"}
        more.unlink()
        wait_for("them to be verified", lambda: recipient.states("arrivals") == {"verified": 3})
    finally:
        stop.set()
        running.join(30)
    assert not running.is_alive()
    books_add_up(recipient)
    assert orphans(recipient) == set()
    node.engine.dispose()


def test_at_the_sender(town: Town, disk: Path, tmp_path: Path) -> None:
    sender = town.settle("larkfield", root=disk / "home")
    recipient = town.settle("northgate")
    town.publish()
    [pupil] = fill(sender, recipient, leavers(1), town.root / "material", 2 * MEGABYTE)
    large = tmp_path / "large.pdf"
    large.write_bytes(pdf("Large", 2 * MEGABYTE))
    file = tmp_path / "more.xml"
    file.write_bytes(ctf(leavers(12)))

    ballast = crowd(disk, leave=MEGABYTE)
    for words in (["attach", pupil, f"slt-report={large}"], ["send", pupil]):
        [told] = sender.tell(*words, "--json", code=3).json()
        assert told["error"]["code"] == "storage-full"
    assert sender.states() == {}
    assert orphans(sender) == set()
    more = crowd(disk, leave=0, name="more")
    failed = sender.tell("import", "ctf", file, "--json", code=7).error()
    assert failed["code"] == "storage-full"
    assert sender.tell("pupils", "--json").json()  # looking still works
    ballast.unlink()
    more.unlink()

    assert {one["outcome"] for one in sender.json("import", "ctf", file)} <= {"added", "unchanged"}
    assert len(sender.json("pupils")) == 12
    [attached] = sender.json("attach", pupil, f"slt-report={large}")
    assert attached["outcome"] == "attached"
    [sent] = sender.json("send", pupil)
    sender.start(wait=False)
    recipient.start(wait=False)
    wait_for("it", lambda: recipient.states("arrivals") == {"verified": 1})
    assert recipient.json("inbox")[0]["pack"] == sent["transfer"]
    assert sender.stop() == 0
    books_add_up(sender)
    assert orphans(sender) == set()
    assert strange_files(sender) == []
    sender.node.engine.dispose()


def _files_of_one_megabyte() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, MEGABYTE))


def test_a_face_that_may_write_no_large_file(town: Town) -> None:
    """Also without leave to mount: the kernel answers EFBIG, the face the same typed refusal."""
    sender, recipient = town.settle("larkfield"), town.settle("northgate")
    town.publish()
    fill(sender, recipient, leavers(1), town.root / "material", 3 * MEGABYTE)
    [large] = (one["transfer"] for one in sender.json("send", "--all"))
    recipient.limit = _files_of_one_megabyte
    recipient.start()
    assert _deliver(sender, recipient, large) == "storage-full"
    assert recipient.face_answers()
    assert recipient.states("arrivals") == {"queued": 1}
    assert [*recipient.node.blobs.names(recipient.org_id)] == []
    assert strange_files(recipient) == []
    recipient.stop()
    recipient.limit = None
    recipient.start()
    assert _deliver(sender, recipient, large) == "stored"
    wait_for("it", lambda: recipient.states("arrivals") == {"verified": 1})
    books_add_up(recipient)
