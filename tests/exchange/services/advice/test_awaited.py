"""By when an answer is wanted, who is reminded of it, and how long a link waits for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.errors import Conflict
from exchange.services.accept import reject
from exchange.services.advice.asking import Asked
from exchange.services.advice.filing import Confirmed, file_report
from exchange.services.advice.model import State
from exchange.services.advice.standing import (
    all_advice,
    cancel,
    note_had,
    open_advice,
    overdue,
    pack_trouble,
    remind_by_machine,
)
from exchange.services.links.model import LinkState
from schemas.advice import AdvicePurpose
from tests.exchange.services.advice.consulting import (
    ABOUT,
    COUNCIL_BODY,
    REPORT_PDF,
    THERAPIST,
    Consulting,
)
from tests.exchange.services.town import COUNCIL, PRIMARY, SENCO

EHC = AdvicePurpose.EHC_ASSESSMENT
COLLEAGUE = {"name": "Kim", "role": "therapist", "mail": "kim@t.example", "phone": "0163"}


def late(consulting: Consulting) -> list[str]:
    with consulting.inside.store.reading(PRIMARY) as unit:
        today = consulting.town.clock.now().date()
        return [one.request_id for one in overdue(unit, today)]


def reminders(consulting: Consulting) -> int:
    return [one for one, _, _ in consulting.letters()].count("agency-reminder")


def test_the_six_weeks_of_the_law_make_advice_late_and_chased(consulting: Consulting) -> None:
    """SEND Regulations 2014, reg 8(1): six weeks of the body's receipt, whatever nobody typed."""
    asked = consulting.asked(purpose=EHC)
    assert asked.request.wanted_by is None
    visit = consulting.visit(asked)
    assert consulting.view(visit)["due"] == "Six weeks after the day on which you had this request"
    consulting.door.answer(visit, "opened", {})  # 1 July 2026
    consulting.work()
    request_id = asked.request.request_id
    assert consulting.request(request_id).wanted_by == date(2026, 8, 12)
    consulting.town.clock.pass_(days=42)  # the last day
    assert late(consulting) == []
    assert remind_by_machine(consulting.inside, PRIMARY) == 0
    consulting.town.clock.pass_(days=1)
    assert late(consulting) == [request_id]
    assert remind_by_machine(consulting.inside, PRIMARY) == 1
    assert reminders(consulting) == 1


def test_the_day_that_a_person_enters_counts_if_it_is_the_earlier_one(
    consulting: Consulting,
) -> None:
    asked = consulting.asked(purpose=EHC)
    had = note_had(consulting.inside, PRIMARY, asked.request.request_id, date(2026, 7, 3), SENCO)
    assert had.wanted_by == date(2026, 8, 14)
    assert replace(had, received_on=date(2026, 7, 1)).wanted_by == date(2026, 8, 12)
    assert replace(had, due_on=date(2026, 7, 20)).wanted_by == date(2026, 7, 20)
    again = note_had(consulting.inside, PRIMARY, had.request_id, date(2026, 7, 2), SENCO)
    assert again.wanted_by == date(2026, 8, 13)


def test_who_never_opens_a_request_is_reminded_all_the_same(consulting: Consulting) -> None:
    asked = consulting.asked(purpose=EHC)
    consulting.town.clock.pass_(days=14)
    assert remind_by_machine(consulting.inside, PRIMARY) == 0
    consulting.town.clock.pass_(days=1)
    assert remind_by_machine(consulting.inside, PRIMARY) == 1
    assert remind_by_machine(consulting.inside, PRIMARY) == 0
    assert late(consulting) == []  # no clock of the law runs yet
    assert consulting.request(asked.request.request_id).reminded == (date(2026, 7, 16),)


def test_a_link_that_is_opened_late_waits_for_its_six_weeks(consulting: Consulting) -> None:
    asked = consulting.asked(purpose=EHC)
    consulting.town.clock.pass_(days=60)
    consulting.door.answer(consulting.visit(asked), "opened", {})
    consulting.work()
    until = consulting.link_of(asked).expires_at
    assert until.date() == date(2026, 8, 30) + timedelta(days=42 + 28)


