"""The age v1 file format (https://c2sp.org/age): sealing and opening, streaming and seekable.

Law of this package: nothing of ours is imported here but ``keys.errors`` and ``keys.interfaces``;
it knows no organisation and no record, so that it could be published on its own.

Streams: :func:`encrypt` and :func:`decrypt`. Random access: :func:`open_seekable`. For pipelines
that read, seal and write on threads: :func:`begin` and :func:`unlock`, whose sealer and opener
work chunk-wise in the caller's buffers.
"""

from __future__ import annotations

from keys.age.armor import ArmorReader, ArmorWriter, dearmor
from keys.age.chunks import (
    CHUNK,
    SEALED_CHUNK,
    ChunkOpener,
    ChunkSealer,
    plain_size,
    sealed_size,
)
from keys.age.header import MAX_HEADER_SIZE, Header, read_header
from keys.age.recipients import (
    HybridIdentity,
    HybridRecipient,
    KeyIdentity,
    KeyRecipient,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    X25519Recipient,
    generate_identity,
    identity_from_seed,
    parse_identity,
    parse_recipient,
)
from keys.age.seekable import SeekableReader, open_seekable
from keys.age.stream import Decryptor, Encryptor, begin, decrypt, encrypt, unlock
from keys.interfaces import Identity, Recipient, Stanza

__all__ = [
    "CHUNK",
    "MAX_HEADER_SIZE",
    "SEALED_CHUNK",
    "ArmorReader",
    "ArmorWriter",
    "ChunkOpener",
    "ChunkSealer",
    "Decryptor",
    "Encryptor",
    "Header",
    "HybridIdentity",
    "HybridRecipient",
    "Identity",
    "KeyIdentity",
    "KeyRecipient",
    "Recipient",
    "ScryptIdentity",
    "ScryptRecipient",
    "SeekableReader",
    "Stanza",
    "X25519Identity",
    "X25519Recipient",
    "begin",
    "dearmor",
    "decrypt",
    "encrypt",
    "generate_identity",
    "identity_from_seed",
    "open_seekable",
    "parse_identity",
    "parse_recipient",
    "plain_size",
    "read_header",
    "sealed_size",
    "unlock",
]
