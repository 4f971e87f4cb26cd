"""Ready, missing, out of date, and the dates that come up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from exchange.domain.clocks import Calendar, Term, rule, transfer_year
from exchange.domain.readiness import deadlines, is_out_of_date, readiness
from schemas.attendance import Attendance, YearAttendance
from schemas.base import Record
from schemas.codes import code_set
from schemas.ehc import EhcPlan, EhcStatus
from schemas.people import Person
from schemas.pupil import LookedAfter, Names, Pupil
from schemas.school import School
from schemas.sen import (
    Cycle,
    OnePageProfile,
    Review,
    SenRegister,
    SenSupportPlan,
    SuspectedNeed,
    TransitionPlan,
)

SUBJECT = "00000000-5555-4555-8555-555555555555"
TODAY = date(2026, 11, 22)


@dataclass
class Paper:
    type: str
    authored: date | None = date(2026, 5, 1)


def pupil(**changes: Any) -> Pupil:
    told: dict[str, Any] = {
        "subject": SUBJECT,
        "names": Names(surname="Oak", forename="Anna"),
        "date_of_birth": date(2015, 11, 9),
        "sex": "F",
        "upn_unknown": "UN3",
        "nc_year": "6",
    }
    return Pupil(**(told | changes))


def register(provision: str = "K", **more: Any) -> SenRegister:
    return SenRegister(subject=SUBJECT, provision=provision, **more)


def profile(written: date = date(2026, 9, 10)) -> OnePageProfile:
    return OnePageProfile(subject=SUBJECT, known_as="Anna", written=written)


def plan(written: date = date(2026, 9, 10), **more: Any) -> SenSupportPlan:
    author = Person(name="Jo Brown", role="SENCO")
    return SenSupportPlan(subject=SUBJECT, written=written, author=author, outcomes=(), **more)


def ehc(**more: Any) -> EhcPlan:
    return EhcPlan(subject=SUBJECT, authority="820", status=EhcStatus.FINAL, **more)


WHOLE: tuple[Record, ...] = (register(), profile(), plan())


def test_a_pack_with_all_that_is_needed_is_ready() -> None:
    found = readiness(pupil(), WHOLE, (), TODAY)
    assert (found.ready, found.missing, found.out_of_date) == (True, (), ())
    assert "pupil-views" in found.helps


@pytest.mark.parametrize(
    ("left_out", "code"),
    [
        (SenRegister, "sen-register"),
        (OnePageProfile, "profile"),
        (SenSupportPlan, "sen-support-plan"),
    ],
)
def test_each_needed_part_is_missed(left_out: type[Record], code: str) -> None:
    held = [one for one in WHOLE if not isinstance(one, left_out)]
    found = readiness(pupil(), held, (), TODAY)
    assert found.missing == (code,)
    assert not found.ready


def test_a_document_answers_as_well_as_a_record() -> None:
    papers = [Paper("profile", date(2026, 9, 1)), Paper("sen-support-plan", date(2026, 9, 1))]
    assert readiness(pupil(), (register(),), papers, TODAY).ready


def test_an_ehc_plan_is_asked_of_those_who_have_one_and_no_others() -> None:
    with_plan = (register("E"), profile())
    assert readiness(pupil(), with_plan, (), TODAY).missing == ("ehc-plan",)
    assert readiness(pupil(), (*with_plan, ehc()), (), TODAY).ready
    assert readiness(pupil(), with_plan, [Paper("ehc-plan")], TODAY).ready


def test_a_suspected_need_without_provision_asks_for_no_plan() -> None:
    noticed = SuspectedNeed(area="cognition-learning", noticed="Loses the line when reading.")
    held = (register("N", suspected_needs=(noticed,)), profile())
    assert readiness(pupil(), held, (), TODAY).ready


def test_medical_and_looked_after_ask_for_their_plans() -> None:
    sick = pupil(medical_flag=True)
    assert readiness(sick, WHOLE, (), TODAY).missing == ("healthcare-plan",)
    cared = pupil(looked_after=LookedAfter(in_care=True, care_authority="820"))
    assert readiness(cared, WHOLE, (), TODAY).missing == ("pep",)
    assert readiness(cared, WHOLE, [Paper("pep", date(2026, 10, 1))], TODAY).ready
    home = pupil(looked_after=LookedAfter(in_care=False), medical_flag=False)
    assert readiness(home, WHOLE, (), TODAY).ready


def test_age_is_amber_and_stops_nothing() -> None:
    papers = [Paper("ep-report", date(2024, 11, 21)), Paper("slt-report", date(2024, 11, 22))]
    held = (register(), profile(date(2025, 11, 21)), plan())
    found = readiness(pupil(), held, papers, TODAY)
    assert found.out_of_date == ("ep-report", "profile")
    assert found.ready


def test_the_newest_of_a_type_counts_whatever_the_order() -> None:
    papers = [Paper("ep-report", date(2019, 1, 1)), Paper("ep-report", date(2026, 1, 1))]
    for order in (papers, papers[::-1], [Paper("ep-report", None), *papers]):
        assert "ep-report" not in readiness(pupil(), WHOLE, order, TODAY).out_of_date


def test_a_document_without_a_day_is_named_and_not_called_old() -> None:
    found = readiness(pupil(), WHOLE, [Paper("ep-report", None)], TODAY)
    assert (found.undated, found.out_of_date) == (("ep-report",), ())


def test_a_review_renews_a_plan() -> None:
    old = plan(date(2025, 9, 1))
    assert "sen-support-plan" in readiness(pupil(), (register(), old), (), TODAY).out_of_date
    held = Review(held=date(2026, 10, 1), progress="Good.")
    cycle = Cycle(number=1, starts=date(2025, 9, 1), assess="a", plan="b", do="c", review=held)
    for renewed in (replace(old, reviews=(held,)), replace(old, cycles=(cycle,))):
        found = readiness(pupil(), (register(), renewed), (), TODAY)
        assert "sen-support-plan" not in found.out_of_date


def test_attendance_is_as_old_as_the_last_day_counted() -> None:
    year = YearAttendance(year=2024, possible=380, attended=300)
    old = Attendance(subject=SUBJECT, years=(year,), until=date(2024, 7, 19))
    assert "attendance" in readiness(pupil(), (*WHOLE, old), (), TODAY).out_of_date
    assert "attendance" not in readiness(pupil(), (*WHOLE, old), (), TODAY).helps


def test_child_protection_is_not_counted_here() -> None:
    found = readiness(pupil(), WHOLE, [Paper("cp-file", None)], TODAY)
    assert "cp-file" not in (*found.undated, *found.missing, *found.helps, *found.out_of_date)


def test_shelf_life_ends_after_the_last_day_of_the_month_too() -> None:
    assert not is_out_of_date("sen-support-plan", date(2025, 10, 31), date(2026, 2, 28))
    assert is_out_of_date("sen-support-plan", date(2025, 10, 31), date(2026, 3, 1))
    assert not is_out_of_date("no-such-type", date(1990, 1, 1), TODAY)


# Dates.


@pytest.mark.parametrize(
    ("today", "year"), [(date(2026, 8, 31), 2026), (date(2026, 9, 1), 2027), (TODAY, 2027)]
)
def test_the_year_of_the_move(today: date, year: int) -> None:
    assert transfer_year(today) == year


def by_code(who: Pupil, held: tuple[Record, ...], today: date, **more: Any) -> dict[str, Any]:
    return {one.code: one for one in deadlines(who, held, today, **more)}


def test_an_ehc_plan_of_year_6_names_the_school_before_15_february() -> None:
    found = by_code(pupil(), (register("E"), ehc()), TODAY)
    named = found["plan-names-school"]
    assert (named.day, named.state) == (date(2027, 2, 14), "coming")
    assert "reg 18(1)(b)" in named.rule
    assert found["last-safe-review"].day == date(2026, 11, 23)
    assert found["last-safe-review"].state == "due"  # amber one day early
    assert found["last-safe-review"].check


@pytest.mark.parametrize(
    ("today", "day"),
    [(date(2027, 1, 1), date(2027, 1, 6)), (date(2028, 1, 1), date(2028, 1, 7))],
)
def test_the_last_safe_review_before_31_march_knows_leap_years(today: date, day: date) -> None:
    found = by_code(pupil(nc_year="11"), (register("E"), ehc()), today)
    assert found["last-safe-review-post-16"].day == day
    assert "plan-names-school" not in found


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2027, 1, 16), "coming"),
        (date(2027, 1, 17), "soon"),
        (date(2027, 2, 12), "soon"),
        (date(2027, 2, 13), "due"),
        (date(2027, 2, 14), "due"),
        (date(2027, 2, 15), "past"),
    ],
)
def test_a_date_comes_nearer(today: date, state: str) -> None:
    assert by_code(pupil(), (register("E"), ehc()), today)["plan-names-school"].state == state


def test_a_plan_that_names_the_school_has_kept_its_date() -> None:
    named = ehc(names_school=School(name="Riverside Academy"))
    assert {"record-and-ctf"} == set(by_code(pupil(), (register("E"), named), TODAY))


def test_no_ehc_date_for_sen_support_or_another_year() -> None:
    assert set(by_code(pupil(), WHOLE, TODAY)) == {"record-and-ctf"}
    assert set(by_code(pupil(nc_year="4"), (register("E"), ehc()), TODAY)) == {"record-and-ctf"}


@pytest.mark.parametrize(
    ("year", "moves", "expected"),
    [
        ("2", date(2027, 9, 2), {"last-safe-review-other-phase", "plan-names-other-phase"}),
        ("8", date(2027, 8, 31), {"last-safe-review-other-phase", "plan-names-other-phase"}),
        ("2", date(2027, 1, 5), set()),  # a move during the year ends no phase
        ("2", date(2028, 9, 4), set()),  # not this year
        ("9", date(2027, 9, 2), set()),  # no school ends there
        ("13", date(2027, 9, 1), {"plan-names-college"}),
    ],
)
def test_a_phase_ends_where_somebody_entered_the_move(
    year: str, moves: date, expected: set[str]
) -> None:
    move = TransitionPlan(subject=SUBJECT, written=TODAY, moves_on=moves)
    found = by_code(pupil(nc_year=year), (register("E"), ehc(), move), TODAY)
    assert set(found) - {"record-and-ctf"} == expected
    days = {
        "last-safe-review-other-phase": date(2026, 11, 23),
        "plan-names-other-phase": date(2027, 2, 14),
        "plan-names-college": date(2027, 4, 1),
    }
    for one in expected:
        assert found[one].day == days[one]


def test_the_record_is_due_on_the_15th_school_day_after_leaving() -> None:
    assert by_code(pupil(), WHOLE, TODAY)["record-and-ctf"].state == "open"
    leaves = TransitionPlan(subject=SUBJECT, written=TODAY, moves_on=date(2026, 11, 6))
    found = by_code(pupil(), (*WHOLE, leaves), TODAY)["record-and-ctf"]
    assert (found.day, found.state) == (date(2026, 11, 27), "soon")
    assert "record-and-ctf" not in by_code(pupil(), (*WHOLE, leaves), TODAY, sent=True)


@pytest.mark.parametrize("year", [1926, 2003, 9999])
def test_a_year_mistyped_leaves_the_date_open(year: int) -> None:
    leaves = TransitionPlan(subject=SUBJECT, written=TODAY, moves_on=date(year, 11, 6))
    found = by_code(pupil(), (*WHOLE, leaves), TODAY)["record-and-ctf"]
    assert (found.day, found.state) == (None, "open")


def test_the_holidays_of_the_school_are_not_counted() -> None:
    terms = (
        Term(date(2026, 9, 2), date(2026, 10, 23)),
        Term(date(2026, 11, 2), date(2026, 12, 18)),
    )
    leaves = TransitionPlan(subject=SUBJECT, written=TODAY, moves_on=date(2026, 10, 16))
    held = (*WHOLE, leaves)
    blind = by_code(pupil(), held, TODAY)["record-and-ctf"]
    knows = by_code(pupil(), held, TODAY, calendar=Calendar(terms))["record-and-ctf"]
    assert (blind.day, knows.day) == (date(2026, 11, 6), date(2026, 11, 13))


def test_the_next_date_comes_first_and_those_without_a_day_last() -> None:
    found = deadlines(pupil(), (register("E"), ehc()), TODAY)
    assert [one.day for one in found] == [date(2026, 11, 23), date(2027, 2, 14), None]


# The data.


def test_every_part_names_types_and_rules_that_exist() -> None:
    types = code_set("document-type")
    for part in code_set("pack-part"):
        assert part.attributes["need"] in ("needed", "helps")
        assert set(part.attributes["any_of"]) <= {one.code for one in types}  # type: ignore[arg-type]
        assert part.attributes["any_of"] or part.attributes["records"]
        assert part.attributes["source"]
    for one in code_set("school-deadline"):
        assert one.attributes["ends"] in ("names-school", "sent")
        assert one.attributes["starts"] in ("move", "september", "leaving")
        assert one.attributes["whose"] in ("school", "council")
        assert rule(str(one.attributes["clock"])).text
