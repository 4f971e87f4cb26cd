"""How much a bundle may hold. A reader refuses more; a writer never makes more."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30

DEFLATE_LIMIT = MIB
"""Bytes of plain text up to which a member may be deflated; anything larger is stored."""

DEFLATE_RATIO = 200
"""A deflated member may grow at most so many times when it is inflated."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one container and on what is read whole into memory; all sizes in bytes.

    The defaults leave room for the largest transfer that a school makes (some hundred scanned
    reports) and keep the central directory and the statement, which are read whole, small.
    """

    members: int = 4096
    member_size: int = 8 * GIB
    total_size: int = 16 * GIB
    container_size: int = 17 * GIB
    deflated_size: int = DEFLATE_LIMIT
    deflate_ratio: int = DEFLATE_RATIO
    statement_size: int = 4 * MIB
    envelope_size: int = 256 * KIB
    signature_size: int = 4 * KIB
    tag_size: int = 4 * MIB
    record_size: int = 4 * MIB


DEFAULT_LIMITS = Limits()
"""What every reader uses unless a test asks for less."""
