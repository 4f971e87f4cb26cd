"""The secret in a link: what finds it, what opens what was sealed to it, what checks its code.

A link carries 256 random bits, which nobody keeps. A node stores :attr:`~LinkSecret.lookup` (to
find the link again), :attr:`~LinkSecret.recipient` (to seal something to whoever holds the link),
:attr:`~LinkSecret.vouching_key` (to tell what the holder said from what somebody else wrote into
the database) and the keyed hash of a one-time code. Each is derived under a label of its own
(HKDF-SHA-256, RFC 5869), so that none of them gives away another, and none gives away the token.

A code is short, so a plain hash of it could be guessed in a moment from a stolen database. It is
hashed under a key that only the link's token gives, which the database does not hold.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from functools import cached_property
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.age import HybridIdentity, HybridRecipient, SeekableReader, open_seekable
from keys.errors import KeyInvalid, SignatureInvalid
from keys.ssh_keys import SshPrivateKey, SshPublicKey

TOKEN_BYTES = 32
TOKEN_CHARACTERS = 43
CODE_DIGITS = 8
_SEED_SIZE = 32
_MAX_CODE_INPUT = 64
_LABEL = b"sen-link@v1 "
_VOUCH = b"sen-answer@v1\0"
_HINT = "Open the link again from the message in which it came, or ask for a new one."


class LinkSecret:
    """The secret of one link. Its text is shown once, in the link, and never kept.

    :param secret: 32 random bytes.
    """

    __slots__ = ("__dict__", "_secret")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != TOKEN_BYTES:
            raise KeyInvalid("link-malformed", "token", _HINT)
        self._secret = secret

    @classmethod
    def new(cls) -> LinkSecret:
        """Return a new secret of 256 bits from the operating system."""
        return cls(os.urandom(TOKEN_BYTES))

    @classmethod
    def from_text(cls, token: str) -> LinkSecret:
        """Return the secret in the text of a link; one secret has one spelling.

        :raises KeyInvalid: ``link-malformed``.
        """
        if len(token) != TOKEN_CHARACTERS or not token.isascii():
            raise KeyInvalid("link-malformed", "token", _HINT)
        try:
            secret = base64.b64decode(token + "=", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise KeyInvalid("link-malformed", "token", _HINT) from None
        link = cls(secret)
        if link.token != token:
            raise KeyInvalid("link-malformed", "token", _HINT)
        return link

    def __repr__(self) -> str:
        return "<LinkSecret>"

    @property
    def token(self) -> str:
        """Return the text of the link: 43 characters that need no escaping in an address."""
        return base64.urlsafe_b64encode(self._secret).rstrip(b"=").decode("ascii")

    @cached_property
    def lookup(self) -> str:
        """Return the hash (64 hexadecimal digits) by which the link is found."""
        return hashlib.sha256(_LABEL + b"lookup " + self._secret).hexdigest()

    @cached_property
    def identity(self) -> HybridIdentity:
        """Return the post-quantum age identity that opens what was sealed to this link."""
        return HybridIdentity(self._derive(b"identity"))

    @property
    def recipient(self) -> HybridRecipient:
        """Return the public half of :attr:`identity`; it may be kept."""
        return self.identity.recipient()

    def open(self, source: BinaryIO) -> SeekableReader:
        """Return the plaintext of an age file that was sealed to :attr:`recipient`.

        :raises keys.errors.AgeError: sealed to another link, altered or cut short.
        """
        return open_seekable(source, [self.identity])

    @cached_property
    def vouching_key(self) -> str:
        """Return the public key (SSH line) by which :func:`require_vouched` knows this link."""
        return self._vouching.public.line

    def vouch(self, message: bytes) -> str:
        """Return a signature (base64) of ``message`` that only the holder of the link can make."""
        return base64.b64encode(self._vouching.sign(_VOUCH + message)).decode("ascii")

    @cached_property
    def _vouching(self) -> SshPrivateKey:
        return SshPrivateKey.from_seed(self._derive(b"vouching"))

    def check_of(self, code: str) -> str:
        """Return the keyed hash (64 hexadecimal digits) of a one-time code, however it was typed.

        Spaces and hyphens, with which people group digits, do not count.
        """
        typed = "".join(one for one in code[:_MAX_CODE_INPUT] if not one.isspace() and one != "-")
        key = self._derive(b"code")
        return hmac.new(key, typed.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def is_code(self, code: str, check: str) -> bool:
        """Return whether ``code`` is the one whose keyed hash is ``check``, in constant time."""
        return hmac.compare_digest(self.check_of(code), check)

    def _derive(self, purpose: bytes) -> bytes:
        return HKDF(hashes.SHA256(), _SEED_SIZE, None, _LABEL + purpose).derive(self._secret)


def new_code() -> str:
    """Return a one-time code: eight random digits, short enough to be read out by telephone."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


def require_vouched(vouching_key: str, message: bytes, signature: str) -> None:
    """Demand that the holder of a link said ``message``.

    :param vouching_key: as :attr:`LinkSecret.vouching_key` gave it when the link was made.
    :raises SignatureInvalid: ``answer-not-vouched``: somebody else did.
    """
    try:
        raw = base64.b64decode(signature, validate=True)
        SshPublicKey.from_line(vouching_key).verify(raw, _VOUCH + message)
    except (ValueError, KeyInvalid, SignatureInvalid):
        raise SignatureInvalid("answer-not-vouched", "answer") from None
