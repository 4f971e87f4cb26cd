"""What the vault hands out: signers, openers and compartments, with the secrets inside them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from functools import cached_property
from typing import BinaryIO

from keys.age import open_seekable, parse_identity
from keys.errors import KeyringError
from keys.interfaces import Opener, Recipient, SeekableSource
from keys.keyring.record import CompartmentKeys, OwnSigningKey, ValueKey
from keys.keyring.sealing import UndecipherableError, seal, unseal
from keys.sshsig import sign

_VALUE_KEY_ID_BYTES = 8


class OrganisationSigner:
    """Signs in the name of one organisation (implements ``keys.interfaces.Signer``)."""

    __slots__ = ("_key", "org_id")

    org_id: str

    def __init__(self, org_id: str, key: OwnSigningKey) -> None:
        self.org_id = org_id
        self._key = key

    def __repr__(self) -> str:
        return f"<OrganisationSigner {self.org_id} {self.key_id}>"

    @property
    def key_id(self) -> str:
        """Return the id of the public key."""
        return self._key.private.public.key_id

    def sign(self, message: bytes, namespace: str) -> bytes:
        """Return the armored SSHSIG of ``message`` in ``namespace``."""
        return sign(self._key.private, message, namespace)


class NodeSigner(OrganisationSigner):
    """Signs ``collected`` receipts and nothing else."""

    __slots__ = ()

    def sign(self, message: bytes, namespace: str) -> bytes:
        """Return the armored SSHSIG of a receipt.

        :raises KeyringError: ``node-key-misused``: another namespace than that of receipts.
        """
        if namespace != "sen-receipt@v1":
            raise KeyringError("node-key-misused")
        return super().sign(message, namespace)


class AgeOpener:
    """Opens files sealed to any of some identities (implements ``keys.interfaces.Opener``)."""

    __slots__ = ("_identities",)

    def __init__(self, identities: Sequence[str]) -> None:
        # The newest first: most files are for it, and each try costs a key exchange.
        self._identities = tuple(parse_identity(text) for text in reversed(identities))

    def __repr__(self) -> str:
        return f"<AgeOpener {len(self._identities)} keys>"

    @property
    def key_ids(self) -> frozenset[str]:
        """Return the ids of the recipient keys (past ones too) that this opener holds."""
        return frozenset(one.recipient().key_id for one in self._identities)

    def open(self, source: BinaryIO) -> SeekableSource:
        """Return the plaintext of the age file in ``source`` (seekable).

        :raises keys.errors.AgeError: not for us, altered or cut short.
        """
        return open_seekable(source, self._identities)


class UnlockedCompartment:
    """One compartment with its secrets (implements ``keys.interfaces.Compartment``)."""

    def __init__(self, org_id: str, name: str, keys: CompartmentKeys) -> None:
        self._place = f"{org_id}\0{name}"
        self._keys = keys
        self._by_id = {value.key_id: value for value in keys.values}

    def __repr__(self) -> str:
        return f"<UnlockedCompartment {self._place!r}>"

    @property
    def key_id(self) -> str:
        """Return the id of the newest value key, by which new values are sealed."""
        return self._keys.values[-1].key_id

    @cached_property
    def recipient(self) -> Recipient:
        """Return the public recipient to which blobs, and values from outside, are sealed."""
        return parse_identity(self._keys.blobs).recipient()

    @cached_property
    def opener(self) -> Opener:
        """Return what opens blobs sealed to ``recipient``."""
        return AgeOpener((self._keys.blobs,))

    def seal_value(self, plain: bytes, context: str) -> bytes:
        """Return key id (8 bytes) and sealed bytes; ``context`` is authenticated, not stored."""
        newest = self._keys.values[-1]
        return bytes.fromhex(newest.key_id) + seal(
            newest.key, plain, self._context(newest, context)
        )

    def open_value(self, sealed: bytes, context: str) -> bytes:
        """Return the plain bytes.

        :raises KeyringError: ``value-key-unknown``: sealed under another keyring's key;
            ``value-damaged``: altered, or another row's value.
        """
        key = self._by_id.get(sealed[:_VALUE_KEY_ID_BYTES].hex())
        if key is None:
            raise KeyringError("value-key-unknown")
        try:
            return unseal(key.key, sealed[_VALUE_KEY_ID_BYTES:], self._context(key, context))
        except UndecipherableError:
            raise KeyringError("value-damaged") from None

    def tag(self, purpose: str, value: bytes) -> str:
        """Return the keyed look-up tag (HMAC-SHA-256, hex) of ``value``, separate per purpose."""
        own = hmac.digest(self._keys.lookup, b"sen-tag@v1\0" + purpose.encode("utf-8"), "sha256")
        return hmac.new(own, value, hashlib.sha256).hexdigest()

    def _context(self, key: ValueKey, context: str) -> bytes:
        return f"sen-value@v1\0{self._place}\0{key.key_id}\0{context}".encode()
