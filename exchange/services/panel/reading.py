"""Who may read a pack, until when; and reading it, each look a line in the book.

A member of the panel reads the packs of meetings they sit in, from when the papers were circulated
until the days after the meeting are over, and from no other. Whoever is taken off, or loses the
role, reads nothing from that moment: nothing is remembered, each look asks anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.errors import Conflict, NotFound
from exchange.ports import Actor, UnitOfWork
from exchange.services.cases import Case, case
from exchange.services.inside import Inside
from exchange.services.panel.keeping import get_meeting, meetings
from exchange.services.panel.model import Meeting, PanelPack
from exchange.services.panel.ordering import get_pack, no_longer_fits
from exchange.services.sealed_document import SealedDocument


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks.

    :param caseworker: works the authority's cases, and so reads every pack of theirs.
    """

    account_id: str
    actor: Actor
    caseworker: bool = False


def meetings_for(inside: Inside, unit: UnitOfWork, reader: Reader) -> Sequence[Meeting]:
    """Return the meetings that somebody sees, the newest first."""
    found = meetings(unit)
    if reader.caseworker:
        return found
    now = inside.clock.now()
    return [one for one in found if one.is_open_to(reader.account_id, now)]


def meeting_for(inside: Inside, unit: UnitOfWork, meeting_id: str, reader: Reader) -> Meeting:
    """Return a meeting that somebody sees.

    :raises NotFound: ``meeting-unknown``; also where it is not theirs, or over for them.
    """
    found = get_meeting(unit, meeting_id)
    if not reader.caseworker and not found.is_open_to(reader.account_id, inside.clock.now()):
        raise NotFound("meeting-unknown")
    return found


def pack_for(
    inside: Inside, unit: UnitOfWork, pack_id: str, reader: Reader
) -> tuple[PanelPack, Case]:
    """Return a pack that somebody may read.

    :raises NotFound: ``pack-unknown``: there is none, or it is not theirs, or over for them.
    :raises Conflict: ``papers-changed``: something in it was marked or removed since.
    """
    made = get_pack(unit, pack_id)
    if not reader.caseworker:
        now = inside.clock.now()
        theirs = any(
            one.case(made.case_id) is not None and one.is_open_to(reader.account_id, now)
            for one in meetings(unit)
        )
        if not theirs:
            raise NotFound("pack-unknown")
    if not made.is_ready:
        raise NotFound("pack-unknown")
    if no_longer_fits(inside, unit, made):
        hint = "Something in it was marked or removed since it was made. Make it again."
        raise Conflict("papers-changed", "/pack", hint)
    return made, case(unit, made.case_id)


def look(
    inside: Inside, org_id: str, pack_id: str, reader: Reader, how: str
) -> tuple[PanelPack, Case]:
    """Return a pack for its reader; the look is in the book before anything is shown.

    :param how: ``index``, ``read`` or ``download``.
    :raises NotFound: ``pack-unknown``.
    :raises Conflict: ``papers-changed``.
    """
    with inside.store.unit(org_id) as unit:
        found = pack_for(inside, unit, pack_id, reader)
        detail = {"case": found[0].case_id, "how": how}
        unit.audit.record(reader.actor, "panel-pack.viewed", "panel-pack", pack_id, detail=detail)
        unit.commit()
    return found


def plain(inside: Inside, org_id: str, made: PanelPack) -> SealedDocument:
    """Return a pack's bytes, to be opened while they are sent; its name tells no child's."""
    return SealedDocument(inside, org_id, made.blob, "panel-pack.pdf")
