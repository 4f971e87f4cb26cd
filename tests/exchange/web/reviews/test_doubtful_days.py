"""A day of a plan that cannot be right: refused where it is typed, shown where a pack brought it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from exchange.services.keep_pupil import add_pupil
from tests.exchange.services.town import SENCO, pupil_record
from tests.exchange.web.reviews.test_reviews_pages import board_of
from tests.exchange.web.reviews.walking import TODAY, day, posted, with_plan
from tests.exchange.web.site import Client, Place

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
