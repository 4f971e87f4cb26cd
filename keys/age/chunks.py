"""The payload of an age file: 64 KiB chunks of ChaCha20-Poly1305 (C2SP age, "Payload").

The low level for pipelines. Each call takes many chunks from the caller's buffer and puts them
into another of the caller's buffers; the cipher lets go of the interpreter lock, so that reading,
hashing and writing can run on other threads meanwhile.
"""

from __future__ import annotations

import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from keys.age.header import Header, derive
from keys.errors import AgePayloadInvalid

CHUNK = 64 * 1024
TAG = 16
SEALED_CHUNK = CHUNK + TAG
# The counter has 11 bytes; eight of them are more than any disk will hold.
_COUNTER = struct.Struct(">Q")
_COUNTER_OFFSET = 3
_LAST_OFFSET = 11


def chunk_count(plain_size: int) -> int:
    """Return how many chunks carry ``plain_size`` bytes: at least one, the last never empty."""
    return max(1, -(-plain_size // CHUNK))


def sealed_size(plain_size: int) -> int:
    """Return the bytes of all chunks of ``plain_size`` bytes, without header and nonce."""
    return plain_size + chunk_count(plain_size) * TAG


def plain_size(sealed: int) -> int:
    """Return the bytes of plaintext in ``sealed`` bytes of chunks.

    :raises AgePayloadInvalid: no payload has this length.
    """
    chunks = max(1, -(-sealed // SEALED_CHUNK))
    size = sealed - chunks * TAG
    if size < 0 or chunk_count(size) != chunks:
        raise AgePayloadInvalid("age-payload-cut-short", "payload")
    return size


class _Chunks:
    """The cipher and the nonce that both directions use. Not for two threads at once."""

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._cipher = ChaCha20Poly1305(derive(file_key, nonce, b"payload"))
        self._nonce = bytearray(12)

    def _set_nonce(self, index: int, last: bool) -> bytearray:
        _COUNTER.pack_into(self._nonce, _COUNTER_OFFSET, index)
        self._nonce[_LAST_OFFSET] = last
        return self._nonce


class ChunkSealer(_Chunks):
    """Seals the chunks of one file, in order, into the caller's buffers.

    Made by :func:`keys.age.begin`. Not for two threads at once, but for any one thread.
    """

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        """:param file_key: 16 bytes; :param nonce: 16 bytes; both fresh for each file."""
        super().__init__(file_key, nonce)
        self._index = 0
        self._done = False

    def seal_into(self, plain: memoryview, out: memoryview, *, last: bool) -> int:
        """Seal ``plain`` as the next chunks; return the bytes written to the start of ``out``.

        :param plain: bytes; whole chunks of 64 KiB unless ``last``. Only a file that is empty as
            a whole ends on an empty chunk: hold the last bytes back until the end is known.
        :param out: at least ``sealed_size(len(plain))`` bytes, apart from ``plain``.
        :param last: ``plain`` ends the file.
        :raises ValueError: a use that would not give a valid file; nothing was sealed.
        """
        size = len(plain)
        if self._done or (size % CHUNK and not last) or (not size and (not last or self._index)):
            raise ValueError("no valid age payload has such a chunk here")
        count = chunk_count(size)
        if len(out) < size + count * TAG:
            raise ValueError("the buffer for the sealed chunks is too small")
        self._done = last
        seal, start, end = self._cipher.encrypt_into, 0, 0
        for index in range(self._index, self._index + count):
            final = last and start + CHUNK >= size
            chunk = plain[start : start + CHUNK]
            nonce = self._set_nonce(index, final)
            end += seal(nonce, chunk, None, out[end : end + len(chunk) + TAG])
            start += CHUNK
        self._index += count
        return end


class ChunkOpener(_Chunks):
    """Opens chunks of one file, from any index, into the caller's buffers.

    Made by :func:`keys.age.unlock`. Not for two threads at once, but for any one thread.
    """

    def __init__(self, file_key: bytes, nonce: bytes, header: Header) -> None:
        """:param file_key: 16 bytes; :param nonce: 16 bytes from behind the header."""
        super().__init__(file_key, nonce)
        self.header = header

    def open_into(self, sealed: memoryview, out: memoryview, *, index: int, last: bool) -> int:
        """Open chunks ``index`` and following; return the bytes written to the start of ``out``.

        :param sealed: bytes; whole chunks of 65,552 bytes unless ``last``.
        :param out: at least the plaintext's size; holds nothing of a chunk that fails.
        :param last: ``sealed`` ends the file.
        :raises AgePayloadInvalid: altered, cut short, out of order, or not the end.
        """
        sound, opened = self.open_prefix_into(sealed, out, index=index, last=last)
        if sound != len(sealed):
            chunk = index + sound // SEALED_CHUNK
            raise AgePayloadInvalid("age-payload-damaged", f"payload.chunk[{chunk}]")
        if last and not sound:
            raise AgePayloadInvalid("age-payload-cut-short", f"payload.chunk[{index}]")
        return opened

    def open_prefix_into(
        self, sealed: memoryview, out: memoryview, *, index: int, last: bool
    ) -> tuple[int, int]:
        """Open like :meth:`open_into`, but stop before the first chunk that is not sound.

        :return: how many bytes of ``sealed`` are sound chunks, and how many of ``out`` they fill.
        """
        size = len(sealed)
        if size % SEALED_CHUNK and not last:
            raise ValueError("only the end of a file may be a part of a chunk")
        if len(out) < size - -(-size // SEALED_CHUNK) * TAG:
            raise ValueError("the buffer for the opened chunks is too small")
        start, end = 0, 0
        while start < size:
            final = last and start + SEALED_CHUNK >= size
            chunk = sealed[start : start + SEALED_CHUNK]
            target = out[end : end + max(0, len(chunk) - TAG)]
            if not self._open_one(chunk, target, index, final):
                break
            start, end, index = start + len(chunk), end + len(target), index + 1
        return start, end

    def _open_one(self, chunk: memoryview, target: memoryview, index: int, last: bool) -> bool:
        # An empty chunk is sound only as the whole of an empty file.
        if len(chunk) < TAG or (len(chunk) == TAG and index):
            return False
        try:
            self._cipher.decrypt_into(self._set_nonce(index, last), chunk, None, target)
        except InvalidTag:
            target[:] = bytes(len(target))  # the cipher decrypts before it authenticates
            return False
        return True
