"""Memory stays small however large the pack: sealed, verified and opened by the command line.

128 MB each time; with SENX_LARGE=1 (``make check``) 1 GB, which is what is promised.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.machine import wait_for
from tests.journeys.material import fill, leavers
from tests.journeys.town import House, Town

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

LARGE = os.environ.get("SENX_LARGE") == "1"
SIZE = (1024 if LARGE else 128) * 1024 * 1024
LIMIT = 100_000_000
"""What is promised."""
ROOM = 12_000_000
"""What is kept below it, so that the next thing that is built fits in."""
_BLOCK = 1024 * 1024

# A process that is forked off a large one counts its parent's memory as its own until it runs its
# program (getrusage(2)), so a small one stands between pytest and what is measured.
_MEASURE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:])
_, status, used = os.wait4(child.pid, 0)
print(used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """A folder for large files, emptied at once: pytest keeps those of its last three runs."""
    folder = tmp_path / "large"
    folder.mkdir()
    yield folder
    shutil.rmtree(tmp_path)


def _picture(path: Path, size: int) -> None:
    """Write a PNG whose one chunk of data neither compresses nor has holes in it."""
    block = os.urandom(_BLOCK)
    head = struct.pack(">LLBBBBB", 1000, 1000, 8, 2, 0, 0, 0)
    with path.open("wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + struct.pack(">L4s", 13, b"IHDR") + head)
        out.write(struct.pack(">L", zlib.crc32(b"IHDR" + head)))
        out.write(struct.pack(">L4s", size - out.tell() - 12, b"IDAT"))
        while (left := size - out.tell()) > 0:
            out.write((out.tell().to_bytes(8, "big") + block)[: min(left, _BLOCK)])


def _peak(house: House, *arguments: str | Path) -> int:
    """Run ``senx`` to its end and return the peak resident size of its process, in bytes."""
    words = [sys.executable, "-m", "exchange.cli", *map(str, arguments)]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *words],
        env={**os.environ, "SENX_HOME": str(house.root)},
        capture_output=True,
        text=True,
        check=True,
        timeout=500,
    )
    return int(done.stdout.splitlines()[-1]) * 1024


def _record(path: Path) -> Path:
    subject = str(uuid.uuid4())
    profile = {"schema": "sen.one-page-profile/1.0", "subject": subject}
    path.write_text(json.dumps(profile | {"known_as": "Sam", "written": "2026-05-01"}), "utf-8")
    return path


def test_sealing_verifying_and_opening_take_little_memory(town: Town, room: Path) -> None:
    sender, recipient = town.settle("larkfield"), town.settle("northgate")
    town.publish()
    pictures = [room / "one.png", room / "two.png"]
    for one in pictures:
        _picture(one, SIZE // 2)
    pack, folder = room / "pack.zip", room / "opened"
    documents = [f"--document=other={one}" for one in pictures]
    record = _record(room / "profile.json")
    peaks = {
        "seal": _peak(
            sender, "seal", "--to", recipient.urn, "--record", record, *documents, "-o", pack
        ),
        "verify": _peak(recipient, "verify", pack, "--home", recipient.root),
        "open": _peak(recipient, "open", pack, "-C", folder),
    }
    print({name: f"{peak / 1e6:.1f} MB" for name, peak in peaks.items()}, f"of {SIZE} bytes")
    assert pack.stat().st_size > SIZE
    opened = sorted((folder / "data" / "documents").iterdir())
    for before, after in zip(pictures, opened, strict=True):
        subprocess.run(["cmp", str(before), str(after)], check=True, timeout=120)
    assert max(peaks.values()) < LIMIT - ROOM


def test_nodes_carry_a_large_pack_in_little_memory(town: Town, room: Path) -> None:
    sender, recipient = town.settle("larkfield"), town.settle("northgate")
    town.publish()
    [reference] = fill(sender, recipient, leavers(1), town.root / "material")
    picture = room / "one.png"
    _picture(picture, SIZE // 2)
    peaks = {"attach": _peak(sender, "attach", reference, f"other={picture}")}
    peaks["send"] = _peak(sender, "send", "--all")
    sender.start(wait=False)
    recipient.start(wait=False)
    wait_for("it to be verified", lambda: recipient.states("arrivals") == {"verified": 1}, 300)
    for house in (sender, recipient):
        for number, pid in enumerate(house.pids()):
            peaks[f"{house.name} process {number}"] = _resident_peak(pid)
    print({name: f"{peak / 1e6:.1f} MB" for name, peak in peaks.items()}, f"of {SIZE // 2} bytes")
    assert len(peaks) == 8
    assert max(peaks.values()) < LIMIT - ROOM


def _resident_peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
