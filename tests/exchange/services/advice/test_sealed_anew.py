"""A visitor reads while the worker seals the page anew, takes files in, or another tab types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

import pytest

from exchange.errors import NotFound, TrustError
from exchange.services.links.agency_files import DRAFT, KIND, blobs_of
from exchange.services.links.revoke import revoke
from tests.exchange.services.advice.consulting import ABOUT, Consulting
from tests.exchange.services.town import PRIMARY, SENCO


class Meanwhile:
    """Blobs as they are, where something happens just before the first is opened."""

    def __init__(self, blobs: Any, then: Callable[[], object]) -> None:
        self._blobs = blobs
        self._then: Callable[[], object] | None = then

    def __getattr__(self, name: str) -> Any:
        return getattr(self._blobs, name)

    def open(self, org_id: str, name: str) -> BinaryIO:
        if self._then is not None:
            then, self._then = self._then, None
            then()
        opened: BinaryIO = self._blobs.open(org_id, name)
        return opened


def while_reading(consulting: Consulting, then: Callable[[], object]) -> None:
    consulting.door.blobs = Meanwhile(consulting.door.blobs, then)


def test_a_page_sealed_anew_after_the_visitor_came_is_shown(consulting: Consulting) -> None:
    visit = consulting.visit(consulting.asked())
    with consulting.door.share(visit) as share:
        assert share.view["sent"] == []
    consulting.sends(visit)  # the worker seals the page anew, with the receipt on it
    with consulting.door.share(visit) as share:
        assert [one["checked"] for one in share.view["sent"]] == [True]


def test_a_page_sealed_anew_between_look_and_opening_is_shown(consulting: Consulting) -> None:
    visit = consulting.visit(consulting.asked())
    consulting.add(visit)
    consulting.desk.send(visit, ABOUT)
    while_reading(consulting, consulting.work)
    with consulting.door.share(visit) as share:
        assert [one["checked"] for one in share.view["sent"]] == [True]


def test_a_link_ended_between_look_and_opening_opens_nothing(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit, link_id = consulting.visit(asked), consulting.link_of(asked).link_id
    while_reading(consulting, lambda: revoke(consulting.inside, PRIMARY, link_id, SENCO))
    with pytest.raises(NotFound) as refused:
        consulting.door.share(visit)
    assert refused.value.code == "link-ended"


def test_files_taken_in_while_they_are_listed_are_listed_no_more(consulting: Consulting) -> None:
    visit = consulting.visit(consulting.asked())
    consulting.add(visit)

    def sent_and_taken() -> None:
        consulting.desk.send(visit, ABOUT)
        consulting.work()

    assert len(consulting.desk.files(visit)) == 1
    while_reading(consulting, sent_and_taken)
    assert consulting.desk.files(visit) == []


def test_a_draft_replaced_while_it_is_read_is_the_newer_one(consulting: Consulting) -> None:
    visit = consulting.visit(consulting.asked())
    consulting.desk.keep_draft(visit, {"author": "Sam"})
    while_reading(consulting, lambda: consulting.desk.keep_draft(visit, {"author": "Sam Reed"}))
    assert consulting.desk.draft(visit) == {"author": "Sam Reed"}


@pytest.mark.parametrize("kind", [KIND, DRAFT])
def test_what_is_listed_and_not_there_is_damage(consulting: Consulting, kind: str) -> None:
    visit = consulting.visit(consulting.asked())
    consulting.add(visit)
    consulting.desk.keep_draft(visit, {"author": "Sam"})
    for one in consulting.items(kind):
        for name in blobs_of(one):
            consulting.door.blobs.delete(PRIMARY, name)
    read = consulting.desk.files if kind == KIND else consulting.desk.draft
    with pytest.raises(TrustError) as refused:
        read(visit)
    assert refused.value.code == "share-damaged"
