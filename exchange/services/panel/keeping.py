"""Meetings as items: looked up, kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from exchange.errors import NotFound
from exchange.ports import UnitOfWork
from exchange.services.inside import Inside
from exchange.services.panel.codec import MEETING, meeting_item, read_meeting
from exchange.services.panel.model import LONDON, Meeting


def get_meeting(unit: UnitOfWork, meeting_id: str) -> Meeting:
    """Return one meeting.

    :raises NotFound: ``meeting-unknown``.
    """
    try:
        return read_meeting(unit.items.get(MEETING, meeting_id))
    except NotFound:
        raise NotFound("meeting-unknown") from None


def meetings(unit: UnitOfWork) -> Sequence[Meeting]:
    """Return all meetings, the next or newest first; cancelled ones are left out."""
    found = (read_meeting(one) for one in unit.items.all(MEETING))
    return sorted((one for one in found if not one.cancelled), key=lambda one: one.on, reverse=True)


def meeting_of(unit: UnitOfWork, case_id: str, now: datetime) -> Meeting | None:
    """Return the next meeting on whose list a case is, else the last one, or None."""
    today = now.astimezone(LONDON).date()
    found = [one for one in meetings(unit) if one.case(case_id) is not None]
    coming = [one for one in found if one.on >= today]
    return coming[-1] if coming else found[0] if found else None


def put_meeting(inside: Inside, unit: UnitOfWork, changed: Meeting) -> Meeting:
    """Replace a meeting in the caller's unit of work, who writes the book and commits.

    :raises Conflict: ``item-changed``.
    """
    now = inside.clock.now()
    stored = unit.items.update(meeting_item(replace(changed, updated_at=now)))
    return replace(changed, updated_at=now, version=stored.version)
