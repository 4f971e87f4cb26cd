"""New identifiers: UUIDv7 for bundles (RFC 9562, 5.7), random UUIDs for all else.

Bundle ids sort by the time at which they were made, which helps a person who reads a folder, and
say nothing of a pupil. The random bits and the time are handed in, so that this stays pure.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

_RANDOM_BYTES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuid7(at: datetime, random_bytes: bytes) -> str:
    """Return a UUIDv7 for an instant.

    :param at: aware; milliseconds count.
    :param random_bytes: 10 fresh random bytes, of which 74 bits are used.
    """
    if len(random_bytes) != _RANDOM_BYTES:
        raise ValueError("uuid7 wants 10 random bytes")
    millis = (at - _EPOCH) // timedelta(milliseconds=1)  # whole numbers: a float would round
    random = int.from_bytes(random_bytes, "big")
    value = (millis & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random & ((1 << 62) - 1)
    return str(uuid.UUID(int=value))
