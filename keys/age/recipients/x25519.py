"""The X25519 recipient type (C2SP age, "The X25519 recipient type")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from keys.age import bech32, encoding
from keys.age.header import derive
from keys.age.recipients.wrapping import WRAPPED_SIZE, key_id, unwrap_key, wrap_key
from keys.errors import AgeHeaderInvalid, KeyInvalid
from keys.interfaces import KeyClass, Stanza

STANZA_TYPE = "X25519"
RECIPIENT_PREFIX = "age"
IDENTITY_PREFIX = "AGE-SECRET-KEY-"
POINT_SIZE = 32
_PRIME = 2**255 - 19
_INFO = b"age-encryption.org/v1/X25519"


def load_point(raw: bytes, path: str = "recipient") -> X25519PublicKey:
    """Return the public key of a canonical point of large order, as enrolment demands.

    :raises KeyInvalid: ``x25519-non-canonical`` (one key, two spellings) or ``x25519-low-order``
        (whatever is sealed to it, anybody can open: RFC 7748 section 6.1).
    """
    if len(raw) != POINT_SIZE:
        raise KeyInvalid("recipient-malformed", path)
    if int.from_bytes(raw, "little") >= _PRIME:
        raise KeyInvalid("x25519-non-canonical", path)
    public = X25519PublicKey.from_public_bytes(raw)
    try:
        X25519PrivateKey.generate().exchange(public)
    except ValueError:
        raise KeyInvalid("x25519-low-order", path) from None
    return public


@dataclass(frozen=True, slots=True)
class X25519Recipient:
    """A classic recipient, ``age1...``; equal where its text is equal."""

    text: str
    _public: X25519PublicKey = field(repr=False, compare=False)

    @classmethod
    def from_bytes(cls, raw: bytes) -> X25519Recipient:
        """Return the recipient of a 32-byte point.

        :raises KeyInvalid: not canonical, or of low order.
        """
        return cls(bech32.encode(RECIPIENT_PREFIX, raw), load_point(raw))

    @property
    def key_class(self) -> KeyClass:
        """Return ``classic``."""
        return "classic"

    @property
    def key_id(self) -> str:
        """Return ``SHA256:`` and the unpadded base64 of the SHA-256 of the text."""
        return key_id(self.text)

    def __str__(self) -> str:
        return self.text

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """Return the one stanza that carries ``file_key``, under a fresh ephemeral key."""
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        try:
            shared = ephemeral.exchange(self._public)
        except ValueError:
            raise KeyInvalid("x25519-low-order", "recipient") from None
        key = derive(shared, share + self._public.public_bytes_raw(), _INFO)
        return [Stanza(STANZA_TYPE, (encoding.encode(share),), wrap_key(key, file_key))]


class X25519Identity:
    """A classic identity, ``AGE-SECRET-KEY-1...``; its text form is never shown."""

    __slots__ = ("_private", "_recipient")

    def __init__(self, secret: bytes) -> None:
        """:param secret: 32 bytes (RFC 7748 clamps them)."""
        if len(secret) != POINT_SIZE:
            raise KeyInvalid("identity-malformed", "identity")
        self._private = X25519PrivateKey.from_private_bytes(secret)
        self._recipient = X25519Recipient.from_bytes(self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"X25519Identity({self._recipient.key_id})"

    @property
    def key_class(self) -> KeyClass:
        """Return ``classic``."""
        return "classic"

    def recipient(self) -> X25519Recipient:
        """Return the public half."""
        return self._recipient

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, or None where no stanza is ours.

        :raises AgeHeaderInvalid: an X25519 stanza is malformed, or its share is of low order.
        """
        ours = [_parse(index, stanza) for index, stanza in enumerate(stanzas)]
        for path, share, body in filter(None, ours):
            try:
                shared = self._private.exchange(X25519PublicKey.from_public_bytes(share))
            except ValueError:
                raise AgeHeaderInvalid("age-share-low-order", path) from None
            salt = share + self._private.public_key().public_bytes_raw()
            file_key = unwrap_key(derive(shared, salt, _INFO), body)
            if file_key is not None:
                return file_key
        return None


def _parse(index: int, stanza: Stanza) -> tuple[str, bytes, bytes] | None:
    if stanza.type != STANZA_TYPE:
        return None
    path = f"header.stanzas[{index}]"
    share = encoding.decode(stanza.args[0]) if len(stanza.args) == 1 else None
    if share is None or len(share) != POINT_SIZE or len(stanza.body) != WRAPPED_SIZE:
        raise AgeHeaderInvalid("age-stanza-malformed", path)
    return path, share, stanza.body
