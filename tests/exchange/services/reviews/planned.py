"""Reviews at the primary school of the town, as far as a test wants them."""

from __future__ import annotations

from datetime import date, timedelta

from exchange.domain.clocks import london_day
from exchange.services.keep_pupil import keep_record
from exchange.services.reviews.keeping import begin_review
from exchange.services.reviews.model import Review
from exchange.services.reviews.planning import note_held
from exchange.services.reviews.reporting import finish_report, save_report
from exchange.services.reviews.reports import Received, all_received
from exchange.services.reviews.sending import send_report
from schemas.annual_review import ReviewKind
from schemas.base import dump_bytes
from schemas.ehc import EhcPlan, EhcStatus
from tests.exchange.services.town import COUNCIL, NOW, PRIMARY, SENCO, Town

TODAY = london_day(NOW)
MEETING = TODAY - timedelta(days=3)
WRITTEN = {
    "recommendation": "amend",
    "sections": "E F",
    "child_views": "I like the small group.",
    "changes": "A new outcome about reading.",
}


def with_plan(
    town: Town, number: int = 0, authority: str = "820", born: date | None = None, **told: object
) -> str:
    """Add a pupil with a plan; return the reference."""
    changes: dict[str, object] = {"date_of_birth": born} if born else {}
    pupil_id = town.leaver(number, nc_year="4", **changes)
    plan = EhcPlan(
        subject=pupil_id,
        authority=authority,
        status=EhcStatus.FINAL,
        issued=TODAY - timedelta(days=330),
        **told,  # type: ignore[arg-type]
    )
    keep_record(town.primary.inside, PRIMARY, pupil_id, dump_bytes(plan), SENCO)
    return pupil_id


def begun(town: Town, pupil_id: str, meeting: date = MEETING) -> Review:
    """Begin the review of a pupil's plan."""
    inside = town.primary.inside
    return begin_review(inside, PRIMARY, pupil_id, ReviewKind.ANNUAL, meeting, "Library", SENCO)


def finished(town: Town, pupil_id: str) -> Review:
    """Return a pupil's review after its report was finished."""
    inside = town.primary.inside
    made = begun(town, pupil_id)
    made = note_held(inside, PRIMARY, made.review_id, MEETING, [], SENCO, based_on=made.version)
    made = save_report(inside, PRIMARY, made.review_id, WRITTEN, SENCO, based_on=made.version)
    return finish_report(inside, PRIMARY, made.review_id, SENCO)


def reported(town: Town, born: date | None = None) -> tuple[Review, Received]:
    """Return a review whose report reached the council, and the report as the council has it."""
    made = finished(town, with_plan(town, born=born))
    made = send_report(town.primary.inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    town.settle()
    with town.council.store.reading(COUNCIL) as unit:
        found = next(one for one in all_received(unit) if one.bundle_id == made.bundle_id)
    return made, found
