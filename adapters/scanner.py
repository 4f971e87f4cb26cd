"""ClamAV's daemon, over a Unix socket alone: never over a network, where all would pass in clear.

One connection asks one thing: ``zINSTREAM`` (clamd(8)), then chunks, each behind its length, then
a length of nought; the answer is one line. The document goes first, then every file inside it,
because the daemon does not find all of these itself. Only the answer ``stream: OK``, to all of
them, is clean; whatever else happens is not.

Our own client, since the one on PyPI (clamav-client 0.7) sends 1 KiB at a time, loses the
daemon's answer when that hangs up on what is too large, has no limit for the whole of a scan,
and is under the GPL.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import socket
import struct
import time
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from adapters.inspection import pdf
from adapters.inspection.embedded import EmbeddedFiles, TooMuch
from exchange.ports import Scan, Verdict, WhyUnscanned

_CHUNK: Final = 256 * 1024
_LONGEST_ANSWER: Final = 4096
_LENGTH: Final = struct.Struct("!L")
_FOUND = re.compile(r"stream: (?P<name>[^\0\r\n]{1,200}) FOUND")
_OK: Final = "stream: OK"
_TOO_LARGE: Final = "INSTREAM size limit exceeded. ERROR"
# What the daemon finds by its own limits is no virus: it says that it stopped looking.
_LIMITS: Final = "Heuristics.Limits.Exceeded"
_ENCRYPTED: Final = "Heuristics.Encrypted"


class ClamdScanner:
    """exchange.ports.Scanner by clamd. Keeps no connection: safe to share between threads.

    :param path: the daemon's socket (``LocalSocket`` of clamd.conf).
    :param timeout: seconds for one document with all that is in it.
    """

    def __init__(self, path: Path, timeout: float = 60.0) -> None:
        self._path = path
        self._timeout = timeout
        self._tells_limits = False
        pdf.set_limits()

    def scan(self, source: BinaryIO) -> Scan:
        """Return what the daemon says of a document and of all that is in it."""
        until = time.monotonic() + self._timeout
        if not self._tells_limits:
            probed = self._probe(until)
            if probed is not None:
                return probed
        source.seek(0)
        whole = self._ask(source, until)
        if not _goes_on(whole):
            return whole
        inside = self._scan_inside(source, until)
        return whole if inside is None else replace(inside, sha256=whole.sha256)

    def _scan_inside(self, source: BinaryIO, until: float) -> Scan | None:
        """Return the worst verdict on the files inside, or None where all are clean."""
        files = EmbeddedFiles(source)
        locked = False
        try:
            for content in files:
                found = self._ask(io.BytesIO(content), until)
                if not _goes_on(found):
                    return found
                locked |= found.verdict is not Verdict.CLEAN
        except TooMuch:
            return _unscanned(WhyUnscanned.INCOMPLETE)
        return _unscanned(WhyUnscanned.LOCKED) if locked or files.locked else None

    def _probe(self, until: float) -> Scan | None:
        """Return why the daemon cannot be trusted, or None.

        Without ``AlertExceedsMax yes`` it answers OK to what it did not look into; its reply to
        archives nested deeper than it goes tells which way it is set up.
        """
        found = self._ask(io.BytesIO(_nested()), until)
        if found.verdict is Verdict.CLEAN:
            return _unscanned(WhyUnscanned.SILENT_LIMITS)
        if found.reason is not WhyUnscanned.TOO_LARGE:
            return found
        self._tells_limits = True
        return None

    def _ask(self, source: BinaryIO, until: float) -> Scan:
        digest = hashlib.sha256()
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                _set_time(connection, until)
                connection.connect(str(self._path))
                whole = False
                # It hangs up on what is too large; what it said before is still there to read.
                with suppress(BrokenPipeError, ConnectionResetError):
                    connection.sendall(b"zINSTREAM\0")
                    while chunk := source.read(_CHUNK):
                        digest.update(chunk)
                        _set_time(connection, until)
                        connection.sendall(_LENGTH.pack(len(chunk)) + chunk)
                    connection.sendall(_LENGTH.pack(0))
                    whole = True
                answer = _answer(connection, until)
        except (OSError, UnicodeError):
            return _unscanned(WhyUnscanned.UNAVAILABLE)
        found = _verdict(answer, digest.hexdigest())
        # Who hung up before the end cannot know that all of it is clean.
        return found if whole or not _goes_on(found) else _unscanned(WhyUnscanned.UNAVAILABLE)


def _set_time(connection: socket.socket, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)


def _answer(connection: socket.socket, until: float) -> str:
    """Return what is before the first NUL; raise OSError where none comes."""
    said = b""
    while b"\0" not in said:
        _set_time(connection, until)
        more = connection.recv(_LONGEST_ANSWER)
        if not more or len(said) > _LONGEST_ANSWER:
            raise ConnectionError
        said += more
    return said.partition(b"\0")[0].decode("utf-8")


def _verdict(answer: str, sha256: str) -> Scan:
    if answer == _OK:
        return Scan(Verdict.CLEAN, sha256=sha256)
    if answer == _TOO_LARGE:
        return _unscanned(WhyUnscanned.TOO_LARGE)
    found = _FOUND.fullmatch(answer)
    if found is None:
        return _unscanned(WhyUnscanned.UNAVAILABLE)
    name = found["name"]
    if name.startswith(_LIMITS):
        return _unscanned(WhyUnscanned.TOO_LARGE)
    if name.startswith(_ENCRYPTED):
        return Scan(Verdict.UNSCANNED, reason=WhyUnscanned.LOCKED, sha256=sha256)
    return Scan(Verdict.INFECTED, signature=name, sha256=sha256)


def _goes_on(found: Scan) -> bool:
    """Return whether it is worth looking further: nothing was found, and all bytes were read."""
    return found.verdict is Verdict.CLEAN or found.reason is WhyUnscanned.LOCKED


def _unscanned(reason: WhyUnscanned) -> Scan:
    return Scan(Verdict.UNSCANNED, reason=reason)


@functools.cache
def _nested(levels: int = 120) -> bytes:
    """Return a harmless ZIP in a ZIP in a ZIP, deeper than the daemon can be told to go (100)."""
    content = b"nothing"
    for _ in range(levels):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as container:
            container.writestr(zipfile.ZipInfo("a"), content)
        content = out.getvalue()
    return content
