"""How a case is called: a short reference that says nothing of the child."""

from __future__ import annotations

import hashlib

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 6


def reference_of(case_id: str) -> str:
    """Return the reference of a case: the same whenever it is made, easily read out."""
    number = int.from_bytes(hashlib.sha256(f"case/{case_id}".encode()).digest()[:8], "big")
    found = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        found.append(_LETTERS[place])
    return f"C-{''.join(found)}"
