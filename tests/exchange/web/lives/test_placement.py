"""A looked-after child on the pages: the address stays, and how it goes is a recorded decision."""

from __future__ import annotations

import re

from exchange.services.choose_destination import choose_destination
from schemas.people import Address
from schemas.pupil import LookedAfter
from tests.exchange.services.town import SENCO
from tests.exchange.web.pupils.helping import pupil_at, senco, submit
from tests.exchange.web.site import Site


def test_the_preview_says_that_the_address_stays_and_how_it_may_go(site: Site) -> None:
    place, school = site["primary"], site["secondary"]
    cared = LookedAfter(in_care=True, care_authority="825")
    pupil_id = pupil_at(place, looked_after=cared, address=Address(street="Hidden Lane"))
    inside = place.node.inside
    choose_destination(inside, place.org_id, pupil_id, school.org_id, "Riverside Academy", SENCO)
    client = senco(place)
    page = client.get(f"/pupils/{pupil_id}/preview").text
    assert "Home address and contact details" in page
    assert "A council looks after this child" in page
    (where,) = re.findall(r'href="([^"]+/pupil/home[^"]*)"', page)
    assert "Hidden Lane" not in page
    answer = submit(client, where, reason="placement-released", by="Sol Worker")
    assert answer.status_code == 302
    page = client.get(f"/pupils/{pupil_id}/preview").text
    assert "social worker says that this school may have" in page
    assert "Sol Worker" in page
