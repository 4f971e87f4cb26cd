"""What the recipient types share: wrapping a file key under a key that is used once."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from keys.age import encoding
from keys.age.header import FILE_KEY_SIZE

# The body's length is checked before it is opened: a longer file key would let one ciphertext
# be tried against many keys (C2SP age, "partitioning oracle attacks").
WRAPPED_SIZE = FILE_KEY_SIZE + 16
_NONCE = bytes(12)  # each wrapping key is derived afresh and wraps one file key only


def wrap_key(key: bytes, file_key: bytes) -> bytes:
    """Return ``file_key`` (16 bytes) sealed under ``key``: 32 bytes."""
    return ChaCha20Poly1305(key).encrypt(_NONCE, file_key, None)


def unwrap_key(key: bytes, body: bytes) -> bytes | None:
    """Return the file key in ``body`` (32 bytes), or None where ``key`` does not open it."""
    try:
        return ChaCha20Poly1305(key).decrypt(_NONCE, body, None)
    except InvalidTag:
        return None


def key_id(text: str) -> str:
    """Return the id of a recipient: ``SHA256:`` and unpadded base64 of the hash of its text."""
    return "SHA256:" + encoding.encode(hashlib.sha256(text.encode("ascii")).digest())
