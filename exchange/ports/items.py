"""Items: small sealed rows of many kinds, each owned by one service.

What people add around transfers (accounts, sessions, links, uploads, drafts, questions ...) is
kept alike: clear columns to find it and to know when it is due, and one sealed value that only
the service which owns the kind understands. The service wraps it in a dataclass of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from schemas.strict_json import JsonValue

QUIET_KINDS = frozenset(
    {
        *("agency-draft", "ceremony", "draft", "import", "import-mapping", "letter"),
        *("sending", "session", "share-session", "throttle"),
    }
)
"""Kinds that may change without an entry in the book: nothing that counts happens to them.

That a session began or was ended by somebody is an entry all the same: its service writes it. So
it does where a letter was sent or given up; that it is tried again later is none.
"""

Content = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    :param kind: a code; which service owns it.
    :param item_id: unique within organisation and kind; random, says nothing.
    :param state: a code, clear.
    :param content: sealed at rest; None where this process has no keys, and on :meth:`Items.update`
        to leave what is sealed as it is.
    :param clear: codes, counts, hashes, ids and public keys; nothing else.
    :param due_at: when it wants to be looked at, or ends.
    :param lookup: unique within the kind over the whole node: a hash or keyed tag, never a value.
    :param about: an id (a pupil's, a transfer's) by which it is listed; kept as a keyed tag.
        Read back as None: the row does not tell it; put it into the content where it is wanted.
    :param version: counts changes, from 1; an update must bring the one that it read.
    """

    kind: str
    item_id: str
    state: str
    content: Content | None
    created_at: datetime
    updated_at: datetime
    clear: Content = field(default_factory=dict, hash=False)
    due_at: datetime | None = None
    lookup: str | None = None
    about: str | None = None
    compartment: Literal["general", "cp"] = "general"
    version: int = 1


class Items(Protocol):
    """Items of one organisation, or of the node itself."""

    def add(self, item: Item, *, quiet: bool = False) -> None:
        """Add one.

        :param quiet: no state change (only for QUIET_KINDS): wants no audit entry.
        :raises exchange.errors.Conflict: ``item-exists``: its id or look-up is taken.
        """

    def update(self, item: Item, *, quiet: bool = False) -> Item:
        """Replace what is stored, if it is still the version that was read; return it as stored.

        ``about`` is left as it was where the item has None.

        :raises exchange.errors.NotFound: ``item-unknown``.
        :raises exchange.errors.Conflict: ``item-changed``: somebody else changed it meanwhile.
        """

    def remove(self, kind: str, item_id: str, *, quiet: bool = False) -> None:
        """Remove one for good; removing what is not there is no error."""

    def get(self, kind: str, item_id: str) -> Item:
        """Return one.

        :raises exchange.errors.NotFound: ``item-unknown``.
        """

    def find(self, kind: str, lookup: str) -> Item | None:
        """Return the one with this look-up, or None."""

    def about(self, kind: str, about: str) -> Sequence[Item]:
        """Return those about an id, oldest first (inner processes only)."""

    def all(self, kind: str, state: str | None = None) -> Iterator[Item]:
        """Yield all of a kind, oldest first; those of a locked compartment are left out."""

    def due(self, kind: str, now: datetime, limit: int) -> Sequence[str]:
        """Return ids of up to ``limit`` items due at ``now``, the longest due first."""

    def count(self, kind: str, state: str | None = None) -> int:
        """Return how many there are."""
