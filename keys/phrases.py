"""Generated passphrases: random, and easy to read out and to type."""

from __future__ import annotations

import secrets

ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
"""Thirty signs, none easily taken for another: no i, l, o, u, 0 and 1."""

GROUPS, SIGNS = 5, 4
BITS = 98
"""log2(30) times twenty signs, rounded down."""


def new_passphrase() -> str:
    """Return a passphrase of twenty random signs in groups of four, such as ``k7mp-9x4q-...``."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(SIGNS)) for _ in range(GROUPS))
