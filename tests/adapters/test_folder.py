"""The folder transport and the watched folder: sticks, shared drives, and what else lies there."""

from __future__ import annotations

import errno
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.transports.folder import Folder, FolderTransport
from exchange.errors import NotFound, TransportError, TransportRefused
from exchange.ports import SignedReceipt
from tests.exchange.faces.neighbourhood import Pack, Party, make_pack, uuid7

PRIMARY, SECONDARY = Party("Primary"), Party("Secondary")
RECEIPT = SignedReceipt(b'{"seq":1}', b"signature")


@pytest.fixture
def pack() -> Pack:
    return make_pack(PRIMARY, [SECONDARY])


@pytest.fixture
def transport(tmp_path: Path) -> FolderTransport:
    return FolderTransport(tmp_path)


class Time:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def watched(tmp_path: Path, time: Time) -> Folder:
    # By the wall clock every file is young, so that only the looks decide.
    return Folder("stick", tmp_path, settle=2, monotonic=time, wall=lambda: 0.0)


def name_of(pack: Pack) -> str:
    return f"{pack.parcel.bundle_id}.zip"


# Laying down


def test_names_fit_every_file_system(
    transport: FolderTransport, watched: Folder, pack: Pack, tmp_path: Path
) -> None:
    transport.deliver(pack.parcel, pack.stream)
    watched.put_receipt(pack.parcel.bundle_id, 12, RECEIPT)

    names = sorted(path.name for path in tmp_path.iterdir())
    receipt = f"{pack.parcel.bundle_id}.12.receipt.json"
    assert names == sorted([name_of(pack), receipt, f"{receipt}.sig"])
    assert all(name == name.lower() and len(name) < 100 for name in names)


def test_a_pack_that_was_cut_off_is_replaced(
    transport: FolderTransport, pack: Pack, tmp_path: Path
) -> None:
    (tmp_path / name_of(pack)).write_bytes(pack.content[:500])
    transport.deliver(pack.parcel, pack.stream)

    assert (tmp_path / name_of(pack)).read_bytes() == pack.content


@pytest.mark.parametrize("make", ["symlink", "directory", "fifo"])
def test_what_is_no_file_is_not_written_through(
    transport: FolderTransport, pack: Pack, tmp_path: Path, make: str
) -> None:
    target = tmp_path / "elsewhere"
    target.write_bytes(b"precious")
    path = tmp_path / name_of(pack)
    {
        "symlink": lambda: path.symlink_to(target),
        "directory": path.mkdir,
        "fifo": lambda: os.mkfifo(path),
    }[make]()

    with pytest.raises(TransportRefused) as error:
        transport.deliver(pack.parcel, pack.stream)
    assert error.value.code == "folder-entry-invalid"
    assert target.read_bytes() == b"precious"


@pytest.mark.parametrize(
    "bundle_id",
    ["../x", "x", "", "A" * 36, uuid7() + "\n", f"../{uuid7()}"],
    ids=["above", "short", "empty", "capitals", "line end", "good but above"],
)
def test_ids_that_are_none_never_become_paths(watched: Folder, bundle_id: str) -> None:
    with pytest.raises(TransportRefused):
        watched.open(bundle_id)
    with pytest.raises(TransportRefused):
        watched.put_receipt(bundle_id, 1, RECEIPT)


