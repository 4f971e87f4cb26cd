"""What was on time and what was late: counted by the clocks, and nobody to be recognised."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.domain.clocks import Exception_, clock
from exchange.domain.feeder import Who
from exchange.services.boards import LeaversBoard
from exchange.services.cases.by_hand import HandRequest, enter_request
from exchange.services.cases.model import Source
from exchange.services.keep_pupil import keep_record
from exchange.services.reviews.keeping import begin_review
from exchange.services.reviews.model import Guest, Outcome
from exchange.services.reviews.noting import note_decision, note_handed_over, note_invitees
from exchange.services.reviews.planning import invite, note_held
from exchange.services.reviews.reporting import finish_report, save_report
from exchange.services.transition import Summary, _dates, summary, years
from schemas.annual_review import InvitedAs, ReviewKind
from schemas.base import dump_bytes
from schemas.sen import TransitionPlan
from tests.exchange.services.desk import CASEWORKER
from tests.exchange.services.town import COUNCIL, PRIMARY, SENCO, Town

MEETING = date(2026, 5, 4)
"""The day in the tests' town is 1 July 2026."""


def reviewed(
    town: Town, pupil_id: str, days: int, guest: Guest | None = None, told: date | None = None
) -> None:
    """A review whose report went so many days after its meeting, decided on the same day."""
    inside, sent = town.primary.inside, MEETING + timedelta(days=days)
    made = begin_review(inside, PRIMARY, pupil_id, ReviewKind.ANNUAL, MEETING, "", SENCO)
    here = made.review_id
    if guest is not None:
        made = invite(inside, PRIMARY, here, guest, SENCO)
    made = note_held(inside, PRIMARY, here, MEETING, [], SENCO, based_on=made.version)
    written = {"recommendation": "keep"}
    save_report(inside, PRIMARY, here, written, SENCO, based_on=made.version)
    made = finish_report(inside, PRIMARY, here, SENCO)
    made = note_handed_over(inside, PRIMARY, here, sent, SENCO, based_on=made.version)
    if told is not None:
        made = note_invitees(inside, PRIMARY, here, told, SENCO, based_on=made.version)
    note_decision(
        inside, PRIMARY, here, Outcome.KEEP, sent, None, None, SENCO, based_on=made.version
    )


def seen(town: Town, begins: int | None = None) -> Summary:
    inside = town.primary.inside
    with inside.store.reading(PRIMARY) as unit:
        return summary(inside, unit, LeaversBoard(inside).by_key(PRIMARY), begins)


def numbers(found: Summary) -> dict[str, tuple[int | None, ...]]:
    return {one.label: one.numbers for one in found.dates.lines}


def test_reviews_are_counted_by_what_was_kept(town: Town) -> None:
    pupil_id = town.leaver(0)
    for days in [*[10] * 7, *[15] * 6]:
        reviewed(town, pupil_id, days)
    found = seen(town)
    assert found.begins == 2025
    assert numbers(found) == {
        "Send out the papers for the review": (0, 13, 0),  # nobody recorded that they went
        "Send the report of the review": (7, 6, 0),
        "The local authority's decision after the review": (13, 0, 0),
    }
    assert seen(town, 2024).dates.is_empty


def test_a_report_is_on_time_once_the_last_of_those_invited_had_it(town: Town) -> None:
    pupil_id = town.leaver(0)
    for number in range(12):
        last = MEETING + timedelta(days=20) if number < 6 else None
        reviewed(town, pupil_id, 10, Guest("Ana Oak", InvitedAs.FAMILY), last)
    for _ in range(7):
        reviewed(town, pupil_id, 10, Guest("Ana Oak", InvitedAs.FAMILY), MEETING)
    assert numbers(seen(town))["Send the report of the review"] == (7, 12, 0)


def test_a_small_number_and_its_complement_are_not_shown(town: Town) -> None:
    pupil_id = town.leaver(0)
    for days in [*[10] * 8, *[15] * 2]:
        reviewed(town, pupil_id, days)
    found = seen(town).dates
    assert found.hides
    told = {one.label: one.numbers for one in found.lines}
    assert told["Send the report of the review"] == (None, None, 0)


def leaves(town: Town, number: int, day: date) -> str:
    pupil_id = town.leaver(number)
    plan = TransitionPlan(subject=pupil_id, written=MEETING, moves_on=day)
    keep_record(town.primary.inside, PRIMARY, pupil_id, dump_bytes(plan), SENCO)
    return pupil_id


def test_packs_are_counted_in_the_month_in_which_they_were_due(town: Town) -> None:
    for number in range(7):
        leaves(town, number, date(2026, 6, 1))  # 15 weekdays on: 22 June
    found = seen(town).packs
    june = next(one for one in found.lines if one.label == "June")
    assert june.numbers == (0, 7)
    assert next(one.label for one in found.lines) == "September"
    still = leaves(town, 7, date(2026, 6, 30))  # not over yet, and so not counted
    assert still
    assert seen(town).packs == found


def test_a_day_of_long_ago_hides_no_number(town: Town) -> None:
    for number in range(7):
        leaves(town, number, date(2026, 6, 1))
    found = seen(town).packs
    leaves(town, 7, date(1926, 6, 1))  # a year mistyped: before the regulation there was
    assert seen(town).packs == found


def test_a_pack_that_went_in_time_is_on_time(town: Town) -> None:
    pupil_id = leaves(town, 0, date(2026, 6, 29))
    town.attach(pupil_id)
    town.choose(pupil_id)
    town.send(pupil_id)
    july = next(one for one in seen(town).packs.lines if one.label == "July")
    assert july.numbers == (None, 0)  # one alone: not shown


@pytest.mark.parametrize(
    ("met", "excepted", "expected"),
    [
        (date(2026, 2, 1), False, (6, 0, 0)),
        (date(2026, 4, 1), False, (0, 6, 0)),
        (date(2026, 4, 1), True, (0, 0, 6)),
        (None, True, (0, 0, 6)),
        (date(2026, 2, 1), True, (6, 0, 0)),
    ],
)
def test_what_was_late_with_an_exception_is_told_apart(
    met: date | None, excepted: bool, expected: tuple[int, ...]
) -> None:
    why = Exception_("absence", "A letter", date(2026, 2, 1))
    one = clock("decide-assess", date(2026, 1, 5), met=met, excepted=[why] if excepted else [])
    found = _dates([one] * 6, 2025, date(2026, 7, 1))
    assert [line.numbers for line in found.lines] == [expected]
    running = replace(one, met=None, excepted=())
    assert _dates([running] * 6, 2025, one.due).is_empty  # today is its last day


def test_three_school_years_can_be_looked_at(town: Town) -> None:
    assert list(years(town.primary.inside)) == [2025, 2024, 2023]


def test_an_authority_counts_its_cases(town: Town) -> None:
    council = town.council.inside
    for _ in range(7):
        who = Who("Zed", "Ash", date(2016, 3, 4))
        order = HandRequest(Source.PARENT, who, date(2026, 5, 4), how="A letter.")
        enter_request(council, COUNCIL, order, CASEWORKER)
    with council.store.reading(COUNCIL) as unit:
        found = summary(council, unit, {})
    # 42 days after 4 May are over on 1 July; 112 and 140 are not.
    assert numbers(found) == {"Decide whether to assess": (0, 7, 0)}
