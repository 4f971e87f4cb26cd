"""Writing large new files past the page cache, behind the caller's back.

A page cache costs a bundle more than its cipher does, and is of no use to it: nobody reads it
again soon. Whole megabytes go to the disk from aligned buffers on a thread of their own; where the
file system cannot do that, the same code writes through the cache.
"""

from __future__ import annotations

import errno
import fcntl
import io
import mmap
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from exchange.bundle.limits import MIB

BUFFER = MIB
BUFFERS = 3
_ALIGNMENT = 4096
_O_DIRECT = getattr(os, "O_DIRECT", 0)


class WriteBehind:
    """Buffers and a thread, shared by files that are written one after the other."""

    def __init__(self) -> None:
        self._free = deque(mmap.mmap(-1, BUFFER) for _ in range(BUFFERS))
        self._busy: deque[tuple[Future[None], mmap.mmap]] = deque()
        self._pool = ThreadPoolExecutor(1, "writing")

    def __enter__(self) -> WriteBehind:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True)

    def buffer(self) -> mmap.mmap:
        """Return a buffer that nothing waits to be written from.

        :raises OSError: an earlier write failed.
        """
        if not self._free:
            self._wait_for_one()
        return self._free.popleft()

    def put(self, descriptor: int, buffer: mmap.mmap, size: int, offset: int) -> None:
        """Write ``size`` bytes of ``buffer`` at ``offset`` soon; it is used again then."""
        future = self._pool.submit(_write_at, descriptor, buffer, size, offset)
        self._busy.append((future, buffer))

    def finish(
        self, descriptor: int, buffer: mmap.mmap, held: int, offset: int, *, close: bool = False
    ) -> None:
        """Write the last ``held`` bytes of a file soon; then close it if asked."""
        future = self._pool.submit(_finish, descriptor, buffer, held, offset, close)
        self._busy.append((future, buffer))

    def wait(self) -> None:
        """Return once all is written.

        :raises OSError: a write failed.
        """
        while self._busy:
            self._wait_for_one()

    def _wait_for_one(self) -> None:
        future, buffer = self._busy.popleft()
        self._free.append(buffer)
        future.result()


class DirectFile:
    """A new file: written in order past the cache, then patched here and there through it.

    :param descriptor: of an empty file, open for reading and writing; it stays the caller's
        until :meth:`close`.
    """

    def __init__(self, descriptor: int, behind: WriteBehind) -> None:
        self._descriptor = descriptor
        self._behind = behind
        self._buffer: mmap.mmap | None = behind.buffer()
        self._offset = 0
        self._held = 0
        self._position = 0
        _set_direct(descriptor, on=True)

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to ``offset`` from the start or the position; ends the writing in order."""
        if whence == io.SEEK_END:
            raise io.UnsupportedOperation("from the start or the position only")
        self.settle()
        self._position = offset + (self._position if whence == io.SEEK_CUR else 0)
        return self._position

    def write(self, data: bytes | memoryview, /) -> int:
        """Write all of ``data``; return its size in bytes.

        :raises OSError: this or an earlier write failed.
        """
        view = memoryview(data)
        size = len(view)
        if self._buffer is None:
            self._write_through(view)
            return size
        while len(view):
            count = min(len(view), BUFFER - self._held)
            self._buffer[self._held : self._held + count] = view[:count]
            self._held += count
            view = view[count:]
            if self._held == BUFFER:
                self._behind.put(self._descriptor, self._buffer, BUFFER, self._offset)
                self._offset += BUFFER
                self._held = 0
                self._buffer = self._behind.buffer()
        self._position += size
        return size

    def settle(self) -> None:
        """Bring what is held back to the file, and go through the cache from here on.

        :raises OSError: this or an earlier write failed.
        """
        if self._buffer is None:
            return
        buffer, self._buffer = self._buffer, None
        self._behind.finish(self._descriptor, buffer, self._held, self._offset)
        self._behind.wait()
        _set_direct(self._descriptor, on=False)

    def close(self) -> None:
        """Write what is held back and close the file, both soon and without waiting.

        Whether it worked is known when the next file is written, or from ``WriteBehind.wait``.
        """
        if self._buffer is None:
            os.close(self._descriptor)
            return
        buffer, self._buffer = self._buffer, None
        self._behind.finish(self._descriptor, buffer, self._held, self._offset, close=True)

    def _write_through(self, view: memoryview) -> None:
        while len(view):
            count = os.pwrite(self._descriptor, view, self._position)
            self._position += count
            view = view[count:]


def _finish(descriptor: int, buffer: mmap.mmap, held: int, offset: int, close: bool) -> None:
    """Write the end of a file: whole blocks, then the length put right."""
    try:
        padded = -(-held // _ALIGNMENT) * _ALIGNMENT
        buffer[held:padded] = bytes(padded - held)
        _write_at(descriptor, buffer, padded, offset)
        if padded != held:
            os.ftruncate(descriptor, offset + held)
    finally:
        if close:
            os.close(descriptor)


def _write_at(descriptor: int, buffer: mmap.mmap, size: int, offset: int) -> None:
    with memoryview(buffer) as whole:
        done = 0
        while done < size:
            with whole[done:size] as part:
                try:
                    done += os.pwrite(descriptor, part, offset + done)
                except OSError as error:
                    # Some file systems take the flag and refuse the write.
                    if error.errno != errno.EINVAL or not _set_direct(descriptor, on=False):
                        raise


def _set_direct(descriptor: int, *, on: bool) -> bool:
    """Switch the flag; return whether that changed anything."""
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    wanted = flags | _O_DIRECT if on else flags & ~_O_DIRECT
    if wanted == flags:
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, wanted)
    except OSError:
        return False
    return True
