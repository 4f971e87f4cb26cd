"""Files laid into a folder: all of them, checked, or none; and what stock programs say to them."""

from __future__ import annotations

import errno
import io
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exchange.bundle import direct, durable
from exchange.bundle.editions import commands
from exchange.bundle.extracting import extract
from exchange.bundle.limits import MIB
from exchange.bundle.opening import OpenedBundle, open_bundle
from exchange.bundle.outer import read_outer
from exchange.bundle.readahead import ReadAhead
from exchange.bundle.sealing import seal_to_path
from exchange.errors import BundleError, Conflict, ContainerError, StorageFull
from keys.sshsig import write_allowed_signers
from tests.exchange.bundle.forge import Forgery
from tests.exchange.bundle.parties import (
    NOW,
    OLD_TOOLS,
    PDF,
    SCHOOL,
    SENDER,
    document,
    find_signers,
    opened,
    particulars,
    record,
    sealed,
)

ROOT = Path(__file__).parents[3]


def lenient(raw: bytes) -> OpenedBundle:
    """Open without reading everything first."""
    return open_bundle(
        read_outer(io.BytesIO(raw)),
        opener=SCHOOL,
        find_signers=find_signers,
        me=SCHOOL.org_id,
        inbox=SCHOOL.inbox,
        at=NOW,
    )


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_every_file_is_laid_out(tmp_path: Path) -> None:
    rng = random.Random(3)
    sizes = [0, 1, 4095, 4096, 4097, 65_536, MIB - 1, MIB, MIB + 1, 3 * MIB + 17]
    contents = [rng.randbytes(size) for size in sizes]
    raw, kept = sealed(record(), *(document(n, each) for n, each in enumerate(contents)))
    told: list[int] = []
    extract(opened(raw), tmp_path / "out", told.append)
    found = sorted((tmp_path / "out/data/documents").iterdir())
    assert [each.read_bytes() for each in found] == contents
    assert (tmp_path / "out/statement.json").read_bytes() == kept.statement_bytes
    assert sum(told) > sum(sizes)
    assert {each.name for each in tmp_path.iterdir()} == {"out"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "out").rglob("*"))


def test_an_empty_folder_is_taken_and_a_full_one_is_not(tmp_path: Path) -> None:
    raw, _ = sealed()
    (tmp_path / "empty").mkdir()
    extract(opened(raw), tmp_path / "empty")
    with pytest.raises(Conflict) as caught:
        extract(opened(raw), tmp_path / "empty")
    assert caught.value.code == "folder-not-empty"
    (tmp_path / "file").write_text("x")
    with pytest.raises(Conflict):
        extract(opened(raw), tmp_path / "file")


def test_one_altered_document_and_nothing_is_laid_out(tmp_path: Path) -> None:
    made = Forgery(sealed(document(1, PDF), document(2, PDF * 9000))[0])
    made.members["data/documents/0002-report.pdf"] = PDF * 8999 + PDF[::-1]
    made.seal()
    made.mend_envelope()
    with pytest.raises(BundleError) as caught:
        extract(lenient(made.build()), tmp_path / "out")
    assert (caught.value.code, caught.value.path) == ("digest-mismatch", "/files/4/sha256")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_chunk_and_nothing_is_laid_out(tmp_path: Path) -> None:
    made = Forgery(sealed(document(1, bytes(4 * MIB)))[0])
    damaged = bytearray(made.payload)
    damaged[len(damaged) // 2] ^= 1
    made.payload = bytes(damaged)
    made.mend_envelope()
    with pytest.raises(BundleError) as caught:
        extract(lenient(made.build()), tmp_path / "out")
    assert caught.value.code == "age-payload-damaged"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("after", [0, 1, 5, 9])
def test_a_full_disk_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    raw, _ = sealed(*(document(n, os.urandom(2 * MIB)) for n in range(3)))
    real, calls = os.pwrite, [0]

    def full(descriptor: int, data: memoryview, offset: int) -> int:
        calls[0] += 1
        if calls[0] > after:
            raise OSError(errno.ENOSPC, "No space left on device", "/secret")
        return real(descriptor, data, offset)

    monkeypatch.setattr(os, "pwrite", full)
    descriptors = open_descriptors()
    with pytest.raises(StorageFull) as caught:
        extract(opened(raw), tmp_path / "out")
    assert "secret" not in repr(caught.value)
    assert list(tmp_path.iterdir()) == []
    calls[0] = 0
    big = [document(n, os.urandom(4 * MIB)) for n in range(5)]
    with pytest.raises(StorageFull):
        seal_to_path(tmp_path / "x", particulars(), big, [SCHOOL.keys()], SENDER)
    assert open_descriptors() == descriptors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("refuses", ["flag", "write", "nothing"])
def test_files_are_right_with_and_without_direct_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refuses: str
) -> None:
    if refuses == "flag":
        monkeypatch.setattr(direct, "_O_DIRECT", 0)
    if refuses == "write":
        real = os.pwrite

        def picky(descriptor: int, data: memoryview, offset: int) -> int:
            if os.get_blocking(descriptor) and direct._set_direct(descriptor, on=True) is False:
                direct._set_direct(descriptor, on=False)
                direct._set_direct(descriptor, on=True)
                if len(data) == MIB:
                    raise OSError(errno.EINVAL, "Invalid argument")
            direct._set_direct(descriptor, on=False)
            return real(descriptor, data, offset)

        monkeypatch.setattr(os, "pwrite", picky)
    rng = random.Random(5)
    expected = bytearray(rng.randbytes(5 * MIB + 123))
    with durable.create(tmp_path / "x") as file:
        position = 0
        while position < len(expected):
            size = rng.randrange(1, 300_000)
            position += file.write(bytes(expected[position : position + size]))
        assert file.tell() == len(expected)
        file.seek(1000)
        file.write(b"patched")
        file.seek(len(expected))
        file.write(b"the end")
        assert file.tell() == len(expected) + 7
    expected[1000:1007] = b"patched"
    assert (tmp_path / "x").read_bytes() == expected + b"the end"


