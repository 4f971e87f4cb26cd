"""The checklist of reg 6, and the three words of reg 6(4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exchange.errors import NotFound, UsageError
from exchange.services.advice.model import AdviceRequest, Body, ConsentGiven, State, to_item
from exchange.services.cases import Case
from exchange.services.cases.advice import (
    Saying,
    record_had,
    record_word,
    require_may_ask,
    wanted_for,
)
from exchange.services.cases.keeping import put_case
from exchange.services.cases.timing import clocks_of
from schemas.advice import AdvicePurpose, ConsentHow
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL

DAY = date(2026, 7, 1)


def say(desk: Desk, held: Case, sayer: str, *, yes: bool = True, title: str = "EP report") -> Case:
    told = Saying("psychology", title, "", sayer, yes, f"Somebody, {sayer}", DAY)
    return record_word(desk.inside, COUNCIL, held.case_id, told, CASEWORKER)


def states(desk: Desk, held: Case) -> dict[str, str]:
    with desk.house.store.reading(COUNCIL) as unit:
        return {one.code: one.state for one in wanted_for(unit, held, ())}


def test_only_three_yeses_let_the_authority_not_ask_again(desk: Desk) -> None:
    desk.asked()
    held = desk.only
    for sayer in ("provider", "authority"):
        held = say(desk, held, sayer)
        require_may_ask(held, "psychology")
        assert states(desk, held)["psychology"] == "to-ask"
    held = say(desk, held, "parent", yes=False)
    require_may_ask(held, "psychology")
    held = say(desk, held, "parent")
    assert states(desk, held)["psychology"] == "sufficient"
    with pytest.raises(UsageError, match="advice-sufficient"):
        require_may_ask(held, "psychology")
    require_may_ask(held, "medical")
    (kept,) = held.sufficiency
    assert kept.parent is not None
    assert (kept.parent.who, kept.parent.on) == ("Somebody, parent", DAY)
    assert kept.parent.noted_by == "Kay Seworker"


def test_two_reports_do_not_make_one_agreement(desk: Desk) -> None:
    desk.asked()
    held = say(desk, desk.only, "provider")
    held = say(desk, held, "authority", title="An older report")
    held = say(desk, held, "parent")
    assert states(desk, held)["psychology"] == "to-ask"
    assert len(held.sufficiency) == 2


def test_what_the_regulations_want_depends_on_the_child(desk: Desk) -> None:
    desk.asked()
    young = desk.only
    assert states(desk, young)["adulthood"] == "not-needed"
    with desk.house.store.unit(COUNCIL) as unit:
        older = put_case(desk.inside, unit, replace(young, nc_year="9"))
        unit.audit.record(CASEWORKER, "test.aged", "case", young.case_id)
        unit.commit()
    assert states(desk, older)["adulthood"] == "to-ask"
    wanted = {code for code, state in states(desk, young).items() if state == "to-ask"}
    assert wanted == {"parent", "education", "medical", "psychology", "social-care"}


def test_a_document_that_came_stands_beside_its_advice(desk: Desk) -> None:
    desk.asked()
    placed = desk.place(desk.only)
    with desk.house.store.reading(COUNCIL) as unit:
        found = {one.code: one for one in wanted_for(unit, placed, ())}
    assert [one.type for one in found["psychology"].documents] == ["ep-report"]
    assert found["psychology"].state == "to-ask"  # that it is there does not make it enough


@pytest.mark.parametrize(
    ("sayer", "who", "on", "code"),
    [
        ("somebody", "Jo", DAY, "sayer-unknown"),
        ("parent", " ", DAY, "text-missing"),
        ("parent", "Jo", date(2026, 7, 2), "date-in-future"),
    ],
)
def test_who_and_when_are_asked_for(desk: Desk, sayer: str, who: str, on: date, code: str) -> None:
    desk.asked()
    told = Saying("psychology", "EP report", "", sayer, True, who, on)
    with pytest.raises(UsageError, match=code):
        record_word(desk.inside, COUNCIL, desk.only.case_id, told, CASEWORKER)


def letter(desk: Desk, held: Case, **changes: object) -> AdviceRequest:
    """Return a request for advice of a case that nobody has opened yet."""
    now = desk.town.clock.now()
    made = AdviceRequest(
        request_id="99999999-1111-4111-8111-111111111111",
        state=State.SENT,
        pupil_id=str(held.pupil_id),
        body=Body("health", "Speech service"),
        purpose=AdvicePurpose.EHC_ASSESSMENT,
        question="What does she need?",
        wanted_type="slt-report",
        shared=(),
        consent=ConsentGiven("Mrs Oak", DAY, ConsentHow.WRITTEN),
        asked_on=DAY,
        asked_by="Kay Seworker",
        asked_role="la-caseworker",
        asker_mail="",
        created_at=now,
        updated_at=now,
        case_id=held.case_id,
    )
    made = replace(made, **changes)  # type: ignore[arg-type]
    with desk.house.store.unit(COUNCIL) as unit:
        unit.items.add(to_item(made))
        unit.audit.record(CASEWORKER, "test.asked", "advice", made.request_id)
        unit.commit()
    return made


def had(desk: Desk, asked: AdviceRequest, day: date) -> Case:
    case_id = str(asked.case_id)
    return record_had(desk.inside, COUNCIL, case_id, asked.request_id, day, CASEWORKER)


def test_six_weeks_run_from_the_day_that_a_person_enters(desk: Desk) -> None:
    desk.asked()
    asked = letter(desk, desk.place(desk.only))
    assert not [one for one in clocks_of(desk.only, [asked]) if one.body]
    desk.town.clock.pass_(days=20)
    had(desk, asked, date(2026, 7, 8))
    held = had(desk, asked, date(2026, 7, 6))  # entered again: corrected
    (clock,) = [one for one in clocks_of(held, [asked]) if one.body]
    assert (clock.clock.due, clock.whose) == (date(2026, 8, 17), "Speech service")
    opened = replace(asked, received_on=date(2026, 7, 3))
    (clock,) = [one for one in clocks_of(held, [opened]) if one.body]
    assert clock.clock.starts == date(2026, 7, 3)  # the earlier one counts


def test_a_body_has_no_request_before_it_was_asked_nor_tomorrow(desk: Desk) -> None:
    desk.asked()
    asked = letter(desk, desk.place(desk.only))
    for day, code in ((date(2026, 6, 30), "date-before-asked"), (date(2026, 7, 2), "date-in-fut")):
        with pytest.raises(UsageError, match=code):
            had(desk, asked, day)
    gone = letter(desk, desk.only, request_id="99999999-2222-4111-8111-1", state=State.CANCELLED)
    for one in (gone, replace(asked, request_id="another")):
        with pytest.raises(NotFound, match="advice-unknown"):
            had(desk, one, DAY)
