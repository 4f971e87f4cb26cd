"""Ed25519 keys as OpenSSH writes them: one public line, one blob, one key id, one private file.

Reading is strict: one encoding per key (RFC 4253 section 6.6, RFC 8709), canonical base64, no
options before the type, no trailing bytes, and only honest points (see :mod:`keys.points`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from keys.errors import KeyInvalid, SignatureInvalid
from keys.points import check_ed25519

KEY_TYPE = "ssh-ed25519"
_MAX_LINE = 4096
_COMMENT = re.compile(r"[\x20-\x7e]{0,200}")
_MAX_PRIVATE_FILE = 16 * 1024


def ssh_string(value: bytes) -> bytes:
    """Return ``value`` as an SSH ``string`` (RFC 4251 section 5): uint32 length and bytes."""
    return struct.pack(">I", len(value)) + value


class SshReader:
    """Reads SSH wire fields in order; every overrun is a ``ValueError`` without a value in it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        if size > len(self._data) - self._at:
            raise ValueError("field runs past the end")
        self._at += size
        return self._data[self._at - size : self._at]

    def uint32(self) -> int:
        """Return the next ``uint32``."""
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        """Return the next ``string``."""
        return self.take(self.uint32())

    def end(self) -> None:
        """Refuse trailing bytes."""
        if self._at != len(self._data):
            raise ValueError("trailing bytes")


def key_id_of(blob: bytes) -> str:
    """Return ``SHA256:`` and the unpadded base64 of the SHA-256 of a key blob or recipient."""
    digest = hashlib.sha256(blob).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


@dataclass(frozen=True, slots=True)
class SshPublicKey:
    """An Ed25519 public key that has passed every check of enrolment.

    :param raw: 32 bytes (RFC 8032 section 5.1.5).
    :param comment: printable ASCII, for people; never compared.
    :raises KeyInvalid: the point is malformed, non-canonical or of low order.
    """

    raw: bytes
    comment: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        check_ed25519(self.raw)
        if not _COMMENT.fullmatch(self.comment):
            raise KeyInvalid("key-comment-invalid")

    @classmethod
    def from_line(cls, line: str) -> SshPublicKey:
        """Read ``ssh-ed25519 BASE64 [comment]``, as in a ``.pub`` file.

        :raises KeyInvalid: ``key-malformed``, ``key-type-unsupported``, or the point is bad.
        """
        text = line.removesuffix("\n").removesuffix("\r")
        if len(text) > _MAX_LINE or not text.isascii() or not text.isprintable():
            raise KeyInvalid("key-malformed")
        kind, _, rest = text.partition(" ")
        encoded, _, comment = rest.partition(" ")
        if kind != KEY_TYPE:
            known = re.fullmatch(r"(sk-)?(ssh|ecdsa)-[a-z0-9@.-]+", kind)
            raise KeyInvalid("key-type-unsupported" if known else "key-malformed")
        try:
            blob = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise KeyInvalid("key-malformed") from None
        if base64.b64encode(blob).decode("ascii") != encoded:
            raise KeyInvalid("key-malformed")
        return cls(_raw_of_blob(blob), comment)

    @classmethod
    def from_blob(cls, blob: bytes) -> SshPublicKey:
        """Read the wire form: string ``ssh-ed25519``, string of 32 bytes, nothing after.

        :raises KeyInvalid: ``key-malformed``, ``key-type-unsupported``, or the point is bad.
        """
        return cls(_raw_of_blob(blob))

    @property
    def blob(self) -> bytes:
        """Return the wire form (RFC 8709 section 4)."""
        return ssh_string(KEY_TYPE.encode("ascii")) + ssh_string(self.raw)

    @property
    def line(self) -> str:
        """Return type and base64, without comment and newline."""
        return f"{KEY_TYPE} {base64.b64encode(self.blob).decode('ascii')}"

    @property
    def key_id(self) -> str:
        """Return the key's id, the same that ``ssh-keygen -l`` prints."""
        return key_id_of(self.blob)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check a raw Ed25519 signature of 64 bytes.

        :raises SignatureInvalid: it does not verify.
        """
        try:
            self.for_library().verify(signature, message)
        except (InvalidSignature, ValueError):
            raise SignatureInvalid from None

    def for_library(self) -> Ed25519PublicKey:
        """Return the key object of ``cryptography``, for use inside this room only."""
        return Ed25519PublicKey.from_public_bytes(self.raw)


def _raw_of_blob(blob: bytes) -> bytes:
    reader = SshReader(blob)
    try:
        kind = reader.string()
        if kind != KEY_TYPE.encode("ascii"):
            raise KeyInvalid("key-type-unsupported")
        raw = reader.string()
        reader.end()
    except ValueError:
        raise KeyInvalid("key-malformed") from None
    return raw


class SshPrivateKey:
    """An Ed25519 private key; its text forms never show key material."""

    __slots__ = ("_key", "public")

    public: SshPublicKey

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = SshPublicKey(key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"<SshPrivateKey {self.public.key_id}>"

    def __reduce__(self) -> str:
        raise TypeError("private keys are not pickled")

    @classmethod
    def generate(cls) -> SshPrivateKey:
        """Make a new key from the operating system's random source."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> SshPrivateKey:
        """Rebuild the key from its 32-byte seed (RFC 8032 section 5.1.5).

        :raises KeyInvalid: ``key-malformed``: not 32 bytes.
        """
        if len(seed) != 32:
            raise KeyInvalid("key-malformed")
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_openssh(cls, data: bytes) -> SshPrivateKey:
        """Read an OpenSSH private key file (``ssh-keygen -t ed25519 -N ''``).

        :raises KeyInvalid: ``key-malformed``, ``key-type-unsupported``; ``key-has-passphrase``.
        """
        if len(data) > _MAX_PRIVATE_FILE:
            raise KeyInvalid("key-malformed")
        try:
            key = serialization.load_ssh_private_key(data, password=None)
        except UnsupportedAlgorithm:
            raise KeyInvalid("key-type-unsupported") from None
        except TypeError:
            hint = "Take the passphrase off a copy with `ssh-keygen -p`, and remove the copy after."
            raise KeyInvalid("key-has-passphrase", hint=hint) from None
        except ValueError:
            raise KeyInvalid("key-malformed") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyInvalid("key-type-unsupported")
        return cls(key)

    def to_openssh(self) -> bytes:
        """Return a private key file that ``ssh-keygen`` reads; unencrypted: mind where it goes."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )

    @property
    def seed(self) -> bytes:
        """Return the 32-byte seed, for sealing at rest only."""
        return self._key.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the raw Ed25519 signature, 64 bytes."""
        return self._key.sign(message)

    def for_library(self) -> Ed25519PrivateKey:
        """Return the key object of ``cryptography``, for use inside this room only."""
        return self._key
