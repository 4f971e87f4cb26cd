"""Reads the text of documents in a process of its own, killed when it is slow or goes wrong.

Parsers of foreign documents crash, hang and swell. Here that costs a document its text, and the
worker nothing. The document goes through a pipe: it is never on a disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, BinaryIO

from adapters.reading.wire import ANSWER, KINDS, REQUEST, decoded
from exchange.ports.texts import UNREAD, ReadText

LARGEST = 256 * 1024 * 1024
_CHUNK = 1024 * 1024


class DocumentTexts:
    """exchange.ports.texts.TextReader by a child process; safe to share between threads.

    :param seconds: for one document; longer, and it has no text.
    """

    def __init__(self, seconds: float = 8.0) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def read(self, source: BinaryIO, media_type: str) -> ReadText:
        """Return what a document says; what cannot be read is not whole."""
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
        if media_type not in KINDS or not 0 < size <= LARGEST:
            return UNREAD
        with self._lock:
            child = self._running()
            watch = threading.Timer(self._seconds, child.kill)
            watch.start()
            answer = None
            try:
                answer = _asked(child, source, media_type, size)
            finally:
                watch.cancel()
                if answer is None:
                    self._end()
        return UNREAD if answer is None else decoded(answer)

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "adapters.reading"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8"},
                cwd="/",
            )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        child.wait()


def _asked(
    child: subprocess.Popen[bytes], source: BinaryIO, media_type: str, size: int
) -> bytes | None:
    """Return the child's answer, or None: it was killed, or ended itself."""
    to, back = child.stdin, child.stdout
    if to is None or back is None:
        return None
    try:
        to.write(REQUEST.pack(KINDS.index(media_type), size))
        while chunk := source.read(_CHUNK):
            to.write(chunk)
        to.flush()
        head = _exactly(back, ANSWER.size)
        return None if head is None else _exactly(back, ANSWER.unpack(head)[0])
    except OSError:
        return None


def _exactly(source: IO[bytes], size: int) -> bytes | None:
    content = source.read(size)
    return content if len(content) == size else None
