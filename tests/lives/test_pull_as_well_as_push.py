"""Pull as well as push: asking for records, three answers, and a list that fills the board."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.feeder import Standing
from exchange.services.ask import (
    answer_request,
    ask_for_records,
    candidates,
    requests_of_ours,
    requests_to_us,
)
from exchange.services.boards.feeder import FeederBoard
from exchange.services.expect import draft_list, take_list
from exchange.services.expected import expected_children
from schemas.identifiers import Upn
from schemas.message import AskedChild, RecordsAnswer
from schemas.pupil import Names
from tests.exchange.services.town import COUNCIL, PRIMARY, SECONDARY, SENCO, UPNS, Town

CHILD = AskedChild(
    surname="Oak", forename="Anna", date_of_birth=date(2015, 3, 9), upn=Upn.parse(UPNS[0])
)


def asked(town: Town, of: str = PRIMARY) -> None:
    ask_for_records(
        town.secondary.inside, SECONDARY, of, CHILD, date(2026, 9, 2), "She starts soon.", SENCO
    )
    town.settle()


@pytest.mark.parametrize("answer", list(RecordsAnswer))
def test_the_old_school_answers_send_not_ours_or_through_the_la(
    town: Town, answer: RecordsAnswer
) -> None:
    pupil_id = town.leaver()
    asked(town)
    with town.primary.store.reading(PRIMARY) as unit:
        (request,) = requests_to_us(unit)
        assert [one.pupil_id for one in candidates(unit, request.child)] == [pupil_id]
    answer_request(town.primary.inside, PRIMARY, request.request_id, answer, "", SENCO)
    town.settle()
    with town.secondary.store.reading(SECONDARY) as unit:
        (ours,) = requests_of_ours(unit)
    assert ours.answer is answer


def test_who_asks_names_the_school_and_it_need_only_be_confirmed(town: Town) -> None:
    pupil_id = town.leaver()
    asked(town)
    with town.primary.store.reading(PRIMARY) as unit:
        (request,) = requests_to_us(unit)
    assert request.other == SECONDARY
    town.choose(pupil_id, request.other)
    assert town.send(pupil_id).transfer.recipient == SECONDARY


def test_the_authority_can_be_asked_where_the_old_school_is_not_known(town: Town) -> None:
    asked(town, COUNCIL)
    with town.council.store.reading(COUNCIL) as unit:
        (request,) = requests_to_us(unit)
    assert (request.other, request.starts) == (SECONDARY, date(2026, 9, 2))


def test_a_request_tells_no_more_of_the_child_than_it_takes_to_find_it(town: Town) -> None:
    town.leaver()
    asked(town)
    with town.primary.store.reading(PRIMARY) as unit:
        (request,) = requests_to_us(unit)
    told = {name for name in request.child.__dataclass_fields__ if getattr(request.child, name)}
    assert told <= {"surname", "forename", "known_as", "date_of_birth", "upn"}


def test_the_admissions_list_says_whom_to_expect_and_from_where(town: Town) -> None:
    text = (
        "forename,surname,dob,upn,current school,tutor group\n"
        f"Anna,Oak,9/3/2015,{UPNS[0]},8202001,7A\n"
    )
    inside = town.secondary.inside
    take_list(inside, SECONDARY, draft_list(inside, SECONDARY, text, SENCO), SENCO)
    with town.secondary.store.reading(SECONDARY) as unit:
        (child,) = expected_children(unit)
    assert child.who.school == PRIMARY


def test_a_child_who_is_expected_and_comes_is_found_by_its_pack(town: Town) -> None:
    inside = town.secondary.inside
    text = f"forename,surname,dob,upn,current school\nAnna,Oak,9/3/2015,{UPNS[0]},8202001\n"
    take_list(inside, SECONDARY, draft_list(inside, SECONDARY, text, SENCO), SENCO)
    board = FeederBoard(inside)
    (waits,) = board.rows(SECONDARY)
    assert waits.standing is Standing.EXPECTED
    pupil_id = town.leaver(names=Names(surname="Oak", forename="Anna"))
    town.attach(pupil_id)
    town.choose(pupil_id)
    town.send(pupil_id)
    town.settle()
    (came,) = board.rows(SECONDARY)
    assert came.standing is Standing.ARRIVED
