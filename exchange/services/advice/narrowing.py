"""Take back from behind open links what was marked, objected to or removed since it was shared.

What somebody has read or saved before cannot be called back. The link stays, with the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from exchange.errors import ExchangeError
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.advice.asking import still_shared
from exchange.services.advice.carrying import paper, seal_share
from exchange.services.advice.model import KIND, AdviceRequest, State, request_from
from exchange.services.advice.page import page_view
from exchange.services.advice.reports import receipts_of
from exchange.services.inside import Inside
from exchange.services.links.making import new_blob, recipient_of
from exchange.services.links.model import KIND as LINK
from exchange.services.links.model import Link, LinkState, changed, link_of
from exchange.services.links.shares import member, view_member
from keys.errors import KeysError
from schemas.errors import SchemaError

WORKER = Actor("worker", "machine")
LOOKS = timedelta(minutes=5)
"""Between two looks at what lies behind the open links: each reads and decides documents anew."""
_MAY_BE_OPEN = (State.SENT, State.OPENED, State.ANSWERED, State.FILED)

_log = logging.getLogger("senx.advice")


def narrow(inside: Inside, org_id: str) -> int:
    """Seal anew what lies behind open links and may not be there any more; return how many."""
    with inside.store.reading(org_id) as unit:
        found = [
            (request, link)
            for state in _MAY_BE_OPEN
            for request in map(request_from, unit.items.all(KIND, state.value))
            if request.by_link and request.shared
            for link in (link_of(unit.items.get(LINK, one)) for one in request.links)
            if link.state is LinkState.OPEN and link.made
        ]
    done = 0
    for request, link in found:
        try:
            done += _narrowed(inside, org_id, request, link)
        except (ExchangeError, KeysError, SchemaError) as error:
            # It is tried again; the next link is looked at all the same.
            _log.warning("link item=%s outcome=%s", link.link_id, error.code)
    return done


def _narrowed(inside: Inside, org_id: str, request: AdviceRequest, link: Link) -> bool:
    with inside.store.reading(org_id) as unit:
        known = {one.document_id: one for one in still_shared(inside, unit, request)}
    behind = link.made.split(",")
    if all(one in known for one in behind if one):
        return False
    _seal_anew(inside, org_id, request, link, [known.get(one) for one in behind])
    return True


def _seal_anew(
    inside: Inside,
    org_id: str,
    request: AdviceRequest,
    link: Link,
    documents: Sequence[StoredDocument | None],
) -> None:
    """Seal page and documents to the same link; what is gone leaves its number empty."""
    made = ",".join(one.document_id if one else "" for one in documents)
    told = replace(link, made=made)
    with inside.store.reading(org_id) as unit:
        view = page_view(inside, unit, request, told, documents)
        kept = receipts_of(unit, request.request_id, link.link_id)
    page, pack = new_blob(), new_blob()
    gone = [page, pack]
    try:
        to = recipient_of(link)
        seal_share(inside, org_id, page, to, [view_member(view), *(member(*one) for one in kept)])
        papers = [paper(inside, org_id, at, one) for at, one in enumerate(documents, 1) if one]
        seal_share(inside, org_id, pack, to, papers)
        with inside.store.unit(org_id) as unit:
            before = _swap(unit, told, page, pack, inside.clock.now())
            unit.commit()
        gone = before or gone  # not sooner: until it is durable the link opens the old ones
    finally:
        for name in gone:
            inside.blobs.delete(org_id, name)


def _swap(unit: UnitOfWork, told: Link, page: str, pack: str, now: datetime) -> list[str]:
    """Put the new blobs in the place of the old; return these, or nothing where the link ended."""
    newest = link_of(unit.items.get(LINK, told.link_id))
    if newest.state is not LinkState.OPEN:
        return []
    marks = replace(newest.marks, blob=page, pack_blob=pack)
    kept = replace(newest, made=told.made, marks=marks)
    unit.items.update(changed(kept, now, due_at=newest.expires_at))
    unit.audit.record(WORKER, "link.narrowed", "link", told.link_id)
    return [newest.marks.blob, newest.marks.pack_blob]
