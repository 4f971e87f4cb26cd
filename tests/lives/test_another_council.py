"""A pupil from another council's area: the council of the home address is the one responsible."""

from __future__ import annotations

import pytest

from exchange.domain.summary import summarise
from exchange.errors import Refused
from exchange.services.authority import is_another, responsible_council
from exchange.services.new_identity import begin
from schemas.base import load_bytes
from schemas.errors import SchemaError
from schemas.pupil import LookedAfter, Names, Pupil
from tests.exchange.services.town import COUNCIL, PRIMARY, Town
from tests.lives.people import DEE

ELSEWHERE = "825"


def council(town: Town, pupil_id: str) -> object:
    with town.primary.store.reading(PRIMARY) as unit:
        return responsible_council(town.primary.inside, unit, pupil_id)


def test_the_council_of_the_home_address_is_responsible_whatever_the_schools_is(town: Town) -> None:
    here, there = town.leaver(home_authority="820"), town.leaver(1, home_authority=ELSEWHERE)
    ours, other = council(town, here), council(town, there)
    assert (ours.code, ours.org_id) == ("820", COUNCIL)
    assert (other.code, other.org_id) == (ELSEWHERE, None)
    assert other.name == "Buckinghamshire"
    assert [is_another(one, COUNCIL) for one in (ours, other)] == [False, True]


def test_where_nobody_recorded_it_no_council_is_guessed(town: Town) -> None:
    found = council(town, town.leaver())
    assert found is None
    assert not is_another(found, COUNCIL)


def test_of_a_looked_after_child_somebody_asks(town: Town) -> None:
    cared = LookedAfter(in_care=True, care_authority="820")
    found = council(town, town.leaver(home_authority=ELSEWHERE, looked_after=cared))
    assert (found.code, found.ask) == (ELSEWHERE, True)


def test_a_code_that_is_none_is_refused(town: Town) -> None:
    with pytest.raises((SchemaError, Exception), match="home_authority"):
        town.leaver(home_authority="9999")


def test_the_next_school_reads_it_in_the_summary(town: Town) -> None:
    pupil_id = town.leaver(home_authority=ELSEWHERE)
    pupil = load_bytes(Pupil, town.primary.pupil(pupil_id).record)
    today = town.clock.now().date()
    assert summarise(pupil, (), today).child.home_authority == "Buckinghamshire"


def test_it_does_not_cross_into_a_new_identity(town: Town) -> None:
    old = town.leaver(home_authority=ELSEWHERE)
    fresh = Pupil(
        subject="00000009-0000-4000-8000-000000000009",
        names=Names(surname="Vale", forename="Ana"),
        date_of_birth=town_birthday(town, old),
        sex="F",
        upn_unknown="UN3",
        home_authority=ELSEWHERE,
    )
    with pytest.raises(Refused, match="not-fresh"):
        begin(town.primary.inside, PRIMARY, old, fresh, DEE)


def town_birthday(town: Town, pupil_id: str) -> object:
    return load_bytes(Pupil, town.primary.pupil(pupil_id).record).date_of_birth
