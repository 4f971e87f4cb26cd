"""Streaming: sealing to a sink and opening from a source, neither of which need seek."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from keys.age.chunks import CHUNK, SEALED_CHUNK, ChunkOpener, ChunkSealer
from keys.age.header import FILE_KEY_SIZE, NONCE_SIZE, Header, read_header, write_header
from keys.age.sources import Bytes, Readable, Writable, read_fully, write_fully
from keys.errors import AgeHeaderInvalid, AgeNoMatch, AgePayloadInvalid, KeyInvalid
from keys.interfaces import Identity, Recipient

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BATCH = 8  # chunks a call: 512 KiB, where the cost of the calls no longer shows


def begin(sink: Writable, recipients: Sequence[Recipient]) -> ChunkSealer:
    """Write the header and the payload nonce to ``sink``; return what seals the chunks.

    :raises KeyInvalid: ``recipients-missing``, ``recipients-mixed`` (one classic key would open
        what is meant to outlast it) or ``recipients-passphrase-not-alone``.
    """
    _check_recipients(recipients)
    file_key, nonce = os.urandom(FILE_KEY_SIZE), os.urandom(NONCE_SIZE)
    stanzas = [stanza for recipient in recipients for stanza in recipient.wrap(file_key)]
    write_fully(sink, write_header(stanzas, file_key) + nonce)
    return ChunkSealer(file_key, nonce)


def _check_recipients(recipients: Sequence[Recipient]) -> None:
    classes = {recipient.key_class for recipient in recipients}
    if not classes:
        raise KeyInvalid("recipients-missing", "recipients", "Name at least one recipient.")
    if len(classes) > 1:
        raise KeyInvalid("recipients-mixed", "recipients", "Seal one file for each class of keys.")
    if "passphrase" in classes and len(recipients) > 1:
        raise KeyInvalid(
            "recipients-passphrase-not-alone", "recipients", "Seal one file for each passphrase."
        )


def unlock(source: Readable, identities: Sequence[Identity]) -> ChunkOpener:
    """Read the header and the payload nonce; return what opens the chunks.

    ``source`` is left at the first chunk, ``opener.header.payload_offset`` bytes into the file.

    :raises AgeHeaderInvalid: the header is malformed.
    :raises AgeNoMatch: none of ``identities`` opens it.
    :raises AgeHeaderMacInvalid: the header was altered.
    """
    header = read_header(source)
    file_key = None
    for identity in identities:
        file_key = identity.unwrap(header.stanzas)
        if file_key is not None:
            break
    if file_key is None:
        raise AgeNoMatch(path="header.stanzas")
    header.check_mac(file_key)
    nonce = bytearray(NONCE_SIZE)
    if read_fully(source, memoryview(nonce)) != NONCE_SIZE:
        raise AgeHeaderInvalid("age-header-cut-short", "payload.nonce")
    return ChunkOpener(file_key, bytes(nonce), header)


class Encryptor:
    """Seals what is written to it. Only ``close`` makes the file whole.

    As a context manager it closes at the end of the block, but not when the block raises: what
    broke off stays recognisable as cut short.
    """

    def __init__(self, sink: Writable, sealer: ChunkSealer) -> None:
        self._sink = sink
        self._sealer = sealer
        self._plain = memoryview(bytearray(BATCH * CHUNK))
        self._sealed = memoryview(bytearray(BATCH * SEALED_CHUNK))
        self._held = 0
        self.closed = False

    def __enter__(self) -> Encryptor:
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
        """Seal ``data``; return its size in bytes. Up to 512 KiB are held back.

        :raises ValueError: the encryptor is closed.
        """
        if self.closed:
            raise ValueError("write to a closed encryptor")
        view = memoryview(data).cast("B")
        size = len(view)
        while len(view):
            if not self._held and len(view) > len(self._plain):
                self._seal(view[: len(self._plain)], last=False)
                view = view[len(self._plain) :]
                continue
            if self._held == len(self._plain):
                self._seal(self._plain, last=False)
                self._held = 0
            count = min(len(view), len(self._plain) - self._held)
            self._plain[self._held : self._held + count] = view[:count]
            self._held += count
            view = view[count:]
        return size

    def close(self) -> None:
        """Seal what is held back as the end of the file; the sink stays open."""
        if not self.closed:
            self.closed = True
            self._seal(self._plain[: self._held], last=True)

    def _seal(self, plain: memoryview, *, last: bool) -> None:
        # A sink that fails leaves a hole, so nothing may follow it.
        was_closed, self.closed = self.closed, True
        size = self._sealer.seal_into(plain, self._sealed, last=last)
        write_fully(self._sink, self._sealed[:size])
        self.closed = was_closed


class Decryptor(io.RawIOBase):
    """The plaintext as a stream; nothing comes out of it that was not authenticated.

    A file that was cut short or altered gives its sound beginning and then raises
    ``AgePayloadInvalid``, again at each further read: only an end without an exception is the
    end. The source stays open.
    """

    def __init__(self, source: Readable, opener: ChunkOpener) -> None:
        self._source = source
        self._opener = opener
        self._sealed = memoryview(bytearray(BATCH * SEALED_CHUNK + 1))
        self._plain = memoryview(bytearray(BATCH * CHUNK))
        self._ready = self._plain[:0]
        self._held = 0
        self._index = 0
        self._ended = False
        self._error: AgePayloadInvalid | None = None

    @property
    def header(self) -> Header:
        """Return the header, authenticated."""
        return self._opener.header

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill the start of ``buffer``; return how many bytes, 0 at the authenticated end.

        :raises AgePayloadInvalid: the file is altered or cut short from here on.
        """
        view = memoryview(buffer).cast("B")
        if not len(view):
            return 0
        if not len(self._ready):
            if len(view) >= len(self._plain):
                return self._open_batch(view)
            self._ready = self._plain[: self._open_batch(self._plain)]
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes, at most 512 KiB; all that is left if negative or None."""
        if size is None or size < 0:
            return self.readall()
        buffer = bytearray(min(size, len(self._plain)))
        return bytes(memoryview(buffer)[: self.readinto(buffer)])

    def readall(self) -> bytes:
        """Return all that is left."""
        return b"".join(iter(lambda: self.read(len(self._plain)), b""))

    def _open_batch(self, target: memoryview) -> int:
        """Open up to eight chunks into ``target``; return their bytes, 0 at the end."""
        if not self._ended and self._error is None:
            opened = self._fill(target)
            if opened:
                return opened
        if self._error is not None:
            raise self._error
        return 0

    def _fill(self, target: memoryview) -> int:
        # One byte more than the batch tells whether the batch ends the file.
        filled = self._held + read_fully(self._source, self._sealed[self._held :])
        last = filled < len(self._sealed)
        batch = self._sealed[: filled if last else filled - 1]
        sound, opened = self._opener.open_prefix_into(batch, target, index=self._index, last=last)
        self._index += sound // SEALED_CHUNK
        if sound != len(batch):
            failed = batch[sound : sound + SEALED_CHUNK]
            end = last and sound + len(failed) == len(batch)
            return opened + self._judge(failed, target[opened:], end)
        if last and not sound:
            self._error = AgePayloadInvalid("age-payload-cut-short", self._place())
        self._ended = last
        if not last:
            self._sealed[0], self._held = self._sealed[filled - 1], 1
        return opened

    def _judge(self, chunk: memoryview, target: memoryview, end: bool) -> int:
        """Note why ``chunk`` failed; release it if it is sound, only not the ``end`` it should be.

        A whole chunk may be a sound end with more behind it, or a sound middle with nothing behind.
        """
        self._error = AgePayloadInvalid("age-payload-damaged", self._place())
        if len(chunk) != SEALED_CHUNK:
            return 0
        sound, opened = self._opener.open_prefix_into(
            chunk, target, index=self._index, last=not end
        )
        if sound:
            code = "age-payload-cut-short" if end else "age-payload-trailing-bytes"
            self._error = AgePayloadInvalid(code, self._place())
        return opened

    def _place(self) -> str:
        return f"payload.chunk[{self._index}]"


def encrypt(sink: Writable, recipients: Sequence[Recipient]) -> Encryptor:
    """Write the header to ``sink``, which never needs to seek; return where to write plaintext.

    :raises KeyInvalid: no recipient, or recipients that one file must not mix.
    """
    return Encryptor(sink, begin(sink, recipients))


def decrypt(source: Readable, identities: Sequence[Identity]) -> Decryptor:
    """Read the header of ``source``; return the plaintext as a stream.

    :raises AgeError: see :func:`unlock`.
    """
    return Decryptor(source, unlock(source, identities))
