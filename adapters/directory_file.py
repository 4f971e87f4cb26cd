"""The trust directory as a file in the node's home, read again when it changed.

``install`` lays the signature down first, named by the hash of what it signs, and then replaces
``directory.json`` in one step, so that a power cut leaves the old pair or the new one.
``directory.seen`` keeps the highest version ever accepted: an older file is refused for good.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from exchange.errors import Wrapped
from keys.directory import FileDirectory
from keys.errors import DirectoryError, KeysError
from keys.ssh_keys import SshPublicKey

MAX_BYTES = 64 * 1024 * 1024


class InstalledDirectory:
    """Gives the newest installed directory; safe for threads.

    :param pinned: the directory's public key line as pinned at set-up; empty: unpinned.
    :raises Wrapped: ``key-malformed`` and its like: the pinned key is none.
    """

    def __init__(self, file: Path, pinned: str, now: Callable[[], datetime]) -> None:
        self._file = file
        try:
            self._pinned = SshPublicKey.from_line(pinned) if pinned else None
        except KeysError as error:
            raise Wrapped.of(error, "/directory_key") from None
        self._now = now
        self._lock = threading.Lock()
        self._loaded: FileDirectory | None = None
        self._stamp: tuple[int, int, int] | None = None

    def __call__(self) -> FileDirectory:
        """Return the directory.

        :raises Wrapped: ``directory-missing``, or why the file is not to be trusted.
        """
        with self._lock:
            try:
                return self._current()
            except KeysError as error:
                raise Wrapped.of(error) from None

    def install(self, data: bytes, signature: bytes | None) -> FileDirectory:
        """Check a new directory file and put it in place, durably.

        :raises Wrapped: it is unsigned, of another key, expired, or older than the one here.
        """
        with self._lock, self._alone():
            try:
                loaded = self._load(data, signature)
                seen = max(loaded.version, self._seen())
            except KeysError as error:
                raise Wrapped.of(error) from None
            if signature is not None:
                _write(self._signature_file(data), signature)
            _write(self._file, data)
            _write(self._seen_file, str(seen).encode())
            self._stamp = None
            for old in self._file.parent.glob("directory.*.sig"):
                if old != self._signature_file(data):
                    old.unlink(missing_ok=True)
        return loaded

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from installing meanwhile: what was checked is what is replaced."""
        with self._file.with_name("directory.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _current(self) -> FileDirectory:
        try:
            seen = self._file.stat()
        except FileNotFoundError:
            hint = "Install one: `senx directory install FILE`."
            raise DirectoryError("directory-missing", hint=hint) from None
        stamp = (seen.st_mtime_ns, seen.st_ino, seen.st_size)
        if self._loaded is None or stamp != self._stamp:
            data = self._file.read_bytes()
            signature = self._signature_file(data)
            self._loaded = self._load(data, signature.read_bytes() if signature.exists() else None)
            self._stamp = stamp
        if self._now() >= self._loaded.expires:
            raise DirectoryError("directory-expired", "/expires")
        return self._loaded

    def _load(self, data: bytes, signature: bytes | None) -> FileDirectory:
        if len(data) > MAX_BYTES:
            raise DirectoryError("directory-malformed", "/")
        return FileDirectory.load(data, signature, self._pinned, self._seen(), self._now())

    def _signature_file(self, data: bytes) -> Path:
        return self._file.with_name(f"directory.{hashlib.sha256(data).hexdigest()[:32]}.sig")

    @property
    def _seen_file(self) -> Path:
        return self._file.with_name("directory.seen")

    def _seen(self) -> int:
        try:
            content = self._seen_file.read_bytes()
        except FileNotFoundError:
            return 0
        if not re.fullmatch(rb"[0-9]{1,16}", content):
            # Never taken for "none seen yet", which would let an older directory in.
            hint = "The memory of versions is damaged. Restore directory.seen from a backup."
            raise DirectoryError("directory-malformed", "/directory.seen", hint)
        return int(content)


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
