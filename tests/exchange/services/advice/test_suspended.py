"""An organisation is suspended while somebody of an agency is at work for it."""

from __future__ import annotations

import pytest

from exchange.errors import NotFound
from exchange.services.links.agency_files import KIND as UPLOAD
from exchange.services.links.model import ANSWER
from exchange.services.people.standing import restore_organisation, suspend_organisation
from tests.exchange.services.advice.consulting import REPORT_PDF, Consulting
from tests.exchange.services.town import PRIMARY, SENCO


def test_an_upload_under_way_stops_and_nothing_of_it_is_kept(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit = consulting.come_in(asked.address, consulting.link_of(asked))
    kept = set(consulting.door.blobs.names(PRIMARY))
    with consulting.desk.receiving(visit) as taking:
        taking.write(REPORT_PDF)
        suspend_organisation(consulting.inside, PRIMARY, SENCO)
        with pytest.raises(NotFound, match="link-ended"):
            taking.finish("report.pdf")
    assert consulting.items(UPLOAD) == []
    assert set(consulting.door.blobs.names(PRIMARY)) == kept


def test_nothing_more_is_said_to_it(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit = consulting.come_in(asked.address, consulting.link_of(asked))
    before = len(consulting.items(ANSWER))
    suspend_organisation(consulting.inside, PRIMARY, SENCO)
    with pytest.raises(NotFound, match="link-ended"):
        consulting.door.answer(visit, "declined", {"why": "no room"})
    assert len(consulting.items(ANSWER)) == before
    restore_organisation(consulting.inside, PRIMARY, SENCO)
    consulting.door.answer(visit, "declined", {"why": "no room"})
    assert len(consulting.items(ANSWER)) == before + 1
