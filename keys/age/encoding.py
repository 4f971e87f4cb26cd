"""Unpadded, canonical base64 as the age header uses it (C2SP age, "Conventions"; RFC 4648 3.5)."""

from __future__ import annotations

import binascii


def encode(data: bytes) -> str:
    """Return ``data`` in standard base64 without padding."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes | None:
    """Return the bytes of unpadded base64, or None unless ``text`` is their one canonical spelling.

    One spelling only: otherwise a header could be changed in transit without changing its meaning.
    """
    try:
        raw = text.encode("ascii")
        data = binascii.a2b_base64(raw + b"=" * (-len(raw) % 4), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return data if encode(data) == text else None
