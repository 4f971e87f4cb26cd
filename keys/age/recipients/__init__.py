"""The recipient types: text forms to keys, strictly, and new identities."""

from __future__ import annotations

import os

from keys.age import bech32
from keys.age.recipients import hybrid, x25519
from keys.age.recipients.hybrid import HybridIdentity, HybridRecipient
from keys.age.recipients.scrypt import ScryptIdentity, ScryptRecipient
from keys.age.recipients.x25519 import X25519Identity, X25519Recipient
from keys.errors import KeyInvalid
from keys.interfaces import KeyClass

SEED_SIZE = 32

KeyRecipient = X25519Recipient | HybridRecipient
KeyIdentity = X25519Identity | HybridIdentity

__all__ = [
    "HybridIdentity",
    "HybridRecipient",
    "KeyIdentity",
    "KeyRecipient",
    "ScryptIdentity",
    "ScryptRecipient",
    "X25519Identity",
    "X25519Recipient",
    "generate_identity",
    "identity_from_seed",
    "parse_identity",
    "parse_recipient",
]


def parse_recipient(text: str) -> KeyRecipient:
    """Return the recipient that ``text`` names: ``age1pq1...`` or ``age1...``, in lower case.

    :raises KeyInvalid: not the one canonical spelling of a sound key of a known kind.
    """
    prefix, raw = bech32.decode(text)
    if prefix == hybrid.RECIPIENT_PREFIX:
        return HybridRecipient.from_bytes(raw)
    if prefix == x25519.RECIPIENT_PREFIX:
        return X25519Recipient.from_bytes(raw)
    raise KeyInvalid(
        "recipient-kind-unknown", "recipient", "A recipient starts with age1pq1 or age1."
    )


def parse_identity(text: str) -> KeyIdentity:
    """Return the identity in ``text``: ``AGE-SECRET-KEY-PQ-1...`` or ``AGE-SECRET-KEY-1...``.

    :raises KeyInvalid: not the one canonical spelling, in capitals, of a known kind.
    """
    prefix, raw = bech32.decode(text)
    if prefix == hybrid.IDENTITY_PREFIX:
        return HybridIdentity(raw)
    if prefix == x25519.IDENTITY_PREFIX:
        return X25519Identity(raw)
    raise KeyInvalid("identity-kind-unknown", "identity")


def generate_identity(kind: KeyClass) -> str:
    """Return the text of a new identity; ``hybrid`` unless the partner's tool is an old one."""
    return identity_from_seed(kind, os.urandom(SEED_SIZE))


def identity_from_seed(kind: KeyClass, seed: bytes) -> str:
    """Return the text of the identity of ``seed`` (32 bytes of full entropy, such as HKDF's).

    :raises KeyInvalid: the seed has another length, or the kind is unknown.
    """
    prefixes = {"hybrid": hybrid.IDENTITY_PREFIX, "classic": x25519.IDENTITY_PREFIX}
    if len(seed) != SEED_SIZE or kind not in prefixes:
        raise KeyInvalid("identity-malformed", "identity")
    return bech32.encode(prefixes[kind].lower(), seed).upper()
