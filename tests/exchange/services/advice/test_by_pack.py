"""Advice by pack: a body that joined is asked, answers, corrects, declines; what is recalled."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from exchange.domain.clocks import london_day
from exchange.domain.protection import Why
from exchange.domain.transfer import State as PackState
from exchange.errors import Conflict, Refused, StoreError, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.services.advice.answering import decline_task, mark_opened, send_answer
from exchange.services.advice.filing import EARLIER, Confirmed, file_report
from exchange.services.advice.model import State
from exchange.services.advice.reports import KIND as REPORT
from exchange.services.advice.reports import Report, Step, newer_than, reports_of
from exchange.services.advice.standing import cancel, pack_trouble
from exchange.services.advice.tasks import Task, TaskState, all_tasks
from exchange.services.links.agency_about import NOT_THESE
from exchange.services.open_pack import open_pack
from exchange.services.protect import protect
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.record_source import record_source
from exchange.services.tray.advance import TrayChecker
from exchange.services.tray.receive import NewUpload, receive
from schemas.advice import AdviceAnswer, AdviceOutcome
from schemas.people import Person
from schemas.statement import BundleKind
from tests.exchange.services.advice.consulting import (
    ABOUT,
    CLEANER,
    COUNCIL_BODY,
    INSPECTOR,
    REPORT_PDF,
    Consulting,
)
from tests.exchange.services.town import COUNCIL, PDF, PRIMARY, SENCO

EP = Actor("Lee Marsh", "practitioner")


def asked(consulting: Consulting) -> tuple[str, Task]:
    """Return a request and how it lies at the council."""
    pupil_id = consulting.town.leaver()
    paper = consulting.town.attach(pupil_id, PDF + b"% shared\n").document.document_id
    consulting.town.attach(pupil_id, PDF + b"% kept\n", "sen-support-plan")
    made = consulting.ask(pupil_id, body=COUNCIL_BODY, wanted_type="ep-report", shared=(paper,))
    assert made.address == ""
    consulting.town.house(COUNCIL)
    consulting.town.settle()
    consulting.work()
    return made.request.request_id, tasks(consulting)[0]


def tasks(consulting: Consulting) -> list[Task]:
    with consulting.town.council.store.reading(COUNCIL) as unit:
        return list(all_tasks(unit))


def upload(consulting: Consulting, task: Task, content: bytes = REPORT_PDF) -> None:
    inside = consulting.town.council.inside
    new = NewUpload("report.pdf", path=f"{len(content)}/report.pdf", batch_id=task.task_id)
    receive(inside, COUNCIL, io.BytesIO(content), new, EP)
    checker = TrayChecker(inside, INSPECTOR, None, CLEANER, chance=lambda: 0.0)
    for one in checker.due(COUNCIL):
        checker.advance(COUNCIL, one)


def answer(consulting: Consulting, task: Task, content: bytes = REPORT_PDF) -> None:
    upload(consulting, task, content)
    about = replace(ABOUT, type="ep-report", readers=NOT_THESE, whom=("parents",))
    send_answer(consulting.town.council.inside, COUNCIL, task.task_id, about, EP)
    consulting.town.settle()
    consulting.work()


def test_the_body_gets_what_was_shared_and_the_asker_learns_that_it_has_it(
    consulting: Consulting,
) -> None:
    request_id, task = asked(consulting)
    assert task.asked.question == "What helps her to follow instructions?"
    assert (task.name, task.state) == ("Anna Oak", TaskState.NEW)
    house = consulting.town.council
    with open_pack(house.inside, COUNCIL, house.arrival(task.bundle_id)) as opened:
        papers = {one.id: opened.open_file(one).readall() for one in opened.documents.values()}
        names = list(opened.statement.files)
    assert list(papers.values()) == [PDF + b"% shared\n"]
    assert all("sen.pupil" not in one.type for one in names)
    request = consulting.request(request_id)
    assert request.state is State.OPENED
    assert request.received_on is not None
    mark_opened(house.inside, COUNCIL, task.task_id, EP)
    assert tasks(consulting)[0].state is TaskState.OPENED


def test_the_days_of_a_body_are_those_of_london(consulting: Consulting) -> None:
    clock = consulting.town.clock
    clock.at = clock.at.replace(hour=23, minute=30)  # half past midnight there
    request_id, _ = asked(consulting)
    assert consulting.request(request_id).received_on == clock.at.date() + timedelta(days=1)


def test_the_weeks_of_a_body_run_from_the_day_it_signed_for_not_from_when_that_was_heard(
    consulting: Consulting,
) -> None:
    town = consulting.town
    made = consulting.ask(town.leaver(), body=COUNCIL_BODY, wanted_type="ep-report")
    council = town.house(COUNCIL)
    pack = town.primary.transfers()[0]
    while not town.holes.packs:
        town.primary.advance(pack.bundle_id)
    town.carry()
    arrival = council.arrivals()[0]
    council.receiver.advance(COUNCIL, arrival.sender, arrival.bundle_id)
    town.carry()
    there = london_day(town.clock.at)
    town.clock.pass_(days=5)  # a worker that was off over a long weekend
    town.settle()
    consulting.work()
    assert consulting.request(made.request.request_id).received_on == there


def test_a_report_comes_back_is_confirmed_and_keeps_its_wishes(consulting: Consulting) -> None:
    request_id, task = asked(consulting)
    answer(consulting, task)
    report = consulting.reports()[0]
    assert (report.step, report.sender) == (Step.WAITING, COUNCIL)
    assert report.request_id == request_id
    told = Confirmed(report.pupil_id, looked=True)
    documents = file_report(consulting.inside, PRIMARY, report.report_id, told, SENCO)
    with consulting.inside.store.reading(PRIMARY) as unit:
        made = unit.documents.get(documents[0])
    assert [one.not_for for one in made.said.marks] == ["family"]
    assert consulting.request(request_id).state is State.FILED
    consulting.town.settle()
    house = consulting.town.council
    assert house.transfer(tasks(consulting)[0].answers[0]).state == "accepted"


def test_a_corrected_report_takes_the_place_of_the_first(consulting: Consulting) -> None:
    _, task = asked(consulting)
    answer(consulting, task)
    first = consulting.reports()[0]
    told = Confirmed(first.pupil_id, looked=True)
    old = file_report(consulting.inside, PRIMARY, first.report_id, told, SENCO)
    answer(consulting, task, REPORT_PDF + b"\n% corrected\n")
    newer = consulting.reports()[1]
    assert newer.version == 2
    file_report(consulting.inside, PRIMARY, newer.report_id, told, SENCO)
    with consulting.inside.store.reading(PRIMARY) as unit:
        assert unit.documents.get(old[0]).title.endswith(EARLIER)


def late_first(consulting: Consulting) -> tuple[Report, Report]:
    """Let a corrected report overtake the first on its way; return both as they came."""
    _, task = asked(consulting)
    town, about = consulting.town, replace(ABOUT, type="ep-report")
    for content in (REPORT_PDF, REPORT_PDF + b"\n% corrected\n"):
        upload(consulting, task, content)
        send_answer(town.council.inside, COUNCIL, task.task_id, about, EP)
        town.clock.pass_(minutes=20)
    corrected = tasks(consulting)[0].answers[-1]
    for _ in range(4):
        town.council.advance(corrected)
        town.carry()
        for one in town.primary.arrivals():
            town.primary.receiver.advance(PRIMARY, one.sender, one.bundle_id)
        town.carry()
        town.clock.pass_(seconds=30)
    consulting.work()
    assert [one.bundle_id for one in consulting.reports()] == [corrected]
    town.settle()
    consulting.work()
    newer, first = consulting.reports()  # as they came
    assert newer.bundle_id == corrected
    return newer, first


def test_what_was_signed_first_and_came_last_corrects_nothing(consulting: Consulting) -> None:
    newer, first = late_first(consulting)
    assert (first.version, newer.version) == (1, 2)
    with consulting.inside.store.reading(PRIMARY) as unit:
        assert [one.report_id for one in newer_than(unit, first)] == [newer.report_id]
        assert newer_than(unit, newer) == []
        both = [one.version for one in reports_of(unit, newer.request_id)]
    assert both == [1, 2]
    told = Confirmed(newer.pupil_id, looked=True)
    (filed,) = file_report(consulting.inside, PRIMARY, newer.report_id, told, SENCO)
    with pytest.raises(Conflict) as refused:
        file_report(consulting.inside, PRIMARY, first.report_id, told, SENCO)
    assert refused.value.code == "report-superseded"
    with consulting.inside.store.reading(PRIMARY) as unit:
        assert unit.documents.get(filed).said.marks == ()


def test_of_what_was_kept_before_the_signing_was_noted_the_coming_counts(
    consulting: Consulting,
) -> None:
    newer, first = late_first(consulting)
    with consulting.inside.store.unit(PRIMARY) as unit:
        for number, one in enumerate((newer, first), 1):
            item = unit.items.get(REPORT, one.report_id)
            bare = dict(item.content or {}) | {"version": number}
            del bare["issued"]
            unit.items.update(replace(item, content=bare))
        unit.audit.record(SENCO, "test.older", "advice", newer.request_id)
        unit.commit()
    with consulting.inside.store.reading(PRIMARY) as unit:
        kept = [one.report_id for one in reports_of(unit, newer.request_id)]
    assert kept == [newer.report_id, first.report_id]


def test_a_body_declines_with_a_reason(consulting: Consulting) -> None:
    request_id, task = asked(consulting)
    inside = consulting.town.council.inside
    with pytest.raises(UsageError):
        decline_task(inside, COUNCIL, task.task_id, "", EP)
    decline_task(inside, COUNCIL, task.task_id, "Not in our area.", EP)
    consulting.town.settle()
    consulting.work()
    request = consulting.request(request_id)
    assert request.state is State.DECLINED
    assert request.answers[-1].text == "Not in our area."
    assert consulting.reports() == []


def test_nothing_goes_before_every_file_was_checked(consulting: Consulting) -> None:
    _, task = asked(consulting)
    inside = consulting.town.council.inside
    with pytest.raises(UsageError):
        send_answer(inside, COUNCIL, task.task_id, ABOUT, EP)
    new = NewUpload("report.pdf", path="1/report.pdf", batch_id=task.task_id)
    receive(inside, COUNCIL, io.BytesIO(REPORT_PDF), new, EP)
    with pytest.raises(Refused):
        send_answer(inside, COUNCIL, task.task_id, ABOUT, EP)


def test_a_cancelled_request_is_destroyed_at_the_body_and_answers_nothing(
    consulting: Consulting,
) -> None:
    request_id, task = asked(consulting)
    cancel(consulting.inside, PRIMARY, request_id, "Moved away", SENCO)
    consulting.town.settle()
    found = tasks(consulting)[0]
    assert found.gone
    upload(consulting, task)
    with pytest.raises(Conflict):
        send_answer(consulting.town.council.inside, COUNCIL, task.task_id, ABOUT, EP)


def test_the_pack_is_stopped_by_the_commit_that_cancels(
    consulting: Consulting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails right after it: cancelling once more does nothing."""
    made = consulting.ask(consulting.town.leaver(), body=COUNCIL_BODY, wanted_type="ep-report")
    request_id, store = made.request.request_id, consulting.town.primary.store
    units = [store.unit]

    def busy_after_one(org_id: str) -> AbstractContextManager[UnitOfWork]:
        if not units:
            raise StoreError("store-busy")
        return units.pop()(org_id)

    with monkeypatch.context() as at, suppress(StoreError):
        at.setattr(store, "unit", busy_after_one)
        cancel(consulting.inside, PRIMARY, request_id, "Moved away", SENCO)
    assert consulting.request(request_id).state is State.CANCELLED
    cancel(consulting.inside, PRIMARY, request_id, "Moved away", SENCO)
    consulting.town.settle()
    assert not consulting.town.holes.packs


