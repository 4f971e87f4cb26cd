"""Of two schools whose requests are one case each is told by its own pack, and what it may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exchange.domain.protection import Why
from exchange.ports import Actor
from exchange.services.cases import Case, Decision, record_decision
from exchange.services.cases.area import not_ours
from exchange.services.cases.decisions import close_case
from exchange.services.cases.joining import join_cases
from exchange.services.open_pack import open_pack
from exchange.services.protect import protect
from keys.directory import Ruling
from schemas.ehc_decision import Decided, EhcDecision
from schemas.records import RECORDS
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL, PRIMARY, SECONDARY, House, pupil_record

FIRST = date(2026, 7, 1)
NO = Decision("assess", yes=False, decided=FIRST, reasons="Her mother said so.", told=FIRST)
YES = Decision("assess", yes=True, decided=FIRST, reasons="", told=FIRST)


def two(desk: Desk, number: int = 1) -> tuple[Case, Case]:
    """Return the case of the primary school, and that of the secondary."""
    desk.asked()
    desk.asked(number, sender="secondary")
    mine, theirs = sorted(desk.cases, key=lambda one: one.school_org != PRIMARY)
    return mine, theirs


def joined(desk: Desk, number: int = 1) -> Case:
    mine, theirs = two(desk, number)
    return join_cases(desk.inside, COUNCIL, theirs.case_id, mine.case_id, CASEWORKER)


def decide(desk: Desk, held: Case, decision: Decision) -> Case:
    return record_decision(desk.inside, COUNCIL, held.case_id, decision, CASEWORKER)


def heard(house: House) -> list[tuple[str | None, EhcDecision]]:
    """Return what a school was told: the pack that is answered, and the decision."""
    house.town.settle()
    found = []
    for arrival in house.arrivals():
        with open_pack(house.inside, house.org_id, arrival) as opened:
            found += [
                (arrival.in_reply_to, one)
                for _, one in opened.records(RECORDS)
                if isinstance(one, EhcDecision)
            ]
    return found


def test_both_are_told_each_in_answer_to_its_own_request(desk: Desk) -> None:
    held = joined(desk)
    made = decide(desk, held, NO)
    ((mine, told),) = heard(desk.town.primary)
    ((theirs, also),) = heard(desk.town.secondary)
    assert {one.sender: one.bundle_id for one in held.packs} == {PRIMARY: mine, SECONDARY: theirs}
    assert (told.yes, told.told, told.reasons) == (False, FIRST, "Her mother said so.")
    assert (also.yes, also.told, also.reference) == (False, FIRST, told.reference)
    assert also.reasons == "Please ask us for the reasons."
    assert (told.subject, also.subject) == (pupil_record(0).subject, pupil_record(1).subject)
    assert "Riverside" not in repr(told)
    assert "Elm" not in repr(also)
    assert made.decisions[0].message_id
    assert made.notes[-1].text == "Told as well, without reasons: Riverside Academy."


@pytest.mark.parametrize("how", ["closed", "not-ours"])
def test_both_are_told_of_the_end(desk: Desk, how: str) -> None:
    held = joined(desk)
    if how == "closed":
        close_case(desk.inside, COUNCIL, held.case_id, FIRST, "They moved to X.", CASEWORKER)
    else:
        not_ours(desk.inside, COUNCIL, held.case_id, "They live in X.", CASEWORKER)
    for house, knows in ((desk.town.primary, True), (desk.town.secondary, False)):
        ((_, one),) = heard(house)
        assert one.what is Decided(how)
        assert ("X." in (one.reasons or "")) is knows


@pytest.mark.parametrize("gone", [PRIMARY, SECONDARY])
def test_one_that_cannot_be_told_keeps_no_other_from_hearing(desk: Desk, gone: str) -> None:
    held = joined(desk)
    desk.town.rule(gone, Ruling(status="closed"))
    made = decide(desk, held, YES)
    assert bool(made.decisions[0].message_id) is (gone == SECONDARY)
    left = desk.town.house(PRIMARY if gone == SECONDARY else SECONDARY)
    assert [one.what for _, one in heard(left)] == [Decided.ASSESS]
    written = "Riverside Academy" if gone == PRIMARY else "cannot be told from here: Riverside"
    assert written in made.notes[-1].text


def test_of_a_protected_move_no_other_school_hears(desk: Desk) -> None:
    held = desk.place(joined(desk, number=0))
    assert held.pupil_id
    desk.town.settle()
    dee = Actor("dee", "dsl")
    why = Why.DOMESTIC_ABUSE
    protect(desk.inside, COUNCIL, held.pupil_id, why, ("account-1", "account-2"), dee)
    before = len(heard(desk.town.secondary))
    decide(desk, desk.again(held.case_id), YES)
    assert len(heard(desk.town.secondary)) == before
    assert heard(desk.town.primary)[-1][1].what is Decided.ASSESS


def test_a_school_that_is_joined_late_is_told_what_the_other_knows(desk: Desk) -> None:
    mine, theirs = two(desk)
    decide(desk, mine, replace(YES, reasons="Said of her mother."))
    assert heard(desk.town.secondary) == []
    made = join_cases(desk.inside, COUNCIL, theirs.case_id, mine.case_id, CASEWORKER)
    ((answers, told),) = heard(desk.town.secondary)
    assert (answers, told.what, told.yes) == (theirs.transfer_id, Decided.ASSESS, True)
    assert "mother" not in repr(told.reasons)
    assert len(heard(desk.town.primary)) == 1
    assert made.notes[-1].text == "Told as well, without reasons: Riverside Academy."
