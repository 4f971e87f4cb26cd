"""Each kind of organisation lets in by its own pages those who do its work."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.people import join
from exchange.services.people.account import account_with
from exchange.wiring import NewOrganisation, add_organisation, open_node
from tests.exchange.web.entry.walk import GOOD
from tests.exchange.web.organisation.test_people_pages import day_fields
from tests.exchange.web.site import ADMIN, BASE, Place, Site, made_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("kinds"), "council", "agency") as made:
        yield made


def offered(page: str, name: str = "roles") -> set[str]:
    return set(re.findall(rf'name="{name}"[^>]*value="([^"]+)"', page))


@pytest.mark.parametrize(
    ("where", "role", "page"),
    [
        ("council", Role.LA_CASEWORKER, "/cases"),
        ("council", Role.PANEL_MEMBER, "/panel"),
        ("council", Role.PRACTITIONER, "/asked-of-us"),
        ("council", Role.SENCO, "/requests"),
        ("agency", Role.PRACTITIONER, "/asked-of-us"),
    ],
)
def test_who_does_the_work_is_invited_on_the_page(
    site: Site, where: str, role: Role, page: str
) -> None:
    place = site[where]
    admin = place.client(Role.ORGANISATION_ADMINISTRATOR)
    admin.get("/people/invite")
    login = f"{role.value}@{where}.example"
    sent = {"name": "Ben Okafor", "login": login, "roles": [role.value]}
    answer = admin.post("/people/invite", sent)
    link = re.search(rf"{BASE}/join/([A-Za-z0-9_-]{{43}})", answer.text)
    assert link is not None, answer.text
    join.accept_with_password(place.node.inside, link[1], GOOD)
    with place.node.inside.store.reading(NODE) as unit:
        account = account_with(place.node.inside, unit, login)
    assert place.client(account=account).get(page).status_code == 200


def test_roles_and_cover_are_those_of_the_place(site: Site) -> None:
    own = {
        "council": {"la-caseworker", "panel-member", "practitioner", "senco"},
        "agency": {"practitioner"},
    }
    for where, roles in own.items():
        place = site[where]
        admin = place.client(Role.ORGANISATION_ADMINISTRATOR)
        person = place.person(Role.GOVERNOR).account_id
        every = roles | {"organisation-administrator"}
        assert offered(admin.get("/people/invite").text) == every
        assert offered(admin.get(f"/people/{person}/roles").text) == {*every, "governor"}, "held"
        assert offered(admin.get(f"/people/{person}/cover").text, "role") == every
        admin.post(f"/people/{person}/cover", {"role": "practitioner", "until": day_fields(3)})
        assert "Specialist or therapist, until" in admin.get(f"/people/{person}").text


def test_one_that_the_directory_does_not_know_may_give_every_role(site: Site) -> None:
    root = site["agency"].node.home.root
    new = NewOrganisation("Oakshire Trust", "trust", (), "classic", None)
    org_id, _ = add_organisation(open_node(root), new, ADMIN)
    place = Place(open_node(root), org_id, "Oakshire Trust")
    admin = place.client(Role.ORGANISATION_ADMINISTRATOR)
    found = offered(admin.get("/people/invite").text)
    assert found == {one.value for one in Role} - {"node-administrator"}
