"""A held pack on the pages: the council's request offers to give it, and the preview follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from exchange.domain.access import Role
from exchange.domain.destinations import Kind
from exchange.ports import Actor
from exchange.services.ask import ask_for_records, requests_to_us
from exchange.services.settle_destination import Wanted, settle
from schemas.message import AskedChild
from tests.exchange.web.pupils.helping import pupil_at, senco
from tests.exchange.web.site import Site, made_site

JO = Actor("Jo", "senco")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("asked"), "primary", "council") as made:
        yield made


def asked(site: Site, forename: str, born: date) -> str:
    """Let the council ask for a child; return the id of the request here."""
    place, council = site["primary"], site["council"]
    child = AskedChild(surname="Oakenshaw", forename=forename, date_of_birth=born)
    inside = council.node.inside
    ask_for_records(inside, council.org_id, place.org_id, child, None, "Section 436A.", JO)
    site.settle()
    with place.node.inside.store.reading(place.org_id) as unit:
        return next(
            one.request_id for one in requests_to_us(unit) if one.child.forename == forename
        )


def test_the_senco_gives_the_held_pack_to_the_council_that_asks(site: Site) -> None:
    place, born = site["primary"], date(2014, 1, 2)
    pupil_id = pupil_at(place, "Homer", date_of_birth=born, home_authority="825")
    settle(place.node.inside, place.org_id, pupil_id, Wanted(kind=Kind.HOME_EDUCATED), "jo", JO)
    request_id = asked(site, "Homer", born)
    client = senco(place)
    page = client.get(f"/requests/{request_id}").text
    assert "give the held pack to Larkshire Council" in page
    assert "Council of the home address: Buckinghamshire" in page
    path = f"/requests/{request_id}/pupils/{pupil_id}"
    shown = client.get(path).text
    assert "is not the council of the home address" in shown
    answer = client.post(path)
    assert answer.status_code == 302
    preview = client.follow(answer).text
    assert "Larkshire Council" in preview
    assert client.get(path).status_code == 404  # it is answered
    assert "Send: we send the records" in client.get(f"/requests/{request_id}").text


def test_nobody_else_gives_it_and_no_other_child(site: Site) -> None:
    place, born = site["primary"], date(2014, 1, 3)
    pupil_id = pupil_at(place, "Marge", date_of_birth=born)
    request_id = asked(site, "Marge", born)
    path = f"/requests/{request_id}/pupils/{pupil_id}"
    assert senco(place).get(path).status_code == 404  # it is not held
    settle(place.node.inside, place.org_id, pupil_id, Wanted(kind=Kind.HOME_EDUCATED), "jo", JO)
    assert place.client(Role.SEN_ADMINISTRATOR).get(path).status_code == 403
    assert senco(place).get(path).status_code == 200
