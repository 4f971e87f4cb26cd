"""Documents at rest: one stream sealed to a compartment's public key, digests taken on the way.

Nothing plain touches the disk: what is read is hashed, sealed and written chunk by chunk.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from exchange.errors import Refused
from keys.age import encrypt
from keys.interfaces import Recipient

_SLOT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Digests:
    """What is known of a document from the moment it enters.

    :param size: bytes; ``sha256`` hex; ``crc32`` as ZIP has it (unsigned).
    """

    size: int
    sha256: str
    crc32: int


class Source(Protocol):
    """Plain bytes, read once from the start."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; empty only at the end."""


def seal_stream(source: Source, out: BinaryIO, recipient: Recipient, limit: int) -> Digests:
    """Seal ``source`` into ``out`` as an age file to one recipient.

    :param limit: most bytes to take.
    :raises Refused: ``document-too-large``; what was written to ``out`` must be thrown away.
    """
    digest, crc, size = hashlib.sha256(), 0, 0
    with encrypt(out, [recipient]) as sealed:
        while chunk := source.read(_SLOT):
            size += len(chunk)
            if size > limit:
                raise Refused("document-too-large", "/document", "Make the file smaller.")
            digest.update(chunk)
            crc = zlib.crc32(chunk, crc)
            sealed.write(chunk)
    return Digests(size, digest.hexdigest(), crc)
