"""What a council answers over the wire: filed with the request, from the council alone."""

from __future__ import annotations

import hashlib
import io
import uuid
import zlib
from dataclasses import replace
from datetime import date

from exchange.bundle.contents import Source
from exchange.domain.clocks import Standing
from exchange.ports import Transfer
from exchange.services.ehc_request.answers import ANSWER
from exchange.services.ehc_request.model import FileState
from exchange.services.messages import send_message
from exchange.services.queue_bundle import Order, queue_bundle
from schemas.base import dump_bytes
from schemas.ehc_decision import Decided, EhcDecision
from schemas.message import Message, MessageKind
from schemas.people import Person
from schemas.statement import BundleKind, FileRole
from tests.exchange.services.ehc_request.school import School
from tests.exchange.services.town import COUNCIL, OTHER, PRIMARY, SENCO


def answer(school: School, bundle_id: str, sender: str = COUNCIL, **told: object) -> None:
    """Let an organisation send a decision about a pack, and let it arrive."""
    post(school, written(school, bundle_id, sender, **told), sender)


def written(school: School, bundle_id: str, sender: str = COUNCIL, **told: object) -> Transfer:
    """Let an organisation decide, and sign what it says; it does not leave yet."""
    said: dict[str, object] = {
        "subject": school.pupil_id,
        "what": Decided.ASSESS,
        "reached": date(2026, 7, 1),
        "decided": date(2026, 7, 1),
        "decided_by": Person(name="Kay Seworker", role="Caseworker"),
        "yes": True,
    }
    record = EhcDecision(**(said | told))  # type: ignore[arg-type]
    content = dump_bytes(record)
    source = Source(
        id=str(uuid.uuid4()),
        path="data/records/ehc-decision.json",
        role=FileRole.RECORD,
        type=record.schema,
        media_type="application/json",
        subject=record.subject,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        crc32=zlib.crc32(content),
        open=lambda: io.BytesIO(content),
    )
    order = Order(kind=BundleKind.MESSAGE, purpose="ehc-needs-assessment", in_reply_to=bundle_id)
    house = school.town.house(sender)
    queued = queue_bundle(house.inside, sender, PRIMARY, "general", record.subject, [source], order)
    return replace(queued, pupil_id=None)


def post(school: School, queued: Transfer, sender: str = COUNCIL) -> None:
    """Let what was signed leave, and arrive."""
    house = school.town.house(sender)
    with house.store.unit(sender) as unit:
        unit.transfers.add(queued)
        unit.audit.record(SENCO, "message.queued", "transfer", queued.bundle_id)
        unit.commit()
    school.town.settle()


def test_a_decision_to_assess_is_shown_and_meets_its_clock(school: School) -> None:
    request = school.sent()
    answer(school, school.file(request).bundles[0], reference="LA-77")
    now = school.follow(request)
    assert [(one.decision.what, one.decision.reference) for one in now.answers] == [
        (Decided.ASSESS, "LA-77")
    ]
    assert now.clocks[0].clock.met == date(2026, 7, 1)
    assert now.file.state is FileState.SENT
    assert school.town.primary.said("ehc-request.answered")


def test_not_our_child_closes_and_keeps_the_date(school: School) -> None:
    request = school.sent()
    school.town.clock.pass_(days=3)
    answer(
        school,
        school.file(request).bundles[0],
        what=Decided.NOT_OURS,
        yes=None,
        decided=date(2026, 7, 4),
    )
    now = school.follow(request)
    assert now.file.state is FileState.CLOSED
    assert now.reached == date(2026, 7, 1)
    assert school.start("330").state is FileState.PREPARING


