"""Look at a request before it goes: the grid, exactly what goes, a print, a PDF."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from exchange.domain.access import LABELS
from exchange.domain.disclosure import Outcome
from exchange.errors import SettingsError
from exchange.services.edit_record import current_pupil
from exchange.services.ehc_request.again import Again, why_again
from exchange.services.ehc_request.outlook import Outlook, outlook, retold_and_withheld
from exchange.services.ehc_request.papers import form_of as form_pdf
from exchange.services.ehc_request.sending import declared
from exchange.services.ehc_request.told import RECORDS, chapters, reach
from exchange.services.people.names import organisation_name
from exchange.web.here import actor, inside, org_id, parts, role
from exchange.web.pupils.sending import rows_of
from exchange.web.requests.head import Desk, desk_of
from exchange.web.words import day
from schemas.ehc_request import RequestStatus
from schemas.pupil import Pupil


def seen_of(desk: Desk) -> Outlook:
    """Return what would go now.

    :raises Refused: ``protected-move``.
    """
    with inside().store.reading(org_id()) as unit:
        return outlook(inside(), unit, org_id(), desk.file)


def again_of(desk: Desk) -> Again:
    """Return why the request may go again though nothing in it was changed."""
    with inside().store.reading(org_id()) as unit:
        return why_again(unit, desk.file, desk.council)


def check(ehc: str) -> Any:
    """Show the grid with what is missing, and exactly what goes; it warns and refuses nothing."""
    desk = desk_of(ehc)
    seen = seen_of(desk)
    pupil = desk.file.pupil_id
    groups = [
        ("Needs a decision", rows_of(pupil, seen.of(Outcome.NEEDS_DECISION))),
        ("Goes", rows_of(pupil, seen.of(Outcome.ALLOWED))),
        ("Stays here", rows_of(pupil, seen.of(Outcome.WITHHELD))),
    ]
    return render_template(
        "requests/check.html",
        **desk.shared(
            seen=seen,
            again="" if seen.changed else again_of(desk),
            groups=groups,
            chapters=[*reach(_pupil(desk)), *chapters(seen.record)],
            titles=desk.titles,
            names=RECORDS,
            retold=retold_and_withheld(seen),
        ),
    )


def printed(ehc: str) -> Any:
    """Show the request in words, to be printed."""
    desk = desk_of(ehc)
    seen = seen_of(desk)
    return render_template(
        "requests/printed.html",
        **desk.shared(
            seen=seen, chapters=[*reach(_pupil(desk)), *chapters(seen.record)], school=_school()
        ),
    )


def pdf(ehc: str) -> Response:
    """Hand the request out as a PDF, as it would go now.

    :raises SettingsError: ``renderer-missing``: this node makes no PDFs.
    """
    renderer = parts().renderer
    if renderer is None:
        raise SettingsError("renderer-missing", "/renderer", "Ask your administrator.")
    desk = desk_of(ehc)
    seen = seen_of(desk)
    pupil = _pupil(desk)
    status = RequestStatus.UPDATED if desk.file.editions else RequestStatus.MADE
    record = declared(inside(), org_id(), seen, status, LABELS[role()], actor())
    made = form_pdf(_school(), seen, record, pupil, renderer, _standing(desk, seen))
    answer = Response(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="request.pdf"'
    return answer


def _standing(desk: Desk, seen: Outlook) -> str:
    """Return who made the request; of a draft that nobody has."""
    last = desk.file.last
    if last is None or seen.changed:
        return "A draft. Nobody has made the request in these words yet."
    return f"Made by {last.by} on {day(last.at)}."


def _pupil(desk: Desk) -> Pupil:
    with inside().store.reading(org_id()) as unit:
        return current_pupil(unit, desk.file.pupil_id)


def _school() -> str:
    return organisation_name(inside(), org_id())
