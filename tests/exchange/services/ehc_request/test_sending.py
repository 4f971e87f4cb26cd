"""Sending, adding and taking back: what was looked at goes; the first day stays."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.domain.clocks import Standing
from exchange.domain.transfer import State
from exchange.errors import Conflict, DestinationRefused, Refused, UsageError
from exchange.ports import Actor
from exchange.services.accept import reject
from exchange.services.ehc_request.answers import Letter, enter_answer
from exchange.services.ehc_request.approving import ask_head, head_decides
from exchange.services.ehc_request.model import FileState
from exchange.services.ehc_request.sending import send_request, withdraw_request
from exchange.services.ehc_request.writing import choose_papers, read_through, write
from exchange.services.keep_pupil import keep_record
from exchange.services.messages import send_message, settle, thread_of
from exchange.services.recall import recall
from schemas.ehc_decision import Decided
from schemas.ehc_request import RequestStatus
from schemas.message import Message, MessageKind
from schemas.people import Person
from schemas.strict_json import dumps
from tests.exchange.services.ehc_request.school import School
from tests.exchange.services.town import COUNCIL, HEAD, PRIMARY, SENCO
from tests.schemas import record_examples as examples


def test_25_documents_reach_the_council_and_nothing_else(school: School) -> None:
    types = ("ep-report", "slt-report", "ot-report", "sen-support-plan", "behaviour")
    papers = [school.attach(types[number % 5], f"PAPER-{number:02d}") for number in range(25)]
    hidden = school.attach("ep-report", "HIDDEN-ONE")
    equipment = school.attach("equipment", "UNCHOSEN-ONE")
    file = school.start()
    school.mark(hidden)
    sent = school.send(file.request_id)
    record, ids, plain = school.opened(sent.bundle_id)
    assert ids == frozenset(papers)
    assert b"HIDDEN-ONE" not in plain
    assert hidden.encode() not in plain
    assert b"UNCHOSEN-ONE" not in plain
    assert equipment.encode() not in plain
    assert all(f"PAPER-{number:02d}".encode() in plain for number in range(25))
    assert record.request == file.request_id
    assert (record.source, record.submitted, record.edition) == ("2", date(2026, 7, 1), 1)
    assert record.declared.by.name == "Jo Brown"
    assert (record.declared.by.role, record.declared.by.organisation) == (
        "SENCO",
        "Elm Grove Primary School",
    )
    assert record.costs is not None
    named = {one for point in record.evidence for one in point.documents}
    assert named <= ids
    assert {one.document for one in record.advice} <= ids


def test_a_chosen_record_stays_with_its_file_also_where_that_was_not_chosen(school: School) -> None:
    paper = school.attach("ep-report", "HIDDEN-FILE")
    told = examples.report(subject=school.pupil_id, document=paper, summary="HIDDEN-SUMMARY")
    content, slot = dumps(told), f"specialist-report-{paper}"
    keep_record(school.inside, PRIMARY, school.pupil_id, content, SENCO)
    file = school.start()
    school.mark(paper)
    choose_papers(school.inside, PRIMARY, file.request_id, [], [slot], SENCO)
    _, ids, plain = school.opened(school.send(file.request_id).bundle_id)
    assert ids == frozenset()
    assert b"HIDDEN" not in plain


def test_an_empty_request_goes_too_and_starts_the_clock(school: School) -> None:
    file = school.start()
    choose_papers(school.inside, PRIMARY, file.request_id, [], [], SENCO)
    for section in ("needs_reason", "plan_reason"):
        assert getattr(school.file(file.request_id).record, section) is None
    school.send(file.request_id)
    school.town.settle()
    now = school.follow(file.request_id)
    assert now.reached == date(2026, 7, 1)
    assert [one.clock.due for one in now.clocks] == [
        date(2026, 8, 12),
        date(2026, 10, 21),
        date(2026, 11, 18),
    ]
    assert now.next_due is not None
    assert now.next_due.standing is Standing.RUNNING
    assert (now.file.state, now.tag) == (FileState.SENT, "verified")


def test_what_changed_since_it_was_looked_at_does_not_go(school: School) -> None:
    file = school.start()
    seen = school.look(file.request_id).mark
    write(
        school.inside,
        PRIMARY,
        file.request_id,
        "reasons",
        lambda record: replace(record, needs_reason="New words."),
        SENCO,
    )
    before = school.town.primary.snapshot()
    with pytest.raises(Conflict) as error:
        send_request(school.inside, PRIMARY, file.request_id, "SENCO", seen, SENCO)
    assert error.value.code == "preview-changed"
    assert school.town.primary.snapshot() == before


def test_sending_twice_sends_once(school: School) -> None:
    file = school.start()
    first, second = school.send(file.request_id), school.send(file.request_id)
    assert (first.outcome, second.outcome) == ("queued", "unchanged")
    assert first.bundle_id == second.bundle_id
    assert len(school.town.primary.transfers()) == 1


def lost(school: School, how: str) -> str:
    """Return a request whose pack the council does not hold."""
    if how == "expired":
        file = school.start()
        school.town.holes.unreachable = True
        bundle = school.send(file.request_id).bundle_id
        school.town.clock.at = school.town.primary.transfer(bundle).expires_at
        school.town.primary.advance(bundle)
        school.town.holes.unreachable = False
        return file.request_id
    request = school.sent()
    (bundle,) = school.file(request).bundles
    if how == "rejected":
        reject(school.town.council.inside, COUNCIL, bundle, "not-our-pupil", SENCO)
    else:
        recall(school.inside, PRIMARY, bundle, SENCO)
    school.town.settle()
    return request


@pytest.mark.parametrize("how", ["rejected", "recalled", "expired"])
def test_what_the_council_does_not_hold_can_be_sent_again_once(school: School, how: str) -> None:
    school.attach("ep-report", "FIRST")
    request = lost(school, how)
    first, again = school.file(request).bundles[0], school.send(request)
    assert again.outcome == "queued"
    record, ids, _ = school.opened(again.bundle_id)
    assert (record.status, record.edition, len(ids)) == (RequestStatus.UPDATED, 2, 1)
    assert school.town.primary.transfer(again.bundle_id).supersedes == first
    assert school.send(request).outcome == "unchanged"
    school.town.settle()
    assert school.town.primary.transfer(again.bundle_id).state is State.VERIFIED
    assert school.send(request).outcome == "unchanged"


@pytest.mark.parametrize("answered", [False, True])
def test_what_the_council_asked_about_can_be_sent_again(school: School, answered: bool) -> None:
    request = school.sent()
    (bundle,) = school.file(request).bundles
    question = Message(
        subject=str(uuid.uuid4()),
        kind=MessageKind.QUESTION,
        written=date(2026, 7, 1),
        written_by=Person(name="Larkshire Council", role="SEN team"),
        text="It could not be checked. Please send it again, as an update.",
    )
    council = school.town.council.inside
    send_message(council, COUNCIL, PRIMARY, question, bundle, bundle, SENCO)
    school.town.settle()
    if answered:
        with school.town.primary.store.unit(PRIMARY) as unit:
            settle(unit, thread_of(unit, bundle)[-1].message_id)
            unit.audit.record(SENCO, "test.answered", "transfer", bundle)
            unit.commit()
    assert school.send(request).outcome == "queued"
    assert school.send(request).outcome == "unchanged"


def test_evidence_added_later_goes_as_the_next_edition_and_moves_no_day(school: School) -> None:
    school.attach("ep-report", "FIRST")
    request = school.sent()
    school.town.clock.pass_(days=10)
    later = school.attach("slt-report", "LATER")
    file = school.file(request)
    choose_papers(school.inside, PRIMARY, request, [*file.documents, later], file.records, SENCO)
    sent = school.send(request)
    record, ids, _ = school.opened(sent.bundle_id)
    assert (record.status, record.edition, record.added) == (RequestStatus.UPDATED, 2, (later,))
    assert record.submitted == date(2026, 7, 1)
    assert later in ids
    school.town.settle()
    now = school.follow(request)
    assert now.reached == date(2026, 7, 1)
    assert [one.arrived for one in now.steps] == [date(2026, 7, 1), date(2026, 7, 11)]
    transfer = school.town.primary.transfer(sent.bundle_id)
    assert transfer.supersedes == now.steps[0].edition.bundle_id


def test_a_record_that_is_marked_after_it_was_retold_stops_the_sending(school: School) -> None:
    file = school.start()
    school.mark(f"{school.pupil_id}/sen-support-plan")
    with pytest.raises(Refused) as error:
        school.send(file.request_id)
    assert error.value.code == "source-withheld"
    choose_papers(school.inside, PRIMARY, file.request_id, [], [], SENCO)
    with pytest.raises(Refused):
        school.send(file.request_id)
    read_through(school.inside, PRIMARY, file.request_id, SENCO)
    assert school.send(file.request_id).outcome == "queued"
    assert school.town.primary.said("ehc-request.read-through")


def test_a_document_marked_while_it_waits_is_not_even_named(school: School) -> None:
    report = school.attach("ep-report", "NOT-FOR-THEM")
    file = school.start()
    school.mark(report)
    record, ids, plain = school.opened(school.send(file.request_id).bundle_id)
    assert report not in ids
    assert record.advice == ()
    assert b"NOT-FOR-THEM" not in plain
    assert report.encode() not in plain


def says(school: School, request_id: str, yes: bool, note: str, who: Actor) -> None:
    """Answer on a page that shows the request as it stands."""
    mark = school.look(request_id).mark
    head_decides(school.inside, PRIMARY, request_id, yes, note, mark, who)


def test_a_yes_is_to_what_the_head_looked_at(school: School) -> None:
    file = school.start()
    ask_head(school.inside, PRIMARY, file.request_id, "", SENCO)
    mark = school.look(file.request_id).mark
    write(
        school.inside,
        PRIMARY,
        file.request_id,
        "reasons",
        lambda record: replace(record, needs_reason="She cannot read."),
        SENCO,
    )
    for seen in (mark, ""):
        with pytest.raises(Conflict, match="preview-changed"):
            head_decides(school.inside, PRIMARY, file.request_id, True, "", seen, HEAD)
    assert school.look(file.request_id).approved is None
    says(school, file.request_id, True, "", HEAD)
    assert school.look(file.request_id).approved is not None


def test_the_head_where_asked_must_answer_first(school: School) -> None:
    file = school.start()
    ask_head(school.inside, PRIMARY, file.request_id, "Please look.", SENCO)
    with pytest.raises(Refused) as error:
        school.send(file.request_id)
    assert error.value.code == "release-waits"
    with pytest.raises(Refused):
        says(school, file.request_id, True, "", SENCO)
    says(school, file.request_id, False, "Costs.", HEAD)
    with pytest.raises(Refused) as error:
        school.send(file.request_id)
    assert error.value.code == "release-declined"
    ask_head(school.inside, PRIMARY, file.request_id, "Mended.", SENCO)
    says(school, file.request_id, True, "", HEAD)
    record, _, _ = school.opened(school.send(file.request_id).bundle_id)
    assert record.declared.approved_by is not None
    assert record.declared.approved_by.name == "Ada Head"
    assert record.declared.approved_on == date(2026, 7, 1)


def test_what_was_changed_after_the_heads_yes_is_not_said_to_be_approved(school: School) -> None:
    file = school.start()
    ask_head(school.inside, PRIMARY, file.request_id, "", SENCO)
    says(school, file.request_id, True, "", HEAD)
    assert school.look(file.request_id).approved is not None
    write(
        school.inside,
        PRIMARY,
        file.request_id,
        "reasons",
        lambda record: replace(record, needs_reason="She cannot read."),
        SENCO,
    )
    seen = school.look(file.request_id)
    assert (seen.approved, seen.approved_before is not None) == (None, True)
    record, _, _ = school.opened(school.send(file.request_id).bundle_id)
    assert (record.declared.approved_by, record.declared.approved_on) == (None, None)
    ask_head(school.inside, PRIMARY, file.request_id, "", SENCO)
    says(school, file.request_id, True, "", HEAD)
    assert school.look(file.request_id).approved is not None


def test_a_council_that_has_not_joined_gets_no_pack(school: School) -> None:
    file = school.start("330")
    with pytest.raises(DestinationRefused) as error:
        school.send(file.request_id)
    assert error.value.code == "council-not-joined"
    assert school.town.primary.transfers() == []


def test_taking_it_back_tells_the_council_why_and_sends_no_evidence_again(school: School) -> None:
    report = school.attach("ep-report", "EVIDENCE")
    request = school.sent()
    with pytest.raises(UsageError):
        withdraw_request(school.inside, PRIMARY, request, " ", "SENCO", SENCO)
    file = withdraw_request(school.inside, PRIMARY, request, "Family moves.", "SENCO", SENCO)
    record, ids, plain = school.opened(file.bundles[-1])
    assert (record.status, record.withdrawn_because) == (
        RequestStatus.WITHDRAWN,
        "Family moves.",
    )
    assert not ids
    assert report.encode() not in plain
    assert b"PLAN-WORDS" not in plain
    assert school.follow(request).clocks == ()
    kept = school.file(request).taken_back
    assert kept is not None
    assert kept.why == "Family moves."
    with pytest.raises(Conflict):
        school.send(request)
    assert school.start().state is FileState.PREPARING


def test_a_draft_is_taken_back_without_a_word_to_anybody(school: School) -> None:
    file = school.start()
    gone = withdraw_request(school.inside, PRIMARY, file.request_id, "Not now.", "SENCO", SENCO)
    assert gone.state is FileState.WITHDRAWN
    assert gone.taken_back is not None
    assert (gone.taken_back.why, gone.taken_back.by) == ("Not now.", SENCO.name)
    assert school.town.primary.transfers() == []


def test_an_answer_by_letter_stops_its_clock_and_a_no_closes(school: School) -> None:
    request = school.sent()
    school.town.clock.pass_(days=40)
    yes = Letter(what=Decided.ASSESS, decided=date(2026, 8, 10), yes=True)
    enter_answer(school.inside, PRIMARY, request, yes, SENCO)
    now = school.follow(request)
    standings = {one.clock.rule.code: one.standing for one in now.clocks}
    assert standings["decide-assess"] is Standing.MET
    early = replace(yes, decided=date(2026, 6, 1))
    with pytest.raises(UsageError):
        enter_answer(school.inside, PRIMARY, request, early, SENCO)
    school.town.clock.pass_(days=70)
    no = Letter(what=Decided.PLAN, decided=date(2026, 10, 15), yes=False, reasons="Enough.")
    enter_answer(school.inside, PRIMARY, request, no, SENCO)
    now = school.follow(request)
    assert now.file.state is FileState.CLOSED
    assert [one.clock.rule.code for one in now.clocks] == ["decide-assess", "no-plan"]


def test_the_book_says_who_sent_in_which_role_and_to_whom(school: School) -> None:
    file = school.start()
    sent = school.send(file.request_id)
    queued = school.town.primary.said("transfer.queued")[0]
    assert (queued.actor, queued.role, queued.object_id) == ("Jo Brown", "senco", sent.bundle_id)
    assert queued.detail["recipient"] == COUNCIL
    assert timedelta(0) == school.town.clock.now() - queued.at
