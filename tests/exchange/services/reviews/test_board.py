"""The board of reviews: nothing that one pupil's record says keeps the others from being shown."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from exchange.domain.transfer import State
from exchange.services.accept import accept, reject
from exchange.services.boards import LeaversBoard
from exchange.services.keep_pupil import keep_record
from exchange.services.load_pack import load_pack
from exchange.services.recall import recall
from exchange.services.reviews.board import PlanRow, plan_rows
from exchange.services.reviews.model import Review
from exchange.services.reviews.sending import send_anew, send_report
from exchange.services.transition import Summary, summary
from schemas.base import dump_bytes
from schemas.ehc import EhcPlan, EhcStatus
from schemas.identifiers import Urn
from schemas.school import School
from tests.exchange.services.desk import CASEWORKER
from tests.exchange.services.reviews.planned import MEETING, TODAY, begun, finished, with_plan
from tests.exchange.services.town import COUNCIL, PRIMARY, SECONDARY, SENCO, House, Town


def rows_of(house: House, org_id: str, today: date = TODAY) -> list[PlanRow]:
    with house.inside.store.reading(org_id) as unit:
        return plan_rows(unit, LeaversBoard(house.inside).by_key(org_id), today)


def keep_plan(town: Town, pupil_id: str, **told: object) -> None:
    plan = EhcPlan(subject=pupil_id, authority="820", status=EhcStatus.FINAL, **told)  # type: ignore[arg-type]
    keep_record(town.primary.inside, PRIMARY, pupil_id, dump_bytes(plan), SENCO)


def test_a_plan_of_before_there_were_plans_is_shown_beside_the_others(town: Town) -> None:
    for number, issued in enumerate([date(2012, 5, 1), date(1962, 5, 1), date(2026, 6, 1)]):
        keep_plan(town, town.leaver(number, nc_year="4"), issued=issued)
    rows = rows_of(town.primary, PRIMARY)
    assert [(one.doubtful, one.attention) for one in rows] == [(True, True)] * 2 + [(False, False)]
    assert [one.due is None for one in rows] == [True, True, False]


def test_a_loaded_plan_of_long_ago_is_shown_where_it_was_loaded(town: Town) -> None:
    pupil_id = town.leaver()
    town.choose(pupil_id)
    named = School(name="Riverside Academy", urn=Urn.parse("999002"))
    keep_plan(town, pupil_id, issued=date(2012, 5, 1), names_school=named)
    bundle_id = town.send(pupil_id).transfer.bundle_id
    town.settle()
    accept(town.secondary.inside, SECONDARY, bundle_id, SENCO)
    load_pack(town.secondary.inside, SECONDARY, bundle_id, {}, SENCO)
    (row,) = rows_of(town.secondary, SECONDARY)
    assert (row.doubtful, row.attention, row.due) == (True, True, None)


def sent(town: Town, number: int = 0) -> Review:
    made = finished(town, with_plan(town, number))
    return send_report(town.primary.inside, PRIMARY, made.review_id, SENCO, based_on=made.version)


def numbers(town: Town) -> dict[str, tuple[int | None, ...]]:
    inside = town.primary.inside
    with inside.store.reading(PRIMARY) as unit:
        found: Summary = summary(inside, unit, LeaversBoard(inside).by_key(PRIMARY))
    return {one.label: one.numbers for one in found.dates.lines}


@pytest.mark.parametrize("how", ["refused", "called back", "stuck"])
def test_a_report_that_the_authority_does_not_have_keeps_no_clock(town: Town, how: str) -> None:
    made = [sent(town, number) for number in range(6)]
    (first, *_) = rows_of(town.primary, PRIMARY)
    assert (first.undelivered, first.attention) == (False, False)
    if how != "stuck":
        town.settle()
    for one in made:
        if how == "refused":
            council = town.council.inside
            reject(council, COUNCIL, one.bundle_id, "not-our-pupil", CASEWORKER, PRIMARY)
        elif how == "called back":
            recall(town.primary.inside, PRIMARY, one.bundle_id, SENCO)
    if how != "stuck":
        town.settle()
    for row in rows_of(town.primary, PRIMARY, TODAY + timedelta(days=1)):
        assert (row.undelivered, row.attention) == (True, True)
        assert row.next is not None
        assert row.next.clock.rule.code == "review-report"
    over = MEETING + timedelta(days=15)
    late = rows_of(town.primary, PRIMARY, over)[0]
    assert late.next is not None
    assert late.next.standing.value == "late"
    town.clock.pass_(days=(over - TODAY).days)
    assert numbers(town)["Send the report of the review"] == (0, 6, 0)


def test_a_report_that_arrived_or_was_decided_about_keeps_its_clock(town: Town) -> None:
    made = sent(town)
    town.settle()
    assert town.primary.transfer(made.bundle_id).state is State.VERIFIED
    (row,) = rows_of(town.primary, PRIMARY, TODAY + timedelta(days=9))
    assert (row.undelivered, row.attention) == (False, False)
    recall(town.primary.inside, PRIMARY, made.bundle_id, SENCO)
    (row,) = rows_of(town.primary, PRIMARY)
    assert row.undelivered
    send_anew(town.primary.inside, PRIMARY, made.review_id, SENCO, based_on=made.version)
    (row,) = rows_of(town.primary, PRIMARY)
    assert not row.undelivered  # it is to be sent, as any


@pytest.mark.parametrize(("late", "attention"), [(0, False), (1, True)])
def test_a_meeting_planned_for_after_the_plans_year_needs_attention(
    town: Town, late: int, attention: bool
) -> None:
    pupil_id = town.leaver(0, nc_year="4")
    keep_plan(town, pupil_id, issued=date(2025, 11, 1))
    begun(town, pupil_id, date(2026, 10, 31) + timedelta(days=late))
    (row,) = rows_of(town.primary, PRIMARY)
    assert (row.planned_late, row.attention) == (late == 1, attention)


@pytest.mark.parametrize(
    ("entered", "born", "perhaps"),
    [
        ("5", date(2016, 1, 1), ("6", date(2026, 11, 23))),  # it was Year 5 until August
        ("X", date(2016, 1, 1), ("6", date(2026, 11, 23))),  # a school without year groups
        ("10", date(2011, 1, 1), ("11", date(2027, 1, 6))),
        ("6", date(2016, 1, 1), None),  # it tells of itself
        ("5", date(2017, 1, 1), None),
        ("4", date(2016, 1, 1), None),
    ],
)
def test_a_year_group_that_may_be_last_years_is_asked_about(
    town: Town, entered: str, born: date, perhaps: tuple[str, date] | None
) -> None:
    pupil_id = town.leaver(0, nc_year=entered, date_of_birth=born)
    keep_plan(town, pupil_id, issued=date(2026, 6, 1))
    (row,) = rows_of(town.primary, PRIMARY, date(2026, 9, 1))
    told = (row.perhaps[0], row.perhaps[1].clock.due) if row.perhaps else None
    assert told == perhaps
    (soon,) = rows_of(town.primary, PRIMARY, date(2026, 11, 23))
    assert soon.attention is (entered == "6" or told == ("6", date(2026, 11, 23)))
    keep_plan(town, pupil_id, issued=date(2026, 6, 1), last_review=date(2026, 6, 30))
    (row,) = rows_of(town.primary, PRIMARY, date(2026, 9, 1))
    assert (row.perhaps is not None) is (perhaps is not None)  # held, but in the year before
