"""Files that an agency uploaded through its link and has not sent yet: rows and blobs alone.

The bytes are sealed to the organisation; a label beside them (name, size, digest) to the link, so
that its holder sees what is there. What was not sent when the link ends is removed with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from exchange.errors import UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.items import Item
from exchange.services.links.model import KIND as LINK
from exchange.services.links.model import marks_of

KIND = "agency-upload"
DRAFT = "agency-draft"
NEW, SENT = "new", "sent"

MOST_FILES = 30
"""Of one link, not sent yet."""

MOST_SENDINGS: Final = 12
"""Of one link: the first, and corrected versions. Whoever holds it cannot fill our disk."""

MOST_COLLEAGUES: Final = 3
"""Whom the holder of one link may name."""


def files_of(unit: UnitOfWork, link_id: str, state: str | None = NEW) -> Iterator[Item]:
    """Yield the uploads of one link, oldest first."""
    return (one for one in unit.items.all(KIND, state) if one.clear.get("link") == link_id)


def draft_of(unit: UnitOfWork, link_id: str) -> Item | None:
    """Return what was filled in through a link and not sent yet."""
    return unit.items.find(DRAFT, f"{DRAFT}:{link_id}")


def blobs_of(item: Item) -> list[str]:
    """Return the blobs that an upload or a draft names."""
    more = item.clear.get("blobs")
    named = [item.clear.get("blob"), *(more if isinstance(more, list) else ())]
    return [str(one) for one in named if one]


def count_sending(unit: UnitOfWork, link_id: str, now: datetime) -> None:
    """Count one sending through a link.

    :raises UsageError: ``sendings-too-many``.
    """
    item = unit.items.get(LINK, link_id)
    marks = marks_of(item)
    if marks.sendings >= MOST_SENDINGS:
        hint = "This link has sent too often. Ask whoever sent it to you for a new one."
        raise UsageError("sendings-too-many", "/files", hint)
    told = replace(marks, sendings=marks.sendings + 1).as_json()
    unit.items.update(replace(item, clear=told, content=None, updated_at=now))


def count_colleague(unit: UnitOfWork, link_id: str, now: datetime) -> None:
    """Count one colleague whom the holder of a link named.

    :raises UsageError: ``colleagues-too-many``.
    """
    item = unit.items.get(LINK, link_id)
    marks = marks_of(item)
    if marks.colleagues >= MOST_COLLEAGUES:
        hint = "You have named as many as you can. Ask whoever sent you the link to ask them."
        raise UsageError("colleagues-too-many", "/name", hint)
    told = replace(marks, colleagues=marks.colleagues + 1).as_json()
    unit.items.update(replace(item, clear=told, content=None, updated_at=now))


def drop_unsent(unit: UnitOfWork, link_id: str, actor: Actor) -> list[str]:
    """Forget what was not sent through a link that ends; return the blobs to remove after it."""
    blobs = []
    for one in list(files_of(unit, link_id)):
        blobs += blobs_of(one)
        unit.items.remove(KIND, one.item_id)
        unit.audit.record(actor, "agency.file-dropped", "link", link_id)
    draft = draft_of(unit, link_id)
    if draft is not None:
        blobs += blobs_of(draft)
        unit.items.remove(DRAFT, draft.item_id, quiet=True)
    return blobs
