"""Records are asked for and answered; a request about a protected move shows itself to nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exchange.domain.protection import Why
from exchange.errors import Conflict, NotFound, Refused
from exchange.ports import Actor
from exchange.services.ask import (
    Request,
    answer_request,
    ask_for_records,
    candidates,
    open_requests,
    request_of,
    requests_of_ours,
    requests_to_us,
)
from exchange.services.protect import protect
from schemas.identifiers import Upn
from schemas.message import AskedChild, RecordsAnswer
from tests.exchange.services.town import OTHER, PRIMARY, SECONDARY, SENCO, UPNS, House, Town

ANNA = AskedChild(
    surname="Oak", forename="Anna", date_of_birth=date(2015, 3, 9), upn=Upn.parse(UPNS[0])
)
DSL = Actor("Di Lead", "dsl")


def asked(town: Town, child: AskedChild = ANNA) -> str:
    told = ask_for_records(
        town.secondary.inside, SECONDARY, PRIMARY, child, date(2026, 9, 2), "Please", SENCO
    )
    town.settle()
    return told.message_id


def to_us(house: House) -> list[Request]:
    with house.store.reading(house.org_id) as unit:
        return requests_to_us(unit)


def ours(house: House) -> list[Request]:
    with house.store.reading(house.org_id) as unit:
        return requests_of_ours(unit)


@pytest.mark.parametrize("answer", RecordsAnswer)
def test_each_answer_comes_back(town: Town, answer: RecordsAnswer) -> None:
    pupil_id = town.leaver()
    request_id = asked(town)
    (request,) = to_us(town.primary)
    assert (request.request_id, request.other, request.name) == (request_id, SECONDARY, "Anna Oak")
    assert (request.starts, request.text) == (date(2026, 9, 2), "Please")
    with town.primary.store.reading(PRIMARY) as unit:
        assert [(one.pupil_id, one.sure) for one in candidates(unit, request.child)] == [
            (pupil_id, True)
        ]
        assert [one.request_id for one in open_requests(unit)] == [request_id]
    answer_request(town.primary.inside, PRIMARY, request_id, answer, "Soon", SENCO)
    town.settle()
    (mine,) = ours(town.secondary)
    assert (mine.answer, mine.note) == (answer, "Soon")
    assert [one.answer for one in to_us(town.primary)] == [answer]
    with pytest.raises(Conflict, match="answered-already"):
        answer_request(town.primary.inside, PRIMARY, request_id, answer, "", SENCO)


def test_who_asked_cannot_answer(town: Town) -> None:
    request_id = asked(town)
    with pytest.raises(NotFound):
        answer_request(town.secondary.inside, SECONDARY, request_id, RecordsAnswer.SEND, "", SENCO)


def test_nobody_asks_itself(town: Town) -> None:
    with pytest.raises(Refused, match="asks-itself"):
        ask_for_records(town.secondary.inside, SECONDARY, SECONDARY, ANNA, None, "", SENCO)


def test_others_see_nothing_of_it(town: Town) -> None:
    request_id = asked(town)
    with town.other.store.reading(OTHER) as unit, pytest.raises(NotFound):
        request_of(unit, request_id)


@pytest.mark.parametrize(
    "child",
    [
        ANNA,
        replace(ANNA, upn=None),
        replace(ANNA, forename="Anne", upn=None),  # likely enough to be her
        replace(ANNA, date_of_birth=date(2015, 9, 3)),
    ],
)
def test_a_request_about_a_protected_move_goes_through_the_council(
    town: Town, child: AskedChild
) -> None:
    pupil_id = town.leaver()
    protect(town.primary.inside, PRIMARY, pupil_id, Why.WITNESS, ("account-1", "account-2"), DSL)
    request_id = asked(town, child)
    (mine,) = ours(town.secondary)
    assert mine.answer is RecordsAnswer.THROUGH_LA
    assert to_us(town.primary) == []
    with town.primary.store.reading(PRIMARY) as unit:
        assert open_requests(unit) == []
        with pytest.raises(NotFound):
            request_of(unit, request_id)
    with pytest.raises(NotFound):
        answer_request(town.primary.inside, PRIMARY, request_id, RecordsAnswer.SEND, "", SENCO)


def test_a_move_that_is_protected_later_takes_the_request_off_the_list(town: Town) -> None:
    pupil_id = town.leaver()
    asked(town)
    assert len(to_us(town.primary)) == 1
    protect(town.primary.inside, PRIMARY, pupil_id, Why.WITNESS, ("account-1", "account-2"), DSL)
    assert to_us(town.primary) == []


def test_the_answer_is_given_once_though_the_worker_comes_again(town: Town) -> None:
    pupil_id = town.leaver()
    protect(town.primary.inside, PRIMARY, pupil_id, Why.WITNESS, ("account-1", "account-2"), DSL)
    request_id = asked(town)
    town.primary.take_in(request_id, SECONDARY)
    assert len(town.primary.transfers()) == 1


def test_the_book_names_nobody(town: Town) -> None:
    asked(town)
    for house in (town.primary, town.secondary):
        assert not any(one in repr(house.book()) for one in ("Anna", "Oak", UPNS[0]))
