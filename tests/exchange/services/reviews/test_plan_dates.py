"""The dates of every plan are counted: those that nobody kept, too. Today is 1 July 2026."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.services.boards import LeaversBoard
from exchange.services.keep_pupil import keep_record
from exchange.services.reviews.keeping import begin_review
from exchange.services.reviews.planning import cancel_review, note_held
from exchange.services.transition import summary
from schemas.annual_review import ReviewKind
from schemas.base import dump_bytes
from schemas.ehc import EhcPlan, EhcStatus
from schemas.identifiers import Urn
from schemas.school import School
from schemas.sen import TransitionPlan
from tests.exchange.services.reviews.planned import TODAY
from tests.exchange.services.town import PRIMARY, SENCO, Town

YEAR, SAFE = "Review of the plan", "Last safe day for the review meeting"
NAMED, NAMED_16 = "The plan names the next school", "The plan names the next school or college"
NAMED_19 = "The plan names the next college"
NEXT = School(name="Riverside Academy", urn=Urn.parse("999002"))


def pupil(town: Town, number: int, nc_year: str, **told: object) -> str:
    pupil_id = town.leaver(number, nc_year=nc_year)
    plan = EhcPlan(
        subject=pupil_id,
        authority="820",
        **{"status": EhcStatus.FINAL, **told},  # type: ignore[arg-type]
    )
    keep_record(town.primary.inside, PRIMARY, pupil_id, dump_bytes(plan), SENCO)
    return pupil_id


def moves(town: Town, pupil_id: str, day: date) -> None:
    plan = TransitionPlan(subject=pupil_id, written=TODAY, moves_on=day)
    keep_record(town.primary.inside, PRIMARY, pupil_id, dump_bytes(plan), SENCO)


def counted(town: Town, begins: int | None = None) -> dict[str, tuple[int | None, ...]]:
    inside = town.primary.inside
    with inside.store.reading(PRIMARY) as unit:
        found = summary(inside, unit, LeaversBoard(inside).by_key(PRIMARY), begins)
    return {one.label: one.numbers for one in found.dates.lines}


LATE, ON_TIME = (0, 6, 0), (6, 0, 0)


@pytest.mark.parametrize(
    ("nc_year", "told", "expected"),
    [
        # Issued in 2022 and never reviewed: overdue in this school year as in those before.
        ("6", {"issued": date(2022, 5, 1)}, {YEAR: LATE, SAFE: LATE, NAMED: LATE}),
        ("4", {"issued": date(2022, 5, 1)}, {YEAR: LATE}),
        ("4", {"issued": date(2025, 7, 2)}, {}),  # due today: it still runs
        ("4", {"issued": date(2025, 7, 1)}, {YEAR: LATE}),
        ("11", {"issued": date(2025, 10, 1)}, {SAFE: LATE, NAMED_16: LATE}),
        ("4", {"issued": date(2012, 5, 1)}, {}),  # a day from which nothing is counted
        ("4", {"issued": date(2022, 5, 1), "status": EhcStatus.CEASED}, {}),
        # The last safe day was 23 November 2025.
        ("6", {"last_review": date(2025, 11, 23)}, {SAFE: ON_TIME, NAMED: LATE}),
        ("6", {"last_review": date(2025, 11, 24)}, {SAFE: LATE, NAMED: LATE}),
        (
            "6",
            {"last_review": date(2025, 10, 1), "issued": date(2026, 2, 14), "names_school": NEXT},
            {SAFE: ON_TIME, NAMED: ON_TIME},
        ),
        (
            "6",
            {"last_review": date(2025, 10, 1), "issued": date(2026, 2, 15), "names_school": NEXT},
            {SAFE: ON_TIME, NAMED: LATE},
        ),
        # It names a school, and when it was amended so is not known.
        (
            "6",
            {"last_review": date(2025, 10, 1), "issued": date(2022, 2, 1), "names_school": NEXT},
            {SAFE: ON_TIME},
        ),
    ],
)
def test_the_dates_of_plans_are_counted_whether_anybody_began_a_review(
    town: Town,
    nc_year: str,
    told: dict[str, object],
    expected: dict[str, tuple[int, ...]],
) -> None:
    for number in range(6):
        pupil(town, number, nc_year, **told)
    assert counted(town) == expected


def test_few_plans_are_not_shown(town: Town) -> None:
    pupil(town, 0, "4", issued=date(2022, 5, 1))
    assert counted(town) == {YEAR: (0, None, 0)}


def test_a_young_person_at_college_has_a_date_once_the_move_is_known(town: Town) -> None:
    for number in range(6):
        moves(town, pupil(town, number, "13", issued=date(2025, 10, 1)), date(2026, 9, 1))
    assert counted(town) == {NAMED_19: LATE}  # five months before: 1 April


@pytest.mark.parametrize(("held", "how"), [(date(2026, 4, 30), ON_TIME), (date(2026, 5, 1), LATE)])
def test_a_review_that_was_held_ends_the_year_of_its_plan(
    town: Town, held: date, how: tuple[int, ...]
) -> None:
    inside = town.primary.inside
    for number in range(6):
        pupil_id = pupil(town, number, "4", issued=date(2025, 5, 1))
        made = begin_review(inside, PRIMARY, pupil_id, ReviewKind.ANNUAL, held, "", SENCO)
        note_held(inside, PRIMARY, made.review_id, held, [], SENCO, based_on=made.version)
    assert counted(town)[YEAR] == how
    assert YEAR not in counted(town, 2024)


def test_a_year_that_a_late_review_ended_is_late_in_both_school_years(town: Town) -> None:
    inside, held = town.primary.inside, date(2025, 10, 1)
    for number in range(6):
        pupil_id = pupil(town, number, "4", issued=date(2024, 5, 1))
        made = begin_review(inside, PRIMARY, pupil_id, ReviewKind.ANNUAL, held, "", SENCO)
        note_held(inside, PRIMARY, made.review_id, held, [], SENCO, based_on=made.version)
    assert counted(town)[YEAR] == counted(town, 2024)[YEAR] == LATE


def test_a_cancelled_review_ended_nothing(town: Town) -> None:
    inside, held = town.primary.inside, date(2026, 4, 1)
    for number in range(6):
        pupil_id = pupil(town, number, "4", issued=date(2025, 5, 1))
        made = begin_review(inside, PRIMARY, pupil_id, ReviewKind.ANNUAL, held, "", SENCO)
        made = note_held(inside, PRIMARY, made.review_id, held, [], SENCO, based_on=made.version)
        cancel_review(inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    assert counted(town)[YEAR] == LATE


def test_what_was_due_after_a_pupil_was_handed_over_is_not_this_schools(town: Town) -> None:
    day = date(2026, 6, 1)
    for number in range(6):
        pupil_id = pupil(town, number, "4", issued=date(2025, 6, 15), names_school=NEXT)
        moves(town, pupil_id, day)
    assert counted(town) == {YEAR: LATE}  # no pack went: perhaps they came to us on that day
    for number in range(6):
        town.choose(f"{number:08x}-5555-4555-8555-555555555555")
        town.send(f"{number:08x}-5555-4555-8555-555555555555")
    assert YEAR not in counted(town)
