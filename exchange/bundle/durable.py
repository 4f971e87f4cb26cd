"""Files that are there wholly or not at all, also after a power cut."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from exchange.bundle.failures import writing
from exchange.errors import Conflict


@contextmanager
def create(path: Path) -> Iterator[FileIO]:
    """Give a new file to write to; it gets its name once it is whole and on the disk.

    Where the block raises, nothing is left. The file is readable by its owner alone.

    :raises Conflict: ``file-exists``: nothing is ever overwritten.
    :raises StorageFull: no room; ``StoreError``: the disk failed.
    """
    if path.exists():
        raise Conflict("file-exists", "", "Choose another name, or remove the old file first.")
    part = path.with_name(f".{path.name[:80]}.{secrets.token_hex(8)}.part")
    with writing():
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with FileIO(descriptor, "w+") as file:
            yield file
            with writing():
                os.fsync(descriptor)
        with writing():
            part.rename(path)
            sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
