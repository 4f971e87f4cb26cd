"""End links: by hand, with a recalled pack, or all about a pupil whose move is protected.

A revoked link opens nothing from that instant: sessions ask the link at each request, and its share
is removed. What somebody has read or downloaded cannot be called back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from exchange.domain.transfer import State
from exchange.ports import Actor, Transfer, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.links.agency_files import drop_unsent
from exchange.services.links.model import KIND, Link, LinkState, Purpose, changed, link_of


def links_about(unit: UnitOfWork, pupil_id: str, purpose: Purpose | None = None) -> list[Link]:
    """Return the links about a pupil, oldest first, whatever became of them."""
    found = [link_of(one) for one in unit.items.about(KIND, pupil_id)]
    return [one for one in found if purpose is None or one.purpose is purpose]


def links_of_pack(unit: UnitOfWork, transfer: Transfer) -> list[Link]:
    """Return the links through which a pack is picked up, oldest first; none for any other way."""
    if transfer.transport != "pick-up" or transfer.pupil_id is None:
        return []
    found = links_about(unit, transfer.pupil_id, Purpose.PICK_UP)
    return [one for one in found if one.marks.pack == transfer.bundle_id]


def end_in(
    unit: UnitOfWork,
    links: Iterable[Link],
    actor: Actor,
    now: datetime,
    *,
    why: str,
    state: LinkState = LinkState.REVOKED,
) -> list[str]:
    """End those that are not over, within a unit of work; return the blobs to remove after it.

    :param why: a code for the book.
    """
    blobs = []
    for one in links:
        if one.state not in (LinkState.OPEN, LinkState.LOCKED):
            continue
        if one.marks.blob:
            blobs.append(one.marks.blob)
        marks = replace(one.marks, blob="", check="", check_until=None)
        if one.purpose is Purpose.AGENCY:
            blobs.append(one.marks.pack_blob)
            marks = replace(marks, pack_blob="")
        if one.purpose is not Purpose.PICK_UP:  # what was typed and not sent goes with the link
            blobs += drop_unsent(unit, one.link_id, actor)
        over = replace(one, state=state, marks=marks, why=why)
        unit.items.update(changed(over, now, due_at=None))
        if why in ("by-hand", "ran-out"):
            note_unread(unit, one, "link-ended", now)
        unit.audit.record(actor, f"link.{state.value}", "link", one.link_id, detail={"why": why})
    return blobs


def note_unread(unit: UnitOfWork, link: Link, code: str, now: datetime) -> None:
    """Let a person look at a pack that nobody opened, and nobody can open any more."""
    if not link.marks.pack:
        return
    transfer = unit.transfers.get(link.marks.pack)
    if transfer.state is State.QUEUED:
        unit.transfers.update(replace(transfer, attention=code, updated_at=now))


def revoke(
    inside: Inside, org_id: str, link_id: str, actor: Actor, *, why: str = "by-hand"
) -> Link:
    """Revoke one link; doing so twice changes nothing.

    :raises NotFound: ``item-unknown``.
    """
    with inside.store.unit(org_id) as unit:
        blobs = end_in(
            unit, [link_of(unit.items.get(KIND, link_id))], actor, inside.clock.now(), why=why
        )
        found = link_of(unit.items.get(KIND, link_id))
        unit.commit()
    _remove(inside, org_id, blobs)
    return found


def revoke_about(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    actor: Actor,
    *,
    why: str = "protected-move",
    purpose: Purpose | None = None,
) -> int:
    """Revoke every link about a pupil; return how many were open.

    :param purpose: only those for this.
    """
    with inside.store.unit(org_id) as unit:
        open_ = [
            one
            for one in links_about(unit, pupil_id, purpose)
            if one.state in (LinkState.OPEN, LinkState.LOCKED)
        ]
        blobs = end_in(unit, open_, actor, inside.clock.now(), why=why)
        unit.commit()
    _remove(inside, org_id, blobs)
    return len(open_)


def _remove(inside: Inside, org_id: str, blobs: Iterable[str]) -> None:
    for name in blobs:
        inside.blobs.delete(org_id, name)
