"""Who was ticked in a list is there again after a session ended."""

from __future__ import annotations

from exchange.domain.access import Role
from tests.exchange.web.imports.walking import CLASS, begun, ctf, page
from tests.exchange.web.lapsing import HERE_AGAIN, form_with, sent_too_late
from tests.exchange.web.site import Site


def test_ticks_of_a_list_are_there_again(site: Site) -> None:
    place = site["primary"]
    client = place.client(Role.SENCO)
    where = begun(client, ctf(*CLASS), name="class.xml")
    shown = page(client, where)
    told = form_with(shown.text, "pupil")
    assert told["pupil"] != ["2"]
    told["pupil"] = ["2"]
    again = sent_too_late(place, client, shown.request.path, told)
    assert HERE_AGAIN in again.text
    assert form_with(again.text, "pupil")["pupil"] == ["2"]