def test_a_sending_of_which_nothing_was_taken_ends_no_link(consulting: Consulting) -> None:
    """The 14 days for a corrected version run from the first report, not from a bad file."""
    asked = consulting.asked()
    ends = consulting.link_of(asked).expires_at
    consulting.sends(consulting.visit(asked), b"\x00\x01\xfe\xff" * 99)
    assert consulting.link_of(asked).expires_at == ends
    consulting.town.clock.pass_(days=20)
    report = consulting.sends(consulting.visit(asked))
    assert consulting.link_of(asked).expires_at == report.came_at + timedelta(days=14)


def test_a_link_does_not_end_while_what_was_sent_is_checked(consulting: Consulting) -> None:
    asked = consulting.asked()
    left = consulting.link_of(asked).expires_at - consulting.town.clock.now()
    consulting.town.clock.pass_(seconds=left.total_seconds() - 3600)
    visit = consulting.visit(asked)
    consulting.add(visit)
    consulting.desk.send(visit, ABOUT)
    consulting.take()
    consulting.town.clock.pass_(hours=2)
    consulting.work()
    assert consulting.link_of(asked).state is LinkState.OPEN


@pytest.mark.parametrize("known", [True, False], ids=["has-a-link", "waits-for-one"])
def test_who_declines_speaks_for_no_colleague(consulting: Consulting, known: bool) -> None:
    asked = consulting.asked()
    visit = consulting.visit(asked)
    consulting.desk.pass_on(visit, COLLEAGUE, keep=True)
    if known:
        consulting.work()
    consulting.town.clock.pass_(seconds=1)
    consulting.desk.decline(visit, "I am leaving. Kim answers.")
    consulting.work()
    request = consulting.request(asked.request.request_id)
    assert request.state is State.SENT
    assert [one.text for one in request.answers] == ["I am leaving. Kim answers."]
    states = [consulting.link(one).state for one in request.links]
    assert states == [LinkState.REVOKED, LinkState.OPEN]
    letter = [one for one in consulting.letters() if one[1] == COLLEAGUE["mail"]][-1]
    theirs = consulting.come_in(letter[2]["link"], consulting.link(request.links[1]))
    assert consulting.sends(theirs).by == "Kim"
    consulting.desk.decline(theirs, "Too late to say so.")
    consulting.work()
    assert consulting.request(request.request_id).state is State.ANSWERED


@pytest.mark.parametrize("why", ["undelivered", "uncollected", "rejected"])
def test_who_asked_is_told_that_a_pack_did_not_get_through(
    consulting: Consulting, why: str
) -> None:
    town = consulting.town
    asked = consulting.ask(town.leaver(), body=COUNCIL_BODY)
    bundle_id = str(asked.request.bundle_id)
    assert trouble(consulting, asked) == ""
    if why == "uncollected":
        town.primary.advance(bundle_id)
        town.clock.at = town.primary.transfer(bundle_id).expires_at
        town.primary.advance(bundle_id)
    elif why == "rejected":
        town.house(COUNCIL)
        town.settle()
        reject(town.council.inside, COUNCIL, bundle_id, "not-our-pupil", SENCO, PRIMARY)
        town.settle()
    else:
        town.holes.refusal = "bundle-too-large"
        town.primary.advance(bundle_id)
    assert trouble(consulting, asked) == why
    cancel(consulting.inside, PRIMARY, asked.request.request_id, "", SENCO)
    assert trouble(consulting, asked) == ""


def trouble(consulting: Consulting, asked: Asked) -> str:
    with consulting.inside.store.reading(PRIMARY) as unit:
        return pack_trouble(unit, consulting.request(asked.request.request_id))


def test_what_is_filed_cannot_be_cancelled_any_more(consulting: Consulting) -> None:
    """Whoever cancels must not read that links have ended which are open for a correction."""
    asked = consulting.asked(body=THERAPIST)
    report = consulting.sends(consulting.visit(asked), REPORT_PDF)
    with consulting.inside.store.reading(PRIMARY) as unit:
        assert [one.request_id for one in open_advice(unit)] == [asked.request.request_id]
    told = Confirmed(report.pupil_id, looked=True)
    file_report(consulting.inside, PRIMARY, report.report_id, told, SENCO)
    with pytest.raises(Conflict):
        cancel(consulting.inside, PRIMARY, asked.request.request_id, "", SENCO)
    assert consulting.link_of(asked).state is LinkState.OPEN
    with consulting.inside.store.reading(PRIMARY) as unit:
        assert open_advice(unit) == []
        assert [one.state for one in all_advice(unit)] == [State.FILED]
