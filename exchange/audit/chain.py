"""The chain: each entry's digest covers the entry before, back to the name of its book."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from exchange.audit.fact import Entry, Said, canonical_bytes
from exchange.errors import AuditError

NODE = "node"
"""The name of the node's own book; every other book has the UUID of its organisation."""

_BOOK_DOMAIN = b"sen-audit-book@v1\0"
_ENTRY_DOMAIN = b"sen-audit-entry@v1\0"

Why = Literal["seq-gap", "previous-differs", "digest-differs", "entry-unreadable", "head-differs"]


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a book: its number and digest; number 0 is an empty book."""

    seq: int
    digest: str


@dataclass(frozen=True, slots=True)
class Link:
    """An entry's place in its chain; digests are hex SHA-256."""

    seq: int
    previous: str
    digest: str

    @property
    def head(self) -> Head:
        """Return the head of the book once this entry is in it."""
        return Head(self.seq, self.digest)


@dataclass(frozen=True, slots=True)
class BadEntry:
    """The first entry that does not hold.

    :param seq: the number that should stand there.
    """

    seq: int
    why: Why


def empty(book: str) -> Head:
    """Return the head of an empty book; it differs by book, so that no chain fits another."""
    return Head(0, hashlib.sha256(_BOOK_DOMAIN + book.encode("utf-8")).hexdigest())


def link(book: str, head: Head | None, said: Said) -> Link:
    """Return the place of the next entry.

    :param book: :data:`NODE` or the organisation's id.
    :param head: the newest entry, or None where the book is empty.
    """
    last = head or empty(book)
    seq = last.seq + 1
    return Link(seq, last.digest, _digest(seq, last.digest, said))


def verify(entries: Iterable[Entry], book: str, head: Head | None = None) -> BadEntry | None:
    """Return the first bad entry of a book, or None where all hold.

    A chain alone cannot show that its newest entries were cut off, nor that somebody who may
    write the whole file wrote a new one: keep a head elsewhere and hand it in.

    :param entries: all entries, by seq.
    :param head: a head known from elsewhere, of this or an earlier state of the book.
    """
    last = empty(book)
    for entry in entries:
        why = _why_bad(entry, last)
        if why is None and head and entry.seq == head.seq and entry.digest != head.digest:
            why = "head-differs"
        if why is not None:
            return BadEntry(last.seq + 1, why)
        last = Head(entry.seq, entry.digest)
    if head and last.seq < head.seq:
        return BadEntry(last.seq + 1, "head-differs")
    return None


def _why_bad(entry: Entry, last: Head) -> Why | None:
    if entry.seq != last.seq + 1:
        return "seq-gap"
    if entry.previous != last.digest:
        return "previous-differs"
    try:
        digest = _digest(entry.seq, entry.previous, entry)
    except AuditError:
        return "entry-unreadable"
    return None if digest == entry.digest else "digest-differs"


def _digest(seq: int, previous: str, said: Said) -> str:
    return hashlib.sha256(_ENTRY_DOMAIN + canonical_bytes(seq, previous, said)).hexdigest()