def test_reading_ahead_stops_with_its_reader() -> None:
    source = io.BytesIO(bytes(range(256)) * 20_000)
    with ReadAhead(source) as ahead:
        assert b"".join(ahead.take(300))[255:258] == b"\xff\x00\x01"
    with ReadAhead(source) as ahead:
        assert sum(len(piece) for piece in ahead.take(5_120_000)) == 5_120_000
        with pytest.raises(ContainerError) as caught:
            next(ahead.take(1))
    assert caught.value.code == "container-truncated"


@pytest.mark.parametrize("size", [64 * MIB, 256 * MIB])
def test_memory_stays_the_same_whatever_the_size(tmp_path: Path, size: int) -> None:
    """Sealing and opening in a process of its own; ``VmHWM`` is its peak since it started."""
    (tmp_path / "in").mkdir()
    with (tmp_path / "in" / "scan.pdf").open("wb") as file:
        file.truncate(size)
    for what in ("seal", "open"):
        script = (
            "import runpy, sys; sys.argv = ['ours', sys.argv[1], sys.argv[2]]\n"
            "runpy.run_module('tests.benchmarks.ours', run_name='__main__')\n"
            "print(next(x.split()[1] for x in open('/proc/self/status') if x[:6] == 'VmHWM:'))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, what, str(tmp_path)],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        assert int(done.stdout) * 1024 < 80_000_000
    assert (tmp_path / "out/data/documents/0000-report.pdf").stat().st_size == size


@pytest.mark.stock
def test_the_commands_of_the_read_me_open_and_verify_a_bundle(tmp_path: Path) -> None:
    """The lines of READ-ME.txt for Linux, typed as they stand, with names for the capitals."""
    needed = ("age", "ssh-keygen", "unzip", "sha256sum")
    missing = [tool for tool in needed if not shutil.which(tool)]
    if missing:
        pytest.skip(f"not here: {', '.join(missing)}")
    raw, _ = sealed(record(), document(1, PDF), to=(OLD_TOOLS,))
    (tmp_path / "PACK.zip").write_bytes(raw)
    (tmp_path / "SIGNERS").write_text(write_allowed_signers([SENDER.allowed()]))
    from keys import age

    secret = age.identity_from_seed("classic", OLD_TOOLS.seed("op"))
    (tmp_path / "KEY.txt").write_text(f"{secret}\n")
    lines = commands("LINUX")
    assert len(lines) == 10
    script = "\n".join(lines).replace("SENDER", SENDER.org_id)
    done = subprocess.run(
        ["/bin/sh", "-euc", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Good ") == 2
    assert "FAILED" not in done.stdout
    assert done.stdout.count(": OK") == 2 + 6
    assert (tmp_path / "bag/data/documents/0001-report.pdf").read_bytes() == PDF


@pytest.mark.stock
def test_the_commands_of_the_read_me_notice_a_forged_statement(tmp_path: Path) -> None:
    if not all(map(shutil.which, ("age", "ssh-keygen", "unzip", "sha256sum"))):
        pytest.skip("age, ssh-keygen, unzip or sha256sum is not here")
    made = Forgery(sealed(to=(OLD_TOOLS,))[0], OLD_TOOLS)
    made.restate(lambda value: value.update(purpose="gossip"), author=SCHOOL)
    made.seal()
    made.mend_envelope()
    (tmp_path / "PACK.zip").write_bytes(made.build())
    (tmp_path / "SIGNERS").write_text(write_allowed_signers([SENDER.allowed(), SCHOOL.allowed()]))
    from keys import age

    secret = age.identity_from_seed("classic", OLD_TOOLS.seed("op"))
    (tmp_path / "KEY.txt").write_text(f"{secret}\n")
    script = "\n".join(commands("LINUX")).replace("SENDER", SENDER.org_id)
    done = subprocess.run(
        ["/bin/sh", "-euc", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert done.stdout.count("Good ") == 1


@pytest.mark.stock
def test_stock_unzip_takes_both_containers(tmp_path: Path) -> None:
    if not shutil.which("unzip"):
        pytest.skip("unzip is not here")
    raw, _ = sealed(record(), document(1, PDF), to=(OLD_TOOLS,))
    (tmp_path / "outer.zip").write_bytes(raw)
    (tmp_path / "inner.zip").write_bytes(Forgery(raw, OLD_TOOLS).plain)
    for name in ("outer.zip", "inner.zip"):
        subprocess.run(["unzip", "-tqq", name], cwd=tmp_path, check=True)
