"""Blobs on a real disk: who may read them, what killed writers leave, what a full disk does."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.errors import StorageFull, StoreError
from exchange.store.blobs import LocalBlobs
from tests.exchange.store.support import ORG

NAME = "ab" * 32
NEW = "cd" * 32


def modes(root: Path) -> dict[str, int]:
    return {
        str(path.relative_to(root)): stat.S_IMODE(path.lstat().st_mode)
        for path in [root, *root.rglob("*")]
    }


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def put(blobs: LocalBlobs, name: str, content: bytes) -> None:
    with blobs.create(ORG, name) as writer:
        writer.file.write(content)
        writer.commit()


@pytest.fixture
def loose_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture(params=["nameless", "named"])
def blobs(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> LocalBlobs:
    """Return blobs on a file system with O_TMPFILE, and on one that says it has none."""
    if request.param == "named":
        real = os.open

        def without_tmpfile(path: str, flags: int, *rest: int, **more: int) -> int:
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, "no nameless files here")
            return real(path, flags, *rest, **more)

        monkeypatch.setattr(os, "open", without_tmpfile)
    return LocalBlobs(tmp_path / "blobs")


def test_only_the_owner_may_read(loose_umask: None, blobs: LocalBlobs, tmp_path: Path) -> None:
    put(blobs, NAME, b"x")
    put(blobs, NAME, b"replaced")
    for path, mode in modes(tmp_path / "blobs").items():
        assert mode == (0o600 if path.endswith(NAME) else 0o700), path


def test_commit_and_failure_leave_no_parts(blobs: LocalBlobs, tmp_path: Path) -> None:
    put(blobs, NAME, b"x")
    put(blobs, NAME, b"y")
    with blobs.create(ORG, NEW) as writer:
        writer.file.write(b"z")
    assert files(tmp_path / "blobs") == [NAME]


def test_opening_a_store_leaves_a_living_writer_alone(blobs: LocalBlobs, tmp_path: Path) -> None:
    with blobs.create(ORG, NAME) as writer:
        writer.file.write(b"slow")
        LocalBlobs(tmp_path / "blobs")
        writer.commit()
    with blobs.open(ORG, NAME) as file:
        assert file.read() == b"slow"


def test_a_write_that_finds_no_room_says_so_and_leaves_nothing(
    blobs: LocalBlobs, tmp_path: Path
) -> None:
    def fail() -> None:
        with blobs.create(ORG, NAME) as writer:
            writer.file.write(b"x")
            raise OSError(errno.ENOSPC, "no room in /secret/place")

    with pytest.raises(StorageFull) as caught:
        fail()
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert files(tmp_path / "blobs") == []


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    put(blobs, NAME, b"x")
    secret = tmp_path / "secret"
    secret.write_bytes(b"not yours")
    (tmp_path / "blobs" / ORG / NEW).symlink_to(secret)
    with pytest.raises(StoreError) as caught:
        blobs.open(ORG, NEW)
    assert caught.value.path == "/ELOOP"


WRITER = """
import sys, time
from pathlib import Path
from exchange.store.blobs import LocalBlobs
import os, errno
if sys.argv[2] == "named":
    real = os.open
    def refuse(path, flags, *rest, **more):
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, "")
        return real(path, flags, *rest, **more)
    os.open = refuse
with LocalBlobs(Path(sys.argv[1])).create(sys.argv[3], sys.argv[4]) as writer:
    writer.file.write(b"half" * 1000)
    writer.file.flush()
    print("writing", flush=True)
    time.sleep(60)
"""


@pytest.mark.fault
@pytest.mark.parametrize("kind", ["nameless", "named"])
def test_what_a_killed_writer_left_is_swept(kind: str, tmp_path: Path) -> None:
    root = tmp_path / "blobs"
    LocalBlobs(root)
    arguments = [sys.executable, "-c", WRITER, str(root), kind, ORG, NAME]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        LocalBlobs(root)
        assert len(files(root)) == (1 if kind == "named" else 0)
        writer.send_signal(signal.SIGKILL)
    LocalBlobs(root)
    assert files(root) == []
