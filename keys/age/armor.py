"""The ASCII armour of age, strict and canonical (C2SP age, "ASCII armor"; RFC 7468 section 3)."""

from __future__ import annotations

import binascii
import io
from types import TracebackType
from typing import TYPE_CHECKING

from keys.age.sources import Bytes, Readable, Writable, write_fully
from keys.errors import AgeArmorInvalid

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
END = b"-----END AGE ENCRYPTED FILE-----"
_COLUMNS = 64
_BYTES = 48
_WHITESPACE = b" \t\r\n"
# White space may stand around the armour, as mail programs put it there; not without end.
_MAX_WHITESPACE = 1024


class ArmorWriter:
    """Armours what is written to it. Only ``close`` writes the END line; the sink stays open."""

    def __init__(self, sink: Writable) -> None:
        self._sink = sink
        self._held = bytearray()
        self.closed = False
        write_fully(sink, BEGIN + b"\n")

    def __enter__(self) -> ArmorWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        self.closed = True

    def write(self, data: Bytes) -> int:
        """Armour ``data``; return its size in bytes.

        :raises ValueError: the writer is closed.
        """
        if self.closed:
            raise ValueError("write to a closed armour")
        view = memoryview(data).cast("B")
        self._held += view
        whole = len(self._held) - len(self._held) % _BYTES
        self._write_lines(self._held[:whole])
        del self._held[:whole]
        return len(view)

    def close(self) -> None:
        """Write the last line and the END line."""
        if not self.closed:
            self.closed = True
            self._write_lines(self._held)
            write_fully(self._sink, END + b"\n")

    def _write_lines(self, data: bytearray) -> None:
        lines = (data[start : start + _BYTES] for start in range(0, len(data), _BYTES))
        write_fully(self._sink, b"".join(map(binascii.b2a_base64, lines)))


class ArmorReader(io.RawIOBase):
    """The bytes inside an armour; refuses every spelling but the canonical one.

    Lines end in LF, or all in CRLF. The source is read to its end, for nothing but white space
    may follow; it stays open.
    """

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._ready = bytearray()
        self._line_end = b""
        self._ended = False
        self._error: AgeArmorInvalid | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill the start of ``buffer``; return how many bytes, 0 at the end.

        :raises AgeArmorInvalid: not the canonical armour of an age file.
        """
        if self._error is not None:
            raise self._error
        view = memoryview(buffer).cast("B")
        try:
            if not self._line_end:
                self._read_begin()
            while not self._ended and len(self._ready) < len(view):
                self._read_line()
        except AgeArmorInvalid as error:
            self._error = error
            raise
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        del self._ready[:count]
        return count

    def _read_begin(self) -> None:
        allowance = _MAX_WHITESPACE
        while True:
            line = self._source.readline(allowance + len(BEGIN) + 2)
            if line.strip(_WHITESPACE):
                break
            allowance -= len(line)
            if not line or allowance < 0:
                raise AgeArmorInvalid(path="armor.begin")
        if line not in (BEGIN + b"\n", BEGIN + b"\r\n"):
            raise AgeArmorInvalid(path="armor.begin")
        self._line_end = line[len(BEGIN) :]

    def _read_line(self) -> None:
        line = self._source.readline(_COLUMNS + 3)
        if line.startswith(END):
            self._read_end(line)
            return
        if not line.endswith(self._line_end):
            raise AgeArmorInvalid(path="armor.line")
        text = line[: -len(self._line_end)]
        try:
            data = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            raise AgeArmorInvalid(path="armor.line") from None
        if not data or len(data) > _BYTES or binascii.b2a_base64(data, newline=False) != text:
            raise AgeArmorInvalid(path="armor.line")
        self._ready += data
        if len(data) < _BYTES:
            self._read_end(self._source.readline(_COLUMNS + 3))

    def _read_end(self, line: bytes) -> None:
        if line not in (END + self._line_end, END):
            raise AgeArmorInvalid(path="armor.end")
        rest = self._source.read(_MAX_WHITESPACE + 1) or b""
        while len(rest) <= _MAX_WHITESPACE:
            more = self._source.read(_MAX_WHITESPACE + 1)
            if not more:
                break
            rest += more
        if rest.strip(_WHITESPACE) or len(rest) > _MAX_WHITESPACE:
            raise AgeArmorInvalid(path="armor.end")
        self._ended = True


def dearmor(source: Readable) -> io.BufferedReader:
    """Return the bytes inside the armour that ``source`` is, as a buffered stream.

    Its reads raise ``AgeArmorInvalid`` where the armour is not canonical.
    """
    return io.BufferedReader(ArmorReader(source), 64 * 1024)
