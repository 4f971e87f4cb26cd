"""A family's pages: sealed, and sealed anew when something changed; ended when they must be."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, Refused, StoreError, TrustError, Wrapped
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.links.family_view import family_view
from exchange.services.links.making import new_blob, recipient_of
from exchange.services.links.members import Member, get_member, require_may_speak
from exchange.services.links.model import KIND, Link, LinkState, Purpose, changed, link_of
from exchange.services.links.revoke import end_in, links_about
from exchange.services.links.shares import Member as Part
from exchange.services.links.shares import view_member, write_share
from exchange.services.protect import require_ordinary
from exchange.services.sealed_document import SealedDocument
from schemas.errors import SchemaError
from schemas.strict_json import JsonValue, dumps

WORKER = Actor("worker", "machine")
_log = logging.getLogger("senx.links")


def require_invitable(inside: Inside, unit: UnitOfWork, one: Member) -> None:
    """Refuse whoever may see no page.

    :raises Refused: ``protected-move``, ``member-ended``, ``court-order``,
        ``young-person-decides``, ``young-person-too-young``.
    """
    require_ordinary(unit, one.pupil_id)
    if not one.active:
        raise Refused("member-ended", "/member", "This person is told nothing any more.")
    if one.forbidden:
        hint = "A court order forbids it. Ask your council's legal team before you change that."
        raise Refused("court-order", "/member", hint)
    require_may_speak(unit.pupils.get(one.pupil_id), one, london_day(inside.clock.now()))


class FamilyPages:
    """Keeps every family's page as new as the book: an errand of the worker.

    Where the book has no new entry, and the day is the same, nothing can have changed.
    """

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._seen: dict[str, tuple[int, date]] = {}

    def refresh(self) -> int:
        """Seal anew what changed; return how many pages."""
        today, count = london_day(self._inside.clock.now()), 0
        for org_id in self._inside.store.organisations():
            with self._inside.store.reading(org_id) as unit:
                newest = unit.audit.last_seq(), today
            if self._seen.get(org_id) != newest:
                made, failed = _refresh_all(self._inside, org_id)
                count += made
                if not failed:  # else it is tried again, though nothing else changes
                    self._seen[org_id] = newest
        return count


def refresh(inside: Inside) -> int:
    """Seal anew what changed of every family's page; return how many."""
    return FamilyPages(inside).refresh()


def _refresh_all(inside: Inside, org_id: str) -> tuple[int, int]:
    """Return how many pages were sealed anew, and how many could not be."""
    with inside.store.reading(org_id) as unit:
        found = [link_of(one) for one in unit.items.all(KIND, LinkState.OPEN.value)]
    count = failed = 0
    for link in found:
        if link.purpose is not Purpose.FAMILY:
            continue
        try:
            count += _refresh(inside, org_id, link)
        except ExchangeError as error:  # one that cannot be made stops no other
            _log.warning("share link=%s outcome=%s", link.link_id, error.code)
            failed += 1
    return count, failed


def refresh_pupil(inside: Inside, org_id: str, pupil_id: str) -> int:
    """Seal anew what changed of the family's pages about one pupil; return how many."""
    with inside.store.reading(org_id) as unit:
        found = links_about(unit, pupil_id, Purpose.FAMILY)
    return sum(_refresh(inside, org_id, one) for one in found if one.state is LinkState.OPEN)


def refresh_soon(inside: Inside, org_id: str, pupil_id: str) -> None:
    """Do so after something was kept; what cannot be made now is left to the errand.

    An error here would say that nothing was kept, and whoever tries again keeps it twice.
    """
    try:
        refresh_pupil(inside, org_id, pupil_id)
    except ExchangeError as error:
        _log.warning("share pupil-pages outcome=%s", error.code)


def _refresh(inside: Inside, org_id: str, link: Link) -> bool:
    """Seal one page anew if it changed; end it where its person may not see it any more."""
    with inside.store.reading(org_id) as unit:
        one = get_member(unit, link.member)
        try:
            require_invitable(inside, unit, one)
        except Refused as refused:
            why: str | None = refused.code
        else:
            why = None
    if why is not None:
        _end(inside, org_id, link, why)
        return True
    fresh = replace(link, marks=replace(link.marks, blob=new_blob()))
    try:
        made = seal_page(inside, org_id, fresh, one, known=link.made)
    except (StoreError, TrustError):
        raise  # a full disk, an old directory: later it can be made again
    except ExchangeError as error:
        # What cannot be told as it should is not told at all: the page before it goes.
        if not error.code.startswith("directory-"):
            _end(inside, org_id, link, "share-unmade")
        raise
    return made != link.made and _keep(inside, org_id, fresh, made)


def _keep(inside: Inside, org_id: str, fresh: Link, made: str) -> bool:
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        newest = link_of(unit.items.get(KIND, fresh.link_id))
        old = newest.marks.blob
        kept = newest.state is LinkState.OPEN
        if kept:
            # The marks as they are now: somebody may have typed a code meanwhile.
            marks = replace(newest.marks, blob=fresh.marks.blob)
            told = replace(newest, marks=marks, made=made)
            unit.items.update(changed(told, now, due_at=newest.expires_at))
            unit.audit.record(WORKER, "link.refreshed", "link", fresh.link_id)
            unit.commit()
    inside.blobs.delete(org_id, old if kept else fresh.marks.blob)
    return kept


def _end(inside: Inside, org_id: str, link: Link, why: str) -> None:
    with inside.store.unit(org_id) as unit:
        now = inside.clock.now()
        blobs = end_in(unit, [link_of(unit.items.get(KIND, link.link_id))], WORKER, now, why=why)
        unit.commit()
    for name in blobs:
        inside.blobs.delete(org_id, name)


def seal_page(inside: Inside, org_id: str, link: Link, one: Member, known: str = "") -> str:
    """Seal the page into the link's blob, unless it is what is known; return its fingerprint."""
    with inside.store.reading(org_id) as unit:
        try:
            view, readable = family_view(inside, unit, link, one)
        except SchemaError as error:
            raise Wrapped.of(error, "/records") from None
    made = _fingerprint(view, readable)
    if made == known:
        return made
    parts = [view_member(view), *(_part(inside, org_id, each) for each in readable)]
    with inside.blobs.create(org_id, link.marks.blob) as writer:
        write_share(writer.file, recipient_of(link), parts)
        writer.commit()
    return made


def _fingerprint(view: dict[str, JsonValue], readable: Sequence[StoredDocument]) -> str:
    digest = hashlib.sha256(dumps(view))
    for one in readable:
        digest.update(one.sha256.encode("ascii"))
    return digest.hexdigest()


def _part(inside: Inside, org_id: str, document: StoredDocument) -> Part:
    sealed = SealedDocument(inside, org_id, document.blob)
    return Part(document.document_id, document.media_type, document.size, sealed.open)
