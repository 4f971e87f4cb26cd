"""What the panel advised is recorded for what was asked, whatever became of the case meanwhile."""

from __future__ import annotations

import re
from typing import Any

from exchange.domain.clocks import london_day
from exchange.services.cases import CaseState, Decision, record_decision
from exchange.services.panel.keeping import get_meeting
from exchange.services.panel.model import Meeting, Outcome
from exchange.services.people.account import Account
from tests.exchange.web.cases.council import words
from tests.exchange.web.panel.sitting import CASEWORKER, Sitting


def asked(page: Any, member: Account) -> dict[str, Any]:
    """Return a yes as a page posts it."""
    found = re.search(r'name="asks" value="([a-z]+)"', page.text)
    told = {"outcome": "agree", "reasons": "The test is met.", "present": [member.account_id]}
    return told | ({"asks": found.group(1)} if found else {})


def decided(fresh: Sitting, panel: str = "") -> None:
    """Let a colleague decide to assess."""
    inside, org_id = fresh.here.node.inside, fresh.here.org_id
    made = Decision("assess", True, london_day(inside.clock.now()), "", panel=panel)
    record_decision(inside, org_id, fresh.case_id, made, CASEWORKER)


def outcome_of(fresh: Sitting, meeting: Meeting) -> tuple[str, Outcome] | None:
    """Return what stands on a meeting's sheet of the case."""
    with fresh.here.node.inside.store.reading(fresh.here.org_id) as unit:
        listed = get_meeting(unit, meeting.meeting_id).case(fresh.case_id)
    assert listed is not None
    return None if listed.advised is None else (listed.advised.what, listed.advised.outcome)


def test_a_yes_to_an_assessment_is_no_yes_to_a_plan(fresh: Sitting) -> None:
    member = fresh.member()
    meeting = fresh.meeting(member, in_days=0)
    client, path = fresh.browser(), f"/panel/{meeting.meeting_id}/cases/{fresh.case_id}"
    page = client.get(path)
    assert "Carry out an assessment" in words(page)
    decided(fresh)  # on the page of the case
    told = asked(page, member)
    for _ in range(2):  # and pressed once more on the page that says no
        answer = client.post(path, told)
        assert answer.status_code == 422
        assert "The case has moved on. Look at it again." in words(answer)
        assert "Carry out an assessment" in words(answer)
        told = asked(answer, member)
    nothing = {key: value for key, value in told.items() if key != "asks"}
    for late in (nothing, nothing | {"asks": "anything"}):
        assert client.post(path, late).status_code == 409
    assert fresh.held.state is CaseState.ASSESSING
    assert fresh.held.decided("plan") is None
    assert outcome_of(fresh, meeting) is None
    assert "Issue a plan" in words(client.get(path))  # whoever looks again is asked the next


def test_after_a_kill_the_same_form_is_finished_and_a_new_page_asks_the_same(
    fresh: Sitting,
) -> None:
    member = fresh.member()
    meeting = fresh.meeting(member, in_days=0)
    client, path = fresh.browser(), f"/panel/{meeting.meeting_id}/cases/{fresh.case_id}"
    told = asked(client.get(path), member)
    decided(fresh, panel=f"Panel of {meeting.on.day} {meeting.on:%B %Y}")  # the first commit
    assert "Carry out an assessment" in words(client.get(path))
    no = client.post(path, told | {"outcome": "not"})
    assert no.status_code == 422  # the case says yes, and the sheet says nothing else
    assert client.post(path, told).status_code == 302
    assert outcome_of(fresh, meeting) == ("assess", Outcome.AGREE)
    assert fresh.held.state is CaseState.ASSESSING
    assert [one.what for one in fresh.held.decisions] == ["assess"]
