"""A pupil is found by reference, its beginning, or UPN; never by a guess."""

from __future__ import annotations

import pytest

from exchange.errors import Conflict, NotFound
from exchange.services.find_pupil import find_pupil
from tests.exchange.services.town import OTHER, PRIMARY, UPNS, House, Town, pupil_record


def found(house: House, typed: str) -> str:
    with house.store.reading(house.org_id) as unit:
        return find_pupil(unit, typed).pupil_id


@pytest.mark.parametrize(
    "typed",
    [
        pupil_record(1).subject,
        pupil_record(1).subject.upper(),
        "00000001",
        " 00000001-5555 ",
        UPNS[1],
        UPNS[1].lower(),
        f" {UPNS[1][:4]} {UPNS[1][4:]} ",
    ],
)
def test_found(town: Town, typed: str) -> None:
    town.leaver(0)
    wanted = town.leaver(1)
    assert found(town.primary, typed) == wanted


@pytest.mark.parametrize(
    "typed",
    [
        "00000",
        "",
        "Anna",
        "Oak",
        "0000000f",
        UPNS[5],
        "A801200015001",
        "%",
        "MARKER\x00",
        "x" * 9999,
    ],
)
def test_not_found_and_not_repeated(town: Town, typed: str) -> None:
    town.leaver(0)
    town.leaver(1)
    with pytest.raises(NotFound) as error:
        found(town.primary, typed)
    assert (error.value.code, error.value.path) == ("pupil-unknown", "/pupil")
    assert "MARKER" not in str(error.value) + error.value.hint


def test_the_beginning_of_two(town: Town) -> None:
    town.leaver(0)
    town.leaver(1)
    with pytest.raises(Conflict) as error:
        found(town.primary, "000000")
    assert (error.value.code, error.value.path) == ("pupil-ambiguous", "/pupil")


def test_not_among_another_s_pupils(town: Town) -> None:
    town.leaver(1)
    assert OTHER != PRIMARY
    with pytest.raises(NotFound):
        found(town.other, UPNS[1])
