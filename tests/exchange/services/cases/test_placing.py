"""Whose request it is, as a person says; and a child who is not ours keeps the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exchange.domain.feeder import Who
from exchange.domain.transfer import State
from exchange.errors import Conflict, UsageError
from exchange.services.cases import CaseState, Source
from exchange.services.cases.area import not_ours, open_again
from exchange.services.cases.by_hand import HandRequest, enter_request
from exchange.services.cases.placing import (
    candidates,
    place_by_hand,
    to_take_in,
)
from exchange.services.cases.timing import clocks_of
from exchange.services.keep_pupil import add_pupil
from schemas.base import load_bytes
from schemas.ehc_decision import Decided, EhcDecision
from schemas.identifiers import Upn
from schemas.pupil import Names, Pupil
from schemas.records import RECORDS
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL, PRIMARY, UPNS, pupil_record

FIRST = date(2026, 7, 1)
ANN = Who("Oak", "Anna", date(2015, 3, 9))


def ours(desk: Desk, number: int = 0, **changes: object) -> str:
    told = {"subject": f"{number:08x}-7777-4777-8777-777777777777"} | changes
    return add_pupil(desk.inside, COUNCIL, pupil_record(number, **told), CASEWORKER)


def test_a_new_child_is_taken_in_with_the_documents(desk: Desk) -> None:
    bundle_id = desk.asked()
    placed = desk.place(desk.only)
    assert desk.house.arrival(bundle_id).state is State.IMPORTED
    assert placed.pupil_id is not None
    with desk.house.store.reading(COUNCIL) as unit:
        assert [one.type for one in unit.documents.of_pupil(placed.pupil_id)] == ["ep-report"]
        slots = {one.slot for one in unit.records.of_pupil(placed.pupil_id)}
    assert slots == {"ehc-request"}
    assert placed.reached == FIRST


def test_the_school_hears_the_reference_and_the_day_once(desk: Desk) -> None:
    first = desk.asked()
    desk.town.clock.pass_(days=9)
    placed = desk.place(desk.only)
    desk.asked(edition=2, supersedes=first)
    desk.place(desk.only)
    assert desk.back() == ["message"]
    desk.town.settle()
    found = sent_back(desk)
    assert (found.what, found.reached) == (Decided.RECEIVED, FIRST)
    assert found.reference == placed.reference


def test_a_known_child_is_proposed_and_a_person_says_so(desk: Desk) -> None:
    known = ours(desk)
    desk.asked()
    with desk.house.store.reading(COUNCIL) as unit:
        (found,) = candidates(unit, desk.only)
    assert (found.pupil_id, found.sure) == (known, True)
    assert set(found.agrees) == {"upn", "born", "surname", "forename"}
    assert desk.only.pupil_id is None  # proposed, not done
    assert desk.place(desk.only, known).pupil_id == known
    assert [one.pupil_id for one in desk.house.pupils()] == [known]


def test_a_number_alone_makes_nobody_sure(desk: Desk) -> None:
    names = Names(surname="Ash", forename="Bo")
    ours(desk, 3, upn=Upn.parse(UPNS[0]), names=names)
    desk.asked()
    with desk.house.store.reading(COUNCIL) as unit:
        (found,) = candidates(unit, desk.only)
    assert (found.sure, found.agrees) == (False, ("upn",))
    with pytest.raises(Conflict, match="pupil-exists"):
        desk.place(desk.only)  # "new here", and yet the number is taken: a person must look
    assert desk.only.pupil_id is None


def test_placing_half_way_leaves_no_second_child(desk: Desk) -> None:
    desk.asked()
    once = desk.place(desk.only)
    again = desk.place(desk.again(once.case_id))
    assert once.pupil_id == again.pupil_id
    assert len(desk.house.pupils()) == 1


def test_an_update_is_taken_into_the_same_child(desk: Desk) -> None:
    first = desk.asked()
    placed = desk.place(desk.only)
    desk.asked(edition=2, supersedes=first)
    with desk.house.store.reading(COUNCIL) as unit:
        assert len(to_take_in(unit, desk.only)) == 1
    again = desk.place(desk.only)
    assert (again.pupil_id, again.reached) == (placed.pupil_id, FIRST)
    with desk.house.store.reading(COUNCIL) as unit:
        assert to_take_in(unit, again) == []
        assert len(unit.documents.of_pupil(str(placed.pupil_id))) == 2


def test_an_update_about_another_child_is_a_case_of_its_own(desk: Desk) -> None:
    first = desk.asked()
    placed = desk.place(desk.only)
    desk.asked(2, edition=2, supersedes=first)
    mine, other = desk.cases
    assert (mine.case_id, mine.name, len(mine.packs)) == (placed.case_id, "Anna Oak", 1)
    assert (other.state, other.pupil_id) == (CaseState.OPEN, None)
    assert other.name != "Anna Oak"
    with pytest.raises(Conflict, match="pupil-unclear"):  # not even where a person slips
        desk.place(other, str(placed.pupil_id))
    with desk.house.store.reading(COUNCIL) as unit:
        assert len(unit.documents.of_pupil(str(placed.pupil_id))) == 1


def test_a_case_is_not_given_to_another_child(desk: Desk) -> None:
    other = ours(desk, 2)
    desk.asked()
    desk.place(desk.only)
    with pytest.raises(Conflict, match="case-pupil"):
        desk.place(desk.only, other)


def test_not_our_child_keeps_the_day_and_tells_the_school(desk: Desk) -> None:
    bundle_id = desk.asked()
    made = not_ours(desk.inside, COUNCIL, desk.only.case_id, "Lives in Moorshire.", CASEWORKER)
    assert (made.state, made.reached) == (CaseState.NOT_OURS, FIRST)
    assert clocks_of(made) == ()
    arrival = desk.house.arrival(bundle_id)
    assert (arrival.state, arrival.code) == (State.REJECTED, "not-our-pupil")
    desk.town.settle()
    found = sent_back(desk)
    assert (found.what, found.reached, found.reasons) == (
        Decided.NOT_OURS,
        FIRST,
        "Lives in Moorshire.",
    )
    assert desk.maker.run() == 0
    back = open_again(desk.inside, COUNCIL, made.case_id, "Moved in May.", CASEWORKER)
    assert (back.state, back.reached) == (CaseState.OPEN, FIRST)
    assert clocks_of(back)[0].clock.due == date(2026, 8, 12)
    assert desk.back() == ["message", "message"]  # it was told no; it is told that we have it


def test_what_is_sent_again_for_a_child_who_was_not_ours_keeps_the_day(desk: Desk) -> None:
    first = desk.asked()
    not_ours(desk.inside, COUNCIL, desk.only.case_id, "Lives in Moorshire.", CASEWORKER)
    desk.town.clock.pass_(days=12)
    desk.asked(edition=2, supersedes=first)
    # A person decides about it anew: where nobody looks, it would be lost.
    assert (desk.only.state, desk.only.reached) == (CaseState.HELD, FIRST)


def test_a_reason_is_asked_for(desk: Desk) -> None:
    desk.asked()
    with pytest.raises(UsageError, match="text-missing"):
        not_ours(desk.inside, COUNCIL, desk.only.case_id, "", CASEWORKER)
    assert desk.only.state is CaseState.OPEN


def test_a_year_mistyped_opens_no_case_that_no_list_could_show(desk: Desk) -> None:
    order = HandRequest(Source.PARENT, ANN, date(2006, 6, 20))
    with pytest.raises(UsageError, match="date-unlikely"):
        enter_request(desk.inside, COUNCIL, order, CASEWORKER)
    assert desk.cases == []


def test_a_parents_letter_starts_the_same_clock(desk: Desk) -> None:
    order = HandRequest(Source.PARENT, ANN, date(2026, 6, 20), "5", "Elm Grove", "A letter.")
    made = enter_request(desk.inside, COUNCIL, order, CASEWORKER)
    assert (made.reached, made.source) == (date(2026, 6, 20), Source.PARENT)
    assert clocks_of(made)[0].clock.due == date(2026, 8, 1)
    placed = place_by_hand(desk.inside, COUNCIL, made.case_id, "F", "UN2", CASEWORKER)
    (pupil,) = desk.house.pupils()
    assert pupil.pupil_id == placed.pupil_id
    assert load_bytes(Pupil, pupil.record).names.surname == "Oak"


def test_no_letter_comes_tomorrow(desk: Desk) -> None:
    order = HandRequest(Source.PARENT, ANN, date(2026, 7, 2))
    with pytest.raises(UsageError, match="date-in-future"):
        enter_request(desk.inside, COUNCIL, order, CASEWORKER)


def test_a_twin_is_proposed_and_never_sure(desk: Desk) -> None:
    twin = replace(pupil_record(1), date_of_birth=date(2015, 3, 9))
    add_pupil(desk.inside, COUNCIL, twin, CASEWORKER)
    desk.asked()
    with desk.house.store.reading(COUNCIL) as unit:
        assert all(not one.sure for one in candidates(unit, desk.only))


def sent_back(desk: Desk) -> EhcDecision:
    """Return the first decision as the school can read it."""
    return told_to(desk)[0]


def told_to(desk: Desk) -> list[EhcDecision]:
    """Return the decisions as the school can read them."""
    from exchange.services.open_pack import open_pack

    house, found = desk.town.primary, []
    for arrival in house.arrivals():
        with open_pack(house.inside, PRIMARY, arrival) as opened:
            records = [record for _, record in opened.records(RECORDS)]
        found += [one for one in records if isinstance(one, EhcDecision)]
    return found
