"""What a case shows of its packs, and which of them an answer goes to."""

from __future__ import annotations

from datetime import date

from exchange.services.cases import Case, CaseState, Decision, record_decision
from exchange.services.cases.contents import CaseContents, contents_of
from exchange.services.cases.joining import join_cases
from schemas.ehc_request import RequestStatus
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL, PRIMARY

FIRST = date(2026, 7, 1)


def shown(desk: Desk) -> CaseContents:
    """Return what the page of the only case shows of its packs."""
    found = contents_of(desk.inside, COUNCIL, desk.only, CASEWORKER)
    assert found is not None
    return found


def withdrawn(desk: Desk, first: str) -> None:
    desk.asked(
        edition=2,
        supersedes=first,
        status=RequestStatus.WITHDRAWN,
        withdrawn_because="The family moves away.",
    )


def test_a_withdrawal_hides_nothing_of_what_was_asked(desk: Desk) -> None:
    first = desk.asked(needs_reason="She reads two years behind.")
    withdrawn(desk, first)
    found = shown(desk)
    assert found.page.arrival.bundle_id == first
    assert found.request is not None
    assert found.request.needs_reason == "She reads two years behind."
    assert found.shown is not None
    assert found.withdrawn_because == "The family moves away."


def test_a_withdrawal_alone_says_why(desk: Desk) -> None:
    withdrawn(desk, desk.asked(broken=True))
    found = shown(desk)
    assert (found.withdrawn_because, found.shown) == ("The family moves away.", None)


def test_an_update_is_shown_and_nothing_is_withdrawn(desk: Desk) -> None:
    first = desk.asked()
    second = desk.asked(edition=2, supersedes=first)
    found = shown(desk)
    assert (found.page.arrival.bundle_id, found.withdrawn_because) == (second, "")


def test_a_damaged_update_leaves_what_can_be_read(desk: Desk) -> None:
    first = desk.asked()
    second = desk.asked(edition=2, supersedes=first)
    blob = desk.house.arrival(second).blob
    assert blob is not None
    desk.inside.blobs.delete(COUNCIL, blob)
    found = shown(desk)
    assert (found.page.arrival.bundle_id, found.skipped) == (first, 1)


def answered(desk: Desk, held: Case) -> str | None:
    """Decide about a case, and return the pack that the school's message answers."""
    decision = Decision("assess", yes=True, decided=FIRST, reasons="", told=FIRST)
    record_decision(desk.inside, COUNCIL, held.case_id, decision, CASEWORKER)
    desk.town.settle()
    (arrival,) = [one for one in desk.town.primary.arrivals() if one.kind == "message"][-1:]
    return arrival.in_reply_to


def test_an_answer_goes_to_the_pack_that_could_be_read(desk: Desk) -> None:
    first = desk.asked()
    failed = desk.asked(edition=2, supersedes=first, broken=True)
    good, held = sorted(desk.cases, key=lambda one: one.state is CaseState.HELD)
    joined = join_cases(desk.inside, COUNCIL, held.case_id, good.case_id, CASEWORKER)
    assert [one.bundle_id for one in joined.packs] == [first, failed]
    assert answered(desk, joined) == first


def test_an_answer_goes_to_the_school_that_the_case_shows(desk: Desk) -> None:
    first = desk.asked()
    other = desk.asked(sender="secondary")
    mine, theirs = sorted(desk.cases, key=lambda one: one.school_org != PRIMARY)
    assert theirs.transfer_id == other
    joined = join_cases(desk.inside, COUNCIL, theirs.case_id, mine.case_id, CASEWORKER)
    assert joined.packs[-1].bundle_id == other  # the newer one, of the other school
    assert answered(desk, joined) == first
