"""What was kept is said to be kept, though a family's page cannot be made anew just then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NoReturn

from exchange.domain.access import Role
from exchange.domain.destinations import Kind
from exchange.errors import Wrapped
from exchange.services.links.members import Member, members
from exchange.services.settle_destination import Wanted, settle
from exchange.web.here import KEY
from tests.exchange.web.outsiders.test_member_changed import NOTED, changing, version_in
from tests.exchange.web.outsiders.test_outsiders import CONTACT, SENCO, leaver, place, site
from tests.exchange.web.site import Place

__all__ = ["place", "site"]


@contextmanager
def old_directory(place: Place) -> Iterator[None]:
    """Let the pages work with a directory that is too old."""

    def expired() -> NoReturn:
        raise Wrapped("directory-expired", "/directory")

    parts = place.app.extensions[KEY]
    place.app.extensions[KEY] = replace(parts, inside=replace(parts.inside, directory=expired))
    try:
        yield
    finally:
        place.app.extensions[KEY] = parts


def only(place: Place, pupil: str) -> Member:
    with place.node.inside.store.reading(place.org_id) as unit:
        (one,) = members(unit, pupil)
    return one


def test_what_was_kept_is_not_asked_for_again(place: Place) -> None:
    pupil = leaver(place, 0)
    undecided = Wanted(kind=Kind.NOT_DECIDED)
    settle(place.node.inside, place.org_id, pupil, undecided, "x", SENCO)
    senco = place.client(Role.SENCO)
    member, change = changing(place, senco, pupil)
    senco.get(member)
    assert senco.post(member, CONTACT | {"mail": "ana@home.example"}).status_code == 303
    base = f"/pupils/{pupil}/family"
    told = {
        "member": member.rpartition("/")[2],
        "how": "telephone",
        "views": "He likes trains.",
        "may_send": "yes",
        "correction": "His birthday is wrong.",
    }
    with old_directory(place):
        senco.get(f"{base}/conversation")
        assert senco.post(f"{base}/conversation", told).status_code == 303
        (asked,) = only(place, pupil).corrections
        answer = f"{member}/corrections/{asked.correction_id}"
        senco.get(answer)
        assert senco.post(answer, {"answer": "Corrected."}).status_code == 303
        seen = version_in(senco.get(change).text)
        assert senco.post(change, NOTED | seen | {"safe": "Evenings"}).status_code == 303
    one = only(place, pupil)
    assert one.views == "He likes trains."
    assert [each.done for each in one.corrections] == ["Corrected."]
    assert one.safe == "Evenings"
    page = senco.get(base).text
    assert len(re.findall("His birthday is wrong", page)) == 1
