"""Meetings: who reads which pack until when, what the mail says, what was advised."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Actor
from exchange.services.cases import CaseState, Decision, record_decision
from exchange.services.panel.keeping import get_meeting
from exchange.services.panel.meetings import (
    Advice,
    circulate,
    plan_meeting,
    put_on_agenda,
    record_advice,
    set_members,
)
from exchange.services.panel.model import Meeting, Outcome
from exchange.services.panel.reading import Reader, look, pack_for
from exchange.services.people.account import put_account
from exchange.web.words import LONDON
from tests.exchange.web.cases.council import day_fields, words
from tests.exchange.web.panel.sitting import CASEWORKER, Sitting, words_in
from tests.exchange.web.site import BASE


def test_a_caseworker_plans_lists_and_circulates(fresh: Sitting) -> None:
    client, member = fresh.browser(), fresh.member()
    on = datetime.now(LONDON) + timedelta(days=5)
    client.get("/panel/new")
    sent = {**day_fields("on", on), "members": [member.account_id], "access_days": "3"}
    page = client.follow(client.post("/panel/new", sent))
    assert member.name in words(page)
    meeting = page.request.path.rpartition("/")[2]
    assert "No case is on its list" in words(client.get(f"/panel/{meeting}/circulate"))
    client.get(f"/cases/{fresh.case_id}/panel")
    client.post(f"/cases/{fresh.case_id}/panel/meeting", {"meeting": meeting})
    assert "Make the pack" in words(client.get(f"/panel/{meeting}/circulate"))
    with pytest.raises(UsageError, match="packs-missing"):
        circulate(fresh.here.node.inside, fresh.here.org_id, meeting, BASE, CASEWORKER)
    made = fresh.order("Speech report")
    reads = fresh.browser(member)
    assert meeting not in reads.get("/panel").text
    client.get(f"/panel/{meeting}/circulate")
    assert "can read the packs now" in words(
        client.follow(client.post(f"/panel/{meeting}/circulate"))
    )
    assert meeting in reads.get("/panel").text
    page = reads.get(f"/panel/{meeting}")
    assert made.pack_id in page.text
    assert fresh.held.name in words(page)
    assert "Words of Speech" in words_in(reads.get(f"/panel/packs/{made.pack_id}/file").data)


def test_the_mail_to_members_names_no_child_and_no_case(sitting: Sitting) -> None:
    sitting.order("Speech report")
    before = len(sitting.letters())
    sitting.circulate(sitting.meeting(sitting.member(), sitting.member()))
    letters = sitting.letters()[before:]
    assert [one["template"] for one in letters] == ["panel-papers"] * 2
    told = str(letters)
    assert "/panel" in told
    for word in (*sitting.held.name.split(), sitting.held.reference, sitting.case_id):
        assert word not in told


def test_a_member_reads_the_packs_of_their_own_meetings_alone(sitting: Sitting) -> None:
    mine, other = sitting.member(), sitting.member()
    made = sitting.order("Speech report")
    sitting.circulate(sitting.meeting(mine))
    elsewhere = sitting.meeting(other, listed=False)
    file = f"/panel/packs/{made.pack_id}/file"
    assert sitting.browser(mine).get(file).status_code == 200
    assert sitting.browser(other).get(file).status_code == 404
    assert sitting.browser(other).get(f"/panel/packs/{made.pack_id}").status_code == 404
    assert sitting.browser(mine).get(f"/panel/{elsewhere.meeting_id}").status_code == 404


def test_before_the_papers_are_circulated_nobody_reads(sitting: Sitting) -> None:
    member = sitting.member()
    made, meeting = sitting.order("Speech report"), sitting.meeting(member)
    client = sitting.browser(member)
    assert client.get(f"/panel/{meeting.meeting_id}").status_code == 404
    assert client.get(f"/panel/packs/{made.pack_id}/file").status_code == 404


def test_whoever_is_taken_off_reads_nothing_from_that_moment(sitting: Sitting) -> None:
    stays, goes = sitting.member(), sitting.member()
    made, meeting = sitting.order("Speech report"), sitting.meeting(stays, goes)
    sitting.circulate(meeting)
    file = f"/panel/packs/{made.pack_id}/file"
    left = sitting.browser(goes)
    assert left.get(file).status_code == 200
    inside, org_id = sitting.here.node.inside, sitting.here.org_id
    set_members(inside, org_id, meeting.meeting_id, [stays.account_id], CASEWORKER)
    assert left.get(file).status_code == 404
    assert left.get(f"/panel/{meeting.meeting_id}").status_code == 404
    assert sitting.browser(stays).get(file).status_code == 200


def test_whoever_loses_the_role_reads_nothing_from_that_moment(sitting: Sitting) -> None:
    member = sitting.member()
    made = sitting.order("Speech report")
    sitting.circulate(sitting.meeting(member))
    client, file = sitting.browser(member), f"/panel/packs/{made.pack_id}/file"
    assert client.get(file).status_code == 200
    inside = sitting.here.node.inside
    with inside.store.unit(NODE) as unit:
        put_account(inside, unit, replace(member, posts=()))
        unit.audit.record(CASEWORKER, "test.changed", "account", member.account_id)
        unit.commit()
    assert client.get(file).status_code in (302, 403)


@pytest.mark.parametrize(("days", "open_"), [(0, True), (7, True), (8, False), (30, False)])
def test_access_ends_with_the_last_day_in_london(days: int, open_: bool) -> None:
    now = datetime(2026, 6, 1, 9, tzinfo=UTC)
    made = Meeting("m", now.date(), 7, (), (), now, now, circulated=now)
    late_evening = datetime(2026, 6, 1, 22, 30, tzinfo=UTC) + timedelta(days=days)  # 23:30 there
    assert (late_evening < made.ends) is open_


def test_access_ends_for_a_reader(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    member = sitting.member()
    made, meeting = sitting.order("Speech report"), sitting.circulate(sitting.meeting(member))
    inside, org_id = sitting.here.node.inside, sitting.here.org_id
    reader = Reader(member.account_id, Actor(member.name, "panel-member"))
    with inside.store.reading(org_id) as unit:
        assert pack_for(inside, unit, made.pack_id, reader)[0] == made
    monkeypatch.setattr(type(inside.clock), "now", lambda _self: meeting.ends)
    with inside.store.reading(org_id) as unit, pytest.raises(NotFound, match="pack-unknown"):
        pack_for(inside, unit, made.pack_id, reader)


def test_each_look_is_a_line_in_the_book_with_who_and_how(sitting: Sitting) -> None:
    member = sitting.member()
    made = sitting.order("Speech report")
    sitting.circulate(sitting.meeting(member))
    client = sitting.browser(member)
    client.get(f"/panel/packs/{made.pack_id}")
    client.get(f"/panel/packs/{made.pack_id}/file")
    client.get(f"/panel/packs/{made.pack_id}/file?keep=1")
    inside, org_id = sitting.here.node.inside, sitting.here.org_id
    with inside.store.reading(org_id) as unit:
        lines = [one for one in unit.audit.entries() if one.object_id == made.pack_id]
    lines = [one for one in lines if one.action == "panel-pack.viewed"]
    assert [one.detail["how"] for one in lines] == ["index", "read", "download"]
    assert {(one.actor, one.role) for one in lines} == {(member.name, "panel-member")}


def test_a_look_that_is_refused_shows_nothing_and_is_no_look(sitting: Sitting) -> None:
    made, before = sitting.order("Speech report"), sitting.book("panel-pack.viewed")
    inside, org_id = sitting.here.node.inside, sitting.here.org_id
    stranger = Reader("nobody", Actor("N", "panel-member"))
    with pytest.raises(NotFound):
        look(inside, org_id, made.pack_id, stranger, "read")
    assert sitting.book("panel-pack.viewed") == before


def test_members_see_no_other_page_of_the_council(sitting: Sitting) -> None:
    client = sitting.browser(sitting.member())
    for path in (f"/cases/{sitting.case_id}", "/cases", "/panel/new"):
        assert client.get(path).status_code == 403


def test_a_case_is_on_the_list_of_one_coming_meeting(sitting: Sitting) -> None:
    inside, org_id = sitting.here.node.inside, sitting.here.org_id
    first, second = sitting.meeting(), sitting.meeting(listed=False, in_days=10)
    put_on_agenda(inside, org_id, second.meeting_id, sitting.case_id, CASEWORKER)
    with inside.store.reading(org_id) as unit:
        assert get_meeting(unit, first.meeting_id).agenda == ()
        assert get_meeting(unit, second.meeting_id).case(sitting.case_id) is not None


def test_a_meeting_is_planned_for_a_day_to_come_and_with_panel_members(sitting: Sitting) -> None:
    inside, org_id = sitting.here.node.inside, sitting.here.org_id
    today = london_day(datetime.now(UTC))
    nobody = sitting.here.person(Role.LA_CASEWORKER).account_id
    for code, on, members, days in (
        ("date-in-past", today - timedelta(days=2), [], 7),
        ("date-too-far", today + timedelta(days=500), [], 7),
        ("member-unknown", today, [nobody], 7),
        ("access-days", today, [], 29),
    ):
        with pytest.raises(UsageError, match=code):
            plan_meeting(inside, org_id, on, members, CASEWORKER, days)


def test_yes_of_the_panel_becomes_the_cases_decision(fresh: Sitting) -> None:
    member = fresh.member()
    fresh.order("Speech report")
    meeting = fresh.circulate(fresh.meeting(member, in_days=0))
    client = fresh.browser()
    path = f"/panel/{meeting.meeting_id}/cases/{fresh.case_id}"
    client.get(path)
    empty = client.post(path, {"asks": "assess"})
    assert empty.status_code == 422
    sent = {
        "asks": "assess",
        "outcome": "agree",
        "reasons": "The test is met.",
        "conditions": "Advice of a teacher of the deaf.",
        "present": [member.account_id],
    }
    page = client.follow(client.post(path, sent))
    assert "Carry out an assessment" in words(page)
    held = fresh.held
    assert held.state is CaseState.ASSESSING
    decision = held.decided("assess")
    assert decision is not None
    assert decision.yes
    assert "teacher of the deaf" in decision.reasons
    sheet = client.get(f"/panel/{meeting.meeting_id}/decisions.pdf")
    said = words_in(sheet.data)
    for word in ("The test is met.", "Advice of a teacher of the deaf.", member.name):
        assert word in said


def test_after_a_no_the_panel_is_asked_again_whether_to_assess(fresh: Sitting) -> None:
    inside, org_id = fresh.here.node.inside, fresh.here.org_id
    today = london_day(inside.clock.now())
    refused = Decision("assess", yes=False, decided=today, reasons="Help works.", told=today)
    record_decision(inside, org_id, fresh.case_id, refused, CASEWORKER)
    member = fresh.member()
    meeting = fresh.meeting(member, in_days=0)
    client = fresh.browser()
    asked = client.get(f"/cases/{fresh.case_id}/panel").text
    assert re.search(r'value="assess"[^>]*checked', asked)
    path = f"/panel/{meeting.meeting_id}/cases/{fresh.case_id}"
    assert "Carry out an assessment" in words(client.get(path))
    sent = {"asks": "assess", "outcome": "agree", "reasons": "New reports."}
    sent["present"] = member.account_id
    assert client.post(path, sent).status_code == 302
    assert fresh.held.state is CaseState.ASSESSING


def test_putting_off_leaves_the_case_open_with_a_note(sitting: Sitting) -> None:
    member = sitting.member()
    meeting = sitting.meeting(member, in_days=0)
    inside, org_id = sitting.here.node.inside, sitting.here.org_id
    advice = Advice(
        Outcome.DEFER, "assess", "The clinic's letter is awaited.", present=(member.account_id,)
    )
    record_advice(inside, org_id, meeting.meeting_id, sitting.case_id, advice, CASEWORKER)
    assert sitting.held.state is CaseState.OPEN
    assert "put it off: The clinic's letter" in sitting.held.notes[-1].text
    with pytest.raises(Conflict, match="advised-already"):
        record_advice(inside, org_id, meeting.meeting_id, sitting.case_id, advice, CASEWORKER)


def test_nothing_is_advised_before_the_meeting_or_by_nobody(sitting: Sitting) -> None:
    member = sitting.member()
    meeting = sitting.meeting(member)
    inside, org_id = sitting.here.node.inside, sitting.here.org_id
    advice = Advice(Outcome.AGREE, "assess", "Yes.", present=(member.account_id,))
    with pytest.raises(UsageError, match="meeting-to-come"):
        record_advice(inside, org_id, meeting.meeting_id, sitting.case_id, advice, CASEWORKER)
    today = sitting.meeting(member, in_days=0)
    nobody = Advice(Outcome.AGREE, "assess", "Yes.")
    with pytest.raises(UsageError, match="present-missing"):
        record_advice(inside, org_id, today.meeting_id, sitting.case_id, nobody, CASEWORKER)
    assert sitting.held.state is CaseState.OPEN