class Failing(io.BytesIO):
    """A source that breaks off in the middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 0:
            raise OSError(errno.EIO, "the disk said: secret")
        return super().read(100)


def test_a_failure_half_way_leaves_nothing(
    transport: FolderTransport, pack: Pack, tmp_path: Path
) -> None:
    with pytest.raises(TransportError) as error:
        transport.deliver(pack.parcel, Failing(pack.content))
    assert "secret" not in repr(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault
def test_a_full_stick_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    mount = tmp_path / "stick"
    mount.mkdir()
    if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size=64k tmpfs {mount}") != 0:
        pytest.skip("needs the right to mount a small file system")
    try:
        large = make_pack(PRIMARY, [SECONDARY], size=200_000)
        with pytest.raises(TransportError) as error:
            FolderTransport(mount).deliver(large.parcel, large.stream)
        assert error.value.code == "folder-full"
        assert not isinstance(error.value, TransportRefused)
        assert list(mount.iterdir()) == []
    finally:
        os.system(f"umount {mount}")


def test_an_unplugged_stick_is_no_refusal(pack: Pack, tmp_path: Path) -> None:
    gone = Folder("stick", tmp_path / "gone")
    tries: list[Callable[[], object]] = [
        gone.bundles,
        lambda: gone.open(uuid7()),
        lambda: gone.put_receipt(uuid7(), 1, RECEIPT),
    ]
    for attempt in tries:
        with pytest.raises(TransportError) as error:
            attempt()
        assert error.value.code == "folder-unavailable"


def test_two_writers_at_once_leave_one_whole_pack(pack: Pack, tmp_path: Path) -> None:
    def deliver() -> None:
        FolderTransport(tmp_path).deliver(pack.parcel, pack.stream)

    threads = [threading.Thread(target=deliver) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [path.read_bytes() for path in tmp_path.iterdir()] == [pack.content]


# Watching


def test_a_pack_is_taken_once_it_lay_unchanged_for_a_while(
    watched: Folder, pack: Pack, tmp_path: Path, time: Time
) -> None:
    (tmp_path / name_of(pack)).write_bytes(pack.content)

    assert watched.bundles() == []
    time.seconds = 1.9
    assert watched.bundles() == []
    time.seconds = 2.0
    assert watched.bundles() == [pack.parcel.bundle_id]
    assert watched.bundles() == [pack.parcel.bundle_id]


def test_a_pack_that_still_grows_is_left_alone(
    watched: Folder, pack: Pack, tmp_path: Path, time: Time
) -> None:
    path = tmp_path / name_of(pack)
    for part in (1000, 5000, len(pack.content)):
        path.write_bytes(pack.content[:part])
        assert watched.bundles() == []
        time.seconds += 3

    assert watched.bundles() == [pack.parcel.bundle_id]


def test_a_copy_that_stopped_half_way_is_never_taken(
    pack: Pack, tmp_path: Path, time: Time
) -> None:
    stick = Folder("stick", tmp_path, monotonic=time)
    path = tmp_path / name_of(pack)
    path.write_bytes(pack.content[:-1])
    os.utime(path, (0, 0))
    assert stick.bundles() == []
    time.seconds = 100
    assert stick.bundles() == []

    # Some programs give the file its full size first, and its bytes later.
    path.write_bytes(pack.content[:5000].ljust(len(pack.content), b"\0"))
    os.utime(path, (0, 0))
    assert stick.bundles() == []


def test_an_old_file_is_taken_at_the_first_look(pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / name_of(pack)
    path.write_bytes(pack.content)
    os.utime(path, (1, 1))

    assert Folder("stick", tmp_path).bundles() == [pack.parcel.bundle_id]


def test_foreign_files_are_ignored(tmp_path: Path, pack: Pack) -> None:
    folder = Folder("stick", tmp_path, settle=0)
    target = tmp_path / "target.bin"
    target.write_bytes(pack.content)
    (tmp_path / "holiday.zip").write_bytes(pack.content)
    (tmp_path / f"{uuid7()}.zip.part").write_bytes(pack.content)
    (tmp_path / f"{uuid7().upper()}.ZIP").write_bytes(pack.content)
    (tmp_path / f"._{uuid7()}.zip").write_bytes(pack.content)
    (tmp_path / f"{uuid7()}.zip").symlink_to(target)
    (tmp_path / f"{uuid7()}.zip").mkdir()
    os.mkfifo(tmp_path / f"{uuid7()}.zip")
    (tmp_path / f"{uuid7()}.zip").write_bytes(b"")

    assert folder.bundles() == []


def test_a_link_is_not_opened(watched: Folder, tmp_path: Path) -> None:
    bundle_id = uuid7()
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / f"{bundle_id}.zip").symlink_to(tmp_path / "secret")

    with pytest.raises(TransportRefused):
        watched.open(bundle_id)


def test_what_is_gone_is_not_found(watched: Folder) -> None:
    with pytest.raises(NotFound):
        watched.open(uuid7())


# Receipts


def test_receipts_stop_at_a_gap_or_a_missing_signature(
    transport: FolderTransport, watched: Folder, tmp_path: Path
) -> None:
    bundle_id = uuid7()
    for seq in (1, 2, 3, 4):
        watched.put_receipt(bundle_id, seq, RECEIPT)
    (tmp_path / f"{bundle_id}.3.receipt.json.sig").unlink()

    def ask(after: int) -> int:
        return len(transport.receipts(PRIMARY.org_id, SECONDARY.org_id, bundle_id, after))

    assert [ask(after) for after in range(5)] == [2, 1, 0, 1, 0]


def test_an_oversize_receipt_is_not_read(transport: FolderTransport, tmp_path: Path) -> None:
    bundle_id = uuid7()
    (tmp_path / f"{bundle_id}.1.receipt.json").write_bytes(b" " * 70_000)
    (tmp_path / f"{bundle_id}.1.receipt.json.sig").write_bytes(b"signature")

    assert not transport.receipts(PRIMARY.org_id, SECONDARY.org_id, bundle_id, 0)


def test_a_damaged_receipt_is_laid_down_again(
    transport: FolderTransport, watched: Folder, tmp_path: Path
) -> None:
    bundle_id = uuid7()
    watched.put_receipt(bundle_id, 1, RECEIPT)
    (tmp_path / f"{bundle_id}.1.receipt.json").write_bytes(b"")
    watched.put_receipt(bundle_id, 1, RECEIPT)

    found = transport.receipts(PRIMARY.org_id, SECONDARY.org_id, bundle_id, 0)
    assert list(found) == [RECEIPT]


def test_a_receipt_that_lies_there_is_not_written_again(watched: Folder, tmp_path: Path) -> None:
    bundle_id = uuid7()
    watched.put_receipt(bundle_id, 1, RECEIPT)
    before = {path.name: path.stat().st_ino for path in tmp_path.iterdir()}
    watched.put_receipt(bundle_id, 1, RECEIPT)

    assert {path.name: path.stat().st_ino for path in tmp_path.iterdir()} == before
