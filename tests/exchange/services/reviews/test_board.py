"""The board of reviews: nothing that one pupil's record says keeps the others from being shown."""

from __future__ import annotations

from datetime import date

from exchange.services.accept import accept
from exchange.services.boards import LeaversBoard
from exchange.services.keep_pupil import keep_record
from exchange.services.load_pack import load_pack
from exchange.services.reviews.board import PlanRow, plan_rows
from schemas.base import dump_bytes
from schemas.ehc import EhcPlan, EhcStatus
from schemas.identifiers import Urn
from schemas.school import School
from tests.exchange.services.reviews.planned import TODAY
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO, House, Town


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
