"""Invitations and papers of a review really go, by the family's page and by requests for advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.texts import DocumentTexts
from exchange.domain.clocks import london_day
from exchange.domain.protection import Why
from exchange.errors import Conflict, NotFound, Refused, UsageError
from exchange.services.edit_record import current_record
from exchange.services.links.family_pages import refresh
from exchange.services.links.family_said import Told, take_in
from exchange.services.protect import protect
from exchange.services.reviews.inviting import (
    Sent,
    mark_of,
    note_request,
    sent_of,
    set_member,
    share_papers,
)
from exchange.services.reviews.keeping import review_of
from exchange.services.reviews.model import Guest, Review
from exchange.services.reviews.planning import choose_papers, invite, note_guest, note_held
from exchange.services.reviews.reporting import finish_report, save_report
from schemas.annual_review import AnnualReview, InvitedAs
from tests.exchange.services.advice.consulting import Consulting
from tests.exchange.services.reviews.planned import TODAY, WRITTEN, begun, with_plan
from tests.exchange.services.town import HEAD, PDF, PRIMARY, SENCO, Town

MEETING = TODAY + timedelta(days=21)
FAMILY = Guest("Ana Oak", InvitedAs.FAMILY)
THERAPIST = Guest("Sam Reed", InvitedAs.HEALTH)


@pytest.fixture(scope="module")
def texts() -> Iterator[DocumentTexts]:
    reader = DocumentTexts()
    yield reader
    reader.close()


@pytest.fixture
def asking(town: Town, texts: DocumentTexts) -> Consulting:
    house = town.primary
    house.inside = replace(house.inside, texts=texts)
    return Consulting(town)


def planned(asking: Consulting, *guests: Guest) -> Review:
    """Return a review in three weeks with a paper chosen and these people listed."""
    pupil_id = with_plan(asking.town)
    paper = asking.town.attach(pupil_id).document.document_id
    made = begun(asking.town, pupil_id, MEETING)
    for one in guests:
        made = invite(asking.inside, PRIMARY, made.review_id, one, SENCO)
    return choose_papers(
        asking.inside, PRIMARY, made.review_id, [paper], None, SENCO, based_on=made.version
    )


def now(asking: Consulting, review: Review) -> Review:
    with asking.inside.store.reading(PRIMARY) as unit:
        return review_of(unit, review.review_id)


def sent(asking: Consulting, review: Review, number: int = 0) -> Sent:
    with asking.inside.store.reading(PRIMARY) as unit:
        return sent_of(unit, review_of(unit, review.review_id))[number]


def told_who(asking: Consulting, review: Review, number: int, member_id: str) -> Review:
    """Say who somebody is, on a page that shows the list as it stands."""
    seen = mark_of(now(asking, review).guests[number])
    inside = asking.inside
    return set_member(inside, PRIMARY, review.review_id, number, member_id, SENCO, seen=seen)


def shared(asking: Consulting, review: Review, number: int) -> Review:
    """Let somebody open the papers, on a page that shows the list as it stands."""
    seen = mark_of(now(asking, review).guests[number])
    return share_papers(asking.inside, PRIMARY, review.review_id, number, SENCO, seen=seen)


def test_the_family_is_told_of_the_meeting_on_their_page_and_opens_the_papers(
    asking: Consulting,
) -> None:
    review = planned(asking, FAMILY)
    member, other = asking.member(review.pupil_id), asking.member(review.pupil_id, "Tom Elder")
    told_who(asking, review, 0, member.member_id)
    assert sent(asking, review).state == ""
    with pytest.raises(Conflict) as refused:
        shared(asking, review, 0)
    assert refused.value.code == "link-missing"

    made, theirs = asking.invite(member), asking.invite(other)
    assert sent(asking, review).state == "sent"
    visit = asking.come_in(made.address, made.link)
    told = asking.view(visit)["review"]
    assert told == {"day": f"{MEETING.day} {MEETING:%B %Y}", "place": "Library"}
    assert asking.view(asking.come_in(theirs.address, theirs.link))["review"] is None
    assert sent(asking, review).state == "opened"
    assert sent(asking, review).guest.asked == london_day(made.link.created_at)

    assert PDF not in asking.plain_of(visit)
    shared(asking, review, 0)
    refresh(asking.inside)
    again = asking.come_in(made.address, asking.link(made.link.link_id))
    assert PDF in asking.plain_of(again)
    kept = now(asking, review)
    assert kept.guests[0].papers == TODAY
    assert kept.papers_out == TODAY  # everybody who was invited has them


def test_views_that_a_family_gives_for_the_review_count_as_its_answer(asking: Consulting) -> None:
    pupil_id = with_plan(asking.town)
    member = asking.member(pupil_id)
    old = Told(views="Of last year.")
    take_in(asking.inside, PRIMARY, member.member_id, old, member.actor)
    asking.town.clock.pass_(minutes=1)
    review = invite(
        asking.inside, PRIMARY, begun(asking.town, pupil_id, MEETING).review_id, FAMILY, SENCO
    )
    told_who(asking, review, 0, member.member_id)
    assert sent(asking, review).guest.answered is None
    take_in(asking.inside, PRIMARY, member.member_id, Told(views="It helps."), member.actor)
    assert sent(asking, review).guest.answered == london_day(asking.town.clock.now())


def test_a_family_is_not_told_of_a_meeting_that_was_held(asking: Consulting) -> None:
    review = planned(asking, FAMILY)
    member = asking.member(review.pupil_id)
    made = told_who(asking, review, 0, member.member_id)
    note_held(asking.inside, PRIMARY, review.review_id, TODAY, [0], SENCO, based_on=made.version)
    link = asking.invite(member)
    assert asking.view(asking.come_in(link.address, link.link))["review"] is None


def test_a_service_is_invited_by_a_request_whose_report_counts_as_their_advice(
    asking: Consulting,
) -> None:
    review = planned(asking, THERAPIST)
    asked = asking.ask(review.pupil_id)
    note_request(asking.inside, PRIMARY, review.review_id, THERAPIST, asked.request, SENCO)
    found = sent(asking, review)
    assert (found.state, found.guest.asked, found.guest.papers) == ("sent", TODAY, None)
    visit = asking.visit(asked)
    asking.sends(visit)
    found = sent(asking, review)
    assert found.state == "answered"
    assert found.guest.answered == london_day(asking.town.clock.now())

    with_papers = asking.ask(review.pupil_id, shared=review.documents)
    note_request(asking.inside, PRIMARY, review.review_id, THERAPIST, with_papers.request, SENCO)
    kept = now(asking, review)
    assert kept.guests[0].advice == asked.request.request_id
    assert kept.guests[0].papers_by == with_papers.request.request_id
    assert kept.papers_out == TODAY


def test_the_report_tells_whose_advice_came(asking: Consulting) -> None:
    review = planned(asking, THERAPIST)
    asked = asking.ask(review.pupil_id)
    note_request(asking.inside, PRIMARY, review.review_id, THERAPIST, asked.request, SENCO)
    asking.sends(asking.visit(asked))
    made = now(asking, review)
    made = note_held(
        asking.inside, PRIMARY, made.review_id, TODAY, [0], SENCO, based_on=made.version
    )
    save_report(asking.inside, PRIMARY, made.review_id, WRITTEN, SENCO, based_on=made.version)
    finish_report(asking.inside, PRIMARY, made.review_id, SENCO)
    with asking.inside.store.reading(PRIMARY) as unit:
        record = current_record(unit, review.pupil_id, AnnualReview)
    assert record is not None
    (invited,) = record.invited
    assert (invited.name, invited.came, invited.advice) == ("Sam Reed", True, True)


def test_papers_went_round_only_when_the_last_one_has_them(asking: Consulting) -> None:
    review = planned(asking, THERAPIST, FAMILY, Guest("Jo Brown", InvitedAs.SCHOOL))
    asked = asking.ask(review.pupil_id, shared=review.documents)
    made = note_request(asking.inside, PRIMARY, review.review_id, THERAPIST, asked.request, SENCO)
    assert made.guests[0].papers == TODAY
    assert made.papers_out is None
    member = asking.member(review.pupil_id)
    told_who(asking, review, 1, member.member_id)
    asking.invite(member)
    made = shared(asking, review, 1)
    assert made.papers_out == TODAY  # the school itself has them anyway


def test_what_a_family_may_not_open_stays_closed(asking: Consulting) -> None:
    pupil_id = with_plan(asking.town)
    paper = asking.town.attach(pupil_id, type_="social-care-advice").document.document_id
    made = begun(asking.town, pupil_id, MEETING)
    invite(asking.inside, PRIMARY, made.review_id, FAMILY, SENCO)
    made = now(asking, made)
    choose_papers(
        asking.inside, PRIMARY, made.review_id, [paper], None, SENCO, based_on=made.version
    )
    member = asking.member(pupil_id)
    told_who(asking, made, 0, member.member_id)
    asking.invite(member)
    with pytest.raises(UsageError) as refused:
        shared(asking, made, 0)
    assert refused.value.code == "papers-missing"
    assert now(asking, made).guests[0].papers is None


def test_nobody_of_another_family_is_invited(asking: Consulting) -> None:
    review = planned(asking, FAMILY, THERAPIST)
    stranger = asking.member(with_plan(asking.town, 1), "Una Birch")
    for member_id, number in (
        (stranger.member_id, 0),
        (asking.member(review.pupil_id).member_id, 1),
    ):
        with pytest.raises(NotFound):
            told_who(asking, review, number, member_id)
    request = asking.ask(stranger.pupil_id).request
    with pytest.raises(NotFound):
        note_request(asking.inside, PRIMARY, review.review_id, THERAPIST, request, SENCO)
    assert now(asking, review).guests == (FAMILY, THERAPIST)


def test_a_changed_list_finds_the_same_person_again(asking: Consulting) -> None:
    review = planned(asking, FAMILY, THERAPIST)
    asked = asking.ask(review.pupil_id)
    note_guest(
        asking.inside, PRIMARY, review.review_id, 0, None, SENCO, based_on=review.version
    )  # taken off the list while the request was written
    made = note_request(asking.inside, PRIMARY, review.review_id, THERAPIST, asked.request, SENCO)
    assert [one.advice for one in made.guests] == [asked.request.request_id]


def test_papers_go_to_whom_the_page_showed(asking: Consulting) -> None:
    mother, father = FAMILY, Guest("Tom Elder", InvitedAs.FAMILY)
    review = planned(asking, THERAPIST, mother, father)
    hers, his = asking.member(review.pupil_id), asking.member(review.pupil_id, "Tom Elder")
    told_who(asking, review, 1, hers.member_id)
    made = told_who(asking, review, 2, his.member_id)
    asking.invite(hers)
    link = asking.invite(his)
    seen = mark_of(made.guests[1])  # the page of the second shows the mother
    note_guest(asking.inside, PRIMARY, review.review_id, 0, None, SENCO, based_on=made.version)
    for late in (seen, ""):
        with pytest.raises(Conflict) as refused:
            share_papers(asking.inside, PRIMARY, review.review_id, 1, SENCO, seen=late)
        assert refused.value.code == "item-changed"
        with pytest.raises(Conflict, match="item-changed"):
            set_member(
                asking.inside, PRIMARY, review.review_id, 1, hers.member_id, SENCO, seen=late
            )
    refresh(asking.inside)
    visit = asking.come_in(link.address, asking.link(link.link.link_id))
    assert PDF not in asking.plain_of(visit)
    assert [one.member for one in now(asking, review).guests] == [hers.member_id, his.member_id]
    shared(asking, review, 1)  # by whoever saw that it is the father
    refresh(asking.inside)
    visit = asking.come_in(link.address, asking.link(link.link.link_id))
    assert PDF in asking.plain_of(visit)


def test_nobody_is_invited_about_a_protected_move(asking: Consulting) -> None:
    review = planned(asking, FAMILY)
    member = asking.member(review.pupil_id)
    told_who(asking, review, 0, member.member_id)
    protect(asking.inside, PRIMARY, review.pupil_id, Why.DOMESTIC_ABUSE, ("a", "b"), HEAD)
    with pytest.raises(Refused):
        asking.invite(member)
    with pytest.raises(Refused):
        asking.ask(review.pupil_id)
