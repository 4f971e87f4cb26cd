"""Files and folders that are there wholly or not at all, also after a power cut."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from exchange.bundle.direct import DirectFile, WriteBehind
from exchange.bundle.failures import writing
from exchange.errors import Conflict


@contextmanager
def create(path: Path) -> Iterator[DirectFile]:
    """Give a new file to write to; it gets its name once it is whole and on the disk.

    Where the block raises, nothing is left. The file is readable by its owner alone.

    :raises Conflict: ``file-exists``: nothing is ever overwritten.
    :raises StorageFull: no room; ``StoreError``: the disk failed. What the block itself writes
        raises OSError: see :func:`exchange.bundle.failures.writing`.
    """
    if path.exists():
        raise Conflict("file-exists", "", "Choose another name, or remove the old file first.")
    part = part_name(path)
    with writing():
        descriptor = new_file(part)
    try:
        try:
            with WriteBehind() as behind:
                file = DirectFile(descriptor, behind)
                yield file
                with writing():
                    file.settle()
                    os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with writing():
            part.rename(path)
            sync(path.parent)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def new_file(path: Path) -> int:
    """Return the descriptor of a new file, readable by its owner alone."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def part_name(path: Path) -> Path:
    """Return the name beside ``path`` under which it is made; begins with a dot."""
    return path.with_name(f".{path.name[:80]}.{secrets.token_hex(8)}.part")


def sync(path: Path) -> None:
    """Make a file's bytes, or a folder's names, durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
