"""The council of a pupil's home address on the pages: recorded, shown, kept apart."""

from __future__ import annotations

from exchange.services.edit_record import current_pupil
from schemas.pupil import LookedAfter
from tests.exchange.web.pupils.helping import pupil_at, senco, submit
from tests.exchange.web.site import Site


def test_the_council_of_the_home_address_is_recorded_and_shown(site: Site) -> None:
    place = site["primary"]
    pupil_id, client = pupil_at(place, "Council"), senco(place)
    page = client.get(f"/pupils/{pupil_id}").text
    assert "Buckinghamshire" not in page
    answer = submit(client, f"/pupils/{pupil_id}/details", home_authority="825")
    assert answer.status_code == 302
    page = client.get(f"/pupils/{pupil_id}").text
    assert "Buckinghamshire" in page
    assert "It has not joined" in page
    with place.node.inside.store.reading(place.org_id) as unit:
        assert current_pupil(unit, pupil_id).home_authority == "825"


def test_of_a_looked_after_child_the_page_says_to_ask(site: Site) -> None:
    place = site["primary"]
    cared = LookedAfter(in_care=True, care_authority="825")
    pupil_id = pupil_at(place, "Cared", home_authority="825", looked_after=cared)
    assert "Ask which council is responsible" in senco(place).get(f"/pupils/{pupil_id}").text
