"""The post-quantum recipient type: ML-KEM-768 with X25519, by HPKE.

C2SP age, "The MLKEM768-X25519 (i.e. X-Wing) hybrid post-quantum recipient type"; RFC 9180
section 6.1, base mode; draft-ietf-hpke-pq for the KEM and for the expansion of its seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from keys.age import bech32, encoding
from keys.age.recipients.wrapping import WRAPPED_SIZE, key_id
from keys.age.recipients.x25519 import POINT_SIZE, load_point
from keys.errors import AgeHeaderInvalid, KeyInvalid
from keys.interfaces import KeyClass, Stanza

STANZA_TYPE = "mlkem768x25519"
RECIPIENT_PREFIX = "age1pq"
IDENTITY_PREFIX = "AGE-SECRET-KEY-PQ-"
SEED_SIZE = 32
_MLKEM_SEED_SIZE = 64
_MLKEM_PUBLIC_SIZE = 1184
_MLKEM_CIPHERTEXT_SIZE = 1088
_ENC_SIZE = _MLKEM_CIPHERTEXT_SIZE + POINT_SIZE
_INFO = b"age-encryption.org/mlkem768x25519"
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class HybridRecipient:
    """A post-quantum recipient, ``age1pq1...``; equal where its text is equal."""

    text: str
    _public: hpke.MLKEM768X25519PublicKey = field(repr=False, compare=False)

    @classmethod
    def from_bytes(cls, raw: bytes) -> HybridRecipient:
        """Return the recipient of an ML-KEM-768 key (1,184 bytes) and an X25519 point (32).

        :raises KeyInvalid: a wrong size, a coefficient that is not reduced (FIPS 203 section
            7.2), a point that is not canonical or of low order.
        """
        if len(raw) != _MLKEM_PUBLIC_SIZE + POINT_SIZE:
            raise KeyInvalid("recipient-malformed", "recipient")
        point = load_point(raw[_MLKEM_PUBLIC_SIZE:])
        try:
            lattice = MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_SIZE])
        except ValueError:
            raise KeyInvalid("mlkem-non-canonical", "recipient") from None
        public = hpke.MLKEM768X25519PublicKey(lattice, point)
        return cls(bech32.encode(RECIPIENT_PREFIX, raw), public)

    @property
    def key_class(self) -> KeyClass:
        """Return ``hybrid``."""
        return "hybrid"

    @property
    def key_id(self) -> str:
        """Return ``SHA256:`` and the unpadded base64 of the SHA-256 of the text."""
        return key_id(self.text)

    def __str__(self) -> str:
        return self.text

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """Return the one stanza that carries ``file_key``, freshly encapsulated."""
        sealed = _SUITE.encrypt(file_key, self._public, _INFO)
        enc = encoding.encode(sealed[:_ENC_SIZE])
        return [Stanza(STANZA_TYPE, (enc,), sealed[_ENC_SIZE:])]


class HybridIdentity:
    """A post-quantum identity, ``AGE-SECRET-KEY-PQ-1...``; its text form is never shown."""

    __slots__ = ("_point", "_private", "_recipient")

    def __init__(self, seed: bytes) -> None:
        """:param seed: 32 bytes, expanded by SHAKE-256 to the seed of ML-KEM and the scalar."""
        if len(seed) != SEED_SIZE:
            raise KeyInvalid("identity-malformed", "identity")
        expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED_SIZE + POINT_SIZE)
        lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE])
        self._point = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:])
        self._private = hpke.MLKEM768X25519PrivateKey(lattice, self._point)
        self._recipient = HybridRecipient.from_bytes(
            lattice.public_key().public_bytes_raw() + self._point.public_key().public_bytes_raw()
        )

    def __repr__(self) -> str:
        return f"HybridIdentity({self._recipient.key_id})"

    @property
    def key_class(self) -> KeyClass:
        """Return ``hybrid``."""
        return "hybrid"

    def recipient(self) -> HybridRecipient:
        """Return the public half."""
        return self._recipient

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, or None where no stanza is ours.

        :raises AgeHeaderInvalid: an mlkem768x25519 stanza is malformed, or its share of low order.
        """
        ours = [_parse(index, stanza) for index, stanza in enumerate(stanzas)]
        for path, enc, body in filter(None, ours):
            # The HPKE call answers a low-order share as it does a wrong key; tell them apart.
            try:
                share = X25519PublicKey.from_public_bytes(enc[_MLKEM_CIPHERTEXT_SIZE:])
                self._point.exchange(share)
            except ValueError:
                raise AgeHeaderInvalid("age-share-low-order", path) from None
            try:
                return _SUITE.decrypt(enc + body, self._private, _INFO)
            except InvalidTag:
                continue
        return None


def _parse(index: int, stanza: Stanza) -> tuple[str, bytes, bytes] | None:
    if stanza.type != STANZA_TYPE:
        return None
    path = f"header.stanzas[{index}]"
    enc = encoding.decode(stanza.args[0]) if len(stanza.args) == 1 else None
    if enc is None or len(enc) != _ENC_SIZE or len(stanza.body) != WRAPPED_SIZE:
        raise AgeHeaderInvalid("age-stanza-malformed", path)
    return path, enc, stanza.body
