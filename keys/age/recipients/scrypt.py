"""The passphrase recipient type (C2SP age, "The scrypt recipient type"; RFC 7914)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Literal

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from keys.age import encoding
from keys.age.recipients.wrapping import WRAPPED_SIZE, unwrap_key, wrap_key
from keys.errors import AgeHeaderInvalid, KeyInvalid
from keys.interfaces import Stanza

STANZA_TYPE = "scrypt"
# 2**18 is what stock age writes: 256 MiB and about a second.
DEFAULT_WORK_FACTOR = 18
# 1 GiB and a few seconds; a hostile file must not cost more.
DEFAULT_MAX_WORK_FACTOR = 20
_LABEL = b"age-encryption.org/v1/scrypt"
_SALT_SIZE = 16
_WORK_FACTOR = re.compile(r"[1-9][0-9]*")
_HIGHEST_WORK_FACTOR = 30


def _stretch(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    scrypt = Scrypt(salt=_LABEL + salt, length=32, n=1 << work_factor, r=8, p=1)
    return scrypt.derive(passphrase.encode("utf-8"))


def _check(passphrase: str, work_factor: int) -> None:
    if not passphrase:
        raise KeyInvalid("passphrase-empty", "passphrase", "Choose a passphrase.")
    if not 1 <= work_factor <= _HIGHEST_WORK_FACTOR:
        raise KeyInvalid("work-factor-out-of-range", "work_factor", "Use a factor from 1 to 30.")


class ScryptRecipient:
    """Whoever knows the passphrase; the only recipient of its file."""

    __slots__ = ("_passphrase", "_work_factor")

    def __init__(self, passphrase: str, work_factor: int = DEFAULT_WORK_FACTOR) -> None:
        """:param work_factor: base-two logarithm of scrypt's N; 128 bytes times 8 N of memory."""
        _check(passphrase, work_factor)
        self._passphrase = passphrase
        self._work_factor = work_factor

    def __repr__(self) -> str:
        return "ScryptRecipient()"

    @property
    def key_class(self) -> Literal["passphrase"]:
        """Return ``passphrase``."""
        return "passphrase"

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """Return the one stanza that carries ``file_key``, under a fresh salt."""
        salt = os.urandom(_SALT_SIZE)
        key = _stretch(self._passphrase, salt, self._work_factor)
        arguments = (encoding.encode(salt), str(self._work_factor))
        return [Stanza(STANZA_TYPE, arguments, wrap_key(key, file_key))]


class ScryptIdentity:
    """A passphrase, with a limit to the work that a file may ask for."""

    __slots__ = ("_max_work_factor", "_passphrase")

    def __init__(self, passphrase: str, max_work_factor: int = DEFAULT_MAX_WORK_FACTOR) -> None:
        """:param max_work_factor: the highest base-two logarithm of N that is computed."""
        _check(passphrase, max_work_factor)
        self._passphrase = passphrase
        self._max_work_factor = max_work_factor

    def __repr__(self) -> str:
        return "ScryptIdentity()"

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, or None where the file has no passphrase or another one.

        :raises AgeHeaderInvalid: the scrypt stanza is malformed, not alone, or asks for too much.
        """
        ours = [stanza for stanza in stanzas if stanza.type == STANZA_TYPE]
        if not ours:
            return None
        if len(stanzas) != 1:
            raise AgeHeaderInvalid("age-scrypt-not-alone", "header.stanzas")
        salt, work_factor = _parse(ours[0])
        if work_factor > self._max_work_factor:
            raise AgeHeaderInvalid("age-scrypt-work-factor", "header.stanzas[0]")
        return unwrap_key(_stretch(self._passphrase, salt, work_factor), ours[0].body)


def _parse(stanza: Stanza) -> tuple[bytes, int]:
    malformed = AgeHeaderInvalid("age-stanza-malformed", "header.stanzas[0]")
    if len(stanza.args) != 2 or len(stanza.body) != WRAPPED_SIZE:
        raise malformed
    salt = encoding.decode(stanza.args[0])
    if salt is None or len(salt) != _SALT_SIZE or not _WORK_FACTOR.fullmatch(stanza.args[1]):
        raise malformed
    # Python refuses to convert thousands of digits: anything of more than two is too high anyway.
    digits = stanza.args[1]
    return salt, int(digits) if len(digits) <= 2 else _HIGHEST_WORK_FACTOR + 1
