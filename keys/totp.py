"""Time-based one-time codes (RFC 6238) and recovery codes.

A code is good for its own half minute and the one before and after. A step is used once: whoever
saw a code typed, or read it on the wire, cannot use it again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp

PERIOD_SECONDS = 30
DIGITS = 6
WINDOW = 1

RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # 31 signs, none of which looks like another
_GROUP, _GROUPS = 4, 4  # 16 signs: 79 bits, so a plain hash of one cannot be searched
_SEPARATORS = re.compile(r"[\s\-–—]+")


def new_secret() -> str:
    """Return a new secret of 160 bits, base32."""
    return pyotp.random_base32(32)


def enrolment_uri(secret: str, account: str, issuer: str) -> str:
    """Return the ``otpauth://`` address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def used_step(secret: str, code: str, at: datetime, last_step: int | None) -> int | None:
    """Return the step of time that this code belongs to, or None where it is wrong or used.

    :param last_step: the newest step that was used; it and all before it are refused.
    """
    typed = _SEPARATORS.sub("", code)
    generator = pyotp.TOTP(secret, digits=DIGITS, interval=PERIOD_SECONDS)
    now = int(at.timestamp()) // PERIOD_SECONDS
    found: int | None = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        expected = generator.at(step * PERIOD_SECONDS)
        if hmac.compare_digest(expected.encode(), typed.encode("utf-8", "replace")):
            found = step
    if found is None or (last_step is not None and found <= last_step):
        return None
    return found


def new_recovery_codes() -> tuple[str, ...]:
    """Return ten new recovery codes, to be shown once."""
    return tuple(_new_code() for _ in range(RECOVERY_CODES))


def recovery_hash(code: str) -> str:
    """Return what is kept of a recovery code; typed with or without spaces, in any case."""
    plain = _SEPARATORS.sub("", code).casefold()
    return hashlib.sha256(b"sen-recovery@v1\0" + plain.encode("utf-8", "replace")).hexdigest()


def without_used(code: str, kept: Sequence[str]) -> tuple[str, ...] | None:
    """Return the hashes that are left once this code is used, or None where it is none of them."""
    typed = recovery_hash(code)
    matches = [hmac.compare_digest(typed, each) for each in kept]
    if not any(matches):
        return None
    return tuple(each for each, hit in zip(kept, matches, strict=True) if not hit)


def _new_code() -> str:
    signs = "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP * _GROUPS))
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))
