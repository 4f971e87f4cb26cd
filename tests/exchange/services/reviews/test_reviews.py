"""A review from its planning to the authority's decision, at the school and at the authority."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.domain.clocks import Standing
from exchange.domain.protection import Why
from exchange.errors import Conflict, DestinationRefused, NotFound, Refused, UsageError
from exchange.services.boards import LeaversBoard
from exchange.services.edit_record import current_record
from exchange.services.keep_pupil import keep_record
from exchange.services.protect import protect
from exchange.services.recall import recall
from exchange.services.reviews.board import PlanRow, plan_rows
from exchange.services.reviews.keeping import review_of, reviews_about
from exchange.services.reviews.model import Guest, Outcome, Review, ReviewState, SentHow
from exchange.services.reviews.noting import note_decision, note_handed_over
from exchange.services.reviews.planning import (
    cancel_review,
    choose_papers,
    invite,
    note_guest,
    note_held,
    plan_meeting,
)
from exchange.services.reviews.reporting import finish_report, gaps, save_report
from exchange.services.reviews.reports import Received, all_received, record_outcome
from exchange.services.reviews.sending import going, send_anew, send_report
from exchange.services.reviews.timing import clocks_of, next_of
from schemas.annual_review import AnnualReview, InvitedAs, Recommendation, ReviewKind
from schemas.base import dump_bytes
from schemas.ehc import EhcPlan, EhcStatus
from tests.exchange.services.desk import CASEWORKER
from tests.exchange.services.reviews.planned import (
    MEETING,
    TODAY,
    WRITTEN,
    begun,
    finished,
    with_plan,
)
from tests.exchange.services.town import COUNCIL, HEAD, PDF, PRIMARY, SENCO, Town


def test_a_review_is_kept_as_it_was_written(town: Town) -> None:
    inside = town.primary.inside
    pupil_id = with_plan(town)
    made = begun(town, pupil_id)
    guest = Guest("Dr Ida Moss", InvitedAs.HEALTH, asked=TODAY)
    made = invite(inside, PRIMARY, made.review_id, guest, SENCO)
    answered = replace(guest, answered=TODAY)
    made = note_guest(inside, PRIMARY, made.review_id, 0, answered, SENCO, based_on=made.version)
    with inside.store.reading(PRIMARY) as unit:
        assert review_of(unit, made.review_id) == made
        assert reviews_about(unit, pupil_id) == (made,)
    assert made.guests == (answered,)


def test_a_pupil_has_one_open_review_at_a_time(town: Town) -> None:
    pupil_id = with_plan(town)
    first = begun(town, pupil_id)
    with pytest.raises(Conflict) as refused:
        begun(town, pupil_id)
    assert refused.value.code == "review-open"
    cancel_review(town.primary.inside, PRIMARY, first.review_id, SENCO, based_on=first.version)
    assert begun(town, pupil_id).is_open


def test_of_two_who_write_the_second_is_told(town: Town) -> None:
    inside = town.primary.inside
    made = begun(town, with_plan(town))
    save_report(inside, PRIMARY, made.review_id, WRITTEN, SENCO, based_on=made.version)
    with pytest.raises(Conflict) as refused:
        save_report(inside, PRIMARY, made.review_id, {}, SENCO, based_on=made.version)
    assert refused.value.code == "item-changed"
    with inside.store.reading(PRIMARY) as unit:
        assert review_of(unit, made.review_id).report == WRITTEN


def test_the_clocks_of_a_review_run_from_its_meeting(town: Town) -> None:
    made = begun(town, with_plan(town), MEETING)
    assert [(one.clock.rule.code, one.clock.due - MEETING) for one in clocks_of(made, TODAY)] == [
        ("review-papers", timedelta(days=-14)),
        ("review-report", timedelta(days=14)),
        ("review-decision", timedelta(days=28)),
    ]
    first = next_of(made, TODAY)
    assert first is not None
    assert (first.clock.rule.code, first.standing) == ("review-papers", Standing.LATE)
    held = next_of(replace(made, held=True), TODAY)
    assert held is not None
    assert held.clock.rule.code == "review-report"
    decided = replace(
        made, held=True, sent=TODAY, outcome=Outcome.AMEND, decided=TODAY, notice=TODAY
    )
    last = next_of(decided, TODAY)
    assert last is not None
    assert (last.clock.rule.code, last.clock.due) == ("review-amended", TODAY + timedelta(days=56))


def test_a_report_is_not_finished_before_the_meeting_or_without_a_recommendation(
    town: Town,
) -> None:
    inside = town.primary.inside
    made = begun(town, with_plan(town))
    with pytest.raises(UsageError) as early:
        finish_report(inside, PRIMARY, made.review_id, SENCO)
    assert early.value.code == "meeting-not-held"
    note_held(inside, PRIMARY, made.review_id, MEETING, [], SENCO, based_on=made.version)
    with pytest.raises(UsageError) as bare:
        finish_report(inside, PRIMARY, made.review_id, SENCO)
    assert bare.value.code == "recommendation-missing"


def test_a_year_mistyped_is_refused_before_a_list_chokes_on_it(town: Town) -> None:
    inside, long_ago = town.primary.inside, date(2006, 6, 20)
    pupil_id = with_plan(town)
    with pytest.raises(UsageError, match="date-unlikely"):
        begun(town, pupil_id, long_ago)
    made = begun(town, pupil_id)
    with pytest.raises(UsageError, match="date-unlikely"):
        plan_meeting(inside, PRIMARY, made.review_id, long_ago, "", SENCO, based_on=made.version)
    with pytest.raises(UsageError, match="date-unlikely"):
        note_held(inside, PRIMARY, made.review_id, long_ago, [], SENCO, based_on=made.version)


def test_a_report_of_no_day_that_the_law_knows_is_listed_without_clocks(town: Town) -> None:
    came = Received(
        report_id="r",
        sender=PRIMARY,
        bundle_id="b",
        child="Ann",
        surname="Oak",
        kind=ReviewKind.ANNUAL,
        meeting=date(206, 6, 20),
        came=TODAY,
        recommendation=Recommendation.AMEND,
    )
    assert came.clocks(TODAY) == ()
    assert len(replace(came, meeting=MEETING).clocks(TODAY)) == 1


def test_what_a_report_lacks_only_warns(town: Town) -> None:
    made = finished(town, with_plan(town))
    assert gaps(made) == ("family_views", "progress")
    assert made.finished == TODAY


def test_the_report_reaches_the_authority_with_the_papers_that_may_go(town: Town) -> None:
    inside, council = town.primary.inside, town.council
    pupil_id = with_plan(town)
    paper = town.attach(pupil_id).document.document_id
    other = town.attach(pupil_id, PDF + b"% another\n").document.document_id
    made = finished(town, pupil_id)
    made = choose_papers(
        inside, PRIMARY, made.review_id, [paper], MEETING, SENCO, based_on=made.version
    )
    with inside.store.reading(PRIMARY) as unit:
        seen = going(inside, unit, made)
    assert seen.authority is not None
    assert seen.authority.org_id == COUNCIL
    made = send_report(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    assert (made.sent, made.sent_how) == (TODAY, SentHow.PACK)
    transfer = town.primary.transfer(made.bundle_id)
    going_refs = {one.ref for one in transfer.disclosed}
    assert paper in going_refs
    assert other not in going_refs
    assert transfer.kind == "report"

    town.settle()
    with council.store.reading(COUNCIL) as unit:
        (came,) = all_received(unit)
    assert (came.bundle_id, came.sender) == (made.bundle_id, PRIMARY)
    assert came.child.endswith("Oak")
    assert (came.meeting, came.recommendation) == (MEETING, Recommendation.AMEND)
    (decision,) = came.clocks(TODAY)
    assert decision.clock.due == MEETING + timedelta(days=28)  # whenever the report came


def test_a_report_that_was_called_back_unseen_is_forgotten(town: Town) -> None:
    inside = town.primary.inside
    made = finished(town, with_plan(town))
    made = send_report(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    town.settle()
    recall(inside, PRIMARY, made.bundle_id, SENCO)
    town.settle()
    with town.council.store.reading(COUNCIL) as unit:
        assert not list(all_received(unit))


def test_a_report_that_was_called_back_is_written_and_sent_anew(town: Town) -> None:
    inside = town.primary.inside
    made = finished(town, with_plan(town))
    made = send_report(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    first = made.bundle_id
    with pytest.raises(Conflict) as refused:
        send_anew(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    assert refused.value.code == "report-sent"
    town.settle()
    recall(inside, PRIMARY, first, SENCO)
    town.settle()
    made = send_anew(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    assert (made.sent, made.bundle_id) == (None, "")
    told = {**WRITTEN, "recommendation": "end"}
    made = save_report(inside, PRIMARY, made.review_id, told, SENCO, based_on=made.version)
    made = finish_report(inside, PRIMARY, made.review_id, SENCO)
    send_report(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    town.settle()
    with town.council.store.reading(COUNCIL) as unit:
        (came,) = all_received(unit)
    assert came.recommendation is Recommendation.END
    assert came.bundle_id != first


def test_a_report_is_sent_once(town: Town) -> None:
    inside = town.primary.inside
    made = finished(town, with_plan(town))
    made = send_report(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    with pytest.raises(Conflict) as refused:
        send_report(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    assert refused.value.code == "report-sent"
    with pytest.raises(Conflict):
        save_report(inside, PRIMARY, made.review_id, {}, SENCO, based_on=made.version)
    assert len(town.primary.transfers()) == 1


def test_an_unfinished_report_does_not_go(town: Town) -> None:
    made = begun(town, with_plan(town))
    with pytest.raises(UsageError) as refused:
        send_report(town.primary.inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    assert refused.value.code == "report-unfinished"


def test_a_council_that_has_not_joined_gets_the_report_by_hand(town: Town) -> None:
    inside = town.primary.inside
    made = finished(town, with_plan(town, authority="301"))
    with pytest.raises(DestinationRefused) as refused:
        send_report(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    assert refused.value.code == "council-not-joined"
    made = note_handed_over(inside, PRIMARY, made.review_id, TODAY, SENCO, based_on=made.version)
    assert (made.sent, made.sent_how) == (TODAY, SentHow.BY_HAND)


def test_nothing_is_sent_about_a_protected_move(town: Town) -> None:
    inside = town.primary.inside
    pupil_id = with_plan(town)
    made = finished(town, pupil_id)
    protect(inside, PRIMARY, pupil_id, Why.DOMESTIC_ABUSE, ("a", "b"), HEAD)
    with pytest.raises(Refused) as refused:
        send_report(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    assert refused.value.code == "protected-move"
    assert not town.primary.transfers()


def test_papers_of_another_pupil_are_not_chosen(town: Town) -> None:
    inside = town.primary.inside
    made = begun(town, with_plan(town))
    other = town.attach(town.leaver(1)).document.document_id
    with pytest.raises(NotFound):
        choose_papers(inside, PRIMARY, made.review_id, [other], None, SENCO, based_on=1)


def test_the_decision_closes_a_review_once_nothing_is_left(town: Town) -> None:
    inside = town.primary.inside
    made = finished(town, with_plan(town))
    made = send_report(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)

    def decide(made: Review, outcome: Outcome, final: date | None) -> Review:
        return note_decision(
            inside,
            PRIMARY,
            made.review_id,
            outcome,
            TODAY,
            TODAY,
            final,
            SENCO,
            based_on=made.version,
        )

    made = decide(made, Outcome.AMEND, None)
    assert made.state is ReviewState.OPEN
    assert decide(made, Outcome.AMEND, TODAY).state is ReviewState.CLOSED


def test_the_authority_needs_the_day_of_its_notice(town: Town) -> None:
    inside, council = town.primary.inside, town.council.inside
    made = finished(town, with_plan(town))
    send_report(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    town.settle()
    with council.store.reading(COUNCIL) as unit:
        (came,) = all_received(unit)

    def record(outcome: Outcome, notice: date | None) -> object:
        return record_outcome(
            council,
            COUNCIL,
            came.report_id,
            outcome,
            TODAY,
            notice,
            None,
            CASEWORKER,
            based_on=came.version,
        )

    with pytest.raises(UsageError) as refused:
        record(Outcome.AMEND, None)
    assert refused.value.code == "notice-missing"
    record(Outcome.AMEND, TODAY)
    with council.store.reading(COUNCIL) as unit:
        (came,) = all_received(unit)
    assert [one.clock.rule.code for one in came.clocks(TODAY)] == [
        "review-decision",
        "review-amended",
    ]
    assert came.state == "decided"


def test_the_board_shows_plans_alone_and_what_needs_attention_first(town: Town) -> None:
    inside = town.primary.inside
    board = LeaversBoard(inside)

    def shown() -> list[PlanRow]:
        with inside.store.reading(PRIMARY) as unit:
            return plan_rows(unit, board.by_key(PRIMARY), TODAY)

    town.leaver(3)  # without a plan
    far = with_plan(town, 0, last_review=TODAY - timedelta(days=10))
    soon = with_plan(town, 1)
    unknown = with_plan(town, 2)
    plan = EhcPlan(subject=unknown, authority="820", status=EhcStatus.FINAL)
    keep_record(town.primary.inside, PRIMARY, unknown, dump_bytes(plan), SENCO)
    assert [(one.pupil_id, one.attention) for one in shown()] == [
        (unknown, True),
        (soon, True),
        (far, False),
    ]
    begun(town, soon, TODAY + timedelta(days=30))
    assert [one.pupil_id for one in shown() if one.attention] == [unknown]


def test_the_record_is_one_of_the_pupil_so_that_it_goes_on_with_them(town: Town) -> None:
    pupil_id = with_plan(town)
    finished(town, pupil_id)
    with town.primary.inside.store.reading(PRIMARY) as unit:
        record = current_record(unit, pupil_id, AnnualReview)
    assert record is not None
    assert record.authority == "820"
    assert record.changes == WRITTEN["changes"]
