"""What an authority decides after a review comes back to the school and is filed by the worker."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.errors import Conflict, NotFound, UsageError
from exchange.services.accept import reject
from exchange.services.cases.joining import join_cases
from exchange.services.cases.model import Case, CaseState
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.record_source import record_source
from exchange.services.reviews.keeping import review_of
from exchange.services.reviews.model import Outcome, Review, ReviewState
from exchange.services.reviews.noting import note_decision
from exchange.services.reviews.placing import (
    candidates,
    case_of_report,
    link_report,
    part_report,
    reports_of_case,
)
from exchange.services.reviews.reports import Received, all_received, received, record_outcome
from exchange.services.reviews.sending import send_anew, send_report
from exchange.services.reviews.timing import soonest
from schemas.people import Person
from schemas.review_decision import ReviewDecision
from schemas.statement import BundleKind
from tests.exchange.services.cases.asked import Desk
from tests.exchange.services.desk import CASEWORKER
from tests.exchange.services.reviews.planned import MEETING, TODAY, reported
from tests.exchange.services.town import COUNCIL, PRIMARY, SECONDARY, SENCO, House, Town


def at_school(town: Town, review: Review) -> Review:
    with town.primary.store.reading(PRIMARY) as unit:
        return review_of(unit, review.review_id)


def decide(
    town: Town, report: Received, outcome: Outcome, final: date | None = None, **told: object
) -> Received:
    notice = TODAY if outcome is Outcome.AMEND else None
    return record_outcome(
        town.council.inside,
        COUNCIL,
        report.report_id,
        outcome,
        TODAY,
        notice,
        final,
        CASEWORKER,
        **{"based_on": report.version, **told},  # type: ignore[arg-type]
    )


def test_the_decision_comes_back_and_is_filed_at_the_review(town: Town) -> None:
    review, report = reported(town)
    made = decide(town, report, Outcome.AMEND, reasons="Outcome 1 was reached.")
    assert made.message_id
    assert town.council.transfer(made.message_id).pupil_id is None
    assert at_school(town, review).outcome is None  # not before it came
    town.settle()
    filed = at_school(town, review)
    assert (filed.outcome, filed.decided, filed.notice) == (Outcome.AMEND, TODAY, TODAY)
    assert (filed.reasons, filed.told_by) == ("Outcome 1 was reached.", made.message_id)
    assert filed.state is ReviewState.OPEN  # the amended plan is still to come
    (entry,) = [one for one in town.primary.book() if one.action == "review.decided"]
    assert (entry.actor, entry.detail["by"]) == ("worker", "pack")

    decide(town, made, Outcome.AMEND, final=TODAY)
    town.settle()
    filed = at_school(town, review)
    assert (filed.final, filed.state) == (TODAY, ReviewState.CLOSED)


def test_what_the_school_was_told_already_is_not_told_again(town: Town) -> None:
    _, report = reported(town)
    made = decide(town, report, Outcome.KEEP)
    assert decide(town, made, Outcome.KEEP) == made
    assert len(town.council.transfers()) == 1


def test_the_authoritys_own_word_stands_before_what_was_entered_from_a_letter(town: Town) -> None:
    review, report = reported(town)
    note_decision(
        town.primary.inside,
        PRIMARY,
        review.review_id,
        Outcome.KEEP,
        TODAY,
        None,
        None,
        SENCO,
        based_on=review.version,
    )
    assert at_school(town, review).state is ReviewState.CLOSED
    decide(town, report, Outcome.AMEND)
    town.settle()
    filed = at_school(town, review)
    assert (filed.outcome, filed.state) == (Outcome.AMEND, ReviewState.OPEN)


def test_of_two_caseworkers_the_second_is_told_and_sends_nothing(town: Town) -> None:
    _, report = reported(town)
    decide(town, report, Outcome.KEEP)
    blobs = town.council.blob_names()
    with pytest.raises(Conflict) as refused:
        decide(town, report, Outcome.END)
    assert refused.value.code == "item-changed"
    assert len(town.council.transfers()) == 1
    assert town.council.blob_names() == blobs


def test_a_plan_that_is_kept_has_no_notice(town: Town) -> None:
    _, report = reported(town)
    with pytest.raises(UsageError) as refused:
        decide(town, report, Outcome.KEEP, final=TODAY)
    assert refused.value.code == "notice-unexpected"


@pytest.mark.parametrize(
    ("sender", "meeting"), [(SECONDARY, MEETING), (COUNCIL, MEETING - timedelta(days=1))]
)
def test_what_answers_nothing_of_ours_changes_nothing(
    town: Town, sender: str, meeting: date
) -> None:
    review, _ = reported(town)
    record = ReviewDecision(
        subject=review.pupil_id,
        meeting=meeting,
        outcome=Outcome.END,
        told=TODAY,
        decided_by=Person(name="Somebody", role="la-caseworker"),
    )
    house = town.house(sender)
    _send(house, record, review.bundle_id)
    town.settle()
    assert at_school(town, review).outcome is None
    assert [one.kind for one in town.primary.arrivals()] == ["message"]  # it did come


def _send(house: House, record: ReviewDecision, in_reply_to: str) -> None:
    order = Order(kind=BundleKind.MESSAGE, purpose="ehc-plan-review", in_reply_to=in_reply_to)
    source = record_source(record, "review-decision")
    queued = queue_bundle(
        house.inside, house.org_id, PRIMARY, "general", record.subject, [source], order
    )
    with house.store.unit(house.org_id) as unit:
        unit.transfers.add(replace(queued, pupil_id=None))
        unit.audit.record(CASEWORKER, "test.sent", "transfer", queued.bundle_id)
        unit.commit()


def test_a_report_stands_at_the_case_of_its_child(town: Town) -> None:
    desk = Desk(town)
    desk.asked(0)
    mine = desk.only
    desk.asked(1)
    (others,) = [one for one in desk.cases if one.case_id != mine.case_id]
    _, report = reported(town)
    with town.council.store.reading(COUNCIL) as unit:
        assert case_of_report(unit, report.report_id) == mine.case_id
        assert [one.report_id for one in reports_of_case(unit, mine.case_id)] == [report.report_id]
        assert not reports_of_case(unit, others.case_id)
        (clock,) = report.clocks(TODAY)
    assert clock.clock.due == MEETING + timedelta(days=28)


def joined(desk: Desk, gone: Case, into: Case) -> None:
    join_cases(desk.inside, COUNCIL, gone.case_id, into.case_id, CASEWORKER)


def test_a_joined_case_has_the_reviews_of_both(town: Town) -> None:
    desk = Desk(town)
    desk.asked(0)
    old = desk.only
    _, report = reported(town)
    desk.asked(0, edition=2)
    (new,) = [one for one in desk.cases if one.case_id != old.case_id]
    joined(desk, old, new)
    with town.council.store.reading(COUNCIL) as unit:
        assert case_of_report(unit, report.report_id) == new.case_id
        assert [one.report_id for one in reports_of_case(unit, new.case_id)] == [report.report_id]
        assert not reports_of_case(unit, old.case_id)


def test_a_report_does_not_go_to_the_case_that_was_joined_away(town: Town) -> None:
    desk = Desk(town)
    desk.asked(0)
    kept = desk.only
    town.clock.pass_(days=1)
    desk.asked(0, edition=2)
    (gone,) = [one for one in desk.cases if one.case_id != kept.case_id]
    joined(desk, gone, kept)
    gone = desk.again(gone.case_id)
    assert gone.state is CaseState.CLOSED
    assert gone.reached > kept.reached
    _, report = reported(town)
    with town.council.store.reading(COUNCIL) as unit:
        assert case_of_report(unit, report.report_id) == kept.case_id
        assert [one.case_id for one in candidates(unit, report)] == [kept.case_id, gone.case_id]


def test_a_person_says_of_whom_a_report_is_where_signs_disagree(town: Town) -> None:
    desk, council = Desk(town), town.council.inside
    desk.asked(0)
    mine = desk.only
    _, report = reported(town, born=date(2016, 1, 1))
    with council.store.reading(COUNCIL) as unit:
        assert case_of_report(unit, report.report_id) is None
        assert [one.case_id for one in candidates(unit, report)] == [mine.case_id]
    link_report(council, COUNCIL, report.report_id, mine.case_id, CASEWORKER)
    link_report(council, COUNCIL, report.report_id, mine.case_id, CASEWORKER)  # again: nothing
    with council.store.reading(COUNCIL) as unit:
        assert len(reports_of_case(unit, mine.case_id)) == 1
    part_report(council, COUNCIL, report.report_id, CASEWORKER)
    with council.store.reading(COUNCIL) as unit:
        assert not reports_of_case(unit, mine.case_id)
        assert received(unit, report.report_id) == report
    with pytest.raises(NotFound):
        link_report(council, COUNCIL, report.report_id, "no-such-case", CASEWORKER)


@pytest.mark.parametrize("code", ["not-wanted", "cannot-open", "not-our-pupil", "wrong-inbox"])
def test_a_report_that_is_sent_back_keeps_its_four_weeks_where_the_plan_is_ours(
    town: Town, code: str
) -> None:
    review, report = reported(town)
    council = town.council.inside

    def listed() -> list[Received]:
        with town.council.store.reading(COUNCIL) as unit:
            return list(all_received(unit))

    reject(council, COUNCIL, report.bundle_id, code, CASEWORKER, PRIMARY)
    town.settle()
    if code in ("not-our-pupil", "wrong-inbox"):
        assert listed() == []
        return
    (kept,) = listed()
    first = soonest(kept.clocks(TODAY))
    assert first is not None
    assert (kept.is_refused, first.clock.due) == (True, MEETING + timedelta(days=28))
    school, based = town.primary.inside, at_school(town, review).version
    again = send_anew(school, PRIMARY, review.review_id, SENCO, based_on=based)
    again = send_report(school, PRIMARY, again.review_id, SENCO, based_on=again.version)
    town.settle()
    (came,) = listed()  # the new one stands in its place
    assert (came.bundle_id, came.is_refused) == (again.bundle_id, False)
    reject(council, COUNCIL, came.bundle_id, code, CASEWORKER, PRIMARY)
    decided = decide(town, listed()[0], Outcome.KEEP)
    assert (decided.is_refused, soonest(decided.clocks(TODAY))) == (False, None)
