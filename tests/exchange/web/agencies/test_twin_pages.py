"""A report that may be another child's goes to no service until somebody says whose it is."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from exchange.domain.access import Role
from exchange.services.advice.standing import all_advice
from exchange.services.keep_pupil import add_pupil
from schemas.pupil import Names, Pupil
from tests.exchange.services.tray.papers import noted, pdf_saying
from tests.exchange.web.agencies.test_pages import SENCO, SHARE, asked, filed
from tests.exchange.web.site import Site, made_site

ANN = Pupil(
    subject=str(uuid.uuid4()),
    names=Names(surname="Elm", forename="Ann"),
    date_of_birth=date(2015, 3, 9),
    sex="F",
    upn_unknown="UN1",
)
BEN = replace(ANN, subject=str(uuid.uuid4()), names=Names(surname="Ash", forename="Ben"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("asked"), "primary", "council") as made:
        for name in ("primary", "council"):
            made[name].app.extensions["senx-parts"].more["share_url"] = SHARE
        yield made


@pytest.mark.parametrize(
    ("name", "role"), [("primary", Role.SENCO), ("council", Role.LA_CASEWORKER)]
)
def test_who_asks_is_led_to_where_they_say_whose_it_is(site: Site, name: str, role: Role) -> None:
    place = site[name]
    inside, client = place.node.inside, place.client(role)
    ann = add_pupil(inside, place.org_id, ANN, SENCO)
    ben = add_pupil(inside, place.org_id, replace(BEN, date_of_birth=date(2012, 1, 2)), SENCO)
    paper = filed(place, ann, noted(pdf_saying("Ben Ash was seen.")), "sen-support-plan")
    where, twins = f"/pupils/{ann}/advice/new", f"/pupils/{ann}/twins"
    assert "may be about another child" not in client.get(where).text
    refused = client.post(where, asked(shared=[paper]))
    assert refused.status_code == 422
    assert f'href="{twins}"' in refused.text
    assert f"{paper}." not in refused.text, "no id stands for a document"
    page = client.get(twins).text
    assert "Ben Ash" in page
    seen = re.findall(rf'name="seen-{paper}" value="([^"]+)"', page)
    assert seen == [ben]
    told = {f"about-{paper}": "this-pupil", f"seen-{paper}": seen}
    assert client.post(twins, told).status_code == 302
    client.get(where)
    assert client.post(where, asked(shared=[paper])).status_code == 303
    with inside.store.reading(place.org_id) as unit:
        (one,) = all_advice(unit)
    assert one.shared == (paper,)
