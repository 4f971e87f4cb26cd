"""Sealing at rest: one AEAD, keys derived by label, passphrases stretched.

AES-256-GCM-SIV (RFC 8452) with random nonces: a virtual machine restored from a snapshot repeats
its random numbers, and a value key seals more rows than the 2**32 that plain GCM allows with random
nonces. Under GCM a repeated nonce gives away the key of authentication; here it shows no more than
that the same text was sealed twice.

Passphrases go through scrypt with N = 2**15, r = 8, p = 3: one of the equal choices of OWASP's
password storage guide, and the one that needs 32 MiB, as a node promises to stay below 100 MB.
"""

from __future__ import annotations

import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from keys.errors import KeyringError

KEY_SIZE = 32
SALT_SIZE = 16
MIN_PASSPHRASE = 12
DEFAULT_LOG_N = 15
MIN_LOG_N = 10
MAX_LOG_N = 18
_NONCE_SIZE = 12
_TAG_SIZE = 16
_FORMAT = b"\x01"


class UndecipherableError(Exception):
    """Key, context or bytes are not those that were sealed. Never leaves the keyring."""


def new_key() -> bytes:
    """Return 32 random bytes."""
    return os.urandom(KEY_SIZE)


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Return format byte, nonce (12), ciphertext and tag (16).

    :param key: 32 bytes.
    :param context: authenticated, not stored.
    """
    nonce = os.urandom(_NONCE_SIZE)
    return _FORMAT + nonce + AESGCMSIV(key).encrypt(nonce, plain, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Return what was sealed.

    :raises UndecipherableError: another key, another context, or altered bytes.
    """
    if len(sealed) < 1 + _NONCE_SIZE + _TAG_SIZE or sealed[:1] != _FORMAT:
        raise UndecipherableError
    nonce, body = sealed[1 : 1 + _NONCE_SIZE], sealed[1 + _NONCE_SIZE :]
    try:
        return AESGCMSIV(key).decrypt(nonce, body, context)
    except InvalidTag:
        raise UndecipherableError from None


def derive(key: bytes, label: str, salt: bytes = b"") -> bytes:
    """Return the 32-byte sub-key of ``key`` for one use (HKDF-SHA-256, RFC 5869)."""
    info = b"sen-keyring@v1 " + label.encode("utf-8")
    return HKDF(hashes.SHA256(), KEY_SIZE, salt or None, info).derive(key)


def check_new_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is too short to be chosen.

    :raises KeyringError: ``passphrase-weak``.
    """
    if len(_normal(passphrase)) < MIN_PASSPHRASE:
        hint = f"Choose at least {MIN_PASSPHRASE} characters; four random words are good."
        raise KeyringError("passphrase-weak", hint=hint)


def stretch(passphrase: str, salt: bytes, log_n: int) -> bytes:
    """Return the 32-byte key of a passphrase (scrypt, RFC 7914; p = 3, r = 8).

    Unicode is normalised (NFC) first: keyboards compose accents differently.
    """
    text = _normal(passphrase).encode("utf-8", "surrogatepass")
    return Scrypt(salt=salt, length=KEY_SIZE, n=1 << log_n, r=8, p=3).derive(text)


def _normal(passphrase: str) -> str:
    return unicodedata.normalize("NFC", passphrase)
