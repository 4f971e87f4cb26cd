"""A meeting that was held: the plan's last review, and the report that everybody gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.errors import Conflict, UsageError
from exchange.services.edit_record import current_record
from exchange.services.reviews.model import Guest, Outcome, Review, ReviewState
from exchange.services.reviews.noting import note_decision, note_handed_over, note_invitees
from exchange.services.reviews.planning import cancel_review, invite, note_held, plan_meeting
from exchange.services.reviews.reporting import finish_report
from exchange.services.reviews.sending import send_report
from exchange.services.reviews.timing import TO_INVITED, clocks_of, next_of
from schemas.annual_review import InvitedAs
from schemas.ehc import EhcPlan
from tests.exchange.services.reviews.planned import MEETING, TODAY, begun, finished, with_plan
from tests.exchange.services.town import PRIMARY, SENCO, Town


def test_a_meeting_that_was_held_is_the_last_review_of_the_plan(town: Town) -> None:
    inside = town.primary.inside
    pupil_id = with_plan(town)
    made = begun(town, pupil_id)
    note_held(inside, PRIMARY, made.review_id, MEETING, [], SENCO, based_on=made.version)
    with inside.store.reading(PRIMARY) as unit:
        plan = current_record(unit, pupil_id, EhcPlan)
    assert plan is not None
    assert plan.last_review == MEETING
    with pytest.raises(Conflict) as refused:
        plan_meeting(inside, PRIMARY, made.review_id, TODAY, "", SENCO, based_on=2)
    assert refused.value.code == "meeting-held"


def last_review(town: Town, pupil_id: str) -> date | None:
    with town.primary.inside.store.reading(PRIMARY) as unit:
        plan = current_record(unit, pupil_id, EhcPlan)
    assert plan is not None
    return plan.last_review


def test_a_day_that_was_wrong_is_put_right_until_the_report_goes(town: Town) -> None:
    inside = town.primary.inside
    pupil_id = with_plan(town, last_review=date(2025, 7, 1))
    made = finished(town, pupil_id)
    assert last_review(town, pupil_id) == MEETING
    here, right = made.review_id, MEETING - timedelta(days=7)
    made = note_held(inside, PRIMARY, here, right, [], SENCO, based_on=made.version)
    assert last_review(town, pupil_id) == right
    with pytest.raises(UsageError) as refused:  # the report that was finished tells another day
        send_report(inside, PRIMARY, here, SENCO, based_on=made.version)
    assert refused.value.code == "report-unfinished"
    made = finish_report(inside, PRIMARY, here, SENCO)
    made = send_report(inside, PRIMARY, here, SENCO, based_on=made.version)
    with pytest.raises(Conflict) as late:
        note_held(inside, PRIMARY, here, MEETING, [], SENCO, based_on=made.version)
    assert late.value.code == "report-sent"


@pytest.mark.parametrize("last", [None, date(2025, 7, 1)])
def test_a_review_that_is_cancelled_was_none(town: Town, last: date | None) -> None:
    inside = town.primary.inside
    pupil_id = with_plan(town, last_review=last)
    made = finished(town, pupil_id)
    cancel_review(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    assert last_review(town, pupil_id) == last


def invited(town: Town, made: Review, invited_as: InvitedAs) -> Review:
    guest = Guest("Somebody", invited_as)
    return invite(town.primary.inside, PRIMARY, made.review_id, guest, SENCO)


def test_the_report_goes_to_everybody_who_was_invited_in_the_same_two_weeks(town: Town) -> None:
    made = begun(town, with_plan(town))
    for one in (InvitedAs.AUTHORITY, InvitedAs.SCHOOL):
        made = invited(town, made, one)
    assert TO_INVITED not in [one.what for one in clocks_of(made, TODAY)]
    made = replace(invited(town, made, InvitedAs.FAMILY), held=True, sent=TODAY)
    first = next_of(made, TODAY)
    assert first is not None
    assert (first.what, first.clock.due) == (TO_INVITED, MEETING + timedelta(days=14))
    after = next_of(replace(made, invitees_sent=TODAY), TODAY)
    assert after is not None
    assert after.clock.rule.code == "review-decision"


def test_who_was_invited_gets_the_report_though_the_authority_was_faster(town: Town) -> None:
    inside = town.primary.inside
    made = finished(town, with_plan(town))
    here = made.review_id
    made = note_handed_over(inside, PRIMARY, here, TODAY, SENCO, based_on=made.version)
    made = note_decision(
        inside, PRIMARY, here, Outcome.KEEP, TODAY, None, None, SENCO, based_on=made.version
    )
    assert made.state is ReviewState.CLOSED
    before = MEETING - timedelta(days=1)
    with pytest.raises(UsageError, match="date-before-meeting"):
        note_invitees(inside, PRIMARY, here, before, SENCO, based_on=made.version)
    made = note_invitees(inside, PRIMARY, here, TODAY, SENCO, based_on=made.version)
    assert (made.invitees_sent, made.state) == (TODAY, ReviewState.CLOSED)
