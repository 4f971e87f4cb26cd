"""What somebody typed behind a link and has not sent: sealed to the link itself.

Its holder finds it again, with a new code or after the visit ended; nobody else reads it, the
organisation included.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from exchange.errors import Conflict, NotFound, TrustError, UsageError
from exchange.ports.items import Item
from exchange.services.links.agency_files import DRAFT, blobs_of, draft_of
from exchange.services.links.agency_receiving import seal_to_link
from exchange.services.links.door import LOOKS, Door
from exchange.services.links.model import KIND, SESSION, marks_of
from exchange.services.links.visiting import Visit
from keys.errors import KeysError
from keys.links import LinkSecret
from schemas import strict_json
from schemas.errors import SchemaError
from schemas.strict_json import JsonValue

T = TypeVar("T")

LARGEST = 64 * 1024


class Gone(TrustError):
    """What was listed is not there any more."""


class LinkDrafts:
    """The drafts of whoever comes through a link; one for each link."""

    def __init__(self, door: Door, largest: int = LARGEST) -> None:
        self._door = door
        self._largest = largest

    def read(self, visit: Visit) -> dict[str, JsonValue]:
        """Return what was typed and not sent yet."""

        def look() -> dict[str, JsonValue]:
            with self._door.store.reading(visit.org_id) as unit:
                found = draft_of(unit, visit.link_id)
            return {} if found is None else own(self._door, visit, str(found.clear["blob"]))

        return while_it_changes(look)

    def keep(self, visit: Visit, values: Mapping[str, JsonValue]) -> None:
        """Keep what was typed, sealed to the link itself.

        :raises UsageError: ``text-too-long``.
        :raises NotFound: ``link-ended``.
        """
        content = strict_json.dumps(dict(values))
        if len(content) > self._largest:
            raise UsageError("text-too-long", "/about", "Write less.")
        self._door.require_open(visit)
        blob, now = seal_to_link(self._door, visit, content), self._door.clock.now()
        gone: list[str] = []
        try:
            with self._door.store.unit(visit.org_id) as unit:
                found = draft_of(unit, visit.link_id)
                if found is None:
                    unit.items.add(_draft(visit, blob, now), quiet=True)
                else:
                    gone = blobs_of(found)
                    told = replace(found, clear={**found.clear, "blob": blob}, content=None)
                    unit.items.update(replace(told, updated_at=now), quiet=True)
                unit.commit()
        except Conflict:
            gone = [blob]  # two tabs at once: the one that was first stays
        except BaseException:
            self._door.blobs.delete(visit.org_id, blob)
            raise
        for name in gone:
            self._door.blobs.delete(visit.org_id, name)


def lapsed_visit(door: Door, cookie: str) -> Visit | None:
    """Return whose visit is over, as their browser still knows it; None: nobody's.

    They may leave words for themselves by it and read nothing. To be asked where the door has just
    said that the visit is over: it looks at the link first.
    """
    token, _, own_key = cookie.partition(".")
    try:
        secret, key = LinkSecret.from_text(token), LinkSecret.from_text(own_key)
    except KeysError:
        return None
    found = door.store.locate(KIND, secret.lookup)
    if found is None:
        return None
    org_id, link_id = found
    with door.store.reading(org_id) as unit:
        session = unit.items.find(SESSION, key.lookup)
        marks = marks_of(unit.items.get(KIND, link_id))
    if session is None or session.clear.get("link") != link_id:
        return None
    return Visit(org_id, link_id, secret, key, marks)


def own(door: Door, visit: Visit, blob: str) -> dict[str, JsonValue]:
    """Open what was sealed to the visitor's own link.

    :raises TrustError: ``share-damaged``.
    :raises Gone: it is not there: the worker took it, or another tab replaced it.
    """
    try:
        with door.blobs.open(visit.org_id, blob) as source:
            value = strict_json.loads(visit.secret.open(source).read())
    except NotFound:
        raise Gone("share-damaged", "/draft") from None
    except (KeysError, SchemaError):
        raise TrustError("share-damaged", "/draft") from None
    return value if isinstance(value, dict) else {}


def while_it_changes(look: Callable[[], T]) -> T:
    """Look again if what was listed is gone by the time it is opened.

    :raises TrustError: ``share-damaged``: it is listed still, and not there.
    """
    for _ in range(LOOKS - 1):
        with suppress(Gone):
            return look()
    return look()


def _draft(visit: Visit, blob: str, now: datetime) -> Item:
    return Item(
        DRAFT,
        str(uuid.uuid4()),
        "open",
        None,
        created_at=now,
        updated_at=now,
        clear={"link": visit.link_id, "blob": blob},
        lookup=f"{DRAFT}:{visit.link_id}",
    )