def test_a_request_that_is_over_has_no_date_running(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    answer(school, bundle)
    answer(school, bundle, what=Decided.CLOSED, yes=None, reasons="They moved.")
    now = school.follow(request)
    assert [one.clock.rule.code for one in now.clocks] == ["decide-assess"]
    assert now.next_due is None


def test_the_final_plan_ends_its_clock_on_the_day_on_which_it_was_issued(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    answer(school, bundle)
    answer(school, bundle, what=Decided.PLAN)
    assert school.follow(request).next_due is not None
    school.town.clock.pass_(days=200)
    for day in (20, 18):  # the second corrects the first
        answer(school, bundle, what=Decided.ISSUED, yes=None, decided=date(2026, 11, day))
        school.town.clock.pass_(seconds=5)
    now = school.follow(request)
    assert now.file.state is FileState.CLOSED
    final = {one.clock.rule.code: one for one in now.clocks}["final-plan"]
    assert (final.clock.met, final.standing) == (date(2026, 11, 18), Standing.MET)


def test_a_day_that_the_council_puts_right_counts_and_opens_nothing_again(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    school.town.clock.pass_(days=200)

    def told(what: Decided, day: date) -> None:
        answer(school, bundle, what=what, told=day)
        school.town.clock.pass_(seconds=5)

    def met() -> dict[str, date | None]:
        clocks = school.follow(request).clocks
        return {one.clock.rule.code: one.clock.met for one in clocks}

    told(Decided.ASSESS, date(2026, 7, 2))
    told(Decided.ASSESS, date(2026, 8, 20))
    assert met()["decide-assess"] == date(2026, 8, 20)
    told(Decided.PLAN, date(2026, 9, 1))
    answer(school, bundle, what=Decided.ISSUED, yes=None, decided=date(2026, 11, 18))
    school.town.clock.pass_(seconds=5)
    told(Decided.PLAN, date(2026, 9, 2))
    assert school.follow(request).file.state is FileState.CLOSED
    assert met()["final-plan"] == date(2026, 11, 18)


def test_a_final_plan_that_was_not_issued_leaves_its_clock_running(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    answer(school, bundle, what=Decided.RECEIVED, yes=None)
    answer(school, bundle, what=Decided.PLAN)
    school.town.clock.pass_(days=100)
    day = date(2026, 10, 1)
    answer(school, bundle, what=Decided.ISSUED, yes=None, decided=day)
    school.town.clock.pass_(seconds=5)
    assert school.follow(request).file.state is FileState.CLOSED
    answer(school, bundle, what=Decided.RECEIVED, yes=None, decided=day, reasons="A mistake.")
    now = school.follow(request)
    assert now.file.state is FileState.SENT
    final = {one.clock.rule.code: one for one in now.clocks}["final-plan"]
    assert (final.clock.met, final.standing) == (None, Standing.RUNNING)
    school.town.clock.pass_(seconds=5)
    answer(school, bundle, what=Decided.ISSUED, yes=None, decided=day)
    assert school.follow(request).next_due is None


def test_what_the_council_takes_up_again_can_be_added_to_again(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    answer(school, bundle, what=Decided.NOT_OURS, yes=None)
    assert school.follow(request).clocks == ()
    school.town.clock.pass_(seconds=5)
    answer(school, bundle, what=Decided.RECEIVED, yes=None)
    now = school.follow(request)
    assert now.file.state is FileState.SENT
    assert now.next_due is not None


def test_what_comes_late_reopens_nothing(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    received = written(school, bundle, what=Decided.RECEIVED, yes=None)
    school.town.clock.pass_(seconds=5)
    answer(school, bundle, what=Decided.NOT_OURS, yes=None)
    post(school, received)  # signed first, it comes last
    now = school.follow(request)
    assert [one.decision.what for one in now.answers] == [Decided.RECEIVED, Decided.NOT_OURS]
    assert (now.file.state, now.clocks) == (FileState.CLOSED, ())


def test_a_no_that_comes_after_the_later_yes_closes_nothing(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    no = written(school, bundle, yes=False, reasons="Working.")
    school.town.clock.pass_(seconds=5)
    answer(school, bundle)
    post(school, no)
    now = school.follow(request)
    assert now.file.state is FileState.SENT
    assert now.next_due is not None
    assert now.next_due.clock.rule.code != "decide-assess"


def test_of_two_answers_of_one_second_the_one_that_came_last_counts(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    both = [written(school, bundle, yes=yes, reasons="Working.") for yes in (False, True)]
    for one in both:
        post(school, one)
    assert school.follow(request).file.state is FileState.SENT


def test_what_was_kept_before_the_signing_was_noted_counts_from_its_coming(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    answer(school, bundle, what=Decided.NOT_OURS, yes=None)
    with school.town.primary.store.unit(PRIMARY) as unit:
        (item,) = unit.items.about(ANSWER, request)
        bare = {"decision": (item.content or {})["decision"]}
        unit.items.update(replace(item, content=bare))
        unit.audit.record(SENCO, "test.older", "ehc-request", request)
        unit.commit()
    school.town.clock.pass_(seconds=5)
    answer(school, bundle, what=Decided.RECEIVED, yes=None)
    assert school.follow(request).file.state is FileState.SENT


def test_a_yes_after_a_no_makes_nothing_late_that_was_in_time(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    school.town.clock.pass_(days=20)
    answer(school, bundle, yes=False, reasons="Working.", decided=date(2026, 7, 20))
    assert school.follow(request).file.state is FileState.CLOSED
    school.town.clock.pass_(days=60)
    answer(school, bundle, decided=date(2026, 9, 18))
    now = school.follow(request)
    assert now.file.state is FileState.SENT
    assert now.clocks[0].clock.met == date(2026, 7, 20)


def test_another_request_that_was_begun_since_stays_the_only_one(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    answer(school, bundle, what=Decided.NOT_OURS, yes=None)
    assert school.start("330").state is FileState.PREPARING
    school.town.clock.pass_(seconds=5)
    answer(school, bundle, what=Decided.RECEIVED, yes=None)
    assert school.follow(request).file.state is FileState.CLOSED


def test_a_stranger_decides_nothing(school: School) -> None:
    request = school.sent()
    answer(school, school.file(request).bundles[0], sender=OTHER)
    assert school.follow(request).answers == ()
    assert school.town.primary.said("ehc-request.answered") == []


def test_a_council_that_counts_from_another_day_is_shown_beside_ours(school: School) -> None:
    request = school.sent()
    school.town.clock.pass_(days=5)
    answer(
        school,
        school.file(request).bundles[0],
        what=Decided.RECEIVED,
        yes=None,
        reached=date(2026, 7, 3),
        decided=date(2026, 7, 6),
    )
    now = school.follow(request)
    assert (now.reached, now.theirs) == (date(2026, 7, 1), date(2026, 7, 3))


def test_held_back_with_a_reason_is_shown_as_something_to_look_at(school: School) -> None:
    request = school.sent()
    bundle = school.file(request).bundles[0]
    message = Message(
        subject=str(uuid.uuid4()),
        kind=MessageKind.QUESTION,
        written=date(2026, 7, 1),
        written_by=Person(name="Larkshire Council", role="SEN team"),
        text="It could not be checked.",
    )
    council = school.town.council
    send_message(council.inside, COUNCIL, PRIMARY, message, bundle, bundle, SENCO)
    school.town.settle()
    now = school.follow(request)
    assert now.tag == "attention"
    assert [one.message.text for one in now.steps[0].said] == ["It could not be checked."]
