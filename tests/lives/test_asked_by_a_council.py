"""A child educated at home, and the council asks: its request is what sends the pack there."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.destinations import Standing
from exchange.domain.protection import Why
from exchange.errors import Conflict, NotFound, Refused
from exchange.ports import Actor
from exchange.services.ask import ask_for_records, request_of, requests_of_ours, requests_to_us
from exchange.services.hand_over import asks_from_elsewhere, hand_over, held_for
from exchange.services.protect import protect
from exchange.services.settle_destination import Kind, Wanted, require_settled, settle
from schemas.identifiers import Upn
from schemas.message import AskedChild, RecordsAnswer
from tests.exchange.services.town import COUNCIL, PRIMARY, SECONDARY, SENCO, UPNS, Town
from tests.lives.people import content_of

CHILD = AskedChild(
    surname="Oak", forename="Anna", date_of_birth=date(2015, 3, 9), upn=Upn.parse(UPNS[0])
)


def at_home(town: Town, **changes: object) -> str:
    """Return a pupil who is educated at home, with a document."""
    pupil_id = town.leaver(**changes)
    town.attach(pupil_id)
    settle(town.primary.inside, PRIMARY, pupil_id, Wanted(kind=Kind.HOME_EDUCATED), "jo", SENCO)
    return pupil_id


def asked(town: Town, by: str = COUNCIL, child: AskedChild = CHILD) -> str:
    house = town.house(by)
    ask_for_records(house.inside, by, PRIMARY, child, None, "Section 436A.", SENCO)
    town.settle()
    with town.primary.store.reading(PRIMARY) as unit:
        (request,) = requests_to_us(unit)
    return request.request_id


def held(town: Town, request_id: str) -> frozenset[str]:
    with town.primary.store.reading(PRIMARY) as unit:
        return held_for(unit, request_of(unit, request_id))


def give(town: Town, request_id: str, pupil_id: str) -> object:
    return hand_over(town.primary.inside, PRIMARY, request_id, pupil_id, "jo", SENCO)


def test_the_councils_request_leads_to_the_pack_at_that_council(town: Town) -> None:
    pupil_id = at_home(town, home_authority="820")
    with (
        town.primary.store.reading(PRIMARY) as unit,
        pytest.raises(Refused, match="held-until"),
    ):
        require_settled(unit, pupil_id)
    request_id = asked(town)
    assert held(town, request_id) == {pupil_id}
    assert give(town, request_id, pupil_id).standing is Standing.READY
    sent = town.send(pupil_id, purpose="educational-record").transfer
    assert sent.recipient == COUNCIL
    town.settle()
    assert len(content_of(town.council, sent.bundle_id)) == 1
    with town.council.store.reading(COUNCIL) as unit:
        (ours,) = requests_of_ours(unit)
    assert ours.answer is RecordsAnswer.SEND


def test_who_asked_and_when_stays_with_the_choice_in_the_book(town: Town) -> None:
    pupil_id = at_home(town)
    give(town, asked(town), pupil_id)
    (entry,) = town.primary.said("destination.asked-for")
    assert (entry.object_id, dict(entry.detail)) == (pupil_id, {"by": "la"})


def test_a_school_that_takes_the_child_in_is_served_the_same_way(town: Town) -> None:
    pupil_id = at_home(town)
    give(town, asked(town, SECONDARY), pupil_id)
    assert town.send(pupil_id, purpose="in-year-transfer").transfer.recipient == SECONDARY
    (entry,) = town.primary.said("destination.asked-for")
    assert dict(entry.detail) == {"by": "school"}


def test_a_council_that_is_not_the_childs_is_told_apart(town: Town) -> None:
    mine, other = at_home(town, home_authority="820"), town.leaver(1, home_authority="825")
    unknown = town.leaver(2)
    with town.primary.store.reading(PRIMARY) as unit:
        told = [
            asks_from_elsewhere(town.primary.inside, unit, one, COUNCIL)
            for one in (mine, other, unknown)
        ]
        assert not asks_from_elsewhere(town.primary.inside, unit, other, SECONDARY)
    assert told == [False, True, False]


def test_only_the_child_that_was_asked_for_and_only_once(town: Town) -> None:
    pupil_id = at_home(town)
    another = town.leaver(3)
    request_id = asked(town)
    with pytest.raises(NotFound, match="pupil-unknown"):
        give(town, request_id, another)
    give(town, request_id, pupil_id)
    assert held(town, request_id) == frozenset()
    with pytest.raises(Conflict, match="answered-already"):
        give(town, request_id, pupil_id)


def test_a_pack_that_is_not_held_goes_the_ordinary_way(town: Town) -> None:
    pupil_id = town.ready()
    request_id = asked(town)
    assert held(town, request_id) == frozenset()
    with pytest.raises(Refused, match="not-held"):
        give(town, request_id, pupil_id)


def test_of_a_protected_move_nothing_is_handed_over(town: Town) -> None:
    pupil_id = at_home(town)
    request_id = asked(town)
    dsl = Actor("Dee", "dsl")
    protect(town.primary.inside, PRIMARY, pupil_id, Why.DOMESTIC_ABUSE, ("a", "b"), dsl)
    with pytest.raises(NotFound):
        give(town, request_id, pupil_id)
