"""A complaint about data protection: recorded, due within 30 days, acknowledged."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.errors import Conflict, UsageError
from exchange.ports import Actor
from exchange.services.subject_access.complaints import (
    answer_complaint,
    complaints,
    record_complaint,
)
from exchange.web.words import day
from tests.exchange.web.pupils.helping import pupil_at, submit
from tests.exchange.web.site import Site

WORDS = {"name": "Pat Oakenshaw", "about": "A letter went to an old address."}


def boxes(ago: int) -> list[str]:
    on = london_day(datetime.now(UTC)) - timedelta(days=ago)
    return [str(on.day), str(on.month), str(on.year)]


def test_a_complaint_shows_beside_requests_for_a_copy_until_it_is_acknowledged(site: Site) -> None:
    place = site["primary"]
    pupil_id, client = pupil_at(place, "Complained"), place.client(Role.SENCO)
    where = f"/pupils/{pupil_id}/complaints"
    assert where in client.get(f"/pupils/{pupil_id}/copies").text
    assert submit(client, where, **WORDS, came=boxes(-1)).status_code == 422
    assert submit(client, where, **WORDS, came=boxes(30)).status_code == 303
    page = client.get(f"/pupils/{pupil_id}/copies").text
    came = london_day(datetime.now(UTC)) - timedelta(days=30)
    assert "Pat Oakenshaw" in page
    assert day(came + timedelta(days=29)) in page
    assert "Late" in page
    (path,) = set(re.findall(r"/complaints/[0-9a-f-]{36}", page))
    assert submit(client, path, acknowledged=boxes(31), outcome="").status_code == 422
    told = {"acknowledged": boxes(1), "outcome": "Told that the address is put right."}
    assert submit(client, path, **told).status_code == 303
    page = client.get("/complaints").text
    assert "Pat Oakenshaw" in page
    assert "Late" not in page
    assert "address is put right" in client.get(path).text
    assert place.client(Role.TEACHER).get(path).status_code == 403
    assert site["secondary"].client(Role.SENCO).get(path).status_code == 404


def test_head_or_caseworker_record_one_that_is_about_no_pupil(site: Site) -> None:
    place = site["primary"]
    inside, who = place.node.inside, Actor("Kay", "la-caseworker")
    today = london_day(inside.clock.now())
    made = record_complaint(inside, place.org_id, "Mrs Hay", "CCTV.", today, who)
    with pytest.raises(UsageError, match="text-missing"):
        record_complaint(inside, place.org_id, " ", "CCTV.", today, who)
    assert "Mrs Hay" in place.client(Role.HEAD).get("/complaints").text
    assert place.client(Role.TEACHER).get("/complaints").status_code == 403
    assert place.client(Role.LA_CASEWORKER).get("/complaints").status_code == 200
    answer = (inside, place.org_id, made.complaint_id, today, "")
    answer_complaint(*answer, who, based_on=made.version)
    with pytest.raises(Conflict, match="item-changed"):
        answer_complaint(*answer, who, based_on=made.version)
    with inside.store.reading(place.org_id) as unit:
        assert [one.clock.met for one in complaints(unit) if one.name == "Mrs Hay"] == [today]
