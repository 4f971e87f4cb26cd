"""That a family asks for a correction is shown on the board until it was answered."""

from __future__ import annotations

from exchange.domain.access import Role
from exchange.domain.family import Relationship, Responsibility
from exchange.services.links.family_said import Told, mark_corrected, take_in
from exchange.services.links.members import Member, add_member
from tests.exchange.services.town import SENCO
from tests.exchange.web.pupils.helping import pupil_at
from tests.exchange.web.site import Site


def test_a_correction_that_waits_is_on_the_board_until_it_is_answered(site: Site) -> None:
    place = site["primary"]
    pupil, other = pupil_at(place), pupil_at(place)
    inside, org_id = place.node.inside, place.org_id
    noted = Member("", pupil, "Ana Oak", Relationship.PARENT, Responsibility.YES)
    one = add_member(inside, org_id, noted, SENCO)
    client, family = place.client(Role.SENCO), f'href="/pupils/{pupil}/family"'
    agreed = Told(views="She sings.", how="telephone")
    take_in(inside, org_id, one.member_id, agreed, SENCO)
    assert family not in client.get("/leavers").text
    for text in ("Her name is Anna.", "And her birthday."):
        told = Told(correction=text, how="telephone")
        after = take_in(inside, org_id, one.member_id, told, SENCO)
    page = client.get("/leavers").text
    assert "1 family asks for a correction" in page
    assert page.count(family) == 1
    assert f'href="/pupils/{other}/family"' not in page
    assert family in place.client(Role.SEN_ADMINISTRATOR).get("/leavers").text
    first, second = after.corrections
    mark_corrected(inside, org_id, one.member_id, first.correction_id, "Done.", SENCO)
    assert family in client.get("/leavers").text
    mark_corrected(inside, org_id, one.member_id, second.correction_id, "Done.", SENCO)
    assert family not in client.get("/leavers").text
