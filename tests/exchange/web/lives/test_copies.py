"""A copy on the pages: asked for, read, decided, and downloaded locked."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest

from exchange.domain.access import Role
from exchange.domain.family import Relationship, Responsibility
from exchange.ports import Actor
from exchange.services.links.members import Member, add_member
from tests.exchange.web.pupils.helping import errors_of, pupil_at, senco, submit
from tests.exchange.web.site import Place, Site

ASKED = ["15", "6", "2026"]


def family(place: Place, pupil_id: str, responsibility: Responsibility) -> str:
    one = Member("", pupil_id, "Pat Oakenshaw", Relationship.PARENT, responsibility)
    return add_member(place.node.inside, place.org_id, one, Actor("Jo", "senco")).member_id


def asked(place: Place, pupil_id: str, member: str, role: Role = Role.SENCO) -> object:
    return submit(
        place.client(role),
        f"/pupils/{pupil_id}/copies",
        who=member,
        authority="parental-responsibility",
        note="Known at the gate.",
        asked_on=ASKED,
    )


@pytest.mark.parametrize("role", [Role.SENCO, Role.HEAD])
def test_head_or_senco_record_decide_and_download(site: Site, role: Role) -> None:
    place = site["primary"]
    pupil_id = pupil_at(place, "Copied")
    answer = asked(place, pupil_id, family(place, pupil_id, Responsibility.YES), role)
    assert answer.status_code == 302, errors_of(answer.text)
    client, where = place.client(role), answer.headers["Location"]
    page = client.get(where).text
    assert "15 July 2026" in page
    phrase = re.search(r"<strong>((?:[a-z0-9]{4}-){4}[a-z0-9]{4})</strong>", page).group(1)
    missing = submit(client, where)
    assert missing.status_code == 422
    assert phrase not in errors_of(missing.text)
    page = client.get(where).text
    phrase = re.search(r"<strong>((?:[a-z0-9]{4}-){4}[a-z0-9]{4})</strong>", page).group(1)
    made = client.post(where, {"address": "no", "passphrase": phrase})
    assert made.mimetype == "application/pdf"
    assert "Oakenshaw" not in made.headers["Content-Disposition"]
    with pikepdf.open(io.BytesIO(made.data), password=phrase) as pdf:
        assert len(pdf.pages) >= 1
    assert "Given" in client.get(where).text
    assert phrase not in client.get(where).text


def test_who_is_not_entitled_is_refused_at_the_field(site: Site) -> None:
    place = site["primary"]
    pupil_id = pupil_at(place, "Refused")
    answer = asked(place, pupil_id, family(place, pupil_id, Responsibility.NO))
    assert answer.status_code == 422
    assert errors_of(answer.text) == ["That they have parental responsibility is not recorded."]


def test_it_is_head_and_senco_alone_and_of_this_pupil(site: Site) -> None:
    place = site["primary"]
    pupil_id, other = pupil_at(place, "Whose"), pupil_at(place, "Nobody")
    answer = asked(place, pupil_id, family(place, pupil_id, Responsibility.YES))
    request_id = answer.headers["Location"].rpartition("/")[2]
    client = senco(place)
    assert client.get(f"/pupils/{other}/copies/{request_id}").status_code == 404
    administrator = place.client(Role.SEN_ADMINISTRATOR)
    assert administrator.get(f"/pupils/{pupil_id}/copies").status_code == 403
    assert "Copies for somebody" not in administrator.get(f"/pupils/{pupil_id}").text
    assert "Copies for somebody" in client.get(f"/pupils/{pupil_id}").text
