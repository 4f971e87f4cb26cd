"""A day of a plan that cannot be right: refused where it is typed, shown where a pack brings it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from exchange.domain.access import Role
from exchange.domain.clocks import transfer_year
from exchange.ports import Actor, Item
from exchange.services.keep_pupil import add_pupil
from exchange.services.reviews.moves import _plain as plain_move
from exchange.services.reviews.moves import new_move
from tests.exchange.services.town import SENCO, pupil_record
from tests.exchange.web.reviews.test_reviews_pages import board_of
from tests.exchange.web.reviews.walking import TODAY, begun, day, posted, saved, with_plan
from tests.exchange.web.site import Client, Place, Site

PLAN = {"authority": "820", "status": "final"}


def test_a_loaded_day_of_long_ago_closes_no_page(school: Place, senco: Client) -> None:
    pupil_id = with_plan(school, 0, issued=date(2012, 5, 1))
    with_plan(school, 1)
    page = board_of(senco)
    assert "Check when the plan was issued" in page
    assert "Plan the review" in page  # of the other
    record = f"/pupils/{pupil_id}/records/ehc-plan"
    assert f'href="{record}"' in page
    shown = senco.get(f"/pupils/{pupil_id}")
    assert shown.status_code == 200
    assert "No date is counted from it." in shown.text
    issued = TODAY - timedelta(days=100)
    assert posted(senco, record, {**PLAN, **day("issued", issued)}).status_code == 302
    assert "cannot be right" not in board_of(senco)
    assert "cannot be right" not in senco.get(f"/pupils/{pupil_id}").text


@pytest.mark.parametrize("field", ["issued", "last_review"])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (date(2013, 5, 1), "EHC plans began on 1 September 2014"),
        (TODAY + timedelta(days=1), "Give a day that has come"),
    ],
)
def test_a_day_that_cannot_be_right_is_refused_where_it_is_typed(
    school: Place, senco: Client, field: str, typed: date, said: str
) -> None:
    inside, here = school.node.inside, school.org_id
    number = 2 + (field == "issued") + 2 * (typed > TODAY)
    pupil_id = add_pupil(inside, here, pupil_record(number, nc_year="4"), SENCO)
    record = f"/pupils/{pupil_id}/records/ehc-plan"
    answer = posted(senco, record, {**PLAN, **day(field, typed)})
    assert answer.status_code == 422
    assert said in answer.text
    assert posted(senco, record, {**PLAN, **day(field, TODAY)}).status_code == 302


def test_a_day_of_a_move_that_cannot_be_right_is_refused_and_closes_no_page(site: Site) -> None:
    casework = site["council"].client(Role.LA_CASEWORKER)
    casework.get("/plan-moves/new")
    new = {"direction": "out", "child": "Yan Ash", "other": "Norshire", **day("moved", TODAY)}
    move = casework.post("/plan-moves/new", new).headers["Location"]
    answer = posted(casework, move, {"aware": ["1", "11", "1026"], "came": ["", "", ""]})
    assert answer.status_code == 200
    assert "Check the year." in answer.text
    assert "Yan Ash" in casework.get("/plan-moves").text


def test_a_move_kept_with_such_a_day_is_listed_and_can_be_mended(site: Site) -> None:
    council = site["council"]
    with council.node.inside.store.unit(council.org_id) as unit:
        made = new_move(council.node.inside, "out", "Zoe Ash", "Norshire", TODAY)
        content = {**plain_move(made), "aware": "1026-11-01"}
        moment = made.created_at
        unit.items.add(Item("plan-move", made.move_id, "open", content, moment, moment))
        unit.audit.record(Actor("T", "la-caseworker"), "plan-move.kept", "plan-move", made.move_id)
        unit.commit()
    casework = council.client(Role.LA_CASEWORKER)
    assert "Check the days: one cannot be right" in casework.get("/plan-moves").text
    move = f"/plan-moves/{made.move_id}"
    assert "A day of this move cannot be right." in casework.get(move).text
    page = saved(casework, move, day("aware", TODAY)).text
    assert "cannot be right" not in page


def test_a_meeting_planned_too_late_is_said_at_once_and_wherever_it_stands(
    school: Place, senco: Client
) -> None:
    pupil_id = with_plan(school, 6, issued=TODAY - timedelta(days=340))
    review = begun(senco, pupil_id, TODAY + timedelta(days=100))
    said = "The meeting is planned too late. Review of the plan:"
    page = senco.get(review).text  # said of the saving, and by the page itself
    assert page.count(said) == 2
    assert senco.get(review).text.count(said) == 1
    assert ": too late. Review of the plan:" in board_of(senco)
    page = saved(senco, f"{review}/meeting", day("meeting", TODAY + timedelta(days=20))).text
    assert said not in page
    page = saved(senco, f"{review}/meeting", day("meeting", TODAY + timedelta(days=90))).text
    assert page.count(said) == 2


def test_a_year_group_that_may_be_last_years_is_said(school: Place, senco: Client) -> None:
    born = date(transfer_year(TODAY) - 11, 1, 1)  # eleven years old in this school year
    pupil_id = with_plan(school, 7, nc_year="5", date_of_birth=born)
    said = "By age this may be Year 6. The last safe day for the review would be"
    assert said in senco.get(f"/pupils/{pupil_id}").text
    assert said in board_of(senco)
