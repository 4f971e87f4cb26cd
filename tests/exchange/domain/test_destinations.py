"""Every kind of place a pupil may go to, and what each waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from exchange.domain.destinations import (
    Asked,
    Choice,
    Kind,
    Standing,
    asked_from_json,
    choice_from_json,
    may_confirm,
    require_ready,
    require_whole,
    standing,
)
from exchange.errors import Refused, UsageError

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


def choice(kind: Kind, **more: str) -> Choice:
    return Choice(kind=kind, chosen_by="jo", role="senco", chosen_at=NOW, **more)


JOINED = choice(Kind.SCHOOL, org_id="00000002-0000-4000-8000-000000000002", name="Riverside")
SPECIAL = choice(Kind.SCHOOL, number="999123", name="Hill Special School")
COLLEGE = choice(Kind.COLLEGE, number="10012345", name="Larkshire College")
ABROAD = choice(Kind.OUTSIDE_ENGLAND, name="Ysgol y Bryn", country="Wales")
PLACES = (SPECIAL, COLLEGE, ABROAD)
NO_PLACES = tuple(
    choice(kind) for kind in (Kind.HOME_EDUCATED, Kind.NOT_DECIDED, Kind.NOTHING_TO_SEND)
)


@pytest.mark.parametrize("made", [JOINED, *PLACES, *NO_PLACES])
def test_every_choice_is_whole_and_reads_back(made: Choice) -> None:
    require_whole(made)
    assert choice_from_json(made.as_json()) == made


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (replace(SPECIAL, number="12345"), "urn-needed"),
        (replace(SPECIAL, number=None), "urn-needed"),
        (replace(COLLEGE, number="999123"), "ukprn-needed"),
        (replace(COLLEGE, name=" "), "name-needed"),
        (replace(ABROAD, country=""), "country-needed"),
        (replace(ABROAD, name="x" * 201), "name-too-long"),
        (choice(Kind.HOME_EDUCATED, name="Riverside"), "place-not-wanted"),
        (choice(Kind.NOT_DECIDED, number="999123"), "place-not-wanted"),
    ],
)
def test_what_says_too_little_or_contradicts_itself_is_refused(made: Choice, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        require_whole(made)


def test_a_school_of_the_approved_directory_needs_no_second_person() -> None:
    assert standing(JOINED, confirmed=False, asked=False) is Standing.READY


@pytest.mark.parametrize("made", PLACES)
def test_any_other_place_waits_for_a_second_person_once(made: Choice) -> None:
    assert standing(made, confirmed=False, asked=True) is Standing.NEEDS_SECOND_PERSON
    assert standing(made, confirmed=True, asked=False) is Standing.READY


def test_one_confirmation_is_for_every_pupil_who_goes_to_that_place() -> None:
    other = replace(SPECIAL, chosen_by="kim", name="Hill Special School, Elmford")
    assert other.place == SPECIAL.place == "urn:999123"
    assert COLLEGE.place == "ukprn:10012345"
    assert replace(ABROAD, name="YSGOL  y bryn").place == ABROAD.place
    assert replace(ABROAD, country="Scotland").place != ABROAD.place


def test_a_school_and_a_college_with_one_number_are_two_places() -> None:
    school = choice(Kind.SCHOOL, number="100123", name="A")
    assert school.place != replace(school, kind=Kind.COLLEGE).place


def test_who_chose_is_not_the_second_person() -> None:
    assert not may_confirm(SPECIAL, "jo")
    assert may_confirm(SPECIAL, "ada")


def test_a_home_educated_childs_pack_is_held_until_it_is_lawfully_asked_for() -> None:
    home = choice(Kind.HOME_EDUCATED)
    assert standing(home, confirmed=True, asked=False) is Standing.HELD
    assert standing(home, confirmed=False, asked=True) is Standing.READY


def test_not_decided_and_nothing_to_send_let_nothing_leave() -> None:
    for made in (None, choice(Kind.NOT_DECIDED), choice(Kind.NOTHING_TO_SEND)):
        found = standing(made, confirmed=True, asked=True)
        with pytest.raises(Refused, match=found.value):
            require_ready(found)
    require_ready(standing(JOINED, confirmed=False, asked=False))


def test_who_asked_reads_back() -> None:
    asked = Asked(by="la", who="Larkshire", day=date(2026, 7, 1), recorded_by="jo", role="senco")
    assert asked_from_json(asked.as_json()) == asked
