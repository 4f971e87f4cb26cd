"""The audit book: what was done, by whom, in a chain of hashes that shows any later change.

Law of this room: no I/O and no clock. It says what an entry's bytes are, what the next link of a
chain is, and which entry of a book is the first bad one; exchange.store keeps the entries.
"""

from __future__ import annotations

from exchange.audit.chain import NODE, BadEntry, Head, Link, link, verify
from exchange.audit.fact import Entry, Fact, canonical_bytes, check_fact

__all__ = [
    "NODE",
    "BadEntry",
    "Entry",
    "Fact",
    "Head",
    "Link",
    "canonical_bytes",
    "check_fact",
    "link",
    "verify",
]
