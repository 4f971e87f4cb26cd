"""One folder that others write to as well: every access by descriptor, never through a link.

A shared drive or a stick may be slow, full, gone, formatted as FAT, or changed by somebody else
while we look. So the folder is opened once per task and all names are taken relative to that
descriptor; only regular files are read; what we write appears whole or not at all.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from exchange.errors import TransportError, TransportRefused

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Some network and FUSE file systems have no fsync of a folder; they order renames themselves.
_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF})


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a file saw; two equal looks mean that nobody is writing it."""

    size: int
    modified_ns: int
    inode: int


class Place:
    """An open folder. Made by :func:`opened`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def names(self) -> list[str]:
        """Return the names of all entries, sorted."""
        return sorted(os.listdir(self._descriptor))  # noqa: PTH208 (a Path has no descriptor)

    def look(self, name: str) -> Look | None:
        """Return size and time of a regular file; None for anything else."""
        try:
            seen = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except OSError:
            return None
        if not stat.S_ISREG(seen.st_mode):
            return None
        return Look(seen.st_size, seen.st_mtime_ns, seen.st_ino)

    def open(self, name: str) -> BinaryIO | None:
        """Return a regular file, readable and seekable; None where there is none.

        :raises TransportRefused: ``folder-entry-invalid``: a link, pipe, device or folder.
        """
        try:
            # Non-blocking, or a pipe of that name would hold us for ever.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(name, flags, dir_fd=self._descriptor)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO, errno.EMLINK):
                raise _no_file() from None
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _no_file()
        return os.fdopen(descriptor, "rb")

    def read(self, name: str, limit: int) -> bytes | None:
        """Return a whole small file; None where there is none, or it is larger than ``limit``."""
        file = self.open(name)
        if file is None:
            return None
        with file:
            content = file.read(limit + 1)
        return content if len(content) <= limit else None

    def write(self, name: str, fill: Callable[[BinaryIO], None]) -> None:
        """Let ``fill`` write a file that appears under ``name`` whole, durable, or not at all."""
        # The leading dot and the ending keep our own and others' readers away from it.
        temporary = f".{secrets.token_hex(8)}.part"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o666, dir_fd=self._descriptor)
        try:
            with os.fdopen(descriptor, "wb") as file:
                fill(file)
                file.flush()
                os.fsync(file.fileno())
            os.rename(temporary, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=self._descriptor)
            raise
        self._sync()

    def _sync(self) -> None:
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            if error.errno not in _NO_FOLDER_SYNC:
                raise


@contextmanager
def opened(path: Path) -> Iterator[Place]:
    """Open a folder for one task.

    :raises TransportError: ``folder-unavailable`` (the stick is out, the drive is down, no
        permission), ``folder-full``; a partly written file is gone again.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield Place(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in _FULL:
            raise TransportError(
                "folder-full", "/folder", "Nothing is lost. Make room in the folder."
            ) from None
        raise TransportError(
            "folder-unavailable",
            "/folder",
            "Nothing is lost. Plug the stick in, or ask for access to the shared folder.",
        ) from None


def _no_file() -> TransportRefused:
    return TransportRefused(
        "folder-entry-invalid",
        "/folder",
        "Something in the folder bears the name of a pack but is no file. Remove it.",
    )
