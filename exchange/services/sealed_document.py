"""A document that lies here sealed, opened in memory alone while it is read."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO, cast

from exchange.errors import FormatError, Wrapped
from exchange.services.inside import Inside
from keys.errors import AgeError, KeysError
from keys.interfaces import SeekableSource

_IN_MEMORY = 16 * 1024 * 1024
_BUFFER = 256 * 1024


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """exchange.ports.Openable over a sealed blob.

    :param name: its file name, as it came.
    """

    inside: Inside
    org_id: str
    blob: str
    name: str = ""
    compartment: str = "general"

    def open(self) -> BinaryIO:
        """Return its plain bytes: small ones at once, larger ones as they are read.

        :raises FormatError: ``document-unreadable``: damaged.
        :raises Wrapped: ``compartment-locked``.
        :raises NotFound: ``blob-unknown``.
        """
        try:
            opener = self.inside.vault.compartment(self.org_id, self.compartment).opener
        except KeysError as error:
            raise Wrapped.of(error) from None
        sealed = self.inside.blobs.open(self.org_id, self.blob)
        try:
            plain = opener.open(sealed)
            size = plain.seek(0, io.SEEK_END)
            plain.seek(0)
            if size <= _IN_MEMORY:
                with sealed:
                    return io.BytesIO(plain.read(size))
        except AgeError:
            sealed.close()
            raise FormatError("document-unreadable", "/document", "Attach it again.") from None
        return cast(BinaryIO, io.BufferedReader(_Plain(sealed, plain, size), _BUFFER))


class _Plain(io.RawIOBase):
    """Plaintext as it is asked for; closing it closes the sealed file below."""

    def __init__(self, sealed: BinaryIO, plain: SeekableSource, size: int) -> None:
        self._sealed = sealed
        self._plain = plain
        self._size = size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._plain.seek(offset, whence)

    def tell(self) -> int:
        return self._plain.tell()

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        data = self._plain.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._sealed.close()
        super().close()
