"""What was found wrong with a document of a pack is there again after a session ended."""

from __future__ import annotations

from exchange.domain.access import Role
from tests.exchange.web.arrivals.conftest import School, full
from tests.exchange.web.lapsing import HERE_AGAIN, form_with, sent_too_late


def test_a_document_that_cannot_be_opened_does_not_become_fine(schools: School) -> None:
    bundle = schools.arrived(0, *full())
    place = schools.secondary
    client = place.client(Role.SENCO)
    where = f"/arrivals/{bundle}/accept"
    told = form_with(client.get(where).text, "_form")
    name = next(one for one in told if one.startswith("document-"))
    assert told[name] == ["fine"]
    told[name] = ["cannot-open"]
    page = sent_too_late(place, client, where, told)
    assert HERE_AGAIN in page.text
    assert form_with(page.text, "_form")[name] == ["cannot-open"]