def test_what_has_not_left_as_a_move_becomes_protected_never_does(consulting: Consulting) -> None:
    request_id, _ = asked(consulting)  # the council has it already
    pupil_id = consulting.request(request_id).pupil_id
    late = consulting.ask(pupil_id, body=COUNCIL_BODY, wanted_type="slt-report").request
    lead, known = Actor("Dee Lead", "dsl"), ("dee", "ada")
    protect(consulting.inside, PRIMARY, pupil_id, Why.DOMESTIC_ABUSE, known, lead)
    consulting.town.settle()
    consulting.work()
    assert [one.asked.reference for one in tasks(consulting)] == [request_id]
    assert consulting.town.primary.transfer(str(late.bundle_id)).state is PackState.RECALLED
    with consulting.town.primary.store.reading(PRIMARY) as unit:
        troubles = [
            pack_trouble(unit, consulting.request(one)) for one in (request_id, late.request_id)
        ]
    assert troubles == ["", "recalled"]
    cancel(consulting.inside, PRIMARY, late.request_id, "Ask the lead", SENCO)
    assert consulting.request(late.request_id).state is State.CANCELLED


def test_a_report_from_somebody_who_was_not_asked_answers_no_request(
    consulting: Consulting,
) -> None:
    """Another school that learned the pack's id sends a report in reply to it."""
    request_id, task = asked(consulting)
    stranger = consulting.town.secondary
    forged = AdviceAnswer(
        subject=task.asked.subject,
        reference=request_id,
        outcome=AdviceOutcome.DECLINED,
        answered=ABOUT.written,
        answered_by=Person(name="X", role="x"),
        reason="We cannot help.",
    )
    order = Order(kind=BundleKind.REPORT, purpose="specialist-advice", in_reply_to=task.bundle_id)
    transfer = queue_bundle(
        stranger.inside,
        stranger.org_id,
        PRIMARY,
        "general",
        task.asked.subject,
        [record_source(forged, "advice-answer")],
        order,
    )
    with stranger.store.unit(stranger.org_id) as unit:
        unit.transfers.add(transfer)
        unit.audit.record(EP, "test", "transfer", transfer.bundle_id)
        unit.commit()
    consulting.town.settle()
    consulting.work()
    assert consulting.request(request_id).state is State.OPENED
