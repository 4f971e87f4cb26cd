"""The admissions list: checked, then taken whole or not at all; a person's word is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.feeder import Standing
from exchange.domain.matching import match
from exchange.errors import Conflict, FormatError, NotFound, UsageError
from exchange.services.arrival_card import cards
from exchange.services.expect import check_list, draft_list, school_of, take_list
from exchange.services.expected import (
    ExpectedChild,
    decide_match,
    expected_children,
    forget_expected,
)
from tests.exchange.services.town import NOW, PRIMARY, SECONDARY, SENCO, UPNS, Town

HEAD = "forename,surname,dob,upn,current school,tutor group\n"
ANNA = f"Anna,Oak,9/3/2015,{UPNS[0]},8202001,7A\n"
ANNB = f"Annb,Oak,9/3/2015,{UPNS[1]},Elm Grove Primary School,\n"


def listed(town: Town) -> list[ExpectedChild]:
    with town.secondary.store.reading(SECONDARY) as unit:
        return list(expected_children(unit))


def taken(town: Town, text: str, *, whole: bool = False) -> tuple[int, int, int]:
    list_id = draft_list(town.secondary.inside, SECONDARY, text, SENCO)
    told = take_list(town.secondary.inside, SECONDARY, list_id, SENCO, whole=whole)
    return told.added, told.updated, told.removed


def test_a_list_is_checked_before_it_is_taken(town: Town) -> None:
    inside = town.secondary.inside
    list_id = draft_list(inside, SECONDARY, HEAD + ANNA + "Bea,,9/3/2015,,,\n", SENCO)
    assert listed(town) == []
    with town.secondary.store.reading(SECONDARY) as unit:
        checked = check_list(inside, unit, list_id)
    assert [row.problems for row in checked.wrong] == [("name-missing",)]
    assert (checked.new, checked.known, checked.leaves) == (1, 0, 0)
    take_list(inside, SECONDARY, list_id, SENCO)
    (child,) = listed(town)
    assert (child.name, child.group, child.who.school) == ("Anna Oak", "7A", PRIMARY)
    with pytest.raises(NotFound):
        take_list(inside, SECONDARY, list_id, SENCO)


def test_a_list_without_a_good_row_changes_nothing(town: Town) -> None:
    assert taken(town, HEAD + ANNA) == (1, 0, 0)
    with pytest.raises(UsageError, match="list-empty"):
        taken(town, HEAD + "Bea,,9/3/2015,,,\n", whole=True)
    assert len(listed(town)) == 1
    with pytest.raises(FormatError):
        draft_list(town.secondary.inside, SECONDARY, "nothing", SENCO)


def test_again_brings_up_to_date_and_makes_nobody_twice(town: Town) -> None:
    assert taken(town, HEAD + ANNA + ANNB) == (2, 0, 0)
    assert taken(town, HEAD + ANNA + ANNB) == (0, 0, 0)
    assert taken(town, HEAD + ANNA.replace("7A", "7C")) == (0, 1, 0)
    assert sorted(one.group for one in listed(town)) == ["", "7C"]


def test_a_whole_list_takes_the_others_off(town: Town) -> None:
    taken(town, HEAD + ANNA + ANNB)
    assert taken(town, HEAD + ANNB, whole=True) == (0, 0, 1)
    assert [one.name for one in listed(town)] == ["Annb Oak"]


def test_a_whole_list_with_a_row_that_cannot_be_read_takes_nobody_off(town: Town) -> None:
    head, inside = HEAD.replace("tutor group", "tutor group,start date"), town.secondary.inside
    anna, annb = (f"{row.strip()},{{}}\n" for row in (ANNA, ANNB))
    taken(town, head + anna.format("1/9/2026") + annb.format("1/9/2026"))
    before = listed(town)
    text = head + anna.format("2/9/2026") + annb.format("Sept 26")
    list_id = draft_list(inside, SECONDARY, text, SENCO)
    with pytest.raises(UsageError, match="rows-unread"):
        take_list(inside, SECONDARY, list_id, SENCO, whole=True)
    assert listed(town) == before
    told = take_list(inside, SECONDARY, list_id, SENCO)
    assert (told.added, told.updated, told.removed) == (0, 1, 0)
    assert len(listed(town)) == 2


def test_a_child_with_another_upn_is_another_child(town: Town) -> None:
    taken(town, HEAD + ANNA)
    assert taken(town, HEAD + ANNA.replace(UPNS[0], UPNS[2])) == (1, 0, 0)


def test_a_person_decides_and_takes_it_back(town: Town) -> None:
    taken(town, HEAD + ANNA.replace("Anna", "Anya").replace(UPNS[0], ""))
    town.sent()
    town.settle()
    inside = town.secondary.inside

    def standing() -> list[Standing]:
        with town.secondary.store.reading(SECONDARY) as unit:
            arrived = [one.for_matching() for one in cards(unit)]
            expected = [one.for_matching() for one in expected_children(unit)]
        return [row.standing for row in match(expected, arrived, NOW.date())]

    (child,) = listed(town)
    with town.secondary.store.reading(SECONDARY) as unit:
        (card,) = cards(unit)
    assert standing() == [Standing.UNCLEAR]
    decide_match(inside, SECONDARY, child.expected_id, card.child, SENCO, same=True)
    assert standing() == [Standing.ARRIVED]
    decide_match(inside, SECONDARY, child.expected_id, card.child, SENCO, same=False)
    assert standing() == [Standing.UNEXPECTED, Standing.EXPECTED]


def test_a_pack_is_given_to_one_child_only(town: Town) -> None:
    taken(town, HEAD + ANNA + ANNB)
    first, second = listed(town)
    inside = town.secondary.inside
    decide_match(inside, SECONDARY, first.expected_id, f"{PRIMARY}/x", SENCO, same=True)
    with pytest.raises(Conflict, match="matched-already"):
        decide_match(inside, SECONDARY, second.expected_id, f"{PRIMARY}/x", SENCO, same=True)


def test_a_child_is_taken_off(town: Town) -> None:
    taken(town, HEAD + ANNA)
    (child,) = listed(town)
    forget_expected(town.secondary.inside, SECONDARY, child.expected_id, SENCO)
    assert listed(town) == []


def test_schools_are_found_by_number_only_if_they_joined(town: Town) -> None:
    inside = town.secondary.inside
    assert school_of(inside, "820/2001") == PRIMARY
    assert school_of(inside, "999001") == PRIMARY
    assert school_of(inside, "Some other school") == ""
    assert school_of(inside, "") == ""


def test_nothing_of_the_list_stands_in_the_book(town: Town) -> None:
    taken(town, HEAD + ANNA)
    (child,) = listed(town)
    assert replace(child).who.upn == UPNS[0]
    told = repr(town.secondary.book())
    assert not any(one in told for one in ("Anna", "Oak", UPNS[0], "7A"))
