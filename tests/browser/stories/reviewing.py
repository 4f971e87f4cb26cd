"""Reviews of EHC plans at a school: one that is planned, one whose report is finished."""

from __future__ import annotations

from datetime import timedelta

from demo.material.places import LA_CODE
from exchange.services.keep_pupil import keep_record
from exchange.services.people.account import Account
from exchange.services.reviews.keeping import begin_review
from exchange.services.reviews.model import Guest, Review
from exchange.services.reviews.moves import keep_move, new_move
from exchange.services.reviews.planning import invite, note_held
from exchange.services.reviews.reporting import finish_report, save_report
from exchange.services.reviews.reports import all_received
from exchange.services.reviews.sending import send_report
from schemas.annual_review import InvitedAs, ReviewKind
from schemas.base import dump_bytes
from schemas.ehc import EhcPlan, EhcStatus
from tests.browser.days import today
from tests.browser.furnish import SENCO
from tests.browser.stories.council import caseworker
from tests.browser.stories.stage import Stage, Story, until

_WRITTEN = {
    "recommendation": "amend",
    "sections": "E F",
    "child_views": "I like the small group best.",
    "progress": "Outcome 1 was reached.",
}


def _with_plan(stage: Stage, forename: str, authority: str = "301") -> str:
    primary = stage.live["primary"]
    pupil_id = stage.child(forename, going=False)
    plan = EhcPlan(
        subject=pupil_id,
        authority=authority,
        status=EhcStatus.FINAL,
        issued=today() - timedelta(days=330),
    )
    keep_record(primary.node.inside, primary.org_id, pupil_id, dump_bytes(plan), SENCO)
    return pupil_id


def _planned(stage: Stage, _: Account) -> str:
    """A meeting in three weeks, with one person invited."""
    primary = stage.live["primary"]
    inside, here = primary.node.inside, primary.org_id
    pupil_id = _with_plan(stage, "Delphine")
    day = today() + timedelta(days=21)
    made = begin_review(inside, here, pupil_id, ReviewKind.ANNUAL, day, "2pm, library", SENCO)
    guest = Guest("Dr Ida Moss", InvitedAs.HEALTH, asked=today())
    invite(inside, here, made.review_id, guest, SENCO)
    return f"/reviews/{made.review_id}"


def _finished(stage: Stage, _: Account) -> str:
    """A report that is finished and did not go yet."""
    return f"/reviews/{_reported(stage, _with_plan(stage, 'Casimir')).review_id}"


def _reported(stage: Stage, pupil_id: str) -> Review:
    """Return the review of a child after its report was finished."""
    primary = stage.live["primary"]
    inside, here = primary.node.inside, primary.org_id
    day = today() - timedelta(days=4)
    made = begin_review(inside, here, pupil_id, ReviewKind.ANNUAL, day, "", SENCO)
    note_held(inside, here, made.review_id, day, [], SENCO, based_on=made.version)
    save_report(inside, here, made.review_id, _WRITTEN, SENCO, based_on=made.version + 1)
    return finish_report(inside, here, made.review_id, SENCO)


def _received(stage: Stage, _: Account) -> str:
    """A school's report reached the council."""
    primary, council = stage.live["primary"], stage.live["council"]
    made = _reported(stage, _with_plan(stage, "Leander", LA_CODE))
    inside, org_id = primary.node.inside, primary.org_id
    send_report(inside, org_id, made.review_id, SENCO, based_on=made.version, leave_undecided=True)

    def came() -> str | None:
        with council.node.inside.store.reading(council.org_id) as unit:
            found = [one.report_id for one in all_received(unit)]
        return found[-1] if found else None

    return f"/review-reports/{until('a report of a review', came)}"


def _move(stage: Stage, _: Account) -> str:
    """A child with a plan came to live in the council's area."""
    council = stage.live["council"]
    inside, org_id = council.node.inside, council.org_id
    made = new_move(inside, "in", "Kit Hollowgate", "Farshire", today() - timedelta(days=5))
    kept = keep_move(inside, org_id, made, caseworker(stage), new=True)
    return f"/plan-moves/{kept.move_id}"


def _new(stage: Stage, _: Account) -> str:
    """A plan of which nobody has planned the review."""
    return f"/pupils/{_with_plan(stage, 'Ottoline')}/review"


def _of(endpoint: str, path: str) -> Story:
    """Return the story of a page that belongs to one of the two reviews."""

    def tell(stage: Stage, account: Account) -> str:
        wanted = "reviews.send" if path == "/send" else "reviews.page"
        story = next(one for one in _BEGINNINGS if one.endpoint == wanted)
        return stage.path(story, account).removesuffix("/send") + path

    return Story(endpoint, "primary", tell)


_BEGINNINGS: tuple[Story, ...] = (
    Story("reviews.page", "primary", _planned),
    Story("reviews.send", "primary", lambda stage, who: f"{_finished(stage, who)}/send"),
)

STORIES: tuple[Story, ...] = (
    *_BEGINNINGS,
    Story("reviews.new", "primary", _new),
    _of("reviews.meeting", "/meeting"),
    _of("reviews.guests", "/people"),
    _of("reviews.guest", "/people/1"),
    _of("reviews.papers", "/papers"),
    _of("reviews.held", "/held"),
    _of("reviews.cancel", "/cancel"),
    _of("reviews.report", "/report"),
    Story(
        "reviews.told",
        "primary",
        lambda stage, who: stage.path(_BEGINNINGS[1], who).removesuffix("/send") + "/told",
    ),
    _of("reviews.outcome", "/decision"),
    Story("reviews.received", "council", _received),
    Story("reviews.move", "council", _move),
)
