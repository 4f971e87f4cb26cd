"""Sealed bytes in files: one folder an organisation, durable once committed.

A blob is written to a file without a name (``O_TMPFILE``), which the kernel itself removes when
its writer dies; where the file system has none, to a file in ``.parts`` that its writer keeps
locked. What a killed writer left there is swept when a store is opened; a living writer's lock
protects its file.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from exchange.errors import ExchangeError, NotFound, StorageFull, StoreError
from exchange.ports.blobs import BlobWriter
from exchange.store.dialect import is_full
from exchange.store.names import check_blob_name, check_org_id, is_blob_name

_PARTS = ".parts"
_NO_TMPFILE = {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL}


class LocalBlobs:
    """exchange.ports.BlobStore in a folder; files are 0600, folders 0700.

    :param root: made where it is missing.
    :raises StoreError: ``store-failed``: the folder cannot be made or read.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        with _wrapped():
            _make_folder(root)
            for folder in root.iterdir():
                _sweep(folder / _PARTS)

    def create(self, org_id: str, name: str) -> AbstractContextManager[BlobWriter]:
        """Return a writer; leaving the context without ``commit`` leaves nothing behind.

        :raises UsageError: ``blob-name-invalid``, ``org-id-invalid``.
        :raises StorageFull: no room; also for a write inside the context that found none.
        """
        path = self._path(org_id, name)
        with _wrapped():
            _make_folder(path.parent)
        return _LocalWriter(path)

    def open(self, org_id: str, name: str) -> BinaryIO:
        """Return the blob, readable and seekable.

        :raises NotFound: ``blob-unknown``.
        """
        path = self._path(org_id, name)
        with _wrapped():
            try:
                handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                raise NotFound("blob-unknown") from None
            return os.fdopen(handle, "rb")

    def delete(self, org_id: str, name: str) -> None:
        """Remove the blob, durably; removing what is not there is no error."""
        path = self._path(org_id, name)
        with _wrapped(), suppress(FileNotFoundError):
            path.unlink()
            _sync_folder(path.parent)

    def exists(self, org_id: str, name: str) -> bool:
        """Return whether the blob is there."""
        return self._path(org_id, name).is_file()

    def names(self, org_id: str) -> Iterator[str]:
        """Yield the names of all blobs of an organisation, in no order."""
        check_org_id(org_id)
        with _wrapped(), suppress(FileNotFoundError), os.scandir(self._root / org_id) as found:
            yield from (each.name for each in found if is_blob_name(each.name))

    def remove_older(self, org_id: str, name: str, before: datetime) -> bool:
        """Remove the blob, durably, if it was written before an instant; return whether it was.

        A writer that replaces it in this moment is not harmed.
        """
        path = self._path(org_id, name)
        with _wrapped(), suppress(FileNotFoundError), _locked_folder(path.parent) as folder:
            if path.lstat().st_mtime >= before.timestamp():
                return False
            path.unlink()
            os.fsync(folder)
            return True
        return False

    def _path(self, org_id: str, name: str) -> Path:
        check_org_id(org_id)
        check_blob_name(name)
        return self._root / org_id / name


class _LocalWriter:
    """One blob being written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part: Path | None = None
        self._file: BinaryIO | None = None

    @property
    def file(self) -> BinaryIO:
        """Return the seekable binary file to write to.

        :raises StoreError: ``blob-finished``: committed or left already.
        """
        if self._file is None:
            raise StoreError("blob-finished")
        return self._file

    def __enter__(self) -> _LocalWriter:
        with _wrapped():
            self._file = os.fdopen(self._open_nameless() or self._open_named(), "w+b")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._discard()
        if isinstance(error, OSError) and is_full(error):
            raise StorageFull() from None

    def commit(self) -> None:
        """Make it durable and visible, in place of a blob of that name.

        :raises StorageFull: no room; nothing is left behind.
        """
        file = self.file
        try:
            with _wrapped():
                file.flush()
                os.fsync(file.fileno())
                with _locked_folder(self._path.parent) as folder:
                    self._show(file.fileno(), folder)
                    os.fsync(folder)
        finally:
            self._discard()

    def _open_nameless(self) -> int | None:
        try:
            return os.open(self._path.parent, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            if error.errno not in _NO_TMPFILE:
                raise
            return None

    def _open_named(self) -> int:
        while True:
            part = self._new_part()
            handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
            # A sweeper may have been faster than the lock; then the file has no name any more.
            if os.fstat(handle).st_nlink:
                self._part = part
                return handle
            os.close(handle)

    def _show(self, handle: int, folder: int) -> None:
        if self._part is None:
            # Locked before it has a name, so that a sweeper never takes it.
            fcntl.flock(handle, fcntl.LOCK_EX)
            with suppress(FileExistsError):
                _give_name(handle, folder, self._path.name)
                return
            part = self._new_part()
            _give_name(handle, folder, f"{_PARTS}/{part.name}")
            self._part = part
        self._part.replace(self._path)
        self._part = None

    def _new_part(self) -> Path:
        folder = self._path.parent / _PARTS
        _make_folder(folder)
        return folder / secrets.token_hex(16)

    def _discard(self) -> None:
        part, self._part = self._part, None
        if part is not None:
            with suppress(OSError):
                part.unlink()
        file, self._file = self._file, None
        if file is not None:
            # Closing flushes; what cannot be written any more is not wanted any more.
            with suppress(OSError):
                file.close()


def _give_name(handle: int, folder: int, name: str) -> None:
    """Give a file without a name one (open(2), O_TMPFILE).

    :raises FileExistsError: the name is taken.
    """
    # Only with a folder's handle does os.link follow the link in /proc (linkat(2)).
    source = f"/proc/self/fd/{handle}"
    os.link(source, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)


@contextmanager
def _locked_folder(folder: Path) -> Iterator[int]:
    """Hold a folder for a moment: a blob is not shown while :meth:`remove_older` looks at it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove the parts that no living writer holds."""
    with suppress(FileNotFoundError, NotADirectoryError):
        for part in folder.iterdir():
            with suppress(FileNotFoundError, BlockingIOError):
                handle = os.open(part, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    part.unlink()
                finally:
                    os.close(handle)


@contextmanager
def _wrapped() -> Iterator[None]:
    """Turn errors of the system into this project's; their texts hold paths."""
    try:
        yield
    except ExchangeError:
        raise
    except OSError as error:
        if is_full(error):
            raise StorageFull() from None
        name = errno.errorcode.get(error.errno or 0, "unknown")
        raise StoreError("store-failed", f"/{name}") from None
